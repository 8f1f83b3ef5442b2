/**
 * NDJSON made ready for the database: one object a line, each key a column. It decides what a line must be; every
 * value stays the piece of JSON that it is.
 */

import { join } from 'node:path';
import { ScorelineError } from '../core/errors.ts';
import { readThrough } from './bytes.ts';
import { type Duck, quoteText, readable } from './duck.ts';
import type { Fault, Place, Staged } from './source.ts';

const LF = 0x0a;
const REASON = 'no JSON object';
/** Lines that DuckDB reads without being told how long they may be. */
const ORDINARY = 16_000_000;

export async function stageNdjson(duck: Duck, file: string, path: string): Promise<Staged> {
  let longest = 0;
  forEachLine(file, ({ bytes }) => {
    longest = Math.max(longest, bytes.length);
  });
  const size = longest < ORDINARY ? '' : `, maximum_object_size = ${2 * longest}`;
  const lines = `(select case when json_type(json) = 'OBJECT' then json end as json
    from read_ndjson_objects(${quoteText(file)}, ignore_errors = true${size}))`;
  const found = await readable(path, () =>
    duck.rows(
      `select key, min(line)::double from (select unnest(if(json is null, [null], json_keys(json))) as key, line
          from (select json, row_number() over () as line from ${lines}))
        group by key, if(key is null, line, 0) order by min(line), key`,
    ),
  );
  const bad = new Set(found.flatMap(([key, line]) => (key === null ? [Number(line)] : [])));
  const names = found.flatMap(([key]) => (key === null ? [] : [String(key)]));
  if (names.length === 0)
    throw new ScorelineError('file_format', `${path}: no line of it is a JSON object with a key.`);
  const pointers = names.map((name) => quoteText(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`));
  const columns = names.map((_, place) => `parts[${place + 1}]::varchar as c${place}`);
  const parquet = join(duck.folder, `${duck.name('ndjson')}.parquet`);
  await readable(path, () =>
    duck.rows(
      `copy (select ${columns.join(', ')}
          from (select json_extract(json, [${pointers.join(', ')}]) as parts from ${lines} where json is not null))
        to ${quoteText(parquet)} (format parquet)`,
    ),
  );
  return {
    parquet,
    names,
    json: true,
    faults: faultsOf(file, bad),
    repaired: 0,
    locate: (rows) => locate(file, bad, rows),
  };
}

/** A line that is not blank. */
interface Line {
  /** Counted from 1, blank lines included. */
  readonly line: number;
  /** Counted from 1, without them: as the database counts. */
  readonly ordinal: number;
  readonly start: number;
  readonly bytes: Buffer;
}

function forEachLine(file: string, visit: (line: Line) => void): void {
  let line = 0;
  let ordinal = 0;
  readThrough(file, 0, (bytes, offset, atEnd) => {
    let at = 0;
    while (at < bytes.length) {
      const lf = bytes.indexOf(LF, at);
      if (lf < 0 && !atEnd) break;
      const end = lf < 0 ? bytes.length : lf;
      line++;
      const text = bytes.subarray(at, end);
      if (!isBlank(text)) visit({ line, ordinal: ++ordinal, start: offset + at, bytes: text });
      at = end + 1;
    }
    return Math.min(at, bytes.length);
  });
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}

function faultsOf(file: string, bad: ReadonlySet<number>): Fault[] {
  const faults: Fault[] = [];
  if (bad.size === 0) return faults;
  forEachLine(file, ({ line, ordinal, start, bytes }) => {
    if (bad.has(ordinal)) faults.push({ line, reason: REASON, start, end: start + bytes.length });
  });
  return faults;
}

function locate(file: string, bad: ReadonlySet<number>, rows: Uint32Array): Place[] {
  const places: Place[] = [];
  let row = 0;
  forEachLine(file, ({ line, ordinal, bytes }) => {
    if (bad.has(ordinal)) return;
    if (rows[places.length] === row) places.push({ line, text: bytes.toString('utf8').trimEnd() });
    row++;
  });
  return places;
}
