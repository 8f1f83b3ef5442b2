/** The regular review: when it is due, what there is to talk about, and what was decided. Which one is open is in the address. */

import {
  Alert,
  Anchor,
  Badge,
  Button,
  Group,
  Modal,
  Paper,
  Skeleton,
  Stack,
  Table,
  Text,
  Textarea,
  Title,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DriftFound, Reviews, WholeReview } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { useMe } from '../me.ts';
import { Failure } from '../parts/failure.tsx';
import { useReason } from '../parts/reason-of.tsx';
import { Refusal } from '../parts/refusal.tsx';
import { Share } from '../parts/share.tsx';
import { Wide } from '../parts/wide.tsx';
import { review } from '../router.tsx';

const useMayWrite = (): boolean => useMe().data?.rights.includes('agreement.write') ?? false;

export function ReviewPage() {
  const { t } = useTranslation('review');
  const { id } = review.useSearch();
  const reviews = useQuery({ queryKey: ['reviews'], queryFn: () => call<Reviews>('GET', '/api/reviews') });
  const shown = id ?? reviews.data?.due.find(({ openId }) => openId !== null)?.openId ?? reviews.data?.items[0]?.id;
  return (
    <Stack gap="lg">
      <Title order={1}>{t('heading')}</Title>
      {reviews.isPending ? (
        <Skeleton h={80} />
      ) : reviews.error ? (
        <Failure error={reviews.error} again={() => reviews.refetch()} />
      ) : (
        <>
          <Due of={reviews.data} />
          {shown !== undefined && <One key={shown} id={shown} />}
          <Past of={reviews.data} shown={shown} />
        </>
      )}
    </Stack>
  );
}

function Due({ of: { due } }: { of: Reviews }) {
  const { t } = useTranslation('review');
  const format = useFormat();
  const may = useMayWrite();
  const queries = useQueryClient();
  const navigate = review.useNavigate();
  const open = useMutation({
    mutationFn: (agreement: string) => call<WholeReview>('POST', '/api/reviews', { body: { agreement } }),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['reviews'] });
      await navigate({ search: { id } });
    },
  });
  if (due.length === 0) return <Alert variant="light">{t('noAgreement')}</Alert>;
  return (
    <Stack gap="xs">
      {due.map(({ agreement, dueAt, overdue, openId }) => (
        <Paper key={agreement} withBorder p="sm">
          <Group justify="space-between">
            <div>
              <Text fw={600}>{agreement}</Text>
              <Text size="sm" {...(overdue ? { className: 'late' } : { c: 'dimmed' })}>
                {dueAt === null ? t('noDay') : t(overdue ? 'overdue' : 'due', { at: format.day(dueAt) })}
              </Text>
            </div>
            {may && openId === null && (
              <Button loading={open.isPending} onClick={() => open.mutate(agreement)}>
                {t('open')}
              </Button>
            )}
          </Group>
        </Paper>
      ))}
      {open.error && <Failure error={open.error} />}
    </Stack>
  );
}

function Past({ of: { items }, shown }: { of: Reviews; shown: string | undefined }) {
  const { t } = useTranslation('review');
  const format = useFormat();
  if (items.length === 0) return null;
  return (
    <Stack gap="xs">
      <Title order={2}>{t('all')}</Title>
      <ul className="rows">
        {items.map((one) => (
          <li key={one.id} className="row">
            <Anchor
              size="sm"
              {...(one.id === shown ? { 'aria-current': true as const } : {})}
              renderRoot={(props) => <Link {...props} to="/review" search={{ id: one.id }} />}
            >
              {t('named', { agreement: one.agreement, at: format.day(one.closedAt ?? one.openedAt) })}
            </Anchor>
            <State closedAt={one.closedAt} />
          </li>
        ))}
      </ul>
    </Stack>
  );
}

function State({ closedAt }: { closedAt: string | null }) {
  const { t } = useTranslation('review');
  return (
    <Badge variant="outline" color="gray" tt="none">
      <Text span inherit c="var(--mantine-color-text)">
        {t(closedAt === null ? 'isOpen' : 'isClosed')}
      </Text>
    </Badge>
  );
}

function One({ id }: { id: string }) {
  const { t, i18n } = useTranslation('review');
  const format = useFormat();
  const mayWrite = useMayWrite();
  const send = useMutation({ mutationFn: () => call('POST', `/api/reviews/${id}/send`) });
  const one = useQuery({
    queryKey: ['reviews', id],
    queryFn: () => call<WholeReview>('GET', `/api/reviews/${id}`),
  });
  if (one.isPending) return <Skeleton h={480} />;
  if (one.error) return <Failure error={one.error} again={() => one.refetch()} />;
  const { report, agreement } = one.data;
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <div>
          <Group gap="sm">
            <Title order={2}>{t('named', { agreement, at: format.day(report.to) })}</Title>
            <State closedAt={one.data.closedAt} />
          </Group>
          <Text size="sm" c="dimmed">
            {t('period', {
              from: format.day(report.from),
              to: format.day(report.to),
              before: format.day(report.before),
            })}
          </Text>
        </div>
        <Group gap="xs">
          <Button
            component="a"
            variant="default"
            href={`/api/reviews/${id}/report.html?language=${i18n.language}`}
            target="_blank"
            rel="noreferrer"
          >
            {t('print')}
          </Button>
          <Button
            component="a"
            variant="default"
            href={`/api/reviews/${id}/report.pdf?language=${i18n.language}`}
            target="_blank"
            rel="noreferrer"
          >
            {t('pdf')}
          </Button>
          {mayWrite && one.data.closedAt !== null && (
            <Button variant="default" loading={send.isPending} onClick={() => send.mutate()}>
              {t('send')}
            </Button>
          )}
        </Group>
      </Group>
      <Text size="sm" role="status">
        {send.isSuccess && t('sent')}
      </Text>
      <Refusal error={send.error} />
      <Proposals of={report} />
      <Conversion of={report} />
      <Stack gap="xs">
        <Title order={3} size="1rem">
          {t('drift')}
        </Title>
        <Text size="sm" c="dimmed" maw={720}>
          {t('driftHint')}
        </Text>
        <Drifted title={t('events')} of={report.events} />
        {report.traits.map(({ field, drift }) => (
          <Drifted key={field} title={t('field', { field })} of={drift} />
        ))}
        <Drifted title={t('scores', { score: report.score })} of={report.scores} />
      </Stack>
      <Minutes of={one.data} />
    </Stack>
  );
}

function Proposals({ of: { proposals } }: { of: WholeReview['report'] }) {
  const { t } = useTranslation('review');
  const format = useFormat();
  const reasonOf = useReason();
  const percent = (share: { readonly share: number } | null): string =>
    share === null ? '–' : format.share(share.share);
  const text = (one: (typeof proposals)[number]): string => {
    switch (one.kind) {
      case 'lower':
      case 'raise': {
        const said = t(`propose.${one.kind}`, {
          rule: one.rule,
          answered: format.count(one.answered),
          with: percent(one.with),
          without: percent(one.without),
        });
        return one.reason === null ? said : `${said} ${t('mostly', { reason: reasonOf('rejected', one.reason) })}`;
      }
      case 'remove':
        return t('propose.remove', { rule: one.rule });
      case 'merge':
        return t('propose.merge', {
          rules: one.rules.join(', '),
          both: format.count(one.both),
          either: format.count(one.either),
        });
    }
  };
  return (
    <Stack gap="xs">
      <Title order={3} size="1rem">
        {t('proposals')}
      </Title>
      {proposals.length === 0 ? (
        <Text size="sm">{t('nothing')}</Text>
      ) : (
        <ul style={{ margin: 0 }}>
          {proposals.map((one) => (
            <li key={text(one)}>
              <Text size="sm">{text(one)}</Text>
            </li>
          ))}
        </ul>
      )}
    </Stack>
  );
}

function Conversion({ of: { conversion } }: { of: WholeReview['report'] }) {
  const { t } = useTranslation('review');
  const format = useFormat();
  const rows = [
    [t('before'), conversion.before],
    [t('now'), conversion.now],
  ] as const;
  return (
    <Stack gap="xs">
      <Title order={3} size="1rem">
        {t('conversion')}
      </Title>
      <Wide label={t('conversion')} least={640}>
        <Table.Thead>
          <Table.Tr>
            <Table.Td />
            <Table.Th className="number">{t('handed')}</Table.Th>
            <Table.Th>{t('accepted')}</Table.Th>
            <Table.Th>{t('rejected')}</Table.Th>
            <Table.Th>{t('won')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(([name, rate]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row">{name}</Table.Th>
              <Table.Td className="number">{format.count(rate.handed)}</Table.Td>
              <Table.Td>
                <Share of={rate.acceptance} />
              </Table.Td>
              <Table.Td>
                <Share of={rate.rejection} />
              </Table.Td>
              <Table.Td>
                <Share of={rate.winning} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Wide>
    </Stack>
  );
}

/** Names of what moved that are shown. */
const SHOWN = 8;

function Drifted({ title, of: { level, index, parts } }: { title: string; of: DriftFound }) {
  const { t } = useTranslation('review');
  const format = useFormat();
  const said = t(`level.${level}`);
  return (
    <details className="drift" open={level === 'moved'}>
      <summary>
        <b>{title}</b> {index === null ? said : t('levelOf', { level: said, index: format.points(index) })}
      </summary>
      {parts.length > 0 && (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Td />
              <Table.Th className="number">{t('before')}</Table.Th>
              <Table.Th className="number">{t('now')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {parts.slice(0, SHOWN).map(({ name, before, now }) => (
              <Table.Tr key={name}>
                <Table.Th scope="row" className="breaks">
                  {name}
                </Table.Th>
                <Table.Td className="number">{format.share(before)}</Table.Td>
                <Table.Td className="number">{format.share(now)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </details>
  );
}

function Minutes({ of: { id, minutes, closedAt } }: { of: WholeReview }) {
  const { t } = useTranslation('review');
  const may = useMayWrite() && closedAt === null;
  const [text, setText] = useState(minutes);
  const [asking, { open: ask, close: cancel }] = useDisclosure(false);
  const queries = useQueryClient();
  const again = () => queries.invalidateQueries({ queryKey: ['reviews'] });
  const write = () => call('PUT', `/api/reviews/${id}/minutes`, { body: { minutes: text } });
  const save = useMutation({ mutationFn: write, onSuccess: again });
  const end = useMutation({
    mutationFn: async () => {
      await write();
      await call('POST', `/api/reviews/${id}/close`);
    },
    onSuccess: async () => {
      cancel();
      await again();
    },
  });
  if (!may)
    return (
      <Stack gap="xs">
        <Title order={3} size="1rem">
          {t('minutes')}
        </Title>
        <Text size="sm" style={{ whiteSpace: 'pre-wrap' }} className="breaks">
          {minutes === '' ? t('noMinutes') : minutes}
        </Text>
      </Stack>
    );
  return (
    <Stack gap="xs">
      <Title order={3} size="1rem">
        {t('minutes')}
      </Title>
      <Textarea
        aria-label={t('minutes')}
        autosize
        minRows={5}
        maxLength={50_000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group>
        <Button variant="default" loading={save.isPending} disabled={text === minutes} onClick={() => save.mutate()}>
          {t('save')}
        </Button>
        <Button onClick={ask}>{t('close')}</Button>
        <Text size="sm" c="dimmed" role="status">
          {text === minutes && save.isSuccess ? t('saved') : ''}
        </Text>
      </Group>
      {save.error && <Failure error={save.error} />}
      <Modal opened={asking} onClose={cancel} title={t('close')} closeButtonProps={{ 'aria-label': t('cancel') }}>
        <Stack>
          <Text size="sm">{t('closeHint')}</Text>
          {end.error && <Failure error={end.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={cancel}>
              {t('cancel')}
            </Button>
            <Button loading={end.isPending} onClick={() => end.mutate()}>
              {t('closeNow')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Stack>
  );
}
