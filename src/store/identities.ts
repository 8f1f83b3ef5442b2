/**
 * Whose message it is. It decides which contact the ids of a message lead to, which contacts turn out to be one, and
 * which never do; it refuses to know what a message says. How two contacts become one is decided in merges.ts.
 *
 * A user id is the strongest, then the e-mail address, then the anonymous id. The message belongs to the contact of the
 * strongest id in it. The contact of a weaker id joins that one, unless it has another id of the strongest one's kind:
 * two people at one browser stay two people. An alias joins whatever it names.
 */

import { byCodePoints } from '../core/text.ts';
import { bigints, texts } from './columns.ts';
import type { Db } from './db.ts';

/** The strongest first. */
const KINDS = ['user_id', 'email', 'anonymous_id'] as const;
export type Kind = (typeof KINDS)[number];

export interface Id {
  readonly kind: Kind;
  readonly value: string;
}

/** Ids that one message names as one person, the strongest first; there is at least one. */
export interface Mention {
  readonly ids: readonly [Id, ...Id[]];
  readonly at: number;
  /** Said to be one person by an alias: joined even where each has an id of its own. */
  readonly forced: boolean;
}

/** An id that was seen for the first time, or earlier than ever before. */
export interface Seen extends Id {
  readonly contactId: number;
  readonly at: number;
  readonly isNew: boolean;
}

/** What mentions mean, before anything is written. */
export interface Plan {
  /** In the order of the mentions. */
  readonly people: readonly Person[];
  /** Contacts that exist and are one with another from now on, in this order. */
  readonly joined: readonly { readonly gone: number; readonly kept: number }[];
  readonly seen: readonly (Id & { readonly person: Person; readonly at: number; readonly isNew: boolean })[];
  /** Those without a number yet, with the earliest instant of each. */
  readonly fresh: ReadonlyMap<Person, number>;
}

/** A contact while a plan is made. */
interface Person {
  /** Null until it has a number. */
  contactId: number | null;
  /** Another that it turned out to be. */
  is: Person | null;
  readonly has: Record<Kind, boolean>;
}

interface Known {
  readonly person: Person;
  readonly firstSeenAt: number;
}

/** Something by id. Texts that are put together for a key would cost more than all the rest. */
type ById<T> = Readonly<Record<Kind, Map<string, T>>>;

const byId = <T>(): ById<T> => ({ user_id: new Map(), email: new Map(), anonymous_id: new Map() });

/** The person itself, after everything that was joined. */
function self(person: Person): Person {
  let one = person;
  while (one.is !== null) one = one.is;
  return one;
}

/** Looks up what is known of the ids and says who is meant. Nothing is written. */
export async function planOf(tx: Db, mentions: readonly Mention[]): Promise<Plan> {
  const values = new Set<string>();
  for (const { ids } of mentions) for (const { value } of ids) values.add(value);
  const people = new Map<number, Person>();
  const known = byId<Known>();
  const rows = await tx.rows<{ value: string; kind: Kind; contact_id: number; first_seen_at: number }>(
    'select value, kind, contact_id, first_seen_at from identity where value = any($1::text[])',
    [texts([...values])],
  );
  for (const row of rows) {
    const person = people.get(row.contact_id) ?? newPerson(row.contact_id);
    people.set(row.contact_id, person);
    known[row.kind].set(row.value, { person, firstSeenAt: row.first_seen_at });
  }
  await learnKinds(tx, mentions, known);
  return decide(mentions, known);
}

const newPerson = (contactId: number | null): Person => ({
  contactId,
  is: null,
  has: { user_id: false, email: false, anonymous_id: false },
});

/** Reads which kinds of ids those contacts have of which it matters: named together with an id that is not theirs. */
async function learnKinds(tx: Db, mentions: readonly Mention[], known: ById<Known>): Promise<void> {
  const doubtful = new Map<number, Person>();
  for (const { ids } of mentions) {
    if (ids.length === 1) continue;
    const people = ids.map(({ kind, value }) => known[kind].get(value)?.person);
    if (people.every((person) => person === people[0])) continue;
    for (const person of people) if (person?.contactId) doubtful.set(person.contactId, person);
  }
  if (doubtful.size === 0) return;
  const rows = await tx.rows<{ contact_id: number; kind: Kind }>(
    'select distinct contact_id, kind from identity where contact_id = any($1::bigint[])',
    [bigints([...doubtful.keys()])],
  );
  for (const { contact_id, kind } of rows) {
    const person = doubtful.get(contact_id);
    if (person !== undefined) person.has[kind] = true;
  }
}

/** An id with whose it is and when it was first named. */
interface Owned {
  readonly id: Id;
  readonly person: Person;
  /** Infinity until a mention of the very person names it. */
  earliest: number;
  /** Undefined for one that is not stored. */
  readonly firstSeenAt: number | undefined;
}

function decide(mentions: readonly Mention[], stored: ById<Known>): Plan {
  const owned = byId<Owned>();
  const all: Owned[] = [];
  const joined: { gone: number; kept: number }[] = [];
  const own = (id: Id, person: Person, firstSeenAt?: number): Owned => {
    const one: Owned = { id, person, earliest: Number.POSITIVE_INFINITY, firstSeenAt };
    owned[id.kind].set(id.value, one);
    all.push(one);
    return one;
  };
  const ownerOf = (id: Id): Owned | undefined => {
    const known = owned[id.kind].get(id.value);
    if (known !== undefined) return known;
    const before = stored[id.kind].get(id.value);
    return before && own(id, before.person, before.firstSeenAt);
  };

  const people = mentions.map(({ ids, at, forced }) => {
    const [strongest, ...weaker] = ids;
    const first = ownerOf(strongest);
    let person = first && self(first.person);
    for (const id of weaker) {
      const owner = ownerOf(id);
      const other = owner && self(owner.person);
      if (other === undefined || other === person) continue;
      if (!forced && !mayJoin(other, strongest.kind, person)) continue;
      person = person === undefined ? other : join(person, other, joined);
    }
    person ??= newPerson(null);
    for (const id of ids) {
      let one = ownerOf(id);
      if (one === undefined) {
        one = own(id, person);
        person.has[id.kind] = true;
      } else if (self(one.person) !== person) continue;
      if (at < one.earliest) one.earliest = at;
    }
    return person;
  });

  const seen = all.flatMap(({ id, person, earliest, firstSeenAt }) => {
    if (earliest >= (firstSeenAt ?? Number.POSITIVE_INFINITY)) return [];
    return [{ ...id, person: self(person), at: earliest, isNew: firstSeenAt === undefined }];
  });
  seen.sort((a, b) => byCodePoints(a.value, b.value) || byCodePoints(a.kind, b.kind));
  const fresh = new Map<Person, number>();
  people.forEach((person, i) => {
    const one = self(person);
    if (one.contactId !== null) return;
    fresh.set(one, Math.min(fresh.get(one) ?? Number.POSITIVE_INFINITY, mentions[i]?.at ?? 0));
  });
  return { people: people.map(self), joined, seen, fresh };
}

/** Whether the contact of a weaker id is the person of the strongest, by what else is known of it. */
function mayJoin(other: Person, kind: Kind, person: Person | undefined): boolean {
  if (other.has[kind]) return false;
  return !(person?.has.user_id && other.has.user_id);
}

/** The stronger of two people, which the other is from now on. */
function join(a: Person, b: Person, joined: { gone: number; kept: number }[]): Person {
  const [kept, gone] = isStronger(a, b) ? [a, b] : [b, a];
  gone.is = kept;
  for (const kind of KINDS) kept.has[kind] ||= gone.has[kind];
  if (kept.contactId !== null && gone.contactId !== null) joined.push({ gone: gone.contactId, kept: kept.contactId });
  // A number that is there is kept, whoever had it.
  kept.contactId ??= gone.contactId;
  return kept;
}

function isStronger(a: Person, b: Person): boolean {
  for (const kind of KINDS) if (a.has[kind] !== b.has[kind]) return a.has[kind];
  return (a.contactId ?? Number.POSITIVE_INFINITY) <= (b.contactId ?? Number.POSITIVE_INFINITY);
}

/**
 * Writes the ids of a plan.
 * @returns those that are new or were seen earlier than before; null where somebody else has just written one of them,
 * and all must be looked up again
 */
export async function keepIds(tx: Db, plan: Plan): Promise<Seen[] | null> {
  await number(tx, [...plan.fresh.keys()]);
  const seen = plan.seen.map(({ kind, value, at, isNew, person }) => {
    return { kind, value, at, isNew, contactId: person.contactId ?? 0 };
  });
  const fresh = seen.filter(({ isNew }) => isNew);
  if (fresh.length > 0) {
    // In order, so that two transactions that write the same ids wait for each other and never crosswise.
    const written = await tx.rows(
      `insert into identity (value, kind, contact_id, first_seen_at)
       select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) as fresh (value, kind, contact_id, at)
       order by value collate "C", kind collate "C" on conflict do nothing returning 1`,
      columnsOf(fresh),
    );
    if (written.length < fresh.length) return null;
  }
  const earlier = seen.filter(({ isNew }) => !isNew);
  if (earlier.length > 0) {
    await tx.rows(
      `update identity set first_seen_at = least(first_seen_at, fresh.at)
       from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) as fresh (value, kind, contact_id, at)
       where identity.value = fresh.value and identity.kind = fresh.kind`,
      columnsOf(earlier),
    );
  }
  return seen;
}

const columnsOf = (seen: readonly Seen[]): string[] => [
  texts(seen.map(({ value }) => value)),
  texts(seen.map(({ kind }) => kind)),
  bigints(seen.map(({ contactId }) => contactId)),
  bigints(seen.map(({ at }) => at)),
];

async function number(tx: Db, people: readonly Person[]): Promise<void> {
  if (people.length === 0) return;
  const ids = await tx.rows<{ id: number }>("select nextval('contact_id') as id from generate_series(1, $1::integer)", [
    people.length,
  ]);
  people.forEach((person, i) => {
    person.contactId = ids[i]?.id ?? 0;
  });
}
