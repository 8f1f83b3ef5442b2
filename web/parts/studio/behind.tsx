/** The leads behind a number of a trial, by name. */

import { Anchor, Badge, Button, Center, Loader, Modal, Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Behind, Tried } from '../../answers.ts';
import { call } from '../../call.ts';
import { useFormat } from '../../format.ts';
import { nameOf } from '../../lead.model.ts';
import { Failure } from '../failure.tsx';

type Move = Tried['moves'][number];
export type BehindOf =
  | { readonly kind: 'move'; readonly from: Move['from']; readonly to: Move['to'] }
  | { readonly kind: 'rule'; readonly rule: string; readonly differs: boolean };

interface Asked {
  readonly of: BehindOf;
  readonly title: string;
}

export function BehindNumber({
  document,
  asked,
  onClose,
}: {
  readonly document: string;
  readonly asked: Asked | null;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation('studio');
  return (
    <Modal
      opened={asked !== null}
      onClose={onClose}
      title={asked?.title ?? ''}
      size="lg"
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {asked !== null && <Leads document={document} of={asked.of} />}
    </Modal>
  );
}

function Leads({ document, of }: { readonly document: string; readonly of: BehindOf }) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const found = useInfiniteQuery({
    queryKey: ['behind', document, of],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      call<Behind>('POST', '/api/trials/contacts', { body: { document, of, limit: 50, cursor: pageParam }, signal }),
    getNextPageParam: (last) => (last.ok ? (last.next ?? undefined) : undefined),
  });
  if (found.isPending)
    return (
      <Center mih={160}>
        <Loader />
      </Center>
    );
  if (found.error) return <Failure error={found.error} again={() => found.refetch()} />;
  const items = found.data.pages.flatMap((page) => (page.ok ? page.items : []));
  if (items.length === 0) return <Text c="dimmed">{t('nobody')}</Text>;
  const placeOf = (side: { readonly stage: string | null; readonly disqualified: boolean }) =>
    side.disqualified ? t('disqualified') : (side.stage ?? t('noStage'));
  return (
    <Stack gap="sm">
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('lead')}</Table.Th>
            <Table.Th className="number">{t(of.kind === 'rule' ? 'rulePointsOf' : 'stageMove')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map(({ contact, before, after, points }) => (
            <Table.Tr key={contact.id}>
              <Table.Td className="breaks">
                <Anchor component={Link} to={`/leads/${contact.id}`} size="sm">
                  {nameOf(contact)}
                </Anchor>
              </Table.Td>
              <Table.Td className="number">
                {points === null ? (
                  <>
                    <Badge variant="default" tt="none">
                      {before === null ? '–' : placeOf(before)}
                    </Badge>{' '}
                    <span aria-hidden>→</span>{' '}
                    <Badge variant="outline" tt="none">
                      {placeOf(after)}
                    </Badge>
                  </>
                ) : (
                  `${points.before === null ? '–' : format.signed(points.before)} → ${points.after === null ? '–' : format.signed(points.after)}`
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {found.hasNextPage && (
        <Button variant="default" loading={found.isFetchingNextPage} onClick={() => found.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
    </Stack>
  );
}
