// The web page in a real browser, served by a whole service: what all pages share, such as signing in and the way by keys.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fillLeads } from '../test/leads.ts';
import { PASSWORD, testPage } from '../test/page.ts';

/** Where the menu leads; the words of each say what is at its top. */
const PLACES = [
  'leads',
  'handoffs',
  'companies',
  'nurture',
  'overview',
  'forecast',
  'feedback',
  'review',
  'agreement',
  'studio',
  'team',
  'settings',
  'today',
];

const service = await testPage();

describe.skipIf(service === undefined)('the page', async () => {
  if (service === undefined) return;
  const { browser, address, open } = service;
  await fillLeads(service);

  test('an address of the page asks who calls, and a wrong password is told', async () => {
    const context = await browser.newContext({ locale: 'en' });
    const page = await context.newPage();
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(address)) elsewhere.push(request.url());
    });
    await page.goto(`${address}/leads?sort=fit`);
    await page.getByLabel('E-mail address').fill('administrator@example.org');
    await page.locator('input[type=password]').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('The address or the password is wrong.').waitFor();
    await page.locator('input[type=password]').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Ana Pop' }).waitFor();
    expect(new URL(page.url()).search).toBe('?sort=fit');
    expect(elsewhere).toEqual([]);
    await context.close();
  });

  test('by keyboard alone: past the menu to what the page is about', async () => {
    const page = await open();
    await page.getByRole('link', { name: 'Ana Pop', exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/today');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
    await page.context().close();
  });

  test.each(['en', 'ro', 'tr', 'ru', 'zh-Hant'])(
    'every place in %s is said in it, and none is wider than the page',
    async (language) => {
      const words = (part: string): Record<string, string> =>
        JSON.parse(readFileSync(new URL(`words/${language}/${part}.json`, import.meta.url), 'utf8'));
      const frame = words('common');
      const page = await open('administrator', '/today', { locale: language === 'zh-Hant' ? 'zh-TW' : language });
      for (const place of PLACES) {
        await page
          .getByRole('navigation')
          .getByRole('link', { name: frame[`nav.${place}`] ?? '', exact: true })
          .click();
        await page.getByRole('heading', { level: 1, name: words(place).heading ?? '', exact: true }).waitFor();
        expect(new URL(page.url()).pathname).toBe(`/${place}`);
        const wider = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        expect(wider, place).toBeLessThanOrEqual(0);
      }
      expect(await page.evaluate(() => document.documentElement.lang)).toBe(language);
      await page.context().close();
    },
  );

  test('an address that leads nowhere says so', async () => {
    const page = await open('viewer', '/leads/999999999');
    await page.getByRole('alert').getByText('there is no contact 999999999').waitFor();
    await page.context().close();
  });
});
