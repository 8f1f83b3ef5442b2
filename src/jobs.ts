/**
 * Long work that outlives the request that asked for it, and the process that began it. It decides which kinds there are
 * and what their data means; when a job runs is decided in src/store/jobs.ts.
 */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { App } from './app.ts';
import { ScorelineError } from './core/errors.ts';
import { REJECTS_ENDING, runImport } from './import.ts';
import { type EventRule, finishEventRule, stepEventRule, unfinishedRules } from './store/event-rules.ts';
import { findImport, finishImport, forgetFile, type Import, importsWithFile } from './store/imports.ts';

/** Files lie on one machine in one folder: whoever works there reads them. */
const importQueue = (app: App): string => {
  const place = `${hostname()} ${resolve(importsFolder(app))}`;
  return `import-${createHash('sha256').update(place).digest('hex').slice(0, 16)}`;
};
const ImportData = z.object({ importId: z.number() });

/** Where uploaded files and files of refused rows are kept. */
export const importsFolder = (app: Pick<App, 'config'>): string => join(app.config.SCORELINE_DATA, 'imports');

/** The ending of a file that is still being sent. */
export const COMING = '.part';

/** What lies there. */
export async function importFiles(app: App): Promise<string[]> {
  const folder = importsFolder(app);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.map((name) => join(folder, name));
}

/** Whether a file was sent here; else it is somebody's own, which is not ours to read at any time, or to remove. */
const wasSent = (app: App, path: string): boolean => dirname(resolve(path)) === resolve(importsFolder(app));

/** Imports of files that were sent here and are still there. */
export const sentImports = async (app: App): Promise<Import[]> =>
  (await importsWithFile(app.db)).filter(({ path }) => path !== null && wasSent(app, path));

/** Milliseconds after which a file that is still being sent is so no more. */
const ABANDONED = 3_600_000;

/** Takes away files that no import is about: the process that took them died, or the same file was sent again. */
export async function removeAbandoned(app: App): Promise<void> {
  const paths = await importFiles(app);
  const known = new Set((await sentImports(app)).map(({ path }) => basename(path ?? '')));
  for (const path of paths) {
    if (path.endsWith(REJECTS_ENDING) || known.has(basename(path))) continue;
    const written = await stat(path).catch(() => null);
    const isComing = path.endsWith(COMING) && written !== null && app.clock() - written.mtimeMs < ABANDONED;
    if (!isComing) await rm(path, { force: true });
  }
}

export const askForImport = (app: App, { importId }: Import): Promise<void> =>
  app.jobs.send(importQueue(app), { importId }, String(importId));

const EVENT_RULE = 'event-rule';
const EventRuleData = z.object({ ruleId: z.number() });

/** Has the steps of a rule taken, or those that put it back. */
export const askForEventRule = (app: App, { ruleId, undoneBy }: EventRule): Promise<void> =>
  app.jobs.send(EVENT_RULE, { ruleId }, `${ruleId} ${undoneBy === null ? 'do' : 'undo'}`);

/** Does jobs in this process from now on. */
export async function startJobs(app: App): Promise<void> {
  await workOnImports(app);
  await app.jobs.work(EVENT_RULE, async (data, signal) => {
    const whole = await runEventRule(app, EventRuleData.parse(data).ruleId, signal);
    if (!whole) throw new Error('stopped, and goes on later');
  });
  await removeAbandoned(app);
  // Also one of which no try went well while the disk was full, say.
  for (const one of await sentImports(app)) if (existsSync(one.path ?? '')) await askForImport(app, one);
  // A process that died between keeping a rule and asking for its steps left it waiting.
  for (const rule of await unfinishedRules(app.db)) await askForEventRule(app, rule);
}

/** Takes the steps of a rule from where it was left. Done when it is at its end; false where it was told to stop. */
export async function runEventRule({ db, clock }: App, ruleId: number, signal?: AbortSignal): Promise<boolean> {
  while (await stepEventRule(db, ruleId, clock())) if (signal?.aborted) return false;
  await finishEventRule(db, ruleId, clock());
  return true;
}

const workOnImports = (app: App): Promise<void> =>
  app.jobs.work(importQueue(app), async (data, signal) => {
    const one = await findImport(app.db, ImportData.parse(data).importId);
    if (one === null || one.path === null || !wasSent(app, one.path)) return;
    if (one.state === 'waiting' || one.state === 'running') await readIn(app, one, signal);
    await rm(one.path, { force: true });
    await forgetFile(app.db, one.importId);
  });

async function readIn(app: App, one: Import, signal: AbortSignal): Promise<void> {
  try {
    const whole = await importOne(app, one, { signal });
    if (!whole) throw new Error('stopped, and goes on later');
    app.log.info({ importId: one.importId }, 'a file was read in');
  } catch (error) {
    // What lies in the file does not change; all else may go better the next time.
    if (!(error instanceof ScorelineError && NEVER.includes(error.code))) throw error;
    await finishImport(app.db, one.importId, error.message, app.clock());
  }
}

const NEVER: readonly string[] = ['file_format', 'file_unreadable', 'column_missing'];

/** Reads a file in, from where it was left. Done when it is at its end; false where it was told to stop. */
export const importOne = (
  app: App,
  one: Import,
  more: { readonly signal?: AbortSignal; readonly progress?: (share: number) => void } = {},
): Promise<boolean> =>
  runImport(one, {
    db: app.db,
    clock: app.clock,
    folder: importsFolder(app),
    accept: (messages, sourceId) =>
      app.ingest.acceptAlone({ sourceId, receivedAt: app.clock(), messages, refusals: [] }),
    ...more,
  });
