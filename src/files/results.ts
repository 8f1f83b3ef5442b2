/**
 * Results as a file, or on standard output. It decides how points, choices and instants are written in each format;
 * it refuses to know what they mean.
 */

import { type DuckDBValue, listValue } from '@duckdb/node-api';
import { ScorelineError } from '../core/errors.ts';
import { type Duck, type NewColumn, quoteName, quoteText } from './duck.ts';
import type { Keyed } from './keyed.ts';
import { type Format, formatOf } from './source.ts';
import { writeWhole } from './whole.ts';

/** A column of the results, by row of the contacts or companies. */
export type ResultColumn =
  /** Millionths of a point, NaN for none. */
  | { readonly name: string; readonly kind: 'points'; readonly points: Float64Array }
  /** Milliseconds, NaN for none. */
  | { readonly name: string; readonly kind: 'instant'; readonly instants: Float64Array }
  /** One of a few texts by its place from 0; any other place is none. */
  | {
      readonly name: string;
      readonly kind: 'choice';
      readonly places: ArrayLike<number>;
      readonly texts: readonly string[];
    }
  | { readonly name: string; readonly kind: 'json'; json(row: number): string };

/**
 * Writes a line for each row, in the order of the input, that begins with its id.
 * @param path `-` is standard output, as CSV
 */
export async function writeResults(
  duck: Duck,
  path: string,
  keyed: Keyed,
  columns: readonly ResultColumn[],
): Promise<void> {
  const format = path === '-' ? 'csv' : formatOf(path);
  if (format === undefined) throw new ScorelineError('file_format', `${path}: the ending says no format.`);
  const table = duck.name('results');
  const rows = new Uint32Array(keyed.count).map((_, row) => row);
  await duck.table(table, [{ name: 'row', kind: 'whole', numbers: rows }, ...columns.map(stored)], keyed.count);
  const values: DuckDBValue[] = [];
  const shown = columns.map((column, place) => {
    // A list without texts would be bound as one of no type.
    if (column.kind === 'choice') values.push(listValue(column.texts.length === 0 ? [''] : [...column.texts]));
    return `${shownSql(column, place, format, values.length)} as ${quoteName(column.name)}`;
  });
  // A join by number would be quicker on two threads, and may change the order.
  const query = `select ${['k.id', ...shown].join(', ')} from ${keyed.table} k positional join ${table} r`;
  await writeWhole(path, duck.folder, async (file) => {
    await duck.rows(`copy (${query}) to ${quoteText(file)} (${options(format, path)})`, values);
  });
  await duck.db.run(`drop table ${table}`);
}

const options = (format: Format, path: string): string =>
  format === 'csv'
    ? `format csv, header true, delimiter ${quoteText(path.toLowerCase().endsWith('.tsv') ? '\t' : ',')}`
    : `format ${format === 'ndjson' ? 'json' : format}`;

function stored(column: ResultColumn, place: number): NewColumn {
  const name = `c${place}`;
  switch (column.kind) {
    case 'points':
      return { name, kind: 'double', numbers: column.points };
    case 'instant':
      return { name, kind: 'double', numbers: column.instants };
    case 'choice':
      return { name, kind: 'whole', numbers: column.places };
    case 'json':
      return { name, kind: 'text', text: (row) => column.json(row) };
  }
}

/** @param parameter the number of the choice's texts among the values of the query */
function shownSql(column: ResultColumn, place: number, format: Format, parameter: number): string {
  const sql = column.kind === 'points' || column.kind === 'instant' ? `finite_or(r.c${place}, null)` : `r.c${place}`;
  switch (column.kind) {
    case 'points':
      // As decimal text in CSV: a double may be written with an exponent there.
      return format === 'csv'
        ? `rtrim(rtrim((${sql}::bigint::decimal(18, 0) * 0.000001)::decimal(18, 6)::varchar, '0'), '.')`
        : `${sql} / 1e6`;
    case 'instant':
      return format === 'parquet'
        ? `make_timestamp(${sql}::bigint * 1000)`
        : `case when ${sql} < 253402300800000 then strftime(make_timestamp(${sql}::bigint * 1000), '%Y-%m-%dT%H:%M:%S.%gZ')
            else ${sql}::bigint::varchar end`;
    case 'choice':
      return `list_extract($${parameter}::varchar[], ${sql}::bigint + 1)`;
    case 'json':
      return format === 'ndjson' ? `${sql}::json` : sql;
  }
}
