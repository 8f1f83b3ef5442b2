import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { LookupFunction } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { createSend, isPublic, type OutRequest } from './send.ts';

const servers = new Set<ReturnType<typeof createServer>>();
afterAll(() => {
  for (const server of servers) server.closeAllConnections();
  for (const server of servers) server.close();
});

/** A server on this machine; counts who came. */
async function listen(answer: RequestListener) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  servers.add(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { port, seen };
}

/** Names lead where the test says, one answer after the other. */
const names =
  (...answers: string[][]): LookupFunction =>
  (_hostname, _options, tell) => {
    const found = answers.length > 1 ? answers.shift() : answers[0];
    tell(
      null,
      (found ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };

const post = (url: string): OutRequest => ({ method: 'POST', url, headers: { 'x-one': '1' }, body: 'hello' });
const inside = createSend({ allowPrivate: true, timeout: 5_000 });

test('a call brings its body, and the beginning of the answer comes back', async () => {
  const { port, seen } = await listen((request, response) => {
    request.pipe(response.writeHead(201, { 'x-two': '2' }));
  });
  const answer = await inside(post(`http://127.0.0.1:${port}/a?b=c`));
  expect(answer).toMatchObject({ status: 201, headers: { 'x-two': '2' }, body: 'hello' });
  expect(seen).toEqual(['POST /a?b=c']);
});

test('an endless answer is cut, a redirect is not followed', async () => {
  const { port, seen } = await listen((request, response) => {
    if (request.url === '/away') return void response.writeHead(302, { location: '/elsewhere' }).end();
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(10_000)));
    };
    response.on('drain', more);
    more();
  });
  expect((await inside(post(`http://127.0.0.1:${port}/`))).body).toHaveLength(10_000);
  expect((await inside(post(`http://127.0.0.1:${port}/away`))).status).toBe(302);
  expect(seen).toEqual(['POST /', 'POST /away']);
});

test('who does not answer in time, or drips, is given up', async () => {
  const hasty = createSend({ allowPrivate: true, timeout: 200 });
  const silent = await listen(() => {});
  await expect(hasty(post(`http://127.0.0.1:${silent.port}/`))).rejects.toThrow('no answer within 0.2 s');
  const dripping = await listen((_request, response) => {
    const drip = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(drip));
  });
  await expect(hasty(post(`http://127.0.0.1:${dripping.port}/`))).rejects.toThrow('no answer within 0.2 s');
});

describe('addresses of one’s own network', () => {
  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::1',
    '3fff::1',
    '5f00::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    'not an address',
    '',
  ])('%s is not public', (address) => {
    expect(isPublic(address)).toBe(false);
  });
  test.each(['1.1.1.1', '8.8.8.8', '100.128.0.1', '172.32.0.1', '2606:4700:4700::1111', '2a00:1450::1'])(
    '%s is public',
    (address) => {
      expect(isPublic(address)).toBe(true);
    },
  );

  test.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[fd00::1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://user:password@example.com/',
    'http://example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'example.com',
    '',
  ])('%s is refused before anything is resolved', async (url) => {
    const send = createSend({
      allowPrivate: false,
      timeout: 1_000,
      lookup: () => {
        throw new Error('something was resolved');
      },
    });
    await expect(send(post(url))).rejects.toMatchObject({ code: 'request_invalid' });
  });

  test('a name that leads inside is refused, alone or among public addresses, and nobody is called', async () => {
    const { port, seen } = await listen((_request, response) => void response.end());
    const url = `https://inside.example:${port}/`;
    for (const found of [['127.0.0.1'], ['1.1.1.1', '127.0.0.1'], ['::ffff:127.0.0.1'], ['169.254.169.254']]) {
      const send = createSend({ allowPrivate: false, timeout: 1_000, lookup: names(found) });
      await expect(send(post(url))).rejects.toThrow('is not a public address');
    }
    const nowhere = createSend({ allowPrivate: false, timeout: 1_000, lookup: names([]) });
    await expect(nowhere(post(url))).rejects.toThrow('has no address');
    expect(seen).toEqual([]);
  });

  test('a name is asked for once, and the connection goes where that answer leads', async () => {
    const { port, seen } = await listen((_request, response) => void response.end());
    // As in DNS rebinding: one address for the check, another for whoever asks again.
    let asked = 0;
    const rebinding: LookupFunction = (hostname, options, tell) => {
      asked += 1;
      names(asked === 1 ? ['127.0.0.1'] : ['192.0.2.1'])(hostname, options, tell);
    };
    const send = createSend({ allowPrivate: true, timeout: 5_000, lookup: rebinding });
    expect((await send(post(`http://rebinding.example:${port}/`))).status).toBe(200);
    expect(asked).toBe(1);
    expect(seen).toHaveLength(1);
  });

  test('where they are allowed, a name inside is called', async () => {
    const { port, seen } = await listen((_request, response) => void response.end());
    const send = createSend({ allowPrivate: true, timeout: 1_000, lookup: names(['127.0.0.1']) });
    expect((await send(post(`http://inside.example:${port}/`))).status).toBe(200);
    expect(seen).toHaveLength(1);
  });
});
