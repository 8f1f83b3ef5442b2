/**
 * A real service in a process of its own, to be killed and started again, and its database to look into. It refuses to
 * know what is tested.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDb, type Pooled } from '../../src/store/db.ts';
import { hasEmbeddedPostgres, noteOfPostgres } from '../../src/store/embedded.ts';
import { createKey } from '../../src/store/keys.ts';
import { ROOT } from '../command.ts';

/** Whether these tests can run here; else says so. */
export function canServe(): boolean {
  if (hasEmbeddedPostgres()) return true;
  console.warn(`Fault tests are skipped: npm has no PostgreSQL for ${process.platform}-${process.arch}.`);
  return false;
}

export interface Running {
  readonly url: string;
  readonly child: ChildProcess;
  /** What it wrote to standard error. */
  log(): string;
  /** Sends a signal and waits for the end. @returns the exit status, null where a signal ended it */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** A folder for data; to be removed by `removeFolder`. */
export const dataFolder = (): string => mkdtempSync(join(tmpdir(), 'scoreline-fault-'));
export const removeFolder = (path: string): void => rmSync(path, { recursive: true, force: true, maxRetries: 20 });

/** Starts `scoreline serve` and waits until it says where it listens. */
export async function serve(data: string, env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const child = spawn(process.execPath, [join(ROOT, 'bin/scoreline.js'), 'serve', '--port', '0', '--data', data], {
    env: { ...process.env, DATABASE_URL: '', SCORELINE_ADMIN_PASSWORD: 'correct horse battery', ...env },
  });
  let [out, err] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = once(child, 'exit');
  const url = await new Promise<string>((tell, fail) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      const found = /Scoreline runs at (\S+)/.exec(out)?.[1];
      if (found !== undefined) tell(found);
    });
    ended.then(() => fail(new Error(`the service did not start: ${err}`)));
  });
  return {
    url,
    child,
    log: () => err,
    end: async (signal) => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const [status]: (number | null)[] = await ended;
      return status ?? null;
    },
  };
}

/** The database that a service on this folder runs, as often as it was started again. */
export async function databaseOf(data: string): Promise<Pooled> {
  const url = await until('the database of the service', () => noteOfPostgres(data));
  return openDb(url, 3);
}

/** Ids of the process of the database's server, and of all that it started, for its data folder. */
export function postgresProcesses(data: string): number[] {
  const first = Number.parseInt(readFileSync(join(data, 'postgres/cluster/postmaster.pid'), 'utf8'), 10);
  const children = readFileSync(`/proc/${first}/task/${first}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return [first, ...children.map(Number)];
}

/** Sends a signal to processes, of which some may have ended since they were looked for. */
export function signalAll(signal: NodeJS.Signals, ids: readonly number[]): void {
  for (const id of ids) {
    try {
      process.kill(id, signal);
    } catch {
      // It ended between the look and the signal.
    }
  }
}

/** Megabytes that a service has in memory: now, or at most until now. */
export function memoryOf({ child }: Running, when: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Math.round(Number(new RegExp(`${when}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024);
}

export const newKey = async (db: Pooled, name = 'load'): Promise<string> =>
  (await createKey(db, { name, scope: 'write', by: 'test', now: Date.now() })).key;

/** Looks again and again until something is there. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  patience = 30_000,
): Promise<T> {
  const giveUp = Date.now() + patience;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > giveUp) throw new Error(`waited ${patience} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
