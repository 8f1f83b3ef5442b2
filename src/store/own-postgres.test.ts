// The server that comes along, kept for a service and found by the commands beside it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { canServe, dataFolder, removeFolder, until } from '../../test/faults/service.ts';
import { noteOfPostgres } from './embedded.ts';
import { borrowPostgres, keepPostgres } from './own-postgres.ts';

async function answer(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query('select 1 as n');
  await client.end();
  return rows[0].n;
}

describe.skipIf(!canServe())('the server that comes along', () => {
  const data = dataFolder();
  afterAll(() => removeFolder(data));

  test('is started again at the same address when it ends by itself, and not when it was stopped', async () => {
    const notes: string[] = [];
    const server = await keepPostgres(data, { server: () => {}, note: (line) => notes.push(line) });
    const note = join(data, 'postgres/cluster/postmaster.pid');
    const first = Number.parseInt(readFileSync(note, 'utf8'), 10);
    process.kill(first, 'SIGKILL');
    await until('another server', async () => {
      const url = await noteOfPostgres(data).catch(() => undefined);
      if (url === undefined || Number.parseInt(readFileSync(note, 'utf8'), 10) === first) return false;
      // It notes itself down before it answers.
      return answer(url).then(
        () => true,
        () => false,
      );
    });
    expect(await answer(server.url)).toBe(1);
    expect(notes).toEqual(['PostgreSQL ended by itself and is started again']);
    await server.stop();
    expect(notes).toHaveLength(1);
    await expect(answer(server.url)).rejects.toThrow('ECONNREFUSED');
  });

  test('is found by its folder while it runs, and else runs for the moment', async () => {
    const server = await keepPostgres(data, { server: () => {}, note: () => {} });
    const beside = await borrowPostgres(data);
    expect(beside.url).toBe(server.url);
    await beside.stop();
    expect(await answer(server.url)).toBe(1);
    await server.stop();

    const alone = await borrowPostgres(data);
    expect(await answer(alone.url)).toBe(1);
    await alone.stop();
    expect(await noteOfPostgres(data)).toBeUndefined();
  });
});
