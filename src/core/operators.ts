/**
 * The table of operators. A row says what the operator takes, how it reads a value, its answer for a missing one,
 * its JavaScript and its SQL; all three forms of a model come from it, so a row that lacks one does not type-check.
 * It refuses to know whose field it looks at, and how it reads in a sentence (`phrases/`).
 */

import { z } from 'zod';
import { among, type Binder } from './dialect.ts';
import { fold, readNumber, words } from './text.ts';
import { readDuration, readInstant } from './time.ts';
import type { Operand, Value } from './words.ts';

/** How an operator reads a value: what it cannot read so is missing to it. */
export type Reads = 'text' | 'words' | 'number' | 'date' | 'list' | 'present';

/** A value read once in every way; undefined is missing. */
export interface Cell {
  readonly text: string | undefined;
  readonly words: string | undefined;
  readonly number: number | undefined;
  readonly date: number | undefined;
  readonly list: readonly string[] | undefined;
  readonly present: true | undefined;
}

/** Reads a value; each way once, when it is first asked for. */
export const cellOf = (value: Value | undefined): Cell => new ReadCell(value);

class ReadCell implements Cell {
  readonly #value: Value | undefined;
  #text: string | undefined;

  constructor(value: Value | undefined) {
    this.#value = value;
  }

  get text(): string | undefined {
    if (typeof this.#value !== 'string') return undefined;
    this.#text ??= fold(this.#value);
    return this.#text || undefined;
  }

  get words(): string | undefined {
    return this.text === undefined ? undefined : words(this.text);
  }

  get number(): number | undefined {
    return typeof this.#value === 'string' ? readNumber(this.#value) : undefined;
  }

  get date(): number | undefined {
    return typeof this.#value === 'string' ? readInstant(this.#value) : undefined;
  }

  get list(): readonly string[] | undefined {
    return (typeof this.#value === 'string' ? [this.#value] : this.#value)?.map(fold);
  }

  get present(): true | undefined {
    return this.#value === undefined ? undefined : true;
  }
}

export interface Operator {
  /** The operand as the author may write it. */
  readonly takes: z.ZodType;
  /** Reads the operand once; a text says what is wrong with it. */
  prepare(written: unknown): Operand | string;
  reads(operand: Operand): Reads;
  missing(operand: Operand): boolean;
  /** JavaScript, over a value read as `reads` says. */
  holds(cell: Cell, operand: Operand, now: number): boolean;
  /** The same as generated code over a number or instant `x` that is not missing; null where `holds` is looked up by text. */
  readonly code: ((x: string, operand: Operand, now: string) => string) | null;
  /** The same as SQL over a column that `reads` names; null where the column is null. */
  sql(column: string, operand: Operand, bind: Binder, now: string): string;
  /** The value of the date at which the answer changes as time passes, or null when it never does. */
  readonly flipsAfter: ((operand: Operand) => number) | null;
}

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const texts = z.array(z.string()).min(1);
const number = z.number();
const NONE: Omit<Operand, 'written'> = { texts: [], numbers: [], ms: 0, flag: false };

const EMPTY_TEXT = 'the text is empty once it is folded';

function prepareTexts(written: unknown, read: (text: string) => string = fold): Operand | string {
  const list = (Array.isArray(written) ? written : [written]).map((item) => read(String(item)));
  return list.includes('') ? EMPTY_TEXT : { ...NONE, texts: list, written };
}

/** Texts and numbers, each compared by its own type. */
function prepareScalars(written: unknown): Operand | string {
  const list = Array.isArray(written) ? written : [written];
  const numbers = list.filter((item): item is number => typeof item === 'number');
  const prepared = prepareTexts(list.filter((item) => typeof item !== 'number'));
  return typeof prepared === 'string' ? prepared : { ...prepared, numbers, written };
}

/** A number as a literal of generated code and of SQL. */
const literal = (value: number): string => (value < 0 || Object.is(value, -0) ? `(${value})` : String(value));

function textOperator(spec: {
  takes?: z.ZodType;
  reads?: 'text' | 'words';
  holds: (text: string, operands: readonly string[]) => boolean;
  sql: (column: string, operands: readonly string[], bind: Binder) => string;
}): Operator {
  const reads = spec.reads ?? 'text';
  return {
    takes: spec.takes ?? z.string(),
    prepare: (written) => prepareTexts(written, reads === 'words' ? (text) => words(fold(text)) : fold),
    reads: () => reads,
    missing: () => false,
    holds: (cell, operand) => {
      const text = cell[reads];
      return text !== undefined && spec.holds(text, operand.texts);
    },
    code: null,
    sql: (column, operand, bind) => spec.sql(column, operand.texts, bind),
    flipsAfter: null,
  };
}

function numberOperator(spec: {
  takes?: z.ZodType;
  holds: (x: number, operands: readonly [number, number]) => boolean;
  code: (x: string, low: string, high: string) => string;
  /** Where SQL spells it otherwise. */
  sql?: (x: string, low: string, high: string) => string;
}): Operator {
  const ends = (operand: Operand): [number, number] => [operand.numbers[0] ?? 0, operand.numbers[1] ?? 0];
  return {
    takes: spec.takes ?? number,
    prepare: (written) => {
      const numbers = (Array.isArray(written) ? written : [written]).map(Number);
      if (numbers.length === 2 && (numbers[0] ?? 0) > (numbers[1] ?? 0)) return 'the first number is above the second';
      return { ...NONE, numbers, written };
    },
    reads: () => 'number',
    missing: () => false,
    holds: (cell, operand) => cell.number !== undefined && spec.holds(cell.number, ends(operand)),
    code: (x, operand) => {
      const [low, high] = ends(operand);
      return spec.code(x, literal(low), literal(high));
    },
    sql: (column, operand, bind) => {
      const [low, high] = ends(operand);
      return (spec.sql ?? spec.code)(column, bind.number(low), operand.numbers.length > 1 ? bind.number(high) : '');
    },
    flipsAfter: null,
  };
}

/** `is`, `isNot`, `in`, `notIn`: texts by folded text, numbers by number, and each of a mixed list by its own type. */
function sameOperator(many: boolean, same: boolean): Operator {
  const wanted = (found: boolean) => found === same;
  return {
    takes: many ? z.array(scalar).min(1) : scalar,
    prepare: prepareScalars,
    reads: (operand) => (operand.numbers.length > 0 ? 'number' : 'text'),
    missing: () => false,
    holds: (cell, operand) =>
      operand.numbers.length > 0
        ? cell.number !== undefined && wanted(operand.numbers.includes(cell.number))
        : cell.text !== undefined && wanted(operand.texts.includes(cell.text)),
    code: (x, operand) =>
      `(${operand.numbers.map((n) => `${x} ${same ? '===' : '!=='} ${literal(n)}`).join(same ? ' || ' : ' && ')})`,
    sql: (column, { numbers, texts }, bind) => {
      const [number, text] = [numbers[0], texts[0]];
      if (numbers.length === 1 && number !== undefined) return `${column} ${same ? '=' : '<>'} ${bind.number(number)}`;
      if (texts.length === 1 && text !== undefined) return `${column} ${same ? '=' : '<>'} ${bind.text(text)}`;
      const found = among(bind.dialect, column, numbers.length > 0 ? bind.numbers(numbers) : bind.texts(texts));
      return same ? found : `not (${found})`;
    },
    flipsAfter: null,
  };
}

function listOperator(spec: {
  takes?: z.ZodType;
  holds: (list: readonly string[], operands: readonly string[]) => boolean;
  sql: (column: string, operands: string, bind: Binder) => string;
}): Operator {
  return {
    takes: spec.takes ?? texts,
    prepare: (written) => prepareTexts(written),
    reads: () => 'list',
    missing: () => false,
    holds: (cell, operand) => cell.list !== undefined && spec.holds(cell.list, operand.texts),
    code: null,
    sql: (column, operand, bind) => spec.sql(column, bind.texts(operand.texts), bind),
    flipsAfter: null,
  };
}

function dateOperator(spec: {
  relative: boolean;
  holds: (instant: number, ms: number, now: number) => boolean;
  code: (x: string, ms: string, now: string) => string;
}): Operator {
  return {
    takes: z.string(),
    prepare: (written) => {
      const ms = spec.relative ? readDuration(String(written)) : readInstant(String(written));
      if (ms !== undefined) return { ...NONE, ms, written };
      return spec.relative
        ? 'a duration is a whole number and m, h, d or w, such as 30d'
        : 'an instant is YYYY-MM-DD, optionally THH:MM:SS and Z or ±HH:MM';
    },
    reads: () => 'date',
    missing: () => false,
    holds: (cell, operand, now) => cell.date !== undefined && spec.holds(cell.date, operand.ms, now),
    code: (x, operand, now) => spec.code(x, literal(operand.ms), now),
    sql: (column, operand, bind, now) => spec.code(column, bind.integer(operand.ms), now),
    flipsAfter: spec.relative ? (operand) => operand.ms : null,
  };
}

const any = (list: readonly string[], sql: (item: string) => string): string => `(${list.map(sql).join(' or ')})`;

export const operators = {
  is: sameOperator(false, true),
  isNot: sameOperator(false, false),
  in: sameOperator(true, true),
  notIn: sameOperator(true, false),
  contains: textOperator({
    holds: (text, operands) => operands.some((piece) => text.includes(piece)),
    sql: (column, operands, bind) => any(operands, (piece) => `strpos(${column}, ${bind.text(piece)}) > 0`),
  }),
  containsAny: textOperator({
    takes: texts,
    holds: (text, operands) => operands.some((piece) => text.includes(piece)),
    sql: (column, operands, bind) => any(operands, (piece) => `strpos(${column}, ${bind.text(piece)}) > 0`),
  }),
  mentions: textOperator({
    takes: texts,
    reads: 'words',
    holds: (text, operands) => operands.some((phrase) => ` ${text} `.includes(` ${phrase} `)),
    sql: (column, operands, bind) =>
      any(operands, (phrase) => `strpos(' ' || ${column} || ' ', ' ' || ${bind.text(phrase)} || ' ') > 0`),
  }),
  startsWith: textOperator({
    holds: (text, operands) => operands.some((start) => text.startsWith(start)),
    sql: (column, operands, bind) => any(operands, (start) => `starts_with(${column}, ${bind.text(start)})`),
  }),
  endsWith: textOperator({
    holds: (text, operands) => operands.some((end) => text.endsWith(end)),
    sql: (column, operands, bind) =>
      any(operands, (end) => `right(${column}, length(${bind.text(end)})::integer) = ${bind.text(end)}`),
  }),
  atLeast: numberOperator({
    holds: (x, [low]) => x >= low,
    code: (x, low) => `${x} >= ${low}`,
  }),
  moreThan: numberOperator({
    holds: (x, [low]) => x > low,
    code: (x, low) => `${x} > ${low}`,
  }),
  atMost: numberOperator({
    holds: (x, [high]) => x <= high,
    code: (x, high) => `${x} <= ${high}`,
  }),
  lessThan: numberOperator({
    holds: (x, [high]) => x < high,
    code: (x, high) => `${x} < ${high}`,
  }),
  between: numberOperator({
    takes: z.tuple([number, number]),
    holds: (x, [low, high]) => x >= low && x <= high,
    code: (x, low, high) => `(${x} >= ${low} && ${x} <= ${high})`,
    sql: (x, low, high) => `${x} between ${low} and ${high}`,
  }),
  has: listOperator({
    takes: z.string(),
    holds: (list, operands) => operands.every((item) => list.includes(item)),
    sql: (column, operands, bind) => listSql('all', column, operands, bind),
  }),
  hasAny: listOperator({
    holds: (list, operands) => operands.some((item) => list.includes(item)),
    sql: (column, operands, bind) => listSql('any', column, operands, bind),
  }),
  hasAll: listOperator({
    holds: (list, operands) => operands.every((item) => list.includes(item)),
    sql: (column, operands, bind) => listSql('all', column, operands, bind),
  }),
  exists: {
    takes: z.boolean(),
    prepare: (written) => ({ ...NONE, flag: written === true, written }),
    reads: () => 'present',
    missing: (operand) => !operand.flag,
    holds: (cell, operand) => (cell.present ?? false) === operand.flag,
    code: null,
    sql: (column, operand) => `(${column} is ${operand.flag ? 'not ' : ''}null)`,
    flipsAfter: null,
  },
  before: dateOperator({
    relative: false,
    holds: (instant, ms) => instant < ms,
    code: (x, ms) => `${x} < ${ms}`,
  }),
  after: dateOperator({
    relative: false,
    holds: (instant, ms) => instant > ms,
    code: (x, ms) => `${x} > ${ms}`,
  }),
  olderThan: dateOperator({
    relative: true,
    holds: (instant, ms, now) => instant <= now - ms,
    code: (x, ms, now) => `${x} <= ${now} - ${ms}`,
  }),
  newerThan: dateOperator({
    relative: true,
    holds: (instant, ms, now) => instant > now - ms,
    code: (x, ms, now) => `${x} > ${now} - ${ms}`,
  }),
} satisfies Record<string, Operator>;

export type OperatorName = keyof typeof operators;
export const operatorNames = Object.keys(operators) as OperatorName[];

/** The row of an operator, seen through the one shape that all rows have. */
export const operatorOf = (name: OperatorName): Operator => operators[name];

function listSql(which: 'any' | 'all', column: string, operands: string, bind: Binder): string {
  if (bind.dialect === 'duckdb') return `list_has_${which}(${column}, ${operands})`;
  return which === 'any' ? `${column} && ${operands}` : `${column} @> ${operands}`;
}
