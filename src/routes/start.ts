/** The first steps of a workspace: how far it is, and made-up data to look around in. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf, nameOf } from '../access.ts';
import { ScorelineError } from '../core/errors.ts';
import { askForDemo } from '../demo-job.ts';
import { recordDeed } from '../store/audit.ts';
import { dismissStart, readStarted, removeDemo } from '../store/start.ts';
import { answers, type Desk, nothing, typed } from './shapes.ts';

export const startShape = z.object({
  empty: z.boolean().describe('Nobody is known yet.'),
  demo: z.enum(['none', 'coming', 'there']).describe('Whether there is made-up data.'),
  playing: z
    .number()
    .nullable()
    .describe('While hand-offs of the made-up past are played: how much of it is over, from 0 to 1. Else null.'),
  dismissed: z.boolean(),
  source: z.boolean(),
  event: z.boolean(),
  model: z.boolean(),
  qualified: z.boolean(),
  colleague: z.boolean(),
});

const tags = ['start'];
const managing = { right: 'source.manage' } as const;

export function startRoutes(plain: FastifyInstance, { app }: Desk): void {
  const server = typed(plain);

  server.get(
    '/api/start',
    {
      config: { right: 'contact.read' },
      schema: { tags, summary: 'Which first steps were done', response: answers(startShape) },
    },
    () => readStarted(app.db),
  );

  server.post(
    '/api/start/dismiss',
    { config: managing, schema: { tags, summary: 'Be reminded of them no more', response: nothing } },
    async (_request, reply) => {
      await dismissStart(app.db);
      return reply.status(204).send(null);
    },
  );

  server.post(
    '/api/start/demo',
    {
      config: managing,
      schema: {
        tags,
        summary: 'Bring made-up contacts, companies, a model, an agreement and its hand-offs in',
        response: answers(startShape),
      },
    },
    async (request) => {
      await recordDeed(app.db, {
        at: app.clock(),
        who: nameOf(callerOf(request)),
        action: 'demo.add',
        subject: 'demo',
      });
      await askForDemo(app);
      return readStarted(app.db);
    },
  );

  server.delete(
    '/api/start/demo',
    {
      config: managing,
      schema: {
        tags,
        summary: 'Take everything that is made up out again, and nothing else',
        response: answers(z.object({ contacts: z.number().int() })),
      },
    },
    async (request) => {
      const { demo } = await readStarted(app.db);
      if (demo === 'coming') throw new ScorelineError('conflict', 'the made-up data is still being brought in');
      return { contacts: await removeDemo(app.db, { by: nameOf(callerOf(request)), now: app.clock() }) };
    },
  );
}
