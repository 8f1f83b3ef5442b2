/**
 * What the next weeks bring, from counts of the weeks before: a level that follows what happened, a trend that dies away,
 * a season where two years show one, and an interval from many drawn futures. It decides how wide the interval is and how
 * a forecast is held against what came; it refuses to know what is counted.
 *
 * The level is simple exponential smoothing (R. G. Brown, 1959; Hyndman and Athanasopoulos, Forecasting: Principles and
 * Practice, 3rd ed., 8.1), with or without a damped trend (Gardner and McKenzie, 1985; same, 8.2). Several of each are
 * followed side by side and weighed by how well they told the next week (Akaike weights: Kolassa, International Journal
 * of Forecasting 27, 2011; as quasi-likelihood: Burnham and Anderson, 2002, 2.5): on a short history none wins and all
 * have a say, on a long one the best speaks. The interval is by simulation (Hyndman, 5.5 and 8.7), counts are negative
 * binomial with a variance in proportion to the mean, whose factor is Pearson's statistic of the one-week-ahead errors
 * over its degrees of freedom (McCullagh and Nelder, Generalized Linear Models, 2nd ed., 4.5).
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
/** How much of it the trend takes over, and what is left of the trend a week later. */
const SLOPES = [0.1, 0.3] as const;
const DAMPING = 0.8;
/** Weeks at the beginning whose surprise says nothing: the level is only being found. */
const SETTLING = 4;
const PATHS = 500;

/** One way to follow counts. */
interface Way {
  readonly gain: number;
  /** 0 for no trend. */
  readonly slope: number;
}
const LEVELS: readonly Way[] = GAINS.map((gain) => ({ gain, slope: 0 }));
const TRENDS: readonly Way[] = GAINS.flatMap((gain) =>
  SLOPES.filter((slope) => slope <= gain).map((slope) => ({ gain, slope })),
);

interface Place {
  /** Things for each unit of exposure, and how many more with each week. */
  readonly level: number;
  readonly trend: number;
  /** Exposure seen so far: as long as it is small, each week moves the level more than `gain` says. */
  readonly weight: number;
}

/** Counts as they were followed in one way. */
export interface Course extends Place, Way {
  /** Variance over mean, at least 1. */
  readonly dispersion: number;
  /** Mean of squared one-week errors over what was expected. */
  readonly surprise: number;
  /** How much of the say it has, beside the other ways: they add up to 1. */
  readonly say: number;
}

/**
 * Follows counts in each way.
 * @param exposure how much could have happened in each week: 1 for each where all weeks are alike
 */
export function coursesOf(counts: readonly number[], exposure: readonly number[]): Course[] {
  const found = [...LEVELS, ...TRENDS].map((way) => follow(counts, exposure, way));
  const dispersion = Math.min(...found.map((one) => one.dispersion));
  const costs = found.map(({ surprise, judged, slope }) => (surprise * judged) / dispersion + (slope > 0 ? 2 : 0));
  const least = Math.min(...costs);
  const says = costs.map((cost) => Math.exp((least - cost) / 2));
  const all = says.reduce((a, b) => a + b, 0);
  return found.map(({ judged: _, ...course }, i) => ({ ...course, say: (says[i] ?? 0) / all }));
}

/** The best way without a trend alone: for what is expected already but for a factor, where doubt about it counts once. */
export function levelOf(counts: readonly number[], exposure: readonly number[]): Course {
  const [first, ...others] = LEVELS.map((way) => ({ ...follow(counts, exposure, way), say: 1 }));
  if (first === undefined) throw new Error('there is no way to follow counts');
  return others.reduce((best, one) => (one.surprise < best.surprise ? one : best), first);
}

function follow(counts: readonly number[], exposure: readonly number[], way: Way) {
  let place: Place = { level: 0, trend: 0, weight: 0 };
  let surprise = 0;
  let judged = 0;
  counts.forEach((count, week) => {
    const could = exposure[week] ?? 0;
    if (could <= 0) return;
    const expected = nextOf(place) * could;
    if (week >= SETTLING) {
      surprise += (count - expected) ** 2 / Math.max(expected, 0.5);
      judged++;
    }
    place = moved(place, way, could, count);
  });
  // One parameter was chosen by the same errors, and one is the level itself.
  const dispersion = Math.max(1, surprise / Math.max(1, judged - 2));
  return { ...place, ...way, dispersion, judged, surprise: judged === 0 ? 1 : surprise / judged };
}

const nextOf = ({ level, trend }: Place): number => Math.max(0, level + DAMPING * trend);

/** After a week. Early weeks are averaged and say nothing of a trend; later ones weigh at least the gain. */
function moved(place: Place, { gain, slope }: Way, could: number, count: number): Place {
  const { trend, weight } = place;
  const error = count / could - nextOf(place);
  return {
    level: nextOf(place) + Math.max(gain, could / (weight + could)) * error,
    trend: DAMPING * trend + (weight < SETTLING ? 0 : slope) * error,
    weight: weight + could,
  };
}

/**
 * One drawn future, week after week.
 * @param share from 0 to 1: where the courses are laid side by side, each as wide as its say, this one is followed
 */
export function futureOf(courses: readonly Course[], share: number, chance: Chance): (exposure: number) => number {
  let end = 0;
  const ends = courses.map(({ say }) => {
    end += say;
    return end;
  });
  const course = courses[ends.findIndex((one) => share < one)] ?? courses.at(-1);
  if (course === undefined) return () => 0;
  let place: Place = course;
  return (exposure) => {
    if (exposure <= 0) return 0;
    const count = drawCount(nextOf(place) * exposure, course.dispersion, chance);
    // What was drawn moves the level as what happens would: so doubt about the level grows with the weeks.
    place = moved(place, course, exposure, count);
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
}

/**
 * Forecasts counts.
 * @param counts of whole weeks, the last one ending now
 * @returns null where there are fewer than `LEAST_WEEKS` weeks
 */
export function forecastCounts(counts: readonly number[], { weeks, spans, share, seed }: Asked): Forecast | null {
  if (counts.length < LEAST_WEEKS) return null;
  const { season, courses } = seasonOf(counts);
  const chance = chanceOf(seed);
  const ahead = Math.max(weeks, ...spans.map(Math.ceil), 1);
  const drawn = Array.from({ length: PATHS }, (_, path) => {
    const next = futureOf(courses, path / PATHS, chance);
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

/** The courses, and the factor of each week of a year counted from the first week; null where it does not help. */
function seasonOf(counts: readonly number[]): { season: readonly number[] | null; courses: readonly Course[] } {
  const plain = coursesOf(
    counts,
    counts.map(() => 1),
  );
  if (counts.length < SEASON_WEEKS) return { season: null, courses: plain };
  const mean = counts.reduce((a, b) => a + b, 0) / counts.length;
  const season = Array.from({ length: YEAR_WEEKS }, (_, week) => {
    const part = Math.floor(week / SEASON_PART);
    const own = counts.filter((_, i) => Math.floor((i % YEAR_WEEKS) / SEASON_PART) === part);
    // Two parts' worth of the mean pull each factor towards 1.
    const pull = 2 * SEASON_PART;
    return (own.reduce((a, b) => a + b, 0) + pull * mean) / ((own.length + pull) * mean || 1);
  });
  const courses = coursesOf(
    counts,
    counts.map((_, week) => season[week % YEAR_WEEKS] ?? 1),
  );
  const surpriseOf = (all: readonly Course[]): number =>
    Math.min(...all.map(({ slope, surprise }) => (slope === 0 ? surprise : Number.POSITIVE_INFINITY)));
  // The factors were found in the same weeks: they must win clearly, among levels that no trend helps to follow a wave.
  return surpriseOf(courses) < 0.85 * surpriseOf(plain) ? { season, courses } : { season: null, courses: plain };
}

/** What a period comes to. */
export interface Landing extends Interval {
  /** The share of futures in which it comes to at least so much. */
  readonly chanceOf: (count: number) => number;
}

/**
 * What a period that runs comes to: what was reached in it, and what its rest brings (`forecastCounts`, over so many weeks).
 * @param counts of whole weeks, the last one ending now
 * @param weeksLeft until its end; the last one is taken in part
 * @returns null where too little is known
 */
export function landingOf(
  counts: readonly number[],
  { reached, weeksLeft, share, seed }: { reached: number; weeksLeft: number; share: number; seed: number },
): Landing | null {
  const rest = forecastCounts(counts, { weeks: 0, spans: [weeksLeft], share, seed })?.spans[0];
  if (rest === undefined) return null;
  return {
    expected: reached + rest.expected,
    low: reached + rest.low,
    high: reached + rest.high,
    chanceOf: (count) => rest.chanceOf(count - reached),
  };
}

/** Weeks from the first in which anything was counted: before it nobody was there. */
export function begun(counts: readonly number[]): readonly number[] {
  const first = counts.findIndex((count) => count > 0);
  return first < 0 ? [] : counts.slice(first);
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
