/**
 * When results change next by the passing of time alone. It decides which rules are asked, and when; the search for
 * one rule is that of `next.ts`.
 */

import { type Columns, contactAt } from './columns.ts';
import { CHANGES_FOLLOWED, nextOfStanding } from './explain.ts';
import { companyScorer, type Members, membersOf } from './kernel-company.ts';
import type { Program } from './kernel-program.ts';
import {
  type Block,
  type Build,
  builderOf,
  type KernelResults,
  newBlock,
  type RulesFunction,
  type Run,
} from './kernel-run.ts';
import { type Course, firstChange, isStill } from './next.ts';
import type { Contact } from './words.ts';

/** Finds when a contact's contributions change next: rules are asked in the order in which they could. */
export function nextFinder(run: Run, program: Program, build: Build) {
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

  function singleRule(of: Run, { singles, flips }: Program, rule: number, compile: Build) {
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

/**
 * Lowers the next change where stages, disqualification or company rules look at dates or windows of their own. Few
 * models ask for that, so each contact is read back and searched in the plain form.
 */
export function searchStandings(run: Run, columns: Columns, members: Members, next: Float64Array): void {
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
    const rows = k < 0 ? [c] : membersOf(members, k);
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

/**
 * Lowers the next change where a stage asks for scores of the company, which colleagues can change: each company is
 * taken through the instants at which any of its contacts changes, until nobody's stage is open any more.
 * @param scorerOf makes the scorer of a run, as `kernel.ts` has it
 */
export function followColleagues(
  run: Run,
  program: Program,
  members: Members,
  next: Float64Array,
  scorerOf: (run: Run) => (first: number, last: number, now?: number) => void,
): void {
  const later: Run = { ...run, results: copyOf(run.results) };
  const { results } = later;
  const build = builderOf(later);
  const score = scorerOf(later);
  const scoreCompany = companyScorer(later, program, build, members);
  const move = build<(first: number, last: number, now: number) => void>(program.stages);
  for (let k = 0; k < run.bound.companies; k++) {
    const rows = [...membersOf(members, k)].filter((c) => results.known[c] === 1);
    let open = rows.filter((c) => results.disqualified[c] === 0);
    const endOf = (c: number): number => orNever(next[c]);
    for (let changes = 1; open.length > 0; changes++) {
      const at = rows.reduce((first, c) => Math.min(first, orNever(results.next?.[c])), Infinity);
      open = open.filter((c) => at < endOf(c));
      if (at === Infinity) break;
      if (changes === CHANGES_FOLLOWED) {
        for (const c of open) next[c] = at;
        break;
      }
      for (const c of rows) if (results.next?.[c] === at) score(c, c + 1, at);
      scoreCompany(k, at);
      open = open.filter((c) => {
        const stage = results.stage[c];
        move(c, c + 1, at);
        if (results.stage[c] === stage) return true;
        next[c] = at;
        return false;
      });
    }
  }
}

const orNever = (instant: number | undefined): number =>
  instant === undefined || Number.isNaN(instant) ? Infinity : instant;

/** The same results in arrays of their own. */
function copyOf(results: KernelResults): KernelResults {
  const { known, scores, grades, bands, disqualified, stage, next, counts, companies } = results;
  const copies = <A extends Float64Array | Uint8Array>(list: readonly A[]): A[] =>
    list.map((array) => array.slice() as A);
  return {
    known: known.slice(),
    scores: copies(scores),
    grades: copies(grades),
    bands: copies(bands),
    disqualified: disqualified.slice(),
    stage: stage.slice(),
    next: next?.slice() ?? null,
    reasons: null,
    counts: copies(counts),
    companies: { scores: copies(companies.scores), grades: copies(companies.grades), bands: copies(companies.bands) },
  };
}
