/** Who is behind a figure: leads that reached a stage in a span, or won, the latest first. */

import { Anchor, Button, Center, Drawer, Group, Loader, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { List } from '../answers.ts';
import { call } from '../call.ts';
import type { Behind } from '../figures.ts';
import { useFormat } from '../format.ts';
import { nameOf } from '../lead.model.ts';
import { Failure } from './failure.tsx';

const PAGE = 30;

interface Shown {
  readonly asked: { readonly from: string; readonly to: string };
  /** The stage; null for deals that were won; undefined shows nothing. */
  readonly stage: string | null | undefined;
  readonly onClose: () => void;
}

export function BehindOf({ asked, stage, onClose }: Shown) {
  const { t } = useTranslation('overview');
  return (
    <Drawer
      opened={stage !== undefined}
      onClose={onClose}
      position="right"
      title={stage === null || stage === undefined ? t('won') : t('reaching', { stage })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {stage !== undefined && <Leads asked={asked} stage={stage} />}
    </Drawer>
  );
}

function Leads({ asked, stage }: { asked: Shown['asked']; stage: string | null }) {
  const { t } = useTranslation('overview');
  const format = useFormat();
  const found = useInfiniteQuery({
    queryKey: ['overview', 'behind', asked, stage],
    queryFn: ({ pageParam }) =>
      call<List<Behind>>('GET', '/api/overview/contacts', {
        query: { ...asked, stage: stage ?? undefined, limit: PAGE, cursor: pageParam },
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  if (found.isPending)
    return (
      <Center mih={160}>
        <Loader />
      </Center>
    );
  if (found.error) return <Failure error={found.error} again={() => found.refetch()} />;
  return (
    <Stack gap="sm">
      {found.data.pages
        .flatMap(({ items }) => items)
        .map((lead) => (
          <Group key={lead.id} justify="space-between" wrap="nowrap" gap="sm">
            <Stack gap={0}>
              <Anchor
                size="sm"
                fw={600}
                className="breaks"
                renderRoot={(props) => <Link {...props} to="/leads/$id" params={{ id: lead.id }} />}
              >
                {nameOf(lead)}
              </Anchor>
              <Text size="xs" c="dimmed" className="breaks">
                {typeof lead.traits.title === 'string' ? lead.traits.title : lead.email}
              </Text>
            </Stack>
            <Text size="xs" c="dimmed" className="number">
              {format.moment(lead.at)}
            </Text>
          </Group>
        ))}
      {found.hasNextPage && (
        <Center>
          <Button variant="default" loading={found.isFetchingNextPage} onClick={() => found.fetchNextPage()}>
            {t('more')}
          </Button>
        </Center>
      )}
    </Stack>
  );
}
