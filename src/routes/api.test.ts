/** The HTTP API as its callers meet it: through the real server, on a real database, scored by the real worker. */

import type { LightMyRequestResponse } from 'fastify';
import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { NOON, testApp } from '../../test/service.ts';
import { byKey } from '../../test/signed-in.ts';
import { createServer } from '../server.ts';

const DAY = 86_400_000;
const MODEL = `
model: small
scores:
  fit:
    range: [0, 100]
    rules:
      - { id: decides, if: { title: { mentions: [ceo, founder] } }, points: 30 }
      - { id: right-size, if: { company.employees: { between: [10, 500] } }, points: 20.5 }
  interest:
    range: [0, 100]
    rules:
      - { id: pricing, on: page_viewed, where: { path: { startsWith: /pricing } }, pointsEach: 5, max: 20 }
  total: { sum: { fit: 1, interest: 1 }, range: [0, 100] }
grades:
  fit: { A: 30, B: 0 }
bands:
  total: { hot: 50, cold: 0 }
stages:
  - { id: mql, enter: { score: { total: { atLeast: 40 } } }, leave: { score: { total: { lessThan: 40 } } } }
company:
  scores:
    best: { rollUp: max, of: fit, range: [0, 100] }
`;
/** Texts that mean something to a database, a browser, a spreadsheet or JavaScript. */
const HOSTILE = [
  "'; drop table contact; --",
  '" or 1=1 --',
  '<script>alert(1)</script>',
  '{{7*7}}',
  '../../etc/passwd',
  '=cmd()',
  '%00',
  'constructor',
  'hasOwnProperty',
  '\u202Eevil',
  '\uD800',
  '\u0000null',
  '💥'.repeat(30),
];

const url = await postgresUrl();

describe.skipIf(url === undefined)('the API', async () => {
  if (url === undefined) return;
  const service = await testApp(url);
  const { app } = service;
  const server = await createServer(app);
  const write = await byKey(server, service, 'write');
  const read = await byKey(server, service, 'read');

  const get = async (path: string) => (await read({ url: path })).json();
  const post = (path: string, payload: object): Promise<LightMyRequestResponse> =>
    write({ method: 'POST', url: path, payload });
  const search = async (payload: object) =>
    (await read({ method: 'POST', url: '/api/contacts/search', payload })).json();
  const settle = async (): Promise<void> => {
    const { live, heavy, companies, fill } = app.scoring.work;
    for (let left = 1; left > 0; ) left = (await live()) + (await heavy()) + (await companies()) + (await fill());
  };
  const happened = (email: string, id: string, at: number, properties = {}) =>
    app.ingest.accept({
      sourceId: null,
      receivedAt: service.now,
      messages: [
        {
          kind: 'event',
          who: { userId: null, anonymousId: null, email },
          id,
          name: 'page_viewed',
          at,
          properties,
          machine: null,
        },
      ],
      refusals: [],
    });

  const published = await post('/api/models', { document: MODEL });
  expect(published.json()).toMatchObject({ name: 'small', version: 1, state: 'serving' });
  const ana = (
    await post('/api/contacts', {
      email: ' Ana@Harbour.example ',
      userId: 'u-1',
      traits: { title: 'Founder & CEO', country: 'RO', city: 'București' },
    })
  ).json();
  await app.ingest.accept({
    sourceId: null,
    receivedAt: NOON,
    messages: [
      {
        kind: 'company',
        who: { userId: 'u-1', anonymousId: null, email: null },
        at: NOON,
        key: 'k1',
        traits: { employees: 250 },
      },
    ],
    refusals: [],
  });
  await happened('ana@harbour.example', 'e1', NOON, { path: '/pricing' });
  await happened('ana@harbour.example', 'e2', NOON, { path: '/Pricing/plans' });
  await settle();

  test('a contact with its traits, scores, stage and next change', async () => {
    const { items, next } = await get('/api/contacts?email=ANA@harbour.example');
    expect(next).toBeNull();
    expect(items).toMatchObject([
      {
        id: ana.id,
        emails: ['ana@harbour.example'],
        userIds: ['u-1'],
        traits: { title: 'Founder & CEO', city: 'București' },
        scores: { fit: 50.5, interest: 10, total: 60.5 },
        grades: { fit: 'A' },
        bands: { total: 'hot' },
        stage: 'mql',
        model: 'small',
        version: 1,
        nextChangeAt: null,
      },
    ]);
    expect(await get(`/api/contacts/${ana.id}`)).toEqual(items[0]);
    expect(await get('/api/contacts?userId=u-1')).toEqual({ items, next: null });
    expect(await get('/api/contacts?email=nobody@example.org')).toEqual({ items: [], next: null });
  });

  test('all contacts are listed page by page, each once', async () => {
    const [row] = await app.db.rows<{ n: number }>('select count(*) as n from contact');
    const ids: string[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const page = await get(`/api/contacts?limit=2${next === '' ? '' : `&cursor=${encodeURIComponent(next)}`}`);
      expect(page.items.length).toBeLessThanOrEqual(2);
      ids.push(...page.items.map(({ id }: { id: string }) => id));
      next = page.next;
    }
    expect(ids).toHaveLength(row?.n ?? 0);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual([...ids].sort((a, b) => Number(a) - Number(b)));
    const { items } = await get(`/api/contacts?limit=1`);
    expect(items[0]).toHaveProperty('traits');
    const [company] = (await get('/api/companies?limit=1')).items;
    const cursor = (await get('/api/contacts?limit=1')).next;
    // A cursor of one list leads nowhere in another.
    const elsewhere = `/api/contacts?companyId=${company.id}&cursor=${encodeURIComponent(cursor)}`;
    expect((await read({ url: elsewhere })).statusCode).toBe(400);
    // A filter that is written wrong does not find everybody.
    expect((await read({ url: '/api/contacts?emial=ana@harbour.example' })).json()).toMatchObject({
      code: 'request_invalid',
      message: expect.stringContaining('emial'),
    });
  });

  test('reasons with evidence, and scores as of a past instant', async () => {
    const { items } = await get(`/api/contacts/${ana.id}/scores`);
    expect(items[0]).toMatchObject({ model: 'small', scores: { total: 60.5 }, stage: 'mql' });
    const pricing = items[0].reasons.find(({ rule }: { rule: string }) => rule === 'pricing');
    expect(pricing).toMatchObject({ score: 'interest', points: 10, eventCount: 2 });
    expect(pricing.events.map(({ id }: { id: string }) => id)).toEqual(['e1', 'e2']);
    const bulk = await post('/api/scores', { contactIds: [ana.id, '987654321'] });
    expect(bulk.json().items).toMatchObject([{ contactId: ana.id, scores: { total: 60.5 } }]);
    service.now = NOON + DAY;
    await happened('ana@harbour.example', 'e3', service.now, { path: '/pricing' });
    await settle();
    expect((await get(`/api/contacts/${ana.id}`)).scores.total).toBe(65.5);
    const before = await get(`/api/contacts/${ana.id}/scores?asOf=${new Date(NOON + 1_000).toISOString()}`);
    expect(before.items[0].scores.total).toBe(60.5);
    const history = await get(`/api/contacts/${ana.id}/history`);
    expect(history.items.map(({ scores }: { scores: { total: number } }) => scores.total).slice(0, 2)).toEqual([
      65.5, 60.5,
    ]);
  });

  test('a voided event does not count, and counts again', async () => {
    const events = { contactId: ana.id, eventIds: ['e3'] };
    expect((await post('/api/events/void', { events, reason: 'a colleague' })).json()).toEqual({ events: 1 });
    await settle();
    expect((await get(`/api/contacts/${ana.id}`)).scores.total).toBe(60.5);
    const [latest] = (await get(`/api/contacts/${ana.id}/events?limit=1`)).items;
    expect(latest).toMatchObject({ id: 'e3', voidReason: 'a colleague', voidedBy: expect.stringMatching(/^key:/) });
    expect((await post('/api/events/unvoid', { events })).json()).toEqual({ events: 1 });
    await settle();
    expect((await get(`/api/contacts/${ana.id}`)).scores.total).toBe(65.5);
    expect((await post('/api/events/void', { events: {} })).statusCode).toBe(400);
  });

  test('the timeline has events, traits and stages, and its pages are the whole', async () => {
    const all = (await get(`/api/contacts/${ana.id}/timeline?limit=500`)).items;
    expect(new Set(all.map(({ kind }: { kind: string }) => kind))).toEqual(new Set(['event', 'trait', 'stage']));
    const paged = [];
    for (let next: string | null = ''; next !== null; ) {
      const part: { items: unknown[]; next: string | null } = await get(
        `/api/contacts/${ana.id}/timeline?limit=1${next && `&cursor=${next}`}`,
      );
      paged.push(...part.items);
      next = part.next;
    }
    expect(paged).toEqual(all);
  });

  test('companies, their scores and contacts', async () => {
    const { items } = await get('/api/companies?key=k1');
    expect(items).toMatchObject([{ key: 'k1', traits: { employees: 250 }, contacts: 1, scores: { best: 50.5 } }]);
    expect(await get(`/api/companies/${items[0].id}`)).toEqual(items[0]);
    expect((await get(`/api/contacts?companyId=${items[0].id}`)).items).toMatchObject([{ id: ana.id }]);
  });

  test('a search by traits, company, score, stage and events together', async () => {
    const where = {
      city: { is: 'BUCURESTI' },
      'company.employees': { atLeast: 10 },
      score: { total: { atLeast: 50 } },
      event: { on: 'page_viewed', where: { path: { startsWith: '/PRICING' } }, count: { atLeast: 2 } },
    };
    expect((await search({ where, stage: ['mql'], sort: { by: 'score', score: 'total' } })).items).toMatchObject([
      { id: ana.id },
    ]);
    expect((await search({ where: { ...where, city: { is: 'Cluj' } } })).items).toEqual([]);
    const counted = await read({
      method: 'POST',
      url: '/api/contacts/search/count',
      payload: { where, stage: ['mql'] },
    });
    expect(counted.json()).toEqual({ count: 1, exact: true });
    expect(await search({ where: { score: { totl: { atLeast: 1 } } } })).toMatchObject({
      code: 'request_invalid',
      message: expect.stringContaining('did you mean `total`?'),
    });
  });

  test('a draft is checked by line and column, published, compared, switched to and gone back from', async () => {
    const broken = await post('/api/models/check', { document: MODEL.replace('points: 30', 'point: 30') });
    expect(broken.json()).toMatchObject({
      ok: false,
      problems: [
        { line: 7, column: 9 },
        { line: 7, column: 69, message: expect.stringContaining('did you mean `points`') },
      ],
    });
    const document = MODEL.replace('atLeast: 40', 'atLeast: 90').replace('points: 30', 'points: 31');
    await write({ method: 'PUT', url: '/api/drafts/next', payload: { document } });
    expect((await get('/api/drafts/next')).document).toBe(document);
    const second = (await post('/api/models', { document })).json();
    expect(second).toMatchObject({ version: 2, state: 'rolling' });
    expect((await post(`/api/models/${second.id}/switch`, {})).json().code).toBe('conflict');
    const underWay = { kind: 'version', id: second.id, what: 'small 2', state: 'running', done: 0, total: 1 };
    expect(await get('/api/jobs')).toMatchObject({ items: [underWay], next: null });
    await settle();
    expect((await get('/api/jobs')).items).toEqual([]);
    expect(await get(`/api/models/${second.id}`)).toMatchObject({ scored: 1, contacts: 1, document });
    expect((await get(`/api/models/${second.id}/diff`)).sentences.join('\n')).toContain('31');
    const { items: moves } = await get(`/api/models/${second.id}/moves`);
    expect((await post(`/api/models/${second.id}/switch`, {})).json()).toMatchObject({ state: 'serving' });
    expect((await post(`/api/models/${second.id}/release`, {})).json()).toEqual({ moves: moves.length });
    const back = (await post(`/api/models/${published.json().id}/publish-again`, {})).json();
    await settle();
    expect((await post(`/api/models/${back.id}/switch`, {})).json()).toMatchObject({ version: 3, state: 'serving' });
    await settle();
    expect((await get('/api/models?name=small')).items.map(({ state }: { state: string }) => state)).toEqual([
      'retired',
      'retired',
      'serving',
    ]);
  });

  test('merged contacts are one, and two again', async () => {
    const other = (await post('/api/contacts', { email: 'ana@private.example', traits: { phone: '1' } })).json();
    const { id } = (await post(`/api/contacts/${ana.id}/merge`, { goneId: other.id })).json();
    expect((await get(`/api/contacts/${other.id}`)).message).toContain(`it was merged into ${ana.id}`);
    expect((await get(`/api/contacts/${ana.id}`)).traits).toMatchObject({ phone: '1', title: 'Founder & CEO' });
    expect((await get(`/api/contacts/${ana.id}/merges`)).items).toMatchObject([
      { id, goneId: other.id, undoneAt: null },
    ]);
    expect((await write({ method: 'DELETE', url: `/api/merges/${id}` })).statusCode).toBe(204);
    expect((await get(`/api/contacts/${other.id}`)).emails).toEqual(['ana@private.example']);
    expect((await get(`/api/contacts/${ana.id}`)).traits).not.toHaveProperty('phone');
  });

  test('a cursor is taken back unchanged, by its own list only', async () => {
    for (let i = 0; i < 5; i++) await post('/api/contacts', { userId: `page-${i}`, traits: { group: 'pages' } });
    const payload = { where: { group: { is: 'pages' } }, limit: 2 };
    const { next } = await search(payload);
    expect((await search({ ...payload, cursor: next })).items).toHaveLength(2);
    const flipped = `${next.slice(0, 3)}${next[3] === 'A' ? 'B' : 'A'}${next.slice(4)}`;
    const forged = `${Buffer.from('[1,null]').toString('base64url')}.${next.split('.')[1]}`;
    for (const cursor of [flipped, forged, `${next}x`, 'x', '.', '', '[1,null]', 'a.b.c'])
      expect((await search({ ...payload, cursor })).code).toBe('request_invalid');
    expect((await search({ where: { group: { is: 'other' } }, limit: 2, cursor: next })).code).toBe('request_invalid');
    expect((await read({ url: `/api/contacts/${ana.id}/events?cursor=${next}` })).statusCode).toBe(400);
  });

  test('pages over data that changes meanwhile show each contact at most once, and miss none that stayed', async () => {
    for (let i = 0; i < 20; i++) await post('/api/contacts', { userId: `moving-${i}`, traits: { group: 'moving' } });
    const shown: string[] = [];
    let cursor: string | undefined;
    for (let turn = 0; ; turn++) {
      const part: { items: { userIds: string[] }[]; next: string | null } = await search({
        where: { group: { is: 'moving' } },
        limit: 3,
        ...(cursor === undefined ? {} : { cursor }),
      });
      shown.push(...part.items.flatMap(({ userIds }) => userIds));
      if (part.next === null) break;
      cursor = part.next;
      // One that was shown leaves, and a new one comes.
      await post('/api/contacts', { userId: shown[turn] ?? '', traits: { group: null } });
      await post('/api/contacts', { userId: `moving-new-${turn}`, traits: { group: 'moving' } });
      if (turn > 30) break;
    }
    expect(new Set(shown).size).toBe(shown.length);
    for (let i = 0; i < 20; i++) expect(shown).toContain(`moving-${i}`);
  });

  test('hostile texts in every field are texts', async () => {
    for (const text of HOSTILE) {
      const kept = text.toWellFormed().replaceAll('\0', '\uFFFD');
      const made = await post('/api/contacts', {
        userId: `hostile ${text}`,
        traits: { note: text, [`name ${text}`]: text },
      });
      expect(made.json()).toMatchObject({ userIds: [`hostile ${kept}`], traits: { note: kept } });
      const found = await search({
        where: { note: { is: text }, [`name ${text}`.replaceAll('.', '')]: { exists: true } },
      });
      if (!text.includes('.') && !text.includes('\0') && kept === text)
        expect(found.items).toMatchObject([{ id: made.json().id }]);
      for (const path of [
        `/api/contacts?email=${encodeURIComponent(kept)}`,
        `/api/companies?key=${encodeURIComponent(kept)}`,
        `/api/contacts/${encodeURIComponent(kept)}`,
        `/api/drafts/${encodeURIComponent(kept)}`,
        `/api/contacts/1/history?model=${encodeURIComponent(kept)}`,
        `/api/contacts/1/scores?asOf=${encodeURIComponent(kept)}`,
        `/api/models?name=${encodeURIComponent(kept)}`,
      ])
        expect((await read({ url: path })).statusCode).toBeLessThan(500);
      const segment = await post('/api/segments', {
        name: text,
        search: { where: { note: { is: text } }, stage: [text] },
      });
      expect(segment.statusCode).toBeLessThan(500);
      const source = await post('/api/sources', { kind: 'segment', name: text });
      expect(source.statusCode).toBeLessThan(500);
      const events = { name: text, properties: { [text]: text } };
      expect((await post('/api/events/void', { events, reason: text })).statusCode).toBeLessThan(500);
    }
    expect((await get(`/api/contacts/${ana.id}`)).id).toBe(ana.id);
  });

  test('nothing reaches a prototype, and nothing is too deep or too large', async () => {
    const raw = (payload: string, path = '/api/contacts') =>
      write({ method: 'POST', url: path, headers: { 'content-type': 'application/json' }, payload });
    for (const payload of [
      '{"userId":"p","traits":{"__proto__":{"polluted":true}}}',
      '{"__proto__":{"polluted":true},"userId":"p"}',
      '{"userId":"p","traits":{"constructor":{"prototype":{"polluted":true}}}}',
      `{"userId":"p","traits":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`,
      `{"userId":"p","traits":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
      '{"userId":"p"',
      '"text"',
      'null',
      '[]',
    ])
      expect((await raw(payload)).statusCode).toBeLessThan(500);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect((await raw(`{"userId":"p","traits":{"a":"${'x'.repeat(2_000_000)}"}}`)).json().code).toBe('too_large');
    const deep = `{"where":${'{"not":'.repeat(2_000)}{"a":{"is":"b"}}${'}'.repeat(2_000)}}`;
    expect((await raw(deep, '/api/contacts/search')).statusCode).toBe(400);
    expect((await search({ where: {}, limit: 501 })).code).toBe('request_invalid');
  });

  test('a search is saved, run and written as CSV that is no formula', async () => {
    const body = { name: 'Moving', search: { where: { group: { is: 'pages' } } } };
    const segment = (await post('/api/segments', body)).json();
    expect((await post('/api/segments', body)).json().code).toBe('conflict');
    expect((await get(`/api/segments/${segment.id}/contacts?limit=2`)).items).toHaveLength(2);
    const csv = await read({ url: `/api/segments/${segment.id}/contacts.csv?traits=group` });
    expect(csv.body.split('\r\n')).toHaveLength(7);
    expect(csv.body.split('\r\n')[0]).toBe(
      'id,email,createdAt,companyId,stage,disqualified,nextChangeAt,fit,interest,total,group',
    );
    const formula = await read({
      method: 'POST',
      url: '/api/contacts/search.csv?traits=note',
      payload: { where: { note: { is: '=cmd()' } } },
    });
    expect(formula.body).toContain("'=cmd()");
    const wrong = await post('/api/segments', { name: 'Wrong', search: { where: { score: { no: { is: 1 } } } } });
    expect(wrong.statusCode).toBe(400);
    expect((await write({ method: 'DELETE', url: `/api/segments/${segment.id}` })).statusCode).toBe(204);
  });

  test('sources show no secret; a disabled one stays in the list', async () => {
    const settings = { signingKey: 'very-secret' };
    const made = await post('/api/sources', { kind: 'mailgun', name: 'Mail', settings });
    expect(made.statusCode).toBe(200);
    await write({ method: 'DELETE', url: `/api/sources/${made.json().id}` });
    const listed = await read({ url: '/api/sources?limit=500' });
    expect(listed.body).not.toContain('very-secret');
    expect(listed.json().items.at(-1)).toMatchObject({ name: 'Mail', disabledAt: expect.any(String) });
    expect((await post('/api/sources', { kind: 'mailgun', name: 'Mail' })).statusCode).toBe(400);
  });

  test('the description opens without anything from elsewhere', async () => {
    const described = (await server.inject({ url: '/openapi.json' })).json();
    expect(described.openapi).toBe('3.1.0');
    const page = await server.inject({ url: '/docs' });
    expect(page.statusCode).toBe(200);
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("script-src 'self'");
    for (const [, address = ''] of page.body.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect(address).not.toMatch(/^(https?:)?\/\//);
      const file = await server.inject({ url: new URL(address, 'http://x/docs').pathname });
      expect([address, file.statusCode]).toEqual([address, 200]);
    }
    expect(page.body).not.toMatch(/<script>|<script [^>]*>[^<]*[^<\s]|onload=/);
  });
});
