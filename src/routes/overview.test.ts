// Figures for those who lead against a plain recount: a random history of 60 contacts under two versions, with voided
// events and moves that are held, comes in through the API, and every figure is counted again from raw rows.
import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { NOON, testApp } from '../../test/service.ts';
import { byKey } from '../../test/signed-in.ts';
import type { Span } from '../core/goals.ts';
import type { Message } from '../core/ingest.ts';
import { createServer } from '../server.ts';
import { readFunnel, readOrigins, readSteps } from '../store/overview.ts';
import { createSource } from '../store/sources.ts';
import { groundOf } from './overview.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 7, 1);
const CONTACTS = 60;
const STAGES = ['lead', 'mql', 'sql'];
const model = (mql: number) => `
model: random
scores:
  interest: { range: [0, 100], rules: [ { id: views, on: page_viewed, pointsEach: 10, within: 20d } ] }
bands:
  interest: { hot: 60, warm: 30, cold: 0 }
stages:
  - { id: lead, enter: { score: { interest: { atLeast: 10 } } }, leave: { score: { interest: { lessThan: 10 } } } }
  - { id: mql, enter: { score: { interest: { atLeast: ${mql} } } }, leave: { score: { interest: { lessThan: 20 } } } }
  - { id: sql, enter: { score: { interest: { atLeast: 60 } } }, leave: { score: { interest: { lessThan: 30 } } } }
`;

/** The same numbers every time. */
function diceOf(seed: number) {
  let state = seed;
  return (most: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

interface Move {
  readonly contact: number;
  readonly at: number;
  readonly from: string | null;
  readonly to: string | null;
}

const url = await postgresUrl();

describe.skipIf(url === undefined)('the overview', async () => {
  if (url === undefined) return;
  const service = await testApp(url);
  const { app } = service;
  const server = await createServer(app);
  const call = await byKey(server, service, 'write');
  const dice = diceOf(7);
  const settle = async (): Promise<void> => {
    const { live, heavy, companies, fill } = app.scoring.work;
    for (let left = 1; left > 0; ) left = (await live()) + (await heavy()) + (await companies()) + (await fill());
  };
  const get = async (path: string, query: object = {}) => {
    const search = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]));
    const response = await call({ url: path, query: search });
    expect(response.statusCode, response.body).toBe(200);
    return response.json();
  };
  const put = async (path: string, payload: object) => {
    const response = await call({ method: 'PUT', url: path, payload });
    expect(response.statusCode, response.body).toBe(200);
    return response.json();
  };

  const early = { from: START, to: START + 28 * DAY };
  const empty = Object.fromEntries(
    await Promise.all(
      ['funnel', 'weeks', 'steps', 'origins', 'contacts'].map(async (part) => [
        part,
        await get(`/api/overview/${part}`, early),
      ]),
    ),
  );

  // What happened: visits over 100 days, some of them voided, some deals, and a milder version after 60 days.
  service.now = START;
  await app.scoring.publish(model(40), 'a test');
  const sources = [
    await createSource(app.db, { kind: 'site', name: 'Site', now: START }),
    await createSource(app.db, { kind: 'fair', name: 'Fair', now: START }),
  ];
  const who = (n: number) => ({ userId: `u${n}`, anonymousId: null, email: null });
  const event = (n: number, id: string, name: string, at: number): Message => {
    return { kind: 'event', who: who(n), id, name, at, properties: {}, machine: null };
  };
  const tell = async (upTo: number, days: number): Promise<void> => {
    const messages = [...Array(CONTACTS).keys()].map((n) => {
      const busy = 1 + (n % 7) * 2;
      const visits = Array.from({ length: dice(busy * 2) }, (_, i) =>
        event(n, `${upTo}-${n}-${i}`, 'page_viewed', upTo - 1 - dice(days * DAY)),
      );
      const wins = dice(5) === 0 ? [event(n, `${upTo}-won-${n}`, 'deal_won', upTo - 1 - dice(days * DAY))] : [];
      const traits: Message = {
        kind: 'traits',
        who: who(n),
        at: upTo - days * DAY + n,
        traits: { country: n % 3 === 0 ? 'RO' : 'TR' },
      };
      return { sourceId: sources[n % 2] ?? 0, messages: [...visits, ...wins, ...(n % 5 === 0 ? [] : [traits])] };
    });
    for (const { sourceId, messages: own } of messages) {
      await app.ingest.accept({ sourceId, receivedAt: service.now, messages: own, refusals: [] });
    }
  };
  service.now = START + 60 * DAY;
  await tell(service.now, 60);
  await settle();
  const second = await app.scoring.publish(model(30), 'a test');
  await settle();
  await app.scoring.switchTo(second.id, 'a test');
  service.now = START + 100 * DAY;
  await tell(service.now, 40);
  await settle();
  const ids = await app.db.rows<{ id: number; event: string }>(
    `select contact_id as id, event_id as event from event where name = 'page_viewed' order by event_id limit 12`,
  );
  for (const { id, event: eventId } of ids) {
    const payload = { events: { contactId: String(id), eventIds: [eventId] }, reason: 'a test' };
    expect((await call({ method: 'POST', url: '/api/events/void', payload })).statusCode).toBe(200);
  }
  await settle();
  await put('/api/outcome', { events: ['deal_won'] });

  const moves = await app.db.rows<Move>(
    `select contact_id as contact, at, from_stage as "from", to_stage as "to" from move
     where undone_at is null and not held order by at, contact_id`,
  );
  const wins = await app.db.rows<{ contact: number; at: number }>(
    `select contact_id as contact, at from event where name = 'deal_won' order by at`,
  );
  const place = (stage: string | null): number => STAGES.indexOf(stage ?? '');
  const inside = ({ from, to }: Span, at: number): boolean => at >= from && at < to;
  const reaches = (stage: string, { from, to }: Move) => place(from) < place(stage) && place(to) >= place(stage);
  const reachesIn = (stage: string, span: Span) => moves.filter((m) => inside(span, m.at) && reaches(stage, m));
  const firsts = (list: readonly { contact: number; at: number }[]) => {
    const found = new Map<number, number>();
    for (const { contact, at } of list) if (!found.has(contact)) found.set(contact, at);
    return found;
  };
  const spans: readonly [string, Span][] = [
    ['all of it', { from: START, to: START + 100 * DAY }],
    ['the days around the switch', { from: START + 55 * DAY, to: START + 66 * DAY }],
    ['the last four weeks', { from: START + 72 * DAY, to: START + 100 * DAY }],
    ['before there was anything', { from: START - 50 * DAY, to: START - DAY }],
  ];

  test('it is empty and whole before anything is published, and says that no outcome is named', () => {
    expect(empty.funnel).toMatchObject({ model: null, outcome: [], present: { stages: [], won: null } });
    expect(empty.weeks).toMatchObject({ total: 0, before: 0, goal: null });
    expect(empty.steps).toMatchObject({ steps: [], unknown: 0 });
    expect(empty.origins).toMatchObject({ origins: [] });
    expect(empty.contacts).toEqual({ items: [], next: null });
  });

  test('there is enough to count', async () => {
    expect(moves.length).toBeGreaterThan(200);
    expect(wins.length).toBeGreaterThan(10);
    const [other] = await app.db.rows<{ undone: number; held: number }>(
      'select count(*) filter (where undone_at is not null) as undone, count(*) filter (where held) as held from move',
    );
    expect(other?.undone).toBeGreaterThan(0);
    expect(other?.held).toBeGreaterThan(0);
  });

  test.each(spans)('the funnel of %s', async (_, span) => {
    const { present, before, outcome } = await get('/api/overview/funnel', span);
    expect(outcome).toEqual(['deal_won']);
    const length = span.to - span.from;
    expect(before.span.from).toBe(new Date(span.from - length).toISOString());
    for (const [told, of] of [
      [present, span],
      [before, { from: span.from - length, to: span.from }],
    ] as const) {
      expect(told.won).toBe(firsts(wins.filter(({ at }) => inside(of, at))).size);
      for (const [n, stage] of STAGES.entries()) {
        const own = firsts(reachesIn(stage, of));
        const next = STAGES[n + 1];
        const later = next === undefined ? wins.filter(({ at }) => inside(of, at)) : reachesIn(next, of);
        const wentOn = [...own].filter(([contact, at]) => later.some((one) => one.contact === contact && one.at >= at));
        const stays = moves
          .filter(({ at, from }) => inside(of, at) && from === stage)
          .flatMap((end) => {
            const begin = moves.findLast(({ contact, at }) => contact === end.contact && at < end.at);
            return begin?.to === stage ? [end.at - begin.at] : [];
          })
          .sort((a, b) => a - b);
        const nth = (share: number): number | null => stays[Math.max(0, Math.ceil(share * stays.length) - 1)] ?? null;
        expect(told.stages[n]).toMatchObject({
          stage,
          reached: own.size,
          wentOn: wentOn.length,
          stays: { count: stays.length, median: nth(0.5), slow: nth(0.9) },
        });
      }
    }
  });

  test('who stands where at this moment', async () => {
    const { present } = await get('/api/overview/funnel', { from: START, to: START + DAY });
    for (const { stage, now } of present.stages) {
      const found = await call({
        method: 'POST',
        url: '/api/contacts/search',
        payload: { stage: [stage], limit: 500 },
      });
      expect([stage, now]).toEqual([stage, found.json().items.length]);
    }
  });

  test.each(spans)('weeks of %s', async (_, span) => {
    for (const stage of ['mql', undefined]) {
      const query = stage === undefined ? span : { ...span, stage };
      const told = await get('/api/overview/weeks', query);
      const counted = stage === undefined ? wins : [...firsts(reachesIn(stage, span)).values()].map((at) => ({ at }));
      for (const { from, to, reached } of told.weeks) {
        const week = { from: Date.parse(from), to: Date.parse(to) };
        expect(reached).toBe(counted.filter(({ at }) => inside(week, at)).length);
      }
      expect(told.total).toBe(counted.filter(({ at }) => inside(span, at)).length);
    }
  });

  test.each(spans)('the score against deals in %s', async (_, span) => {
    const versions = await app.scoring.versions();
    const rows = await app.db.rows<{ contact: number; model: number; at: number; points: number | null }>(
      `select contact_id as contact, model_id as model, at, (scores->>'interest')::bigint as points from history order by at`,
    );
    const served = versions.map(({ id, servedFrom, servedUntil }) => {
      return { id, from: servedFrom ?? Infinity, to: servedUntil ?? Infinity };
    });
    /** What holds of a contact right before an instant. */
    const pointsBefore = (contact: number, at: number): number | null => {
      const version = served.findLast(({ from }) => from < at);
      return (
        rows.findLast((row) => row.contact === contact && row.model === version?.id && row.at < at)?.points ?? null
      );
    };
    for (const by of ['band', 'tenth']) {
      const told = await get('/api/overview/steps', { ...span, by });
      expect(told.steps).toHaveLength(by === 'band' ? 3 : 10);
      const isIn = ({ from, to }: { from: number; to: number }, points: number | null, top: boolean) =>
        points !== null && points >= from * 1e6 && (top || points < to * 1e6);
      const won = firsts(wins.filter(({ at }) => inside(span, at)));
      let known = 0;
      for (const [n, step] of told.steps.entries()) {
        const were = new Set<number>();
        for (const { id, from, to } of served) {
          const part = { from: Math.max(from, span.from), to: Math.min(to, span.to) };
          if (part.from >= part.to) continue;
          for (let contact = 1; contact <= CONTACTS; contact++) {
            const own = rows.filter((row) => row.contact === contact && row.model === id && row.at < part.to);
            const first = own.findLastIndex(({ at }) => at <= part.from);
            for (const { points } of own.slice(Math.max(0, first))) if (isIn(step, points, n === 0)) were.add(contact);
          }
        }
        const wonIn = [...won].filter(([contact, at]) => isIn(step, pointsBefore(contact, at), n === 0)).length;
        known += wonIn;
        expect([step.from, step.contacts, step.won]).toEqual([step.from, were.size, wonIn]);
      }
      expect(told.unknown).toBe(won.size - known);
    }
  });

  test.each(spans)('where contacts of %s come from', async (_, span) => {
    const contacts = await app.db.rows<{ id: number; createdAt: number; country: string | null; user: string }>(
      `select contact_id as id, created_at as "createdAt", traits->>'country' as country, value as user
       from contact join identity using (contact_id) where kind = 'user_id'`,
    );
    const fresh = contacts.filter(({ createdAt }) => inside(span, createdAt));
    for (const trait of [undefined, 'country']) {
      const query = { ...span, stage: 'mql', ...(trait === undefined ? {} : { trait }) };
      const told = await get('/api/overview/origins', query);
      expect(told.traits).toEqual(['country']);
      const originOf = ({ user, country }: (typeof fresh)[number]) =>
        trait === undefined ? (Number(user.slice(1)) % 2 === 0 ? 'Site' : 'Fair') : country;
      const groups = Map.groupBy(fresh, originOf);
      expect(told.origins).toHaveLength(groups.size);
      for (const { origin, ...figures } of told.origins) {
        const own = groups.get(origin) ?? [];
        const count = (list: readonly { contact: number; at: number }[]) =>
          own.filter(({ id }) => list.some(({ contact, at }) => contact === id && at < span.to)).length;
        const reached = count(moves.filter((m) => reaches('mql', m)));
        expect(figures).toEqual({
          contacts: own.length,
          reached,
          won: count(wins.filter(({ at }) => at >= span.from)),
        });
      }
    }
  });

  test('of more rows than are looked at, whole lanes stand for all, and it is told how many those were', async () => {
    const span = { from: START, to: START + 100 * DAY };
    const ground = await groundOf(app, undefined);
    if (ground === null) throw new Error('no model serves');
    const ended = moves.filter(({ from }) => from !== null);
    // Half of what is looked at, in lanes; a contact is in the lane of its number.
    const staysLanes = Math.ceil((64 * 40) / 2 / ended.length);
    const looked = ended.flatMap((end) => {
      const begin = moves.findLast(({ contact, at }) => contact === end.contact && at < end.at);
      return (end.contact & 63) < staysLanes && begin?.to === end.from ? [end] : [];
    });
    const funnel = await readFunnel(app.db, ground, span, 40);
    expect(looked.length).toBeGreaterThan(0);
    expect(funnel.sample).toBe(looked.length);
    for (const { stage, stays, reached } of funnel.stages) {
      const own = looked.filter(({ from }) => from === stage).length;
      expect([stage, stays.count]).toEqual([stage, Math.round((own * 64) / staysLanes)]);
      expect(reached).toBe(firsts(reachesIn(stage, span)).size);
    }
    const all = await app.db.rows<{ id: number }>('select contact_id as id from contact');
    const lanes = Math.ceil((64 * 30) / 2 / all.length);
    const chosen = all.filter(({ id }) => (id & 63) < lanes);
    const steps = await readSteps(app.db, ground, 'interest', [0], span, 30);
    expect(steps.sample).toBe(chosen.length);
    const scored = await app.db.rows<{ id: number }>(
      "select distinct contact_id as id from history where scores->>'interest' is not null",
    );
    const known = scored.filter(({ id }) => (id & 63) < lanes).length;
    expect(steps.steps[0]?.contacts).toBe(Math.round((known * 64) / lanes));
    const origins = await readOrigins(app.db, ground, { stage: null, trait: null }, span, 30);
    expect(origins.sample).toBe(chosen.length);
    for (const read of [readFunnel(app.db, ground, span), readSteps(app.db, ground, 'interest', [0], span)])
      expect((await read).sample).toBeNull();
  });

  test('who is behind a figure, page by page', async () => {
    const span = { from: START, to: START + 100 * DAY };
    for (const stage of ['mql', undefined]) {
      const expected = [...firsts(stage === undefined ? wins : reachesIn(stage, span))];
      const found: { id: string; at: string }[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const query = { ...span, limit: 7, ...(stage === undefined ? {} : { stage }), ...(cursor ? { cursor } : {}) };
        const page = await get('/api/overview/contacts', query);
        found.push(...page.items);
        cursor = page.next;
      }
      expect(found.map(({ id, at }) => [Number(id), Date.parse(at)])).toEqual(
        expected.sort((a, b) => b[1] - a[1] || b[0] - a[0]),
      );
    }
  });

  test('figures are told again for a minute, then counted anew', async () => {
    const span = { from: START, to: START + 101 * DAY };
    const first = (await get('/api/overview/weeks', span)).total;
    const messages = [event(1, 'late-win', 'deal_won', START + 99 * DAY)];
    await app.ingest.accept({ sourceId: sources[0] ?? 0, receivedAt: service.now, messages, refusals: [] });
    expect((await get('/api/overview/weeks', span)).total).toBe(first);
    service.now += 60_000;
    expect((await get('/api/overview/weeks', span)).total).toBe(first + 1);
  });

  test.each([
    ['from after to', '/api/overview/funnel', { from: START, to: START - 1 }],
    ['too long a span', '/api/overview/funnel', { from: 0, to: START }],
    ['a stage that is none', '/api/overview/weeks', { from: START, to: NOON, stage: 'x' }],
    ['a score that is none', '/api/overview/steps', { from: START, to: NOON, score: 'x' }],
    ['no span', '/api/overview/origins', {}],
  ])('%s is refused', async (_, path, query) => {
    const search = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]));
    const response = await call({ url: path, query: search });
    expect([response.statusCode, response.json().code]).toEqual([400, 'request_invalid']);
  });
});
