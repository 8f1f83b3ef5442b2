/**
 * Two threads that work on the same arrays, each on its part. It decides when there is a second thread; what is done
 * to the arrays is a step's, and they lie in shared memory. This file is also what the second thread runs.
 */

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { runStep, type Step } from './steps.ts';

/** Below this many rows a second thread costs more than it saves. */
const WORTH_A_THREAD = 500_000;
const SECOND = 'second of a crew';

export interface Crew {
  /** How many parts a step has. */
  readonly parts: number;
  /** Takes a step in all its parts. */
  take(step: Step): Promise<void>;
  close(): Promise<void>;
}

/** @param rows how many rows there will be to work on */
export function openCrew(rows: number): Crew {
  if (rows < WORTH_A_THREAD) return { parts: 1, take: async (step) => runStep(step, 0, 1), close: async () => {} };
  const second = new Worker(new URL(import.meta.url), { workerData: SECOND });
  let broken: Error | undefined;
  let answer = { done: () => {}, failed: (_: Error) => {} };
  const fail = (error: Error) => {
    broken = error;
    answer.failed(error);
  };
  second.on('message', () => answer.done());
  second.on('error', fail);
  second.on('exit', (code) => fail(new Error(`a thread that reads the log ended with ${code}`)));
  return {
    parts: 2,
    take: async (step) => {
      if (broken !== undefined) throw broken;
      const answered = new Promise<void>((done, failed) => {
        answer = { done, failed };
      });
      for (const array of Object.values(step)) mustBeShared(array);
      second.postMessage(step);
      runStep(step, 0, 2);
      await answered;
    },
    close: async () => {
      await second.terminate();
    },
  };
}

/** An array that is not shared would be copied for the second thread, and its work lost. */
function mustBeShared(value: unknown): void {
  if (ArrayBuffer.isView(value) && !(value.buffer instanceof SharedArrayBuffer))
    throw new Error('an array is not shared');
}

if (!isMainThread && workerData === SECOND) {
  parentPort?.on('message', (step: Step) => {
    runStep(step, 1, 2);
    parentPort?.postMessage(null);
  });
}
