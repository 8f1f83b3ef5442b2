// What the overview works out by itself: spans of days, shares, durations.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askedFor, durationOf, elapsed, growth, periods, shareOf, spanBefore, spanOf } from './overview.model.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 22, 12);
const days = ({ from, to }: { from: string; to: string }) => (Date.parse(to) - Date.parse(from)) / DAY + 1;

describe('a period', () => {
  test.each([
    ['4w', '2026-10-26'],
    ['quarter', '2026-08-24'],
    ['year', '2025-11-24'],
  ] as const)('%s that ends today begins on Monday %s', (period, from) => {
    expect(spanOf(period, {}, NOW)).toEqual({ from, to: '2026-11-22' });
    expect(new Date(from).getUTCDay()).toBe(1);
  });

  test('of one’s own is taken as it is, unless it runs backwards', () => {
    const own = { from: '2026-02-01', to: '2026-02-28' };
    expect(spanOf('custom', own, NOW)).toEqual(own);
    expect(spanOf('custom', { from: own.to, to: own.from }, NOW)).toEqual(spanOf('4w', {}, NOW));
    expect(spanOf('custom', {}, NOW)).toEqual(spanOf('4w', {}, NOW));
  });

  test('and the one before are of one length, touch, and are asked for without the last day’s end', () => {
    fc.assert(
      fc.property(fc.constantFrom(...periods), fc.integer({ min: 0, max: 4e12 }), (period, now) => {
        const span = spanOf(period, {}, now);
        const before = spanBefore(span);
        expect(days(before)).toBe(days(span));
        expect(askedFor(before).to).toBe(span.from);
        expect(Date.parse(askedFor(span).to)).toBeGreaterThan(now - 1);
      }),
    );
  });
});

test('shares and growth of nothing, or next to nothing, are not told', () => {
  expect([growth(40, 4), growth(41, 4), growth(0, 4)]).toEqual([9, null, -1]);
  expect([shareOf(1, 4), shareOf(0, 0), growth(3, 2), growth(3, 0)]).toEqual([0.25, null, 0.5, null]);
});

test('how much of a period is over stays between 0 and 1', () => {
  const period = { from: '2026-11-01T00:00:00Z', to: '2026-12-01T00:00:00Z' };
  expect(elapsed(period, Date.UTC(2026, 10, 16))).toBe(0.5);
  expect([elapsed(period, 0), elapsed(period, NOW * 2)]).toEqual([0, 1]);
});

test.each([
  [60_000, 1, 'minute'],
  [7_200_000, 2, 'hour'],
  [36 * 3_600_000, 36, 'hour'],
  [3 * DAY, 3, 'day'],
] as const)('%d ms is %d %s', (ms, value, unit) => {
  expect(durationOf(ms)).toEqual({ value, unit });
});
