/** What becomes of leads that were handed over: conversion by age and month, wins and revenue to expect. */

import { Group, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { RevenueAnswer } from '../answers.ts';
import { call } from '../call.ts';
import { verdictOf } from '../forecast.model.ts';
import { useFormat } from '../format.ts';
import { Failure } from './failure.tsx';
import { Between } from './forecast-figures.tsx';

/** Ages in weeks that the table shows. */
const AGES = [0, 1, 2, 4, 8, 13, 26, 52];

export function ForecastRevenue() {
  const { t } = useTranslation('forecast');
  const found = useQuery({
    queryKey: ['forecast', 'revenue'],
    queryFn: () => call<RevenueAnswer>('GET', '/api/forecast/revenue'),
    staleTime: 300_000,
  });
  return (
    <Stack component="section" aria-label={t('revenue')}>
      <Title order={2}>{t('revenue')}</Title>
      {found.isPending && <Skeleton h={240} />}
      {found.error && <Failure error={found.error} again={() => found.refetch()} />}
      {found.data && <Expected of={found.data} />}
    </Stack>
  );
}

function Expected({ of }: { of: RevenueAnswer }) {
  const { t } = useTranslation('forecast');
  const format = useFormat();
  const { leads, open, won, present, next, currency, backTest, conversion, cohorts, otherCurrencies } = of;
  if (leads === 0) return <Text c="dimmed">{t('noHandoffs')}</Text>;
  const money = (value: number): string => format.roundMoney(value, currency);
  const ages = conversion.filter(({ age }) => AGES.includes(age));
  return (
    <Stack>
      <Text>{t('handed', { leads: format.count(leads), open: format.count(open), won: format.count(won) })}</Text>
      {present && next ? (
        <Group align="stretch">
          <Between label={t('presentWins')} of={present.wins} write={format.whole} />
          <Between label={t('nextWins')} of={next.wins} write={format.whole} />
          {present.revenue && <Between label={t('presentRevenue')} of={present.revenue} write={money} />}
          {next.revenue && <Between label={t('nextRevenue')} of={next.revenue} write={money} />}
        </Group>
      ) : (
        <Text c="dimmed">{t('tooYoung')}</Text>
      )}
      {otherCurrencies > 0 && (
        <Text size="sm" c="dimmed">
          {t('otherCurrencies', { others: format.count(otherCurrencies) })}
        </Text>
      )}
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
      <Title order={3} size="h4">
        {t('byAge')}
      </Title>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('age')}</Table.Th>
            <Table.Th className="number">{t('wonShare')}</Table.Th>
            <Table.Th className="number">{t('range')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {ages.map(({ age, expected, low, high }) => (
            <Table.Tr key={age}>
              <Table.Td>{t('ageWeeks', { count: age + 1 })}</Table.Td>
              <Table.Td className="number">{format.share(expected)}</Table.Td>
              <Table.Td className="number">
                {t('between', { low: format.share(low), high: format.share(high) })}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Title order={3} size="h4">
        {t('byMonth')}
      </Title>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('arrived')}</Table.Th>
            <Table.Th className="number">{t('leads')}</Table.Th>
            {cohorts[0]?.wonWithin.map(({ days }) => (
              <Table.Th key={days} className="number">
                {t('within', { days: format.count(days) })}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {cohorts.map((cohort) => (
            <Table.Tr key={cohort.month}>
              <Table.Td>{format.month(cohort.month)}</Table.Td>
              <Table.Td className="number">{format.count(cohort.leads)}</Table.Td>
              {cohort.wonWithin.map(({ days, won: wins }) => (
                <Table.Td key={days} className="number">
                  {wins === null
                    ? t('notYet')
                    : t('ofThem', { won: format.count(wins), share: format.share(wins / cohort.leads) })}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}
