// Our tracker, and Segment's own client, in a real browser on a page of another origin; what they send comes to a whole
// service and is read from its tables.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { Facts } from '../src/core/ingest.ts';
import { createServer } from '../src/server.ts';
import { createKey } from '../src/store/keys.ts';
import { createSource } from '../src/store/sources.ts';
import { openBrowser, serveSite, USER_AGENT } from './browser.ts';
import { postgresUrl } from './postgres.ts';
import { NOON, testApp } from './service.ts';

const url = await postgresUrl();
const browser = url === undefined ? undefined : await openBrowser();
const require = createRequire(import.meta.url);
const segment = join(dirname(require.resolve('@segment/analytics-next/package.json')), 'dist/umd');

describe.skipIf(browser === undefined)('in a browser', async () => {
  if (browser === undefined) return;
  const { app } = await testApp(url ?? '');
  const { db } = app;
  const server = await createServer(app);
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  afterAll(() => server.close());
  const sourceId = await createSource(db, { kind: 'segment', name: 'site', now: NOON });
  const { key } = await createKey(db, { scope: 'ingest', sourceId, by: 'test', now: NOON, name: 'site' });

  const site = await serveSite((path) => {
    if (path.endsWith('.js')) return readFileSync(join(segment, path.slice(1)), 'utf8');
    if (path.startsWith('/plain')) return '<!doctype html><title>Acme</title><link rel="icon" href="data:,">';
    const attributes = path.startsWith('/free') ? ' data-consent="not-needed"' : '';
    return `<!doctype html><title>Acme ${path}</title><link rel="icon" href="data:,">
      <script>window.scoreline = function () { (scoreline.q = scoreline.q || []).push(arguments) }</script>
      <script async src="${address}/t.js" data-key="${key}"${attributes}></script>
      <form id="demo" onsubmit="return false">
        <input type="hidden" name="id" value="a field named id"><input name="company"><input type="email" name="mail">
        <button>Send</button>
      </form>`;
  });

  beforeEach(() => db.script('truncate identity, contact, trait, event, merge, refusal, changed'));

  const events = () =>
    db.rows<{ name: string; properties: Facts; machine: string | null; contact: number }>(
      'select name, properties, machine, contact_id as contact from event order by at, event_id',
    );
  const named = async (name: string) => (await events()).filter((event) => event.name === name);
  const paths = async () => (await named('page_viewed')).map(({ properties }) => properties.path).sort();

  /** Calls to the service that bring events, and what they brought. */
  interface Visit {
    readonly page: Page;
    readonly calls: string[];
    close(): Promise<void>;
  }
  /** A new visitor, whose clock the test moves. */
  async function visit(path: string, options: BrowserContextOptions = {}, first = ''): Promise<Visit> {
    const context = await browser?.newContext({ userAgent: USER_AGENT, ...options });
    if (context === undefined) throw new Error('there is no browser');
    const page = await context.newPage();
    if (first !== '') await page.addInitScript(first);
    const calls: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/v1/')) calls.push(request.postData() ?? '');
    });
    await page.clock.install();
    await page.goto(`${site}${path}`);
    await page.waitForFunction('scorelineLoaded');
    // Without consent no last words come while the next test runs.
    const silence = `'scoreline' in window && scoreline('consent', false)`;
    return { page, calls, close: () => page.evaluate(silence).then(() => context.close()) };
  }
  // What runs in the page is text: this program knows no windows and documents.
  const say = (page: Page, ...args: unknown[]) => page.evaluate(`scoreline(...${JSON.stringify(args)})`);
  const storage = (page: Page) => page.evaluate('JSON.stringify({ ...localStorage }) + document.cookie');

  test('before consent nothing is sent and nothing stored; with it, what was seen on this page is sent', async () => {
    const { page, calls, close } = await visit('/pricing?utm_source=news&utm_campaign=spring&gclid=g1&token=secret');
    await page.fill('[type=email]', 'ann@acme.io');
    await page.click('button');
    expect(calls).toEqual([]);
    expect(await storage(page)).toBe('{}');
    await say(page, 'consent', true);
    await expect
      .poll(async () => (await events()).map(({ name }) => name).sort())
      .toEqual(['form_submitted', 'page_viewed']);
    const [view] = await named('page_viewed');
    expect(view).toMatchObject({
      machine: null,
      properties: {
        path: '/pricing',
        title: 'Acme /pricing',
        utm_source: 'news',
        utm_campaign: 'spring',
        gclid: 'g1',
        search: '?utm_source=news&utm_campaign=spring&gclid=g1',
      },
    });
    expect(calls.join()).not.toContain('secret');
    expect(await storage(page)).toMatch(/^\{"scoreline":"[0-9a-f]{32}"\}$/);
    await close();
  });

  test('consent is remembered over pages; without it again, all is forgotten', async () => {
    const { page, calls, close } = await visit('/one');
    await say(page, 'consent', true);
    await expect.poll(paths).toEqual(['/one']);
    await page.goto(`${site}/two`);
    await expect.poll(paths).toEqual(['/one', '/two']);
    expect(new Set((await events()).map(({ contact }) => contact)).size).toBe(1);
    await say(page, 'consent', false);
    expect(await storage(page)).toBe('{}');
    const before = calls.length;
    await page.goto(`${site}/three`);
    await page.waitForFunction('scorelineLoaded');
    await say(page, 'track', 'nothing');
    expect(calls).toHaveLength(before);
    await close();
  });

  test('pages of one address, and the seconds that each was seen', async () => {
    const { page, close } = await visit('/app');
    await say(page, 'consent', true);
    await page.clock.fastForward(7_000);
    await page.evaluate(`history.pushState(null, '', '/app/prices')`);
    await page.evaluate(`history.replaceState({ same: true }, '', '/app/prices?tab=2')`);
    await page.clock.fastForward(3_000);
    await page.evaluate('history.back()');
    await expect.poll(paths).toEqual(['/app', '/app', '/app/prices']);
    await page.clock.fastForward(2_000);
    await page.goto('about:blank');
    await expect
      .poll(async () =>
        (await named('page_time')).map(({ properties: { path, seconds } }) => `${path} ${seconds}`).sort(),
      )
      .toEqual(['/app 2', '/app 7', '/app/prices 3']);
    await close();
  });

  test('a form: its name, and of what was typed the e-mail address alone', async () => {
    const { page, calls, close } = await visit('/contact');
    await say(page, 'consent', true);
    await page.fill('[name=company]', 'Private words');
    await page.fill('[type=email]', 'Ann@Acme.io');
    await page.click('button');
    await expect
      .poll(() => named('form_submitted'))
      .toMatchObject([{ machine: null, properties: { form: 'demo', path: '/contact' } }]);
    expect(calls.join()).not.toContain('Private words');
    await expect
      .poll(() => db.rows('select value, kind from identity order by kind'))
      .toEqual([
        { value: expect.stringMatching(/^[0-9a-f]{32}$/), kind: 'anonymous_id' },
        { value: 'ann@acme.io', kind: 'email' },
      ]);
    // A program that fills every field betrays itself.
    await page.evaluate(`document.querySelectorAll('input').forEach((field) => { field.value ||= 'filled' })`);
    await page.click('button');
    await expect
      .poll(async () => (await named('form_submitted')).map(({ machine }) => machine).sort())
      .toEqual(['honeypot', null]);
    await close();
  });

  test('the field that people do not see is no part of what the form sends', async () => {
    const { page, close } = await visit('/contact');
    const sent = await page.evaluate(
      '({ fields: document.forms[0].elements.length, sent: [...new FormData(document.forms[0]).keys()] })',
    );
    expect(sent).toEqual({ fields: 5, sent: ['id', 'company', 'mail'] });
    await close();
  });

  test('calls before the script was there, users and their traits', async () => {
    const { page, close } = await visit('/app', {}, `addEventListener('DOMContentLoaded', () => {})`);
    await page.setContent(`<script>window.scoreline = function () { (scoreline.q = scoreline.q || []).push(arguments) };
      delete window.scorelineLoaded; scoreline('consent', true); scoreline('identify', 'u1', { title: 'CTO' });
      scoreline('track', 'Video Watched', { video: 'v1' })</script><script src="${address}/t.js?k=${key}"></script>`);
    await expect.poll(() => named('video_watched')).toMatchObject([{ properties: { video: 'v1' } }]);
    await expect.poll(() => db.rows('select traits from contact')).toMatchObject([{ traits: { title: 'CTO' } }]);
    expect(await db.rows(`select value from identity where kind = 'user_id'`)).toEqual([{ value: 'u1' }]);
    await close();
  });

  test('where consent is not needed, it sends at once and stores nothing', async () => {
    const { page, close } = await visit('/free');
    await expect.poll(paths).toEqual(['/free']);
    expect(await storage(page)).toBe('{}');
    await close();
  });

  test.each(['doNotTrack', 'globalPrivacyControl'])(
    'under %s nothing is sent, whatever was consented to',
    async (signal) => {
      const value = signal === 'doNotTrack' ? `'1'` : 'true';
      const first = `Object.defineProperty(Navigator.prototype, '${signal}', { get: () => ${value} })`;
      const { page, calls, close } = await visit('/free', {}, first);
      await say(page, 'consent', true);
      await say(page, 'track', 'anything');
      await page.fill('[type=email]', 'ann@acme.io');
      await page.click('button');
      await page.clock.fastForward(10_000);
      expect(await storage(page)).toBe('{}');
      await page.goto('about:blank');
      expect(calls).toEqual([]);
      await close();
    },
  );

  test('what could not be sent is sent later, once', async () => {
    const { page, calls, close } = await visit('/app');
    let broken = 2;
    let arrived = false;
    await page.route('**/v1/b', async (route) => {
      broken -= 1;
      // The first is lost on its way there, the second on its way back.
      if (broken === 1) return route.abort();
      if (broken === 0) {
        await route.fetch();
        return route.abort();
      }
      await route.fulfill({ response: await route.fetch() });
      arrived = true;
    });
    await say(page, 'consent', true);
    await expect.poll(() => calls.length).toBe(1);
    await expect
      .poll(async () => {
        await page.clock.fastForward(5_000);
        return calls.length;
      })
      .toBe(3);
    await expect.poll(() => arrived).toBe(true);
    await expect.poll(paths).toEqual(['/app']);
    await close();
  });

  test('Segment’s own client, pointed here, brings pages, events and traits', async () => {
    const context = await browser.newContext({ userAgent: USER_AGENT });
    const page = await context.newPage();
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      if (![new URL(site).host, new URL(address).host].includes(new URL(request.url()).host))
        elsewhere.push(request.url());
    });
    await page.goto(`${site}/plain/pricing?utm_source=news`);
    await page.addScriptTag({ url: `${site}/index.js` });
    const apiHost = `${new URL(address).host}/v1`;
    const integrations = JSON.stringify({ 'Segment.io': { apiKey: key, apiHost, protocol: 'http' } });
    await page.evaluate(`(async () => {
      const integrations = ${integrations};
      const settings = { writeKey: '${key}', cdnSettings: { integrations } };
      const analytics = AnalyticsNext.AnalyticsBrowser.load(settings, { integrations });
      await analytics.page('Pricing');
      await analytics.track('Demo Requested', { plan: 'pro' });
      await analytics.identify('u1', { email: 'ann@acme.io', title: 'CTO' });
    })()`);
    await expect
      .poll(() => named('page_viewed'))
      .toMatchObject([{ machine: null, properties: { path: '/plain/pricing', name: 'Pricing', utm_source: 'news' } }]);
    await expect.poll(() => named('demo_requested')).toMatchObject([{ machine: null, properties: { plan: 'pro' } }]);
    await expect
      .poll(() => db.rows('select value, kind from identity order by kind'))
      .toMatchObject([
        { kind: 'anonymous_id' },
        { value: 'ann@acme.io', kind: 'email' },
        { value: 'u1', kind: 'user_id' },
      ]);
    expect(await db.rows('select traits from contact')).toMatchObject([{ traits: { title: 'CTO' } }]);
    expect(elsewhere).toEqual([]);
    await context.close();
  });
});

describe.skipIf(url === undefined)('/t.js', async () => {
  const { app } = await testApp(url ?? '');
  const server = await createServer(app);
  afterAll(() => server.close());
  const get = (headers: Record<string, string> = {}) => server.inject({ method: 'GET', url: '/t.js?k=x', headers });

  test('is under 3,000 bytes compressed, and the same either way', async () => {
    const packed = await get({ 'accept-encoding': 'br, gzip' });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(packed.rawPayload.length).toBeLessThan(3_000);
    const plain = await get();
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(gunzipSync(packed.rawPayload)).toEqual(plain.rawPayload);
    expect((await get({ 'accept-encoding': 'gzip;q=0' })).headers['content-encoding']).toBeUndefined();
  });

  test('may be loaded by pages of other sites, and is not sent again to who has it', async () => {
    const { headers } = await get();
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cross-origin-resource-policy': 'cross-origin',
    });
    const again = await get({ 'if-none-match': String(headers.etag) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  test('the link that people do not see leads to nothing', async () => {
    const answer = await server.inject({ method: 'GET', url: '/t/trap' });
    expect([answer.statusCode, answer.headers['x-robots-tag']]).toEqual([200, 'noindex']);
  });
});
