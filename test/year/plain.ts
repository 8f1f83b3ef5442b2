/**
 * Working time counted minute by minute. It shares nothing with the program: whether a minute is worked is asked of the
 * machine's own tables of zones, and minutes are counted one after the other.
 */

const MINUTE = 60_000;
const DAY = 86_400_000;
const HALF_HOUR = 30 * MINUTE;

export interface PlainHours {
  readonly zone: string;
  /** Seven lists of [from, until] in minutes since midnight, Monday first. */
  readonly week: readonly (readonly (readonly [number, number])[])[];
  /** Days without work, as YYYY-MM-DD where the person is. */
  readonly free: ReadonlySet<string>;
}

const writers = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, Map<number, number>>();

/** No zone changes its clocks but on a whole half hour. */
function offsetOf(zone: string, at: number): number {
  let known = offsets.get(zone);
  if (known === undefined) {
    known = new Map();
    offsets.set(zone, known);
  }
  const slot = Math.floor(at / HALF_HOUR);
  let offset = known.get(slot);
  if (offset === undefined) {
    let writer = writers.get(zone);
    if (writer === undefined) {
      writer = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
      writers.set(zone, writer);
    }
    offset = Date.parse(`${writer.format(slot * HALF_HOUR).replace(' ', 'T')}Z`) - slot * HALF_HOUR;
    known.set(slot, offset);
  }
  return offset;
}

const texts = new Map<number, string>();
function dayText(day: number): string {
  const text = texts.get(day) ?? new Date(day * DAY).toISOString().slice(0, 10);
  texts.set(day, text);
  return text;
}

/** Whether the minute that begins at an instant is worked; the local day and minute where it is. */
function worked(
  { zone, week, free }: PlainHours,
  at: number,
): { readonly day: number; readonly minute: number } | null {
  const local = at + offsetOf(zone, at);
  const day = Math.floor(local / DAY);
  const minute = (local - day * DAY) / MINUTE;
  // 1970-01-05 was a Monday.
  const hours = week[(((day - 4) % 7) + 7) % 7] ?? [];
  return hours.some(([from, until]) => from <= minute && minute < until) && !free.has(dayText(day))
    ? { day, minute }
    : null;
}

/** The end of so many worked minutes. */
export function afterMinutes(hours: PlainHours, from: number, minutes: number): number {
  let left = minutes;
  for (let at = from; ; at += MINUTE) {
    if (worked(hours, at) !== null) left--;
    if (left === 0) return at + MINUTE;
  }
}

/** The same time of so many worked days later, or as near to it as that day is worked. */
export function afterDays(hours: PlainHours, from: number, days: number): number {
  let at = from;
  let first = worked(hours, at);
  while (first === null) {
    at += MINUTE;
    first = worked(hours, at);
  }
  let today = first.day;
  let later = 0;
  let latest: number | null = null;
  for (; ; at += MINUTE) {
    const now = worked(hours, at);
    if (now === null) continue;
    if (now.day !== today) {
      if (later === days && latest !== null) return latest;
      later++;
      today = now.day;
    }
    if (later < days) continue;
    if (now.minute >= first.minute) return now.minute === first.minute ? at : (latest ?? at);
    latest = at + MINUTE;
  }
}

/** The instant at which so many worked minutes are left until another; null where there are no more than that. */
export function minutesBefore(hours: PlainHours, from: number, until: number, minutes: number): number | null {
  const ends: number[] = [];
  for (let at = from; at < until; at += MINUTE) if (worked(hours, at) !== null) ends.push(at + MINUTE);
  return ends.length <= minutes ? null : (ends[ends.length - minutes - 1] ?? null);
}
