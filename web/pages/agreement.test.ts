// The agreement in a real browser: drafted from the model, mended, proposed, signed by one of each side, put in force,
// changed and compared; hours of sales; who may only look is offered nothing.
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { saveDraft } from '../../src/store/models.ts';
import { saveSegment } from '../../src/store/segments.ts';
import { expectAccessible, testPage } from '../../test/page.ts';

const MODEL = `
model: b2b
scores:
  fit: { range: [0, 100], rules: [ { id: decides, if: { title: { mentions: [ceo] } }, points: 60 } ] }
stages: [ { id: mql, enter: { score: { fit: { atLeast: 50 } } } }, { id: sql, enter: { score: { fit: { atLeast: 60 } } } } ]
`;

const service = await testPage();

describe.skipIf(service === undefined)('the agreement on the page', async () => {
  if (service === undefined) return;
  const { app, open, address } = service;
  await app.scoring.publish(MODEL, 'a test');
  const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
  const sign = async (page: Page, team: string) => {
    await page.getByRole('button', { name: 'Sign', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await expect
      .poll(() => dialog.getByLabel('Text', { exact: true }).inputValue())
      .toContain('firstContact: { within: 45m, never: 1d }');
    await expect.poll(() => dialog.getByRole('button', { name: 'Sign', exact: true }).isDisabled()).toBe(true);
    await dialog.getByLabel(new RegExp(`sign it for: ${team}`)).check();
    await dialog.getByRole('button', { name: 'Sign', exact: true }).click();
    await region(page, 'Signatures').getByText(`${team}: signed by ${team.toLowerCase()}@example.org`).waitFor();
  };

  test('marketing drafts it from the model; a mistake is told in its place and cannot be proposed', async () => {
    const page = await open('marketing', '/agreement');
    await page.getByRole('button', { name: 'Draft it from the model' }).click();
    await page.getByRole('dialog').getByLabel(/title/).check();
    await expectAccessible(page, 'how a draft begins');
    await page.getByRole('button', { name: 'Begin the draft' }).click();
    const what = region(page, 'Who they are');
    await expect.poll(() => what.getByLabel('Value').inputValue()).toBe('ceo');
    await page.getByRole('button', { name: 'Add a condition: Their situation' }).click();
    const situation = region(page, 'Their situation');
    await situation.getByLabel('What', { exact: true }).selectOption('trait');
    await situation.getByLabel('Name of the trait').fill('budget');
    await situation.getByLabel('How', { exact: true }).selectOption('exists');
    await region(page, 'Who looks after which stage').getByLabel('mql').selectOption('Marketing');
    const within = page.getByLabel('First contact within');
    await within.fill('soon');
    await within.blur();
    await page
      .getByText(/working time is a whole number/)
      .first()
      .waitFor();
    const propose = page.getByRole('button', { name: 'Propose for signing' });
    await expect.poll(() => propose.isDisabled()).toBe(true);
    await within.fill('45m');
    await within.blur();
    await page.getByRole('tab', { name: 'Text' }).click();
    const text = page.getByLabel('The agreement as YAML');
    await expect.poll(() => text.inputValue()).toContain('firstContact: { within: 45m, never: 1d }');
    await expect.poll(() => text.inputValue()).toContain('# Whoever comes to this stage');
    await expect.poll(() => text.inputValue()).toContain('demographic: { title: { mentions: [ ceo ] } }');
    await expect.poll(() => text.inputValue()).toContain('situational: { budget: { exists: true } }');
    await expect.poll(() => text.inputValue()).toContain('mql: marketing');
    await text.fill((await text.inputValue()).replace('require: [ email ]', 'require: [ email, phone ]'));
    await page.getByRole('tab', { name: 'Form' }).click();
    await expect.poll(() => page.getByLabel('Must be known').inputValue()).toBe('email, phone');
    await page.getByText(/^Kept,/).waitFor();
    await page.getByRole('tab', { name: 'As it reads' }).click();
    await region(page, 'What sales promises').getByText('45 min of working time').waitFor();
    await propose.click();
    await region(page, 'Signatures').waitFor();
    await sign(page, 'Marketing');
    await expect.poll(() => page.getByRole('button', { name: 'Put in force' }).count()).toBe(0);
    await page.context().close();
  });

  test('sales comments, signs, and puts it in force', async () => {
    const page = await open('sales', '/agreement');
    const promises = region(page, 'What sales promises');
    await promises.getByRole('button', { name: 'Comment' }).click();
    await promises.getByLabel('Your comment').fill('Not at night.');
    await promises.getByRole('button', { name: 'Send' }).click();
    await promises.getByText('Not at night.').waitFor();
    await sign(page, 'Sales');
    await page.getByRole('button', { name: 'Put in force' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Put in force' }).click();
    await page.getByText(/in force since/).waitFor();
    await expect.poll(() => page.getByRole('button', { name: 'Sign', exact: true }).count()).toBe(0);
    const file = await page.request.get(`${address}/api/agreements/1/document`);
    expect(await file.text()).toContain('require: [ email, phone ]');
    await page.context().close();
  });

  test('a change is a new version, compared with the one before', async () => {
    const page = await open('sales', '/agreement');
    await page.getByRole('button', { name: 'Change' }).click();
    const answer = page.getByLabel('Answer within');
    await answer.fill('3d');
    await answer.blur();
    const propose = page.getByRole('button', { name: 'Propose for signing' });
    await expect.poll(() => propose.isEnabled(), { timeout: 5000 }).toBe(true);
    await propose.click();
    await page.getByText(/leads, version 2/).waitFor();
    await page.getByLabel('Compare with').selectOption({ label: 'leads 1' });
    const changes = region(page, 'What changed from leads 1 to leads 2');
    await changes.getByText('+ answer: 3d').waitFor();
    await page.context().close();
  });

  test('hours, absences and holidays of a sales person', async () => {
    const page = await open('marketing', '/team');
    await page.getByRole('button', { name: 'Add a calendar' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('ro');
    await dialog.getByLabel('Days').fill('2026-12-25 Christmas\n2027-01-01 New Year');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('2 days').waitFor();
    await page.getByRole('button', { name: 'Add a sales person' }).click();
    await dialog.getByLabel('E-mail address').fill('sales@example.org');
    await dialog.getByLabel('Friday').fill('9 to 5');
    await dialog.getByText('Write 09:00–17:00').waitFor();
    await expect.poll(() => dialog.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Friday').fill('09:00-14:00');
    await dialog.getByLabel('Territory').fill('country: { inn: [RO] }');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').getByText(/inn/).waitFor();
    await dialog.getByLabel('Territory').fill('score: { fit: { atLeast: 50 } }');
    await dialog.getByLabel('Calendar of holidays').selectOption('ro');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/Mon–Thu 09:00–17:00, Fri 09:00–14:00/).waitFor();
    await page.getByRole('button', { name: 'Absences: sales@example.org' }).click();
    await dialog.getByLabel('First day').fill('2026-12-28');
    await dialog.getByLabel('Last day').fill('2026-12-30');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.getByText('Dec 28, 2026 – Dec 30, 2026').waitFor();
    await page.context().close();
  });

  test.each(['leadership', 'viewer'] as const)('%s reads, and is offered nothing else', async (role) => {
    const page = await open(role, '/agreement');
    await region(page, 'Signatures').waitFor();
    await expect.poll(() => page.getByRole('button', { name: /^(Sign|Put in force|Change)$/ }).count()).toBe(0);
    await expect.poll(() => page.getByRole('button', { name: 'Comment' }).count()).toBe(role === 'viewer' ? 0 : 7);
    await page.goto(`${address}/team`);
    await page.getByText(/Mon–Thu/).waitFor();
    await expect.poll(() => page.getByRole('button', { name: /Add|Change|Absences/ }).count()).toBe(0);
    await page.context().close();
  });

  test('axe finds nothing, and nothing is wider than the page', async () => {
    const page = await open('marketing', '/agreement?version=2&compare=1');
    await region(page, 'What changed from leads 1 to leads 2').waitFor();
    await page.getByText('Not at night.').waitFor();
    await expectAccessible(page, 'agreement');
    await page.getByRole('button', { name: 'Sign', exact: true }).click();
    await page.getByRole('dialog').getByLabel('Text', { exact: true }).waitFor();
    await expectAccessible(page, 'signing');
    await page.keyboard.press('Escape');
    await page.goto(`${address}/team`);
    await page.getByText(/Mon–Thu/).waitFor();
    await expectAccessible(page, 'team');
    await page.getByRole('button', { name: 'Change: sales@example.org' }).click();
    await page.getByRole('dialog').getByLabel('Territory').waitFor();
    await expectAccessible(page, 'hours');
    await page.context().close();
  });

  test('axe finds nothing in a draft, and nothing is wider than the page', async () => {
    const page = await open('administrator', '/agreement');
    await page.getByText(/in force since/).waitFor();
    await page.getByRole('button', { name: 'Change' }).click();
    await page.getByLabel('First contact within').waitFor();
    await expectAccessible(page, 'form');
    await page.getByRole('tab', { name: 'Text' }).click();
    await expectAccessible(page, 'text');
    await page.context().close();
  });

  test('a model that lacks a stage and a score is told of before it is published and serves, and on the page of the agreement', async () => {
    const kept = { by: 'a test', now: service.now };
    await saveSegment(app.db, null, { name: 'ready', search: { stage: ['mql'] } }, kept);
    const document = MODEL.replace('id: mql', 'id: hot').replaceAll('fit', 'match');
    await saveDraft(app.db, 'b2b', document, kept);
    const page = await open('marketing', '/studio/b2b');
    await page.getByRole('button', { name: 'Publish …' }).click();
    const dialog = page.getByRole('dialog');
    const lost = /The agreement leads names what is missing here: the stage mql\./;
    await dialog.getByText(lost).waitFor();
    await dialog.getByText('The saved search ready names what is missing here: the stage mql.').waitFor();
    await dialog.getByText('The territory of sales@example.org names what is missing here: the score fit.').waitFor();
    await dialog.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByRole('button', { name: 'Switch to it' }).click();
    await dialog.getByText(lost).waitFor();
    await dialog.getByRole('button', { name: 'Switch', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Notices, 1 new' }).click();
    await page.getByRole('dialog', { name: 'Notices' }).getByRole('link', { name: 'leads' }).click();
    await page.getByText('Version 2 of the model serves, and lacks what is named here: the stage mql.').waitFor();
    await page.context().close();
  });
});
