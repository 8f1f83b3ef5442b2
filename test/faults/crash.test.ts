// Kills the service, its database, and one of two workers in the middle of load: what was acknowledged is there once, and
// the scores come to be those of the same data scored from files.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Pooled } from '../../src/store/db.ts';
import { compareScores, found, made, newLog, publish, sendAll, tell } from './load.ts';
import {
  canServe,
  databaseOf,
  dataFolder,
  newKey,
  postgresProcesses,
  type Running,
  removeFolder,
  serve,
  signalAll,
  until,
} from './service.ts';

describe.skipIf(!canServe())('kill -9 in the middle of load', () => {
  const data = dataFolder();
  let service: Running;
  let db: Pooled;
  let key: string;
  beforeAll(async () => {
    service = await serve(data);
    db = await databaseOf(data);
    key = await newKey(db);
    await publish(db);
  });
  afterAll(async () => {
    await db.close();
    expect(await service.end('SIGTERM')).toBe(0);
    removeFolder(data);
  });

  test('of the service', async () => {
    const log = newLog();
    let killed = false;
    const batches = made(1, 6_000, 60);
    const load = sendAll(() => ({ url: service.url, key }), batches, log, { over: () => killed });
    await until('a third of the load', async () => log.acknowledged.size > 2_000);
    await service.end('SIGKILL');
    killed = true;
    await load;
    const acknowledged = new Set(log.acknowledged);

    service = await serve(data);
    await db.close();
    db = await databaseOf(data);
    const kept = await found(db, acknowledged);
    const any = await found(db, log.sent);
    tell('service killed', { sent: log.sent.size, acknowledged: acknowledged.size, found: kept, 'found in all': any });
    expect(acknowledged.size).toBeGreaterThan(2_000);
    expect(acknowledged.size).toBeLessThan(5_700);
    expect(kept).toBe(acknowledged.size);

    // A client that did not hear sends again, what was kept and what was not.
    await sendAll(() => ({ url: service.url, key }), batches, log);
    expect(await found(db, log.sent)).toBe(log.sent.size);
    const { contacts, differences } = await compareScores(db);
    tell('after everything was sent again', { sent: log.sent.size, found: await found(db, log.sent), contacts });
    expect(contacts).toBe(60);
    expect(differences).toEqual([]);
  });

  test('of PostgreSQL and all of its processes', async () => {
    const log = newLog();
    const load = sendAll(() => ({ url: service.url, key }), made(2, 6_000, 60), log);
    await until('a third of the load', async () => log.acknowledged.size > 2_000);
    const before = log.acknowledged.size;
    signalAll('SIGKILL', postgresProcesses(data));
    await load;
    await db.close();
    db = await databaseOf(data);
    const kept = await found(db, log.acknowledged);
    const { contacts, differences } = await compareScores(db);
    const refused = log.statuses.get(503) ?? 0;
    tell('PostgreSQL killed', {
      sent: log.sent.size,
      acknowledged: log.acknowledged.size,
      found: kept,
      'times 503': refused,
    });
    expect(before).toBeLessThan(log.sent.size);
    expect(refused).toBeGreaterThan(0);
    expect(log.withoutDelay).toBe(0);
    expect([...log.statuses.keys()].sort()).toEqual([200, 503]);
    expect(kept).toBe(log.sent.size);
    expect(contacts).toBe(60);
    expect(differences).toEqual([]);
  });

  test('of one of two processes that score', async () => {
    const other = dataFolder();
    const second = await serve(other, { DATABASE_URL: db.pool.options.connectionString ?? '' });
    const log = newLog();
    const load = sendAll(() => ({ url: service.url, key }), made(3, 6_000, 60), log);
    await until('half of the load', async () => log.acknowledged.size > 3_000);
    await second.end('SIGKILL');
    await load;
    const { contacts, differences } = await compareScores(db);
    tell('one of two workers killed', {
      sent: log.sent.size,
      acknowledged: log.acknowledged.size,
      found: await found(db, log.acknowledged),
      contacts,
    });
    expect(await found(db, log.acknowledged)).toBe(log.sent.size);
    expect(contacts).toBe(60);
    expect(differences).toEqual([]);
    removeFolder(other);
  });
});
