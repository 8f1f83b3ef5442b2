/** What each condition of an agreement's definition costs, and what would fill its promise. */

import { Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { DefinitionAnswer } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { Failure } from './failure.tsx';
import { Sampled } from './forecast-figures.tsx';

export function ForecastDefinition({ agreement }: { agreement: string }) {
  const { t, i18n } = useTranslation('forecast');
  const found = useQuery({
    queryKey: ['forecast', 'definition', agreement, i18n.language],
    queryFn: () =>
      call<DefinitionAnswer>('POST', '/api/forecast/definition', { body: { agreement, language: i18n.language } }),
    staleTime: 300_000,
  });
  return (
    <Stack component="section" aria-label={t('definition')}>
      <Title order={2}>{t('definition')}</Title>
      {found.isPending && <Skeleton h={240} />}
      {found.error && <Failure error={found.error} again={() => found.refetch()} />}
      {found.data && <Costs of={found.data} />}
    </Stack>
  );
}

function Costs({ of }: { of: DefinitionAnswer }) {
  const { t } = useTranslation('forecast');
  const format = useFormat();
  const { perWeek, conditions, threshold } = of;
  return (
    <Stack>
      <Text>{t('perWeek', { perWeek: format.points(perWeek) })}</Text>
      <Loosening of={of} />
      <Sampled of={of.sample} />
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('without')}</Table.Th>
            <Table.Th className="number">{t('more')}</Table.Th>
            <Table.Th className="number">{t('aWeek')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {conditions.map((row) => (
            <Table.Tr key={row.condition}>
              <Table.Td className="breaks">{row.condition}</Table.Td>
              <Table.Td className="number">{format.signed(row.more)}</Table.Td>
              <Table.Td className="number">{format.points(row.perWeek)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {threshold && (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('least', { score: threshold.score })}</Table.Th>
              <Table.Th className="number">{t('aWeek')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {threshold.steps.map((step) => (
              <Table.Tr key={step.points}>
                <Table.Td>
                  {format.points(step.points)} {step.points === threshold.points && t('present')}
                </Table.Td>
                <Table.Td className="number">{format.points(step.perWeek)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  );
}

function Loosening({ of: { wantedPerWeek, loosening, threshold } }: { of: DefinitionAnswer }) {
  const { t } = useTranslation('forecast');
  const format = useFormat();
  if (wantedPerWeek === null) return <Text c="dimmed">{t('noPromise')}</Text>;
  const wanted = format.points(wantedPerWeek);
  if (loosening === null) return <Text>{t('noLoosening', { wanted })}</Text>;
  if (loosening.leaveOut.length === 0) return <Text>{t('enough', { wanted })}</Text>;
  const lower = threshold?.fills != null && threshold.fills < threshold.points ? threshold.fills : null;
  return (
    <Stack gap={4}>
      <Text>
        {t('loosening', {
          wanted,
          leaveOut: loosening.leaveOut.join(' · '),
          perWeek: format.points(loosening.perWeek),
        })}
      </Text>
      {threshold && lower !== null && (
        <Text>{t('lower', { score: threshold.score, points: format.points(lower), wanted })}</Text>
      )}
    </Stack>
  );
}
