// A random run of all that can happen to a contact, against a plain model in memory: messages in any order, sent again,
// identities that turn out to be one, events voided, brought back and flagged, versions published, time that passes,
// workers that look in between. Both end in the same state.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { explain } from '../../src/core/explain.ts';
import type { Message, Who } from '../../src/core/ingest.ts';
import { parseModel } from '../../src/core/model.ts';
import { profile } from '../../src/core/profile.ts';
import type { Event } from '../../src/core/words.ts';
import { flagEvents, unvoidEvents, voidEvents } from '../../src/store/events.ts';
import { postgresUrl } from '../postgres.ts';
import { testApp } from '../service.ts';
import { diceOf, MODEL, tell } from './load.ts';

const url = await postgresUrl();

const DAY = 86_400_000;
const document = readFileSync(MODEL, 'utf8');
/** Another version, by which everything scores otherwise. */
const other = document.replaceAll('points: 40', 'points: 33').replaceAll('pointsEach: 6', 'pointsEach: 7');

interface Kept {
  readonly events: Map<string, Event & { voided: boolean; machine: boolean }>;
  readonly traits: Map<string, { value: string; at: number }>;
  createdAt: number;
}

/** What should be, told as plainly as can be. */
class Plain {
  /** By what somebody is known; those who are one share what is kept. */
  readonly known = new Map<string, Kept>();

  of(id: string): Kept {
    const kept = this.known.get(id) ?? { events: new Map(), traits: new Map(), createdAt: Number.POSITIVE_INFINITY };
    this.known.set(id, kept);
    return kept;
  }

  join(a: string, b: string): void {
    const [into, from] = [this.of(a), this.of(b)];
    if (into === from) return;
    for (const [id, event] of from.events) into.events.set(id, event);
    for (const [name, trait] of from.traits) this.state(into, name, trait);
    into.createdAt = Math.min(into.createdAt, from.createdAt);
    for (const [id, kept] of this.known) if (kept === from) this.known.set(id, into);
  }

  state(kept: Kept, name: string, trait: { value: string; at: number }): void {
    if ((kept.traits.get(name)?.at ?? -1) < trait.at) kept.traits.set(name, trait);
  }
}

describe.skipIf(url === undefined)('a random run', async () => {
  const service = await testApp(url ?? '');
  const { app } = service;
  let people = 0;

  const accept = (...messages: Message[]) =>
    app.ingest.accept({ sourceId: null, receivedAt: service.now, messages, refusals: [] });
  const work = async (): Promise<void> => {
    const { live, heavy, companies, fill, clear } = app.scoring.work;
    for (;;) {
      const done = [await live(), await heavy(), await companies(), await fill(), await clear()];
      if (done.every((n) => n === 0)) return;
    }
  };
  const contactOf = async (id: string): Promise<number> => {
    const [row] = await app.db.rows<{ id: number }>('select contact_id as id from identity where value = $1', [id]);
    return row?.id ?? 0;
  };

  test.each([1, 2, 3, 4, 5])('of seed %i ends in the same state', async (seed) => {
    const dice = diceOf(seed);
    const plain = new Plain();
    const base = people;
    people += 5;
    const some = (): { user: string; browser: string } => {
      const n = base + dice(5);
      return { user: `user-${n}`, browser: `browser-${n}` };
    };
    const who = (id: string): Who => ({
      userId: id.startsWith('user') ? id : null,
      anonymousId: id.startsWith('browser') ? id : null,
      email: null,
    });
    const sent: { id: string; message: Message }[] = [];
    const done = new Map<string, number>();
    let serial = 0;

    const operations: Record<string, () => Promise<void>> = {
      event: async () => {
        const person = some();
        const id = dice(2) === 0 ? person.user : person.browser;
        const at = service.now - dice(90 * DAY);
        const name = ['page_viewed', 'form_submitted', 'webinar_attended'][dice(3)] ?? '';
        const properties = { path: dice(2) === 0 ? '/pricing' : '/product', form: 'demo', seconds: String(dice(3000)) };
        const event = { id: `${seed}-${++serial}`, name, at };
        const message: Message = { kind: 'event', who: who(id), ...event, properties, machine: null };
        sent.push({ id, message });
        await accept(message);
        const kept = plain.of(id);
        const facts = new Map(Object.entries(properties));
        kept.events.set(event.id, { ...event, properties: facts, ignored: false, voided: false, machine: false });
        kept.createdAt = Math.min(kept.createdAt, at);
      },
      again: async () => {
        const one = sent[dice(sent.length)];
        if (one !== undefined) await accept(one.message);
      },
      traits: async () => {
        const person = some();
        const id = dice(2) === 0 ? person.user : person.browser;
        // No two at one instant: whichever is greater would count.
        const at = service.now - dice(90) * DAY - ++serial;
        const name = ['title', 'country'][dice(2)] ?? '';
        const value = ['CEO', 'Head of Sales', 'US', 'DE', 'Student'][dice(5)] ?? '';
        await accept({ kind: 'traits', who: who(id), at, traits: { [name]: value } });
        plain.state(plain.of(id), name, { value, at });
        plain.of(id).createdAt = Math.min(plain.of(id).createdAt, at);
      },
      join: async () => {
        const { user, browser } = some();
        const at = service.now - dice(DAY);
        await accept(
          dice(2) === 0
            ? { kind: 'alias', who: who(user), previousId: browser, at }
            : { kind: 'traits', who: { ...who(user), anonymousId: browser }, at, traits: {} },
        );
        plain.join(user, browser);
        plain.of(user).createdAt = Math.min(plain.of(user).createdAt, at);
      },
      void: () => change(true),
      unvoid: () => change(false),
      flag: async () => {
        const [id, kept] = [...plain.known][dice(plain.known.size)] ?? [];
        const event = [...(kept?.events.values() ?? [])][dice(kept?.events.size ?? 0)];
        if (id === undefined || event === undefined) return;
        await flagEvents(app.db, { contactId: await contactOf(id), eventIds: [event.id] }, 'test');
        event.machine = true;
      },
      look: async () => {
        await app.scoring.work.live();
      },
      wait: async () => {
        service.now += dice(5 * DAY);
      },
      publish: async () => {
        const version = await app.scoring.publish(dice(2) === 0 ? document : other, 'test');
        if (version.state === 'serving') return;
        await work();
        await app.scoring.switchTo(version.id, 'test');
      },
    };
    const change = async (voided: boolean): Promise<void> => {
      const [id, kept] = [...plain.known][dice(plain.known.size)] ?? [];
      const event = [...(kept?.events.values() ?? [])][dice(kept?.events.size ?? 0)];
      if (id === undefined || event === undefined) return;
      const selection = { contactId: await contactOf(id), eventIds: [event.id] };
      if (voided) await voidEvents(app.db, selection, { by: 'test', reason: null, now: service.now });
      else await unvoidEvents(app.db, selection);
      event.voided = voided;
    };

    const often = [
      'event',
      'event',
      'event',
      'event',
      'again',
      'traits',
      'join',
      'void',
      'unvoid',
      'flag',
      'look',
      'wait',
    ];
    for (let i = 0; i < 150; i++) {
      const name = i % 50 === 10 ? 'publish' : (often[dice(often.length)] ?? 'event');
      done.set(name, (done.get(name) ?? 0) + 1);
      await operations[name]?.();
    }
    await work();

    const serving = (await app.scoring.versions()).find(({ state }) => state === 'serving');
    const model = await app.scoring.modelOf(serving?.id ?? 0);
    expect(model.title).toBe(parseModel(document, 'demo').title);
    const contacts = new Map<Kept, number>();
    for (const [id, kept] of plain.known) {
      const contact = await contactOf(id);
      // Those who are one have one contact, and those who are not have two.
      expect(contacts.get(kept) ?? contact).toBe(contact);
      contacts.set(kept, contact);
    }
    expect(new Set(contacts.values()).size).toBe(contacts.size);
    for (const [kept, contact] of contacts) {
      const events = await app.db.rows<{ id: string; voided: boolean; machine: boolean }>(
        `select event_id as id, voided_at is not null as voided, machine is not null as machine
           from event where contact_id = $1`,
        [contact],
      );
      const flags = ({ id, voided, machine }: { id: string; voided: boolean; machine: boolean }): string =>
        `${id} ${voided} ${machine}`;
      expect(events.map(flags).sort()).toEqual([...kept.events.values()].map(flags).sort());
      const [row] = await app.db.rows<{ traits: object; at: number }>(
        'select traits, created_at as at from contact where contact_id = $1',
        [contact],
      );
      const traits = new Map([...kept.traits].map(([name, { value }]) => [name, value]));
      expect(row).toEqual({ traits: Object.fromEntries(traits), at: kept.createdAt });
      const expected = explain(
        model,
        profile(
          {
            id: String(contact),
            email: null,
            createdAt: kept.createdAt,
            companyId: null,
            traits,
            hasTraits: traits.size > 0,
            company: null,
            events: [...kept.events.values()].map((event) => ({ ...event, ignored: event.voided || event.machine })),
          },
          service.now,
        ),
        service.now,
      );
      const scores = await app.db.rows<{ name: string; points: number | null }>(
        'select name, points from score where contact_id = $1 and model_id = $2 order by name',
        [contact, serving?.id],
      );
      expect(Object.fromEntries(scores.map(({ name, points }) => [name, points]))).toEqual(
        Object.fromEntries([...expected.scores].map(([name, { points }]) => [name, points])),
      );
    }
    tell(`seed ${seed}`, Object.fromEntries([...done].map(([name, n]) => [`× ${name}`, n])));
    // The next seed finds a service that was off for a year.
    service.now += 400 * DAY;
  });
});
