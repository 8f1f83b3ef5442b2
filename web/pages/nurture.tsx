/** Leads that are not ready: which to look after now, and which to give up, each with the reason. */

import { Badge, Paper, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Lead, Nurture } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { Failure } from '../parts/failure.tsx';
import { LeadName } from '../parts/lead-name.tsx';
import { useReason } from '../parts/reason-of.tsx';
import { Wide } from '../parts/wide.tsx';

type Against = Nurture['giveUp']['items'][number]['evidence'][number];

export function NurturePage() {
  const { t } = useTranslation('nurture');
  const nurture = useQuery({
    queryKey: ['nurture'],
    queryFn: () => call<Nurture>('GET', '/api/nurture', { query: { limit: 50 } }),
  });
  return (
    <Stack gap="lg">
      <Title order={1}>{t('heading')}</Title>
      {nurture.isPending ? (
        <Skeleton h={480} />
      ) : nurture.error ? (
        <Failure error={nurture.error} again={() => nurture.refetch()} />
      ) : (
        <Lists of={nurture.data} />
      )}
    </Stack>
  );
}

function Lists({ of }: { of: Nurture }) {
  const { t } = useTranslation('nurture');
  const format = useFormat();
  const against = useAgainst();
  const points = (score: string, value: number): string => t('points', { score, points: format.points(value) });
  const asked = of.thresholds.map(({ score, least }) => points(score, least)).join(', ');
  const { days, stage, score } = of;
  return (
    <>
      <List
        title={t('closest')}
        hint={asked === '' ? t('noThreshold') : t('closestHint', { stage, asked })}
        heads={[t('missing')]}
        rows={of.closest.map(({ lead, missing }) => ({
          lead,
          cells: [missing.map((one) => points(one.score, one.points)).join(', ')],
        }))}
      />
      <List
        title={t('cooling')}
        hint={t('coolingHint', { score, days: format.days(days.fall) })}
        heads={[t('before'), t('now')]}
        numbers
        rows={of.cooling.map(({ lead, before, now }) => ({
          lead,
          cells: [format.points(before), format.points(now)],
        }))}
      />
      <List
        title={t('cameBack')}
        hint={t('cameBackHint', { away: format.days(days.away), lately: format.days(days.lately) })}
        heads={[t('silence'), t('backAt')]}
        rows={of.cameBack.map(({ lead, days: away, backAt }) => ({
          lead,
          cells: [format.days(away), format.day(backAt)],
        }))}
      />
      <List
        title={t('recycled')}
        hint={t('recycledHint')}
        heads={[t('returns'), t('note')]}
        rows={of.recycled.map(({ lead, returnsAt, note }) => ({ lead, cells: [format.day(returnsAt), note ?? ''] }))}
      />
      <List
        title={t('giveUp')}
        hint={t('giveUpHint', { silence: format.days(days.silence) })}
        total={of.giveUp.total}
        heads={[t('because')]}
        rows={of.giveUp.items.map(({ lead, evidence }) => ({ lead, cells: [evidence.map(against).join(' ')] }))}
      />
    </>
  );
}

/** One thing that speaks against a lead, as a sentence. */
function useAgainst(): (evidence: Against) => string {
  const { t } = useTranslation('nurture');
  const format = useFormat();
  const reasonOf = useReason();
  return (evidence) => {
    switch (evidence.kind) {
      case 'silent':
        return t('against.silent', { days: format.days(evidence.days) });
      case 'negative':
        return t('against.negative', { points: format.points(evidence.points), rules: evidence.rules.join(', ') });
      case 'refused':
        if (evidence.end === 'lost' && evidence.times === 1) return t('against.lost', { reason: evidence.reason });
        return t('against.refused', { count: evidence.times, reason: reasonOf(evidence.end, evidence.reason) });
    }
  };
}

interface Listed {
  readonly title: string;
  readonly hint: string;
  /** How many there are in all, where not all are listed. */
  readonly total?: number;
  readonly heads: readonly string[];
  readonly numbers?: boolean;
  readonly rows: readonly { readonly lead: Lead; readonly cells: readonly ReactNode[] }[];
}

function List({ title, hint, total, heads, numbers = false, rows }: Listed) {
  const { t } = useTranslation('nurture');
  const format = useFormat();
  const side = numbers ? 'number' : '';
  return (
    <Stack gap="xs">
      <Title order={2}>
        {title}{' '}
        <Badge variant="light" component="span" aria-hidden>
          {format.count(total ?? rows.length)}
        </Badge>
      </Title>
      <Text size="sm" c="dimmed" maw={720}>
        {hint}
      </Text>
      {rows.length === 0 ? (
        <Paper withBorder p="sm">
          <Text size="sm">{t('none')}</Text>
        </Paper>
      ) : (
        <Wide label={title} least={320}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w="35%">{t('lead')}</Table.Th>
              {heads.map((head) => (
                <Table.Th key={head} className={side}>
                  {head}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ lead, cells }) => (
              <Table.Tr key={lead.id}>
                <Table.Td>
                  <LeadName of={lead} />
                </Table.Td>
                {cells.map((cell, i) => (
                  <Table.Td key={heads[i]} className={side}>
                    {cell}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Wide>
      )}
    </Stack>
  );
}
