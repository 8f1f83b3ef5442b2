// A lock that somebody else holds, and a process of the server that hangs: whoever waits is told in time, others go on,
// and nothing stays behind.
import { afterAll, describe, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { testApp } from '../../test/service.ts';
import { byKey } from '../../test/signed-in.ts';
import { createServer } from '../server.ts';
import { openDb } from './db.ts';
import { patiently } from './patience.ts';

const url = await postgresUrl();
const LITTLE = { lock: 300, answer: 1 };
const unavailable = { code: 'database_unavailable' };

describe.skipIf(url === undefined)('patience', async () => {
  const service = await testApp(url ?? '');
  const { app } = service;
  const ask = await byKey(await createServer(app), service, 'write');
  const post = async (path: string, payload: object) => {
    const { statusCode: status, headers, json } = await ask({ method: 'POST', url: path, payload });
    return { status, code: json().code, delay: headers['retry-after'] };
  };
  const db = openDb(url ?? '', 3);
  afterAll(db.close);
  /** Processes of the server that wait for a lock. */
  const waiting = async () =>
    (await app.db.rows("select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"))
      .length;

  test.concurrent('with a lock that is held, a request is told to come again, and works when it is gone', async ({
    expect,
    onTestFinished,
  }) => {
    const holder = await app.db.pool.connect();
    // Closed and not given back: with it goes the lock, whatever happens here.
    onTestFinished(() => holder.release(true));
    await holder.query('begin; lock table contact in access exclusive mode');
    const person = { userId: 'u1', traits: { title: 'CEO' } };
    const asked = post('/api/contacts', person);
    // One statement and no transaction: there is no bound for locks alone, and the server is told that nobody waits.
    await expect(patiently(LITTLE, () => db.rows('select from contact'))).rejects.toMatchObject(unavailable);
    const lost = patiently(LITTLE, () => db.transaction((tx) => tx.rows('select from contact')));
    await expect(lost).rejects.toMatchObject({ code: '55P03' });
    expect(await asked).toEqual({ status: 503, code: 'database_unavailable', delay: '1' });
    await expect.poll(waiting).toBe(0);
    await holder.query('rollback');
    expect(await post('/api/contacts', person)).toMatchObject({ status: 200 });
    expect(await db.rows('select traits from contact')).toEqual([{ traits: person.traits }]);
  });

  test.concurrent('a process of the server that hangs holds up nobody else, and leaves nothing behind', async ({
    expect,
  }) => {
    // The server may be on another machine.
    if (process.env.DATABASE_URL) return console.warn('Not tried with a server that others started.');
    let stopped = 0;
    const work = patiently(LITTLE, () =>
      db.transaction(async (tx) => {
        const [{ pid = 0 } = {}] = await tx.rows<{ pid: number }>('select pg_backend_pid() as pid');
        await tx.rows("insert into source (kind, name, created_at) values ('http', 'hung', 0)");
        stopped = pid;
        process.kill(pid, 'SIGSTOP');
        await tx.rows('select 1');
      }),
    );
    await expect(work).rejects.toMatchObject(unavailable);
    expect(await db.rows('select 1 as one')).toEqual([{ one: 1 }]);
    process.kill(stopped, 'SIGCONT');
    await expect.poll(() => db.rows('select from pg_stat_activity where pid = $1', [stopped])).toEqual([]);
    expect(await db.rows("select from source where name = 'hung'")).toEqual([]);
  });
});
