// The service as somebody runs it: started, asked, stopped and started again, with the commands that work beside it.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { program } from '../../test/command.ts';
import { canServe, dataFolder, type Running, removeFolder, serve, until } from '../../test/faults/service.ts';

describe.skipIf(!canServe())('scoreline serve', () => {
  const data = dataFolder();
  let service: Running;
  let key: string;
  beforeAll(async () => {
    service = await serve(data);
  });
  afterAll(async () => {
    await service.end('SIGKILL');
    removeFolder(data);
  });

  const get = (path: string, headers: Record<string, string> = {}) => fetch(service.url + path, { headers });

  test('lives, is ready, and shows its figures to this machine', async () => {
    expect((await get('/healthz')).status).toBe(200);
    expect(await (await get('/readyz')).json()).toMatchObject({ ok: true });
    const figures = await (await get('/metrics')).text();
    expect(figures).toMatch(/^scoreline_request_seconds_count\{method="GET",route="\/healthz",status="200"\} 1$/m);
    expect(figures).toMatch(/^scoreline_changed_rows 0$/m);
    expect(figures).toMatch(/^process_resident_memory_bytes \d+$/m);
  });

  test('a key is made, used, listed and revoked while it runs', async () => {
    const made = await program(['key', 'create', '--write', '--name', 'shop', '--data', data]);
    key = made.out.trim();
    expect(key).toMatch(/^slk_\S+$/);
    expect(made.err).toContain('“shop”');
    const bearer = { authorization: `Bearer ${key}` };
    expect((await get('/api/imports', bearer)).status).toBe(200);
    const listed = await program(['key', 'list', '--data', data]);
    expect(listed.out).toContain('shop');
    expect(listed.out).not.toContain(key);
    const id = /^(\d+) .*shop/m.exec(listed.out)?.[1] ?? '';
    expect((await program(['key', 'revoke', id, '--data', data])).status).toBe(0);
    expect((await get('/api/imports', bearer)).status).toBe(401);
    expect((await program(['key', 'list', '--data', data])).out).toContain('revoked');
    expect(await program(['key', 'revoke', '99', '--data', data])).toMatchObject({ status: 1 });
  });

  test('a proxy on this machine does not open the figures', async () => {
    expect((await get('/metrics', { 'x-forwarded-for': '127.0.0.1' })).status).toBe(401);
    expect((await get('/metrics', { authorization: `Bearer ${key}` })).status).toBe(401);
    const reading = await program(['key', 'create', '--read', '--expires', '2099-01-01', '--data', data]);
    const bearer = { authorization: `Bearer ${reading.out.trim()}`, 'x-forwarded-for': '10.0.0.1' };
    expect((await get('/metrics', bearer)).status).toBe(200);
  });

  test.each([
    [['key', 'create', '--data', data], 'name one of --read and --write.'],
    [['key', 'create', '--read', '--write', '--data', data], 'name one of --read and --write.'],
    [['key', 'create', '--read', '--expires', '2001-01-01', '--data', data], 'is no instant to come'],
    [['key', 'revoke', 'x', '--data', data], 'is no id of a key'],
    [['serve', '--port', '99999', '--data', data], 'SCORELINE_PORT is not as it should be'],
  ])('%j is refused in one line', async (words, sentence) => {
    const { status, err } = await program(words);
    expect(status).toBe(2);
    expect(err).toContain(sentence);
    expect(err.trim().split('\n')).toHaveLength(2);
  });

  test('the doctor finds nothing wrong', async () => {
    const { status, out } = await program(['doctor', '--data', data]);
    expect(out.split('\n').filter((line) => line !== '' && !/^\w+ +ok /.test(line))).toEqual([]);
    expect(status).toBe(0);
  });

  test('a folder in use and a port in use are one clear line', async () => {
    const again = await program(['serve', '--port', '0', '--data', data]);
    expect(again).toMatchObject({ status: 1, out: '' });
    expect(again.err).toContain('is in use by a running server');
    const other = dataFolder();
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    const taken = await program(['serve', '--port', port, '--data', other]);
    holder.close();
    removeFolder(other);
    expect(taken.status).toBe(1);
    expect(taken.err).toContain(`another program listens on 127.0.0.1:${port}.`);
  });

  test('it stops in order, and a second start finds everything as it was', async () => {
    const before = (await program(['key', 'list', '--data', data])).out;
    expect(await service.end('SIGINT')).toBe(0);
    expect(service.log()).toContain('the service has stopped');
    const stopped = await program(['doctor', '--data', data]);
    expect(stopped.status).toBe(0);
    service = await serve(data);
    expect((await program(['key', 'list', '--data', data])).out).toBe(before);
    expect(service.log()).not.toContain('correct horse battery');
  });

  test('a second signal ends it at once, and a later start finds everything', async () => {
    const before = (await program(['key', 'list', '--data', data])).out;
    // A request that does not come to its end keeps it from stopping for ten seconds.
    const { hostname, port } = new URL(service.url);
    const open = connect(Number(port), hostname);
    open.on('error', () => {});
    open.write('POST /v1/track HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{');
    await until('the request to arrive', async () => open.bytesWritten > 0 && (await get('/healthz')).ok);
    service.child.kill('SIGINT');
    await until('the service to begin to stop', async () => service.log().includes('the service stops'));
    // Within half a second a second signal counts as the same one: it comes from the terminal and from npm.
    await sleep(700);
    expect(service.child.exitCode).toBeNull();
    const begun = performance.now();
    expect(await service.end('SIGINT')).toBe(1);
    console.log(`second signal: ended after ${Math.round(performance.now() - begun)} ms`);
    expect(service.log()).not.toContain('the service has stopped');
    open.destroy();
    service = await serve(data);
    expect((await program(['key', 'list', '--data', data])).out).toBe(before);
  });
});

test('doctor without a database says what to do', async () => {
  const url = process.env.DATABASE_URL;
  process.env.DATABASE_URL = 'postgresql://nobody@127.0.0.1:1/none';
  try {
    const { status, out, err } = await program(['doctor']);
    expect(status).toBe(1);
    expect(out).toMatch(/^database +WRONG the database does not answer: .*check that PostgreSQL runs/m);
    expect(err).toContain('1 thing of these must be mended');
  } finally {
    if (url === undefined) delete process.env.DATABASE_URL;
    else process.env.DATABASE_URL = url;
  }
});
