/**
 * Whether the server answers anybody at all. It decides when waiting makes no more sense: not after some time, for a
 * statement may take as long as it needs, but when the server does not answer a new question either. It refuses to know
 * what was asked of it.
 *
 * A server that is gone breaks its connections, and who waits hears of it. One that stands still breaks nothing: its
 * machine is frozen, its disk hangs, the network swallows everything.
 */

import { Client, DatabaseError, type Pool, type PoolClient } from 'pg';

/** How often is looked, in milliseconds. */
const TICK = 1_000;
/** Looks after which a connection that is still in use makes us ask. */
const LOOKS = 3;
/** Milliseconds for an answer. Asked twice, for it may be we who were busy and did not hear. */
const ANSWER = 2_000;

export interface Silence {
  /** Whether the server did not answer when it was last asked: nobody should begin to wait. */
  silent(): boolean;
  /** What is done on this connection waits however long the silence lasts. */
  spare<T>(client: PoolClient, work: () => Promise<T>): Promise<T>;
  stop(): void;
}

/** Watches the connections of a pool, and cuts those in use when the server is silent: whoever waits hears at once. */
export function watchSilence(pool: Pool, url: string): Silence {
  /** Connections in use, and at how many looks they were. */
  const used = new Map<PoolClient, number>();
  const spared = new Set<PoolClient>();
  let silent = false;
  let asking = false;
  pool.on('acquire', (client) => used.set(client, 0));
  pool.on('release', (_error, client) => used.delete(client));

  async function look(): Promise<void> {
    for (const [client, looks] of used) used.set(client, looks + 1);
    const isLong = [...used].some(([client, looks]) => looks >= LOOKS && !spared.has(client));
    if (asking || !(silent || isLong)) return;
    asking = true;
    silent = !(await answers(url)) && !(await answers(url));
    asking = false;
    for (const client of used.keys()) {
      used.set(client, 0);
      // With a statement under way this breaks the connection, and the server takes back what was not committed.
      if (silent && !spared.has(client)) client.end().catch(() => {});
    }
  }

  const ticks = setInterval(look, TICK).unref();
  return {
    silent: () => silent,
    spare: async (client, work) => {
      spared.add(client);
      try {
        return await work();
      } finally {
        spared.delete(client);
      }
    },
    stop: () => clearInterval(ticks),
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: ANSWER,
    query_timeout: ANSWER,
    application_name: 'scoreline',
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch (error) {
    // A refusal is an answer too.
    return error instanceof DatabaseError;
  } finally {
    client.end().catch(() => {});
  }
}
