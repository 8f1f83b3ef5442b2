// What a definition costs: counted a second time, plainly, contact by contact.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  climbingPerWeek,
  costsOf,
  duringWeeks,
  type Looks,
  mean,
  meetingPerWeek,
  NEVER,
  smallestLoosening,
  thresholdFor,
} from './definition.ts';

/** @param rows by contact, the bits that fail at the end of each week */
const looks = (rows: readonly (readonly number[])[], conditions = 3, each = 1): Looks => ({
  conditions,
  failing: rows.map((row) => Uint32Array.from(row)),
  points: [],
  weeks: (rows[0]?.length ?? 1) - 1,
  each,
});

test('a contact counts in the first week in which nothing fails, once, and not where it met it before', () => {
  const of = looks([
    [7, 1, 0, 0, 0],
    [7, 0, 1, 0, 0],
    [0, 0, 0, 0, 0],
    [NEVER, NEVER, 0, 7, 7],
    [7, 7, 7, 7, 7],
  ]);
  expect(meetingPerWeek(of)).toEqual([1, 2, 0, 0]);
  expect(meetingPerWeek(of, { without: 1 })).toEqual([2, 1, 0, 0]);
  expect(meetingPerWeek({ ...of, each: 10 })).toEqual([10, 20, 0, 0]);
  expect(meetingPerWeek(duringWeeks(of, 1, 4))).toEqual([2, 0, 0]);
});

test('each condition is told what it costs, and the fewest that fill a promise are found', () => {
  const of = looks([
    [NEVER, 1],
    [NEVER, 1],
    [NEVER, 2],
    [NEVER, 6],
    [NEVER, 0],
  ]);
  expect(costsOf(of)).toEqual([
    { condition: 0, perWeek: 3, more: 2 },
    { condition: 1, perWeek: 2, more: 1 },
    { condition: 2, perWeek: 1, more: 0 },
  ]);
  expect(smallestLoosening(of, 1)).toEqual({ leaveOut: [], perWeek: 1 });
  expect(smallestLoosening(of, 2)).toEqual({ leaveOut: [1], perWeek: 2 });
  expect(smallestLoosening(of, 3)).toEqual({ leaveOut: [0], perWeek: 3 });
  expect(smallestLoosening(of, 4)).toEqual({ leaveOut: [0, 1], perWeek: 4 });
  expect(smallestLoosening(of, 5)).toEqual({ leaveOut: [0, 1, 2], perWeek: 5 });
  expect(smallestLoosening(of, 6)).toBeNull();
});

test('laws: counts equal a plain count; no smaller loosening than the one found fills the promise', () => {
  const row = fc.array(fc.oneof(fc.nat(7), fc.constant(NEVER)), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), fc.nat(7), fc.nat(20), (rows, without, wanted) => {
      const of = looks(rows);
      const plain = [0, 0, 0, 0];
      for (const one of rows) {
        const first = one.findIndex((bits) => bits !== NEVER && (bits | without) === without);
        if (first > 0) plain[first - 1] = (plain[first - 1] ?? 0) + 1;
      }
      expect(meetingPerWeek(of, { without })).toEqual(plain);
      const perWeek = wanted / 4;
      const found = smallestLoosening(of, perWeek);
      const rate = (bits: number) => mean(meetingPerWeek(of, { without: bits }));
      const sizes = [0, 1, 2, 3, 4, 5, 6, 7]
        .filter((bits) => rate(bits) >= perWeek)
        .map((bits) => bits.toString(2).replaceAll('0', '').length);
      if (sizes.length > 0) expect(found?.leaveOut.length).toBe(Math.min(...sizes));
    }),
    { numRuns: 200, seed: 1 },
  );
});

test('the threshold for a pace: with it at most as many come, with the next lower one more', () => {
  const points = Array.from({ length: 100 }, (_, i) => Float64Array.from([0, 0, i * 1_000_000]));
  const of: Looks = { conditions: 0, failing: points.map(() => new Uint32Array(3)), points, weeks: 2, each: 1 };
  const found = thresholdFor(of, 10, (least) => mean(climbingPerWeek(of, least)));
  expect(found).toEqual({ points: 80_000_000, perWeek: 10, below: { points: 79_000_000, perWeek: 10.5 } });
  expect(climbingPerWeek(of, 80_000_000)).toEqual([0, 20]);
  expect(thresholdFor({ ...of, points: [] }, 10, () => 0)).toBeNull();
});
