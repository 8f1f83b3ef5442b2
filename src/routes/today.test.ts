// The leads of today through the API: their order against a plain sort of all that stands, page by page, and what each
// comes with.
import { beforeAll, describe, expect, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { NOON, testApp } from '../../test/service.ts';
import { asPerson, type Call } from '../../test/signed-in.ts';
import { createServer } from '../server.ts';

const HOUR = 3_600_000;
/** More of them entered at one instant than are looked at together, for small pages. */
const TOGETHER = 700;
const MODEL = `
model: simple
scores:
  total: { range: [0, 1000], rules: [ { id: clicks, on: click, pointsEach: 1 }, { id: named, if: { name: { exists: true } }, points: 2 } ] }
stages:
  - { id: mql, enter: { score: { total: { atLeast: 1 } } } }
  - { id: sql, enter: { score: { total: { atLeast: 500 } } } }
`;
const url = await postgresUrl();

interface Item {
  readonly id: string;
  readonly stage: string;
  readonly stageSince: string;
  readonly companyName: string | null;
  readonly scores: { readonly total: number | null };
  readonly reasons: readonly { readonly rule: string; readonly points: number }[];
  readonly did: readonly { readonly id: string }[];
}

describe.skipIf(url === undefined)('today', async () => {
  if (url === undefined) return;
  const service = await testApp(url);
  const { app } = service;
  const server = await createServer(app);
  let call: Call;

  beforeAll(async () => {
    call = await asPerson(server, service, 'sales');
    expect((await call({ url: '/api/today' })).json()).toEqual({ items: [], next: null });
    const { id } = await app.scoring.publish(MODEL, 'a test');
    // As workers leave it: who entered together, who entered alone, who was disqualified, who is in no stage.
    const rows = Array.from({ length: 900 }, (_, i) => {
      const alone = i >= TOGETHER;
      const stage = i % 50 === 3 ? null : i % 9 === 0 ? 'sql' : 'mql';
      return {
        contact: i + 1,
        stage,
        since: stage === null ? null : alone ? NOON - HOUR - (i % 40) * 1000 : NOON - 2 * HOUR,
        disqualified: i % 50 === 3 ? 'Rival' : null,
        points: (i * 7919) % 300 === 0 ? 0 : ((i * 7919) % 300) * 1_000_000,
      };
    });
    const json = JSON.stringify(rows);
    const given = `json_to_recordset($1::json) as t (contact bigint, stage text, since bigint, disqualified text, points bigint)`;
    await app.db.rows(
      `insert into company (company_id, key, created_at, traits, readings)
       values (1, 'one', $1, '{"name": "One", "owner": "Ana Ö"}', '{"text": {"owner": "ana o"}}')`,
      [NOON],
    );
    await app.db.rows(
      `insert into contact (contact_id, created_at, company_id, traits)
       select contact, $2, case when contact % 30 = 0 then 1 end, '{}' from ${given}`,
      [json, NOON - 3 * HOUR],
    );
    await app.db.rows(
      `insert into standing (contact_id, model_id, as_of, stage, stage_since, disqualified, parts)
       select contact, $2, $3, stage, since, disqualified, '{"clicks": -3000000, "named": 2000000}' from ${given}`,
      [json, id, NOON],
    );
    await app.db.rows(
      `insert into score (contact_id, model_id, name, points) select contact, $2, 'total', points from ${given}`,
      [json, id],
    );
    await app.db.rows(
      `insert into event (contact_id, event_id, name, at, received_at, machine)
       select c, 'e' || n, 'click', $1::bigint + n * 1000, $1, case when n = 6 then 'a test' end
       from generate_series(1, 900) c, generate_series(1, 6) n`,
      [NOON - HOUR],
    );
  });

  /** Everything, page by page. */
  async function all(query: string, limit: number): Promise<Item[]> {
    const items: Item[] = [];
    let next: string | null = null;
    do {
      const cursor: string = next === null ? '' : `&cursor=${encodeURIComponent(next)}`;
      const answer = (await call({ url: `/api/today?limit=${limit}${query}${cursor}` })).json();
      items.push(...answer.items);
      next = answer.next;
    } while (next !== null);
    return items;
  }

  /** The same by a plain sort of all that stands. */
  async function plain(where: string): Promise<string[]> {
    const rows = await app.db.rows<{ id: string }>(
      `select s.contact_id::text as id from standing s join score o using (contact_id, model_id)
       join contact c using (contact_id) where s.stage is not null and ${where}
       order by s.stage = 'sql' desc, s.stage_since desc, o.points desc, s.contact_id`,
    );
    return rows.map(({ id }) => id);
  }

  test.each([7, 100, 500])('each lead comes once and in its place, by pages of %d', async (limit) => {
    expect((await all('', limit)).map(({ id }) => id)).toEqual(await plain('true'));
  });

  test('a stage, an owner and both narrow it', async () => {
    const ids = async (query: string) => (await all(query, 50)).map(({ id }) => id);
    expect(await ids('&stage=sql')).toEqual(await plain("s.stage = 'sql'"));
    expect(await ids('&owner=Ana%20%C3%96')).toEqual(await plain('c.company_id = 1'));
    expect(await ids('&owner=Ana%20%C3%96&stage=mql')).toEqual(await plain("c.company_id = 1 and s.stage = 'mql'"));
    expect(await ids('&owner=Nobody')).toEqual([]);
    expect(await ids('&stage=unheard-of')).toEqual([]);
  });

  test('each comes with its strongest reasons and its last deeds that count', async () => {
    const [first] = await all('&stage=mql', 500);
    expect(first?.reasons.map(({ rule, points }) => [rule, points])).toEqual([
      ['clicks', -3],
      ['named', 2],
    ]);
    expect(first?.did.map(({ id }) => id)).toEqual(['e5', 'e4', 'e3']);
  });

  test('owners and territories can be chosen from', async () => {
    expect((await call({ url: '/api/today/choices' })).json()).toEqual({ owner: ['Ana Ö'], territory: [] });
  });

  test('a cursor of another list, and a model that does not serve, are refused', async () => {
    const { next } = (await call({ url: '/api/today?limit=1' })).json();
    expect((await call({ url: `/api/today?stage=sql&cursor=${encodeURIComponent(next)}` })).statusCode).toBe(400);
    expect((await call({ url: '/api/today?model=other' })).statusCode).toBe(404);
  });
});
