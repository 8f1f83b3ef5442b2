/**
 * What is made up, and what the made-up past of sales is played over. It decides how somebody made up is told from
 * somebody real; it refuses to know what made-up people do.
 */

import { bigints } from './columns.ts';
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

export async function writePlayed(db: Db, share: number): Promise<void> {
  await db.rows(
    'insert into setting (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value',
    [PLAYED, JSON.stringify(share)],
  );
}

/** The version of the model that made-up leads are scored by; null where there is none, as when all of it was taken out. */
export async function demoVersion(db: Db): Promise<number | null> {
  const [found] = await db.rows<{ id: number }>(
    `select model_id as id from model where name = '${DEMO}' and published_by = '${DEMO}' and state = 'serving'`,
  );
  return found?.id ?? null;
}

const OF_DEMO = `exists (select from trait t join source s on s.source_id = t.source_id
  where t.contact_id = c.contact_id and s.kind = '${DEMO}')`;

/** Whether every made-up contact and company is scored, and none waits to be scored anew. */
export async function isDemoScored(db: Db, version: number): Promise<boolean> {
  const [open] = await db.rows(
    `select from contact c where ${OF_DEMO} and (
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
     join identity i on i.contact_id = m.contact_id and i.kind = 'user_id' and i.value like 'made-up-%'
     join contact c on c.contact_id = m.contact_id
     where m.model_id = $1 and m.undone_at is null and m.at >= $2 and m.at <= $3 and ${OF_DEMO}
       and exists (select from move e where e.contact_id = m.contact_id and e.model_id = $1 and e.undone_at is null
         and e.at >= $2 and e.at <= $3 and e.to_stage = any($4::text[]))
     order by m.at, m.contact_id`,
    [version, from, to, stages],
  );

/** Has the notices of hand-offs up to an instant read by whom they are for. */
export async function seeNoticesUpTo(db: Db, until: number): Promise<void> {
  await db.rows('update handoff_notice set seen_at = at where at <= $1 and seen_at is null', [until]);
}

/** Takes out what made-up people of marketing and sales agreed on, promised and had, when no lead of theirs is left. */
export async function removeMadeUpSales(tx: Db): Promise<void> {
  const agreed = `select name from agreement where proposed_by like $1 and not exists
    (select from agreement o where o.name = agreement.name and o.proposed_by not like $1)`;
  await tx.rows(`delete from review where name in (${agreed})`, [MADE_UP_PEOPLE]);
  await tx.rows(`delete from agreement_comment where name in (${agreed})`, [MADE_UP_PEOPLE]);
  await tx.rows(`delete from agreement_draft where name in (${agreed})`, [MADE_UP_PEOPLE]);
  await tx.rows(`delete from handoff_notice where details ->> 'agreement' in (${agreed}) or recipient like $1`, [
    MADE_UP_PEOPLE,
  ]);
  await tx.rows('delete from agreement where proposed_by like $1', [MADE_UP_PEOPLE]);
  await tx.rows('delete from absence where email like $1', [MADE_UP_PEOPLE]);
  await tx.rows('delete from seller where email like $1 or changed_by like $1', [MADE_UP_PEOPLE]);
  await tx.rows('delete from goal where changed_by like $1', [MADE_UP_PEOPLE]);
  await tx.rows('delete from setting where key = $1', [PLAYED]);
  // Whoever looked for hand-offs did so for the made-up ones alone.
  await tx.rows(
    'update move set handed = null where handed is not null and not exists (select from agreement where in_force_from is not null)',
  );
}
