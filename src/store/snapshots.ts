/**
 * A contact as the latest of its traits leave it: `contact.traits`, and the company they lead to. It decides that a
 * company id alone decides where there is one, else the mail domain; it refuses to know which domains are companies'.
 */

import { cleanEmail, cleanName, type Facts, type Json } from '../core/ingest.ts';
import { readInstant } from '../core/time.ts';
import { companiesChanged } from './changed.ts';
import { bigints, jsonColumn, jsons } from './columns.ts';
import { companiesOf } from './companies.ts';
import type { Db } from './db.ts';
import { readingsOf } from './readings.ts';
import { readLatest } from './traits.ts';

/** The registered domain of an address that leads to a company; null for one where anybody can have an address. */
export type CompanyDomainOf = (address: string) => string | null;

/** When the contact says that it came to be; undefined where it says nothing that can be read. */
export function statedCreation(traits: Facts): number | undefined {
  const stated = traits.created_at ?? traits.createdAt;
  return typeof stated === 'string' || typeof stated === 'number' ? readInstant(String(stated)) : undefined;
}

/** What leads a contact with these traits to its company; null where nothing does. */
function leadOf(traits: Facts, companyDomainOf: CompanyDomainOf): { key: string } | { domain: string } | null {
  const key = cleanName(traits.company_id);
  if (key !== null) return { key };
  const address = cleanEmail(traits.email);
  const domain = address === null ? null : companyDomainOf(address);
  return domain === null ? null : { domain };
}

/** A trait of a contact that may have another latest value now. */
export interface Named {
  readonly id: number;
  readonly name: string;
}

/**
 * Brings the snapshots of contacts up to date with some of their traits. The rows of the contacts are held by this
 * transaction already.
 * @param at when a company that nobody knew yet was first heard of
 */
export async function refresh(
  tx: Db,
  named: readonly Named[],
  { at, companyDomainOf }: { at: number; companyDomainOf: CompanyDomainOf },
): Promise<void> {
  if (named.length === 0) return;
  const latest = await readLatest(tx, 'contact', named);
  const ids = [...new Set(named.map(({ id }) => id))].sort((a, b) => a - b);
  const stored = await tx.rows<{ contact_id: number; traits: Facts; company_id: number | null }>(
    'select contact_id, traits, company_id from contact where contact_id = any($1::bigint[])',
    [bigints(ids)],
  );
  const snapshots = stored.map(({ contact_id: id, traits, company_id: former }) => {
    const all: Record<string, Json> = { ...traits, ...latest.get(id) };
    const present: Facts = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
    return { id, traits: present, former, lead: leadOf(present, companyDomainOf) };
  });
  const leads = snapshots.map(({ lead }) => lead);
  const companies = await companiesOf(tx, {
    keys: new Map(leads.flatMap((lead) => (lead !== null && 'key' in lead ? [[lead.key, at]] : []))),
    domains: new Map(leads.flatMap((lead) => (lead !== null && 'domain' in lead ? [[lead.domain, at]] : []))),
  });
  const companyOf = (lead: ReturnType<typeof leadOf>): number | null => {
    if (lead === null) return null;
    return ('key' in lead ? companies.byKey.get(lead.key) : companies.byDomain.get(lead.domain)) ?? null;
  };
  const homes = leads.map(companyOf);
  const moving = snapshots.filter(({ former }, i) => former !== homes[i]);
  const leaving = moving.filter(({ former }) => former !== null);
  await companiesChanged(
    tx,
    leaving.map(({ id }) => id),
    at,
  );
  await tx.rows(
    `update contact set traits = fresh.traits::jsonb, company_id = fresh.company_id, readings = fresh.readings::jsonb
     from unnest($1::bigint[], ${jsonColumn('$2')}, $3::bigint[], ${jsonColumn('$4')})
       as fresh (contact_id, traits, company_id, readings)
     where contact.contact_id = fresh.contact_id`,
    [
      bigints(snapshots.map(({ id }) => id)),
      jsons(snapshots.map(({ traits }) => JSON.stringify(traits))),
      bigints(homes),
      jsons(snapshots.map(({ traits }) => JSON.stringify(readingsOf(traits)))),
    ],
  );
  await companiesChanged(
    tx,
    moving.map(({ id }) => id),
    at,
  );
}

/** Makes the snapshots of contacts anew from all of their traits. */
export async function refreshAll(
  tx: Db,
  ids: readonly number[],
  how: { at: number; companyDomainOf: CompanyDomainOf },
): Promise<void> {
  await companiesChanged(tx, ids, how.at);
  await tx.rows(
    "update contact set traits = '{}', readings = '{}', company_id = null where contact_id = any($1::bigint[])",
    [bigints(ids)],
  );
  const named = await tx.rows<{ id: number; name: string }>(
    'select distinct contact_id as id, name from trait where contact_id = any($1::bigint[])',
    [bigints(ids)],
  );
  await refresh(tx, named, how);
}
