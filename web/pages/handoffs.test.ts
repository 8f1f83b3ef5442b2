// Hand-offs in a real browser: a lead qualifies, sales sees it, calls, accepts and wins; another is rejected with a reason;
// one waits with marketing and is given by hand; who may only look is offered nothing.
import type { Page } from 'playwright-core';
import { describe, expect, test, vi } from 'vitest';
import { addAgreement, hashOf, putInForce, signAgreement } from '../../src/store/agreements.ts';
import { saveSeller } from '../../src/store/sellers.ts';
import { expectAccessible, testPage } from '../../test/page.ts';
import { NOON } from '../../test/service.ts';

const HOUR = 3_600_000;
const MODEL = `
model: b2b
scores:
  fit: { range: [0, 100], rules: [ { id: decides, if: { title: { mentions: [ceo] } }, points: 60 } ] }
stages: [ { id: mql, enter: { score: { fit: { atLeast: 50 } } } } ]
`;
const AGREEMENT = `
agreement: leads
model: b2b
definition: { stage: mql, require: [phone] }
situation: { pains: pains, budget: budget }
sales: { firstContact: { within: 30m, never: 1d }, answer: 2d }
`;

const service = await testPage();

describe.skipIf(service === undefined)('hand-offs on the page', async () => {
  if (service === undefined) return;
  const { app, open } = service;
  // Monday, ten in the morning.
  service.now = NOON + 22 * HOUR;
  const by = { by: 'a test', now: service.now };
  await app.scoring.publish(MODEL, 'a test');
  const agreementId = await addAgreement(app.db, { name: 'leads', document: AGREEMENT, modelId: 1 }, by);
  for (const team of ['marketing', 'sales'] as const)
    await signAgreement(app.db, agreementId, { team, hash: hashOf(AGREEMENT) }, by);
  await putInForce(app.db, agreementId, by);
  const nine: [number, number][] = [[540, 1020]];
  const week = [nine, nine, nine, nine, nine, [], []];
  const seller = { zone: 'UTC', week, holidays: null, capacity: null, weight: 1, territory: null, active: true };
  await saveSeller(app.db, 'sales@example.org', seller, by);

  const known = (id: string, name: string, more: object) => ({
    kind: 'traits' as const,
    who: { userId: id, anonymousId: null, email: null },
    at: service.now - HOUR,
    traits: { name, title: 'CEO', email: `${id}@firm.example`, ...more },
  });
  await app.ingest.accept({
    sourceId: 0,
    receivedAt: service.now,
    messages: [
      known('ana', 'Ana Pop', { phone: '+40 700 000 000', pains: ['slow reports', 'lost leads'], budget: 10000 }),
      known('bo', 'Bo Bold', { phone: '1' }),
      known('cy', 'Cy Without', {}),
      known('dan', 'Dan Key', { phone: '2' }),
    ],
    refusals: [],
  });
  await vi.waitFor(async () => expect(await app.db.rows('select 1 from move')).toHaveLength(4), 10_000);
  await app.handoffs.look();
  service.now += HOUR / 12;

  /** The page counts down from the instant of the service. */
  const at = async (page: Page): Promise<Page> => {
    await page.clock.setFixedTime(service.now);
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    return page;
  };
  const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

  test('sales sees what is due, calls, accepts and wins', async () => {
    const page = await at(await open('sales', '/handoffs'));
    const row = page.getByRole('listitem').filter({ hasText: 'Ana Pop' });
    await row.getByText('25 min left').waitFor();
    await expect.poll(() => page.getByText('Cy Without').count()).toBe(0);
    await row.getByRole('link', { name: 'Ana Pop' }).click();
    await region(page, 'Situation').getByText('slow reports, lost leads').waitFor();
    await region(page, 'Why it was handed over').getByRole('cell', { name: '+60' }).first().waitFor();
    const promised = region(page, 'What is promised');
    await promised.getByText('By Nov 23, 2026, 10:30 AM').waitFor();

    await page.getByLabel('Note').fill('asked for a demo');
    await page.getByRole('button', { name: 'Called' }).click();
    await promised.getByText('Kept').first().waitFor();
    await region(page, 'What happened').getByText('asked for a demo').waitFor();
    await page.getByRole('button', { name: 'Accept', exact: true }).click();
    await page.getByRole('button', { name: 'Opportunity…' }).waitFor();
    await page.getByRole('button', { name: /^Take back: Accepted/ }).click();
    await page.getByText('Something said was taken back').waitFor();
    await expect.poll(() => page.evaluate<string>('document.activeElement.id')).toMatch(/^fact-/);
    await page.getByRole('button', { name: 'Accept', exact: true }).click();
    await page.getByRole('button', { name: 'Opportunity…' }).waitFor();
    await expect.poll(() => page.getByRole('button', { name: 'Accept', exact: true }).count()).toBe(0);
    await page.getByRole('button', { name: 'Won…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Amount').fill('12000');
    await dialog.getByRole('button', { name: 'Won' }).click();
    await page.getByText('Won: €12,000.00').waitFor();
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => page.getByRole('button', { name: 'Called' }).count()).toBe(0);

    await page.goto(`${service.address}/handoffs?state=won`);
    await page.getByRole('link', { name: 'Ana Pop' }).waitFor();
    await expect.poll(() => page.getByText('Bo Bold').count()).toBe(0);
    await page.context().close();
  });

  test('the bell counts what sales has not seen, leads there, and forgets what was seen', async () => {
    const page = await at(await open('sales', '/handoffs'));
    const bell = page.getByRole('button', { name: 'Notices, 3 new' });
    await bell.focus();
    await page.keyboard.press('Enter');
    const notices = page.getByRole('dialog', { name: 'Notices' });
    await notices.getByRole('link', { name: 'Ana Pop' }).waitFor();
    await expectAccessible(page, 'notices');
    await notices.getByRole('link', { name: 'Dan Key' }).click();
    await page.getByRole('heading', { name: 'Dan Key' }).waitFor();
    await page.getByRole('button', { name: 'Notices, 2 new' }).click();
    await notices.getByRole('button', { name: 'All seen' }).click();
    await page.getByRole('button', { name: 'Notices, 0 new' }).waitFor();
    await page.context().close();
  });

  test('by keyboard alone: a lead is rejected with a reason and a note', async () => {
    const page = await at(await open('sales', '/handoffs'));
    await page.getByRole('link', { name: 'Bo Bold' }).focus();
    await page.keyboard.press('Enter');
    const opener = page.getByRole('button', { name: 'Reject…' });
    await opener.focus();
    await page.keyboard.press('Enter');
    const reason = page.getByLabel('Reason');
    await reason.waitFor();
    // The dialogue holds the focus until it is left, and gives it back.
    const within = () => page.getByRole('dialog').evaluate((dialog) => dialog.contains(document.activeElement));
    await expect.poll(within, { timeout: 5000 }).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect
      .poll(() => opener.evaluate((button) => button === document.activeElement), { timeout: 5000 })
      .toBe(true);
    await page.keyboard.press('Enter');
    await reason.focus();
    await page.keyboard.press('ArrowDown');
    await reason.selectOption('wrong-person');
    await page.getByRole('dialog').getByLabel('Note').fill('left the firm');
    await page.getByRole('dialog').getByRole('button', { name: 'Reject' }).press('Enter');
    await page.getByText('Rejected: Wrong person').first().waitFor();
    await page.getByText('left the firm').first().waitFor();
    await page.context().close();
  });

  test('what somebody else did meanwhile is told, and shown as it is', async () => {
    const page = await at(await open('sales', '/handoffs'));
    await page.getByRole('link', { name: 'Dan Key' }).click();
    await page.getByRole('button', { name: 'Accept', exact: true }).waitFor();
    const handoffId = Number(page.url().split('/').at(-1));
    await app.handoffs.record(handoffId, { kind: 'accepted' }, { by: 'somebody', at: service.now });
    await page.getByRole('button', { name: 'Accept', exact: true }).click();
    await page
      .getByRole('alert')
      .getByText(/that is accepted cannot be accepted/)
      .waitFor();
    await page.context().close();
  });

  test('marketing sees what a lead waits for, and gives it to somebody by hand', async () => {
    const page = await at(await open('marketing', '/handoffs'));
    const row = page.getByRole('listitem').filter({ hasText: 'Cy Without' });
    await row.getByText('Waits for: phone').waitFor();
    await row.getByRole('link').click();
    await page.getByRole('alert').getByText('Waits for: phone').waitFor();
    await expect.poll(() => page.getByRole('button', { name: 'Accept', exact: true }).count()).toBe(0);
    await page.getByLabel('Give it to').selectOption('sales@example.org');
    await page.getByRole('button', { name: 'Give' }).click();
    await page.getByText('Given to sales@example.org: by hand').waitFor();
    await page.context().close();
  });

  test.each(['leadership', 'viewer'] as const)('%s looks, and is offered nothing else', async (role) => {
    const page = await at(await open(role, '/handoffs?state=all'));
    await page.getByRole('link', { name: 'Cy Without' }).click();
    await region(page, 'What happened').waitFor();
    await expect.poll(() => page.getByRole('button', { name: /Called|Accept|Reject|Give/ }).count()).toBe(0);
    await page.context().close();
  });

  test('axe finds nothing, and nothing is wider than the page', async () => {
    const page = await at(await open('administrator', '/handoffs?state=all'));
    await page.getByRole('link', { name: 'Cy Without' }).waitFor();
    await expectAccessible(page, 'hand-offs');
    await page.getByRole('link', { name: 'Cy Without' }).click();
    await region(page, 'Why it was handed over').getByRole('table').waitFor();
    await expectAccessible(page, 'hand-off');
    await page.getByRole('button', { name: 'Reject…' }).click();
    await page.getByRole('dialog').getByLabel('Reason').waitFor();
    await expectAccessible(page, 'rejecting');
    await page.context().close();
  });
});
