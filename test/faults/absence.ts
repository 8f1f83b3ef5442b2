/**
 * A database that is taken away from a service for a while, and given back: what clients are told meanwhile, what memory
 * it costs, and what is there afterwards. How long, and what of it is right, is for others to say.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openDb } from '../../src/store/db.ts';
import { startPostgres } from '../../src/store/embedded.ts';
import { compareScores, found, type Log, made, newLog, publish, sendAll, tell } from './load.ts';
import {
  dataFolder,
  memoryOf,
  newKey,
  postgresProcesses,
  type Running,
  removeFolder,
  serve,
  signalAll,
  until,
} from './service.ts';

export interface Absence {
  readonly log: Log;
  /** Of what was acknowledged, what is there. */
  readonly kept: number;
  /** Between the scores and those of the command line. */
  readonly differences: readonly string[];
  /** What other requests than those of the load were answered within half a minute, the one to /healthz first. */
  readonly meanwhile: readonly { readonly status: number; readonly delay?: string | null }[];
  /** Megabytes of the service, the most until the end of the absence. */
  readonly most: number;
}

/** Takes the database of a service under load away for so many milliseconds. */
export async function withoutDatabase(way: 'gone' | 'standing still', ms: number): Promise<Absence> {
  const [data, folder] = [dataFolder(), dataFolder()];
  let postgres = await startPostgres({ dataDir: folder });
  const service = await serve(data, { DATABASE_URL: postgres.url });
  let stopped: number[] = [];
  const takeAway = async (): Promise<void> => {
    if (way === 'gone') return postgres.stop();
    stopped = postgresProcesses(folder);
    signalAll('SIGSTOP', stopped);
  };
  const giveBack = async (): Promise<void> => {
    if (way === 'gone') postgres = await startPostgres({ dataDir: folder, port: Number(new URL(postgres.url).port) });
    signalAll('SIGCONT', stopped);
  };
  try {
    const first = openDb(postgres.url, 2);
    const key = await newKey(first);
    await publish(first);
    await first.close();
    const cookie = await sessionOf(service.url);
    const log = newLog();
    const load = sendAll(() => ({ url: service.url, key }), made(4, 10_000, 40), log, { width: 16 });
    await until('some of the load', async () => log.acknowledged.size > 1_000);
    await takeAway();
    const begun = performance.now();
    const before = memoryOf(service);
    const meanwhile = await askAround(service, { key, cookie });
    const waited = Math.round(performance.now() - begun);
    await sleep(Math.max(0, ms - waited));
    const most = memoryOf(service, 'VmHWM');
    await giveBack();
    await load;
    const db = openDb(postgres.url, 2);
    const kept = await found(db, log.acknowledged);
    const { differences } = await compareScores(db);
    await db.close();
    tell(`database ${way} for ${ms / 1_000} s`, {
      sent: log.sent.size,
      acknowledged: log.acknowledged.size,
      found: kept,
      'times 503': log.statuses.get(503) ?? 0,
      'ms until others were told': waited,
      'MB before': before,
      'MB at most': most,
    });
    return { log, kept, differences, meanwhile, most };
  } finally {
    signalAll('SIGCONT', stopped);
    await service.end('SIGTERM');
    await postgres.stop();
    for (const path of [data, folder]) removeFolder(path);
  }
}

/** Asks in all ways that need the database, and in one that does not. */
async function askAround({ url }: Running, { key, cookie }: { key: string; cookie: string }) {
  const ask = async (path: string, headers: Record<string, string> = {}) =>
    fetch(url + path, { headers, signal: AbortSignal.timeout(30_000) });
  const refused = async (asked: Promise<Response>) => {
    const { status, headers } = await asked;
    return { status, delay: headers.get('retry-after') };
  };
  const contacts = '/api/contacts?email=a@b.example';
  const { status } = await ask('/healthz');
  return [
    { status },
    ...(await Promise.all([
      refused(ask('/readyz')),
      refused(ask(contacts, { authorization: `Bearer ${key}` })),
      refused(ask(contacts, { cookie })),
      refused(ask('/api/auth/get-session', { cookie })),
    ])),
  ];
}

/** The cookie of the administrator that the first start made. */
async function sessionOf(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'admin@scoreline.local', password: 'correct horse battery' }),
  });
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}
