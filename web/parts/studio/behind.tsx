/** The leads behind a number of a trial, by name. */

import { Anchor, Badge, Button, Center, Loader, Modal, Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Behind, Tried } from '../../answers.ts';
import { call } from '../../call.ts';
import { useFormat } from '../../format.ts';
import { nameOf } from '../../lead.model.ts';
import { Failure } from '../failure.tsx';

type Move = Tried['moves'][number];
type BehindOf =
  | { readonly kind: 'move'; readonly from: Move['from']; readonly to: Move['to'] }
  | { readonly kind: 'moved'; readonly way: 'any' | 'up' | 'down' }
  | { readonly kind: 'stage'; readonly place: Move['from']; readonly side: 'before' | 'after' }
  | { readonly kind: 'handoff'; readonly stage: string | null }
  | { readonly kind: 'rule'; readonly rule: string; readonly differs: boolean }
  | { readonly kind: 'score'; readonly score: string }
  | {
      readonly kind: 'rung';
      readonly score: string;
      readonly of: 'grade' | 'band';
      readonly name: string;
      readonly way: 'up' | 'down';
    }
  | {
      readonly kind: 'bin';
      readonly score: string;
      readonly side: 'before' | 'after';
      readonly from: number | null;
      readonly to: number | null;
      readonly cell: string | null;
    };

/** A number of a trial, and what it is called. */
export interface Asked {
  readonly of: BehindOf;
  readonly title: string;
}
export type Show = (asked: Asked) => void;

/** What the numbers were counted from. */
export interface Source {
  readonly document: string;
  /** What stands for "before" in place of the serving version. */
  readonly beside?: string;
}

/** A number that opens who is behind it. Nobody is behind 0. */
export function Who({
  count,
  asked,
  show,
  children,
}: {
  readonly count: number;
  readonly asked: Asked;
  readonly show: Show;
  /** What is shown in place of the count. */
  readonly children?: ReactNode;
}) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const shown = children ?? format.count(count);
  if (count === 0) return <span className="figures">{shown}</span>;
  return (
    <Anchor
      component="button"
      fz="inherit"
      fw="inherit"
      className="figures"
      // A sentence says by itself what it opens; a number alone does not.
      {...(children === undefined
        ? { 'aria-label': t('showWho', { count, shown: format.count(count), what: asked.title }) }
        : {})}
      onClick={() => show(asked)}
    >
      {shown}
    </Anchor>
  );
}

export function BehindNumber({
  source,
  asked,
  onClose,
}: {
  readonly source: Source;
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
      {asked !== null && <Leads source={source} of={asked.of} />}
    </Modal>
  );
}

function Leads({ source, of }: { readonly source: Source; readonly of: BehindOf }) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const found = useInfiniteQuery({
    queryKey: ['behind', source, of],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      call<Behind>('POST', '/api/trials/contacts', { body: { ...source, of, limit: 50, cursor: pageParam }, signal }),
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
  const [first] = found.data.pages;
  const count = first?.ok ? first.count : 0;
  const score = 'score' in of ? of.score : null;
  const placeOf = (side: { readonly stage: string | null; readonly disqualified: boolean }) =>
    side.disqualified ? t('disqualified') : (side.stage ?? t('noStage'));
  const pointsOf = (value: number | string | null | undefined): string =>
    value === null || value === undefined ? '–' : typeof value === 'number' ? format.points(value) : value;
  const signed = (value: number | null): string => (value === null ? '–' : format.signed(value));
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed" role="status">
        {t('behindCount', { shown: format.count(items.length), all: format.count(count) })}
      </Text>
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('lead')}</Table.Th>
            <Table.Th className="number">
              {t(of.kind === 'rule' ? 'rulePointsOf' : score === null ? 'stageMove' : 'scoreMove', { score })}
            </Table.Th>
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
                {score !== null ? (
                  `${pointsOf(before?.scores[score])} → ${pointsOf(after.scores[score])}`
                ) : points === null ? (
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
                  `${signed(points.before)} → ${signed(points.after)}`
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
