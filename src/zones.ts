/**
 * When the clocks of a zone change. It decides how a zone's name becomes offsets; the names and their rules are those of
 * the machine's own tables.
 */

import { DAY } from './core/time.ts';
import type { Offset } from './core/working-time.ts';

/** Offsets are known for this long before and after the instant that is asked for. */
const SPAN = 800 * DAY;

const writers = new Map<string, Intl.DateTimeFormat>();

/** Whether the machine knows a zone of that name, such as Europe/Bucharest. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/**
 * The offsets of a zone around an instant, two years either way, to the second.
 * @param zone one for which `isZone` holds
 */
export function offsetsOf(zone: string, around: number): Offset[] {
  const start = Math.floor((around - SPAN) / DAY) * DAY;
  const offsets: Offset[] = [{ from: start, ahead: aheadAt(zone, start) }];
  for (let at = start; at < around + SPAN; at += DAY) {
    const before = offsets.at(-1)?.ahead ?? 0;
    const ahead = aheadAt(zone, at + DAY);
    if (ahead === before) continue;
    // A change within the day: halve it down to the second.
    let [low, high] = [at, at + DAY];
    while (high - low > 1000) {
      const middle = Math.floor((low + high) / 2000) * 1000;
      if (aheadAt(zone, middle) === before) low = middle;
      else high = middle;
    }
    offsets.push({ from: high, ahead });
  }
  return offsets;
}

function aheadAt(zone: string, at: number): number {
  let writer = writers.get(zone);
  if (writer === undefined) {
    const parts = {
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    } as const;
    writer = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...parts });
    writers.set(zone, writer);
  }
  const shown = Object.fromEntries(writer.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}
