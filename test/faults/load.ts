/**
 * Events as clients send them, what was acknowledged of them, and whether the scores that come of it are those of
 * `scoreline score` on the same data. It refuses to know what goes wrong meanwhile.
 */
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createScoring } from '../../src/scoring.ts';
import type { Db, Pooled } from '../../src/store/db.ts';
import { queueOf } from '../../src/store/health.ts';
import { program, ROOT } from '../command.ts';
import { dataFolder, removeFolder, until } from './service.ts';

export const MODEL = join(ROOT, 'models/demo.yaml');

export interface Message {
  readonly type: 'track' | 'identify';
  readonly messageId: string;
  readonly userId: string;
  readonly timestamp: string;
  readonly event?: string;
  readonly properties?: Readonly<Record<string, string | number>>;
  readonly traits?: Readonly<Record<string, string>>;
}

/** Whole numbers below `n`, always the same ones for a seed. */
export function diceOf(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

const DAY = 86_400_000;
const paths = ['/', '/pricing', '/pricing/plans', '/product', '/product/tours', '/careers'];
const titles = ['CEO', 'Head of Operations', 'Warehouse Manager', 'Student', 'Analyst'];

/** Facts and deeds of some people over the last weeks, in no order, in batches. */
export function made(seed: number, count: number, people: number, size = 50): Message[][] {
  const dice = diceOf(seed);
  const now = Math.floor(Date.now() / DAY) * DAY;
  const all = Array.from({ length: count }, (_, i): Message => {
    const userId = `u${dice(people)}`;
    const timestamp = new Date(now - 1 - dice(60 * DAY)).toISOString();
    const messageId = `${seed}-${i}`;
    if (i % 20 === 0) {
      const traits = { title: titles[dice(titles.length)] ?? '', country: dice(3) === 0 ? 'US' : 'DE' };
      return { type: 'identify', messageId, userId, timestamp, traits };
    }
    switch (dice(4)) {
      case 0:
        return { type: 'track', messageId, userId, timestamp, event: 'form_submitted', properties: { form: 'demo' } };
      case 1: {
        const properties = { topic: `t${dice(5)}`, seconds: dice(3000) };
        return { type: 'track', messageId, userId, timestamp, event: 'webinar_attended', properties };
      }
      default: {
        const properties = { path: paths[dice(paths.length)] ?? '/', seconds: dice(200) };
        return { type: 'track', messageId, userId, timestamp, event: 'page_viewed', properties };
      }
    }
  });
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

export interface Log {
  /** Ids of events, and not of facts. */
  readonly sent: Set<string>;
  readonly acknowledged: Set<string>;
  /** How often each status came; 0 for no answer. */
  readonly statuses: Map<number, number>;
  /** Refusals for the moment without `Retry-After`. */
  withoutDelay: number;
}

export const newLog = (): Log => ({ sent: new Set(), acknowledged: new Set(), statuses: new Map(), withoutDelay: 0 });

/** Sends one batch once. @returns the status, 0 for no answer */
export async function post(url: string, key: string, batch: readonly Message[], log: Log): Promise<number> {
  const ids = batch.filter(({ type }) => type === 'track').map(({ messageId }) => messageId);
  for (const id of ids) log.sent.add(id);
  const authorization = `Basic ${Buffer.from(`${key}:`).toString('base64')}`;
  const answer = await fetch(`${url}/v1/batch`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ batch }),
    signal: AbortSignal.timeout(20_000),
  }).catch(() => undefined);
  await answer?.text().catch(() => '');
  const status = answer?.status ?? 0;
  log.statuses.set(status, (log.statuses.get(status) ?? 0) + 1);
  if (status === 200) for (const id of ids) log.acknowledged.add(id);
  if ((status === 503 || status === 429) && !answer?.headers.has('retry-after')) log.withoutDelay++;
  return status;
}

/** Sends batches side by side, each again until it is taken, as clients do; gives up when told so. */
export async function sendAll(
  target: () => { readonly url: string; readonly key: string },
  batches: readonly (readonly Message[])[],
  log: Log,
  { width = 4, over = () => false }: { readonly width?: number; readonly over?: () => boolean } = {},
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let batch = batches[next++]; batch !== undefined; batch = batches[next++]) {
      while (!over()) {
        const { url, key } = target();
        const status = await post(url, key, batch, log);
        if (status === 200) break;
        await sleep(50);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
}

/** Which of some events are kept, and how many rows there are for them. */
export async function found(db: Db, ids: ReadonlySet<string>): Promise<number> {
  const [row] = await db.rows<{ found: number }>('select count(*) as found from event where event_id = any($1)', [
    [...ids],
  ]);
  return row?.found ?? 0;
}

export const tell = (what: string, figures: Readonly<Record<string, number | string>>): void =>
  console.log(
    `${what}: ${Object.entries(figures)
      .map(([name, n]) => `${n} ${name}`)
      .join(', ')}`,
  );

export const publish = async (db: Db): Promise<void> => {
  await createScoring(db, Date.now).publish(await readFile(MODEL, 'utf8'), 'test');
};

/** Waits until nothing is left to score. */
const quiet = (db: Db): Promise<unknown> =>
  until('scores to come to rest', async () => {
    const { oldestChange, oldestDue } = await queueOf(db, Date.now());
    return oldestChange === null && oldestDue === null;
  });

type Cell = string | number | null;

/**
 * Compares what is stored with what the command line scores of the same data.
 * @returns how many contacts were compared, and each difference
 */
export async function compareScores(db: Pooled): Promise<{ contacts: number; differences: string[] }> {
  await quiet(db);
  const folder = dataFolder();
  try {
    const asOf = Date.now();
    await exportRows(
      db,
      join(folder, 'contacts.ndjson'),
      `select traits || jsonb_build_object('id', contact_id, 'created_at', created_at, 'company_id', company_id) as row
         from contact`,
    );
    await exportRows(
      db,
      join(folder, 'events.ndjson'),
      `select properties || jsonb_build_object('id', event_id, 'contact_id', contact_id, 'name', name, 'at', at) as row
         from event where machine is null and voided_at is null`,
    );
    await exportRows(
      db,
      join(folder, 'companies.ndjson'),
      `select traits || jsonb_build_object('id', company_id) as row from company union all select '{"id": "none"}'`,
    );
    const out = join(folder, 'scores.ndjson');
    const file = (name: string): string[] => [`--${name}`, join(folder, `${name}.ndjson`)];
    const { status, err } = await program([
      ...['score', '--model', MODEL, '--as-of', String(asOf), '--out', out],
      ...['contacts', 'events', 'companies'].flatMap(file),
    ]);
    if (status !== 0) throw new Error(`scoreline score ended with ${status}: ${err}`);
    const expected = new Map(
      (await readFile(out, 'utf8'))
        .trim()
        .split('\n')
        .map((line): [string, Record<string, Cell>] => {
          const row: Record<string, Cell> = JSON.parse(line);
          return [String(row.id), row];
        }),
    );
    const stored = await db.rows<{ id: number; name: string; points: number | null; grade: Cell; band: Cell }>(
      'select contact_id as id, name, points, grade, band from score order by contact_id, name',
    );
    const differences = stored.flatMap(({ id, name, points, grade, band }) => {
      const row = expected.get(String(id));
      const own = [points === null ? null : points / 1_000_000, grade, band];
      const theirs = [row?.[name] ?? null, row?.[`${name}_grade`] ?? null, row?.[`${name}_band`] ?? null];
      // A grid has a cell for a number.
      if (name === 'quadrant' || own.every((cell, i) => cell === theirs[i])) return [];
      return [`contact ${id}, ${name}: stored ${own.join(' ')}, scored ${theirs.join(' ')}`];
    });
    if (!stored.some(({ points }) => (points ?? 0) > 0)) throw new Error('nobody has a score, so nothing was compared');
    return { contacts: new Set(stored.map(({ id }) => id)).size, differences };
  } finally {
    removeFolder(folder);
  }
}

async function exportRows(db: Db, path: string, text: string): Promise<void> {
  const file = createWriteStream(path);
  for (const { row } of await db.rows<{ row: object }>(text)) file.write(`${JSON.stringify(row)}\n`);
  file.end();
  await finished(file);
}
