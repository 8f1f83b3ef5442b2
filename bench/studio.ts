// Decides what is measured of the model studio: from the edit of a draft to the answer with all numbers of the whole base,
// over HTTP, and from a key pressed in a rule's form to the numbers on the screen. Refuses to know what the figures should be.
//
//   node bench/studio.ts [--contacts 100000] [--events 2000000] [--scored yes|no] [--screen yes|no] [--data FOLDER]
//
// With --data the base stays in that folder for the next run. With --scored no the first version is published and nobody is
// scored by it, which saves minutes where there are many: then everybody stands in no stage. With --screen no no browser is
// needed.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createServer } from '../src/server.ts';
import { openDb } from '../src/store/db.ts';
import { startPostgres } from '../src/store/embedded.ts';
import { createKey } from '../src/store/keys.ts';
import { migrate } from '../src/store/migrate.ts';
import { startWorkers } from '../src/worker.ts';
import { fillBase, NOW } from './base.ts';
import { buildPage, onScreen } from './studio-screen.ts';

const { values } = parseArgs({
  options: {
    contacts: { type: 'string', default: '100000' },
    events: { type: 'string', default: '2000000' },
    scored: { type: 'string', default: 'yes' },
    screen: { type: 'string', default: 'yes' },
    data: { type: 'string' },
  },
});

/** People sign in from an address that the service knows to be its own. */
const PORT = '4398';
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const document = readFileSync(new URL('model.yaml', import.meta.url), 'utf8');

/** One edit each: points, conditions, windows, limits, thresholds, rules that come and go. */
const EDITS: readonly (readonly [string, string])[] = [
  ['points: 25 }', 'points: 26 }'],
  ['points: -15 }', 'points: -5 }'],
  ['points: 20 }', 'points: 15 }'],
  ['points: 15.5 }', 'points: 10 }'],
  ['points: -20 }', 'points: -30 }'],
  ['points: 12.25 }', 'points: 5 }'],
  ['[ceo, cto, founder,', '[ceo, founder,'],
  ['[student, intern, assistant]', '[student, engineer]'],
  ['between: [10, 500]', 'between: [50, 800]'],
  ['[Software, Finance,', '[Software, Retail,'],
  ['notIn: [DE, AT,', 'notIn: [AT,'],
  ['budget: { atLeast: 10000 }', 'budget: { atLeast: 500 }'],
  ['atLeast: 2 }, within: 180d, points: 10,', 'atLeast: 3 }, within: 180d, points: 10,'],
  ['within: 90d, pointsEach: 5', 'within: 30d, pointsEach: 5'],
  ['for: 180d, points: -3', 'for: 60d, points: -3'],
  ['gap: 30m, within: 30d', 'gap: 2h, within: 60d'],
  ['startsWith: /pricing', 'contains: pricing'],
  ['decay: { halfLife: 60d }', 'decay: { halfLife: 10d }'],
  ['times: 3, per: week', 'times: 1, per: day'],
  ['startsWith: /docs/', 'startsWith: /docs/a'],
  ['count: { atLeast: 5 }, points: -10', 'count: { atLeast: 2 }, points: -10'],
  ['pointsEach: 0.75', 'pointsEach: 0.5'],
  ['distinct: topic, count: { atLeast: 3 }', 'distinct: topic, count: { atLeast: 2 }'],
  ['30d: 50%, 180d: 12.5%', '60d: 50%, 365d: 10%'],
  ['after: 7d', 'after: 1d'],
  ['for: 30d, pointsEach: -2', 'for: 14d, pointsEach: -2'],
  ['total: { atLeast: 40 }', 'total: { atLeast: 30 }'],
  ['total: { atLeast: 70 }', 'total: { atLeast: 55 }'],
  [
    '      - { id: no-buyer,',
    '      - { id: analyst, if: { title: { is: analyst } }, points: 3 }\n      - { id: no-buyer,',
  ],
  ['sum: { fit: 0.6, interest: 1 }', 'sum: { fit: 1, interest: 0.8 }'],
];

if (values.screen === 'yes') buildPage();
const dataDir = values.data ?? mkdtempSync(join(tmpdir(), 'scoreline-bench-'));
const postgres = await startPostgres({ dataDir });
const db = openDb(postgres.url);
try {
  await migrate(db, NOW);
  const config = readConfig({ SCORELINE_TRIAL_MEMORY: '8000', SCORELINE_PORT: PORT });
  const app = createApp({ db, config, log: pino({ level: 'error' }), clock: () => NOW });
  const [contacts, events] = [Number(values.contacts), Number(values.events)];
  const [there] = await app.scoring.versions();
  if (there === undefined) await fillBase(db, contacts, events);
  const { id } = there ?? (await app.scoring.publish(document, 'bench'));
  if (values.scored === 'yes') {
    const workers = startWorkers(app, 2);
    workers.wake();
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const { scored, contacts: all } = await app.scoring.progress(id);
      if (scored === all) break;
    }
    await workers.stop();
    await db.script('analyze');
  }
  const server = await createServer(app);
  const address = await server.listen({ host: '127.0.0.1', port: Number(PORT) });
  const { key } = await createKey(db, { name: 'bench', scope: 'read', by: 'bench', now: NOW });
  say(`${contacts} contacts, ${events} events, 24 rules; ${values.scored === 'yes' ? 'all' : 'nobody'} scored before`);
  const idle = process.memoryUsage().rss;

  let longest = 0;
  let last = performance.now();
  const pulse = setInterval(() => {
    longest = Math.max(longest, performance.now() - last - 5);
    last = performance.now();
  }, 5);

  /** Milliseconds until the answer is there as an object. */
  async function trial(text: string, more: object = {}): Promise<number> {
    const start = performance.now();
    const response = await fetch(`${address}/api/trials`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ document: text, ...more }),
    });
    const answer = (await response.json()) as { ok?: boolean; contacts?: number };
    if (answer.ok !== true || answer.contacts !== contacts) throw new Error(JSON.stringify(answer).slice(0, 1000));
    return performance.now() - start;
  }

  say(`  the first trial, with the base loaded for it: ${((await trial(document)) / 1000).toFixed(1)} s`);
  const { bytes } = app.trials.base();
  longest = 0;
  const took: number[] = [];
  let peak = 0;
  for (const [from, to] of EDITS) {
    if (!document.includes(from)) throw new Error(`the model has no “${from}”`);
    took.push(await trial(document.replace(from, to)));
    peak = Math.max(peak, process.memoryUsage().rss);
  }
  if (process.env.DETAIL) say(`  ${took.map((ms) => ms.toFixed(0)).join(' ')}`);
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.ceil(share * sorted.length) - 1] ?? 0).toFixed(0);
  say(`  edit → answer, ${took.length} different edits: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${at(1)} ms`);
  say(`  the service itself answered nobody for at most ${longest.toFixed(0)} ms meanwhile`);
  if (values.screen === 'yes') for (const line of await onScreen(db, address, document)) say(line);
  const outcome = { event: 'webinar_attended', days: 60 };
  const first = await trial(document, { outcome });
  const again = await trial(document.replace('points: 25 }', 'points: 27 }'), { outcome });
  say(
    `  with an outcome 60 days ahead: ${(first / 1000).toFixed(1)} s the first time, ${again.toFixed(0)} ms for another edit`,
  );
  const fresh = await trial(
    document.replace('{ title: { mentions: [student', '{ email: { endsWith: x } , title: { mentions: [student'),
  );
  say(`  an edit that names a field which is not there yet: ${(fresh / 1000).toFixed(1)} s`);
  say(`  memory of the process ${mb(idle)} before, ${mb(peak)} at most; the base itself ${mb(bytes)}`);
  clearInterval(pulse);
  await server.close();
  await app.close();
} finally {
  await db.close();
  await postgres.stop();
  if (values.data === undefined) rmSync(dataDir, { recursive: true, force: true });
}

function mb(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
