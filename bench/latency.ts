// How long after an event was accepted its score can be read, at 1,000 single events a second: a whole service in one
// process and the clients in another. Each event is the first of a new contact, so each needs an identity, a contact and a
// first scoring. node bench/latency.ts [seconds]

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { z } from 'zod';
import { readConfig } from '../src/config.ts';
import { startService } from '../src/service.ts';
import { openDb } from '../src/store/db.ts';
import { noteOfPostgres } from '../src/store/embedded.ts';
import { createKey } from '../src/store/keys.ts';

const A_SECOND = 1_000;
/** Milliseconds between two looks at the scores: what is measured is at most this much too long. */
const LOOK = 10;
const Ready = z.object({ address: z.string(), key: z.string(), url: z.string() });

if (process.argv[2] === 'serve') await serve();
else await measure(Number(process.argv[2] ?? 15));

async function serve(): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'scoreline-bench-'));
  const config = readConfig({ SCORELINE_DATA: data, SCORELINE_PORT: '0' });
  const service = await startService(config, pino({ level: 'silent' }), Date.now);
  const model = await readFile(fileURLToPath(new URL('model.yaml', import.meta.url)), 'utf8');
  await service.app.scoring.publish(model, 'bench');
  const made = await createKey(service.app.db, { name: 'bench', scope: 'write', by: 'bench', now: Date.now() });
  process.send?.({ address: service.address, key: made.key, url: await noteOfPostgres(data) });
  await once(process, 'message');
  await service.stop();
  await rm(data, { recursive: true });
}

async function measure(seconds: number): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), ['serve']);
  const [told] = await once(child, 'message');
  const { address, key, url } = Ready.parse(told);
  const db = openDb(url, 2);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const accepted = new Map<string, number>();
  const waits: number[] = [];
  const start = performance.now();
  let sent = 0;
  let refused = 0;
  const looking = (async () => {
    while (waits.length + refused < seconds * A_SECOND) {
      const ids = [...accepted.keys()];
      if (ids.length > 0) {
        const rows = await db.rows<{ value: string }>(
          `select value from identity join standing using (contact_id) where kind = 'user_id' and value = any($1)`,
          [ids],
        );
        const now = performance.now();
        for (const { value } of rows) {
          waits.push(now - (accepted.get(value) ?? now));
          accepted.delete(value);
        }
      }
      await sleep(LOOK);
    }
  })();
  while (sent < seconds * A_SECOND) {
    const due = Math.min(seconds * A_SECOND, Math.floor((performance.now() - start) * (A_SECOND / 1000)));
    for (; sent < due; sent++) {
      const userId = `person-${sent}`;
      const body = JSON.stringify({
        userId,
        event: 'Page Viewed',
        messageId: `m${sent}`,
        properties: { path: '/pricing' },
      });
      const headers = { 'content-type': 'application/json', authorization: `Basic ${btoa(`${key}:`)}` };
      request(`${address}/v1/track`, { method: 'POST', agent, headers }, (answer) => {
        answer.resume();
        if (answer.statusCode === 200) accepted.set(userId, performance.now());
        else refused++;
      }).end(body);
    }
    await sleep(5);
  }
  await looking;
  waits.sort((a, b) => a - b);
  const at = (share: number): string => `${Math.round(waits[Math.floor(waits.length * share)] ?? Number.NaN)} ms`;
  process.stdout.write(
    `accepted to score readable at ${A_SECOND} single events/s: p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(0.9999)}; ` +
      `${waits.length} read, ${refused} refused\n`,
  );
  await db.close();
  agent.destroy();
  child.send('end');
  await once(child, 'exit');
}
