// Forecasts over HTTP, from a year of made-up leads whose truth is counted beside: what is told, and what is refused.
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { postgresUrl } from '../../test/postgres.ts';
import { NOON, testApp } from '../../test/service.ts';
import { asPerson } from '../../test/signed-in.ts';
import { chanceOf } from '../core/chance.ts';
import { type Fact, handoffOf } from '../core/handoff.ts';
import type { Message } from '../core/ingest.ts';
import { createServer } from '../server.ts';
import { addAgreement } from '../store/agreements.ts';
import { addHandoff, writeFacts } from '../store/handoffs.ts';
import type { forecastShape } from './forecast.ts';

const MODEL = `
model: b2b
scores:
  interest: { range: [0, 100], rules: [ { id: views, on: page_viewed, pointsEach: 20, max: 100 } ] }
stages:
  - { id: lead, enter: { score: { interest: { atLeast: 20 } } } }
  - { id: mql, enter: { score: { interest: { atLeast: 60 } } } }
`;
const AGREEMENT = `
agreement: leads
model: b2b
definition:
  stage: mql
  require: [phone]
  qualifiers:
    demographic: { employees: { atLeast: 100 } }
    behavioural: { event: { on: page_viewed, within: 60d } }
marketing: { number: { count: 30, per: quarter } }
`;
const DAY = 86_400_000;
const WEEK = 7 * DAY;
const url = await postgresUrl();

/** One lead: when it came, how often it looked at a page, a day apart, and what is known of it. */
const chance = chanceOf(11);
const people = Array.from({ length: 600 }, (_, i) => ({
  id: `p${i}`,
  came: NOON - Math.floor(chance() * 50 * 7) * DAY - 7 * DAY,
  views: Math.floor(chance() * 6),
  phone: chance() < 0.5,
  employees: chance() < 0.7 ? '500' : '10',
}));
const qualified = people.filter(({ views }) => views >= 3);
const meeting = qualified.filter(({ phone, employees }) => phone && employees === '500');

describe.skipIf(url === undefined)('forecasts over HTTP', async () => {
  if (url === undefined) return;
  const service = await testApp(url);
  const { app } = service;
  const server = await createServer(app);
  await server.ready();
  const viewer = await asPerson(server, service, 'viewer');
  await app.scoring.publish(MODEL, 'a test');
  const by = { by: 'a test', now: NOON };
  const agreementId = await addAgreement(app.db, { name: 'leads', document: AGREEMENT, modelId: 1 }, by);
  const who = (userId: string) => ({ userId, anonymousId: null, email: null });
  const messages = people.flatMap(({ id, came, views, phone, employees }): Message[] => [
    { kind: 'traits', who: who(id), at: came, traits: { employees, ...(phone ? { phone: '+40 21' } : {}) } },
    ...Array.from(
      { length: views },
      (_, i): Message => ({
        kind: 'event',
        who: who(id),
        id: `${id} ${i}`,
        name: 'page_viewed',
        at: came + i * DAY,
        properties: {},
        machine: null,
      }),
    ),
  ]);
  await app.ingest.accept({ sourceId: 0, receivedAt: NOON, messages, refusals: [] });

  const get = async (path: string) => {
    const answer = await viewer({ method: 'GET', url: `/api/forecast${path}` });
    return { status: answer.statusCode, body: answer.json() };
  };
  const post = async (payload: object) => {
    const answer = await viewer({ method: 'POST', url: '/api/forecast/definition', payload });
    return { status: answer.statusCode, body: answer.json() };
  };
  const total = (history: z.input<typeof forecastShape>['history']) =>
    history.reduce((sum, { count }) => sum + count, 0);

  test('an agreement: the weeks of the last year are counted as they were, the next ones with an interval', async () => {
    const { status, body } = await get(`?agreement=${agreementId}&weeks=6`);
    expect(status).toBe(200);
    expect(total(body.history)).toBe(meeting.length);
    expect(body.source).toBe('scored');
    expect(body.ahead).toHaveLength(6);
    const [first] = body.ahead;
    expect(first.from).toBe('2026-11-22T12:00:00.000Z');
    expect(first.low <= first.expected && first.expected <= first.high).toBe(true);
    const pace = meeting.length / 50;
    expect(body.quarter.expected / (13 * pace)).toBeGreaterThan(0.5);
    expect(body.quarter.expected / (13 * pace)).toBeLessThan(2);
    expect(body.backTest.cases).toBeGreaterThan(20);
    expect(body.backTest.coverage).toBeGreaterThan(0.6);
    expect(body.promise).toMatchObject({ count: 30, per: 'quarter', until: '2027-01-01T00:00:00.000Z' });
    expect(body.promise.end.expected).toBeGreaterThan(body.promise.soFar);
    expect(body.sample).toEqual({ contacts: 600, lookedAt: 600, error: null });
  });

  test('a stage: those who reached it or one after it', async () => {
    const { body } = await get('?stage=mql');
    expect(total(body.history)).toBe(qualified.length);
    expect((await get('?stage=lead')).body.history.length).toBeGreaterThan(40);
    expect(total((await get('?stage=lead')).body.history)).toBe(people.filter(({ views }) => views >= 1).length);
    expect(body.promise).toBeNull();
  });

  test('each condition has its cost, and the smallest loosening fills the promise', async () => {
    const { body } = await post({ agreement: String(agreementId), wantedPerWeek: qualified.length / 52 });
    expect(body.perWeek).toBeCloseTo(meeting.length / 52, 9);
    const cost = (start: string) =>
      body.conditions.find(({ condition }: { condition: string }) => condition.startsWith(start));
    expect(cost('phone').more).toBeCloseTo(
      (qualified.filter(({ employees }) => employees === '500').length - meeting.length) / 52,
      9,
    );
    expect(cost('employees').more).toBeCloseTo(
      (qualified.filter(({ phone }) => phone).length - meeting.length) / 52,
      9,
    );
    expect(body.loosening.leaveOut).toHaveLength(2);
    const inRomanian = (await post({ agreement: String(agreementId), language: 'ro' })).body.conditions;
    expect(inRomanian.map(({ condition }: { condition: string }) => condition)).toContain('phone are o valoare');
    expect(body.loosening.perWeek).toBeGreaterThanOrEqual(qualified.length / 52);
    expect(body.threshold).toMatchObject({ score: 'interest', points: 60 });
    const step = body.threshold.steps.find(({ points }: { points: number }) => points === 60);
    expect(step.perWeek).toBeCloseTo(body.perWeek, 9);
    // The promise itself asks for 30 a quarter.
    expect((await post({ document: AGREEMENT })).body.wantedPerWeek).toBeCloseTo(2.3, 1);
    expect((await post({ document: AGREEMENT, agreement: '1' })).status).toBe(400);
    expect((await post({ document: AGREEMENT.replace('stage: mql', 'stage: mqls') })).body.code).toBe('model_invalid');
    expect((await post({ document: AGREEMENT.replace('model: b2b', 'model: none') })).status).toBe(400);
  });

  test('the threshold for a pace gives at most so many a day, and the next lower one more', async () => {
    const perDay = (people.filter(({ views }) => views >= 3).length + 1) / 364;
    const { body } = await get(`/threshold?score=interest&perDay=${perDay}`);
    expect(body).toMatchObject({ points: 60, below: { points: 40 } });
    expect(body.perDay).toBeLessThanOrEqual(perDay);
    expect(body.below.perDay).toBeGreaterThan(perDay);
    expect(body.tried.perDay).toBeGreaterThan(0);
    expect((await get('/threshold?score=nothing&perDay=3')).status).toBe(404);
    expect((await get('/threshold?score=interest&perDay=0')).status).toBe(400);
  });

  test('what is unknown is refused', async () => {
    expect((await get('')).status).toBe(400);
    expect((await get('?agreement=1&stage=mql')).status).toBe(400);
    expect((await get('?stage=none')).status).toBe(404);
    expect((await get('?agreement=99')).status).toBe(404);
    expect((await get('?stage=mql&weeks=99')).status).toBe(400);
  });

  test('wins and revenue of what was handed over, in the commonest currency', async () => {
    expect((await get('/revenue')).body).toMatchObject({ leads: 0, present: null, next: null, cohorts: [] });
    const some = people.slice(0, 300);
    for (const [i, { came }] of some.entries()) {
      const end: Fact[] =
        i % 5 === 0
          ? [
              { kind: 'accepted', at: came + DAY, by: 'x' },
              { kind: 'won', at: came + 3 * DAY, by: 'x', amount: 1000, currency: i === 0 ? 'USD' : 'EUR' },
            ]
          : i % 5 === 1
            ? [{ kind: 'rejected', at: came + DAY, by: 'x', reason: 'no-budget', note: null }]
            : [];
      const facts: Fact[] = [
        { kind: 'entered', at: came, by: 'scoreline', stage: 'mql', lacks: [] },
        { kind: 'assigned', at: came, by: 'scoreline', to: 'x', because: 'turn' },
        ...end,
      ];
      const state = handoffOf(facts);
      const kept = {
        contactId: i + 1,
        agreementId,
        modelId: 1,
        companyId: null,
        movedAt: came,
        movedTo: 'mql',
        stage: 'mql',
      };
      const handoffId = await addHandoff(app.db, { ...kept, evidence: {} }, state, NOON);
      await writeFacts(app.db, { contactId: i + 1, handoffId }, { facts, place: 0, state, now: NOON });
    }
    const { status, body } = await get('/revenue?weeks=8');
    expect(status).toBe(200);
    expect(body).toMatchObject({ leads: 300, won: 60, open: 180, currency: 'EUR', otherCurrencies: 1 });
    expect(body.conversion[1].expected).toBeCloseTo(0.2, 2);
    expect(body.cohorts.reduce((sum: number, { leads }: { leads: number }) => sum + leads, 0)).toBe(300);
    expect(body.next.wins.expected).toBeGreaterThan(body.present.wins.expected);
    expect(body.next.revenue.expected / body.next.wins.expected).toBeCloseTo(1000, 6);
    // Eight weeks at six leads a week, of which one in five wins.
    expect(body.next.wins.expected).toBeGreaterThan(4);
    expect(body.next.wins.expected).toBeLessThan(20);
    expect(body.backTest.cases).toBe(26);
  });

  test('once versions have served for half a year, moves speak for themselves', async () => {
    service.now = NOON + 30 * WEEK;
    for (let week = 0; week < 29; week++)
      await app.db.rows(
        `insert into move (contact_id, model_id, at, from_stage, to_stage, recorded_at) values
           ($1, 1, $2, 'lead', 'mql', $2), ($1 + 1, 1, $2, null, 'mql', $2), ($1 + 2, 1, $2, 'mql', 'lead', $2)`,
        [week * 3 + 1, NOON + week * WEEK + DAY],
      );
    const { body } = await get('?stage=mql&weeks=2');
    expect(body.source).toBe('moves');
    expect(body.history.map(({ count }: { count: number }) => count)).toEqual([...new Array(29).fill(2), 0]);
    expect(body.sample).toBeNull();
  });
});
