// Hand-offs from the stage to the answer, through the engine and the database: what waits, who gets what, which promises
// are kept, and what is taken back.
import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../test/postgres.ts';
import { NOON, testApp } from '../test/service.ts';
import type { Message } from './core/ingest.ts';
import { addAgreement, hashOf, putInForce, signAgreement } from './store/agreements.ts';
import { eraseContact } from './store/erase.ts';
import { voidEvents } from './store/events.ts';
import { factsOf, listClocks, listHandoffs } from './store/handoffs.ts';
import { saveSeller } from './store/sellers.ts';
import { startWorkers } from './worker.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const DAY = 24 * HOUR;
const MODEL = `
model: b2b
scores:
  interest: { range: [0, 100], rules: [ { id: demo, on: demo_asked, points: 60 } ] }
disqualify: [ { id: rival, if: { title: { is: rival } }, reason: Competitor } ]
stages:
  - { id: lead, enter: { score: { interest: { atLeast: 0 } } } }
  - { id: mql, enter: { score: { interest: { atLeast: 50 } } }, leave: { score: { interest: { lessThan: 50 } } } }
`;
const AGREEMENT = `
agreement: leads
model: b2b
definition: { stage: mql, require: [phone], qualifiers: { demographic: { company.employees: { atLeast: 100 } } } }
marketing: { deliver: 1d }
sales:
  firstContact: { within: 30m, never: 1d }
  touches: { call: 1, email: 1, within: 2w }
  answer: 2d
  remind: 10m
  escalate: 1h
  reassign: 2h
`;
/** Ten in the morning of the Monday after. */
const MONDAY = NOON + DAY - 2 * HOUR;

const url = await postgresUrl();

describe.skipIf(url === undefined)('hand-offs', async () => {
  if (url === undefined) return;
  const service = await testApp(url);
  const { app } = service;
  const { db, handoffs } = app;
  service.now = MONDAY;
  await app.scoring.publish(MODEL, 'a test');
  const by = { by: 'a test', now: MONDAY };
  const agreementId = await addAgreement(db, { name: 'leads', document: AGREEMENT, modelId: 1 }, by);
  for (const team of ['marketing', 'sales'] as const)
    await signAgreement(db, agreementId, { team, hash: hashOf(AGREEMENT) }, by);
  await putInForce(db, agreementId, by);
  const nine = [[9 * 60, 17 * 60]] as const;
  const hours = { zone: 'UTC', week: [nine, nine, nine, nine, nine, [], []], holidays: null };
  const seller = { ...hours, capacity: 10, weight: 1, territory: null, active: true };
  for (const email of ['ana@x.example', 'bo@x.example']) await saveSeller(db, email, seller, by);

  const send = async (...messages: Message[]) => {
    await app.ingest.accept({ sourceId: 0, receivedAt: service.now, messages, refusals: [] });
    const workers = startWorkers(app, 1);
    await expect.poll(async () => (await db.rows('select 1 from changed limit 1')).length).toBe(0);
    await workers.stop();
    await handoffs.look();
  };
  const who = (userId: string) => ({ userId, anonymousId: null, email: null });
  const known = (id: string, traits: Record<string, string>): Message => ({
    kind: 'traits',
    who: who(id),
    at: service.now,
    traits,
  });
  const firm = (id: string, employees: string): Message => ({
    kind: 'company',
    who: who(id),
    at: service.now,
    key: `firm of ${id}`,
    traits: { employees },
  });
  const asked = (id: string): Message => ({
    kind: 'event',
    who: who(id),
    id: `demo ${id}`,
    name: 'demo_asked',
    at: service.now,
    properties: {},
    machine: null,
  });
  const contactOf = async (id: string): Promise<number> => {
    const [found] = await db.rows<{ id: number }>(
      `select contact_id as id from identity where value = $1 and kind = 'user_id'`,
      [id],
    );
    return found?.id ?? 0;
  };
  const latest = async (id: string) => {
    const [one] = await listHandoffs(db, { contactId: await contactOf(id), order: 'newest', after: null, limit: 1 });
    if (one === undefined) throw new Error(`${id} was not handed over`);
    return one;
  };
  const outcomes = async (handoffId: number) =>
    (await listClocks(db, [handoffId])).map(({ kind, assignment, outcome }) => `${kind} ${assignment} ${outcome}`);

  test('who has all that was agreed goes to somebody, and a call in time keeps the promise', async () => {
    await send(known('one', { phone: '1' }), firm('one', '200'), asked('one'));
    const one = await latest('one');
    expect(one).toMatchObject({ state: 'open', stage: 'mql', assignments: 1, agreementId });
    expect(one.evidence).toMatchObject({ stage: 'mql', version: 1, scores: { interest: { points: 60_000_000 } } });
    service.now += 20 * MINUTE;
    await handoffs.record(
      one.handoffId,
      { kind: 'touched', touch: 'call', note: null },
      { by: 'ana', at: service.now },
    );
    await handoffs.record(one.handoffId, { kind: 'accepted' }, { by: 'ana', at: service.now });
    expect(await outcomes(one.handoffId)).toEqual([
      'deliver 0 kept',
      'first-contact 1 kept',
      'first-contact-never 1 kept',
      'answer 1 kept',
      'touches 1 null',
    ]);
    await expect(handoffs.record(one.handoffId, { kind: 'accepted' }, { by: 'ana', at: service.now })).rejects.toThrow(
      'a hand-off that is accepted cannot be accepted',
    );
  });

  test('what is missing waits with marketing and says so, and goes on by itself when it is there', async () => {
    await send(known('two', { name: 'Two' }), firm('two', '20'), asked('two'));
    expect(await latest('two')).toMatchObject({ state: 'waiting', lacks: ['phone', 'demographic'] });
    service.now += HOUR;
    await send(known('two', { phone: '2' }));
    expect(await latest('two')).toMatchObject({ state: 'waiting', lacks: ['demographic'] });
    service.now += HOUR;
    await send(firm('two', '300'));
    expect(await latest('two')).toMatchObject({ state: 'open', lacks: [], assignments: 1 });
  });

  test('nobody acts: reminded, missed, told, and given to the other one with a new clock', async () => {
    await send(known('three', { phone: '3' }), firm('three', '200'), asked('three'));
    const one = await latest('three');
    service.now += 25 * MINUTE;
    await handoffs.look();
    service.now += 3 * HOUR;
    await handoffs.look();
    const now = await latest('three');
    expect(now.assignments).toBe(2);
    expect(now.assignee).not.toBe(one.assignee);
    const notices = await db.rows<{ kind: string; recipient: string }>(
      'select kind, recipient from handoff_notice where handoff_id = $1 order by notice_id',
      [one.handoffId],
    );
    expect(notices).toEqual([
      { kind: 'assigned', recipient: one.assignee },
      { kind: 'reminder', recipient: one.assignee },
      { kind: 'escalation', recipient: 'leadership' },
      { kind: 'assigned', recipient: now.assignee },
      { kind: 'taken', recipient: one.assignee },
    ]);
    expect((await outcomes(one.handoffId)).filter((line) => line.startsWith('first-contact '))).toEqual([
      'first-contact 1 missed',
      'first-contact 2 null',
    ]);
    // A call that is told of afterwards does not unmake what was missed.
    await handoffs.record(
      one.handoffId,
      { kind: 'touched', touch: 'call', note: null },
      { by: 'bo', at: one.enteredAt + MINUTE },
    );
    expect(await outcomes(one.handoffId)).toContain('first-contact 1 missed');
  });

  test('an event that is voided before anybody acted takes the hand-off back', async () => {
    await send(known('four', { phone: '4' }), firm('four', '200'), asked('four'));
    const one = await latest('four');
    const selection = { kind: 'ids', contactId: one.contactId, eventIds: ['demo four'] } as const;
    await voidEvents(db, selection, { by: 'a test', reason: 'a test', now: service.now });
    await send();
    expect((await latest('four')).state).toBe('withdrawn');
  });

  test('a second move makes no second hand-off, and a rejected lead is handed over again when it comes back', async () => {
    const one = await latest('one');
    const back = service.now + 7 * DAY;
    await handoffs.record(
      one.handoffId,
      { kind: 'recycled', until: back, note: 'next week' },
      { by: 'ana', at: service.now },
    );
    service.now = back + HOUR;
    await send(known('one', { phone: '11' }));
    const again = await latest('one');
    expect(again.handoffId).not.toBe(one.handoffId);
    expect(again.state).toBe('open');
    await handoffs.look();
    expect((await latest('one')).handoffId).toBe(again.handoffId);
  });

  test('an erased person leaves nothing behind, and the others keep theirs', async () => {
    const one = await latest('two');
    await eraseContact(db, one.contactId, { by: 'a test', now: service.now });
    for (const table of ['handoff', 'handoff_fact', 'handoff_clock', 'handoff_notice'])
      expect(await db.rows(`select 1 from ${table} where contact_id = $1`, [one.contactId])).toEqual([]);
    expect(await factsOf(db, await latest('three'))).not.toEqual([]);
  });
});
