/**
 * Traits as conditions read them: folded text, words, numbers, instants, lists. No database folds text as we do, so
 * this is done once, when traits are written, and a search only compares. It decides how readings are kept in JSON and
 * found again by SQL; it refuses to know what is searched.
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
type Readings = { readonly [kind in 'text' | 'words' | 'number' | 'date' | 'list' | 'bare']?: Facts };

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
  return Object.fromEntries(
    Object.entries(kinds)
      .filter(([, map]) => map.size > 0)
      .map(([kind, map]) => [kind, Object.fromEntries(map)]),
  );
}

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
