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
import { createScoring } from './scoring.ts';
import type { Db } from './store/db.ts';
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
  const { fresh, named, contact, company, traits, did, settle, standing, scores, moves } = putting(service);

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

  /** Dates of the company's own, and windows and dates that it asks contacts for: all come due by time alone. */
  const dated = `
model: house
scores:
  interest:
    range: [0, 60]
    rules:
      - { id: visits, on: page_viewed, pointsEach: 1, max: 40 }
stages:
  - id: mql
    enter: { company.score: { own: { atLeast: 20 } } }
    leave: { company.score: { own: { lessThan: 20 } } }
company:
  scores:
    heat: { rollUp: sum, of: interest, range: [0, 200] }
    own:
      range: [-50, 100]
      rules:
        - { id: fresh-money, if: { funded_at: { newerThan: 3d } }, points: 10 }
        - { id: due, if: { renews_at: { olderThan: 2d } }, points: 5 }
        - { id: awake, contacts: { event: { on: page_viewed, within: 1d } }, count: { atLeast: 2 }, points: 20 }
        - { id: newcomers, contacts: { joined_at: { newerThan: 2d } }, points: 7 }
        - { id: reader, contacts: { event: { on: content_viewed, within: 2d } }, points: -9 }
        - { id: few, contacts: { created_at: { exists: true } }, count: { lessThan: 3 }, points: 1 }
`;

  test('a date of the company, and a window that it asks contacts for, come due though nobody changes', async () => {
    const version = await fresh(dated);
    const mill = await company('k1', {
      funded_at: new Date(NOON - DAY).toISOString(),
      renews_at: new Date(NOON - DAY).toISOString(),
    });
    const ana = await contact(NOON - DAY, { company_id: 'k1' });
    const ben = await contact(NOON - DAY, { company_id: 'k1', joined_at: new Date(NOON).toISOString() });
    await did(ana, { id: '1', at: NOON });
    await did(ben, { id: '1', at: NOON - HOUR });
    await settle();
    const own = async () => (await companyScores(mill)).own;
    expect(await own()).toBe(38e6);
    expect(await moves(ana, version)).toHaveLength(1);
    const due = async () =>
      (await db.rows<{ at: number | null }>('select next_change_at as at from company_standing'))[0]?.at;
    expect(await due()).toBe(NOON + 23 * HOUR);
    // [hours from noon, points]: only one awake; the renewal is due; no newcomer and no fresh money any more.
    for (const [hours, points] of [
      [23, 18],
      [24, 23],
      [48, 6],
      [1_000, 6],
    ] as const) {
      service.now = NOON + hours * HOUR - 1;
      await settle();
      service.now = NOON + hours * HOUR;
      await settle();
      expect([hours, await own()]).toEqual([hours, points * 1e6]);
    }
    expect(await due()).toBeNull();
    expect((await moves(ana, version)).map(({ at, to }) => [at, to])).toEqual([
      [NOON, 'mql'],
      [NOON + 23 * HOUR, null],
      [NOON + 24 * HOUR, 'mql'],
      [NOON + 48 * HOUR, null],
    ]);
  });

  test('a version whose stages ask for companies is switched to when these are scored; all its moves are listed and held', async () => {
    const first = await fresh(model);
    const harbour = await company('k1');
    const ana = await contact(NOON, { company_id: 'k1' });
    await did(ana, ...['1', '2', '3'].map((id) => ({ id, at: NOON })));
    await settle();
    expect(await standing(ana, first)).toMatchObject({ stage: null });
    service.now = NOON + HOUR;
    const { scoring } = service.app;
    const wider = named(model.replace('{ heat: { atLeast: 40 } }', '{ heat: { atLeast: 20 } }'));
    const second = (await scoring.publish(wider, 'test')).id;
    while ((await scoring.work.fill()) > 0);
    // Every contact is scored; the company is not, and then the contact has to be looked at again.
    await expect(scoring.switchTo(second, 'test')).rejects.toMatchObject({ code: 'conflict' });
    service.now += 1;
    while ((await scoring.work.companies()) > 0);
    await expect(scoring.switchTo(second, 'test')).rejects.toMatchObject({ code: 'conflict' });
    await settle();
    expect(await scoring.movesBetween(first, second, { after: null, limit: 9 })).toEqual([
      { contactId: ana, from: null, to: 'mql' },
    ]);
    await scoring.switchTo(second, 'test');
    const switched = service.now;
    service.now += HOUR;
    await settle();
    expect(await moves(ana, second)).toEqual([{ at: switched, from: null, to: 'mql', held: true }]);
    expect(await companyScores(harbour)).toMatchObject({ heat: 30e6 });
  });

  /** Work of a process that dies now and then at the end of a transaction: all that it did is gone. */
  const dying = (die: () => boolean): Db => {
    const on = (inner: Db): Db => ({
      ...inner,
      transaction: (work) => (inner === db ? failing(work) : work(on(inner))),
    });
    const failing = <T>(work: (tx: Db) => Promise<T>): Promise<T> =>
      db.transaction(async (tx) => {
        const result = await work(tx);
        if (die()) throw new Error('died');
        return result;
      });
    return on(db);
  };

  test.each([1, 2, 3])(
    'a random run with restarts ends as a plain count says, at every stop (seed %i)',
    async (seed) => {
      const version = await fresh(dated);
      let state = seed * 7_919;
      const next = (n: number): number => {
        state = (state * 48_271) % 2_147_483_647;
        return state % n;
      };
      const workers = [1, 2].map(
        () =>
          createScoring(
            dying(() => next(4) === 0),
            () => service.now,
          ).work,
      );
      const workOn = async (): Promise<void> => {
        for (let i = next(6); i > 0; i--) {
          const worker = workers[next(2)];
          await [worker?.live, worker?.companies, worker?.fill][next(3)]?.().catch((error: Error) => {
            if (error.message !== 'died') throw error;
          });
        }
      };
      const when = () => new Date(service.now - next(5 * 24) * HOUR).toISOString();
      const keys = ['k1', 'k2', 'k3'];
      const companies = new Map<string, number>();
      for (const key of keys) companies.set(key, await company(key, { funded_at: when(), renews_at: when() }));
      const ids: number[] = [];
      let events = 0;
      for (let step = 0; step < 60; step++) {
        const id = ids[next(ids.length || 1)];
        if (id === undefined || next(8) === 0) {
          ids.push(
            await contact(service.now - next(9) * HOUR, { company_id: keys[next(4)] ?? null, joined_at: when() }),
          );
        } else if (next(5) === 0)
          await traits(id, service.now, { company_id: keys[next(4)] ?? null, joined_at: when() });
        else {
          const name = next(3) === 0 ? 'content_viewed' : 'page_viewed';
          // Late ones, and some that are still to come.
          await did(id, { id: `${++events}`, at: service.now + (next(60) - 48) * HOUR, name });
        }
        await workOn();
        service.now += next(10) * HOUR;
        if (step % 10 !== 9) continue;
        await settle();
        const checked = await service.app.scoring.modelOf(version);
        const lives = await readPlain(db, ids);
        const known = lives.flatMap((life) => contactIn(life, service.now) ?? []);
        for (const [key, id] of companies) {
          const members = known.filter((one) => one.companyId === key);
          const [first] = members;
          if (first?.company == null) continue;
          const expected = explainCompany(checked, first.company, members, service.now).scores;
          expect([step, key, await companyScores(id)]).toEqual([step, key, toldOf(expected)]);
          // Whose company has it and who is somebody is in the stage, and nobody else.
          const stages = await Promise.all(
            members.map(async (one) => (await standing(Number(one.id), version))?.stage),
          );
          const stage = (expected.get('own')?.points ?? 0) >= 20e6 ? 'mql' : null;
          for (const [i, one] of members.entries())
            expect([step, key, one.id, stages[i]]).toEqual([
              step,
              key,
              one.id,
              profile(one, service.now).events.length > 0 || one.hasTraits ? stage : null,
            ]);
        }
      }
    },
  );
});
