/**
 * What is made up, and what the made-up past of sales is played over. It decides how somebody made up is told from
 * somebody real; it refuses to know what made-up people do.
 */

import { bigints, integers } from './columns.ts';
import type { Db } from './db.ts';

/** What the made-up source, and whoever published the model for it, are called. */
export const DEMO = 'demo';
/** All made-up people of marketing and sales have such an address, and nobody real has. */
const MADE_UP_DOMAIN = '@made-up.example';
/** The same for `like`. */
export const MADE_UP_PEOPLE = `%${MADE_UP_DOMAIN}`;

export const isMadeUp = (address: string): boolean => address.endsWith(MADE_UP_DOMAIN);

/** Of some contacts those that are made up: nobody outside is told of them. */
export async function madeUpAmong(db: Db, ids: readonly number[]): Promise<number[]> {
  if (ids.length === 0) return [];
  const rows = await db.rows<{ id: number }>(
    `select distinct t.contact_id as id from trait t join source s on s.source_id = t.source_id
     where t.contact_id = any($1::bigint[]) and s.kind = '${DEMO}'`,
    [bigints(ids)],
  );
  return rows.map(({ id }) => id);
}

/** How much of the made-up past is played: a share below 1 while it is, 1 once it was, or was not wanted. */
const PLAYED = 'demo.played';

export async function readPlayed(db: Db): Promise<number | null> {
  const [kept] = await db.rows<{ value: number }>('select value from setting where key = $1', [PLAYED]);
  return kept?.value ?? null;
}

/** Says that it is still to be played, unless it was. */
export async function awaitPlay(db: Db): Promise<void> {
  await db.rows(`insert into setting (key, value) values ($1, '0') on conflict do nothing`, [PLAYED]);
}

/** Nothing is written where nobody asked for it, or it was taken out meanwhile. */
export async function writePlayed(db: Db, share: number): Promise<void> {
  await db.rows('update setting set value = $2 where key = $1', [PLAYED, JSON.stringify(share)]);
}

/** Whoever plays the made-up past has it, or takes all that is made up out. */
const PLAYING = 7_360_014;

/** Waits for whoever plays the past or takes it out, and keeps them off until the transaction ends. */
export async function holdPlay(tx: Db): Promise<void> {
  await tx.rows('select pg_advisory_xact_lock($1)', [PLAYING]);
}

/** The same without waiting; false where the past is being played. */
export async function claimPlay(tx: Db): Promise<boolean> {
  const [free] = await tx.rows<{ free: boolean }>('select pg_try_advisory_xact_lock($1) as free', [PLAYING]);
  return free?.free === true;
}

/** The version of the model that made-up leads are scored by; null where there is none, as when all of it was taken out. */
export async function demoVersion(db: Db): Promise<number | null> {
  const [found] = await db.rows<{ id: number }>(
    `select model_id as id from model where name = '${DEMO}' and published_by = '${DEMO}' and state = 'serving'`,
  );
  return found?.id ?? null;
}

/** The identities `i` of made-up contacts: their ids begin alike, and the demo brought them. */
export const OF_DEMO = `i.kind = 'user_id' and i.value >= 'made-up-' and i.value < 'made-up.'
  and exists (select from trait t join source s on s.source_id = t.source_id
    where t.contact_id = i.contact_id and s.kind = '${DEMO}')`;

/** Whether every made-up contact and company is scored, and none waits to be scored anew. */
export async function isDemoScored(db: Db, version: number): Promise<boolean> {
  const [open] = await db.rows(
    `select from identity i join contact c on c.contact_id = i.contact_id where ${OF_DEMO} and (
       not exists (select from standing s where s.contact_id = c.contact_id and s.model_id = $1)
       or exists (select from changed w where w.lane = c.contact_id & 63 and w.contact_id = c.contact_id)
       or exists (select from changed_company w where w.company_id = c.company_id and w.model_id = $1))
     limit 1`,
    [version],
  );
  return open === undefined;
}

/** Whether somebody agreed on something, sells or set goals: then no made-up people do it beside them. */
export async function hasRealSales(db: Db): Promise<boolean> {
  const [row] = await db.rows<{ real: boolean }>(
    `select exists (select from agreement) or exists (select from seller) or exists (select from goal) as real`,
  );
  return row?.real !== false;
}

/** A made-up contact that came to another stage. */
export interface DemoMove {
  readonly contactId: number;
  readonly userId: string;
  readonly at: number;
  readonly to: string | null;
}

/** The moves, from one instant up to another, of made-up contacts that came into one of some stages then. */
export const demoMoves = (
  db: Db,
  version: number,
  { from, to, stages }: { from: number; to: number; stages: readonly string[] },
): Promise<DemoMove[]> =>
  db.rows<DemoMove>(
    `select m.contact_id as "contactId", i.value as "userId", m.at, m.to_stage as "to" from move m
     join identity i on i.contact_id = m.contact_id
     where m.model_id = $1 and m.undone_at is null and m.at >= $2 and m.at <= $3 and ${OF_DEMO}
       and exists (select from move e where e.contact_id = m.contact_id and e.model_id = $1 and e.undone_at is null
         and e.at >= $2 and e.at <= $3 and e.to_stage = any($4::text[]))
     order by m.at, m.contact_id`,
    [version, from, to, stages],
  );

/** Whether all of some contacts are there still: none was merged into another, or erased. */
export async function areThere(db: Db, contacts: readonly number[]): Promise<boolean> {
  const [row] = await db.rows<{ n: number }>('select count(*) as n from contact where contact_id = any($1::bigint[])', [
    bigints(contacts),
  ]);
  return row?.n === contacts.length;
}

/** Has the notices of hand-offs up to an instant read by whom they are for. */
export async function seeNoticesUpTo(db: Db, until: number): Promise<void> {
  await db.rows('update handoff_notice set seen_at = at where at <= $1 and seen_at is null', [until]);
}

/**
 * Takes out what made-up people of marketing and sales agreed on, promised and had, and what was said of agreements of which
 * no version is left. Before the models go, for agreements go with them.
 * @param models versions that are taken out, and with them the agreements that use their names, whoever proposed them
 */
export async function removeMadeUpSales(tx: Db, models: readonly number[]): Promise<void> {
  const going = '(proposed_by like $1 or model_id = any($2::integer[]))';
  const agreed = `select name from agreement group by name having bool_and(${going})`;
  const values = [MADE_UP_PEOPLE, integers(models)];
  for (const table of ['review', 'agreement_comment', 'agreement_draft'])
    await tx.rows(`delete from ${table} where name in (${agreed})`, values);
  await tx.rows(`delete from handoff_notice where details ->> 'agreement' in (${agreed}) or recipient like $1`, values);
  await tx.rows(`delete from agreement where ${going}`, values);
  await tx.rows('delete from absence where email like $1', [MADE_UP_PEOPLE]);
  await tx.rows('delete from seller where email like $1 or changed_by like $1', [MADE_UP_PEOPLE]);
  await tx.rows('delete from goal where changed_by like $1', [MADE_UP_PEOPLE]);
  await tx.rows('delete from setting where key = $1', [PLAYED]);
}
