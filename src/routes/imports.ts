/**
 * Files that are read in whole: sent, tried, followed. It decides how a file travels (as the body, as it is) and where it
 * waits; what its rows mean is decided in src/import.ts.
 */

import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf, nameOf } from '../access.ts';
import { guessColumns, guessKind } from '../column-guess.ts';
import { ScorelineError } from '../core/errors.ts';
import { formatOf } from '../files/source.ts';
import { rejectsPath, sampleFile, type Tried, tryFile } from '../import.ts';
import { askForImport, COMING, importsFolder } from '../jobs.ts';
import { beginImport, findImport, type Import, listImports } from '../store/imports.ts';
import {
  answers,
  byId,
  type Desk,
  list,
  missing,
  page,
  pageOf,
  shortText,
  typed,
  written,
  writtenOrNull,
} from './shapes.ts';

const kind = z.enum(['companies', 'contacts', 'events']);
export const importShape = z.object({
  id: z.string(),
  kind,
  name: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed']),
  rows: z.number().nullable().describe('Rows of the file; null until it was opened.'),
  done: z.number().describe('Rows that are committed or refused.'),
  accepted: z.number(),
  duplicates: z.number().describe('Of the accepted events, those that were known already: they count once.'),
  refused: z.number(),
  createdAt: z.string(),
  createdBy: z.string(),
  finishedAt: z.string().nullable(),
  failure: z.string().nullable(),
});
export const tried = z.object({
  rows: z.number(),
  usable: z.number(),
  first: z
    .array(
      z.object({
        who: z.string(),
        name: z.string().nullable().describe('Of an event.'),
        at: z.string(),
        facts: z.record(z.string(), z.unknown()),
      }),
    )
    .describe('The first of the rows that can be used, as they would be kept.'),
  reasons: z
    .array(z.object({ reason: z.string(), rows: z.number() }))
    .describe('Why the others cannot, the most first.'),
  rejects: z.array(z.string()).describe('The first of the rows that cannot be used: file, line, reason, row.'),
});

const show = (one: Import): z.infer<typeof importShape> => ({
  id: String(one.importId),
  kind: one.kind,
  name: one.name,
  state: one.state,
  rows: one.rowCount,
  done: one.position,
  accepted: one.accepted,
  duplicates: one.duplicates,
  refused: one.refused,
  createdAt: written(one.createdAt),
  createdBy: one.createdBy,
  finishedAt: writtenOrNull(one.finishedAt),
  failure: one.failure,
});

const showTried = ({ first, reasons, rejects, ...counts }: Tried): z.infer<typeof tried> => ({
  ...counts,
  first: first.map(({ at, facts, ...rest }) => ({ ...rest, at: written(at), facts: { ...facts } })),
  reasons: [...reasons],
  rejects: [...rejects],
});

export const guessShape = z.object({
  kind,
  columns: z.array(
    z.object({
      column: z.string(),
      as: z.string().nullable().describe('What it is called here; null leaves it out.'),
      confidence: z.enum(['sure', 'likely', 'unsure']),
      because: z.enum(['name', 'cells', 'both', 'empty', 'own']),
      cells: z.array(z.string()),
    }),
  ),
});

/** `{"Record ID": "id", "Notes": null}` as text, for it travels beside the file. */
const mapping = z
  .string()
  .max(20_000)
  .transform((text, context) => {
    try {
      return z.record(z.string(), z.string().min(1).max(200).nullable()).parse(JSON.parse(text));
    } catch {
      context.addIssue('is no JSON object of column names, each with our name or null');
      return z.NEVER;
    }
  });

const query = z.object({
  kind,
  name: shortText.refine((name) => formatOf(name) !== undefined, 'ends in .csv, .ndjson or .parquet'),
  mapping: mapping.optional().describe('JSON: what each column is called here; null leaves it out.'),
  dryRun: z.stringbool().default(false).describe('Looks at the file and keeps nothing.'),
});

/** Cells of a column that are shown with the guess. */
const SHOWN = 3;

const tags = ['imports'];
const schema = { tags };
const reads = { right: 'job.read' } as const;

export function importRoutes(plain: FastifyInstance, { app, cursors }: Desk): void {
  const server = typed(plain);
  const folder = importsFolder(app);

  server.get(
    '/api/imports',
    {
      config: reads,
      schema: {
        ...schema,
        summary: 'Files that were read in',
        querystring: page,
        response: answers(list(importShape)),
      },
    },
    async (request) => {
      const [before] = cursors.read(['imports'], request.query.cursor) ?? [];
      const found = await listImports(app.db, {
        before: before === undefined ? null : Number(before),
        limit: request.query.limit + 1,
      });
      return pageOf(found, request.query.limit, show, (last) => cursors.write(['imports'], [last.importId]));
    },
  );

  server.get(
    '/api/imports/:id',
    {
      config: reads,
      schema: { ...schema, summary: 'How far a file is', params: byId, response: answers(importShape) },
    },
    async ({ params }) => show((await findImport(app.db, params.id)) ?? missing('such import')),
  );

  server.get(
    '/api/imports/:id/rejects',
    { config: reads, schema: { ...schema, summary: 'Rows of a file that could not be used, as CSV', params: byId } },
    async ({ params }, reply) => {
      const path = rejectsPath(folder, params.id);
      if ((await findImport(app.db, params.id)) === null || !existsSync(path)) missing('such file on this machine');
      return reply.type('text/csv; charset=utf-8').send(createReadStream(path));
    },
  );

  // In a room of its own: only here a body is not read but passed on.
  plain.register(async (inner) => {
    inner.removeAllContentTypeParsers();
    inner.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    typed(inner).post(
      '/api/imports/columns',
      {
        config: { right: 'contact.write' },
        schema: {
          ...schema,
          summary: 'What the columns of a file may mean: the body is the file or its beginning; nothing is kept',
          querystring: query.pick({ name: true }).extend({ kind: kind.optional() }),
          response: answers(guessShape),
        },
      },
      async (request) => {
        const { name } = request.query;
        const file = await keepFile(folder, request.body, extname(name).toLowerCase());
        try {
          const columns = await sampleFile(file.path, basename(name));
          const of = request.query.kind ?? guessKind(columns);
          const guesses = guessColumns(of, columns).map((guess) => ({ ...guess, cells: guess.cells.slice(0, SHOWN) }));
          return { kind: of, columns: guesses };
        } finally {
          await rm(file.path, { force: true });
        }
      },
    );

    typed(inner).post(
      '/api/imports',
      {
        config: { right: 'contact.write' },
        schema: {
          ...schema,
          summary: 'Read a file in: the body is the file, CSV, NDJSON or Parquet',
          querystring: query,
          response: answers(z.union([importShape, tried])),
        },
      },
      async (request) => {
        const { name, dryRun } = request.query;
        const file = await keepFile(folder, request.body, extname(name).toLowerCase());
        const what = { kind: request.query.kind, mapping: request.query.mapping ?? {}, now: app.clock() };
        try {
          if (dryRun) return showTried(await tryFile(file.path, basename(name), what));
        } finally {
          if (dryRun) await rm(file.path, { force: true });
        }
        const by = nameOf(callerOf(request));
        const one = await beginImport(app.db, { ...what, ...file, name: basename(name), by });
        await askForImport(app, one);
        return show(one);
      },
    );
  });
}

/** Writes a body to the disk as it comes. @throws ScorelineError `file_unwritable` */
async function keepFile(folder: string, body: unknown, ending: string): Promise<{ path: string; hash: string }> {
  if (!isStream(body)) throw new ScorelineError('request_invalid', 'the body is the file, and there is none');
  const hash = createHash('sha256');
  const path = join(folder, `${randomUUID()}${COMING}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await pipeline(
      body,
      async function* (pieces: AsyncIterable<Buffer>) {
        for await (const piece of pieces) {
          hash.update(piece);
          yield piece;
        }
      },
      createWriteStream(path, { mode: 0o600 }),
    );
    const digest = hash.digest('hex');
    const whole = join(folder, `${digest}-${randomUUID()}${ending}`);
    await rename(path, whole);
    return { path: whole, hash: digest };
  } catch (error) {
    await rm(path, { force: true });
    const cause = error instanceof Error ? error.message : String(error);
    throw new ScorelineError('file_unwritable', `the file could not be kept: ${cause}`);
  }
}

const isStream = (body: unknown): body is Readable => typeof body === 'object' && body !== null && 'pipe' in body;
