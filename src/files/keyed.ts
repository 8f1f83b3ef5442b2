/**
 * Rows that have an id of their own, contacts and companies alike. It decides which rows of a file stand: those with
 * an id, the first one of each.
 */

import { type Cell, textSql } from './cells.ts';
import { type Duck, quoteName, wholesIn } from './duck.ts';
import type { Sink } from './reading.ts';
import type { Source } from './source.ts';

/** Rows of a file that were refused, by reason. */
export interface Refused {
  readonly reason: string;
  /** Rows of the file, counted from 0, ascending. */
  readonly rows: number[];
}

/** The rows of a file that stand, each with its own id. */
export interface Keyed {
  readonly source: Source;
  readonly id: Cell;
  /** Quoted name of a table or view: `row` counted from 0, in the order of the file, `file_row` and `id`. */
  readonly table: string;
  readonly count: number;
  /** Place by row of the file, `count` for one that was refused; null where all rows stand. */
  readonly placeOf: Uint32Array | null;
  readonly refused: readonly Refused[];
}

/** Finds the rows that stand: those with an id, the first one of each. */
export async function keyRows(duck: Duck, source: Source, id: Cell, what: 'contact' | 'company'): Promise<Keyed> {
  const table = quoteName(duck.name(what));
  const ids = quoteName(duck.name('ids'));
  await duck.db.run(`create table ${ids} as select row::uinteger as row, ${textSql(id)} as id from ${source.view}`);
  const [[distinct] = []] = await duck.rows(`select count(distinct id)::double from ${ids}`);
  if (Number(distinct) === source.rows) {
    await duck.db.run(`create view ${table} as select row, row as file_row, id from ${ids}`);
    return { source, id, table, count: source.rows, placeOf: null, refused: [] };
  }
  await duck.db.run(
    `create table ${table} as
      select (row_number() over (order by file_row) - 1)::uinteger as row, file_row, id
      from (select min(row) as file_row, id from ${ids} where id is not null group by id) order by row`,
  );
  const count = Number(distinct);
  const placeOf = new Uint32Array(source.rows).fill(count);
  let place = 0;
  await duck.stream(`select file_row from ${table} order by row`, (piece, rows) => {
    const fileRows = wholesIn(piece, 0);
    for (let i = 0; i < rows; i++) placeOf[fileRows[i] ?? 0] = place++;
  });
  const unnamed: Refused = { reason: `a ${what} without id`, rows: [] };
  const doubled: Refused = { reason: `a second row of this ${what}`, rows: [] };
  let row = 0;
  await duck.stream(`select (id is null)::uinteger from ${ids}`, (piece, rows) => {
    const missing = wholesIn(piece, 0);
    for (let i = 0; i < rows; i++, row++) {
      if (placeOf[row] === count) (missing[i] === 1 ? unnamed : doubled).rows.push(row);
    }
  });
  await duck.db.run(`drop table ${ids}`);
  return { source, id, table, count, placeOf, refused: [unnamed, doubled].filter(({ rows }) => rows.length > 0) };
}

/** Reads columns of the rows that stand, each to its place. */
export async function readRows(duck: Duck, keyed: Keyed, sinks: readonly Sink[]): Promise<void> {
  const { source, placeOf, count } = keyed;
  if (sinks.length === 0 || count === 0) return;
  let row = 0;
  await duck.stream(`select ${sinks.map(({ sql }) => sql).join(', ')} from ${source.view}`, (piece, rows) => {
    sinks.forEach((sink, column) => {
      sink.take(piece, column, row);
    });
    row += rows;
  });
  if (placeOf === null) return;
  for (const sink of sinks) {
    const values = sink.values();
    // No row moves down, so what is behind a row stays whole.
    for (let from = 0; from < placeOf.length; from++) {
      const to = placeOf[from] ?? count;
      if (to < count) values[to] = values[from] ?? 0;
    }
  }
}
