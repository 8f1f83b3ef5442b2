/**
 * The form that scores everything on one machine: code generated from a checked model over columns grouped by
 * contact. It decides the order of work and what each result array holds; `explain` is its specification. Threads
 * are the caller's: what they share is plain arrays in shared memory.
 */

import { type Columns, contactAt, sharedDoubles } from './columns.ts';
import { nextOfStanding } from './explain.ts';
import { type Bound, bindSlots } from './kernel-data.ts';
import { NO_PLACE, type Program, programOf } from './kernel-program.ts';
import { type Course, firstChange, isStill } from './next.ts';
import { type Result, rollUp, scoresOf } from './scores.ts';
import type { Contact, Model, Rule, Score } from './words.ts';

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
}

/**
 * Lays out a run.
 * @param asOf instant in milliseconds, UTC
 * @param previous place of each contact's present stage, -1 for none; left out for a first scoring
 */
export function newRun(model: Model, columns: Columns, asOf: number, wanted: Wanted, previous?: Int16Array): Run {
  const program = programOf(model, wanted.next);
  const bound = bindSlots(program.slots, columns, asOf);
  const { count, companies } = bound;
  const doubles = (list: readonly unknown[], n: number) => list.map(() => sharedDoubles(n).fill(Number.NaN));
  const places = (list: readonly unknown[], n: number) => list.map(() => bytes(n).fill(NO_PLACE));
  const stage = new Int16Array(new SharedArrayBuffer(count * 2)).fill(-1);
  if (previous !== undefined) stage.set(previous);
  const results: KernelResults = {
    known: bytes(count),
    scores: doubles(model.scores, count),
    grades: places(model.scores, count),
    bands: places(model.scores, count),
    disqualified: new Uint16Array(new SharedArrayBuffer(count * 2)),
    stage,
    next: wanted.next ? sharedDoubles(count).fill(Number.NaN) : null,
    reasons: wanted.reasons ? doubles(program.rules.slice(0, program.shown), count) : null,
    counts: program.rules.slice(program.shown).map(() => bytes(count)),
    companies: {
      scores: doubles(model.companyScores, companies),
      grades: places(model.companyScores, companies),
      bands: places(model.companyScores, companies),
    },
  };
  return { model, asOf, bound, results };
}

const bytes = (length: number): Uint8Array => new Uint8Array(new SharedArrayBuffer(length));

/** Scores all columns on this thread. */
export function scoreColumns(
  model: Model,
  columns: Columns,
  asOf: number,
  wanted: Wanted,
  previous?: Int16Array,
): KernelResults {
  const run = newRun(model, columns, asOf, wanted, previous);
  scorerOf(run)(0, run.bound.count);
  finishRun(run, columns);
  return run.results;
}

type RulesFunction = (
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
interface Block {
  readonly width: number;
  readonly points: Float64Array;
  readonly soon: Float64Array;
  readonly certain: Uint8Array;
}

/** Contacts scored between two looks at the results: few enough that what they were given stays in a near cache. */
const BLOCK = 256;

const newBlock = (width: number, contacts: number): Block => ({
  width,
  points: new Float64Array(width * contacts),
  soon: new Float64Array(width * contacts),
  certain: new Uint8Array(width * contacts),
});

/**
 * The function that scores a range of contacts into the results of a run: contributions, scores, disqualification,
 * and the next change of the contributions. Ranges may be scored by different threads, each with its own scorer.
 */
export function scorerOf(run: Run): (first: number, last: number) => void {
  const { results, asOf } = run;
  const program = programOf(run.model, run.results.next !== null);
  const build = builderOf(run);
  const chunks = program.chunks.map(({ first, source }) => ({ first, score: build<RulesFunction>(source) }));
  const judge = build<(first: number, last: number, now: number, points: Float64Array, width: number) => void>(
    program.judge,
  );
  const block = newBlock(program.rules.length, BLOCK);
  const { width, points, soon, certain } = block;
  const next = results.next === null ? null : nextFinder(run, program, build);
  return (first, last) => {
    for (let from = first; from < last; from += BLOCK) {
      const to = Math.min(last, from + BLOCK);
      for (const chunk of chunks) chunk.score(from, to, asOf, asOf, points, soon, certain, width, chunk.first);
      judge(from, to, asOf, points, width);
      results.reasons?.forEach((column, rule) => {
        for (let c = from; c < to; c++)
          column[c] = results.known[c] === 0 ? 0 : (points[(c - from) * width + rule] ?? 0);
      });
      if (next !== null && results.next !== null) {
        for (let c = from; c < to; c++)
          if (results.known[c] === 1) results.next[c] = next(c, (c - from) * width, block);
      }
    }
  };
}

/** Compiles generated source with the arrays of a run in sight. */
function builderOf(run: Run): <F>(source: string) => F {
  const { bound, results } = run;
  const names = {
    starts: bound.starts,
    at: bound.at,
    names: bound.names,
    created: bound.created,
    hasTraits: bound.hasTraits,
    company: bound.company,
  };
  const given = {
    ...names,
    known: results.known,
    disqualified: results.disqualified,
    stage: results.stage,
    counts: results.counts,
    Scores: results.scores,
    Grades: results.grades,
    Bands: results.bands,
    companyScores: results.companies.scores,
    companyGrades: results.companies.grades,
    companyBands: results.companies.bands,
  };
  return <F>(source: string): F => {
    const used = new Set([...source.matchAll(/\ba(\d+)\b/g)].map((match) => Number(match[1])));
    const slots = [...used].map((place) => `const a${place} = slots[${place}];`).join(' ');
    return new Function('slots', ...Object.keys(given), `'use strict'; ${slots}\n${source}`)(
      bound.slots,
      ...Object.values(given),
    ) as F;
  };
}

/** Finds when a contact's contributions change next: rules are asked in the order in which they could. */
function nextFinder(run: Run, program: Program, build: <F>(source: string) => F) {
  const { bound, asOf } = run;
  const moving = program.movements.flatMap((movement, rule) =>
    rule < program.shown && !isStill(movement) ? [{ rule, movement }] : [],
  );
  const courses = new Map<number, (c: number, from: number) => Course>();
  const courseOf = (rule: number, c: number, from: number): Course => {
    const known = courses.get(rule) ?? singleRule(run, program, rule, build);
    courses.set(rule, known);
    return known(c, from);
  };
  /** @param at where the contact's rules begin in the block */
  return (c: number, at: number, { points, soon, certain }: Block): number => {
    let best = Infinity;
    for (;;) {
      let found: (typeof moving)[number] | undefined;
      let from = best;
      for (const candidate of moving) {
        const q = soon[at + candidate.rule] ?? Infinity;
        if (q < from) {
          found = candidate;
          from = q;
        }
      }
      if (found === undefined) return best === Infinity ? Number.NaN : best;
      const place = at + found.rule;
      // Asked once: what is left is compared with the best so far.
      soon[place] = Infinity;
      const value = points[place] ?? 0;
      if (certain[place] === 1) best = from;
      else {
        const course = courseOf(found.rule, c, from);
        best =
          course.value(from) === value ? Math.min(best, firstChange(found.movement, course, from, best, value)) : from;
      }
    }
  };

  function singleRule(of: Run, { singles, flips }: Program, rule: number, compile: <F>(source: string) => F) {
    const score = compile<RulesFunction>(singles[rule] ?? '');
    const collect = compile<(c: number, now: number, until: number, into: number[]) => void>(flips[rule] ?? '');
    const { points, soon, certain } = newBlock(1, 1);
    return (c: number, from: number): Course => {
      const list: number[] = [];
      collect(c, from, asOf, list);
      return {
        // Events after the instant of the run stay unknown, however late the rule is asked about.
        value: (at) => {
          score(c, c + 1, at, of.asOf, points, soon, certain, 1, 0);
          return points[0] ?? 0;
        },
        times: bound.at.subarray(bound.starts[c], bound.starts[c + 1]),
        flips: [...new Set(list)].sort((a, b) => a - b),
      };
    };
  }
}

/** After every contact was scored: companies, then stages, then what moves a contact from outside its rules. */
export function finishRun(run: Run, columns: Columns): void {
  const program = programOf(run.model, run.results.next !== null);
  const build = builderOf(run);
  const members = membersByCompany(run.bound);
  if (run.model.companyScores.length > 0) scoreCompanies(run, program, build, members);
  build<(first: number, last: number, now: number) => void>(program.stages)(0, run.bound.count, run.asOf);
  if (program.standingMoves && run.results.next !== null) lowerNext(run, columns, members, run.results.next);
}

interface Members {
  readonly starts: Uint32Array;
  readonly rows: Uint32Array;
}

function membersByCompany({ company, companies }: Bound): Members {
  const starts = new Uint32Array(companies + 1);
  for (const k of company) if (k >= 0) starts[k + 1] = (starts[k + 1] ?? 0) + 1;
  for (let k = 0; k < companies; k++) starts[k + 1] = (starts[k + 1] ?? 0) + (starts[k] ?? 0);
  const rows = new Uint32Array(starts[companies] ?? 0);
  const filled = starts.slice();
  company.forEach((k, c) => {
    if (k < 0) return;
    rows[filled[k] ?? 0] = c;
    filled[k] = (filled[k] ?? 0) + 1;
  });
  return { starts, rows };
}

type Test = (row: number, now: number) => boolean;

function scoreCompanies(run: Run, program: Program, build: <F>(source: string) => F, members: Members): void {
  const { model, results, asOf } = run;
  const compiled = (sources: ReadonlyMap<string, string>) =>
    new Map([...sources].map(([id, source]) => [id, build<Test>(source)]));
  const ofMember = compiled(program.ofMember);
  const ofCompany = compiled(program.ofCompany);
  for (let k = 0; k < run.bound.companies; k++) {
    const rows = [...members.rows.subarray(members.starts[k], members.starts[k + 1])].filter(
      (c) => results.known[c] === 1 && results.disqualified[c] === 0,
    );
    const given = (rule: Rule): number => {
      if (!ofCompany.get(rule.id)?.(k, asOf)) return 0;
      if (rule.kind !== 'contacts') return rule.points * 1000;
      const n = rows.filter((c) => ofMember.get(rule.id)?.(c, asOf)).length;
      return n >= rule.count.least && n <= rule.count.most ? rule.points * 1000 : 0;
    };
    const roll = (score: Score & { kind: 'rollUp' }): number | null => {
      const of = results.scores[model.scores.findIndex((candidate) => candidate.name === score.of)];
      return rollUp(
        score,
        rows.map((c) => of?.[c] ?? 0),
      );
    };
    const scores = scoresOf(model.companyScores, rows.length === 0 ? null : given, roll);
    for (const [i, { name }] of model.companyScores.entries()) writeResult(results.companies, i, k, scores.get(name));
  }
}

function writeResult(into: KernelResults['companies'], score: number, row: number, result: Result | undefined): void {
  const set = (array: Float64Array | Uint8Array | undefined, value: number) => {
    if (array !== undefined) array[row] = value;
  };
  set(into.scores[score], result?.points ?? Number.NaN);
  set(into.grades[score], result?.grade ?? NO_PLACE);
  set(into.bands[score], result?.band ?? NO_PLACE);
}

/**
 * Lowers the next change where a stage or disqualification looks at dates, at windows or at colleagues. Few models
 * ask for that, so each contact is read back and searched in the plain form.
 */
function lowerNext(run: Run, columns: Columns, members: Members, next: Float64Array): void {
  const { model, results, asOf, bound } = run;
  const contacts = new Map<number, Contact>();
  const read = (c: number): Contact => {
    const known = contacts.get(c) ?? contactAt(columns, c, asOf);
    contacts.set(c, known);
    return known;
  };
  for (let c = 0; c < bound.count; c++) {
    if (results.known[c] !== 1) continue;
    const k = bound.company[c] ?? -1;
    const rows = k < 0 ? [c] : members.rows.subarray(members.starts[k], members.starts[k + 1]);
    const entry = model.disqualify[(results.disqualified[c] ?? 0) - 1];
    const state = { stage: model.stages[results.stage[c] ?? -1]?.id ?? null, disqualified: entry ?? null };
    const until = next[c] ?? Number.NaN;
    const found = nextOfStanding(
      model,
      read(c),
      asOf,
      Array.from(rows, read),
      state,
      Number.isNaN(until) ? Infinity : until,
    );
    next[c] = found === Infinity ? Number.NaN : found;
    if (k < 0) contacts.delete(c);
  }
}
