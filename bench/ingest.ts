// How many events a second the service keeps: batches of 100 over keep-alive connections, acknowledged after commit.
// Prints events a second and how long an answer takes, with the database and with nothing behind the same endpoint.
// node bench/ingest.ts [seconds]

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { z } from 'zod';
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createServer } from '../src/server.ts';
import { openDb } from '../src/store/db.ts';
import { startPostgres } from '../src/store/embedded.ts';
import { createKey } from '../src/store/keys.ts';
import { migrate } from '../src/store/migrate.ts';
import { createSource } from '../src/store/sources.ts';

const BATCH = 100;
const CONTACTS = 50_000;
/** Each waits for its answer, so this many batches are on the way at most. */
const CONNECTIONS = 20;
/** Any instant does. */
const START = Date.UTC(2026, 0, 1);

const Ready = z.object({ address: z.string(), key: z.string() });
const Ended = z.object({ stored: z.number(), peak: z.number(), busy: z.number() });

if (process.argv[2] === 'serve') await serve(process.argv[3] === 'store');
else await measure(Number(process.argv[2] ?? 15));

/** The other process: a whole service on a database of its own. */
async function serve(withStore: boolean): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'scoreline-bench-'));
  const postgres = await startPostgres({ dataDir });
  const db = openDb(postgres.url);
  const clock = Date.now;
  await migrate(db, clock());
  const app = createApp({ db, config: readConfig({}), log: pino({ level: 'silent' }), clock });
  const nothing = { ...app, ingest: { ...app.ingest, accept: async () => {} } };
  const server = await createServer(withStore ? app : nothing);
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  const sourceId = await createSource(db, { kind: 'segment', name: 'bench', now: clock() });
  const { key } = await createKey(db, { name: 'bench', scope: 'ingest', sourceId, by: 'bench', now: clock() });
  const started = process.resourceUsage();
  process.send?.({ address, key });
  await once(process, 'message');
  await server.close();
  await app.close();
  const [count] = await db.rows<{ stored: number }>('select count(*) as stored from event');
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const busy = (userCPUTime + systemCPUTime - started.userCPUTime - started.systemCPUTime) / 1e6;
  process.send?.({ stored: count?.stored ?? 0, peak: Math.round(maxRSS / 1000), busy });
  await db.close();
  await postgres.stop();
  await rm(dataDir, { recursive: true });
  process.disconnect();
}

async function measure(seconds: number): Promise<void> {
  const rates: number[] = [];
  for (const [way, name] of [
    ['nothing', 'the endpoint with no store'],
    ['store', 'durable, acknowledged after commit'],
  ] as const) {
    const child = fork(import.meta.filename, ['serve', way]);
    const { address, key } = Ready.parse((await once(child, 'message'))[0]);
    const load = loadOn(new URL('/v1/batch', address), key);
    // Every contact is there before the clock starts.
    await load.run(() => load.sent < CONTACTS);
    const [before, began] = [load.sent, performance.now()];
    load.took.length = 0;
    await load.run(() => performance.now() - began < seconds * 1_000);
    const rate = (load.sent - before) / ((performance.now() - began) / 1_000);
    child.send('stop');
    const { stored, peak, busy } = Ended.parse((await once(child, 'message'))[0]);
    if (way === 'store' && stored !== load.sent)
      throw new Error(`${load.sent} were acknowledged and ${stored} are there`);
    const took = load.took.sort((a, b) => a - b);
    const at = (share: number) => `${Math.round(took[Math.floor(took.length * share)] ?? 0)} ms`;
    const cpu = ((busy / load.sent) * 1e6).toFixed(1);
    const figures = `p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(0.9999)}; the service held ${peak} MB and took ${cpu} µs of a core an event`;
    console.log(`${name}: ${Math.round(rate).toLocaleString('en')} events/s, ${figures}`);
    await once(child, 'exit');
    rates.push(rate);
  }
  const [alone = 0, kept = 0] = rates;
  console.log(`durable as a share of the same with no store: ${Math.round((100 * kept) / alone)} %`);
}

/** Clients that each send a batch, wait for the answer, and send the next. */
function loadOn(url: URL, key: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const headers = {
    authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
    'content-type': 'application/json',
  };
  const tails = Array.from({ length: 1_000 }, (_, i) => tailOf(i));
  const took: number[] = [];
  const load = { sent: 0, took, run };
  let next = 0;

  function body(): string {
    const messages: string[] = [];
    for (let i = 0; i < BATCH; i++) {
      const n = next++;
      // Steps that have no divisor with the number of contacts go through all of them, far from one after another.
      const contact = (n * 7_919) % CONTACTS;
      const at = new Date(START + n * 10).toISOString();
      messages.push(
        `{"messageId":"node-${START}-${n}","anonymousId":"visitor-${contact}","timestamp":"${at}",${tails[n % 1_000]}`,
      );
    }
    return `{"batch":[${messages.join(',')}],"sentAt":"${new Date().toISOString()}"}`;
  }

  async function run(goesOn: () => boolean): Promise<void> {
    const client = async (): Promise<void> => {
      while (goesOn()) {
        const began = performance.now();
        await send(body());
        took.push(performance.now() - began);
        load.sent += BATCH;
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, client));
  }

  const send = (text: string): Promise<void> =>
    new Promise((done, failed) => {
      const length = Buffer.byteLength(text);
      const sent = request(
        url,
        { method: 'POST', agent, headers: { ...headers, 'content-length': length } },
        (answer) => {
          answer.resume();
          answer.on('end', () => {
            if (answer.statusCode === 200) done();
            else failed(new Error(`the service answered ${answer.statusCode}`));
          });
        },
      );
      sent.on('error', failed);
      sent.end(text);
    });

  return load;
}

/** The rest of a message: what a web site sends of its pages, a form now and then, an opened e-mail. */
function tailOf(n: number): string {
  const page = {
    path: `/guides/${n % 300}`,
    url: `https://www.site.test/guides/${n % 300}`,
    title: `Guide ${n % 300}`,
    referrer: '',
  };
  const context = { library: { name: '@segment/analytics-node', version: '3.1.0' }, locale: 'en-GB' };
  const kinds = [
    { type: 'page', properties: page },
    { type: 'track', event: 'Content Downloaded', properties: { content: `guide-${n % 50}`, topic: `t${n % 20}` } },
    { type: 'track', event: 'Form Submitted', properties: { form: 'free-consultation', seconds: n % 90 } },
    { type: 'track', event: 'Email Opened', properties: { message: `news-${n % 30}`, subject: 'News of the week' } },
  ];
  const kind = kinds[n % 10 < 7 ? 0 : (n % 3) + 1];
  return JSON.stringify({ ...kind, context }).slice(1);
}
