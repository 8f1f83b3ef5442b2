/**
 * Whether a service is well: what must hold before it may be sent requests, and what an operator should know. It decides
 * what counts as well and what to do where something is not; it refuses to know who asks.
 */

import { ScorelineError } from './core/errors.ts';
import { brokenAgreements } from './dependents.ts';
import type { Scoring } from './scoring.ts';
import type { Db } from './store/db.ts';
import { newestMigration, queueOf, sampleOf, serverOf } from './store/health.ts';
import { migrations } from './store/migrate.ts';

/** One thing that was looked at: `says` is what was found where it is well, and else what is wrong and what to do. */
export interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly says: string;
}

const well = (what: string, says: string): Finding => ({ what, ok: true, says });
const ill = (what: string, says: string): Finding => ({ what, ok: false, says });

/** The oldest PostgreSQL that will do, as it counts itself. */
const OLDEST = 150_000;
/** Milliseconds by which clocks may differ, and for which a score may be due, before somebody should know. */
const CLOCKS_APART = 2_000;
const LATE = 60_000;
/** How long is waited to see whether the queue moves, in milliseconds. */
const PATIENCE = 3_000;
/** Contacts that are scored again to compare. */
const SAMPLE = 20;

/** What must hold before requests make sense: the database answers, and has the tables of this version. */
export async function readiness(db: Db): Promise<Finding[]> {
  return [await database(db), await tables(db)];
}

/**
 * Looks at everything, one thing after the other.
 * @param now the clock, in milliseconds UTC
 * @param wait pauses for so many milliseconds
 */
export async function* examine(
  db: Db,
  scoring: Scoring,
  now: () => number,
  wait: (ms: number) => Promise<unknown>,
): AsyncGenerator<Finding> {
  const answers = await database(db);
  yield answers;
  if (!answers.ok) return;
  const there = await tables(db);
  yield there;
  yield await clocks(db, now);
  if (!there.ok) return;
  yield await queue(db, now, wait);
  yield await lag(db, now);
  yield await agreement(db, scoring);
  yield await promises(db, scoring);
}

async function database(db: Db): Promise<Finding> {
  const what = 'database';
  try {
    const { version, number } = await serverOf(db);
    return number >= OLDEST
      ? well(what, `PostgreSQL ${version} answers`)
      : ill(what, `PostgreSQL ${version} is too old: use 15 or newer.`);
  } catch (error) {
    if (!(error instanceof ScorelineError)) throw error;
    return ill(what, `${error.message}. ${error.next}`);
  }
}

async function tables(db: Db): Promise<Finding> {
  const what = 'migrations';
  const wanted = migrations().at(-1)?.number ?? 0;
  try {
    const newest = await newestMigration(db);
    if (newest === wanted) return well(what, `all ${wanted} are done`);
    return newest > wanted
      ? ill(what, `the database has number ${newest}, this version knows ${wanted}: install the newer Scoreline.`)
      : ill(what, `${newest} of ${wanted} are done: \`scoreline serve\` does the others when it starts.`);
  } catch (error) {
    if (!(error instanceof ScorelineError)) throw error;
    return ill(what, `${error.message}. ${error.next}`);
  }
}

async function clocks(db: Db, now: () => number): Promise<Finding> {
  const before = now();
  const { clock } = await serverOf(db);
  // The database looked at its clock at some moment between the two.
  const apart = clock < before ? before - clock : Math.max(0, clock - now());
  return apart <= CLOCKS_APART
    ? well('clock', `this machine and the database are less than ${CLOCKS_APART / 1000} s apart`)
    : ill('clock', `this machine and the database are ${Math.round(apart / 1000)} s apart: set both by a time server.`);
}

async function queue(db: Db, now: () => number, wait: (ms: number) => Promise<unknown>): Promise<Finding> {
  const what = 'queue';
  const first = await queueOf(db, now());
  if (first.oldestChange === null) return well(what, 'no change waits to be scored');
  const many = first.changed === 1 ? '1 change waits' : `${first.changed} changes wait`;
  if (!first.hasModel) return well(what, `${many} for the first model to be published`);
  for (let waited = 0; waited < PATIENCE; waited += PATIENCE / 10) {
    await wait(PATIENCE / 10);
    const { oldestChange } = await queueOf(db, now());
    if (oldestChange !== first.oldestChange) return well(what, `${many} to be scored, and workers are at it`);
  }
  return ill(
    what,
    `${many} to be scored and nobody does it: start \`scoreline serve\` with SCORELINE_WORKERS above 0.`,
  );
}

async function lag(db: Db, now: () => number): Promise<Finding> {
  const what = 'lag';
  const at = now();
  const { oldestDue } = await queueOf(db, at);
  const late = oldestDue === null ? 0 : at - oldestDue;
  return late <= LATE
    ? well(what, late === 0 ? 'no score is due' : `the oldest score has been due for ${Math.ceil(late / 1000)} s`)
    : ill(what, `a score has been due for ${Math.ceil(late / 1000)} s: see that workers run, or start more of them.`);
}

/** What workers wrote by the kernel, beside what the plain form says of the same instant. */
async function agreement(db: Db, scoring: Scoring): Promise<Finding> {
  const what = 'agreement';
  const sample = await sampleOf(db, SAMPLE);
  const differ: string[] = [];
  for (const { contactId, modelId, asOf, scores } of sample) {
    const [told] = await scoring.explainContact(contactId, asOf, modelId);
    const same = Object.entries(scores).every(
      ([name, points]) => points === (told?.explanation.scores.get(name)?.points ?? null),
    );
    if (!same) differ.push(String(contactId));
  }
  if (sample.length === 0) return well(what, 'no contact is scored yet');
  const checked = `the scores of ${sample.length === 1 ? '1 contact' : `${sample.length} contacts`}`;
  return differ.length === 0
    ? well(what, `${checked} are what explaining them again gives`)
    : ill(
        what,
        `of ${checked}, those of contact ${differ.join(', ')} are not what explaining gives: please report it.`,
      );
}

/** Agreements between marketing and sales that name what the serving version of their model lacks. */
async function promises(db: Db, scoring: Scoring): Promise<Finding> {
  const what = 'promises';
  const broken = await brokenAgreements({ db, scoring });
  if (broken.length === 0) return well(what, 'the models have all that agreements in force name');
  const told = broken.map(({ name, model, version, lacks }) => {
    const names = lacks.map((one) => `${one.kind === 'companyScore' ? 'company score' : one.kind} ${one.name}`);
    return `${name} names ${names.join(', ')}, which version ${version} of ${model} lacks`;
  });
  return ill(what, `${told.join('; ')}: propose the agreement anew, or publish a version that has it.`);
}
