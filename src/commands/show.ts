/**
 * How results look on a terminal: tables, points, instants. It decides widths and wording of what is printed; it
 * refuses to know where results come from.
 */

import { MILLION } from '../core/words.ts';

/** Points with as many decimals as they have, at most six. */
export function points(millionths: number | null): string {
  if (millionths === null || Number.isNaN(millionths)) return '';
  const whole = Math.trunc(millionths / MILLION);
  const rest = Math.abs(millionths % MILLION);
  const sign = millionths < 0 && whole === 0 ? '-' : '';
  return rest === 0 ? String(whole) : `${sign}${whole}.${String(rest).padStart(6, '0').replace(/0+$/, '')}`;
}

/** Points that are added or taken away. */
export const signed = (millionths: number): string => (millionths > 0 ? `+${points(millionths)}` : points(millionths));

/** Control characters in data must not steer the terminal. */
export const printable = (text: string): string => text.replace(/\p{Cc}+/gu, ' ');

/** An instant to the minute, as people write it. */
export function when(instant: number | null): string {
  if (instant === null || Number.isNaN(instant)) return '';
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? String(instant) : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

export interface Heading {
  readonly title: string;
  readonly right?: boolean;
}

/** Rows under headings, each column as wide as it needs; the last is cut at `width` characters in all. */
export function table(headings: readonly Heading[], rows: readonly (readonly string[])[], width: number): string {
  const clean = rows.map((row) => row.map(printable));
  const widths = headings.map(({ title }, i) => Math.max(length(title), ...clean.map((row) => length(row[i] ?? ''))));
  const line = (cells: readonly string[]): string => {
    const text = cells
      .map((cell, i) => {
        const gap = ' '.repeat(Math.max(0, (widths[i] ?? 0) - length(cell)));
        return headings[i]?.right ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd();
    return length(text) <= width ? text : `${[...text].slice(0, width - 1).join('')}…`;
  };
  return [line(headings.map(({ title }) => title)), ...clean.map(line)].join('\n');
}

const length = (text: string): number => [...text].length;

/** A share of something as a bar of blocks. */
export function bar(share: number, width: number): string {
  const full = Math.round(Math.max(0, Math.min(1, share)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

const count = new Intl.NumberFormat('en');

/** A number with its thousands apart, and the word in the right form. */
export const many = (n: number, one: string, more = `${one}s`): string => `${count.format(n)} ${n === 1 ? one : more}`;
