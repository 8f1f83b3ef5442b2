// The overview in a real browser: figures with the leads behind them, a goal set and changed, an outcome named, each role.
import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/core/ingest.ts';
import type { Role } from '../../src/store/people.ts';
import { expectAccessible, testPage } from '../../test/page.ts';
import { NOON } from '../../test/service.ts';

const DAY = 86_400_000;
const MODEL = `
model: simple
scores:
  interest: { range: [0, 100], rules: [ { id: views, on: page_viewed, pointsEach: 20 } ] }
bands:
  interest: { hot: 40, cold: 0 }
stages:
  - { id: lead, enter: { score: { interest: { atLeast: 20 } } } }
  - { id: mql, enter: { score: { interest: { atLeast: 40 } } } }
`;
/** The four weeks that end on the day at which the service’s clock stands. */
const DAYS = '/overview?period=custom&from=2026-10-26&to=2026-11-22';

const service = await testPage();

describe.skipIf(service === undefined)('the overview', async () => {
  if (service === undefined) return;
  const { app, open } = service;
  service.now = NOON - 60 * DAY;
  await app.scoring.publish(MODEL, 'a test');
  service.now = NOON;
  const event = (user: string, id: string, name: string, at: number): Message => {
    return {
      kind: 'event',
      who: { userId: user, anonymousId: null, email: null },
      id,
      name,
      at,
      properties: {},
      machine: null,
    };
  };
  const named = (user: string): Message => {
    const who = { userId: user, anonymousId: null, email: null };
    return { kind: 'traits', who, at: NOON - 20 * DAY, traits: { name: `Lead ${user}`, country: 'RO' } };
  };
  await app.ingest.accept({
    sourceId: 0,
    receivedAt: NOON,
    messages: [
      ...['ana', 'bo', 'cy'].map(named),
      event('ana', 'a1', 'page_viewed', NOON - 10 * DAY),
      event('ana', 'a2', 'page_viewed', NOON - 9 * DAY),
      event('ana', 'a3', 'deal_won', NOON - DAY),
      event('bo', 'b1', 'page_viewed', NOON - 8 * DAY),
      event('bo', 'b2', 'page_viewed', NOON - 2 * DAY),
      event('cy', 'c1', 'page_viewed', NOON - 3 * DAY),
    ],
    refusals: [],
  });

  test('who only reads is told what is missing and whom to ask, and is offered nothing else', async () => {
    for (const role of ['viewer', 'sales'] as const) {
      const page = await open(role, DAYS);
      await page.getByText('Ask marketing or an administrator').waitFor();
      await page.getByText('There is no goal yet. Leadership and marketing can set one.').waitFor();
      await expect.poll(() => page.getByRole('button', { name: /New goal|Name the event/ }).count()).toBe(0);
      await page.context().close();
    }
  });

  test('marketing names the outcome by keyboard, and the score is held against it', async () => {
    const page = await open('marketing', DAYS);
    const opener = page.getByRole('button', { name: 'Name the event' });
    await opener.waitFor();
    await opener.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: 'Events that say' }).focus();
    await page.keyboard.type('deal_won');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Save' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('A deal is won with: deal_won').waitFor();
    const steps = page.getByRole('region', { name: 'Does the score tell who buys?' });
    await steps.getByText('As a table').click();
    // Ana and Bo were hot at some time, and Ana won while she was.
    await expect.poll(() => steps.getByRole('row', { name: /^hot/ }).textContent()).toBe('hot (40–100)2150%');
    await page.context().close();
  });

  test('each stage tells who reached it, and shows them', async () => {
    const page = await open('leadership', DAYS);
    const funnel = page.getByRole('table', { name: 'Funnel' });
    const rows = funnel.getByRole('row');
    await funnel.waitFor();
    const cells = (n: number) => rows.nth(n).getByRole('cell').allTextContents();
    expect(await cells(1)).toEqual(['3', '–from 0', '66.7%', '24 hr', '6 days', '1']);
    expect(await cells(2)).toEqual(['2', '–from 0', '50%', '–', '–', '2']);
    expect(await cells(3)).toEqual(['1', '–from 0', '–', '–', '–', '–']);
    await page.getByRole('button', { name: 'mql: 2 leads, show them' }).click();
    const drawer = page.getByRole('dialog', { name: 'Reached mql' });
    await drawer.getByRole('link', { name: 'Lead ana' }).waitFor();
    await expect.poll(() => drawer.getByRole('link').allTextContents()).toEqual(['Lead bo', 'Lead ana']);
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'mql: 2 leads stand there now' }).click();
    await page.waitForURL(/leads\?stage=/);
    await page.context().close();
  });

  test('leadership sets a goal, the weeks are held against it, and it is changed and removed', async () => {
    const page = await open('leadership', DAYS);
    await page.getByRole('button', { name: 'New goal' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('At least').fill('6');
    await form.getByLabel('From').fill('2026-11-01');
    await form.getByRole('button', { name: 'Save' }).click();
    const goal = page.getByRole('region', { name: 'Marketing: Reached mql' });
    await goal.getByText('of 6 a month').waitFor();
    await goal.getByText('4 to go').waitFor();
    await goal.getByText('By now it should be').waitFor();
    // 22 of the 30 days of November lie in the days shown.
    await page.getByText('the goal for these days is 4.4').waitFor();
    await goal.getByRole('button', { name: /Change/ }).click();
    await page.getByRole('dialog').getByLabel('At least').fill('2');
    await page.getByRole('dialog').getByLabel('At most').fill('3');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await goal.getByText('of 2–3 a month').waitFor();
    await goal.getByText('Reached, with').waitFor();
    await goal.getByRole('button', { name: /Change/ }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByRole('button', { name: 'Remove for good' }).click();
    await page.getByText('There is no goal yet.').waitFor();
    await page.context().close();
  });

  test('what is chosen stands in the address', async () => {
    const page = await open('sales', DAYS);
    await page.getByLabel('What is counted').selectOption({ label: 'Won deals' });
    await page.getByRole('button', { name: '1 in all' }).waitFor();
    await page.getByLabel('Tell apart by').selectOption('country');
    await page.getByRole('rowheader', { name: 'RO' }).waitFor();
    await page.reload();
    await page.getByRole('rowheader', { name: 'RO' }).waitFor();
    await page.getByRole('button', { name: '1 in all' }).waitFor();
    await page.getByLabel('Last day').fill('2026-11-20');
    await page.getByRole('region', { name: 'Week by week' }).getByText('None in these days.').waitFor();
    await page.context().close();
  });

  test.each<Role>(['marketing', 'viewer'])(
    'axe finds nothing for %s, and nothing is wider than the page',
    async (role) => {
      const page = await open(role, DAYS);
      await page.getByRole('table', { name: 'Funnel' }).waitFor();
      await page.getByRole('region', { name: 'Does the score tell who buys?' }).getByRole('img').first().waitFor();
      await page.getByRole('region', { name: 'Where leads come from' }).getByRole('table').waitFor();
      await page.getByText('As a table').first().click();
      await expectAccessible(page, 'overview');
      // A colour that a browser cannot read leaves bars as black as the text.
      const [figure, text] = await page.evaluate(() => {
        const mark = document.body.appendChild(document.createElement('i'));
        mark.style.color = 'var(--figure)';
        return [getComputedStyle(mark).color, getComputedStyle(document.body).color];
      });
      expect(figure).not.toBe(text);
      await page.getByRole('button', { name: 'mql: 2 leads, show them' }).click();
      await page.getByRole('dialog').getByRole('link').first().waitFor();
      await expectAccessible(page, 'who is behind');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      if (role === 'viewer') return page.context().close();
      await page.getByRole('button', { name: 'New goal' }).click();
      await page.getByRole('dialog').getByLabel('At least').waitFor();
      await expectAccessible(page, 'a goal');
      await page.context().close();
    },
  );
});
