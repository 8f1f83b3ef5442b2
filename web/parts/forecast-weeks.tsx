/** How many qualified leads to expect: the weeks before, those to come, the promise, and how the forecast did before. */

import { Alert, Group, Paper, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { ForecastAnswer } from '../answers.ts';
import { call } from '../call.ts';
import { barsOf, type Subject, verdictOf } from '../forecast.model.ts';
import { useFormat } from '../format.ts';
import { Failure } from './failure.tsx';
import { Between, CHART_HEIGHT, Sampled } from './forecast-figures.tsx';

const Chart = lazy(() => import('./forecast-chart.tsx'));

/** Weeks before now in the chart. */
const SHOWN = 26;

export function ForecastWeeks({ subject: { kind, name } }: { subject: Subject }) {
  const { t } = useTranslation('forecast');
  const found = useQuery({
    queryKey: ['forecast', kind, name],
    queryFn: () => call<ForecastAnswer>('GET', '/api/forecast', { query: { [kind]: name } }),
    staleTime: 300_000,
  });
  return (
    <Stack component="section" aria-label={t('weeks')}>
      <Title order={2}>{t('weeks')}</Title>
      {found.isPending && <Skeleton h={CHART_HEIGHT + 120} />}
      {found.error && <Failure error={found.error} again={() => found.refetch()} />}
      {found.data && <Found of={found.data} />}
    </Stack>
  );
}

function Found({ of }: { of: ForecastAnswer }) {
  const { t } = useTranslation('forecast');
  const format = useFormat();
  const { month, quarter, promise, backTest, history, ahead } = of;
  if (month === null || quarter === null || ahead === null)
    return <Alert variant="light">{t('tooShort', { weeks: format.count(history.length) })}</Alert>;
  const names = { count: t('counted'), expected: t('expected'), low: t('low'), high: t('high') };
  return (
    <Stack>
      <Group align="stretch" gap="md">
        <Between label={t('month')} of={month} write={format.whole} />
        <Between label={t('quarter')} of={quarter} write={format.whole} />
        {promise && (
          <Paper withBorder p="md" flex="1 1 260px">
            <Text size="sm" c="dimmed">
              {t('promise', { until: format.day(promise.until) })}
            </Text>
            <Text fw={650} size="xl">
              {t('promised', { soFar: format.whole(promise.soFar), count: format.count(promise.count) })}
            </Text>
            <Text size="sm">
              {t('promiseEnd', {
                expected: format.whole(promise.end.expected),
                low: format.whole(promise.end.low),
                high: format.whole(promise.end.high),
                chance: format.share(promise.chance),
              })}
            </Text>
          </Paper>
        )}
      </Group>
      <Suspense fallback={<Skeleton h={CHART_HEIGHT} />}>
        <Chart label={t('chart')} bars={barsOf(of, format.day, SHOWN)} names={names} write={format.whole} />
      </Suspense>
      <Text size="sm">{t(`verdict.${verdictOf(backTest)}`)}</Text>
      {backTest.coverage !== null && (
        <Text size="sm" c="dimmed">
          {t('tried', {
            cases: format.count(backTest.cases),
            coverage: format.share(backTest.coverage),
            error: format.points(backTest.error ?? 0),
            same: format.points(backTest.sameError ?? 0),
          })}
        </Text>
      )}
      {of.source === 'scored' && (
        <Text size="sm" c="dimmed">
          {t('scored')}
        </Text>
      )}
      {of.sample && <Sampled of={of.sample} />}
      <details>
        <summary>{t('figures')}</summary>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('week')}</Table.Th>
              <Table.Th className="number">{t('expected')}</Table.Th>
              <Table.Th className="number">{t('range')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {history.slice(-SHOWN).map(({ from, count }) => (
              <Table.Tr key={from}>
                <Table.Td>{format.day(from)}</Table.Td>
                <Table.Td className="number">{t('was', { count: format.whole(count) })}</Table.Td>
                <Table.Td />
              </Table.Tr>
            ))}
            {ahead.map(({ from, expected, low, high }) => (
              <Table.Tr key={from}>
                <Table.Td>{format.day(from)}</Table.Td>
                <Table.Td className="number">{format.whole(expected)}</Table.Td>
                <Table.Td className="number">
                  {t('between', { low: format.whole(low), high: format.whole(high) })}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </details>
    </Stack>
  );
}
