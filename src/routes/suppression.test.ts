// Who must not be handed on: whom an entry is about, and what such a contact is left out of and what not.
import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { NOON, testApp } from '../../test/service.ts';
import { asPerson } from '../../test/signed-in.ts';
import type { Send } from '../connectors/send.ts';
import type { Message } from '../core/ingest.ts';
import { createDeliveries } from '../deliveries.ts';
import { createServer } from '../server.ts';
import { suppressible } from '../store/suppression.ts';

test.each([
  ['Ann@Firm.Example ', 'ann@firm.example'],
  ['@firm.example', 'firm.example'],
  ['*.firm.example', 'firm.example'],
  ['mail.firm.example.', 'mail.firm.example'],
  ['firm', null],
  ['a b@c', null],
  ['', null],
])('%j is kept as %j', (text, kept) => {
  expect(suppressible(text)).toBe(kept);
});

const url = await postgresUrl();
const MODEL = `
model: simple
title: A simple model
scores:
  total: { range: [0, 100], rules: [ { id: known, if: { title: { is: ceo } }, points: 60 } ] }
stages:
  - { id: mql, enter: { score: { total: { atLeast: 50 } } }, leave: { score: { total: { lessThan: 50 } } } }
`;

describe.skipIf(url === undefined)('the suppression list', async () => {
  const service = await testApp(url ?? '');
  const { app } = service;
  const server = await createServer(app);
  const marketing = await asPerson(server, service, 'marketing');
  const sent: string[] = [];
  const send: Send = async ({ body }) => {
    sent.push(body);
    return { status: 200, headers: {}, body: '' };
  };
  const deliveries = createDeliveries({ ...app, send, random: () => 0 });
  const known = (email: string): Message => ({
    kind: 'traits',
    who: { userId: email, anonymousId: null, email },
    at: NOON - 1000,
    traits: { email, title: 'CEO' },
  });
  const post = (path: string, payload: object) => marketing({ method: 'POST', url: path, payload });

  test('leaves whom it names out of files and webhooks, and scores them as ever', async () => {
    await app.scoring.publish(MODEL, 'a test');
    const admin = await asPerson(server, service, 'administrator');
    const hook = { url: 'https://example.com/hook', types: ['contact.stage_changed'] };
    expect((await admin({ method: 'POST', url: '/api/webhooks', payload: hook })).statusCode).toBe(200);
    const values = ['ann@firm.example', 'Rival.Example', '@rival.example'];
    expect((await post('/api/suppression', { values, reason: 'asked' })).json()).toEqual({ added: 2 });
    const people = [
      'ann@firm.example',
      'bob@firm.example',
      'eve@rival.example',
      'sub@mail.rival.example',
      'x@notrival.example',
    ];
    await app.ingest.accept({ sourceId: null, receivedAt: NOON, messages: people.map(known), refusals: [] });
    while ((await app.scoring.work.live()) + (await app.scoring.work.fill()) > 0);

    const [scored] = await app.db.rows(`select count(*) as n from standing where stage = 'mql'`);
    expect(scored).toEqual({ n: 5 });
    const csv = (await post('/api/contacts/search.csv', {})).body;
    expect(people.filter((email) => csv.includes(email))).toEqual(['bob@firm.example', 'x@notrival.example']);
    await deliveries.deliverDue();
    expect(sent).toHaveLength(2);
    await deliveries.stop();
  });

  test('says by which entry a contact is on it, and forgets an entry', async () => {
    const found = await post('/api/contacts/search', { where: { email: { is: 'sub@mail.rival.example' } } });
    const [contact] = found.json().items;
    const about = () => marketing({ method: 'GET', url: `/api/contacts/${contact.id}/suppression` });
    expect((await about()).json()).toEqual({ by: 'rival.example' });
    const gone = () => marketing({ method: 'DELETE', url: '/api/suppression/rival.example' });
    expect((await gone()).statusCode).toBe(204);
    expect((await gone()).statusCode).toBe(404);
    expect((await about()).json()).toEqual({ by: null });
    const listed = await marketing({ method: 'GET', url: '/api/suppression?find=FIRM' });
    expect(listed.json().items).toMatchObject([
      { value: 'ann@firm.example', reason: 'asked', createdBy: 'marketing@example.org' },
    ]);
    expect((await post('/api/suppression', { values: ['not one'] })).json().message).toContain('not one');
  });
});
