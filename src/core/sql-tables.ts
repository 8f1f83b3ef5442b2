/**
 * The prepared tables that the SQL form reads: what they are called, which columns a model needs, and what belongs
 * into each cell. No database folds text as we do, so values are read here, at the door, and the statement only
 * compares. It refuses to know how rows reach a database.
 */

import { contactValue } from './contribution.ts';
import type { Dialect } from './dialect.ts';
import { ScorelineError } from './errors.ts';
import { needsOf } from './needs.ts';
import { cellOf, type Reads } from './operators.ts';
import { profile } from './profile.ts';
import { storable } from './text.ts';
import type { Company, Contact, Holder, Model, Value } from './words.ts';

export type SqlType = 'text' | 'boolean' | 'bigint' | 'double precision' | 'text[]';
export type SqlCell = string | number | boolean | readonly string[] | null;

interface PreparedColumn {
  readonly name: string;
  readonly type: SqlType;
}

export interface PreparedTable {
  readonly name: Holder;
  readonly columns: readonly PreparedColumn[];
}

/** Columns that a table has for every model, so that no field may take their names. */
const FIXED: { readonly [H in Holder]: { readonly [name: string]: SqlType } } = {
  contact: { id: 'text', has_traits: 'boolean', created_at: 'bigint', company: 'text', stage: 'text' },
  company: { id: 'text' },
  event: { contact: 'text', id: 'text', name: 'text', at: 'bigint' },
};

const TYPES: { readonly [R in Reads]: SqlType } = {
  text: 'text',
  words: 'text',
  number: 'double precision',
  date: 'bigint',
  list: 'text[]',
  present: 'boolean',
};

/**
 * The column in which a field stands as an operator reads it. A field read as text has its own name, unless that is
 * the name of a fixed column or has a colon, so that no two columns are ever named the same.
 */
export function columnFor(holder: Holder, field: string, reads: Reads): string {
  const own = reads === 'text' && !Object.hasOwn(FIXED[holder], field) && !field.includes(':');
  return own ? field : `${field}:${reads}`;
}

const isCreation = (holder: Holder, field: string): boolean => holder === 'contact' && field === 'created_at';

interface ReadColumn extends PreparedColumn {
  readonly field: string;
  readonly reads: Reads;
}

function readColumns(model: Model, holder: Holder): ReadColumn[] {
  return [...needsOf(model)[holder]].flatMap(([field, ways]) =>
    isCreation(holder, field)
      ? []
      : [...ways].map((reads) => ({ field, reads, name: columnFor(holder, field, reads), type: TYPES[reads] })),
  );
}

function fixedColumns(model: Model, holder: Holder): PreparedColumn[] {
  return Object.entries(FIXED[holder])
    .filter(([name]) => name !== 'stage' || model.stages.length > 0)
    .map(([name, type]) => ({ name, type }));
}

/** The prepared tables that a model's statement reads, with exactly the columns it needs. */
export function tablesFor(model: Model): PreparedTable[] {
  return (['contact', 'company', 'event'] as const).map((name) => ({
    name,
    columns: [...fixedColumns(model, name), ...readColumns(model, name)],
  }));
}

/**
 * Refuses names that a database cannot hold apart.
 * @throws ScorelineError `model_unwritable`
 */
export function checkNames(tables: readonly PreparedTable[], outputs: readonly string[], dialect: Dialect): void {
  for (const name of [...tables.flatMap((table) => table.columns.map((column) => column.name)), ...outputs]) {
    if (/\p{Cc}/u.test(name)) refuse(`the name ${JSON.stringify(name)} has a control character, such as a line break`);
    const bytes = new TextEncoder().encode(name).length;
    if (dialect === 'postgres' && bytes > 63)
      refuse(`the column ${JSON.stringify(name)} has a name of ${bytes} bytes; PostgreSQL cuts names at 63`);
  }
  if (dialect === 'duckdb') for (const table of tables) checkCase(table);
}

/** DuckDB takes names that differ in the case of ASCII letters for one, quoted or not. */
function checkCase({ name: table, columns }: PreparedTable): void {
  const seen = new Map<string, string>();
  for (const { name } of columns) {
    const key = name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    const other = seen.get(key);
    if (other !== undefined)
      refuse(`DuckDB cannot tell the columns ${JSON.stringify(other)} and ${JSON.stringify(name)} of ${table} apart`);
    seen.set(key, name);
  }
}

export function refuse(message: string): never {
  throw new ScorelineError('model_unwritable', message);
}

export interface PreparedRows extends PreparedTable {
  readonly rows: Iterable<readonly SqlCell[]>;
}

/**
 * Contacts, companies and events as rows of the prepared tables, in the order of their columns.
 * @param stageOf the stage a contact was in before, or null
 * @param companies those without contacts too; those of the contacts need not be named
 */
export function preparedRows(
  model: Model,
  contacts: readonly Contact[],
  stageOf: (contact: Contact) => string | null = () => null,
  companies: readonly Company[] = [],
): PreparedRows[] {
  const all = new Map(
    [...companies, ...contacts.flatMap(({ company }) => company ?? [])].map((company) => [company.id, company]),
  );
  const [contactTable, companyTable, eventTable] = tablesFor(model);
  if (contactTable === undefined || companyTable === undefined || eventTable === undefined) return [];
  const [ofContact, ofCompany, ofEvent] = [
    readColumns(model, 'contact'),
    readColumns(model, 'company'),
    readColumns(model, 'event'),
  ];
  const stages = model.stages.length > 0;
  return [
    {
      ...contactTable,
      rows: contacts.map((contact) => [
        storable(contact.id),
        contact.hasTraits,
        contact.createdAt,
        contact.company === null ? null : storable(contact.company.id),
        ...(stages ? [stageOf(contact)] : []),
        ...cells(ofContact, (field) => contactValue(contact, field)),
      ]),
    },
    {
      ...companyTable,
      rows: [...all.values()].map(({ id, traits }) => [
        storable(id),
        ...cells(ofCompany, (field) => traits.get(field)),
      ]),
    },
    {
      ...eventTable,
      rows: contacts.flatMap((contact) =>
        profile(contact, Infinity).events.map(({ id, name, at, properties }) => [
          storable(contact.id),
          storable(id),
          storable(name),
          at,
          ...cells(ofEvent, (field) => properties.get(field)),
        ]),
      ),
    },
  ];
}

const cells = (columns: readonly ReadColumn[], value: (field: string) => Value | undefined): SqlCell[] =>
  columns.map(({ field, reads }) => cellOf(value(field))[reads] ?? null);
