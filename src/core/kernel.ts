/**
 * The form that scores everything on one machine: code generated from a checked model over columns grouped by
 * contact. It decides the order of work; `explain` is its specification. Threads are the caller's: what they share is
 * plain arrays in shared memory.
 */

import type { Columns } from './columns.ts';
import { readsCompanyScores } from './explain.ts';
import { companyScorer, membersByCompany } from './kernel-company.ts';
import { followColleagues, nextFinder, searchStandings } from './kernel-next.ts';
import { NO_PLACE, programOf } from './kernel-program.ts';
import {
  BLOCK,
  builderOf,
  type KernelResults,
  newBlock,
  newRun,
  type RulesFunction,
  type Run,
  type Wanted,
} from './kernel-run.ts';
import { cellOf, type Results } from './scores.ts';
import type { Model, Score } from './words.ts';

type StagesFunction = (first: number, last: number, now: number) => void;

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

/**
 * The function that scores a range of contacts into the results of a run, as of its instant or a later one:
 * contributions, scores, disqualification, stages that ask for nothing of the company's, and the next change of the
 * contributions. Ranges may be scored by different threads, each with its own scorer.
 */
export function scorerOf(run: Run): (first: number, last: number, now?: number) => void {
  const { results, asOf, given } = run;
  const program = programOf(run.model, run.results.next !== null, new Set(given.keys()));
  const build = builderOf(run);
  const chunks = program.chunks.map(({ first, source }) => ({ first, score: build<RulesFunction>(source) }));
  const judge = build<(first: number, last: number, now: number, points: Float64Array, width: number) => void>(
    program.judge,
  );
  const move = readsCompanyScores(run.model) ? null : build<StagesFunction>(program.stages);
  const block = newBlock(program.rules.length, BLOCK);
  const { width, points, soon, certain } = block;
  const known = program.rules.map(({ id }) => given.get(id) ?? null);
  const next = results.next === null ? null : nextFinder(run, program, build);
  return (first, last, now = asOf) => {
    for (let from = first; from < last; from += BLOCK) {
      const to = Math.min(last, from + BLOCK);
      for (const chunk of chunks) chunk.score(from, to, now, asOf, points, soon, certain, width, chunk.first);
      for (let rule = 0; rule < known.length; rule++) {
        const column = known[rule];
        if (column == null) continue;
        for (let c = from, place = rule; c < to; c++, place += width) points[place] = column[c] ?? 0;
      }
      judge(from, to, now, points, width);
      move?.(from, to, now);
      results.reasons?.forEach((column, rule) => {
        if (known[rule] != null) return;
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

/** After every contact was scored: companies, then stages that ask for their scores, then what moves a contact from outside its rules. */
export function finishRun(run: Run, columns: Columns): void {
  const { model, bound, asOf, results, given } = run;
  const program = programOf(model, results.next !== null, new Set(given.keys()));
  const build = builderOf(run);
  const together = model.companyScores.length > 0 || (program.standingMoves && results.next !== null);
  const members = together ? membersByCompany(bound) : null;
  if (members !== null && model.companyScores.length > 0) {
    const scoreCompany = companyScorer(run, program, build, members);
    for (let k = 0; k < bound.companies; k++) scoreCompany(k, asOf);
  }
  if (readsCompanyScores(model)) build<StagesFunction>(program.stages)(0, bound.count, asOf);
  if (results.next === null || members === null) return;
  if (program.standingMoves) searchStandings(run, columns, members, results.next);
  else if (readsCompanyScores(model)) followColleagues(run, program, members, results.next, scorerOf);
}

/**
 * One row of results as `scoresOf` gives them, without the sums of groups.
 * @param scores those of the model for contacts, those of the company for companies
 */
export function resultsAt(
  scores: readonly Score[],
  { scores: points, grades, bands }: Pick<KernelResults, 'scores' | 'grades' | 'bands'>,
  row: number,
): Results {
  const place = (column: Uint8Array | undefined): number | null => {
    const found = column?.[row] ?? NO_PLACE;
    return found === NO_PLACE ? null : found;
  };
  const grade = (name: string) => place(grades[scores.findIndex((score) => score.name === name)]);
  return new Map(
    scores.map((score, i) => {
      const value = points[i]?.[row] ?? Number.NaN;
      const cell = score.kind === 'grid' ? cellOf(scores, score.of, grade) : null;
      const result = {
        points: Number.isNaN(value) ? null : value,
        cell,
        grade: place(grades[i]),
        band: place(bands[i]),
        groups: [],
      };
      return [score.name, result];
    }),
  );
}
