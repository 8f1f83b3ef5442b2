/** The words of papers and e-mails, in each language; plurals, numbers and days as it writes them. */

import type { Language } from '../core/phrases/languages.ts';
import { DAY } from '../core/time.ts';
import en from './words/en.json' with { type: 'json' };
import ro from './words/ro.json' with { type: 'json' };
import ru from './words/ru.json' with { type: 'json' };
import tr from './words/tr.json' with { type: 'json' };
import zhHant from './words/zh-Hant.json' with { type: 'json' };

const all: Readonly<Record<Language, Readonly<Record<string, string>>>> = { en, ro, tr, ru, 'zh-Hant': zhHant };

export interface Words {
  /** A word by its key, with what stands in it; `count` chooses among its plurals. */
  say(key: string, values?: Readonly<Record<string, string | number>>): string;
  /** A day of UTC. @param at milliseconds UTC, or as the API writes it */
  day(at: number | string): string;
  /** An instant as the clocks of a zone show it, with the zone. @param at milliseconds UTC */
  moment(at: number, zone: string): string;
  count(value: number): string;
  /** @param share from 0 to 1 */
  percent(share: number): string;
  /** A length of time in days, hours and minutes. */
  span(ms: number): string;
}

const MOMENT = {
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
} as const;

export function wordsIn(language: Language): Words {
  const words = all[language];
  const plural = new Intl.PluralRules(language);
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  const number = new Intl.NumberFormat(language);
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 });
  const unit = (value: number, name: string): string =>
    new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'long' }).format(value);
  return {
    say: (key, values = {}) => {
      const { count } = values;
      const text = words[key] ?? (typeof count === 'number' ? words[`${key}_${plural.select(count)}`] : undefined);
      if (text === undefined) throw new Error(`papers have no word ${key} in ${language}`);
      return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''));
    },
    day: (at) => day.format(new Date(at)),
    moment: (at, timeZone) => new Intl.DateTimeFormat(language, { ...MOMENT, timeZone }).format(new Date(at)),
    count: (value) => number.format(value),
    percent: (share) => percent.format(share),
    span: (ms) => {
      const minutes = Math.round(ms / 60_000);
      const parts = [
        [Math.floor((minutes * 60_000) / DAY), 'day'],
        [Math.floor(minutes / 60) % 24, 'hour'],
        [minutes % 60, 'minute'],
      ] as const;
      return parts.flatMap(([value, name]) => (value === 0 ? [] : unit(value, name))).join(' ');
    },
  };
}
