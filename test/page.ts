/**
 * The web page for tests: a whole service with workers, somebody of each role, and a browser in which they sign in. It
 * decides nothing about what is tested.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { hashPassword } from 'better-auth/crypto';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, expect } from 'vitest';
import { createServer } from '../src/server.ts';
import { addPerson, type Role, roles } from '../src/store/people.ts';
import { startWorkers } from '../src/worker.ts';
import { openBrowser } from './browser.ts';
import { postgresUrl } from './postgres.ts';
import { NOON, type TestApp, testApp } from './service.ts';

export const PASSWORD = 'correct horse battery';

export interface TestPage extends TestApp {
  readonly browser: Browser;
  /** Where the service listens. */
  readonly address: string;
  /** A new window in which somebody of that role is signed in, at an address of the page. */
  open(role?: Role, path?: string, options?: BrowserContextOptions): Promise<Page>;
}

/** For the top level of a test file; undefined where there is no database or no browser to be had. */
export async function testPage(environment: Record<string, string> = {}): Promise<TestPage | undefined> {
  const url = await postgresUrl();
  const browser = url === undefined ? undefined : await openBrowser();
  if (url === undefined || browser === undefined) return undefined;
  execFileSync(process.execPath, [fileURLToPath(new URL('../scripts/page.js', import.meta.url))]);
  const service = await testApp(url, environment);
  const { app } = service;
  const server = await createServer(app);
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  const workers = startWorkers(app, 1);
  app.ingest.onCommit(workers.wake);
  afterAll(async () => {
    await server.close();
    await workers.stop();
  });
  const passwordHash = await hashPassword(PASSWORD);
  for (const role of roles) {
    const person = { email: `${role}@example.org`, name: role, role, passwordHash };
    await addPerson(app.db, person, { by: 'a test', now: NOON });
  }
  return Object.assign(service, {
    browser,
    address,
    open: async (role: Role = 'administrator', path = '/', options: BrowserContextOptions = {}) => {
      // axe is put into the page from outside, which its own rules forbid.
      const context = await browser.newContext({
        locale: 'en',
        timezoneId: 'UTC',
        bypassCSP: true,
        // What is still on its way has other colours than what is there.
        reducedMotion: 'reduce',
        ...options,
      });
      const body = { email: `${role}@example.org`, password: PASSWORD };
      const signedIn = await context.request.post(`${address}/api/auth/sign-in/email`, {
        data: body,
        headers: { origin: address },
      });
      expect(signedIn.status()).toBe(200);
      const page = await context.newPage();
      await page.goto(address + path);
      return page;
    },
  });
}

/** Light and dark, wide and narrow: each page is looked at in both. */
export const LOOKS = [
  { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { colorScheme: 'dark', viewport: { width: 360, height: 800 } },
] as const;

/** Fails where axe finds anything, or where something is wider than the page. @param name what is looked at */
export async function expectAccessible(page: Page, name: string): Promise<void> {
  await page.addScriptTag({ content: axe.source });
  const violations = await page.evaluate<string[]>(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html))',
  );
  expect(violations, name).toEqual([]);
  const wider = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
  expect(wider, name).toBeLessThanOrEqual(0);
}
