/**
 * A service in which seven leads were handed over and sales has spoken, for tests of what is learnt from it. It decides
 * nothing about what is tested.
 */
import { expect } from 'vitest';
import type { App } from '../src/app.ts';
import type { Happening } from '../src/core/handoff.ts';
import type { Message } from '../src/core/ingest.ts';
import { addAgreement, hashOf, putInForce, signAgreement } from '../src/store/agreements.ts';
import { saveSeller } from '../src/store/sellers.ts';
import { createSource } from '../src/store/sources.ts';
import { NOON, type TestApp } from './service.ts';

const HOUR = 3_600_000;
const DAY = 86_400_000;

const MODEL = `
model: b2b
scores:
  fit:
    range: [-100, 100]
    rules:
      - { id: decides, if: { title: { mentions: [ceo] } }, points: 60 }
      - { id: large, if: { employees: { atLeast: 100 } }, points: 30 }
      - { id: student, if: { title: { mentions: [student] } }, points: -80 }
  interest:
    range: [-100, 100]
    rules:
      - { id: pricing, on: page_viewed, within: 60d, points: 5 }
      - { id: paper, on: content_downloaded, points: 5 }
  total: { sum: { fit: 1, interest: 1 }, range: [-100, 200] }
bands: { total: { hot: 90, warm: 50, cold: -100 } }
stages: [ { id: mql, enter: { score: { total: { atLeast: 50 } } } } ]
`;
const AGREEMENT = `
agreement: leads
model: b2b
definition: { stage: mql }
review: { next: 2026-12-01, everyMonths: 3 }
`;

const who = (id: string) => ({ userId: id, anonymousId: null, email: null });
export const known = (id: string, at: number, traits: Record<string, string | number>): Message => ({
  kind: 'traits',
  who: who(id),
  at,
  traits,
});
export const did = (id: string, at: number, name = 'page_viewed'): Message => ({
  kind: 'event',
  who: who(id),
  id: `${id} ${name} ${at}`,
  name,
  at,
  properties: {},
  machine: null,
});

/** What was said of each lead, from the first on; nothing of the third. */
const SAID: readonly (readonly Happening[])[] = [
  [{ kind: 'accepted' }, { kind: 'won', amount: 10_000, currency: 'EUR' }],
  [{ kind: 'accepted' }, { kind: 'lost', reason: 'price' }],
  [],
  [{ kind: 'rejected', reason: 'not-a-fit', note: null }],
  [{ kind: 'rejected', reason: 'not-a-fit', note: 'a student' }],
  [{ kind: 'rejected', reason: 'no-budget', note: null }],
  [{ kind: 'accepted' }, { kind: 'won', amount: 5_000, currency: 'EUR' }],
];

/** Scores all that changed, and all whose time has come. */
export async function settle(app: App): Promise<void> {
  // Workers that run beside may hold a lane.
  while ((await app.scoring.work.live()) > 0 || (await app.db.rows('select 1 from changed limit 1')).length > 0);
}

/**
 * Puts all of it there, and the clock to a Monday at ten. The first three came by the source `Site`; the last four work
 * for large companies.
 * @param others messages of further contacts, which sales must not get
 */
export async function handedOver(service: TestApp, others: readonly Message[] = []): Promise<void> {
  const { app } = service;
  service.now = NOON + 22 * HOUR;
  const { now } = service;
  const by = { by: 'a test', now };
  await app.scoring.publish(MODEL, 'a test');
  const agreementId = await addAgreement(app.db, { name: 'leads', document: AGREEMENT, modelId: 1 }, by);
  for (const team of ['marketing', 'sales'] as const)
    await signAgreement(app.db, agreementId, { team, hash: hashOf(AGREEMENT) }, by);
  await putInForce(app.db, agreementId, by);
  const nine = [[540, 1020]] as const;
  const week = [nine, nine, nine, nine, nine, [], []];
  const hours = { zone: 'Europe/Bucharest', week, holidays: null, capacity: null, weight: 1, territory: null };
  await saveSeller(app.db, 'sales@example.org', { ...hours, active: true }, by);
  const site = await createSource(app.db, { kind: 'site', name: 'Site', now });
  for (const [i] of SAID.entries()) {
    const id = `lead${i + 1}`;
    const traits = {
      email: `${id}@firm${i + 1}.example`,
      name: `Lead ${i + 1}`,
      title: 'CEO',
      employees: i < 3 ? 20 : 500,
    };
    const messages = [known(id, now - 5 * DAY, traits), ...(i === 1 || i === 2 ? [did(id, now - 2 * DAY)] : [])];
    await app.ingest.accept({ sourceId: i < 3 ? site : null, receivedAt: now, messages, refusals: [] });
  }
  if (others.length > 0)
    await app.ingest.accept({ sourceId: null, receivedAt: now, messages: [...others], refusals: [] });
  await settle(app);
  await app.handoffs.look();
  const made = await app.db.rows<{ id: number; name: string }>(
    `select handoff_id as id, traits ->> 'name' as name from handoff join contact using (contact_id)`,
  );
  expect(made.length).toBe(SAID.length);
  service.now += HOUR;
  for (const { id, name } of made)
    for (const happening of SAID[Number(name.slice('Lead '.length)) - 1] ?? [])
      await app.handoffs.record(id, happening, { by: 'sales@example.org', at: service.now });
}
