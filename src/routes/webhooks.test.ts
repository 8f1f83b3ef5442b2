import { afterAll, describe, expect, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { testApp } from '../../test/service.ts';
import { byKey } from '../../test/signed-in.ts';
import type { OutRequest } from '../connectors/send.ts';
import { createDeliveries } from '../deliveries.ts';
import { createServer } from '../server.ts';
import { listAudit } from '../store/audit.ts';

const url = await postgresUrl();

describe.skipIf(url === undefined)('/api/webhooks', async () => {
  const service = await testApp(url ?? '');
  const { app } = service;
  const server = await createServer(app);
  afterAll(() => server.close());
  const write = await byKey(server, service, 'write');
  const read = await byKey(server, service, 'read');
  const calls: OutRequest[] = [];
  const deliveries = createDeliveries({
    ...app,
    random: () => 0,
    send: async (request) => {
      calls.push(request);
      return { status: 200, headers: {}, body: '' };
    },
  });
  const post = (path: string, payload: object = {}, call = write) =>
    call({ method: 'POST', url: `/api/webhooks${path}`, payload });
  const get = async (path: string) => (await read({ method: 'GET', url: `/api/webhooks${path}` })).json();

  test('an endpoint from its making to its end', async () => {
    const made = (await post('', { url: 'https://example.com/hook', types: ['contact.merged'] })).json();
    expect(made).toMatchObject({ id: '1', types: ['contact.merged'], disabledAt: null });
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const { items } = await get('');
    expect(items).toHaveLength(1);
    expect(JSON.stringify(items)).not.toContain('whsec_');

    expect((await post('/1/test')).json()).toEqual({ delivery: '1' });
    await post('/1/test');
    await deliveries.deliverDue();
    expect(calls.map(({ body }) => JSON.parse(body).type)).toEqual(['webhook.test', 'webhook.test']);
    const first = await get('/1/deliveries?limit=1');
    expect(first.items).toMatchObject([{ id: '2', state: 'delivered', status: 200, attempts: 1 }]);
    const second = await get(`/1/deliveries?limit=1&cursor=${first.next}`);
    expect([second.items.map(({ id }: { id: string }) => id), second.next]).toEqual([['1'], null]);

    expect((await post('/1/deliveries/1/replay')).json()).toEqual({ messages: 1 });
    expect((await post('/1/replay')).json()).toEqual({ messages: 0 });
    await deliveries.deliverDue();
    expect(calls[2]?.headers['webhook-id']).toBe(second.items[0].webhookId);

    expect((await post('/1/disable', { because: 'a pause' })).json()).toMatchObject({ disabledBecause: 'a pause' });
    expect((await post('/1/enable')).json()).toMatchObject({ disabledAt: null, disabledBecause: null });
    expect((await write({ method: 'DELETE', url: '/api/webhooks/1' })).statusCode).toBe(204);
    expect(await get('')).toEqual({ items: [], next: null });
    const deeds = await listAudit(app.db, { before: null, limit: 9, subject: 'webhook:1' });
    expect(deeds.map(({ action }) => action)).toEqual([
      'webhook.remove',
      'webhook.enable',
      'webhook.disable',
      'webhook.create',
    ]);
  });

  test('a stage is told; when the event behind it is voided it is taken back, and told again when it counts after all', async () => {
    await post('', { url: 'https://example.com/stages', types: ['contact.stage_changed'] });
    await app.scoring.publish(
      `
model: small
scores:
  interest: { range: [0, 100], rules: [{ id: form, on: form_submitted, points: 20 }] }
stages:
  - { id: mql, enter: { score: { interest: { atLeast: 10 } } }, leave: { score: { interest: { lessThan: 10 } } } }
`,
      'a test',
    );
    const settleAndTell = async (): Promise<unknown[]> => {
      const { live, companies, fill } = app.scoring.work;
      for (let left = 1; left > 0; ) left = (await live()) + (await companies()) + (await fill());
      calls.length = 0;
      await deliveries.deliverDue();
      return calls.map(({ body }) => JSON.parse(body));
    };
    await settleAndTell();
    service.now += 60_000;
    await app.ingest.accept({
      sourceId: null,
      receivedAt: service.now,
      messages: [
        {
          kind: 'event',
          who: { userId: 'wanda', anonymousId: null, email: null },
          id: 'form-1',
          name: 'form_submitted',
          at: service.now,
          properties: {},
          machine: null,
        },
      ],
      refusals: [],
    });
    const [wanda] = (await read({ url: '/api/contacts?userId=wanda' })).json().items;
    const data = { contact: wanda.id, model: 'small', version: 1, from: null, to: 'mql' };
    expect(await settleAndTell()).toMatchObject([{ type: 'contact.stage_changed', data }]);
    const events = { contactId: wanda.id, eventIds: ['form-1'] };
    service.now += 60_000;
    expect((await write({ method: 'POST', url: '/api/events/void', payload: { events } })).json()).toEqual({
      events: 1,
    });
    expect(await settleAndTell()).toMatchObject([{ type: 'contact.stage_change_undone', data }]);
    expect(await settleAndTell()).toEqual([]);
    await write({ method: 'POST', url: '/api/events/unvoid', payload: { events } });
    expect(await settleAndTell()).toMatchObject([{ type: 'contact.stage_changed', data }]);
  });

  test.each([
    'https://127.0.0.1/hook',
    'https://[::ffff:10.0.0.1]/',
    'http://example.com/',
    'https://169.254.169.254/',
    'javascript:alert(1)',
    'x',
  ])('%s is no endpoint', async (to) => {
    const answer = await post('', { url: to });
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'request_invalid']);
  });

  test('only whoever may manage webhooks does; what is not there is told so', async () => {
    expect((await post('', { url: 'https://example.com/' }, read)).statusCode).toBe(403);
    expect((await post('', { url: 'https://example.com/', types: ['all'] })).statusCode).toBe(400);
    for (const path of ['/99/test', '/99/replay', '/99/enable', '/99/deliveries/1/replay', '/99999999999999/test'])
      expect((await post(path)).statusCode).toBe(404);
    expect((await read({ method: 'GET', url: '/api/webhooks/99999999999999/deliveries' })).statusCode).toBe(404);
    expect((await write({ method: 'DELETE', url: '/api/webhooks/99999999999999' })).statusCode).toBe(404);
  });
});
