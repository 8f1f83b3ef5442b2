/**
 * `scoreline import`: files into the store, on the machine that keeps the data, whether or not the service runs. It
 * decides the order (companies, contacts, events) and what is told; reading is done in src/import.ts.
 */

import { copyFile, readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { createApp } from '../app.ts';
import { ScorelineError } from '../core/errors.ts';
import { formatOf } from '../files/source.ts';
import { hashOfFile, rejectsPath, tryFile } from '../import.ts';
import { importOne, importsFolder } from '../jobs.ts';
import { createLog } from '../log.ts';
import { withDatabase } from '../service.ts';
import { beginImport, findImport, forgetFile, type ImportKind } from '../store/imports.ts';
import { causeOf } from './causes.ts';
import { type ServiceFlags, settingsOf } from './settings.ts';
import { many } from './show.ts';
import type { Surroundings } from './surroundings.ts';

interface ImportFlags extends ServiceFlags {
  readonly companies?: string;
  readonly contacts?: string;
  readonly events?: string;
  readonly mapping?: string;
  readonly rejects?: string;
  readonly dryRun?: boolean;
}

/** Contacts find their companies, and events their contacts. */
const ORDER = ['companies', 'contacts', 'events'] as const;

const columns = z.record(z.string(), z.string().min(1).nullable());
const Mapping = z.strictObject({ companies: columns, contacts: columns, events: columns }).partial();

export async function importFiles(flags: ImportFlags, around: Surroundings): Promise<void> {
  const files = ORDER.flatMap((kind) => (flags[kind] === undefined ? [] : [{ kind, path: resolve(flags[kind]) }]));
  if (files.length === 0) throw new ScorelineError('usage', 'name a file with --companies, --contacts or --events.');
  if (flags.rejects !== undefined && files.length > 1) {
    throw new ScorelineError('usage', '--rejects goes with one file at a time.');
  }
  for (const { path } of files) {
    if (formatOf(path) === undefined) throw new ScorelineError('file_format', `${path}: the ending says no format.`);
  }
  const mapping = flags.mapping === undefined ? {} : await readMapping(flags.mapping);
  for (const { kind, path } of files) {
    if (flags.dryRun) await tryOne(kind, path, mapping[kind] ?? {}, around);
  }
  if (flags.dryRun) return;
  const config = settingsOf(flags);
  await withDatabase(config, around.now, async (db) => {
    const app = createApp({ db, config, log: createLog('silent'), clock: around.now });
    try {
      for (const { kind, path } of files) {
        const one = await beginImport(db, {
          hash: await hashOfFile(path),
          kind,
          mapping: mapping[kind] ?? {},
          name: basename(path),
          path,
          by: 'command line',
          now: around.now(),
        });
        if (one.position > 0) around.note(`${path}: goes on after row ${one.position}.`);
        await importOne(app, one, { progress: (share) => around.progress(`importing ${kind}`, share) });
        around.progress('', null);
        await forgetFile(db, one.importId);
        const done = (await findImport(db, one.importId)) ?? one;
        const rejects = rejectsPath(importsFolder(app), one.importId);
        if (flags.rejects !== undefined) await copyRejects(rejects, flags.rejects);
        const refused =
          done.refused === 0 ? '' : ` ${many(done.refused, 'row')} refused: ${flags.rejects ?? rejects} says why.`;
        const known = done.duplicates === 0 ? '' : ` ${done.duplicates} of them were known already.`;
        around.out(`${path}: ${many(done.accepted, 'row')} of ${kind} kept.${known}${refused}`);
      }
    } finally {
      await app.close();
    }
  });
  around.note('A service that runs on these data scores them by itself; `scoreline doctor` shows what still waits.');
}

async function tryOne(
  kind: ImportKind,
  path: string,
  mapping: Readonly<Record<string, string | null>>,
  around: Surroundings,
): Promise<void> {
  const { rows, usable, rejects } = await tryFile(path, basename(path), { kind, mapping, now: around.now() });
  around.out(`${path}: ${many(usable, 'row')} of ${rows} can be used. Nothing was kept.`);
  for (const line of rejects) around.note(line.trimEnd());
}

async function readMapping(path: string): Promise<z.infer<typeof Mapping>> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ScorelineError('file_unreadable', `the mapping ${path} cannot be read: ${causeOf(error)}.`);
  });
  try {
    return Mapping.parse(parse(text));
  } catch (error) {
    const cause = error instanceof z.ZodError ? z.prettifyError(error) : causeOf(error);
    throw new ScorelineError('file_format', `the mapping ${path} is not as it should be: ${cause}`);
  }
}

const copyRejects = (from: string, to: string): Promise<void> =>
  copyFile(from, to).catch((error: unknown) => {
    throw new ScorelineError('file_unwritable', `${to} cannot be written: ${causeOf(error)}.`);
  });
