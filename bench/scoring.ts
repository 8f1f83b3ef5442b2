// Decides what is measured of the service's scoring: a new version over a whole base, one contact, and whether the cost of
// one change grows with the base. Refuses to know what the figures should be.
//
//   node bench/scoring.ts [--contacts 100000] [--events 2000000] [--large 1000000]

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { type App, createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { openDb } from '../src/store/db.ts';
import { startPostgres } from '../src/store/embedded.ts';
import { migrate } from '../src/store/migrate.ts';
import { startWorkers } from '../src/worker.ts';
import { fillBase, NOW } from './base.ts';

const { values } = parseArgs({
  options: {
    contacts: { type: 'string', default: '100000' },
    events: { type: 'string', default: '2000000' },
    large: { type: 'string', default: '1000000' },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

const document = readFileSync(new URL('model.yaml', import.meta.url), 'utf8');
const later = document.replace('points: 25 }', 'points: 24 }');

/** Publishes and waits until every contact is scored. */
async function rescored(app: App, text: string): Promise<number> {
  const workers = startWorkers(app, 2);
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 100);
  const seconds = await timed(async () => {
    const { id } = await app.scoring.publish(text, 'bench');
    workers.wake();
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const { scored, contacts } = await app.scoring.progress(id);
      if (scored === contacts) break;
    }
  });
  clearInterval(watch);
  await workers.stop();
  say(`    memory of this process: ${Math.round(peak / 1e6)} MB`);
  return seconds;
}

/** The median milliseconds of one contact read and scored, and of one changed contact worked off and written. */
async function single(app: App, contacts: number): Promise<{ read: number; changed: number }> {
  const versions = await app.scoring.versions();
  const version = versions.findLast(({ state }) => state === 'serving');
  const median = async (times: number, work: (i: number) => Promise<unknown>): Promise<number> => {
    const took: number[] = [];
    for (let i = 0; i < times; i++) took.push((await timed(() => work(i))) * 1000);
    return took.sort((a, b) => a - b)[Math.floor(times / 2)] ?? 0;
  };
  const pick = (i: number): number => 1 + ((i * 7919) % contacts);
  const read = await median(400, (i) => app.scoring.scoresAsOf([pick(i)], NOW, version?.id));
  const changed = await median(200, async (i) => {
    const id = pick(i);
    await app.db.rows('insert into changed (lane, contact_id, since) values ($1::bigint & 63, $1, $2)', [id, NOW]);
    await app.scoring.work.live();
  });
  return { read, changed };
}

const dataDir = mkdtempSync(join(tmpdir(), 'scoreline-bench-'));
const server = await startPostgres({ dataDir });
const db = openDb(server.url);
try {
  await migrate(db, NOW);
  let now = NOW;
  const app = createApp({ db, config: readConfig({}), log: pino({ level: 'error' }), clock: () => now });
  const [contacts, events, large] = [Number(values.contacts), Number(values.events), Number(values.large)];
  await fillBase(db, contacts, events);
  say(`${contacts} contacts, ${events} events, 24 rules, two workers in one process`);
  say(`  first version, all scored: ${(await rescored(app, document)).toFixed(1)} s`);
  now += 1000;
  say(`  next version, all scored beside the first: ${(await rescored(app, later)).toFixed(1)} s`);
  const small = await single(app, contacts);
  say(`  one contact with ${events / contacts} events, read and scored: ${small.read.toFixed(2)} ms`);
  for (const count of [10_000, large]) {
    await fillBase(db, count, count * 2);
    now += 1000;
    await rescored(app, document);
    await db.script('analyze');
    const { changed } = await single(app, count);
    say(`  one changed contact among ${count}, claimed, scored and written: ${changed.toFixed(2)} ms`);
  }
  await app.close();
} finally {
  await db.close();
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
