// Periods, weeks, and what of a goal falls into a span.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dueIn, type Goal, goalsAt, paceAt, periodOf, periodsIn, type Span, weeksIn } from './goals.ts';
import { DAY } from './time.ts';

const at = (text: string): number => Date.parse(`${text}T00:00:00Z`);
const goal = (amount: number, from: string, more: Partial<Goal> = {}): Goal => {
  return { id: 1, team: 'marketing', stage: 'mql', period: 'month', amount, most: null, from: at(from), ...more };
};

const spans = fc
  .tuple(fc.integer({ min: at('1969-01-01'), max: at('2040-01-01') }), fc.integer({ min: 1, max: 900 * DAY }))
  .map(([from, length]): Span => ({ from, to: from + length }));

describe('a period', () => {
  test.each([
    ['month', '2026-02-28', '2026-02-01', '2026-03-01'],
    ['month', '2024-12-31', '2024-12-01', '2025-01-01'],
    ['quarter', '2026-01-01', '2026-01-01', '2026-04-01'],
    ['quarter', '2026-12-31', '2026-10-01', '2027-01-01'],
  ] as const)('%s of %s is from %s to %s', (period, day, from, to) => {
    expect(periodOf(period, at(day))).toEqual({ from: at(from), to: at(to) });
    expect(periodOf(period, at(to) - 1)).toEqual({ from: at(from), to: at(to) });
  });

  test('covers a span without a gap and without overlap', () => {
    fc.assert(
      fc.property(spans, fc.constantFrom('month' as const, 'quarter' as const), (span, period) => {
        const found = periodsIn(period, span);
        expect(found[0]?.from).toBeLessThanOrEqual(span.from);
        expect(found.at(-1)?.to).toBeGreaterThanOrEqual(span.to);
        for (const [n, one] of found.entries()) if (n > 0) expect(one.from).toBe(found[n - 1]?.to);
      }),
    );
  });
});

test('weeks begin on Monday and cover a span exactly', () => {
  fc.assert(
    fc.property(spans, (span) => {
      const weeks = weeksIn(span);
      expect(weeks[0]?.from).toBe(span.from);
      expect(weeks.at(-1)?.to).toBe(span.to);
      for (const [n, week] of weeks.entries()) {
        if (n === 0) continue;
        expect(week.from).toBe(weeks[n - 1]?.to);
        expect(new Date(week.from).getUTCDay()).toBe(1);
        expect(Number.isInteger(week.from / DAY)).toBe(true);
      }
    }),
  );
});

describe('a goal', () => {
  test('is taken over by a later one of the same team, count and period, and by no other', () => {
    const first = goal(5, '2026-01-01');
    const later = goal(8, '2026-03-01');
    const other = goal(2, '2026-02-01', { team: 'sales' });
    const won = goal(1, '2026-03-01', { stage: null });
    const all = [first, later, other, won];
    expect(goalsAt(all, at('2025-12-31'))).toEqual([]);
    expect(goalsAt(all, at('2026-02-28'))).toEqual([first, other]);
    expect(goalsAt(all, at('2026-03-01'))).toEqual([later, other, won]);
  });

  test('falls evenly into the days of its periods', () => {
    const goals = [goal(28, '2026-02-01'), goal(62, '2026-03-01'), goal(99, '2026-02-01', { team: 'sales' })];
    const like = goals[0] ?? goal(0, '2026-02-01');
    expect(dueIn(goals, like, { from: at('2026-02-01'), to: at('2026-03-01') })).toBe(28);
    // Two days of February at one a day, three of March at two a day.
    expect(dueIn(goals, like, { from: at('2026-02-27'), to: at('2026-03-04') })).toBe(8);
    expect(dueIn(goals, like, { from: at('2026-01-01'), to: at('2026-02-01') })).toBe(0);
  });

  test('comes to its amounts over whole periods, however the span is cut', () => {
    fc.assert(
      fc.property(spans, fc.integer({ min: 1, max: 500 }), (span, amount) => {
        const like = goal(amount, '1960-01-01');
        const whole = { from: periodOf('month', span.from).from, to: periodOf('month', span.to).to };
        const sum = weeksIn(whole).reduce((total, week) => total + dueIn([like], like, week), 0);
        expect(sum).toBeCloseTo(amount * periodsIn('month', whole).length, 6);
      }),
    );
  });

  test('has a pace that begins at nothing, only rises, and comes to the amount when the period ends', () => {
    const instants = fc.tuple(fc.integer({ min: at('2000-01-01'), max: at('2040-01-01') }), fc.nat(40 * DAY));
    fc.assert(
      fc.property(
        instants,
        fc.integer({ min: 1, max: 500 }),
        fc.constantFrom('month', 'quarter'),
        ([now, on], amount, period) => {
          const one = goal(amount, '1990-01-01', { period });
          const { from, to } = periodOf(period, now);
          expect(paceAt([one], one, from)).toBe(0);
          expect(paceAt([one], one, to - 1)).toBeCloseTo(amount, 3);
          const later = Math.min(to - 1, now + on);
          expect(paceAt([one], one, later)).toBeGreaterThanOrEqual(paceAt([one], one, now));
          expect(paceAt([one], one, now)).toBeCloseTo((amount * (now - from)) / (to - from), 6);
        },
      ),
    );
  });
});
