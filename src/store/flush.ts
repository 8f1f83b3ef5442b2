/**
 * Many messages of many requests written in one transaction. It decides the order of the work, which is the same in
 * every process so that they never wait for each other crosswise; it refuses to know who waits for it.
 *
 * identities → merges → domains → companies → contacts → traits → events → what is believed of them → changed
 */

import { cleanEmail, cleanName, type Facts, type Message } from '../core/ingest.ts';
import { type Bursts, judgeTogether, type Suspicions } from './bursts.ts';
import { changed } from './changed.ts';
import { bigints, integers, jsonColumn, jsons, line, texts } from './columns.ts';
import { changeCompanies, companiesOf } from './companies.ts';
import { type Claim, openClaims, statedDomains, takeDomains } from './company-domains.ts';
import type { Db } from './db.ts';
import { type Id, keepIds, type Mention, type Plan, planOf, type Seen } from './identities.ts';
import { lockMerges, mergeAll, shareMerges } from './merges.ts';
import { type CompanyDomainOf, type Named, refresh, statedCreation } from './snapshots.ts';
import { type Change, keepTraits, SEEN } from './traits.ts';

/** A message with where and when it came. */
export interface Item {
  readonly message: Message;
  readonly sourceId: number | null;
  readonly receivedAt: number;
}

export interface Outside {
  readonly companyDomainOf: CompanyDomainOf;
  readonly suspicions: Suspicions;
  readonly bursts: Bursts;
  readonly now: number;
}

/** How a flush is done; each costs more. */
export interface Care {
  /** Nobody else may look identities up meanwhile, which merges need. */
  readonly alone: boolean;
  /** Some of the events may be known already. */
  readonly repeats: boolean;
}

/**
 * Writes the messages, all or none.
 * @returns how many events are new; null where nothing was written because it must be tried again, alone
 * @throws DatabaseError 23505 where an event is known and none was to be
 */
export async function flush(db: Db, items: readonly Item[], outside: Outside, care: Care): Promise<number | null> {
  const mentions = items.map(({ message }) => {
    const mention = mentionOf(message);
    if (mention === null) throw new Error('a message that names nobody came in');
    return mention;
  });
  try {
    return await db.transaction(async (tx) => {
      if (care.alone) await lockMerges(tx);
      else await shareMerges(tx);
      const plan = await planOf(tx, mentions);
      const claims = await openClaims(tx, claimsOf(items, outside.companyDomainOf));
      if (plan.joined.length + claims.length > 0 && !care.alone) throw new TryAgain();
      const seen = await keepIds(tx, plan);
      if (seen === null) throw new TryAgain();
      const cause = 'named together by a message';
      await mergeAll(tx, plan.joined, { companyDomainOf: outside.companyDomainOf, now: outside.now, cause });
      await takeDomains(tx, claims);
      return write(tx, items, { plan, seen, repeats: care.repeats }, outside);
    });
  } catch (error) {
    if (error instanceof TryAgain) return null;
    throw error;
  }
}

/** What companies say of their domains. */
const claimsOf = (items: readonly Item[], companyDomainOf: CompanyDomainOf): Claim[] =>
  items.flatMap(({ message }) => {
    if (message.kind !== 'company') return [];
    const { key, at } = message;
    return statedDomains(message.traits, companyDomainOf).map((domain) => ({ key, domain, at }));
  });

/** Rolls the transaction back. */
class TryAgain extends Error {}

/** Who a message is about; null where it names nobody. */
export function mentionOf(message: Message): Mention | null {
  const { who, at } = message;
  if (message.kind === 'alias') {
    const { previousId } = message;
    const user: Id | null = who.userId === null ? null : { kind: 'user_id', value: who.userId };
    // Nobody says which kind of id the previous one is, so it is both from now on.
    const previous: [Id, Id] = [
      { kind: 'user_id', value: previousId },
      { kind: 'anonymous_id', value: previousId },
    ];
    return { ids: user === null || who.userId === previousId ? previous : [user, ...previous], at, forced: true };
  }
  const email = who.email ?? (message.kind === 'traits' ? cleanEmail(message.traits.email) : null);
  const ids: Id[] = [];
  if (who.userId !== null) ids.push({ kind: 'user_id', value: who.userId });
  if (email !== null) ids.push({ kind: 'email', value: email });
  if (who.anonymousId !== null) ids.push({ kind: 'anonymous_id', value: who.anonymousId });
  const [strongest, ...weaker] = ids;
  return strongest === undefined ? null : { ids: [strongest, ...weaker], at, forced: false };
}

/** Returns how many events are new. */
async function write(
  tx: Db,
  items: readonly Item[],
  { plan, seen, repeats }: { readonly plan: Plan; readonly seen: readonly Seen[]; readonly repeats: boolean },
  outside: Outside,
): Promise<number> {
  const since = new Map<number, number>();
  const created = new Map<number, number>();
  for (const { contactId, at } of seen) earlier(created, contactId, at);
  for (const [person, at] of plan.fresh) earlier(created, person.contactId ?? 0, at);

  const events: EventRow[] = [];
  const changes: Change[] = [];
  const ofCompanies: { key: string; at: number; traits: Facts; sourceId: number | null }[] = [];
  const domains = new Map<string, number>();
  items.forEach((item, i) => {
    const { message, sourceId } = item;
    const contactId = plan.people[i]?.contactId ?? 0;
    earlier(since, contactId, message.at);
    switch (message.kind) {
      case 'event':
        events.push({ contactId, message, sourceId, receivedAt: item.receivedAt });
        break;
      case 'traits': {
        changes.push(...changesOf(contactId, message.at, withEmail(message.traits), sourceId));
        const stated = statedCreation(message.traits);
        if (stated !== undefined) earlier(created, contactId, stated);
        const key = cleanName(message.traits.company_id);
        if (key !== null) ofCompanies.push({ key, at: message.at, traits: {}, sourceId });
        break;
      }
      case 'company':
        changes.push({ id: contactId, name: 'company_id', at: message.at, value: message.key, sourceId });
        ofCompanies.push({ key: message.key, at: message.at, traits: message.traits, sourceId });
        break;
      case 'alias':
        break;
    }
  });
  for (const { kind, value, contactId, at } of seen) {
    if (kind !== 'email') continue;
    // Whose address is known has the trait, from the first time that it was seen.
    changes.push({ id: contactId, name: 'email', at, value, sourceId: SEEN });
    earlier(since, contactId, at);
    const domain = outside.companyDomainOf(value);
    if (domain !== null) earlier(domains, domain, at);
  }

  const keys = new Map<string, number>();
  for (const { key, at } of ofCompanies) earlier(keys, key, at);
  const companies = await companiesOf(tx, { keys, domains });
  for (const { id } of changes) if (!created.has(id)) created.set(id, since.get(id) ?? outside.now);
  await touch(tx, created);
  await changeContacts(tx, changes, seen, outside);
  await changeCompanies(
    tx,
    ofCompanies.flatMap(({ key, at, traits, sourceId }) => {
      const id = companies.byKey.get(key);
      return id === undefined ? [] : changesOf(id, at, traits, sourceId);
    }),
  );
  const inserted = await keepEvents(tx, events, outside.bursts, repeats);
  for (const [contactId, at] of await judgeTogether(tx, events, outside)) earlier(since, contactId, at);
  await changed(tx, since);
  return inserted;
}

/** An address is kept in the form by which people are found. */
function withEmail(traits: Facts): Facts {
  const email = cleanEmail(traits.email);
  return email === null ? traits : { ...traits, email };
}

function earlier<K>(instants: Map<K, number>, key: K, at: number): void {
  const known = instants.get(key);
  if (known === undefined || at < known) instants.set(key, at);
}

const changesOf = (id: number, at: number, traits: Facts, sourceId: number | null): Change[] =>
  Object.entries(traits).map(([name, value]) => ({ id, name, at, value, sourceId }));

/** Makes contacts that are new, and holds the rows of all, in order, until the transaction ends. */
async function touch(tx: Db, created: ReadonlyMap<number, number>): Promise<void> {
  if (created.size === 0) return;
  await tx.rows(
    `insert into contact (contact_id, created_at)
     select * from unnest($1::bigint[], $2::bigint[]) as fresh (contact_id, at) order by contact_id
     on conflict (contact_id) do update set created_at = least(contact.created_at, excluded.created_at)`,
    [bigints([...created.keys()]), bigints([...created.values()])],
  );
}

async function changeContacts(tx: Db, changes: readonly Change[], seen: readonly Seen[], { companyDomainOf }: Outside) {
  if (changes.length === 0) return;
  const late = seen.filter(({ kind, isNew }) => kind === 'email' && !isNew);
  if (late.length > 0) {
    await tx.rows(
      `delete from trait using unnest($1::bigint[], $2::text[], $3::bigint[]) as first (contact_id, address, at)
       where trait.contact_id = first.contact_id and trait.name = 'email' and trait.source_id = ${SEEN}
         and trait.value = to_jsonb(first.address) and trait.at > first.at`,
      [
        bigints(late.map(({ contactId }) => contactId)),
        texts(late.map(({ value }) => value)),
        bigints(late.map(({ at }) => at)),
      ],
    );
  }
  await keepTraits(tx, 'contact', changes);
  const named: readonly Named[] = changes;
  await refresh(tx, named, { at: Math.min(...changes.map(({ at }) => at)), companyDomainOf });
}

/** An event with the contact that it turned out to be of. */
export interface EventRow {
  readonly contactId: number;
  readonly message: Extract<Message, { kind: 'event' }>;
  readonly sourceId: number | null;
  readonly receivedAt: number;
}

/** Returns how many were not known. */
async function keepEvents(tx: Db, rows: readonly EventRow[], bursts: Bursts, repeats: boolean): Promise<number> {
  if (rows.length === 0) return 0;
  // Neighbours in the index are written one after another.
  const sorted = [...rows].sort((a, b) => a.contactId - b.contactId);
  const machines = sorted.map(({ message, contactId }) => message.machine ?? tooFast(message, contactId, bursts));
  if (repeats) return insertNew(tx, sorted, machines);
  const lines = sorted.map(({ contactId, message: { id, name, at, properties }, receivedAt, sourceId }, i) =>
    line([contactId, id, name, at, receivedAt, sourceId, JSON.stringify(properties), machines[i] ?? null]),
  );
  await tx.copy(`event (${COLUMNS})`, lines.join(''));
  return rows.length;
}

const COLUMNS = 'contact_id, event_id, name, at, received_at, source_id, properties, machine';

/** Looks each event up before it is written, which costs a third more. */
async function insertNew(tx: Db, rows: readonly EventRow[], machines: readonly (string | null)[]): Promise<number> {
  const messages = rows.map(({ message }) => message);
  const inserted = await tx.rows(
    `insert into event (${COLUMNS})
     select contact_id, event_id, name, at, received_at, source_id, properties::jsonb, machine
     from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::integer[], ${jsonColumn('$7')},
       $8::text[]) as fresh (${COLUMNS})
     on conflict do nothing returning 1`,
    [
      bigints(rows.map(({ contactId }) => contactId)),
      texts(messages.map(({ id }) => id)),
      texts(messages.map(({ name }) => name)),
      bigints(messages.map(({ at }) => at)),
      bigints(rows.map(({ receivedAt }) => receivedAt)),
      integers(rows.map(({ sourceId }) => sourceId)),
      jsons(messages.map(({ properties }) => JSON.stringify(properties))),
      texts(machines),
    ],
  );
  return inserted.length;
}

const tooFast = ({ name, at }: EventRow['message'], contactId: number, bursts: Bursts): string | null =>
  name === 'page_viewed' ? bursts.known(contactId, at) : null;
