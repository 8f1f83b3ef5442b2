/** A draft tried on the whole base says what publishing it does afterwards. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { postgresUrl } from '../test/postgres.ts';
import { house, putting } from '../test/put.ts';
import { type Case, randomCase, randomDocument } from '../test/random.ts';
import { testApp } from '../test/service.ts';
import { parseModel } from './core/model.ts';
import { placesOf } from './core/trial.ts';
import type { Contact, Values } from './core/words.ts';
import { listVersions } from './store/models.ts';
import type { Draft } from './trials.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const url = await postgresUrl();

describe.skipIf(url === undefined)('a trial', async () => {
  const service = await testApp(url ?? '');
  const { db, scoring, trials } = service.app;
  const put = putting(service);

  const draftOf = (document: string): Draft => ({ document, model: parseModel(document), against: null, beside: null });
  const tried = async (document: string) => trials.try(draftOf(document), null, 'a test');

  /** What stands under a version, by contact. */
  async function stands(version: number) {
    const rows = await db.rows<{ id: number; stage: string | null; out: boolean; scores: Record<string, unknown> }>(
      `select s.contact_id as id, s.stage, s.disqualified is not null as out,
         (select json_object_agg(x.name, coalesce(to_json(x.cell), to_json(x.points))) from score x
          where x.contact_id = s.contact_id and x.model_id = s.model_id) as scores
       from standing s where s.model_id = $1 order by 1`,
      [version],
    );
    return rows.map(({ id, stage, out, scores }) => ({ id, stage, disqualified: out, scores: { ...scores } }));
  }

  /** What a trial says of everybody, on one side. */
  async function says(document: string, side: 'before' | 'after') {
    const draft = draftOf(document);
    const serving = (await listVersions(db)).find(
      ({ state, name }) => state === 'serving' && name === draft.model.name,
    );
    const model = side === 'after' || serving === undefined ? draft.model : await scoring.modelOf(serving.id);
    const all = [];
    for (const place of placesOf(model)) {
      const of = { kind: 'stage', place, side } as const;
      const { rows } = await trials.behind(draft, of, { after: null, limit: 1_000 }, 'a test');
      for (const row of rows) all.push({ id: row.contact, ...row[side] });
    }
    return all.sort((a, b) => a.id - b.id);
  }

  async function settle(): Promise<void> {
    // Companies are scored anew when a contact's scores are; here all of them are to hold for now.
    await db.rows('insert into changed (lane, contact_id, since) select contact_id & 63, contact_id, $1 from contact', [
      service.now,
    ]);
    await put.settle();
    await db.rows(
      `insert into changed_company (company_id, model_id, since) select company_id, model_id, $1 from company, model
       where state in ('serving', 'rolling')`,
      [service.now],
    );
    await put.settle();
  }

  const factsOf = (values: Values): Record<string, unknown> => Object.fromEntries(values);

  /** Puts random people straight into the tables; the titles of some are known to change later. */
  async function putPeople({ contacts, companies, asOf }: Case): Promise<void> {
    for (const [i, { traits }] of companies.entries()) {
      await db.rows('insert into company (company_id, key, created_at, traits) values ($1, $2, $3, $4)', [
        i + 1,
        `K${i}`,
        asOf,
        JSON.stringify(factsOf(traits)),
      ]);
    }
    for (const [i, contact] of contacts.entries()) await putPerson(i + 1, contact, asOf, companies.length);
  }

  async function putPerson(id: number, contact: Contact, asOf: number, companies: number): Promise<void> {
    const { email, companyId } = contact;
    const facts: Record<string, unknown> = factsOf(contact.traits);
    if (email !== null) facts.email = email;
    if (companyId !== null) facts.company_id = companyId;
    const place = companyId === null ? null : Number(companyId.slice(1)) + 1;
    await db.rows('insert into contact (contact_id, created_at, company_id, traits) values ($1, $2, $3, $4)', [
      id,
      contact.createdAt ?? asOf - DAY,
      place === null || place > companies ? null : place,
      JSON.stringify(facts),
    ]);
    if (id % 3 === 0) {
      await db.rows(
        `insert into trait (contact_id, name, at, value)
         select $1, 'title', at, value from unnest($2::bigint[], $3::jsonb[]) as t (at, value)`,
        [id, `{${asOf - 2 * DAY},${asOf + HOUR}}`, ['"CTO"', JSON.stringify(facts.title ?? 'x')]],
      );
    }
    const events = contact.events.map(({ id: event, name, at, properties, ignored }) => ({
      ...{ event, name, at, properties: factsOf(properties), voided: ignored ? asOf : null },
    }));
    await db.rows(
      `insert into event (contact_id, event_id, name, at, received_at, properties, voided_at)
       select $1, event, name, at, at, properties, voided
       from json_to_recordset($2) as t (event text, name text, at bigint, properties jsonb, voided bigint)
       on conflict do nothing`,
      [id, JSON.stringify(events)],
    );
  }

  /** A document with some scores of another. */
  function edited(from: unknown, document: unknown, kept: readonly string[]): unknown {
    const of = (one: unknown) => z.looseObject({ scores: z.record(z.string(), z.unknown()) }).parse(one);
    const own = Object.entries(of(from).scores).filter(([name]) => kept.includes(name));
    return { ...of(document), scores: { ...of(document).scores, ...Object.fromEntries(own) } };
  }

  let names = 0;

  test('of a random draft says of everybody what publishing it does; of the serving one, no change', async () => {
    const story = randomCase.chain((one) =>
      fc.record({
        one: fc.constant(one),
        first: randomDocument(one.asOf),
        second: randomDocument(one.asOf),
        // An edit leaves most of a model as it was.
        kept: fc.constantFrom<readonly string[]>([], ['fit'], ['interest'], ['fit', 'interest']),
        later: fc.constantFrom(0, HOUR, 3 * DAY),
      }),
    );
    await fc.assert(
      fc.asyncProperty(story, async ({ one, first, second, kept, later }) => {
        await put.fresh(house());
        const name = `random-${++names}`;
        const [old, fresh] = [first, edited(first, second, kept)].map((document) =>
          JSON.stringify(Object.assign({}, document, { model: name })),
        );
        service.now = one.asOf;
        await putPeople(one);
        const serving = await scoring.publish(old ?? '', 'test');
        await settle();
        service.now = one.asOf + later;
        await settle();
        await trials.refresh();

        const same = await tried(old ?? '');
        expect(same.comparison.moves).toEqual([]);
        expect(same.comparison.scores.map(({ changed }) => changed)).toEqual([0, 0, 0, 0]);
        expect(same.comparison.rules.every(({ state }) => state === 'same')).toBe(true);
        expect(await says(old ?? '', 'before')).toEqual(await stands(serving.id));

        const draft = await tried(fresh ?? '');
        const after = await says(fresh ?? '', 'after');
        const before = new Map((await stands(serving.id)).map((stood) => [stood.id, stood]));
        const published = await scoring.publish(fresh ?? '', 'test');
        await settle();
        const now = await stands(published.id);
        expect(after).toEqual(now);
        const moved = now.filter(({ id, stage, disqualified }) => {
          const was = before.get(id);
          return was?.stage !== stage || was.disqualified !== disqualified;
        });
        expect(draft.comparison.moves.reduce((sum, { contacts }) => sum + contacts, 0)).toBe(moved.length);
        for (const { from, to, contacts } of draft.comparison.moves) {
          const such = moved.filter(({ id, stage, disqualified }) => {
            const was = before.get(id);
            return (
              [was?.stage, was?.disqualified, stage, disqualified].join() ===
              [from.stage, from.disqualified, to.stage, to.disqualified].join()
            );
          });
          expect(such).toHaveLength(contacts);
        }
      }),
      { numRuns: Number(process.env.RUNS ?? 6), seed: Number(process.env.SEED ?? 20261122) },
    );
  }, 120_000);

  test('that still waits gives way to a later one of the same person, and to nobody else', async () => {
    await put.fresh(house());
    await put.contact(service.now, { title: 'CEO' });
    await put.settle();
    await trials.refresh();
    const draft = (points: number) => draftOf(put.named(house(points)));
    const asked = [11, 12, 13].map((points) => trials.try(draft(points), null, 'ana'));
    const other = trials.try(draft(14), null, 'ben');
    const settled = await Promise.allSettled(asked);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(settled[1]).toMatchObject({ reason: { code: 'conflict' } });
    expect((await other).contacts).toBe(1);
  });

  test('goes on with the version that serves by now, though the base was loaded before it did', async () => {
    const first = await put.fresh(house());
    const ana = await put.contact(service.now, { title: 'CEO' });
    await put.did(ana, { id: '1', at: service.now });
    await put.settle();
    await trials.refresh();
    expect((await tried(put.named(house()))).before).toMatchObject({ id: first });
    const second = await scoring.publish(put.named(house(25)), 'test');
    await put.settle();
    await scoring.switchTo(second.id, 'test');
    const { before, comparison } = await tried(put.named(house()));
    expect(before).toMatchObject({ id: second.id });
    expect(comparison.rules.find(({ id }) => id === 'visits')).toMatchObject({ total: 10e6, before: { total: 25e6 } });
  });
});
