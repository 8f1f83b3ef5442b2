/**
 * What the next weeks bring, from counts of the weeks before: a level that follows what happened, a season where two
 * years show one, and an interval from many drawn futures. It decides how wide the interval is and how a forecast is held
 * against what came; it refuses to know what is counted.
 *
 * The level is simple exponential smoothing (R. G. Brown, 1959; Hyndman and Athanasopoulos, Forecasting: Principles and
 * Practice, 3rd ed., 8.1), the interval is by simulation (same, 5.5 and 8.7), counts are negative binomial with a
 * variance in proportion to the mean, whose factor is Pearson's statistic of the one-week-ahead errors over its degrees
 * of freedom (McCullagh and Nelder, Generalized Linear Models, 2nd ed., 4.5).
 */

import { type Chance, chanceOf, drawCount } from './chance.ts';

/** What is expected, and the bounds between which it lies in the share of drawn futures that was asked for. */
export interface Interval {
  readonly expected: number;
  readonly low: number;
  readonly high: number;
}

/** Fewer weeks say too little for a forecast. */
export const LEAST_WEEKS = 8;
/** Two years: fewer weeks show no season. */
const SEASON_WEEKS = 104;
const YEAR_WEEKS = 52;
/** Weeks that share a factor of the season: a quarter of a quarter has too few. */
const SEASON_PART = 4;
/** How much of each week's surprise the level takes over; no level stays as it is for ever. */
const GAINS = [0.1, 0.2, 0.35, 0.5] as const;
/** Weeks at the beginning whose surprise says nothing: the level is only being found. */
const SETTLING = 4;
const PATHS = 500;

/** A level that was followed through some weeks, as things for each unit of exposure. */
export interface Level {
  readonly level: number;
  readonly gain: number;
  /** Exposure seen so far: as long as it is small, each week moves the level more than `gain` says. */
  readonly weight: number;
  /** Variance over mean, at least 1. */
  readonly dispersion: number;
  /** Mean of squared one-week errors over what was expected. */
  readonly surprise: number;
}

/**
 * Follows a level through counts.
 * @param exposure how much could have happened in each week: 1 for each where all weeks are alike
 */
export function levelOf(counts: readonly number[], exposure: readonly number[]): Level {
  return GAINS.map((gain) => follow(counts, exposure, gain)).reduce((best, one) =>
    one.surprise < best.surprise ? one : best,
  );
}

function follow(counts: readonly number[], exposure: readonly number[], gain: number): Level {
  let level = 0;
  let weight = 0;
  let surprise = 0;
  let judged = 0;
  counts.forEach((count, week) => {
    const could = exposure[week] ?? 0;
    if (could <= 0) return;
    const expected = level * could;
    if (week >= SETTLING) {
      surprise += (count - expected) ** 2 / Math.max(expected, 0.5);
      judged++;
    }
    level = moved(level, weight, gain, could, count);
    weight += could;
  });
  const mean = judged === 0 ? 1 : surprise / judged;
  // One parameter was chosen by the same errors, and one is the level itself.
  const freedom = Math.max(1, judged - 2);
  return { level, gain, weight, dispersion: Math.max(1, surprise / freedom), surprise: mean };
}

/** The level after a week. Early weeks are averaged; later ones weigh at least the gain. */
const moved = (level: number, weight: number, gain: number, could: number, count: number): number =>
  level + Math.max(gain, could / (weight + could)) * (count / could - level);

/** One drawn future of a level, week after week. */
export function futureOf(start: Level, chance: Chance): (exposure: number) => number {
  let { level, weight } = start;
  return (exposure) => {
    if (exposure <= 0) return 0;
    const count = drawCount(level * exposure, start.dispersion, chance);
    // What was drawn moves the level as what happens would: so doubt about the level grows with the weeks.
    level = moved(level, weight, start.gain, exposure, count);
    weight += exposure;
    return count;
  };
}

export interface Asked {
  /** How many weeks ahead are told one by one. */
  readonly weeks: number;
  /** Sums from now on over so many weeks, which need not be whole: the last one is taken in part. */
  readonly spans: readonly number[];
  /** The share of futures inside of each interval, such as 0.8. */
  readonly share: number;
  readonly seed: number;
}

export interface Forecast {
  readonly weeks: readonly Interval[];
  readonly spans: readonly (Interval & {
    /** The share of futures in which the sum comes to at least so much. */
    readonly chanceOf: (count: number) => number;
  })[];
  /** Whether two years showed a season that helps. */
  readonly seasonal: boolean;
  readonly dispersion: number;
  readonly gain: number;
}

/**
 * Forecasts counts.
 * @param counts of whole weeks, the last one ending now
 * @returns null where there are fewer than `LEAST_WEEKS` weeks
 */
export function forecastCounts(counts: readonly number[], { weeks, spans, share, seed }: Asked): Forecast | null {
  if (counts.length < LEAST_WEEKS) return null;
  const { season, level } = seasonOf(counts);
  const chance = chanceOf(seed);
  const ahead = Math.max(weeks, ...spans.map(Math.ceil), 1);
  const drawn = Array.from({ length: PATHS }, () => {
    const next = futureOf(level, chance);
    return Array.from({ length: ahead }, (_, week) => next(season?.[(counts.length + week) % YEAR_WEEKS] ?? 1));
  });
  return {
    weeks: Array.from({ length: weeks }, (_, week) =>
      intervalOf(
        drawn.map((path) => path[week] ?? 0),
        share,
      ),
    ),
    spans: spans.map((span) => {
      const sums = drawn.map((path) => sumOver(path, span));
      const chanceOfSum = (count: number) => sums.filter((sum) => sum >= count).length / sums.length;
      return { ...intervalOf(sums, share), chanceOf: chanceOfSum };
    }),
    seasonal: season !== null,
    dispersion: level.dispersion,
    gain: level.gain,
  };
}

function sumOver(path: readonly number[], span: number): number {
  const whole = Math.floor(span);
  const sum = path.slice(0, whole).reduce((a, b) => a + b, 0);
  return sum + (path[whole] ?? 0) * (span - whole);
}

/** The mean of draws and the bounds of their middle share. */
export function intervalOf(draws: readonly number[], share: number): Interval {
  const sorted = Float64Array.from(draws).sort();
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
  const expected = draws.reduce((a, b) => a + b, 0) / Math.max(1, draws.length);
  return { expected, low: at((1 - share) / 2), high: at((1 + share) / 2) };
}

/** The level, and the factor of each week of a year counted from the first week; null where it does not help. */
function seasonOf(counts: readonly number[]): { season: readonly number[] | null; level: Level } {
  const plain = levelOf(
    counts,
    counts.map(() => 1),
  );
  if (counts.length < SEASON_WEEKS) return { season: null, level: plain };
  const mean = counts.reduce((a, b) => a + b, 0) / counts.length;
  const season = Array.from({ length: YEAR_WEEKS }, (_, week) => {
    const part = Math.floor(week / SEASON_PART);
    const own = counts.filter((_, i) => Math.floor((i % YEAR_WEEKS) / SEASON_PART) === part);
    // Two parts' worth of the mean pull each factor towards 1.
    const pull = 2 * SEASON_PART;
    return (own.reduce((a, b) => a + b, 0) + pull * mean) / ((own.length + pull) * mean || 1);
  });
  const level = levelOf(
    counts,
    counts.map((_, week) => season[week % YEAR_WEEKS] ?? 1),
  );
  // The factors were found in the same weeks: they must win clearly.
  return level.surprise < 0.85 * plain.surprise ? { season, level } : { season: null, level: plain };
}

/** A forecast from a past instant beside what came. */
export interface Tried extends Interval {
  /** How many weeks of history it had. */
  readonly known: number;
  readonly truth: number;
  /** What "the same as in the weeks before" would have said. */
  readonly same: number;
}

export interface Tally {
  readonly tried: readonly Tried[];
  /** The share of forecasts whose interval held the truth; null where there was none. */
  readonly coverage: number | null;
  /** Mean distance of the expected from the truth, and of "the same as before". */
  readonly error: number | null;
  readonly sameError: number | null;
}

/** Holds forecasts against the truth. */
export function tally(tried: readonly Tried[]): Tally {
  const mean = (of: (one: Tried) => number): number | null =>
    tried.length === 0 ? null : tried.reduce((sum, one) => sum + of(one), 0) / tried.length;
  return {
    tried,
    coverage: mean(({ truth, low, high }) => Number(low <= truth && truth <= high)),
    error: mean(({ truth, expected }) => Math.abs(truth - expected)),
    sameError: mean(({ truth, same }) => Math.abs(truth - same)),
  };
}

/** Past instants of a history at which a forecast of so many weeks can be tried: the latest, at most so many. */
export function originsOf(known: number, ahead: number, most: number): number[] {
  const first = Math.max(LEAST_WEEKS, ahead, known - ahead - most + 1);
  return Array.from({ length: Math.max(0, known - ahead - first + 1) }, (_, i) => first + i);
}

/** Forecasts the sum of the next weeks at past instants, each from what was known then. */
export function backTest(counts: readonly number[], ahead: number, share: number, seed: number): Tally {
  const sum = (from: number, until: number) => counts.slice(from, until).reduce((a, b) => a + b, 0);
  return tally(
    originsOf(counts.length, ahead, YEAR_WEEKS).flatMap((known): Tried[] => {
      const asked = { weeks: 0, spans: [ahead], share, seed: seed + known };
      const span = forecastCounts(counts.slice(0, known), asked)?.spans[0];
      if (span === undefined) return [];
      const { expected, low, high } = span;
      return [{ expected, low, high, known, truth: sum(known, known + ahead), same: sum(known - ahead, known) }];
    }),
  );
}
