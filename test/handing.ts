/**
 * A service with a model, an agreement in force and two sales people, on its own database: leads come in, go to somebody and
 * are answered, without the API in between. It decides nothing about what is right.
 */

import { expect } from 'vitest';
import type { Happening } from '../src/core/handoff.ts';
import type { Message } from '../src/core/ingest.ts';
import { addAgreement, hashOf, putInForce, signAgreement } from '../src/store/agreements.ts';
import { listClocks, listHandoffs } from '../src/store/handoffs.ts';
import { saveSeller } from '../src/store/sellers.ts';
import { startWorkers } from '../src/worker.ts';
import { NOON, testApp } from './service.ts';

export const HOUR = 3_600_000;
export const MINUTE = 60_000;
export const DAY = 24 * HOUR;
export const MODEL = `
model: b2b
scores:
  interest:
    range: [0, 100]
    rules:
      - { id: demo, on: demo_asked, points: 60 }
      - { id: call, on: call_booked, points: 30, within: 5d }
disqualify: [ { id: rival, if: { title: { is: rival } }, reason: Competitor } ]
stages:
  - { id: lead, enter: { score: { interest: { atLeast: 0 } } } }
  - { id: mql, enter: { score: { interest: { atLeast: 50 } } }, leave: { score: { interest: { lessThan: 50 } } } }
  - { id: sql, enter: { score: { interest: { atLeast: 80 } } }, leave: { score: { interest: { lessThan: 80 } } } }
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
export const MONDAY = NOON + DAY - 2 * HOUR;

/** @param url a database of its own */
export async function handing(url: string) {
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
  const did = (id: string, name: string): Message => ({
    kind: 'event',
    who: who(id),
    id: `${name} ${id}`,
    name,
    at: service.now,
    properties: {},
    machine: null,
  });
  const asked = (id: string): Message => did(id, 'demo_asked');
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

  const ana = { by: 'ana@x.example' };
  const record = (handoffId: number, happening: Happening) =>
    handoffs.record(handoffId, happening, { ...ana, at: service.now });
  const whole = async (id: string) => {
    await send(known(id, { phone: '1' }), firm(id, '200'), asked(id));
    return latest(id);
  };
  const close = async (id: string) =>
    record((await latest(id)).handoffId, { kind: 'rejected', reason: 'no-budget', note: null });
  const noticesOf = (handoffId: number) =>
    db.rows<{ kind: string; recipient: string }>(
      'select kind, recipient from handoff_notice where handoff_id = $1 order by notice_id',
      [handoffId],
    );
  return {
    service,
    app,
    db,
    handoffs,
    agreementId,
    seller,
    send,
    who,
    known,
    firm,
    did,
    asked,
    contactOf,
    latest,
    outcomes,
    record,
    whole,
    close,
    noticesOf,
  };
}
