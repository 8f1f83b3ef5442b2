/** Numbers, dates and durations as the reader's language writes them. */

import { useTranslation } from 'react-i18next';

/** From the longest to the shortest, in milliseconds. */
const UNITS = [
  ['year', 31_536_000_000],
  ['month', 2_592_000_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

function writersOf(language: string) {
  const points = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const signed = new Intl.NumberFormat(language, { maximumFractionDigits: 2, signDisplay: 'exceptZero' });
  const count = new Intl.NumberFormat(language);
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium' });
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const unitOfSome = (value: number, unit: 'day' | 'hour' | 'minute'): string =>
    new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(value);
  const unitOf = (ms: number) => UNITS.find(([, length]) => ms >= length) ?? UNITS[4];
  return {
    /** At most two decimals: a score is exact, a page is for people. */
    points: (value: number): string => points.format(value),
    signed: (value: number): string => signed.format(value),
    count: (value: number): string => count.format(value),
    day: (instant: string): string => day.format(new Date(instant)),
    time: (instant: string): string => time.format(new Date(instant)),
    moment: (instant: string): string => moment.format(new Date(instant)),
    /** How long before (or after) now, such as “2 hours ago”. */
    ago: (instant: string): string => {
      const ms = Date.parse(instant) - Date.now();
      const [unit, length] = unitOf(Math.abs(ms));
      return relative.format(Math.trunc(ms / length), unit);
    },
    /** A length of time in its largest unit, such as “3 days”. */
    span: (ms: number): string => {
      const [unit, length] = unitOf(ms);
      const whole = Math.floor(ms / length);
      return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(whole);
    },
    days: (value: number): string =>
      new Intl.NumberFormat(language, { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(value),
    /** Milliseconds in at most two units, such as `2 days 3 hr`; never less than a minute. */
    exactSpan: (ms: number): string => {
      const minutes = Math.max(1, Math.round(ms / 60_000));
      const parts: [number, 'day' | 'hour' | 'minute'][] = [
        [Math.floor(minutes / 1440), 'day'],
        [Math.floor(minutes / 60) % 24, 'hour'],
        [minutes % 60, 'minute'],
      ];
      const first = parts.findIndex(([value]) => value > 0);
      return parts
        .slice(first, first + 2)
        .flatMap(([value, name]) => (value === 0 ? [] : unitOfSome(value, name)))
        .join(' ');
    },
    money: (value: number, currency: string | null): string =>
      new Intl.NumberFormat(
        language,
        currency === null ? { maximumFractionDigits: 2 } : { style: 'currency', currency, maximumFractionDigits: 2 },
      ).format(value),
    whole: (value: number): string => new Intl.NumberFormat(language, { maximumFractionDigits: 0 }).format(value),
    share: (value: number): string =>
      new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 }).format(value),
    /** The month of an instant in UTC. */
    month: (instant: string): string =>
      new Intl.DateTimeFormat(language, { year: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(instant)),
    /** @param day 0 for Monday */
    weekday: (day: number, width: 'long' | 'short'): string =>
      new Intl.DateTimeFormat(language, { weekday: width, timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1 + day)),
    /** A day of a calendar, `2026-12-24`, the same wherever it is read. */
    date: (day: string): string =>
      new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(day)),
    /** Without the smallest coins: of what is only expected they say nothing. */
    roundMoney: (value: number, currency: string | null): string =>
      new Intl.NumberFormat(language, {
        ...(currency === null ? {} : { style: 'currency', currency }),
        maximumFractionDigits: 0,
      }).format(value),
  };
}

/** Writers are dear to make, and a long table asks for them in every cell. */
const made = new Map<string, ReturnType<typeof writersOf>>();

/** Writers for the language that is shown. */
export function useFormat() {
  const { language } = useTranslation().i18n;
  const writers = made.get(language) ?? writersOf(language);
  made.set(language, writers);
  return writers;
}
