/** What the service makes of contacts that are put straight into the tables of a real PostgreSQL. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../test/postgres.ts';
import { type Did, house, putting } from '../test/put.ts';
import { NOON, testApp } from '../test/service.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const url = await postgresUrl();

describe.skipIf(url === undefined)('scoring', async () => {
  const service = await testApp(url ?? '');
  const { db, scoring } = service.app;
  const put = putting(service);
  const { fresh, contact, traits, did, voided, settle, standing, scores, history, moves } = put;

  test('new events become scores with their parts, stage, history and moves, as explain says', async () => {
    const model = await fresh(house());
    const ana = await contact(NOON, { title: 'CEO', email: 'ana@harbour.example' });
    const dan = await contact(NOON, { email: 'dan@rival.example', country: 'RO' });
    service.now = NOON + HOUR;
    await did(ana, { id: '1', at: NOON + HOUR / 2 }, { id: '2', at: NOON + HOUR });
    await settle();
    expect(await scores(ana, model)).toEqual({ fit: 30e6, interest: 20e6, total: 50e6, cell: 'A1' });
    expect(await standing(ana, model)).toEqual({
      stage: 'mql',
      stage_since: NOON + HOUR / 2,
      next_change_at: NOON + DAY + HOUR / 2,
      disqualified: null,
      parts: { decides: 30e6, visits: 20e6 },
    });
    expect(await moves(ana, model)).toEqual([{ at: NOON + HOUR / 2, from: null, to: 'mql', held: false }]);
    expect(await history(ana, model)).toMatchObject([
      { at: NOON, scores: { total: 30e6 }, stage: null },
      { at: NOON + HOUR / 2, scores: { total: 40e6 }, stage: 'mql' },
      { at: NOON + HOUR, scores: { total: 50e6 }, stage: 'mql' },
    ]);
    expect(await standing(dan, model)).toMatchObject({ stage: null, disqualified: 'Competitor' });
    const [told] = await scoring.explainContact(ana, service.now);
    expect(told?.explanation.stage).toBe('mql');
    expect(told?.explanation.reasons.find(({ rule }) => rule === 'visits')?.events.map(({ id }) => id)).toEqual([
      '1',
      '2',
    ]);
  });

  test('time alone moves a score at exactly its next change', async () => {
    const model = await fresh(house());
    const ana = await contact(NOON, { title: 'CEO' });
    await did(ana, { id: '1', at: NOON });
    await settle();
    const due = (await standing(ana, model))?.next_change_at ?? 0;
    expect(due).toBe(NOON + DAY);
    service.now = due - 1;
    await settle();
    expect(await scores(ana, model)).toMatchObject({ interest: 10e6 });
    service.now = due;
    await settle();
    expect(await scores(ana, model)).toMatchObject({ interest: 0 });
    // However late somebody looks: the silences of the days between have their own lines.
    service.now = due + 30 * DAY;
    await settle();
    expect((await history(ana, model)).map(({ at }) => at)).toEqual([NOON, NOON + DAY, NOON + 3 * DAY, NOON + 6 * DAY]);
    expect(await moves(ana, model)).toEqual([
      { at: NOON, from: null, to: 'mql', held: false },
      { at: NOON + 6 * DAY, from: 'mql', to: null, held: false },
    ]);
  });

  test('a voided event corrects score, stage, history and move', async () => {
    const model = await fresh(house());
    const ana = await contact(NOON, { title: 'CEO' });
    service.now = NOON + 2 * HOUR;
    await did(ana, { id: '1', at: NOON + HOUR }, { id: '2', at: NOON + 2 * HOUR });
    await settle();
    expect(await moves(ana, model)).toHaveLength(1);
    service.now = NOON + 3 * HOUR;
    await voided(ana, { id: '1', at: NOON + HOUR });
    await voided(ana, { id: '2', at: NOON + 2 * HOUR });
    await settle();
    expect(await scores(ana, model)).toMatchObject({ total: 30e6 });
    expect(await standing(ana, model)).toMatchObject({ stage: null, stage_since: null });
    expect(await history(ana, model)).toHaveLength(1);
    expect(await moves(ana, model)).toEqual([]);
    expect(await db.rows('select undone_at from move where contact_id = $1', [ana])).toEqual([
      { undone_at: service.now },
    ]);
  });

  /** What arrives about one of a few people. */
  type News =
    | { readonly kind: 'did'; readonly who: number; readonly event: Did }
    | { readonly kind: 'voided'; readonly who: number; readonly event: Did }
    | { readonly kind: 'traits'; readonly who: number; readonly at: number; readonly facts: object };

  /** A base of three, a version published after two days and switched to after three; the news come in as grouped. */
  async function live(groups: readonly (readonly News[])[]) {
    const first = await fresh(house());
    const ids: number[] = [];
    for (const title of ['CEO', 'Cook', 'CEO']) ids.push(await contact(NOON - DAY, { title }));
    let second = first;
    for (const [step, group] of groups.entries()) {
      service.now = NOON + step * DAY + HOUR;
      if (step === 2) second = (await scoring.publish(put.named(house(25)), 'test')).id;
      if (step === 3) {
        await settle();
        await scoring.switchTo(second, 'test');
      }
      for (const news of group) {
        const id = ids[news.who] ?? 0;
        if (news.kind === 'did') await did(id, news.event);
        if (news.kind === 'voided') await voided(id, news.event);
        if (news.kind === 'traits') await traits(id, news.at, news.facts);
      }
      await settle();
    }
    const end = [];
    for (const id of ids) {
      for (const model of [first, second]) {
        const moved = await moves(id, model);
        end.push({
          standing: model === second && (await standing(id, model)),
          scores: model === second && (await scores(id, model)),
          history: await history(id, model),
          moves: moved.map(({ at, from, to }) => ({ at, from, to })),
        });
      }
    }
    return end;
  }

  test('in whatever order and groups the news arrive, standing, history and moves end the same', async () => {
    const who = fc.integer({ min: 0, max: 2 });
    const at = fc.integer({ min: -30, max: 6 * 24 }).map((hours) => NOON + hours * HOUR);
    const name = fc.constantFrom('page_viewed', 'page_viewed', 'content_viewed');
    const facts = fc.constantFrom({ title: 'CEO' }, { title: 'Cook' }, { email: 'x@rival.example' }, { email: null });
    const story = fc
      .record({
        events: fc.uniqueArray(fc.record({ who, id: fc.integer({ min: 1, max: 99 }).map(String), at, name }), {
          selector: ({ id }) => id,
          minLength: 4,
          maxLength: 16,
        }),
        facts: fc.uniqueArray(fc.record({ who, at, facts }), {
          selector: (one) => `${one.who} ${one.at}`,
          maxLength: 4,
        }),
        gone: fc.integer({ min: 0, max: 3 }),
      })
      .map(({ events, facts: told, gone }): News[] => [
        ...events.map(({ who: whose, ...event }): News => ({ kind: 'did', who: whose, event })),
        ...told.map((one): News => ({ kind: 'traits', ...one })),
        ...events.slice(0, gone).map(({ who: whose, ...event }): News => ({ kind: 'voided', who: whose, event })),
      ]);
    const steps = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 24, maxLength: 24 });
    await fc.assert(
      fc.asyncProperty(story, steps, async (news, places) => {
        const groups: News[][] = Array.from({ length: 7 }, () => []);
        const placeOf = (one: News, i: number): number => {
          // An event can be voided only after it came.
          const came =
            one.kind === 'voided'
              ? news.findIndex((other) => other.kind === 'did' && other.event.id === one.event.id)
              : -1;
          return Math.max(places[i] ?? 0, places[came] ?? 0);
        };
        news.forEach((one, i) => {
          groups[placeOf(one, i)]?.push(one);
        });
        const bit = await live(groups);
        const atOnce = await live([...Array.from({ length: 6 }, () => []), news]);
        expect(bit).toEqual(atOnce);
      }),
      { numRuns: Number(process.env.RUNS ?? 8), seed: Number(process.env.SEED ?? 20261122) },
    );
  });
});
