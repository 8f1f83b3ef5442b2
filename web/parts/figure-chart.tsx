/** Figures as bars, with a line of what was due where there is one. It is brought with the part of a page that shows it. */

import '@mantine/charts/styles.css';
import { CompositeChart } from '@mantine/charts';

interface Shown {
  /** What the chart tells, for who cannot see it; a table beside it has the figures. */
  readonly label: string;
  readonly data: readonly { readonly name: string; readonly value: number; readonly line?: number | undefined }[];
  readonly value: string;
  /** What the line is called; no line without it. */
  readonly line?: string | undefined;
  readonly write: (value: number) => string;
  /** Whether the values are parts of a whole, and not counts. */
  readonly shares?: boolean;
}

const HEIGHT = 240;

export default function FigureChart({ label, data, value, line, write, shares = false }: Shown) {
  return (
    <div role="img" aria-label={label}>
      <CompositeChart
        h={HEIGHT}
        data={[...data]}
        dataKey="name"
        series={[
          { name: 'value', label: value, color: 'var(--figure)', type: 'bar' },
          ...(line === undefined
            ? []
            : [
                {
                  name: 'line',
                  label: line,
                  color: 'var(--figure-due)',
                  type: 'line' as const,
                  strokeDasharray: '6 3',
                },
              ]),
        ]}
        withLegend={line !== undefined}
        withDots={false}
        curveType="stepAfter"
        valueFormatter={write}
        maxBarWidth={48}
        xAxisProps={{ minTickGap: 16 }}
        yAxisProps={{ width: 48, allowDecimals: shares }}
        barProps={{ isAnimationActive: false }}
        lineProps={{ isAnimationActive: false }}
        tooltipAnimationDuration={0}
        composedChartProps={{ accessibilityLayer: false }}
      />
    </div>
  );
}
