/** What sends messages, and the messages that could not be used. Settings hold secrets and are never shown. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf, nameOf } from '../access.ts';
import { hooks } from '../connectors/hooks.ts';
import { ScorelineError } from '../core/errors.ts';
import { cleanFacts } from '../core/ingest.ts';
import { recordDeed } from '../store/audit.ts';
import { createSource, disableSource, listArrivals, listRefusals, listSources, type Source } from '../store/sources.ts';
import {
  answers,
  anything,
  byId,
  type Desk,
  id,
  list,
  missing,
  nothing,
  page,
  pageOf,
  shortText,
  typed,
  written,
  writtenOrNull,
} from './shapes.ts';

const tags = ['sources'];
export const sourceShape = z.object({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  createdAt: z.string(),
  disabledAt: z.string().nullable(),
});
const show = ({ sourceId, kind, name, createdAt, disabledAt }: Source) => ({
  id: String(sourceId),
  kind,
  name,
  createdAt: written(createdAt),
  disabledAt: writtenOrNull(disabledAt),
});

export const refusalShape = z.object({
  id: z.string(),
  at: z.string(),
  sourceId: z.string().nullable(),
  reason: z.string(),
  message: z.string().describe('What came, cut where it is long.'),
});

export const arrivalShape = z.object({
  contactId: z.string(),
  id: z.string(),
  name: z.string(),
  at: z.string(),
  receivedAt: z.string(),
  sourceId: z.string().nullable(),
  machine: z.string().nullable(),
});

const hookKinds = Object.keys(hooks) as (keyof typeof hooks)[];
/** `segment` and `tracker` send with a key; the others are addressed by the number of the source. */
const kind = z.enum(['segment', 'tracker', ...hookKinds]);

export function sourceRoutes(plain: FastifyInstance, { app, cursors }: Desk): void {
  const server = typed(plain);

  server.get(
    '/api/sources',
    {
      config: { right: 'source.read' },
      schema: { tags, summary: 'All sources', querystring: page, response: answers(list(sourceShape)) },
    },
    async ({ query: { limit, cursor } }) => {
      const [after = 0] = cursors.read(['sources'], cursor) ?? [];
      const sources = (await listSources(app.db)).filter(({ sourceId }) => sourceId > Number(after));
      return pageOf(sources, limit, show, (last) => cursors.write(['sources'], [last.sourceId]));
    },
  );

  server.post(
    '/api/sources',
    {
      config: { right: 'source.manage' },
      schema: {
        tags,
        summary: 'Make a source',
        body: z.object({
          kind,
          name: shortText,
          settings: z
            .record(z.string().max(200), anything)
            .default({})
            .describe('What its kind needs: keys, a mapping.'),
        }),
        response: answers(sourceShape),
      },
    },
    async (request) => {
      const { kind: of, name } = request.body;
      const settings = cleanFacts(request.body.settings);
      if (of !== 'segment' && of !== 'tracker') {
        const read = hooks[of].settings.safeParse(settings);
        if (!read.success) {
          const lines = read.error.issues.map(({ path, message }) => `settings.${path.join('.')}: ${message}`);
          throw new ScorelineError('request_invalid', `the body is not as it should be: ${lines.join('; ')}`);
        }
      }
      const now = app.clock();
      const who = nameOf(callerOf(request));
      return app.db.transaction(async (tx) => {
        const sourceId = await createSource(tx, { kind: of, name, settings, now });
        const subject = `source:${sourceId}`;
        await recordDeed(tx, { at: now, who, action: 'source.create', subject, details: { kind: of, name } });
        return show({ sourceId, kind: of, name, settings, createdAt: now, disabledAt: null });
      });
    },
  );

  server.delete(
    '/api/sources/:id',
    {
      config: { right: 'source.manage' },
      schema: {
        tags,
        summary: 'Take nothing from a source any more; what it sent stays',
        params: byId,
        response: nothing,
      },
    },
    async (request, reply) => {
      const now = app.clock();
      const { id: sourceId } = request.params;
      await app.db.transaction(async (tx) => {
        if (!(await disableSource(tx, sourceId, now))) missing(`source ${sourceId}`);
        const who = nameOf(callerOf(request));
        await recordDeed(tx, { at: now, who, action: 'source.disable', subject: `source:${sourceId}` });
      });
      return reply.status(204).send(null);
    },
  );

  server.get(
    '/api/arrivals',
    {
      config: { right: 'source.read' },
      schema: {
        tags,
        summary: 'Events that arrived in the last quarter of an hour, the latest first',
        querystring: z.object({ limit: page.shape.limit, sourceId: id.optional() }),
        response: answers(list(arrivalShape)),
      },
    },
    async ({ query: { limit, sourceId = null } }) => {
      const arrivals = await listArrivals(app.db, { sourceId, limit, now: app.clock() });
      const items = arrivals.map(({ contactId, eventId, at, receivedAt, sourceId: from, ...rest }) => ({
        ...rest,
        contactId: String(contactId),
        id: eventId,
        at: written(at),
        receivedAt: written(receivedAt),
        sourceId: from === null ? null : String(from),
      }));
      return { items, next: null };
    },
  );

  server.get(
    '/api/refusals',
    {
      config: { right: 'source.read' },
      schema: {
        tags,
        summary: 'Messages that could not be used, the latest first',
        querystring: page.extend({ sourceId: id.optional() }),
        response: answers(list(refusalShape)),
      },
    },
    async ({ query: { limit, cursor, sourceId = null } }) => {
      const of = ['refusals', sourceId];
      const [before = null] = cursors.read(of, cursor) ?? [];
      const refusals = await listRefusals(app.db, {
        sourceId,
        before: before === null ? null : Number(before),
        limit: limit + 1,
      });
      return pageOf(
        refusals,
        limit,
        ({ refusalId, at, sourceId: from, reason, message }) => ({
          id: String(refusalId),
          at: written(at),
          sourceId: from === null ? null : String(from),
          reason,
          message,
        }),
        (last) => cursors.write(of, [last.refusalId]),
      );
    },
  );
}
