/**
 * A real browser and a web site for tests: Chromium, driven by playwright-core, and pages served from an origin of their
 * own. It decides nothing about what is tested.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import process from 'node:process';
import { type Browser, chromium } from 'playwright-core';
import { afterAll } from 'vitest';
import { ensureBrowser } from '../scripts/browser.js';

/** A browser as a person would use it, and not one that calls itself headless. */
export const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

/** For the top level of a test file. Undefined, and a sentence in the output, where there is no browser to be had. */
export async function openBrowser(): Promise<Browser | undefined> {
  const executablePath = ensureBrowser();
  if (executablePath === undefined) {
    console.warn(
      'Tests in a browser are skipped: no Chrome, Chromium or Edge was found. Install one, or name it with CHROME_PATH.',
    );
    return undefined;
  }
  // Chromium refuses to run as root inside of its sandbox.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath, args });
  afterAll(() => browser.close());
  return browser;
}

/**
 * A web site that answers with the text of a path, as a page unless it ends in `.js`.
 * @returns its origin
 */
export async function serveSite(site: (path: string) => string): Promise<string> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    response.setHeader('content-type', path.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(site(path));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the site has no port');
  return `http://localhost:${address.port}`;
}
