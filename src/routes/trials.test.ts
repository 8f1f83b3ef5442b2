/** The studio's side of the API: trials, what is behind them, comments, templates, fields and drafts. */

import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { type Did, house, putting } from '../../test/put.ts';
import { NOON, testApp } from '../../test/service.ts';
import { asPerson, byKey } from '../../test/signed-in.ts';
import { createServer } from '../server.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const url = await postgresUrl();

describe.skipIf(url === undefined)('the studio', async () => {
  if (url === undefined) return;
  const service = await testApp(url);
  const { db, trials } = service.app;
  const put = putting(service);
  const server = await createServer(service.app);
  const read = await byKey(server, service, 'read');
  const write = await byKey(server, service, 'write');
  const ana = await asPerson(server, service, 'marketing');
  const ben = await asPerson(server, service, 'sales');
  const post = async (path: string, payload: object) => (await read({ method: 'POST', url: path, payload })).json();

  /** Five people under the model of a house, all scored. */
  async function people(): Promise<{ ids: Record<string, number>; document: string }> {
    await put.fresh(house());
    const document = put.named(house());
    service.now = NOON;
    const ids: Record<string, number> = {};
    const add = async (name: string, facts: object, ...events: Did[]) => {
      const id = await put.contact(NOON - 100 * DAY, facts);
      ids[name] = id;
      if (events.length > 0) await put.did(id, ...events);
    };
    const visits = (n: number, at: number) => Array.from({ length: n }, (_, i) => ({ id: `${at} ${i}`, at: at + i }));
    const deal = (at: number) => ({ id: 'deal', at, name: 'deal_won' });
    await add('hot', { title: 'CEO' }, ...visits(4, NOON - HOUR), ...visits(4, NOON - 30 * DAY), deal(NOON - DAY));
    await add('warm', { title: 'CEO' }, ...visits(1, NOON - HOUR), ...visits(2, NOON - 30 * DAY));
    await add(
      'cold',
      { title: 'Cook' },
      ...visits(1, NOON - HOUR),
      ...visits(1, NOON - 40 * DAY),
      deal(NOON - 2 * DAY),
    );
    await add('old', { title: 'CEO' }, ...visits(4, NOON - 30 * DAY), deal(NOON - 50 * DAY));
    await add('rival', { title: 'CEO', email: 'x@rival.example' }, ...visits(4, NOON - 30 * DAY), deal(NOON - DAY));
    await put.settle();
    await trials.refresh();
    return { ids, document };
  }

  test('an edit is answered with histograms, moves, hand-offs and rules; a click with names', async () => {
    const { ids, document } = await people();
    const draft = document
      .replace('points: 30', 'points: 10')
      .replace('pointsEach: 10, max: 40', 'pointsEach: 20, max: 40');
    const { asOf, contacts, before, ...said } = await post('/api/trials', { document: draft });
    expect({ asOf, contacts, before }).toMatchObject({
      asOf: '2026-11-22T12:00:00.000Z',
      contacts: 5,
      before: { version: 1 },
    });
    // hot 30 + 40 → 10 + 40, warm 30 + 10 → 10 + 20, cold 10 → 20, old 30 - 20 → 10 - 20, rival the same.
    expect(said.moves).toEqual([]);
    expect(said.stages).toEqual([
      { stage: null, disqualified: false, before: 2, after: 2 },
      { stage: 'mql', disqualified: false, before: 1, after: 1 },
      { stage: 'sql', disqualified: false, before: 1, after: 1 },
      { stage: null, disqualified: true, before: 1, after: 1 },
    ]);
    const total = said.scores.find(({ name }: { name: string }) => name === 'total');
    expect(total).toMatchObject({ kind: 'points', mean: { before: 32, after: 22 }, changed: 5 });
    expect(total.bins).toHaveLength(20);
    const inBin = (from: number) => total.bins.find((bin: { from: number }) => bin.from === from);
    expect(inBin(70)).toMatchObject({ to: 75, before: 1, after: 0 });
    expect(inBin(50)).toMatchObject({ before: 0, after: 1 });
    const cells = said.scores.find(({ name }: { name: string }) => name === 'cell').bins;
    expect(cells.find(({ cell }: { cell: string }) => cell === 'A1')).toMatchObject({ before: 1, after: 0 });
    expect(said.rules.find(({ id }: { id: string }) => id === 'decides')).toEqual({
      ...{ id: 'decides', score: 'fit', state: 'changed', differs: 4, contacts: 4, total: 40, mean: 10 },
      before: { contacts: 4, total: 120, mean: 30 },
    });
    expect(said.rules.find(({ id }: { id: string }) => id === 'quiet')).toMatchObject({ state: 'same', differs: 0 });

    const behind = (of: object, more: object = {}) => post('/api/trials/contacts', { document: draft, of, ...more });
    const bin = { kind: 'bin', score: 'total', side: 'before', from: 70, to: 75 };
    expect((await behind(bin)).items).toMatchObject([
      {
        contact: { id: String(ids.hot), traits: { title: 'CEO' } },
        before: { stage: 'sql', scores: { total: 70, cell: 'A1' } },
        after: { stage: 'sql', scores: { total: 50, cell: 'B1' } },
        points: null,
      },
    ]);
    const first = await behind({ kind: 'rule', rule: 'decides', differs: true }, { limit: 3 });
    expect(first.items).toHaveLength(3);
    expect(first.count).toBe(4);
    expect((await behind({ kind: 'score', score: 'total' })).count).toBe(5);
    expect((await behind({ kind: 'moved', way: 'any' })).count).toBe(0);
    expect(first.items[0].points).toEqual({ before: 30, after: 10 });
    const second = await behind({ kind: 'rule', rule: 'decides', differs: true }, { limit: 3, cursor: first.next });
    expect(second).toMatchObject({ next: null, items: [{ contact: { id: String(ids.rival) } }] });
  });

  test('a hand-off is a later stage than the present one, and names are behind it', async () => {
    const { ids, document } = await people();
    const draft = document.replace('atLeast: 60', 'atLeast: 40');
    const { handoffs, moves } = await post('/api/trials', { document: draft });
    expect(handoffs).toEqual([
      { stage: 'mql', contacts: 0 },
      { stage: 'sql', contacts: 1 },
    ]);
    expect(moves).toEqual([
      { from: { stage: 'mql', disqualified: false }, to: { stage: 'sql', disqualified: false }, contacts: 1 },
    ]);
    const { items } = await post('/api/trials/contacts', { document: draft, of: { kind: 'handoff', stage: 'sql' } });
    expect(items).toMatchObject([{ contact: { id: String(ids.warm) } }]);
    const behind = (of: object) => post('/api/trials/contacts', { document: draft, of });
    const one = { count: 1, items: [{ contact: { id: String(ids.warm) } }] };
    expect(await behind({ kind: 'handoff', stage: null })).toMatchObject(one);
    expect(await behind({ kind: 'moved', way: 'up' })).toMatchObject(one);
    expect(await behind({ kind: 'moved', way: 'down' })).toMatchObject({ count: 0 });
  });

  test('a grade is a threshold: how many come over it each way, and who; against any other document', async () => {
    const { ids, document } = await people();
    const draft = document.replace('points: 30', 'points: 10');
    const said = await post('/api/trials', { document: draft });
    const rungs = said.scores.flatMap(({ name, rungs }: { name: string; rungs: object[] }) =>
      rungs.map((rung) => ({ score: name, ...rung })),
    );
    const grade = (name: string, before: number, after: number, down: number) => ({
      ...{ score: 'fit', of: 'grade', name, above: { before, after }, up: 0, down },
    });
    expect(rungs.filter(({ score }: { score: string }) => score === 'fit')).toEqual([
      grade('A', 4, 0, 4),
      grade('B', 5, 5, 0),
    ]);
    const fall = { kind: 'rung', score: 'fit', of: 'grade', name: 'A', way: 'down' };
    expect(await post('/api/trials/contacts', { document: draft, of: fall, limit: 1 })).toMatchObject({
      count: 4,
      items: [{ contact: { id: String(ids.hot) }, before: { scores: { fit: 30 } }, after: { scores: { fit: 10 } } }],
    });
    // Turned round: the draft is what stands before.
    const back = await post('/api/trials', { document, beside: draft });
    expect(back.before).toEqual({ id: null, name: expect.any(String), version: null });
    const fit = back.scores.find(({ name }: { name: string }) => name === 'fit');
    expect(fit.rungs[0]).toMatchObject({ name: 'A', above: { before: 0, after: 4 }, up: 4, down: 0 });
    const rise = await post('/api/trials/contacts', { document, beside: draft, of: { ...fall, way: 'up' } });
    expect(rise).toMatchObject({ count: 4, next: null });
    expect(await post('/api/models/diff', { document, beside: draft })).toMatchObject({
      from: null,
      sentences: [expect.stringMatching(/decides.*30.*10/)],
    });
    expect(await post('/api/models/diff', { document, beside: 'model: x' })).toMatchObject({ ok: false });
    expect(await post('/api/trials', { document, beside: 'model: x' })).toMatchObject({ ok: false });
  });

  test('an outcome is foretold from what was known then', async () => {
    const { ids, document } = await people();
    // That she became one is not known at the instant for which everybody is scored.
    await put.traits(ids.cold ?? 0, NOON - 100 * DAY, { title: 'Cook' });
    await put.traits(ids.cold ?? 0, NOON - HOUR, { title: 'CEO' });
    await put.settle();
    await trials.refresh();
    const outcome = { event: 'deal_won', days: 29.5 };
    expect(await post('/api/trials', { document, outcome })).toMatchObject({ code: 'request_invalid' });
    const said = await post('/api/trials', { document, outcome: { event: 'deal_won', days: 30 } });
    // Thirty days ago sharp: one visit of each counts; who had won a deal before is left out; the rival is disqualified.
    expect(said.outcome).toMatchObject({
      at: '2026-10-23T12:00:00.000Z',
      contacts: 4,
      successes: 3,
      later: 0,
      already: 1,
      success: { kind: 'event', name: 'deal_won' },
      after: { selected: 0, hits: 0, precision: null, recall: 0, lift: null, score: 'total', stage: 'sql' },
    });
    const easier = { event: 'deal_won', days: 30, atLeast: { score: 'total', points: 40 } };
    const { before, after } = (await post('/api/trials', { document, outcome: easier })).outcome;
    // hot and warm have 30 + 10, cold -20, rival 40 and out.
    expect(after).toMatchObject({ selected: 2, hits: 1, precision: 0.5, recall: 1 / 3, lift: 0.5 / 0.75, stage: null });
    expect(after.auc).toBeCloseTo((0.5 + 0 + 0.5) / 3);
    expect(before).toEqual(after);
    const never = await post('/api/trials', { document, outcome: { event: 'nobody_does_this', days: 30 } });
    expect(never.outcome).toMatchObject({ successes: 0, after: { precision: null, auc: null } });
    // hot, warm and old came to a stage since then; the rival never did.
    const reached = await post('/api/trials', { document, outcome: { reached: 'mql', days: 30 } });
    expect(reached.outcome).toMatchObject({ success: { kind: 'stage', name: 'mql' }, successes: 3, already: 0 });
    const [model] = await db.rows<{ id: number }>('select model_id as id from model limit 1');
    await db.rows(
      `insert into handoff_fact (contact_id, handoff_id, place, at, recorded_at, by_whom, fact)
       values ($1, $2, 0, $3, $3, 'a test', '{"kind": "accepted"}')`,
      [ids.warm ?? 0, model?.id ?? 0, NOON - DAY],
    );
    const accepted = await post('/api/trials', { document, outcome: { answer: 'accepted', days: 30 } });
    expect(accepted.outcome).toMatchObject({ contacts: 5, successes: 1, already: 0, later: 0 });
    const two = { event: 'deal_won', answer: 'accepted', days: 30 };
    expect(await post('/api/trials', { document, outcome: two })).toMatchObject({ code: 'request_invalid' });
  });

  test('what is no model is answered with its problems; a model of a new name has nothing before it', async () => {
    const { document } = await people();
    const broken = document.replace('points: 30', 'point: 30');
    const problems = [expect.objectContaining({ line: 7 }), expect.objectContaining({ line: 7 })];
    expect(await post('/api/trials', { document: broken })).toEqual({ ok: false, problems });
    const of = { kind: 'handoff', stage: 'mql' };
    expect(await post('/api/trials/contacts', { document: broken, of })).toEqual({ ok: false, problems });
    const fresh = document.replace(/^model: .*$/m, 'model: other');
    const alone = await post('/api/trials', { document: fresh });
    expect(alone).toMatchObject({ ok: true, before: null });
    expect(alone.rules.map(({ state }: { state: string }) => state)).toEqual(['new', 'new', 'new', 'new']);
    const against = /^model: (.*)$/m.exec(document)?.[1];
    expect(await post('/api/trials', { document: fresh, against })).toMatchObject({ before: { name: against } });
  });

  test('a draft that names another field is tried on the same instant', async () => {
    const { document } = await people();
    const draft = document.replace(
      '{ title: { mentions: [ceo] } }',
      '{ email: { endsWith: example }, title: { exists: true } }',
    );
    service.now = NOON + HOUR / 6;
    const said = await post('/api/trials', { document: draft });
    expect(said.asOf).toBe('2026-11-22T12:00:00.000Z');
    expect(said.rules[0]).toMatchObject({ id: 'decides', contacts: 1, differs: 3 });
    expect((await read({ url: '/api/trials/base' })).json()).toMatchObject({ state: 'ready', contacts: 5, share: 1 });
    await read({ method: 'POST', url: '/api/trials/base' });
    expect((await post('/api/trials', { document: draft })).asOf).toBe('2026-11-22T12:10:00.000Z');
  });

  test('comments stay with a rule until they are resolved', async () => {
    const said = { model: 'house', rule: 'decides', text: ' Is a CTO one too? ' };
    const comment = (await ben({ method: 'POST', url: '/api/models/comments', payload: said })).json();
    expect(comment).toMatchObject({
      rule: 'decides',
      text: 'Is a CTO one too?',
      by: 'sales@example.org',
      resolvedAt: null,
    });
    const listed = async (more = '') => (await ana({ url: `/api/models/comments?model=house${more}` })).json().items;
    expect(await listed()).toEqual([comment]);
    expect(await listed('&rule=visits')).toEqual([]);
    const resolve = (payload: object) =>
      ana({ method: 'POST', url: `/api/models/comments/${comment.id}/resolve`, payload });
    expect((await resolve({})).json()).toMatchObject({ resolvedBy: 'marketing@example.org' });
    expect(await listed()).toEqual([]);
    expect(await listed('&resolved=yes')).toHaveLength(1);
    expect((await resolve({ resolved: false })).json()).toMatchObject({ resolvedAt: null, resolvedBy: null });
    // Under a new name the rule keeps what was said of it, and under the old one too, should the draft be thrown away.
    const renamed = { model: 'house', from: 'decides', to: 'may-sign' };
    expect((await ana({ method: 'POST', url: '/api/models/comments/rename', payload: renamed })).statusCode).toBe(204);
    const later = { ...said, rule: 'may-sign', text: 'And a CFO.' };
    await ben({ method: 'POST', url: '/api/models/comments', payload: later });
    for (const rule of ['decides', 'may-sign'])
      expect((await listed(`&rule=${rule}`)).map(({ rule }: { rule: string }) => rule)).toEqual([
        'decides',
        'may-sign',
      ]);
    expect(await listed('&rule=visits')).toEqual([]);
    const viewer = await asPerson(server, service, 'viewer');
    expect((await viewer({ method: 'POST', url: '/api/models/comments', payload: said })).statusCode).toBe(403);
    const deeds = await db.rows(
      "select action, who from audit where subject = 'house' and action like 'model.%' order by audit_id",
    );
    expect(deeds.slice(-5)).toEqual([
      { action: 'model.comment', who: 'sales@example.org' },
      { action: 'model.resolve', who: 'marketing@example.org' },
      { action: 'model.reopen', who: 'marketing@example.org' },
      { action: 'model.rename', who: 'marketing@example.org' },
      { action: 'model.comment', who: 'sales@example.org' },
    ]);
  });

  test('a draft that somebody else changed is not replaced', async () => {
    const keep = (payload: object) => write({ method: 'PUT', url: '/api/drafts/both', payload });
    const first = (await keep({ document: 'one', seen: null })).json();
    const second = (await keep({ document: 'two', seen: first.changedAt })).json();
    expect(second.changedAt).not.toBe(first.changedAt);
    const late = await keep({ document: 'three', seen: first.changedAt });
    expect(late.statusCode).toBe(409);
    expect(late.json().message).toContain('the draft both was changed by key:');
    expect((await keep({ document: 'three', seen: null })).statusCode).toBe(409);
    expect((await read({ url: '/api/drafts/both' })).json()).toMatchObject({ document: 'two' });
    await write({ method: 'DELETE', url: '/api/drafts/both' });
    expect((await keep({ document: 'three', seen: second.changedAt })).json().message).toContain('is gone');
  });

  test('what a document would change is told in sentences', async () => {
    const { document } = await people();
    const changed = document.replace('points: 30', 'points: 31');
    const { from, sentences } = await post('/api/models/diff', { document: changed });
    expect(from).toMatch(/^\d+$/);
    expect(sentences).toEqual([expect.stringContaining('31')]);
    expect(await post('/api/models/diff', { document: 'model: x' })).toMatchObject({ ok: false });
    const fresh = changed.replace(/^model: .*$/m, 'model: other');
    expect(await post('/api/models/diff', { document: fresh })).toEqual({ ok: true, from: null, sentences: [] });
    expect((await post('/api/models/diff', { document: fresh, from })).sentences.length).toBeGreaterThan(0);
  });

  test('templates are the ready models, each with its words', async () => {
    const { items } = (await read({ url: '/api/templates' })).json();
    expect(items.map(({ name }: { name: string }) => name)).toHaveLength(6);
    expect(items[0]).toMatchObject({ name: 'starter', title: 'The starter' });
    for (const { document, about } of items) {
      expect(about).toMatch(/^[A-Z].{40,}\.$/);
      expect(await post('/api/models/check', { document })).toMatchObject({ ok: true });
    }
  });

  test('fields are told with what they hold most often', async () => {
    await people();
    await db.rows(
      `update event set properties = '{"path": "/pricing", "tags": ["a", "b"], "none": null}' where name = 'page_viewed'`,
    );
    service.now = NOON + DAY;
    const fields = (await read({ url: '/api/fields' })).json();
    expect(fields.contact).toContainEqual({
      name: 'title',
      count: 5,
      values: [
        { value: 'CEO', count: 4 },
        { value: 'Cook', count: 1 },
      ],
    });
    expect(fields.events.map(({ name }: { name: string }) => name)).toEqual(['page_viewed', 'deal_won']);
    const [viewed] = fields.events;
    expect(viewed.properties).toEqual([
      { name: 'path', count: viewed.count, values: [{ value: '/pricing', count: viewed.count }] },
      {
        name: 'tags',
        count: viewed.count,
        values: [
          { value: 'a', count: viewed.count },
          { value: 'b', count: viewed.count },
        ],
      },
    ]);
  });
});
