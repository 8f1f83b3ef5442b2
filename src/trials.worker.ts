/** The thread on which drafts are tried: it holds the base and answers one question after another. */

import { parentPort, workerData } from 'node:worker_threads';
import { ScorelineError } from './core/errors.ts';
import { openDb } from './store/db.ts';
import { openThreads } from './threads.ts';
import { createTrialBase } from './trial-base.ts';
import type { Answer, Question, ThreadData } from './trials.ts';

const { url, bytes } = workerData as ThreadData;
const tell = (answer: Answer): void => parentPort?.postMessage(answer);
const base = createTrialBase({
  db: openDb(url, 3),
  threads: openThreads(),
  bytes,
  onState: (state) => tell({ kind: 'state', state }),
});

parentPort?.on('message', (question: Question) => {
  base.answer(question).then(
    (value) => tell({ kind: 'answer', value }),
    (error: unknown) => tell(refusalOf(error)),
  );
});

function refusalOf(error: unknown): Answer {
  if (error instanceof ScorelineError) return { kind: 'refusal', code: error.code, message: error.message };
  return { kind: 'refusal', code: 'internal', message: error instanceof Error ? (error.stack ?? '') : String(error) };
}
