/** Who must not be handed on: the list, and whether one contact is on it. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf, nameOf } from '../access.ts';
import { ScorelineError } from '../core/errors.ts';
import {
  addSuppressions,
  listSuppressions,
  removeSuppression,
  type Suppression,
  suppressedAmong,
  suppressible,
} from '../store/suppression.ts';
import { answers, byId, type Desk, list, missing, nothing, page, pageOf, shortText, typed, written } from './shapes.ts';

/** Entries that are added together. */
const MOST = 10_000;

export const suppressionShape = z.object({
  value: z.string().describe('An e-mail address, or a domain that stands for itself and all below it.'),
  reason: z.string().nullable(),
  createdAt: z.string(),
  createdBy: z.string(),
});
const show = (entry: Suppression) => ({ ...entry, createdAt: written(entry.createdAt) });

const tags = ['suppression'];
const reading = { right: 'contact.read' } as const;
const changing = { right: 'contact.write' } as const;

export function suppressionRoutes(plain: FastifyInstance, { app, cursors }: Desk): void {
  const server = typed(plain);

  server.get(
    '/api/suppression',
    {
      config: reading,
      schema: {
        tags,
        summary: 'Addresses and domains that must not be handed on',
        querystring: page.extend({ find: z.string().trim().max(200).default('') }),
        response: answers(list(suppressionShape)),
      },
    },
    async ({ query: { limit, cursor, find } }) => {
      const [after = ''] = cursors.read(['suppression', find], cursor) ?? [];
      const entries = await listSuppressions(app.db, { find, after: String(after), limit: limit + 1 });
      return pageOf(entries, limit, show, (last) => cursors.write(['suppression', find], [last.value]));
    },
  );

  server.post(
    '/api/suppression',
    {
      config: changing,
      schema: {
        tags,
        summary: 'Add addresses and domains',
        body: z.object({ values: z.array(z.string().max(300)).min(1).max(MOST), reason: shortText.optional() }),
        response: answers(z.object({ added: z.number().int() })),
      },
    },
    async (request) => {
      const { values, reason = null } = request.body;
      const read = values.map(suppressible);
      const wrong = values.find((_, i) => read[i] === null);
      if (wrong !== undefined)
        throw new ScorelineError('request_invalid', `\`${wrong}\` is neither an e-mail address nor a domain`);
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      const known = read.filter((value) => value !== null);
      return { added: await addSuppressions(app.db, { values: known, reason }, by) };
    },
  );

  server.delete(
    '/api/suppression/:value',
    {
      config: changing,
      schema: {
        tags,
        summary: 'Take an entry off the list',
        params: z.object({ value: z.string() }),
        response: nothing,
      },
    },
    async (request, reply) => {
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      if (!(await removeSuppression(app.db, request.params.value, by))) missing('such entry');
      return reply.status(204).send(null);
    },
  );

  server.get(
    '/api/contacts/:id/suppression',
    {
      config: reading,
      schema: {
        tags,
        summary: 'Whether a contact is on the list, and by which entry',
        params: byId,
        response: answers(z.object({ by: z.string().nullable() })),
      },
    },
    async ({ params }) => ({ by: (await suppressedAmong(app.db, [params.id])).get(params.id) ?? null }),
  );
}
