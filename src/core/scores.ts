/**
 * From contributions to scores: rule → group → score → combined score → grade and band, and company roll-ups.
 * It decides how points are summed and clamped; it refuses to know why a rule gave them.
 */

import { placeOn } from './condition.ts';
import type { Range, Rule, Score } from './words.ts';

export interface Result {
  /** Millionths of a point; null for no data and for grids. */
  readonly points: number | null;
  /** The cell of a grid, such as `A1`; null otherwise. */
  readonly cell: string | null;
  /** Places on the ladders, 0 the best; null without a ladder or without points. */
  readonly grade: number | null;
  readonly band: number | null;
  /** What each group of rules came to, before and after its range. */
  readonly groups: readonly { readonly name: string; readonly sum: number; readonly held: number }[];
}

export type Results = ReadonlyMap<string, Result>;

export const clamp = ([low, high]: Range, points: number): number => Math.max(low, Math.min(high, points));

/** Sums contributions into the scores of a model, in the order of the document. `given` is null for no data. */
export function scoresOf(
  scores: readonly Score[],
  given: ((rule: Rule) => number) | null,
  rollUp: (score: Score & { kind: 'rollUp' }) => number | null = () => null,
): Results {
  const done = new Map<string, Result>();
  const byName = new Map(scores.map((score) => [score.name, score]));
  const of = (name: string): Scored => {
    const score = byName.get(name);
    if (score === undefined) throw new Error(`the model has no score ${name}`);
    const result = done.get(name) ?? (given === null ? nothing(score) : resultOf(score, given, of, rollUp));
    done.set(name, result);
    return { score, result };
  };
  return new Map(scores.map((score) => [score.name, of(score.name).result]));
}

type Scored = { readonly score: Score; readonly result: Result };

const nothing = (score: Score): Result => ({
  points: null,
  cell: null,
  grade: null,
  band: null,
  groups: score.kind === 'rules' ? score.groups.map(({ name }) => ({ name, sum: 0, held: 0 })) : [],
});

function resultOf(
  score: Score,
  given: (rule: Rule) => number,
  of: (name: string) => Scored,
  rollUp: (score: Score & { kind: 'rollUp' }) => number | null,
): Result {
  if (score.kind === 'grid') {
    const graded = score.of.map((part) => of(part).score);
    return { ...nothing(score), cell: cellOf(graded, score.of, (part) => of(part).result.grade) };
  }
  const groups = score.kind === 'rules' ? groupsOf(score, given) : [];
  const points =
    score.kind === 'rollUp' ? rollUp(score) : score.kind === 'sum' ? sumOf(score, of) : total(score, groups, given);
  if (points === null) return nothing(score);
  const held = clamp(score.range, points);
  return { points: held, cell: null, grade: placeOn(score.grades, held), band: placeOn(score.bands, held), groups };
}

/** The cell of a grid, letter of the first and place of the second, from 1; null when either has no grade. */
export function cellOf(
  scores: readonly Score[],
  of: readonly [string, string],
  grade: (part: string) => number | null,
): string | null {
  const [first, second] = [grade(of[0]), grade(of[1])];
  if (first === null || second === null) return null;
  return `${scores.find((score) => score.name === of[0])?.grades[first]?.name}${second + 1}`;
}

function groupsOf(score: Score & { kind: 'rules' }, given: (rule: Rule) => number): Result['groups'] {
  return score.groups.map(({ name, range }) => {
    const sum = add(score.rules.filter((entry) => entry.group === name).map((entry) => given(entry.rule)));
    return { name, sum, held: clamp(range, sum) };
  });
}

function total(score: Score & { kind: 'rules' }, groups: Result['groups'], given: (rule: Rule) => number): number {
  const loose = score.rules.filter((entry) => entry.group === null).map((entry) => given(entry.rule));
  return add([...loose, ...groups.map((group) => group.held)]);
}

/** A weighted sum of clamped scores, rounded once, half up, to millionths. */
function sumOf(score: Score & { kind: 'sum' }, of: (name: string) => Scored): number | null {
  let billionths = 0;
  for (const part of score.of) {
    const points = of(part.score).result.points;
    if (points === null) return null;
    billionths += points * part.weight;
  }
  return thousandthsRounded(billionths);
}

const add = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0);

/** `floor(x / 1000 + 1/2)` without a quotient that a double could round the wrong way. */
export function thousandthsRounded(x: number): number {
  const y = x + 500;
  return (y - (((y % 1000) + 1000) % 1000)) / 1000 + 0;
}

/**
 * Rolls the scores of contacts up to one company; null without any. Sums over a whole company can pass 2^53, so
 * they are done in big integers.
 */
export function rollUp(score: Score & { kind: 'rollUp' }, points: readonly number[]): number | null {
  if (points.length === 0) return null;
  const big = (list: readonly number[]) => list.reduce((sum, n) => sum + BigInt(n), 0n);
  const [low, high] = score.range;
  const held = (n: bigint) => (n < BigInt(low) ? low : n > BigInt(high) ? high : Number(n));
  switch (score.how) {
    case 'sum':
      return held(big(points));
    case 'max':
      return clamp(
        score.range,
        points.reduce((best, n) => Math.max(best, n), -Infinity),
      );
    case 'mean': {
      const n = BigInt(points.length);
      return held(floorDivide(2n * big(points) + n, 2n * n));
    }
    case 'top':
    case 'diminishing': {
      const highest = points.length > 1 ? Float64Array.from(points).sort().reverse() : points;
      let sum = 0n;
      for (let i = 0; i < Math.min(highest.length, score.weights.length); i++) {
        sum += BigInt(highest[i] ?? 0) * BigInt(score.weights[i] ?? 0);
      }
      return held(floorDivide(sum + 500n, 1000n));
    }
  }
}

const floorDivide = (a: bigint, b: bigint): bigint => a / b - (a % b < 0n ? 1n : 0n);

/** The score that says most: the total, else the last sum, else the last one with points; null for a model without. */
export function mainOf(scores: readonly Score[]): string | null {
  const pointed = scores.filter(({ kind }) => kind !== 'grid');
  const total = pointed.find(({ name }) => name === 'total') ?? pointed.findLast(({ kind }) => kind === 'sum');
  return (total ?? pointed.at(-1))?.name ?? null;
}
