/**
 * Goals: how many of something a team promises for each month or quarter. It decides where periods begin and end (UTC,
 * as all days here), which of several goals is in force, and how much of one should be reached by now; it refuses to know
 * what was reached.
 */

import { DAY } from './time.ts';

export type Period = 'month' | 'quarter';
type Team = 'marketing' | 'sales';

/** Instants from the first up to, and without, the second; milliseconds UTC. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Goal {
  readonly id: number;
  readonly team: Team;
  /** Contacts that reach this stage are counted; null: events that are outcomes. */
  readonly stage: string | null;
  readonly period: Period;
  /** At least so many in each period. */
  readonly amount: number;
  /** At most so many, where a range was promised; null where more is only better. */
  readonly most: number | null;
  /** The first instant of the first period for which it holds. */
  readonly from: number;
}

const MONTHS: Readonly<Record<Period, number>> = { month: 1, quarter: 3 };

/** The calendar month or quarter that an instant lies in. */
export function periodOf(period: Period, instant: number): Span {
  const date = new Date(instant);
  const first = date.getUTCMonth() - (date.getUTCMonth() % MONTHS[period]);
  const year = date.getUTCFullYear();
  return { from: Date.UTC(year, first), to: Date.UTC(year, first + MONTHS[period]) };
}

/** All periods that have a part in a span, in order of time. */
export function periodsIn(period: Period, { from, to }: Span): Span[] {
  const found: Span[] = [];
  for (let at = from; at < to; ) {
    const next = periodOf(period, at);
    found.push(next);
    at = next.to;
  }
  return found;
}

/** Weeks from Monday to Monday that have a part in a span, the first and the last cut to it. */
export function weeksIn({ from, to }: Span): Span[] {
  const found: Span[] = [];
  for (let at = from; at < to; ) {
    // 1970-01-01 was a Thursday.
    const monday = Math.floor((at + 3 * DAY) / (7 * DAY)) * 7 * DAY - 3 * DAY;
    const next = Math.min(to, monday + 7 * DAY);
    found.push({ from: at, to: next });
    at = next;
  }
  return found;
}

const isSame = (a: Goal, b: Goal): boolean => a.team === b.team && a.stage === b.stage && a.period === b.period;

/** The goals that hold at an instant: of those for the same team, count and period the one that began last. */
export const goalsAt = (goals: readonly Goal[], instant: number): Goal[] => {
  const begun = goals.filter(({ from }) => from <= instant);
  return begun.filter((goal) => !begun.some((other) => isSame(goal, other) && other.from > goal.from));
};

/** How much of a goal, and of those that took over from it, falls into a span, spread evenly over each period. */
export function dueIn(goals: readonly Goal[], like: Goal, span: Span): number {
  const own = goals.filter((goal) => isSame(goal, like));
  return periodsIn(like.period, span).reduce((sum, { from, to }) => {
    const amount = goalsAt(own, from)[0]?.amount ?? 0;
    const shared = Math.min(to, span.to) - Math.max(from, span.from);
    return sum + (amount * shared) / (to - from);
  }, 0);
}

/**
 * How much of a goal should be reached at an instant of the period that it lies in: its share of the time that is over, as
 * in the weeks of the overview. Working days are left aside: what is counted comes on Sundays too.
 */
export const paceAt = (goals: readonly Goal[], goal: Goal, instant: number): number =>
  dueIn(goals, goal, { from: periodOf(goal.period, instant).from, to: instant });
