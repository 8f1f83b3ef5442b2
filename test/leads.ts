/**
 * A few leads for tests of the page: two of one company in a stage, one who is nobody's, one disqualified. It decides
 * nothing about what is tested.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '../src/core/ingest.ts';
import { keepCompanies } from '../src/store/stated-companies.ts';
import { NOON, type TestApp } from './service.ts';

const DAY = 86_400_000;
const MODEL = `
model: simple
title: A simple model
scores:
  fit: { range: [0, 100], rules: [ { id: decides, if: { title: { mentions: [ceo] } }, points: 40 } ] }
  interest:
    range: [0, 50]
    rules:
      - { id: pricing, on: page_viewed, within: 30d, pointsEach: 20 }
      - { id: asked, on: form_submitted, points: 30 }
  total: { sum: { fit: 1, interest: 1 }, range: [0, 100] }
grades: { fit: { A: 30, B: 0 } }
disqualify:
  - { id: rival, if: { email.domain: { is: rival.example } }, reason: Competitor }
stages:
  - { id: mql, enter: { score: { total: { atLeast: 30 } } }, leave: { score: { total: { lessThan: 30 } } } }
  - { id: sql, enter: { score: { total: { atLeast: 80 } } }, leave: { score: { total: { lessThan: 80 } } } }
company:
  scores:
    people: { rollUp: sum, of: total, range: [0, 500] }
`;

const who = (userId: string) => ({ userId, anonymousId: null, email: null });
const known = (id: string, days: number, traits: Record<string, string>): Message => ({
  kind: 'traits',
  who: who(id),
  at: NOON - days * DAY,
  traits,
});
const did = (id: string, eventId: string, name: string, at: number): Message => ({
  kind: 'event',
  who: who(id),
  id: eventId,
  name,
  at,
  properties: { path: '/pricing' },
  machine: null,
});

/** Publishes a model ten days before noon and tells what the leads did since. */
export async function fillLeads(service: TestApp): Promise<void> {
  const { app } = service;
  service.now = NOON - 10 * DAY;
  await app.scoring.publish(MODEL, 'a test');
  service.now = NOON;
  const firm = { name: 'Firm Ltd', owner: 'Olga', territory: 'North' };
  await keepCompanies(app.db, [{ key: 'firm', domains: [], traits: firm, at: NOON - 20 * DAY }], 0);
  await app.ingest.accept({
    sourceId: 0,
    receivedAt: NOON,
    messages: [
      known('ana', 8, { first_name: 'Ana', last_name: 'Pop', title: 'Assistant', company_id: 'firm' }),
      known('ana', 5, { title: 'CEO', email: 'ana@firm.example', phone: '+40 21 555 01 23' }),
      known('bo', 5, { name: 'Bo <b>Bold</b>', title: 'Intern' }),
      known('dia', 5, { name: 'Dia Marin', title: 'Buyer', company_id: 'firm', email: 'dia@firm.example' }),
      known('eve', 5, { name: 'Eve Rival', title: 'CEO', email: 'eve@rival.example' }),
      did('ana', 'e1', 'page_viewed', NOON - 3 * DAY),
      did('ana', 'e2', 'page_viewed', NOON - DAY),
      did('ana', 'e3', 'page_viewed', NOON - DAY + 1000),
      did('dia', 'd1', 'form_submitted', NOON - 2 * DAY),
    ],
    refusals: [],
  });
  await scored(service);
}

/** Milliseconds; a few leads take far less. */
const PATIENCE = 20_000;

/** Waits until workers have done all that there is to do. */
async function scored({ app }: TestApp): Promise<void> {
  const late = performance.now() + PATIENCE;
  const waiting = 'select contact_id from changed union all select company_id from changed_company';
  while ((await app.db.rows(waiting)).length > 0) {
    if (performance.now() > late) throw new Error('the leads were not scored in time');
    await sleep(20);
  }
}
