/**
 * Gives web pages the tracker, and machines a link to betray themselves by. It decides how long a browser keeps the
 * tracker; what that does is written in src/tracker/tracker.js.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { TRAP_PATH } from '../connectors/mail.ts';
import type { Desk } from './shapes.ts';

const SCRIPT = readFileSync(new URL('../tracker/tracker.js', import.meta.url));
const PACKED = gzipSync(SCRIPT, { level: 9 });
const ETAG = `"${createHash('sha256').update(SCRIPT).digest('base64url').slice(0, 22)}"`;

const open = { config: { right: 'open' }, schema: { hide: true } } as const;

export function trackerRoutes(server: FastifyInstance, _desk: Desk): void {
  server.get('/t.js', open, async (request, reply) => {
    reply.headers({
      'cache-control': 'public, max-age=3600',
      // Pages of other sites load it.
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
      etag: ETAG,
      vary: 'accept-encoding',
    });
    if (request.headers['if-none-match'] === ETAG) return reply.status(304).send();
    reply.type('text/javascript; charset=utf-8');
    const takesGzip = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(String(request.headers['accept-encoding'] ?? ''));
    return takesGzip ? reply.header('content-encoding', 'gzip').send(PACKED) : reply.send(SCRIPT);
  });

  // A link that people do not see leads here; mail providers report who followed it.
  server.get(TRAP_PATH, open, async (_request, reply) =>
    reply.header('x-robots-tag', 'noindex').type('text/plain; charset=utf-8').send('There is nothing to see here.\n'),
  );
}
