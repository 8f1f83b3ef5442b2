/**
 * What the phrases of several languages share: what a duration, a value and a decay are made of. It decides how a
 * duration is cut into units; it knows no words.
 */

import { readDuration } from '../time.ts';
import type { Decay, Operand } from '../words.ts';

export type Unit = 'week' | 'day' | 'hour' | 'minute';

const UNITS: readonly (readonly [Unit, number])[] = [
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
];

/** A duration in the largest unit that fits it. */
export function inUnits(ms: number): readonly [n: number, unit: Unit] {
  for (const [unit, size] of UNITS) {
    // Four weeks read better as 28 days than 30 days would as weeks.
    if (ms % size === 0 && !(unit === 'week' && ms > 3 * size)) return [ms / size, unit];
  }
  return [ms / 60_000, 'minute'];
}

/** A number with a comma before its decimals. */
export const withComma = (n: number): string => String(n).replace('.', ',');

/** What an operand compares with, one by one, as the author wrote it. */
export function valuesOf(
  { written }: Operand,
  text: (written: string) => string,
  number: (n: number) => string,
): string[] {
  return (Array.isArray(written) ? written : [written]).map((item) =>
    typeof item === 'string' ? text(item) : typeof item === 'number' ? number(item) : String(item),
  );
}

/** Values apart from each other, also where some have a comma of their own. */
export const listed = (values: readonly string[]): string =>
  values.join(values.some((value) => /^-?\d+,\d/.test(value)) ? '; ' : ', ');

/** How weights fall: ages in milliseconds, shares in percent. */
export type Fading =
  | { readonly kind: 'halfLife' | 'linear'; readonly age: number }
  | { readonly kind: 'steps'; readonly steps: readonly { readonly age: number; readonly share: number }[] };

export function fadingOf({ written }: Decay): Fading {
  const ms = (duration: string) => readDuration(duration) ?? 0;
  if ('halfLife' in written) return { kind: 'halfLife', age: ms(written.halfLife) };
  if ('linear' in written) return { kind: 'linear', age: ms(written.linear) };
  const steps = Object.entries(written.steps).map(([age, share]) => ({
    age: ms(age),
    share: Number.parseFloat(share),
  }));
  return { kind: 'steps', steps };
}

/** A sentence begins with a capital and ends with a full stop. */
export const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
