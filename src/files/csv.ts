/**
 * CSV as bytes: where a record begins and ends, and whether it can be read. It decides what a readable record is, what is
 * repaired and on which line a record stands, so that this does not depend on the database's reader, which is then
 * given only what it cannot stumble on. It refuses to know what the columns mean.
 *
 * A field is plain or quoted; quotes within a quoted field are doubled. A record with the wrong number of fields,
 * with text after a closing quote, with a quote that never closes, or that is not UTF-8, cannot be read. Reading
 * goes on with the next line, so a stray quote costs one line and not the rest of the file.
 */

import { isUtf8 } from 'node:buffer';
import { LONGEST, readThrough } from './bytes.ts';

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;
const DELIMITERS = [',', ';', '\t', '|'];

export interface Dialect {
  readonly delimiter: string;
  /** Length of a byte order mark in front. */
  readonly skip: number;
}

export interface CsvRecord {
  /** Counted from 1; the first one of a record over several lines. */
  readonly line: number;
  /** Place in the file. */
  readonly start: number;
  /** Without the line end; only good until the next record. */
  readonly bytes: Buffer;
  /**
   * plain: any reader takes it as it stands; odd: it can be read, and is safer written anew; blank: nothing but white
   * space; bad: it cannot be read, for the reason given.
   */
  readonly state: 'plain' | 'odd' | 'repaired' | 'blank' | 'bad';
  readonly reason: string;
  readonly ending: 'lf' | 'crlf' | 'none';
}

/** The fields of a record that can be read, a repaired one included. */
export function fieldsOf(bytes: Buffer, { delimiter }: Dialect): string[] {
  const fields: string[] = [];
  const text = bytes.toString('utf8');
  for (let at = 0; ; ) {
    if (text[at] === '"') {
      let end = at + 1;
      for (; ; end += 2) {
        end = text.indexOf('"', end);
        if (text[end + 1] !== '"') break;
      }
      fields.push(text.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 1;
    } else {
      const found = text.indexOf(delimiter, at);
      const end = found < 0 ? text.length : found;
      fields.push(text.slice(at, end));
      at = end;
    }
    if (at >= text.length) return fields;
    at++;
  }
}

/** The record with every field quoted, which every reader understands in the same way. */
export const written = (fields: readonly string[], delimiter: string): string =>
  fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(delimiter);

/** Guesses the delimiter from the first line: the one that stands most often outside quotes. */
export function dialectOf(start: Buffer): Dialect {
  const skip = start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? 3 : 0;
  const text = start.subarray(skip).toString('utf8');
  const counts = new Map(DELIMITERS.map((delimiter) => [delimiter, 0]));
  let quoted = false;
  let begun = false;
  for (const char of text) {
    if (char === '"') quoted = !quoted;
    if (quoted) continue;
    if (char === '\n' && begun) break;
    begun ||= char.trim() !== '';
    const count = counts.get(char);
    if (count !== undefined) counts.set(char, count + 1);
  }
  const [delimiter] = [...counts].reduce((best, next) => (next[1] > best[1] ? next : best));
  return { delimiter, skip };
}

/** What `scan` found out about the record that begins at `from`. */
interface Found {
  /** Where its text ends and where the next one begins. */
  end: number;
  next: number;
  fields: number;
  odd: boolean;
  quoted: boolean;
  /** Why it cannot be read; empty where it can. */
  reason: string;
}

const found: Found = { end: 0, next: 0, fields: 0, odd: false, quoted: false, reason: '' };

/** Finds the end of a record; false where more bytes are needed to tell. The answer is in `found`. */
function scan(bytes: Buffer, from: number, delimiter: number, atEnd: boolean): boolean {
  const length = bytes.length;
  let at = from;
  found.fields = 1;
  found.odd = false;
  found.quoted = false;
  found.reason = '';
  for (;;) {
    if (bytes[at] === QUOTE) {
      found.quoted = true;
      for (at++; ; at += 2) {
        at = bytes.indexOf(QUOTE, at);
        if (at < 0) return atEnd || length - from > LONGEST ? stray(bytes, from, 'a quote that never closes') : false;
        if (at + 1 === length && !atEnd) return false;
        if (bytes[at + 1] !== QUOTE) break;
      }
      at++;
    } else {
      for (; at < length; at++) {
        const byte = bytes[at];
        if (byte === delimiter || byte === LF) break;
        if (byte === CR) {
          if (at + 1 === length && !atEnd) return false;
          if (bytes[at + 1] === LF) break;
          found.odd = true;
        } else if (byte === QUOTE) found.odd = true;
      }
    }
    if (at >= length) {
      if (!atEnd) return length - from > LONGEST ? stray(bytes, from, 'a line that never ends') : false;
      found.end = found.next = length;
      return true;
    }
    const byte = bytes[at];
    if (byte === delimiter) {
      found.fields++;
      at++;
      continue;
    }
    if (byte === CR && at + 1 === length && !atEnd) return false;
    if (byte === LF || (byte === CR && (at + 1 === length || bytes[at + 1] === LF))) {
      found.end = at;
      found.next = Math.min(length, byte === LF ? at + 1 : at + 2);
      return true;
    }
    return stray(bytes, from, 'text after the closing quote of a field');
  }
}

/** A record that cannot be read ends with its first line. */
function stray(bytes: Buffer, from: number, reason: string): boolean {
  const lf = bytes.indexOf(LF, from);
  found.next = lf < 0 ? bytes.length : lf + 1;
  found.end = lf < 0 ? bytes.length : lf > from && bytes[lf - 1] === CR ? lf - 1 : lf;
  found.reason = reason;
  return true;
}

/**
 * Shows every record of a file, the header included, in order.
 * @param fields how many fields a record has; undefined to take it from the first that is not blank
 */
export function forEachRecord(
  path: string,
  dialect: Dialect,
  fields: number | undefined,
  visit: (record: CsvRecord) => void,
): void {
  const delimiter = dialect.delimiter.charCodeAt(0);
  let line = 1;
  let wanted = fields;
  readThrough(path, dialect.skip, (bytes, offset, atEnd) => {
    const sound = isUtf8(bytes);
    let at = 0;
    while (at < bytes.length && scan(bytes, at, delimiter, atEnd)) {
      const { end, next, odd, quoted } = found;
      const count = found.fields;
      const text = bytes.subarray(at, end);
      const blank = count === 1 && !quoted && isBlank(text);
      if (!blank) wanted ??= count;
      let reason = found.reason;
      if (reason === '' && !sound && !isUtf8(text)) reason = 'bytes that are not UTF-8';
      if (reason === '' && count !== wanted && !blank) {
        reason = `${count} ${count === 1 ? 'field' : 'fields'} where the header has ${wanted}`;
      }
      const repaired = reason !== '' && count === 1 && quoted ? repair(text, delimiter, wanted ?? 0) : undefined;
      visit({
        line,
        start: offset + at,
        bytes: repaired ?? text,
        state: repaired ? 'repaired' : reason !== '' ? 'bad' : blank ? 'blank' : odd ? 'odd' : 'plain',
        reason,
        ending: next === end ? 'none' : next - end === 1 ? 'lf' : 'crlf',
      });
      line += quoted ? lines(bytes, at, next) : Number(next > end);
      at = next;
    }
    return at;
  });
}

/** A whole record that was quoted as if it were one field: what is inside, if that has the right number of fields. */
function repair(text: Buffer, delimiter: number, wanted: number): Buffer | undefined {
  if (text[0] !== QUOTE || text.at(-1) !== QUOTE || !isUtf8(text)) return undefined;
  const inner = Buffer.from(text.toString('utf8').slice(1, -1).replaceAll('""', '"'));
  scan(inner, 0, delimiter, true);
  return found.reason === '' && found.fields === wanted && found.end === inner.length ? inner : undefined;
}

const isBlank = (text: Buffer): boolean =>
  text.length === 0 || (text.length < 1000 && text.toString('utf8').trim() === '');

function lines(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = bytes.indexOf(LF, from); at >= 0 && at < to; at = bytes.indexOf(LF, at + 1)) count++;
  return count;
}
