// The forecast page in a real browser: what is expected, what a condition costs, the threshold for a pace, the wins of
// what was handed over; in every look, for each role that may see it, and with nothing there at all.
import { describe, expect, test } from 'vitest';
import { type Fact, handoffOf } from '../../src/core/handoff.ts';
import type { Message } from '../../src/core/ingest.ts';
import { addAgreement, hashOf, putInForce, signAgreement } from '../../src/store/agreements.ts';
import { addHandoff, writeFacts } from '../../src/store/handoffs.ts';
import { expectAccessible, testPage } from '../../test/page.ts';
import { NOON } from '../../test/service.ts';

const DAY = 86_400_000;
const MODEL = `
model: b2b
scores:
  interest: { range: [0, 100], rules: [ { id: views, on: page_viewed, pointsEach: 20, max: 100 } ] }
stages:
  - { id: lead, enter: { score: { interest: { atLeast: 20 } } } }
  - { id: mql, enter: { score: { interest: { atLeast: 60 } } } }
`;
const AGREEMENT = `
agreement: leads
model: b2b
definition: { stage: mql, require: [phone], qualifiers: { demographic: { employees: { atLeast: 100 } } } }
marketing: { number: { count: 60, per: quarter } }
`;
/** Three hundred leads over forty weeks, without chance: every second has a telephone, two of three are large. */
const LEADS = 300;
const people = Array.from({ length: LEADS }, (_, i) => ({
  id: `p${i}`,
  came: NOON - 6 * DAY - Math.floor(((LEADS - i) * 280 * DAY) / LEADS),
  views: (i * 7) % 6,
  phone: i % 2 === 0,
  employees: i % 3 === 0 ? '10' : '500',
}));

const service = await testPage();

describe.skipIf(service === undefined)('the forecast', async () => {
  if (service === undefined) return;
  const { app, open } = service;

  test('without a model there is nothing to forecast, and the page says so', async () => {
    const page = await open('viewer', '/forecast');
    await page.getByText('There is no model yet').waitFor();
    await page.getByText('Nothing was handed over to sales yet.').waitFor();
    await expectAccessible(page, 'empty');
    await page.context().close();
  });

  test('an agreement in force comes first: leads to come, costs, the threshold, wins', async () => {
    await app.scoring.publish(MODEL, 'a test');
    const by = { by: 'a test', now: NOON };
    const agreementId = await addAgreement(app.db, { name: 'leads', document: AGREEMENT, modelId: 1 }, by);
    for (const team of ['marketing', 'sales'] as const)
      await signAgreement(app.db, agreementId, { team, hash: hashOf(AGREEMENT) }, by);
    await putInForce(app.db, agreementId, by);
    const who = (userId: string) => ({ userId, anonymousId: null, email: null });
    const messages = people.flatMap(({ id, came, views, phone, employees }): Message[] => [
      { kind: 'traits', who: who(id), at: came, traits: { employees, ...(phone ? { phone: '+40 21' } : {}) } },
      ...Array.from(
        { length: views },
        (_, i): Message => ({
          kind: 'event',
          who: who(id),
          id: `${id} ${i}`,
          name: 'page_viewed',
          at: came + i * DAY,
          properties: {},
          machine: null,
        }),
      ),
    ]);
    await app.ingest.accept({ sourceId: 0, receivedAt: NOON, messages, refusals: [] });
    for (const [i, { came: at }] of people.entries()) {
      const won: Fact[] =
        i % 6 === 0
          ? [
              { kind: 'accepted', at: at + DAY, by: 'x' },
              { kind: 'won', at: at + 5 * DAY, by: 'x', amount: 1000, currency: 'EUR' },
            ]
          : [];
      const facts: Fact[] = [
        { kind: 'entered', at, by: 'scoreline', stage: 'mql', lacks: [] },
        { kind: 'assigned', at, by: 'scoreline', to: 'x', because: 'turn' },
        ...won,
      ];
      const state = handoffOf(facts);
      const kept = { contactId: 10_000 + i, agreementId, modelId: 1, companyId: null, movedAt: at, movedTo: 'mql' };
      const handoffId = await addHandoff(app.db, { ...kept, stage: 'mql', evidence: {} }, state, NOON);
      await writeFacts(app.db, { contactId: kept.contactId, handoffId }, { facts, place: 0, state, now: NOON });
    }

    const page = await open('marketing', '/');
    await page.getByRole('link', { name: 'Forecast' }).click();
    const weeks = page.getByRole('region', { name: 'Leads to come' });
    await weeks.getByText('In the next 13 weeks').waitFor();
    await expect.poll(() => page.getByLabel('Forecast of').inputValue()).toBe(`agreement:${agreementId}`);
    await weeks.getByText('Promised until').waitFor();
    await weeks.getByText(/Tried on \d+ past weeks/).waitFor();
    await weeks.getByRole('img', { name: /Leads by week/ }).waitFor();
    await weeks.getByText('Figures').click();
    await weeks
      .getByRole('cell', { name: /counted/ })
      .first()
      .waitFor();

    const costs = page.getByRole('region', { name: 'What each condition costs' });
    await costs.getByRole('cell', { name: 'phone is known' }).waitFor();
    await costs.getByText('The smallest change for the promised').waitFor();

    const threshold = page.getByRole('region', { name: 'The threshold for a pace' });
    await threshold.getByLabel('Leads a day').fill('0.4');
    await threshold.getByText(/From \d+ points of interest on/).waitFor();
    await expect.poll(() => new URL(page.url()).search).toContain('perDay=0.4');

    const revenue = page.getByRole('region', { name: 'Wins and revenue' });
    await revenue.getByText('300 leads were handed over in the last two years: 250 are open, 50 were won.').waitFor();
    await revenue.getByText('Revenue in 13 weeks, of present leads').waitFor();
    await revenue.getByRole('cell', { name: 'not yet' }).first().waitFor();
    await page.context().close();
  });

  test('another subject is chosen by keyboard, and the address keeps it', async () => {
    const page = await open('leadership', '/forecast');
    const chosen = page.getByLabel('Forecast of');
    await chosen.waitFor();
    await chosen.focus();
    await page.keyboard.type('Stage mql');
    await expect.poll(() => decodeURIComponent(new URL(page.url()).search)).toContain('of=stage:mql');
    await page.getByRole('region', { name: 'What each condition costs' }).waitFor({ state: 'detached' });
    await page.reload();
    await page.getByText('In the next 4 weeks').waitFor();
    await page.context().close();
  });

  test('axe finds nothing, and nothing is wider than the page', async () => {
    const page = await open('sales', '/forecast');
    await page.getByText('In the next 13 weeks').waitFor();
    await page.getByRole('cell', { name: 'phone is known' }).waitFor();
    await page.getByText(/points of interest on/).waitFor();
    await page.getByRole('cell', { name: 'not yet' }).first().waitFor();
    await page.getByRole('img', { name: /Leads by week/ }).waitFor();
    await expectAccessible(page, 'forecast');
    await page.context().close();
  });
});
