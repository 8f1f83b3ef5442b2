/**
 * One PostgreSQL for a whole run of the tests, and in it a database with the service's tables to make copies of: made when
 * the first test asks for it. Vitest calls this once, and its workers learn of both at a door on this machine. It refuses
 * to know what the tests store; see postgres.ts.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openDb } from '../src/store/db.ts';
import { startPostgres } from '../src/store/embedded.ts';
import { migrate } from '../src/store/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The port of the door: it answers with `{ url, tables }` or `{ problem }`, as JSON, and closes. */
    postgresDoor: number;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let server: ReturnType<typeof start> | undefined;

  async function start() {
    const { url, stop } = process.env.DATABASE_URL
      ? { url: process.env.DATABASE_URL, stop: async () => {} }
      : await startOwn();
    const tables = `test_tables_${randomUUID().replaceAll('-', '')}`;
    const server = openDb(url, 1);
    await server.rows(`create database ${tables}`);
    const itsUrl = new URL(url);
    itsUrl.pathname = `/${tables}`;
    const db = openDb(itsUrl.href, 1);
    await migrate(db, 0);
    await db.close();
    return {
      url,
      tables,
      stop: async () => {
        await server.rows(`drop database ${tables}`);
        await server.close();
        await stop();
      },
    };
  }

  const door = createServer((socket) => {
    server ??= start();
    server.then(
      ({ url, tables }) => socket.end(JSON.stringify({ url, tables })),
      (error: Error) => socket.end(JSON.stringify({ problem: error.message })),
    );
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  const address = door.address();
  if (address === null || typeof address === 'string') throw new Error('The door of the test server has no port.');
  project.provide('postgresDoor', address.port);

  return async () => {
    door.close();
    await server?.then(
      ({ stop }) => stop(),
      () => {}, // whoever asked has been told
    );
  };
}

/** A server of this run's own. What it holds is gone with it, so it need not be safe on a disk. */
async function startOwn(): Promise<{ url: string; stop(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'scoreline-test-'));
  const { url, stop } = await startPostgres({ dataDir });
  const db = openDb(url, 1);
  for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit']) {
    await db.rows(`alter system set ${setting} = off`);
  }
  await db.rows('select pg_reload_conf()');
  await db.close();
  return { url, stop: () => stop().then(() => rm(dataDir, { recursive: true })) };
}
