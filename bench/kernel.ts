// Decides how the kernel is run for the comparison over columns already filled, and that it gives what the rival's table
// `result` holds. Refuses to know how often, and what the figures mean.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { finishRun, scorerOf } from '../src/core/kernel.ts';
import { type KernelResults, newRun, type Run } from '../src/core/kernel-run.ts';
import { parseModel } from '../src/core/model.ts';
import { needsOf } from '../src/core/needs.ts';
import { openFiles } from '../src/files/files.ts';
import { openThreads } from '../src/threads.ts';
import { AS_OF } from './generate.ts';

/** Ways to score every contact. Each takes the model as it was checked and leaves full results behind. */
export interface Kernel {
  /** On this thread, code written and compiled each time. */
  anew(): KernelResults;
  /** On this thread, code compiled before. */
  compiled(): KernelResults;
  /** On two threads, code compiled each time by each of them. */
  threads(): Promise<KernelResults>;
  close(): Promise<void>;
}

/** Fills the columns from the files of a folder, as the command does. */
export async function openKernel(folder: string): Promise<Kernel> {
  const model = parseModel(readFileSync(new URL('model.yaml', import.meta.url), 'utf8'), 'model.yaml');
  const asOf = Date.parse(AS_OF);
  const file = (name: string): string => join(folder, `${name}.parquet`);
  const files = await openFiles({ contacts: file('contacts'), companies: file('companies'), events: file('events') });
  const { columns } = await files.load(needsOf(model), asOf);
  files.close();
  // Code is compiled once for each model; a copy is a model of its own, for which everything is written and compiled anew.
  const begin = (): Run => newRun(structuredClone(model), columns, asOf, { next: false, reasons: false });
  const finish = (run: Run): KernelResults => {
    finishRun(run, columns);
    return run.results;
  };
  const kept = begin();
  const score = scorerOf(kept);
  const two = openThreads(2);
  return {
    anew() {
      const run = begin();
      scorerOf(run)(0, run.bound.count);
      return finish(run);
    },
    compiled() {
      kept.results.stage.fill(-1);
      score(0, kept.bound.count);
      return finish(kept);
    },
    async threads() {
      const run = begin();
      await two.score(run);
      return finish(run);
    },
    close: () => two.close(),
  };
}

/**
 * Compares with the rival, contact by contact.
 * @throws Error that says how many differ and names the first
 */
export async function sameAsTable(results: KernelResults, db: DuckDBConnection): Promise<void> {
  const place = (column: string, names: string): string =>
    `coalesce(list_position(${names}, ${column}), 0) AS ${column}`;
  const rival = await db.stream(`
    SELECT round(fit * 1e6)::BIGINT AS fit, round(interest * 1e6)::BIGINT AS interest, round(total * 1e6)::BIGINT AS total,
      ${place('fit_grade', "['A', 'B', 'C', 'D']")}, ${place('interest_grade', "['A', 'B', 'C', 'D']")},
      ${place('total_band', "['hot', 'warm', 'cold']")}, ${place('stage', "['mql', 'sql']")}, id
    FROM result JOIN contacts USING (id) ORDER BY contacts.n`);
  const [fit, interest, total] = results.scores;
  const points = (scores: Float64Array | undefined, row: number): bigint | null => {
    const millionths = scores?.[row] ?? Number.NaN;
    return Number.isNaN(millionths) ? null : BigInt(millionths);
  };
  const wrong: string[] = [];
  let row = 0;
  for await (const rows of rival.yieldRows()) {
    for (const [theirFit, theirInterest, theirTotal, fitGrade, interestGrade, band, stage, id] of rows) {
      const place = (places: Uint8Array | undefined): number =>
        fit !== undefined && Number.isNaN(fit[row]) ? 0 : (places?.[row] ?? 0) + 1;
      const same =
        points(fit, row) === theirFit &&
        points(interest, row) === theirInterest &&
        points(total, row) === theirTotal &&
        place(results.grades[0]) === fitGrade &&
        place(results.grades[1]) === interestGrade &&
        place(results.bands[2]) === band &&
        (results.stage[row] ?? -1) + 1 === stage;
      if (!same) wrong.push(String(id));
      row++;
    }
  }
  if (row !== results.known.length)
    throw new Error(`the rival has ${row} contacts, the kernel ${results.known.length}`);
  if (wrong.length > 0) throw new Error(`${wrong.length} of ${row} contacts differ, ${wrong[0]} the first`);
}
