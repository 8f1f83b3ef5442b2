/** How one score is spread over everybody, before and after; as a chart, or as the same numbers in a table. */

import { Anchor, Table } from '@mantine/core';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Tried } from '../../answers.ts';
import { useFormat } from '../../format.ts';
import { Bars } from './bars.tsx';
import { type Asked, type Show, Who } from './behind.tsx';

type Score = Tried['scores'][number];

export const Distribution = memo(function Distribution({
  score,
  show,
}: {
  readonly score: Score;
  readonly show: Show;
}) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const [asTable, setAsTable] = useState(false);
  const label = ({ from, to, cell }: Score['bins'][number]): string =>
    cell ?? (from === null || to === null ? '' : `${format.points(from)}–${format.points(to)}`);
  const sides = { before: t('before'), after: t('after') };
  /** Who is in a bin on one side. */
  const asked = ({ from, to, cell, ...bin }: Score['bins'][number], side: 'before' | 'after'): Asked => ({
    of: { kind: 'bin', score: score.name, side, from, to, cell },
    title: `${score.name} ${label({ from, to, cell, ...bin })}, ${sides[side]}`,
  });
  return (
    <>
      {asTable ? (
        <Table verticalSpacing={2} mih={220}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t(score.kind === 'grid' ? 'cell' : 'score')}</Table.Th>
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
                <Table.Td className="number">
                  {bin.before === null ? '–' : <Who count={bin.before} asked={asked(bin, 'before')} show={show} />}
                </Table.Td>
                <Table.Td className="number">
                  {bin.after === null ? '–' : <Who count={bin.after} asked={asked(bin, 'after')} show={show} />}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      ) : (
        // What the bars show is in the table, for whoever cannot see them.
        <div aria-hidden>
          <Bars
            bins={score.bins.map((bin) => ({ label: label(bin), before: bin.before, after: bin.after ?? 0 }))}
            named={score.kind === 'grid'}
            onBar={(i, side) => {
              const bin = score.bins[i];
              if (bin !== undefined) show(asked(bin, side));
            }}
          />
        </div>
      )}
      <Anchor component="button" size="sm" onClick={() => setAsTable(!asTable)}>
        {t(asTable ? 'asChart' : 'asTable')}
      </Anchor>
    </>
  );
});
