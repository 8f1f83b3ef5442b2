/** Hours, holidays and territories as people write them. Plain functions; no page. */

import { parse, stringify } from 'yaml';
import type { Holiday, Seller } from './answers.ts';

type Hours = Seller['week'][number];

const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** `09:00–12:30, 13:00–17:00`; empty for a day off. */
export const hoursText = (hours: Hours): string =>
  hours.map(([from, until]) => `${clock(from)}–${clock(until)}`).join(', ');

/** What such a text says, in minutes since midnight; null where it says no hours in order. */
export function hoursOf(text: string): Hours | null {
  if (text.trim() === '') return [];
  const hours = text.split(',').map((part): [number, number] | null => {
    const match = /^\s*(\d{1,2}):(\d\d)\s*[-–—]\s*(\d{1,2}):(\d\d)\s*$/.exec(part);
    if (match === null) return null;
    const [from, until] = [match.slice(1, 3), match.slice(3, 5)].map(([h, m]) => Number(h) * 60 + Number(m));
    const right = Number(match[2]) < 60 && Number(match[4]) < 60;
    return right && from !== undefined && until !== undefined && from < until && until <= 1440 ? [from, until] : null;
  });
  const whole = hours.filter((one) => one !== null);
  const apart = whole.every(([from], i) => from >= (whole[i - 1]?.[1] ?? 0));
  return whole.length === hours.length && apart ? whole : null;
}

/** A day a line, with its name. */
export const holidaysText = (days: readonly Holiday[]): string =>
  days.map(({ day, name }) => `${day} ${name}`).join('\n');

/** What such a text says, or the number of the first line that says no day. */
export function holidaysOf(text: string): readonly Holiday[] | number {
  const days: Holiday[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const match = /^\s*(\d{4}-\d\d-\d\d)\s+(\S.*?)\s*$/.exec(line);
    const [, day = '', name = ''] = match ?? [];
    if (match === null || Number.isNaN(Date.parse(day))) return i + 1;
    days.push({ day, name });
  }
  return days;
}

export const territoryText = (territory: unknown): string => (territory === null ? '' : stringify(territory).trim());

/** A condition in YAML; null for none, undefined where the text is none. */
export function territoryOf(text: string): Readonly<Record<string, unknown>> | null | undefined {
  if (text.trim() === '') return null;
  try {
    const read: unknown = parse(text);
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? { ...read } : undefined;
  } catch {
    return undefined;
  }
}
