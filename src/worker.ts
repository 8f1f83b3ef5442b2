/**
 * Workers: loops that look for work and do it until they are stopped. It decides in which order work is looked for and how
 * long a worker sleeps; it refuses to know what the work is.
 */

import { setTimeout as wait } from 'node:timers/promises';
import type { App } from './app.ts';
import { BOUNDS, patiently } from './store/patience.ts';

/** Milliseconds after which a worker looks by itself: contacts can be due, and others can have brought events. */
const PATIENCE = 250;
/**
 * After a transaction for few contacts or companies, what comes meanwhile is left to gather for so long: what a transaction
 * costs by itself is as much as some thirty contacts. What comes after a quiet time is done at once.
 */
const GATHER = 100;
const FEW = 200;
/** After an error, such as a database that does not answer. */
const RECOVERY = 1_000;

export interface Workers {
  /** Says that there may be work. */
  wake(): void;
  /** Comes back when no worker is in the middle of something. */
  stop(): Promise<void>;
}

/** Starts workers in this process. Any number of processes may have some. */
export function startWorkers(app: App, count: number): Workers {
  const { work } = app.scoring;
  const sleepers = new Set<() => void>();
  const over = new AbortController();
  let stopped = false;
  let woken = 0;
  /** Whether a worker is at a contact with a great many events: the others go on with the rest. */
  let heavy = false;

  async function doHeavy(): Promise<number> {
    if (heavy) return 0;
    heavy = true;
    try {
      return await measured(work.heavy);
    } finally {
      heavy = false;
    }
  }

  async function measured(part: () => Promise<number>): Promise<number> {
    const end = app.metrics.scoring.startTimer();
    const contacts = await part();
    if (contacts > 0) {
      end();
      app.metrics.scored.inc(contacts);
    }
    return contacts;
  }

  async function loop(): Promise<void> {
    while (!stopped) {
      const seen = woken;
      const done = await patiently(BOUNDS.worker, lookOnce).catch((err: unknown) => {
        app.log.error({ err }, 'a worker could not do its work and tries again');
        return null;
      });
      if (done === null) await sleep(RECOVERY);
      else if (done === 'few') await wait(GATHER, undefined, { signal: over.signal }).catch(() => {});
      else if (done === 'nothing' && seen === woken) await sleep(PATIENCE);
    }
  }

  /** What is asked for now comes before what can wait. */
  async function lookOnce(): Promise<'much' | 'few' | 'nothing'> {
    let asked = await measured(work.live);
    const rest = await work.rest();
    if (rest.companies) asked += await work.companies();
    let more = 0;
    if (rest.heavy) more += await doHeavy();
    if (rest.fill) more += await measured(work.fill);
    if (rest.clear && asked + more === 0) more += await work.clear();
    if (more > 0 || asked >= FEW) return 'much';
    return asked > 0 ? 'few' : 'nothing';
  }

  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (stopped) return resolve();
      const rise = (): void => {
        clearTimeout(timer);
        sleepers.delete(rise);
        resolve();
      };
      const timer = setTimeout(rise, ms);
      sleepers.add(rise);
    });

  const wake = (): void => {
    woken++;
    for (const rise of [...sleepers]) rise();
  };
  const loops = Array.from({ length: count }, loop);
  return {
    wake,
    stop: async () => {
      stopped = true;
      over.abort();
      wake();
      await Promise.all(loops);
    },
  };
}
