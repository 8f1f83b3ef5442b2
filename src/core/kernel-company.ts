/**
 * Companies in the kernel: which contacts belong to each, and what their scores come to. It decides the loop; sums
 * and roll-ups are those of `scores.ts`.
 */

import type { Bound } from './kernel-data.ts';
import { NO_PLACE, type Program } from './kernel-program.ts';
import type { Build, KernelResults, Run } from './kernel-run.ts';
import { type Result, rollUp, scoresOf } from './scores.ts';
import type { Rule, Score } from './words.ts';

/** The rows of the contacts of company k: `rows` from `starts[k]` up to `starts[k + 1]`. */
export interface Members {
  readonly starts: Uint32Array;
  readonly rows: Uint32Array;
}

export function membersByCompany({ company, companies }: Bound): Members {
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

/** The rows of one company's contacts. */
export const membersOf = ({ starts, rows }: Members, k: number): Uint32Array => rows.subarray(starts[k], starts[k + 1]);

type Test = (row: number, now: number) => boolean;

/** The function that scores one company from what the results hold of its contacts, as of an instant. */
export function companyScorer({ model, results }: Run, program: Program, build: Build, members: Members) {
  const compiled = (sources: ReadonlyMap<string, string>) =>
    new Map([...sources].map(([id, source]) => [id, build<Test>(source)]));
  const ofMember = compiled(program.ofMember);
  const ofCompany = compiled(program.ofCompany);
  return (k: number, now: number): void => {
    const rows = [...membersOf(members, k)].filter((c) => results.known[c] === 1 && results.disqualified[c] === 0);
    const given = (rule: Rule): number => {
      if (!ofCompany.get(rule.id)?.(k, now)) return 0;
      if (rule.kind !== 'contacts') return rule.points * 1000;
      const n = rows.filter((c) => ofMember.get(rule.id)?.(c, now)).length;
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
    for (const [i, { name }] of model.companyScores.entries()) {
      writeResult(results.companies, i, k, scores.get(name));
    }
  };
}

function writeResult(into: KernelResults['companies'], score: number, row: number, result: Result | undefined): void {
  const set = (array: Float64Array | Uint8Array | undefined, value: number) => {
    if (array !== undefined) array[row] = value;
  };
  set(into.scores[score], result?.points ?? Number.NaN);
  set(into.grades[score], result?.grade ?? NO_PLACE);
  set(into.bands[score], result?.band ?? NO_PLACE);
}
