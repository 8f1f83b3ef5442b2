/**
 * Companies as somebody says them, by key or by domain, and not by way of a contact: a list of them, or one by hand. It
 * decides that the whole is one change; which company has a domain is decided in company-domains.ts.
 */

import { ScorelineError } from '../core/errors.ts';
import type { Facts } from '../core/ingest.ts';
import { changeCompanies, companiesOf } from './companies.ts';
import { openClaims, takeDomains } from './company-domains.ts';
import type { Db } from './db.ts';
import { lockMerges } from './merges.ts';

export interface StatedCompany {
  readonly key: string;
  /** Registered ones of its own. */
  readonly domains: readonly string[];
  readonly traits: Facts;
  /** From when on that holds, in milliseconds UTC. */
  readonly at: number;
}

/** Keeps companies and what is said of them. No key comes twice. */
export function keepCompanies(db: Db, stated: readonly StatedCompany[], sourceId: number): Promise<void> {
  return db.transaction(async (tx) => {
    await lockMerges(tx);
    const claims = stated.flatMap(({ key, domains, at }) => domains.map((domain) => ({ key, domain, at })));
    await takeDomains(tx, await openClaims(tx, claims));
    const { byKey } = await companiesOf(tx, {
      keys: new Map(stated.map(({ key, at }) => [key, at])),
      domains: new Map(),
    });
    const changes = stated.flatMap(({ key, traits, at }) => {
      const id = byKey.get(key);
      return id === undefined ? [] : changesOf(id, traits, at, sourceId);
    });
    await changeCompanies(tx, changes);
  });
}

const changesOf = (id: number, traits: Facts, at: number, sourceId: number | null) =>
  Object.entries(traits).map(([name, value]) => ({ id, name, at, value, sourceId }));

/** One company, by key, by domain, or by both, which says that they are one. */
export interface NamedCompany extends Pick<StatedCompany, 'traits' | 'at'> {
  readonly key: string | null;
  readonly domain: string | null;
  /** The domains that its traits speak of, which it takes where it can. */
  readonly stated: readonly string[];
}

/**
 * Makes one company, or changes it.
 * @returns its number
 * @throws ScorelineError `conflict` where the domain is another company's
 */
export function keepCompany(
  db: Db,
  { key, domain, stated, traits, at }: NamedCompany,
  sourceId: number | null,
): Promise<number> {
  return db.transaction(async (tx) => {
    await lockMerges(tx);
    if (key !== null) {
      if (domain !== null) await takeDomains(tx, await openClaims(tx, [{ key, domain, at }], true));
      const claims = stated.map((one) => ({ key, domain: one, at }));
      await takeDomains(tx, await openClaims(tx, claims));
    }
    const { byKey, byDomain } = await companiesOf(tx, {
      keys: new Map(key === null ? [] : [[key, at]]),
      domains: new Map(domain === null ? [] : [[domain, at]]),
    });
    const id = (key === null ? undefined : byKey.get(key)) ?? (domain === null ? undefined : byDomain.get(domain));
    if (id === undefined) throw new Error('a company was not kept');
    const other = domain === null ? id : (byDomain.get(domain) ?? id);
    if (other !== id)
      throw new ScorelineError(
        'conflict',
        `the domain ${domain} is that of company ${other}: take it away there first`,
      );
    await changeCompanies(tx, changesOf(id, traits, at, sourceId));
    return id;
  });
}
