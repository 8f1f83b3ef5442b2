/** Whether the score tells who buys: of those who were in a band, how many won while they were in it. */

import { NativeSelect, SegmentedControl, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../call.ts';
import type { Steps } from '../figures.ts';
import { useFormat } from '../format.ts';
import { shareOf } from '../overview.model.ts';
import { Failure } from './failure.tsx';
import { AsTable, Counting, Section, useFigures } from './figures.tsx';

const FigureChart = lazy(() => import('./figure-chart.tsx'));

type By = 'band' | 'tenth';

interface Shown {
  readonly asked: { readonly from: string; readonly to: string };
  /** Scores with points, and which of them is shown. */
  readonly scores: readonly string[];
  readonly score: string;
  readonly by: By;
  readonly onChange: (change: { score?: string; by?: By }) => void;
}

export function StepsOf({ asked, scores, score, by, onChange }: Shown) {
  const { t } = useTranslation('overview');
  const found = useQuery({
    queryKey: ['overview', 'steps', asked, score, by],
    queryFn: () => call<Steps>('GET', '/api/overview/steps', { query: { ...asked, score, by } }),
    placeholderData: (before) => before,
  });
  const choices = [
    { value: 'band', label: t('byBand') },
    { value: 'tenth', label: t('byTenth') },
  ];
  return (
    <Section
      title={t('steps')}
      says={t('stepsSays')}
      choice={
        <>
          <NativeSelect
            label={t('score')}
            value={score}
            onChange={(event) => onChange({ score: event.currentTarget.value })}
            data={[...scores]}
          />
          <SegmentedControl
            aria-label={t('steps')}
            value={by}
            onChange={(value) => onChange({ by: value === 'tenth' ? 'tenth' : 'band' })}
            data={choices}
          />
        </>
      }
    >
      {found.isPending && <Counting height={300} />}
      {found.error && <Failure error={found.error} again={() => found.refetch()} />}
      {found.data && <Chart of={found.data} />}
    </Section>
  );
}

function Chart({ of }: { of: Steps }) {
  const { t } = useTranslation('overview');
  const format = useFormat();
  const figures = useFigures();
  if (of.steps.every(({ contacts, won }) => contacts + won === 0)) return <Text size="sm">{t('nothingKnown')}</Text>;
  const range = (from: number, to: number | null) => `${format.points(from)}–${format.points(to ?? from)}`;
  const rows = of.steps.map(({ name, from, to, contacts, won }) => {
    const named = name === null ? range(from, to) : `${name} (${range(from, to)})`;
    return { named, contacts, won, share: shareOf(won, contacts) };
  });
  return (
    <>
      <Suspense fallback={<Counting height={240} />}>
        <FigureChart
          label={t('stepsChart')}
          value={t('shareWon')}
          shares
          write={(value) => figures.share(value)}
          // The lowest first, as a score is read.
          data={rows.map(({ named, share }) => ({ name: named, value: share ?? 0 })).reverse()}
        />
      </Suspense>
      <AsTable
        label={t('asTable')}
        head={[t('step'), t('were'), t('wonThere'), t('shareWon')]}
        rows={rows.map(({ named, contacts, won, share }) => [
          named,
          format.count(contacts),
          format.count(won),
          figures.share(share),
        ])}
      />
      {of.unknown > 0 && (
        <Text size="sm" c="dimmed">
          {t('unknown', { count: of.unknown })}
        </Text>
      )}
      {of.sample !== null && (
        <Text size="sm" c="dimmed">
          {t('sample', { count: of.sample })}
        </Text>
      )}
    </>
  );
}
