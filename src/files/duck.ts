/**
 * The database in memory that reads and writes files. It decides how much memory and which folder it may use, and
 * how results come out of it; it refuses to know what the files mean.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import { ScorelineError } from '../core/errors.ts';

/** Enough for a table of a few million ids beside the pages being read; what is more spills into the folder. */
const MEMORY = '600MB';
/** Rows read ahead while this program works on those before. */
const READ_AHEAD = '4MB';
const THREADS = '2';

export interface Duck {
  readonly db: DuckDBConnection;
  /** A folder for what must not stay, removed by `close` and when the program ends. */
  readonly folder: string;
  /** A name that nothing in this database has yet. */
  name(stem: string): string;
  /** Runs a statement and gives all rows, as DuckDB values. */
  rows(sql: string, values?: DuckDBValue[]): Promise<DuckDBValue[][]>;
  /** Runs a query and shows each piece of at most 2,048 rows, in order; the next one is read meanwhile. */
  stream(sql: string, take: (piece: Piece, rows: number) => void): Promise<void>;
  /** Makes a temporary table of rows that come out of this program. */
  table(name: string, columns: readonly NewColumn[], rows: number): Promise<void>;
  close(): void;
}

/** A piece of a result. The arrays are only good until the next piece. */
export type Piece = DuckDBDataChunk;

export interface NewColumn {
  readonly name: string;
  readonly type: DuckDBType;
  readonly value: (row: number) => DuckDBValue;
}

/** The most rows of one piece. */
export const PIECE = 2048;

export async function openDuck(): Promise<Duck> {
  const folder = mkdtempSync(join(tmpdir(), 'scoreline-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const instance = await DuckDBInstance.create(':memory:', {
    threads: THREADS,
    memory_limit: MEMORY,
    temp_directory: join(folder, 'spill'),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const db = await instance.connect();
  await db.run(`set streaming_buffer_size = '${READ_AHEAD}'`);
  await db.run("set TimeZone = 'UTC'");
  let names = 0;
  return {
    db,
    folder,
    name: (stem) => `${stem}_${++names}`,
    rows: async (sql, values = []) => (await db.runAndReadAll(sql, values)).getRows(),
    stream: (sql, take) => stream(db, sql, take),
    table: async (name, columns, rows) => {
      const shape = columns.map((column) => `${quoteName(column.name)} ${column.type}`).join(', ');
      await db.run(`create or replace temp table ${quoteName(name)} (${shape})`);
      const appender = await db.createAppender(name, null, 'temp');
      for (let first = 0; first < rows; first += PIECE) {
        appender.appendDataChunk(pieceOf(columns, first, Math.min(PIECE, rows - first)));
      }
      appender.closeSync();
    },
    close: () => {
      db.closeSync();
      instance.closeSync();
      process.removeListener('exit', remove);
      remove();
    },
  };
}

async function stream(db: DuckDBConnection, sql: string, take: (piece: Piece, rows: number) => void): Promise<void> {
  const result = await db.stream(sql);
  let coming = result.fetchChunk();
  for (;;) {
    const piece = await coming;
    if (piece === null || piece.rowCount === 0) return;
    coming = result.fetchChunk();
    try {
      take(piece, piece.rowCount);
    } catch (error) {
      await coming.catch(() => null);
      throw error;
    }
  }
}

function pieceOf(columns: readonly NewColumn[], first: number, rows: number): Piece {
  const piece = DuckDBDataChunk.create(
    columns.map((column) => column.type),
    rows,
  );
  columns.forEach((column, c) => {
    const vector = piece.getColumnVector(c);
    for (let row = 0; row < rows; row++) vector.setItem(row, column.value(first + row));
    vector.flush();
  });
  return piece;
}

/**
 * The numbers of a DOUBLE column as they lie in memory: reading them one by one through the vector would cost more
 * than all the rest. Nulls are not marked in it, so the query must leave none.
 */
export function doublesIn(piece: Piece, column: number): Float64Array {
  const items: unknown = Reflect.get(piece.getColumnVector(column), 'items');
  if (items instanceof Float64Array) return items;
  throw new Error(`column ${column} of the result has no doubles in memory`);
}

/** Likewise for a UINTEGER column. */
export function wholesIn(piece: Piece, column: number): Uint32Array {
  const items: unknown = Reflect.get(piece.getColumnVector(column), 'items');
  if (items instanceof Uint32Array) return items;
  throw new Error(`column ${column} of the result has no whole numbers in memory`);
}

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Runs what reads a file, and says of a failure which file it was. */
export async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ScorelineError) throw error;
    const [cause = ''] = String(error instanceof Error ? error.message : error).split('\n');
    throw new ScorelineError('file_unreadable', `${path} cannot be read: ${cause}`);
  }
}
