/**
 * The database in memory that reads and writes files. It decides how much memory and which folder it may use, and
 * how results come out of it; it refuses to know what the files mean.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBValue,
  type DuckDBVector,
  UINTEGER,
  VARCHAR,
} from '@duckdb/node-api';
import { ScorelineError } from '../core/errors.ts';

/** Enough for a table of a few million ids beside the pages being read; what is more spills into the folder. */
const MEMORY = '600MB';
/** Rows read ahead while this program works on those before. */
const READ_AHEAD = '64MB';
const THREADS = '2';

export interface Duck {
  readonly db: DuckDBConnection;
  /** A folder for what must not stay, removed by `close` and when the program ends. */
  readonly folder: string;
  /** A name that nothing in this database has yet. */
  name(stem: string): string;
  /** Runs a statement and gives all rows, as DuckDB values. */
  rows(sql: string, values?: DuckDBValue[]): Promise<DuckDBValue[][]>;
  /**
   * Runs a query and shows each piece of at most 2,048 rows, in order; the next one is read meanwhile. Several can
   * run side by side, each on one thread of the database.
   */
  stream(sql: string, take: (piece: Piece, rows: number) => void): Promise<void>;
  /** Makes a table of rows that come out of this program. */
  table(name: string, columns: readonly NewColumn[], rows: number): Promise<void>;
  close(): void;
}

/** A piece of a result. The arrays are only good until the next piece. */
export type Piece = DuckDBDataChunk;

/** A column of a new table. No number becomes null: what stands for none is for the query to know. */
export type NewColumn = { readonly name: string } & (
  | { readonly kind: 'double'; readonly numbers: Float64Array }
  /** A negative number becomes one that is larger than all that are meant. */
  | { readonly kind: 'whole'; readonly numbers: ArrayLike<number> }
  | { readonly kind: 'text'; readonly text: (row: number) => string }
);

const TYPES = { double: DOUBLE, whole: UINTEGER, text: VARCHAR };

/** The most rows of one piece. */
const PIECE = 2048;

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
  const connect = async (): Promise<DuckDBConnection> => {
    const connection = await instance.connect();
    await connection.run(`set streaming_buffer_size = '${READ_AHEAD}'; set TimeZone = 'UTC'`);
    return connection;
  };
  const db = await connect();
  let names = 0;
  return {
    db,
    folder,
    name: (stem) => `${stem}_${++names}`,
    rows: async (sql, values = []) => (await db.runAndReadAll(sql, values)).getRows(),
    stream: async (sql, take) => {
      const own = await connect();
      try {
        await stream(own, sql, take);
      } finally {
        own.closeSync();
      }
    },
    table: async (name, columns, rows) => {
      const shape = columns.map((column) => `${quoteName(column.name)} ${TYPES[column.kind]}`).join(', ');
      await db.run(`create or replace table ${quoteName(name)} (${shape})`);
      const appender = await db.createAppender(name);
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
    columns.map((column) => TYPES[column.kind]),
    rows,
  );
  columns.forEach((column, place) => {
    const vector = piece.getColumnVector(place);
    if (column.kind === 'double') doublesOf(vector).set(column.numbers.subarray(first, first + rows));
    else if (column.kind === 'whole') fill(wholesOf(vector), column.numbers, first);
    else for (let row = 0; row < rows; row++) vector.setItem(row, column.text(first + row));
    vector.flush();
  });
  return piece;
}

function fill(items: Uint32Array, numbers: ArrayLike<number>, first: number): void {
  for (let i = 0; i < items.length; i++) items[i] = numbers[first + i] ?? 0;
}

// Numbers are read and written as they lie in memory: one by one through the vector would cost more than all the
// rest. Nulls are not marked in them, so a query must leave none.

function doublesOf(vector: DuckDBVector): Float64Array {
  const items: unknown = Reflect.get(vector, 'items');
  if (items instanceof Float64Array) return items;
  throw new Error(`a ${vector.type} is not kept as doubles in memory`);
}

function wholesOf(vector: DuckDBVector): Uint32Array {
  const items: unknown = Reflect.get(vector, 'items');
  if (items instanceof Uint32Array) return items;
  throw new Error(`a ${vector.type} is not kept as whole numbers in memory`);
}

/** The numbers of a DOUBLE column. */
export const doublesIn = (piece: Piece, column: number): Float64Array => doublesOf(piece.getColumnVector(column));
/** The numbers of a UINTEGER column. */
export const wholesIn = (piece: Piece, column: number): Uint32Array => wholesOf(piece.getColumnVector(column));

/**
 * The texts of a VARCHAR column as they lie in memory, four words each: the length in bytes, then the text itself where
 * it has at most twelve bytes, with zeros behind.
 */
export function textWordsIn(piece: Piece, column: number): Uint32Array {
  const view: unknown = Reflect.get(piece.getColumnVector(column), 'dataView');
  if (view instanceof DataView) return new Uint32Array(view.buffer, view.byteOffset, view.byteLength / 4);
  throw new Error('a text is not kept in memory as it was');
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
