/**
 * The arrays that a program reads, filled from columns. Text is looked at here, once for each distinct value; the
 * generated code sees only numbers. It refuses to know the code.
 */

import type { Column, Columns, Table } from './columns.ts';
import type { Slot } from './kernel-code.ts';
import { cellOf, operatorOf } from './operators.ts';
import { fold, readNumber } from './text.ts';
import { readInstant } from './time.ts';
import type { Holder, Value } from './words.ts';

type NumberArray = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

/** Plain numbers in shared memory: worker threads read them in place. */
export interface Bound {
  readonly slots: readonly NumberArray[];
  readonly count: number;
  readonly companies: number;
  readonly starts: Uint32Array;
  /** The most events that one contact has. */
  readonly longest: number;
  readonly at: Float64Array;
  readonly names: NumberArray;
  readonly created: Float64Array;
  readonly hasTraits: Uint8Array;
  readonly company: Int32Array;
}

/** Fills the arrays of a program for one instant. */
export function bindSlots(slots: readonly Slot[], columns: Columns, asOf: number): Bound {
  const { contacts, companies, events } = columns;
  const tables: Record<Holder, Table> = { contact: contacts.fields, company: companies.fields, event: events.fields };
  const counts: Record<Holder, number> = { contact: contacts.count, company: companies.count, event: events.at.length };
  const fill = (slot: Slot): NumberArray => {
    switch (slot.kind) {
      case 'codes':
        return codesOf(tables[slot.holder].get(slot.field), counts[slot.holder]);
      case 'numbers':
        return numbersOf(tables[slot.holder].get(slot.field), counts[slot.holder]);
      case 'answers': {
        const column = tables[slot.holder].get(slot.field);
        const rows = slot.tests.map(({ operator, operand }) => ({ operator: operatorOf(operator), operand }));
        const answers = new Int32Array(shared((valuesOf(column).length + 1) * 4));
        rows.forEach(({ operator, operand }, bit) => {
          if (operator.missing(operand)) answers[0] = (answers[0] ?? 0) | (1 << bit);
        });
        valuesOf(column).forEach((value, i) => {
          const cell = cellOf(value);
          let bits = 0;
          rows.forEach(({ operator, operand }, bit) => {
            if (operator.holds(cell, operand, asOf)) bits |= 1 << bit;
          });
          answers[i + 1] = bits;
        });
        return answers;
      }
      case 'instants':
        return byCode(tables[slot.holder].get(slot.field), readInstant);
      case 'amounts':
        return byCode(events.fields.get(slot.field), readNumber);
      case 'texts':
        return textsOf(events.fields.get(slot.field));
      case 'names':
        return bytes(events.nameValues.map((name) => Number(slot.names.includes(name))));
      case 'cases': {
        const place = new Map(slot.names.map((name, i) => [name, i + 1]));
        const cases = new Uint32Array(shared(events.nameValues.length * 4));
        cases.set(events.nameValues.map((name) => place.get(name) ?? 0));
        return cases;
      }
      case 'weights':
        return doubles(slot.weights);
    }
  };
  return {
    slots: slots.map(fill),
    count: contacts.count,
    companies: companies.count,
    starts: events.starts,
    longest: longestOf(events.starts),
    at: events.at,
    names: events.names,
    created: contacts.createdAt,
    hasTraits: contacts.hasTraits,
    company: contacts.company,
  };
}

const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);

function bytes(values: readonly number[]): Uint8Array {
  const array = new Uint8Array(shared(values.length));
  array.set(values);
  return array;
}

function doubles(values: readonly number[]): Float64Array {
  const array = new Float64Array(shared(values.length * 8));
  array.set(values);
  return array;
}

const valuesOf = (column: Column | undefined): readonly Value[] => (column?.kind === 'coded' ? column.values : []);

/** A field that no column has is missing everywhere. */
function codesOf(column: Column | undefined, count: number): NumberArray {
  return column?.kind === 'coded' ? column.codes : new Uint8Array(shared(count));
}

function numbersOf(column: Column | undefined, count: number): NumberArray {
  return column?.kind === 'number' ? column.numbers : new Float64Array(shared(count * 8)).fill(Number.NaN);
}

const byCode = (column: Column | undefined, read: (text: string) => number | undefined): NumberArray =>
  doubles([
    Number.NaN,
    ...valuesOf(column).map((value) => (typeof value === 'string' ? (read(value) ?? Number.NaN) : Number.NaN)),
  ]);

/** One number for each folded text, so that values which differ only in writing are one. */
function textsOf(column: Column | undefined): NumberArray {
  const numbers = new Map<string, number>();
  const texts = new Int32Array(shared((valuesOf(column).length + 1) * 4));
  valuesOf(column).forEach((value, i) => {
    const key = typeof value === 'string' ? fold(value) : '';
    if (key === '') return;
    const number = numbers.get(key) ?? numbers.size + 1;
    numbers.set(key, number);
    texts[i + 1] = number;
  });
  return texts;
}

function longestOf(starts: Uint32Array): number {
  let longest = 0;
  for (let i = 1; i < starts.length; i++) {
    const n = (starts[i] ?? 0) - (starts[i - 1] ?? 0);
    if (n > longest) longest = n;
  }
  return longest;
}
