/**
 * Where vendors post what happened. It decides which source a request is for and that the exact bytes reach its
 * connector; whether they are believed, and what they mean, is decided there.
 */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type HookKind, hooks } from '../connectors/hooks.ts';
import { findSource } from '../store/sources.ts';
import { answers, type Desk, missing, typed } from './shapes.ts';

/** SendGrid gathers events into requests of this size and some more. */
const BODY_LIMIT = 5_000_000;

const kinds = Object.keys(hooks) as HookKind[];
const Params = z.object({ kind: z.enum(kinds), sourceId: z.coerce.number().int().min(1).max(2_147_483_647) });

/** Everything under /hooks. A signature covers bytes, so bodies are not parsed here. */
export function hookRoutes(server: FastifyInstance, { app }: Desk): void {
  server.register(async (plain) => {
    const scope = typed(plain);
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.post(
      '/hooks/:kind/:sourceId',
      {
        config: { right: 'open' },
        bodyLimit: BODY_LIMIT,
        schema: {
          tags: ['ingest'],
          summary: 'Take what a vendor reports, if it proves to come from there',
          params: Params,
          response: answers(z.object({ accepted: z.number().int(), refused: z.number().int() })),
        },
      },
      async ({ params: { kind, sourceId }, headers, body }) => {
        const receivedAt = app.clock();
        const source = await findSource(app.db, sourceId);
        if (source === null || source.kind !== kind || source.disabledAt !== null)
          missing(`source ${sourceId} of the kind ${kind}`);
        const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
        const { messages, refusals } = hooks[kind].hear(source.settings, { headers, body: bytes, now: receivedAt });
        if (messages.length + refusals.length > 0)
          await app.ingest.accept({ sourceId, receivedAt, messages, refusals });
        return { accepted: messages.length, refused: refusals.length };
      },
    );
  });
}
