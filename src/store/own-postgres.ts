/**
 * The server that Scoreline brings along, as a service needs it: started again when it ends by itself, and found by the
 * commands of another process. It decides how long is tried; how a server is run is decided in embedded.ts.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { ScorelineError } from '../core/errors.ts';
import { noteOfPostgres, startPostgres } from './embedded.ts';

/** Between two attempts to start a server that ended by itself, in milliseconds. */
const PAUSE = 500;

export interface OwnPostgres {
  /** The same for as long as this process has it, however often the server ends and is started again. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Runs a server on a folder until it is stopped.
 * @param say what the server reports, a line each, and what was done where it ended
 * @throws ScorelineError `data_in_use`, `database_unavailable`
 */
export async function keepPostgres(
  dataDir: string,
  say: { readonly server: (line: string) => void; readonly note: (line: string) => void },
): Promise<OwnPostgres> {
  let server = await startPostgres({ dataDir, log: say.server });
  const { url } = server;
  const port = Number(new URL(url).port);
  const over = new AbortController();
  const kept = (async () => {
    for (;;) {
      await Promise.race([server.gone, aborted(over.signal)]);
      if (over.signal.aborted) return server.stop();
      say.note('PostgreSQL ended by itself and is started again');
      for (;;) {
        try {
          server = await startPostgres({ dataDir, port, log: say.server });
          break;
        } catch (error) {
          say.note(error instanceof Error ? error.message : String(error));
          // Aborted while there is no server: nothing is left to stop.
          await sleep(PAUSE, undefined, { signal: over.signal }).catch(() => {});
          if (over.signal.aborted) return;
        }
      }
    }
  })();
  return {
    url,
    stop: () => {
      over.abort();
      return kept;
    },
  };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((tell) => {
    if (signal.aborted) tell();
    else signal.addEventListener('abort', () => tell(), { once: true });
  });

/**
 * A server on a folder for as long as a command takes: the one that runs already, or else one of its own.
 * @throws ScorelineError `data_in_use`, `database_unavailable`
 */
export async function borrowPostgres(dataDir: string): Promise<OwnPostgres> {
  const found = await answering(dataDir);
  if (found !== undefined) return { url: found, stop: async () => {} };
  try {
    return await startPostgres({ dataDir });
  } catch (error) {
    // Somebody was starting one at the same moment.
    if (!(error instanceof ScorelineError && error.code === 'data_in_use')) throw error;
    const other = await answering(dataDir);
    if (other === undefined) throw error;
    return { url: other, stop: async () => {} };
  }
}

/** The address at which the server of a folder answers; its password makes sure that it is the one. */
async function answering(dataDir: string): Promise<string | undefined> {
  const url = await noteOfPostgres(dataDir);
  if (url === undefined) return undefined;
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return url;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => {});
  }
}
