/**
 * All that the files know of a few contacts, as `core` sees a contact: every column, and events with their ids. It
 * decides nothing new; what a cell means is in `cells.ts`, and which rows stand in `keyed.ts`.
 */

import type { DuckDBValue } from '@duckdb/node-api';
import type { Company, Contact, Event, Value } from '../core/words.ts';
import { type Cell, instantSql, rawSql, readValue, textSql } from './cells.ts';
import type { Duck } from './duck.ts';
import { type EventCells, flagSql, ownCells } from './events.ts';
import type { Keyed } from './keyed.ts';
import type { Source } from './source.ts';

/** The files with what is known of their rows. */
export interface Known {
  readonly contacts: Keyed;
  readonly companies: Keyed | null;
  /** By contact: the row of its company, -1 for none. */
  readonly company: Int32Array;
  readonly log: { readonly source: Source; readonly cells: EventCells } | null;
}

/**
 * A contact by its id, or everybody of its company; nobody where the id is unknown. Events are in the order of the
 * file, later and ignored ones too.
 */
export async function historyOf(duck: Duck, known: Known, id: string, withColleagues: boolean): Promise<Contact[]> {
  const { contacts, company } = known;
  const [[found] = []] = await duck.rows(`select row::integer from ${contacts.table} where id = $1`, [id.trim()]);
  if (found === undefined) return [];
  const row = Number(found);
  const firm = company[row] ?? -1;
  const rows = withColleagues && firm >= 0 ? placesOf(firm, company) : [row];
  const table = duck.name('wanted');
  await duck.table(table, [{ name: 'row', kind: 'whole', numbers: rows }], rows.length);
  const employer = firm < 0 || known.companies === null ? null : await companyAt(duck, known.companies, firm);
  const events = await eventsOf(duck, known, table);
  const people = await contactsOf(duck, contacts, table, employer, events);
  await duck.db.run(`drop table ${table}`);
  return people;
}

async function contactsOf(
  duck: Duck,
  { source, table, id }: Keyed,
  wanted: string,
  company: Company | null,
  events: ReadonlyMap<number, Event[]>,
): Promise<Contact[]> {
  const fact = (name: string): Cell | undefined => source.cells.get(name);
  const [email, companyId, created] = [fact('email'), fact('company_id'), fact('created_at')];
  const traits = [...source.cells.values()].filter((cell) => ![id, email, companyId, created].includes(cell));
  const known = [
    'k.row::integer',
    'k.id',
    email === undefined ? 'null' : textSql(email),
    companyId === undefined ? 'null' : textSql(companyId),
    created === undefined ? "'nan'::double" : instantSql(created),
  ];
  const rows = await wideRows(
    duck,
    [...known, ...traits.map(rawSql)],
    `from ${wanted} w join ${table} k on k.row = w.row join ${source.view} s on s.row = k.file_row order by k.row`,
  );
  return rows.map(([row, key, mail, employer, createdAt, ...cells]) => {
    const values = valuesOf(traits, cells);
    return {
      id: String(key),
      email: mail === null ? null : String(mail),
      createdAt: typeof createdAt === 'number' && Number.isFinite(createdAt) ? createdAt : null,
      companyId: employer === null ? null : String(employer),
      traits: values,
      hasTraits: values.size > 0,
      company,
      events: events.get(Number(row)) ?? [],
    };
  });
}

async function companyAt(duck: Duck, { source, table, id }: Keyed, row: number): Promise<Company> {
  const traits = [...source.cells.values()].filter((cell) => cell !== id);
  const [[key, ...cells] = []] = await wideRows(
    duck,
    ['k.id', ...traits.map(rawSql)],
    `from ${table} k join ${source.view} s on s.row = k.file_row where k.row = ${row}`,
  );
  return { id: String(key), traits: valuesOf(traits, cells) };
}

/** Columns asked for at a time: each takes room for thousands of rows in every step of a query. */
const BATCH = 200;

/** The rows of a query over any number of columns; its order must be settled. */
async function wideRows(duck: Duck, columns: readonly string[], from: string): Promise<DuckDBValue[][]> {
  const rows: DuckDBValue[][] = [];
  for (let first = 0; first < columns.length; first += BATCH) {
    const part = await duck.rows(`select ${columns.slice(first, first + BATCH).join(', ')} ${from}`);
    part.forEach((values, i) => {
      rows[i] = [...(rows[i] ?? []), ...values];
    });
  }
  return rows;
}

/** By row of the contact. */
async function eventsOf(duck: Duck, { contacts, log }: Known, wanted: string): Promise<Map<number, Event[]>> {
  const events = new Map<number, Event[]>();
  if (log === null) return events;
  const { source, cells } = log;
  const own = ownCells(cells);
  const properties = [...source.cells.values()].filter((cell) => !own.includes(cell));
  const [id, at] = [cells.id === undefined ? 'null' : textSql(cells.id), instantSql(cells.at)];
  const rows = await wideRows(
    duck,
    [
      'k.row::integer',
      's.row::integer',
      id,
      textSql(cells.name),
      at,
      flagSql(duck, cells.flags),
      ...properties.map(rawSql),
    ],
    `from ${wanted} w join ${contacts.table} k on k.row = w.row join ${source.view} s on ${textSql(cells.contact)} = k.id
      where ${textSql(cells.name)} is not null and isfinite(${at}) order by s.row`,
  );
  for (const [contact, row, id, name, at, flag, ...values] of rows) {
    const list = events.get(Number(contact)) ?? [];
    list.push({
      id: id === null ? idOfRow(Number(row)) : String(id),
      name: String(name),
      at: Number(at),
      properties: valuesOf(properties, values),
      ignored: flag === 1,
    });
    events.set(Number(contact), list);
  }
  return events;
}

function placesOf(value: number, list: Int32Array): number[] {
  const places: number[] = [];
  for (let at = list.indexOf(value); at >= 0; at = list.indexOf(value, at + 1)) places.push(at);
  return places;
}

/** Stands for an id where there is none: unlike any, as ids are trimmed, and before them all, in the order of rows. */
const idOfRow = (row: number): string => ` row ${String(row + 1).padStart(10, '0')}`;

function valuesOf(cells: readonly Cell[], raws: readonly DuckDBValue[]): Map<string, Value> {
  const values = new Map<string, Value>();
  cells.forEach((cell, i) => {
    const raw = raws[i];
    const value = typeof raw === 'string' ? readValue(raw, cell.kind) : undefined;
    if (value !== undefined) values.set(cell.name, value);
  });
  return values;
}
