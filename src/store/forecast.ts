/**
 * What forecasts are made of: who came to a stage in which week, a fair part of the contacts, and what became of what was
 * handed over. It decides that every contact is as likely to be in the part as any other; it refuses to know what is
 * concluded.
 */

import type { Lead } from '../core/cohorts.ts';
import type { Db } from './db.ts';

/** How many contacts there are. */
export async function countContacts(db: Db): Promise<number> {
  const [found] = await db.rows<{ contacts: number }>('select count(*) as contacts from contact');
  return found?.contacts ?? 0;
}

/** Every so-many-th contact by its number, which says nothing but the order of arrival. */
export async function someContacts(db: Db, every: number): Promise<number[]> {
  const rows = await db.rows<{ id: number }>(
    'select contact_id as id from contact where contact_id % $1::bigint = 0 order by contact_id',
    [every],
  );
  return rows.map(({ id }) => id);
}

/**
 * How many contacts came to one of the stages from outside of them, in each whole week up to `until`, the oldest first,
 * while a version of the model served. What publishing itself moved does not count.
 */
export async function entriesPerWeek(
  db: Db,
  { model, stages, until, weeks }: { model: string; stages: readonly string[]; until: number; weeks: number },
): Promise<number[]> {
  const rows = await db.rows<{ ago: number; contacts: number }>(
    `select ($3::bigint - v.at) / 604800000 as ago, count(distinct v.contact_id) as contacts
     from move v join model m using (model_id)
     where m.name = $1 and v.to_stage = any($2::text[]) and (v.from_stage is null or v.from_stage <> all($2::text[]))
       and v.undone_at is null and not v.held and v.at > $3::bigint - $4::bigint * 604800000 and v.at <= $3
       and v.at > m.published_at and v.at >= m.served_from and (m.served_until is null or v.at < m.served_until)
     group by 1`,
    [model, stages, until, weeks],
  );
  const counts = new Array<number>(weeks).fill(0);
  for (const { ago, contacts } of rows) counts[weeks - 1 - ago] = contacts;
  return counts;
}

/** Since when versions of a model have served, in milliseconds; null where none ever did. */
export async function servedSince(db: Db, model: string): Promise<number | null> {
  const [found] = await db.rows<{ since: number | null }>(
    'select min(served_from) as since from model where name = $1',
    [model],
  );
  return found?.since ?? null;
}

/** A hand-off as a lead of a cohort. */
export interface HandedLead extends Lead {
  readonly currency: string | null;
}

/** What was handed over since an instant and given to somebody, and how it ended. What was taken back does not count. */
export const handedLeads = (db: Db, since: number): Promise<HandedLead[]> =>
  db.rows<HandedLead>(
    `select g.at as entered,
       case when h.state = any(array['won', 'lost', 'rejected', 'disqualified', 'recycled']) then h.since end as ended,
       h.state = 'won' as won, (w.fact->>'amount')::float8 as amount, w.fact->>'currency' as currency
     from handoff h
     join lateral (select f.at from handoff_fact f where f.contact_id = h.contact_id and f.handoff_id = h.handoff_id
       and f.fact->>'kind' = 'assigned' order by f.place limit 1) g on true
     left join lateral (select f.fact from handoff_fact f where f.contact_id = h.contact_id
       and f.handoff_id = h.handoff_id and f.fact->>'kind' = 'won' order by f.place desc limit 1) w on true
     where h.state <> 'withdrawn' and g.at >= $1`,
    [since],
  );
