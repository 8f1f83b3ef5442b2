/** One service in two processes on one database, for the made-up year: both can look after hand-offs at once. */

import { pino } from 'pino';
import { type App, createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createServer } from '../../src/server.ts';
import { openDb } from '../../src/store/db.ts';
import { migrate } from '../../src/store/migrate.ts';
import { asPerson, type Call, ORIGIN } from '../signed-in.ts';
import type { Service } from './world.ts';

export interface Processes extends Service {
  /** The first of them. */
  app(): App;
  close(): Promise<void>;
}

/** @param url an empty database; @param now when it all begins */
export async function startProcesses(url: string, now: number): Promise<Processes> {
  let clock = now;
  const db = openDb(url);
  await migrate(db, now);
  // Nobody pulls the plug in a made-up year: commits need not wait for the disk.
  const [{ name = '' } = {}] = await db.rows<{ name: string }>('select current_database() as name');
  await db.rows(`alter database "${name}" set synchronous_commit = off`);
  await db.close();
  const open = async () => {
    const own = openDb(url, 6);
    const app = createApp({
      db: own,
      config: readConfig({ SCORELINE_URL: ORIGIN }),
      log: pino({ level: process.env.YEAR_LOG ?? 'silent' }),
      clock: () => clock,
    });
    const server = await createServer(app);
    await server.ready();
    const close = async (): Promise<void> => {
      await server.close();
      await app.close();
      await own.close();
    };
    return { app, server, close };
  };
  let [first, second] = [await open(), await open()];
  const people = new Map<string, Call>();
  const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36' };
  for (const role of ['administrator', 'marketing', 'sales'] as const)
    people.set(role, await asPerson(() => first.server, { app: first.app, now }, role));
  const as = (role: string): Call => people.get(role) ?? (() => Promise.reject(new Error(`nobody is ${role}`)));
  return {
    app: () => first.app,
    call: (method, url, body) =>
      as('administrator')({ method, url, headers, ...(body === undefined ? {} : { payload: body }) }),
    sign: async (url, body) => {
      for (const role of ['marketing', 'sales']) {
        const { statusCode, body: answer } = await as(role)({ method: 'POST', url, payload: body });
        if (statusCode !== 200) throw new Error(answer);
      }
    },
    moveTo: (to) => {
      clock = to;
    },
    fill: async () => {
      const { work } = first.app.scoring;
      while ((await work.live()) > 0);
      while ((await work.fill()) > 0);
    },
    settle: async (sent, twice) => {
      const { work } = first.app.scoring;
      const left = async (): Promise<boolean> => (await first.app.db.rows('select 1 from changed limit 1')).length > 0;
      // Time alone changes what somebody is worth.
      while ((await work.live()) > 0 || (sent && (await left())));
      if (twice) await Promise.all([first.app.handoffs.look(), second.app.handoffs.look()]);
      await first.app.handoffs.look();
    },
    given: async (at) => {
      const rows = await first.app.db.rows<{ id: string }>(
        `select distinct handoff_id::text as id, handoff_id from handoff_notice where at = $1 and kind = 'assigned' order by handoff_id`,
        [at],
      );
      return rows.map(({ id }) => id);
    },
    begunAfter: (handoffId) =>
      first.app.db.rows(
        `select handoff_id::text as "handoffId", contact_id::text as "contactId" from handoff where handoff_id > $1::bigint
         order by handoff_id`,
        [handoffId],
      ),
    bornAfter: (contactId) =>
      first.app.db.rows(
        `select contact_id::text as "contactId", value as "user" from identity
         where contact_id > $1::bigint and kind = 'user_id' order by contact_id`,
        [contactId],
      ),
    restart: async () => {
      await first.close();
      await second.close();
      [first, second] = [await open(), await open()];
    },
    close: async () => {
      await first.close();
      await second.close();
    },
  };
}
