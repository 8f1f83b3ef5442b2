// The table of leads in a real browser: found by words and conditions, saved as a segment, written as CSV, by each role.
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { fillLeads } from '../../test/leads.ts';
import { expectAccessible, testPage } from '../../test/page.ts';

const service = await testPage();

describe.skipIf(service === undefined)('leads', async () => {
  if (service === undefined) return;
  const { app, open } = service;
  await fillLeads(service);

  const names = (page: Page) => page.locator('.leads-frame tbody a').allTextContents();
  const shown = (page: Page, ...expected: string[]) => expect.poll(() => names(page)).toEqual(expected);
  const ANA = 'Ana Pop';
  const BO = 'Bo <b>Bold</b>';
  const DIA = 'Dia Marin';
  const EVE = 'Eve Rival';

  test('words find; what people write is text and stays text', async () => {
    const page = await open('sales', '/leads');
    await shown(page, ANA, EVE, DIA, BO);
    await page.getByLabel('Find').fill('dia firm');
    await shown(page, DIA);
    expect(page.url()).toContain('find=dia');
    await page.reload();
    await shown(page, DIA);
    await expect.poll(() => page.getByLabel('Find').inputValue()).toBe('dia firm');
    await page.context().close();
  });

  test('conditions find, become a segment, open again from it, and are written as CSV', async () => {
    const page = await open('sales', '/leads');
    await shown(page, ANA, EVE, DIA, BO);
    await page.getByRole('button', { name: 'Conditions' }).click();
    await page.getByLabel('Value').fill('30');
    await shown(page, ANA, EVE, DIA);
    await page.getByRole('button', { name: 'Add a condition' }).click();
    await page.getByLabel('What').last().selectOption('event');
    await page.getByLabel('Name of the event').fill('form_submitted');
    await page.getByLabel('Within').fill('30d');
    await shown(page, DIA);

    await page.getByRole('button', { name: 'Segment' }).click();
    await page.getByRole('menuitem', { name: 'Save as a segment' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Asked and warm');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect.poll(() => page.getByLabel('Segment').first().inputValue()).not.toBe('');
    const [kept] = await app.db.rows<{ name: string; search: unknown }>('select name, search from segment');
    expect(kept).toEqual({
      name: 'Asked and warm',
      search: {
        where: {
          all: [
            { score: { total: { atLeast: 30 } } },
            { event: { on: 'form_submitted', count: { atLeast: 1 }, within: '30d' } },
          ],
        },
        sort: { by: 'score', score: 'total' },
      },
    });

    const other = await open('viewer', '/leads');
    await shown(other, ANA, EVE, DIA, BO);
    await other.getByLabel('Segment').first().selectOption('Asked and warm');
    await shown(other, DIA);
    await other.getByRole('button', { name: '2 conditions' }).click();
    await expect.poll(() => other.getByLabel('Name of the event').inputValue()).toBe('form_submitted');
    // Whoever may not write is offered to send the address and nothing else.
    await other.getByRole('button', { name: 'Segment' }).click();
    await expect.poll(() => other.getByRole('menuitem').allTextContents()).toEqual(['Copy the address']);
    await other.context().close();

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split(/\r?\n/);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('email');
    expect(lines[1]).toContain('dia@firm.example');

    await page.getByRole('button', { name: 'Segment' }).click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Warm');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect.poll(() => page.getByLabel('Segment').first().locator('option').allTextContents()).toContain('Warm');
    await page.getByRole('button', { name: 'Segment' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await shown(page, ANA, EVE, DIA, BO);
    expect(await app.db.rows('select 1 from segment')).toEqual([]);
    await page.context().close();
  });

  test('a condition that no row can show is kept, shown as it is, and can be removed', async () => {
    const where = {
      all: [
        { not: { title: { mentions: ['ceo'] } } },
        { any: [{ name: { contains: 'bo' } }, { title: { is: 'buyer' } }] },
      ],
    };
    const page = await open('sales', `/leads?where=${encodeURIComponent(JSON.stringify(where))}`);
    await shown(page, DIA, BO);
    await page.getByText('{"not":{"title":{"mentions":["ceo"]}}}').waitFor();
    await page.getByLabel('Value').first().fill('nobody');
    await shown(page, DIA);
    await page.context().close();
  });

  test('columns are chosen, kept on the device and in the address; a click on a score sorts', async () => {
    const page = await open('sales', '/leads');
    await shown(page, ANA, EVE, DIA, BO);
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByLabel('Another trait').fill('phone');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('checkbox', { name: 'Company' }).uncheck();
    await page.keyboard.press('Escape');
    await expect
      .poll(() => page.getByRole('columnheader').allTextContents())
      .toEqual(['Name', 'Title', 'Stage', 'total ↓', 'fit', 'interest', 'phone']);
    await page.getByRole('cell', { name: '+40 21 555 01 23' }).waitFor();
    expect(page.url()).toContain('trait.phone');
    await page.getByRole('columnheader', { name: 'interest' }).getByRole('button').click();
    await shown(page, ANA, DIA, BO, EVE);
    await page.getByRole('link', { name: 'Today' }).click();
    await page.getByRole('link', { name: 'Leads' }).click();
    await page.getByRole('columnheader', { name: 'phone' }).waitFor();
    await page.context().close();
  });

  test('axe finds nothing, and nothing is wider than the page', async () => {
    const page = await open('administrator', '/leads');
    await page.getByRole('link', { name: ANA }).waitFor();
    await expectAccessible(page, 'leads');
    await page.getByRole('button', { name: 'Conditions' }).click();
    await page.getByRole('button', { name: 'Add a group' }).click();
    await page.getByLabel('Value').first().fill('30');
    await page.getByRole('link', { name: BO }).waitFor({ state: 'detached' });
    await expectAccessible(page, 'conditions');
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByLabel('Another trait').waitFor();
    await expectAccessible(page, 'columns');
    await page.keyboard.press('Escape');
    await page.getByLabel('Find').fill('nobody at all');
    await page.getByText('No lead matches').waitFor();
    await expectAccessible(page, 'nothing found');
    await page.context().close();
  });
});
