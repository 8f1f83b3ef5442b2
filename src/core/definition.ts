/**
 * What each condition of a definition costs: how many contacts would come to meet it, week after week, and how many more
 * without this condition or with a lower threshold. It decides who counts and in which week; it refuses to know how it
 * was found out what holds.
 */

/** Contacts as they were at the ends of some weeks, one after another; the first end is before the weeks that count. */
export interface Looks {
  /** How many there are, at most 30, each with its bit: the first is 1. */
  readonly conditions: number;
  /** By contact, then end of a week: the bits of the conditions that do not hold, and `NEVER` where it cannot count at all. */
  readonly failing: readonly Uint32Array[];
  /** By contact, then end of a week: millionths of a point, NaN for none. Empty where no score was asked for. */
  readonly points: readonly Float64Array[];
  /** How many weeks count. */
  readonly weeks: number;
  /** How many contacts each one stands for. */
  readonly each: number;
}

export const MOST_CONDITIONS = 30;
/** A contact that was not there yet, or was disqualified. */
export const NEVER = 2 ** 31;

/** How the definition is changed: conditions left out (as bits), or one of them put as "the score is at least". */
interface Change {
  readonly without?: number;
  readonly least?: { readonly condition: number; readonly points: number };
}

/**
 * How many contacts come to meet the definition in each week: a contact counts once, in the first week at whose end it
 * does, and not where it did before the first.
 */
export function meetingPerWeek(looks: Looks, { without = 0, least }: Change = {}): number[] {
  const counts = new Array<number>(looks.weeks).fill(0);
  const asked = ~(without | (least === undefined ? 0 : 1 << least.condition));
  looks.failing.forEach((failing, contact) => {
    const points = looks.points[contact];
    for (let end = 0; end <= looks.weeks; end++) {
      if (((failing[end] ?? 0) & asked) !== 0) continue;
      if (least !== undefined && !((points?.[end] ?? Number.NaN) >= least.points)) continue;
      if (end > 0) counts[end - 1] = (counts[end - 1] ?? 0) + looks.each;
      return;
    }
  });
  return counts;
}

/** The same for one bare score. */
export const climbingPerWeek = (looks: Looks, points: number): number[] =>
  meetingPerWeek({ ...looks, conditions: 1 }, { least: { condition: 0, points } });

/** The same contacts over some of the weeks alone. @param from, until weeks as they count, the second one not included */
export const duringWeeks = (looks: Looks, from: number, until: number): Looks => ({
  ...looks,
  failing: looks.failing.map((row) => row.subarray(from, until + 1)),
  points: looks.points.map((row) => row.subarray(from, until + 1)),
  weeks: until - from,
});

export const mean = (counts: readonly number[]): number =>
  counts.reduce((a, b) => a + b, 0) / Math.max(1, counts.length);

export interface Cost {
  /** Its place. */
  readonly condition: number;
  /** A week, on average. */
  readonly perWeek: number;
  /** How many more a week than with it. */
  readonly more: number;
}

/** What each condition costs by itself, the dearest first. */
export function costsOf(looks: Looks): Cost[] {
  const now = mean(meetingPerWeek(looks));
  return placesOf(looks)
    .map((condition): Cost => {
      const perWeek = mean(meetingPerWeek(looks, { without: 1 << condition }));
      return { condition, perWeek, more: perWeek - now };
    })
    .sort((a, b) => b.more - a.more);
}

const placesOf = ({ conditions }: Looks): number[] => Array.from({ length: conditions }, (_, place) => place);

export interface Loosening {
  /** Conditions by their places. */
  readonly leaveOut: readonly number[];
  readonly perWeek: number;
}

/**
 * The fewest conditions to leave out so that so many a week come, and among as many the ones that let the fewest in. One
 * or two are found by trying all; more by taking the best one after another.
 * @returns null where even without any of them it would be fewer; nothing left out where the definition does already
 */
export function smallestLoosening(looks: Looks, wanted: number): Loosening | null {
  const places = placesOf(looks);
  const rate = (without: number): number => mean(meetingPerWeek(looks, { without }));
  const told = (without: number): Loosening => ({
    leaveOut: places.filter((place) => (without & (1 << place)) !== 0),
    perWeek: rate(without),
  });
  if (rate(0) >= wanted) return told(0);
  const singles = places.map((place) => 1 << place);
  const pairs = singles.flatMap((one, i) => singles.slice(i + 1).map((other) => one | other));
  for (const candidates of [singles, pairs]) {
    const enough = candidates.map((without) => ({ without, got: rate(without) })).filter(({ got }) => got >= wanted);
    const [first, ...others] = enough;
    if (first !== undefined) return told(others.reduce((a, b) => (b.got < a.got ? b : a), first).without);
  }
  let without = 0;
  while (rate(without) < wanted) {
    const rest = singles.filter((bit) => (without & bit) === 0);
    const [first, ...others] = rest.map((bit) => ({ bit, got: rate(without | bit) }));
    if (first === undefined) return null;
    without |= others.reduce((a, b) => (b.got > a.got ? b : a), first).bit;
  }
  return told(without);
}

/**
 * The points at which a rate falls to what is wanted: the lowest threshold with at most so many a week, and the next
 * lower one.
 * @param rate how many a week come with a threshold
 */
export function thresholdFor(
  looks: Looks,
  wanted: number,
  rate: (points: number) => number,
): { readonly points: number; readonly perWeek: number; readonly below: Step | null } | null {
  const reached = new Set<number>();
  for (const row of looks.points) for (const points of row) if (!Number.isNaN(points)) reached.add(points);
  const steps = [...reached].sort((a, b) => a - b);
  if (steps.length === 0) return null;
  // A higher threshold lets no more in, but for those who met the lower one before the first week: the search may be off
  // by a step there, so it ends among neighbours.
  let [low, high] = [0, steps.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rate(steps[middle] ?? 0) <= wanted) high = middle;
    else low = middle + 1;
  }
  const points = steps[low] ?? 0;
  const lower = steps[low - 1];
  return {
    points,
    perWeek: rate(points),
    below: lower === undefined ? null : { points: lower, perWeek: rate(lower) },
  };
}

interface Step {
  readonly points: number;
  readonly perWeek: number;
}
