/**
 * Contacts, companies and events as columns, the form in which the kernel reads them: events grouped by contact,
 * text as dictionary codes. It decides the layout; it refuses to know files, databases and rules.
 */

import { domainOf } from './contribution.ts';
import type { Fields, Needs } from './needs.ts';
import { readNumber } from './text.ts';
import type { Company, Contact, Event, Value, Values } from './words.ts';

export type Codes = Uint8Array | Uint16Array | Uint32Array;

export type Column =
  /** Code 0 is missing; code c is `values[c - 1]`, as it came. Two values may fold to the same text. */
  | { readonly kind: 'coded'; readonly codes: Codes; readonly values: readonly Value[] }
  /** Only where every reader reads numbers; NaN is missing. */
  | { readonly kind: 'number'; readonly numbers: Float64Array };

export type Table = ReadonlyMap<string, Column>;

export interface Columns {
  readonly contacts: {
    readonly count: number;
    /** 1 where any trait is known, whether a rule asks for it or not. */
    readonly hasTraits: Uint8Array;
    /** NaN where unknown, or after the instant of the run. */
    readonly createdAt: Float64Array;
    /** Row of the company, -1 for none. */
    readonly company: Int32Array;
    /** By field, `email`, `email.domain` and `company_id` included; `created_at` is above. */
    readonly fields: Table;
  };
  readonly companies: { readonly count: number; readonly fields: Table };
  /**
   * The events that exist as of the instant of the run or later, without ignored ones and doubles; those of contact i
   * from `starts[i]` up to `starts[i + 1]`, in order of time, then id.
   */
  readonly events: {
    readonly starts: Uint32Array;
    readonly at: Float64Array;
    /** Codes into `nameValues`, from 0. */
    readonly names: Codes;
    readonly nameValues: readonly string[];
    readonly fields: Table;
  };
}

/** Whether a field is read in no other way than as a number. */
export const onlyNumbers = (reads: ReadonlySet<string> | undefined): boolean =>
  reads?.size === 1 && reads.has('number');

/** Codes of the smallest kind that holds `highest`; in shared memory, so that worker threads read them in place. */
export function codesFor(highest: number, length: number): Codes {
  if (highest < 2 ** 8) return new Uint8Array(new SharedArrayBuffer(length));
  if (highest < 2 ** 16) return new Uint16Array(new SharedArrayBuffer(length * 2));
  return new Uint32Array(new SharedArrayBuffer(length * 4));
}

export const sharedDoubles = (length: number): Float64Array<SharedArrayBuffer> =>
  new Float64Array(new SharedArrayBuffer(length * 8));

/** Lays contacts, as `profile` makes them, out as columns. */
export function columnsOf(contacts: readonly Contact[], needs: Needs): Columns & { readonly companyRows: Company[] } {
  const companies = [...new Map(contacts.flatMap(({ company }) => (company ? [[company.id, company]] : []))).values()];
  const companyRow = new Map(companies.map((company, row) => [company.id, row]));
  const events = contacts.flatMap((contact) => contact.events);
  const nameValues = [...new Set(events.map((event) => event.name))];
  const nameCode = new Map(nameValues.map((name, code) => [name, code]));
  const names = codesFor(nameValues.length, events.length);
  names.set(events.map((event) => nameCode.get(event.name) ?? 0));
  const starts = new Uint32Array(new SharedArrayBuffer((contacts.length + 1) * 4));
  contacts.forEach((contact, i) => {
    starts[i + 1] = (starts[i] ?? 0) + contact.events.length;
  });
  const company = new Int32Array(new SharedArrayBuffer(contacts.length * 4));
  company.set(contacts.map((contact) => (contact.company ? (companyRow.get(contact.company.id) ?? -1) : -1)));
  const hasTraits = new Uint8Array(new SharedArrayBuffer(contacts.length));
  hasTraits.set(contacts.map((contact) => Number(contact.hasTraits)));
  return {
    contacts: {
      count: contacts.length,
      hasTraits,
      createdAt: doublesOf(contacts.map((contact) => contact.createdAt ?? Number.NaN)),
      company,
      fields: tableOf(contacts, new Map([...needs.contact].filter(([field]) => field !== 'created_at')), traitOf),
    },
    companies: {
      count: companies.length,
      fields: tableOf(companies, needs.company, (row, field) => row.traits.get(field)),
    },
    events: {
      starts,
      at: doublesOf(events.map((event) => event.at)),
      names,
      nameValues,
      fields: tableOf(events, needs.event, (event, field) => event.properties.get(field)),
    },
    companyRows: companies,
  };
}

/** A field of a contact as conditions name it; `created_at` is not among them. */
export function traitOf(contact: Omit<Contact, 'events'>, field: string): Value | undefined {
  if (field === 'email') return contact.email ?? undefined;
  if (field === 'email.domain') return domainOf(contact.email);
  if (field === 'company_id') return contact.companyId ?? undefined;
  return contact.traits.get(field);
}

/** Fields as columns, one cell for each row. */
export function tableOf<Row>(
  rows: readonly Row[],
  fields: Fields,
  read: (row: Row, field: string) => Value | undefined,
): Table {
  const table = new Map<string, Column>();
  for (const [field, reads] of fields) {
    const values = rows.map((row) => read(row, field));
    table.set(field, onlyNumbers(reads) ? numbersOf(values) : coded(values));
  }
  return table;
}

const numbersOf = (values: readonly (Value | undefined)[]): Column => ({
  kind: 'number',
  numbers: doublesOf(
    values.map((value) => (typeof value === 'string' ? (readNumber(value) ?? Number.NaN) : Number.NaN)),
  ),
});

function coded(values: readonly (Value | undefined)[]): Column {
  const known = new Map<string, number>();
  const dictionary: Value[] = [];
  const list = values.map((value) => {
    if (value === undefined) return 0;
    const key = JSON.stringify(value);
    const code = known.get(key) ?? dictionary.push(value);
    known.set(key, code);
    return code;
  });
  const codes = codesFor(dictionary.length, list.length);
  codes.set(list);
  return { kind: 'coded', codes, values: dictionary };
}

function doublesOf(values: readonly number[]): Float64Array {
  const doubles = sharedDoubles(values.length);
  doubles.set(values);
  return doubles;
}

/** One value out of a column. */
function valueAt(column: Column | undefined, row: number): Value | undefined {
  if (column === undefined) return undefined;
  if (column.kind === 'coded') return column.values[(column.codes[row] ?? 0) - 1];
  const number = column.numbers[row] ?? Number.NaN;
  return Number.isNaN(number) ? undefined : JSON.stringify(number);
}

/**
 * One contact back out of the columns, with the fields that the columns hold. Ids are the row numbers; those of
 * events keep the order of ids for events of one instant.
 */
export function contactAt(columns: Columns, row: number, asOf: number): Contact {
  const { contacts, companies, events } = columns;
  const valuesAt = (table: Table, at: number): Values =>
    new Map(
      [...table].flatMap(([field, column]) => {
        const value = valueAt(column, at);
        return value === undefined ? [] : [[field, value] as const];
      }),
    );
  const text = (field: string): string | null => {
    const value = valueAt(contacts.fields.get(field), row);
    return typeof value === 'string' ? value : null;
  };
  const list: Event[] = [];
  for (let e = events.starts[row] ?? 0; e < (events.starts[row + 1] ?? 0); e++) {
    const at = events.at[e] ?? 0;
    if (at > asOf) break;
    const name = events.nameValues[events.names[e] ?? 0] ?? '';
    list.push({ id: String(e).padStart(10, '0'), name, at, properties: valuesAt(events.fields, e), ignored: false });
  }
  const createdAt = contacts.createdAt[row] ?? Number.NaN;
  const company = contacts.company[row] ?? -1;
  const domain = text('email.domain');
  return {
    id: String(row),
    email: text('email') ?? (domain === null ? null : `@${domain}`),
    createdAt: Number.isNaN(createdAt) ? null : createdAt,
    companyId: text('company_id'),
    traits: valuesAt(contacts.fields, row),
    hasTraits: contacts.hasTraits[row] === 1,
    company: company < 0 ? null : { id: String(company), traits: valuesAt(companies.fields, company) },
    events: list,
  };
}
