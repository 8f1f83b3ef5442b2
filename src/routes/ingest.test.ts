// Real clients and hostile ones against a listening server; what is kept is read from the tables.
import { gzipSync } from 'node:zlib';
import Rudder from '@rudderstack/rudder-sdk-node';
import { Analytics } from '@segment/analytics-node';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { NOON, testApp } from '../../test/service.ts';
import type { Facts } from '../core/ingest.ts';
import { createServer } from '../server.ts';
import { createKey, revokeKey } from '../store/keys.ts';
import { createSource, disableSource, listRefusals } from '../store/sources.ts';

const url = await postgresUrl();

describe.skipIf(url === undefined)('the Segment API', async () => {
  const service = await testApp(url ?? '');
  const { app } = service;
  const { db } = app;
  const server = await createServer(app);
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  afterAll(() => server.close());
  const sourceId = await createSource(db, { kind: 'segment', name: 'site', now: NOON });
  const made = { scope: 'ingest', sourceId, by: 'test', now: NOON } as const;
  const { key } = await createKey(db, { ...made, name: 'site' });

  beforeEach(() =>
    db.script('truncate identity, contact, trait, company, company_trait, event, merge, refusal, changed'),
  );

  const basic = (user: string) => ({ authorization: `Basic ${Buffer.from(user).toString('base64')}` });
  const post = (route: string, body: unknown, headers: Record<string, string> = basic(`${key}:`)) =>
    fetch(`${address}/v1/${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    });
  const refusals = () => listRefusals(db, { sourceId, before: null, limit: 50 });
  const events = () =>
    db.rows<{ event_id: string; name: string; at: number; properties: Facts; machine: string | null; ids: string[] }>(
      `select event_id, name, at, properties, machine,
         (select array_agg(value order by value collate "C") from identity i where i.contact_id = e.contact_id) as ids
       from event e order by name, event_id`,
    );
  const kept = async () => ({
    events: (await events()).map(({ name, properties, ids }) => ({ name, properties, ids })),
    contacts: await db.rows(
      'select c.traits, k.key, k.traits as company from contact c left join company k using (company_id)',
    ),
  });

  const everything = {
    events: [
      {
        name: 'form_submitted',
        properties: { form: 'demo', utm_source: 'news', utm_campaign: 'spring' },
        ids: ['a1', 'ann@acme.io', 'old', 'old', 'u1'],
      },
      {
        name: 'page_viewed',
        properties: { path: '/pricing', name: 'Pricing' },
        ids: ['a1', 'ann@acme.io', 'old', 'old', 'u1'],
      },
    ],
    contacts: [
      {
        traits: { email: 'ann@acme.io', title: 'CTO', company_id: 'k1' },
        key: 'k1',
        company: { employees: 50 },
      },
    ],
  };
  const calls = [
    ['page', { anonymousId: 'a1', name: 'Pricing', properties: { path: '/pricing' } }],
    ['identify', { userId: 'u1', anonymousId: 'a1', traits: { email: 'Ann@Acme.io', title: 'CTO' } }],
    [
      'track',
      {
        userId: 'u1',
        event: 'Form Submitted',
        properties: { form: 'demo' },
        context: { campaign: { name: 'spring', source: 'news' } },
      },
    ],
    ['group', { userId: 'u1', groupId: 'k1', traits: { employees: 50 } }],
    ['alias', { userId: 'u1', previousId: 'old' }],
  ] as const;

  test('@segment/analytics-node', async () => {
    const client = new Analytics({ writeKey: key, host: address, maxRetries: 1, flushAt: 3 });
    for (const [name, message] of calls) Reflect.apply(client[name], client, [structuredClone(message)]);
    await client.closeAndFlush();
    expect(await kept()).toEqual(everything);
    expect(await refusals()).toEqual([]);
  });

  test.each([true, false])('@rudderstack/rudder-sdk-node, gzip: %s', async (gzip) => {
    const client = new Rudder(key, { dataPlaneUrl: address, gzip, flushAt: 3, logLevel: 'silent' });
    for (const [name, message] of calls) Reflect.apply(client[name], client, [structuredClone(message)]);
    await new Promise((done) => client.flush(done));
    // It sends in pieces: what is there after the first is not all yet.
    await expect.poll(kept, { timeout: 10_000 }).toMatchObject(everything);
  });

  test('as a browser sends it: text, the key in the body, short addresses, preflight', async () => {
    const preflight = await fetch(`${address}/v1/t`, {
      method: 'OPTIONS',
      headers: { origin: 'https://site.example' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('x-retry-count');
    const answer = await post(
      'p',
      {
        messageId: 'm1',
        anonymousId: 'a1',
        userId: null,
        timestamp: new Date(NOON - 5_000),
        sentAt: new Date(NOON - 60_000),
        context: { page: { path: '/', search: '?gclid=G1&x=1', title: 'Home' }, userAgent: 'Googlebot/2.1' },
        writeKey: key,
      },
      { 'content-type': 'text/plain' },
    );
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    await post(
      'b',
      {
        writeKey: key,
        sentAt: new Date(NOON),
        batch: [{ type: 'screen', messageId: 'm2', anonymousId: 'a1', name: 'Start' }],
      },
      {},
    );
    expect(await events()).toMatchObject([
      // By its own clock it was sent 55 s before it happened; never later than it came.
      {
        name: 'page_viewed',
        at: NOON,
        properties: { path: '/', gclid: 'G1', title: 'Home' },
        machine: 'user agent of a bot',
      },
      { name: 'screen_viewed', at: NOON, properties: { name: 'Start' }, machine: null },
    ]);
  });

  test('time is corrected by the client’s own two instants, and a retry is the same event', async () => {
    const message = (sentAt: number) => ({
      batch: [
        {
          type: 'track',
          messageId: 'm1',
          userId: 'u1',
          event: 'x',
          timestamp: new Date(NOON + 3_600_000 - 7_000).toISOString(),
        },
      ],
      sentAt: new Date(sentAt).toISOString(),
    });
    await post('batch', message(NOON + 3_600_000));
    await post('batch', message(NOON + 3_600_000 + 9_000));
    expect(await events()).toMatchObject([{ at: NOON - 7_000 }]);
  });

  test('one bad message never costs the others, and is kept as a refusal', async () => {
    const good = (n: number) => ({ type: 'track', messageId: `g${n}`, userId: 'u1', event: 'x' });
    let deep: unknown = 'end';
    for (let i = 0; i < 3_000; i++) deep = { a: deep };
    const batch = [
      good(1),
      null,
      'text',
      7,
      [],
      { type: 'nothing', userId: 'u1' },
      { type: 'track', messageId: 'x', userId: 'u1' },
      { type: 'track', messageId: 'x', event: 'x' },
      { type: 'track', userId: 'u1', event: 'x' },
      { type: 'track', messageId: 'x'.repeat(101), userId: 'u1', event: 'x' },
      { ...good(3), properties: { text: 'é'.repeat(17_000) } },
      { type: 'group', userId: 'u1' },
      { type: 'alias', userId: 'u1' },
      { type: 'alias', previousId: 'u1', anonymousId: 'a' },
      good(2),
    ];
    expect((await post('batch', { batch })).status).toBe(200);
    expect((await events()).map(({ event_id }) => event_id)).toEqual(['g1', 'g2']);
    expect((await refusals()).map(({ reason }) => reason).reverse()).toEqual([
      'no JSON object',
      'no JSON object',
      'no JSON object',
      'no JSON object',
      expect.stringContaining('type is none of'),
      'event is missing or too long',
      'userId and anonymousId are both missing',
      'messageId is missing',
      'messageId is longer than 100 characters',
      'larger than 32768 bytes',
      'groupId is missing or too long',
      'previousId is missing or too long',
      'userId is missing or too long',
    ]);
    expect(
      (await post('track', { ...good(4), properties: { deep, '\u0000': '\ud800 \u0000', list: [[[[]]]] } })).status,
    ).toBe(200);
    const raw = `{"messageId":"g5","userId":"u1","event":"x","properties":{"__proto__":{"polluted":1},"constructor":{"prototype":1}},"timestamp":{}}`;
    expect((await post('track', raw)).status).toBe(200);
    expect((await events()).map(({ event_id }) => event_id)).toEqual(['g1', 'g2', 'g4', 'g5']);
    expect(Object.keys({})).toEqual([]);
    expect('polluted' in {}).toBe(false);
  });

  test('broken JSON and excess size are 400, gzip bombs too', async () => {
    const many = { batch: Array.from({ length: 2_501 }, () => ({})) };
    for (const [body, sentence] of [
      ['{"a":', 'no JSON'],
      ['[]', 'no JSON object'],
      ['', 'no JSON'],
      ['{}', '`batch` is missing'],
      [many, '2500 are the most'],
      [' '.repeat(500_001), '500000 are the most'],
      [' '.repeat(3_000_000), 'more than 500000 bytes'],
      [gzipSync(' '.repeat(10_000_000)), 'inflated'],
      [Buffer.from([0x1f, 0x8b, 1, 2, 3]), 'no gzip'],
    ] as const) {
      const answer = await post('batch', body);
      expect(await answer.json()).toMatchObject({
        code: 'request_invalid',
        message: expect.stringContaining(sentence),
      });
      expect(answer.status).toBe(400);
    }
  });

  test('unknown, revoked and reading keys, and disabled sources, send nothing', async () => {
    const message = { messageId: 'm', userId: 'u1', event: 'x' };
    const status = async (headers: Record<string, string>, more: object = {}) =>
      (await post('track', { ...message, ...more }, headers)).status;
    expect(await status({})).toBe(401);
    expect(await status({}, { writeKey: 'guess' })).toBe(401);
    expect(await status(basic('slk_guess:'))).toBe(401);
    expect(await status(basic(key))).toBe(200);
    const reader = await createKey(db, { name: 'r', scope: 'read', by: 'test', now: NOON });
    expect(await status(basic(`${reader.key}:`))).toBe(403);
    const other = await createKey(db, { ...made, name: 'other' });
    expect(await status(basic(other.key))).toBe(200);
    await revokeKey(db, other.keyId, { by: 'test', now: NOON });
    service.now += 3_000;
    expect(await status(basic(other.key))).toBe(401);
    const off = await createSource(db, { kind: 'segment', name: 'off', now: NOON });
    const third = await createKey(db, { ...made, sourceId: off, name: 'third' });
    await disableSource(db, off, NOON);
    expect(await status(basic(third.key))).toBe(401);
    service.now = NOON;
  });

  test('figures tell new events from those that were known', async () => {
    const counts = async () => {
      const text = await app.metrics.registry.metrics();
      return ['new', 'known'].map((outcome) =>
        Number(new RegExp(`^scoreline_events_total\\{outcome="${outcome}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0),
      );
    };
    const [fresh = 0, known = 0] = await counts();
    const one = (messageId: string) => ({ type: 'track', messageId, userId: 'u1', event: 'x' });
    await post('batch', { batch: [one('a'), one('b'), { type: 'identify', userId: 'u1', traits: { plan: 'pro' } }] });
    await post('batch', { batch: [one('b'), one('c'), one('c')] });
    expect(await counts()).toEqual([fresh + 3, known + 2]);
    expect(await events()).toHaveLength(3);
  });

  test('too much at once is told to wait', async () => {
    const stuck = await db.pool.connect();
    await stuck.query('begin; lock table identity in exclusive mode');
    const batch = (n: number) => ({
      batch: Array.from({ length: 2_000 }, (_, i) => ({
        type: 'track',
        messageId: `${n}-${i}`,
        userId: 'u1',
        event: 'x',
      })),
    });
    const answers = Array.from({ length: 14 }, (_, n) => post('batch', batch(n)));
    const first = await Promise.race(answers);
    expect(first.status).toBe(429);
    expect(first.headers.get('retry-after')).toBe('1');
    await stuck.query('rollback');
    stuck.release();
    const acknowledged = (await Promise.all(answers)).filter(({ status }) => status === 200).length;
    expect(await db.rows('select count(*) as n from event')).toEqual([{ n: acknowledged * 2_000 }]);
  });
});
