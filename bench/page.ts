// Decides what is measured of the page, in a real browser over a whole service: how soon the first lead of Today can be
// used on a cold cache, how much JavaScript that takes, and how smoothly a table of leads scrolls. Refuses to know what the
// figures should be.
//
//   node bench/page.ts [--contacts 100000] [--rounds 7]

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { type Browser, chromium, type Page } from 'playwright-core';
import { ensureBrowser } from '../scripts/browser.js';
import { readConfig } from '../src/config.ts';
import { type Service, startService } from '../src/service.ts';
import { openDb, type Pooled } from '../src/store/db.ts';
import { noteOfPostgres } from '../src/store/embedded.ts';
import { machine } from './measure.ts';

const DAY = 86_400_000;
/** People sign in from an address that the service knows to be its own. */
const PORT = '4399';
/** Pixels that the table moves in one frame: about sixty rows a second, and three hundred. */
const STEPS = [48, 240];
const FRAMES = 400;

const { values } = parseArgs({
  options: { contacts: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '7' } },
});
const contacts = Number(values.contacts);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** A base made up by hashing row numbers, with three events a contact; the same each time, but for the day. */
async function fill(db: Pooled, now: number): Promise<void> {
  await db.script(
    `
    insert into company (company_id, key, created_at, traits)
      select k, 'k' || k, ${now - 400 * DAY}, jsonb_build_object('name', 'Company ' || k, 'employees', hashint8(k) & 1023,
        'owner', 'Owner ' || k % 20)
      from generate_series(1, ${contacts} / 10) as k;
    insert into contact (contact_id, created_at, company_id, traits)
      select c, ${now - 400 * DAY}, 1 + c % (${contacts} / 10), jsonb_build_object(
        'first_name', (array['Ana', 'Bo', 'Carla', 'Deniz', 'Elif', 'Farid'])[1 + (hashint8(c + 3) & 1023) % 6],
        'last_name', 'Number ' || c, 'phone', '+40 21 555 ' || c,
        'title', (array['CEO', 'CTO', 'Head of Sales', 'Engineer', 'Student', 'Analyst'])[1 + (hashint8(c) & 1023) % 6],
        'industry', (array['Software', 'Finance', 'Retail'])[1 + (hashint8(c + 1) & 1023) % 3],
        'country', (array['DE', 'RO', 'US', 'BR'])[1 + (hashint8(c + 2) & 1023) % 4],
        'email', 'c' || c || '@d' || c % 1000 || '.example', 'company_id', 'k' || 1 + c % (${contacts} / 10))
      from generate_series(1, ${contacts}) as c;
    insert into event (contact_id, event_id, name, at, received_at, properties)
      select 1 + e % ${contacts}, 'e' || e,
        (array['page_viewed', 'page_viewed', 'email_clicked', 'content_downloaded', 'form_submitted'])[1 + (hashint8(e) & 1023) % 5],
        ${now} - (hashint8(e + 7) & 2147483647), ${now}, jsonb_build_object(
          'path', (array['/pricing', '/docs/a', '/customers/b', '/'])[1 + (hashint8(e + 1) & 1023) % 4])
      from generate_series(1, ${contacts} * 3) as e;`,
  );
  for (const table of ['contact', 'event', 'company']) await db.rows(`vacuum analyze ${table}`);
}

/** Publishes the model of the benchmarks and waits until every contact is scored. */
async function scored({ app }: Service): Promise<void> {
  const { id } = await app.scoring.publish(readFileSync(new URL('model.yaml', import.meta.url), 'utf8'), 'bench');
  for (;;) {
    await sleep(1000);
    const progress = await app.scoring.progress(id);
    if (progress.scored >= progress.contacts) return;
  }
}

/** A window of its own, in which the administrator is signed in and nothing is in any cache. */
async function freshPage(browser: Browser, { address, administrator }: Service): Promise<Page> {
  const context = await browser.newContext({ locale: 'en', viewport: { width: 1280, height: 900 } });
  const answer = await context.request.post(`${address}/api/auth/sign-in/email`, {
    data: { email: administrator?.email, password: administrator?.password },
    headers: { origin: address },
  });
  if (!answer.ok()) throw new Error(`nobody could sign in: ${await answer.text()}`);
  return context.newPage();
}

/** Milliseconds from the start of the navigation until the first lead is painted, and bytes of JavaScript until then. */
async function firstLoad(browser: Browser, service: Service): Promise<{ ms: number; script: number }> {
  const page = await freshPage(browser, service);
  await page.addInitScript(`
    const look = new MutationObserver(() => {
      if (!document.querySelector('.today h2 a')) return;
      look.disconnect();
      requestAnimationFrame(() => setTimeout(() => { window.usable = performance.now(); }));
    });
    look.observe(document, { childList: true, subtree: true });`);
  await page.goto(`${service.address}/today`);
  // The page forbids code made of text, by which a browser would wait.
  while (!(await page.evaluate<boolean>('window.usable > 0'))) await sleep(10);
  const found = await page.evaluate<{ ms: number; script: number }>(`({
    ms: window.usable,
    script: performance.getEntriesByType('resource').filter(({ name, responseEnd }) =>
      name.endsWith('.js') && responseEnd <= window.usable).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
  })`);
  await page.context().close();
  return found;
}

/** Milliseconds between frames while the table moves by so many pixels in each. */
const gapsWhile = (page: Page, step: number): Promise<number[]> =>
  page.evaluate<number[]>(`new Promise((done) => {
    const frame = document.querySelector('.leads-frame');
    const gaps = [];
    let last = performance.now();
    const move = (now) => {
      gaps.push(now - last);
      last = now;
      frame.scrollTop += ${step};
      if (gaps.length < ${FRAMES}) requestAnimationFrame(move); else done(gaps.slice(1));
    };
    requestAnimationFrame(move);
  })`);

/** Goes to the end again and again until every lead is loaded. @returns how many rows the table has */
async function loadAll(page: Page): Promise<number> {
  for (;;) {
    const count = await page.evaluate<number>(`(() => {
      const frame = document.querySelector('.leads-frame');
      frame.scrollTop = frame.scrollHeight;
      return Number(document.querySelector('.leads-frame table').getAttribute('aria-rowcount'));
    })()`);
    if (count > 0) return count - 1;
    await sleep(20);
  }
}

function at(sorted: readonly number[], share: number): string {
  return `${(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1)} ms`;
}

function sayGaps(what: string, gaps: number[]): void {
  const sorted = gaps.sort((a, b) => a - b);
  const late = sorted.filter((gap) => gap > 34).length;
  say(
    `${what}: between frames p50 ${at(sorted, 0.5)}, p95 ${at(sorted, 0.95)}, most ${at(sorted, 1)}; ${late} of ${sorted.length} above 34 ms`,
  );
}

spawnSync(process.execPath, [fileURLToPath(new URL('../scripts/page.js', import.meta.url))], { stdio: 'inherit' });
const executablePath = ensureBrowser() ?? '';
if (executablePath === '') throw new Error('no Chrome, Chromium or Edge was found');
const data = mkdtempSync(join(tmpdir(), 'scoreline-bench-'));
const config = readConfig({ SCORELINE_DATA: data, SCORELINE_PORT: PORT });
const service = await startService(config, pino({ level: 'silent' }), Date.now);
const db = openDb((await noteOfPostgres(data)) ?? '', 2);
const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
try {
  say(machine());
  await fill(db, Date.now());
  await scored(service);
  await db.script('vacuum analyze');
  // The first one warms the service, not the browser.
  await firstLoad(browser, service);
  const loads: { ms: number; script: number }[] = [];
  for (let round = 0; round < Number(values.rounds); round++) loads.push(await firstLoad(browser, service));
  const times = loads.map(({ ms }) => ms).sort((a, b) => a - b);
  say(`first load of Today among ${contacts} leads, cold cache: median ${at(times, 0.5)}, most ${at(times, 1)}`);
  say(`JavaScript until then, as sent: ${((loads[0]?.script ?? 0) / 1000).toFixed(1)} kB`);
  const page = await freshPage(browser, service);
  await page.goto(`${service.address}/leads`);
  await page.locator('.leads-frame tbody a').first().waitFor();
  for (const step of STEPS)
    sayGaps(`scroll by ${step} pixels a frame while pages are fetched`, await gapsWhile(page, step));
  const start = performance.now();
  const rows = await loadAll(page);
  say(`${rows} rows loaded by going to the end, in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  await page.evaluate(`document.querySelector('.leads-frame').scrollTop = ${(rows / 2) * 48}`);
  for (const step of STEPS) sayGaps(`scroll by ${step} pixels a frame amid ${rows} rows`, await gapsWhile(page, step));
} finally {
  await browser.close();
  await db.close();
  await service.stop();
  rmSync(data, { recursive: true });
}
