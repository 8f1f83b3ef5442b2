/**
 * Worker threads over contact ranges. It decides how many help and who takes which range; what is done with a
 * range is the kernel's. Threads share the arrays of a run and hold nothing of their own between two runs.
 */

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { scorerOf } from './core/kernel.ts';
import type { Run } from './core/kernel-run.ts';

/** Contacts taken at a time: long enough to be worth it, short enough that nobody waits for the last. */
const RANGE = 8192;

/** What a thread is told; it answers with anything when the share is done. */
export interface Share {
  readonly run: Run;
  /** The first contact that nobody has taken yet. */
  readonly taken: Int32Array;
}

export interface Threads {
  /**
   * Scores every contact of a run, on this thread and on those beside it.
   * @param onProgress called with the share of contacts taken, 0 to 1
   */
  score(run: Run, onProgress?: (share: number) => void): Promise<void>;
  /** Ends the threads; nothing may be running. */
  close(): Promise<void>;
}

/**
 * Starts threads, which are ready by the time that data is loaded.
 * @param count how many work in all, this one included; as many as the machine runs at once when left out
 */
export function openThreads(count = availableParallelism()): Threads {
  // The same folder holds `.ts` in a clone and `.js` in the package.
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  const file = new URL(`./threads.worker${extension}`, import.meta.url);
  const helpers = Array.from({ length: count - 1 }, () => new Worker(file));
  for (const helper of helpers) helper.unref();
  return {
    score: async (run, onProgress) => {
      const share: Share = { run, taken: new Int32Array(new SharedArrayBuffer(4)) };
      const answers = run.bound.count <= RANGE ? [] : helpers.map((helper) => ask(helper, share));
      scoreShare(share, onProgress);
      await Promise.all(answers);
    },
    close: async () => {
      await Promise.all(helpers.map((helper) => helper.terminate()));
    },
  };
}

/** Takes ranges until none is left. */
export function scoreShare({ run, taken }: Share, onProgress: (share: number) => void = () => {}): void {
  const { count } = run.bound;
  const score = scorerOf(run);
  for (;;) {
    const first = Atomics.add(taken, 0, RANGE);
    if (first >= count) return;
    score(first, Math.min(count, first + RANGE));
    onProgress(Math.min(1, (first + RANGE) / count));
  }
}

function ask(helper: Worker, share: Share): Promise<void> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number) => reject(new Error(`a scoring thread ended with ${code}`));
    helper.once('error', reject);
    helper.once('exit', onExit);
    helper.once('message', () => {
      helper.off('error', reject);
      helper.off('exit', onExit);
      helper.unref();
      resolve();
    });
    helper.ref();
    helper.postMessage(share);
  });
}
