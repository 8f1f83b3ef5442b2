// Companies through the API: written, found by anything that is known of them, one by key and by mail domain, and who in
// them is engaged.
import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { NOON, testApp } from '../../test/service.ts';
import { byKey } from '../../test/signed-in.ts';
import type { Message } from '../core/ingest.ts';
import { createServer } from '../server.ts';

const DAY = 86_400_000;
const MODEL = `
model: firms
scores:
  fit:
    range: [0, 100]
    rules:
      - { id: decides, if: { title: { mentions: [ceo] } }, points: 30 }
      - { id: large, if: { company.employees: { atLeast: 100 } }, points: 10 }
  interest:
    range: [0, 100]
    rules:
      - { id: visits, on: page_viewed, pointsEach: 5 }
  total: { sum: { fit: 1, interest: 1 }, range: [0, 200] }
company:
  scores:
    heat: { rollUp: sum, of: total, range: [0, 500] }
    own:
      range: [0, 50]
      rules:
        - { id: big, if: { employees: { atLeast: 100 } }, points: 20 }
    cell: { grid: [heat, own] }
  grades: { heat: { A: 50, B: 0 }, own: { I: 10, II: 0 } }
  bands: { heat: { hot: 40, cold: 0 } }
`;

const url = await postgresUrl();

describe.skipIf(url === undefined)('companies', async () => {
  if (url === undefined) return;
  const service = await testApp(url);
  const { app } = service;
  const server = await createServer(app);
  const write = await byKey(server, service, 'write');
  const get = async (path: string) => (await write({ url: path })).json();
  const post = async (path: string, payload: object) => (await write({ method: 'POST', url: path, payload })).json();
  const change = async (id: string, payload: object) =>
    (await write({ method: 'PATCH', url: `/api/companies/${id}`, payload })).json();
  const settle = async (): Promise<void> => {
    const { live, heavy, companies, fill } = app.scoring.work;
    for (let left = 1; left > 0; ) left = (await live()) + (await heavy()) + (await companies()) + (await fill());
  };
  const tell = (...messages: Message[]) =>
    app.ingest.accept({ sourceId: null, receivedAt: service.now, messages, refusals: [] });
  const who = (userId: string, email: string | null = null) => ({ userId, email, anonymousId: null });
  const person = (id: string, traits: Extract<Message, { kind: 'traits' }>['traits'], email: string | null = null) =>
    tell({ kind: 'traits', who: who(id, email), at: service.now, traits });
  const visit = (user: string, id: string, name = 'page_viewed') =>
    tell({ kind: 'event', who: who(user), id, name, at: service.now, properties: {}, machine: null });
  const group = (user: string, key: string, traits: object, at = service.now) =>
    tell({ kind: 'company', who: who(user), at, key, traits: { ...traits } });
  const contactNamed = async (user: string): Promise<string> => (await get(`/api/contacts?userId=${user}`)).items[0].id;
  const search = (payload: object) => post('/api/companies/search', payload);
  const keysOf = ({ items }: { items: { key: string }[] }) => items.map(({ key }) => key);

  await post('/api/models', { document: MODEL });

  test('one is made, changed and read; a trait is taken away by null', async () => {
    const made = await post('/api/companies', { key: 'k1', traits: { employees: 250, industry: 'Ports', old: 1 } });
    expect(made).toMatchObject({ key: 'k1', domain: null, traits: { employees: 250 }, contacts: 0, scores: {} });
    service.now += 1_000;
    const changed = await change(made.id, { traits: { employees: 90, old: null } });
    expect(changed).toMatchObject({ id: made.id, traits: { employees: 90, industry: 'Ports' } });
    expect(changed.traits).not.toHaveProperty('old');
    // Word that is older than what is known covers nothing.
    const late = await change(made.id, { traits: { employees: 5 }, at: new Date(NOON - DAY).toISOString() });
    expect(late.traits.employees).toBe(90);
    expect(await get(`/api/companies/${made.id}`)).toEqual(late);
    expect(await get('/api/companies?key=k1')).toEqual({ items: [late], next: null });
    expect(await post('/api/companies', { traits: {} })).toMatchObject({ code: 'request_invalid' });
    expect(await post('/api/companies', { domain: 'gmail.com' })).toMatchObject({ code: 'request_invalid' });
    expect(await post('/api/companies', { key: 'k1', at: String(NOON + DAY) })).toMatchObject({
      code: 'request_invalid',
    });
    expect(await change('999999', { traits: {} })).toMatchObject({ code: 'not_found' });
  });

  test('they are found by traits, scores, grades, bands and how many contacts they have, in any combination', async () => {
    await post('/api/companies', { key: 'big', traits: { employees: 500, city: 'Constanța', tags: ['port', 'rail'] } });
    await post('/api/companies', { key: 'small', traits: { employees: 20, city: 'Cluj' } });
    await post('/api/companies', { domain: 'lonely-lights.com' });
    for (let i = 0; i < 3; i++) await person(`big-${i}`, { company_id: 'big', title: i === 0 ? 'CEO' : 'Cook' });
    await person('small-0', { company_id: 'small', title: 'CEO' });
    for (let i = 0; i < 4; i++) await visit('small-0', `v${i}`);
    await settle();
    const found = async (where: object) => keysOf(await search({ where }));
    const [big] = (await search({ where: { city: { is: 'CONSTANTA' } } })).items;
    // CEO 30, and 10 for each of three at a large company; the company's own 20.
    expect(big).toMatchObject({
      key: 'big',
      contacts: 3,
      scores: { heat: 60, own: 20, cell: 'A1' },
      grades: { heat: 'A' },
    });
    expect(await found({ score: { heat: { atLeast: 50 } } })).toEqual(['big', 'small']);
    expect(await found({ score: { heat: { moreThan: 50 } } })).toEqual(['big']);
    expect(await found({ grade: { heat: { is: 'A' }, own: { is: 'II' } } })).toEqual(['small']);
    expect(await found({ band: { heat: { is: 'hot' } }, employees: { lessThan: 100 } })).toEqual(['small']);
    expect(await found({ contacts: { atLeast: 2 } })).toEqual(['big']);
    expect(await found({ any: [{ contacts: { is: 1 } }, { tags: { has: 'rail' } }] })).toEqual(['big', 'small']);
    expect(await found({ not: { contacts: { atLeast: 1 } }, employees: { exists: true } })).toEqual(['k1']);
    expect(await found({ score: { heat: { exists: false } }, employees: { exists: true } })).toEqual(['k1']);
    expect(await found({ not: { score: { heat: { atLeast: 0 } } }, key: { exists: false } })).toHaveLength(2);
    expect((await search({ where: { domain: { mentions: ['lonely lights'] } } })).items).toMatchObject([
      { key: null, domain: 'lonely-lights.com' },
    ]);
    expect(await found({ created_at: { olderThan: '1d' } })).toEqual(['k1']);
    expect(keysOf(await search({ sort: { by: 'score', score: 'heat' } })).slice(0, 2)).toEqual(['big', 'small']);
    expect(keysOf(await search({ sort: { by: 'contacts' } })).slice(0, 2)).toEqual(['big', 'small']);
    expect(keysOf(await search({ where: { employees: { between: [20, 90] } } }))).toEqual(['k1', 'small']);
  });

  test('what a search of companies cannot mean is refused by name', async () => {
    const refused = async (payload: object, words: string) =>
      expect(await search(payload)).toMatchObject({ code: 'request_invalid', message: expect.stringContaining(words) });
    await refused({ where: { score: { hat: { atLeast: 1 } } } }, 'did you mean `heat`?');
    await refused({ where: { event: { on: 'page_viewed' } } }, 'a company does nothing itself');
    await refused({ where: { 'company.employees': { atLeast: 1 } } }, 'named plainly');
    await refused({ where: { contacts: { contains: 'a' } } }, 'compared with numbers');
    await refused({ where: { company: { score: { heat: { atLeast: 1 } } } } }, 'where');
    await refused({ sort: { by: 'score', score: 'cell' } }, 'heat, own');
    for (const where of [
      { any: [] },
      { not: {} },
      { employees: { atLeast: 'x' } },
      { "'; drop table company; --": { is: 'a' } },
    ])
      expect(
        (await write({ method: 'POST', url: '/api/companies/search', payload: { where } })).statusCode,
      ).toBeLessThan(500);
  });

  test('pages in every order are the whole, each company once', async () => {
    for (let i = 0; i < 9; i++) {
      await post('/api/companies', { key: `page-${i}`, traits: { employees: i < 5 ? 200 : 1, of: 'pages' } });
      if (i % 2 === 0) await person(`page-${i}`, { company_id: `page-${i}`, title: i === 4 ? 'CEO' : 'Cook' });
    }
    await settle();
    const where = { of: { is: 'pages' } };
    for (const sort of [{ by: 'score', score: 'heat' }, { by: 'createdAt' }, { by: 'contacts' }, { by: 'id' }]) {
      const whole = await search({ where, sort, limit: 500 });
      expect(whole.next).toBeNull();
      expect(new Set(keysOf(whole)).size).toBe(9);
      const paged: unknown[] = [];
      for (let cursor: string | undefined; ; ) {
        const part = await search({ where, sort, limit: 2, ...(cursor === undefined ? {} : { cursor }) });
        paged.push(...part.items);
        if (part.next === null) break;
        cursor = part.next;
      }
      expect(paged).toEqual(whole.items);
    }
    const first = await search({ where, limit: 2 });
    expect((await search({ limit: 2, cursor: first.next })).code).toBe('request_invalid');
    const csv = await write({ method: 'POST', url: '/api/companies/search.csv?traits=employees', payload: { where } });
    expect(csv.body.split('\r\n')).toHaveLength(11);
    expect(csv.body.split('\r\n')[0]).toBe('id,key,domain,createdAt,contacts,heat,own,cell,employees');
  });

  test('its people come by score, and its roles with how engaged they are', async () => {
    const titles = ['CEO', 'ceo ', 'Head of Sales', 'Șef vânzări', 'Sef Vanzari', null];
    for (const [i, title] of titles.entries())
      await person(`crew-${i}`, { company_id: 'crew', ...(title && { title }) });
    for (let i = 0; i < 3; i++) await visit('crew-2', `c${i}`);
    await settle();
    const [crew] = (await get('/api/companies?key=crew')).items;
    const people = await get(`/api/companies/${crew.id}/contacts?limit=4`);
    expect(people.items.map(({ scores }: { scores: { total: number } }) => scores.total)).toEqual([30, 30, 15, 0]);
    const rest = await get(`/api/companies/${crew.id}/contacts?limit=4&cursor=${people.next}`);
    expect(rest.items).toHaveLength(2);
    expect(rest.next).toBeNull();
    const { items } = await get(`/api/companies/${crew.id}/roles`);
    expect(items).toMatchObject([
      { title: 'CEO', contacts: 2, engaged: 2, best: 30 },
      { title: 'Head of Sales', contacts: 1, engaged: 1, best: 15 },
      { contacts: 2, engaged: 0, best: 0 },
      { title: null, contacts: 1, engaged: 0, best: null },
    ]);
    const byInterest = await get(`/api/companies/${crew.id}/roles?score=interest`);
    expect(byInterest.items[0]).toMatchObject({ title: 'Head of Sales', best: 15 });
    expect(await get(`/api/companies/${crew.id}/contacts?score=none`)).toMatchObject({ code: 'request_invalid' });
    expect(await get('/api/companies/999999/roles')).toMatchObject({ code: 'not_found' });
  });

  test('a group call that speaks of a domain makes one company of two, with its people, traits and scores', async () => {
    await person('harbour-1', { title: 'CEO' }, 'ana@harbour-lights.com');
    const [byMail] = (await get('/api/companies?domain=harbour-lights.com')).items;
    await change(byMail.id, { traits: { city: 'Galați' }, at: new Date(NOON - DAY).toISOString() });
    const known = await post('/api/companies', { key: 'harbour', traits: { employees: 300 } });
    await person('harbour-2', { company_id: 'harbour', title: 'Cook' });
    await settle();
    expect(await get(`/api/companies/${known.id}`)).toMatchObject({ contacts: 1, scores: { heat: 10 } });
    await group('harbour-2', 'harbour', { website: 'https://www.harbour-lights.com/' });
    await settle();
    const one = await get(`/api/companies/${known.id}`);
    // The CEO's 30 and twice 10 for a large company.
    expect(one).toMatchObject({ domain: 'harbour-lights.com', contacts: 2, scores: { heat: 50 } });
    expect(one.traits).toMatchObject({ employees: 300, city: 'Galați' });
    expect((await get(`/api/companies/${byMail.id}`)).message).toContain(`it became one with company ${known.id}`);
    expect((await get('/api/companies?domain=harbour-lights.com')).items).toMatchObject([{ id: known.id }]);
    // Mail that comes later leads there too.
    await person('harbour-3', {}, 'new@sub.harbour-lights.com');
    expect((await get(`/api/companies/${known.id}`)).contacts).toBe(3);

    const released = (await write({ method: 'DELETE', url: `/api/companies/${known.id}/domain` })).json();
    expect(released).toEqual({ id: byMail.id });
    await settle();
    expect(await get(`/api/companies/${known.id}`)).toMatchObject({ domain: null, contacts: 1, scores: { heat: 10 } });
    const apart = await get(`/api/companies/${byMail.id}`);
    expect(apart).toMatchObject({ contacts: 2, traits: { city: 'Galați' }, scores: { heat: 30 } });
    expect((await get(`/api/companies/${known.id}`)).traits).not.toHaveProperty('city');
    const audit = await app.db.rows('select action, details from audit where subject = $1', [`company:${known.id}`]);
    expect(audit).toEqual([
      { action: 'company.release', details: { domain: 'harbour-lights.com', company: byMail.id } },
    ]);
    // It is not taken again by itself, but by hand.
    await group('harbour-2', 'harbour', { website: 'harbour-lights.com' });
    expect((await get(`/api/companies/${known.id}`)).domain).toBeNull();
    const again = await post('/api/companies', { key: 'harbour', domain: 'harbour-lights.com' });
    expect(again).toMatchObject({ id: known.id, domain: 'harbour-lights.com', contacts: 3 });
  });

  test('the company of a domain that gets a key is the same as before, with its past', async () => {
    await person('quay-1', { title: 'CEO' }, 'bo@quay-works.com');
    await settle();
    const [byMail] = (await get('/api/companies?domain=quay-works.com')).items;
    await group('quay-1', 'quay', { domain: 'quay-works.com', employees: 5 });
    await settle();
    expect(await get(`/api/companies/${byMail.id}`)).toMatchObject({ key: 'quay', contacts: 1, scores: { heat: 30 } });
    const apart = (await write({ method: 'DELETE', url: `/api/companies/${byMail.id}/domain` })).json();
    service.now += 1_000;
    await tell({ kind: 'traits', who: who('quay-1'), at: service.now, traits: { company_id: null } });
    await settle();
    expect(await get(`/api/companies/${apart.id}`)).toMatchObject({ key: null, contacts: 1, scores: { heat: 30 } });
    expect(await get(`/api/companies/${byMail.id}`)).toMatchObject({ contacts: 0, scores: { heat: null } });
  });

  test('a domain is the first one’s who says it, and nobody’s where anybody has an address', async () => {
    await group('first', 'first', { domain: 'shared-mills.com' });
    await group('second', 'second', { domain: 'shared-mills.com' });
    await group('third', 'third', { domain: 'gmail.com', website: 'https://facebook.com/third' });
    await group('fourth', 'fourth', { domain: 'fourth-mills.com' });
    await group('fourth', 'fourth', { domain: 'other-mills.com' });
    const domainOf = async (key: string) => (await get(`/api/companies?key=${key}`)).items[0].domain;
    expect(await Promise.all(['first', 'second', 'third', 'fourth'].map(domainOf))).toEqual([
      'shared-mills.com',
      null,
      null,
      'fourth-mills.com',
    ]);
    expect((await get('/api/companies?key=fourth')).items[0].domains).toEqual(['fourth-mills.com', 'other-mills.com']);
    const taken = await post('/api/companies', { key: 'second', domain: 'shared-mills.com' });
    expect(taken).toMatchObject({ code: 'conflict', message: expect.stringContaining('shared-mills.com') });
    const none = await write({
      method: 'DELETE',
      url: `/api/companies/${(await get('/api/companies?key=second')).items[0].id}/domain`,
    });
    expect(none.json().code).toBe('conflict');
  });

  test('a company has several domains, whose people were in companies of their own, and gives each back', async () => {
    const names = ['fleet-one.com', 'fleet-two.com', 'fleet-three.com'];
    await person('fleet-1', { title: 'CEO' }, `a@${names[0]}`);
    await person('fleet-2', { title: 'CEO' }, `b@${names[1]}`);
    const [first] = (await get(`/api/companies?domain=${names[0]}`)).items;
    const [second] = (await get(`/api/companies?domain=${names[1]}`)).items;
    expect(second).toMatchObject({ key: null, domain: names[1], domains: [names[1]] });
    // Nobody had the key: the company of the first domain gets it, and that of the second becomes one with it.
    await group('fleet-1', 'fleet', { domain: names[0], domains: names.slice(1), employees: 200 });
    await person('fleet-3', { title: 'CEO' }, `c@${names[2]}`);
    await settle();
    expect(await get(`/api/companies/${first.id}`)).toMatchObject({
      key: 'fleet',
      domain: names[0],
      contacts: 3,
      scores: { heat: 120 },
    });
    for (const name of names)
      expect((await get(`/api/companies?domain=${name}`)).items).toMatchObject([{ id: first.id, domains: names }]);
    const searched = await write({ method: 'POST', url: '/api/companies/search', payload: { find: 'fleet-three' } });
    expect(searched.json().items).toMatchObject([{ id: first.id, domains: names }]);
    const release = async (domain: string) =>
      (await write({ method: 'DELETE', url: `/api/companies/${first.id}/domain?domain=${domain}` })).json();
    expect(await release(names[1] ?? '')).toEqual({ id: second.id });
    await settle();
    expect(await get(`/api/companies/${second.id}`)).toMatchObject({ key: null, contacts: 1, scores: { heat: 30 } });
    expect(await get(`/api/companies/${first.id}`)).toMatchObject({ domains: [names[0], names[2]], contacts: 2 });
    expect(await release(names[1] ?? '')).toMatchObject({ code: 'conflict' });
    // Where it has no first one any more, the next one is.
    await release(names[0] ?? '');
    expect(await get(`/api/companies/${first.id}`)).toMatchObject({ domain: names[2], domains: [names[2]] });
  });

  test('many at once that speak of one domain end with one company that has it', async () => {
    const calls = Array.from({ length: 20 }, (_, i) =>
      i % 2 === 0
        ? group(`rush-${i}`, 'rush', { domain: 'rush-yard.com' })
        : person(`rush-${i}`, {}, `p${i}@rush-yard.com`),
    );
    await Promise.all(calls);
    await settle();
    const { items } = await get('/api/companies?domain=rush-yard.com');
    expect(items).toMatchObject([{ key: 'rush', contacts: 20 }]);
  });

  test('who comes and goes is counted, though it was so long ago and changes no score of theirs', async () => {
    const ago = service.now - 30 * DAY;
    const heat = async (key: string) => (await get(`/api/companies?key=${key}`)).items[0].scores.heat;
    const [left, right] = ['left', 'right'].map((key) => ({ company_id: key }));
    for (const key of ['left', 'right']) await post('/api/companies', { key });
    await person('wanderer', { title: 'CEO' });
    await person('stayer', { title: 'CEO', ...right });
    await settle();
    // Older than the model: nothing of the contact's own past is different.
    await tell({ kind: 'traits', who: who('wanderer'), at: ago, traits: { ...left } });
    await settle();
    expect(await heat('left')).toBe(30);
    await tell({ kind: 'traits', who: who('wanderer'), at: ago + 1, traits: { ...right } });
    await settle();
    expect([await heat('left'), await heat('right')]).toEqual([null, 60]);
    // Facts of a company that are as old count too.
    const [right_] = (await get('/api/companies?key=right')).items;
    await change(right_.id, { traits: { employees: 99 }, at: new Date(ago).toISOString() });
    expect((await get(`/api/companies/${right_.id}`)).scores.own).toBe(0);
    await change(right_.id, { traits: { employees: 100 }, at: new Date(ago + 2).toISOString() });
    await settle();
    expect((await get(`/api/companies/${right_.id}`)).scores).toMatchObject({ own: 20, heat: 80 });
    // Two who turn out to be one count once, and twice again when that is taken back.
    const [a, b] = [await contactNamed('wanderer'), await contactNamed('stayer')];
    const { id } = await post(`/api/contacts/${a}/merge`, { goneId: b });
    await settle();
    expect(await heat('right')).toBe(40);
    await write({ method: 'DELETE', url: `/api/merges/${id}` });
    await settle();
    expect(await heat('right')).toBe(80);
  });
});
