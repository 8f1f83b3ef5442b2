/** Who changed what. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { listAudit } from '../store/audit.ts';
import { answers, type Desk, list, page, pageOf, shortText, typed, written } from './shapes.ts';

const entryShape = z.object({
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
        querystring: page.extend({ subject: shortText.optional().describe('Those about this alone.') }),
        response: answers(list(entryShape)),
      },
    },
    async ({ query: { limit, cursor, subject = null } }) => {
      const [before] = cursors.read(['audit', subject], cursor) ?? [];
      const entries = await listAudit(app.db, {
        before: before === undefined ? null : Number(before),
        limit: limit + 1,
        subject,
      });
      return pageOf(
        entries,
        limit,
        ({ id, at, details, ...entry }) => ({ ...entry, id: String(id), at: written(at), details: { ...details } }),
        (last) => cursors.write(['audit', subject], [last.id]),
      );
    },
  );
}
