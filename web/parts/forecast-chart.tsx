/** Weeks that were counted as bars, and those to come as lines between two bounds. */

import '@mantine/charts/styles.css';
import { CompositeChart } from '@mantine/charts';
import type { Bar } from '../forecast.model.ts';
import { CHART_HEIGHT } from './forecast-figures.tsx';

interface Shown {
  /** What the chart tells, for who cannot see it; a table beside it has the figures. */
  readonly label: string;
  readonly bars: readonly Bar[];
  readonly names: Readonly<Record<'count' | 'expected' | 'low' | 'high', string>>;
  readonly write: (value: number) => string;
}

export default function ForecastChart({ label, bars, names, write }: Shown) {
  const line = (name: 'expected' | 'low' | 'high') => ({
    name,
    label: names[name],
    color: name === 'expected' ? 'orange.7' : 'gray.6',
    type: 'line' as const,
    ...(name === 'expected' ? {} : { strokeDasharray: '5 3' }),
  });
  return (
    <div role="img" aria-label={label}>
      <CompositeChart
        h={CHART_HEIGHT}
        data={bars.map((bar) => ({ ...bar }))}
        dataKey="name"
        series={[
          { name: 'count', label: names.count, color: 'var(--mantine-primary-color-filled)', type: 'bar' },
          line('high'),
          line('expected'),
          line('low'),
        ]}
        withLegend
        withDots={false}
        curveType="linear"
        valueFormatter={write}
        maxBarWidth={28}
        xAxisProps={{ minTickGap: 24 }}
        yAxisProps={{ width: 44, allowDecimals: false }}
        barProps={{ isAnimationActive: false }}
        lineProps={{ isAnimationActive: false }}
        tooltipAnimationDuration={0}
        composedChartProps={{ accessibilityLayer: false }}
      />
    </div>
  );
}
