/**
 * Companies as a list of them says: each with its key, its domain, and facts. It decides what becomes of a company that
 * was known by its domain alone when a list gives it a key; it refuses to know which domains are companies'.
 */

import type { Facts } from '../core/ingest.ts';
import { bigints, texts } from './columns.ts';
import { changeCompanies, companiesOf } from './companies.ts';
import type { Db } from './db.ts';
import { MERGE_LOCK } from './merges.ts';

/** All that is kept of a company. */
const TABLES = ['company_trait', 'company_standing', 'company_score', 'company_history', 'changed_company', 'company'];

export interface StatedCompany {
  readonly key: string;
  /** Registered domain; null where it has none of its own. */
  readonly domain: string | null;
  readonly traits: Facts;
  /** From when on that holds, in milliseconds UTC. */
  readonly at: number;
}

/** Keeps companies and what is said of them. No key comes twice. */
export function keepCompanies(db: Db, stated: readonly StatedCompany[], sourceId: number): Promise<void> {
  return db.transaction(async (tx) => {
    // Alone: contacts are led to companies by domain meanwhile.
    await tx.rows('select pg_advisory_xact_lock($1)', [MERGE_LOCK]);
    const domains = new Map(stated.flatMap(({ key, domain }) => (domain === null ? [] : [[domain, key] as const])));
    // The first company of a domain has it; one that has none but the domain becomes the company with the key.
    await tx.rows(
      `update company set key = fresh.key from unnest($1::text[], $2::text[]) as fresh (domain, key)
       where company.domain = fresh.domain and company.key is null
         and not exists (select from company other where other.key = fresh.key)`,
      [texts([...domains.keys()]), texts([...domains.values()])],
    );
    const { byKey } = await companiesOf(tx, {
      keys: new Map(stated.map(({ key, at }) => [key, at])),
      domains: new Map(),
    });
    await moveDomains(tx, domains, byKey, Math.min(...stated.map(({ at }) => at)));
    const changes = stated.flatMap(({ key, traits, at }) => {
      const id = byKey.get(key);
      return id === undefined ? [] : Object.entries(traits).map(([name, value]) => ({ id, name, at, value, sourceId }));
    });
    await changeCompanies(tx, changes);
  });
}

/** Companies with a key take over domains that nobody with a key has, and the contacts who were led there. */
async function moveDomains(
  tx: Db,
  domains: ReadonlyMap<string, string>,
  byKey: ReadonlyMap<string, number>,
  since: number,
): Promise<void> {
  const pairs = [...domains].flatMap(([domain, key]) => {
    const id = byKey.get(key);
    return id === undefined ? [] : [{ domain, id }];
  });
  const values = [texts(pairs.map(({ domain }) => domain)), bigints(pairs.map(({ id }) => id))];
  const wanted = 'unnest($1::text[], $2::bigint[]) as wanted (domain, company_id)';
  const gone = await tx.rows<{ gone: number; kept: number }>(
    `select old.company_id as gone, wanted.company_id as kept from ${wanted} join company old using (domain)
     join company own on own.company_id = wanted.company_id
     where old.key is null and own.domain is null and old.company_id <> wanted.company_id`,
    values,
  );
  if (gone.length > 0) {
    const moved = [bigints(gone.map((pair) => pair.gone)), bigints(gone.map((pair) => pair.kept))];
    const pairsOf = 'unnest($1::bigint[], $2::bigint[]) as pair (gone, kept)';
    await tx.rows(
      `with led as (update contact set company_id = pair.kept from ${pairsOf}
                    where contact.company_id = pair.gone returning contact_id)
       insert into changed (lane, contact_id, since) select contact_id & 63, contact_id, $3 from led`,
      [...moved, since],
    );
    for (const table of TABLES)
      await tx.rows(`delete from ${table} using ${pairsOf} where company_id = pair.gone`, moved);
  }
  await tx.rows(
    `update company set domain = wanted.domain from ${wanted}
     where company.company_id = wanted.company_id and company.domain is null
       and not exists (select from company other where other.domain = wanted.domain)`,
    values,
  );
}
