// Decides how the rival is run: DuckDB on two threads with the SQL beside this file, over files or over tables filled
// before. Run as a program it is one whole scoring, from Parquet to Parquet. Refuses to know who it is compared with.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { AS_OF } from './generate.ts';

const THREADS = 2;

const sql = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/**
 * A database that knows the files of a folder: the variables `as_of`, `contacts` and `companies`, and the view `log` over
 * the events. Where events have ids, `log` has the first row of each: the few that are there twice are found by the hash
 * of their id, then by the id itself.
 */
async function openFiles(folder: string): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', { threads: String(THREADS) });
  const db = await instance.connect();
  const events = `read_parquet(${quoted(join(folder, 'events.parquet'))}`;
  await db.run(`SET preserve_insertion_order = false;
    SET VARIABLE as_of = TIMESTAMP ${quoted(AS_OF.replace('Z', ''))};
    SET VARIABLE contacts = ${quoted(join(folder, 'contacts.parquet'))};
    SET VARIABLE companies = ${quoted(join(folder, 'companies.parquet'))};`);
  const columns = await db.runAndReadAll(`DESCRIBE SELECT * FROM ${events})`);
  if (columns.getRows().some(([name]) => name === 'id')) {
    await db.run(`
      CREATE TEMP TABLE suspects AS SELECT hash(id) AS h FROM ${events}) GROUP BY h HAVING count(*) > 1;
      CREATE TEMP TABLE again AS SELECT file_row_number AS n FROM ${events}, file_row_number = true)
        WHERE hash(id) IN (FROM suspects) QUALIFY row_number() OVER (PARTITION BY id ORDER BY file_row_number) > 1;
      CREATE TEMP VIEW log AS FROM ${events}, file_row_number = true) ANTI JOIN again ON n = file_row_number;`);
  } else {
    await db.run(`CREATE TEMP VIEW log AS FROM ${events})`);
  }
  return db;
}

/** Scores the files of a folder into a Parquet file. */
export async function scoreFiles(folder: string, out: string): Promise<void> {
  const db = await openFiles(folder);
  await db.run(sql('rival.sql'));
  await db.run(`COPY (FROM scored) TO ${quoted(out)} (FORMAT parquet)`);
  db.closeSync();
}

/** Fills the tables of load.sql; the answer is what there is to time, into the table `result`. */
export async function loadColumns(folder: string): Promise<{ db: DuckDBConnection; score: () => Promise<void> }> {
  const db = await openFiles(folder);
  await db.run(sql('load.sql'));
  await db.run(sql('rival-columns.sql'));
  return {
    db,
    async score() {
      await db.run('CREATE OR REPLACE TABLE result AS FROM scored');
    },
  };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { folder: { type: 'string' }, out: { type: 'string' } } });
  if (values.folder === undefined || values.out === undefined) {
    console.error('rival: give the files with --folder and the result with --out');
    process.exit(2);
  }
  await scoreFiles(values.folder, values.out);
}
