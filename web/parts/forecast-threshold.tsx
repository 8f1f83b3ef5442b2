/** The threshold of a score that gives sales so many leads a day. */

import { Group, NativeSelect, NumberInput, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Serving, ThresholdAnswer } from '../answers.ts';
import { call, Refused } from '../call.ts';
import { useFormat } from '../format.ts';
import { forecast } from '../router.tsx';
import { Failure } from './failure.tsx';
import { Sampled } from './forecast-figures.tsx';

const PER_DAY = 1;

export function ForecastThreshold({ outline }: { outline: Serving['outline'] }) {
  const { t } = useTranslation('forecast');
  const search = forecast.useSearch();
  const navigate = forecast.useNavigate();
  const scores = outline.scores.filter(({ kind }) => kind !== 'grid').map(({ name }) => name);
  const score = search.score ?? outline.main ?? scores[0];
  const perDay = search.perDay ?? PER_DAY;
  const ask = useDebouncedCallback((value: number) => {
    void navigate({ search: (before) => ({ ...before, perDay: value }), replace: true });
  }, 300);
  const found = useQuery({
    queryKey: ['forecast', 'threshold', score, perDay],
    queryFn: () => call<ThresholdAnswer>('GET', '/api/forecast/threshold', { query: { score, perDay } }),
    placeholderData: keepPreviousData,
    enabled: score !== undefined,
    staleTime: 300_000,
  });
  if (score === undefined) return null;
  const none = found.error instanceof Refused && found.error.status === 404;
  return (
    <Stack component="section" aria-label={t('threshold')}>
      <Title order={2}>{t('threshold')}</Title>
      <Group align="end">
        <NumberInput
          label={t('perDay')}
          defaultValue={perDay}
          min={0.01}
          max={1_000_000}
          step={1}
          onChange={(value) => {
            const number = Number(value);
            if (number >= 0.01 && number <= 1_000_000) ask(number);
          }}
          w={180}
        />
        <NativeSelect
          label={t('score')}
          value={score}
          onChange={(event) => {
            const { value } = event.currentTarget;
            void navigate({ search: (before) => ({ ...before, score: value }), replace: true });
          }}
          data={scores}
          flex="1 1 160px"
          maw={240}
        />
      </Group>
      <Stack gap={4} mih={110} aria-live="polite" aria-busy={found.isFetching}>
        {found.isPending && <Skeleton h={100} />}
        {found.error &&
          (none ? <Text>{t('noScore')}</Text> : <Failure error={found.error} again={() => found.refetch()} />)}
        {found.data && !found.error && <Answer of={found.data} wanted={perDay} />}
      </Stack>
    </Stack>
  );
}

function Answer({ of, wanted }: { of: ThresholdAnswer; wanted: number }) {
  const { score, points, perDay, below, weeks, tried, sample } = of;
  const { t } = useTranslation('forecast');
  const format = useFormat();
  return (
    <>
      <Text fw={650} size="lg">
        {t('answer', { score, points: format.points(points), perDay: format.points(perDay) })}
      </Text>
      {below === null && perDay < wanted && <Text>{t('fewer')}</Text>}
      {below && <Text>{t('below', { points: format.points(below.points), perDay: format.points(below.perDay) })}</Text>}
      <Text size="sm" c="dimmed">
        {t('byWeek', { low: format.whole(weeks.low), high: format.whole(weeks.high) })}
      </Text>
      {tried && (
        <Text size="sm" c="dimmed">
          {t('thresholdTried', { points: format.points(tried.points), perDay: format.points(tried.perDay) })}
        </Text>
      )}
      <Sampled of={sample} />
    </>
  );
}
