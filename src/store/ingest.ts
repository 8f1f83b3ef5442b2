/**
 * Where messages wait to be kept, and who is told when they are. It decides how many are written at a time, how much
 * may wait, and that no source takes another's place; it refuses to know what is written, and how.
 *
 * While flushes are under way, requests wait; the next one takes as many of them as it can, from the sources in turns.
 * A request is told after the commit, so whatever was said to be kept is.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError } from 'pg';
import { ScorelineError } from '../core/errors.ts';
import type { Message, Refusal } from '../core/ingest.ts';
import { Bursts, type Suspicions } from './bursts.ts';
import type { Db } from './db.ts';
import { flush, type Item, mentionOf, type Outside } from './flush.ts';
import { BOUNDS, patiently } from './patience.ts';
import type { CompanyDomainOf } from './snapshots.ts';
import { keepRefusals, type Refused } from './sources.ts';

export interface Request {
  /** Null for what has no source of its own. */
  readonly sourceId: number | null;
  readonly receivedAt: number;
  readonly messages: readonly Message[];
  readonly refusals: readonly Refusal[];
  /** How large they came, which bounds what may wait; 500 a message where it is not known. */
  readonly bytes?: number;
}

/** What became of events. */
export interface Tally {
  readonly fresh: number;
  /** The same contact had one of the same id already. */
  readonly known: number;
}

export interface Ingest {
  /**
   * Keeps messages and refusals; resolves after the commit.
   * @throws ScorelineError `too_busy` where too much waits already, `database_unavailable` where nothing can be kept
   */
  accept(request: Request): Promise<void>;
  /** The same in a transaction of its own, so that it can be said what became of its events. */
  acceptAlone(request: Request): Promise<Tally>;
  /** Calls the listener after each commit; returns how to stop that. */
  onCommit(listener: (tally: Tally) => void): () => void;
  /** Waits for what was accepted, and accepts no more. */
  close(): Promise<void>;
}

/** Written in one transaction: enough that its fixed cost is small, few enough that the next does not wait long. */
const MOST_IN_FLUSH = 4_000;
/** Flushes under way at a time: while the database writes one, the next is read and put together. */
const FLUSHES = 2;
/** Waiting in all; one source may have half of it. */
const MOST_WAITING = 40_000;
const MOST_BYTES = 32_000_000;
const USUAL_BYTES = 500;
/** Transactions that lost against another are run again this often. */
const TRIES = 6;

interface Waiting {
  readonly request: Request;
  readonly size: Size;
  readonly alone: boolean;
  readonly done: (tally: Tally) => void;
  readonly failed: (error: unknown) => void;
}

interface Size {
  messages: number;
  bytes: number;
}

/** What comes from one source, in the order it came. */
interface Line {
  readonly waiting: Waiting[];
  readonly size: Size;
}

const fits = (held: Size, size: Size, share: number): boolean =>
  held.messages + size.messages <= MOST_WAITING * share && held.bytes + size.bytes <= MOST_BYTES * share;

function add(held: Size, { messages, bytes }: Size, sign: 1 | -1): void {
  held.messages += sign * messages;
  held.bytes += sign * bytes;
}

/** Opens the way in. It writes nothing before the first message. */
export function openIngest(
  db: Db,
  {
    clock,
    companyDomainOf,
    suspicions,
  }: { clock: () => number; companyDomainOf: CompanyDomainOf; suspicions: Suspicions },
): Ingest {
  // A Map goes through its keys in the order they came; a line that was served goes to the end.
  const lines = new Map<number | null, Line>();
  const listeners = new Set<(tally: Tally) => void>();
  const bursts = new Bursts();
  const lately: Lately = { repeats: false };
  const waiting: Size = { messages: 0, bytes: 0 };
  let closed = false;
  const running = new Set<Promise<void>>();

  const outside = () => ({ companyDomainOf, suspicions, bursts, lately, now: clock() });

  function take(): Waiting[] {
    const taken: Waiting[] = [];
    let messages = 0;
    while (lines.size > 0) {
      for (const [sourceId, line] of lines) {
        const next = line.waiting[0];
        if (next !== undefined && taken.length > 0 && (next.alone || messages + next.size.messages > MOST_IN_FLUSH))
          return taken;
        line.waiting.shift();
        lines.delete(sourceId);
        if (next === undefined) continue;
        taken.push(next);
        messages += next.size.messages;
        add(waiting, next.size, -1);
        add(line.size, next.size, -1);
        if (line.waiting.length > 0) lines.set(sourceId, line);
        if (next.alone) return taken;
      }
    }
    return taken;
  }

  async function run(): Promise<void> {
    // Requests that arrive together are taken together.
    await Promise.resolve();
    for (let taken = take(); taken.length > 0; taken = take()) {
      try {
        const requests = taken.map(({ request }) => request);
        const tally = await patiently(BOUNDS.flush, () => keep(db, requests, outside()));
        for (const { done } of taken) done(tally);
        for (const listener of listeners) listener(tally);
      } catch (error) {
        for (const { failed } of taken) failed(error);
        if (error instanceof ScorelineError && error.code === 'database_unavailable') {
          // Whoever waits hears at once, and may come again; nothing piles up behind a database that is gone.
          for (let rest = take(); rest.length > 0; rest = take()) for (const { failed } of rest) failed(error);
        }
      }
    }
  }

  function start(): void {
    if (running.size === FLUSHES) return;
    const flushing = run().finally(() => {
      running.delete(flushing);
      if (waiting.messages > 0) start();
    });
    running.add(flushing);
  }

  function enqueue(request: Request, alone: boolean): Promise<Tally> {
    const messages = request.messages.length + request.refusals.length;
    const size = { messages, bytes: request.bytes ?? messages * USUAL_BYTES };
    if (messages === 0) return Promise.resolve({ fresh: 0, known: 0 });
    if (closed) return Promise.reject(new ScorelineError('database_unavailable', 'the service is stopping'));
    const line = lines.get(request.sourceId) ?? { waiting: [], size: { messages: 0, bytes: 0 } };
    if (!fits(waiting, size, 1) || !fits(line.size, size, 0.5)) {
      return Promise.reject(new ScorelineError('too_busy', `${waiting.messages} messages wait to be kept already`));
    }
    return new Promise((done, failed) => {
      lines.set(request.sourceId, line);
      line.waiting.push({ request, size, alone, done, failed });
      add(line.size, size, 1);
      add(waiting, size, 1);
      start();
    });
  }

  return {
    accept: async (request) => {
      await enqueue(request, false);
    },
    acceptAlone: (request) => enqueue(request, true),
    onCommit: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    close: async () => {
      closed = true;
      while (running.size > 0) await Promise.all(running);
    },
  };
}

interface Around extends Outside {
  readonly lately: Lately;
}

/** What the latest flush says of the next one. */
interface Lately {
  /** Events were known already, as after a failure, when clients send again: there may be more of them. */
  repeats: boolean;
}

/** Writes requests; a message that cannot be kept becomes a refusal and costs the others nothing. */
async function keep(db: Db, requests: readonly Request[], outside: Around): Promise<Tally> {
  const items: Item[] = [];
  const refused: Refused[] = [];
  for (const { messages, refusals, sourceId, receivedAt } of requests) {
    for (const refusal of refusals) refused.push({ ...refusal, sourceId, at: receivedAt });
    for (const message of messages) {
      const item = { message, sourceId, receivedAt };
      if (mentionOf(message) === null) refused.push(refusalOf(item, 'names nobody'));
      else items.push(item);
    }
  }
  const kept = await keepOrHalve(db, items, outside);
  await keepRefusals(db, [...refused, ...kept.refused]);
  return kept.tally;
}

const refusalOf = ({ message, sourceId, receivedAt }: Item, reason: string): Refused => {
  return { sourceId, at: receivedAt, reason, message: JSON.stringify(message).slice(0, 4_000) };
};

interface Kept {
  readonly tally: Tally;
  readonly refused: readonly Refused[];
}

const NOTHING: Kept = { tally: { fresh: 0, known: 0 }, refused: [] };

async function keepOrHalve(db: Db, items: readonly Item[], outside: Around): Promise<Kept> {
  if (items.length === 0) return NOTHING;
  try {
    const fresh = await keepTogether(db, items, outside);
    const events = items.filter(({ message }) => message.kind === 'event').length;
    outside.lately.repeats = fresh < events;
    return { tally: { fresh, known: events - fresh }, refused: [] };
  } catch (error) {
    if (!(error instanceof DatabaseError) || !isUnkeepable(error)) throw error;
    const [only] = items;
    if (only !== undefined && items.length === 1)
      return { ...NOTHING, refused: [refusalOf(only, `cannot be kept: ${error.message}`)] };
    const middle = items.length >>> 1;
    const first = await keepOrHalve(db, items.slice(0, middle), outside);
    const second = await keepOrHalve(db, items.slice(middle), outside);
    return {
      tally: { fresh: first.tally.fresh + second.tally.fresh, known: first.tally.known + second.tally.known },
      refused: [...first.refused, ...second.refused],
    };
  }
}

/** Returns how many events are new. */
async function keepTogether(db: Db, items: readonly Item[], outside: Around): Promise<number> {
  let alone = false;
  let repeats = outside.lately.repeats;
  for (let tries = 1; ; tries++) {
    try {
      const fresh = await flush(db, items, outside, { alone, repeats });
      if (fresh !== null) return fresh;
      alone = true;
    } catch (error) {
      if (!(error instanceof DatabaseError) || !isPassing(error) || tries === TRIES) throw error;
      if (error.code === KNOWN) repeats = true;
      await sleep(2 ** tries);
    }
  }
}

/** What is written is there already. */
const KNOWN = '23505';

/** Lost against another transaction, or known already: the same again may succeed. */
const isPassing = ({ code }: DatabaseError): boolean => code === '40001' || code === '40P01' || code === KNOWN;

/** A value of its own is at fault, and would be again: a data exception, or more than the database can hold. */
const isUnkeepable = ({ code }: DatabaseError): boolean =>
  code?.startsWith('22') === true || code?.startsWith('54') === true;
