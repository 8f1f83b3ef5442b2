/** What a lead did and what changed of it, the latest first. Whoever may can void an event here, and take that back. */

import { Badge, Button, Center, Group, Loader, Stack, Text, Timeline } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { List, TimelineRow } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { useMe } from '../me.ts';
import { Failure } from './failure.tsx';

const PAGE = 30;

export function TimeLine({ id }: { id: string }) {
  const { t } = useTranslation('lead');
  const rows = useInfiniteQuery({
    queryKey: ['lead', id, 'timeline'],
    queryFn: ({ pageParam }) =>
      call<List<TimelineRow>>('GET', `/api/contacts/${id}/timeline`, { query: { limit: PAGE, cursor: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  if (rows.isPending)
    return (
      <Center>
        <Loader />
      </Center>
    );
  if (rows.error) return <Failure error={rows.error} again={() => rows.refetch()} />;
  const all = rows.data.pages.flatMap(({ items }) => items);
  if (all.length === 0) return <Text c="dimmed">{t('didNothing')}</Text>;
  return (
    <Stack>
      <Timeline bulletSize={12} lineWidth={2}>
        {all.map((row) => (
          <Timeline.Item key={`${row.kind} ${row.at} ${row.id} ${row.name}`}>
            <Row id={id} row={row} />
          </Timeline.Item>
        ))}
      </Timeline>
      {rows.hasNextPage && (
        <Center>
          <Button variant="default" loading={rows.isFetchingNextPage} onClick={() => rows.fetchNextPage()}>
            {t('more')}
          </Button>
        </Center>
      )}
    </Stack>
  );
}

function Row({ id, row }: { id: string; row: TimelineRow }) {
  const { t } = useTranslation('lead');
  const format = useFormat();
  const queries = useQueryClient();
  const me = useMe();
  const voided = row.details.voided === true;
  const change = useMutation({
    mutationFn: () =>
      call('POST', voided ? '/api/events/unvoid' : '/api/events/void', {
        body: { events: { contactId: id, eventIds: [row.id] }, ...(voided ? {} : { reason: t('voidedByHand') }) },
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['lead', id] }),
  });
  const mayVoid = row.kind === 'event' && me.data?.rights.includes('event.void') === true;
  return (
    <Group justify="space-between" align="flex-start" wrap="nowrap" gap="sm">
      <Stack gap={0}>
        <Group gap="xs">
          <Text size="sm" fw={600} {...(voided ? { td: 'line-through' } : {})}>
            {t(`kind.${row.kind}`, { name: row.name })}
          </Text>
          {voided && (
            <Badge size="xs" color="gray" variant="outline">
              {t('voided')}
            </Badge>
          )}
          {row.kind === 'stage' && row.details.undone === true && (
            <Badge size="xs" color="gray" variant="outline">
              {t('undone')}
            </Badge>
          )}
          {typeof row.details.machine === 'string' && (
            <Badge size="xs" color="gray" variant="outline">
              {t('machine', { why: row.details.machine })}
            </Badge>
          )}
        </Group>
        <Text size="xs" c="dimmed">
          {format.moment(row.at)}
        </Text>
        <Text size="xs" c="dimmed" className="breaks">
          {detailsOf(row)}
        </Text>
        {change.error && <Failure error={change.error} />}
      </Stack>
      {mayVoid && (
        <Button size="compact-xs" variant="default" loading={change.isPending} onClick={() => change.mutate()}>
          {t(voided ? 'unvoid' : 'void')}
        </Button>
      )}
    </Group>
  );
}

/** Properties in one line; of a stage, from where to where. */
function detailsOf({ kind, details }: TimelineRow): string {
  if (kind === 'stage') return `${details.from ?? '–'} → ${details.to ?? '–'}`;
  const facts = kind === 'event' ? Object(details.properties) : details;
  return Object.entries(facts)
    .filter(([name, value]) => value !== null && value !== '' && name !== 'machine')
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ');
}
