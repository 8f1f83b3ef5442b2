/**
 * The queue of long work: pg-boss in a schema of its own beside ours. It decides that a job whose process died is taken
 * up again within a minute, and that one job of a kind runs at a time; it refuses to know what a job does.
 */

import { PgBoss } from 'pg-boss';
import type { Pooled } from './db.ts';

/** Seconds. A process that did not say for so long that it is alive has lost its job. */
const HEARTBEAT = 10;
const LOOKED_AFTER = 5;
const TAKEN_UP = 2;
/** Between two tries of a job that failed. */
const RETRY_DELAY = 5;
const RETRIES = 20;
/** How long running work may take to stop, in milliseconds. */
const PATIENCE = 10_000;
/** pg-boss allows no longer. */
const LONGEST = 23 * 3_600;

export interface JobQueue {
  /** Has work done by whoever takes it up; nothing more where the same key is waiting or running already. */
  send(kind: string, data: object, key: string): Promise<void>;
  /**
   * Does the work of a kind from now on.
   * @param work given a signal that says when to stop, and whether it is the last try; an error has the job tried again later
   */
  work(kind: string, work: (data: unknown, signal: AbortSignal, isLast: boolean) => Promise<void>): Promise<void>;
  /** Tells running work to stop and waits for it, for some seconds. */
  stop(): Promise<void>;
}

/**
 * The queue. Nothing is asked of the database before it is used.
 * @param complain told what went wrong behind the scenes
 */
export function openJobs(db: Pooled, complain: (error: Error) => void): JobQueue {
  const stopping = new AbortController();
  const queues = new Map<string, Promise<void>>();
  let opened: Promise<PgBoss> | undefined;
  const boss = (): Promise<PgBoss> => {
    opened ??= start(db, complain);
    // Where it did not come up, the next who asks tries again.
    opened.catch(() => {
      opened = undefined;
    });
    return opened;
  };
  const queue = async (kind: string): Promise<PgBoss> => {
    const started = await boss();
    const made = queues.get(kind) ?? makeQueue(started, kind);
    queues.set(kind, made);
    made.catch(() => queues.delete(kind));
    await made;
    return started;
  };
  return {
    send: async (kind, data, key) => {
      await (await queue(kind)).send(kind, data, { singletonKey: key });
    },
    work: async (kind, work) => {
      await (await queue(kind)).work<unknown>(kind, { pollingIntervalSeconds: TAKEN_UP }, async ([job]) => {
        if (job === undefined) return;
        await work(job.data, AbortSignal.any([job.signal, stopping.signal]), job.retryCount >= RETRIES);
      });
    },
    stop: async () => {
      stopping.abort();
      const started = await opened?.catch(() => undefined);
      await started?.stop({ graceful: true, close: false, timeout: PATIENCE });
    },
  };
}

async function start(db: Pooled, complain: (error: Error) => void): Promise<PgBoss> {
  const [where] = await db.rows<{ schema: string }>('select current_schema() as schema');
  const own = where?.schema ?? 'public';
  const boss = new PgBoss({
    db: { executeSql: (text, values) => db.pool.query(text, values) },
    schema: own === 'public' ? 'scoreline_jobs' : `${own}_jobs`,
    superviseIntervalSeconds: LOOKED_AFTER,
    monitorIntervalSeconds: LOOKED_AFTER,
    schedule: false,
  });
  boss.on('error', complain);
  return boss.start();
}

async function makeQueue(boss: PgBoss, kind: string): Promise<void> {
  if ((await boss.getQueue(kind)) !== null) return;
  await boss.createQueue(kind, {
    // What is waiting or running already is not asked for again.
    policy: 'exclusive',
    heartbeatSeconds: HEARTBEAT,
    expireInSeconds: LONGEST,
    retryLimit: RETRIES,
    retryDelay: RETRY_DELAY,
  });
}
