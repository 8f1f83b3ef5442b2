/**
 * How far a distribution moved between two periods. It decides when a move is worth a word; it refuses to know what was
 * counted.
 */

/** Counts by name in the period before, and in this one. */
export type Counted = ReadonlyMap<string, { readonly before: number; readonly now: number }>;

export interface Drift {
  /** The population stability index: 0 where nothing moved. Null where one of the periods has nothing. */
  readonly index: number | null;
  /**
   * By the customary bounds of 0.1 and 0.25 (N. Siddiqi, Credit Risk Scorecards, 2006), and only above what chance alone
   * makes of so few: under no change the index times `1 / (1/n + 1/m)` is about a chi-square with one degree of freedom
   * less than there are names (B. Yurdakul, Statistical Properties of Population Stability Index, 2018).
   */
  readonly level: 'unknown' | 'calm' | 'watch' | 'moved';
  /** What moved most, first. Shares are from 0 to 1. */
  readonly parts: readonly {
    readonly name: string;
    readonly before: number;
    readonly now: number;
    readonly part: number;
  }[];
}

const WATCH = 0.1;
const MOVED = 0.25;
/** Of a normal, above which there is one in twenty. */
const RARE = 1.6448536269514722;

export function driftOf(counted: Counted): Drift {
  const rows = [...counted];
  const sum = (of: 'before' | 'now'): number => rows.reduce((total, [, counts]) => total + counts[of], 0);
  const [n, m] = [sum('before'), sum('now')];
  if (n === 0 || m === 0) return { index: null, level: 'unknown', parts: [] };
  // Half a case more for each name: a name that is new, or gone, would count without end.
  const share = (count: number, total: number): number => (count + 0.5) / (total + rows.length / 2);
  const parts = rows
    .map(([name, { before, now }]) => {
      const [a, b] = [share(before, n), share(now, m)];
      return { name, before: before / n, now: now / m, part: (b - a) * Math.log(b / a) };
    })
    .sort((a, b) => b.part - a.part || (a.name < b.name ? -1 : 1));
  const index = parts.reduce((total, { part }) => total + part, 0);
  const free = rows.length - 1;
  const chance = (free + RARE * Math.sqrt(2 * free)) * (1 / n + 1 / m);
  const level = index <= chance || index < WATCH ? 'calm' : index < MOVED ? 'watch' : 'moved';
  return { index, level, parts };
}
