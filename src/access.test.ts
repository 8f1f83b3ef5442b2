import { fail } from 'node:assert';
import fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../test/postgres.ts';
import { NOON, testApp } from '../test/service.ts';
import { asPerson, byKey, cookieOf, ORIGIN, PASSWORD, signIn } from '../test/signed-in.ts';
import { guard } from './access.ts';
import { createServer } from './server.ts';
import { createKey, findKey } from './store/keys.ts';
import { ensureAdministrator, openUsers } from './users.ts';

const url = await postgresUrl();

describe.skipIf(url === undefined)('who may call', async () => {
  if (url === undefined) return;
  const service = await testApp(url);
  const { app } = service;
  const server = await createServer(app);
  const administrator = await asPerson(server, service, 'administrator');
  const sales = await asPerson(server, service, 'sales');

  test('a route without a right keeps the server from starting', async () => {
    const bare = fastify();
    guard(bare, app, await openUsers(app));
    bare.get('/open', { config: { right: 'open' } }, async () => 'all is well');
    bare.get('/secret', async () => 'nobody asked');
    await expect(bare.ready()).rejects.toThrow('GET /secret');
  });

  test('nobody, guessed, expired and revoked keys', async () => {
    const ask = (key: string | null) =>
      server.inject({ url: '/api/me', headers: key === null ? {} : { authorization: `Bearer ${key}` } });
    expect((await ask(null)).statusCode).toBe(401);
    for (const guess of ['slk_', `slk_${'A'.repeat(43)}`, "' or 1=1 --", 'x'.repeat(5_000)])
      expect((await ask(guess)).json()).toMatchObject({ code: 'unauthenticated' });
    const { key, keyId } = await createKey(app.db, {
      name: 'k',
      scope: 'read',
      by: 'a test',
      now: NOON,
      expiresAt: NOON + 10,
    });
    expect((await ask(key)).json()).toMatchObject({ name: `key:${keyId}`, role: 'read' });
    service.now = NOON + 10;
    expect((await ask(key)).statusCode).toBe(401);
    service.now = NOON;
    expect((await administrator({ method: 'DELETE', url: `/api/keys/${keyId}` })).statusCode).toBe(204);
    expect((await ask(key)).statusCode).toBe(401);
  });

  test('a key is told once and kept as a hash; its use is noted once a minute', async () => {
    const made = await administrator({ method: 'POST', url: '/api/keys', payload: { name: 'CI', scope: 'read' } });
    const { id, key } = made.json();
    const [kept] = await app.db.rows('select * from access_key where key_id = $1', [Number(id)]);
    expect(JSON.stringify(kept)).not.toContain(key.slice(4, -4));
    const usedAt = async () =>
      (await administrator({ url: '/api/keys' })).json().items.find((item: { id: string }) => item.id === id)
        .lastUsedAt;
    expect(await usedAt()).toBeNull();
    await findKey(app.db, key, NOON);
    await findKey(app.db, key, NOON + 59_999);
    expect(await usedAt()).toBe(new Date(NOON).toISOString());
    await findKey(app.db, key, NOON + 60_000);
    expect(await usedAt()).toBe(new Date(NOON + 60_000).toISOString());
    const audit = (await administrator({ url: `/api/audit?subject=key:${id}` })).json();
    expect(audit.items).toMatchObject([{ action: 'key.create', who: 'administrator@example.org' }]);
  });

  test('too little right', async () => {
    expect((await sales({ url: '/api/users' })).json()).toMatchObject({ code: 'forbidden' });
    const ingest = await byKey(server, service, 'ingest');
    expect((await ingest({ url: '/api/me' })).statusCode).toBe(403);
    const write = await byKey(server, service, 'write');
    const attempt = await write({ method: 'POST', url: '/api/keys', payload: { name: 'more', scope: 'write' } });
    expect(attempt.statusCode).toBe(403);
  });

  test('another page cannot use the cookie', async () => {
    const add = { method: 'POST', url: '/api/keys', payload: { name: 'stolen', scope: 'read' } } as const;
    for (const origin of ['https://evil.example', 'null', `${ORIGIN}.evil.example`])
      expect((await administrator({ ...add, headers: { origin } })).statusCode).toBe(403);
    const none = await server.inject({
      ...add,
      headers: { cookie: cookieOf(await signIn(server, 'administrator@example.org', PASSWORD)) },
    });
    expect(none.statusCode).toBe(403);
    expect((await administrator(add)).statusCode).toBe(200);
    expect(
      (await signIn(server, 'administrator@example.org', PASSWORD, { origin: 'https://evil.example' })).statusCode,
    ).toBe(403);
  });

  test('nobody signs up, and nobody makes themselves more than they are', async () => {
    for (const path of ['sign-up/email', 'admin/set-role', 'update-user', 'delete-user', 'list-sessions'])
      expect(
        (await sales({ method: 'POST', url: `/api/auth/${path}`, payload: { role: 'administrator' } })).statusCode,
      ).toBe(404);
    expect((await sales({ url: '/api/me' })).json()).toMatchObject({ role: 'sales' });
  });

  test('people are added, changed, taken out; one administrator stays', async () => {
    const payload = { email: 'New.One@Example.org', name: '<script>alert(1)</script>', role: 'viewer' };
    const added = (await administrator({ method: 'POST', url: '/api/users', payload })).json();
    expect(added).toMatchObject({ email: 'new.one@example.org', name: payload.name, role: 'viewer' });
    expect((await administrator({ method: 'POST', url: '/api/users', payload })).json().code).toBe('conflict');
    const session = cookieOf(await signIn(server, 'new.one@example.org', added.password));
    const me = () => server.inject({ url: '/api/me', headers: { cookie: session } });
    expect((await me()).json().role).toBe('viewer');
    await administrator({ method: 'PATCH', url: `/api/users/${added.id}`, payload: { role: 'marketing' } });
    expect((await me()).json().role).toBe('marketing');
    const reset = (await administrator({ method: 'POST', url: `/api/users/${added.id}/password` })).json();
    expect((await me()).statusCode).toBe(401);
    const again = cookieOf(await signIn(server, 'new.one@example.org', reset.password));
    expect(again).not.toBe('');
    expect((await administrator({ method: 'DELETE', url: `/api/users/${added.id}` })).statusCode).toBe(204);
    expect((await server.inject({ url: '/api/me', headers: { cookie: again } })).statusCode).toBe(401);
    const people = (await administrator({ url: '/api/users' })).json().items;
    const self = people.find((one: { role: string }) => one.role === 'administrator') ?? fail('no administrator');
    const demoted = await administrator({ method: 'PATCH', url: `/api/users/${self.id}`, payload: { role: 'viewer' } });
    expect(demoted.json()).toMatchObject({ code: 'conflict' });
    expect((await administrator({ url: '/api/me' })).json().role).toBe('administrator');
    const deeds = (await administrator({ url: '/api/audit?subject=new.one@example.org' })).json().items;
    expect(deeds.map(({ action }: { action: string }) => action)).toEqual([
      'person.remove',
      'person.password',
      'person.role',
      'person.add',
    ]);
  });

  test('a person changes the own password; other sessions end', async () => {
    const leadership = await asPerson(server, service, 'leadership');
    const other = cookieOf(await signIn(server, 'leadership@example.org', PASSWORD));
    const change = (currentPassword: string) =>
      leadership({
        method: 'POST',
        url: '/api/auth/change-password',
        payload: { currentPassword, newPassword: 'another long password' },
      });
    expect((await change('wrong')).statusCode).toBe(400);
    expect((await change(PASSWORD)).statusCode).toBe(200);
    expect((await server.inject({ url: '/api/me', headers: { cookie: other } })).statusCode).toBe(401);
    expect((await signIn(server, 'leadership@example.org', PASSWORD)).statusCode).toBe(401);
    expect((await signIn(server, 'leadership@example.org', 'another long password')).statusCode).toBe(200);
  });

  test('guessing passwords is stopped, for the account and for the address', async () => {
    const guess = (email: string, remoteAddress: string, password = 'wrong') =>
      server.inject({
        method: 'POST',
        url: '/api/auth/sign-in/email',
        remoteAddress,
        headers: { host: 'scores.example.org' },
        payload: { email, password },
      });
    const at = await Promise.all(Array.from({ length: 15 }, (_, i) => guess('sales@example.org', `203.0.113.${i}`)));
    expect(at.map(({ statusCode }) => statusCode).sort()).toEqual([...Array(10).fill(401), ...Array(5).fill(429)]);
    const locked = await guess('sales@example.org', '198.51.100.7', PASSWORD);
    expect(locked.json()).toMatchObject({ code: 'too_busy' });
    expect(Number(locked.headers['retry-after'])).toBe(900);
    service.now = NOON + 900_000;
    expect((await guess('sales@example.org', '198.51.100.7', PASSWORD)).statusCode).toBe(200);
    // Still later: who signed in has attempts forgotten that are a quarter of an hour old, those of noon.
    const many = [];
    for (let i = 0; i < 33; i++) many.push((await guess(`nobody${i}@example.org`, '192.0.2.1')).statusCode);
    expect(many.slice(0, 30).every((status) => status === 401)).toBe(true);
    service.now = NOON;
    expect(many.slice(30)).toEqual(Array(3).fill(429));
  });

  test('the first administrator is made once', async () => {
    expect(await ensureAdministrator(app)).toBeNull();
  });

  test('cookies are secure where the service is reached by https', async () => {
    const behind = await testApp(url, { SCORELINE_URL: 'https://scores.example.org' });
    const secure = await createServer(behind.app);
    const response = await signIn(secure, 'administrator@example.org', PASSWORD, {
      origin: 'https://scores.example.org',
    });
    for (const cookie of [response.headers['set-cookie']].flat())
      expect(cookie).toMatch(/^__Secure-.*HttpOnly; Secure; SameSite=Lax/i);
    expect(cookieOf(response)).toContain('__Secure-scoreline.session_token=');
    await secure.close();
  });
});

describe.skipIf(url === undefined)('the first start', async () => {
  const fresh = await postgresUrl();
  if (fresh === undefined) return;
  const { app } = await testApp(fresh, { SCORELINE_ADMIN_EMAIL: 'Boss@Example.org' });

  test('makes an administrator who can sign in; two starts at once make one', async () => {
    const made = await Promise.all([ensureAdministrator(app), ensureAdministrator(app)]);
    const [told, ...others] = made.filter((one) => one !== null);
    expect(others).toEqual([]);
    const server = await createServer(app);
    expect((await signIn(server, 'boss@example.org', told?.password ?? '')).statusCode).toBe(200);
    await server.close();
  });
});
