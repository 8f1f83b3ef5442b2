// The web page in a real browser, served by a whole service: signing in, finding a lead, why it scores what it scores, a
// past day, voiding an event. Each page is looked at by axe in light and dark, and at 360 pixels.
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { Message } from '../src/core/ingest.ts';
import { expectAccessible, LOOKS, PASSWORD, testPage } from '../test/page.ts';
import { NOON } from '../test/service.ts';

const DAY = 86_400_000;
const MODEL = `
model: simple
title: A simple model
scores:
  fit: { range: [0, 100], rules: [ { id: decides, if: { title: { mentions: [ceo] } }, points: 40 } ] }
  interest: { range: [0, 50], rules: [ { id: pricing, on: page_viewed, pointsEach: 20 } ] }
  total: { sum: { fit: 1, interest: 1 }, range: [0, 100] }
stages:
  - { id: mql, enter: { score: { total: { atLeast: 50 } } }, leave: { score: { total: { lessThan: 50 } } } }
`;

const service = await testPage();

describe.skipIf(service === undefined)('the page', async () => {
  if (service === undefined) return;
  const { app, browser, address, open } = service;
  await app.scoring.publish(MODEL, 'a test');
  const who = (userId: string) => ({ userId, anonymousId: null, email: null });
  const known = (id: string, traits: Record<string, string>): Message => ({
    kind: 'traits',
    who: who(id),
    at: NOON - 5 * DAY,
    traits,
  });
  const viewed = (id: string, eventId: string, at: number): Message => ({
    kind: 'event',
    who: who(id),
    id: eventId,
    name: 'page_viewed',
    at,
    properties: { path: '/pricing' },
    machine: null,
  });
  await app.ingest.accept({
    sourceId: 0,
    receivedAt: NOON,
    messages: [
      known('ana', { first_name: 'Ana', last_name: 'Pop', title: 'CEO', email: 'ana@firm.example' }),
      known('bo', { name: 'Bo <b>Bold</b>', title: 'Intern' }),
      viewed('ana', 'e1', NOON - 3 * DAY),
      viewed('ana', 'e2', NOON - DAY),
      viewed('ana', 'e3', NOON - DAY + 1000),
    ],
    refusals: [],
  });

  const score = (page: Page, name: string) =>
    page.getByRole('region', { name, exact: true }).getByRole('heading').locator('xpath=..');

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

  test('a lead is found, its reasons add up, a past day shows what was true, a void event counts no more', async () => {
    const page = await open();
    expect(await page.locator('tbody tr').first().textContent()).toContain('Ana Pop');
    // What people write is text and stays text.
    await page.getByRole('link', { name: 'Bo <b>Bold</b>' }).waitFor();
    await page.getByLabel('Find').fill('pop firm');
    await page.getByRole('link', { name: 'Bo <b>Bold</b>' }).waitFor({ state: 'detached' });
    expect(page.url()).toContain('find=pop');
    await page.getByRole('link', { name: 'Ana Pop' }).click();
    await page.getByText('mql', { exact: true }).first().waitFor();
    expect(await score(page, 'interest').textContent()).toContain('50');
    await page.getByText('The reasons come to 60; groups and the range of the score hold it at 50.').waitFor();
    await page.getByRole('button', { name: /3 events/ }).click();
    expect(await page.getByText(/page_viewed/).count()).toBeGreaterThanOrEqual(3);

    await page.getByLabel('As of the end of').fill('2026-11-22');
    await page.getByText('as of Nov 22, 2026').waitFor();
    await page.getByRole('button', { name: 'Now' }).click();

    await page.getByRole('button', { name: 'Void' }).first().click();
    await page.getByRole('button', { name: 'Count it again' }).waitFor();
    await expect.poll(() => score(page, 'interest').textContent()).toContain('40');
    await page.getByRole('button', { name: 'Count it again' }).click();
    await expect.poll(() => score(page, 'interest').textContent()).toContain('50');
    await page.context().close();
  });

  test('who may only read is offered nothing else', async () => {
    const page = await open('viewer');
    await page.getByRole('link', { name: 'Ana Pop' }).click();
    await page.getByText('page_viewed').first().waitFor();
    expect(await page.getByRole('button', { name: 'Void' }).count()).toBe(0);
    await page.context().close();
  });

  test('by keyboard alone: past the menu, to a lead and its events', async () => {
    const page = await open();
    await page.getByRole('table').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate(() => document.activeElement?.textContent)) === 'Ana Pop') break;
    }
    await page.keyboard.press('Enter');
    const opener = page.getByRole('button', { name: /3 events/ });
    await opener.waitFor();
    await opener.focus();
    await page.keyboard.press('Space');
    expect(await opener.getAttribute('aria-expanded')).toBe('true');
    await page.context().close();
  });

  test.each(LOOKS)(
    'axe finds nothing in $colorScheme at $viewport.width, and nothing is wider than the page',
    async (look) => {
      const page = await open('administrator', '/leads', look);
      await page.getByRole('table').waitFor();
      await expectAccessible(page, 'leads');
      await page.getByRole('link', { name: 'Ana Pop' }).click();
      await page.getByText('page_viewed').first().waitFor();
      await expectAccessible(page, 'lead');
      await page.getByRole('tab', { name: 'What is known' }).click();
      await expectAccessible(page, 'traits');
      await page.context().close();
    },
  );
});
