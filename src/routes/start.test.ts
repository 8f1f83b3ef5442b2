// Made-up data beside real data: it comes once, and when it goes the real data is what it was, to the last byte.
import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { NOON, testApp } from '../../test/service.ts';
import { asPerson } from '../../test/signed-in.ts';
import type { Send } from '../connectors/send.ts';
import type { Message } from '../core/ingest.ts';
import { createDeliveries } from '../deliveries.ts';
import { fillDemo } from '../demo-workspace.ts';
import { createServer } from '../server.ts';
import { createSource } from '../store/sources.ts';

const url = await postgresUrl();
const MODEL = `
model: own
title: Our own
scores:
  total: { range: [0, 100], rules: [ { id: seen, on: page_viewed, pointsEach: 60 } ] }
stages:
  - { id: mql, enter: { score: { total: { atLeast: 50 } } }, leave: { score: { total: { lessThan: 50 } } } }
`;
/** Those that write down what was done, or hold what is in hand. */
const APART = ['audit', 'migration', 'changed', 'changed_company', 'person', 'session', 'sign_in', 'attempt'];

describe.skipIf(url === undefined)('made-up data', async () => {
  const service = await testApp(url ?? '');
  const { app } = service;
  const server = await createServer(app);
  const admin = await asPerson(server, service, 'administrator');
  const send: Send = async () => ({ status: 200, headers: {}, body: '' });
  const deliveries = createDeliveries({ ...app, send, random: () => 0 });
  const start = async () => (await admin({ method: 'GET', url: '/api/start' })).json();
  const score = async () => {
    while (
      (await app.scoring.work.live()) + (await app.scoring.work.fill()) + (await app.scoring.work.companies()) >
      0
    );
  };
  const everything = async () => {
    const tables = await app.db.rows<{ name: string }>(
      `select table_name as name from information_schema.tables
       where table_schema = current_schema() and not table_name = any($1::text[]) order by 1`,
      [APART],
    );
    const all: Record<string, unknown> = {};
    for (const { name } of tables)
      all[name] = (await app.db.rows(`select to_jsonb(t)::text as row from ${name} t order by 1`)).map((row) => row);
    return all;
  };

  test('is asked for by the page, told of, and taken out without a trace in what is real', async () => {
    expect(await start()).toMatchObject({ empty: true, demo: 'none', source: false, event: false, model: false });
    const hook = { url: 'https://example.com/hook', types: ['contact.stage_changed'] };
    await admin({ method: 'POST', url: '/api/webhooks', payload: hook });
    const sourceId = await createSource(app.db, { kind: 'segment', name: 'Real', now: NOON });
    await app.scoring.publish(MODEL, 'a person');
    const who = { userId: 'made-up-looking', anonymousId: null, email: 'real@customer-firm.com' };
    const messages: Message[] = [
      { kind: 'traits', who, at: NOON - 9000, traits: { email: 'real@customer-firm.com' } },
      { kind: 'company', who, at: NOON - 9000, key: 'made-up-company-of-ours', traits: { name: 'Real' } },
      { kind: 'event', who, id: 'e1', name: 'page_viewed', at: NOON - 8000, properties: {}, machine: null },
    ];
    const refusals = [{ reason: 'of no use', message: '{}' }];
    await app.ingest.accept({ sourceId, receivedAt: NOON, messages, refusals });
    await score();
    await deliveries.deliverDue();
    const before = await everything();
    expect(await start()).toMatchObject({ empty: false, source: true, event: true, model: true, qualified: true });

    await fillDemo(app, 400);
    await score();
    await deliveries.deliverDue();
    const [told] = await app.db.rows('select count(*) as n from webhook_delivery where contact_id is not null');
    expect(told).toEqual({ n: 1 });
    expect(await start()).toMatchObject({ demo: 'there' });
    // Its leads are scored, some of them high, and machines are seen as such.
    const [leads] = await app.db.rows<{ hot: number; scored: number; machines: number }>(
      `select count(*) filter (where band = 'hot') as hot, count(*) as scored,
              (select count(*) from event where machine is not null) as machines
         from score where name = 'total' and points is not null
          and model_id = (select model_id from model where name = 'demo')`,
    );
    expect(leads?.scored).toBeGreaterThan(360);
    expect(leads?.hot).toBeGreaterThan(5);
    expect(leads?.machines).toBeGreaterThan(20);
    const removed = await admin({ method: 'DELETE', url: '/api/start/demo' });
    expect(removed.json()).toEqual({ contacts: 400 });
    await score();
    expect(await everything()).toEqual(before);
    expect(await start()).toMatchObject({ demo: 'none', event: true, qualified: true });
  });

  test('is not taken out while it is still coming', async () => {
    expect((await admin({ method: 'POST', url: '/api/start/demo', payload: {} })).json()).toMatchObject({
      demo: 'coming',
    });
    expect((await admin({ method: 'DELETE', url: '/api/start/demo' })).statusCode).toBe(409);
    expect((await admin({ method: 'POST', url: '/api/start/dismiss', payload: {} })).statusCode).toBe(204);
    expect(await start()).toMatchObject({ dismissed: true });
  });
});
