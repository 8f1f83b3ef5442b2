/** Every search finds exactly the contacts for which the condition, explained one contact at a time, holds. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { NOON, testApp } from '../../test/service.ts';
import { holds, parts, type Subject } from '../core/condition.ts';
import { subjectOf } from '../core/contribution.ts';
import { type Facts, factValue } from '../core/ingest.ts';
import { checkModel } from '../core/model.ts';
import type { Condition, Value } from '../core/words.ts';
import type { Serving } from './contacts.ts';
import { readingsOf } from './readings.ts';
import { countContacts, findContacts, readSearch, type SearchDocument } from './search.ts';
import { type Companies, gatherSql, type Place, walkSql } from './search-sql.ts';

const DAY = 86_400_000;
const document = {
  model: 'm',
  scores: {
    fit: { range: [0, 100], rules: [] },
    interest: { range: [-50, 100], rules: [] },
    cell: { grid: ['fit', 'interest'] },
  },
  grades: { fit: { A: 50, B: 0 }, interest: { A: 50, B: -50 } },
  bands: { interest: { hot: 60, cold: -50 } },
  company: { scores: { best: { rollUp: 'max', of: 'fit', range: [0, 100] } } },
};

interface Sample {
  readonly id: number;
  readonly createdAt: number;
  readonly traits: Facts;
  readonly company: { readonly id: number; readonly traits: Facts } | null;
  readonly fit: number | null;
  readonly interest: number | null;
  readonly best: number | null;
  readonly events: readonly {
    readonly id: string;
    readonly name: string;
    readonly at: number;
    readonly properties: Facts;
    readonly gone: boolean;
  }[];
}

const texts = fc.constantFrom(
  'RO',
  'ro ',
  'București',
  'BUCURESTI',
  'SATIŞ  MÜDÜRÜ',
  'Head of Sales',
  'director',
  'CTO',
  'ﬁrst',
  '１２',
  '12',
  '12.0',
  '1e3',
  '2026-11-01',
  '2026-11-22T12:00:00Z',
  '1e999',
  ' ',
  '\u0301',
  "'; drop table contact; --",
  '<script>',
  '100%',
  'a_b',
  'true',
  'Анна Ковач',
  '王伟',
  'Zoë Qé',
);
const value = fc.oneof(
  { weight: 5, arbitrary: texts },
  fc.constantFrom(12, 0.1, -3, 1e21, 1000, true, false, null),
  fc.array(texts, { maxLength: 3 }),
  fc.constantFrom({ deep: 1 }, [1, 'x'], []),
);
const facts = fc.dictionary(fc.constantFrom('country', 'title', 'size', 'tags', 'since', 'email'), value, {
  maxKeys: 6,
});
const points = fc.option(fc.constantFrom(0, 20_000_000, 50_000_000, 60_500_000, -50_000_000), { nil: null });
const company = fc.constantFrom<Sample['company']>(
  null,
  { id: 1, traits: { industry: 'Software', size: 250, title: 'București' } },
  { id: 2, traits: { industry: 'Banking', size: '12' } },
  { id: 3, traits: {} },
);
const event = fc.record({
  name: fc.constantFrom('page_viewed', 'email_opened', 'webinar'),
  at: fc.constantFrom(0, 1, 5, 29, 31, 90).map((days) => NOON - days * DAY),
  properties: fc.dictionary(fc.constantFrom('path', 'size'), value, { maxKeys: 2 }),
  gone: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
});
const sample = fc.record({
  createdAt: fc.integer({ min: 0, max: 40 }).map((days) => NOON - days * DAY),
  traits: facts,
  company,
  fit: points,
  interest: points,
  events: fc.array(event, { maxLength: 6 }),
});

const operand = fc.oneof(
  texts
    .filter((text) => text.trim() !== '' && text !== '\u0301')
    .chain((text) =>
      fc.constantFrom(
        { is: text },
        { isNot: text },
        { in: [text, 'ro'] },
        { notIn: [text, 12] },
        { contains: text },
        { containsAny: [text, 'x'] },
        { startsWith: text },
        { endsWith: text },
        { has: text },
        { hasAny: [text, 'ro'] },
        { hasAll: [text, 'ro'] },
      ),
    ),
  fc.constantFrom<object>(
    { mentions: ['head of', 'müdürü'] },
    { mentions: ['ковач', 'qe'] },
    { contains: 'ко' },
    { contains: '伟' },
    { contains: 'uc' },
    { endsWith: 'qé' },
    { atLeast: -2.5 },
    { lessThan: 0.2 },
    { moreThan: 1e20 },
    { between: [11, 13] },
    { is: 12 },
    { isNot: 12 },
    { in: [12, 0.1] },
    { atLeast: 12 },
    { moreThan: 0.1 },
    { atMost: 12 },
    { lessThan: 1000 },
    { between: [-3, 12] },
    { exists: true },
    { exists: false },
    { before: '2026-11-02' },
    { after: '2026-10-01' },
    { newerThan: '30d' },
    { olderThan: '7d' },
    { in: ['ro', 12] },
    { is: true },
  ),
);
const field = fc.constantFrom(
  'country',
  'title',
  'size',
  'tags',
  'since',
  'email',
  'email.domain',
  'company.size',
  'company.industry',
  'company.title',
);
const count = fc.constantFrom(
  { atLeast: 1 },
  { atLeast: 3 },
  { atMost: 1 },
  { atMost: 0 },
  { between: [1, 2] },
  { lessThan: 2 },
  { moreThan: 0 },
  { atLeast: 0 },
);
const names = fc.constantFrom<string | string[]>('page_viewed', ['page_viewed', 'webinar'], 'any');
const plainEvent = fc
  .record({ on: names, within: fc.constantFrom('30d', '1d'), count }, { requiredKeys: ['on'] })
  .map((written) => ({ event: written }));
const detailedEvent = fc
  .record(
    {
      on: names,
      where: fc.tuple(fc.constantFrom('path', 'size'), operand).map(([name, test]) => ({ [name]: test })),
      gap: fc.constantFrom('1d', '2h'),
      within: fc.constantFrom('30d'),
      count,
    },
    { requiredKeys: ['on'] },
  )
  .map((written) => ({ event: written }));
const leaf = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(field, operand).map(([name, test]) => ({ [name]: test })) },
  fc.constantFrom<object>(
    { created_at: { newerThan: '7d' } },
    { created_at: { before: '2026-11-10' } },
    { score: { fit: { atLeast: 20 } } },
    { score: { interest: { lessThan: 0 } } },
    { score: { fit: { exists: false } } },
    { score: { interest: { is: 60.5 } } },
    { score: { fit: { isNot: 50 } } },
    { score: { fit: { in: [0, 50] } } },
    { grade: { fit: { is: 'A' } } },
    { band: { interest: { isNot: 'hot' } } },
    { 'company.score': { best: { atLeast: 40 } } },
    { 'company.score': { best: { exists: false } } },
  ),
  plainEvent,
);
const nested = (inner: fc.Arbitrary<object>) =>
  fc.letrec<{ tree: object }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      inner,
      fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
      fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
      tie('tree').map((not) => ({ not })),
    ),
  })).tree;
const where = fc.oneof(
  nested(leaf),
  fc.tuple(nested(leaf), nested(fc.oneof(detailedEvent, plainEvent))).map((all) => ({ all })),
);

const valuesOf = (given: Facts): Map<string, Value> =>
  new Map(
    Object.entries(given).flatMap(([name, fact]) => {
      const read = factValue(fact);
      return read === undefined ? [] : [[name, read] as const];
    }),
  );

function subject(one: Sample): Subject {
  const email = factValue(one.traits.email);
  const base = subjectOf(
    {
      id: String(one.id),
      email: typeof email === 'string' ? email : null,
      createdAt: one.createdAt,
      companyId: null,
      traits: valuesOf(one.traits),
      hasTraits: true,
      company: one.company && { id: String(one.company.id), traits: valuesOf(one.company.traits) },
      events: one.events
        .filter(({ gone }) => !gone)
        .map(({ id, name, at, properties }) => ({ id, name, at, properties: valuesOf(properties), ignored: false }))
        .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)),
    },
    NOON,
  );
  const scoreOf = (ofCompany: boolean, name: string): number | null =>
    ofCompany ? one.best : name === 'fit' ? one.fit : one.interest;
  const FROM = { fit: 50_000_000, interest: 50_000_000 };
  return {
    ...base,
    // A list as e-mail address is none that `contactValue` would show.
    value: (holder, name) => (holder === 'contact' && name === 'email' ? email : base.value(holder, name)),
    score: scoreOf,
    place: (of, ofCompany, name) => {
      const score = scoreOf(ofCompany, name);
      if (score === null) return null;
      return score >= (of === 'band' ? 60_000_000 : FROM[name as 'fit' | 'interest']) ? 0 : 1;
    },
  };
}

const isTestOfCompany = (condition: Condition): boolean =>
  condition.kind === 'test' && condition.holder === 'company' && condition.operator !== 'exists';

const url = await postgresUrl();

describe.skipIf(url === undefined)('searches', async () => {
  if (url === undefined) return;
  const { app } = await testApp(url);
  const { db } = app;
  const serving: Serving = { modelId: 7, name: 'm', version: 1, document: JSON.stringify(document) };
  const samples: Sample[] = fc.sample(sample, { numRuns: 150, seed: 42 }).map((one, i) => ({
    ...one,
    id: i + 1,
    best: one.company === null ? null : one.company.id === 1 ? 50_000_000 : one.company.id === 2 ? 20_000_000 : null,
    events: one.events.map((happened, n) => ({ ...happened, id: `e${n}` })),
  }));

  for (const id of [1, 2, 3]) {
    const traits = samples.find((one) => one.company?.id === id)?.company?.traits ?? {};
    await db.rows('insert into company (company_id, created_at, traits, readings) values ($1, $2, $3, $4)', [
      id,
      NOON,
      JSON.stringify(traits),
      JSON.stringify(readingsOf(traits)),
    ]);
  }
  await db.rows(
    `insert into company_score (company_id, model_id, name, points) values (1, 7, 'best', 50000000), (2, 7, 'best', 20000000), (3, 7, 'best', null)`,
  );
  for (const one of samples) {
    await db.rows(
      'insert into contact (contact_id, created_at, company_id, traits, readings) values ($1, $2, $3, $4, $5)',
      [
        one.id,
        one.createdAt,
        one.company?.id ?? null,
        JSON.stringify(one.traits),
        JSON.stringify(readingsOf(one.traits)),
      ],
    );
    for (const [name, score] of [
      ['fit', one.fit],
      ['interest', one.interest],
    ] as const) {
      const grade = score === null ? null : score >= 50_000_000 ? 'A' : 'B';
      const band = score === null || name === 'fit' ? null : score >= 60_000_000 ? 'hot' : 'cold';
      await db.rows(
        'insert into score (contact_id, model_id, name, points, grade, band) values ($1, 7, $2, $3, $4, $5)',
        [one.id, name, score, grade, band],
      );
    }
    await db.rows(
      `insert into standing (contact_id, model_id, as_of, stage, disqualified, parts) values ($1, 7, $2, $3, $4, '{}')`,
      [one.id, NOON, one.id % 3 === 0 ? 'mql' : null, one.id % 7 === 0 ? 'Competitor' : null],
    );
    for (const { id, name, at, properties, gone } of one.events)
      await db.rows(
        'insert into event (contact_id, event_id, name, at, received_at, properties, machine) values ($1, $2, $3, $4, $4, $5, $6)',
        [one.id, id, name, at, JSON.stringify(properties), gone ? 'a bot' : null],
      );
  }

  /** All pages of a search. */
  async function found(search: SearchDocument, limit: number): Promise<number[]> {
    const read = readSearch(search, serving);
    const ids: number[] = [];
    let after: Place | null = null;
    do {
      const part: Awaited<ReturnType<typeof findContacts>> = await findContacts(db, read, { after, limit, now: NOON });
      expect(part.places.length).toBeLessThanOrEqual(limit);
      ids.push(...part.places.map(({ contactId }) => contactId));
      after = part.next;
    } while (after !== null);
    return ids;
  }

  /** What is read of companies beforehand: for each test of one, those that pass. */
  function companiesOf(conditions: readonly Condition[]): Companies {
    const own = new Map(samples.flatMap((one) => (one.company === null ? [] : [[one.company.id, subject(one)]])));
    const tests = conditions.flatMap((condition) => [...parts(condition)]).filter(isTestOfCompany);
    return new Map(tests.map((one) => [one, [...own].flatMap(([id, company]) => (holds(one, company) ? [id] : []))]));
  }

  test('find what the explained condition holds for, page by page', async () => {
    let hits = 0;
    await fc.assert(
      fc.asyncProperty(where, fc.constantFrom(7, 60, 500), async (condition, limit) => {
        const model = checkModel({ ...document, stages: [{ id: 's', enter: condition }] });
        const enter = model.stages[0]?.enter;
        const expected = samples.filter((one) => enter !== undefined && holds(enter, subject(one))).map(({ id }) => id);
        hits += expected.length;
        expect(await found({ where: condition }, limit)).toEqual(expected);
        const read = readSearch({ where: condition }, serving);
        expect(await countContacts(db, read, NOON)).toEqual({ count: expected.length, exact: true });
        if (read.looked.length > 0) return;
        // Every way of asking, also those that are not worth it among so few.
        const part = { after: null, limit: 500, now: NOON };
        const { text, values } = walkSql(read, part, 500);
        const walked = await db.rows<Place>(text, values);
        expect(walked.map(({ contactId }) => contactId)).toEqual(expected);
        for (const known of [new Map(), companiesOf(read.decided)]) {
          const gathering = gatherSql(read, NOON, known, null);
          const [gathered] = await db.rows<{ ids: string | null }>(gathering.text, gathering.values);
          const ids = (gathered?.ids ?? '{}').slice(1, -1).split(',').filter(Boolean).map(Number);
          expect(ids.sort((a, b) => a - b)).toEqual(expected);
        }
      }),
      { numRuns: 150, seed: 7 },
    );
    expect(hits).toBeGreaterThan(500);
  });

  test('count all there are', async () => {
    const all = await countContacts(db, readSearch({}, serving), NOON);
    expect(all).toEqual({ count: samples.length, exact: true });
  });

  test('sort by a score, those without data last, and by when they came', async () => {
    const byScore = [...samples].sort((a, b) => (b.fit ?? -Infinity) - (a.fit ?? -Infinity) || a.id - b.id);
    const newest = [...samples].sort((a, b) => b.createdAt - a.createdAt || b.id - a.id);
    for (const limit of [1, 13, 500]) {
      expect(await found({ sort: { by: 'score', score: 'fit' } }, limit)).toEqual(byScore.map(({ id }) => id));
      expect(await found({ sort: { by: 'createdAt' } }, limit)).toEqual(newest.map(({ id }) => id));
    }
  });

  test('take stage, disqualification and company beside the condition', async () => {
    expect(await found({ stage: ['mql'], disqualified: false }, 50)).toEqual(
      samples.filter(({ id }) => id % 3 === 0 && id % 7 !== 0).map(({ id }) => id),
    );
    expect(await found({ companyId: 2 }, 50)).toEqual(
      samples.filter((one) => one.company?.id === 2).map(({ id }) => id),
    );
  });

  test.each([
    [{ where: { score: { fti: { atLeast: 1 } } } }, 'where.score.fti: no score is named `fti`, did you mean `fit`?'],
    [{ where: { country: { is: '' } } }, 'where.country.is: the text is empty'],
    [{ where: { country: { matches: '.*' } } }, 'matches'],
    [{ where: { company_id: { is: '1' } } }, 'is not offered'],
    [
      { where: { any: [{ event: { on: 'x', where: { a: { is: 'b' } } } }, { country: { is: 'RO' } }] } },
      'use two searches',
    ],
    [{ where: { all: Array.from({ length: 101 }, () => ({ country: { is: 'RO' } })) } }, 'more than 100 tests'],
    [{ sort: { by: 'score', score: 'cell' } }, 'no score with points is named `cell`'],
  ] as const)('refuse %#', (search, sentence) => {
    expect(() => readSearch(search as SearchDocument, serving)).toThrow(sentence);
  });

  test('ask for no score where no model is published', () => {
    expect(() => readSearch({ where: { score: { fit: { atLeast: 1 } } } }, null)).toThrow('no score is named `fit`');
    expect(readSearch({ where: { country: { is: 'RO' } } }, null).decided).toHaveLength(1);
  });
});
