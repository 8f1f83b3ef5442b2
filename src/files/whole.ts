/** Files that appear whole or not at all. It refuses to know what is in them. */

import { createReadStream, createWriteStream, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ScorelineError } from '../core/errors.ts';

/**
 * Writes a file under another name beside its place, and moves it there when it is whole. What cannot be moved to,
 * such as a pipe, is given the bytes instead.
 * @param path `-` is standard output
 * @param folder where a file may lie that is not to stay
 * @param write writes the file that it is told
 */
export async function writeWhole(path: string, folder: string, write: (file: string) => Promise<void>): Promise<void> {
  const status = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
  const stays = path !== '-' && (status === undefined || status.isFile());
  const half = join(stays ? dirname(resolve(path)) : folder, `.${basename(path)}.${process.pid}.part`);
  // An interrupt ends the process here and now, without what follows.
  const remove = () => rmSync(half, { force: true });
  process.once('exit', remove);
  try {
    if (status?.isDirectory()) throw new Error('it is a folder');
    await write(half);
    if (stays) renameSync(half, path);
    else if (path === '-') await pipeline(createReadStream(half), process.stdout, { end: false });
    else await pipeline(createReadStream(half), createWriteStream(path));
  } catch (error) {
    if (error instanceof ScorelineError) throw error;
    const [cause = ''] = String(error instanceof Error ? error.message : error).split('\n');
    throw new ScorelineError('file_unwritable', `${path} cannot be written: ${cause.replaceAll(half, path)}`);
  } finally {
    process.removeListener('exit', remove);
    remove();
  }
}
