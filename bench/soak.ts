/**
 * The fault tests for as long as you like: `npm run soak -- [--minutes 10] [--rows 2000000]`. Round after round it sends
 * events, meanwhile kills the service, kills PostgreSQL, or makes PostgreSQL stand still, and counts what is there; then
 * it takes the database away for a minute, and in the end it reads a large file in. It decides nothing that test/faults
 * does not.
 */
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { start } from '../test/command.ts';
import { withoutDatabase } from '../test/faults/absence.ts';
import { compareScores, diceOf, found, made, newLog, publish, sendAll, tell } from '../test/faults/load.ts';
import {
  databaseOf,
  dataFolder,
  newKey,
  postgresProcesses,
  removeFolder,
  serve,
  signalAll,
} from '../test/faults/service.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rows: { type: 'string', default: '2000000' },
    seed: { type: 'string', default: '1' },
  },
});
const until = Date.now() + Number(values.minutes) * 60_000;
const dice = diceOf(Number(values.seed));
const PEOPLE = 200;

const data = dataFolder();
let service = await serve(data);
let db = await databaseOf(data);
const key = await newKey(db);
await publish(db);

const faults: Readonly<Record<string, () => Promise<void>>> = {
  'kill -9 of the service': async () => {
    await service.end('SIGKILL');
    service = await serve(data);
  },
  'kill -9 of PostgreSQL': async () => signalAll('SIGKILL', postgresProcesses(data)),
  'PostgreSQL stands still for 15 s': async () => {
    const all = postgresProcesses(data);
    signalAll('SIGSTOP', all);
    await sleep(15_000);
    signalAll('SIGCONT', all);
  },
  nothing: async () => {},
};

let lost = 0;
for (let round = 1; Date.now() < until; round++) {
  const [name = '', fault = async () => {}] = Object.entries(faults)[dice(Object.keys(faults).length)] ?? [];
  const log = newLog();
  const load = sendAll(() => ({ url: service.url, key }), made(1_000 + round, 20_000, PEOPLE), log, { width: 8 });
  await sleep(200 + dice(2_000));
  await fault();
  await load;
  await db.close();
  db = await databaseOf(data);
  const kept = await found(db, log.acknowledged);
  const { contacts, differences } = await compareScores(db);
  lost += log.acknowledged.size - kept + differences.length;
  tell(`round ${round}, ${name}`, {
    sent: log.sent.size,
    acknowledged: log.acknowledged.size,
    found: kept,
    'times 503': log.statuses.get(503) ?? 0,
    'times no answer': log.statuses.get(0) ?? 0,
    contacts,
    'scores that differ': differences.length,
    'MB of the service': megabytes(service.child.pid, 'VmRSS'),
  });
  for (const difference of differences.slice(0, 5)) console.log(`  ${difference}`);
}

for (const way of ['gone', 'standing still'] as const) {
  const { log, kept, differences } = await withoutDatabase(way, 60_000);
  lost += log.acknowledged.size - kept + differences.length;
}

const rows = Number(values.rows);
if (rows > 0) {
  const path = join(data, 'large.csv');
  const file = createWriteStream(path);
  file.write('contact_id,name,at,path\n');
  for (let i = 0; i < rows; i++) {
    const line = `c${dice(100_000)},page_viewed,${1_780_000_000_000 + i * 50},/page/${i % 50}\n`;
    if (!file.write(line)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
  const begun = performance.now();
  const command = start(['import', '--events', path, '--data', data]);
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, megabytes(command.pid, 'VmHWM'));
  }, 500);
  await new Promise((resolve) => command.once('close', resolve));
  clearInterval(watch);
  const [row] = await db.rows<{ n: number }>(
    "select count(*) as n from event where properties ->> 'path' like '/page/%'",
  );
  const seconds = Math.round((performance.now() - begun) / 1000);
  tell('a large file', { rows, found: row?.n ?? 0, seconds, 'MB at most': most });
  lost += rows - (row?.n ?? 0);
}

await db.close();
await service.end('SIGTERM');
removeFolder(data);
process.exitCode = lost === 0 ? 0 : 1;

function megabytes(pid: number | undefined, what: 'VmRSS' | 'VmHWM'): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(new RegExp(`${what}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}
