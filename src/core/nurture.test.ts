// What a stage asks of scores, and what it takes to give a lead up.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseModel } from './model.ts';
import { givenUpFor, SILENCE, type Tired, thresholdsOf } from './nurture.ts';
import { DAY } from './time.ts';

const enterOf = (enter: string) => {
  const { stages } = parseModel(`
model: m
scores:
  fit: { range: [0, 100], rules: [] }
  interest: { range: [0, 100], rules: [] }
company: { scores: { breadth: { range: [0, 9], rules: [] } } }
stages: [ { id: mql, enter: ${enter} } ]
`);
  const [stage] = stages;
  if (stage === undefined) throw new Error('the model has a stage');
  return thresholdsOf(stage.enter);
};

test.each([
  ['{ score: { fit: { atLeast: 50 } } }', [{ score: 'fit', least: 50_000_000 }]],
  ['{ score: { fit: { moreThan: 50 } } }', [{ score: 'fit', least: 50_000_001 }]],
  [
    '{ all: [ { score: { fit: { atLeast: 50, lessThan: 90 } } }, { score: { fit: { atLeast: 60 }, interest: { between: [5, 9] } } } ] }',
    [
      { score: 'fit', least: 60_000_000 },
      { score: 'interest', least: 5_000_000 },
    ],
  ],
  ['{ any: [ { score: { fit: { atLeast: 50 } } }, { country: { is: RO } } ] }', []],
  ['{ not: { score: { fit: { atLeast: 50 } } } }', []],
  ['{ company.score: { breadth: { atLeast: 5 } } }', []],
])('of %s these scores are needed', (enter, expected) => {
  expect(enterOf(enter)).toEqual(expected);
});

const NOW = 1000 * DAY;
const well: Tired = {
  lastEventAt: NOW - DAY,
  createdAt: 0,
  points: 10_000_000,
  parts: { a: 10_000_000 },
  refusals: [],
};
const refused = { end: 'rejected', reason: 'not-a-fit' } as const;
const silent = { lastEventAt: NOW - SILENCE * DAY };

describe('a lead is given up', () => {
  test('for two things that speak against it, each of them told', () => {
    expect(givenUpFor({ ...well, ...silent, refusals: [refused] }, NOW)).toEqual([
      { kind: 'refused', times: 1, end: 'rejected', reason: 'not-a-fit' },
      { kind: 'silent', days: SILENCE },
    ]);
    const parts = { a: 5, left: -30, gone: -40 };
    expect(givenUpFor({ ...well, ...silent, points: -65, parts }, NOW)).toEqual([
      { kind: 'silent', days: SILENCE },
      { kind: 'negative', points: -65, rules: ['gone', 'left'] },
    ]);
  });

  test('when sales refused it twice, and not because of a duplicate or the time of the year', () => {
    expect(givenUpFor({ ...well, refusals: [refused, { end: 'lost', reason: 'price' }] }, NOW)).toEqual([
      { kind: 'refused', times: 2, end: 'lost', reason: 'price' },
    ]);
    expect(givenUpFor({ ...well, refusals: [refused, { end: 'rejected', reason: 'bad-timing' }] }, NOW)).toEqual([]);
  });

  test('never for one thing alone', () => {
    expect(givenUpFor({ ...well, ...silent }, NOW)).toEqual([]);
    expect(givenUpFor({ ...well, refusals: [refused] }, NOW)).toEqual([]);
    expect(givenUpFor({ ...well, points: -1, parts: { left: -1 } }, NOW)).toEqual([]);
    // A score of nothing is no score against it.
    expect(givenUpFor({ ...well, ...silent, points: 0, parts: {} }, NOW)).toEqual([]);
  });

  test('and stays so when more speaks against it', () => {
    const some: fc.Arbitrary<Tired> = fc.record({
      lastEventAt: fc.option(fc.integer({ min: 0, max: NOW })),
      createdAt: fc.integer({ min: 0, max: NOW }),
      points: fc.option(fc.integer({ min: -9, max: 9 })),
      parts: fc.dictionary(fc.constantFrom('a', 'b'), fc.integer({ min: -9, max: 9 })),
      refusals: fc.array(fc.constant(refused), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(some, fc.nat(400), (lead, days) => {
        const before = givenUpFor(lead, NOW).length;
        expect(givenUpFor(lead, NOW + days * DAY).length).toBeGreaterThanOrEqual(before);
        expect(givenUpFor({ ...lead, refusals: [...lead.refusals, refused] }, NOW).length).toBeGreaterThanOrEqual(
          before,
        );
      }),
    );
  });
});
