/**
 * People and their roles, and how often a password was tried. It decides that there is always an administrator; it
 * refuses to know sessions and passwords, which are the users' library's.
 */

import { randomUUID } from 'node:crypto';
import { ScorelineError } from '../core/errors.ts';
import { recordDeed } from './audit.ts';
import type { Db } from './db.ts';
import { retireSeller } from './sellers.ts';

export const roles = ['administrator', 'marketing', 'sales', 'leadership', 'viewer'] as const;
export type Role = (typeof roles)[number];

/** Roles of people who can be given leads. */
const SELLING: readonly Role[] = ['sales', 'administrator'];

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** Milliseconds, UTC. */
  readonly createdAt: number;
}

export interface By {
  readonly by: string;
  readonly now: number;
}

const PERSON = `id, email, name, role, (extract(epoch from created_at) * 1000)::bigint as "createdAt"`;

/** By e-mail address, those after the address `after` only. */
export function listPeople(db: Db, { after, limit }: { after: string | null; limit: number }): Promise<Person[]> {
  return db.rows<Person>(
    `select ${PERSON} from person where $1::text is null or email collate "C" > $1
     order by email collate "C" limit $2`,
    [after, limit],
  );
}

export interface NewPerson {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** As the users' library hashes it; null for one who signs in with another service. */
  readonly passwordHash: string | null;
}

/** @throws ScorelineError `conflict` where somebody has that address */
export function addPerson(db: Db, { email, name, role, passwordHash }: NewPerson, { by, now }: By): Promise<Person> {
  return db.transaction(async (tx) => {
    const [person] = await tx.rows<Person>(
      `insert into person (id, name, email, email_verified, role, created_at, updated_at)
       values ($1, $2, $3, true, $4, to_timestamp($5::double precision / 1000), to_timestamp($5::double precision / 1000))
       on conflict (email) do nothing returning ${PERSON}`,
      [randomUUID(), name, email.toLowerCase(), role, now],
    );
    if (person === undefined) throw new ScorelineError('conflict', `somebody has the address ${email} already`);
    if (passwordHash !== null) await writePassword(tx, person.id, passwordHash, now);
    await recordDeed(tx, { at: now, who: by, action: 'person.add', subject: person.email, details: { role } });
    return person;
  });
}

async function writePassword(tx: Db, personId: string, hash: string, now: number): Promise<void> {
  await tx.rows(
    `insert into sign_in (id, account_id, provider_id, person_id, password, created_at, updated_at)
     values ($1, $2, 'credential', $2, $3, to_timestamp($4::double precision / 1000), to_timestamp($4::double precision / 1000))
     on conflict (provider_id, account_id) do update set password = excluded.password, updated_at = excluded.updated_at`,
    [randomUUID(), personId, hash, now],
  );
}

/** A new password for somebody who lost theirs; all their sessions end. Null where there is no such person. */
export function resetPassword(db: Db, id: string, hash: string, { by, now }: By): Promise<Person | null> {
  return db.transaction(async (tx) => {
    const [person] = await tx.rows<Person>(`select ${PERSON} from person where id = $1 for update`, [id]);
    if (person === undefined) return null;
    await writePassword(tx, id, hash, now);
    await tx.rows('delete from session where person_id = $1', [id]);
    await recordDeed(tx, { at: now, who: by, action: 'person.password', subject: person.email });
    return person;
  });
}

/**
 * Null where there is no such person.
 * @throws ScorelineError `conflict` where nobody would be left to administer
 */
export function changeRole(db: Db, id: string, role: Role, { by, now }: By): Promise<Person | null> {
  return keepingAdministrator(db, async (tx) => {
    const [before] = await tx.rows<Person>(`select ${PERSON} from person where id = $1 for update`, [id]);
    if (before === undefined) return null;
    await tx.rows('update person set role = $2, updated_at = to_timestamp($3::double precision / 1000) where id = $1', [
      id,
      role,
      now,
    ]);
    if (!SELLING.includes(role)) await retireSeller(tx, before.email, { by, now });
    const details = { from: before.role, to: role };
    await recordDeed(tx, { at: now, who: by, action: 'person.role', subject: before.email, details });
    return { ...before, role };
  });
}

/** Somebody who is gone: sessions end at once. False where there is no such person. @throws as `changeRole` */
export function removePerson(db: Db, id: string, { by, now }: By): Promise<boolean> {
  return keepingAdministrator(db, async (tx) => {
    const [gone] = await tx.rows<Person>(`delete from person where id = $1 returning ${PERSON}`, [id]);
    if (gone === undefined) return false;
    await retireSeller(tx, gone.email, { by, now });
    await recordDeed(tx, { at: now, who: by, action: 'person.remove', subject: gone.email });
    return true;
  });
}

const ADMINISTRATORS = `select count(*)::integer as n from person where role = 'administrator'`;

function keepingAdministrator<T>(db: Db, work: (tx: Db) => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    // Two administrators who take each other's role away at once would each still see the other.
    await tx.rows('lock table person in share row exclusive mode');
    const result = await work(tx);
    const [left] = await tx.rows<{ n: number }>(ADMINISTRATORS);
    if (left?.n === 0) throw new ScorelineError('conflict', 'nobody would be left to administer');
    return result;
  });
}

export async function hasAdministrator(db: Db): Promise<boolean> {
  const [there] = await db.rows<{ n: number }>(ADMINISTRATORS);
  return (there?.n ?? 0) > 0;
}

/** How often a password may be tried for one subject in a while, in milliseconds. */
export interface Patience {
  readonly most: number;
  readonly window: number;
}

/**
 * Counts a try before it is made, so that many at once count each.
 * @returns milliseconds to wait where there were too many already, else 0
 */
export async function countAttempt(db: Db, subject: string, { most, window }: Patience, now: number): Promise<number> {
  const [row] = await db.rows<{ tried: number; since: number }>(
    `insert into attempt as a (subject, tried, since) values ($1, 1, $2)
     on conflict (subject) do update set
       tried = case when a.since <= $3 then 1 else least(a.tried + 1, 1000000) end,
       since = case when a.since <= $3 then $2 else a.since end
     returning tried, since`,
    [subject, now, now - window],
  );
  return row === undefined || row.tried <= most ? 0 : row.since + window - now;
}

/** Forgets the tries of a subject, and all that are older than `before`. */
export async function forgetAttempts(db: Db, subject: string, before: number): Promise<void> {
  await db.rows('delete from attempt where subject = $1 or since <= $2', [subject, before]);
}

/** What stands under a key of the settings that the program makes for itself: `made` when it is asked for first. */
export async function ownSetting(db: Db, key: string, made: string): Promise<string> {
  await db.rows('insert into setting (key, value) values ($1, $2) on conflict do nothing', [key, JSON.stringify(made)]);
  const [kept] = await db.rows<{ value: string }>('select value from setting where key = $1', [key]);
  return kept?.value ?? made;
}
