/**
 * Bars of two sides beside each other. They are drawn anew at every edit of a draft, so they are plain shapes: a chart that
 * measures its texts and keeps its state takes longer than everybody takes to be scored.
 */

import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format.ts';

export interface Bin {
  readonly label: string;
  /** Null where nothing is compared. */
  readonly before: number | null;
  readonly after: number;
}

type Side = 'before' | 'after';

/** How many labels there is room for below the bars. */
const LABELS = 6;

/** The number at the top of the axis: the next of 1, 2, 4 or 10 times a power of ten. */
function topOf(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
  return ([1, 2, 4, 10].find((times) => times * power >= most) ?? 10) * power;
}

export function Bars({
  bins,
  named,
  onBar,
}: {
  readonly bins: readonly Bin[];
  /** Whether the labels are names, of which none says what the others are, and not steps of a range. */
  readonly named: boolean;
  readonly onBar: (bin: number, side: Side) => void;
}) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const compared = bins.some(({ before }) => before !== null);
  const sides: readonly Side[] = compared ? ['before', 'after'] : ['after'];
  const top = topOf(Math.max(...bins.flatMap(({ before, after }) => [before ?? 0, after])));
  const every = named ? 1 : Math.ceil(bins.length / LABELS);
  return (
    <div className="bars">
      <div className="axis">
        {[top, top / 2, 0].map((value) => (
          <span key={value}>{Number.isInteger(value) ? format.count(value) : ''}</span>
        ))}
      </div>
      <div className="plot">
        {bins.map((bin, i) => (
          <div key={bin.label} className="bin">
            {sides.map((side) => {
              const value = bin[side] ?? 0;
              return (
                // By keyboard the same numbers are opened in the table: what is hidden from readers takes no focus.
                <button
                  key={side}
                  type="button"
                  tabIndex={-1}
                  className={side}
                  disabled={value === 0}
                  style={{ height: `${(value / top) * 100}%` }}
                  title={`${bin.label} · ${t(side)}: ${format.count(value)}`}
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => onBar(i, side)}
                />
              );
            })}
          </div>
        ))}
      </div>
      <div
        className={named ? 'below named' : 'below'}
        style={{ gridTemplateColumns: `repeat(${bins.length}, minmax(0, 1fr))` }}
      >
        {bins.map(
          ({ label }, i) =>
            i % every === 0 && (
              <span key={label} style={{ gridColumn: i + 1 }}>
                {label}
              </span>
            ),
        )}
      </div>
      <div className="legend">
        {sides.map((side) => (
          <span key={side} className={side}>
            {t(side)}
          </span>
        ))}
      </div>
    </div>
  );
}
