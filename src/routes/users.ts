/** Signing in and out, and the people who may. Thin: the library signs in, `store/people.ts` keeps people. */

import { hashPassword } from 'better-auth/crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerOf, fromOwnPage, nameOf, rights } from '../access.ts';
import { ScorelineError } from '../core/errors.ts';
import { languages } from '../core/phrases/languages.ts';
import { languageOf } from '../store/languages.ts';
import { addPerson, changeRole, listPeople, type Person, removePerson, resetPassword, roles } from '../store/people.ts';
import { afterPassword, beforePassword, failed, madePassword } from '../users.ts';
import { answers, type Desk, list, missing, nothing, page, pageOf, shortText, typed, written } from './shapes.ts';

const email = z.email().max(200);
const password = z.string().min(12).max(200);
/** Where to go afterwards: a page of this service, never another host. */
const ownPath = z
  .string()
  .max(500)
  .regex(/^\/(?![/\\])[^\\\s]*$/, 'takes a path of this service');
export const personShape = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.enum(roles),
  createdAt: z.string(),
});
const show = ({ createdAt, ...person }: Person) => ({ ...person, createdAt: written(createdAt) });
const byPersonId = z.object({ id: z.string().max(60) });
const role = z.enum(roles);
const person = { right: 'user.manage' } as const;
const open = { right: 'open' } as const;

export function userRoutes(plain: FastifyInstance, { app, users, cursors }: Desk): void {
  const server = typed(plain);

  /** Hands a request to the library and its answer back. */
  async function byLibrary(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const headers = new Headers();
    for (const name of ['cookie', 'origin', 'user-agent', 'content-type'] as const) {
      const value = request.headers[name];
      if (value !== undefined) headers.set(name, value);
    }
    const url = new URL(request.url, users.auth.options.baseURL);
    const body = request.method === 'POST' ? JSON.stringify(request.body ?? {}) : null;
    const response = await users.auth.handler(new Request(url, { method: request.method, headers, body }));
    if (response.status >= 500) await failed(app, new Error(`the sign-in failed with ${response.status}`));
    const cookies = response.headers.getSetCookie();
    if (cookies.length > 0) reply.header('set-cookie', cookies);
    const location = response.headers.get('location');
    if (location !== null) reply.header('location', location);
    if (response.status === 401) throw new ScorelineError('unauthenticated', 'the address or the password is wrong');
    if (response.status === 403) throw new ScorelineError('forbidden', 'this may not be asked from there');
    if (response.status >= 400)
      throw new ScorelineError('request_invalid', 'the sign-in cannot be done with what was sent');
    return reply
      .status(response.status)
      .type('application/json')
      .send(await response.text());
  }

  server.post(
    '/api/auth/sign-in/email',
    {
      config: open,
      schema: {
        tags: ['people'],
        summary: 'Sign in; sets a session cookie',
        body: z.object({ email, password: z.string().min(1).max(200), rememberMe: z.boolean().optional() }),
      },
    },
    async (request, reply) => {
      if (request.headers.origin !== undefined) fromOwnPage(request, app);
      const wait = await beforePassword(app, request.body.email, request.ip);
      if (wait > 0) {
        reply.header('retry-after', String(Math.ceil(wait / 1000)));
        throw new ScorelineError('too_busy', 'too many passwords were tried');
      }
      const answered = await byLibrary(request, reply);
      await afterPassword(app, request.body.email);
      return answered;
    },
  );

  const handOn = (request: FastifyRequest, reply: FastifyReply) => {
    if (request.headers.origin !== undefined) fromOwnPage(request, app);
    return byLibrary(request, reply);
  };
  const tags = ['people'];
  server.post(
    '/api/auth/sign-in/social',
    {
      config: open,
      schema: {
        tags,
        summary: 'Sign in with OpenID Connect; answers where to go',
        body: z.object({ provider: z.literal('oidc'), callbackURL: ownPath.optional() }),
      },
    },
    handOn,
  );
  server.get('/api/auth/callback/oidc', { config: open, schema: { hide: true } }, handOn);
  server.post('/api/auth/sign-out', { config: open, schema: { tags, summary: 'End the session' } }, handOn);
  server.get('/api/auth/get-session', { config: open, schema: { tags, summary: 'Who is signed in' } }, handOn);
  server.post(
    '/api/auth/change-password',
    {
      // Any signed-in person; the library asks for the session and for the password until now.
      config: open,
      schema: {
        tags,
        summary: 'Change the own password',
        body: z.object({ currentPassword: z.string().min(1).max(200), newPassword: password }),
      },
    },
    async (request, reply) => {
      fromOwnPage(request, app);
      const headers = new Headers({ cookie: request.headers.cookie ?? '' });
      const session = await users.auth.api.getSession({ headers }).catch((error: unknown) => failed(app, error));
      if (session === null) throw new ScorelineError('unauthenticated', 'nobody is signed in');
      const wait = await beforePassword(app, session.user.email, request.ip);
      if (wait > 0) throw new ScorelineError('too_busy', 'too many passwords were tried');
      request.body = Object.assign(request.body, { revokeOtherSessions: true });
      const answered = await byLibrary(request, reply);
      await afterPassword(app, session.user.email);
      return answered;
    },
  );

  server.get(
    '/api/me',
    {
      config: { right: 'contact.read' },
      schema: {
        tags,
        summary: 'Who calls, and what they may do',
        response: answers(
          z.object({
            name: z.string(),
            role: z.string(),
            rights: z.array(z.string()),
            language: z.enum(languages).nullable().describe('What they chose to be written to in; null for nothing.'),
          }),
        ),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const own = caller.kind === 'key' ? caller.scope : caller.role;
      const language = caller.kind === 'key' ? null : await languageOf(app.db, caller.id);
      return { name: nameOf(caller), role: own, rights: [...rights[own]], language };
    },
  );

  server.get(
    '/api/users',
    {
      config: person,
      schema: { tags, summary: 'Who may sign in', querystring: page, response: answers(list(personShape)) },
    },
    async ({ query }) => {
      const [after] = cursors.read(['users'], query.cursor) ?? [];
      const people = await listPeople(app.db, {
        after: after === undefined ? null : String(after),
        limit: query.limit + 1,
      });
      return pageOf(people, query.limit, show, (last) => cursors.write(['users'], [last.email]));
    },
  );

  server.post(
    '/api/users',
    {
      config: person,
      schema: {
        tags,
        summary: 'Add somebody; without a password one is made up and told once',
        body: z.object({
          email,
          name: shortText,
          role,
          password: password.optional(),
          signsInElsewhere: z.boolean().default(false).describe('No password at all: OpenID Connect only.'),
        }),
        response: answers(personShape.extend({ password: z.string().nullable() })),
      },
    },
    async (request) => {
      const { password: given, signsInElsewhere, ...rest } = request.body;
      const made = given ?? madePassword();
      const passwordHash = signsInElsewhere ? null : await hashPassword(made);
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      const added = await addPerson(app.db, { ...rest, passwordHash }, by);
      return { ...show(added), password: given !== undefined || signsInElsewhere ? null : made };
    },
  );

  server.patch(
    '/api/users/:id',
    {
      config: person,
      schema: {
        tags,
        summary: 'Give somebody another role',
        params: byPersonId,
        body: z.object({ role }),
        response: answers(personShape),
      },
    },
    async (request) => {
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      const changed = await changeRole(app.db, request.params.id, request.body.role, by);
      return show(changed ?? missing('such person'));
    },
  );

  server.post(
    '/api/users/:id/password',
    {
      config: person,
      schema: {
        tags,
        summary: 'A new password for somebody, told once; their sessions end',
        params: byPersonId,
        response: answers(z.object({ password: z.string() })),
      },
    },
    async (request) => {
      const made = madePassword();
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      const reset = await resetPassword(app.db, request.params.id, await hashPassword(made), by);
      if (reset === null) missing('such person');
      return { password: made };
    },
  );

  server.delete(
    '/api/users/:id',
    {
      config: person,
      schema: { tags, summary: 'Take somebody out; their sessions end', params: byPersonId, response: nothing },
    },
    async (request, reply) => {
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      if (!(await removePerson(app.db, request.params.id, by))) missing('such person');
      return reply.status(204).send(null);
    },
  );
}
