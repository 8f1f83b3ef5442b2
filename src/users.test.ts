/** Signing in with OpenID Connect, against a provider of our own that speaks as real ones do. */

import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, test } from 'vitest';
import { postgresUrl } from '../test/postgres.ts';
import { testApp } from '../test/service.ts';
import { cookieOf, ORIGIN } from '../test/signed-in.ts';
import { createServer } from './server.ts';
import { addPerson } from './store/people.ts';

/** Who the provider says has signed in. */
interface Claims {
  readonly sub: string;
  readonly email: string;
  readonly email_verified: boolean;
  readonly name: string;
}

async function provider(claims: () => Claims) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' };
  const asked = new Map<string, URLSearchParams>();
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const http = createHttpServer(async (request: IncomingMessage, response) => {
    const address = new URL(request.url ?? '/', issuer);
    const answer = (value: object, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    switch (address.pathname) {
      case '/.well-known/openid-configuration':
        return answer({
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          userinfo_endpoint: `${issuer}/userinfo`,
          jwks_uri: `${issuer}/jwks`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
        });
      case '/jwks':
        return answer({ keys: [jwk] });
      case '/userinfo':
        return answer(claims());
      case '/token': {
        const form = new URLSearchParams(await text(request));
        const first = asked.get(form.get('code') ?? '');
        const proof = createHash('sha256')
          .update(form.get('code_verifier') ?? '')
          .digest('base64url');
        if (first === undefined || first.get('code_challenge') !== proof)
          return answer({ error: 'invalid_grant' }, 400);
        const now = Math.floor(Date.now() / 1000);
        const nonce = first.get('nonce');
        const body = {
          ...claims(),
          iss: issuer,
          aud: 'scoreline',
          iat: now,
          exp: now + 300,
          ...(nonce === null ? {} : { nonce }),
        };
        const signed = `${part({ alg: 'RS256', kid: 'k1', typ: 'JWT' })}.${part(body)}`;
        const signature = sign('sha256', Buffer.from(signed), privateKey).toString('base64url');
        return answer({ access_token: 'a', token_type: 'Bearer', expires_in: 300, id_token: `${signed}.${signature}` });
      }
      default:
        return answer({}, 404);
    }
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  afterAll(() => {
    http.close();
  });
  /** What the provider does when somebody has signed in there: it leads back with a code. */
  const authorize = (address: URL): URL => {
    const code = randomUUID();
    asked.set(code, address.searchParams);
    const back = new URL(address.searchParams.get('redirect_uri') ?? '');
    back.searchParams.set('code', code);
    back.searchParams.set('state', address.searchParams.get('state') ?? '');
    back.searchParams.set('iss', issuer);
    return back;
  };
  return { issuer, authorize };
}

const url = await postgresUrl();

describe.skipIf(url === undefined)('OpenID Connect', async () => {
  if (url === undefined) return;
  let claims: Claims = { sub: 's-1', email: 'mara@example.org', email_verified: true, name: 'Mara' };
  const { issuer, authorize } = await provider(() => claims);
  const { app } = await testApp(url, {
    SCORELINE_URL: ORIGIN,
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: 'scoreline',
    OIDC_CLIENT_SECRET: 'not told',
  });
  const server = await createServer(app);
  const headers = { host: new URL(ORIGIN).host, origin: ORIGIN };

  async function signIn() {
    const begun = await server.inject({
      method: 'POST',
      url: '/api/auth/sign-in/social',
      headers,
      payload: { provider: 'oidc', callbackURL: '/' },
    });
    expect(begun.statusCode).toBe(200);
    const back = authorize(new URL(begun.json().url));
    const cookie = cookieOf(begun);
    const ended = await server.inject({ url: back.pathname + back.search, headers: { host: headers.host, cookie } });
    const me = await server.inject({ url: '/api/me', headers: { ...headers, cookie: cookieOf(ended) } });
    return { ended, me };
  }

  test('lets in whom an administrator added, with the role given here', async () => {
    const person = { email: 'mara@example.org', name: 'Mara', role: 'leadership', passwordHash: null } as const;
    await addPerson(app.db, person, { by: 'a test', now: app.clock() });
    const { ended, me } = await signIn();
    expect(ended.statusCode).toBe(302);
    expect(me.json()).toMatchObject({ name: 'mara@example.org', role: 'leadership' });
    expect((await signIn()).me.statusCode).toBe(200);
  });

  test('lets in nobody else', async () => {
    claims = { sub: 's-2', email: 'stranger@example.org', email_verified: true, name: 'Stranger' };
    const { me } = await signIn();
    expect(me.statusCode).toBe(401);
    expect(await app.db.rows("select 1 from person where email = 'stranger@example.org'")).toEqual([]);
  });

  test.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])(
    'leads nowhere else: %s',
    async (callbackURL) => {
      const payload = { provider: 'oidc', callbackURL };
      const begun = await server.inject({ method: 'POST', url: '/api/auth/sign-in/social', headers, payload });
      expect(begun.statusCode).toBe(400);
    },
  );
});
