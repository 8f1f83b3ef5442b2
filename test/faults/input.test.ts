// Sends what no client should send, and what clients do send: everything twice, in another order, a year late, from the
// future. The service answers each with a refusal or an acknowledgement, goes on, and scores what was meant.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Pooled } from '../../src/store/db.ts';
import { compareScores, diceOf, found, type Message, made, newLog, publish, sendAll, tell } from './load.ts';
import { canServe, databaseOf, dataFolder, newKey, type Running, removeFolder, serve } from './service.ts';

describe.skipIf(!canServe())('input', () => {
  const data = dataFolder();
  let service: Running;
  let db: Pooled;
  let key: string;
  beforeAll(async () => {
    service = await serve(data);
    db = await databaseOf(data);
    key = await newKey(db);
    await publish(db);
  });
  afterAll(async () => {
    await db.close();
    expect(await service.end('SIGTERM')).toBe(0);
    removeFolder(data);
  });

  const target = () => ({ url: service.url, key });

  test('sent twice, in another order, a year late and from the future', async () => {
    const log = newLog();
    const now = Date.now();
    const odd = ['u1', 'u2', 'u3'].flatMap((userId, i): Message[] => [
      {
        type: 'track',
        messageId: `late-${i}`,
        userId,
        timestamp: new Date(now - 366 * 86_400_000).toISOString(),
        event: 'form_submitted',
        properties: { form: 'demo' },
      },
      {
        type: 'track',
        messageId: `future-${i}`,
        userId,
        timestamp: new Date(now + 400 * 86_400_000).toISOString(),
        event: 'page_viewed',
        properties: { path: '/pricing' },
      },
    ]);
    const once = made(9, 2_000, 30);
    const dice = diceOf(9);
    const again = once
      .flat()
      .map((message) => ({ message, place: dice(1_000_000) }))
      .sort((a, b) => a.place - b.place)
      .map(({ message }) => message);
    await sendAll(target, [...once, odd], log);
    await sendAll(target, [again.slice(0, 1_000), again.slice(1_000), odd], log);
    const kept = await found(db, log.sent);
    const [ahead] = await db.rows<{ n: number }>('select count(*) as n from event where at > received_at');
    const { contacts, differences } = await compareScores(db);
    tell('everything twice', {
      sent: 2 * log.sent.size,
      acknowledged: 2 * log.acknowledged.size,
      found: kept,
      contacts,
    });
    expect(log.acknowledged.size).toBe(log.sent.size);
    expect(kept).toBe(log.sent.size);
    expect(ahead?.n).toBe(0);
    expect(differences).toEqual([]);
  });

  const track = (more: object): string =>
    JSON.stringify({ type: 'track', messageId: 'm', userId: 'hostile', event: 'tried', ...more });
  const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
  const bodies: [string, string, string | Buffer, number[]][] = [
    ['no JSON', '/v1/track', '{"type": ', [400]],
    ['nothing', '/v1/track', '', [400]],
    ['a list', '/v1/track', '[]', [200, 400]],
    ['a number', '/v1/batch', '12', [400]],
    ['null', '/v1/batch', 'null', [400]],
    ['wrong types', '/v1/batch', '{"batch": 7}', [200, 400]],
    ['wrong types within', '/v1/batch', '{"batch": [1, null, [], "x", {"type": 5}, {"userId": {}}]}', [200]],
    ['10 MB', '/v1/batch', `{"batch": ["${'x'.repeat(10_000_000)}"]}`, [400, 413]],
    ['10 MB inflated', '/v1/batch', gzipSync(`{"batch": ["${'x'.repeat(10_000_000)}"]}`), [400, 413]],
    ['broken gzip', '/v1/batch', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]), [400]],
    [
      'deep nesting',
      '/v1/track',
      track({ messageId: 'deep' }).replace('"tried"', `"tried", "properties": ${deep}`),
      [200, 400],
    ],
    [
      '__proto__',
      '/v1/track',
      '{"__proto__": {"userId": "p"}, "userId": "hostile", "event": "tried", "messageId": "proto", "properties": {"__proto__": {"polluted": 1}, "constructor": 1}}',
      [200],
    ],
    ['null bytes', '/v1/track', track({ messageId: 'nul\u0000l', properties: { a: 'b\u0000c', 'd\u0000': 1 } }), [200]],
    [
      'lone surrogates',
      '/v1/track',
      '{"userId": "hostile", "event": "tried", "messageId": "lone", "properties": {"a": "\\ud800", "\\udc00": 1}}',
      [200],
    ],
    [
      'bytes that are not UTF-8',
      '/v1/track',
      Buffer.concat([
        Buffer.from('{"userId": "hostile", "event": "tried", "messageId": "'),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('"}'),
      ]),
      [200, 400],
    ],
    [
      'SQL and script',
      '/v1/track',
      track({
        messageId: "'; drop table event; --",
        event: '<script>alert(1)</script>',
        userId: "hostile' or 1=1",
        properties: { "a'b": '"; delete from contact; --' },
      }),
      [200],
    ],
    [
      'a number too large',
      '/v1/track',
      '{"userId": "hostile", "event": "tried", "messageId": "huge", "properties": {"a": 1e400}}',
      [200],
    ],
  ];

  test.each(bodies)('%s', async (_name, path, body, statuses) => {
    const authorization = `Basic ${Buffer.from(`${key}:`).toString('base64')}`;
    const answer = await fetch(service.url + path, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : Uint8Array.from(body),
    }).catch((error: unknown) => {
      // A body that is refused for its length is not read to its end.
      if (statuses.includes(413) && error instanceof TypeError) return undefined;
      throw error;
    });
    expect(statuses).toContain(answer?.status ?? 413);
    if (answer !== undefined && answer.status >= 400) {
      const text = expect.any(String);
      expect(await answer.json()).toEqual({ code: text, message: text, next: text });
    }
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
  });

  test.each([
    ['POST', '/api/contacts/search', '{"where": {"title": {"is": "\u0000"}}}'],
    ['POST', '/api/contacts/search', deep],
    ['POST', '/api/contacts/search', '{"__proto__": {"admin": true}}'],
    ['GET', '/api/contacts?email=%27%20or%201%3D1%20--', undefined],
    ['GET', '/api/contacts/99999999999999999999', undefined],
    ['GET', '/api/contacts/%00', undefined],
    ['GET', '/api/../../etc/passwd', undefined],
    ['POST', '/api/imports?kind=events&name=..%2F..%2Fetc%2Fx.csv', 'name\nx\n'],
    ['POST', '/api/imports?kind=events&name=x.csv&mapping=%5B', 'name\nx\n'],
  ])('%s %s with what is none is no fault of ours', async (method, path, body) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const answer = await fetch(service.url + path, { method, headers, ...(body === undefined ? {} : { body }) });
    expect(answer.status).toBeLessThan(500);
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
  });

  test('of all that, nothing hurt: the tables stand, texts are as they were sent, and nobody gained a right', async () => {
    const events = await db.rows<{ event_id: string; name: string; properties: object }>(
      `select event_id, name, properties from event where contact_id in
         (select contact_id from identity where value like 'hostile%') order by event_id`,
    );
    expect(events.map(({ event_id }) => event_id)).toContain("'; drop table event; --");
    expect(Object.prototype).not.toHaveProperty('polluted');
    expect(events.find(({ event_id }) => event_id.includes('drop table'))?.properties).toEqual({
      "a'b": '"; delete from contact; --',
    });
    const log = newLog();
    await sendAll(target, made(10, 100, 10), log);
    const { differences } = await compareScores(db);
    tell('after hostile input', {
      sent: log.sent.size,
      acknowledged: log.acknowledged.size,
      found: await found(db, log.sent),
    });
    expect(await found(db, log.sent)).toBe(log.sent.size);
    expect(differences).toEqual([]);
    expect(service.log()).not.toContain('"level":"error"');
    expect(service.log()).not.toContain('hostile');
  });
});
