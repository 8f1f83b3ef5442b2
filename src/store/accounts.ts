/**
 * Companies as those who sell to them look at them: found and ordered, with what their people do. It decides who counts
 * as engaged (did something in a while) and in which order people are shown; it refuses to know what titles mean.
 */

import type { Facts, Json } from '../core/ingest.ts';
import { fold } from '../core/text.ts';
import { bigints, texts } from './columns.ts';
import { DOMAINS } from './companies.ts';
import type { KnownCompany } from './company-lists.ts';
import type { Db } from './db.ts';

/** People of one company that are looked at: those with the highest score. */
const PEOPLE_LOOKED_AT = 500;

export type AccountSort =
  | { readonly by: 'score'; readonly score: string }
  | { readonly by: 'name' }
  | { readonly by: 'contacts' };

/** Where a company stands in an order: its number, and the value that it is sorted by. */
export interface AccountPlace {
  readonly companyId: number;
  readonly value: string | number | null;
}

const NAME = `coalesce(k.readings->'text'->>'name', k.domain, k.key, '')`;

/** The order of a list: what is read, which value it goes by, and what comes after a place ($3 value, $4 number). */
function orderOf(sort: AccountSort) {
  switch (sort.by) {
    case 'score':
      return {
        from: 'company k left join company_score o on o.company_id = k.company_id and o.model_id = $5 and o.name = $6',
        value: 'o.points',
        type: 'bigint',
        direction: 'desc nulls last',
        after: `(($3::bigint is null and o.points is null and k.company_id > $4) or ($3::bigint is not null
          and (o.points is null or o.points < $3::bigint or (o.points = $3::bigint and k.company_id > $4))))`,
      };
    case 'name':
      return {
        from: 'company k',
        value: `${NAME} collate "C"`,
        type: 'text',
        direction: 'asc',
        after: `(${NAME} collate "C", k.company_id) > ($3::text, $4)`,
      };
    case 'contacts':
      return {
        from: `company k left join (select company_id, count(*) as n from contact where company_id is not null
          group by company_id) o on o.company_id = k.company_id`,
        value: 'coalesce(o.n, 0)',
        type: 'bigint',
        direction: 'desc',
        after: '(coalesce(o.n, 0) < $3::bigint or (coalesce(o.n, 0) = $3::bigint and k.company_id > $4))',
      };
  }
}

/**
 * Companies in an order.
 * @param find words, each of which is a piece of a trait, the domain or the key
 */
export function findAccounts(
  db: Db,
  modelId: number | null,
  find: string,
  sort: AccountSort,
  { after, limit }: { after: AccountPlace | null; limit: number },
): Promise<AccountPlace[]> {
  const { from, value, type, direction, after: behind } = orderOf(sort);
  const pieces = fold(find)
    .split(' ')
    .filter((piece) => piece !== '')
    .slice(0, 8)
    .map((piece) => `%${piece.replace(/[\\%_]/g, '\\$&')}%`);
  const score = sort.by === 'score' ? [modelId ?? 0, sort.score] : [];
  return db.rows<AccountPlace>(
    `select k.company_id as "companyId", ${value} as value from ${from}
     where (select bool_and(coalesce(k.domain like piece, false)
         or exists (select from domain_claim d where d.company_id = k.company_id and d.undone_at is null and d.domain like piece)
         or coalesce(lower(k.key) like piece, false) or exists
         (select from jsonb_each_text(k.readings->'text') f where f.value like piece)) is not false
       from unnest($1::text[]) as piece)
       and ($4::bigint is null or ${after === null ? `$3::${type} is null` : behind})
     order by ${value} ${direction}, k.company_id limit $2`,
    [texts(pieces), limit, after?.value ?? null, after?.companyId ?? null, ...score],
  );
}

/** Companies by their numbers, as one model sees them, in the order of the numbers. */
export const readCompanies = (db: Db, modelId: number | null, companies: readonly number[]): Promise<KnownCompany[]> =>
  db.rows<KnownCompany>(
    `select k.company_id as "companyId", k.key, k.domain, ${DOMAINS} as domains,
       k.created_at as "createdAt", k.traits, (select count(*)::integer from contact c where c.company_id = k.company_id) as contacts,
       coalesce((select json_agg(json_build_object('name', p.name, 'points', p.points, 'grade', p.grade,
          'band', p.band, 'cell', p.cell) order by p.name)
         from company_score p where p.company_id = k.company_id and p.model_id = $2), '[]'::json) as scores
     from company k where k.company_id = any($1::bigint[]) order by k.company_id`,
    [bigints(companies), modelId],
  );

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
