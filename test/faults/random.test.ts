// A random run of all that can happen to a contact, against a plain model in memory: messages in any order, late and sent
// again, people of companies and with addresses, identities that turn out to be one, merges by hand and taken back, events
// voided, brought back, flagged and cleared, people erased, versions published and switched to, time that passes, workers
// that look in between. Both end in the same state.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { companyDomainOf } from '../../src/connectors/mail-domains.ts';
import { explain } from '../../src/core/explain.ts';
import type { Message, Who } from '../../src/core/ingest.ts';
import { profile } from '../../src/core/profile.ts';
import { eraseContact } from '../../src/store/erase.ts';
import { flagEvents, type Selection, unflagEvents, unvoidEvents, voidEvents } from '../../src/store/events.ts';
import { mergeContacts, unmerge } from '../../src/store/merges.ts';
import { postgresUrl } from '../postgres.ts';
import { testApp } from '../service.ts';
import { diceOf, MODEL, tell as report } from './load.ts';
import { latest, type Person, Plain, type PlainEvent } from './plain.ts';

const url = await postgresUrl();

const DAY = 86_400_000;
const PEOPLE = 6;
const document = readFileSync(MODEL, 'utf8');
/** Another version, by which everything scores otherwise. */
const other = document.replaceAll('points: 40', 'points: 33').replaceAll('pointsEach: 6', 'pointsEach: 7');

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
    const [kind, value] = id.split(' ');
    const [row] = await app.db.rows<{ id: number }>(
      'select contact_id as id from identity where value = $1 and kind = $2',
      [value, { user: 'user_id', email: 'email', browser: 'anonymous_id' }[kind ?? '']],
    );
    return row?.id ?? 0;
  };

  test.each([1, 2, 3, 4, 8])('of seed %i ends in the same state', async (seed) => {
    const dice = diceOf(seed);
    const plain = new Plain();
    const base = people;
    people += PEOPLE;
    const oneOf = <T>(list: readonly T[]): T | undefined => list[dice(list.length)];
    const sent: Message[] = [];
    const done = new Map<string, number>();
    let serial = 0;
    /** Late by up to three months, and no two at one instant: whichever is greater would count. */
    const someTime = (): number => service.now - dice(90) * DAY - ++serial;
    const nobody: Who = { userId: null, anonymousId: null, email: null };
    const some = (): { user: Who; browser: Who; address: string } => {
      const n = base + dice(PEOPLE);
      const address = `person-${n}@${['harbour.ro', 'carpathia.ro', 'gmail.com'][n % 3]}`;
      return { user: { ...nobody, userId: `user-${n}` }, browser: { ...nobody, anonymousId: `browser-${n}` }, address };
    };
    const someone = (): Who => {
      const { user, browser } = some();
      return dice(2) === 0 ? user : browser;
    };
    const tell = async (message: Message): Promise<void> => {
      sent.push(message);
      await accept(message);
      plain.tell(message);
    };
    const numberOf = async (person: Person | undefined): Promise<number> =>
      person === undefined ? 0 : contactOf(plain.idsOf(person)[0] ?? '');
    /** Does something with an event of somebody, and notes it. */
    const judge = async (what: (of: Selection) => Promise<unknown>, note: (event: PlainEvent) => void) => {
      const person = oneOf(plain.people());
      const event = oneOf([...(person?.events.values() ?? [])]);
      if (person === undefined || event === undefined) return;
      await what({ contactId: await numberOf(person), eventIds: [event.id] });
      note(event);
    };

    const operations: Record<string, () => Promise<void>> = {
      event: async () => {
        const name = oneOf(['page_viewed', 'form_submitted', 'webinar_attended']) ?? '';
        const path = dice(2) === 0 ? '/pricing' : '/product';
        const properties = { path, form: 'demo', seconds: String(dice(3000)) };
        await tell({
          kind: 'event',
          who: someone(),
          id: `${seed}-${++serial}`,
          name,
          at: someTime(),
          properties,
          machine: null,
        });
      },
      again: async () => {
        const message = oneOf(sent);
        if (message !== undefined) await tell(message);
      },
      traits: async () => {
        const traits = {
          [oneOf(['title', 'country']) ?? '']: oneOf(['CEO', 'Head of Sales', 'US', 'DE', 'Student']) ?? '',
        };
        await tell({ kind: 'traits', who: someone(), at: someTime(), traits });
      },
      address: async () => {
        const { user, address } = some();
        await tell({ kind: 'traits', who: user, at: someTime(), traits: { email: address } });
      },
      company: async () => {
        const traits = { industry: oneOf(['logistics', 'games']) ?? '', employees: String(dice(1500)) };
        await tell({ kind: 'company', who: some().user, at: someTime(), key: `firm-${seed}-${dice(2)}`, traits });
      },
      join: async () => {
        const { user, browser } = some();
        await tell({ kind: 'traits', who: { ...user, anonymousId: browser.anonymousId }, at: someTime(), traits: {} });
      },
      alias: async () => {
        const { user, browser } = some();
        await tell({ kind: 'alias', who: user, previousId: browser.anonymousId ?? '', at: someTime() });
      },
      merge: async () => {
        const [gone, kept] = [oneOf(plain.people()), oneOf(plain.people())];
        if (gone === undefined || kept === undefined || gone === kept) return;
        const pair = { gone: await numberOf(gone), kept: await numberOf(kept) };
        await mergeContacts(app.db, pair, { companyDomainOf, now: service.now, cause: 'test' });
        plain.merge(gone, kept);
      },
      unmerge: async () => {
        const merge = oneOf(plain.merges);
        if (merge === undefined) return;
        const place = plain.merges.indexOf(merge);
        const rows = await app.db.rows<{ id: number }>(
          'select merge_id as id from merge where undone_at is null and merge_id > $1 order by merge_id',
          [lastMerge],
        );
        expect(rows).toHaveLength(plain.merges.length);
        const undone = unmerge(app.db, rows[place]?.id ?? 0, { companyDomainOf, by: 'a test', now: service.now });
        if (plain.unmerge(merge) === null) await expect(undone).rejects.toMatchObject({ code: 'conflict' });
        else await undone;
      },
      erase: async () => {
        const person = oneOf(plain.people());
        if (person === undefined) return;
        await eraseContact(app.db, await numberOf(person), { by: 'test', now: service.now });
        plain.erase(person);
      },
      void: () =>
        judge(
          (of) => voidEvents(app.db, of, { by: 'test', reason: null, now: service.now }),
          (event) => {
            event.voided = true;
          },
        ),
      unvoid: () =>
        judge(
          (of) => unvoidEvents(app.db, of),
          (event) => {
            event.voided = false;
          },
        ),
      flag: () =>
        judge(
          (of) => flagEvents(app.db, of, 'test'),
          (event) => {
            event.machine = true;
          },
        ),
      clear: () =>
        judge(
          (of) => unflagEvents(app.db, of),
          (event) => {
            event.machine = false;
          },
        ),
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

    const [last] = await app.db.rows<{ id: number }>('select coalesce(max(merge_id), 0) as id from merge');
    const lastMerge = last?.id ?? 0;
    const often = Object.keys(operations).filter((name) => !['publish', 'erase'].includes(name));
    often.push(...Array(6).fill('event'), 'again', 'join');
    for (let i = 0; i < 220; i++) {
      const name = i % 70 === 10 ? 'publish' : i % 50 === 40 ? 'erase' : (oneOf(often) ?? 'event');
      done.set(name, (done.get(name) ?? 0) + 1);
      await operations[name]?.();
    }
    await work();

    const serving = (await app.scoring.versions()).find(({ state }) => state === 'serving');
    const model = await app.scoring.modelOf(serving?.id ?? 0);
    // Whoever is one has one contact, and who is not has another.
    const known = await app.db.rows<{ id: string; contact: number }>(
      `select case kind when 'user_id' then 'user' when 'email' then 'email' else 'browser' end || ' ' || value as id,
         contact_id as contact from identity where value ~ $1`,
      [`^(user|browser|person)-(${Array.from({ length: PEOPLE }, (_, i) => base + i).join('|')})($|@)`],
    );
    const groups = (pairs: readonly (readonly [string, unknown])[]): string[] =>
      [...Map.groupBy(pairs, ([, whose]) => whose).values()]
        .map((group) =>
          group
            .map(([id]) => id)
            .sort()
            .join(' '),
        )
        .sort();
    expect(groups(known.map(({ id, contact }) => [id, contact]))).toEqual(groups([...plain.owner]));
    for (const person of plain.people()) {
      const contact = await numberOf(person);
      const events = await app.db.rows<{ id: string; voided: boolean; machine: boolean }>(
        `select event_id as id, voided_at is not null as voided, machine is not null as machine
           from event where contact_id = $1`,
        [contact],
      );
      const flags = ({ id, voided, machine }: { id: string; voided: boolean; machine: boolean }): string =>
        `${id} ${voided} ${machine}`;
      expect(events.map(flags).sort()).toEqual([...person.events.values()].map(flags).sort());
      const [row] = await app.db.rows<{ traits: object; at: number; company: string | null; of: object | null }>(
        `select c.traits, c.created_at as at, coalesce(k.key, k.domain) as company, k.traits as of
           from contact c left join company k using (company_id) where contact_id = $1`,
        [contact],
      );
      const traits = latest(person.rows);
      const createdAt = plain.createdAt(person);
      const host = traits.get('email')?.split('@')[1] ?? 'gmail.com';
      const company = traits.get('company_id') ?? (host === 'gmail.com' ? null : host);
      const facts = company === null ? null : latest(plain.companies.get(company));
      const of = facts && Object.fromEntries(facts);
      expect(row).toEqual({ traits: Object.fromEntries(traits), at: createdAt, company, of });
      const own = new Map([...traits].filter(([name]) => name !== 'email' && name !== 'company_id'));
      const expected = explain(
        model,
        profile(
          {
            id: String(contact),
            email: traits.get('email') ?? null,
            createdAt,
            companyId: traits.get('company_id') ?? null,
            traits: own,
            hasTraits: own.size > 0,
            company: facts && { id: '', traits: facts },
            events: [...person.events.values()].map((event) => ({ ...event, ignored: event.voided || event.machine })),
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
    report(`seed ${seed}`, Object.fromEntries([...done].map(([name, n]) => [`× ${name}`, n])));
    // The next seed finds a service that was off for a year.
    service.now += 400 * DAY;
  });
});
