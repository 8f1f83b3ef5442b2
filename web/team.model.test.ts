import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holidaysOf, holidaysText, hoursOf, hoursText, territoryOf, territoryText } from './team.model.ts';

test('hours are read as they are written', () => {
  const cuts = fc.uniqueArray(fc.integer({ min: 0, max: 1440 }), { maxLength: 8 });
  fc.assert(
    fc.property(cuts, (minutes) => {
      const ends = minutes.toSorted((a, b) => a - b);
      const hours = ends.flatMap((from, i): [number, number][] => {
        const until = ends[i + 1];
        return i % 2 === 0 && until !== undefined ? [[from, until]] : [];
      });
      expect(hoursOf(hoursText(hours))).toEqual(hours);
    }),
  );
  expect(hoursOf('9:00-12:30, 13:00 - 17:00')).toEqual([
    [540, 750],
    [780, 1020],
  ]);
});

test.each(['9', '17:00-09:00', '09:00-12:00, 11:00-13:00', '09:60-10:00', '09:00-25:00', '09:00-10:00,'])(
  '%j are no hours',
  (text) => {
    expect(hoursOf(text)).toBeNull();
  },
);

test('holidays are a day a line, and the line that is none is named', () => {
  const days = [
    { day: '2026-12-25', name: 'Christmas' },
    { day: '2027-01-01', name: 'New Year' },
  ];
  expect(holidaysOf(`${holidaysText(days)}\n\n`)).toEqual(days);
  expect(holidaysOf('2026-12-25 Christmas\nsoon')).toBe(2);
});

test('a territory is a condition in YAML, or nothing', () => {
  expect(territoryOf('country: { in: [RO, MD] }')).toEqual({ country: { in: ['RO', 'MD'] } });
  expect(territoryOf(territoryText({ country: { in: ['RO'] } }))).toEqual({ country: { in: ['RO'] } });
  expect(territoryOf('  ')).toBeNull();
  expect(territoryOf('- a')).toBeUndefined();
  expect(territoryOf('a: [')).toBeUndefined();
});
