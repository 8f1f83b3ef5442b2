/**
 * Files as bytes: read from front to back in pieces, or copied aside. It refuses to know what the bytes say.
 */

import { closeSync, createWriteStream, openSync, readSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { ScorelineError } from '../core/errors.ts';

const PIECE = 4 * 2 ** 20;
/** No line and no record is longer than this; what is, is not a table. */
export const LONGEST = 64 * 2 ** 20;

/**
 * Reads a file in pieces.
 * @param skip bytes left out in front
 * @param consume looks at the bytes at hand (of which `offset` is the place in the file) and says how many it is
 * done with; it is shown the rest again with more behind it. `atEnd` says that there is no more: then it takes all.
 */
export function readThrough(
  path: string,
  skip: number,
  consume: (bytes: Buffer, offset: number, atEnd: boolean) => number,
): void {
  const file = openSync(path, 'r');
  try {
    let buffer = Buffer.allocUnsafe(PIECE);
    let held = 0;
    let offset = skip;
    for (;;) {
      if (held === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
      const read = readSync(file, buffer, held, buffer.length - held, offset + held);
      held += read;
      const done = consume(buffer.subarray(0, held), offset, read === 0);
      if (read === 0) return;
      buffer.copyWithin(0, done, held);
      held -= done;
      offset += done;
    }
  } finally {
    closeSync(file);
  }
}

/** The bytes of a file from `start` up to `end`. */
export function readRange(path: string, start: number, end: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(0, end - start));
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, start));
  } finally {
    closeSync(file);
  }
}

/** Copies what can be read only once, such as standard input, into a file. */
export async function copyAside(from: NodeJS.ReadableStream, to: string): Promise<void> {
  try {
    await pipeline(from, createWriteStream(to));
  } catch (error) {
    throw new ScorelineError('file_unreadable', `the input could not be read: ${String(error)}`);
  }
}
