/** What is done to a person as a whole: merged with another, taken apart again, written out, erased. */

import { PassThrough } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf, nameOf } from '../access.ts';
import { companyDomainOf } from '../connectors/mail-domains.ts';
import { erasePerson } from '../erase.ts';
import { recordDeed } from '../store/audit.ts';
import { listMerges } from '../store/contacts.ts';
import { exportContact } from '../store/erase.ts';
import { mergeContacts } from '../store/merges.ts';
import { answers, byId, type Desk, id, list, nothing, page, pageOf, typed, written, writtenOrNull } from './shapes.ts';

const tags = ['contacts'];
export const mergeShape = z.object({
  id: z.string(),
  keptId: z.string(),
  goneId: z.string(),
  at: z.string(),
  cause: z.string(),
  undoneAt: z.string().nullable(),
});

export function personRoutes(plain: FastifyInstance, { app, cursors }: Desk): void {
  const server = typed(plain);

  server.post(
    '/api/contacts/:id/merge',
    {
      config: { right: 'contact.write' },
      schema: {
        tags,
        summary: 'Say that another contact is this one; it can be undone',
        params: byId,
        body: z.object({ goneId: id.describe('The contact that is no longer one of its own.') }),
        response: answers(z.object({ id: z.string() })),
      },
    },
    async (request) => {
      const pair = { kept: request.params.id, gone: request.body.goneId };
      const how = { companyDomainOf, now: app.clock(), cause: nameOf(callerOf(request)) };
      return { id: String(await mergeContacts(app.db, pair, how)) };
    },
  );

  server.get(
    '/api/contacts/:id/merges',
    {
      config: { right: 'contact.read' },
      schema: {
        tags,
        summary: 'The merges of a contact, undone ones too, the latest first',
        params: byId,
        querystring: page,
        response: answers(list(mergeShape)),
      },
    },
    async ({ params, query: { limit, cursor } }) => {
      const of = ['merges', params.id];
      const [before = null] = cursors.read(of, cursor) ?? [];
      const merges = await listMerges(app.db, params.id, {
        before: before === null ? null : Number(before),
        limit: limit + 1,
      });
      return pageOf(
        merges,
        limit,
        ({ mergeId, keptId, goneId, at, cause, undoneAt }) => ({
          id: String(mergeId),
          keptId: String(keptId),
          goneId: String(goneId),
          at: written(at),
          cause,
          undoneAt: writtenOrNull(undoneAt),
        }),
        (last) => cursors.write(of, [last.mergeId]),
      );
    },
  );

  server.delete(
    '/api/merges/:id',
    {
      config: { right: 'contact.write' },
      schema: { tags, summary: 'Undo a merge', params: byId, response: nothing },
    },
    async (request, reply) => {
      await app.handoffs.unmerge(request.params.id, nameOf(callerOf(request)));
      return reply.status(204).send(null);
    },
  );

  server.get(
    '/api/contacts/:id/export',
    {
      config: { right: 'contact.erase' },
      schema: { tags, summary: 'Everything about one person, by table', params: byId, produces: ['application/json'] },
    },
    async (request, reply) => {
      const text = new PassThrough();
      const contactId = request.params.id;
      let begun = (): void => {};
      const first = new Promise<void>((resolve) => {
        begun = resolve;
      });
      const done = exportContact(app.db, contactId, async (piece) => {
        begun();
        if (text.destroyed) throw new Error('nobody reads the export any more');
        if (!text.write(piece))
          await new Promise<void>((resolve) => text.once('drain', resolve).once('close', resolve));
      });
      // Before the first piece a refusal can still be told; after it, only the connection can be cut.
      await Promise.race([first, done]);
      done.then(
        () => text.end(),
        (error) => text.destroy(error),
      );
      const by = nameOf(callerOf(request));
      await recordDeed(app.db, { at: app.clock(), who: by, action: 'contact.export', subject: `contact:${contactId}` });
      return reply.type('application/json; charset=utf-8').send(text);
    },
  );

  server.delete(
    '/api/contacts/:id',
    {
      config: { right: 'contact.erase' },
      schema: {
        tags,
        summary: 'Erase a person from every table, and from the files of refused rows',
        params: byId,
        response: nothing,
      },
    },
    async (request, reply) => {
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      await erasePerson(app, request.params.id, by);
      return reply.status(204).send(null);
    },
  );
}
