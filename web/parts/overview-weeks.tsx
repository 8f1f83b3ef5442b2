/** Leads that reached a stage, or deals, week by week against the goal. The chart is brought when it is shown. */

import { Anchor, Group, NativeSelect, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../call.ts';
import type { Weeks } from '../figures.ts';
import { useFormat } from '../format.ts';
import { growth } from '../overview.model.ts';
import { Failure } from './failure.tsx';
import { AsTable, Counting, Section, useFigures } from './figures.tsx';

const FigureChart = lazy(() => import('./figure-chart.tsx'));

interface Shown {
  readonly asked: { readonly from: string; readonly to: string };
  readonly stages: readonly string[];
  /** Undefined for deals that were won. */
  readonly stage: string | undefined;
  readonly onStage: (stage: string) => void;
  readonly onWho: () => void;
}

/** In the choice, what is no stage. */
export const DEALS = '*deals';

export function WeeksOf({ asked, stages, stage, onStage, onWho }: Shown) {
  const { t } = useTranslation('overview');
  const found = useQuery({
    queryKey: ['overview', 'weeks', asked, stage ?? null],
    queryFn: () => call<Weeks>('GET', '/api/overview/weeks', { query: { ...asked, stage } }),
    placeholderData: (before) => before,
  });
  return (
    <Section
      title={t('weeks')}
      says={t('weeksSays')}
      choice={
        <NativeSelect
          label={t('counted')}
          value={stage ?? DEALS}
          onChange={(event) => onStage(event.currentTarget.value)}
          data={[
            ...stages.map((name) => ({ value: name, label: t('reaching', { stage: name }) })),
            { value: DEALS, label: t('won') },
          ]}
        />
      }
    >
      {found.isPending && <Counting height={300} />}
      {found.error && <Failure error={found.error} again={() => found.refetch()} />}
      {found.data && <Chart of={found.data} onWho={onWho} />}
    </Section>
  );
}

function Chart({ of, onWho }: { of: Weeks; onWho: () => void }) {
  const { t } = useTranslation('overview');
  const format = useFormat();
  const figures = useFigures();
  const { goal, weeks, total, before } = of;
  const grown = growth(total, before);
  const due = weeks.reduce((sum, week) => sum + (week.due ?? 0), 0);
  return (
    <>
      <Group gap="xs">
        {total === 0 ? (
          <Text size="sm">{t('noneReached')}</Text>
        ) : (
          <Anchor component="button" size="sm" fw={650} underline="always" onClick={onWho}>
            {t('total', { count: total })}
          </Anchor>
        )}
        <Text size="sm" c="dimmed">
          {grown === null
            ? t('before', { before: format.count(before) })
            : t('beforeGrown', { before: format.count(before), grown: figures.growth(grown) })}
        </Text>
        {goal !== null && (
          <Text size="sm" c="dimmed">
            {t('dueInAll', { due: figures.rounded(due) })}
          </Text>
        )}
      </Group>
      <Suspense fallback={<Counting height={240} />}>
        <FigureChart
          label={t('weeksChart')}
          value={t('reached')}
          line={goal === null ? undefined : t('goalLine')}
          write={figures.rounded}
          data={weeks.map(({ from, reached, due: share }) => ({
            name: figures.shortDay(from),
            value: reached,
            line: share ?? undefined,
          }))}
        />
      </Suspense>
      <AsTable
        label={t('asTable')}
        head={[t('week'), t('reached'), ...(goal === null ? [] : [t('goalLine')])]}
        rows={weeks.map(({ from, to, reached, due: share }) => [
          figures.days(from, new Date(Date.parse(to) - 1).toISOString()),
          format.count(reached),
          ...(goal === null ? [] : [figures.rounded(share ?? 0)]),
        ])}
      />
    </>
  );
}
