/**
 * The prepared tables of the SQL form, in a DuckDB of their own. It decides how rows travel into the database and
 * out of it; what belongs into them is decided in `core/sql-tables.ts`.
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
import type { PreparedRows, SqlCell, SqlType } from '../core/sql-tables.ts';

/** One row of a result by column; points as exact decimals. */
export type Row = Readonly<Record<string, string | null>>;

export interface Prepared {
  /** Makes the tables anew. */
  fill(tables: readonly PreparedRows[]): Promise<void>;
  /** Runs a statement over them. */
  run(text: string, values?: readonly SqlValue[]): Promise<Row[]>;
  close(): void;
}

export async function openPrepared(): Promise<Prepared> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  return {
    fill: async (tables) => {
      for (const table of tables) {
        await connection.run(`create or replace table ${quoted(table.name)} (${columnsOf(table)})`);
        const appender = await connection.createAppender(table.name);
        for (const row of table.rows) {
          for (const [i, cell] of row.entries()) append(appender, cell, table.columns[i]?.type ?? 'text');
          appender.endRow();
        }
        appender.closeSync();
      }
    },
    run: async (text, values = []) => {
      const reader = await connection.runAndReadAll(text, values.map(boundValue), values.map(typeOf));
      const names = reader.columnNames();
      return reader
        .getRowsJson()
        .map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] == null ? null : String(row[i])])));
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
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
