/** Keys by which programs call. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf, nameOf } from '../access.ts';
import { ScorelineError } from '../core/errors.ts';
import { createKey, type ListedKey, listKeys, revokeKey } from '../store/keys.ts';
import {
  answers,
  byId,
  type Desk,
  instant,
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

const scope = z.enum(['ingest', 'read', 'write']);
export const keyShape = z.object({
  id: z.string(),
  name: z.string(),
  hint: z.string().describe('The last characters of the key.'),
  scope,
  sourceId: z.string().nullable(),
  createdAt: z.string(),
  createdBy: z.string(),
  expiresAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  lastUsedAt: z.string().nullable().describe('Right to the minute.'),
});

const show = (key: ListedKey) => ({
  id: String(key.keyId),
  name: key.name,
  hint: key.hint,
  scope: key.scope,
  sourceId: key.sourceId === null ? null : String(key.sourceId),
  createdAt: written(key.createdAt),
  createdBy: key.createdBy,
  expiresAt: writtenOrNull(key.expiresAt),
  revokedAt: writtenOrNull(key.revokedAt),
  lastUsedAt: writtenOrNull(key.lastUsedAt),
});

const tags = ['keys'];
const config = { right: 'key.manage' } as const;

export function keyRoutes(plain: FastifyInstance, { app, cursors }: Desk): void {
  const server = typed(plain);

  server.get(
    '/api/keys',
    { config, schema: { tags, summary: 'All keys', querystring: page, response: answers(list(keyShape)) } },
    async ({ query }) => {
      const [before] = cursors.read(['keys'], query.cursor) ?? [];
      const keys = await listKeys(app.db, {
        before: before === undefined ? null : Number(before),
        limit: query.limit + 1,
      });
      return pageOf(keys, query.limit, show, (last) => cursors.write(['keys'], [last.keyId]));
    },
  );

  server.post(
    '/api/keys',
    {
      config,
      schema: {
        tags,
        summary: 'Make a key, which is told once',
        body: z.object({ name: shortText, scope, sourceId: byId.shape.id.optional(), expiresAt: instant.optional() }),
        response: answers(z.object({ id: z.string(), key: z.string() })),
      },
    },
    async (request) => {
      const { name, scope: given, sourceId, expiresAt } = request.body;
      const now = app.clock();
      if (expiresAt !== undefined && expiresAt <= now)
        throw new ScorelineError('request_invalid', 'the body is not as it should be: expiresAt: lies behind us');
      const { keyId, key } = await createKey(app.db, {
        name,
        scope: given,
        by: nameOf(callerOf(request)),
        now,
        ...(sourceId === undefined ? {} : { sourceId }),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      });
      return { id: String(keyId), key };
    },
  );

  server.delete(
    '/api/keys/:id',
    { config, schema: { tags, summary: 'Revoke a key', params: byId, response: nothing } },
    async (request, reply) => {
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      if (!(await revokeKey(app.db, request.params.id, by))) missing('such key');
      return reply.status(204).send(null);
    },
  );
}
