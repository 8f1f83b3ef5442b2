/** Numbers over time as lines, each the same until it changes. It is brought with the part of a page that shows it. */

import '@mantine/charts/styles.css';
import { LineChart } from '@mantine/charts';

/** Lines differ in colour and in their strokes. */
const LOOKS = [
  { color: 'var(--figure)' },
  { color: 'var(--figure-due)', strokeDasharray: '6 3' },
  { color: 'grape.6', strokeDasharray: '2 3' },
  { color: 'gray.6', strokeDasharray: '10 4 2 4' },
] as const;

interface Shown {
  readonly label: string;
  readonly names: readonly string[];
  readonly data: Record<string, number | null>[];
  readonly day: (at: number) => string;
  readonly write: (value: number) => string;
}

const HEIGHT = 260;

export default function CourseChart({ label, names, data, day, write }: Shown) {
  // The chart also asks for labels where it has none.
  const dayAt = (at: unknown): string => (typeof at === 'number' && Number.isFinite(at) ? day(at) : '');
  return (
    <div role="img" aria-label={label}>
      <LineChart
        h={HEIGHT}
        data={data}
        dataKey="at"
        series={names.map((name, i) => ({ name, ...LOOKS[i % LOOKS.length] }))}
        curveType="stepAfter"
        withDots={false}
        withLegend
        valueFormatter={write}
        xAxisProps={{
          type: 'number',
          scale: 'time',
          domain: ['dataMin', 'dataMax'],
          tickFormatter: dayAt,
          minTickGap: 48,
        }}
        tooltipProps={{ labelFormatter: dayAt }}
        tooltipAnimationDuration={0}
        lineProps={{ isAnimationActive: false }}
        lineChartProps={{ accessibilityLayer: false }}
      />
    </div>
  );
}
