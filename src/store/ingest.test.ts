// What is kept of messages, seen in the tables: the same whatever the order, the retries, and who else writes.
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { NOON } from '../../test/service.ts';
import { suspicions } from '../connectors/machines.ts';
import { companyDomainOf } from '../connectors/mail-domains.ts';
import type { Facts, Message, Who } from '../core/ingest.ts';
import { type Db, openDb } from './db.ts';
import { flagEvents, listEvents, unflagEvents, unvoidEvents, voidEvents } from './events.ts';
import { openIngest } from './ingest.ts';
import { mergeContacts, unmerge } from './merges.ts';
import { listRefusals } from './sources.ts';

const url = await postgresUrl();

describe.skipIf(url === undefined)('ingest', async () => {
  const db = openDb(url ?? '');
  const how = { clock: () => NOON, companyDomainOf, suspicions };
  const ingest = openIngest(db, how);
  afterAll(() => db.close());

  const who = (ids: Partial<Who>): Who => ({ userId: null, anonymousId: null, email: null, ...ids });
  let count = 0;
  const event = (ids: Partial<Who>, more: Partial<Extract<Message, { kind: 'event' }>> = {}): Message => ({
    kind: 'event',
    who: who(ids),
    id: `e${++count}`,
    name: 'page_viewed',
    at: NOON - 1_000_000 + count * 1_000,
    properties: {},
    machine: null,
    ...more,
  });
  const traits = (ids: Partial<Who>, at: number, facts: Facts): Message => ({
    kind: 'traits',
    who: who(ids),
    at,
    traits: facts,
  });
  const company = (ids: Partial<Who>, at: number, key: string, facts: Facts = {}): Message => ({
    kind: 'company',
    who: who(ids),
    at,
    key,
    traits: facts,
  });
  const alias = (previousId: string, userId: string, at = NOON): Message => ({
    kind: 'alias',
    who: who({ userId }),
    previousId,
    at,
  });
  const request = (messages: readonly Message[], sourceId = 1) => ({
    sourceId,
    receivedAt: NOON,
    messages,
    refusals: [],
  });
  const send = (...messages: Message[]) => ingest.accept(request(messages));

  const TABLES = ['identity', 'contact', 'trait', 'company', 'company_trait', 'event', 'merge', 'refusal', 'changed'];
  const empty = () => db.script(`truncate ${TABLES.join(', ')}, standing, score, history, move`);
  beforeEach(empty);

  const contactOf = async (value: string): Promise<number | undefined> =>
    (await db.rows<{ contact_id: number }>('select contact_id from identity where value = $1', [value]))[0]?.contact_id;
  const one = async (value: string) => {
    const [row] = await db.rows<{ contact_id: number; created_at: number; company: string | null; traits: Facts }>(
      `select c.contact_id, c.created_at, coalesce(k.key, k.domain) as company, c.traits from contact c
       left join company k using (company_id) where contact_id = $1`,
      [await contactOf(value)],
    );
    return row;
  };

  /** Everything about people, told by their ids instead of numbers that depend on who came first. */
  async function state(at: Db = db) {
    const contacts = await at.rows<{
      contact_id: number;
      ids: string[];
      created_at: number;
      company: string;
      traits: Facts;
    }>(
      `select c.contact_id, c.created_at, c.traits, coalesce(k.key, k.domain) as company,
         (select array_agg(kind || ' ' || value || ' ' || first_seen_at order by kind, value) from identity i
          where i.contact_id = c.contact_id) as ids
       from contact c left join company k using (company_id)`,
    );
    const events = await at.rows<{ contact_id: number }>(
      'select contact_id, event_id, name, at, properties, machine from event order by event_id collate "C"',
    );
    const changes = await at.rows<{ contact_id: number }>(
      'select contact_id, name, at, value, source_id from trait order by name collate "C", at',
    );
    const of = <R extends { contact_id: number }>(id: number, rows: R[]) =>
      rows.filter(({ contact_id }) => contact_id === id).map(({ contact_id: _, ...row }) => row);
    return contacts
      .map(({ contact_id: id, ...rest }) => ({ ...rest, events: of(id, events), changes: of(id, changes) }))
      .sort((a, b) => (JSON.stringify(a.ids) < JSON.stringify(b.ids) ? -1 : 1));
  }

  test('an event makes a contact once, however often it is sent', async () => {
    const message = event({ anonymousId: 'a1' });
    await Promise.all([send(message), send(message, message)]);
    await send(message);
    expect(await state()).toMatchObject([
      { ids: [`anonymous_id a1 ${message.at}`], events: [{ event_id: message.kind === 'event' && message.id }] },
    ]);
    const lanes = await db.rows<{ lane: number; contact_id: number; since: number }>('select * from changed');
    expect(lanes.every(({ lane, contact_id, since }) => lane === (contact_id & 63) && since === message.at)).toBe(true);
  });

  test('an anonymous contact becomes the known one, with everything it did', async () => {
    await send(event({ anonymousId: 'a1' }), event({ anonymousId: 'a1' }));
    await send(event({ userId: 'u1' }));
    await send(traits({ userId: 'u1', anonymousId: 'a1' }, NOON, { title: 'CTO' }));
    expect(await state()).toMatchObject([{ traits: { title: 'CTO' }, events: [{}, {}, {}] }]);
    expect(await db.rows('select cause, undone_at from merge')).toEqual([
      { cause: 'named together by a message', undone_at: null },
    ]);
  });

  test('a contact known by e-mail joins the user id; two user ids stay two people', async () => {
    await send(event({ email: 'ann@acme.io' }));
    await send(event({ userId: 'u1' }));
    await send(traits({ userId: 'u1', email: 'ann@acme.io' }, NOON, {}));
    await send(event({ userId: 'u2', email: 'ann@acme.io', anonymousId: 'a1' }));
    await send(event({ userId: 'u1', anonymousId: 'a1' }));
    expect((await state()).map(({ ids, events }) => [ids.map((id) => id.split(' ')[1]), events.length])).toEqual([
      [['a1', 'u2'], 1],
      [['ann@acme.io', 'u1'], 3],
    ]);
    await send(alias('u2', 'u1'));
    expect((await state()).map(({ events }) => events.length)).toEqual([4]);
    expect(await contactOf('a1')).toBe(await contactOf('u1'));
  });

  test('an alias that comes first holds for what comes later', async () => {
    await send(alias('old', 'u1'));
    await send(event({ userId: 'old' }), event({ anonymousId: 'old' }), event({ userId: 'u1' }));
    expect((await state()).map(({ events }) => events.length)).toEqual([3]);
  });

  test('traits are kept over time and a late one does not cover a later one', async () => {
    await send(traits({ userId: 'u1' }, NOON - 10, { title: 'CTO', city: 'Iași', country: 'RO' }));
    await send(traits({ userId: 'u1' }, NOON - 20, { title: 'Intern', phone: '1' }));
    await send(traits({ userId: 'u1' }, NOON - 5, { country: null }));
    expect((await one('u1'))?.traits).toEqual({ title: 'CTO', city: 'Iași', phone: '1' });
    expect(
      await db.rows('select name, at, value from trait where name in ($1, $2) order by name, at', ['title', 'country']),
    ).toEqual([
      { name: 'country', at: NOON - 10, value: 'RO' },
      { name: 'country', at: NOON - 5, value: null },
      { name: 'title', at: NOON - 20, value: 'Intern' },
      { name: 'title', at: NOON - 10, value: 'CTO' },
    ]);
  });

  test('a contact was created when anything of it was, or when it says so', async () => {
    await send(event({ userId: 'u1' }, { at: NOON - 10 }));
    await send(event({ userId: 'u1' }, { at: NOON - 500 }));
    expect((await one('u1'))?.created_at).toBe(NOON - 500);
    await send(traits({ userId: 'u1' }, NOON, { createdAt: '2020-01-01' }));
    expect((await one('u1'))?.created_at).toBe(Date.UTC(2020, 0, 1));
  });

  test('a company is found by key, else by the mail domain that somebody registered', async () => {
    await send(traits({ userId: 'u1', email: 'ann@mail.acme.co.uk' }, NOON - 9, { email: 'ann@mail.acme.co.uk' }));
    await send(traits({ userId: 'u2', email: 'bob@gmail.com' }, NOON, { email: 'bob@gmail.com' }));
    await send(event({ email: 'cid@acme.co.uk' }));
    expect(await one('u1')).toMatchObject({ company: 'acme.co.uk' });
    expect(await one('u2')).toMatchObject({ company: null });
    expect(await one('cid@acme.co.uk')).toMatchObject({ company: 'acme.co.uk', traits: { email: 'cid@acme.co.uk' } });
    await send(company({ userId: 'u1' }, NOON - 5, 'k1', { employees: 50, plan: 'free' }));
    await send(company({ userId: 'u2' }, NOON - 7, 'k1', { employees: 10 }));
    expect(await one('u1')).toMatchObject({ company: 'k1', traits: { company_id: 'k1' } });
    expect(await db.rows('select traits from company where key = $1', ['k1'])).toEqual([
      { traits: { employees: 50, plan: 'free' } },
    ]);
    expect(await db.rows('select at, value from company_trait where name = $1 order by at', ['employees'])).toEqual([
      { at: NOON - 7, value: 10 },
      { at: NOON - 5, value: 50 },
    ]);
    await send(traits({ userId: 'u1' }, NOON, { company_id: null }));
    expect(await one('u1')).toMatchObject({ company: 'acme.co.uk' });
  });

  test('a merge that is taken back leaves both as they were', async () => {
    const same = event({ userId: 'u1' });
    await send(
      same,
      event({ userId: 'u1' }),
      event({ userId: 'u2', anonymousId: 'a2' }, { id: same.kind === 'event' ? same.id : '' }),
    );
    await send(
      event({ userId: 'u2' }),
      traits({ userId: 'u1', email: 'ann@acme.io' }, NOON - 5, { title: 'CTO', city: 'Iași' }),
      traits({ userId: 'u2', email: 'ann@other.io' }, NOON - 5, { title: 'CEO' }),
      traits({ userId: 'u2' }, NOON - 3, { title: 'Owner', created_at: '2021-05-05' }),
    );
    const before = await state();
    const [kept, gone] = [await contactOf('u1'), await contactOf('u2')];
    if (kept === undefined || gone === undefined) throw new Error('a contact is missing');
    await db.rows('delete from changed');
    const mergeId = await mergeContacts(db, { kept, gone }, { companyDomainOf, now: NOON, cause: 'by hand' });
    expect(await state()).toMatchObject([{ traits: { title: 'Owner', city: 'Iași' }, events: [{}, {}, {}] }]);
    expect((await db.rows('select distinct contact_id from changed')).length).toBe(2);
    await send(event({ userId: 'u2' }, { id: 'since' }));
    await unmerge(db, mergeId, { companyDomainOf, now: NOON, by: 'a test' });
    const after = await state();
    expect(
      after.flatMap(({ events }) => events).filter((row) => 'event_id' in row && row.event_id === 'since'),
    ).toHaveLength(1);
    await db.rows("delete from event where event_id = 'since'");
    expect(await state()).toEqual(before);
    await expect(unmerge(db, mergeId, { companyDomainOf, now: NOON, by: 'a test' })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  test('the order in which messages arrive does not matter', async () => {
    const day = 86_400_000;
    const name = fc.constantFrom('title', 'city', 'company_id');
    const value = fc.constantFrom('a', 'b', 5, true, null, ['x']);
    const ids = fc.integer({ min: 0, max: 2 }).chain((person) =>
      fc
        .record({
          user: fc.boolean(),
          email: fc.boolean(),
          anonymous: fc.constantFrom('', 'x', 'y'),
        })
        .filter(({ user, email, anonymous }) => user || email || anonymous !== '')
        .map(({ user, email, anonymous }) => ({
          person,
          who: who({
            userId: user ? `u${person}` : null,
            email: email ? `p${person}@acme${person}.io` : null,
            anonymousId: anonymous ? `${anonymous}${person}` : null,
          }),
        })),
    );
    const at = fc.integer({ min: 0, max: 9 }).map((n) => NOON - 10 * day + n * day);
    const message: fc.Arbitrary<Message> = fc.oneof(
      // An id stands for the same event however often it is drawn.
      fc.record({ ids, id: fc.integer({ min: 0, max: 30 }) }).map(({ ids: { who }, id }) => ({
        kind: 'event' as const,
        who,
        id: `${who.userId ?? who.email ?? who.anonymousId} ${id}`,
        name: id % 3 === 0 ? 'email_clicked' : 'page_viewed',
        at: NOON - 10 * day + (id % 5) * day + id * 1_000,
        properties: id % 3 === 0 ? { message: 'm', url: `/${id}`, machine: false } : {},
        machine: null,
      })),
      fc.record({ ids, at, facts: fc.dictionary(name, value, { maxKeys: 2 }) }).map(({ ids: { who }, at, facts }) => ({
        kind: 'traits' as const,
        who,
        at,
        traits: facts,
      })),
      fc
        .record({ ids, at, key: fc.constantFrom('k1', 'k2'), employees: fc.integer({ min: 1, max: 3 }) })
        .map(({ ids: { who }, at, key, employees }) => ({
          kind: 'company' as const,
          who,
          at,
          key,
          traits: { employees },
        })),
      fc.record({ ids, at }).map(({ ids: { person }, at }) => alias(`x${person}`, `u${person}`, at)),
    );
    /** In the end everyone names all of their ids, so whatever was apart is together. */
    const names = [0, 1, 2].flatMap((person) =>
      ['x', 'y'].map((a) =>
        traits({ userId: `u${person}`, email: `p${person}@acme${person}.io`, anonymousId: `${a}${person}` }, NOON, {}),
      ),
    );
    const together = async (messages: readonly Message[], sizes: readonly number[]) => {
      await empty();
      for (let i = 0, n = 0; i < messages.length; n++) {
        const size = sizes[n % sizes.length] ?? 1;
        await send(...messages.slice(i, i + size));
        i += size;
      }
      return {
        people: await state(),
        companies: await db.rows('select key, domain, traits from company order by 1, 2'),
      };
    };
    const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc
          .array(message, { minLength: 5, maxLength: 40, size: 'max' })
          .map((list) => [...list, ...names])
          .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        sizes,
        sizes,
        async ([list, shuffled], a, b) => {
          const [first, second] = [await together(list, a), await together(shuffled, b)];
          expect(second).toEqual(first);
        },
      ),
      { numRuns: 20, seed: 11 },
    );
  });

  test('two processes and merges between: every acknowledged event is there once', async () => {
    const other = openDb(url ?? '');
    const ways = [ingest, openIngest(other, how)];
    let seed = 42;
    const random = (n: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % n;
    };
    const acknowledged: string[] = [];
    const rounds = Array.from({ length: 60 }, (_, round) => {
      const messages = Array.from({ length: 1 + random(20) }, (_, i): Message => {
        const person = random(12);
        const ids = [
          { anonymousId: `a${person}` },
          { userId: `u${person}` },
          { userId: `u${person}`, anonymousId: `a${person}` },
          { email: `p${person}@acme.io`, anonymousId: `a${person}` },
        ][random(4)];
        return event(ids ?? {}, { id: `${person}-${round}-${i}` });
      });
      return messages;
    });
    await Promise.all(
      rounds.map(async (messages, i) => {
        await ways[i % 2]?.accept(request(messages, i % 3));
        // A retry that goes to the other process.
        if (i % 5 === 0) await ways[(i + 1) % 2]?.accept(request(messages, i % 3));
        acknowledged.push(...messages.flatMap((message) => (message.kind === 'event' ? message.id : [])));
      }),
    );
    await ways[1]?.close();
    await other.close();
    const stored = await db.rows<{ event_id: string; contact_id: number }>('select event_id, contact_id from event');
    expect(stored.map(({ event_id }) => event_id).sort()).toEqual(acknowledged.sort());
    const ids = await db.rows<{ value: string; contact_id: number }>('select value, contact_id from identity');
    for (const { event_id, contact_id } of stored) {
      expect(ids.find(({ value }) => value === `a${event_id.split('-')[0]}`)?.contact_id).toBe(contact_id);
    }
  });

  test('what cannot be stored is refused and costs the others nothing', async () => {
    const bad = { ...event({ userId: 'u1' }), at: 1e300 } as Message;
    await Promise.all([
      send(event({}), event({ userId: 'u1' }), bad, event({ userId: 'u2' })),
      send(event({ userId: 'u3' })),
    ]);
    expect(await db.rows('select 1 from event')).toHaveLength(3);
    expect(await listRefusals(db, { sourceId: 1, before: null, limit: 9 })).toMatchObject([
      { at: NOON, reason: expect.stringContaining('cannot be kept') },
      { at: NOON, reason: 'names nobody' },
    ]);
  });

  test('texts that try to be something else are texts', async () => {
    const nasty = `'; drop table event; -- "\\ {a,b} NULL <script> \u001e \t\n\\.\n\\N \r\n;`;
    await send(
      event({ userId: nasty }, { id: nasty, name: nasty, properties: { [nasty]: nasty, __proto__x: { a: [nasty] } } }),
      traits({ userId: nasty }, NOON, { [nasty]: nasty, ['__proto__']: 'p' }),
    );
    const [person] = await state();
    expect(person).toMatchObject({ events: [{ event_id: nasty, name: nasty, properties: { [nasty]: nasty } }] });
    expect(Object.entries(person?.traits ?? {}).sort()).toEqual(
      [
        [nasty, nasty],
        ['__proto__', 'p'],
      ].sort(),
    );
  });

  test('too much at once is refused at once, and one source leaves room for others', async () => {
    const own = openIngest(db, how);
    const batch = (n: number) => Array.from({ length: n }, () => event({ anonymousId: 'many' }));
    const first = Array.from({ length: 12 }, () =>
      own.accept(request(batch(2_000), 1)).then(
        () => 'kept',
        ({ code }) => code,
      ),
    );
    const second = own.accept(request(batch(10), 2)).then(() => 'kept');
    const answers = await Promise.all(first);
    expect(await second).toBe('kept');
    expect(new Set(answers)).toEqual(new Set(['kept', 'too_busy']));
    const kept = answers.filter((answer) => answer === 'kept').length;
    expect(await db.rows('select count(*) as n from event')).toEqual([{ n: kept * 2_000 + 10 }]);
  });

  test('links followed by a scanner and pages read too fast are a machine’s, in any order', async () => {
    const click = (s: number, link: string) =>
      event(
        { email: 'ann@acme.io' },
        { name: 'email_clicked', at: NOON + s * 1_000, properties: { message: 'm', url: link, machine: false } },
      );
    const clicks = [click(0, '/a'), click(4, '/b'), click(60, '/b'), click(9, '/c')];
    for (const message of clicks) await send(message);
    await send(
      event({ email: 'ann@acme.io' }, { name: 'email_delivered', at: NOON + 57_000, properties: { message: 'm' } }),
    );
    const seen = await listEvents(db, (await contactOf('ann@acme.io')) ?? 0, { before: null, limit: 9 });
    expect(seen.map(({ at, machine, properties }) => [(at - NOON) / 1_000, machine, properties.machine])).toEqual([
      [60, 'clicked within 5 s of delivery', true],
      [57, null, undefined],
      [9, '3 links of a message within 10 s', true],
      [4, '3 links of a message within 10 s', true],
      [0, '3 links of a message within 10 s', true],
    ]);
    const minute = Math.floor(NOON / 60_000) * 60_000;
    const views = Array.from({ length: 90 }, (_, i) => event({ anonymousId: 'fast' }, { at: minute + i * 300 }));
    for (let i = 0; i < views.length; i += 30) await send(...views.slice(i, i + 30));
    await send(
      event({ anonymousId: 'fast' }, { at: minute + 59_000 }),
      event({ anonymousId: 'fast' }, { at: minute + 61_000 }),
    );
    expect(
      await db.rows("select machine, count(*) as n from event where name = 'page_viewed' group by 1 order by 2"),
    ).toEqual([
      { machine: null, n: 1 },
      { machine: 'more than 60 page views in a minute', n: 91 },
    ]);
  });

  test('events are voided, brought back, and said to be a machine’s or a person’s; their contacts are scored anew', async () => {
    await send(
      event({ userId: 'u1' }, { id: 'x', properties: { form: 'demo' }, at: NOON - 50 }),
      event({ userId: 'u1' }, { id: 'y', properties: { form: 'demo' }, at: NOON - 40 }),
      event({ userId: 'u2' }, { id: 'x', properties: { form: 'other' }, at: NOON - 30 }),
    );
    const contactId = (await contactOf('u1')) ?? 0;
    await db.rows('delete from changed');
    const by = { by: 'ann', reason: null, now: NOON };
    expect(await voidEvents(db, { contactId, eventIds: ['x', 'none'] }, by)).toBe(1);
    expect(await voidEvents(db, { contactId, eventIds: ['x'] }, by)).toBe(0);
    expect(await db.rows('select contact_id, since from changed')).toEqual([
      { contact_id: contactId, since: NOON - 50 },
    ]);
    expect(await unvoidEvents(db, { contactId, eventIds: ['x'] })).toBe(1);
    const both = { contactId, eventIds: ['x', 'y'] };
    expect(await flagEvents(db, both, 'test traffic')).toBe(2);
    expect(await flagEvents(db, both, 'test traffic')).toBe(0);
    expect(await unflagEvents(db, { contactId, eventIds: ['x'] })).toBe(1);
    expect(
      await db.rows('select event_id, machine, judged_by from event where contact_id = $1 order by 1', [contactId]),
    ).toEqual([
      { event_id: 'x', machine: null, judged_by: 'hand' },
      { event_id: 'y', machine: 'test traffic', judged_by: 'hand' },
    ]);
  });

  test('without a database everyone who waits is told, and it goes on by itself', async () => {
    const own = openDb(url ?? '');
    let gone = true;
    const down = new Error('the connection is refused');
    const flaky = {
      ...own,
      transaction: async <T>(work: (tx: Db) => Promise<T>): Promise<T> => {
        const { ScorelineError } = await import('../core/errors.ts');
        if (gone) throw new ScorelineError('database_unavailable', down.message);
        return own.transaction(work);
      },
    };
    const weak = openIngest(flaky, how);
    const answers = await Promise.all(
      Array.from({ length: 3 }, () =>
        weak.accept(request([event({ userId: 'u1' })])).then(
          () => 'kept',
          ({ code }) => code,
        ),
      ),
    );
    expect(answers).toEqual(Array(3).fill('database_unavailable'));
    gone = false;
    await weak.accept(request([event({ userId: 'u1' })]));
    expect(await db.rows('select 1 from event')).toHaveLength(1);
    await weak.close();
    await expect(weak.accept(request([event({ userId: 'u1' })]))).rejects.toMatchObject({
      code: 'database_unavailable',
    });
    await own.close();
  });
});
