/**
 * Which company a mail domain leads to. It decides when a company that is known by a key takes a domain, and what becomes
 * of the company that was known by that domain alone; it refuses to know which domains are companies'.
 *
 * A company with a key takes the domains that it says are its own, unless another company with a key has one, or it was
 * taken away from this company by hand. Whoever was led there by mail then belongs to it.
 */

import { ScorelineError } from '../core/errors.ts';
import type { Facts, Json } from '../core/ingest.ts';
import { byCodePoints } from '../core/text.ts';
import { recordDeed } from './audit.ts';
import { bigints, jsonColumn, jsons, texts } from './columns.ts';
import { changeCompanies, companiesOf } from './companies.ts';
import type { Db } from './db.ts';
import { lockMerges } from './merges.ts';
import { type CompanyDomainOf, refresh } from './snapshots.ts';

/** A company's word on which domain is its own. */
export interface Claim {
  readonly key: string;
  /** Registered. */
  readonly domain: string;
  /** When it was said, in milliseconds UTC. */
  readonly at: number;
}

/** All that is kept of a company. */
const TABLES = ['company_trait', 'company_standing', 'company_score', 'company_history', 'changed_company', 'company'];

/** The domains that a company says are its own: its traits `domain` and `domains`, else a `website` that is a whole site. */
export function statedDomains(traits: Facts, companyDomainOf: CompanyDomainOf): string[] {
  const domainsOf = (sites: readonly (Json | undefined)[]): string[] =>
    sites.flatMap((site) => {
      const host = typeof site === 'string' ? hostOf(site.trim()) : null;
      // An address there is led where its domain leads.
      return (host === null ? null : companyDomainOf(`anybody@${host}`)) ?? [];
    });
  // A file has a list as one text.
  const texts = [traits.domain, traits.domains].flat().filter((one) => typeof one === 'string');
  const stated = domainsOf(texts.flatMap((text) => text.split(/[\s,;"[\]]+/)));
  return [...new Set(stated.length > 0 ? stated : domainsOf([traits.website]))].slice(0, MOST_STATED);
}

/** So many at once are no company's own. */
const MOST_STATED = 50;

/** A page inside of a site says nothing: many companies have one at the same network. */
function hostOf(site: string): string | null {
  const address = URL.parse(/^[a-z]+:\/\//i.test(site) ? site : `https://${site}`);
  return address !== null && /^https?:$/.test(address.protocol) && address.pathname === '/' ? address.hostname : null;
}

/** The claims that change something, each domain once, the earliest. */
export async function openClaims(tx: Db, claims: readonly Claim[], byHand = false): Promise<Claim[]> {
  if (claims.length === 0) return [];
  const open = await tx.rows<{ n: number }>(
    `select w.n from unnest($1::text[], $2::text[]) with ordinality as w (key, domain, n)
     left join company own on own.key = w.key left join company has on has.domain = w.domain
     where has.key is null and not exists (select from domain_claim c where c.domain = w.domain and c.undone_at is null)
       and ($3 or not exists (select from domain_claim c where c.company_id = own.company_id and c.domain = w.domain
                              and c.undone_at is not null))`,
    [texts(claims.map(({ key }) => key)), texts(claims.map(({ domain }) => domain)), byHand],
  );
  const sorted = open
    .map(({ n }) => n)
    .sort((a, b) => a - b)
    .flatMap((n) => claims[n - 1] ?? [])
    .sort((a, b) => a.at - b.at || byCodePoints(a.key, b.key));
  const taken = new Set<string>();
  return sorted.filter(({ domain }) => !taken.has(domain) && taken.add(domain));
}

/** Gives open claims what they ask for. Merges are locked already, so that nobody is led anywhere meanwhile. */
export async function takeDomains(tx: Db, claims: readonly Claim[]): Promise<void> {
  // A company is in one claim of a round, so that what is recorded is what was before that claim.
  for (let left = claims; left.length > 0; ) {
    const round = [...new Map(left.toReversed().map((claim) => [claim.key, claim])).values()];
    await takeRound(tx, round);
    left = left.filter((claim) => !round.includes(claim));
  }
}

async function takeRound(tx: Db, claims: readonly Claim[]): Promise<void> {
  const wanted = 'unnest($1::text[], $2::text[]) as wanted (key, domain)';
  const values = [texts(claims.map(({ key }) => key)), texts(claims.map(({ domain }) => domain))];
  // Where nobody has the key, the company of the domain gets it, and keeps its past.
  await tx.rows(
    `update company set key = wanted.key from ${wanted} where company.domain = wanted.domain
       and not exists (select from company other where other.key = wanted.key)`,
    values,
  );
  await companiesOf(tx, { keys: new Map(claims.map(({ key, at }) => [key, at])), domains: new Map() });
  const joined = await tx.rows<{ gone: number; kept: number; since: number }>(
    `select old.company_id as gone, own.company_id as kept, least(old.created_at, own.created_at) as since
     from ${wanted} join company old on old.domain = wanted.domain join company own on own.key = wanted.key
     where old.key is null`,
    values,
  );
  const moved = await join(tx, joined);
  await tx.rows(
    `update company set domain = wanted.domain from ${wanted} where company.key = wanted.key and company.domain is null`,
    values,
  );
  const taken = await tx.rows<{ id: number; key: string }>(
    'select company_id as id, key from company where key = any($1::text[])',
    [values[0]],
  );
  const idOf = new Map(taken.map(({ key, id }) => [key, id]));
  const goneOf = new Map(joined.map(({ kept, gone }) => [kept, gone]));
  const rows = claims.map(({ key, domain, at }) => {
    const id = idOf.get(key) ?? 0;
    const gone = goneOf.get(id) ?? null;
    return { id, domain, at, gone, moved: (gone === null ? undefined : moved.get(gone)) ?? NOTHING };
  });
  await tx.rows(
    `insert into domain_claim (company_id, domain, at, gone_id, moved)
     select id, domain, at, gone, moved from json_to_recordset($1::json)
       as t (id bigint, domain text, at bigint, gone bigint, moved jsonb)`,
    [JSON.stringify(rows)],
  );
}

interface TraitRow {
  readonly company_id: number;
  readonly name: string;
  readonly at: number;
  readonly value: Json;
  readonly source_id: number | null;
}

/** What `domain_claim.moved` holds. */
interface Moved {
  /** Null where no company went. */
  readonly createdAt: number | null;
  readonly traits: readonly TraitRow[];
  /** Traits of the company that was kept, at the same instants. */
  readonly covered: readonly TraitRow[];
}
const NOTHING: Moved = { createdAt: null, traits: [], covered: [] };

const traitsOf = (tx: Db, companies: readonly number[]): Promise<TraitRow[]> =>
  tx.rows<TraitRow>(
    'select company_id, name, at, value, source_id from company_trait where company_id = any($1::bigint[])',
    [bigints(companies)],
  );

/** Lets companies become others, with their contacts and traits. Returns what each took along. */
async function join(
  tx: Db,
  pairs: readonly { readonly gone: number; readonly kept: number; readonly since: number }[],
): Promise<Map<number, Moved>> {
  if (pairs.length === 0) return new Map();
  const [gone, kept] = [pairs.map((pair) => pair.gone), pairs.map((pair) => pair.kept)];
  const created = await tx.rows<{ id: number; at: number }>(
    'select company_id as id, created_at as at from company where company_id = any($1::bigint[])',
    [bigints(gone)],
  );
  const createdAt = new Map(created.map(({ id, at }) => [id, at]));
  const traits = await traitsOf(tx, [...gone, ...kept]);
  const moved = new Map(
    pairs.map((pair): [number, Moved] => {
      const own = traits.filter(({ company_id }) => company_id === pair.gone);
      const instants = new Set(own.map(({ name, at }) => `${at} ${name}`));
      const covered = traits.filter((row) => row.company_id === pair.kept && instants.has(`${row.at} ${row.name}`));
      return [pair.gone, { createdAt: createdAt.get(pair.gone) ?? pair.since, traits: own, covered }];
    }),
  );
  await tx.rows(
    `with led as (update contact set company_id = pair.kept
                  from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as pair (gone, kept, since)
                  where contact.company_id = pair.gone returning contact_id, pair.since)
     insert into changed (lane, contact_id, since) select contact_id & 63, contact_id, since from led`,
    [bigints(gone), bigints(kept), bigints(pairs.map(({ since }) => since))],
  );
  // Who belongs to it is different now, whether it has traits or not.
  await tx.rows(
    `insert into changed_company (company_id, model_id, since)
     select kept, model_id, since from unnest($1::bigint[], $2::bigint[]) as pair (kept, since), model
     where state <> 'retired'`,
    [bigints(kept), bigints(pairs.map(({ since }) => since))],
  );
  for (const table of TABLES)
    await tx.rows(`delete from ${table} where company_id = any($1::bigint[])`, [bigints(gone)]);
  await tx.rows(
    `update company set created_at = pair.since from unnest($1::bigint[], $2::bigint[]) as pair (kept, since)
     where company_id = pair.kept`,
    [bigints(kept), bigints(pairs.map(({ since }) => since))],
  );
  const keptOf = new Map(pairs.map((pair) => [pair.gone, pair.kept]));
  const changes = traits.flatMap((row) => {
    const id = keptOf.get(row.company_id);
    return id === undefined ? [] : { ...row, id, sourceId: row.source_id };
  });
  await changeCompanies(tx, changes);
  return moved;
}

/**
 * Takes a domain away from the company with a key that took it: whoever it led there belongs to a company of their own
 * again, and the company does not take it again by itself.
 * @param given the domain, or null for the first of them
 * @returns the number of the company that the domain leads to now
 * @throws ScorelineError `not_found`; `conflict` where the company took no such domain
 */
export function releaseDomain(
  db: Db,
  companyId: number,
  given: string | null,
  { by, now, companyDomainOf }: { by: string; now: number; companyDomainOf: CompanyDomainOf },
): Promise<number> {
  return db.transaction(async (tx) => {
    await lockMerges(tx);
    const [found] = await tx.rows<{ created_at: number; claim_id: number | null; domain: string } & ClaimRow>(
      `select k.created_at, c.domain, c.claim_id, c.gone_id, c.moved from company k
       left join domain_claim c on c.company_id = k.company_id and c.undone_at is null
         and c.domain = coalesce($2, k.domain)
       where k.company_id = $1`,
      [companyId, given],
    );
    if (found === undefined) throw new ScorelineError('not_found', `there is no company ${companyId}`);
    const { claim_id: claimId, domain } = found;
    if (claimId === null) {
      const what = given === null ? 'no domain beside its key' : `no domain ${given}`;
      throw new ScorelineError('conflict', `company ${companyId} took ${what}`);
    }
    await tx.rows('update domain_claim set undone_at = $2 where claim_id = $1', [claimId, now]);
    const moved = found.moved ?? NOTHING;
    const createdAt = moved.createdAt ?? found.created_at;
    // The next that it took comes first from now on.
    await tx.rows(
      `update company set domain = (select c.domain from domain_claim c
         where c.company_id = $1 and c.undone_at is null order by claim_id limit 1)
       where company_id = $1 and domain = $2`,
      [companyId, domain],
    );
    const [fresh] = await tx.rows<{ id: number }>(
      `insert into company (company_id, domain, created_at)
       values (coalesce($1::bigint, nextval('company_id')), $2, $3) returning company_id as id`,
      [found.gone_id, domain, createdAt],
    );
    if (fresh === undefined) throw new Error('a company was not made');
    await returnTraits(tx, { kept: companyId, gone: fresh.id }, moved);
    const ids = await tx.rows<{ id: number }>('select contact_id as id from contact where company_id = $1', [
      companyId,
    ]);
    await refresh(
      tx,
      ids.map(({ id }) => ({ id, name: 'email' })),
      { at: now, companyDomainOf },
    );
    await tx.rows(
      `insert into changed (lane, contact_id, since) select contact_id & 63, contact_id, $2 from contact
       where company_id = $1`,
      [fresh.id, found.created_at],
    );
    const details = { domain, company: String(fresh.id) };
    await recordDeed(tx, { at: now, who: by, action: 'company.release', subject: `company:${companyId}`, details });
    return fresh.id;
  });
}

interface ClaimRow {
  readonly gone_id: number | null;
  readonly moved: Moved | null;
}

async function returnTraits(tx: Db, { kept, gone }: { kept: number; gone: number }, moved: Moved): Promise<void> {
  if (moved.traits.length === 0) return;
  // A value that came since, at the same instant, stays.
  await tx.rows(
    `delete from company_trait using unnest($2::text[], $3::bigint[], ${jsonColumn('$4')}) as own (name, at, value)
     where company_id = $1 and company_trait.name = own.name and company_trait.at = own.at
       and company_trait.value is not distinct from nullif(own.value, 'null')::jsonb`,
    [
      kept,
      texts(moved.traits.map(({ name }) => name)),
      bigints(moved.traits.map(({ at }) => at)),
      jsons(moved.traits.map(({ value }) => JSON.stringify(value))),
    ],
  );
  await tx.rows("update company set traits = '{}', readings = '{}' where company_id = $1", [kept]);
  const rows = [
    ...(await traitsOf(tx, [kept])).map((row) => ({ ...row, id: kept })),
    ...moved.covered.map((row) => ({ ...row, id: kept })),
    ...moved.traits.map((row) => ({ ...row, id: gone })),
  ];
  await changeCompanies(
    tx,
    rows.map((row) => ({ ...row, sourceId: row.source_id })),
  );
}

/** The company that another became one with, and still is; null where it did not. */
export async function joinedInto(db: Db, companyId: number): Promise<number | null> {
  const [found] = await db.rows<{ company_id: number }>(
    `select company_id from domain_claim where gone_id = $1 and undone_at is null order by claim_id desc limit 1`,
    [companyId],
  );
  return found?.company_id ?? null;
}
