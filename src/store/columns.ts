/**
 * Many rows as a few values: each column is the text of a PostgreSQL array, or all rows are the lines of one text. It
 * decides how they are written; the driver does the same several times slower. It refuses to know the tables.
 */

/** For `$n::bigint[]`. */
export const bigints = (column: readonly (number | null)[]): string => `{${column.map(numberOrNull).join(',')}}`;

/** For `$n::integer[]`. */
export const integers = (column: readonly (number | null)[]): string => bigints(column);

const numberOrNull = (value: number | null): string => (value === null ? 'null' : String(value));

/** For `$n::text[]`. The texts hold no NUL. */
export const texts = (column: readonly (string | null)[]): string => `{${column.map(textOrNull).join(',')}}`;

function textOrNull(value: string | null): string {
  if (value === null) return 'null';
  return /["\\]/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
}

/** A row for `copy`. Texts hold no NUL. */
export const line = (row: readonly (string | number | null)[]): string => `${row.map(field).join('\t')}\n`;

function field(value: string | number | null): string | number {
  if (value === null) return '\\N';
  return typeof value === 'string' && /[\\\t\n\r]/.test(value) ? value.replace(/[\\\t\n\r]/g, escaped) : value;
}

const escaped = (character: string): string => ESCAPES[character] ?? character;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** Never in JSON text, where control characters are escaped. */
const BETWEEN = '\x1e';

/** For `jsonColumn('$n')`: texts of JSON, which are long and full of quotation marks. */
export const jsons = (column: readonly string[]): string => column.join(BETWEEN);

/** The expression for an array of JSON texts that was written by `jsons`; it holds at least one. */
export const jsonColumn = (place: string): string => `string_to_array(${place}, E'\\x1e')`;
