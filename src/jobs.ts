/**
 * Long work that outlives the request that asked for it, and the process that began it. It decides which kinds there are
 * and what their data means; when a job runs is decided in src/store/jobs.ts.
 */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { App } from './app.ts';
import { ScorelineError } from './core/errors.ts';
import { runImport } from './import.ts';
import { findImport, finishImport, forgetFile, type Import } from './store/imports.ts';

const IMPORT = 'import';
const ImportData = z.object({ importId: z.number() });

/** Where uploaded files and files of refused rows are kept. */
export const importsFolder = (app: Pick<App, 'config'>): string => join(app.config.SCORELINE_DATA, 'imports');

export const askForImport = (app: App, { importId }: Import): Promise<void> =>
  app.jobs.send(IMPORT, { importId }, String(importId));

/** Does jobs in this process from now on. */
export const startJobs = (app: App): Promise<void> =>
  app.jobs.work(IMPORT, async (data, signal) => {
    const one = await findImport(app.db, ImportData.parse(data).importId);
    if (one === null || one.path === null || one.state === 'done' || one.state === 'failed') return;
    try {
      const whole = await importOne(app, one, { signal });
      if (!whole) throw new Error('stopped, and goes on later');
      app.log.info({ importId: one.importId }, 'a file was read in');
    } catch (error) {
      // What lies in the file does not change; all else may go better the next time.
      if (!(error instanceof ScorelineError && NEVER.includes(error.code))) throw error;
      await finishImport(app.db, one.importId, error.message, app.clock());
    }
    await forgetFile(app.db, one.importId);
    await rm(one.path, { force: true });
  });

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
    accept: (messages, sourceId) => app.ingest.accept({ sourceId, receivedAt: app.clock(), messages, refusals: [] }),
    ...more,
  });
