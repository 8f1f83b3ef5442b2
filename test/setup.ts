/**
 * One PostgreSQL for a whole run of the tests, started when the first test asks for it: vitest calls this once, and its
 * workers learn the url at a door on this machine. It refuses to know what the tests store; see postgres.ts.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../src/store/embedded.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The port of the door: it answers with `{ url }` or `{ problem }`, as JSON, and closes. */
    postgresDoor: number;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let server: ReturnType<typeof start> | undefined;

  async function start() {
    const dataDir = await mkdtemp(join(tmpdir(), 'scoreline-test-'));
    const { url, stop } = await startPostgres({ dataDir });
    const remove = () => rm(dataDir, { recursive: true });
    return { url, stop: () => stop().then(remove) };
  }

  const door = createServer((socket) => {
    server ??= start();
    server.then(
      ({ url }) => socket.end(JSON.stringify({ url })),
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
