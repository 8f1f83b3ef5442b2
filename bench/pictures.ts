/**
 * Takes the pictures of the page that the docs show, from a real service with the made-up leads: `npm run pictures`. It
 * decides which screens and how large; what they show is the page's.
 */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { ensureBrowser } from '../scripts/browser.js';
import { readConfig } from '../src/config.ts';
import { playPast } from '../src/demo-past.ts';
import { fillDemo } from '../src/demo-workspace.ts';
import { startService } from '../src/service.ts';

const FOLDER = new URL('../docs/pictures/', import.meta.url).pathname;
const PASSWORD = 'made up for pictures';
const WIDE = { width: 1200, height: 740 };

const executablePath = ensureBrowser();
if (executablePath === undefined)
  throw new Error('no Chrome, Chromium or Edge was found: install one, or set CHROME_PATH');
const data = mkdtempSync(join(tmpdir(), 'scoreline-pictures-'));
const config = readConfig({ SCORELINE_DATA: data, SCORELINE_PORT: '3987', SCORELINE_ADMIN_PASSWORD: PASSWORD });
const service = await startService(config, pino({ level: 'silent' }), Date.now);
const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
try {
  await fillDemo(service.app);
  await filled();
  await playPast(service.app);
  mkdirSync(FOLDER, { recursive: true });
  await inLook({ colorScheme: 'light', viewport: WIDE }, async (page) => {
    await take(page, '/today', 'today.png', 'article, li h2, main a[href^="/leads/"]');
    await page.locator('main a[href^="/leads/"]').first().click();
    await page.getByRole('region').first().waitFor();
    await shoot(page, 'lead.png');
    await take(page, '/overview', 'overview.png', 'main h2');
    await draftOf(page);
    await take(page, '/studio/demo', 'studio.png', '.bars button:enabled');
  });
  await inLook({ colorScheme: 'dark', viewport: WIDE }, (page) =>
    take(page, '/leads', 'leads-dark.png', 'main a[href^="/leads/"]'),
  );
  await inLook({ colorScheme: 'light', viewport: { width: 360, height: 740 } }, (page) =>
    take(page, '/today', 'today-narrow.png', 'main a[href^="/leads/"]'),
  );
} finally {
  await browser.close();
  await service.stop();
  rmSync(data, { recursive: true, force: true });
}

/** Waits until everybody is scored: pictures of half a workspace would say nothing. */
async function filled(): Promise<void> {
  const [version] = await service.app.scoring.versions();
  if (version === undefined) throw new Error('no model is published');
  for (;;) {
    const { scored, contacts } = await service.app.scoring.progress(version.id);
    if (scored === contacts) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function inLook(look: BrowserContextOptions, walk: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ locale: 'en', reducedMotion: 'reduce', ...look });
  const signedIn = await context.request.post(`${service.address}/api/auth/sign-in/email`, {
    data: { email: config.SCORELINE_ADMIN_EMAIL, password: PASSWORD },
    headers: { origin: service.address },
  });
  if (!signedIn.ok()) throw new Error(`signing in was answered with ${signedIn.status()}`);
  await walk(await context.newPage());
  await context.close();
}

/** @param shown something that is there once the page has what it shows */
async function take(page: Page, path: string, file: string, shown: string): Promise<void> {
  await page.goto(service.address + path);
  await page.locator(shown).first().waitFor();
  await shoot(page, file);
}

/** A draft in which one rule gives more than in what serves. */
async function draftOf(page: Page): Promise<void> {
  const { request } = page.context();
  const serving = await (await request.get(`${service.address}/api/models/serving`)).json();
  const version = await (await request.get(`${service.address}/api/models/${serving.serving.id}`)).json();
  const document = String(version.document).replace(/points: 40\b/, 'points: 60');
  const kept = await request.put(`${service.address}/api/drafts/${serving.serving.name}`, {
    data: { document, seen: null },
    headers: { origin: service.address },
  });
  if (!kept.ok()) throw new Error(`the draft was answered with ${kept.status()}: ${await kept.text()}`);
}

/** Live updates keep the network busy for ever: what still loads is seen on the page. */
async function shoot(page: Page, file: string): Promise<void> {
  await page.locator('.mantine-Skeleton-root, .mantine-Loader-root').first().waitFor({ state: 'detached' });
  await page.screenshot({ path: join(FOLDER, file) });
}
