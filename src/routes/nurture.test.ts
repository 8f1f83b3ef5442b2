// Nurture over HTTP: a lead is found among the closest, the cooling, those that came back, and those to give up.
import { describe, expect, test } from 'vitest';
import { did, handedOver, known, settle } from '../../test/handed-over.ts';
import { postgresUrl } from '../../test/postgres.ts';
import { NOON, testApp } from '../../test/service.ts';
import { asPerson } from '../../test/signed-in.ts';
import { createServer } from '../server.ts';

const DAY = 86_400_000;
/** The Monday on which leads are handed over. */
const MONDAY = NOON + (22 / 24) * DAY;
const url = await postgresUrl();

interface Row {
  readonly lead: { readonly traits: { readonly name: string } };
}

describe.skipIf(url === undefined)('nurture over HTTP', async () => {
  if (url === undefined) return;
  const service = await testApp(url);
  const { app } = service;
  const server = await createServer(app);
  await server.ready();
  const marketing = await asPerson(server, service, 'marketing');
  const made = (name: string, traits: Record<string, string | number>) =>
    known(name, MONDAY - 9 * DAY, { name, ...traits });
  await handedOver(service, [
    made('near', { employees: 500 }),
    made('nearer', { employees: 500 }),
    did('nearer', MONDAY - 2 * DAY),
    made('far', { employees: 3 }),
    did('far', MONDAY - 8 * DAY),
    made('student', { title: 'Student' }),
  ]);
  const get = async (path = '/api/nurture') => (await marketing({ method: 'GET', url: path })).json();
  const names = (rows: readonly Row[]) => rows.map(({ lead }) => lead.traits.name);

  test('the closest lack the least, and those that sales has are not among them', async () => {
    const { stage, score, thresholds, closest, cooling, cameBack, recycled, giveUp } = await get();
    expect([stage, score, thresholds]).toEqual(['mql', 'total', [{ score: 'total', least: 50 }]]);
    expect(names(closest)).toEqual(['nearer', 'near', 'far', 'student']);
    expect(closest[0].missing).toEqual([{ score: 'total', points: 15 }]);
    expect(closest[3].missing).toEqual([{ score: 'total', points: 130 }]);
    expect([cooling, cameBack, recycled, giveUp.items]).toEqual([[], [], [], []]);
    expect(names((await get('/api/nurture?limit=2')).closest)).toEqual(['nearer', 'near']);
    expect((await get('/api/nurture?model=nothing')).code).toBe('not_found');
  });

  test('a lead that sales sends back comes back on its day', async () => {
    const [open] = (await marketing({ method: 'GET', url: '/api/handoffs?state=open' })).json().items;
    const until = service.now + 90 * DAY;
    const back = { kind: 'recycled', until, note: 'after their move' } as const;
    await app.handoffs.record(Number(open.id), back, { by: 'sales@example.org', at: service.now });
    expect((await get()).recycled).toMatchObject([
      { lead: { traits: { name: 'Lead 3' } }, returnsAt: new Date(until).toISOString(), note: 'after their move' },
    ]);
  });

  test('two months later one cools and one came back', async () => {
    service.now = MONDAY + 61 * DAY;
    await app.ingest.accept({
      sourceId: null,
      receivedAt: service.now,
      messages: [did('far', MONDAY + 60 * DAY)],
      refusals: [],
    });
    await settle(app);
    const { cooling, cameBack } = await get();
    expect(cooling).toMatchObject([{ lead: { traits: { name: 'nearer' } }, before: 35, now: 30 }]);
    expect(cameBack).toMatchObject([{ lead: { traits: { name: 'far' } }, days: 68 }]);
  });

  test('half a year later the refused and the weak that stay silent are given up', async () => {
    service.now = MONDAY + 200 * DAY;
    await settle(app);
    const { giveUp } = await get();
    expect(names(giveUp.items).toSorted()).toEqual(['Lead 2', 'Lead 4', 'Lead 5', 'Lead 6', 'student']);
    expect(giveUp.total).toBe(5);
    const of = (name: string) => giveUp.items.find(({ lead }: Row) => lead.traits.name === name).evidence;
    expect(of('Lead 6')).toEqual([
      { kind: 'refused', times: 1, end: 'rejected', reason: 'no-budget' },
      { kind: 'silent', days: 205 },
    ]);
    expect(of('student')).toEqual([
      { kind: 'silent', days: 209 },
      { kind: 'negative', points: -80, rules: ['student'] },
    ]);
  });
});
