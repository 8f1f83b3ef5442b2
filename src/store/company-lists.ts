/**
 * Companies as they are shown: with their scores under one model, how many contacts they have, and in which roles. It
 * decides what is read together; it refuses to know how they were found.
 */

import type { Facts } from '../core/ingest.ts';
import { bigints } from './columns.ts';
import { DOMAINS } from './companies.ts';
import type { StoredScore } from './contacts.ts';
import type { Db } from './db.ts';

export interface KnownCompany {
  readonly companyId: number;
  readonly key: string | null;
  /** The first of them. */
  readonly domain: string | null;
  readonly domains: readonly string[];
  readonly createdAt: number;
  readonly traits: Facts;
  readonly contacts: number;
  readonly scores: readonly StoredScore[];
  /** For when the scores hold; null until it was scored. */
  readonly asOf: number | null;
  readonly nextChangeAt: number | null;
}

/** Those of the companies that are there, in the order asked for, as one model sees them; null for no model. */
export async function readCompanies(db: Db, ids: readonly number[], modelId: number | null): Promise<KnownCompany[]> {
  if (ids.length === 0) return [];
  const rows = await db.rows<KnownCompany>(
    `select k.company_id as "companyId", k.key, k.domain, ${DOMAINS} as domains,
       k.created_at as "createdAt", k.traits, coalesce(n.contacts, 0) as contacts, s.as_of as "asOf", s.next_change_at as "nextChangeAt",
       coalesce((select json_agg(json_build_object('name', p.name, 'points', p.points, 'grade', p.grade,
          'band', p.band, 'cell', p.cell) order by p.name)
         from company_score p where p.company_id = k.company_id and p.model_id = $2), '[]'::json) as scores
     from company k left join company_standing s on s.company_id = k.company_id and s.model_id = $2
     left join (select company_id, count(*) as contacts from contact where company_id = any($1::bigint[])
       group by company_id) n on n.company_id = k.company_id
     where k.company_id = any($1::bigint[])`,
    [bigints(ids), modelId],
  );
  const byId = new Map(rows.map((row) => [row.companyId, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/**
 * The numbers of companies, in their order.
 * @param only by key or domain; all after `after` where none of them is named
 */
export async function listCompanyIds(
  db: Db,
  only: { readonly key?: string; readonly domain?: string },
  { after, limit }: { after: number; limit: number },
): Promise<number[]> {
  const rows = await db.rows<{ id: number }>(
    `select company_id as id from company where company_id > $1 and ($2::text is null or key = $2)
       and ($3::text is null or domain = $3 or company_id =
         (select c.company_id from domain_claim c where c.domain = $3 and c.undone_at is null)) order by company_id limit $4`,
    [after, only.key ?? null, only.domain ?? null, limit],
  );
  return rows.map(({ id }) => id);
}

/** People of a company who have one title, whatever its case and accents. */
export interface Role {
  /** As most of them write it; null for those without. */
  readonly title: string | null;
  readonly contacts: number;
  /** Those of them whose score is above 0. */
  readonly engaged: number;
  /** The highest score among them, in millionths of a point. */
  readonly best: number | null;
}

/** More titles than that no page shows. */
const MOST_ROLES = 200;

/** The roles in a company by one score of its contacts, the most engaged first. Disqualified people do not count. */
export const listRoles = (db: Db, companyId: number, modelId: number | null, score: string): Promise<Role[]> =>
  db.rows<Role>(
    `select mode() within group (order by c.traits->>'title') as title, count(*) as contacts,
       count(*) filter (where p.points > 0) as engaged, max(p.points) as best
     from contact c left join standing s on s.contact_id = c.contact_id and s.model_id = $2
     left join score p on p.contact_id = c.contact_id and p.model_id = $2 and p.name = $3
     where c.company_id = $1 and s.disqualified is null
     group by c.readings->'text'->>'title'
     order by max(p.points) desc nulls last, count(*) desc, c.readings->'text'->>'title' limit ${MOST_ROLES}`,
    [companyId, modelId, score],
  );
