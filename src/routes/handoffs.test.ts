// Hand-offs over HTTP: what sales sees, what it may say, and what is refused.
import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { NOON, testApp } from '../../test/service.ts';
import { asPerson } from '../../test/signed-in.ts';
import { createServer } from '../server.ts';
import { addAgreement, hashOf, putInForce, signAgreement } from '../store/agreements.ts';
import { startWorkers } from '../worker.ts';

const MODEL = `
model: b2b
scores: { fit: { range: [0, 100], rules: [ { id: decides, if: { title: { mentions: [ceo] } }, points: 60 } ] } }
stages: [ { id: mql, enter: { score: { fit: { atLeast: 50 } } } } ]
`;
const AGREEMENT = `
agreement: leads
model: b2b
definition: { stage: mql }
situation: { pains: pains, budget: budget }
sales: { firstContact: { within: 30m, never: 1d } }
`;
const HOUR = 3_600_000;
const url = await postgresUrl();

describe.skipIf(url === undefined)('hand-offs over HTTP', async () => {
  if (url === undefined) return;
  const service = await testApp(url);
  const { app } = service;
  // Monday, ten in the morning.
  service.now = NOON + 22 * HOUR;
  const server = await createServer(app);
  await server.ready();
  const admin = await asPerson(server, service, 'administrator');
  const sales = await asPerson(server, service, 'sales');
  const viewer = await asPerson(server, service, 'viewer');
  await app.scoring.publish(MODEL, 'a test');
  const by = { by: 'a test', now: service.now };
  const agreementId = await addAgreement(app.db, { name: 'leads', document: AGREEMENT, modelId: 1 }, by);
  for (const team of ['marketing', 'sales'] as const)
    await signAgreement(app.db, agreementId, { team, hash: hashOf(AGREEMENT) }, by);
  await putInForce(app.db, agreementId, by);
  const nine = [[540, 1020]];
  const hours = { zone: 'Europe/Bucharest', week: [nine, nine, nine, nine, nine, [], []] };

  const json = async (
    call: typeof admin,
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    payload?: object,
  ) => {
    const answer = await call({ method, url: path, ...(payload === undefined ? {} : { payload }) });
    return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() };
  };

  test('hours, absences and holidays are checked at the door', async () => {
    const put = (body: object) => json(admin, 'PUT', '/api/sellers/sales@example.org', body);
    expect((await put({ ...hours, zone: 'Mars/Olympus' })).body.message).toContain('no zone has this name');
    expect((await put({ ...hours, week: [nine] })).status).toBe(400);
    expect((await put({ ...hours, week: [[[600, 540]], [], [], [], [], [], []] })).body.message).toContain(
      'hours end after they begin',
    );
    expect((await put({ ...hours, territory: { score: { fitt: { atLeast: 3 } } } })).body.message).toContain('fitt');
    expect((await put(hours)).status).toBe(204);
    const away = { first: '2026-12-24', last: '2026-12-31' };
    const absence = await json(admin, 'POST', '/api/sellers/sales@example.org/absences', away);
    expect(absence.status).toBe(200);
    expect((await json(admin, 'POST', '/api/sellers/nobody@x/absences', away)).status).toBe(404);
    expect(
      (
        await json(admin, 'POST', '/api/sellers/sales@example.org/absences', {
          first: '2026-02-30',
          last: '2026-03-01',
        })
      ).status,
    ).toBe(400);
    const [seller] = (await json(admin, 'GET', '/api/sellers')).body.items;
    expect(seller).toMatchObject({ email: 'sales@example.org', absences: [away], has: 0 });
    expect((await json(admin, 'DELETE', `/api/absences/${absence.body.id}`)).status).toBe(204);
    const days = [{ day: '2026-12-25', name: 'Christmas' }];
    expect((await json(admin, 'PUT', '/api/holidays/ro', { days: [...days, ...days] })).status).toBe(400);
    expect((await json(admin, 'PUT', '/api/holidays/ro', { days })).status).toBe(204);
    expect((await json(viewer, 'GET', '/api/holidays')).body.calendars).toEqual({ ro: days });
  });

  test('a lead is handed over, seen with its situation, called and answered', async () => {
    const made = await json(admin, 'POST', '/api/contacts', {
      email: 'ana@firm.example',
      traits: { title: 'CEO', company_id: 'firm', pains: ['slow reports', 'lost leads'], budget: 10000 },
    });
    expect(made.status).toBe(200);
    const workers = startWorkers(app, 1);
    await expect.poll(async () => (await app.db.rows('select 1 from move')).length).toBe(1);
    await workers.stop();
    await app.handoffs.look();

    const [mine] = (await json(sales, 'GET', '/api/handoffs?assignee=me&state=open')).body.items;
    expect(mine).toMatchObject({ state: 'open', stage: 'mql', lead: { email: 'ana@firm.example' } });
    expect(mine.clocks.map(({ kind, outcome }: { kind: string; outcome: string }) => `${kind} ${outcome}`)).toEqual([
      'first-contact running',
      'first-contact-never running',
    ]);
    const of = async (query: string) => (await json(sales, 'GET', `/api/handoffs?${query}`)).body.items;
    expect((await of(`companyId=${mine.companyId}`)).map(({ id }: { id: string }) => id)).toEqual([mine.id]);
    expect(await of('companyId=999999')).toEqual([]);
    const [notice] = (await json(sales, 'GET', '/api/notices?unseen=yes')).body.items;
    expect(notice).toMatchObject({ kind: 'assigned', handoffId: mine.id });
    expect((await json(sales, 'POST', '/api/notices/seen', { ids: [notice.id] })).status).toBe(204);
    expect((await json(sales, 'GET', '/api/notices?unseen=yes')).body.items).toEqual([]);

    const whole = await json(sales, 'GET', `/api/handoffs/${mine.id}`);
    expect(whole.body.situation).toEqual({
      pains: 'slow reports, lost leads',
      budget: '10000',
      authority: null,
      need: null,
      timing: null,
    });
    service.now += HOUR / 4;
    const say = (fact: object, call = sales) => json(call, 'POST', `/api/handoffs/${mine.id}/facts`, fact);
    expect((await say({ kind: 'accepted' }, viewer)).status).toBe(403);
    expect((await say({ kind: 'rejected', reason: 'because' })).status).toBe(400);
    expect((await say({ kind: 'recycled', until: '2020-01-01' })).body.message).toContain('until: lies in the past');
    expect((await say({ kind: 'touched', touch: 'call', at: '2030-01-01' })).body.message).toContain(
      'lies in the future',
    );
    const touched = await say({ kind: 'touched', touch: 'call', note: 'asked for a demo' });
    expect(touched.body.clocks.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['kept', 'kept']);
    expect((await say({ kind: 'won', amount: 12_000, currency: 'EUR' })).body.code).toBe('conflict');
    expect((await say({ kind: 'accepted' })).body.state).toBe('accepted');
    const won = await say({ kind: 'won', amount: 12_000, currency: 'EUR' });
    expect(won.body).toMatchObject({ state: 'won', evidence: { version: 1, parts: { decides: 60_000_000 } } });
    expect(won.body.facts.map(({ kind }: { kind: string }) => kind)).toEqual([
      'entered',
      'assigned',
      'touched',
      'accepted',
      'won',
    ]);
    expect((await json(admin, 'POST', `/api/handoffs/${mine.id}/assign`, { to: 'nobody@x' })).status).toBe(400);
    expect((await json(sales, 'GET', '/api/handoffs/999999')).status).toBe(404);
  });
});
