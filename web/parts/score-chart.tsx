/** Scores over time as lines; a click on an instant picks its day. What it shows is also told in words beside it. */

import '@mantine/charts/styles.css';
import { LineChart } from '@mantine/charts';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format.ts';
import type { Mark } from '../lead.model.ts';

/** Lines differ in colour and in their strokes. */
const LOOKS = [
  { color: 'sea.6' },
  { color: 'orange.7', strokeDasharray: '6 3' },
  { color: 'grape.6', strokeDasharray: '2 3' },
  { color: 'gray.6', strokeDasharray: '10 4 2 4' },
] as const;

interface Shown {
  readonly data: Record<string, number | null>[];
  readonly names: readonly string[];
  readonly height: number;
  readonly moves: readonly Mark[];
  readonly onPick: (at: string) => void;
}

export default function ScoreChart({ data, names, height, moves, onPick }: Shown) {
  const { t } = useTranslation('lead');
  const format = useFormat();
  const day = (at: unknown): string =>
    typeof at === 'number' && Number.isFinite(at) ? format.day(new Date(at).toISOString()) : '';
  return (
    <div role="img" aria-label={t('chart')}>
      <LineChart
        h={height}
        data={data}
        dataKey="at"
        series={names.map((name, i) => ({ name, ...LOOKS[i % LOOKS.length] }))}
        curveType="stepAfter"
        withDots={false}
        withLegend
        strokeWidth={2}
        valueFormatter={format.points}
        xAxisProps={{
          type: 'number',
          scale: 'time',
          domain: ['dataMin', 'dataMax'],
          tickFormatter: day,
          minTickGap: 48,
        }}
        tooltipProps={{ labelFormatter: (label) => day(Number(label)) }}
        tooltipAnimationDuration={0}
        lineProps={{ isAnimationActive: false }}
        referenceLines={moves.map((move) => ({ x: Date.parse(move.at), color: 'gray.5', strokeDasharray: '2 2' }))}
        lineChartProps={{
          accessibilityLayer: false,
          style: { cursor: 'pointer' },
          onClick: ({ activeLabel }) => {
            if (activeLabel !== undefined) onPick(new Date(Number(activeLabel)).toISOString());
          },
        }}
      />
    </div>
  );
}
