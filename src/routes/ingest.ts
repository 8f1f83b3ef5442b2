/**
 * Where the clients of the Segment API send: `/v1/track`, `/v1/batch` and the others. It decides whose key counts and
 * how a body is unpacked; what is in it is read by the connector, and kept by the app.
 */

import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import type { App } from '../app.ts';
import { heard, MOST_BYTES, type Route, readBody, routes } from '../connectors/segment.ts';
import { ScorelineError } from '../core/errors.ts';
import { type FoundKey, findKey } from '../store/keys.ts';
import { findSource } from '../store/sources.ts';

const inflate = promisify(gunzip);

/** What is under way of a request is larger than its messages; more is no request of this API. */
const MOST_SENT = MOST_BYTES + 50_000;

/** How long a key that was found is not looked up again, in milliseconds: a revoked one works no longer than this. */
const KEY_KEPT = 3_000;
const KEYS_KEPT = 1_000;

/** The write key is asked for here: it comes in ways that no other route knows. */
const open = { config: { right: 'open' }, schema: { hide: true } } as const;

/** The routes of the Segment API. */
export const ingestRoutes =
  (app: App): FastifyPluginAsync =>
  async (server) => {
    const sourceOf = keyRing(app);
    // Clients label JSON as text or as a form, so the label says nothing.
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    server.addHook('onRequest', async (_request, reply) => {
      reply.header('access-control-allow-origin', '*');
      // A page of another site may read the answer.
      reply.header('cross-origin-resource-policy', 'cross-origin');
    });
    for (const route of Object.keys(routes) as Route[]) {
      server.options(`/v1/${route}`, open, async (_request, reply) => preflight(reply));
      server.post(
        `/v1/${route}`,
        { ...open, bodyLimit: MOST_SENT, errorHandler: tooLargeIsInvalid },
        async (request) => {
          const receivedAt = app.clock();
          const inflated = await unpacked(request.body, request.headers['content-encoding']);
          const body = readBody(inflated);
          const sourceId = await sourceOf(basicUser(request.headers.authorization) ?? body.writeKey ?? null);
          const { messages, refusals } = heard(route, body, {
            receivedAt,
            userAgent: request.headers['user-agent'] ?? null,
          });
          await app.ingest.accept({ sourceId, receivedAt, messages, refusals, bytes: inflated.length });
          return { success: true };
        },
      );
    }
  };

function preflight(reply: FastifyReply): FastifyReply {
  return reply
    .status(204)
    .header('access-control-allow-methods', 'POST, OPTIONS')
    .header('access-control-allow-headers', 'authorization, content-type, x-retry-count')
    .header('access-control-max-age', '86400')
    .send();
}

/** The API answers 400 to what is too large. */
function tooLargeIsInvalid(error: Error): never {
  if ('statusCode' in error && error.statusCode === 413) {
    throw new ScorelineError('request_invalid', `the body has more than ${MOST_BYTES} bytes`);
  }
  throw error;
}

async function unpacked(body: unknown, encoding: string | undefined): Promise<Buffer> {
  if (!Buffer.isBuffer(body)) throw new ScorelineError('request_invalid', 'the body is missing');
  // Every gzip begins with these two bytes, and no JSON does.
  const isGzip = encoding === 'gzip' || (body[0] === 0x1f && body[1] === 0x8b);
  if (!isGzip) return body;
  try {
    return await inflate(body, { maxOutputLength: MOST_BYTES });
  } catch (error) {
    const isLarge = error instanceof RangeError;
    const sentence = isLarge ? `the body has more than ${MOST_BYTES} bytes inflated` : 'the body is no gzip';
    throw new ScorelineError('request_invalid', sentence);
  }
}

/** The write key of `Basic base64(key:)`, the colon being optional; null where there is none. */
function basicUser(header: string | undefined): string | null {
  const [, encoded] = /^basic\s+(\S+)$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return null;
  return Buffer.from(encoded, 'base64').toString('utf8').split(':')[0] || null;
}

/** Finds the source of a write key, and remembers it for moments. */
function keyRing({ db, clock }: App): (key: string | null) => Promise<number | null> {
  const ring = new Map<string, { readonly found: Promise<FoundKey>; readonly until: number }>();
  return async (key) => {
    if (key === null) throw new ScorelineError('unauthenticated', 'the write key is missing');
    const now = clock();
    const known = ring.get(key);
    if (known !== undefined && known.until > now) return (await known.found).sourceId;
    if (ring.size === KEYS_KEPT) ring.clear();
    const found = keyOf({ db, clock }, key);
    ring.set(key, { found, until: now + KEY_KEPT });
    // What was refused is asked again.
    found.catch(() => ring.delete(key));
    return (await found).sourceId;
  };
}

async function keyOf({ db, clock }: Pick<App, 'db' | 'clock'>, key: string): Promise<FoundKey> {
  const found = await findKey(db, key, clock());
  if (found === null) throw new ScorelineError('unauthenticated', 'the write key is unknown, revoked or expired');
  if (found.scope === 'read') throw new ScorelineError('forbidden', 'this key reads; it cannot send');
  const source = found.sourceId === null ? null : await findSource(db, found.sourceId);
  if (source !== null && source.disabledAt !== null) {
    throw new ScorelineError('unauthenticated', `the source "${source.name}" is disabled`);
  }
  return found;
}
