/** One person in every table and file, and afterwards in none. */

import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { dataFolder, removeFolder } from '../../test/faults/service.ts';
import { postgresUrl } from '../../test/postgres.ts';
import { NOON, testApp } from '../../test/service.ts';
import { byKey } from '../../test/signed-in.ts';
import { companyDomainOf } from '../connectors/mail-domains.ts';
import { quoted } from '../core/dialect.ts';
import type { Message, Who } from '../core/ingest.ts';
import { createDeliveries } from '../deliveries.ts';
import { startJobs } from '../jobs.ts';
import { createServer } from '../server.ts';
import { beforePassword } from '../users.ts';
import { findImport } from './imports.ts';
import { mergeContacts, unmerge } from './merges.ts';

const MODEL = `
model: small
scores:
  interest: { range: [0, 100], rules: [{ id: pages, on: page_viewed, pointsEach: 5 }] }
stages:
  - { id: mql, enter: { score: { interest: { atLeast: 10 } } } }
company:
  scores: { best: { rollUp: max, of: interest, range: [0, 100] } }
`;

const url = await postgresUrl();

describe.skipIf(url === undefined)('erasing a person', async () => {
  if (url === undefined) return;
  const data = dataFolder();
  afterAll(() => removeFolder(data));
  const service = await testApp(url, { SCORELINE_DATA: data });
  const { app } = service;
  const { db } = app;
  const server = await createServer(app);
  const write = await byKey(server, service, 'write');
  // Numbers that nothing else has, so that they can be looked for in texts.
  await db.rows("select setval('contact_id', 734000111)");

  const accept = (...messages: Message[]) =>
    app.ingest.accept({ sourceId: null, receivedAt: NOON, messages, refusals: [] });
  const who = (given: Partial<Who>): Who => ({ userId: null, anonymousId: null, email: null, ...given });
  const viewed = (by: Who, id: string, at: number): Message => ({
    kind: 'event',
    who: by,
    id,
    name: 'page_viewed',
    at,
    properties: { path: `/of/${id.split('-')[0]}` },
    machine: null,
  });
  const settle = async (): Promise<void> => {
    const { live, companies, fill } = app.scoring.work;
    for (let left = 1; left > 0; ) left = (await live()) + (await companies()) + (await fill());
  };
  const idOf = async (value: string): Promise<number> =>
    (await db.rows<{ contact_id: number }>('select contact_id from identity where value = $1', [value]))[0]
      ?.contact_id ?? 0;

  /** Every column of every table in which a text of one of the needles stands. */
  async function found(needles: readonly string[]): Promise<string[]> {
    const columns = await db.rows<{ t: string; c: string }>(
      `select c.table_name as t, c.column_name as c from information_schema.columns c
       join information_schema.tables t using (table_schema, table_name)
       where c.table_schema = current_schema() and t.table_type = 'BASE TABLE' order by 1, 2`,
    );
    const places: string[] = [];
    for (const { t, c } of columns) {
      const [row] = await db.rows<{ n: number }>(
        `select count(*)::integer as n from ${quoted(t)} where exists
           (select from unnest($1::text[]) as needle where strpos(lower(${quoted(c)}::text), needle) > 0)`,
        [needles],
      );
      if ((row?.n ?? 0) > 0) places.push(`${t}.${c}`);
    }
    return places;
  }

  /** Every file in which one of the needles stands. */
  const foundInFiles = (needles: readonly string[]): string[] =>
    readdirSync(data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => needles.some((needle) => readFileSync(path, 'utf8').toLowerCase().includes(needle)));
  const send = async (name: string, payload: string) =>
    (
      await write({
        method: 'POST',
        url: `/api/imports?kind=events&name=${name}`,
        headers: { 'content-type': 'text/csv' },
        payload,
      })
    ).json();

  const zebulon = who({ email: 'zebulon@harbour-lights.com', userId: 'user-zebulon' });
  const private_ = who({ email: 'zebulon@private.example' });
  const other = who({ email: 'other@harbour-lights.com', userId: 'user-other' });
  await app.scoring.publish(MODEL, 'a test');
  await accept(
    { kind: 'traits', who: zebulon, at: NOON, traits: { name: 'Zebulon', phone: '+40 zebulon' } },
    { kind: 'traits', who: who({ anonymousId: 'browser-zebulon' }), at: NOON, traits: {} },
    { kind: 'alias', who: zebulon, previousId: 'browser-zebulon', at: NOON },
    { kind: 'traits', who: private_, at: NOON, traits: { nick: 'Zebulon Z.' } },
    { kind: 'traits', who: other, at: NOON, traits: { name: 'Other' } },
    viewed(zebulon, 'zebulon-1', NOON),
    viewed(zebulon, 'zebulon-2', NOON),
    viewed(private_, 'zebulon-3', NOON),
    viewed(other, 'other-1', NOON),
  );
  await settle();
  const id = await idOf('user-zebulon');
  const secondId = await idOf('zebulon@private.example');
  const otherId = await idOf('user-other');
  // A merge that was taken back remembers both contacts; one that stands makes two contacts one person.
  const mistaken = await mergeContacts(
    db,
    { kept: otherId, gone: id },
    { companyDomainOf, now: NOON, cause: 'a test' },
  );
  await unmerge(db, mistaken, { companyDomainOf, now: NOON, by: 'a test' });
  await mergeContacts(db, { kept: id, gone: secondId }, { companyDomainOf, now: NOON, cause: 'a test' });
  await settle();
  await app.ingest.accept({
    sourceId: null,
    receivedAt: NOON,
    messages: [],
    refusals: [
      { reason: 'the name is missing', message: '{"userId":"user-zebulon","type":"track"}' },
      { reason: 'the name is missing', message: '{"traits":{"email":" Zebulon@Harbour-lights.com "}}' },
      { reason: 'the name is missing', message: '{"userId":"user-zebulonia"}' },
    ],
  });
  await db.rows(
    `insert into webhook_endpoint (url, secret, types, created_at, created_by) values ('https://x.example', 's', '{contact.merged}', 0, 'a test')`,
  );
  await db.rows(
    `insert into webhook_delivery (endpoint_id, webhook_id, subject, contact_id, type, body, created_at)
     select endpoint_id, 'w', 'move ' || $1::bigint, $1::bigint, 'contact.moved', '{"email":"zebulon@harbour-lights.com"}', 0 from webhook_endpoint`,
    [id],
  );
  await db.rows(
    `insert into handoff (contact_id, handoff_id, agreement_id, model_id, moved_at, stage, state, since, evidence, looked_at)
     values ($1, nextval('handoff_id'), 1, 1, 0, 'mql', 'open', 0, '{}', 0)`,
    [id],
  );
  await db.rows(
    `insert into handoff_fact (contact_id, handoff_id, place, at, recorded_at, by_whom, fact)
     select contact_id, handoff_id, 0, 0, 0, 'a test', '{"kind": "entered", "note": "zebulon-"}' from handoff`,
  );
  await db.rows(
    `insert into handoff_clock (contact_id, handoff_id, kind, assignment, owner, started_at, due_at)
     select contact_id, handoff_id, 'answer', 1, 'sales', 0, 1 from handoff`,
  );
  await db.rows(
    `insert into handoff_notice (contact_id, handoff_id, at, kind, recipient, told)
     select contact_id, handoff_id, 0, 'assigned', 'a@x.example', true from handoff`,
  );
  // A merge of two others, of which one was the person for a while: what it moved tells of the person as well.
  await accept(
    { kind: 'traits', who: who({ userId: 'third' }), at: NOON, traits: { name: 'Third' } },
    viewed(who({ userId: 'third' }), 'third-1', NOON),
  );
  const thirdId = await idOf('third');
  const how = { companyDomainOf, now: NOON, cause: 'a test', by: 'a test' };
  const inner = await mergeContacts(db, { kept: otherId, gone: id }, how);
  const outer = await mergeContacts(db, { kept: thirdId, gone: otherId }, how);
  await unmerge(db, outer, how);
  await unmerge(db, inner, how);
  await createDeliveries({
    ...app,
    random: () => 0,
    send: async () => ({ status: 200, headers: {}, body: '' }),
  }).deliverDue();
  for (const [name, value] of [
    ['theirs', 'Zebulon@harbour-lights.com'],
    ['anybody else', 'user-zebulonia'],
  ])
    await write({
      method: 'POST',
      url: '/api/segments',
      payload: { name, search: { where: { owner: { is: value } } } },
    });
  await settle();
  await beforePassword(app, 'zebulon@harbour-lights.com', '203.0.113.7');
  // On the list of those that changed, while nobody works.
  await accept(viewed(zebulon, 'zebulon-4', NOON));
  const needles = [
    'zebulon@',
    '"user-zebulon"',
    'user-zebulon,',
    '+40 zebulon',
    'browser-zebulon',
    'zebulon-',
    '/of/zebulon',
    String(id),
    String(secondId),
  ];

  test('everything about the person is written out first, as JSON', async () => {
    const response = await write({ url: `/api/contacts/${id}/export` });
    expect(response.statusCode).toBe(200);
    const all = response.json();
    expect(all.contactId).toBe(String(id));
    for (const table of [
      'contact',
      'identity',
      'trait',
      'event',
      'standing',
      'score',
      'history',
      'move',
      'merge',
      'refusal',
    ])
      expect([table, all[table].length > 0]).toEqual([table, true]);
    expect(all.event).toHaveLength(4);
    expect(all.refusal).toHaveLength(2);
    expect((await write({ url: '/api/contacts/999999999/export' })).json().code).toBe('not_found');
  });

  test('waits until a file that was sent is read in, since it could bring the person back', async () => {
    const lines = [
      'contact_id,name,at,note',
      'user-zebulon,,2026-03-01,"of zebulon-, his ""own""',
      'words"',
      'user-zebulonia,,2026-03-01,not the one',
      'user-zebulon,page_viewed,2026-03-01,',
    ];
    const sent = await send('many.csv', lines.join('\n'));
    expect((await write({ method: 'DELETE', url: `/api/contacts/${id}` })).json()).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('many.csv'),
    });
    const abandoned = join(data, 'imports', 'left-behind.part');
    writeFileSync(abandoned, 'zebulon@harbour-lights.com');
    utimesSync(abandoned, NOON / 1000 - 7_200, NOON / 1000 - 7_200);
    expect(foundInFiles(needles)).toHaveLength(2);
    await startJobs(app);
    await expect
      .poll(async () => (await write({ url: `/api/imports/${sent.id}` })).json(), { timeout: 20_000 })
      .toMatchObject({ state: 'done', accepted: 1, refused: 2 });
    await expect.poll(() => foundInFiles(needles)).toEqual([join(data, 'imports', `${sent.id}.rejects.csv`)]);
    await expect.poll(async () => (await findImport(db, Number(sent.id)))?.path).toBeNull();
  }, 30_000);

  test('is in every table that is about contacts, and then in none', async () => {
    const about = await db.rows<{ t: string }>(
      `select table_name as t from information_schema.columns
       where table_schema = current_schema() and column_name = 'contact_id'`,
    );
    const before = await found([...needles, 'user-zebulon']);
    const tables = new Set(before.map((place) => place.split('.')[0]));
    // A table that stands here and has no row of the person must be filled above.
    for (const { t } of about) expect(tables).toContain(t);
    for (const t of ['merge', 'refusal', 'attempt', 'audit', 'segment']) expect(tables).toContain(t);

    expect((await write({ method: 'DELETE', url: `/api/contacts/${id}` })).statusCode).toBe(204);
    expect(await found(needles)).toEqual([]);
    expect(foundInFiles(needles)).toEqual([]);
    await settle();
    expect(await found(needles)).toEqual([]);
    expect((await write({ url: `/api/contacts/${id}` })).statusCode).toBe(404);
    expect((await write({ method: 'DELETE', url: `/api/contacts/${id}` })).statusCode).toBe(404);
  });

  test('others stay, and so does the message of one with a similar name', async () => {
    expect((await write({ url: `/api/contacts/${otherId}` })).json()).toMatchObject({
      traits: { name: 'Other' },
      scores: { interest: 5 },
    });
    const refusals = (await write({ url: '/api/refusals' })).json().items;
    expect(refusals.map(({ message }: { message: string }) => message)).toEqual([
      expect.stringContaining('user-zebulonia'),
    ]);
    const [deed] = await db.rows("select who, subject from audit where action = 'contact.erase'");
    expect(deed).toMatchObject({ subject: 'contact', who: expect.stringMatching(/^key:/) });
  });

  test('the file of refused rows is as long as it was, and says of others what it said', async () => {
    const { items } = (await write({ url: '/api/imports' })).json();
    const { body } = await write({ url: `/api/imports/${items[0].id}/rejects` });
    expect(body.split('\n')).toEqual([
      'file,line,reason,row',
      expect.stringMatching(/^"many.csv","2","an event without name","[*"]+$/),
      expect.stringMatching(/^[*"]+$/),
      '"many.csv","4","an event without name","user-zebulonia,,2026-03-01,not the one"',
      '',
    ]);
    const segments = (await write({ url: '/api/segments' })).json().items;
    expect(segments.map(({ name }: { name: string }) => name)).toEqual(['anybody else']);
  });

  test('the company forgets the score', async () => {
    const { items } = (await write({ url: '/api/companies?domain=harbour-lights.com' })).json();
    expect(items).toMatchObject([{ contacts: 1, scores: { best: 5 } }]);
  });

  test('who comes again is new', async () => {
    await accept(viewed(zebulon, 'zebulon-1', NOON));
    expect(await idOf('user-zebulon')).not.toBe(id);
  });
});
