/** How one score is spread over everybody, before and after; as a chart, or as the same numbers in a table. */

import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';
import { Anchor, Table } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Tried } from '../../answers.ts';
import { useFormat } from '../../format.ts';

type Score = Tried['scores'][number];

export default function Distribution({ score }: { readonly score: Score }) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const [asTable, setAsTable] = useState(false);
  const label = ({ from, to, cell }: Score['bins'][number]): string =>
    cell ?? (from === null || to === null ? '' : `${format.points(from)}–${format.points(to)}`);
  const compared = score.bins.some(({ before }) => before !== null);
  return (
    <>
      {asTable ? (
        <Table verticalSpacing={2} mih={220}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t(score.kind === 'grid' ? 'cell' : 'points')}</Table.Th>
              <Table.Th className="number">{t('before')}</Table.Th>
              <Table.Th className="number">{t('after')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {score.bins.map((bin) => (
              <Table.Tr key={label(bin)}>
                <Table.Th scope="row" fw={400}>
                  {label(bin)}
                </Table.Th>
                <Table.Td className="number">{bin.before === null ? '–' : format.count(bin.before)}</Table.Td>
                <Table.Td className="number">{bin.after === null ? '–' : format.count(bin.after)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      ) : (
        // What the bars show is in the table, for whoever cannot see them.
        <div aria-hidden>
          <BarChart
            h={220}
            data={score.bins.map((bin) => ({ bin: label(bin), before: bin.before ?? 0, after: bin.after ?? 0 }))}
            dataKey="bin"
            series={[
              ...(compared ? [{ name: 'before', label: t('before'), color: 'gray.5' }] : []),
              { name: 'after', label: t('after'), color: 'sea.6' },
            ]}
            withLegend
            legendProps={{ verticalAlign: 'bottom', height: 32, itemSorter: null }}
            valueFormatter={format.count}
            yAxisProps={{ width: 44 }}
            tickLine="none"
            barChartProps={{ accessibilityLayer: false }}
            barProps={{ isAnimationActive: false }}
          />
        </div>
      )}
      <Anchor component="button" size="sm" onClick={() => setAsTable(!asTable)}>
        {t(asTable ? 'asChart' : 'asTable')}
      </Anchor>
    </>
  );
}
