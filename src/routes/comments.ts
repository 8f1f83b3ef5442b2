/** Comments on the rules of a model. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf, nameOf } from '../access.ts';
import { storable } from '../core/text.ts';
import { addComment, type Comment, listComments, renameRule, resolveComment } from '../store/comments.ts';
import {
  answers,
  byId,
  type Desk,
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

const tags = ['models'];
const LONGEST = 4_000;

const commentShape = z.object({
  id: z.string(),
  model: z.string(),
  rule: z.string(),
  text: z.string(),
  by: z.string(),
  at: z.string(),
  resolvedAt: z.string().nullable(),
  resolvedBy: z.string().nullable(),
});
const show = ({ id, at, resolvedAt, ...comment }: Comment) => ({
  ...comment,
  id: String(id),
  at: written(at),
  resolvedAt: writtenOrNull(resolvedAt),
});

export function commentRoutes(plain: FastifyInstance, { app, cursors }: Desk): void {
  const server = typed(plain);

  server.get(
    '/api/models/comments',
    {
      config: { right: 'model.read' },
      schema: {
        tags,
        summary: 'What people say about the rules of a model, the first first',
        querystring: page.extend({
          model: shortText,
          rule: shortText.optional(),
          resolved: z.enum(['yes', 'no']).default('no').describe('Whether those that are done are listed too.'),
        }),
        response: answers(list(commentShape)),
      },
    },
    async ({ query: { limit, cursor, model, rule = null, resolved } }) => {
      const of = ['comments', model, rule, resolved];
      const [after = 0] = cursors.read(of, cursor) ?? [];
      const asked = { rule, resolved: resolved === 'yes', after: Number(after), limit: limit + 1 };
      return pageOf(await listComments(app.db, model, asked), limit, show, (last) => cursors.write(of, [last.id]));
    },
  );

  server.post(
    '/api/models/comments',
    {
      config: { right: 'model.comment' },
      schema: {
        tags,
        summary: 'Say something about a rule',
        body: z.object({
          model: shortText,
          rule: shortText,
          text: z.string().trim().min(1).max(LONGEST).overwrite(storable),
        }),
        response: answers(commentShape),
      },
    },
    async (request) => {
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      return show(await addComment(app.db, request.body, by));
    },
  );

  server.post(
    '/api/models/comments/rename',
    {
      config: { right: 'model.write' },
      schema: {
        tags,
        summary: 'Say that a rule has another name: its comments go with it, under both names',
        body: z.object({ model: shortText, from: shortText, to: shortText }),
        response: nothing,
      },
    },
    async (request, reply) => {
      await renameRule(app.db, request.body, { by: nameOf(callerOf(request)), now: app.clock() });
      return reply.status(204).send(null);
    },
  );

  server.post(
    '/api/models/comments/:id/resolve',
    {
      config: { right: 'model.comment' },
      schema: {
        tags,
        summary: 'Mark a comment as done, or as open again',
        params: byId,
        body: z.object({ resolved: z.boolean().default(true) }),
        response: answers(commentShape),
      },
    },
    async (request) => {
      const { id } = request.params;
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      return show((await resolveComment(app.db, id, request.body.resolved, by)) ?? missing(`comment ${id}`));
    },
  );
}
