/**
 * Traits as conditions read them: folded text, words, numbers, instants, lists. No database folds text as we do, so
 * this is done once, when traits are written, and a search only compares. It decides how readings are kept in JSON, what
 * of them an index knows, and how they are found again by SQL; it refuses to know what is searched.
 */

import { domainOf } from '../core/contribution.ts';
import type { Binder } from '../core/dialect.ts';
import { type Facts, factValue } from '../core/ingest.ts';
import { cellOf, operatorOf, type Reads } from '../core/operators.ts';
import type { Condition } from '../core/words.ts';

/**
 * By kind of reading, then by trait. `words` where they differ from the text, `list` for lists alone, `bare` for traits
 * that are there and hold nothing that can be read as text.
 */
type Readings = { readonly [kind in 'text' | 'words' | 'number' | 'date' | 'list' | 'bare']?: Facts } & {
  /** The shapes of all texts, with blanks between: whoever looks for a piece of one finds few that have it by an index. */
  readonly shape?: string;
  /** For each number and instant, the steps of a scale on which it lies, from coarse to fine, with the trait's name. */
  readonly steps?: readonly string[];
};

/** The readings of all traits of one contact or company. */
export function readingsOf(traits: Facts): Readings {
  const kinds = {
    text: new Map<string, string>(),
    words: new Map<string, string>(),
    number: new Map<string, number>(),
    date: new Map<string, number>(),
    list: new Map<string, readonly string[]>(),
    bare: new Map<string, true>(),
  };
  const email = factValue(traits.email);
  const domain = domainOf(typeof email === 'string' ? email : null);
  for (const [name, value] of [
    ...values(traits),
    ...(domain === undefined ? [] : [['email.domain', domain] as const]),
  ]) {
    const cell = cellOf(value);
    if (cell.text !== undefined) kinds.text.set(name, cell.text);
    if (cell.words !== undefined && cell.words !== cell.text) kinds.words.set(name, cell.words);
    if (cell.number !== undefined) kinds.number.set(name, cell.number);
    if (cell.date !== undefined) kinds.date.set(name, cell.date);
    if (typeof value !== 'string' && cell.list !== undefined) kinds.list.set(name, cell.list);
    else if (cell.text === undefined) kinds.bare.set(name, true);
  }
  const shapes = new Set([...kinds.text.values()].map(shapeOf));
  const steps = [
    ...[...kinds.number].flatMap(([name, x]) => stepsOf(name, numberBucket(x))),
    ...[...kinds.date].flatMap(([name, at]) => stepsOf(name, dateBucket(at))),
  ];
  return {
    ...Object.fromEntries(
      Object.entries(kinds)
        .filter(([, map]) => map.size > 0)
        .map(([kind, map]) => [kind, Object.fromEntries(map)]),
    ),
    ...(shapes.size > 0 ? { shape: `${[...shapes].join(' ')} ` } : {}),
    ...(steps.length > 0 ? { steps } : {}),
  };
}

/**
 * A folded text in letters, digits and blanks of ASCII, letter by letter, so that the shape of a text contains the shape
 * of each of its pieces. Different texts can have one shape. PostgreSQL finds pieces by three characters in a row, and
 * knows other letters than ours only in some locales; of ideographs two make a name, so one gives three characters.
 */
const shapeOf = (folded: string): string =>
  folded.replace(/[^a-z0-9]/gu, (letter) => {
    const code = letter.codePointAt(0) ?? 0;
    if (code < 0x80) return ' ';
    return code < 0x2e80 ? (code % 36).toString(36) : (code % 46_656).toString(36).padStart(3, '0');
  });

/** Steps of one size hold eight of the next smaller. */
const SIZES = [6, 3, 0];
const MOST_BUCKET = 1023;

const step = (name: string, size: number, at: number): string => `${size}.${at} ${name}`;

const stepsOf = (name: string, bucket: number): string[] => SIZES.map((size) => step(name, size, bucket >> size));

/** The steps that make up a range of buckets: as large as they can be, so that they are few. */
function stepsBetween(name: string, from: number, to: number): string[] {
  const found: string[] = [];
  for (let at = from; at <= to; ) {
    const size = SIZES.find((one) => at % (1 << one) === 0 && at + (1 << one) - 1 <= to) ?? 0;
    found.push(step(name, size, at >> size));
    at += 1 << size;
  }
  return found;
}

/** Four buckets each time a number doubles, 0 in the middle: never less for a larger number. */
function numberBucket(x: number): number {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, Math.abs(x));
  // Eleven bits of exponent and the first two of what follows; what is below 2^-20 or above 2^104 lies at the ends.
  const from = (1023 - 20) << 2;
  const magnitude = Math.min(Math.max((bits.getUint32(0) >>> 18) - from, 0), 500);
  return x < 0 ? 511 - magnitude : 512 + magnitude;
}

/** Buckets of 30 days from 1970 on; all before and all that is far ahead lie at the ends. */
const dateBucket = (at: number): number => Math.min(Math.max(Math.floor(at / (30 * 86_400_000)), 0), MOST_BUCKET);

const values = (traits: Facts) =>
  Object.entries(traits).flatMap(([name, fact]) => {
    const value = factValue(fact);
    return value === undefined ? [] : [[name, value] as const];
  });

/** A column of readings as an operator wants it: null where the trait is missing to it. */
function readingSql(column: string, field: string, reads: Reads, bind: Binder): string {
  const name = bind.text(field);
  const of = (kind: keyof Readings): string => `${column}->'${kind}'->>${name}`;
  const has = (kind: keyof Readings): string => `${column}->'${kind}' ? ${name}`;
  switch (reads) {
    case 'text':
      return `(${of('text')})`;
    case 'words':
      return `coalesce(${of('words')}, ${of('text')})`;
    case 'number':
      return `(${of('number')})::double precision`;
    case 'date':
      return `(${of('date')})::bigint`;
    case 'list':
      return `case when ${has('list')} then array(select jsonb_array_elements_text(${column}->'list'->${name}))
        when ${has('text')} then array[${of('text')}] end`;
    case 'present':
      return `case when ${has('text')} or ${has('list')} or ${has('bare')} then true end`;
  }
}

/**
 * A test on a trait over a column of readings; null or false for a missing one, unless the test is for that. What asks
 * for equality is written so that an index on the whole column answers it.
 */
export function readingTest(test: Condition & { kind: 'test' }, column: string, bind: Binder, now: string): string {
  const { field, operator, operand } = test;
  const found = (kind: keyof Readings, value: string | number | readonly string[]): string =>
    `${column} @> ${bind.text(JSON.stringify({ [kind]: { [field]: value } }))}::jsonb`;
  const one = (list: readonly string[]): string => `(${list.join(' or ')})`;
  const listed = (items: readonly string[]): string => {
    const [only] = items;
    return only === undefined || items.some((item) => item !== only)
      ? found('list', items)
      : `(${found('list', [only])} or ${found('text', only)})`;
  };
  switch (operator) {
    case 'is':
    case 'in':
      return one([
        ...operand.texts.map((text) => found('text', text)),
        ...operand.numbers.map((x) => found('number', x)),
      ]);
    case 'has':
    case 'hasAll':
      return listed(operand.texts);
    case 'hasAny':
      return one(operand.texts.map((text) => listed([text])));
    default: {
      const row = operatorOf(operator);
      return row.sql(readingSql(column, field, row.reads(operand), bind), operand, bind, now);
    }
  }
}

/**
 * What must hold wherever a test does, as an index on readings answers it; null where none helps. More than what the
 * test finds may be found by it.
 */
export function indexedTest(
  test: Condition & { kind: 'test' },
  column: string,
  bind: Binder,
  now: number,
): string | null {
  const { field, operator, operand } = test;
  const ranged = (from: number, to: number): string =>
    either(
      stepsBetween(field, from, to).map((one) => `${column} @> ${bind.text(JSON.stringify({ steps: [one] }))}::jsonb`),
    );
  const pieces = (texts: readonly string[]): string | null => {
    const shapes = texts.flatMap((text) => piecesOf(shapeOf(text)) ?? [null]);
    if (shapes.includes(null)) return null;
    return either(shapes.map((shape) => `${column}->>'shape' like ${bind.text(`%${shape}%`)}`));
  };
  const [low = 0, high = low] = operand.numbers;
  switch (operator) {
    case 'contains':
    case 'containsAny':
    case 'startsWith':
    case 'endsWith':
      return pieces(operand.texts);
    case 'mentions': {
      // Anything can stand between its words.
      const longest = operand.texts.map((phrase) => phrase.split(' ').sort((a, b) => b.length - a.length)[0] ?? '');
      return pieces(longest);
    }
    case 'atLeast':
    case 'moreThan':
      return ranged(numberBucket(low), MOST_BUCKET);
    case 'atMost':
    case 'lessThan':
      return ranged(0, numberBucket(low));
    case 'between':
      return ranged(numberBucket(low), numberBucket(high));
    case 'after':
      return ranged(dateBucket(operand.ms), MOST_BUCKET);
    case 'before':
      return ranged(0, dateBucket(operand.ms));
    case 'newerThan':
      return ranged(dateBucket(now - operand.ms), MOST_BUCKET);
    case 'olderThan':
      return ranged(0, dateBucket(now - operand.ms));
    default:
      return null;
  }
}

const either = (list: readonly string[]): string => `(${[...new Set(list)].join(' or ')})`;

/** So many characters of a piece are looked for by the index: what follows in an address is the same for many. */
const LEADING = 16;
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz0123456789 '];

/** Pieces of which a shape with this piece has at least one, each of three characters in a row; null for none. */
function piecesOf(shape: string): string[] | null {
  const start = shape.slice(0, LEADING);
  if (/[a-z0-9]{3}/.test(start)) return [start];
  const two = /[a-z0-9]{2}/.exec(start)?.[0];
  return two === undefined ? null : LETTERS.map((letter) => `${two}${letter}`);
}
