/** Companies follow their contacts, stages follow companies, and all ends as a run over everything at once says. */
import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../test/postgres.ts';
import { putting } from '../test/put.ts';
import { NOON, testApp } from '../test/service.ts';
import { columnsOf } from './core/columns.ts';
import { explainCompany } from './core/explain.ts';
import { resultsAt, scoreColumns } from './core/kernel.ts';
import { needsOf } from './core/needs.ts';
import { contactIn, toldOf } from './core/path.ts';
import { profile } from './core/profile.ts';
import { readPlain } from './store/histories.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const url = await postgresUrl();

const model = `
model: house
scores:
  fit:
    range: [0, 50]
    rules:
      - { id: decides, if: { title: { mentions: [ceo] } }, points: 30 }
      - { id: large, if: { company.employees: { atLeast: 100 } }, points: 10 }
  interest:
    range: [0, 60]
    rules:
      - { id: visits, on: page_viewed, within: 1d, pointsEach: 10, max: 40 }
      - { id: reads, on: content_viewed, pointsEach: 8, decay: { linear: 4d } }
disqualify:
  - { id: rival, if: { email.domain: { is: rival.example } }, reason: Competitor }
stages:
  - { id: mql, enter: { company.score: { heat: { atLeast: 40 } } } }
company:
  scores:
    heat: { rollUp: sum, of: interest, range: [0, 200] }
    own:
      range: [0, 50]
      rules:
        - { id: big, if: { employees: { atLeast: 100 } }, points: 5 }
        - { id: chiefs, contacts: { title: { mentions: [ceo] } }, count: { atLeast: 2 }, points: 20 }
`;

describe.skipIf(url === undefined)('companies', async () => {
  const service = await testApp(url ?? '');
  const { db } = service.app;
  const { fresh, contact, company, traits, did, settle, standing, scores, moves } = putting(service);

  const companyScores = async (id: number) => {
    const rows = await db.rows<{ name: string; points: number | null }>(
      'select name, points from company_score where company_id = $1',
      [id],
    );
    return Object.fromEntries(rows.map(({ name, points }) => [name, points]));
  };

  test('a company follows its contacts, and a stage that asks for the company follows it', async () => {
    const version = await fresh(model);
    const [harbour, quay] = [await company('k1', { employees: 250 }), await company('k2')];
    const ana = await contact(NOON, { title: 'CEO', company_id: 'k1' });
    const ben = await contact(NOON, { title: 'CEO', company_id: 'k1' });
    await settle();
    expect(await companyScores(harbour)).toEqual({ heat: 0, own: 25e6 });
    service.now = NOON + HOUR;
    await did(ana, ...['1', '2', '3'].map((id) => ({ id, at: service.now })));
    await settle();
    expect(await standing(ben, version)).toMatchObject({ stage: null });
    service.now = NOON + 2 * HOUR;
    await did(ben, { id: '1', at: service.now });
    await settle();
    expect(await companyScores(harbour)).toEqual({ heat: 40e6, own: 25e6 });
    expect(await moves(ana, version)).toEqual([{ at: service.now, from: null, to: 'mql', held: false }]);
    expect(await moves(ben, version)).toHaveLength(1);
    // He goes elsewhere: both companies notice, though his own scores stay.
    service.now = NOON + 3 * HOUR;
    await traits(ben, service.now, { company_id: 'k2' });
    await settle();
    expect(await companyScores(harbour)).toEqual({ heat: 30e6, own: 5e6 });
    expect(await companyScores(quay)).toEqual({ heat: 10e6, own: 0 });
    // Disqualified, he counts for nobody.
    service.now = NOON + 4 * HOUR;
    await traits(ben, service.now, { email: 'ben@rival.example' });
    await settle();
    expect(await companyScores(quay)).toEqual({ heat: null, own: null });
    // By time alone: the visits leave.
    service.now = NOON + 2 * DAY;
    await settle();
    expect(await companyScores(harbour)).toEqual({ heat: 0, own: 5e6 });
  });

  test('what is stored equals a run of the kernel over everything at once', async () => {
    const version = await fresh(model);
    const keys = ['k1', 'k2', 'k3'];
    const companies = new Map<string, number>();
    for (const [i, key] of keys.entries()) companies.set(key, await company(key, { employees: 60 * (i + 1) }));
    const ids: number[] = [];
    let seed = 7;
    const next = (n: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % n;
    };
    for (let i = 0; i < 60; i++) {
      const facts = { title: next(2) === 0 ? 'CEO' : 'Cook', company_id: keys[next(4)] ?? null };
      const email = next(9) === 0 ? { email: `c${i}@rival.example` } : {};
      const id = await contact(NOON - DAY, next(12) === 0 ? {} : { ...facts, ...email });
      ids.push(id);
      const events = Array.from({ length: next(7) }, (_, e) => {
        return { id: `${e}`, at: NOON + next(50) * HOUR, name: next(3) === 0 ? 'content_viewed' : 'page_viewed' };
      });
      if (events.length > 0) await did(id, ...events);
    }
    for (let hour = 0; hour <= 48; hour += 6) {
      service.now = NOON + hour * HOUR;
      await settle();
    }
    const checked = await service.app.scoring.modelOf(version);
    const contacts = (await readPlain(db, ids)).flatMap((life) => contactIn(life, service.now) ?? []);
    const known = contacts.map((one) => profile(one, service.now));
    const results = scoreColumns(checked, columnsOf(known, needsOf(checked)), service.now, {
      next: true,
      reasons: true,
    });
    for (const [row, one] of known.entries()) {
      expect(await scores(Number(one.id), version)).toEqual(toldOf(resultsAt(checked.scores, results, row)));
      expect((await standing(Number(one.id), version))?.disqualified).toBe(
        checked.disqualify[(results.disqualified[row] ?? 0) - 1]?.reason ?? null,
      );
    }
    for (const [key, id] of companies) {
      const members = known.filter((one) => one.companyId === key);
      const found = members[0]?.company;
      if (found == null) throw new Error(`nobody is in ${key}`);
      expect(await companyScores(id)).toEqual(toldOf(explainCompany(checked, found, members, service.now).scores));
    }
  });
});
