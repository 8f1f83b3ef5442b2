/**
 * Trials of drafts, off the main thread. It decides that one runs at a time, that a caller's later edit takes the place of
 * an earlier one that still waits, and when the thread with its base is let go; it refuses to know how a trial is done.
 */

import { Worker } from 'node:worker_threads';
import type { Behind, Standing } from './core/behind.ts';
import { type ErrorCode, ScorelineError } from './core/errors.ts';
import type { Quality, Selection, Success } from './core/foresight.ts';
import type { Comparison, Shift } from './core/trial.ts';
import type { Model } from './core/words.ts';

/** Milliseconds without a question after which the base is let go. */
const IDLE = 10 * 60_000;

/** A draft and what it is measured against. */
export interface Draft {
  readonly document: string;
  /** What the document says, checked. */
  readonly model: Model;
  /** The model whose serving version is "before"; null for the one of the same name. */
  readonly against: string | null;
  /** A document that stands for "before" in place of the serving version; null for that one. */
  readonly beside: { readonly document: string; readonly model: Model } | null;
}

export interface Outcome {
  readonly success: Success;
  readonly days: number;
  readonly selection: Selection;
}

interface Timed {
  /** The present instant, in milliseconds, UTC. */
  readonly now: number;
}
export type Asked = Draft & Timed & { readonly kind: 'trial'; readonly outcome: Outcome | null };
export type AskedBehind = Draft &
  Timed & {
    readonly kind: 'behind';
    readonly outcome: null;
    readonly of: Behind;
    /** The contact after which to go on. */
    readonly after: number | null;
    readonly limit: number;
  };
export type Question = Asked | AskedBehind | ({ readonly kind: 'load' } & Timed);

export interface OutcomeAnswer {
  readonly success: Success;
  readonly at: number;
  readonly contacts: number;
  readonly successes: number;
  readonly later: number;
  readonly already: number;
  readonly before: Quality | null;
  readonly after: Quality;
}

export interface Tried {
  readonly kind: 'tried';
  readonly asOf: number;
  readonly contacts: number;
  /** Without an id: the document that was named. */
  readonly before: { readonly id: number | null; readonly name: string; readonly version: number | null } | null;
  readonly comparison: Comparison;
  readonly outcome: OutcomeAnswer | null;
}

export interface BehindAnswer {
  readonly kind: 'behind';
  readonly asOf: number;
  /** In all. */
  readonly count: number;
  readonly rows: readonly {
    readonly contact: number;
    readonly before: Standing | null;
    readonly after: Standing;
    readonly points: Shift | null;
  }[];
}

export interface BaseState {
  readonly state: 'none' | 'loading' | 'ready';
  readonly asOf: number | null;
  readonly contacts: number;
  readonly events: number;
  readonly bytes: number;
  readonly share: number;
}

/** What the thread is given, and what it says. */
export interface ThreadData {
  readonly url: string;
  readonly bytes: number;
}
export type Answer =
  | { readonly kind: 'state'; readonly state: BaseState }
  | { readonly kind: 'answer'; readonly value: Tried | BehindAnswer | null }
  | { readonly kind: 'refusal'; readonly code: ErrorCode; readonly message: string };

export interface Trials {
  /** @param by who asks: a later trial of theirs takes the place of one that waits, which is refused with `conflict` */
  try(draft: Draft, outcome: Outcome | null, by: string): Promise<Tried>;
  /** The contacts behind a number of a trial, by id. */
  behind(draft: Draft, of: Behind, page: { after: number | null; limit: number }, by: string): Promise<BehindAnswer>;
  base(): BaseState;
  /** Loads the base anew. */
  refresh(): Promise<BaseState>;
  close(): Promise<void>;
}

interface Waiting {
  readonly question: Question;
  readonly key: string;
  readonly resolve: (value: Tried | BehindAnswer | null) => void;
  readonly reject: (error: Error) => void;
}

const NONE: BaseState = { state: 'none', asOf: null, contacts: 0, events: 0, bytes: 0, share: 0 };

/** @param data where the thread finds the database, and how much memory the base may take */
export function createTrials(data: ThreadData, clock: () => number): Trials {
  const waiting: Waiting[] = [];
  let running: Waiting | null = null;
  let thread: Worker | null = null;
  let state = NONE;
  let idle: NodeJS.Timeout | undefined;

  function start(): Worker {
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
    const made = new Worker(new URL(`./trials.worker${extension}`, import.meta.url), { workerData: data });
    made.on('message', (answer: Answer) => {
      switch (answer.kind) {
        case 'state':
          state = answer.state;
          return;
        case 'answer':
          settle((one) => one.resolve(answer.value));
          return;
        case 'refusal':
          settle((one) => one.reject(refusalOf(answer)));
          return;
      }
    });
    made.on('error', (error) => lost(made, error));
    made.on('exit', () => lost(made, new Error('the thread of trials ended')));
    return made;
  }

  function lost(which: Worker, error: Error): void {
    if (thread !== which) return;
    thread = null;
    state = NONE;
    settle((one) => one.reject(error));
  }

  function settle(how: (one: Waiting) => void): void {
    const one = running;
    running = null;
    if (one !== null) how(one);
    next();
  }

  function next(): void {
    if (running !== null) return;
    running = waiting.shift() ?? null;
    clearTimeout(idle);
    if (running === null) {
      thread?.unref();
      idle = setTimeout(() => void end(), IDLE);
      idle.unref();
      return;
    }
    thread ??= start();
    thread.ref();
    thread.postMessage(running.question);
  }

  async function end(): Promise<void> {
    const old = thread;
    thread = null;
    state = NONE;
    await old?.terminate();
  }

  function ask(question: Question, by: string): Promise<Tried | BehindAnswer | null> {
    const key = `${question.kind} ${by}`;
    const earlier = waiting.findIndex((one) => one.key === key);
    if (earlier >= 0) {
      for (const { reject } of waiting.splice(earlier, 1))
        reject(new ScorelineError('conflict', 'a later edit took the place of this trial'));
    }
    return new Promise((resolve, reject) => {
      waiting.push({ question, key, resolve, reject });
      next();
    });
  }

  return {
    try: async (draft, outcome, by) => {
      const answer = await ask({ ...draft, kind: 'trial', outcome, now: clock() }, by);
      if (answer?.kind !== 'tried') throw new Error('an answer to another question');
      return answer;
    },
    behind: async (draft, of, page, by) => {
      const answer = await ask({ ...draft, ...page, kind: 'behind', outcome: null, of, now: clock() }, by);
      if (answer?.kind !== 'behind') throw new Error('an answer to another question');
      return answer;
    },
    base: () => state,
    refresh: async () => {
      await ask({ kind: 'load', now: clock() }, 'anybody');
      return state;
    },
    close: async () => {
      clearTimeout(idle);
      for (const { reject } of waiting.splice(0)) reject(new ScorelineError('too_busy', 'the service stops'));
      await end();
    },
  };
}

const refusalOf = ({ code, message }: Answer & { kind: 'refusal' }): Error =>
  code === 'internal' ? new Error(message) : new ScorelineError(code, message);
