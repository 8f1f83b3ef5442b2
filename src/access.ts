/**
 * Who calls, and what they may do. Rights are one table: a role or the scope of a key, and what it allows. It decides
 * that a route names the right it needs or the server does not start; it refuses to know what a route does.
 */

import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { App } from './app.ts';
import { ScorelineError } from './core/errors.ts';
import { findKey, type Scope } from './store/keys.ts';
import type { Role } from './store/people.ts';
import { failed, publicUrl, type Users } from './users.ts';

const reading = ['contact.read', 'company.read', 'handoff.read', 'model.read', 'segment.read'] as const;
const running = ['source.read', 'job.read', 'webhook.read'] as const;
const changing = ['contact.write', 'company.write', 'event.void', 'segment.write'] as const;
const deciding = ['model.write', 'model.publish', 'goal.write', 'handoff.manage'] as const;
const telling = ['model.comment', 'agreement.comment'] as const;
const selling = ['handoff.answer'] as const;
const guarding = [
  'contact.erase',
  'source.manage',
  'webhook.manage',
  'key.manage',
  'user.manage',
  'audit.read',
] as const;

type Many =
  | typeof reading
  | typeof running
  | typeof changing
  | typeof deciding
  | typeof telling
  | typeof selling
  | typeof guarding;
export type Right = 'ingest' | 'agreement.write' | 'agreement.sign' | Many[number];

/** Everything but to sign: that is for the two sides themselves. */
const administering: readonly Right[] = [
  'ingest',
  ...reading,
  ...running,
  ...changing,
  ...deciding,
  ...telling,
  ...selling,
  'agreement.write',
  ...guarding,
];

/** What people may do by their role, and keys by their scope. No key makes keys, people or rights. */
export const rights: { readonly [R in Role | Scope]: readonly Right[] } = {
  administrator: administering,
  marketing: [...reading, ...running, ...changing, ...deciding, ...telling, 'agreement.write', 'agreement.sign'],
  sales: [
    ...reading,
    ...telling,
    ...selling,
    'agreement.write',
    'agreement.sign',
    'contact.write',
    'company.write',
    'segment.write',
  ],
  leadership: [...reading, ...telling, 'goal.write', 'audit.read'],
  viewer: reading,
  ingest: ['ingest'],
  read: [...reading, ...running],
  write: [
    'ingest',
    ...reading,
    ...running,
    ...changing,
    ...deciding,
    ...selling,
    'agreement.write',
    'agreement.comment',
    'contact.erase',
    'source.manage',
    'webhook.manage',
  ],
};

export type Caller =
  | { readonly kind: 'key'; readonly keyId: number; readonly scope: Scope; readonly sourceId: number | null }
  | { readonly kind: 'person'; readonly id: string; readonly email: string; readonly role: Role };

/** How the audit log calls them. */
export const nameOf = (caller: Caller): string => (caller.kind === 'key' ? `key:${caller.keyId}` : caller.email);

const mayDo = (caller: Caller, right: Right): boolean =>
  rights[caller.kind === 'key' ? caller.scope : caller.role].includes(right);

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a caller needs; `open` where the route asks nobody, or asks in its own way. */
    right?: Right | 'open';
  }
  interface FastifyInstance {
    /** All routes, once the server is ready. */
    guardedRoutes(): GuardedRoute[];
  }
  interface FastifyRequest {
    /** Null on open routes only. */
    caller: Caller | null;
  }
}

/** The caller of a route that is not open. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error(`${request.routeOptions.url} asks for a caller and is open`);
  return request.caller;
}

interface GuardedRoute {
  readonly method: string;
  readonly url: string;
  readonly right: Right | 'open';
}

/** Asks each request who calls and whether they may. To be called before any route is registered. */
export function guard(server: FastifyInstance, app: App, users: Users): void {
  const routes: { method: string; url: string; config: { right?: Right | 'open' } }[] = [];
  server.decorateRequest('caller', null);
  server.decorate('guardedRoutes', () =>
    routes.flatMap(({ method, url, config }) =>
      config.right === undefined ? [] : { method, url, right: config.right },
    ),
  );
  server.addHook('onRoute', (route) => {
    route.config ??= {};
    for (const method of [route.method].flat()) routes.push({ method, url: route.url, config: route.config });
  });
  server.addHook('onReady', async () => {
    const bare = routes.filter(({ config }) => config.right === undefined);
    if (bare.length > 0)
      throw new Error(`these routes name no right: ${bare.map(({ method, url }) => `${method} ${url}`).join(', ')}`);
  });
  server.addHook('onRequest', async (request, reply) => {
    const { right } = request.routeOptions.config;
    // An address that is nothing is told so to anybody.
    if (request.is404 || right === 'open') return;
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      request.caller = await callerByKey(app, authorization);
    } else if (request.headers.cookie !== undefined) {
      const found = await callerBySession(app, users, request);
      request.caller = found.caller;
      if (found.cookies.length > 0) reply.header('set-cookie', found.cookies);
    }
    if (request.caller === null)
      throw new ScorelineError(
        'unauthenticated',
        authorization === undefined ? 'nobody is signed in' : 'the key is none, or has expired, or was revoked',
      );
    if (request.caller.kind === 'person') fromOwnPage(request, app);
    if (right === undefined || !mayDo(request.caller, right))
      throw new ScorelineError('forbidden', `${nameOf(request.caller)} does not have the right ${right}`);
  });
}

async function callerByKey(app: App, authorization: string): Promise<Caller | null> {
  const key = /^Bearer +(\S{1,200})$/i.exec(authorization)?.[1];
  const found = key === undefined ? null : await findKey(app.db, key, app.clock());
  return found && { kind: 'key', ...found };
}

async function callerBySession(
  app: App,
  { auth }: Users,
  request: FastifyRequest,
): Promise<{ caller: Caller | null; cookies: string[] }> {
  const headers = new Headers({ cookie: request.headers.cookie ?? '' });
  const { response, headers: answered } = await auth.api
    .getSession({ headers, returnHeaders: true })
    .catch((error: unknown) => failed(app, error));
  if (response === null) return { caller: null, cookies: [] };
  const { id, email, role } = response.user;
  // The table holds no other words for a role.
  return { caller: { kind: 'person', id, email, role: role as Role }, cookies: answered.getSetCookie() };
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A browser sends the cookie with whatever page made it call; only our own pages may change anything.
 * @throws ScorelineError `forbidden`
 */
export function fromOwnPage(request: FastifyRequest, app: App): void {
  if (SAFE.has(request.method)) return;
  const { origin, host } = request.headers;
  const own = [new URL(publicUrl(app.config)).host, host];
  const sent = origin === undefined ? null : URL.parse(origin);
  if (sent === null || !own.includes(sent.host))
    throw new ScorelineError(
      'forbidden',
      'a change by a signed-in person is taken from the pages of this service only',
    );
}
