/**
 * One file as a view of the database, whatever its format. It decides which format a file has, which of its rows can
 * be read at all, and on which line each stands; it refuses to know what the columns mean.
 *
 * CSV and NDJSON become a Parquet file in the database's folder first: every later reading is of columns, and only
 * of those that are asked for.
 */

import { closeSync, createReadStream, openSync, statSync, symlinkSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { ScorelineError } from '../core/errors.ts';
import { copyAside, readRange } from './bytes.ts';
import { type Cell, cellOf, jsonCell } from './cells.ts';
import { type Duck, quoteName, quoteText, readable } from './duck.ts';
import { stageCsv } from './stage-csv.ts';
import { stageNdjson } from './stage-ndjson.ts';

/** A row that the file's format itself does not allow. */
export interface Fault {
  /** Counted from 1. */
  readonly line: number;
  readonly reason: string;
  /** Where it lies in the file, in bytes. */
  readonly start: number;
  readonly end: number;
}

/** A row of the file with the line it stands on, and its text where the file has any. */
export interface Place {
  readonly line: number;
  readonly text: string;
}

export interface Source {
  /** The path as the user gave it, `-` for standard input. */
  readonly path: string;
  /** Quoted name of a view: the columns, and `row`, counted from 0. */
  readonly view: string;
  readonly cells: ReadonlyMap<string, Cell>;
  readonly rows: number;
  readonly faults: readonly Fault[];
  /** Records that were quoted whole, and were read all the same. */
  readonly repaired: number;
  /** Where some rows stand, given in ascending order. */
  locate(rows: Uint32Array): Place[];
  /** The text of a fault. */
  textOf(fault: Fault): string;
}

/** A file made ready for the database: Parquet, whose columns have places instead of names. */
export interface Staged {
  readonly parquet: string;
  readonly names: readonly string[];
  /** Whether the texts in it are pieces of JSON. */
  readonly json: boolean;
  readonly faults: readonly Fault[];
  readonly repaired: number;
  locate(rows: Uint32Array): Place[];
}

export type Format = 'csv' | 'ndjson' | 'parquet';

const EXTENSIONS: Record<string, Format> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.txt': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.parquet': 'parquet',
};

/** The format that a path asks for; undefined where its ending says nothing. */
export const formatOf = (path: string): Format | undefined => EXTENSIONS[extname(path).toLowerCase()];

/**
 * Opens a file.
 * @param path `-` reads standard input, whose format its first bytes tell
 */
export async function openSource(duck: Duck, path: string): Promise<Source> {
  const file = await fileOf(duck, path);
  const format = (file === path ? formatOf(path) : undefined) ?? formatOfBytes(file, path);
  const staged = await stage(duck, format, file, path);
  const view = quoteName(duck.name('source'));
  const types = await shapeOf(duck, staged.parquet, path);
  const columns = types.map((_, place) => `c${place}`);
  await duck.db.run(
    `create view ${view} as select * from read_parquet(${quoteText(staged.parquet)}, file_row_number = true,
      hive_partitioning = false) as t(${[...columns, 'row'].join(', ')})`,
  );
  const [[rows] = []] = await duck.rows(`select count(*)::double from ${view}`);
  const cells = staged.names.map((name, place) =>
    staged.json ? jsonCell(name, columns[place] ?? '') : cellOf(name, columns[place] ?? '', types[place] ?? ''),
  );
  return {
    path,
    view,
    cells: byName(cells, path),
    rows: Number(rows),
    faults: staged.faults,
    repaired: staged.repaired,
    locate: staged.locate,
    textOf: ({ start, end }) => readRange(file, start, end).toString('utf8'),
  };
}

function byName(cells: readonly Cell[], path: string): ReadonlyMap<string, Cell> {
  const known = new Map<string, Cell>();
  for (const cell of cells) {
    if (known.has(cell.name)) {
      throw new ScorelineError('file_format', `${path}: two columns are named “${cell.name}”; rename or remove one.`);
    }
    known.set(cell.name, cell);
  }
  return known;
}

/** The file to be read: a copy where the path can be read only once, or means several files to the database. */
async function fileOf(duck: Duck, path: string): Promise<string> {
  const aside = join(duck.folder, duck.name('input'));
  if (path === '-') {
    await copyAside(process.stdin, aside);
    return aside;
  }
  const status = (() => {
    try {
      return statSync(path);
    } catch (error) {
      throw unreadable(path, error);
    }
  })();
  if (status.isDirectory()) throw new ScorelineError('file_unreadable', `${path} is a folder, not a file.`);
  if (!status.isFile()) {
    await copyAside(createReadStream(path), aside);
    return aside;
  }
  try {
    closeSync(openSync(path, 'r'));
  } catch (error) {
    throw unreadable(path, error);
  }
  return path;
}

const CAUSES: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not read it',
  EPERM: 'you may not read it',
  ENOTDIR: 'there is no such folder',
};

function unreadable(path: string, error: unknown): ScorelineError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new ScorelineError('file_unreadable', `${path} cannot be read: ${CAUSES[code] ?? String(error)}.`);
}

function formatOfBytes(file: string, path: string): Format {
  const start = readRange(file, 0, 4096);
  if (file === path) {
    const ending = extname(path);
    throw new ScorelineError(
      'file_format',
      ending === '' ? `${path}: the name has no ending.` : `${path}: files ending in ${ending} are not known.`,
    );
  }
  if (start.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet';
  return start.toString('utf8').replace('\ufeff', '').trimStart().startsWith('{') ? 'ndjson' : 'csv';
}

async function stage(duck: Duck, format: Format, file: string, path: string): Promise<Staged> {
  switch (format) {
    case 'csv':
      return stageCsv(duck, file, path);
    case 'ndjson':
      return stageNdjson(duck, file, path);
    case 'parquet':
      return stageParquet(duck, file, path);
  }
}

async function stageParquet(duck: Duck, file: string, path: string): Promise<Staged> {
  let parquet = resolve(file);
  if (/[*?[\]{}]/.test(parquet)) {
    // To the database such a path means every file that fits it.
    const link = join(duck.folder, `${duck.name('link')}.parquet`);
    symlinkSync(parquet, link);
    parquet = link;
  }
  const schema = await readable(path, () =>
    duck.rows('select name::varchar, num_children::integer from parquet_schema($1)', [parquet]),
  );
  return {
    parquet,
    names: topLevel(schema.map(([name, children]) => ({ name: String(name), children: Number(children ?? 0) }))),
    json: false,
    faults: [],
    repaired: 0,
    locate: (rows) => [...rows].map((row) => ({ line: row + 1, text: '' })),
  };
}

/** The names of the columns: the schema is a tree, written with every node before its children. */
function topLevel(nodes: readonly { readonly name: string; readonly children: number }[]): string[] {
  const names: string[] = [];
  const skip = (at: number): number => {
    let next = at + 1;
    for (let child = 0; child < (nodes[at]?.children ?? 0); child++) next = skip(next);
    return next;
  };
  for (let at = 1; at < nodes.length; at = skip(at)) names.push(nodes[at]?.name ?? '');
  return names;
}

async function shapeOf(duck: Duck, parquet: string, path: string): Promise<string[]> {
  const rows = await readable(path, () =>
    duck.rows('select column_type from (describe select * from read_parquet($1, hive_partitioning = false))', [
      parquet,
    ]),
  );
  return rows.map(([type]) => String(type));
}
