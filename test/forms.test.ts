/**
 * Random models over random histories give the same in every form, to the last millionth. `RUNS=1000 SEED=7` looks
 * longer, and elsewhere.
 */
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { type Database, openDuckdb, openPostgres } from './door.ts';
import { explainForm, sqlForm } from './forms.ts';
import { postgresUrl } from './postgres.ts';
import { randomCase } from './random.ts';

const url = await postgresUrl();
const databases: Database[] = [await openDuckdb(), ...(url === undefined ? [] : [await openPostgres(url)])];
afterAll(() => Promise.all(databases.map((database) => database.close())));

test.each(databases.map(sqlForm))(
  'random models over random histories: $name equals explain',
  async (form) => {
    await fc.assert(
      fc.asyncProperty(randomCase, async (random) => {
        expect(await form.answer(random)).toEqual(await explainForm.answer(random));
      }),
      { numRuns: Number(process.env.RUNS ?? 60), seed: Number(process.env.SEED ?? 20260630) },
    );
  },
  300_000,
);
