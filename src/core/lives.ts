/**
 * Contacts through time, with their events as columns, and how rows for the kernel are cut out of them: one row for a
 * contact as it was at an instant. It decides the layout; it refuses to know which instants matter.
 */

import {
  type Codes,
  type Column,
  type Columns,
  codesFor,
  onlyNumbers,
  sharedDoubles,
  tableOf,
  traitOf,
} from './columns.ts';
import type { Fields, Needs } from './needs.ts';
import { type Era, eraAt } from './path.ts';
import { readNumber } from './text.ts';
import type { Value } from './words.ts';

export interface Lives {
  /** By contact. */
  readonly eras: readonly (readonly Era[])[];
  /** By contact, as the kernel reads them; without those that do not exist for scoring. */
  readonly events: Columns['events'];
}

/** Takes events in, contact after contact. */
export interface EventColumns {
  /** In order of time, then id. @param values by place of the field in `needs.event` */
  add(at: number, name: string, values: readonly (Value | undefined)[]): void;
  /** What is added from here on is the next contact's. */
  endContact(): void;
  finish(): Columns['events'];
}

export function newEventColumns(fields: Fields): EventColumns {
  const at: number[] = [];
  const starts: number[] = [0];
  const names = newCoder<string>((name) => name);
  const columns = [...fields].map(([field, reads]) => ({
    field,
    fill: onlyNumbers(reads) ? newNumbers() : newCoded(),
  }));
  return {
    add: (instant, name, values) => {
      at.push(instant);
      names.add(name);
      for (const [i, { fill }] of columns.entries()) fill.add(values[i]);
    },
    endContact: () => {
      starts.push(at.length);
    },
    finish: () => ({
      starts: Uint32Array.from(starts),
      at: doubles(at),
      names: names.codes(0),
      nameValues: names.values,
      fields: new Map(columns.map(({ field, fill }) => [field, fill.finish()])),
    }),
  };
}

function newCoder<V>(keyOf: (value: V) => string) {
  const known = new Map<string, number>();
  const values: V[] = [];
  const list: number[] = [];
  return {
    values,
    add: (value: V | undefined) => {
      if (value === undefined) {
        list.push(-1);
        return;
      }
      const key = keyOf(value);
      let code = known.get(key);
      if (code === undefined) {
        code = values.push(value) - 1;
        known.set(key, code);
      }
      list.push(code);
    },
    /** @param first the code of the first value */
    codes: (first: 0 | 1): Codes => {
      const codes = codesFor(values.length, list.length);
      for (let i = 0; i < list.length; i++) codes[i] = (list[i] ?? 0) + first;
      return codes;
    },
  };
}

function newCoded() {
  // No text that can be stored begins with NUL, so that a list never has the key of a text.
  const coder = newCoder<Value>((value) => (typeof value === 'string' ? value : `\0${JSON.stringify(value)}`));
  return {
    add: coder.add,
    finish: (): Column => ({ kind: 'coded', codes: coder.codes(1), values: coder.values }),
  };
}

function newNumbers() {
  const list: number[] = [];
  return {
    add: (value: Value | undefined) => {
      list.push(typeof value === 'string' ? (readNumber(value) ?? Number.NaN) : Number.NaN);
    },
    finish: (): Column => ({ kind: 'number', numbers: doubles(list) }),
  };
}

function doubles(list: readonly number[]): Float64Array {
  const array = sharedDoubles(list.length);
  array.set(list);
  return array;
}

/** A contact as of an instant: a row that the kernel scores. */
export interface Moment {
  /** Its place among the lives. */
  readonly contact: number;
  readonly at: number;
}

/** How many events of a contact there are up to an instant. */
export function eventsUpTo({ starts, at }: Columns['events'], contact: number, instant: number): number {
  const first = starts[contact] ?? 0;
  let [low, high] = [first, starts[contact + 1] ?? first];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((at[middle] ?? 0) <= instant) low = middle + 1;
    else high = middle;
  }
  return low - first;
}

/** Columns with a row for each moment, which sees nothing that came after it. */
export function columnsAt({ eras, events }: Lives, needs: Needs, moments: readonly Moment[]): Columns {
  const whos = moments.flatMap(({ contact, at }) => eraAt(eras[contact] ?? [], at)?.who ?? []);
  const companies = [...new Set(whos.flatMap((who) => who.company ?? []))];
  const places = new Map(companies.map((company, place) => [company, place]));
  const count = moments.length;
  const [hasTraits, createdAt, company] = [bytes(count), sharedDoubles(count), new Int32Array(bytes(count * 4).buffer)];
  const starts = new Uint32Array(bytes((count + 1) * 4).buffer);
  whos.forEach((who, row) => {
    const { contact, at } = moments[row] ?? { contact: 0, at: 0 };
    hasTraits[row] = Number(who.hasTraits);
    createdAt[row] = who.createdAt !== null && who.createdAt <= at ? who.createdAt : Number.NaN;
    company[row] = who.company === null ? -1 : (places.get(who.company) ?? -1);
    starts[row + 1] = (starts[row] ?? 0) + eventsUpTo(events, contact, at);
  });
  const facts = new Map([...needs.contact].filter(([field]) => field !== 'created_at'));
  return {
    contacts: { count, hasTraits, createdAt, company, fields: tableOf(whos, facts, traitOf) },
    companies: {
      count: companies.length,
      fields: tableOf(companies, needs.company, (row, field) => row.traits.get(field)),
    },
    events: eventsAt(events, starts, moments),
  };
}

/** The events that each moment sees, one after another. */
function eventsAt(events: Columns['events'], starts: Uint32Array, moments: readonly Moment[]): Columns['events'] {
  const total = starts[moments.length] ?? 0;
  const wholly = moments.every(({ contact }, row) => contact === row) && total === events.at.length;
  if (wholly) return { ...events, starts };
  const cut = <A extends Float64Array | Codes>(from: A, into: A): A => {
    moments.forEach(({ contact }, row) => {
      const [first, begin, end] = [events.starts[contact] ?? 0, starts[row] ?? 0, starts[row + 1] ?? 0];
      into.set(from.subarray(first, first + end - begin), begin);
    });
    return into;
  };
  const cutCodes = (codes: Codes, highest: number): Codes => cut(codes, codesFor(highest, total));
  return {
    starts,
    at: cut(events.at, sharedDoubles(total)),
    names: cutCodes(events.names, events.nameValues.length),
    nameValues: events.nameValues,
    fields: new Map(
      [...events.fields].map(([field, column]): [string, Column] => [
        field,
        column.kind === 'coded'
          ? { ...column, codes: cutCodes(column.codes, column.values.length) }
          : { kind: 'number', numbers: cut(column.numbers, sharedDoubles(total)) },
      ]),
    ),
  };
}

const bytes = (length: number): Uint8Array<SharedArrayBuffer> => new Uint8Array(new SharedArrayBuffer(length));
