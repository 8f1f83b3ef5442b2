/** The base in memory is what the database held at one instant. */
import { afterEach, describe, expect, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { house, putting } from '../../test/put.ts';
import { NOON, testApp } from '../../test/service.ts';
import { contactAt } from '../core/columns.ts';
import { parseModel } from '../core/model.ts';
import { needsOf } from '../core/needs.ts';
import { type Base, openBase } from './base.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LIMITS = { bytes: 1e9, onProgress: () => {} };

const url = await postgresUrl();

describe.skipIf(url === undefined)('the base', async () => {
  const service = await testApp(url ?? '');
  const { db } = service.app;
  const put = putting(service);
  const plain = needsOf(parseModel(house()));
  const wider = needsOf(
    parseModel(
      house()
        .replace('{ title: { mentions: [ceo] } }', '{ title: { mentions: [ceo] }, company.size: { atLeast: 5 } }')
        .replace('on: content_viewed,', 'on: content_viewed, where: { path: { is: /a } },'),
    ),
  );
  let base: Base | null = null;
  afterEach(() => base?.close());

  test('a field that is asked for later comes from the instant of the first', async () => {
    await put.fresh(house());
    const firm = await put.company('k', { size: 7 });
    const ana = await put.contact(NOON - DAY, { title: 'CEO', company_id: 'k' });
    const properties = (path: string, id: string) =>
      db.rows('update event set properties = $1 where event_id = $2', [JSON.stringify({ path }), id]);
    await put.did(ana, { id: '1', at: NOON - HOUR, name: 'content_viewed' });
    await properties('/a', '1');
    base = await openBase(db, NOON, [plain], LIMITS);
    expect(base.has([plain])).toBe(true);
    expect(base.has([wider])).toBe(false);

    await put.did(ana, { id: '0', at: NOON - 2 * HOUR, name: 'content_viewed' });
    await properties('/b', '1');
    await db.rows(`update company set traits = '{"size": 9}' where company_id = $1`, [firm]);
    await put.contact(NOON, { title: 'CTO' });
    await base.load([wider]);
    const columns = base.columns(wider);
    expect(columns.contacts.count).toBe(1);
    expect(contactAt(columns, 0, NOON)).toMatchObject({
      traits: new Map([['title', 'CEO']]),
      company: { traits: new Map([['size', '7']]) },
      events: [{ at: NOON - HOUR, name: 'content_viewed', properties: new Map([['path', '/a']]) }],
    });
    base.close();
    expect(base.isOpen()).toBe(false);
    expect(base.columns(wider).contacts.count).toBe(1);
  });

  test('as of an earlier instant it has the traits of then, and nobody who came later', async () => {
    await put.fresh(house());
    const ana = await put.contact(NOON - 9 * DAY, { title: 'Cook', email: 'a@rival.example' });
    await put.traits(ana, NOON - DAY, { title: 'CEO', email: null });
    await put.contact(NOON - HOUR, { title: 'CEO' });
    base = await openBase(db, NOON, [plain], LIMITS);
    const now = base.columns(plain);
    expect([0, 1].map((row) => contactAt(now, row, NOON).traits.get('title'))).toEqual(['CEO', 'CEO']);
    const then = await base.columnsAt(plain, NOON - 2 * DAY);
    expect(contactAt(then, 0, NOON - 2 * DAY)).toMatchObject({ email: '@rival.example', createdAt: NOON - 9 * DAY });
    expect(contactAt(then, 0, NOON - 2 * DAY).traits.get('title')).toBe('Cook');
    expect(contactAt(then, 1, NOON - 2 * DAY).createdAt).toBeNull();
    expect(contactAt(now, 0, NOON).email).toBeNull();
  });

  test('one that takes more memory than allowed is refused', async () => {
    await put.fresh(house());
    await put.contact(NOON, { title: 'CEO' });
    await expect(openBase(db, NOON, [plain], { ...LIMITS, bytes: 20 })).rejects.toMatchObject({ code: 'too_large' });
  });
});
