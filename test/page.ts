/**
 * The web page for tests: a whole service with workers, somebody of each role, and a browser in which they sign in. It
 * decides nothing about what is tested.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { hashPassword } from 'better-auth/crypto';
import type { Browser, BrowserContextOptions, Cookie, Page } from 'playwright-core';
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
  // Each signs in once: to check a password is made slow on purpose.
  const sessions = new Map<Role, Promise<Cookie[]>>();
  const signIn = async (role: Role): Promise<Cookie[]> => {
    const context = await browser.newContext();
    const answer = await context.request.post(`${address}/api/auth/sign-in/email`, {
      data: { email: `${role}@example.org`, password: PASSWORD },
      headers: { origin: address },
    });
    expect(answer.status()).toBe(200);
    const cookies = await context.cookies();
    await context.close();
    return cookies;
  };
  const signedIn = (role: Role): Promise<Cookie[]> => {
    const session = sessions.get(role) ?? signIn(role);
    sessions.set(role, session);
    return session;
  };
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
      await context.addCookies(await signedIn(role));
      const page = await context.newPage();
      await page.goto(address + path);
      return page;
    },
  });
}

/** Each screen is looked at in both. */
const LOOKS = [
  { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { colorScheme: 'dark', viewport: { width: 360, height: 800 } },
] as const;

/**
 * Fails where axe finds anything, or where something is wider than the page, in light and wide or in dark and narrow. The
 * page is light and wide afterwards. @param name what is looked at
 */
export async function expectAccessible(page: Page, name: string): Promise<void> {
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.addScriptTag({ content: axe.source });
  for (const look of LOOKS) {
    await turnTo(page, look);
    const what = `${name}, ${look.colorScheme} at ${look.viewport.width}`;
    const violations = await page.evaluate<string[]>(
      'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html))',
    );
    expect(violations, what).toEqual([]);
    // What measures itself is laid out anew after the page is.
    await expect
      .poll(() => page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'), { message: what })
      .toBeLessThanOrEqual(0);
  }
  await turnTo(page, LOOKS[0]);
}

async function turnTo(page: Page, { colorScheme, viewport }: (typeof LOOKS)[number]): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize(viewport);
  await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
  await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
  // What is still on its way to another colour has one in between.
  await page.evaluate(`Promise.allSettled(document.getAnimations().flatMap((one) =>
    one instanceof CSSTransition ? [one.finished] : [])).then(() => null)`);
}
