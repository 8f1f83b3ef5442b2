// Takes the database away for some seconds, sends more than can be kept, and fills the disk: clients are told to come
// back, nothing that was acknowledged is lost, memory stays bounded, and all goes on by itself.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { withoutDatabase } from './absence.ts';
import { compareScores, found, made, newLog, post, publish, sendAll, tell } from './load.ts';
import { canServe, databaseOf, dataFolder, memoryOf, newKey, removeFolder, serve, until } from './service.ts';

const able = canServe();

describe.skipIf(!able)('without its database', () => {
  test.each([
    { way: 'gone', ms: 4_000 },
    { way: 'standing still', ms: 12_000 },
  ] as const)(
    '$way for some seconds, clients are told to come back, and all goes on by itself',
    async ({ way, ms }) => {
      const { log, kept, differences, meanwhile, most } = await withoutDatabase(way, ms);
      expect(meanwhile).toEqual([{ status: 200 }, ...Array(4).fill({ status: 503, delay: expect.any(String) })]);
      expect(log.statuses.get(503)).toBeGreaterThan(10);
      expect(log.withoutDelay).toBe(0);
      expect([...log.statuses.keys()].sort()).toEqual([200, 503]);
      expect(most).toBeLessThan(600);
      expect(kept).toBe(log.sent.size);
      expect(differences).toEqual([]);
    },
    120_000,
  );

  test('overloaded by one source, it refuses what is too much and keeps taking from another', async () => {
    const data = dataFolder();
    const service = await serve(data);
    const db = await databaseOf(data);
    onTestFinished(async () => {
      await db.close();
      await service.end('SIGTERM');
      removeFolder(data);
    });
    await db.rows(`insert into source (kind, name, created_at) values ('segment', 'loud', 0), ('segment', 'quiet', 0)`);
    const sources = await db.rows<{ source_id: number }>('select source_id from source order by source_id');
    const [loudKey = '', quietKey = ''] = await Promise.all(
      sources.map(async ({ source_id }, i) => {
        const key = await newKey(db, `source ${i}`);
        await db.rows('update access_key set source_id = $1 where name = $2', [source_id, `source ${i}`]);
        return key;
      }),
    );
    const [loud, quiet] = [newLog(), newLog()];
    // All at once, and each only once: far more than may wait.
    const flood = Promise.all(made(5, 100_000, 2_000, 2_000).map((batch) => post(service.url, loudKey, batch, loud)));
    const waits: number[] = [];
    for (const batch of made(6, 200, 20, 10)) {
      const begun = performance.now();
      await sendAll(() => ({ url: service.url, key: quietKey }), [batch], quiet);
      waits.push(Math.round(performance.now() - begun));
    }
    await flood;
    const peak = memoryOf(service);
    tell('overloaded', {
      sent: loud.sent.size,
      acknowledged: loud.acknowledged.size,
      found: await found(db, loud.sent),
      'times 429': loud.statuses.get(429) ?? 0,
      'MB at the end': peak,
    });
    tell('the other source meanwhile', {
      sent: quiet.sent.size,
      acknowledged: quiet.acknowledged.size,
      found: await found(db, quiet.sent),
      'ms for the slowest batch': Math.max(...waits),
    });
    expect([...loud.statuses.keys()].filter((status) => ![200, 429, 503].includes(status))).toEqual([]);
    expect(loud.statuses.get(429) ?? 0).toBeGreaterThan(0);
    expect(loud.withoutDelay).toBe(0);
    expect([...quiet.statuses.keys()]).toEqual([200]);
    expect(await found(db, loud.acknowledged)).toBe(loud.acknowledged.size);
    expect(await found(db, loud.sent)).toBe(loud.acknowledged.size);
    expect(await found(db, quiet.sent)).toBe(quiet.sent.size);
    expect(peak).toBeLessThan(1_000);
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
  });
});

/** A file system of its own for a folder, of so many megabytes; undefined where this user may not make one. */
function smallDisk(megabytes: number): string | undefined {
  const folder = dataFolder();
  const mounted = spawnSync('sh', ['-c', `mount -t tmpfs -o size=${megabytes}m none "$0"`, folder]);
  if (mounted.status === 0) return folder;
  removeFolder(folder);
  console.warn('The test of a full disk is skipped: this user may not mount a file system.');
  return undefined;
}

describe.skipIf(!able)('a disk that is full', () => {
  // Also evaluated where all of this is skipped.
  const disk = able ? smallDisk(220) : undefined;

  test.skipIf(disk === undefined)('is an error and not a loss', async () => {
    const data = disk ?? '';
    let service = await serve(data);
    const ballast = join(data, 'ballast');
    onTestFinished(async () => {
      await service.end('SIGKILL');
      await sleep(1_000);
      spawnSync('sh', ['-c', 'umount -l "$0"', data]);
      removeFolder(data);
    });
    let db = await databaseOf(data);
    const key = await newKey(db);
    await publish(db);
    const log = newLog();
    await sendAll(() => ({ url: service.url, key }), made(7, 2_000, 40), log);
    expect(log.acknowledged.size).toBe(1_900);
    fill(ballast);
    let over = false;
    const load = sendAll(() => ({ url: service.url, key }), made(8, 40_000, 40, 500), log, { over: () => over });
    await until('the disk to be full', async () => (log.statuses.get(503) ?? 0) > 5, 40_000);
    const acknowledged = log.acknowledged.size;
    expect(existsSync(ballast)).toBe(true);
    rmSync(ballast);
    await until('the service to go on', async () => log.acknowledged.size > acknowledged, 40_000);
    over = true;
    await load;
    await db.close();
    // Whether the database came back by itself or not, a new start must find everything.
    service.child.kill('SIGTERM');
    await once(service.child, 'exit');
    service = await serve(data);
    db = await databaseOf(data);
    const kept = await found(db, log.acknowledged);
    const { differences } = await compareScores(db);
    await db.close();
    tell('disk full', {
      sent: log.sent.size,
      acknowledged: log.acknowledged.size,
      found: kept,
      'times 503': log.statuses.get(503) ?? 0,
    });
    expect([...log.statuses.keys()].filter((status) => ![0, 200, 503].includes(status))).toEqual([]);
    expect(log.withoutDelay).toBe(0);
    expect(kept).toBe(log.acknowledged.size);
    expect(differences).toEqual([]);
  });
});

/** Takes all the room that is left but a little. */
function fill(path: string): void {
  const piece = Buffer.alloc(1_000_000);
  try {
    for (;;) writeFileSync(path, piece, { flag: 'a' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}
