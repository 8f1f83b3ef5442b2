/** The languages that people are written to in: their own, and the workspace's. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf, nameOf } from '../access.ts';
import { ScorelineError } from '../core/errors.ts';
import { languages } from '../core/phrases/languages.ts';
import { chooseLanguage, setWorkspaceLanguage, workspaceLanguage } from '../store/languages.ts';
import { answers, type Desk, nothing, typed } from './shapes.ts';

const tags = ['people'];
const chosen = z.object({ language: z.enum(languages) });

export function languageRoutes(plain: FastifyInstance, { app }: Desk): void {
  const server = typed(plain);

  server.put(
    '/api/me/language',
    {
      config: { right: 'contact.read' },
      schema: { tags, summary: 'What the caller is written to in', body: chosen, response: nothing },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      if (caller.kind === 'key') throw new ScorelineError('forbidden', 'only people are written to');
      await chooseLanguage(app.db, caller.id, request.body.language);
      return reply.status(204).send(null);
    },
  );

  server.get(
    '/api/language',
    {
      config: { right: 'contact.read' },
      schema: { tags, summary: 'What people are written to in who never chose a language', response: answers(chosen) },
    },
    async () => ({ language: await workspaceLanguage(app.db) }),
  );

  server.put(
    '/api/language',
    {
      config: { right: 'user.manage' },
      schema: { tags, summary: 'Change that', body: chosen, response: nothing },
    },
    async (request, reply) => {
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      await setWorkspaceLanguage(app.db, request.body.language, by);
      return reply.status(204).send(null);
    },
  );
}
