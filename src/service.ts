/**
 * A whole service in one process: database, migrations, app, workers and server, started in this order and stopped in the
 * other. It decides how long stopping may take; it refuses to know flags and what is printed.
 */

import type { Logger } from 'pino';
import { type App, createApp } from './app.ts';
import type { Config } from './config.ts';
import { createSend, createSendMail } from './connectors/send.ts';
import { ScorelineError } from './core/errors.ts';
import { ANSWER_TIME, createDeliveries } from './deliveries.ts';
import { startDemoJobs } from './demo-job.ts';
import { startJobs } from './jobs.ts';
import { createMailer } from './mailing.ts';
import { countedSend } from './metrics.ts';
import { createReviewing } from './reviewing.ts';
import { createServer } from './server.ts';
import { openDb, type Pooled } from './store/db.ts';
import { migrate } from './store/migrate.ts';
import { borrowPostgres, keepPostgres, type OwnPostgres } from './store/own-postgres.ts';
import { ensureAdministrator, publicUrl } from './users.ts';
import { startWorkers } from './worker.ts';

export interface Service {
  readonly app: App;
  /** Where it listens, such as http://127.0.0.1:3000. */
  readonly address: string;
  /** Whom the first start made, with the password if it was made up: it is not shown again. Null for later starts. */
  readonly administrator: { readonly email: string; readonly password: string | null } | null;
  /** Takes no more requests, lets those that run come to an end for a few seconds, and closes everything. */
  stop(): Promise<void>;
}

/** Milliseconds that running requests get to come to an end. */
const GRACE = 10_000;

/**
 * Starts a service.
 * @param config settings; the data folder is used when there is no DATABASE_URL
 * @param clock the present instant in milliseconds, UTC
 * @throws ScorelineError `data_in_use`, `database_unavailable`, `database_newer`, `port_in_use`
 */
export async function startService(config: Config, log: Logger, clock: () => number): Promise<Service> {
  /** What to do to undo what was done so far, the latest last. */
  const undo: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) {
      await step().catch((err: unknown) => log.error({ err }, 'a part did not stop in order'));
    }
  };
  try {
    const postgres = await databaseOf(config, log);
    undo.push(postgres.stop);
    const db = openDb(postgres.url);
    undo.push(db.close);
    const run = await migrate(db, clock());
    log.info({ migrations: run }, 'the database is ready');
    const app = createApp({ db, config, log, clock });
    undo.push(app.close);
    await startJobs(app);
    await startDemoJobs(app);
    const allowPrivate = config.SCORELINE_ALLOW_PRIVATE_WEBHOOKS === 'yes';
    const send = countedSend(createSend({ allowPrivate, timeout: ANSWER_TIME }), app.metrics);
    const deliveries = createDeliveries({ ...app, send, random: Math.random });
    undo.push(deliveries.stop);
    deliveries.start();
    app.handoffs.start();
    const reviewing = createReviewing(app);
    undo.push(reviewing.stop);
    reviewing.start();
    startMailing(app, undo);
    const workers = startWorkers(app, config.SCORELINE_WORKERS);
    undo.push(workers.stop);
    app.ingest.onCommit(workers.wake);
    const server = await createServer(app);
    undo.push(() => closeServer(server));
    const address = await server
      .listen({ host: config.SCORELINE_HOST, port: config.SCORELINE_PORT })
      .catch((error: unknown) => refuse(error, config));
    log.info({ address }, 'the service listens');
    // Last, because a password that was made up must not be lost with a start that fails.
    const administrator = await ensureAdministrator(app);
    return { app, address, administrator, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Where a mail server is named, people are told by e-mail. */
function startMailing({ db, log, clock, config }: App, undo: (() => Promise<void>)[]): void {
  const { SCORELINE_SMTP_URL: url, SCORELINE_MAIL_FROM: from } = config;
  if (url === undefined) return;
  const sendMail = createSendMail(url, from, ANSWER_TIME);
  const mailer = createMailer({ db, log, clock, sendMail, home: publicUrl(config) });
  undo.push(mailer.stop);
  mailer.start();
}

/**
 * Opens the database for as long as a command works, whether or not a service runs: the one of DATABASE_URL, or the one of
 * the data folder.
 * @throws ScorelineError `data_in_use`, `database_unavailable`
 */
export async function withServer<T>(config: Config, work: (db: Pooled) => Promise<T>): Promise<T> {
  const { DATABASE_URL: url, SCORELINE_DATA: folder } = config;
  const postgres = url === undefined ? await borrowPostgres(folder) : { url, stop: async () => {} };
  const db = openDb(postgres.url);
  try {
    return await work(db);
  } finally {
    await db.close();
    await postgres.stop();
  }
}

/** The same, with all tables there. @throws ScorelineError `database_newer` too */
export const withDatabase = <T>(config: Config, clock: () => number, work: (db: Pooled) => Promise<T>): Promise<T> =>
  withServer(config, async (db) => {
    await migrate(db, clock());
    return work(db);
  });

async function databaseOf(config: Config, log: Logger): Promise<OwnPostgres> {
  if (config.DATABASE_URL !== undefined) return { url: config.DATABASE_URL, stop: async () => {} };
  return keepPostgres(config.SCORELINE_DATA, {
    server: (line) => log.debug({ part: 'postgres' }, line),
    note: (line) => log.warn({ part: 'postgres' }, line),
  });
}

type Server = Awaited<ReturnType<typeof createServer>>;

async function closeServer(server: Server): Promise<void> {
  const closed = server.close();
  const late = setTimeout(() => server.server.closeAllConnections(), GRACE);
  await closed.finally(() => clearTimeout(late));
}

function refuse(error: unknown, { SCORELINE_HOST: host, SCORELINE_PORT: port }: Config): never {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') throw new ScorelineError('port_in_use', `another program listens on ${host}:${port}.`);
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    throw new ScorelineError('setting_invalid', `nobody may listen on ${host}:${port} here (${code}).`);
  }
  throw error;
}
