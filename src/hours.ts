/** Whose hours are when: the working calendars of a team, from what is kept of its people and the zones of the machine. */

import type { Calendars } from './core/handoff.ts';
import { DAY } from './core/time.ts';
import type { Calendar } from './core/working-time.ts';
import { type Hours, MARKETING, type Seller } from './store/sellers.ts';
import { offsetsOf } from './zones.ts';

const NINE_TO_FIVE = [[9 * 60, 17 * 60]] as const;
/** Of somebody whose hours nobody wrote down. */
const OFFICE_HOURS: Hours = {
  zone: 'UTC',
  week: [NINE_TO_FIVE, NINE_TO_FIVE, NINE_TO_FIVE, NINE_TO_FIVE, NINE_TO_FIVE, [], []],
  holidays: null,
};

const MINUTE = 60_000;

/** Calendars that hold around an instant. */
export function calendarsAt(sellers: readonly Seller[], now: number): Calendars {
  const known = new Map<string, Calendar>();
  const of = (email: string): Calendar => {
    const calendar =
      known.get(email) ??
      calendarOf(
        sellers.find((one) => one.email === email),
        now,
      );
    known.set(email, calendar);
    return calendar;
  };
  return { marketing: of(MARKETING), of };
}

/** The day on which an instant falls for somebody, as a number of days since 1970. */
export function localDay(calendar: Calendar, at: number): number {
  const ahead = calendar.offsets.findLast(({ from }) => from <= at)?.ahead ?? 0;
  return Math.floor((at + ahead) / DAY);
}

/** The first instant of a day for somebody. @param day as a number of days since 1970 */
export function beginningOf({ offsets }: Calendar, day: number): number {
  for (const [i, { from, ahead }] of offsets.entries()) {
    const at = Math.max(from, day * DAY - ahead);
    if (at < (offsets[i + 1]?.from ?? Infinity)) return at;
  }
  return day * DAY;
}

function calendarOf(seller: Seller | undefined, now: number): Calendar {
  const { zone, week } = seller ?? OFFICE_HOURS;
  const away = (seller?.absences ?? []).flatMap(({ firstDay, lastDay }) =>
    Array.from({ length: lastDay - firstDay + 1 }, (_, i) => firstDay + i),
  );
  return {
    offsets: offsetsOfDay(zone, Math.floor(now / DAY)),
    week: week.map((hours) => hours.map(([from, until]) => ({ from: from * MINUTE, until: until * MINUTE }))),
    free: new Set([...(seller?.holidayDays ?? []), ...away]),
  };
}

const offsetsKnown = new Map<string, ReturnType<typeof offsetsOf>>();

/** Days that share offsets, which reach two years either way: they are asked for with every lead. */
const SHARED = 100;

function offsetsOfDay(zone: string, day: number): ReturnType<typeof offsetsOf> {
  const shared = Math.floor(day / SHARED);
  const key = `${zone} ${shared}`;
  const offsets = offsetsKnown.get(key) ?? offsetsOf(zone, (shared + 0.5) * SHARED * DAY);
  if (offsetsKnown.size > 500) offsetsKnown.clear();
  offsetsKnown.set(key, offsets);
  return offsets;
}
