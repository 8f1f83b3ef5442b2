// Offsets of zones against the machine's own clock tables, hour by hour.
import { expect, test } from 'vitest';
import { isZone, offsetsOf } from './zones.ts';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 10, 22, 12);

test('clocks change when the zone says', () => {
  const offsets = offsetsOf('Europe/Bucharest', NOON);
  expect(offsets.map(({ from }) => new Date(from).toISOString())).toContain('2026-10-25T01:00:00.000Z');
  expect(offsets.find(({ from }) => from === Date.UTC(2027, 2, 28, 1))?.ahead).toBe(3 * HOUR);
  expect(offsetsOf('UTC', NOON)).toHaveLength(1);
  expect(offsetsOf('Asia/Kolkata', NOON)).toEqual([expect.objectContaining({ ahead: 5.5 * HOUR })]);
});

test.each(['America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Europe/Istanbul'])(
  '%s is right at every hour',
  (zone) => {
    const offsets = offsetsOf(zone, NOON);
    const hour = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    for (let at = NOON - 400 * 24 * HOUR; at < NOON + 400 * 24 * HOUR; at += 7 * HOUR) {
      const ahead = offsets.findLast(({ from }) => from <= at)?.ahead ?? Number.NaN;
      expect(new Date(at + ahead).toISOString().slice(11, 16)).toBe(hour.format(at));
    }
  },
);

test('what is no zone is told from one', () => {
  expect([isZone('Europe/Bucharest'), isZone('Mars/Olympus'), isZone('')]).toEqual([true, false, false]);
});
