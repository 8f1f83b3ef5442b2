/**
 * How long somebody waits for the database, by what they do. It decides the bounds, and that whatever was begun for a
 * purpose has its bound, however deep in the program it asks; where nobody names a purpose, as in migrations and long
 * jobs, there is none. It refuses to know what is asked.
 */

import { AsyncLocalStorage } from 'node:async_hooks';

export interface Patience {
  /** Milliseconds for a lock that somebody else holds, in a transaction. */
  readonly lock: number;
  /** Seconds for the answer to one statement, waiting for locks included. */
  readonly answer: number;
}

export const BOUNDS = {
  /** Somebody looks at something. */
  request: { lock: 5_000, answer: 15 },
  /** Somebody changes something, or looks back over all there is. */
  longRequest: { lock: 5_000, answer: 60 },
  /** Messages of many requests are kept; two contacts with long histories may become one in it. */
  flush: { lock: 5_000, answer: 30 },
  /** Contacts are scored: nobody waits, but a worker that hangs is missed. */
  worker: { lock: 60_000, answer: 300 },
} as const satisfies Record<string, Patience>;

const present = new AsyncLocalStorage<Patience>();

/** Does work of which each statement has these bounds: past them it fails with `database_unavailable`, or lost its lock. */
export const patiently = <T>(patience: Patience, work: () => T): T => present.run(patience, work);

/** The bounds of what runs now; undefined where it may take as long as it needs. */
export const patience = (): Patience | undefined => present.getStore();

/** What PostgreSQL says when the wait for a lock was given up. */
export const LOCKED = '55P03';
