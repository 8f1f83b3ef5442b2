/** Workers side by side, one that dies, a contact that is far too large, and versions that come and go. */
import { afterEach, describe, expect, test } from 'vitest';
import { postgresUrl } from '../test/postgres.ts';
import { house, putting } from '../test/put.ts';
import { NOON, testApp } from '../test/service.ts';
import { createScoring } from './scoring.ts';
import { openDb } from './store/db.ts';
import { claimLanes } from './store/standings.ts';
import { startWorkers, type Workers } from './worker.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const url = await postgresUrl();

describe.skipIf(url === undefined)('workers', async () => {
  const service = await testApp(url ?? '');
  const { db, scoring } = service.app;
  const { fresh, named, contact, did, changed, settle, standing, scores, history, moves } = putting(service);
  let workers: Workers | undefined;
  afterEach(async () => {
    await workers?.stop();
    workers = undefined;
  });

  async function until(holds: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + 30_000;
    while (!(await holds())) {
      if (performance.now() > deadline) throw new Error('it did not come to pass within 30 seconds');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  const count = async (sql: string): Promise<number> => {
    const [row] = await db.rows<{ n: number }>(`select count(*) as n from ${sql}`);
    return row?.n ?? 0;
  };

  /** Contacts with an event each that makes them qualified. */
  async function many(n: number): Promise<number[]> {
    const ids: number[] = [];
    for (let i = 0; i < n; i++) {
      const id = await contact(NOON, { title: 'CEO' });
      await did(id, { id: '1', at: NOON + HOUR });
      ids.push(id);
    }
    return ids;
  }

  test('a worker that dies in the middle leaves nothing out, and nobody does anything twice', async () => {
    const model = await fresh(house());
    const ids = await many(150);
    service.now = NOON + 2 * HOUR;
    const other = openDb(url ?? '');
    const holder = openDb(url ?? '');
    try {
      let release = (): void => {};
      const held = holder.transaction(async (tx) => {
        await tx.rows('lock table history in exclusive mode');
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      });
      await until(
        async () =>
          (await count("pg_locks where mode = 'ExclusiveLock' and relation = 'history'::regclass and granted")) > 0,
      );
      const victim = createScoring(other, () => service.now).work.live();
      const died = victim.then(
        () => 'done',
        () => 'died',
      );
      const waiting = "pg_stat_activity where wait_event_type = 'Lock' and query like 'delete from history%'";
      await until(async () => (await count(waiting)) === 1);
      // Its standings are written and not committed: nobody sees them.
      expect(await count('standing')).toBe(0);
      await db.rows(`select pg_terminate_backend(pid) from ${waiting}`);
      expect(await died).toBe('died');
      release();
      await held;
    } finally {
      await other.close();
      await holder.close();
    }
    expect(await count('changed')).toBeGreaterThan(150);
    workers = startWorkers(service.app, 2);
    await until(async () => (await count('changed')) === 0);
    await workers.stop();
    expect(await count('standing')).toBe(150);
    expect(await count('move where undone_at is null')).toBe(150);
    for (const id of ids) {
      expect(await scores(id, model)).toMatchObject({ total: 40e6 });
      expect((await history(id, model)).map(({ at }) => at)).toEqual([NOON, NOON + HOUR]);
    }
  });

  test('where every lane has work, each has its turn', async () => {
    await fresh(house());
    await db.rows('insert into changed (lane, contact_id, since) select i, i, 0 from generate_series(0, 63) as i');
    const seen: number[] = [];
    for (let first = 0; seen.length < 64; first = (seen.at(-1) ?? 0) + 1) {
      const lanes = await db.transaction((tx) => claimLanes(tx, [], NOON, first, 16));
      expect(lanes).toHaveLength(16);
      seen.push(...lanes);
    }
    expect(seen).toEqual(Array.from({ length: 64 }, (_, lane) => lane));
  });

  test('workers that fill at the same time stop at the end of what there is', async () => {
    await fresh(house());
    const fills = Array.from({ length: 6 }, () => scoring.work.fill());
    expect(await Promise.all(fills)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(await scoring.work.rest()).toMatchObject({ fill: false });
  });

  test('a contact with 200,000 events does not keep others waiting, and is scored like them', async () => {
    const model = await fresh(house());
    const giant = await contact(NOON - 400 * DAY, { title: 'CEO' });
    await db.rows(
      `insert into event (contact_id, event_id, name, at, received_at)
       select $1, 'e' || i, 'page_viewed', $2::bigint - 400::bigint * ${DAY} + i * 172800::bigint, $2 from generate_series(1, 200000) as i`,
      [giant, NOON],
    );
    const ids = await many(20);
    service.now = NOON + 2 * HOUR;
    // What is ordinary is scored; what is not is put aside.
    while ((await scoring.work.live()) > 0);
    for (const id of ids) expect(await standing(id, model)).toMatchObject({ stage: 'mql' });
    expect(await standing(giant, model)).toBe(undefined);
    expect(await scoring.work.heavy()).toBe(1);
    const [told] = await scoring.explainContact(giant, service.now);
    const interest = told?.explanation.scores.get('interest')?.points;
    expect(interest).toBe(40e6);
    expect(await scores(giant, model)).toMatchObject({ interest });
    expect(await standing(giant, model)).toMatchObject({ next_change_at: told?.explanation.nextChangeAt });
  });

  test('a new version is scored beside the serving one, its moves are listed, and held until they are released', async () => {
    const first = await fresh(house());
    const [ana = 0, ben = 0] = [await contact(NOON, { title: 'CEO' }), await contact(NOON, { title: 'Cook' })];
    service.now = NOON + HOUR;
    await did(ana, { id: '1', at: service.now });
    await did(ben, { id: '1', at: service.now }, { id: '2', at: service.now });
    await settle();
    service.now = NOON + 2 * HOUR;
    const second = await scoring.publish(named(house(25)), 'ana@house.example');
    expect(second).toMatchObject({ version: 2, state: 'rolling', servedFrom: null });
    await expect(scoring.switchTo(second.id, 'x')).rejects.toMatchObject({ code: 'conflict' });
    await settle();
    expect(await scoring.progress(second.id)).toEqual({ scored: 2, contacts: 2 });
    expect(await scoring.movesBetween(first, second.id, { after: null, limit: 10 })).toEqual([
      { contactId: ben, from: null, to: 'mql' },
    ]);
    expect(await moves(ben, second.id)).toEqual([]);
    service.now = NOON + 3 * HOUR;
    expect(await scoring.switchTo(second.id, 'ana@house.example')).toMatchObject({ state: 'serving' });
    expect(await moves(ben, second.id)).toEqual([{ at: service.now, from: null, to: 'mql', held: true }]);
    expect(await moves(ana, second.id)).toEqual([]);
    expect(await scoring.releaseMoves(second.id, 'ana@house.example')).toBe(1);
    expect(await moves(ben, second.id)).toMatchObject([{ held: false }]);
    // What served when: before the switch the first version speaks.
    const told = async (at: number) =>
      (await scoring.scoresAsOf([ben], at)).map(({ version, last }) => [version, last.stage]);
    expect(await told(NOON + 2 * HOUR)).toEqual([[first, null]]);
    expect(await told(NOON + 3 * HOUR)).toEqual([[second.id, 'mql']]);
    // What is left of the first version is its past.
    while ((await scoring.work.clear()) > 0);
    expect(await standing(ana, first)).toBe(undefined);
    expect(await history(ana, first)).toHaveLength(2);
    // A voided event from before the switch corrects both.
    await db.rows("update event set voided_at = 1 where contact_id = $1 and event_id = '2'", [ben]);
    await changed(ben, NOON + HOUR);
    await settle();
    expect(await moves(ben, second.id)).toEqual([]);
    expect(await history(ben, first)).toMatchObject([{ scores: { interest: 0 } }, { scores: { interest: 10e6 } }]);
    const deeds = await db.rows<{ action: string }>('select action from audit where subject = $1 order by audit_id', [
      second.name,
    ]);
    expect(deeds.map(({ action }) => action)).toEqual([
      'model.publish',
      'model.publish',
      'model.switch',
      'model.release',
    ]);
  });

  test('filling a version goes on where it was when the process ends, and another one takes its place', async () => {
    await fresh(house());
    const ids = await many(130);
    await settle();
    service.now = NOON + 2 * HOUR;
    await settle();
    const second = await scoring.publish(named(house(25)), 'test');
    expect(await scoring.work.fill()).toBeGreaterThan(0);
    const { scored } = await scoring.progress(second.id);
    expect(scored).toBeGreaterThan(0);
    expect(scored).toBeLessThan(130);
    const next = createScoring(db, () => service.now);
    let filled = 0;
    for (let done = 1; done > 0; filled += done) done = await next.work.fill();
    expect(filled).toBe(130 - scored);
    for (const id of ids) expect(await standing(id, second.id)).toMatchObject({ stage: 'mql' });
    const third = await scoring.publish(named(house(5)), 'test');
    expect((await scoring.versions()).find(({ id }) => id === second.id)).toMatchObject({ state: 'retired' });
    await settle();
    while ((await scoring.work.clear()) > 0);
    expect(await count(`history where model_id = ${second.id}`)).toBe(0);
    expect(await scoring.progress(third.id)).toEqual({ scored: 130, contacts: 130 });
  });
});
