// Feedback over HTTP: what sales said through the API comes back as shares, and stays tied to the score as it was.
import { describe, expect, test } from 'vitest';
import { handedOver } from '../../test/handed-over.ts';
import { postgresUrl } from '../../test/postgres.ts';
import { testApp } from '../../test/service.ts';
import { asPerson } from '../../test/signed-in.ts';
import { createServer } from '../server.ts';

const url = await postgresUrl();

describe.skipIf(url === undefined)('feedback over HTTP', async () => {
  if (url === undefined) return;
  const service = await testApp(url);
  const { app } = service;
  const server = await createServer(app);
  await server.ready();
  const admin = await asPerson(server, service, 'administrator');
  await asPerson(server, service, 'sales');
  await handedOver(service);
  const get = async (path: string) => (await admin({ method: 'GET', url: path })).json();

  test('a rule is as good as the leads that it brought', async () => {
    const { all, rules } = await get('/api/feedback/rules');
    // Of seven: two won, one lost, three rejected, one without an answer.
    expect(all).toMatchObject({ handed: 7, answered: 6, accepted: 3, rejected: 3, won: 2, lost: 1 });
    expect(all.amounts).toEqual({ EUR: 15_000 });
    expect(rules.map(({ rule }: { rule: string }) => rule)).toEqual([
      'decides',
      'large',
      'student',
      'pricing',
      'paper',
    ]);
    const [decides, large, , pricing, paper] = rules;
    expect(decides.fired.handed).toBe(7);
    expect(large.fired).toMatchObject({ handed: 4, answered: 4, rejected: 3, won: 1 });
    expect(large.fired.rejection.share).toBe(0.75);
    expect(large.fired.rejection.low).toBeCloseTo(0.3006, 3);
    expect(large.fired.reasons).toEqual([
      { reason: 'not-a-fit', count: 2 },
      { reason: 'no-budget', count: 1 },
    ]);
    expect(large.others).toMatchObject({ handed: 3, rejected: 0, won: 1 });
    expect(pricing.fired.handed).toBe(2);
    expect(paper).toMatchObject({ inModel: true, fired: { handed: 0, acceptance: null } });
  });

  test('rates are told by band, source and rule, and within a period', async () => {
    const byBand = await get('/api/feedback/rates?by=band');
    expect(byBand.groups.map(({ key, rate }: { key: string; rate: { handed: number } }) => [key, rate.handed])).toEqual(
      [
        ['hot', 4],
        ['warm', 3],
      ],
    );
    const bySource = await get('/api/feedback/rates?by=source');
    expect(bySource.groups.map(({ key }: { key: string | null }) => key).sort()).toEqual(['Site', null].sort());
    const byRule = await get('/api/feedback/rates?by=rule');
    expect(byRule.groups[0]).toMatchObject({ key: 'decides', rate: { handed: 7 } });
    expect((await get('/api/feedback/rates?by=band&to=2026-11-01')).all.handed).toBe(0);
    expect((await get('/api/feedback/rates?by=band&version=2')).all.handed).toBe(0);
    expect((await get('/api/feedback/rates?by=band&model=nothing')).code).toBe('not_found');
    expect((await get('/api/feedback/rates?by=taste')).code).toBe('request_invalid');
  });

  test('disagreements name the lead, the score as it was and why', async () => {
    const { middle, highRejected, lowWon } = await get('/api/feedback/disagreements');
    expect(middle).toBe(90);
    expect(highRejected.total).toBe(3);
    expect(highRejected.items[0]).toMatchObject({ points: 90, end: 'rejected', parts: { decides: 60, large: 30 } });
    expect(lowWon.items).toMatchObject([{ points: 60, end: 'won', amount: 10_000, currency: 'EUR' }]);
    expect(lowWon.items[0].lead.email).toBe('lead1@firm1.example');
  });

  test('what is learnt of a contact later changes no label', async () => {
    const before = await get('/api/feedback/rules');
    const [contact] = await app.db.rows<{ contact_id: number }>('select contact_id from handoff order by handoff_id');
    service.now += 1000;
    const changed = await admin({
      method: 'PATCH',
      url: `/api/contacts/${contact?.contact_id}`,
      payload: { traits: { title: 'Intern' } },
    });
    expect(changed.statusCode).toBe(200);
    await app.scoring.work.live();
    expect(await get('/api/feedback/rules')).toEqual(before);
  });
});
