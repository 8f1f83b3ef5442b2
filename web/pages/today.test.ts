// Today in a real browser: who is shown in which order and why, the way by keys to a lead and the events behind a reason.
import { describe, expect, test } from 'vitest';
import { fillLeads } from '../../test/leads.ts';
import { expectAccessible, testPage } from '../../test/page.ts';

const service = await testPage();

describe.skipIf(service === undefined)('today', async () => {
  if (service === undefined) return;
  const { open } = service;
  await fillLeads(service);

  test('the latest stage comes first, with reasons, deeds and ways to reach each; nobody disqualified', async () => {
    const page = await open('sales', '/today');
    const leads = page.getByRole('main').locator('ol > li');
    await leads.first().waitFor();
    await expect.poll(() => leads.locator('h2').allTextContents()).toEqual(['Ana Pop', 'Dia Marin']);
    const ana = leads.first();
    await expect.poll(() => ana.textContent()).toContain('CEO · Firm Ltd');
    await expect
      .poll(() => ana.getByRole('region', { name: 'Why Ana Pop' }).getByRole('listitem').allTextContents())
      .toEqual([expect.stringMatching(/^\+60.*page viewed/), expect.stringMatching(/^\+40.*title mentions/)]);
    await expect
      .poll(() => ana.getByRole('region', { name: 'What Ana Pop did last' }).getByRole('listitem').count())
      .toBe(3);
    await expect
      .poll(() => ana.getByRole('link', { name: 'Mail to Ana Pop' }).getAttribute('href'))
      .toBe('mailto:ana@firm.example');
    await expect
      .poll(() => ana.getByRole('link', { name: /^Call Ana Pop/ }).getAttribute('href'))
      .toBe('tel:+40215550123');
    await page.context().close();
  });

  test('it can be narrowed to a stage, an owner and a territory, and the address says so', async () => {
    const page = await open('sales', '/today');
    await page.getByRole('link', { name: 'Dia Marin', exact: true }).waitFor();
    await page.getByLabel('Stage').selectOption('sql');
    await page.getByRole('link', { name: 'Dia Marin', exact: true }).waitFor({ state: 'detached' });
    expect(page.url()).toContain('stage=sql');
    await page.getByLabel('Owner').selectOption('Olga');
    await page.getByLabel('Territory').selectOption('North');
    await expect.poll(() => page.url()).toContain('territory=North');
    await page.getByRole('link', { name: 'Ana Pop', exact: true }).waitFor();
    await page.getByLabel('Stage').selectOption('');
    await page.getByRole('link', { name: 'Dia Marin', exact: true }).waitFor();
    await page.context().close();
  });

  test('by keyboard alone: from lead to lead, into one, to the events behind a reason', async () => {
    const page = await open('sales', '/today');
    await page.getByRole('link', { name: 'Ana Pop', exact: true }).waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    await page.keyboard.press('j');
    expect(await focused()).toBe('Ana Pop');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toBe('Dia Marin');
    await page.keyboard.press('j');
    expect(await focused()).toBe('Dia Marin');
    await page.keyboard.press('k');
    expect(await focused()).toBe('Ana Pop');
    await page.keyboard.press('Enter');
    const opener = page.getByRole('button', { name: /3 events/ });
    await opener.waitFor();
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      if ((await focused())?.includes('3 events')) break;
    }
    await page.keyboard.press('Space');
    await expect.poll(() => opener.getAttribute('aria-expanded')).toBe('true');
    await page.context().close();
  });

  test('letters move nothing for who turned that off, also on the next visit', async () => {
    const page = await open('sales', '/today');
    await page.getByRole('checkbox', { name: /Move with j and k/ }).uncheck();
    await page.reload();
    await page.getByRole('link', { name: 'Ana Pop', exact: true }).waitFor();
    await page.keyboard.press('j');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY');
    await page.context().close();
  });

  test('axe finds nothing, and nothing is wider than the page', async () => {
    const page = await open('viewer', '/today');
    await page.getByRole('link', { name: 'Ana Pop', exact: true }).waitFor();
    await expectAccessible(page, 'today');
    await page.getByLabel('Stage').selectOption('mql');
    await page.getByRole('link', { name: 'Ana Pop', exact: true }).waitFor({ state: 'detached' });
    await expectAccessible(page, 'today of one stage');
    await page.context().close();
  });
});
