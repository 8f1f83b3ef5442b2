/** What a lead did and what changed of it, the latest first. Whoever may can void an event here, and take that back. */

import { Badge, Button, Center, Group, Loader, Modal, Stack, Text, TextInput, Timeline } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { List, TimelineRow } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { endOf, shownValue } from '../lead.model.ts';
import { useMay } from '../me.ts';
import { Failure } from './failure.tsx';

const PAGE = 30;

export function TimeLine({ id, asOf }: { id: string; asOf: string | undefined }) {
  const { t } = useTranslation('lead');
  const rows = useInfiniteQuery({
    queryKey: ['lead', id, 'timeline', asOf ?? null],
    queryFn: ({ pageParam }) =>
      call<List<TimelineRow>>('GET', `/api/contacts/${id}/timeline`, {
        query: { limit: PAGE, cursor: pageParam, asOf: asOf === undefined ? undefined : endOf(asOf) },
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: (before) => before,
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
  const [asking, setAsking] = useState(false);
  const voided = row.details.voided === true;
  const change = useVoid(id, row);
  const mayVoid = useMay('event.void') && row.kind === 'event';
  return (
    <Group justify="space-between" align="flex-start" wrap="nowrap" gap="sm">
      <Stack gap={0}>
        <Group gap="xs">
          <Text size="sm" fw={600} {...(voided ? { td: 'line-through' } : {})}>
            {t(`kind.${row.kind}`, { name: row.name })}
          </Text>
          {voided && (
            <Badge size="xs" color="gray" variant="outline">
              {typeof row.details.reason === 'string' ? t('voidedBecause', { why: row.details.reason }) : t('voided')}
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
        <Button
          size="compact-xs"
          variant="default"
          flex="none"
          loading={change.isPending}
          onClick={() => (voided ? change.mutate(null) : setAsking(true))}
        >
          {t(voided ? 'unvoid' : 'void')}
        </Button>
      )}
      {asking && (
        <Why
          name={row.name}
          close={() => setAsking(false)}
          go={(reason) => {
            setAsking(false);
            change.mutate(reason);
          }}
        />
      )}
    </Group>
  );
}

/** Lets the event of a row not count any more, for a reason, or count again, for none. */
function useVoid(id: string, row: TimelineRow) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (reason: string | null) =>
      call('POST', reason === null ? '/api/events/unvoid' : '/api/events/void', {
        body: { events: { contactId: id, eventIds: [row.id] }, ...(reason === null ? {} : { reason }) },
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['lead', id] }),
  });
}

/** Why an event does not count is asked, so that somebody else can read it later. */
function Why({ name, close, go }: { name: string; close: () => void; go: (reason: string) => void }) {
  const { t } = useTranslation('lead');
  const [reason, setReason] = useState('');
  return (
    <Modal opened onClose={close} title={t('voidTitle', { name })} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          go(reason.trim());
        }}
      >
        <Stack>
          <Text size="sm">{t('voidHint')}</Text>
          <TextInput
            label={t('voidWhy')}
            required
            maxLength={200}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('cancel')}
            </Button>
            <Button type="submit" disabled={reason.trim() === ''}>
              {t('void')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Properties in one line; of a stage, from where to where. */
function detailsOf({ kind, details }: TimelineRow): string {
  if (kind === 'stage') return `${details.from ?? '–'} → ${details.to ?? '–'}`;
  const facts = kind === 'event' ? Object(details.properties) : details;
  return Object.entries(facts)
    .filter(([name, value]) => value !== null && value !== '' && name !== 'machine')
    .map(([name, value]) => `${name}: ${shownValue(value)}`)
    .join(' · ');
}
