// Companies in a real browser: found, ordered, opened; who is engaged, which roles are known, what the score is made of.
import { describe, expect, test } from 'vitest';
import type { Facts, Message } from '../../src/core/ingest.ts';
import { roles } from '../../src/store/people.ts';
import { keepCompanies } from '../../src/store/stated-companies.ts';
import { expectAccessible, testPage } from '../../test/page.ts';
import { NOON } from '../../test/service.ts';

const DAY = 86_400_000;
const MODEL = `
model: simple
scores:
  interest: { range: [0, 100], rules: [ { id: views, on: page_viewed, pointsEach: 20 } ] }
bands:
  interest: { hot: 40, cold: 0 }
company:
  scores:
    best: { rollUp: top, n: 2, of: interest, range: [0, 200] }
    size: { range: [0, 30], rules: [ { id: right-size, if: { employees: { atLeast: 10 } }, points: 15 } ] }
    account: { sum: { best: 1, size: 2 }, range: [0, 300] }
`;

const service = await testPage();

describe.skipIf(service === undefined)('companies', async () => {
  if (service === undefined) return;
  const { app, open } = service;
  const empty = await open('viewer', '/companies');
  await empty.getByText('No companies yet').waitFor();
  await empty.context().close();
  await app.scoring.publish(MODEL, 'a test');
  const company = (key: string, traits: Facts) => ({ key, domains: [], at: NOON - 9 * DAY, traits });
  await keepCompanies(
    app.db,
    [
      company('north', { name: 'Nord <b>Çelik</b>', employees: 50, industry: 'retail' }),
      company('south', { name: 'South Foods', employees: 5, industry: 'food' }),
    ],
    0,
  );
  const person = (user: string, key: string, title: string, views: number): Message[] => {
    const who = { userId: user, anonymousId: null, email: null };
    return [
      { kind: 'traits', who, at: NOON - 100 * DAY, traits: { company_id: key, name: `Lead ${user}`, title } },
      ...Array.from({ length: views }, (_, n): Message => {
        return {
          kind: 'event',
          who,
          id: `${user}${n}`,
          name: 'page_viewed',
          at: NOON - n * DAY,
          properties: {},
          machine: null,
        };
      }),
    ];
  };
  await app.ingest.accept({
    sourceId: 0,
    receivedAt: NOON,
    messages: [
      ...person('ana', 'north', 'CEO', 3),
      ...person('bo', 'north', 'Head of Finance', 0),
      ...person('di', 'south', 'Engineer', 4),
    ],
    refusals: [],
  });
  const { live, companies } = app.scoring.work;
  for (let left = 1; left > 0; ) left = (await live()) + (await companies());

  test.each(roles)('%s sees them side by side, finds and orders them', async (role) => {
    const page = await open(role, '/companies');
    const table = page.getByRole('table', { name: 'Companies' });
    await table.getByRole('link', { name: 'Nord <b>Çelik</b>' }).waitFor();
    const names = () => table.getByRole('link').allTextContents();
    expect(await names()).toEqual(['Nord <b>Çelik</b>', 'South Foods']);
    await page.getByLabel('Order').selectOption('score:best');
    await expect.poll(names).toEqual(['South Foods', 'Nord <b>Çelik</b>']);
    expect(new URL(page.url()).searchParams.get('sort')).toBe('score:best');
    await page.getByLabel('Find').fill('celik RETAIL');
    await expect.poll(names).toEqual(['Nord <b>Çelik</b>']);
    await page.getByLabel('Find').fill('nobody');
    await page.getByText('No company matches').waitFor();
    await page.context().close();
  });

  test('one is opened by keyboard: its people, roles, reasons, course and facts', async () => {
    const page = await open('sales', '/companies');
    const link = page.getByRole('link', { name: 'Nord <b>Çelik</b>' });
    await link.waitFor();
    await link.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Nord <b>Çelik</b>' }).waitFor();
    const who = page.getByRole('region', { name: 'Who buys together' });
    for (const told of ['1 of 1 active', '1 known, not active', 'Nobody known yet']) {
      await who.getByText(told).first().waitFor();
    }
    const people = page.getByRole('table', { name: 'People' });
    await people.waitFor();
    await expect.poll(() => people.getByRole('link').allTextContents()).toEqual(['Lead ana', 'Lead bo']);
    await people.getByText('page_viewed').waitFor();
    const tab = page.getByRole('tab', { name: 'People' });
    await tab.focus();
    await page.keyboard.press('ArrowRight');
    const account = page.getByRole('region', { name: 'account' });
    await account.getByText('A sum: 1 × best (60) + 2 × size (15)').waitFor();
    await expect.poll(() => account.textContent()).toContain('90');
    await page.getByText('The 2 highest values of interest among its people, added up.').waitFor();
    await page.getByRole('region', { name: 'size' }).getByText('+15').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('img', { name: /scores over time/ }).waitFor();
    await page.getByText('As a table').click();
    await expect
      .poll(() => page.getByRole('table', { name: 'As a table' }).getByRole('row').count())
      .toBeGreaterThan(1);
    await page.getByRole('tab', { name: 'What is known' }).click();
    await page.getByRole('rowheader', { name: 'industry' }).waitFor();
    await page.context().close();
  });

  test('one that is not there is told so', async () => {
    const page = await open('viewer', '/companies/999999');
    await page.getByRole('alert').getByText('there is no company 999999').waitFor();
    await page.context().close();
  });

  test('axe finds nothing, and nothing is wider than the page', async () => {
    const page = await open('administrator', '/companies');
    await page.getByRole('link', { name: 'South Foods' }).waitFor();
    await expectAccessible(page, 'companies');
    await page.getByRole('link', { name: 'South Foods' }).click();
    await page.getByRole('table', { name: 'People' }).waitFor();
    await page.getByText('Which words tell of a role').click();
    await expectAccessible(page, 'people');
    for (const name of ['Reasons', 'Over time', 'What is known']) {
      await page.getByRole('tab', { name }).click();
      await page.getByRole('tabpanel', { name }).waitFor();
      await expectAccessible(page, name);
    }
    await page.context().close();
  });
});
