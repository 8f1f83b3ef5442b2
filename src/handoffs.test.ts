// Hand-offs from the stage to the answer, through the engine and the database: what waits, who gets what, which promises
// are kept, and what is taken back.
import { describe, expect, test, vi } from 'vitest';
import { DAY, HOUR, handing, MINUTE, MODEL, MONDAY } from '../test/handing.ts';
import { postgresUrl } from '../test/postgres.ts';
import { companyDomainOf } from './connectors/mail-domains.ts';
import { parseModel } from './core/model.ts';
import { brokenAgreements, dependentsOn, tellOfLosses } from './dependents.ts';
import { eraseContact } from './store/erase.ts';
import { voidEvents } from './store/events.ts';
import { readLabelled } from './store/feedback.ts';
import { factsOf, listHandoffs } from './store/handoffs.ts';
import { mergeContacts } from './store/merges.ts';
import { addSuppressions } from './store/suppression.ts';
import { startWorkers } from './worker.ts';

const url = await postgresUrl();

describe.skipIf(url === undefined)('hand-offs', async () => {
  if (url === undefined) return;
  const made = await handing(url);
  const { service, app, db, handoffs, agreementId, send, who, known, firm, did, asked } = made;
  const { contactOf, latest, outcomes, record, whole, close, noticesOf } = made;

  test('who has all that was agreed goes to somebody, and a call in time keeps the promise', async () => {
    await send(known('one', { phone: '1' }), firm('one', '200'), asked('one'));
    const one = await latest('one');
    expect(one).toMatchObject({ state: 'open', stage: 'mql', assignments: 1, agreementId });
    expect(one.evidence).toMatchObject({ stage: 'mql', version: 1, scores: { interest: { points: 60_000_000 } } });
    service.now += 20 * MINUTE;
    await handoffs.record(
      one.handoffId,
      { kind: 'touched', touch: 'call', note: null },
      { by: 'ana', at: service.now },
    );
    await handoffs.record(one.handoffId, { kind: 'accepted' }, { by: 'ana', at: service.now });
    expect(await outcomes(one.handoffId)).toEqual([
      'deliver 0 kept',
      'first-contact 1 kept',
      'first-contact-never 1 kept',
      'answer 1 kept',
      'touches 1 null',
    ]);
    await expect(handoffs.record(one.handoffId, { kind: 'accepted' }, { by: 'ana', at: service.now })).rejects.toThrow(
      'a hand-off that is accepted cannot be accepted',
    );
  });

  test('what is missing waits with marketing and says so, and goes on by itself when it is there', async () => {
    await send(known('two', { name: 'Two' }), firm('two', '20'), asked('two'));
    expect(await latest('two')).toMatchObject({ state: 'waiting', lacks: ['phone', 'demographic'] });
    service.now += HOUR;
    await send(known('two', { phone: '2' }));
    expect(await latest('two')).toMatchObject({ state: 'waiting', lacks: ['demographic'] });
    service.now += HOUR;
    await send(firm('two', '300'));
    expect(await latest('two')).toMatchObject({ state: 'open', lacks: [], assignments: 1 });
  });

  test('nobody acts: reminded, missed, told, and given to the other one with a new clock', async () => {
    await send(known('three', { phone: '3' }), firm('three', '200'), asked('three'));
    const one = await latest('three');
    service.now += 25 * MINUTE;
    await handoffs.look();
    service.now += 3 * HOUR;
    await handoffs.look();
    const now = await latest('three');
    expect(now.assignments).toBe(2);
    expect(now.assignee).not.toBe(one.assignee);
    const notices = await db.rows<{ kind: string; recipient: string }>(
      'select kind, recipient from handoff_notice where handoff_id = $1 order by notice_id',
      [one.handoffId],
    );
    expect(notices).toEqual([
      { kind: 'assigned', recipient: one.assignee },
      { kind: 'reminder', recipient: one.assignee },
      { kind: 'escalation', recipient: 'leadership' },
      { kind: 'assigned', recipient: now.assignee },
      { kind: 'taken', recipient: one.assignee },
    ]);
    expect((await outcomes(one.handoffId)).filter((line) => line.startsWith('first-contact '))).toEqual([
      'first-contact 1 missed',
      'first-contact 2 null',
    ]);
    // A call that is told of afterwards does not unmake what was missed.
    await handoffs.record(
      one.handoffId,
      { kind: 'touched', touch: 'call', note: null },
      { by: 'bo', at: one.enteredAt + MINUTE },
    );
    expect(await outcomes(one.handoffId)).toContain('first-contact 1 missed');
  });

  test('an event that is voided before anybody acted takes the hand-off back', async () => {
    await send(known('four', { phone: '4' }), firm('four', '200'), asked('four'));
    const one = await latest('four');
    const selection = { kind: 'ids', contactId: one.contactId, eventIds: ['demo_asked four'] } as const;
    await voidEvents(db, selection, { by: 'a test', reason: 'a test', now: service.now });
    await send();
    expect((await latest('four')).state).toBe('withdrawn');
  });

  test('a second move makes no second hand-off, and a rejected lead is handed over again when it comes back', async () => {
    const one = await latest('one');
    const back = service.now + 7 * DAY;
    await handoffs.record(
      one.handoffId,
      { kind: 'recycled', until: back, note: 'next week' },
      { by: 'ana', at: service.now },
    );
    service.now = back + HOUR;
    await send(known('one', { phone: '11' }));
    const again = await latest('one');
    expect(again.handoffId).not.toBe(one.handoffId);
    expect(again.state).toBe('open');
    await handoffs.look();
    expect((await latest('one')).handoffId).toBe(again.handoffId);
  });

  test('a touch that was taken back counts no more; what a promise came to stays', async () => {
    const { handoffId } = await whole('five');
    await record(handoffId, { kind: 'touched', touch: 'call', note: null });
    await record(handoffId, { kind: 'undone', place: 2 });
    expect((await latest('five')).actedOn).toBe(false);
    expect(await outcomes(handoffId)).toContain('first-contact 1 kept');
    await record(handoffId, { kind: 'touched', touch: 'email', note: null });
    expect(await outcomes(handoffId)).toContain('touches 1 null');
    await record(handoffId, { kind: 'touched', touch: 'call', note: null });
    expect(await outcomes(handoffId)).toContain('touches 1 kept');
    for (const place of [0, 2, 9])
      await expect(record(handoffId, { kind: 'undone', place })).rejects.toMatchObject({ code: 'conflict' });
    await close('five');
  });

  test('an answer that was a mistake is taken back for ten minutes, by who gave it; promises run on as if it was not given', async () => {
    const { handoffId, assignee } = await whole('mistake');
    const undo = (place: number, by = 'ana@x.example', overrules = false) =>
      handoffs.record(handoffId, { kind: 'undone', place }, { by, at: service.now, overrules });
    const clocksOf = () =>
      db.rows(
        `select kind, outcome, ended_at, due_at, remind_at, escalate_at, reassign_at from handoff_clock
         where handoff_id = $1 order by kind`,
        [handoffId],
      );
    const before = await clocksOf();
    await close('mistake');
    expect(await outcomes(handoffId)).toEqual([
      'deliver 0 kept',
      'first-contact 1 excused',
      'first-contact-never 1 excused',
      'answer 1 kept',
      'touches 1 excused',
    ]);
    await expect(undo(2, 'bo@x.example')).rejects.toMatchObject({ code: 'forbidden' });
    service.now += 9 * MINUTE;
    expect(await undo(2)).toMatchObject({ state: 'open', assignee, actedOn: false });
    expect(await clocksOf()).toEqual(before);
    const everything = { from: null, to: null, agreementId: null, model: null, version: null };
    const labelled = (await readLabelled(db, everything)).find((one) => one.handoffId === handoffId);
    expect(labelled?.label).toMatchObject({ answer: null, end: null });
    await record(handoffId, { kind: 'accepted' });
    await undo(4, 'an administrator', true);
    expect(await clocksOf()).toEqual(before);
    await record(handoffId, { kind: 'accepted' });
    service.now += 11 * MINUTE;
    await expect(undo(6)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('10 minutes') });
    // Once it was handed over anew there is no way back.
    await record(handoffId, { kind: 'recycled', until: service.now + MINUTE, note: null });
    service.now += MINUTE;
    await handoffs.look();
    expect((await latest('mistake')).handoffId).not.toBe(handoffId);
    await expect(undo(7)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('anew') });
    await close('mistake');
  });

  test('one contact that cannot be looked at does not stop the others, and is tried again', async () => {
    const ids = ['bad', 'good1', 'good2'];
    await app.ingest.accept({
      sourceId: 0,
      receivedAt: service.now,
      messages: ids.flatMap((id) => [known(id, { phone: '1' }), firm(id, '200'), asked(id)]),
      refusals: [],
    });
    const workers = startWorkers(app, 1);
    await expect.poll(async () => (await db.rows('select 1 from changed limit 1')).length).toBe(0);
    await workers.stop();
    const bad = await contactOf('bad');
    const { subjectsOf } = app.scoring;
    const failing = vi.spyOn(app.scoring, 'subjectsOf').mockImplementation(async (contacts, ...rest) => {
      if (contacts.includes(bad)) throw new Error('it cannot be read');
      return subjectsOf(contacts, ...rest);
    });
    await handoffs.look();
    await handoffs.look();
    for (const id of ['good1', 'good2']) expect(await latest(id)).toMatchObject({ state: 'open' });
    await expect(latest('bad')).rejects.toThrow('was not handed over');
    const tries = failing.mock.calls.length;
    await handoffs.look();
    expect(failing.mock.calls.length).toBe(tries);
    failing.mockRestore();
    service.now += 2 * MINUTE;
    await handoffs.look();
    expect(await latest('bad')).toMatchObject({ state: 'open' });
    for (const id of ids) await close(id);
  });

  describe('two contacts that are one', () => {
    const merge = async (kept: string, gone: string) =>
      mergeContacts(
        db,
        { kept: await contactOf(kept), gone: await contactOf(gone) },
        { companyDomainOf, now: service.now, cause: 'a test' },
      );

    test('what one of them had goes along, promises and notices included, and comes back', async () => {
      const one = await whole('gone1');
      await record(one.handoffId, { kind: 'touched', touch: 'call', note: null });
      await send(known('kept1', { name: 'Kept' }));
      const keptId = await contactOf('kept1');
      const before = [await factsOf(db, one), await outcomes(one.handoffId), await noticesOf(one.handoffId)];
      const mergeId = await merge('kept1', 'gone1');
      await send();
      const now = await latest('kept1');
      expect(now).toMatchObject({ handoffId: one.handoffId, contactId: keptId, state: 'open' });
      expect([await factsOf(db, now), await outcomes(one.handoffId), await noticesOf(one.handoffId)]).toEqual(before);
      await handoffs.unmerge(mergeId, 'a test');
      await send();
      expect(await latest('gone1')).toMatchObject({
        handoffId: one.handoffId,
        contactId: one.contactId,
        state: 'open',
      });
      expect(await listHandoffs(db, { contactId: keptId, order: 'newest', after: null, limit: 1 })).toEqual([]);
      expect(await factsOf(db, await latest('gone1'))).toEqual(before[0]);
      const deeds = await db.rows(`select action, who from audit where subject = $1 order by audit_id`, [
        `contact:${keptId}`,
      ]);
      expect(deeds).toEqual([
        { action: 'contact.merge', who: 'a test' },
        { action: 'contact.unmerge', who: 'a test' },
      ]);
      await close('gone1');
    });

    test('nobody acted and nothing is scored yet: it is not taken back for want of a move', async () => {
      const one = await whole('gone2');
      await send(known('kept2', { name: 'Kept' }));
      await merge('kept2', 'gone2');
      await handoffs.look();
      expect(await latest('kept2')).toMatchObject({ handoffId: one.handoffId, state: 'open' });
      await send();
      expect(await latest('kept2')).toMatchObject({ handoffId: one.handoffId, state: 'open' });
      await close('kept2');
    });

    test('of two under way the one that got further goes on, and the other is itself again when it is undone', async () => {
      const further = await whole('gone3');
      await record(further.handoffId, { kind: 'accepted' });
      const other = await whole('kept3');
      const mergeId = await merge('kept3', 'gone3');
      await send();
      const keptId = await contactOf('kept3');
      const both = await listHandoffs(db, { contactId: keptId, order: 'newest', after: null, limit: 9 });
      expect(both.map(({ handoffId, state }) => [handoffId, state])).toEqual([
        [other.handoffId, 'withdrawn'],
        [further.handoffId, 'accepted'],
      ]);
      expect((await factsOf(db, { contactId: keptId, handoffId: other.handoffId })).at(-1)).toMatchObject({
        kind: 'merged',
        into: further.handoffId,
      });
      expect(await outcomes(other.handoffId)).toContain('first-contact 1 excused');
      expect((await noticesOf(other.handoffId)).at(-1)).toEqual({ kind: 'withdrawn', recipient: other.assignee });
      service.now += MINUTE;
      await handoffs.unmerge(mergeId, 'a test');
      await send();
      expect(await latest('gone3')).toMatchObject({ handoffId: further.handoffId, state: 'accepted' });
      expect(await latest('kept3')).toMatchObject({
        handoffId: other.handoffId,
        state: 'open',
        assignee: other.assignee,
      });
      expect((await outcomes(other.handoffId)).filter((line) => line.startsWith('first-contact '))).toEqual([
        'first-contact 1 excused',
        'first-contact 2 null',
      ]);
      for (const id of ['gone3', 'kept3']) await close(id);
    });

    test('whoever was taken for another for a while is not erased with that one', async () => {
      await whole('gone4');
      await send(known('kept4', { name: 'Kept' }));
      await handoffs.unmerge(await merge('kept4', 'gone4'), 'a test');
      await send();
      await eraseContact(db, await contactOf('kept4'), { by: 'a test', now: service.now });
      expect(await latest('gone4')).toMatchObject({ state: 'open' });
      await close('gone4');
    });

    test('who was merged is erased with all that was handed over', async () => {
      const one = await whole('gone5');
      const other = await whole('kept5');
      await merge('kept5', 'gone5');
      await eraseContact(db, await contactOf('kept5'), { by: 'a test', now: service.now });
      for (const table of ['handoff', 'handoff_fact', 'handoff_clock', 'handoff_notice'])
        expect(
          await db.rows(`select 1 from ${table} where handoff_id = any($1)`, [[one.handoffId, other.handoffId]]),
        ).toEqual([]);
    });
  });

  test('who waits and is on the suppression list by then is not handed over', async () => {
    await send(known('ten', { name: 'Ten', email: 'ten@x.example' }), firm('ten', '200'), asked('ten'));
    await addSuppressions(db, { values: ['ten@x.example'], reason: null }, { by: 'a test', now: service.now });
    service.now += MINUTE;
    await send(known('ten', { phone: '10' }));
    expect(await latest('ten')).toMatchObject({ state: 'waiting' });
  });

  test('an event that came late moves the entry and makes no second hand-off of what sales answered', async () => {
    await whole('eleven');
    service.now += DAY;
    await close('eleven');
    const { handoffId } = await latest('eleven');
    service.now += HOUR;
    const late = { name: 'demo_asked', properties: {}, machine: null };
    await send({ kind: 'event', who: who('eleven'), id: 'late', at: service.now - 2 * DAY, ...late });
    expect((await latest('eleven')).handoffId).toBe(handoffId);
  });

  test('a lead that falls back to the stage from the one above it did not enter it', async () => {
    const { handoffId, contactId } = await whole('falls');
    await send(did('falls', 'call_booked'));
    await close('falls');
    service.now += 6 * DAY;
    await send();
    const moves = await db.rows('select from_stage, to_stage from move where contact_id = $1 order by at', [contactId]);
    expect(moves.at(-1)).toEqual({ from_stage: 'sql', to_stage: 'mql' });
    expect((await latest('falls')).handoffId).toBe(handoffId);
  });

  test('a version of the model without the stage hands nobody over, stops nothing, and marketing hears of it once', async () => {
    // A Monday at ten again, months later.
    service.now = MONDAY + 105 * DAY;
    const one = await whole('twelve');
    const renamed = MODEL.replaceAll('id: mql', 'id: hot');
    const lacks = [{ kind: 'stage', name: 'mql', of: null }];
    expect(await dependentsOn(app, parseModel(MODEL))).toEqual([]);
    expect(await dependentsOn(app, parseModel(renamed))).toEqual([
      { kind: 'agreement', id: String(agreementId), name: 'leads', lacks },
    ]);
    expect(await brokenAgreements(app)).toEqual([]);
    await app.scoring.publish(renamed, 'a test');
    const { fill } = app.scoring.work;
    while ((await fill()) > 0);
    await app.scoring.switchTo(2, 'a test');
    await app.scoring.releaseMoves(2, 'a test');
    for (let i = 0; i < 2; i++) await tellOfLosses(app, service.now);
    expect(
      await db.rows(`select recipient, details -> 'lacks' as lacks from handoff_notice where kind = 'agreement-lost'`),
    ).toEqual([{ recipient: 'marketing', lacks }]);
    await send(known('thirteen', { phone: '1' }), firm('thirteen', '200'), asked('thirteen'));
    await expect(latest('thirteen')).rejects.toThrow('was not handed over');
    service.now += 25 * MINUTE;
    await handoffs.look();
    expect(await latest('twelve')).toMatchObject({ handoffId: one.handoffId, state: 'open' });
    expect((await noticesOf(one.handoffId)).map(({ kind }) => kind)).toContain('reminder');
    await record(one.handoffId, { kind: 'accepted' });
  });

  test('an erased person leaves nothing behind, and the others keep theirs', async () => {
    const one = await latest('two');
    await eraseContact(db, one.contactId, { by: 'a test', now: service.now });
    for (const table of ['handoff', 'handoff_fact', 'handoff_clock', 'handoff_notice'])
      expect(await db.rows(`select 1 from ${table} where contact_id = $1`, [one.contactId])).toEqual([]);
    expect(await factsOf(db, await latest('three'))).not.toEqual([]);
  });
});
