/**
 * Instants, durations and days. It decides how a written time is read; it never asks what time it is.
 * Instants are integer milliseconds since 1970 in UTC; a day is 24 hours and begins at midnight UTC.
 */

export const DAY = 86_400_000;
const MINUTE = 60_000;
const UNITS: Record<string, number> = { m: MINUTE, h: 3_600_000, d: DAY, w: 7 * DAY };

/** The number of a UTC calendar day. */
export const dayOf = (instant: number): number => Math.floor(instant / DAY);

/** The number of a week that starts on Monday; 1970-01-01 was a Thursday. */
export const weekOf = (instant: number): number => Math.floor((dayOf(instant) + 3) / 7);

/** Reads `90m`, `12h`, `30d`, `2w`; undefined for anything else. */
export function readDuration(text: string): number | undefined {
  const match = /^([1-9][0-9]*)([mhdw])$/.exec(text);
  const unit = UNITS[match?.[2] ?? ''];
  const ms = unit === undefined ? Number.NaN : Number(match?.[1]) * unit;
  // A hundred years is longer than any history, and keeps every instant plus a duration exact.
  return ms <= 36_525 * DAY ? ms : undefined;
}

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * Reads `YYYY-MM-DD`, optionally `THH:MM[:SS[.s–sss]]` and `Z` or `±HH:MM` (without a zone UTC), or epoch
 * milliseconds of 11 to 15 digits. Anything else, the 30th of February included, is undefined.
 */
export function readInstant(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d{11,15}$/.test(trimmed)) return Number(trimmed);
  const match = INSTANT.exec(trimmed);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  if (year === undefined || month === undefined || day === undefined) return undefined;
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const zone = match[8];
  const shift = zone === undefined || zone === 'Z' ? 0 : readZone(zone);
  if (shift === undefined) return undefined;
  const fraction = Number((match[7] ?? '').padEnd(3, '0'));
  return date.getTime() + hour * 3_600_000 + minute * MINUTE + second * 1000 + fraction - shift;
}

function readZone(zone: string): number | undefined {
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * MINUTE;
}

/** Writes an instant as ISO 8601 in UTC, or as epoch milliseconds after the year 9999: `readInstant` reads both. */
export const writeInstant = (instant: number): string =>
  instant < 253_402_300_800_000 ? new Date(instant).toISOString() : String(instant);
