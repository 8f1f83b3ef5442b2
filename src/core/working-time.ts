/**
 * Time as people work it: hours of a week in a zone, without holidays and absences. It decides what a working minute is
 * and when so many of them have passed; it refuses to know whose time it is, and where zones and holidays come from.
 *
 * An instant is worked when the local clock shows a time within the hours of its weekday and the local day is not free.
 * That alone is the meaning: where clocks go forward an hour is never shown and never worked, where they go back the
 * hours that are shown twice are worked twice.
 */

import { DAY } from './time.ts';

/** How far local time is ahead of UTC, in milliseconds, from an instant until the next entry. */
export interface Offset {
  readonly from: number;
  readonly ahead: number;
}

/** From one time of day up to, and without, another; milliseconds since local midnight. */
export interface Hours {
  readonly from: number;
  readonly until: number;
}

export interface Calendar {
  /** In order; the first also holds before its own beginning. At least one. */
  readonly offsets: readonly Offset[];
  /** By weekday, Monday first: seven lists, each in order and without overlap. */
  readonly week: readonly (readonly Hours[])[];
  /** Local days without work, as numbers of days since 1970. */
  readonly free: ReadonlySet<number>;
}

/** A deadline: so much working time, or the same time of so many working days later. */
export type WorkingSpan =
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'days'; readonly days: number };

/** Nobody is away for longer; a calendar without any hours has no deadline. */
const LONGEST = 3_660 * DAY;

/** Reads `30m` and `4h` as working time, `1d` and `2w` as working days, a week being the days worked in one. */
export function readWorkingSpan(text: string, daysInWeek = 5): WorkingSpan | undefined {
  const match = /^([1-9][0-9]{0,4})([mhdw])$/.exec(text);
  const n = Number(match?.[1]);
  switch (match?.[2]) {
    case 'm':
      return { kind: 'time', ms: n * 60_000 };
    case 'h':
      return { kind: 'time', ms: n * 3_600_000 };
    case 'd':
      return { kind: 'days', days: n };
    case 'w':
      return { kind: 'days', days: n * daysInWeek };
    default:
      return undefined;
  }
}

interface Span {
  readonly from: number;
  readonly until: number;
  /** The local day, as a number of days since 1970. */
  readonly day: number;
}

/** Worked spans from an instant on, in order, each within one local day and one offset. */
function* worked(calendar: Calendar, from: number): Generator<Span> {
  const { offsets } = calendar;
  const end = from + LONGEST;
  let place = Math.max(
    0,
    offsets.findLastIndex((offset) => offset.from <= from),
  );
  for (let at = from; at < end; ) {
    const ahead = offsets[place]?.ahead ?? 0;
    const changes = offsets[place + 1]?.from ?? Infinity;
    const day = Math.floor((at + ahead) / DAY);
    const midnight = day * DAY - ahead;
    const stop = Math.min(midnight + DAY, changes);
    if (!calendar.free.has(day)) {
      for (const hours of calendar.week[weekday(day)] ?? []) {
        const span = { from: Math.max(at, midnight + hours.from), until: Math.min(stop, midnight + hours.until), day };
        if (span.from < span.until) yield span;
      }
    }
    at = stop;
    if (stop === changes) place++;
  }
}

/** Monday is 0; 1970-01-01 was a Thursday. */
const weekday = (day: number): number => (((day + 3) % 7) + 7) % 7;

/** Milliseconds worked from one instant up to another; 0 where the other is not later. */
export function workedBetween(calendar: Calendar, from: number, until: number): number {
  let sum = 0;
  for (const span of worked(calendar, from)) {
    if (span.from >= until) break;
    sum += Math.min(span.until, until) - span.from;
  }
  return sum;
}

/**
 * When a deadline is that begins to run at an instant.
 *
 * Working time is over at the earliest instant by which so much of it has passed. Working days are counted from the first
 * worked instant: the deadline is at the same time of the day that is so many worked days later, or as near to it as that
 * day is worked, never before its first and never after its last worked instant.
 * @returns null where the calendar has no hours within ten years
 */
export function deadline(calendar: Calendar, from: number, span: WorkingSpan): number | null {
  return span.kind === 'time' ? afterTime(calendar, from, span.ms) : afterDays(calendar, from, span.days);
}

function afterTime(calendar: Calendar, from: number, ms: number): number | null {
  let left = ms;
  for (const span of worked(calendar, from)) {
    const length = span.until - span.from;
    if (length >= left) return span.from + left;
    left -= length;
  }
  return null;
}

function afterDays(calendar: Calendar, from: number, days: number): number | null {
  let start: { readonly time: number; readonly day: number } | undefined;
  let day: number | undefined;
  let later = 0;
  let latest: number | null = null;
  for (const span of worked(calendar, from)) {
    start ??= { time: localTime(calendar, span.from), day: span.day };
    if (span.day !== day) {
      if (later === days && latest !== null) return latest;
      if (day !== undefined) later++;
      day = span.day;
    }
    if (later < days) continue;
    if (localTime(calendar, span.from) > start.time) return latest ?? span.from;
    const length = span.until - span.from;
    const wanted = start.time - localTime(calendar, span.from);
    if (wanted <= length) return span.from + wanted;
    latest = span.until;
  }
  return latest;
}

function localTime({ offsets }: Calendar, at: number): number {
  const ahead = (offsets.findLast((offset) => offset.from <= at) ?? offsets[0])?.ahead ?? 0;
  return (((at + ahead) % DAY) + DAY) % DAY;
}
