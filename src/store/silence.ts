/**
 * When waiting for the server makes no more sense: when it does not answer a new question either, or when one connection
 * took longer than whoever uses it wanted to wait. It decides how that is found out and that the connection is cut; it
 * refuses to know what was asked.
 *
 * A server that is gone breaks its connections, and who waits hears of it. One that stands still breaks nothing: its
 * machine is frozen, its disk hangs, the network swallows everything; or only one of its processes hangs.
 */

import { connect } from 'node:net';
import { Client, DatabaseError, type Pool, type PoolClient } from 'pg';

/** How often is looked, in milliseconds. */
const TICK = 1_000;
/** Looks after which a connection that is still in use makes us ask. */
const LOOKS = 3;
/** Milliseconds for an answer. Asked twice, for it may be we who were busy and did not hear. */
const ANSWER = 2_000;
/** Seconds for whoever names no bound: the libraries that bring their own queries, which are short. */
const GUEST = 30;

/** The number of the request that gives up what another connection asked for. */
const CANCEL = 80_877_102;

export interface Silence {
  /** Whether the server did not answer when it was last asked: nobody should begin to wait. */
  silent(): boolean;
  /**
   * From now on the connection is cut after so many seconds; null: never because of its own slowness.
   * Seconds are looks, so time in which this process itself was busy does not count.
   */
  bound(client: PoolClient, seconds: number | null): void;
  /** What is done on this connection waits however long the silence lasts. */
  spare<T>(client: PoolClient, work: () => Promise<T>): Promise<T>;
  stop(): void;
}

interface Use {
  /** At how many looks it was in use, since the server last answered. */
  looks: number;
  /** Looks until it is cut. */
  left: number | null;
}

/** Watches the connections of a pool, and cuts those that wait in vain: whoever waits hears at once. */
export function watchSilence(pool: Pool, url: string): Silence {
  /** Connections in use. */
  const used = new Map<PoolClient, Use>();
  const spared = new Set<PoolClient>();
  let silent = false;
  let asking = false;
  pool.on('acquire', (client) => used.set(client, { looks: 0, left: GUEST }));
  pool.on('release', (_error, client) => used.delete(client));

  async function look(): Promise<void> {
    for (const [client, use] of used) {
      use.looks++;
      if (use.left === null || use.left-- > 0) continue;
      use.left = null;
      cut(client);
      takeBack(client, url);
    }
    const isLong = [...used].some(([client, { looks }]) => looks >= LOOKS && !spared.has(client));
    if (asking || !(silent || isLong)) return;
    asking = true;
    silent = !(await answers(url)) && !(await answers(url));
    asking = false;
    for (const [client, use] of used) {
      use.looks = 0;
      if (silent && !spared.has(client)) cut(client);
    }
  }

  const ticks = setInterval(look, TICK).unref();
  return {
    silent: () => silent,
    bound: (client, seconds) => {
      const use = used.get(client);
      if (use !== undefined) use.left = seconds;
    },
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

/** With a statement under way this breaks the connection, and the server takes back what was not committed. */
const cut = (client: PoolClient): void => void client.end().catch(() => {});

/**
 * Asks the server to give up what a connection asked for: a process that waits for a lock does not see that nobody waits
 * for it any more. Told by the connection's own secret, as the protocol has it; what becomes of it, nobody hears.
 */
function takeBack(client: PoolClient, url: string): void {
  if (!('processID' in client) || !('secretKey' in client)) return;
  const { processID, secretKey } = client;
  if (typeof processID !== 'number' || typeof secretKey !== 'number') return;
  const { hostname, port, searchParams } = new URL(url);
  const folder = searchParams.get('host') ?? hostname;
  const number = Number(port || 5432);
  const socket = folder.startsWith('/') ? connect(`${folder}/.s.PGSQL.${number}`) : connect(number, folder);
  const request = Buffer.alloc(16);
  for (const [i, part] of [16, CANCEL, processID, secretKey].entries()) request.writeInt32BE(part, i * 4);
  socket.setTimeout(ANSWER, () => socket.destroy());
  socket.on('error', () => {});
  socket.end(request);
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
