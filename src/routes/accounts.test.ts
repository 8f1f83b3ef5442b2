// Companies side by side and one in depth, through the API, with people of several roles.
import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { NOON, testApp } from '../../test/service.ts';
import { byKey } from '../../test/signed-in.ts';
import type { Facts, Message } from '../core/ingest.ts';
import { createServer } from '../server.ts';
import { keepCompanies } from '../store/stated-companies.ts';

const DAY = 86_400_000;
const MODEL = `
model: small
scores:
  interest: { range: [0, 100], rules: [ { id: views, on: page_viewed, pointsEach: 10 } ] }
bands:
  interest: { hot: 30, cold: 0 }
company:
  scores:
    best: { rollUp: top, n: 2, of: interest, range: [0, 100] }
    size: { range: [0, 20], rules: [ { id: right-size, if: { employees: { atLeast: 10 } }, points: 15 } ] }
    account: { sum: { best: 1, size: 0.5 }, range: [0, 100] }
`;

const url = await postgresUrl();

describe.skipIf(url === undefined)('companies', async () => {
  if (url === undefined) return;
  const service = await testApp(url);
  const { app } = service;
  const server = await createServer(app);
  const read = await byKey(server, service, 'read');
  const get = async (path: string, query = {}) => {
    const response = await read({ url: path, query });
    expect(response.statusCode, response.body).toBe(200);
    return response.json();
  };
  const who = (userId: string) => ({ userId, anonymousId: null, email: null });
  const person = (id: string, company: string, title: string | null, views: number, at: number): Message[] => [
    {
      kind: 'traits',
      who: who(id),
      at: NOON - 200 * DAY,
      traits: { company_id: company, first_name: id, ...(title === null ? {} : { title }) },
    },
    ...Array.from({ length: views }, (_, n): Message => {
      return {
        kind: 'event',
        who: who(id),
        id: `${id}${n}`,
        name: 'page_viewed',
        at: at - n,
        properties: {},
        machine: null,
      };
    }),
  ];
  await app.scoring.publish(MODEL, 'a test');
  const company = (key: string, traits: Facts) => ({ key, domains: [], at: NOON - 9 * DAY, traits });
  await keepCompanies(
    app.db,
    [
      company('north', { name: 'Nord Çelik', employees: 50 }),
      company('south', { name: 'South Foods', employees: 5 }),
      company('empty', { name: '100% Empty' }),
    ],
    0,
  );
  await app.ingest.accept({
    sourceId: 0,
    receivedAt: NOON,
    messages: [
      ...person('ana', 'north', 'CEO', 4, NOON - DAY),
      ...person('bo', 'north', 'Head of Finance', 1, NOON - 120 * DAY),
      ...person('cy', 'north', null, 0, 0),
      ...person('di', 'south', 'Engineer', 2, NOON - 2 * DAY),
    ],
    refusals: [],
  });
  const { live, companies, fill } = app.scoring.work;
  for (let left = 1; left > 0; ) left = (await live()) + (await companies()) + (await fill());
  const search = async (payload: object) => {
    const response = await read({ method: 'POST', url: '/api/companies/search', payload });
    expect(response.statusCode, response.body).toBe(200);
    return response.json();
  };
  const found = async (payload: object = {}) => (await search(payload)).items;
  const names = (rows: { traits: { name: string } }[]) => rows.map(({ traits }) => traits.name);

  test('stand side by side with what their people come to', async () => {
    const [north] = await found({ sort: { by: 'score', score: 'account' } });
    expect(north).toMatchObject({
      contacts: 3,
      hot: 1,
      engaged: 1,
      newestAt: new Date(NOON - DAY).toISOString(),
      scores: { best: 50, size: 15, account: 57.5 },
    });
  });

  test.each([
    [{ by: 'score', score: 'best' }, ['Nord Çelik', 'South Foods', '100% Empty']],
    [{ by: 'contacts' }, ['Nord Çelik', 'South Foods', '100% Empty']],
    [{ by: 'name' }, ['100% Empty', 'Nord Çelik', 'South Foods']],
  ])('come in the order of %o, page by page', async (sort, order) => {
    expect(names(await found({ sort }))).toEqual(order);
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await search({ sort, limit: 1, ...(cursor ? { cursor } : {}) });
      paged.push(...names(page.items));
      cursor = page.next;
    }
    expect(paged).toEqual(order);
  });

  test.each([
    ['celik', ['Nord Çelik']],
    ['NORD 50', ['Nord Çelik']],
    ['foods nord', []],
    ['100%', ['100% Empty']],
    ['_', []],
    ['SOUTH', ['South Foods']],
  ])('are found by %s', async (find, those) => {
    expect(names(await found({ find }))).toEqual(those);
  });

  test('words, a condition and an order hold together', async () => {
    const where = { contacts: { atLeast: 1 } };
    expect(names(await found({ find: 'o', where, sort: { by: 'name' } }))).toEqual(['Nord Çelik', 'South Foods']);
    expect(names(await found({ find: 'south', where: { not: where } }))).toEqual([]);
  });

  test('an order that is none is refused', async () => {
    const payload = { sort: { by: 'x' } };
    expect((await read({ method: 'POST', url: '/api/companies/search', payload })).statusCode).toBe(400);
  });

  test('one in depth tells what its scores are made of, which roles are known, and how it changed', async () => {
    const [{ id }] = await found({ find: 'celik' });
    const account = await get(`/api/companies/${id}/account`);
    expect(account.reasons).toMatchObject([{ rule: 'right-size', score: 'size', points: 15 }]);
    expect(account.reasons[0].sentence).not.toBe('');
    expect(account.rollUps).toEqual([{ score: 'best', how: 'top', of: 'interest', n: 2 }]);
    expect(account.sums).toEqual([
      {
        score: 'account',
        of: [
          { score: 'best', weight: 1 },
          { score: 'size', weight: 0.5 },
        ],
      },
    ]);
    const roles = account.roles.map(({ role, known, engaged }: Record<string, unknown>) => [role, known, engaged]);
    expect(roles).toEqual([
      ['decides', 1, 1],
      ['pays', 1, 0],
      ['technical', 0, 0],
      ['uses', 1, 0],
    ]);
    expect(account.untitled).toBe(1);
    expect(account.history[0].scores).toEqual(account.scores);
  });

  test('its people come by score, with what they did last', async () => {
    const [{ id }] = await found({ find: 'celik' });
    const people: unknown[][] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query = { limit: '1', ...(cursor ? { cursor } : {}) };
      const page = await get(`/api/companies/${id}/people`, query);
      for (const { userIds, scores, roles, last } of page.items)
        people.push([userIds[0], scores.interest, roles, last?.name ?? null]);
      cursor = page.next;
    }
    expect(people).toEqual([
      ['ana', 40, ['decides'], 'page_viewed'],
      ['bo', 10, ['pays', 'uses'], 'page_viewed'],
      ['cy', 0, [], null],
    ]);
  });

  test('one that is not there is told so', async () => {
    expect((await read({ url: '/api/companies/999999/account' })).statusCode).toBe(404);
  });
});
