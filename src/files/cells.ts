/**
 * How a cell of a file is read, as SQL and as JavaScript. It decides what is missing and what is a text, a list, a
 * number and an instant, for every type that a file can hold; `core` says what they must be. It refuses to know
 * which column means what.
 */

import { DOUBLE, DuckDBScalarFunction, type DuckDBType, type DuckDBValue, VARCHAR } from '@duckdb/node-api';
import { fold } from '../core/text.ts';
import type { Value } from '../core/words.ts';
import { type Duck, quoteText } from './duck.ts';

/** A column of a file. */
export interface Cell {
  /** As the file names it. */
  readonly name: string;
  /** SQL for the column itself. */
  readonly sql: string;
  readonly kind: Kind;
}

/** `json` is a piece of JSON as text; `nothing` a type that has no value here, such as a struct. */
type Kind = 'text' | 'json' | 'whole' | 'double' | 'instant' | 'nothing';

/** A column that holds pieces of JSON, all of them valid. */
export const jsonCell = (name: string, column: string): Cell => ({ name, sql: column, kind: 'json' });

/** A column by its type in DuckDB. */
export function cellOf(name: string, column: string, type: string): Cell {
  const cell = (kind: Kind, sql = column): Cell => ({ name, sql, kind });
  if (type === 'VARCHAR') return cell('text');
  if (type === 'JSON') return cell('json', `try_cast(${column}::varchar as json)::varchar`);
  if (type.endsWith(']')) {
    const finite = /^(DOUBLE|FLOAT)/.test(type) ? `list_filter(${column}, lambda x: x is null or isfinite(x))` : column;
    return cell('json', `to_json(${finite})::varchar`);
  }
  if (/^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/.test(type)) return cell('whole');
  if (/^(DOUBLE|FLOAT|DECIMAL)/.test(type)) return cell('double', `${column}::double`);
  if (type.startsWith('TIMESTAMP')) return cell('instant', `${column}::timestamp`);
  if (/^(BOOLEAN|DATE|UUID|ENUM|TIME|INTERVAL)/.test(type)) return cell('text', `${column}::varchar`);
  if (type === 'BLOB') return cell('text', `try(decode(${column}))`);
  return cell('nothing', 'null::varchar');
}

/** What JavaScript calls white space. */
const WHITE =
  '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';
const NUMBER = '[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?';
const HOURS = '([01]\\d|2[0-3]):[0-5]\\d';
const INSTANT = `\\d{4}-\\d\\d-\\d\\d(T${HOURS}(:[0-5]\\d(\\.\\d{1,3})?)?(Z|[+-]${HOURS})?)?`;

/**
 * In the numbers below NaN stands for a missing cell, and infinity for one that is there and cannot be read so: no
 * finite number is lost, and nulls would have to be looked up row by row.
 */
const MACROS = [
  // Most texts begin and end with a plain sign; to trim a set of signs takes ten times as long as to see that.
  `trimmed(x) as case when x[1] > ' ' and x[1] < '\u007f' and x[-1] > ' ' and x[-1] < '\u007f' then x
     else trim(x, ${quoteText(WHITE)}) end`,
  `empty_list(t) as starts_with(t, '[') and regexp_full_match(t, '\\[[ \\t\\r\\n]*\\]')`,
  // What begins with a plain sign other than a bracket is there, and most texts do.
  `text_there(x) as case when x >= '!' and x < '[' or x >= '\\' and x < '\u007f' then true
     else coalesce(trim(x, ${quoteText(WHITE)}) <> '' and not empty_list(trim(x, ${quoteText(WHITE)})), false) end`,
  'finite_or(x, other) as case when isfinite(x) then x else other end',
  `number_in(t) as case when t is null or t = '' or empty_list(t) then 'nan'::double
     when regexp_full_match(t, ${quoteText(NUMBER)}) then finite_or(try_cast(t as double), 'inf'::double)
     else 'inf'::double end`,
  `zone_in(t) as case when ends_with(t, 'Z') then 1 when t[-3:-3] = ':' and t[-6:-6] in ('+', '-') then 6 else 0 end`,
  `shift_in(t) as case when zone_in(t) < 6 then 0
     else (case when t[-6:-6] = '-' then -60000 else 60000 end) * (t[-5:-4]::integer * 60 + t[-2:]::integer) end`,
  `instant_in(t) as case when t is null or t = '' or empty_list(t) then 'nan'::double
     when regexp_full_match(t, '\\d{11,15}') then t::double
     when regexp_full_match(t, ${quoteText(INSTANT)})
       then coalesce((epoch_ms(try_cast(left(t, length(t) - zone_in(t)) as timestamp)) - shift_in(t))::double, 'inf'::double)
     else 'inf'::double end`,
  // First what most of them are: each further test is one more pass.
  `instant_of(x) as case when x >= '1970-01-01'::timestamp and x < '10000-01-01'::timestamp then epoch_ms(x)::double
     when x is null then 'nan'::double
     when x >= '0000-01-01'::timestamp and x < '1970-01-01'::timestamp
       then (epoch_ms(x) - (case when epoch_us(x) % 1000 <> 0 then 1 else 0 end))::double
     else 'inf'::double end`,
  `instant_in_digits(x) as case when x is null then 'nan'::double
     when x between 10000000000 and 999999999999999 and x = trunc(x) then x::double else 'inf'::double end`,
  `json_scalar(x) as case json_type(x)
     when 'OBJECT' then null when 'ARRAY' then null when 'NULL' then null
     when 'DOUBLE' then case when isfinite(try_cast(json_extract_string(x, '$') as double)) then json_extract_string(x, '$') end
     else json_extract_string(x, '$') end`,
  'json_items(x) as coalesce(json_array_length(x), 0)',
  // What is plain needs no more than lower case, which the database does faster than asking back.
  `folded(t) as case when regexp_full_match(t, '[!-~]*') then lower(t) else fold_any(t) end`,
];

/** Teaches the database to read cells; once, before anything else. */
export async function teachCells({ db }: Duck): Promise<void> {
  const register = (name: string, type: DuckDBType, say: (value: DuckDBValue) => string | null) =>
    db.registerScalarFunction(
      DuckDBScalarFunction.create({
        name,
        parameterTypes: [type],
        returnType: VARCHAR,
        mainFunction: (_info, input, output) => {
          const values = input.getColumnVector(0);
          for (let row = 0; row < input.rowCount; row++) output.setItem(row, say(values.getItem(row)));
          output.flush();
        },
      }),
    );
  register('number_text', DOUBLE, (number) => (Number.isFinite(number) ? JSON.stringify(number) : null));
  register('fold_any', VARCHAR, (text) => (typeof text === 'string' ? fold(text) : null));
  for (const macro of MACROS) await db.run(`create macro ${macro}`);
}

/** SQL for the raw text that `readValue` reads, null where nothing is. */
export function rawSql({ sql, kind }: Cell): string {
  switch (kind) {
    case 'text':
    case 'json':
    case 'nothing':
      return sql;
    case 'whole':
      return `${sql}::varchar`;
    case 'double':
      return `number_text(${sql})`;
    case 'instant':
      return `case when isfinite(instant_of(${sql})) then strftime(${sql}, '%Y-%m-%dT%H:%M:%S.%gZ') end`;
  }
}

/** SQL for the cell as plain text, trimmed, null where it is missing: for ids and what is compared in SQL. */
export function textSql(cell: Cell): string {
  return `nullif(trimmed(${cell.kind === 'json' ? `json_scalar(${cell.sql})` : rawSql(cell)}), '')`;
}

/** Whether all that a cell can hold is a number or nothing. */
export const isNumber = ({ kind }: Cell): boolean => kind === 'whole' || kind === 'double';

/** SQL for the cell as a double: NaN where missing, infinity where it is there and no number. */
export function numberSql(cell: Cell): string {
  switch (cell.kind) {
    case 'whole':
      return `coalesce(${cell.sql}::double, 'nan'::double)`;
    case 'double':
      return `finite_or(${cell.sql}, 'nan'::double)`;
    case 'instant':
      return `case when ${cell.sql} is null then 'nan'::double else 'inf'::double end`;
    case 'json':
      return `case when json_items(${cell.sql}) > 0 then 'inf'::double else number_in(${textSql(cell)}) end`;
    default:
      return `number_in(${textSql(cell)})`;
  }
}

/** SQL for the cell as epoch milliseconds: NaN where missing, infinity where it is there and no instant. */
export function instantSql(cell: Cell): string {
  switch (cell.kind) {
    case 'whole':
      return `instant_in_digits(${cell.sql})`;
    case 'double':
      return `instant_in_digits(finite_or(${cell.sql}, null))`;
    case 'instant':
      return `instant_of(${cell.sql})`;
    case 'json':
      return `case when json_items(${cell.sql}) > 0 then 'inf'::double else instant_in(${textSql(cell)}) end`;
    default:
      return `instant_in(${textSql(cell)})`;
  }
}

/** SQL that is true where the cell is not missing; never null. */
export function presentSql(cell: Cell): string {
  switch (cell.kind) {
    case 'whole':
      return `(${cell.sql} is not null)`;
    case 'double':
      return `coalesce(isfinite(${cell.sql}), false)`;
    case 'instant':
      return `isfinite(instant_of(${cell.sql}))`;
    case 'nothing':
      return 'false';
    case 'text':
      return `text_there(${cell.sql})`;
    case 'json':
      return `(json_items(${cell.sql}) > 0 or ${presentSql({ ...cell, kind: 'text', sql: textSql(cell) })})`;
  }
}

/** Reads what `rawSql` gives as plain text; undefined is missing, and so is a list. */
export function plainText(raw: string, kind: Kind): string | undefined {
  if (kind !== 'json') return raw.trim() || undefined;
  const value = parsed(raw);
  return (typeof value === 'string' ? value : jsonText(value))?.trim() || undefined;
}

/** Reads what `rawSql` gives; undefined is missing. */
export function readValue(raw: string, kind: Kind): Value | undefined {
  return kind === 'json' ? valueOfJson(parsed(raw)) : valueOfText(raw);
}

function valueOfText(raw: string): Value | undefined {
  const text = raw.trim();
  if (!text.startsWith('[')) return text || undefined;
  const list = parsed(text);
  return Array.isArray(list) ? valueOfJson(list) : text;
}

function valueOfJson(value: unknown): Value | undefined {
  if (typeof value === 'string') return valueOfText(value);
  if (!Array.isArray(value)) return jsonText(value);
  const list = value.flatMap((item: unknown) => (typeof item === 'string' ? item : (itemText(item) ?? [])));
  return list.length > 0 ? list : undefined;
}

/** A number or a truth as text; undefined for an object, for null, and for a number that is not finite. */
function jsonText(value: unknown): string | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return undefined;
  return value === undefined || typeof value === 'object' ? undefined : String(value);
}

const itemText = (item: unknown): string | undefined =>
  typeof item === 'object'
    ? JSON.stringify(item, (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))
    : jsonText(item);

/** What a JSON text says, with whole numbers too long for a double as big integers. Undefined for other text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
        ? BigInt(context?.source ?? '')
        : value,
    );
  } catch {
    return undefined;
  }
}
