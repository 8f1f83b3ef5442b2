// Working time against plain counting: every minute of weeks is asked what the local clock shows, in zones whose clocks go
// forward and back.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY } from './time.ts';
import { type Calendar, deadline, type Hours, readWorkingSpan, workedBetween } from './working-time.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const nine = [{ from: 9 * HOUR, until: 17 * HOUR }];
const office: Calendar = {
  offsets: [{ from: -Infinity, ahead: 2 * HOUR }],
  week: [nine, nine, nine, nine, nine, [], []],
  free: new Set(),
};
const at = (text: string): number => Date.parse(text);

/** What the law says of a minute, without anything that the code does. */
function isWorked({ offsets, week, free }: Calendar, minute: number): boolean {
  const { ahead } = offsets.findLast(({ from }) => from <= minute) ?? offsets[0] ?? { ahead: 0 };
  const local = minute + ahead;
  const day = Math.floor(local / DAY);
  const time = local - day * DAY;
  const weekday = (new Date(day * DAY).getUTCDay() + 6) % 7;
  return !free.has(day) && (week[weekday] ?? []).some(({ from, until }) => time >= from && time < until);
}

/** Calendars whose offsets change, on whole minutes, around a fortnight in March 2026. */
const START = at('2026-03-23T00:00:00Z');
const SPAN = 14 * DAY;
const minutes = (most: number) => fc.integer({ min: 0, max: most / MINUTE }).map((n) => n * MINUTE);
const hours = fc
  .uniqueArray(minutes(DAY), { minLength: 0, maxLength: 4 })
  .map((times) => times.toSorted((a, b) => a - b))
  .map((times): Hours[] => {
    const pairs: Hours[] = [];
    for (let i = 0; i + 1 < times.length; i += 2) pairs.push({ from: times[i] ?? 0, until: times[i + 1] ?? 0 });
    return pairs;
  });
const calendars: fc.Arbitrary<Calendar> = fc.record({
  offsets: fc
    .uniqueArray(fc.tuple(minutes(SPAN), fc.integer({ min: -26, max: 28 })), {
      maxLength: 3,
      selector: ([from]) => from,
    })
    .map((changes) => [
      { from: -Infinity, ahead: 2 * HOUR },
      ...changes
        .toSorted(([a], [b]) => a - b)
        .map(([from, halves]) => ({ from: START + from, ahead: halves * 30 * MINUTE })),
    ]),
  week: fc.array(hours, { minLength: 7, maxLength: 7 }),
  free: fc
    .uniqueArray(fc.integer({ min: START / DAY - 1, max: (START + SPAN) / DAY }), { maxLength: 4 })
    .map((days) => new Set(days)),
});

describe('the law', () => {
  test('time worked between two instants is the minutes at which the clock shows working hours', () => {
    fc.assert(
      fc.property(calendars, minutes(SPAN), minutes(SPAN / 2), (calendar, from, length) => {
        let plain = 0;
        for (let minute = START + from; minute < START + from + length; minute += MINUTE)
          if (isWorked(calendar, minute)) plain += MINUTE;
        expect(workedBetween(calendar, START + from, START + from + length)).toBe(plain);
      }),
      { numRuns: 60 },
    );
  });

  test('a deadline is the earliest instant by which that much has been worked', () => {
    fc.assert(
      fc.property(calendars, minutes(SPAN), fc.integer({ min: 1, max: 3000 }), (calendar, from, n) => {
        const ms = n * MINUTE;
        const due = deadline(calendar, START + from, { kind: 'time', ms });
        if (due === null) return;
        expect(workedBetween(calendar, START + from, due)).toBe(ms);
        expect(workedBetween(calendar, START + from, due - 1)).toBeLessThan(ms);
      }),
      { numRuns: 200 },
    );
  });

  test('a deadline in days lies on the day that is so many worked days after the first one', () => {
    const dayOf = (instant: number) => Math.floor((instant + 2 * HOUR) / DAY);
    const still = calendars.map((calendar) => ({ ...calendar, offsets: office.offsets }));
    fc.assert(
      fc.property(still, minutes(SPAN), fc.integer({ min: 1, max: 8 }), (calendar, from, days) => {
        const due = deadline(calendar, START + from, { kind: 'days', days });
        if (due === null) return;
        const workedDays = new Set<number>();
        // The last worked instant of a day is the end of its hours, which is no longer worked itself.
        for (let minute = START + from; minute < due; minute += MINUTE)
          if (isWorked(calendar, minute)) workedDays.add(dayOf(minute));
        if (isWorked(calendar, due)) workedDays.add(dayOf(due));
        expect(workedDays.size).toBe(days + 1);
      }),
      { numRuns: 100 },
    );
  });
});

describe('an office from nine to five, two hours ahead of UTC', () => {
  test.each([
    ['within the day', '2026-03-18T08:00:00Z', '30m', '2026-03-18T08:30:00Z'],
    ['over the night', '2026-03-18T14:50:00Z', '30m', '2026-03-19T07:20:00Z'],
    ['over the weekend', '2026-03-20T14:50:00Z', '30m', '2026-03-23T07:20:00Z'],
    ['from a Sunday', '2026-03-22T10:00:00Z', '30m', '2026-03-23T07:30:00Z'],
    ['to the very end of a day', '2026-03-18T14:30:00Z', '30m', '2026-03-18T15:00:00Z'],
    ['a day later', '2026-03-18T08:00:00Z', '1d', '2026-03-19T08:00:00Z'],
    ['a day later over the weekend', '2026-03-20T14:50:00Z', '1d', '2026-03-23T14:50:00Z'],
    ['a day after a Sunday is Tuesday morning', '2026-03-22T10:00:00Z', '1d', '2026-03-24T07:00:00Z'],
    ['two weeks', '2026-03-18T08:00:00Z', '2w', '2026-04-01T08:00:00Z'],
  ])('%s', (_, from, span, due) => {
    const read = readWorkingSpan(span);
    if (read === undefined) throw new Error(span);
    expect(new Date(deadline(office, at(from), read) ?? 0).toISOString()).toBe(new Date(at(due)).toISOString());
  });

  test('holidays and absences are not worked', () => {
    const away = { ...office, free: new Set([at('2026-03-19T00:00:00Z') / DAY, at('2026-03-20T00:00:00Z') / DAY]) };
    expect(deadline(away, at('2026-03-18T14:50:00Z'), { kind: 'time', ms: 30 * MINUTE })).toBe(
      at('2026-03-23T07:20:00Z'),
    );
    expect(deadline(away, at('2026-03-18T08:00:00Z'), { kind: 'days', days: 1 })).toBe(at('2026-03-23T08:00:00Z'));
  });

  test('who never works has no deadline', () => {
    const never = { ...office, week: [[], [], [], [], [], [], []] };
    expect(deadline(never, 0, { kind: 'time', ms: 1 })).toBeNull();
    expect(deadline(never, 0, { kind: 'days', days: 1 })).toBeNull();
  });
});

test('clocks that go forward take an hour away, clocks that go back give one', () => {
  const night = [{ from: 1 * HOUR, until: 5 * HOUR }];
  const bucharest: Calendar = {
    offsets: [
      { from: -Infinity, ahead: 2 * HOUR },
      { from: at('2026-03-29T01:00:00Z'), ahead: 3 * HOUR },
      { from: at('2026-10-25T01:00:00Z'), ahead: 2 * HOUR },
    ],
    week: [night, night, night, night, night, night, night],
    free: new Set(),
  };
  expect(workedBetween(bucharest, at('2026-03-28T22:00:00Z'), at('2026-03-29T21:00:00Z'))).toBe(3 * HOUR);
  expect(workedBetween(bucharest, at('2026-10-24T21:00:00Z'), at('2026-10-25T22:00:00Z'))).toBe(5 * HOUR);
});

test('what is no span is none', () => {
  for (const text of ['', '0d', '1', 'd', '1.5h', '-1d', '1y', '999999m'])
    expect(readWorkingSpan(text)).toBeUndefined();
});
