/** Callers for tests of the HTTP API: keys of each scope and people of each role. It decides nothing about rights. */

import { hashPassword } from 'better-auth/crypto';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { createKey, type Scope } from '../src/store/keys.ts';
import { addPerson, type Role } from '../src/store/people.ts';
import type { TestApp } from './service.ts';

const HOST = 'scores.example.org';
export const ORIGIN = `http://${HOST}`;
export const PASSWORD = 'correct horse battery';

export type Call = (options: InjectOptions) => Promise<LightMyRequestResponse>;

/** Calls with a new key. */
export async function byKey(server: FastifyInstance, { app }: TestApp, scope: Scope): Promise<Call> {
  const { key } = await createKey(app.db, { name: `a ${scope} key`, scope, by: 'a test', now: app.clock() });
  return (options) => server.inject({ ...options, headers: { authorization: `Bearer ${key}`, ...options.headers } });
}

/**
 * Adds somebody who has that role, and calls as that person, from the pages of the service.
 * @param of the server; a function where it is another one later, on the same database
 */
export async function asPerson(
  of: FastifyInstance | (() => FastifyInstance),
  { app }: TestApp,
  role: Role,
): Promise<Call> {
  const server = typeof of === 'function' ? of : () => of;
  const email = `${role}@example.org`;
  const passwordHash = await hashPassword(PASSWORD);
  await addPerson(app.db, { email, name: role, role, passwordHash }, { by: 'a test', now: app.clock() });
  const cookie = cookieOf(await signIn(server(), email, PASSWORD));
  return (options) =>
    server().inject({ ...options, headers: { cookie, host: HOST, origin: ORIGIN, ...options.headers } });
}

export const signIn = (
  server: FastifyInstance,
  email: string,
  password: string,
  headers: InjectOptions['headers'] = {},
) =>
  server.inject({
    method: 'POST',
    url: '/api/auth/sign-in/email',
    headers: { host: HOST, origin: ORIGIN, ...headers },
    payload: { email, password },
  });

/** The cookies that an answer sets, as a browser sends them back. */
export const cookieOf = (response: LightMyRequestResponse): string =>
  response.cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; ');
