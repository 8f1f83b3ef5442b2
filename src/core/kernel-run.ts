/**
 * One run of the kernel: its arrays, its results, and the generated functions that see both. It decides what a run
 * is made of; what is run in which order is for `kernel.ts`.
 */

import { type Columns, sharedDoubles } from './columns.ts';
import { type Bound, bindSlots } from './kernel-data.ts';
import { NO_PLACE, programOf } from './kernel-program.ts';
import { type Model, rulesOf, type Score } from './words.ts';

/** Results by contact row, in shared memory. Scores in millionths of a point, NaN for none; places 0 the best. */
export interface KernelResults {
  readonly known: Uint8Array;
  /** By place of the score in the model; grids have a row of NaN and are read from the grades of their parts. */
  readonly scores: readonly Float64Array[];
  readonly grades: readonly Uint8Array[];
  readonly bands: readonly Uint8Array[];
  /** 0, or the place of the first entry that holds, from 1. */
  readonly disqualified: Uint16Array;
  /** Place of the stage, -1 for none. Holds the previous stage when the run begins. */
  readonly stage: Int16Array;
  /** The instant of the next change, NaN for none; null when it was not asked for. */
  readonly next: Float64Array | null;
  /** By place of the rule: what it gave; null when it was not asked for. */
  readonly reasons: readonly Float64Array[] | null;
  /** By event condition of disqualification and stages: 1 where it holds. */
  readonly counts: readonly Uint8Array[];
  /** By company row. */
  readonly companies: {
    readonly scores: readonly Float64Array[];
    readonly grades: readonly Uint8Array[];
    readonly bands: readonly Uint8Array[];
  };
}

export interface Wanted {
  readonly next: boolean;
  readonly reasons: boolean;
}

/** One run of a model over columns: its arrays and empty results. Plain data, but for the model's own. */
export interface Run {
  readonly model: Model;
  readonly asOf: number;
  readonly bound: Bound;
  readonly results: KernelResults;
  /** What rules give, by their id, where it is known: they are not evaluated. */
  readonly given: ReadonlyMap<string, Float64Array>;
}

/**
 * Lays out a run.
 * @param asOf instant in milliseconds, UTC
 * @param previous place of each contact's present stage, -1 for none; left out for a first scoring
 * @param given what rules give, by their id, where it is known from a run over the same columns at the same instant; not
 *   together with `next`
 */
export function newRun(
  model: Model,
  columns: Columns,
  asOf: number,
  wanted: Wanted,
  previous?: Int16Array,
  given: Run['given'] = new Map(),
): Run {
  const program = programOf(model, wanted.next, new Set(given.keys()));
  const bound = bindSlots(program.slots, columns, asOf);
  return {
    model,
    asOf,
    bound,
    results: newResults(model, bound, wanted, program.rules.length - program.shown, given, previous),
    given,
  };
}

function newResults(
  model: Model,
  { count, companies }: Bound,
  wanted: Wanted,
  counts: number,
  given: Run['given'],
  previous?: Int16Array,
): KernelResults {
  // What scoring writes in any case is left as it comes: the first touch of fresh memory is slow, and done by every thread.
  const doubles = (scores: readonly Score[], n: number) =>
    scores.map(({ kind }) => (kind === 'grid' ? sharedDoubles(n).fill(Number.NaN) : sharedDoubles(n)));
  const places = (scores: readonly Score[], n: number) =>
    scores.map(({ kind }) => (kind === 'grid' ? bytes(n).fill(NO_PLACE) : bytes(n)));
  const stage = new Int16Array(new SharedArrayBuffer(count * 2)).fill(-1);
  if (previous !== undefined) stage.set(previous);
  return {
    known: bytes(count),
    scores: doubles(model.scores, count),
    grades: places(model.scores, count),
    bands: places(model.scores, count),
    disqualified: new Uint16Array(new SharedArrayBuffer(count * 2)),
    stage,
    next: wanted.next ? sharedDoubles(count).fill(Number.NaN) : null,
    reasons: wanted.reasons ? rulesOf(model.scores).map(({ id }) => given.get(id) ?? sharedDoubles(count)) : null,
    counts: Array.from({ length: counts }, () => bytes(count)),
    companies: {
      scores: doubles(model.companyScores, companies),
      grades: places(model.companyScores, companies),
      bands: places(model.companyScores, companies),
    },
  };
}

const bytes = (length: number): Uint8Array => new Uint8Array(new SharedArrayBuffer(length));

export type RulesFunction = (
  first: number,
  last: number,
  now: number,
  until: number,
  points: Float64Array,
  soon: Float64Array,
  certain: Uint8Array,
  width: number,
  offset: number,
) => void;

/** What a block of contacts was given, contact after contact, `width` rules each. */
export interface Block {
  readonly width: number;
  readonly points: Float64Array;
  readonly soon: Float64Array;
  readonly certain: Uint8Array;
}

/** Contacts scored between two looks at the results: few enough that what they were given stays in a near cache. */
export const BLOCK = 256;

export const newBlock = (width: number, contacts: number): Block => ({
  width,
  points: new Float64Array(width * contacts),
  soon: new Float64Array(width * contacts),
  certain: new Uint8Array(width * contacts),
});

export type Build = <F>(source: string) => F;

/** Generated source, compiled; it is given arrays by name and returns the function that sees them. */
type Compiled = (given: Readonly<Record<string, unknown>>) => unknown;

/** By model and source: a service scores a few contacts of the same model again and again. */
const compiled = new WeakMap<Model, Map<string, Compiled>>();

/** Compiles generated source, once for each model, and puts the arrays of a run in its sight. */
export function builderOf({ model, bound, results }: Run): Build {
  const known = compiled.get(model) ?? new Map<string, Compiled>();
  compiled.set(model, known);
  const { starts, longest, at, names, created, hasTraits, company } = bound;
  const listed = (name: string, list: readonly unknown[]) =>
    Object.fromEntries(list.map((array, i) => [`${name}${i}`, array]));
  const given: Readonly<Record<string, unknown>> = {
    ...{ starts, longest, at, names, created, hasTraits, company },
    ...{ known: results.known, disqualified: results.disqualified, stage: results.stage },
    ...listed('a', bound.slots),
    ...listed('counts', results.counts),
    ...listed('Scores', results.scores),
    ...listed('Grades', results.grades),
    ...listed('Bands', results.bands),
    ...listed('companyScores', results.companies.scores),
    ...listed('companyGrades', results.companies.grades),
    ...listed('companyBands', results.companies.bands),
  };
  const compile = (source: string): Compiled => {
    // Constants of their own, so that the engine takes the arrays for settled when it optimises.
    const used = [...new Set(source.match(/\b[A-Za-z]+\d*\b/g))].filter((name) => Object.hasOwn(given, name));
    return new Function('given', `'use strict'; const { ${used.join(', ')} } = given;\n${source}`) as Compiled;
  };
  return <F>(source: string): F => {
    const make = known.get(source) ?? compile(source);
    known.set(source, make);
    return make(given) as F;
  };
}
