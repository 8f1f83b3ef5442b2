/**
 * A file of refused rows without what names a person: the texts of such rows are overwritten where they stand. It decides
 * that file, line and reason stay, and that nothing moves, so that somebody who still writes at the end of the file is not
 * disturbed; it refuses to know who the person is.
 */

import { type FileHandle, open } from 'node:fs/promises';

const [QUOTE, LINE_FEED, CARRIAGE_RETURN, STAR] = [0x22, 0x0a, 0x0d, 0x2a];
/** File, line and reason, with the comma after them; no byte of the quotes and commas is part of another character. */
const BEFORE_ROW = /^(?:"(?:[^"]|"")*",){3}/;

/** Overwrites the rows of a file of rejects in which something is found. @returns how many */
export async function blackOut(path: string, named: RegExp): Promise<number> {
  const file = await open(path, 'r+');
  try {
    let rows = 0;
    for await (const { at, bytes } of records(file)) {
      if (!named.test(bytes.toString('utf8'))) continue;
      const before = BEFORE_ROW.exec(bytes.toString('latin1'))?.[0].length ?? 0;
      const row = bytes.subarray(before).map((byte) => (KEPT.has(byte) ? byte : STAR));
      await file.write(row, 0, row.length, at + before);
      rows++;
    }
    return rows;
  } finally {
    await file.close();
  }
}

/** What keeps the file readable as CSV. */
const KEPT = new Set([QUOTE, LINE_FEED, CARRIAGE_RETURN]);

/** Records of CSV with the place where each begins: a line that ends within quotes is not the end of one. */
async function* records(file: FileHandle): AsyncGenerator<{ at: number; bytes: Buffer }> {
  let at = 0;
  let pieces: Buffer[] = [];
  let isQuoted = false;
  for await (const piece of file.createReadStream({ start: 0, autoClose: false }) as AsyncIterable<Buffer>) {
    let begin = 0;
    for (let i = 0; i < piece.length; i++) {
      if (piece[i] === QUOTE) isQuoted = !isQuoted;
      if (piece[i] !== LINE_FEED || isQuoted) continue;
      const bytes = Buffer.concat([...pieces, piece.subarray(begin, i + 1)]);
      yield { at, bytes };
      at += bytes.length;
      pieces = [];
      begin = i + 1;
    }
    pieces.push(piece.subarray(begin));
  }
  const bytes = Buffer.concat(pieces);
  if (bytes.length > 0) yield { at, bytes };
}
