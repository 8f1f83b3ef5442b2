/**
 * CSV made ready for the database. It decides what the database's own reader is given: the file as it stands where
 * that is safe, and otherwise a clean copy of the records that can be read.
 */

import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ScorelineError } from '../core/errors.ts';
import { readRange, readThrough } from './bytes.ts';
import { type CsvRecord, type Dialect, dialectOf, fieldsOf, forEachRecord, written } from './csv.ts';
import { type Duck, quoteText, readable } from './duck.ts';
import type { Fault, Place, Staged } from './source.ts';

/** Bytes looked at to tell how the file is written. */
const GLANCE = 65_536;
/** Records that DuckDB reads without being told how long they may be. */
const ORDINARY = 1_000_000;

/** What one pass over the file found. */
interface Survey {
  readonly header: readonly string[];
  /** Records that can be read, without the header. */
  readonly rows: number;
  readonly faults: readonly Fault[];
  readonly repaired: number;
  readonly longest: number;
  /** Whether every reader understands the file as it stands. */
  readonly safe: boolean;
}

export async function stageCsv(duck: Duck, file: string, path: string): Promise<Staged> {
  const source = await withLineFeeds(duck, file, path);
  const dialect = dialectOf(readRange(source, 0, GLANCE));
  const survey = surveyOf(source, dialect, path);
  const parquet = join(duck.folder, `${duck.name('csv')}.parquet`);
  const convert = (from: string, header: boolean) =>
    readable(path, async () => {
      const [[rows] = []] = await duck.rows(
        `copy (from ${reader(from, dialect, survey, header)}) to ${quoteText(parquet)} (format parquet)`,
      );
      return Number(rows);
    });
  const clean = () => {
    const copy = join(duck.folder, `${duck.name('clean')}.csv`);
    writeClean(source, dialect, survey.header.length, copy);
    return copy;
  };
  const rows = survey.safe ? await convert(source, true).catch(() => -1) : -1;
  if (rows !== survey.rows && (await convert(clean(), false)) !== survey.rows) {
    throw new ScorelineError('file_unreadable', `${path}: the file changed while it was read.`);
  }
  return {
    parquet,
    names: survey.header,
    json: false,
    faults: survey.faults,
    repaired: survey.repaired,
    locate: (wanted) => locate(source, dialect, survey.header.length, wanted),
  };
}

/** The file with lines that end in a line feed; files of old end them in a carriage return alone. */
async function withLineFeeds(duck: Duck, file: string, path: string): Promise<string> {
  const start = readRange(file, 0, GLANCE);
  if ((start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff)) {
    throw new ScorelineError('file_format', `${path} is written in UTF-16; save it as UTF-8.`);
  }
  if (!start.includes('\r') || start.includes('\n')) return file;
  const copy = join(duck.folder, `${duck.name('lines')}.csv`);
  const to = openSync(copy, 'w');
  readThrough(file, 0, (bytes) => {
    for (let at = bytes.indexOf('\r'); at >= 0; at = bytes.indexOf('\r', at)) bytes[at] = 0x0a;
    writeSync(to, bytes);
    return bytes.length;
  });
  closeSync(to);
  return copy;
}

function surveyOf(file: string, dialect: Dialect, path: string): Survey {
  let header: string[] | undefined;
  let rows = 0;
  let repaired = 0;
  let longest = 0;
  let safe = true;
  const endings = new Set<CsvRecord['ending']>();
  const faults: Fault[] = [];
  forEachRecord(file, dialect, undefined, (record) => {
    const { state, bytes, line, start } = record;
    if (record.ending !== 'none') endings.add(record.ending);
    if (state !== 'plain') safe = false;
    longest = Math.max(longest, bytes.length);
    if (state === 'blank') return;
    if (header === undefined) {
      if (state === 'bad') throw new ScorelineError('file_format', `${path}:${line}: the header has ${record.reason}.`);
      header = fieldsOf(bytes, dialect).map((name) => name.trim());
      if (bytes.includes('\n')) safe = false;
    } else if (state === 'bad') {
      faults.push({ line, reason: record.reason, start, end: start + bytes.length });
    } else {
      rows++;
      if (state === 'repaired') repaired++;
    }
  });
  if (header === undefined) {
    throw new ScorelineError('file_format', `${path} is empty: its first line must name the columns.`);
  }
  return { header, rows, faults, repaired, longest, safe: safe && endings.size < 2 };
}

function reader(file: string, { delimiter }: Dialect, { header, longest }: Survey, named: boolean): string {
  const columns = header.map((_, place) => `c${place}: 'VARCHAR'`).join(', ');
  const length = longest < ORDINARY ? '' : `, max_line_size = ${2 * longest}, buffer_size = ${4 * longest}`;
  return `read_csv(${quoteText(file)}, auto_detect = false, header = ${named}, delim = ${quoteText(delimiter)},
    quote = '"', escape = '"', columns = {${columns}}, strict_mode = true${length})`;
}

/** Writes the records that can be read, without the header. */
function writeClean(file: string, dialect: Dialect, fields: number, copy: string): void {
  const to = openSync(copy, 'w');
  let headed = false;
  let pieces: Buffer[] = [];
  let held = 0;
  const flush = () => {
    writeSync(to, Buffer.concat(pieces));
    pieces = [];
    held = 0;
  };
  forEachRecord(file, dialect, fields, ({ state, bytes }) => {
    if (state === 'blank') return;
    if (!headed) headed = true;
    else if (state !== 'bad') {
      pieces.push(Buffer.from(`${written(fieldsOf(bytes, dialect), dialect.delimiter)}\n`));
      held += bytes.length;
      if (held > GLANCE * 16) flush();
    }
  });
  flush();
  closeSync(to);
}

function locate(file: string, dialect: Dialect, fields: number, wanted: Uint32Array): Place[] {
  const places: Place[] = [];
  // The header is the first record that can be read.
  let row = -1;
  forEachRecord(file, dialect, fields, ({ state, bytes, line }) => {
    if (state === 'blank' || (state === 'bad' && row >= 0)) return;
    if (row >= 0 && wanted[places.length] === row) places.push({ line, text: bytes.toString('utf8') });
    row++;
  });
  return places;
}
