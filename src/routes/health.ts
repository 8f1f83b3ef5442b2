/**
 * The addresses that machines watch: whether the process lives, whether it can work, and its figures. It decides who may
 * see the figures; what is well is decided in src/health.ts.
 */

import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { App } from '../app.ts';
import { ScorelineError } from '../core/errors.ts';
import { readiness } from '../health.ts';
import { findKey } from '../store/keys.ts';

/** For the outermost server, so that the requests of all routes are measured. */
export function healthRoutes(server: FastifyInstance, app: App): void {
  let closing = false;
  server.addHook('preClose', async () => {
    closing = true;
  });
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    app.metrics.requests.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });

  const hidden = { schema: { hide: true }, config: { right: 'open' } } as const;
  server.get('/healthz', hidden, async () => ({ ok: true }));
  server.get('/readyz', hidden, async (_request, reply) => {
    const findings = await readiness(app.db);
    const ok = !closing && findings.every((finding) => finding.ok);
    if (!ok) reply.status(503).header('retry-after', '1');
    return { ok, findings };
  });
  server.get('/metrics', hidden, async (request, reply) => {
    await mayMeasure(app, request);
    return reply.type(app.metrics.registry.contentType).send(await app.metrics.registry.metrics());
  });
}

/** @throws ScorelineError `unauthenticated`, `forbidden` */
async function mayMeasure(app: App, request: FastifyRequest): Promise<void> {
  const key = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (key === undefined) {
    // Behind a proxy on this machine everybody comes from here.
    const forwarded = 'x-forwarded-for' in request.headers || 'forwarded' in request.headers;
    if (!forwarded && LOOPBACK.has(request.ip)) return;
    throw new ScorelineError('unauthenticated', 'figures are shown to this machine, and to whoever has a key to read');
  }
  const found = await findKey(app.db, key, app.clock());
  if (found === null) throw new ScorelineError('unauthenticated', 'this key is unknown, revoked or expired');
  if (found.scope === 'ingest') throw new ScorelineError('forbidden', 'this key sends messages and reads nothing');
}

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
