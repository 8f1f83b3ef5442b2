/**
 * Columns that are filled portion by portion, in any order, from JSON texts as a database writes them. It decides how
 * values are coded on the way; it refuses to know where they come from.
 */

import { type Codes, type Column, codesFor, sharedDoubles } from './columns.ts';
import { factValue, type Json } from './ingest.ts';
import { readNumber } from './text.ts';
import type { Value } from './words.ts';

export type Coded = Column & { readonly kind: 'coded' };

/** Codes of values that come as JSON texts, by place of the portion. */
export interface Filling {
  /** @param texts the JSON of each value, an empty text for none */
  add(portion: number, texts: readonly string[]): void;
  finish(): Coded;
  /** Bytes that it holds so far, about. */
  readonly bytes: number;
}

/** @param read what a JSON text is worth; undefined for missing */
export function newFilling(read: (text: string) => Value | undefined = factOf): Filling {
  const portions: Uint32Array[] = [];
  const known = new Map<string, number>([['', 0]]);
  const values: Value[] = [];
  let bytes = 0;
  return {
    add: (portion, texts) => {
      const codes = new Uint32Array(texts.length);
      for (let i = 0; i < texts.length; i++) {
        const text = texts[i] ?? '';
        let code = known.get(text);
        if (code === undefined) {
          const value = read(text);
          code = value === undefined ? 0 : values.push(value);
          // A piece of a long text would keep all of it: this makes a text of its own.
          known.set(JSON.parse(JSON.stringify(text)) as string, code);
          bytes += 100 + text.length * 2;
        }
        codes[i] = code;
      }
      portions[portion] = codes;
      bytes += codes.byteLength;
    },
    finish: () => ({ kind: 'coded', codes: joined(portions, values.length), values }),
    get bytes() {
      return bytes;
    },
  };
}

function joined(portions: readonly Uint32Array[], highest: number): Codes {
  const codes = codesFor(
    highest,
    portions.reduce((sum, { length }) => sum + length, 0),
  );
  let place = 0;
  for (const portion of portions) {
    codes.set(portion, place);
    place += portion.length;
  }
  return codes;
}

/** The value of a JSON text, as rules read it. */
export const factOf = (text: string): Value | undefined => factValue(JSON.parse(text) as Json);

/** Columns of numbers made from coded ones, each once. */
const numbers = new WeakMap<Column, Column>();

/** The column as it is asked for where all readers read numbers. */
export function asNumbers(column: Column): Column {
  if (column.kind === 'number') return column;
  const known = numbers.get(column);
  if (known !== undefined) return known;
  const byCode = [
    Number.NaN,
    ...column.values.map((value) => (typeof value === 'string' ? (readNumber(value) ?? Number.NaN) : Number.NaN)),
  ];
  const made = sharedDoubles(column.codes.length);
  for (let i = 0; i < made.length; i++) made[i] = byCode[column.codes[i] ?? 0] ?? Number.NaN;
  const result: Column = { kind: 'number', numbers: made };
  numbers.set(column, result);
  return result;
}

/** The column with other values in some rows. */
export function withValues(column: Coded, changes: ReadonlyMap<number, Value | undefined>): Coded {
  if (changes.size === 0) return column;
  const values = [...column.values];
  const known = new Map<string, number>();
  for (const [i, value] of values.entries()) known.set(JSON.stringify(value), i + 1);
  const codes = Uint32Array.from(column.codes);
  for (const [row, value] of changes) {
    if (value === undefined) {
      codes[row] = 0;
      continue;
    }
    const key = JSON.stringify(value);
    const code = known.get(key) ?? values.push(value);
    known.set(key, code);
    codes[row] = code;
  }
  return { kind: 'coded', codes: joined([codes], values.length), values };
}
