// What sales' answers say, and the leads that are not ready, in a real browser: figures as they are, filters in the
// address, by each role, looked at by axe in all looks.
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { roles } from '../../src/store/people.ts';
import { did, handedOver, known, settle } from '../../test/handed-over.ts';
import { expectAccessible, testPage } from '../../test/page.ts';
import { NOON } from '../../test/service.ts';

const DAY = 86_400_000;
/** The Monday on which leads are handed over. */
const MONDAY = NOON + (22 / 24) * DAY;
const service = await testPage();

describe.skipIf(service === undefined)('what is learnt from sales', async () => {
  if (service === undefined) return;
  const { app, open } = service;
  const made = (name: string, traits: Record<string, string | number>) =>
    known(name, MONDAY - 9 * DAY, { name, ...traits });
  await handedOver(service, [
    made('Near', { employees: 500 }),
    did('Near', MONDAY - 2 * DAY),
    made('Far', { employees: 3 }),
    did('Far', MONDAY - 8 * DAY),
    made('Learner', { title: 'Student' }),
  ]);
  const row = (page: Page, table: string, name: string) =>
    page.getByRole('region', { name: table, exact: true }).getByRole('row').filter({ hasText: name });
  const cells = async (page: Page, table: string, name: string) => {
    await row(page, table, name).waitFor();
    return row(page, table, name).getByRole('cell').allInnerTexts();
  };

  test('a rule says how often it was wrong, and mostly why', async () => {
    const page = await open('leadership', '/feedback');
    await row(page, 'Rules', 'large').waitFor();
    const [rejected, mostly, fired, answered, accepted, won] = await cells(page, 'Rules', 'large');
    expect([fired, answered, mostly, won]).toEqual(['4', '4', 'Not a fit', '1 of 1']);
    expect(rejected).toContain('75%');
    expect(rejected).toContain('30% to 95%');
    expect(accepted).toContain('25%');
    // The one that is surest to bring what is sent back comes first.
    const first = page.getByRole('region', { name: 'Rules', exact: true }).getByRole('rowheader').first();
    await expect.poll(() => first.textContent()).toBe('large');
    await page.getByText('€15,000').first().waitFor();
    await page.context().close();
  });

  test('rates are told by band or by source, chosen by keyboard and kept in the address, within a period', async () => {
    const page = await open('marketing', '/feedback');
    await row(page, 'Acceptance and wins', 'hot').waitFor();
    expect((await cells(page, 'Acceptance and wins', 'warm')).slice(0, 2)).toEqual(['3', '2']);
    await page.getByRole('radio', { name: 'Band' }).focus();
    await page.keyboard.press('ArrowRight');
    await row(page, 'Acceptance and wins', 'Site').waitFor();
    expect(page.url()).toContain('by=source');
    await page.getByLabel('Before').fill('2026-11-01');
    await page.getByText('Nothing was handed over in this time').first().waitFor();
    expect(page.url()).toContain('until=2026-11-01');
    await page.context().close();
  });

  test('where score and answer disagree, the lead and the hand-off are a click away', async () => {
    const page = await open('sales', '/feedback');
    await page.getByRole('heading', { name: 'Scored low and won: 1' }).waitFor();
    expect(await cells(page, 'Scored low and won', 'Lead 1')).toEqual([
      'Lead 1\n\nCEO',
      '60',
      'decides +60',
      '€10,000.00',
      'Nov 23, 2026',
    ]);
    await row(page, 'Scored high and sent back', 'Lead 6').getByText('No budget').waitFor();
    await page.getByRole('link', { name: 'Lead 1' }).click();
    await page.waitForURL(/\/leads\/\d+$/);
    await page.context().close();
  });

  test('a review is opened, written down and closed, and stays as it was', async () => {
    const page = await open('marketing', '/review');
    await page.getByText('Next review on Dec 1, 2026').waitFor();
    // Something has to have happened since.
    service.now += DAY;
    await page.getByRole('button', { name: 'Open a review' }).click();
    await page.getByText('Remove or mend paper: it gives points to nobody.').waitFor();
    expect((await cells(page, 'Conversion', 'Now'))[0]).toBe('7');
    await page.getByRole('textbox', { name: 'Minutes' }).fill('Students are left out of the next model.');
    await page.getByRole('button', { name: 'Save the minutes' }).click();
    await page.getByText('Saved.').waitFor();

    const reader = await open('viewer', '/review');
    await reader.getByText('Students are left out of the next model.').waitFor();
    await expect.poll(() => reader.getByRole('button', { name: /review|Save/ }).count()).toBe(0);
    await reader.context().close();

    await page.getByRole('button', { name: 'Close the review' }).click();
    await page.getByRole('button', { name: 'Close it' }).click();
    await page.getByRole('textbox', { name: 'Minutes' }).waitFor({ state: 'detached' });
    await page.getByText('Next review on Dec 1, 2026').waitFor();
    const paper = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'Report to print' }).click();
    const report = await paper;
    await report.getByRole('heading', { name: 'Review of leads' }).waitFor();
    await report.getByText('Students are left out of the next model.').waitFor();
    await page.context().close();
  });

  test('leads that are not ready: the closest now, and half a year later those to give up', async () => {
    const page = await open('marketing', '/nurture');
    expect(await cells(page, 'Closest', 'Near')).toEqual(['Near', 'total 15']);
    service.now = MONDAY + 61 * DAY;
    const messages = [did('Far', MONDAY + 60 * DAY)];
    await app.ingest.accept({ sourceId: null, receivedAt: service.now, messages, refusals: [] });
    await settle(app);
    await page.reload();
    expect(await cells(page, 'Cooling', 'Near')).toEqual(['Near', '35', '30']);
    expect((await cells(page, 'Came back', 'Far'))[1]).toBe('68 days');
    service.now = MONDAY + 200 * DAY;
    await settle(app);
    await page.reload();
    await row(page, 'Stop working on', 'Learner')
      .getByText('Nothing was heard of it for 209 days. Its score is -80; taken away by student.')
      .waitFor();
    await row(page, 'Stop working on', 'Lead 4').getByText('Sales refused it: Not a fit.').waitFor();
    await page.context().close();
  });

  test.each(roles)('%s sees all of it', async (role) => {
    const page = await open(role, '/nurture');
    await page.getByRole('heading', { name: 'Leads that are not ready' }).waitFor();
    await page.getByRole('link', { name: 'Feedback' }).click();
    await row(page, 'Rules', 'large').waitFor();
    await page.getByRole('link', { name: 'Review' }).click();
    await page.getByRole('heading', { name: 'Minutes' }).waitFor();
    await page.context().close();
  });

  test('axe finds nothing, and nothing is wider than the page', async () => {
    const page = await open('marketing', '/feedback');
    await row(page, 'Rules', 'large').waitFor();
    await page.getByRole('heading', { name: 'Scored low and won: 1' }).waitFor();
    await row(page, 'Acceptance and wins', 'hot').waitFor();
    await expectAccessible(page, 'feedback');
    await page.goto(`${service.address}/nurture`);
    await row(page, 'Stop working on', 'Learner').waitFor();
    await expectAccessible(page, 'nurture');
    await page.goto(`${service.address}/review`);
    await page.getByRole('heading', { name: 'Drift' }).waitFor();
    await expectAccessible(page, 'review');
    await page.context().close();
  });
});
