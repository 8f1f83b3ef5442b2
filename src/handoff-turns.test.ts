// Whose turn it is: a lead that waits for somebody, somebody who comes free or comes back, who is given none any more, and
// nobody who acts.
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, handing, MINUTE, MONDAY } from '../test/handing.ts';
import { postgresUrl } from '../test/postgres.ts';
import { createHandoffs } from './handoffs.ts';
import type { Db } from './store/db.ts';
import { claimHandoffs } from './store/handoff-work.ts';
import { listHandoffs } from './store/handoffs.ts';
import { addAbsence, removeAbsence, saveSeller } from './store/sellers.ts';

const url = await postgresUrl();

describe.skipIf(url === undefined)('turns', async () => {
  if (url === undefined) return;
  const made = await handing(url);
  const { service, app, db, handoffs, seller, latest, record, whole, close, noticesOf } = made;

  test('where another process looks, a look ends: no lead is passed on before anybody heard that time ran out', async () => {
    const one = await whole('between');
    service.now += 5 * HOUR;
    const { promise: claimed, resolve: claim } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const other = db.transaction(async (tx) => {
      expect(await claimHandoffs(tx)).toBe(true);
      claim();
      await released;
    });
    await claimed;
    // The other one looks while the first step is tried, and no more when the next one would be.
    let tries = 0;
    const transaction: Db['transaction'] = async (work) => {
      if (++tries === 2) {
        release();
        await other;
      }
      return db.transaction(work);
    };
    await createHandoffs({ ...app, db: { ...db, transaction } }).look();
    expect(await latest('between')).toMatchObject({ assignments: 1 });
    release();
    await other;
    await handoffs.look();
    expect((await noticesOf(one.handoffId)).map(({ kind }) => kind)).toEqual([
      'assigned',
      'escalation',
      'assigned',
      'taken',
    ]);
    await close('between');
  });

  test('whoever comes free gets the lead that waits, at once', async () => {
    const few = { ...seller, capacity: 1 };
    for (const email of ['ana@x.example', 'bo@x.example'])
      await saveSeller(db, email, few, { by: 'a test', now: service.now });
    for (const { handoffId } of await listHandoffs(db, { states: ['open'], order: 'newest', after: null, limit: 50 }))
      await record(handoffId, { kind: 'rejected', reason: 'no-budget', note: null });
    for (const id of ['six', 'seven', 'eight']) await whole(id);
    expect(await latest('eight')).toMatchObject({ state: 'waiting', lacks: ['seller'] });
    service.now += MINUTE;
    await handoffs.look();
    expect(await latest('eight')).toMatchObject({ state: 'waiting' });
    await close('six');
    await handoffs.look();
    expect(await latest('eight')).toMatchObject({ state: 'open', assignee: (await latest('six')).assignee });
    // So does a place more.
    await whole('nine');
    expect(await latest('nine')).toMatchObject({ state: 'waiting', lacks: ['seller'] });
    await saveSeller(db, 'bo@x.example', seller, { by: 'a test', now: service.now });
    await handoffs.look();
    expect(await latest('nine')).toMatchObject({ state: 'open', assignee: 'bo@x.example' });
  });

  test('leads of somebody who is given none any more go to somebody else, and both are told', async () => {
    await saveSeller(db, 'ana@x.example', seller, { by: 'a test', now: service.now });
    const held = await listHandoffs(db, {
      assignee: 'bo@x.example',
      states: ['open'],
      order: 'newest',
      after: null,
      limit: 50,
    });
    expect(held.length).toBeGreaterThan(0);
    const [first] = held;
    if (first === undefined) return;
    await record(first.handoffId, { kind: 'accepted' });
    await saveSeller(db, 'bo@x.example', { ...seller, active: false }, { by: 'a test', now: service.now });
    await handoffs.look();
    for (const { handoffId } of held) {
      const [now] = await listHandoffs(db, {
        contactId: held.find((one) => one.handoffId === handoffId)?.contactId,
        order: 'newest',
        after: null,
        limit: 1,
      });
      expect(now).toMatchObject({
        assignee: 'ana@x.example',
        state: handoffId === first.handoffId ? 'accepted' : 'open',
      });
      expect((await noticesOf(handoffId)).slice(-2)).toEqual([
        { kind: 'assigned', recipient: 'ana@x.example' },
        { kind: 'taken', recipient: 'bo@x.example' },
      ]);
      await record(handoffId, { kind: 'rejected', reason: 'no-budget', note: null });
    }
    await saveSeller(db, 'bo@x.example', seller, { by: 'a test', now: service.now });
  });

  test('a lead that nobody acts on goes round once; by hand it can go anywhere, and both hear of it', async () => {
    // A Monday at ten.
    service.now = MONDAY + 98 * DAY;
    const one = await whole('circle');
    for (let hours = 0; hours < 72; hours += 3) {
      service.now += 3 * HOUR;
      await handoffs.look();
    }
    const now = await latest('circle');
    expect(now).toMatchObject({ assignments: 2, state: 'open' });
    expect(now.assignee).not.toBe(one.assignee);
    await record(one.handoffId, { kind: 'assigned', to: one.assignee ?? '', because: 'by hand' });
    expect((await noticesOf(one.handoffId)).slice(-2)).toEqual([
      { kind: 'assigned', recipient: one.assignee },
      { kind: 'taken', recipient: now.assignee },
    ]);
    await close('circle');
  });

  test('whoever comes back gets what waits, at once: on the first morning in their zone, or when it is taken back', async () => {
    const by = () => ({ by: 'a test', now: service.now });
    const today = Math.floor(service.now / DAY);
    await saveSeller(db, 'ana@x.example', seller, by());
    await saveSeller(db, 'bo@x.example', { ...seller, zone: 'America/New_York' }, by());
    const absenceId = await addAbsence(db, 'ana@x.example', { firstDay: today, lastDay: today + 9 }, by());
    await addAbsence(db, 'bo@x.example', { firstDay: today, lastDay: today }, by());
    await whole('ten');
    const waits = { state: 'waiting', lacks: ['seller'] };
    expect(await latest('ten')).toMatchObject(waits);
    // Five hours after the day ended in London, in winter.
    const back = (today + 1) * DAY + 5 * HOUR;
    service.now = back - 1;
    await handoffs.look();
    expect(await latest('ten')).toMatchObject(waits);
    service.now = back;
    await handoffs.look();
    expect(await latest('ten')).toMatchObject({ state: 'open', assignee: 'bo@x.example' });
    await saveSeller(db, 'bo@x.example', { ...seller, active: false }, by());
    await handoffs.look();
    await whole('eleven');
    expect(await latest('eleven')).toMatchObject(waits);
    await removeAbsence(db, absenceId, by());
    await handoffs.look();
    expect(await latest('eleven')).toMatchObject({ state: 'open', assignee: 'ana@x.example' });
    await saveSeller(db, 'bo@x.example', seller, by());
    for (const id of ['ten', 'eleven']) await close(id);
  });
});
