/**
 * Contacts in the prepared tables of the SQL form, in a DuckDB of their own. It decides how rows travel into the
 * database and out of it; what belongs into them is decided in `core/sql-tables.ts`.
 */

import {
  DOUBLE,
  type DuckDBAppender,
  DuckDBInstance,
  type DuckDBType,
  type DuckDBValue,
  LIST,
  listValue,
  VARCHAR,
} from '@duckdb/node-api';
import { quoted, type SqlValue } from '../core/dialect.ts';
import { writeSql } from '../core/sql.ts';
import { type PreparedRows, preparedRows, type SqlCell, type SqlType } from '../core/sql-tables.ts';
import type { Company, Contact, Model } from '../core/words.ts';

/** One row of a result by column; points as exact decimals. */
export type Row = ReadonlyMap<string, string | null>;

export interface Prepared {
  /** Runs the model's statement; rows by id. */
  score(model: Model, asOf: number, of: 'contacts' | 'companies'): Promise<Map<string, Row>>;
  /** Runs any statement over the tables. */
  run(text: string, values?: readonly SqlValue[]): Promise<Row[]>;
  close(): void;
}

/**
 * Fills the tables that the model's statement reads.
 * @param stageOf the present stage of a contact, null for none
 */
export async function openPrepared(
  model: Model,
  contacts: readonly Contact[],
  companies: readonly Company[],
  stageOf: (contact: Contact) => string | null = () => null,
): Promise<Prepared> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const table of preparedRows(model, contacts, stageOf, companies)) {
    await connection.run(`create table ${quoted(table.name)} (${columnsOf(table)})`);
    const appender = await connection.createAppender(table.name);
    for (const row of table.rows) {
      for (const [i, cell] of row.entries()) append(appender, cell, table.columns[i]?.type ?? 'text');
      appender.endRow();
    }
    appender.closeSync();
  }
  const prepared: Prepared = {
    score: async (scored, asOf, of) => {
      const { text, values } = writeSql(scored, { dialect: 'duckdb', asOf, of });
      return new Map((await prepared.run(text, values)).map((row) => [row.get('id') ?? '', row]));
    },
    run: async (text, values = []) => {
      const reader = await connection.runAndReadAll(text, values.map(boundValue), values.map(typeOf));
      const names = reader.columnNames();
      return reader
        .getRowsJson()
        .map((row) => new Map(names.map((name, i) => [name, row[i] == null ? null : String(row[i])])));
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
  return prepared;
}

const columnsOf = (table: PreparedRows): string =>
  table.columns.map(({ name, type }) => `${quoted(name)} ${type}`).join(', ');

const boundValue = (value: SqlValue): DuckDBValue => (typeof value === 'object' ? listValue([...value]) : value);

/** Said outright, or whole numbers would be bound as 64-bit integers, which 1e21 is not. */
function typeOf(value: SqlValue): DuckDBType {
  if (typeof value === 'object') return LIST(typeof value[0] === 'string' ? VARCHAR : DOUBLE);
  return typeof value === 'string' ? VARCHAR : DOUBLE;
}

function append(appender: DuckDBAppender, cell: SqlCell, type: SqlType): void {
  if (cell === null) appender.appendNull();
  else if (typeof cell === 'boolean') appender.appendBoolean(cell);
  else if (typeof cell === 'string') appender.appendVarchar(cell);
  else if (typeof cell !== 'number') appender.appendList(listValue(cell));
  else if (type === 'bigint') appender.appendBigInt(BigInt(cell));
  else appender.appendDouble(cell);
}
