// The first steps in a real browser against the real service: made-up data comes and goes, a web site is connected and
// its first visitor appears while one looks, and the list of what is left to do ticks itself.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startDemoJobs } from '../../src/demo-job.ts';
import { readStarted } from '../../src/store/start.ts';
import { serveSite, USER_AGENT } from '../../test/browser.ts';
import { expectAccessible, testPage } from '../../test/page.ts';

const service = await testPage({ SCORELINE_DATA: mkdtempSync(join(tmpdir(), 'scoreline-start-')) });

describe.skipIf(service === undefined)('the first steps', async () => {
  if (service === undefined) return;
  const { app, browser, address, open } = service;
  await startDemoJobs(app, 150);

  test('axe finds nothing, and nothing is wider than the page', async () => {
    const page = await open('administrator', '/start');
    await page.getByRole('heading', { name: 'What is left to do' }).waitFor();
    await expectAccessible(page, 'start');
    await page.context().close();
  });

  test.each(['/today', '/leads', '/companies'])('%s leads there while nobody is known', async (path) => {
    const page = await open('administrator', path);
    await page.getByRole('main').getByRole('link', { name: 'Get started' }).click();
    await page.getByText('Nobody is here yet').waitFor();
    await page.context().close();
  });

  test('made-up data comes by one key, is marked everywhere, and goes as a whole', async () => {
    const page = await open('administrator', '/start');
    await page.getByText('Nobody is here yet').waitFor();
    await page.getByRole('button', { name: 'Bring in made-up data' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('You see made-up data').waitFor({ timeout: 40_000 });
    await expectAccessible(page, 'made up');
    await page.goto(`${address}/leads`);
    await page.getByText('You see made-up data').waitFor();
    await expect.poll(() => page.locator('tbody tr').count(), { timeout: 20_000 }).toBeGreaterThan(5);
    const viewer = await open('viewer', '/leads');
    await viewer.getByText('You see made-up data').waitFor();
    await expect.poll(() => viewer.getByRole('button', { name: 'Remove made-up data' }).count()).toBe(0);
    await viewer.context().close();

    // While its past is played it is not taken out.
    await expect.poll(async () => (await readStarted(app.db)).playing, { timeout: 40_000 }).toBe(null);
    await page.getByRole('button', { name: 'Remove made-up data' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Nothing else is touched').waitFor();
    await dialog.getByRole('button', { name: 'Remove made-up data' }).click();
    await page.getByText('You see made-up data').waitFor({ state: 'detached', timeout: 20_000 });
    await expect.poll(() => page.locator('tbody tr').count()).toBe(0);
    const [left] = await app.db.rows('select (select count(*) from contact) + (select count(*) from event) as n');
    expect(left).toEqual({ n: 0 });
    await page.context().close();
  });

  test('a snippet on a real page brings a visitor on the screen, and the list ticks itself', async () => {
    const steps = await open('administrator', '/start');
    await steps.getByText('1 of 5 done').waitFor();
    const page = await open('administrator', '/settings/sources');
    await page.getByLabel('Name').fill('www.example.org');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.getByText('Copy the key now').waitFor();
    await steps.getByText('2 of 5 done').waitFor();
    const pasted = (await page.getByLabel('What to paste').locator('visible=true').last().textContent()) ?? '';
    expect(pasted).toContain(`${address}/t.js`);
    expect(pasted).toMatch(/data-key="slk_[\w-]{20,}"/);
    await page.getByText('Nothing in the last quarter of an hour.').waitFor();

    const site = await serveSite(() => `<!doctype html><title>Firm</title>${pasted}<h1>Firm</h1>`);
    const visitor = await browser.newContext({ userAgent: USER_AGENT });
    const seen = await visitor.newPage();
    await seen.goto(`${site}/pricing`);
    await seen.waitForFunction('typeof scoreline === "function"');
    await seen.evaluate(
      `scoreline('consent', true); scoreline('identify', 'user-17', { email: 'ann@acme.io', name: 'Ann Acme' })`,
    );

    // Nobody touches the page that looks.
    await page.getByRole('region', { name: 'Arriving now' }).getByText('page_viewed').waitFor();
    await steps.getByText('3 of 5 done').waitFor();
    await page
      .getByRole('link', { name: /^Lead \d/ })
      .first()
      .click();
    await page.getByRole('heading', { name: 'Ann Acme' }).waitFor();
    await visitor.close();
    await page.context().close();
    await steps.context().close();
  });

  test('who is not to be reminded is not', async () => {
    const page = await open('administrator', '/start');
    await page.getByRole('link', { name: 'Get started' }).waitFor();
    await page.getByRole('button', { name: 'Do not remind us any more' }).click();
    await page.getByRole('link', { name: 'Get started' }).waitFor({ state: 'detached' });
    await page.context().close();
  });
});
