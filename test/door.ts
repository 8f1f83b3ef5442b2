/**
 * Puts contacts into the prepared tables of a database and runs statements of the SQL form there. It decides how rows
 * travel; what belongs into them is decided in src/core/sql-tables.ts.
 */
import { Client } from 'pg';
import { type Dialect, quoted, type SqlValue } from '../src/core/dialect.ts';
import { writeSql } from '../src/core/sql.ts';
import { type PreparedRows, preparedRows, type SqlCell } from '../src/core/sql-tables.ts';
import type { Company, Contact, Model } from '../src/core/words.ts';
import { openPrepared, type Row } from '../src/files/prepared.ts';

export type { Row };

export interface Database {
  readonly dialect: Dialect;
  /** Replaces the prepared tables by those of a model with these contacts. */
  fill(
    model: Model,
    contacts: readonly Contact[],
    stageOf?: (contact: Contact) => string | null,
    companies?: readonly Company[],
  ): Promise<void>;
  /** Rows by id. */
  score(model: Model, asOf: number, of: 'contacts' | 'companies'): Promise<Map<string, Row>>;
  run(text: string, values?: readonly SqlValue[]): Promise<Row[]>;
  close(): Promise<void>;
}

export async function openDuckdb(): Promise<Database> {
  const prepared = await openPrepared();
  const database: Database = {
    dialect: 'duckdb',
    fill: (model, contacts, stageOf, companies) =>
      prepared.fill(
        preparedRows(model, contacts, stageOf, companies).map((table) => ({ ...table, rows: backwards(table) })),
      ),
    score: (model, asOf, of) => scored(database, model, asOf, of),
    run: (text, values) => prepared.run(text, values),
    close: async () => prepared.close(),
  };
  return database;
}

export async function openPostgres(url: string): Promise<Database> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const database: Database = {
    dialect: 'postgres',
    async fill(model, contacts, stageOf, companies) {
      for (const table of preparedRows(model, contacts, stageOf, companies)) {
        await client.query(`drop table if exists ${quoted(table.name)}`);
        await client.query(`create table ${quoted(table.name)} (${columnsOf(table)})`);
        const rows = backwards(table);
        const most = Math.floor(60_000 / table.columns.length);
        for (let i = 0; i < rows.length; i += most) {
          const piece = rows.slice(i, i + most);
          let n = 0;
          const places = piece.map(
            (row) => `(${row.map((_, column) => `$${++n}::${table.columns[column]?.type}`).join()})`,
          );
          await client.query(`insert into ${quoted(table.name)} values ${places.join()}`, piece.flat());
        }
      }
    },
    score: (model, asOf, of) => scored(database, model, asOf, of),
    async run(text, values = []) {
      const { rows } = await client.query<Record<string, unknown>>(text, [...values]);
      return rows.map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value == null ? null : String(value)])),
      );
    },
    close: () => client.end(),
  };
  return database;
}

/** Latest first, so that nothing comes out right because of the order of rows. */
const backwards = (table: PreparedRows): (readonly SqlCell[])[] => [...table.rows].reverse();

const columnsOf = (table: PreparedRows): string =>
  table.columns.map(({ name, type }) => `${quoted(name)} ${type}`).join(', ');

async function scored(
  database: Database,
  model: Model,
  asOf: number,
  of: 'contacts' | 'companies',
): Promise<Map<string, Row>> {
  const { text, values } = writeSql(model, { dialect: database.dialect, asOf, of });
  const rows = await database.run(text, values);
  return new Map(rows.map((row) => [row.id ?? '', row]));
}
