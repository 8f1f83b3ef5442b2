/**
 * Companies, by the key that a source gives or by the domain of a mail address. It decides that each key and each
 * domain has one company, and how a company's traits change in time; it refuses to know which domains are companies'.
 */

import type { Facts, Json } from '../core/ingest.ts';
import { byCodePoints } from '../core/text.ts';
import { bigints, jsonColumn, jsons, texts } from './columns.ts';
import type { Db } from './db.ts';
import { readingsOf } from './readings.ts';
import { type Change, keepTraits, readLatest } from './traits.ts';

/** By key or by domain, which company. */
export interface CompanyIds {
  readonly byKey: ReadonlyMap<string, number>;
  readonly byDomain: ReadonlyMap<string, number>;
}

/** Keys and domains that companies are wanted for, each with the instant it was first heard of. */
export interface Wanted {
  readonly keys: ReadonlyMap<string, number>;
  readonly domains: ReadonlyMap<string, number>;
}

/** Finds the companies and makes those that are missing. */
export async function companiesOf(tx: Db, wanted: Wanted): Promise<CompanyIds> {
  if (wanted.keys.size + wanted.domains.size === 0) return { byKey: new Map(), byDomain: new Map() };
  const found = await lookUp(tx, wanted);
  const keys = [...wanted.keys].filter(([key]) => !found.byKey.has(key)).sort(byName);
  const domains = [...wanted.domains].filter(([domain]) => !found.byDomain.has(domain)).sort(byName);
  if (keys.length + domains.length === 0) return found;
  // In order, so that two transactions never wait for each other.
  for (const [column, missing] of [['key', keys] as const, ['domain', domains] as const]) {
    if (missing.length === 0) continue;
    await tx.rows(
      `insert into company (company_id, ${column}, created_at)
       select nextval('company_id'), name, at from unnest($1::text[], $2::bigint[]) as fresh (name, at) order by name
       on conflict do nothing`,
      [texts(missing.map(([name]) => name)), bigints(missing.map(([, at]) => at))],
    );
  }
  return lookUp(tx, wanted);
}

const byName = ([a]: readonly [string, number], [b]: readonly [string, number]): number => byCodePoints(a, b);

/** Companies with the domains beside their first one, of those that are the statement's second value. */
const FURTHER = `select company_id, null as key, domain from domain_claim
  where undone_at is null and domain = any($2::text[])`;

/** The domains of the company `k`, its first one first. */
export const DOMAINS = `coalesce((select json_agg(d.domain order by d.domain <> k.domain, d.claim_id) from domain_claim d
    where d.company_id = k.company_id and d.undone_at is null),
  case when k.domain is null then '[]' else json_build_array(k.domain) end)`;

async function lookUp(tx: Db, { keys, domains }: Wanted): Promise<CompanyIds> {
  const rows = await tx.rows<{ company_id: number; key: string | null; domain: string | null }>(
    `select company_id, key, domain from company where key = any($1::text[]) or domain = any($2::text[])
     union all ${FURTHER}`,
    [texts([...keys.keys()]), texts([...domains.keys()])],
  );
  return {
    byKey: new Map(rows.flatMap(({ key, company_id }) => (key === null ? [] : [[key, company_id] as const]))),
    byDomain: new Map(
      rows.flatMap(({ domain, company_id }) => (domain === null ? [] : [[domain, company_id] as const])),
    ),
  };
}

/** Keeps what changed about companies, and has their contacts scored anew from the earliest change on. */
export async function changeCompanies(tx: Db, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  const earliest = new Map<number, number>();
  for (const { id, at } of changes) earliest.set(id, Math.min(earliest.get(id) ?? at, at));
  const ids = [...earliest.keys()].sort((a, b) => a - b);
  const since = ids.map((id) => earliest.get(id) ?? 0);
  // Whoever writes traits of a company holds its row, so that the latest values are seen by whoever comes next.
  await tx.rows(
    `insert into company (company_id, created_at)
     select * from unnest($1::bigint[], $2::bigint[]) as touched (company_id, created_at) order by company_id
     on conflict (company_id) do update set created_at = least(company.created_at, excluded.created_at)`,
    [bigints(ids), bigints(since)],
  );
  await keepTraits(tx, 'company', changes);
  const latest = await readLatest(tx, 'company', changes);
  const stored = await tx.rows<{ company_id: number; traits: Facts }>(
    'select company_id, traits from company where company_id = any($1::bigint[])',
    [bigints(ids)],
  );
  const snapshots = stored.map(({ company_id, traits }) => {
    const changed = { ...traits, ...latest.get(company_id) };
    return { company_id, traits: Object.fromEntries(Object.entries(changed).filter(isPresent)) };
  });
  await tx.rows(
    `update company set traits = fresh.traits::jsonb, readings = fresh.readings::jsonb
     from unnest($1::bigint[], ${jsonColumn('$2')}, ${jsonColumn('$3')}) as fresh (company_id, traits, readings)
     where company.company_id = fresh.company_id`,
    [
      bigints(snapshots.map(({ company_id }) => company_id)),
      jsons(snapshots.map(({ traits }) => JSON.stringify(traits))),
      jsons(snapshots.map(({ traits }) => JSON.stringify(readingsOf(traits)))),
    ],
  );
  await tx.rows(
    `insert into changed (lane, contact_id, since)
     select contact_id & 63, contact_id, touched.since from contact
     join unnest($1::bigint[], $2::bigint[]) as touched (company_id, since) using (company_id)`,
    [bigints(ids), bigints(since)],
  );
  // A contact's scores may stay as they are, and nobody would look at the company.
  await tx.rows(
    `insert into changed_company (company_id, model_id, since)
     select company_id, model_id, since from unnest($1::bigint[], $2::bigint[]) as touched (company_id, since), model
     where state <> 'retired'`,
    [bigints(ids), bigints(since)],
  );
}

const isPresent = ([, value]: [string, Json]): boolean => value !== null;
