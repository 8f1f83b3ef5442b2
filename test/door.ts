/**
 * Puts contacts into the prepared tables of a database and runs statements of the SQL form there. It decides how rows
 * travel; what belongs into them is decided in src/core/sql-tables.ts.
 */
import { DOUBLE, DuckDBInstance, type DuckDBType, type DuckDBValue, LIST, listValue, VARCHAR } from '@duckdb/node-api';
import { Client } from 'pg';
import { type Dialect, quoted, type SqlValue } from '../src/core/dialect.ts';
import { writeSql } from '../src/core/sql.ts';
import { type PreparedRows, preparedRows, type SqlCell, type SqlType } from '../src/core/sql-tables.ts';
import type { Company, Contact, Model } from '../src/core/words.ts';

/** One row of a result by column; numbers as exact decimals. */
export type Row = Readonly<Record<string, string | null>>;

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
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const database: Database = {
    dialect: 'duckdb',
    async fill(model, contacts, stageOf, companies) {
      for (const table of preparedRows(model, contacts, stageOf, companies)) {
        await connection.run(`create or replace table ${quoted(table.name)} (${columnsOf(table)})`);
        const appender = await connection.createAppender(table.name);
        for (const row of backwards(table)) {
          row.forEach((cell, i) => {
            appendCell(appender, cell, table.columns[i]?.type ?? 'text');
          });
          appender.endRow();
        }
        appender.closeSync();
      }
    },
    score: (model, asOf, of) => scored(database, model, asOf, of),
    async run(text, values = []) {
      const reader = await connection.runAndReadAll(text, values.map(bindable), values.map(typeOf));
      const names = reader.columnNames();
      return reader
        .getRowsJson()
        .map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] == null ? null : String(row[i])])));
    },
    async close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
  return database;
}

const bindable = (value: SqlValue): DuckDBValue => (typeof value === 'object' ? listValue([...value]) : value);

/** Said outright, or whole numbers would be bound as 64-bit integers, which 1e21 is not. */
function typeOf(value: SqlValue): DuckDBType {
  if (typeof value === 'object') return LIST(typeof value[0] === 'string' ? VARCHAR : DOUBLE);
  return typeof value === 'string' ? VARCHAR : DOUBLE;
}

type Appender = Awaited<ReturnType<Awaited<ReturnType<DuckDBInstance['connect']>>['createAppender']>>;

function appendCell(appender: Appender, cell: SqlCell, type: SqlType): void {
  if (cell === null) appender.appendNull();
  else if (typeof cell === 'boolean') appender.appendBoolean(cell);
  else if (typeof cell === 'string') appender.appendVarchar(cell);
  else if (typeof cell === 'number') {
    if (type === 'bigint') appender.appendBigInt(BigInt(cell));
    else appender.appendDouble(cell);
  } else appender.appendList(listValue(cell));
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
