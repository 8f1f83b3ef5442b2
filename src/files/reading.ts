/**
 * Columns of `core` filled from columns of a file, piece by piece. It decides how a field that is read in certain ways
 * is asked for and stored; it refuses to know in which order the rows come.
 */

import { type Codes, type Column, codesFor, onlyNumbers, sharedDoubles } from '../core/columns.ts';
import type { Fields } from '../core/needs.ts';
import type { Reads } from '../core/operators.ts';
import { readNumber } from '../core/text.ts';
import { readInstant } from '../core/time.ts';
import type { Holder, Value } from '../core/words.ts';
import { type Cell, isNumber, numberSql, presentSql, rawSql, readValue } from './cells.ts';
import { newCoder } from './coding.ts';
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

/** Values by row of the file. */
export type Values = Codes | Float64Array;

/** A column on its way in. */
export interface Sink<V extends Values = Values> {
  /** What to select: codes as UINTEGER or numbers as DOUBLE, without nulls. */
  readonly sql: string;
  /** Stores a piece whose first row is given. */
  take(piece: Piece, column: number, first: number): void;
  /** What was taken so far; another array once codes outgrow this one. */
  values(): V;
}

/** A field on its way in. */
export interface Reading<V extends Values = Values> extends Sink<V> {
  readonly field: string;
  /** The column of the first rows, when all is read and in its place. */
  finish(rows: number): Column;
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

/** @param known values by code, from 1; may grow while pieces are taken */
export function newCodes(field: string, sql: string, known: readonly Value[], rows: number): Reading<Codes> {
  let codes = codesFor(0, rows);
  return {
    field,
    sql,
    take: (piece, column, first) => {
      codes = withRoom(codes, known.length);
      codes.set(wholesIn(piece, column), first);
    },
    values: () => codes,
    finish: (count) => ({ kind: 'coded', codes: codes.subarray(0, count), values: known }),
  };
}

/** The codes with room for those up to `highest`: as narrow as the codes met so far allow. */
function withRoom(codes: Codes, highest: number): Codes {
  if (codesFor(highest, 0).BYTES_PER_ELEMENT <= codes.BYTES_PER_ELEMENT) return codes;
  const wider = codesFor(highest, codes.length);
  wider.set(codes);
  return wider;
}

function newNumbers(field: string, sql: string, rows: number): Reading {
  const numbers = sharedDoubles(rows);
  return {
    field,
    finish: (count) => ({ kind: 'number', numbers: numbers.subarray(0, count) }),
    ...doublesInto(numbers, sql),
  };
}

export const doublesInto = (numbers: Float64Array, sql: string): Sink => ({
  sql,
  take: (piece, column, first) => numbers.set(doublesIn(piece, column), first),
  values: () => numbers,
});

export const wholesInto = (wholes: Codes, sql: string): Sink => ({
  sql,
  take: (piece, column, first) => wholes.set(wholesIn(piece, column), first),
  values: () => wholes,
});

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
    } else if (cell !== undefined && !isNumber(cell)) {
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
