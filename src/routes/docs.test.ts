// The description of the API as a person opens it: in a browser, under the rules that the service sends with it.
import { afterAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../../test/browser.ts';
import { postgresUrl } from '../../test/postgres.ts';
import { testApp } from '../../test/service.ts';
import { createServer } from '../server.ts';

const url = await postgresUrl();
const browser = url === undefined ? undefined : await openBrowser();

describe.skipIf(url === undefined || browser === undefined)('the browsable description', () => {
  test('shows routes, asks nobody else, and breaks no rule', async () => {
    const { app } = await testApp(url ?? '');
    const server = await createServer(app);
    const address = await server.listen({ host: '127.0.0.1', port: 0 });
    afterAll(() => server.close());
    const page = await browser?.newPage();
    if (page === undefined) throw new Error('the browser has no page');
    const [asked, complaints]: string[][] = [[], []];
    page.on('request', (request) => asked?.push(request.url()));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints?.push(message.text());
    });
    page.on('pageerror', (error) => complaints?.push(error.message));
    page.on('requestfailed', (request) => complaints?.push(`${request.url()} failed`));
    page.on('response', (response) => {
      if (!response.ok()) complaints?.push(`${response.url()} answered ${response.status()}`);
    });
    await page.goto(`${address}/docs`);
    await page.locator('.opblock').first().waitFor();
    const described = server.swagger();
    const routes = Object.entries(described.paths ?? {}).flatMap(([path, methods]) =>
      Object.keys(methods ?? {}).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const shown = () =>
      page.locator('.opblock-summary').evaluateAll((blocks) =>
        blocks.map((block) => {
          const text = (name: string) => block.querySelector(`.opblock-summary-${name}`)?.textContent ?? '';
          return `${text('method')} ${text('path').replaceAll('\u200b', '')}`;
        }),
      );
    expect(routes.length).toBeGreaterThan(40);
    // The others are drawn as somebody comes to them.
    const drawn = await shown();
    expect(drawn.length).toBeGreaterThan(0);
    expect(routes).toEqual(expect.arrayContaining(drawn));
    // One of them opened: its parameters and answers are drawn too.
    await page.locator('.opblock').first().click();
    await page.locator('.opblock.is-open .responses-table').first().waitFor();
    expect(asked?.filter((sent) => !sent.startsWith(address) && !sent.startsWith('data:'))).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
