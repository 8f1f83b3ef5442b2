// Forecasts of counts: intervals hold what comes about as often as they say, on made-up histories whose truth is known.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Chance, chanceOf, drawCount } from './chance.ts';
import {
  backTest,
  coursesOf,
  forecastCounts,
  intervalOf,
  LEAST_WEEKS,
  landingOf,
  type Tried,
  tally,
} from './forecast.ts';

const SHARE = 0.8;
const histories = (weeks: number, mean: (week: number, chance: Chance) => number, dispersion: number): number[][] =>
  Array.from({ length: 6 }, (_, seed) => {
    const chance = chanceOf(seed + 1);
    return Array.from({ length: weeks }, (_, week) => drawCount(mean(week, chance), dispersion, chance));
  });
const triedOn = (lists: readonly number[][], ahead: number): readonly Tried[] =>
  lists.flatMap((counts, seed) => backTest(counts, ahead, SHARE, seed).tried);

describe('an 80 % interval holds what comes in 70 to 90 of a hundred cases, and errs less than the same as before', () => {
  test.each([
    ['steady', histories(60, () => 20, 1)],
    ['uneven', histories(60, () => 40, 3)],
    ['rare', histories(60, () => 2, 1)],
  ])('%s weeks', (_, lists) => {
    const { coverage, error, sameError } = tally(triedOn(lists, 4));
    expect(coverage).toBeGreaterThanOrEqual(0.7);
    expect(coverage).toBeLessThanOrEqual(0.92);
    expect(error).toBeLessThan(sameError ?? 0);
  });

  test.each([
    ['rise', histories(60, (week) => 20 + week, 2)],
    ['fall', histories(60, (week) => 80 - week, 2)],
  ])('weeks that %s', (_, lists) => {
    const { coverage, error, sameError } = tally(triedOn(lists, 4));
    expect(coverage).toBeGreaterThanOrEqual(0.7);
    expect(coverage).toBeLessThanOrEqual(0.9);
    // A slow trend is nearly drowned by chance, and "the same as before" is hard to beat.
    expect(error).toBeLessThan(1.1 * (sameError ?? 0));
  });

  test('weeks whose level wanders', () => {
    const lists = Array.from({ length: 8 }, (_, seed) => {
      const chance = chanceOf(seed + 100);
      let mean = 30;
      return Array.from({ length: 60 }, () => {
        mean = Math.max(3, mean * (1 + (chance() - 0.5) * 0.2));
        return drawCount(mean, 1, chance);
      });
    });
    const { coverage } = tally(triedOn(lists, 4));
    expect(coverage).toBeGreaterThanOrEqual(0.7);
    expect(coverage).toBeLessThanOrEqual(0.9);
  });
});

test('a season that two years show is expected again, and without one none is claimed', () => {
  const chance = chanceOf(5);
  const wave = (week: number): number => 40 + 30 * Math.sin((2 * Math.PI * week) / 52);
  const counts = Array.from({ length: 130 }, (_, week) => drawCount(wave(week), 1, chance));
  const asked = { weeks: 13, spans: [], share: SHARE, seed: 1 };
  const found = forecastCounts(counts, asked);
  expect(found?.seasonal).toBe(true);
  const middle = found?.weeks[6]?.expected ?? 0;
  // Half a year after the crest comes the trough.
  expect(Math.abs(middle - wave(136))).toBeLessThan(12);
  const flat = histories(130, () => 40, 1);
  expect(flat.filter((one) => forecastCounts(one, asked)?.seasonal).length).toBe(0);
});

test('the same seed gives the same forecast, too short a history gives none', () => {
  const [counts = []] = histories(30, () => 10, 1);
  const asked = { weeks: 3, spans: [4, 13], share: SHARE, seed: 7 };
  expect(JSON.stringify(forecastCounts(counts, asked))).toBe(JSON.stringify(forecastCounts(counts, asked)));
  expect(forecastCounts(counts.slice(0, LEAST_WEEKS - 1), asked)).toBeNull();
  expect(tally([])).toEqual({ tried: [], coverage: null, error: null, sameError: null });
});

test('a part of a week counts in part, and the chance of a number falls with the number', () => {
  const [counts = []] = histories(40, () => 50, 1);
  const found = forecastCounts(counts, { weeks: 1, spans: [2, 2.5, 3], share: SHARE, seed: 1 });
  const [two, half, three] = found?.spans ?? [];
  expect(half?.expected).toBeCloseTo(((two?.expected ?? 0) + (three?.expected ?? 0)) / 2, 6);
  expect(two?.chanceOf(0)).toBe(1);
  expect(two?.chanceOf(1e9)).toBe(0);
  expect(two?.chanceOf(100)).toBeGreaterThan(two?.chanceOf(120) ?? 1);
});

test('laws: intervals are in order, nothing is below nothing, an empty history stays empty', () => {
  const counts = fc.array(fc.nat(60), { minLength: LEAST_WEEKS, maxLength: 40 });
  fc.assert(
    fc.property(counts, fc.nat(1000), (list, seed) => {
      const found = forecastCounts(list, { weeks: 2, spans: [4], share: SHARE, seed });
      for (const { low, high, expected } of [...(found?.weeks ?? []), ...(found?.spans ?? [])]) {
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeGreaterThanOrEqual(low);
        expect(expected).toBeGreaterThanOrEqual(0);
      }
      const courses = coursesOf(
        list,
        list.map(() => 1),
      );
      for (const { dispersion } of courses) expect(dispersion).toBeGreaterThanOrEqual(1);
      expect(courses.reduce((sum, { say }) => sum + say, 0)).toBeCloseTo(1, 9);
    }),
    { numRuns: 30, seed: 1 },
  );
  expect(intervalOf([], SHARE)).toEqual({ expected: 0, low: 0, high: 0 });
  const nothing = forecastCounts(new Array(20).fill(0), { weeks: 1, spans: [], share: SHARE, seed: 1 });
  expect(nothing?.weeks[0]).toEqual({ expected: 0, low: 0, high: 0 });
});

test('laws: a period comes to what was reached at least, to just that at its end, and what was reached is certain', () => {
  const counts = fc.array(fc.nat(40), { minLength: LEAST_WEEKS, maxLength: 30 });
  fc.assert(
    fc.property(counts, fc.nat(50), fc.double({ min: 0, max: 13, noNaN: true }), (list, reached, weeksLeft) => {
      const asked = { reached, share: SHARE, seed: 1 };
      const landing = landingOf(list, { ...asked, weeksLeft });
      expect(landing?.low).toBeGreaterThanOrEqual(reached);
      expect(landing?.high).toBeGreaterThanOrEqual(landing?.low ?? 0);
      expect(landing?.chanceOf(reached)).toBe(1);
      expect(landing?.chanceOf(reached + 10)).toBeLessThanOrEqual(landing?.chanceOf(reached + 5) ?? 0);
      expect(landingOf(list, { ...asked, weeksLeft: 0 })).toMatchObject({
        expected: reached,
        low: reached,
        high: reached,
      });
    }),
    { numRuns: 25, seed: 1 },
  );
  expect(landingOf([1, 2], { reached: 1, weeksLeft: 1, share: SHARE, seed: 1 })).toBeNull();
});

test('drawn counts have the mean and the variance that were asked for', () => {
  for (const [mean, dispersion] of [
    [3, 1],
    [30, 4],
    [300, 2],
    [0.4, 1.5],
  ] as const) {
    const chance = chanceOf(3);
    const draws = Array.from({ length: 20_000 }, () => drawCount(mean, dispersion, chance));
    const got = draws.reduce((a, b) => a + b, 0) / draws.length;
    const variance = draws.reduce((sum, draw) => sum + (draw - got) ** 2, 0) / draws.length;
    expect(got / mean).toBeGreaterThan(0.95);
    expect(got / mean).toBeLessThan(1.05);
    expect(variance / mean / dispersion).toBeGreaterThan(0.9);
    expect(variance / mean / dispersion).toBeLessThan(1.1);
  }
});
