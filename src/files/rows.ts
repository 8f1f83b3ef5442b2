/**
 * A file of any format row by row, a bounded piece at a time, from any row on. It decides nothing about what a column
 * means; which rows cannot be read at all is decided where the format is known.
 */

import { resolve } from 'node:path';
import { ScorelineError } from '../core/errors.ts';
import type { Value } from '../core/words.ts';
import { rawSql, readValue, teachCells, textSql } from './cells.ts';
import { written } from './csv.ts';
import { openDuck } from './duck.ts';
import { openSource } from './source.ts';

/** A row by the names of its columns; a missing cell is left out. */
export interface FileRow {
  /** Counted from 0, without those that cannot be read at all. */
  readonly row: number;
  readonly cells: ReadonlyMap<string, Value>;
}

/** A row that is not used, and why. */
export interface Rejected {
  readonly row: number;
  readonly reason: string;
}

export interface FileRows {
  readonly names: readonly string[];
  readonly count: number;
  /** Lines of a file of rejects about rows that the format itself does not allow. */
  readonly faults: readonly string[];
  /** Rows whose text in a column stood in an earlier row, in ascending order. */
  repeats(name: string): Promise<ReadonlySet<number>>;
  /** All rows from `first` on, in order. */
  read(first: number): AsyncGenerator<readonly FileRow[]>;
  /** A line of a file of rejects for each of some rows, in ascending order. */
  lines(rejected: readonly Rejected[]): string[];
  close(): void;
}

export const REJECTS_HEAD = 'file,line,reason,row\n';

/**
 * Opens a file: CSV, NDJSON or Parquet, as its ending says.
 * @param called what the file is called in lines of rejects, where it is not its path
 * @throws ScorelineError `file_unreadable`, `file_format`
 */
export async function openRows(path: string, called = path): Promise<FileRows> {
  const duck = await openDuck();
  try {
    await teachCells(duck);
    const source = await openSource(duck, path);
    const cells = [...source.cells.values()];
    const line = (at: number, reason: string, text: string): string =>
      `${written([called, String(at), reason, text], ',')}\n`;
    const columns = cells.map(rawSql);
    return {
      names: cells.map(({ name }) => name),
      count: source.rows,
      faults: source.faults.map((fault) => line(fault.line, fault.reason, source.textOf(fault))),
      repeats: async (name) => {
        const cell = source.cells.get(name);
        if (cell === undefined) return new Set();
        const rows = await duck.rows(
          `select row::double from (select row, ${textSql(cell)} as id from ${source.view}) where id is not null
           qualify row_number() over (partition by id order by row) > 1`,
        );
        return new Set(rows.map(([row]) => Number(row)));
      },
      read: async function* (first) {
        const result = await duck.db.stream(
          `select ${['row::double', ...columns].join(', ')} from ${source.view} where row >= ${Math.trunc(first)}`,
        );
        for (;;) {
          const piece = await result.fetchChunk();
          if (piece === null || piece.rowCount === 0) return;
          yield piece.getRows().map(([row, ...raws]) => ({
            row: Number(row),
            cells: new Map(
              cells.flatMap(({ name, kind }, place) => {
                const raw = raws[place];
                const value = typeof raw === 'string' ? readValue(raw, kind) : undefined;
                return value === undefined ? [] : [[name, value] as const];
              }),
            ),
          }));
        }
      },
      lines: (rejected) =>
        rejected.length === 0
          ? []
          : source
              .locate(Uint32Array.from(rejected, ({ row }) => row))
              .map((place, i) => line(place.line, rejected[i]?.reason ?? '', place.text)),
      close: duck.close,
    };
  } catch (error) {
    duck.close();
    // Where a file that was sent lies is nobody's business.
    const told = (text: string): string => text.replaceAll(resolve(path), called).replaceAll(path, called);
    if (error instanceof ScorelineError) throw new ScorelineError(error.code, told(error.message));
    throw error;
  }
}
