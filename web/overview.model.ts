/** What the overview works out of figures: spans, shares, differences, what is due by now. Plain functions; no page, no clock. */

const DAY = 86_400_000;

export const periods = ['4w', 'quarter', 'year', 'custom'] as const;
export type Period = (typeof periods)[number];

/** Days of each period that ends today; each is a number of whole weeks. */
const LENGTH: Readonly<Record<Exclude<Period, 'custom'>, number>> = { '4w': 28, quarter: 91, year: 364 };

export interface Span {
  /** The first day, `YYYY-MM-DD`, UTC. */
  readonly from: string;
  /** The last day, included. */
  readonly to: string;
}

const dayText = (instant: number): string => new Date(instant).toISOString().slice(0, 10);
const instantOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);

/** The days of a period; a custom one that is not whole, or runs backwards, is the last four weeks. */
export function spanOf(
  period: Period,
  custom: { from?: string | undefined; to?: string | undefined },
  now: number,
): Span {
  if (period === 'custom') {
    const { from, to } = custom;
    if (from !== undefined && to !== undefined && instantOf(from) <= instantOf(to)) return { from, to };
    return spanOf('4w', {}, now);
  }
  return { from: dayText(now - (LENGTH[period] - 1) * DAY), to: dayText(now) };
}

/** As the service takes it: up to, and without, the day after the last. */
export const askedFor = ({ from, to }: Span): { readonly from: string; readonly to: string } => ({
  from,
  to: dayText(instantOf(to) + DAY),
});

/** The span of the same length right before. */
export function spanBefore({ from, to }: Span): Span {
  const [first, last] = [instantOf(from), instantOf(to)];
  return { from: dayText(2 * first - last - DAY), to: dayText(first - DAY) };
}

/** How much of a whole; null of nothing. */
export const shareOf = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** More than this many times as much says only that there was next to nothing before. */
const MOST_GROWTH = 10;

/** By which share a figure grew; null where there was nothing, or next to nothing, before. */
export const growth = (now: number, before: number): number | null =>
  now > MOST_GROWTH * before || before === 0 ? null : now / before - 1;

/** How much of a period is over, from 0 to 1. */
export function elapsed(period: { readonly from: string; readonly to: string }, now: number): number {
  const [from, to] = [Date.parse(period.from), Date.parse(period.to)];
  return Math.min(1, Math.max(0, (now - from) / (to - from)));
}

/** A duration in the unit that says it in one or two digits. */
export function durationOf(ms: number): { readonly value: number; readonly unit: 'minute' | 'hour' | 'day' } {
  if (ms >= 2 * DAY) return { value: ms / DAY, unit: 'day' };
  if (ms >= 7_200_000) return { value: ms / 3_600_000, unit: 'hour' };
  return { value: ms / 60_000, unit: 'minute' };
}
