/**
 * The PostgreSQL that tests use: the server named in DATABASE_URL, or else one that this run of the tests starts for
 * itself (setup.ts). It decides that no two test files see each other's tables; it refuses to know what is in them.
 */
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { json } from 'node:stream/consumers';
import { Client } from 'pg';
import { afterAll, inject } from 'vitest';
import { z } from 'zod';
import { hasEmbeddedPostgres } from '../src/store/embedded.ts';

const Answer = z.union([z.object({ url: z.string(), tables: z.string() }), z.object({ problem: z.string() })]);

/**
 * For the top level of a test file: the url of a new database, which is dropped when the file's tests are over. A schema
 * would not do: locks that have a name are those of a whole database. Undefined, and a sentence in the output, when there is no server to be had:
 * skip with `describe.skipIf(url === undefined)`.
 * @param holds the service's tables, without a row, or nothing at all
 */
export async function postgresUrl(holds: 'tables' | 'nothing' = 'tables'): Promise<string | undefined> {
  if (!process.env.DATABASE_URL && !hasEmbeddedPostgres()) {
    console.warn(
      `Tests that need PostgreSQL are skipped: npm has none for ${process.platform}-${process.arch}. ` +
        'Set DATABASE_URL to a server to run them.',
    );
    return undefined;
  }
  const answer = Answer.parse(await json(connect(inject('postgresDoor'), '127.0.0.1')));
  if ('problem' in answer) throw new Error(answer.problem);
  const { url, tables } = answer;
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await execute(url, holds === 'nothing' ? `CREATE DATABASE ${name}` : `CREATE DATABASE ${name} TEMPLATE ${tables}`);
  afterAll(() => drop(url, name));
  const own = new URL(url);
  own.pathname = `/${name}`;
  return own.href;
}

/** Waits for connections that are still on their way out; one that stays is cut. */
async function drop(server: string, name: string): Promise<void> {
  for (let i = 0; i < 30; i++) {
    const gone = await execute(server, `DROP DATABASE ${name}`).then(
      () => true,
      () => false,
    );
    if (gone) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await execute(server, `DROP DATABASE ${name} WITH (FORCE)`);
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
