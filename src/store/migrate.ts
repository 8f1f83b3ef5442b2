/**
 * Brings the tables of a database to what this version of the program expects. It decides that migrations only go
 * forward, each whole or not at all, and that a database of a newer program is left alone.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { ScorelineError } from '../core/errors.ts';
import type { Db } from './db.ts';

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly text: string;
}

/** Any number that nobody else locks. */
const LOCK = 7_360_001;

const FOLDER = new URL('./migrations/', import.meta.url);

/** The migrations of this program, in order. */
export const migrations = (): Migration[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({
      number: Number(file.slice(0, 4)),
      name: file.slice(5, -4),
      text: readFileSync(new URL(file, FOLDER), 'utf8'),
    }));

/**
 * Runs what is missing.
 * @param now the instant in milliseconds, UTC
 * @returns the numbers that were run
 * @throws ScorelineError `database_newer` where the database knows a migration that this program does not
 */
export async function migrate(db: Db, now: number): Promise<number[]> {
  await db.transaction(async (tx) => {
    // `if not exists` alone fails where two programs start at the same moment.
    await tx.rows('select pg_advisory_xact_lock($1)', [LOCK]);
    await tx.script(
      'create table if not exists migration (number integer primary key, name text not null, applied_at bigint not null)',
    );
  });
  const known = migrations();
  const applied = await db.rows<{ number: number }>('select number from migration order by number');
  const newest = applied.at(-1)?.number ?? 0;
  if (newest > (known.at(-1)?.number ?? 0)) {
    throw new ScorelineError(
      'database_newer',
      `the database has migration ${newest}, which this version does not know`,
    );
  }
  const run: number[] = [];
  for (const { number, name, text } of known) {
    const fresh = await db.transaction(async (tx) => {
      // Whoever inserts the number first runs it; another process that starts now waits here and finds it done.
      const own = await tx.rows(
        'insert into migration (number, name, applied_at) values ($1, $2, $3) on conflict do nothing returning number',
        [number, name, now],
      );
      if (own.length > 0) await tx.script(text);
      return own.length > 0;
    });
    if (fresh) run.push(number);
  }
  return run;
}
