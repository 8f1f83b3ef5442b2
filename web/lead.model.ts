/** What is shown of a lead, worked out of what the service says of it. Plain functions; no page, no clock. */

import type { Explained, HistoryRow, Lead, Reason } from './answers.ts';

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** What people call it: its name, else its address, else what it is known by. */
export function nameOf(lead: Pick<Lead, 'id' | 'email' | 'userIds' | 'traits'>): string {
  const { traits } = lead;
  const parts = [traits.first_name ?? traits.firstName, traits.last_name ?? traits.lastName].map(textOf);
  const full = parts.filter((part) => part !== '').join(' ');
  return full || textOf(traits.name) || lead.email || lead.userIds[0] || `#${lead.id}`;
}

/** One bar of a waterfall: what a reason adds to the sum so far. */
interface Bar {
  readonly reason: Reason;
  readonly from: number;
  readonly to: number;
}

export interface Waterfall {
  readonly bars: readonly Bar[];
  /** What the reasons come to, before groups and the range of the score hold it. */
  readonly sum: number;
  readonly score: number | null;
  /** The least and the most that any bar reaches; 0 is always among them. */
  readonly low: number;
  readonly high: number;
}

/** The reasons of a score that gave anything, strongest first, each on top of the ones before. */
export function waterfallOf(reasons: readonly Reason[], score: string, points: number | null): Waterfall {
  const given = reasons
    .filter((reason) => reason.score === score && reason.points !== 0)
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points));
  // Points have up to six decimals; summed as whole millionths they add up exactly.
  let millionths = 0;
  const bars = given.map((reason) => {
    const from = millionths / 1_000_000;
    millionths += Math.round(reason.points * 1_000_000);
    return { reason, from, to: millionths / 1_000_000 };
  });
  const ends = [0, points ?? 0, ...bars.map(({ to }) => to)];
  return { bars, sum: millionths / 1_000_000, score: points, low: Math.min(...ends), high: Math.max(...ends) };
}

/** The time that a lead was, or is, in a stage. */
export interface Stay {
  /** Null for no stage. */
  readonly stage: string | null;
  readonly disqualified: string | null;
  /** Milliseconds, as all times here. */
  readonly from: number;
  readonly until: number;
}

/** Where a lead stood one after the other, the first first. @param rows of its history, the latest first */
export function staysOf(rows: readonly HistoryRow[], now: number): Stay[] {
  const stays: Stay[] = [];
  for (const { at, stage, disqualified } of [...rows].reverse()) {
    const last = stays.at(-1);
    if (last?.stage === stage && last.disqualified === disqualified) continue;
    const from = Date.parse(at);
    if (last !== undefined) stays[stays.length - 1] = { ...last, until: from };
    stays.push({ stage, disqualified, from, until: now });
  }
  return stays;
}

/** Something that moved a lead, worth a mark on the way of its scores. */
export type Mark =
  | { readonly kind: 'stage'; readonly at: string; readonly from: string | null; readonly to: string | null }
  | { readonly kind: 'score'; readonly at: string; readonly score: string; readonly from: number; readonly to: number };

/** A change of a score by this share of all that it ever changed is a big one. */
const BIG = 0.2;

/** Moves to another stage and big changes of one score, the latest first. @param rows the latest first */
export function marksOf(rows: readonly HistoryRow[], score: string | null): Mark[] {
  const values = rows.map(({ scores }) => pointsOf(scores, score) ?? 0);
  const reach = Math.max(0, ...values) - Math.min(0, ...values);
  return rows.flatMap((row, i): Mark[] => {
    const before = rows[i + 1];
    const marks: Mark[] = [];
    const [from, to] = [before?.stage ?? null, row.stage];
    if (from !== to) marks.push({ kind: 'stage', at: row.at, from, to });
    const [low, high] = [values[i + 1] ?? 0, values[i] ?? 0];
    if (score !== null && before !== undefined && reach > 0 && Math.abs(high - low) >= BIG * reach)
      marks.push({ kind: 'score', at: row.at, score, from: low, to: high });
    return marks;
  });
}

const pointsOf = (scores: HistoryRow['scores'], name: string | null): number | null => {
  const value = name === null ? null : scores[name];
  return typeof value === 'number' ? value : null;
};

/** The scores as a chart takes them: a row for each instant, the first first, and one for the end. */
export function seriesOf(
  rows: readonly HistoryRow[],
  names: readonly string[],
  until: number,
): Record<string, number | null>[] {
  const points = [...rows].reverse().map(({ at, scores }) => rowOf(Date.parse(at), scores, names));
  const last = points.at(-1);
  return last === undefined || last.at === null || (last.at ?? 0) >= until
    ? points
    : [...points, { ...last, at: until }];
}

const rowOf = (at: number, scores: HistoryRow['scores'], names: readonly string[]): Record<string, number | null> => ({
  at,
  ...Object.fromEntries(names.map((name) => [name, pointsOf(scores, name)])),
});

/** What is different between two instants. */
export interface Difference {
  readonly stage: { readonly from: string | null; readonly to: string | null } | null;
  readonly scores: readonly {
    readonly name: string;
    readonly from: number | string | null;
    readonly to: number | string | null;
  }[];
  readonly reasons: readonly {
    readonly rule: string;
    readonly sentence: string;
    readonly from: number;
    readonly to: number;
  }[];
}

export function differenceOf(before: Explained, after: Explained): Difference {
  const given = new Map(after.reasons.map((reason) => [`${reason.score} ${reason.rule}`, reason.points]));
  return {
    stage: before.stage === after.stage ? null : { from: before.stage, to: after.stage },
    scores: Object.entries(before.scores).flatMap(([name, from]) => {
      const to = after.scores[name] ?? null;
      return from === to ? [] : [{ name, from, to }];
    }),
    reasons: before.reasons.flatMap(({ rule, score, sentence, points: from }) => {
      const to = given.get(`${score} ${rule}`) ?? 0;
      return from === to ? [] : [{ rule, sentence, from, to }];
    }),
  };
}

/** The end of a day of the calendar (UTC), as the service takes an instant. */
export const endOf = (day: string): string => `${day}T23:59:59.999Z`;

/** The day (UTC) of an instant. */
export const dayOf = (instant: string): string => instant.slice(0, 10);

/** A value of a trait in one line. */
export function shownValue(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) return value.map(shownValue).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
