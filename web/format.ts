/** Numbers, dates and durations as the reader's language writes them. */

import { useTranslation } from 'react-i18next';

/** Writers for the language that is shown. */
export function useFormat() {
  const { i18n } = useTranslation();
  const language = i18n.language;
  return {
    /** At most two decimals: a score is exact, a page is for people. */
    points: (value: number): string => new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(value),
    signed: (value: number): string =>
      new Intl.NumberFormat(language, { maximumFractionDigits: 2, signDisplay: 'exceptZero' }).format(value),
    count: (value: number): string => new Intl.NumberFormat(language).format(value),
    day: (instant: string): string =>
      new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(new Date(instant)),
    time: (instant: string): string =>
      new Intl.DateTimeFormat(language, { timeStyle: 'medium' }).format(new Date(instant)),
    moment: (instant: string): string =>
      new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(instant)),
  };
}
