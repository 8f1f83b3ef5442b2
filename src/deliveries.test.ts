// What happened and who was told: messages on real tables, to a receiver that answers as the test says.
import { Webhook } from 'standardwebhooks';
import { beforeEach, describe, expect, test } from 'vitest';
import { postgresUrl } from '../test/postgres.ts';
import { NOON, testApp } from '../test/service.ts';
import type { OutRequest } from './connectors/send.ts';
import { secretOf } from './connectors/webhook-out.ts';
import { createDeliveries } from './deliveries.ts';
import { addNotices } from './store/handoffs.ts';
import { addEndpoint, findEndpoint, listDeliveries, replay, setDisabled, takeDue } from './store/webhooks.ts';

const url = await postgresUrl();
const SECRET = secretOf(new Uint8Array(32).fill(1));
const MINUTE = 60_000;

describe.skipIf(url === undefined)('webhooks', async () => {
  const service = await testApp(url ?? '');
  const { app } = service;
  const { db } = app;
  const by = { by: 'a test', now: NOON };
  let calls: OutRequest[] = [];
  /** What the receiver at a path answers, one after the other; the last for ever. A text is a broken connection. */
  let answers: Record<string, (number | string)[]> = {};

  const open = () =>
    createDeliveries({
      ...app,
      random: () => 0,
      send: async (request) => {
        calls.push(request);
        const list = answers[new URL(request.url).pathname] ?? [204];
        const answer = (list.length > 1 ? list.shift() : list[0]) ?? 204;
        if (typeof answer === 'string') throw new Error(answer);
        return { status: answer, headers: {}, body: '' };
      },
    });
  const deliveries = open();
  const later = async (ms: number) => {
    service.now += ms;
    await deliveries.deliverDue();
  };
  const endpoint = (path: string, types = ['contact.stage_changed', 'contact.merged', 'model.published']) =>
    addEndpoint(db, { url: `https://example.com${path}`, secret: SECRET, types }, { ...by, now: service.now });
  const told = ({ endpointId }: { endpointId: number }) => listDeliveries(db, { endpointId, before: null, limit: 99 });
  const move = (contact: number, { at = NOON, to = 'mql', held = false } = {}) =>
    db.rows(
      `insert into move (contact_id, model_id, at, from_stage, to_stage, recorded_at, held)
       values ($1, 1, $2, null, $3, $2, $4)`,
      [contact, at, to, held],
    );
  const bodies = () => calls.map(({ body }) => JSON.parse(body));
  const ids = () => calls.map(({ headers }) => headers['webhook-id']);

  beforeEach(async () => {
    service.now = NOON;
    calls = [];
    answers = {};
    await db.script(
      'truncate move, merge, model, history, handoff_notice, webhook_endpoint, webhook_delivery restart identity',
    );
    await db.rows(
      `insert into model (name, version, document, state, published_at, published_by, told)
       values ('b2b', 3, '', 'serving', $1, 'a test', true)`,
      [NOON],
    );
  });

  test('a move becomes one signed message for each endpoint that asked for it', async () => {
    await endpoint('/all');
    await endpoint('/models', ['model.published']);
    await db.rows(`insert into history values (7, 1, $1, '{"total": 62500000, "quadrant": "B2"}', 'mql', null)`, [
      NOON,
    ]);
    await move(7);
    await deliveries.deliverDue();
    await deliveries.deliverDue();
    expect(bodies()).toEqual([
      {
        type: 'contact.stage_changed',
        timestamp: '2026-11-22T12:00:00.000Z',
        data: {
          contact: '7',
          model: 'b2b',
          version: 3,
          from: null,
          to: 'mql',
          at: '2026-11-22T12:00:00.000Z',
          scores: { total: 62.5, quadrant: 'B2' },
        },
      },
    ]);
    const [call] = calls;
    const id = call?.headers['webhook-id'] ?? '';
    const signature = new Webhook(SECRET).sign(id, new Date(NOON), call?.body ?? '');
    expect(call).toMatchObject({
      url: 'https://example.com/all',
      headers: { 'webhook-timestamp': String(NOON / 1000), 'webhook-signature': signature },
    });
  });

  test('a merge and a published version are told', async () => {
    await endpoint('/all');
    await db.rows(`insert into merge (kept_id, gone_id, at, cause, moved) values (1, 2, $1, 'alias', '{}')`, [NOON]);
    await db.rows('update model set told = false');
    await deliveries.deliverDue();
    expect(bodies()).toMatchObject([
      { type: 'contact.merged', data: { kept: '1', gone: '2' } },
      { type: 'model.published', data: { model: 'b2b', version: 3 } },
    ]);
  });

  test('what a hand-off has to tell is told once, to those that asked for it', async () => {
    await endpoint('/hand-offs', ['handoff.assigned', 'handoff.escalation']);
    const about = { contactId: 7, handoffId: 3, at: NOON };
    const late = { clock: 'first-contact', dueAt: NOON - MINUTE, assignee: 'sam@example.org' };
    await addNotices(db, [
      { ...about, kind: 'assigned', recipient: 'sam@example.org', details: { lacks: [] } },
      { ...about, kind: 'reminder', recipient: 'sam@example.org', details: late },
      { ...about, kind: 'escalation', recipient: 'leadership', details: late },
      { ...about, kind: 'waiting', recipient: 'marketing', details: { lacks: ['phone'] } },
    ]);
    await deliveries.deliverDue();
    await deliveries.deliverDue();
    const data = { handoff: '3', contact: '7', assignee: 'sam@example.org', at: '2026-11-22T12:00:00.000Z' };
    expect(bodies().toSorted((a, b) => a.type.localeCompare(b.type))).toEqual([
      { type: 'handoff.assigned', timestamp: data.at, data: { ...data, clock: null, dueAt: null } },
      {
        type: 'handoff.escalation',
        timestamp: data.at,
        data: { ...data, clock: 'first-contact', dueAt: '2026-11-22T11:59:00.000Z' },
      },
    ]);
  });

  test('held moves are told when they are released, undone ones never; one that leads elsewhere anew is told anew', async () => {
    await endpoint('/all');
    await move(1, { held: true });
    await move(2);
    await db.rows('update move set undone_at = $1 where contact_id = 2', [NOON]);
    await deliveries.deliverDue();
    expect(calls).toEqual([]);
    await db.rows('update move set held = false');
    await deliveries.deliverDue();
    expect(bodies()).toMatchObject([{ data: { contact: '1', to: 'mql' } }]);
    const again = (to: string, now: number) =>
      db.rows('update move set undone_at = null, to_stage = $1, recorded_at = $2 where contact_id = 1', [to, now]);
    await again('mql', NOON + 1);
    await deliveries.deliverDue();
    expect(calls).toHaveLength(1);
    await again('sql', NOON + 2);
    await deliveries.deliverDue();
    expect(bodies().slice(1)).toMatchObject([
      { type: 'contact.stage_change_undone', data: { contact: '1', to: 'mql' } },
      { type: 'contact.stage_changed', data: { contact: '1', to: 'sql' } },
    ]);
  });

  test('a move that was told and did not happen is taken back once; where it happens after all it is told again', async () => {
    await endpoint('/all');
    await endpoint('/models', ['model.published']);
    await move(1);
    await deliveries.deliverDue();
    service.now += MINUTE;
    await endpoint('/later');
    const undone = (at: number | null) => db.rows('update move set undone_at = $1', [at]);
    await undone(service.now);
    await deliveries.deliverDue();
    await deliveries.deliverDue();
    const data = { contact: '1', model: 'b2b', version: 3, from: null, to: 'mql', at: '2026-11-22T12:00:00.000Z' };
    const taken = { ...data, undoneAt: '2026-11-22T12:01:00.000Z' };
    expect(bodies().slice(1)).toEqual([
      { type: 'contact.stage_change_undone', timestamp: '2026-11-22T12:01:00.000Z', data: taken },
    ]);
    // Whoever was not told of the move hears nothing of this.
    expect(calls[1]?.url).toBe('https://example.com/all');
    await undone(null);
    await deliveries.deliverDue();
    expect(bodies().slice(2)).toMatchObject([{ type: 'contact.stage_changed' }, { type: 'contact.stage_changed' }]);
    await undone(service.now);
    await deliveries.deliverDue();
    expect(bodies().slice(4)).toMatchObject(Array(2).fill({ type: 'contact.stage_change_undone' }));
    expect(new Set(ids()).size).toBe(6);
  });

  test('what takes a move back waits until the move was delivered, or given up', async () => {
    const made = await endpoint('/all');
    answers = { '/all': [500, 500, 200] };
    await move(1);
    await move(2);
    await deliveries.deliverDue();
    await db.rows('update move set undone_at = $1 where contact_id = 1', [NOON]);
    await deliveries.deliverDue();
    expect(await told(made)).toMatchObject([{ attempts: 0 }, { attempts: 1 }, { attempts: 1 }]);
    await later(5_000);
    const ofFirst = bodies().filter(({ data }) => data.contact === '1');
    expect(ofFirst.map(({ type }) => type)).toEqual([
      'contact.stage_changed',
      'contact.stage_changed',
      'contact.stage_change_undone',
    ]);
  });

  test('what happened before an endpoint was there is not told to it', async () => {
    await move(1);
    await deliveries.deliverDue();
    const made = await endpoint('/all');
    await move(2);
    await deliveries.deliverDue();
    expect((await told(made)).map(({ body }) => JSON.parse(body).data.contact)).toEqual(['2']);
  });

  test('a failure is tried again after 5 s, 5 min, 30 min with the same id, until 2xx', async () => {
    const made = await endpoint('/all');
    answers = { '/all': [500, 302, 'broken', 200] };
    await move(1);
    await deliveries.deliverDue();
    await later(4_999);
    expect(calls).toHaveLength(1);
    expect(await told(made)).toMatchObject([
      { attempts: 1, status: 500, problem: 'answered with 500', dueAt: NOON + 5_000 },
    ]);
    await later(1);
    expect(await told(made)).toMatchObject([{ attempts: 2, status: 302 }]);
    await later(5 * MINUTE);
    expect(await told(made)).toMatchObject([{ attempts: 3, status: null, problem: 'broken' }]);
    await later(30 * MINUTE);
    expect(await told(made)).toMatchObject([
      { attempts: 4, status: 200, problem: null, dueAt: null, deliveredAt: service.now },
    ]);
    expect(new Set(ids()).size).toBe(1);
    expect(new Set(calls.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(4);
    await later(999 * MINUTE);
    expect(calls).toHaveLength(4);
  });

  test('after ten attempts it is given up; replay sends it again under the same id', async () => {
    const made = await endpoint('/all');
    answers = { '/all': [503] };
    await move(1);
    for (let i = 0; i < 15; i++) await later(24 * 60 * MINUTE);
    expect(calls).toHaveLength(10);
    const [failed] = await told(made);
    expect(failed).toMatchObject({ attempts: 10, dueAt: null, deliveredAt: null });
    answers = {};
    expect(await replay(db, { ...made, deliveryId: null, now: service.now })).toBe(1);
    await deliveries.deliverDue();
    expect(await told(made)).toMatchObject([{ webhookId: failed?.webhookId, attempts: 1, deliveredAt: service.now }]);
    expect(await replay(db, { ...made, deliveryId: null, now: service.now })).toBe(0);
    expect(await replay(db, { ...made, deliveryId: failed?.deliveryId ?? 0, now: service.now })).toBe(1);
    await deliveries.deliverDue();
    expect(new Set(ids()).size).toBe(1);
    expect(calls).toHaveLength(12);
  });

  test('410 turns an endpoint off; its messages wait', async () => {
    const made = await endpoint('/all');
    answers = { '/all': [410] };
    await move(1);
    await deliveries.deliverDue();
    expect(await findEndpoint(db, made.endpointId)).toMatchObject({ disabledBecause: 'it answered 410 Gone' });
    await move(2);
    await later(999 * MINUTE);
    expect(calls).toHaveLength(1);
  });

  test('messages to a disabled endpoint wait until it is enabled', async () => {
    const made = await endpoint('/all');
    answers = { '/all': [500, 200] };
    await move(1);
    await deliveries.deliverDue();
    await setDisabled(db, made.endpointId, 'a pause', by);
    await later(999 * MINUTE);
    expect(calls).toHaveLength(1);
    await setDisabled(db, made.endpointId, null, by);
    await deliveries.deliverDue();
    expect(await told(made)).toMatchObject([{ deliveredAt: service.now }]);
  });

  test('a message in hand of a process that died is sent by another, once its time is over', async () => {
    const made = await endpoint('/all');
    await move(1);
    const other = open();
    const dying = createDeliveries({ ...app, random: () => 0, send: () => new Promise(() => {}) });
    void dying.deliverDue();
    await expect.poll(() => told(made)).toMatchObject([{ attempts: 1 }]);
    await other.deliverDue();
    expect(calls).toEqual([]);
    service.now += 2 * MINUTE;
    await other.deliverDue();
    expect(await told(made)).toMatchObject([{ attempts: 2, deliveredAt: service.now }]);
  });

  test('two processes at once: each message is sent once, whoever sends it', async () => {
    await endpoint('/a');
    await endpoint('/b');
    for (let contact = 1; contact <= 40; contact++) await move(contact);
    await Promise.all([deliveries.deliverDue(), open().deliverDue()]);
    await deliveries.deliverDue();
    expect(calls).toHaveLength(80);
    expect(new Set(ids()).size).toBe(80);
  });

  test('a slow endpoint holds no more than two, and the others are served', async () => {
    const slow = await endpoint('/slow');
    await endpoint('/quick');
    for (let contact = 1; contact <= 5; contact++) await move(contact);
    let free = () => {};
    const freed = new Promise<void>((resolve) => {
      free = resolve;
    });
    const quick: string[] = [];
    const stuck = createDeliveries({
      ...app,
      random: () => 0,
      send: async ({ url: to }) => {
        if (to.endsWith('/slow')) await freed;
        else quick.push(to);
        return { status: 200, headers: {}, body: '' };
      },
    });
    const done = stuck.deliverDue();
    await expect.poll(() => quick.length).toBe(5);
    expect(await takeDue(db, { now: service.now, until: service.now + 1, most: 2 })).toBeNull();
    free();
    await done;
    await stuck.deliverDue();
    expect((await told(slow)).every(({ deliveredAt }) => deliveredAt !== null)).toBe(true);
  });

  test('the loop sends what is due, and stops', async () => {
    await endpoint('/all');
    await move(1);
    const running = open();
    running.start();
    await expect.poll(() => calls.length).toBe(1);
    await running.stop();
    await move(2);
    expect(calls).toHaveLength(1);
  });
});
