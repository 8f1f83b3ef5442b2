// Goals and outcomes: who may change them, what is written down, and what is counted of them.
import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { NOON, testApp } from '../../test/service.ts';
import { asPerson, byKey } from '../../test/signed-in.ts';
import { createServer } from '../server.ts';

const DAY = 86_400_000;
const MODEL = `
model: small
scores:
  interest: { range: [0, 100], rules: [ { id: views, on: page_viewed, pointsEach: 10, within: 10d } ] }
stages:
  - { id: mql, enter: { score: { interest: { atLeast: 10 } } }, leave: { score: { interest: { lessThan: 10 } } } }
`;

const url = await postgresUrl();

describe.skipIf(url === undefined)('goals', async () => {
  if (url === undefined) return;
  const service = await testApp(url);
  const { app } = service;
  const server = await createServer(app);
  const leadership = await asPerson(server, service, 'leadership');
  const marketing = await asPerson(server, service, 'marketing');
  const viewer = await asPerson(server, service, 'viewer');
  const administrator = await asPerson(server, service, 'administrator');
  const key = await byKey(server, service, 'write');
  const json = async (response: ReturnType<typeof key>) => (await response).json();
  const goal = { team: 'marketing', stage: 'mql', period: 'month', amount: 5, from: '2026-11-17' };
  const post = (payload: object, call = leadership) => call({ method: 'POST', url: '/api/goals', payload });
  const visit = (user: string, id: string, at: number, name = 'page_viewed') =>
    app.ingest.accept({
      sourceId: 0,
      receivedAt: service.now,
      messages: [
        {
          kind: 'event',
          who: { userId: user, anonymousId: null, email: null },
          id,
          name,
          at,
          properties: {},
          machine: null,
        },
      ],
      refusals: [],
    });

  test('a stage of no model cannot be a goal', async () => {
    const response = await post(goal);
    expect([response.statusCode, response.json().message]).toEqual([
      400,
      'no stage of the model that serves is named `mql`',
    ]);
  });

  test('are made, counted in the period that runs, changed and removed, and each change is written down', async () => {
    service.now = NOON - 21 * DAY;
    await app.scoring.publish(MODEL, 'a test');
    service.now = NOON;
    // Once in this month although it came twice; another before the month began.
    await visit('ana', 'a1', NOON - 20 * DAY);
    await visit('ana', 'a2', NOON - 2 * DAY);
    await visit('bo', 'b1', NOON - DAY);
    while ((await app.scoring.work.live()) > 0);

    const made = await json(post(goal));
    expect(made).toMatchObject({ amount: 5, from: '2026-11-01T00:00:00.000Z' });
    expect(made.current).toEqual({
      from: '2026-11-01T00:00:00.000Z',
      to: '2026-12-01T00:00:00.000Z',
      reached: 2,
      due: expect.closeTo((5 * 21.5) / 30, 9),
      end: null,
    });

    const twin = await post({ ...goal, amount: 9, from: '2026-11-30' });
    expect([twin.statusCode, twin.json().code]).toEqual([409, 'conflict']);
    const later = await json(post({ ...goal, amount: 9, from: '2027-01-05' }));
    expect(later.current).toBe(null);

    const changed = { ...goal, amount: 6 };
    await json(leadership({ method: 'PUT', url: `/api/goals/${made.id}`, payload: changed }));
    const listed = await json(viewer({ url: '/api/goals' }));
    expect(listed.items.map(({ amount }: { amount: number }) => amount)).toEqual([6, 9]);
    const gone = await leadership({ method: 'DELETE', url: `/api/goals/${later.id}` });
    expect(gone.statusCode).toBe(204);
    expect((await leadership({ method: 'DELETE', url: `/api/goals/${later.id}` })).statusCode).toBe(404);

    const audit = await json(leadership({ url: '/api/audit', query: { subject: made.id } }));
    expect(audit.items.map(({ action, who }: { action: string; who: string }) => [action, who])).toEqual([
      ['goal.change', 'leadership@example.org'],
      ['goal.create', 'leadership@example.org'],
    ]);
  });

  test('weeks say what of the goal falls into their days', async () => {
    const query = { from: '2026-11-16', to: '2026-11-23', stage: 'mql' };
    const told = await json(viewer({ url: '/api/overview/weeks', query }));
    expect(told.goal).toMatchObject({ team: 'marketing', amount: 6 });
    // Seven of the thirty days of November.
    expect(told.weeks).toEqual([
      { from: '2026-11-16T00:00:00.000Z', to: '2026-11-23T00:00:00.000Z', reached: 2, due: 1.4 },
    ]);
  });

  test.each([
    ['no amount', { amount: 0 }],
    ['half of one', { amount: 1.5 }],
    ['a range that ends before it begins', { most: 4 }],
    ['another team', { team: 'finance' }],
    ['another period', { period: 'week' }],
    ['a day that is none', { from: '2026-02-30' }],
    ['something more', { more: 1 }],
  ])('%s is refused', async (_, change) => {
    const response = await post({ ...goal, ...change });
    expect([response.statusCode, response.json().code]).toEqual([400, 'request_invalid']);
  });

  test('are not for everybody to change', async () => {
    expect((await post(goal, viewer)).statusCode).toBe(403);
    expect((await post({ ...goal, team: 'sales' }, marketing)).statusCode).toBe(200);
  });

  test('an outcome is named by marketing or an administrator, once each, and written down', async () => {
    await visit('ana', 'won', NOON - DAY, 'deal_won');
    const before = await json(viewer({ url: '/api/outcome' }));
    expect(before).toEqual({ events: [], known: ['deal_won', 'page_viewed'] });
    const put = (call: typeof viewer, events: string[]) =>
      call({ method: 'PUT', url: '/api/outcome', payload: { events } });
    for (const call of [viewer, leadership]) expect((await put(call, ['deal_won'])).statusCode).toBe(403);
    expect((await put(administrator, ['x'])).statusCode).toBe(200);
    expect((await json(put(marketing, ['deal_won', 'deal_won']))).events).toEqual(['deal_won']);
    expect((await put(marketing, [''])).statusCode).toBe(400);

    const sold = await json(post({ team: 'sales', stage: null, period: 'quarter', amount: 2, from: '2026-10-01' }));
    expect(sold.current).toEqual({
      from: '2026-10-01T00:00:00.000Z',
      to: '2027-01-01T00:00:00.000Z',
      reached: 1,
      due: expect.closeTo((2 * 52.5) / 92, 9),
      end: null,
    });
    // A win in each of ten weeks before: now there is something to expect.
    for (let week = 1; week <= 10; week++) await visit('ana', `won-${week}`, NOON - week * 7 * DAY, 'deal_won');
    const [range] = [
      await json(post({ team: 'sales', stage: null, period: 'month', amount: 1, most: 2, from: '2026-11-01' })),
    ];
    expect(range).toMatchObject({ amount: 1, most: 2, current: { reached: 4 } });
    expect(range.current.end.chance).toBe(1);
    expect(range.current.end.low).toBeGreaterThanOrEqual(4);
    expect(range.current.end.expected).toBeGreaterThan(4.5);
    expect(range.current.end.expected).toBeLessThan(7);
    const audit = await json(administrator({ url: '/api/audit', query: { subject: 'outcome' } }));
    expect(audit.items[0]).toMatchObject({
      action: 'outcome.change',
      who: 'marketing@example.org',
      details: { before: ['x'], events: ['deal_won'] },
    });
  });
});
