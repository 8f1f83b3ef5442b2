import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Reason } from './answers.ts';
import { nameOf, waterfallOf, whereOf } from './lead.model.ts';

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

test('every word must be found somewhere', () => {
  expect(whereOf('   ')).toBeNull();
  expect(whereOf('ana  pop')).toMatchObject({
    all: [
      { any: [{ email: { contains: 'ana' } }, {}, {}, {}, {}, {}] },
      { any: [{ email: { contains: 'pop' } }, {}, {}, {}, {}, {}] },
    ],
  });
});
