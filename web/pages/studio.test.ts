// The studio against a whole service: from a ready model to leads that score otherwise; a draft by form, by text and by
// keyboard alone; two people at one draft; who may only read. Each screen is looked at by axe in light and dark, wide and
// narrow.
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/core/ingest.ts';
import { saveDraft } from '../../src/store/models.ts';
import { expectAccessible, testPage } from '../../test/page.ts';
import { NOON } from '../../test/service.ts';

const DAY = 86_400_000;
const MODEL = `# Ours since spring.
model: simple
title: A simple model
scores:
  fit: { range: [0, 100], rules: [ { id: decides, if: { title: { mentions: [ceo] } }, points: 40 } ] }
  interest:
    range: [0, 50]
    groups: { web: { range: [0, 40] } }
    rules:
      # Each look at a price.
      - { id: pricing, on: page_viewed, pointsEach: 20, group: web }
      - { id: demo, on: form_submitted, points: -10 }
  total: { sum: { fit: 1, interest: 1 }, range: [0, 100] }
bands: { total: { hot: 80, cold: 0 } }
stages:
  - { id: mql, enter: { score: { total: { atLeast: 50 } } }, leave: { score: { total: { lessThan: 50 } } } }
`;

const service = await testPage();

// Whole ways through the page take their time on a machine that does other things too.
describe.skipIf(service === undefined)('the studio', { timeout: 180_000 }, async () => {
  if (service === undefined) return;
  const { app, address, open } = service;
  const first = await app.scoring.publish(MODEL, 'a test');
  const known = (id: string, traits: Record<string, string>): Message => ({
    kind: 'traits',
    who: { userId: id, anonymousId: null, email: null },
    at: NOON - 5 * DAY,
    traits,
  });
  const viewed = (id: string, eventId: string): Message => ({
    kind: 'event',
    who: { userId: id, anonymousId: null, email: null },
    id: eventId,
    name: 'page_viewed',
    at: NOON - DAY,
    properties: { path: '/pricing' },
    machine: null,
  });
  await app.ingest.accept({
    sourceId: 0,
    receivedAt: NOON,
    messages: [
      known('ana', { name: 'Ana Pop', title: 'CEO' }),
      known('bo', { name: 'Bo Bold', title: 'CEO' }),
      known('cy', { name: 'Cy Calm', title: 'Intern' }),
      viewed('ana', 'e1'),
    ],
    refusals: [],
  });
  const by = { by: 'a test', now: NOON };
  await saveDraft(app.db, 'keys', MODEL.replace('model: simple', 'model: keys').replace(', group: web', ''), by);

  const trial = (page: Page) => page.getByRole('region', { name: 'What it would do' });
  const line = (page: Page, id: string) => page.locator('.line', { hasText: id });
  const look = (page: Page, view: string) =>
    page.getByRole('radiogroup', { name: 'How the model is shown' }).locator('label', { hasText: view }).click();
  const kept = (page: Page) => page.getByRole('status').getByText('Kept', { exact: true }).waitFor();
  const documentOf = async (name: string) =>
    (await app.db.rows<{ document: string }>('select document from draft where name = $1', [name]))[0]?.document ?? '';

  test('a published model is edited by form: new numbers, names behind them, and only that number in the text', async () => {
    const page = await open('marketing', '/studio');
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    await trial(page).getByText('3 leads as of').waitFor();
    await line(page, 'pricing').getByText('1 lead, +20 in all').waitFor();
    await line(page, 'decides').click();
    await page.getByLabel('Points', { exact: true }).fill('60');
    const move = trial(page).getByRole('button', { name: /From “In no stage” to “mql”: show 1 lead/ });
    await move.click();
    const names = page.getByRole('dialog');
    await names.getByRole('link', { name: 'Bo Bold' }).waitFor();
    await expect.poll(() => names.getByRole('link').count()).toBe(1);
    await page.getByRole('button', { name: 'Close' }).click();
    // Who is behind any number: one that stands above all, a stage, a threshold, a bar of the distribution.
    const behind = async (name: string | RegExp, count: number, who: string) => {
      await trial(page).getByRole('button', { name }).click();
      await names.getByText(`Shown: ${count} of ${count}.`).waitFor();
      await names.getByRole('link', { name: who }).waitFor();
      await page.getByRole('button', { name: 'Close' }).click();
      await names.waitFor({ state: 'detached' });
    };
    await behind(/^Move up: show 1 lead/, 1, 'Bo Bold');
    await behind(/^mql, After: show 2 leads/, 2, 'Ana Pop');
    await behind(/^total: come to hot or above: show 1 lead/, 1, 'Ana Pop');
    await behind(/^2 of 3 have another score/, 2, 'Bo Bold');
    await behind(/^decides: other points: show 2 leads/, 2, 'Ana Pop');
    await trial(page).locator('.bars button:enabled').first().click();
    await names.getByText(/^Shown: 1 of 1/).waitFor();
    await page.keyboard.press('Escape');
    await trial(page).getByRole('button', { name: 'Show as a table' }).click();
    await behind(/^total 60–65, After: show 1 lead/, 1, 'Bo Bold');
    await kept(page);
    expect(await documentOf('simple')).toBe(MODEL.replace('points: 40', 'points: 60'));

    await look(page, 'Changes');
    await page.getByText(/decides.*60.*40/).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Nothing is different.').waitFor();
    await page.getByRole('button', { name: 'Redo' }).click();
    await page.getByText(/decides.*60.*40/).waitFor();
    await page.context().close();
  });

  test('a mistake in the text is marked where it stands, and the forms keep what could be read last', async () => {
    await saveDraft(app.db, 'written', MODEL.replace('model: simple', 'model: written'), by);
    const page = await open('marketing', '/studio/written?view=text');
    const editor = page.getByRole('textbox', { name: 'Text of the model, YAML' });
    await editor.getByText('Ours since spring').waitFor();
    await editor.getByText('demo', { exact: false }).last().waitFor();
    await editor.click();
    await page.keyboard.press('ControlOrMeta+End');
    await page.keyboard.type('bandz: 1\n');
    await page
      .getByText(/`?bandz`? is not known/)
      .first()
      .waitFor();
    await page.locator('.cm-lintRange-error').waitFor();
    await expect.poll(() => page.locator('.cm-lintRange-error').textContent()).toBe('bandz');
    await page.keyboard.type('x: [');
    await look(page, 'Rules');
    await page.getByText('The text cannot be read').waitFor();
    await line(page, 'pricing').waitFor();
    // One past for both: what was typed is undone from the forms.
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('The text cannot be read').waitFor({ state: 'detached' });
    await look(page, 'Text');
    await editor.click();
    await page.keyboard.press('ControlOrMeta+End');
    await page.keyboard.type('comp');
    await page.getByRole('option', { name: 'company', exact: true }).waitFor();
    await page.context().close();
  });

  test('by keyboard alone: open a rule, change it, move it, take it away and bring it back, keep it', async () => {
    const page = await open('marketing', '/studio/keys');
    await line(page, 'pricing').focus();
    await page.keyboard.press('Enter');
    const points = page.getByLabel('Points each');
    for (let i = 0; i < 8 && !(await points.evaluate((input) => input === document.activeElement)); i++)
      await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => points.inputValue()).toBe('21');
    await page.keyboard.press('Escape');
    await points.waitFor({ state: 'detached' });
    expect(await line(page, 'pricing').evaluate((one) => one === document.activeElement)).toBe(true);
    await page.keyboard.press('Alt+ArrowDown');
    await expect
      .poll(() => page.locator('.line .says').allTextContents())
      .toSatisfy(
        (lines: string[]) =>
          lines.findIndex((text) => text.includes('demo')) < lines.findIndex((text) => text.includes('pricing')),
      );
    await expect.poll(() => line(page, 'pricing').evaluate((one) => one === document.activeElement)).toBe(true);
    await page.keyboard.press('Delete');
    await line(page, 'pricing').waitFor({ state: 'detached' });
    await page.keyboard.press('ControlOrMeta+z');
    await line(page, 'pricing').waitFor();
    await page.keyboard.press('ControlOrMeta+s');
    await kept(page);
    expect((await documentOf('keys')).split('\n').slice(9, 12)).toEqual([
      '      - { id: demo, on: form_submitted, points: -10 }',
      '      # Each look at a price.',
      '      - { id: pricing, on: page_viewed, pointsEach: 21 }',
    ]);
    await page.context().close();
  });

  test('rules and text side by side, in step both ways; a rule and a score under another name, back by one step', async () => {
    const text = MODEL.replace('model: simple', 'model: names');
    await saveDraft(app.db, 'names', text, by);
    const page = await open('marketing', '/studio/names?view=both', { viewport: { width: 1280, height: 900 } });
    const marked = page.locator('.cm-shown');
    await line(page, 'demo').click();
    await expect.poll(() => marked.allTextContents()).toEqual([expect.stringContaining('id: demo')]);
    await page.locator('.cm-line', { hasText: 'id: pricing' }).click();
    await page.getByLabel('Points each').waitFor();
    await expect.poll(() => line(page, 'pricing').getAttribute('aria-expanded')).toBe('true');
    await expect.poll(() => marked.allTextContents()).toEqual([expect.stringContaining('id: pricing')]);

    await page.getByRole('button', { name: 'What to do with pricing' }).click();
    await page.getByRole('menuitem', { name: 'Comments' }).click();
    await page.getByLabel('Your comment').fill('Also the calculator?');
    await page.getByRole('button', { name: 'Add the comment' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('.mantine-Card-root').getByText('Also the calculator?').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await line(page, 'pricing').focus();
    await page.keyboard.press('F2');
    await dialog.getByText('What people said of it goes with it').waitFor();
    await dialog.getByLabel('Name').fill('demo');
    await dialog.getByText('Another one has this name already.').waitFor();
    await dialog.getByLabel('Name').fill('prices');
    await page.keyboard.press('Enter');
    await line(page, 'prices').waitFor();
    await expect.poll(() => line(page, 'prices').evaluate((one) => one === document.activeElement)).toBe(true);
    await page.getByRole('button', { name: 'What to do with prices' }).click();
    await page.getByRole('menuitem', { name: 'Comments' }).click();
    await dialog.getByText('Also the calculator?').waitFor();
    await dialog.getByText('said when it was called pricing').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });

    await page.getByRole('region', { name: 'total' }).getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Rename the score total' }).click();
    await dialog.getByText('grades and bands (1) and conditions of stages (2)').waitFor();
    await dialog.getByLabel('Name').fill('heat');
    await dialog.getByRole('button', { name: 'Rename', exact: true }).click();
    await page.getByRole('heading', { name: 'heat', exact: true }).waitFor();
    await kept(page);
    expect(await documentOf('names')).toBe(text.replace('id: pricing', 'id: prices').replaceAll('total: {', 'heat: {'));
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { name: 'total', exact: true }).waitFor();
    await page.setViewportSize({ width: 600, height: 900 });
    await page.locator('.cm-content').waitFor({ state: 'detached' });
    await line(page, 'prices').waitFor();
    await page.context().close();
  });

  test('any two versions and drafts beside each other, in sentences and numbers; success by stage, read at points', async () => {
    await saveDraft(
      app.db,
      'other',
      MODEL.replace('model: simple', 'model: other').replace('points: 40', 'points: 45'),
      by,
    );
    const page = await open('viewer', '/studio');
    await page.getByLabel('Before').selectOption({ label: 'keys · Draft · Nov 22, 2026' });
    await page.getByLabel('After').selectOption({ label: 'other · Draft · Nov 22, 2026' });
    await page.getByText(/decides.*45.*40/).waitFor();
    await page.getByLabel('Also in numbers').check();
    await page.getByText('3 leads as of').waitFor();
    await page.getByRole('button', { name: /^2 of 3 have another score/ }).click();
    await page.getByRole('dialog').getByText('Shown: 2 of 2.').waitFor();
    await page.keyboard.press('Escape');
    // The address says it all.
    await page.reload();
    await page.getByText(/decides.*45.*40/).waitFor();
    await page.getByRole('button', { name: 'Turn round' }).click();
    await page.getByText(/decides.*40.*45/).waitFor();

    await page.goto(`${address}/studio/other`);
    await page.getByLabel('What counts as success').selectOption('a stage reached');
    const outcome = page.getByRole('region', { name: 'Would it have told who succeeds?' });
    await outcome.getByText(/succeeded later\. Left out: \d+ who were not there yet, and \d+/).waitFor();
    await outcome.getByText('much of this is chance').waitFor();
    await page.getByLabel('Selected are').selectOption('those by total');
    await page.getByLabel('At least, points').fill('45');
    await expect.poll(() => new URL(page.url()).search).toBe('?outcome=mql&by=stage&score=total&points=45');
    await page.reload();
    await outcome.getByText('Left out:').waitFor();
    await expect.poll(() => page.getByLabel('At least, points').inputValue()).toBe('45');
    await page.context().close();
  });

  test('a ready model becomes a draft; a new rule of each kind is right as it begins', async () => {
    const page = await open('administrator', '/studio');
    await page.getByRole('button', { name: 'Begin with “The starter”' }).click();
    await page.getByLabel('Name of the model').fill('ours');
    await page.getByRole('button', { name: 'Begin the draft' }).click();
    await page.getByRole('heading', { name: 'Our first lead scoring' }).waitFor();
    await trial(page).getByText('No version of this model serves yet').waitFor();
    const fit = page.getByRole('region', { name: 'fit' });
    await fit.getByRole('button', { name: 'Add a rule' }).click();
    await page.getByRole('menuitem', { name: 'each time it happens' }).click();
    await fit.getByText('new-rule').first().waitFor();
    await page.getByLabel('Kind').selectOption('nothing happened for a time');
    await page.getByRole('button', { name: 'Shortcuts' }).click();
    await page.getByRole('dialog').getByText('Move the line up or down').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await kept(page);
    expect(await documentOf('ours')).toMatch(/- \{ id: new-rule, silent: .*, for: .*, points(Each)?: -?\d+ \}/);
    await trial(page).getByText('new-rule').waitFor();
    await page.context().close();
  });

  test('publish asks first, the next version is scored, the switch is made, and the lead scores otherwise', async () => {
    const page = await open('marketing', '/studio/simple');
    await trial(page).getByText('3 leads as of').waitFor();
    await page.getByRole('button', { name: 'Publish …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/decides.*60.*40/).waitFor();
    await dialog.getByText('1 lead comes to another stage.').waitFor();
    await dialog.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByText('Version 2').waitFor();
    await page.getByText('3 of 3 leads are scored.').waitFor();
    await expect.poll(() => page.getByRole('link', { name: 'simple', exact: true }).count()).toBe(0);
    await page.getByRole('button', { name: 'Switch to it' }).click();
    await dialog.getByText('1 lead comes to another stage.').waitFor();
    await dialog.getByRole('button', { name: 'Switch', exact: true }).click();
    await page.getByText('The moves that this version caused are held').waitFor();
    await page.getByRole('button', { name: 'Release them' }).click();
    await dialog.getByRole('button', { name: 'Release them' }).click();
    await page.getByText('The moves that this version caused are held').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Leads' }).click();
    await page.getByRole('link', { name: 'Bo Bold' }).click();
    await page.getByText('simple, version 2', { exact: false }).waitFor();
    await page.getByText('mql', { exact: true }).first().waitFor();
    // An address that somebody kept leads to a draft that is none any more.
    await page.goto(`${address}/studio/simple`);
    await page.getByText('There is no draft of this name').waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Models' }).click();
    await page.getByRole('button', { name: 'Go back to this' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Go back to this' }).click();
    await page.getByText('Version 3').waitFor();
    expect((await app.scoring.versions()).find(({ id }) => id === first.id)?.state).toBe('retired');
    await page.context().close();
  });

  test('two people at one draft: the second is told, and chooses', async () => {
    await saveDraft(app.db, 'shared', MODEL.replace('model: simple', 'model: shared'), by);
    const page = await open('marketing', '/studio/shared');
    await line(page, 'decides').click();
    await saveDraft(app.db, 'shared', MODEL.replace('model: simple', 'model: shared').replace('A simple', 'Another'), {
      by: 'boss@example.org',
      now: NOON + 1,
    });
    await page.getByLabel('Points', { exact: true }).fill('7');
    await page.getByText('boss@example.org kept another text').waitFor();
    await page.getByRole('button', { name: 'Take theirs' }).click();
    await page.getByRole('heading', { name: 'Another model' }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { name: 'A simple model' }).waitFor();
    await kept(page);
    expect(await documentOf('shared')).toContain('points: 7');
    await page.context().close();
  });

  test('who may only read sees everything and changes nothing; sales may comment', async () => {
    const reader = await open('viewer', '/studio');
    await reader.getByText('Version 1').waitFor();
    await expect
      .poll(() => reader.getByRole('button', { name: /Edit|Begin|Switch|Release|Throw|back/ }).count())
      .toBe(0);
    await reader.getByRole('link', { name: 'keys' }).click();
    await trial(reader).getByText('3 leads as of').waitFor();
    await line(reader, 'decides').click();
    await expect.poll(() => reader.getByLabel('Points', { exact: true }).isDisabled()).toBe(true);
    await expect.poll(() => reader.getByRole('button', { name: /Publish|Undo|Add a rule|What to do/ }).count()).toBe(0);
    await reader.context().close();

    const seller = await open('sales', '/studio/keys');
    await seller.getByRole('button', { name: 'What to do with decides' }).click();
    await seller.getByRole('menuitem', { name: 'Comments' }).click();
    await seller.getByLabel('Your comment').fill('Founders too?');
    await seller.getByRole('button', { name: 'Add the comment' }).click();
    await seller.getByRole('dialog').locator('.mantine-Card-root').getByText('Founders too?').waitFor();
    await seller.getByRole('button', { name: 'Mark as done' }).click();
    await seller.getByText('No comments.').waitFor();
    await seller.context().close();
  });

  test('the whole way by keyboard alone: find a rule, change it, see the numbers, publish, switch, release, go back', async () => {
    await app.scoring.publish(MODEL.replace('model: simple', 'model: walk'), 'a test');
    await saveDraft(app.db, 'walk', MODEL.replace('model: simple', 'model: walk'), by);
    const page = await open('marketing', '/studio/walk');
    const has = (target: Locator) => target.evaluate((one) => one === document.activeElement);
    /** By Tab alone, as long as it takes; the focus is never lost on the way. */
    const tabTo = async (target: Locator) => {
      await target.waitFor();
      await expect.poll(() => target.isEnabled()).toBe(true);
      expect(await page.evaluate<boolean>('document.activeElement !== document.body')).toBe(true);
      for (let i = 0; i < 60 && !(await has(target)); i++) await page.keyboard.press('Tab');
      expect(await has(target)).toBe(true);
    };
    const dialog = page.getByRole('dialog');
    await trial(page).getByText('3 leads as of').waitFor();
    await page.keyboard.press('ControlOrMeta+k');
    await page.keyboard.type('deci');
    await page.getByRole('option', { name: 'decides' }).waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => has(line(page, 'decides'))).toBe(true);
    await tabTo(page.getByLabel('Points', { exact: true }));
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('60');
    const up = trial(page).getByRole('button', { name: /^Move up: show 1 lead/ });
    await up.waitFor();
    await page.keyboard.press('Alt+n');
    await expect.poll(() => has(trial(page))).toBe(true);
    await tabTo(up);
    await page.keyboard.press('Enter');
    await dialog.getByRole('link', { name: 'Bo Bold' }).waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => has(up)).toBe(true);
    await page.keyboard.press('ControlOrMeta+Enter');
    await dialog.getByText('1 lead comes to another stage.').waitFor();
    await tabTo(dialog.getByRole('button', { name: 'Publish', exact: true }));
    await page.keyboard.press('Enter');
    const model = page.getByRole('region', { name: 'walk', exact: true });
    await model.getByText('3 of 3 leads are scored.').waitFor();
    const press = async (name: string) => {
      await tabTo(model.getByRole('button', { name, exact: true }));
      await page.keyboard.press('Enter');
      await dialog.waitFor();
    };
    await expect.poll(() => has(model.getByRole('heading', { name: 'walk' }))).toBe(true);
    await press('Switch to it');
    await dialog.getByText('1 lead comes to another stage.').waitFor();
    await tabTo(dialog.getByRole('button', { name: 'Switch', exact: true }));
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await model.getByText('The moves that this version caused are held').waitFor();
    await press('Release them');
    await tabTo(dialog.getByRole('button', { name: 'Release them' }));
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await press('Go back to this');
    await tabTo(dialog.getByRole('button', { name: 'Go back to this' }));
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await model.getByText('Version 3').waitFor();
    expect(await page.evaluate<boolean>('document.activeElement !== document.body')).toBe(true);
    await page.context().close();
  });

  test('axe finds nothing, and nothing is wider than the page', async () => {
    const page = await open('administrator', '/studio');
    await page.getByRole('heading', { name: 'The ten-point scale' }).waitFor();
    await page.getByLabel('Also in numbers').check();
    await page.locator('.bars button:enabled').first().waitFor();
    await expectAccessible(page, 'models');
    await page.goto(`${address}/studio/keys?outcome=form_submitted`);
    await trial(page).getByText('3 leads as of').waitFor();
    await page.locator('.bars button:enabled').first().waitFor();
    await line(page, 'pricing').click();
    await page.getByLabel('Points each').waitFor();
    await line(page, 'mql').click();
    await page.getByRole('group', { name: 'Enters when' }).waitFor();
    await page.getByRole('region', { name: 'total' }).getByRole('button', { name: 'Settings' }).click();
    await page.getByText('Weights').waitFor();
    await page.getByRole('button', { name: 'Show as a table' }).click();
    await expectAccessible(page, 'rules and score');
    for (const view of ['both', 'text']) {
      await page.goto(`${address}/studio/keys?view=${view}`);
      await page.locator('.cm-content').waitFor();
      await expectAccessible(page, view);
    }
    await page.context().close();
  });
});
