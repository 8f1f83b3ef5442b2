// One lead in a real browser: reasons that add up, any past day, what is next, void, merge and undo, erase, by each role.
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { fillLeads } from '../../test/leads.ts';
import { expectAccessible, testPage } from '../../test/page.ts';

const service = await testPage();

describe.skipIf(service === undefined)('a lead', async () => {
  if (service === undefined) return;
  const { app, open } = service;
  await fillLeads(service);
  const rows = await app.db.rows<{ value: string; contact_id: number }>(
    "select value, contact_id from identity where kind = 'user_id'",
  );
  const at = (name: string) => `/leads/${rows.find(({ value }) => value === name)?.contact_id}`;

  const score = (page: Page, name: string) =>
    page.getByRole('region', { name, exact: true }).getByRole('heading').locator('xpath=..');
  const ready = (page: Page) => page.getByRole('region', { name: 'What changes next' }).waitFor();

  test('reasons add up and open their events; what is next and who is with it are told', async () => {
    const page = await open('sales', at('ana'));
    await ready(page);
    await expect.poll(() => score(page, 'interest').textContent()).toContain('50');
    await page.getByText('The reasons come to 60; groups and the range of the score hold it at 50.').waitFor();
    await page.getByRole('button', { name: /3 events/ }).click();
    // The first of the views is 27 days from leaving its window of 30.
    const next = page.getByRole('region', { name: 'What changes next' });
    await next.getByText(/Dec 19, 2026/).waitFor();
    await next.getByText('interest: 50 → 40').waitFor();
    await next.getByText('total: 90 → 80').waitFor();
    const company = page.getByRole('region', { name: 'Company' });
    await company.getByRole('heading', { name: 'Firm Ltd' }).waitFor();
    await company.getByRole('link', { name: 'Dia Marin' }).waitFor();
    const path = page.getByRole('list', { name: 'Stages, one after the other' });
    await expect
      .poll(() => path.getByRole('listitem').allTextContents())
      .toEqual([expect.stringMatching(/^In no stage/), expect.stringMatching(/^mql/), expect.stringMatching(/^sql/)]);
    await page.context().close();
  });

  test('a past day shows scores, stages, deeds and traits as they were; a mark leads to its day', async () => {
    const page = await open('viewer', at('ana'));
    await ready(page);
    const marks = page.getByRole('list', { name: 'What moved it' });
    await marks.getByRole('listitem').filter({ hasText: 'Stage: In no stage → mql' }).getByRole('button').click();
    await expect.poll(() => page.url()).toContain('asOf=2026-11-17');
    await page.getByText('as of Nov 17, 2026').waitFor();
    await expect.poll(() => score(page, 'interest').textContent()).toContain('0');
    await expect.poll(() => page.getByText('page_viewed').count()).toBe(0);
    await page.getByRole('tab', { name: 'What is known' }).click();
    await page.getByRole('row', { name: /title/ }).getByText('CEO').waitFor();
    await page.getByLabel('As of the end of').fill('2026-11-15');
    await page.getByRole('row', { name: /title/ }).getByText('Assistant').waitFor();
    await expect.poll(() => page.getByRole('row', { name: /phone/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Now' }).click();
    await page.getByRole('button', { name: '1 value before: title' }).click();
    await page.getByText(/: Assistant/).waitFor();
    await page.context().close();
  });

  test('an event is voided for a reason that others read, and counts again', async () => {
    const page = await open('marketing', at('ana'));
    await ready(page);
    await page.getByRole('button', { name: 'Void' }).first().click();
    await page.getByLabel('Why').fill('our own office');
    await page.getByRole('dialog').getByRole('button', { name: 'Void' }).click();
    await page.getByText('void: our own office').waitFor();
    await expect.poll(() => score(page, 'interest').textContent()).toContain('40');
    await page.getByRole('button', { name: 'Count it again' }).click();
    await expect.poll(() => score(page, 'interest').textContent()).toContain('50');
    await page.context().close();
  });

  test('another lead is merged into it, and that is undone', async () => {
    const page = await open('sales', at('ana'));
    await page.getByRole('tab', { name: 'Who it is' }).click();
    await page.getByRole('button', { name: 'Merge with another lead' }).click();
    await page.getByLabel('Find the other lead').fill('bold');
    await page.getByRole('radio', { name: 'Bo <b>Bold</b>' }).check();
    await page.getByText('Bo <b>Bold</b> becomes part of Ana Pop').waitFor();
    await page.getByRole('button', { name: 'Merge', exact: true }).click();
    await page.getByText('User id bo').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText(/undone on/).waitFor();
    await page.getByText('User id bo').waitFor({ state: 'detached' });
    await page.context().close();
  });

  test('who may only read is offered nothing else; sales merge, and neither void nor erase', async () => {
    for (const [role, offered] of [
      ['viewer', { Void: 0, 'Merge with another lead': 0, Erase: 0 }],
      ['sales', { Void: 0, 'Merge with another lead': 1, Erase: 0 }],
      ['marketing', { Void: 3, 'Merge with another lead': 1, Erase: 0 }],
      ['administrator', { Void: 3, 'Merge with another lead': 1, Erase: 1 }],
    ] as const) {
      const page = await open(role, at('ana'));
      await page.getByText('page_viewed').first().waitFor();
      const voids = await page.getByRole('button', { name: 'Void', exact: true }).count();
      await page.getByRole('tab', { name: 'Who it is' }).click();
      await page.getByText('User id ana').waitFor();
      const count = (name: string) => page.getByRole('button', { name, exact: true }).count();
      const found = {
        Void: voids,
        'Merge with another lead': await count('Merge with another lead'),
        Erase: await count('Erase'),
      };
      expect([role, found]).toEqual([role, offered]);
      await page.context().close();
    }
  });

  test('axe finds nothing, and nothing is wider than the page', async () => {
    const page = await open('administrator', at('ana'));
    await ready(page);
    await page.getByRole('img', { name: /Scores over time/ }).waitFor();
    await page.getByText('interest: 50 → 40').waitFor();
    await expectAccessible(page, 'lead');
    await page.getByRole('tab', { name: 'What is known' }).click();
    await page.getByRole('row', { name: /phone/ }).waitFor();
    await expectAccessible(page, 'traits');
    await page.getByRole('tab', { name: 'Who it is' }).click();
    await page.getByRole('button', { name: 'Merge with another lead' }).click();
    await page.getByLabel('Find the other lead').fill('bold');
    await page.getByRole('radio').first().waitFor();
    await expectAccessible(page, 'merge');
    await page.context().close();
  });

  test('erasing takes the name in writing, and nobody finds the lead any more', async () => {
    const page = await open('administrator', at('eve'));
    await page.getByRole('tab', { name: 'Who it is' }).click();
    await page.getByRole('button', { name: 'Erase', exact: true }).click();
    const erase = page.getByRole('button', { name: 'Erase for good' });
    await expect.poll(() => erase.isDisabled()).toBe(true);
    await page.getByLabel('To go on, write Eve Rival').fill('Eve Rival');
    await erase.click();
    await page.getByRole('link', { name: 'Ana Pop' }).waitFor();
    await expect.poll(() => page.getByRole('link', { name: 'Eve Rival' }).count()).toBe(0);
    await page.context().close();
  });
});
