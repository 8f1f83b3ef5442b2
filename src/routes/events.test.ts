// Events judged anew through the API: by hand, which nothing found later changes, and by rules over all that are kept,
// which go on where they were left and can be taken back.
import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { NOON, testApp } from '../../test/service.ts';
import { byKey } from '../../test/signed-in.ts';
import type { Facts, Message } from '../core/ingest.ts';
import { runEventRule, startJobs } from '../jobs.ts';
import { createServer } from '../server.ts';
import { addEventRule, stepEventRule } from '../store/event-rules.ts';

const MODEL = `
model: clicks
scores:
  interest:
    range: [0, 1000000]
    rules:
      - { id: visits, on: page_viewed, pointsEach: 1 }
      - { id: opens, on: email_opened, where: { machine: { is: 'false' } }, pointsEach: 10 }
      - { id: forms, on: form_submitted, pointsEach: 100 }
stages:
  - { id: mql, enter: { score: { interest: { atLeast: 100 } } }, leave: { score: { interest: { lessThan: 50 } } } }
`;

const url = await postgresUrl();

describe.skipIf(url === undefined)('events judged anew', async () => {
  if (url === undefined) return;
  const service = await testApp(url);
  const { app } = service;
  const server = await createServer(app);
  const write = await byKey(server, service, 'write');
  const get = async (path: string) => (await write({ url: path })).json();
  const post = async (path: string, payload: object) => (await write({ method: 'POST', url: path, payload })).json();
  const settle = async (): Promise<void> => {
    const { live, heavy, companies, fill } = app.scoring.work;
    for (let left = 1; left > 0; ) left = (await live()) + (await heavy()) + (await companies()) + (await fill());
  };
  const did = (user: string, id: string, name: string, at: number, properties: Facts = {}, sourceId = 1) => {
    const who = { userId: user, email: null, anonymousId: null };
    const message: Message = { kind: 'event', who, id, name, at, properties, machine: null };
    return app.ingest.accept({ sourceId, receivedAt: service.now, messages: [message], refusals: [] });
  };
  const contact = async (user: string) => (await get(`/api/contacts?userId=${user}`)).items[0];
  const interest = async (user: string): Promise<number> => {
    await settle();
    return (await contact(user)).scores.interest;
  };
  const eventsOf = async (user: string): Promise<Record<string, unknown>[]> =>
    (await get(`/api/contacts/${(await contact(user)).id}/events?limit=500`)).items;
  const deeds = async (subject: string) =>
    (
      await app.db.rows<{ action: string }>('select action from audit where subject = $1 order by audit_id', [subject])
    ).map(({ action }) => action);
  /** Takes all steps of a rule here. */
  const ruled = async (payload: object) => {
    const rule = await post('/api/events/rules', payload);
    await runEventRule(app, Number(rule.id));
    return get(`/api/events/rules/${rule.id}`);
  };

  await post('/api/models', { document: MODEL });

  test('a hand says a machine’s event is a person’s and the other way round; score, stage and history follow', async () => {
    const minute = NOON - 600_000;
    // More pages in a minute than anybody reads.
    for (let i = 0; i < 70; i++) await did('fast', `p${i}`, 'page_viewed', minute + i * 100);
    await did('fast', 'form', 'form_submitted', minute + 5);
    expect(await interest('fast')).toBe(100);
    const { id } = await contact('fast');
    const pages = Array.from({ length: 70 }, (_, i) => `p${i}`);
    expect(await post('/api/events/unflag', { events: { contactId: id, eventIds: pages } })).toEqual({ events: 70 });
    expect(await interest('fast')).toBe(170);
    // One more of that minute is judged with all the others: what the hand said stays, the new one is a machine's.
    await did('fast', 'p70', 'page_viewed', minute + 7_050);
    await did('fast', 'p71', 'page_viewed', minute + 7_060);
    expect(await interest('fast')).toBe(170);
    expect((await eventsOf('fast')).filter(({ machine }) => machine !== null)).toMatchObject([
      { id: 'p71', judgedBy: null },
      { id: 'p70', judgedBy: null },
    ]);
    const form = { contactId: id, eventIds: ['form'] };
    expect(await post('/api/events/flag', { events: form, reason: 'our own test' })).toEqual({ events: 1 });
    expect(await post('/api/events/flag', { events: form, reason: 'our own test' })).toEqual({ events: 0 });
    expect(await interest('fast')).toBe(70);
    const { items } = await get(`/api/contacts/${id}/history`);
    expect(items.every(({ scores }: { scores: { interest: number } }) => scores.interest <= 70)).toBe(true);
    expect(await contact('fast')).toMatchObject({ stage: null });
    // Sent again, it is the same event, and the hand's word stays.
    await did('fast', 'form', 'form_submitted', minute + 5);
    expect(await interest('fast')).toBe(70);
    expect(await post('/api/events/unflag', { events: form })).toEqual({ events: 1 });
    expect(await interest('fast')).toBe(170);
    expect(await deeds(`contact:${id}`)).toEqual(['event.unflag', 'event.flag', 'event.unflag']);
    expect((await eventsOf('fast')).find((event) => event.id === 'form')).toMatchObject({
      machine: null,
      judgedBy: 'hand',
    });
  });

  test('the word of a hand goes with the event when contacts are merged', async () => {
    await did('twin-a', 'x', 'form_submitted', NOON - 5);
    await did('twin-b', 'y', 'page_viewed', NOON - 5);
    const [a, b] = [await contact('twin-a'), await contact('twin-b')];
    await post('/api/events/flag', { events: { contactId: a.id, eventIds: ['x'] }, reason: 'a test' });
    const { id } = await post(`/api/contacts/${b.id}/merge`, { goneId: a.id });
    expect(await interest('twin-b')).toBe(1);
    const judged = (await eventsOf('twin-b')).map((event) => [event.id, event.judgedBy, event.machine]);
    expect(judged).toEqual([
      ['y', null, null],
      ['x', 'hand', 'a test'],
    ]);
    await write({ method: 'DELETE', url: `/api/merges/${id}` });
    expect((await eventsOf('twin-a')).map((event) => event.judgedBy)).toEqual(['hand']);
  });

  test('a rule voids what it means, of the events that are there, and nothing else; it is taken back whole', async () => {
    const properties = { form: 'Demo', n: 7 };
    await did('rule-a', '1', 'form_submitted', NOON - 900, properties);
    await did('rule-a', '2', 'form_submitted', NOON - 800, { form: 'newsletter' });
    await did('rule-a', '3', 'form_submitted', NOON - 700, properties, 2);
    await did('rule-a', '4', 'form_submitted', NOON - 100, properties);
    await did('rule-b', '1', 'page_viewed', NOON - 900, properties);
    await did('rule-b', '2', 'form_submitted', NOON - 900, properties);
    const b = await contact('rule-b');
    await post('/api/events/void', { events: { contactId: b.id, eventIds: ['2'] }, reason: 'by hand' });
    const events = {
      on: ['form_submitted', 'form_sent'],
      where: { form: { is: 'DEMO' }, n: { atLeast: 5 } },
      sourceId: '1',
      from: String(NOON - 1_000),
      until: String(NOON - 100),
    };
    const rule = await ruled({ deed: 'void', reason: 'our own people', events });
    expect(rule).toMatchObject({
      state: 'done',
      changed: 1,
      undoneBy: null,
      events: { on: ['form_submitted', 'form_sent'] },
    });
    expect(rule.looked).toBe(rule.total);
    const voided = (await eventsOf('rule-a')).filter(({ voidedAt }) => voidedAt !== null);
    expect(voided).toMatchObject([{ id: '1', voidedBy: `rule:${rule.id}`, voidReason: 'our own people' }]);
    expect(await interest('rule-a')).toBe(300);
    // Events that come later are not meant.
    service.now += 1;
    await did('rule-a', '5', 'form_submitted', NOON - 850, properties);
    await runEventRule(app, Number(rule.id));
    expect(await interest('rule-a')).toBe(400);
    const undone = await post(`/api/events/rules/${rule.id}/undo`, {});
    expect(undone).toMatchObject({ state: 'undoing', undoneBy: expect.stringMatching(/^key:/) });
    await runEventRule(app, Number(rule.id));
    expect(await get(`/api/events/rules/${rule.id}`)).toMatchObject({ state: 'undone', changed: 0 });
    expect(await interest('rule-a')).toBe(500);
    // What a hand voided stays so.
    expect((await eventsOf('rule-b')).find(({ id }) => id === '2')).toMatchObject({ voidReason: 'by hand' });
    expect((await post(`/api/events/rules/${rule.id}/undo`, {})).code).toBe('conflict');
    expect(await deeds(`rule:${rule.id}`)).toEqual(['event.void', 'event.unvoid']);
  });

  test('a rule flags, but not what a hand said is a person’s; mail says so in its property', async () => {
    await did('mail', '1', 'email_opened', NOON - 50, { machine: false, ip: '10.0.0.1' });
    await did('mail', '2', 'email_opened', NOON - 40, { machine: false, ip: '10.0.0.1' });
    await did('mail', '3', 'email_opened', NOON - 30, { machine: false, ip: '10.0.0.2' });
    const { id } = await contact('mail');
    await post('/api/events/unflag', { events: { contactId: id, eventIds: ['2'] } });
    expect(await interest('mail')).toBe(30);
    const events = { on: 'email_opened', where: { ip: { startsWith: '10.0.0.1' } } };
    const rule = await ruled({ deed: 'flag', reason: 'office scanner', events });
    expect(rule.changed).toBe(1);
    expect(await interest('mail')).toBe(20);
    expect((await eventsOf('mail')).at(-1)).toMatchObject({
      machine: 'office scanner',
      judgedBy: `rule:${rule.id}`,
      properties: { machine: true },
    });
    await post(`/api/events/rules/${rule.id}/undo`, {});
    await runEventRule(app, Number(rule.id));
    expect(await interest('mail')).toBe(30);
    expect((await eventsOf('mail')).at(-1)).toMatchObject({
      machine: null,
      judgedBy: null,
      properties: { machine: false },
    });
  });

  test('a rule goes on where it was left, over merges too, and is turned around in the middle', async () => {
    const fill = (id: number) =>
      app.db.rows(
        `insert into event (contact_id, event_id, name, at, received_at)
         select $1, 'bulk-' || n, 'bulk', $2, $2 from generate_series(1, 6000) as n`,
        [id, NOON - 10],
      );
    for (const user of ['low', 'high']) await did(user, 'first', 'page_viewed', NOON - 20);
    const [low, high] = [Number((await contact('low')).id), Number((await contact('high')).id)];
    await fill(low);
    await fill(high);
    const asked = { deed: 'void', reason: 'noise', events: { on: 'bulk' } };
    const counts = async () =>
      (
        await app.db.rows<{ voided: number }>(
          "select count(*) filter (where voided_at is not null) as voided from event where name = 'bulk'",
        )
      )[0]?.voided;
    const rule = await post('/api/events/rules', asked);
    const half = new AbortController();
    half.abort();
    expect(await runEventRule(app, Number(rule.id), half.signal)).toBe(false);
    const under = (await get('/api/jobs')).items.find(({ kind }: { kind: string }) => kind === 'event-rule');
    expect(under).toMatchObject({ id: rule.id, state: 'running', done: 5_000, what: 'void: noise' });
    expect(under.total).toBeGreaterThan(12_000);
    while ((await counts()) === 0) await stepEventRule(app.db, Number(rule.id), service.now);
    // Events that were still to come are carried to where the rule has been.
    await post(`/api/contacts/${low}/merge`, { goneId: String(high) });
    expect(await runEventRule(app, Number(rule.id))).toBe(true);
    const all = await app.db.rows<{ n: number }>("select count(*) as n from event where name = 'bulk'");
    expect(await counts()).toBe(all[0]?.n);
    const again = await post('/api/events/rules', { ...asked, deed: 'flag' });
    await stepEventRule(app.db, Number(again.id), service.now);
    await post(`/api/events/rules/${again.id}/undo`, {});
    await runEventRule(app, Number(again.id));
    expect(await get(`/api/events/rules/${again.id}`)).toMatchObject({ state: 'undone', changed: 0 });
    expect(await app.db.rows("select 1 from event where name = 'bulk' and machine is not null limit 1")).toEqual([]);
  });

  test('the queue does it by itself, also what was left waiting by a process that died', async () => {
    await did('queue', '1', 'form_submitted', NOON - 5, { form: 'queue' });
    const events = { on: 'any', where: { form: { is: 'queue' } } };
    const by = { by: 'a test', now: service.now };
    const left = await addEventRule(app.db, { deed: 'void', reason: 'left', meant: events }, by);
    await startJobs(app);
    for (const until = Date.now() + 30_000; Date.now() < until; await new Promise((done) => setTimeout(done, 100)))
      if ((await get(`/api/events/rules/${left.ruleId}`)).state === 'done') break;
    expect(await get(`/api/events/rules/${left.ruleId}`)).toMatchObject({ state: 'done', changed: 1 });
    await settle();
    expect((await get('/api/jobs')).items).toEqual([]);
  });

  test('what no rule can mean is refused by name', async () => {
    const refused = async (events: object, words: string) =>
      expect(await post('/api/events/rules', { deed: 'void', reason: 'x', events })).toMatchObject({
        code: 'request_invalid',
        message: expect.stringContaining(words),
      });
    await refused({}, 'on');
    await refused({ on: 'any', where: { path: { startWith: '/' } } }, 'startsWith');
    await refused({ on: 'any', where: { score: { interest: { atLeast: 1 } } } }, 'where');
    await refused({ on: 'any', until: 'tomorrow' }, 'instant');
    expect((await get('/api/events/rules?limit=2')).items).toHaveLength(2);
    expect((await get('/api/events/rules/999999')).code).toBe('not_found');
    expect((await post('/api/events/rules/999999/undo', {})).code).toBe('not_found');
  });
});
