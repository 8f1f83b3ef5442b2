/** Who changed what. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { listAudit } from '../store/audit.ts';
import { answers, type Desk, instant, list, page, pageOf, shortText, typed, written } from './shapes.ts';

export const entryShape = z.object({
  id: z.string(),
  at: z.string(),
  who: z.string(),
  action: z.string(),
  subject: z.string(),
  details: z.record(z.string(), z.unknown()),
});

export function auditRoutes(plain: FastifyInstance, { app, cursors }: Desk): void {
  typed(plain).get(
    '/api/audit',
    {
      config: { right: 'audit.read' },
      schema: {
        tags: ['audit'],
        summary: 'Every change of a model, an agreement, a key or a right, the latest first',
        querystring: page.extend({
          subject: shortText.optional().describe('Those about this alone.'),
          who: shortText.optional().describe('A part of who did it.'),
          action: shortText.optional().describe('The action or its beginning, such as `key.`.'),
          from: instant.optional(),
          to: instant.optional().describe('Those before it.'),
        }),
        response: answers(list(entryShape)),
      },
    },
    async ({ query: { limit, cursor, subject = null, who = null, action = null, from = null, to = null } }) => {
      const of = ['audit', subject, who, action, from, to];
      const [before] = cursors.read(of, cursor) ?? [];
      const entries = await listAudit(app.db, {
        before: before === undefined ? null : Number(before),
        limit: limit + 1,
        subject,
        who,
        action,
        from,
        to,
      });
      return pageOf(
        entries,
        limit,
        ({ id, at, details, ...entry }) => ({ ...entry, id: String(id), at: written(at), details: { ...details } }),
        (last) => cursors.write(of, [last.id]),
      );
    },
  );
}
