/**
 * Columns of `core` filled from columns of a file, piece by piece. It decides how a field that is read in certain ways
 * is asked for and stored; it refuses to know in which order the rows come.
 */

import { type Column, codesFor, onlyNumbers, sharedDoubles } from '../core/columns.ts';
import type { Fields } from '../core/needs.ts';
import type { Reads } from '../core/operators.ts';
import { readNumber } from '../core/text.ts';
import { readInstant } from '../core/time.ts';
import type { Holder, Value } from '../core/words.ts';
import { type Cell, numberSql, presentSql, rawSql, readValue } from './cells.ts';
import { type CodeStore, makeRoom, newCoder, newCodeStore } from './coding.ts';
import { type Duck, doublesIn, type Piece, wholesIn } from './duck.ts';
import type { Source } from './source.ts';

/** Values that are there and cannot be read as a rule reads them, and therefore are missing to it. */
export interface Misread {
  readonly holder: Holder;
  readonly field: string;
  readonly as: 'number' | 'date';
  readonly count: number;
  readonly example: string;
}

/** A column on its way in. */
export interface Sink {
  /** What to select: codes as UINTEGER or numbers as DOUBLE, without nulls. */
  readonly sql: string;
  /** Stores a piece's rows at the places given. */
  take(piece: Piece, column: number, places: Uint32Array): void;
}

/** A field on its way in. */
export interface Reading extends Sink {
  readonly field: string;
  /** What was taken so far, by place. */
  readonly store: CodeStore | NumberStore;
  /** The column of the first rows, when all is read. */
  finish(rows: number): Column;
}

export interface NumberStore {
  readonly numbers: Float64Array;
}

/** Readings for those fields that the file has. */
export function newReadings(duck: Duck, source: Source, fields: Fields, rows: number): Reading[] {
  return [...fields].flatMap(([field, reads]) => {
    const cell = source.cells.get(field);
    return cell === undefined ? [] : [newReading(duck, field, cell, reads, rows)];
  });
}

function newReading(duck: Duck, field: string, cell: Cell, reads: ReadonlySet<Reads>, rows: number): Reading {
  if (onlyNumbers(reads)) return newNumbers(field, numberSql(cell), rows);
  if (reads.size === 1 && reads.has('present'))
    return newCodes(field, `${presentSql(cell)}::uinteger`, [PRESENT], rows);
  const coder = newCoder(duck, (raw) => readValue(raw, cell.kind));
  return newCodes(field, coder.sql(rawSql(cell)), coder.values, rows);
}

/** Stands for any value where no rule asks more than whether there is one. */
const PRESENT = 'known';

/** @param values by code, from 1; may grow while pieces are taken */
export function newCodes(
  field: string,
  sql: string,
  values: readonly Value[],
  rows: number,
): Reading & { readonly store: CodeStore } {
  const store = newCodeStore(rows);
  return {
    field,
    sql,
    store,
    take: (piece, column, places) => {
      makeRoom(store, values.length);
      scatterCodes(store.codes, wholesIn(piece, column), places);
    },
    finish: (count) => ({ kind: 'coded', codes: store.codes.subarray(0, count), values }),
  };
}

function newNumbers(field: string, sql: string, rows: number): Reading {
  const numbers = sharedDoubles(rows);
  return {
    field,
    store: { numbers },
    finish: (count) => ({ kind: 'number', numbers: numbers.subarray(0, count) }),
    ...doublesInto(numbers, sql),
  };
}

export const doublesInto = (numbers: Float64Array, sql: string): Sink => ({
  sql,
  take: (piece, column, places) => scatterDoubles(numbers, doublesIn(piece, column), places),
});

export const bytesInto = (bytes: Uint8Array, sql: string): Sink => ({
  sql,
  take: (piece, column, places) => scatterBytes(bytes, wholesIn(piece, column), places),
});

/** Sets what is 1 and leaves the rest as it is. */
export const bitsInto = (bytes: Uint8Array, sql: string): Sink => ({
  sql,
  take: (piece, column, places) => {
    const items = wholesIn(piece, column);
    for (let i = 0; i < items.length; i++) if (items[i] === 1) bytes[places[i] ?? 0] = 1;
  },
});

export const wordsInto = (words: Uint32Array, sql: string): Sink => ({
  sql,
  take: (piece, column, places) => scatterWords(words, wholesIn(piece, column), places),
});

// One function for each kind of array: a loop that meets several kinds runs several times slower.

function scatterCodes(to: CodeStore['codes'], items: Uint32Array, places: Uint32Array): void {
  if (to instanceof Uint8Array) scatterBytes(to, items, places);
  else if (to instanceof Uint16Array) scatterShorts(to, items, places);
  else scatterWords(to, items, places);
}

function scatterBytes(to: Uint8Array, items: Uint32Array, places: Uint32Array): void {
  for (let i = 0; i < items.length; i++) to[places[i] ?? 0] = items[i] ?? 0;
}

function scatterShorts(to: Uint16Array, items: Uint32Array, places: Uint32Array): void {
  for (let i = 0; i < items.length; i++) to[places[i] ?? 0] = items[i] ?? 0;
}

function scatterWords(to: Uint32Array, items: Uint32Array, places: Uint32Array): void {
  for (let i = 0; i < items.length; i++) to[places[i] ?? 0] = items[i] ?? 0;
}

function scatterDoubles(to: Float64Array, items: Float64Array, places: Uint32Array): void {
  for (let i = 0; i < items.length; i++) to[places[i] ?? 0] = items[i] ?? 0;
}

/**
 * Counts what could not be read as the rules read it. Number columns hold infinity for it until here, where it
 * becomes NaN.
 */
export async function misreadsOf(
  duck: Duck,
  holder: Holder,
  source: Source,
  fields: Fields,
  table: ReadonlyMap<string, Column>,
): Promise<Misread[]> {
  const misreads: Misread[] = [];
  for (const [field, column] of table) {
    const cell = source.cells.get(field);
    const reads = fields.get(field);
    if (column.kind === 'coded') {
      if (reads?.has('number')) misreads.push(...codedMisreads(holder, field, column, 'number', readNumber));
      if (reads?.has('date')) misreads.push(...codedMisreads(holder, field, column, 'date', readInstant));
    } else if (cell !== undefined) {
      misreads.push(...(await numberMisreads(duck, holder, source, cell, column.numbers, 'number', numberSql(cell))));
    }
  }
  return misreads;
}

/** @param sql gives infinity for what cannot be read */
export async function numberMisreads(
  duck: Duck,
  holder: Holder,
  source: Source,
  cell: Cell,
  numbers: Float64Array,
  as: Misread['as'],
  sql: string,
): Promise<Misread[]> {
  const count = forget(numbers);
  if (count === 0) return [];
  const [[example] = []] = await duck.rows(
    `select ${rawSql(cell)} from ${source.view} where ${sql} = 'inf'::double limit 1`,
  );
  return [{ holder, field: cell.name, as, count, example: String(example).trim() }];
}

/** Makes NaN of every infinity, and counts them. */
function forget(numbers: Float64Array): number {
  let count = 0;
  for (let i = 0; i < numbers.length; i++) {
    if (numbers[i] !== Infinity) continue;
    numbers[i] = Number.NaN;
    count++;
  }
  return count;
}

function codedMisreads(
  holder: Holder,
  field: string,
  column: Column & { kind: 'coded' },
  as: Misread['as'],
  read: (text: string) => number | undefined,
): Misread[] {
  const { codes, values } = column;
  const strange = codesFor(1, values.length + 1);
  values.forEach((value, i) => {
    strange[i + 1] = Number(typeof value !== 'string' || read(value) === undefined);
  });
  let count = 0;
  let first = 0;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    if (strange[code] !== 1) continue;
    first ||= code;
    count++;
  }
  return count === 0 ? [] : [{ holder, field, as, count, example: String(values[first - 1]) }];
}
