// Every part of a model that can change a result is changed here, one at a time, and must be told in a sentence.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { diffModels } from './diff.ts';
import { ModelError } from './errors.ts';
import { checkModel, parseModel } from './model.ts';
import type { Model } from './words.ts';

/** One of everything that a document can hold. */
const RICH = `
model: rich
title: One of everything
scores:
  fit:
    range: [0, 100]
    rules:
      - { id: decides, if: { title: { mentions: [ceo, head of] } }, points: 20 }
      - { id: size, if: { company.employees: { between: [10, 500] } }, points: 15 }
      - id: mixed
        if:
          any:
            - { country: { in: [RO, 40] } }
            - { not: { industry: { isNot: bank } } }
            - { all: [{ title: { exists: true } }, { email.domain: { endsWith: .example } }, { age: { moreThan: 30 } }] }
            - { tags: { hasAny: [vip, early] } }
            - { role_since: { newerThan: 365d } }
            - { signed: { before: '2026-01-01' } }
        points: -20.5
  interest:
    range: [0, 90]
    groups: { email: { range: [-50, 30] }, web: { range: [0, 60] } }
    rules:
      - { id: opens, on: [email_opened, email_read], count: { between: [2, 8] }, points: 25, group: email }
      - { id: returns, on: page_viewed, gap: 30m, within: 30d, count: { moreThan: 2 }, points: 10, group: web }
      - { id: topics, on: content_downloaded, distinct: topic, count: { atLeast: 3 }, points: 8 }
      - { id: rarely, on: page_viewed, count: { atMost: 3 }, if: { country: { is: RO } }, points: 1 }
      - id: pricing
        on: page_viewed
        where: { path: { startsWith: /pricing } }
        pointsEach: 5
        limit: { times: 1, per: day }
        max: 20
        decay: { halfLife: 30d }
      - { id: time, on: page_viewed, pointsEach: 1, amount: { property: seconds, unit: 60 }, max: 10, decay: { linear: 90d } }
      - { id: kinds, on: any, distinct: kind, gap: 1h, pointsEach: 2, max: 6, decay: { steps: { 30d: 50%, 90d: 0% } } }
      - id: untaken
        on: content_viewed
        unless: content_downloaded
        same: content
        after: 7d
        within: 90d
        where: { topic: { is: price } }
        pointsEach: -2
        max: 6
      - { id: quiet, silent: [page_viewed, email_clicked], where: { path: { contains: a } }, for: 30d, pointsEach: -10, max: 50 }
      - { id: gone, silent: any, for: 90d, points: -5 }
  total: { sum: { fit: 1, interest: 0.5 }, range: [0, 100] }
  quadrant: { grid: [fit, interest] }
grades: { fit: { A: 75, B: 50, D: 0 }, interest: { A: 60, B: 30, D: 0 } }
bands: { total: { hot: 80, warm: 50, cold: 0 } }
disqualify:
  - { id: competitor, if: { email.domain: { in: [rival.example] } }, reason: Competitor }
  - { id: spam, if: { score: { fit: { lessThan: 1 } }, event: { on: form_submitted, within: 1d, count: { atLeast: 9 } } }, reason: Spam }
stages:
  - { id: lead, enter: { score: { total: { atLeast: 20 } } } }
  - { id: mql, enter: { score: { total: { atLeast: 50 } } }, leave: { score: { total: { lessThan: 40 } } } }
  - id: sql
    enter: { band: { total: { in: [hot, warm] } }, grade: { fit: { is: A } }, company.score: { breadth: { atLeast: 10 } } }
    leave: { event: { on: unsubscribed, gap: 1h } }
company:
  scores:
    best: { rollUp: top, n: 3, of: interest, range: [0, 100] }
    all: { rollUp: diminishing, keep: 60%, of: interest, range: [0, 100] }
    mean: { rollUp: mean, of: total, range: [0, 100] }
    breadth:
      range: [0, 30]
      groups: { people: { range: [0, 20] } }
      rules:
        - { id: committee, contacts: { score: { interest: { atLeast: 20 } } }, count: { atLeast: 3 }, points: 30, group: people }
        - { id: big, if: { employees: { atLeast: 100 } }, points: 5 }
    account: { sum: { best: 1, breadth: 2 }, range: [0, 160] }
    square: { grid: [best, breadth] }
  grades: { best: { A: 50, B: 0 }, breadth: { A: 10, B: 0 } }
  bands: { account: { hot: 90, cold: 0 } }
`;

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

const rich = parseModel(RICH);
const DOCUMENT: Json = parse(RICH);

/** The document with the value at a path replaced; undefined takes it out. */
function withValue(document: Json, path: readonly (string | number)[], value: Json | undefined): Json {
  const [step, ...rest] = path;
  if (step === undefined) return value ?? null;
  if (Array.isArray(document)) {
    return document.flatMap((item, i) => {
      if (i !== step) return [item];
      return rest.length === 0 && value === undefined ? [] : [withValue(item, rest, value)];
    });
  }
  return Object.fromEntries(
    Object.entries(document as { [key: string]: Json }).flatMap(([key, item]): [string, Json][] => {
      if (key !== step) return [[key, item]];
      return rest.length === 0 && value === undefined ? [] : [[key, withValue(item, rest, value)]];
    }),
  );
}

function* pathsOf(document: Json, path: readonly (string | number)[] = []): Generator<[(string | number)[], Json]> {
  if (path.length > 0) yield [[...path], document];
  if (typeof document !== 'object' || document === null) return;
  const entries: [string | number, Json][] = Array.isArray(document)
    ? document.map((item, i) => [i, item])
    : Object.entries(document);
  for (const [key, item] of entries) yield* pathsOf(item, [...path, key]);
}

/** Other values that could stand in the same place. */
function others(value: Json): (Json | undefined)[] {
  if (typeof value === 'number') return [value + 1, value - 1, value * 0.75 - 0.125, undefined];
  if (typeof value === 'boolean') return [!value, undefined];
  if (typeof value !== 'string') return [undefined];
  const time = /^(\d+)([mhdw%])$/.exec(value);
  if (time !== null) return [`${Number(time[1]) + 1}${time[2]}`, undefined];
  return [
    `${value}x`,
    'any',
    'week',
    'ever',
    'cold',
    'B',
    'web',
    'fit',
    'total',
    'best',
    'sum',
    'max',
    '2026-02-01',
    undefined,
  ].filter((other) => other !== value);
}

/** The document with one key of an object renamed in place, such as an operator or a score. */
function* renamed(document: Json): Generator<Json> {
  const names = ['is', 'isNot', 'notIn', 'contains', 'atLeast', 'lessThan', 'olderThan', 'after', 'hasAll', 'other'];
  for (const [path, value] of pathsOf(document)) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) continue;
    for (const key of Object.keys(value)) {
      for (const name of [...names, 'interest', 'A', 'all', 'any', 'company.title']) {
        if (Object.hasOwn(value, name)) continue;
        const entries = Object.entries(value).map(([k, item]): [string, Json] => [k === key ? name : k, item]);
        yield withValue(document, path, Object.fromEntries(entries));
      }
    }
  }
}

function modelOf(document: Json): Model | null {
  try {
    return checkModel(document);
  } catch (error) {
    if (error instanceof ModelError) return null;
    throw error;
  }
}

/** What one change to a valid document leads to: the documents that are valid again. */
const changed: readonly { readonly what: string; readonly model: Model }[] = [
  ...[...pathsOf(DOCUMENT)].flatMap(([path, value]) =>
    others(value).map((other) => ({
      what: `${path.join('.')} = ${JSON.stringify(other)}`,
      document: withValue(DOCUMENT, path, other),
    })),
  ),
  ...[...renamed(DOCUMENT)].map((document) => ({ what: 'a key is renamed', document })),
].flatMap(({ what, document }) => {
  const model = modelOf(document);
  return model === null ? [] : [{ what, model }];
});

test('every change of a part is told, both ways', () => {
  expect(changed.length).toBeGreaterThan(600);
  const silent = changed.filter(
    ({ model }) => diffModels(rich, model).length === 0 || diffModels(model, rich).length === 0,
  );
  expect(silent.map(({ what }) => what)).toEqual([]);
});

test('no sentence says that something changed into what it was', () => {
  for (const { model } of changed) {
    for (const sentence of diffModels(rich, model)) {
      const [, now, was] = / now (.*) instead of (.*)\.$/.exec(sentence) ?? [];
      if (now !== undefined) expect(now, sentence).not.toBe(was);
      expect(sentence).toMatch(/^[`T].*\.$/);
      expect(sentence).not.toMatch(/undefined|NaN|null|\[object/);
    }
  }
});

/** Keys in another order where order means nothing: ladders and decay steps keep theirs. */
function shuffled(value: Json, random: () => number, key = ''): Json {
  const shuffle = <T>(list: T[]): T[] =>
    list
      .map((item): [number, T] => [random(), item])
      .sort((a, b) => a[0] - b[0])
      .map(([, item]) => item);
  if (Array.isArray(value)) {
    const items = value.map((item) => shuffled(item, random));
    return ['rules', 'in', 'mentions', 'hasAny', 'any', 'all', 'on', 'silent'].includes(key) ? shuffle(items) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]): [string, Json] => [name, shuffled(item, random, name)]);
  const steps = entries.every(([, item]) => typeof item === 'number' || /^\d+%$/.test(String(item)));
  return Object.fromEntries(steps && key !== 'sum' ? entries : shuffle(entries));
}

test('the same model written otherwise gives no sentence', () => {
  expect(diffModels(rich, parseModel(RICH))).toEqual([]);
  expect(diffModels(rich, parseModel(JSON.stringify(DOCUMENT)))).toEqual([]);
  fc.assert(
    fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (stream) => {
      const document = shuffled(DOCUMENT, () => stream.next().value);
      expect(diffModels(rich, checkModel(document))).toEqual([]);
      expect(diffModels(checkModel(document), rich)).toEqual([]);
    }),
    { seed: 11, numRuns: 50 },
  );
});

test('two changes at once are told as two', () => {
  fc.assert(
    fc.property(fc.constantFrom(...changed), fc.constantFrom(...changed), (one, other) => {
      const same = JSON.stringify(one.model) === JSON.stringify(other.model);
      expect(diffModels(one.model, other.model).length > 0, `${one.what} / ${other.what}`).toBe(!same);
    }),
    { seed: 12, numRuns: 500 },
  );
});

const rules = (...list: string[]) =>
  parseModel(
    `model: m\nscores: { a: { range: [0, 9], groups: { g: { range: [0, 5] } }, rules: [${list.join(', ')}] } }`,
  );
const PRICING = 'on: page_viewed, where: { path: { startsWith: /pricing } }, limit: { times: 1, per: day }';

test.each<[string, string, string, string[]]>([
  [
    'points',
    `{ id: pricing, ${PRICING}, pointsEach: 5 }`,
    `{ id: pricing, ${PRICING}, pointsEach: 10 }`,
    ['`pricing` now gives 10 instead of 5 points for each page viewed where path starts with “/pricing” (1 per day).'],
  ],
  [
    'a window, a maximum and a fading',
    '{ id: r, on: seen, pointsEach: 1, within: 30d, max: 5 }',
    '{ id: r, on: seen, pointsEach: 1, decay: { halfLife: 30d }, max: 6 }',
    [
      '`r` now may give at most 6 points instead of at most 5 points.',
      '`r` now looks at all time instead of the last 30 days.',
      '`r` now weighs events half as much every 30d instead of alike at every age.',
    ],
  ],
  [
    'a condition',
    '{ id: r, if: { country: { in: [RO, MD] } }, points: 1 }',
    '{ id: r, if: { country: { in: [RO, MD, TR] } }, points: 1 }',
    ['`r` now holds if country is one of “RO”, “MD”, “TR” instead of if country is one of “RO”, “MD”.'],
  ],
  [
    'a rule that came and one that went',
    '{ id: old, on: seen, points: 2 }',
    '{ id: new, silent: any, for: 30d, pointsEach: -1, max: 3, group: g }',
    [
      '`new` is new: -1 points for each 30 days without any event, at most 3 in all, in the score `a`, group `g`.',
      '`old` is gone; it was: 2 points if seen at least once, in the score `a`.',
    ],
  ],
  [
    'another kind',
    '{ id: r, on: seen, points: 2 }',
    '{ id: r, on: seen, pointsEach: 2 }',
    ['`r` now reads “for each seen” instead of “seen at least once”.'],
  ],
  [
    'what reads the same',
    '{ id: r, if: { job_title: { is: x } }, points: 2 }',
    '{ id: r, if: { job title: { is: x } }, points: 2 }',
    [
      '`r` now holds if job title is “x” (exactly: ["contact","job title","is",["x"],[],0,false]) instead of if job title is “x” (exactly: ["contact","job_title","is",["x"],[],0,false]).',
    ],
  ],
])('sentences: %s', (_, before, after, sentences) => {
  expect(diffModels(rules(before), rules(after))).toEqual(sentences);
});

test('sentences: names, scores, order', () => {
  const before = parseModel(`
model: m
scores: { a: { range: [0, 9], rules: [{ id: r, on: x, points: 1 }] }, b: { range: [0, 9], rules: [] }, t: { sum: { a: 1, b: 1 }, range: [0, 9] } }
grades: { a: { A: 5, B: 0 } }
disqualify: [{ id: d, if: { x: { is: y } }, reason: No }, { id: e, if: { x: { is: z } }, reason: 'No' }]
stages: [{ id: one, enter: { score: { a: { atLeast: 1 } } } }, { id: two, enter: { score: { a: { atLeast: 2 } } } }]`);
  const after = parseModel(`
model: m
title: Mine
scores: { a: { range: [0, 8], rules: [] }, b: { range: [0, 9], rules: [{ id: r, on: x, points: 1 }] }, t: { sum: { a: 1, b: 0.5 }, range: [0, 9] } }
grades: { a: { A: 6, B: 0 } }
disqualify: [{ id: e, if: { x: { is: z } }, reason: Never }, { id: d, if: { x: { is: y } }, reason: No }]
stages: [{ id: two, enter: { score: { a: { atLeast: 2 } } }, leave: { score: { a: { lessThan: 1 } } } }, { id: three, enter: { x: { is: y } } }, { id: one, enter: { score: { a: { atLeast: 1 } } } }]`);
  expect(diffModels(before, after)).toEqual([
    'The model now has the title “Mine” instead of no title.',
    'The score `a` now runs from 0 to 8 instead of from 0 to 9.',
    'The score `a` now has the grades A from 6, B from 0 instead of the grades A from 5, B from 0.',
    'The score `t` now is 1 × `a` + 0.5 × `b` instead of 1 × `a` + 1 × `b`.',
    '`r` now belongs to the score `b` instead of the score `a`.',
    'The disqualification `e` now gives the reason “Never” instead of “No”.',
    'The disqualifications are now in the order `e`, `d` instead of `d`, `e`.',
    'The stage `two` now ends if a is less than 1 instead of only by hand.',
    'The stage `three` is new: begins if x is “y”, ends only by hand, after `two`.',
    'The stages are now in the order `two`, `one` instead of `one`, `two`.',
  ]);
});
