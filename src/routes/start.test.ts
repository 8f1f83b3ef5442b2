// Made-up data beside real data: it comes once, and when it goes the real data is what it was, to the last byte.
import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { NOON, testApp } from '../../test/service.ts';
import { asPerson } from '../../test/signed-in.ts';
import type { Send } from '../connectors/send.ts';
import type { Fact } from '../core/handoff.ts';
import type { Message } from '../core/ingest.ts';
import { createDeliveries } from '../deliveries.ts';
import { playPast } from '../demo-past.ts';
import { fillDemo } from '../demo-workspace.ts';
import { createMailer } from '../mailing.ts';
import { createReviewing } from '../reviewing.ts';
import { createServer } from '../server.ts';
import { addAgreement, addAgreementComment, saveAgreementDraft } from '../store/agreements.ts';
import type { Db } from '../store/db.ts';
import { holdHandoffs } from '../store/handoff-work.ts';
import { agreementsInForce } from '../store/handoffs.ts';
import { demoVersion } from '../store/made-up.ts';
import { lockMerges } from '../store/merges.ts';
import { addLostNotice, addReviewNotices } from '../store/notices.ts';
import { BOUNDS, patiently } from '../store/patience.ts';
import { addPerson } from '../store/people.ts';
import { closeReview, openReview } from '../store/review.ts';
import { createSource } from '../store/sources.ts';

/** As whoever merges contacts. */
async function lockAll(tx: Db): Promise<void> {
  await lockMerges(tx);
  await holdHandoffs(tx);
}

const url = await postgresUrl();
/** So many made-up leads are enough to see everything that can become of one. */
const LEADS = 250;
const MODEL = `
model: own
title: Our own
scores:
  total: { range: [0, 100], rules: [ { id: seen, on: page_viewed, pointsEach: 60 } ] }
stages:
  - { id: mql, enter: { score: { total: { atLeast: 50 } } }, leave: { score: { total: { lessThan: 50 } } } }
`;
/** Those that write down what was done, or hold what is in hand. */
const APART = ['audit', 'migration', 'changed', 'changed_company', 'person', 'session', 'sign_in', 'attempt'];

describe.skipIf(url === undefined)('made-up data', async () => {
  const service = await testApp(url ?? '');
  const { app } = service;
  const server = await createServer(app);
  const admin = await asPerson(server, service, 'administrator');
  const send: Send = async () => ({ status: 200, headers: {}, body: '' });
  const deliveries = createDeliveries({ ...app, send, random: () => 0 });
  const mails: string[] = [];
  const sendMail = async ({ to }: { to: string }): Promise<void> => {
    mails.push(to);
  };
  const mailer = createMailer({ ...app, sendMail, home: 'http://localhost' });
  for (const role of ['marketing', 'sales', 'leadership'] as const)
    await addPerson(
      app.db,
      { email: `${role}@example.org`, name: role, role, passwordHash: null },
      { by: 'a test', now: NOON },
    );
  const start = async () => (await admin({ method: 'GET', url: '/api/start' })).json();
  const score = async () => {
    while (
      (await app.scoring.work.live()) + (await app.scoring.work.fill()) + (await app.scoring.work.companies()) >
      0
    );
  };
  const everything = async () => {
    const tables = await app.db.rows<{ name: string }>(
      `select table_name as name from information_schema.tables
       where table_schema = current_schema() and not table_name = any($1::text[]) order by 1`,
      [APART],
    );
    const all: Record<string, unknown> = {};
    // Moves that were looked at for hand-offs are: where an agreement comes in force, none from before it is looked at.
    for (const { name } of tables)
      all[name] = await app.db.rows(`select (to_jsonb(t) - 'handed')::text as row from ${name} t order by 1`);
    return all;
  };

  /** What pages tell of hand-offs is what a plain count of their facts gives, and all of it is made up. */
  async function expectRecounted(): Promise<void> {
    const rows = await app.db.rows<{ id: number; at: number; by: string; fact: Fact; state: string; source: string }>(
      `select f.handoff_id as id, f.at, f.by_whom as by, f.fact, h.state,
         (select min(s.kind) from trait t join source s using (source_id) where t.contact_id = f.contact_id) as source
       from handoff_fact f join handoff h using (contact_id, handoff_id) order by f.handoff_id, f.place`,
    );
    const handoffs = [...Map.groupBy(rows, ({ id }) => id).values()];
    expect(rows.every(({ by, source }) => source === 'demo' && /^scoreline$|@made-up\.example$/.test(by))).toBe(true);
    // In order of time, none before the agreement and none to come.
    expect(handoffs.every((facts) => facts.every(({ at }, i) => at <= NOON && at >= (facts[i - 1]?.at ?? 0)))).toBe(
      true,
    );
    expect(new Set(handoffs.map((facts) => facts[0]?.at)).size).toBeGreaterThan(handoffs.length / 2);
    const ended = (kind: string) => handoffs.filter((facts) => facts.some(({ fact }) => fact.kind === kind)).length;
    const { groups } = (await admin({ method: 'GET', url: '/api/feedback/rates?by=source&model=demo' })).json();
    expect(groups).toHaveLength(1);
    const { rate } = groups[0];
    expect(rate).toMatchObject({ handed: handoffs.length, won: ended('won'), lost: ended('lost') });
    const sum = rows.reduce((all, { fact }) => all + (fact.kind === 'won' ? (fact.amount ?? 0) : 0), 0);
    expect(rate.amounts).toEqual({ EUR: sum });
    for (const state of ['open', 'accepted', 'opportunity', 'won', 'lost', 'rejected', 'recycled'])
      expect([state, rows.some((row) => row.state === state)]).toEqual([state, true]);
    const clocks = await app.db.rows<{ outcome: string; right: boolean }>(
      `select outcome, case outcome when 'kept' then ended_at <= due_at when 'missed' then coalesce(ended_at, $1) > due_at
         else ended_at is not null or due_at >= $1 end as right from handoff_clock`,
      [NOON],
    );
    expect(clocks.filter(({ right }) => !right)).toEqual([]);
    for (const outcome of ['kept', 'missed', null]) expect(clocks.some((one) => one.outcome === outcome)).toBe(true);
    // A deal that sales won is one that was told of.
    const [deals] = await app.db.rows<{ n: number }>(
      `select count(*) as n from handoff h where state = 'won' and not exists
         (select from event e where e.contact_id = h.contact_id and e.name = 'deal_won')`,
    );
    expect(deals).toEqual({ n: 0 });
  }

  /** What people do in made-up data: they hold a review, have another one open, write, and hear of what is missing. */
  async function meet(tx: Db): Promise<void> {
    const [agreement] = await agreementsInForce(tx);
    const { agreementId = 0, document = '' } = agreement ?? {};
    const by = { by: 'a person', now: NOON };
    const name = 'made-up';
    await createReviewing({ ...app, db: tx }).remind();
    const reviewId = await openReview(tx, { name, from: NOON - 9000 }, by);
    expect(await closeReview(tx, reviewId, {}, by)).toBe(true);
    await addReviewNotices(tx, 'review-closed', { agreement: name, reviewId: String(reviewId) }, NOON);
    await openReview(tx, { name, from: NOON }, by);
    await addAgreementComment(tx, { name, about: '', body: 'Is that true?' }, by);
    await saveAgreementDraft(tx, { name, document, seen: null }, by);
    await addAgreement(tx, { name, document: `${document}\n`, modelId: (await demoVersion(tx)) ?? 0 }, by);
    await addLostNotice(tx, { name, agreementId, modelId: 1, lacks: [] }, NOON);
    await tx.rows(`update handoff_notice set at = $1, mail_at = $1 where kind = 'waiting'`, [NOON]);
  }

  /** There is what to tell the people of marketing, sales and leadership, and they are not told of it. */
  async function expectNoMail(): Promise<void> {
    const due = async () =>
      app.db.rows<{ kind: string; n: number }>(
        `select kind, count(*) as n from handoff_notice n join person p on p.role = n.recipient or p.email = n.recipient
         where mail_at <= $1 and at > $1 - 86400000::bigint group by kind order by kind`,
        [NOON],
      );
    const kinds = (await due()).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['agreement-lost', 'review-closed', 'review-due', 'waiting']));
    for (;;) {
      expect(await mailer.mailDue()).toBe(0);
      const [left] = await app.db.rows('select from handoff_notice where mail_at <= $1 limit 1', [NOON]);
      if (left === undefined) break;
    }
    expect(mails).toEqual([]);
  }

  test('is asked for by the page, told of, and taken out without a trace in what is real', async () => {
    expect(await start()).toMatchObject({ empty: true, demo: 'none', source: false, event: false, model: false });
    const hook = { url: 'https://example.com/hook', types: ['contact.stage_changed'] };
    await admin({ method: 'POST', url: '/api/webhooks', payload: hook });
    const sourceId = await createSource(app.db, { kind: 'segment', name: 'Real', now: NOON });
    await app.scoring.publish(MODEL, 'a person');
    const who = { userId: 'made-up-looking', anonymousId: null, email: 'real@customer-firm.com' };
    const messages: Message[] = [
      { kind: 'traits', who, at: NOON - 9000, traits: { email: 'real@customer-firm.com' } },
      { kind: 'company', who, at: NOON - 9000, key: 'made-up-company-of-ours', traits: { name: 'Real' } },
      { kind: 'event', who, id: 'e1', name: 'page_viewed', at: NOON - 8000, properties: {}, machine: null },
    ];
    const refusals = [{ reason: 'of no use', message: '{}' }];
    await app.ingest.accept({ sourceId, receivedAt: NOON, messages, refusals });
    await score();
    await deliveries.deliverDue();
    const before = await everything();
    expect(await start()).toMatchObject({ empty: false, source: true, event: true, model: true, qualified: true });

    await fillDemo(app, LEADS);
    await score();
    // Where somebody of it goes meanwhile, nothing of the past was.
    const filled = await everything();
    const gone: unknown[] = [];
    const goes = async () => {
      if (gone.length > 0) return;
      const [row] = await app.db.rows<{ it: unknown }>(
        `delete from contact c where contact_id = (select contact_id from move join model using (model_id)
           where name = 'demo' and to_stage = 'mql' and at <= $1 and undone_at is null order by at desc limit 1)
         returning to_jsonb(c) as it`,
        [NOON],
      );
      gone.push(row?.it);
    };
    await expect(playPast(app, { contacts: LEADS, progress: goes })).rejects.toThrow('merged or erased');
    await app.db.rows('insert into contact select * from jsonb_populate_record(null::contact, $1)', gone);
    expect(await everything()).toEqual(filled);
    // While it is played contacts can be merged and messages brought in, and nobody takes it out; whoever tells of it may fail.
    const meanwhile: unknown[] = [];
    const aside = async () => {
      await patiently(BOUNDS.flush, () => app.db.transaction(lockAll));
      meanwhile.push('merged', (await admin({ method: 'DELETE', url: '/api/start/demo' })).statusCode);
      throw new Error('not told');
    };
    expect(await playPast(app, { contacts: LEADS, progress: aside })).toBe(true);
    expect(meanwhile).toEqual(['merged', 409]);
    expect(await playPast(app, { contacts: LEADS })).toBe(false);
    await app.handoffs.look();
    await expectRecounted();
    await app.db.transaction(meet);
    await expectNoMail();
    await deliveries.deliverDue();
    const [told] = await app.db.rows('select count(*) as n from webhook_delivery where contact_id is not null');
    expect(told).toEqual({ n: 1 });
    expect(await start()).toMatchObject({ demo: 'there' });
    // Its leads are scored, some of them high, and machines are seen as such.
    const [leads] = await app.db.rows<{ hot: number; scored: number; machines: number }>(
      `select count(*) filter (where band = 'hot') as hot, count(*) as scored,
              (select count(*) from event where machine is not null) as machines
         from score where name = 'total' and points is not null
          and model_id = (select model_id from model where name = 'demo')`,
    );
    expect(leads?.scored).toBeGreaterThan(0.9 * LEADS);
    expect(leads?.hot).toBeGreaterThan(5);
    expect(leads?.machines).toBeGreaterThan(20);
    const removed = await admin({ method: 'DELETE', url: '/api/start/demo' });
    expect(removed.json()).toEqual({ contacts: LEADS });
    await score();
    expect(await everything()).toEqual(before);
    expect(await mailer.mailDue()).toBe(0);
    expect(await start()).toMatchObject({ demo: 'none', event: true, qualified: true });
  });

  test('is not taken out while it is still coming', async () => {
    expect((await admin({ method: 'POST', url: '/api/start/demo', payload: {} })).json()).toMatchObject({
      demo: 'coming',
    });
    expect((await admin({ method: 'DELETE', url: '/api/start/demo' })).statusCode).toBe(409);
    expect((await admin({ method: 'POST', url: '/api/start/dismiss', payload: {} })).statusCode).toBe(204);
    expect(await start()).toMatchObject({ dismissed: true });
  });

  test('has no past that is waited for where people published a version of its model', async () => {
    await fillDemo(app, 20);
    expect(await start()).toMatchObject({ demo: 'there', playing: 0 });
    const { id } = await app.scoring.publish(MODEL.replace('model: own', 'model: demo'), 'a person');
    await score();
    await app.scoring.switchTo(id, 'a person');
    expect(await playPast(app, { contacts: 20 })).toBe(false);
    expect(await start()).toMatchObject({ demo: 'there', playing: null });
  });
});
