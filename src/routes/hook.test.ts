// Vendors post to a whole server; what is kept is read from the tables.
import { createHmac } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { NOON, testApp } from '../../test/service.ts';
import { createServer } from '../server.ts';
import { createSource, disableSource, listRefusals } from '../store/sources.ts';

const url = await postgresUrl();

describe.skipIf(url === undefined)('webhooks from outside', async () => {
  const { app } = await testApp(url ?? '');
  const { db } = app;
  const server = await createServer(app);
  afterAll(() => server.close());
  const signingKey = 'the key of the account';
  const mailgun = await createSource(db, { kind: 'mailgun', name: 'mail', settings: { signingKey }, now: NOON });
  const gone = await createSource(db, { kind: 'mailgun', name: 'old', settings: { signingKey }, now: NOON });
  await disableSource(db, gone, NOON);
  const mapping = 'mapping: x\nitems: list\nperson: { email: who }\nevent: { constant: video_liked }\nid: id\n';
  const proof = { scheme: 'header', header: 'X-Secret', value: 'a long secret' };
  const social = await createSource(db, { kind: 'webhook', name: 'social', settings: { mapping, proof }, now: NOON });

  beforeEach(() => db.script('truncate identity, contact, trait, event, refusal, changed'));

  const event = (id: string, more = {}) => ({
    event: 'opened',
    id,
    timestamp: NOON / 1000 - 60,
    recipient: 'ann@acme.io',
    message: { headers: { 'message-id': 'm1' } },
    ...more,
  });
  function signed(data: unknown, key = signingKey): string {
    const signature = createHmac('sha256', key).update('1token').digest('hex');
    return JSON.stringify({ signature: { timestamp: '1', token: 'token', signature }, 'event-data': data });
  }
  const post = (path: string, payload: string | Buffer, headers: Record<string, string> = {}) =>
    server.inject({ method: 'POST', url: `/hooks/${path}`, payload, headers });
  const kept = () => db.rows<{ name: string }>('select name, machine, properties from event order by event_id');
  const refusals = () => listRefusals(db, { sourceId: null, before: null, limit: 9 });

  test('an event is kept, once however often it comes, under any label', async () => {
    for (const label of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
      const answer = await post(`mailgun/${mailgun}`, signed(event('e1')), { 'content-type': label });
      expect([answer.statusCode, answer.json()]).toEqual([200, { accepted: 1, refused: 0 }]);
    }
    await post(`mailgun/${mailgun}`, signed(event('e2', { 'client-info': { bot: 'apple' } })));
    expect(await kept()).toEqual([
      { name: 'email_opened', machine: null, properties: { message: 'm1', machine: false } },
      {
        name: 'email_opened',
        machine: 'Mailgun: bot apple',
        properties: { message: 'm1', bot: 'apple', machine: true },
      },
    ]);
    expect(await db.rows('select value, kind from identity')).toEqual([{ value: 'ann@acme.io', kind: 'email' }]);
  });

  test('who cannot prove to be the source leaves nothing behind', async () => {
    const answer = await post(`mailgun/${mailgun}`, signed(event('e1'), 'another key'));
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'unauthenticated']);
    expect((await post(`webhook/${social}`, '{}')).statusCode).toBe(401);
    expect(await kept()).toEqual([]);
    expect(await refusals()).toEqual([]);
  });

  test.each([
    ['another kind', () => `sendgrid/${mailgun}`],
    ['no such source', () => 'mailgun/999'],
    ['a disabled source', () => `mailgun/${gone}`],
  ])('%s is not there', async (_, path) => {
    expect((await post(path(), signed(event('e1')))).statusCode).toBe(404);
  });

  test.each([
    ['an unknown kind', 'telegram/1', signed({})],
    ['a number that is none', 'mailgun/x', signed({})],
    ['a number too large', 'mailgun/99999999999999999999', signed({})],
    ['no body', `mailgun/1`, ''],
    ['broken JSON', `mailgun/1`, '{'],
    ['bytes that are no text', `mailgun/1`, Buffer.from([0xff, 0xfe, 0x7b])],
  ])('%s is refused as such', async (_, path, body) => {
    const answer = await post(path, body);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'request_invalid']);
  });

  test('a body that is too large is told', async () => {
    expect((await post(`mailgun/${mailgun}`, Buffer.alloc(5_000_001, 0x20))).statusCode).toBe(413);
  });

  test('items of a mapping are kept, bad ones become refusals of the source', async () => {
    const list = [
      { who: 'ann@acme.io', id: 1 },
      { who: 'nobody', id: 2 },
      { who: 'bo@acme.io', id: '\u0000\ud800' },
    ];
    const answer = await post(`webhook/${social}`, JSON.stringify({ list }), { 'x-secret': 'a long secret' });
    expect(answer.json()).toEqual({ accepted: 2, refused: 1 });
    expect((await kept()).map(({ name }) => name)).toEqual(['video_liked', 'video_liked']);
    expect(await refusals()).toMatchObject([
      { sourceId: social, reason: 'it names nobody', message: '{"who":"nobody","id":2}' },
    ]);
  });
});
