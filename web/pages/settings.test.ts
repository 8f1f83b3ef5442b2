// The settings in a real browser against the real service: a file with its columns guessed, people and what each sees,
// webhooks with a receiver, who must not be handed on, the audit log.
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createSend } from '../../src/connectors/send.ts';
import { createDeliveries } from '../../src/deliveries.ts';
import { startJobs } from '../../src/jobs.ts';
import type { Role } from '../../src/store/people.ts';
import { expectAccessible, testPage } from '../../test/page.ts';

const service = await testPage({
  SCORELINE_DATA: mkdtempSync(join(tmpdir(), 'scoreline-settings-')),
  SCORELINE_ALLOW_PRIVATE_WEBHOOKS: 'yes',
});

describe.skipIf(service === undefined)('the settings', async () => {
  if (service === undefined) return;
  const { app, browser, address, open } = service;
  await startJobs(app);
  const send = createSend({ allowPrivate: true, timeout: 5_000 });
  const deliveries = createDeliveries({ ...app, send, random: () => 0.5 });
  deliveries.start();
  afterAll(() => deliveries.stop());

  const heard: { id: string | undefined; type: string }[] = [];
  const receiver = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    heard.push({ id: request.headers['webhook-id']?.toString(), type: JSON.parse(text).type });
    response.end();
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  afterAll(() => {
    receiver.closeAllConnections();
    receiver.close();
  });
  const port = Reflect.get(receiver.address() ?? {}, 'port');

  test('a file: columns are guessed and changed, tried, read in, and its people are on the screen', async () => {
    const page = await open('marketing', '/settings/import');
    const lines = ['Record ID,Work e-mail,First Name,Job Title,Notes,Internal'];
    lines.push('r1,ann@acme.io,Ann,CEO,met at fair,x', 'r2,bob@acme.io,Bob,CTO,,y', ',no address,Eve,,,z');
    const file = { name: 'crm.csv', mimeType: 'text/csv', buffer: Buffer.from(`${lines.join('\n')}\n`) };
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByRole('combobox', { name: 'What Record ID is called here' }).waitFor();
    const named = (column: string) => page.getByRole('combobox', { name: `What ${column} is called here` });
    await expect.poll(() => named('Record ID').inputValue()).toBe('id');
    await expect.poll(() => named('Work e-mail').inputValue()).toBe('email');
    await expect.poll(() => named('Job Title').inputValue()).toBe('title');
    await named('Notes').fill('remark');
    await page.keyboard.press('Tab');
    await page.getByText('By hand').waitFor();
    await page.getByRole('checkbox', { name: 'Take Internal' }).uncheck();
    await page.getByRole('button', { name: 'Try without keeping' }).click();
    await page.getByText('2 of 3 rows can be used. Nothing was kept.').waitFor();
    await page.getByText('1 row: a row whose email is no address').waitFor();
    await page.getByText(/remark: met at fair/).waitFor();
    expect(await app.db.rows('select from contact')).toHaveLength(0);
    await expectAccessible(page, 'import');

    await page.getByRole('button', { name: 'Import 2 rows' }).click();
    await page.getByText('Done', { exact: true }).waitFor({ timeout: 20_000 });
    const rejects = page.waitForEvent('download');
    await page.getByRole('link', { name: '1 row' }).click();
    expect((await rejects).suggestedFilename()).toContain('rejects.csv');
    const [ann] = await app.db.rows(`select traits from contact where traits ->> 'email' = 'ann@acme.io'`);
    expect(ann).toEqual({
      traits: { email: 'ann@acme.io', first_name: 'Ann', title: 'CEO', remark: 'met at fair' },
    });
    await page.getByRole('link', { name: 'Leads' }).click();
    await page.getByRole('link', { name: /ann/i }).first().waitFor();
    await page.context().close();
  });

  test('somebody is invited with a password that is shown once, and signs in with it; the language of e-mails is kept', async () => {
    const page = await open('administrator', '/settings/people');
    await page.getByLabel('E-mail address').fill('new@example.org');
    await page.getByLabel('Name').fill('New Person');
    await page.getByLabel('Role', { exact: true }).selectOption('marketing');
    await page.getByRole('button', { name: 'Invite' }).click();
    const password = (await page.getByLabel('Password', { exact: true }).textContent()) ?? '';
    const signIn = (given: string) =>
      page.request.post(`${address}/api/auth/sign-in/email`, {
        data: { email: 'new@example.org', password: given },
        headers: { origin: address },
      });
    const other = await browser.newContext();
    const signedIn = await other.request.post(`${address}/api/auth/sign-in/email`, {
      data: { email: 'new@example.org', password },
      headers: { origin: address },
    });
    expect(signedIn.status()).toBe(200);
    await page.getByLabel('Role of new@example.org').selectOption('viewer');
    await expect.poll(async () => (await (await other.request.get(`${address}/api/me`)).json()).role).toBe('viewer');
    await page.getByRole('button', { name: 'Take out new@example.org' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Take out' }).click();
    await page.getByText('new@example.org').first().waitFor();
    await expect.poll(async () => (await other.request.get(`${address}/api/me`)).status()).toBe(401);
    expect((await signIn(password)).status()).toBe(401);
    await other.close();
    const written = page.getByLabel('Language of e-mails');
    await written.selectOption('tr');
    await page.getByText('Kept.').waitFor();
    await page.reload();
    await expect.poll(() => written.inputValue()).toBe('tr');
    await page.context().close();
  });

  test.each<[Role, readonly string[]]>([
    ['administrator', ['You', 'Sources', 'Import', 'People', 'API keys', 'Webhooks', 'Suppression', 'Audit log']],
    ['marketing', ['You', 'Sources', 'Import', 'Webhooks', 'Suppression']],
    ['sales', ['You', 'Import', 'Suppression']],
    ['leadership', ['You', 'Suppression', 'Audit log']],
    ['viewer', ['You', 'Suppression']],
  ])('%s sees their sections and no others', async (role, names) => {
    const page = await open(role, '/settings');
    const nav = page.getByRole('navigation', { name: 'Settings' });
    await nav.waitFor();
    await expect.poll(() => nav.getByRole('link').allTextContents()).toEqual(names);
    if (role === 'viewer') {
      await page.goto(`${address}/settings/people`);
      await page.getByRole('heading', { name: 'Nothing is here' }).waitFor();
    }
    await page.context().close();
  });

  test('an endpoint is added, told, and told again', async () => {
    const page = await open('administrator', '/settings/webhooks');
    await page.getByLabel('Address').fill(`http://127.0.0.1:${port}/hook`);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await expect.poll(() => page.getByLabel('Signing secret', { exact: true }).textContent()).toMatch(/^whsec_/);
    await page.getByRole('button', { name: /127\.0\.0\.1/ }).click();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText('Delivered').waitFor({ timeout: 20_000 });
    const told = () => heard.filter(({ type }) => type === 'webhook.test');
    expect(told()).toHaveLength(1);
    await expectAccessible(page, 'deliveries');
    await page.getByRole('button', { name: 'Send again', exact: true }).click();
    await expect.poll(() => told().length, { timeout: 20_000 }).toBe(2);
    expect(told()[1]?.id).toBe(told()[0]?.id);
    await page.context().close();
  });

  test('by keyboard alone somebody is put on the list of who is not handed on, and the log says so', async () => {
    const page = await open('administrator', '/settings/suppression');
    await page.getByLabel('Addresses and domains').focus();
    await page.keyboard.type('Ann@Acme.io, rival.example');
    await page.keyboard.press('Tab');
    await page.keyboard.type('asked us to');
    await page.keyboard.press('Enter');
    await page.getByText('2 entries are new.').waitFor();
    await page.getByRole('cell', { name: 'ann@acme.io', exact: true }).waitFor();
    const csv = await page.request.post(`${address}/api/contacts/search.csv`, {
      data: {},
      headers: { origin: address },
    });
    expect(await csv.text()).toContain('bob@acme.io');
    expect(await csv.text()).not.toContain('ann@acme.io');
    await page.getByRole('button', { name: 'Take off rival.example' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('cell', { name: 'rival.example', exact: true }).waitFor({ state: 'detached' });

    await page.goto(`${address}/settings/audit?action=suppression.remove`);
    await page.getByText('suppression:rival.example').waitFor();
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    await page.getByLabel('Who').fill('nobody');
    await page.getByText('Nothing was changed that fits.').waitFor();
    await page.context().close();
  });

  test('the own password is changed, and the language for good', async () => {
    const page = await open('leadership', '/settings');
    const fill = async (current: string) => {
      await page.getByLabel('Password until now').fill(current);
      await page.getByLabel('New password').fill('a new and longer one');
      await page.getByRole('button', { name: 'Change the password' }).click();
    };
    await fill('not the password');
    await page.getByText('The password until now is wrong').waitFor();
    await fill('correct horse battery');
    await page.getByText('The password was changed.').waitFor();
    await page.getByRole('main').getByLabel('Language').selectOption('ro');
    await page.getByRole('heading', { name: 'Setări' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Setări' }).waitFor();
    // On another device they are greeted, and everywhere written to, in it.
    const me = async () => (await page.request.get(`${address}/api/me`)).json();
    await expect.poll(me).toMatchObject({ language: 'ro' });
    await page.evaluate(() => localStorage.clear());
    await page.reload();
    await page.getByRole('heading', { name: 'Setări' }).waitFor();
    await page.context().close();
  });

  test('axe finds nothing, and nothing is wider than the page', async () => {
    const page = await open('administrator', '/settings');
    const headings = {
      profile: 'Password',
      sources: 'Connect a source',
      import: 'Imports',
      people: 'Invite somebody',
      keys: 'API keys',
      webhooks: 'Add an endpoint',
      suppression: 'Suppression',
      audit: 'Audit log',
    };
    for (const [section, heading] of Object.entries(headings)) {
      await page.goto(`${address}/settings/${section}`);
      await page.getByRole('heading', { name: heading, exact: true }).waitFor();
      await page.locator('.mantine-Skeleton-root').first().waitFor({ state: 'detached' });
      await expectAccessible(page, section);
    }
    await page.context().close();
  });
});
