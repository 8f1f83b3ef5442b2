/** Numbers, dates and durations as the reader's language writes them. */

import { useTranslation } from 'react-i18next';

/** Writers for the language that is shown. */
export function useFormat() {
  const { i18n } = useTranslation();
  const language = i18n.language;
  const unit = (value: number, name: 'day' | 'hour' | 'minute'): string =>
    new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
  return {
    /** At most two decimals: a score is exact, a page is for people. */
    points: (value: number): string => new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(value),
    signed: (value: number): string =>
      new Intl.NumberFormat(language, { maximumFractionDigits: 2, signDisplay: 'exceptZero' }).format(value),
    count: (value: number): string => new Intl.NumberFormat(language).format(value),
    days: (value: number): string =>
      new Intl.NumberFormat(language, { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(value),
    /** Milliseconds in at most two units, such as `2 days 3 hr`; never less than a minute. */
    span: (ms: number): string => {
      const minutes = Math.max(1, Math.round(ms / 60_000));
      const parts: [number, 'day' | 'hour' | 'minute'][] = [
        [Math.floor(minutes / 1440), 'day'],
        [Math.floor(minutes / 60) % 24, 'hour'],
        [minutes % 60, 'minute'],
      ];
      const first = parts.findIndex(([value]) => value > 0);
      return parts
        .slice(first, first + 2)
        .flatMap(([value, name]) => (value === 0 ? [] : unit(value, name)))
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
    day: (instant: string): string =>
      new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(new Date(instant)),
    moment: (instant: string): string =>
      new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(instant)),
  };
}
