import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HistoryRow, Reason } from './answers.ts';
import { differenceOf, marksOf, nameOf, seriesOf, staysOf, waterfallOf } from './lead.model.ts';

test('a lead is called by its name, else its address, else what it is known by', () => {
  const lead = {
    id: '7',
    email: 'ana@firm.example',
    userIds: ['u7'],
    traits: { first_name: 'Ana', last_name: ' Pop ' },
  };
  expect(nameOf(lead)).toBe('Ana Pop');
  expect(nameOf({ ...lead, traits: { name: 'A. Pop' } })).toBe('A. Pop');
  expect(nameOf({ ...lead, traits: { first_name: 3 } })).toBe('ana@firm.example');
  expect(nameOf({ ...lead, traits: {}, email: null })).toBe('u7');
  expect(nameOf({ id: '7', traits: {}, email: null, userIds: [] })).toBe('#7');
});

const reason = (points: number, score = 'fit'): Reason => ({
  rule: 'r',
  score,
  group: null,
  points,
  sentence: 's',
  eventCount: 0,
  events: [],
});

test('bars stand on top of each other and come to the exact sum, whatever the points', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1e9, max: 1e9 }), { maxLength: 30 }), (millionths) => {
      const { bars, sum, low, high } = waterfallOf(
        millionths.map((points) => reason(points / 1_000_000)),
        'fit',
        null,
      );
      expect(Math.round(sum * 1_000_000)).toBe(millionths.reduce((total, points) => total + points, 0));
      bars.forEach(({ from, to }, i) => {
        expect(from).toBe(i === 0 ? 0 : bars[i - 1]?.to);
        expect(to).toBeGreaterThanOrEqual(low);
        expect(to).toBeLessThanOrEqual(high);
      });
      expect(bars.map(({ reason: { points } }) => Math.abs(points))).toEqual(
        bars.map(({ reason: { points } }) => Math.abs(points)).sort((a, b) => b - a),
      );
    }),
    { seed: 4 },
  );
});

test('reasons of other scores, and those that gave nothing, have no bar', () => {
  expect(waterfallOf([reason(3, 'interest'), reason(0), reason(5)], 'fit', 5).bars).toHaveLength(1);
});

const row = (at: string, total: number, stage: string | null): HistoryRow => ({
  at,
  scores: { total, quadrant: 'A1' },
  stage,
  disqualified: null,
});
const HISTORY = [
  row('2026-03-04T00:00:00Z', 58, 'mql'),
  row('2026-03-03T00:00:00Z', 60, 'mql'),
  row('2026-03-02T00:00:00Z', 10, null),
  row('2026-03-01T00:00:00Z', 9, null),
];

test('the stays in stages follow each other without a gap, up to now', () => {
  const now = Date.UTC(2026, 2, 5);
  expect(staysOf(HISTORY, now)).toEqual([
    { stage: null, disqualified: null, from: Date.UTC(2026, 2, 1), until: Date.UTC(2026, 2, 3) },
    { stage: 'mql', disqualified: null, from: Date.UTC(2026, 2, 3), until: now },
  ]);
  expect(staysOf([], now)).toEqual([]);
});

test('moves to other stages and big changes are marked, small ones are not', () => {
  expect(marksOf(HISTORY, 'total')).toEqual([
    { kind: 'stage', at: '2026-03-03T00:00:00Z', from: null, to: 'mql' },
    { kind: 'score', at: '2026-03-03T00:00:00Z', score: 'total', from: 10, to: 60 },
  ]);
});

test('a chart has a point for each row and one for the end', () => {
  const points = seriesOf(HISTORY, ['total'], Date.UTC(2026, 2, 5));
  expect(points.map(({ total }) => total)).toEqual([9, 10, 60, 58, 58]);
  expect(points.at(-1)?.at).toBe(Date.UTC(2026, 2, 5));
});

test('the difference of two instants is what changed and nothing else', () => {
  const before = {
    contactId: '1',
    model: 'm',
    version: 1,
    asOf: '2026-03-01T00:00:00Z',
    scores: { total: 60, fit: 40, quadrant: 'A1' },
    grades: {},
    bands: {},
    stage: 'sql',
    disqualified: null,
    nextChangeAt: null,
    reasons: [
      { ...reason(20, 'interest'), rule: 'a' },
      { ...reason(40), rule: 'b' },
    ],
  };
  const after = {
    ...before,
    scores: { total: 55, fit: 40, quadrant: 'A2' },
    stage: 'mql',
    reasons: [
      { ...reason(15, 'interest'), rule: 'a' },
      { ...reason(40), rule: 'b' },
    ],
  };
  expect(differenceOf(before, after)).toEqual({
    stage: { from: 'sql', to: 'mql' },
    scores: [
      { name: 'total', from: 60, to: 55 },
      { name: 'quadrant', from: 'A1', to: 'A2' },
    ],
    reasons: [{ rule: 'a', sentence: 's', from: 20, to: 15 }],
  });
  expect(differenceOf(before, before)).toEqual({ stage: null, scores: [], reasons: [] });
});
