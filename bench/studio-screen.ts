// Decides how long a marketing person waits: from a key pressed in the form of a rule until the new numbers of everybody are
// painted, in Chromium over the whole service. Refuses to know what the figures should be.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { hashPassword } from 'better-auth/crypto';
import { chromium, type Locator, type Page } from 'playwright-core';
import { ensureBrowser } from '../scripts/browser.js';
import type { Db } from '../src/store/db.ts';
import { saveDraft } from '../src/store/models.ts';
import { addPerson } from '../src/store/people.ts';
import { NOW } from './base.ts';

const PASSWORD = 'correct horse battery';
const MODEL = 'screen';
/** Rules that are edited, and how often each. */
const RULES = 12;
const EACH = 2;

/** Milliseconds since the key was pressed. */
interface Waited {
  readonly asked: number;
  readonly answered: number;
  readonly shown: number;
}

// What a person sees first is what counts: the frame in which the numbers of the last answer stand on the screen.
const WATCH = `
  window.pressed = 0;
  window.waited = null;
  addEventListener('keydown', () => { window.pressed = performance.now(); window.waited = null; }, { capture: true });
  new MutationObserver((changes) => {
    if (!changes.some(({ target }) => target.matches('.tried[data-fresh="true"]'))) return;
    requestAnimationFrame(() => setTimeout(() => {
      const shown = performance.now();
      const trial = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/api/trials')).at(-1);
      performance.clearResourceTimings();
      const since = (at) => at - window.pressed;
      if (trial) window.waited = { asked: since(trial.startTime), answered: since(trial.responseEnd), shown: since(shown) };
    }));
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-fresh'] });`;

/** One point more, or one less where points are taken: no points are never 0. */
async function pressed(page: Page, points: Locator): Promise<Waited> {
  await points.press((await points.inputValue()).startsWith('-') ? 'ArrowDown' : 'ArrowUp');
  // Looked at often, and from outside: a page that is asked too often would be slower.
  const start = performance.now();
  while (performance.now() - start < 30_000) {
    const waited = await page.evaluate<Waited | null>('window.waited');
    if (waited !== null) return waited;
    await page.waitForTimeout(20);
  }
  throw new Error(`no new numbers after ${await points.inputValue()} points`);
}

/** Before the service starts: it serves what is built then. */
export function buildPage(): void {
  spawnSync(process.execPath, [fileURLToPath(new URL('../scripts/page.js', import.meta.url))], { stdio: 'inherit' });
}

/** @returns lines to be said */
export async function onScreen(db: Db, address: string, document: string): Promise<string[]> {
  const executablePath = ensureBrowser() ?? '';
  if (executablePath === '') throw new Error('no Chrome, Chromium or Edge was found; --screen no measures without');
  const by = { by: 'bench', now: NOW };
  const email = `bench-${process.pid}-${performance.timeOrigin}@example.org`;
  const passwordHash = await hashPassword(PASSWORD);
  await addPerson(db, { email, name: 'bench', role: 'administrator', passwordHash }, by);
  await saveDraft(db, MODEL, document, by);
  const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  try {
    const context = await browser.newContext({ locale: 'en', viewport: { width: 1280, height: 900 } });
    const data = { email, password: PASSWORD };
    const answer = await context.request.post(`${address}/api/auth/sign-in/email`, {
      data,
      headers: { origin: address },
    });
    if (!answer.ok()) throw new Error(`nobody could sign in: ${await answer.text()}`);
    const page = await context.newPage();
    await page.addInitScript(WATCH);
    await page.goto(`${address}/studio/${MODEL}`);
    await page.locator('.tried[data-fresh="true"]').waitFor({ timeout: 600_000 });
    const waits: Waited[] = [];
    const lines = page.locator('.line', { has: page.locator('.numbers') });
    const count = Math.min(RULES, await lines.count());
    for (let i = 0; i < count; i++) {
      await lines.nth(i).click();
      const points = page.getByLabel(/^Points( each)?$/);
      for (let edit = 0; edit < EACH; edit++) waits.push(await pressed(page, points));
      await lines.nth(i).click();
    }
    return [
      `  key pressed → numbers on the screen, ${waits.length} edits of ${count} rules: ${spread(waits, ({ shown }) => shown)}`,
      `    of that until the service is asked: ${spread(waits, ({ asked }) => asked)}`,
      `    the answer: ${spread(waits, ({ asked, answered }) => answered - asked)}`,
      `    from the answer to the picture: ${spread(waits, ({ answered, shown }) => shown - answered)}`,
    ];
  } finally {
    await browser.close();
  }
}

function spread(waits: readonly Waited[], of: (waited: Waited) => number): string {
  const sorted = waits.map(of).sort((a, b) => a - b);
  const at = (share: number): string => `${(sorted[Math.ceil(share * sorted.length) - 1] ?? 0).toFixed(0)} ms`;
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, longest ${at(1)}`;
}
