/**
 * Companies as those who sell to them look at them: with what their people do. It decides who counts as engaged (did
 * something in a while) and in which order people are shown; it refuses to know what titles mean, and how companies are
 * found.
 */

import type { Facts, Json } from '../core/ingest.ts';
import { bigints } from './columns.ts';
import type { Db } from './db.ts';

/** People of one company that are looked at: those with the highest score. */
const PEOPLE_LOOKED_AT = 500;

/** What people of a company come to. */
export interface RollUp {
  readonly companyId: number;
  /** In the highest band of the model's main score. */
  readonly hot: number;
  /** Did something since an instant. */
  readonly engaged: number;
  /** The latest event that counts; null for none. */
  readonly newestAt: number | null;
}

/**
 * What people of companies come to; in a company of very many, engagement is that of those with the highest scores.
 * @param main the score that says most, and its highest band; null for none
 */
export function rollUpPeople(
  db: Db,
  modelId: number | null,
  companies: readonly number[],
  { main, hot, since }: { main: string | null; hot: string | null; since: number },
): Promise<RollUp[]> {
  return db.rows<RollUp>(
    `select k.company_id as "companyId", people.hot, active.engaged, active."newestAt"
     from unnest($1::bigint[]) as k (company_id)
     cross join lateral (select count(*)::integer as hot from contact c join score p on p.contact_id = c.contact_id and p.model_id = $2 and p.name = $3
       where c.company_id = k.company_id and p.band = $4) people
     cross join lateral (select count(*) filter (where e.at >= $5)::integer as engaged, max(e.at) as "newestAt"
       from (select c.contact_id from contact c left join score p on p.contact_id = c.contact_id and p.model_id = $2
           and p.name = $3 where c.company_id = k.company_id order by p.points desc nulls last, c.contact_id
         limit ${PEOPLE_LOOKED_AT}) c
       cross join lateral (select at from event e where e.contact_id = c.contact_id and e.voided_at is null
         and e.machine is null order by at desc limit 1) e) active`,
    [bigints(companies), modelId, main, hot, since],
  );
}

/** Somebody of a company, and what they did last. */
export interface Member {
  readonly contactId: number;
  /** Of the main score, in millionths; null without data. */
  readonly points: number | null;
  readonly title: Json | null;
  readonly lastName: string | null;
  readonly lastAt: number | null;
}

/** People of a company, the highest score first, those after a place only. */
export function listMembers(
  db: Db,
  modelId: number | null,
  main: string | null,
  companyId: number,
  { after, limit }: { after: { points: number | null; contactId: number } | null; limit: number },
): Promise<Member[]> {
  return db.rows<Member>(
    `select c.contact_id as "contactId", c.points, c.title, e.name as "lastName", e.at as "lastAt"
     from (select c.contact_id, c.traits->'title' as title, p.points from contact c
         left join score p on p.contact_id = c.contact_id and p.model_id = $2 and p.name = $3
         where c.company_id = $1 and ($5::bigint is null or ($4::bigint is null and p.points is null and c.contact_id > $5)
           or ($4::bigint is not null and (p.points is null or p.points < $4 or (p.points = $4 and c.contact_id > $5))))
         order by p.points desc nulls last, c.contact_id limit $6) c
     left join lateral (select name, at from event e where e.contact_id = c.contact_id and e.voided_at is null
       and e.machine is null order by at desc, event_id desc limit 1) e on true
     order by c.points desc nulls last, c.contact_id`,
    [companyId, modelId, main, after?.points ?? null, after?.contactId ?? null, limit],
  );
}

/** The people of a company whose titles and deeds tell which roles are known. */
export const membersForRoles = (db: Db, modelId: number | null, main: string | null, companyId: number) =>
  listMembers(db, modelId, main, companyId, { after: null, limit: PEOPLE_LOOKED_AT });

/** What each rule about a company gave, in millionths, as it was last written; null until the company was scored. */
export async function companyParts(
  db: Db,
  companyId: number,
  modelId: number,
): Promise<{ readonly asOf: number; readonly parts: Readonly<Record<string, number>> } | null> {
  const [row] = await db.rows<{ asOf: number; parts: Record<string, number> }>(
    'select as_of as "asOf", parts from company_standing where company_id = $1 and model_id = $2',
    [companyId, modelId],
  );
  return row ?? null;
}

/** What a company scored over time under all versions of a model, the latest first. */
export function companyHistory(
  db: Db,
  companyId: number,
  model: string,
  { before, limit }: { before: number | null; limit: number },
): Promise<{ readonly at: number; readonly scores: Facts }[]> {
  return db.rows(
    `select distinct on (h.at) h.at, h.scores from company_history h join model m on m.model_id = h.model_id
     where h.company_id = $1 and m.name = $2 and m.served_from is not null and h.at >= m.served_from
       and (m.served_until is null or h.at < m.served_until) and ($3::bigint is null or h.at < $3)
     order by h.at desc limit $4`,
    [companyId, model, before, limit],
  );
}
