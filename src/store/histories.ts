/**
 * Who contacts are and were, and what they did, as the core reads it. It decides what exists for scoring and how traits
 * and companies of a past instant are put together; it refuses to know what is scored with them.
 */

import { domainOf } from '../core/contribution.ts';
import { type Facts, factValue, type Json } from '../core/ingest.ts';
import { type Lives, newEventColumns } from '../core/lives.ts';
import type { Needs } from '../core/needs.ts';
import { type Era, eraAt, type Life } from '../core/path.ts';
import type { Company, Event, Value } from '../core/words.ts';
import { bigints, texts } from './columns.ts';
import type { Db } from './db.ts';

/** A contact whose life is wanted from an instant on: earlier traits are of no interest. */
export interface Wanted {
  readonly id: number;
  readonly since: number;
}

/** What was read of contacts, from which each model takes what it asks for. */
export interface Histories {
  /** Those that exist, in no order. */
  readonly ids: readonly number[];
  readonly eras: readonly (readonly Era[])[];
  /** The events as columns, as one model asks for them. */
  livesFor(needs: Needs): Lives;
}

/** Traits that are no traits to a model: they say who the contact is. */
export const NO_TRAITS = ['email', 'company_id', 'created_at'];

interface ContactRow {
  readonly contact_id: number;
  readonly created_at: number;
  readonly company_id: number | null;
  readonly traits: Facts;
  readonly changes: readonly TraitChange[] | null;
  /** Of the company that the contact belongs to now; left out where nobody asks. */
  readonly company_traits?: Facts | null;
  readonly company_changes?: readonly TraitChange[] | null;
}

type TraitChange = readonly [name: string, at: number, value: Json];
type EventRow = readonly [at: number, name: string, ...values: Json[]];

/**
 * Reads contacts with what several models ask for, in one statement and one more where companies matter.
 * @param needs of each model
 */
export async function readHistories(db: Db, wanted: readonly Wanted[], needs: readonly Needs[]): Promise<Histories> {
  const fields = [...new Set(needs.flatMap((need) => [...need.event.keys()]))];
  const asked = needs.some((need) => need.company.size > 0);
  const rows = await db.rows<ContactRow & { readonly events: string | null }>(
    // Texts put together here take half the time of functions that build JSON. What does not score is left out where they
    // are, and not where events are looked for: an index on those that score, by name, would seem to help and read them all.
    `select ${CONTACT}, ${CHANGES}, ${asked ? COMPANY : ''}
       (select string_agg('[' || e.at || ',' || to_json(e.name)${fields.map(propertyOf).join('')} || ']', ','
          order by e.at, e.event_id) filter (where e.voided_at is null and e.machine is null)
        from event e where e.contact_id = c.contact_id) as events
     from unnest($1::bigint[], $2::bigint[]) as w (contact_id, since) join contact c using (contact_id)`,
    [bigints(wanted.map(({ id }) => id)), bigints(wanted.map(({ since }) => since)), ...fields],
  );
  const sinces = new Map(wanted.map(({ id, since }) => [id, since]));
  const sinceOf = (row: ContactRow): number => sinces.get(row.contact_id) ?? -Infinity;
  const eras = await erasOf(db, rows, sinceOf);
  return {
    ids: rows.map((row) => row.contact_id),
    eras,
    livesFor: (need) => {
      const columns = newEventColumns(need.event);
      const places = [...need.event.keys()].map((field) => fields.indexOf(field));
      for (const { events } of rows) {
        const list: readonly EventRow[] = events === null ? [] : JSON.parse(`[${events}]`);
        for (const event of list) {
          columns.add(
            event[0],
            event[1],
            places.map((place) => factValue(event[place + 2])),
          );
        }
        columns.endContact();
      }
      return { eras, events: columns.finish() };
    },
  };
}

const CONTACT = 'c.contact_id, c.created_at, c.company_id, c.traits';

/** All changes of a contact's traits, where any came after the instant from which on it is wanted. */
const CHANGES = `case when exists (select from trait t where t.contact_id = c.contact_id and t.at > w.since)
       then (select json_agg(json_build_array(t.name, t.at, t.value) order by t.at, t.name)
             from trait t where t.contact_id = c.contact_id) end as changes`;

const COMPANY = `(select k.traits from company k where k.company_id = c.company_id) as company_traits,
       case when exists (select from company_trait t where t.company_id = c.company_id and t.at > w.since)
       then (select json_agg(json_build_array(t.name, t.at, t.value) order by t.at, t.name)
             from company_trait t where t.company_id = c.company_id) end as company_changes,`;

/** One of the properties that are named by the values from the third on. */
const propertyOf = (_: string, i: number): string => ` || ',' || coalesce((e.properties -> $${i + 3})::text, 'null')`;

/**
 * Reads contacts in the plain form, with all traits and properties and every event, voided ones included. Those that do
 * not exist are left out.
 */
export async function readPlain(db: Db, ids: readonly number[]): Promise<Life[]> {
  const rows = await db.rows<ContactRow & { readonly events: readonly PlainEvent[] | null }>(
    `select ${CONTACT}, ${CHANGES}, ${COMPANY}
       (select json_agg(json_build_object('id', e.event_id, 'name', e.name, 'at', e.at, 'properties', e.properties,
                'ignored', e.voided_at is not null or e.machine is not null) order by e.at, e.event_id)
        from event e where e.contact_id = c.contact_id) as events
     from unnest($1::bigint[]) as ids (contact_id) join contact c using (contact_id)
     cross join (select -9000000000000000 as since) w order by contact_id`,
    [bigints(ids)],
  );
  const eras = await erasOf(db, rows, () => -Infinity);
  return rows.map(
    ({ events }, i): Life => ({
      eras: eras[i] ?? [],
      events: (events ?? []).map((event): Event => ({ ...event, properties: valuesOf(event.properties) })),
    }),
  );
}

/** Who contacts were as of an instant, by id; those that do not exist are left out. */
export async function readWhos(db: Db, ids: readonly number[], at: number): Promise<Map<number, Era['who']>> {
  const rows = await db.rows<ContactRow>(
    `select ${CONTACT}, ${COMPANY} ${CHANGES}
     from unnest($1::bigint[]) as ids (contact_id) join contact c using (contact_id)
     cross join (select $2::bigint as since) w`,
    [bigints(ids), at],
  );
  const eras = await erasOf(db, rows, () => at);
  return new Map(
    rows.flatMap((row, i) => {
      const who = eraAt(eras[i] ?? [], at)?.who;
      return who === undefined ? [] : [[row.contact_id, who] as const];
    }),
  );
}

/** What is known of companies as of an instant, by id: of those of which something changed after it. */
export async function readCompaniesAt(db: Db, at: number): Promise<Map<number, Company>> {
  const rows = await db.rows<{ company_id: number; traits: Facts; changes: readonly TraitChange[] }>(
    `select c.company_id, c.traits, json_agg(json_build_array(t.name, t.at, t.value) order by t.at, t.name) as changes
     from company c join company_trait t using (company_id)
     where exists (select from company_trait later where later.company_id = c.company_id and later.at > $1)
     group by c.company_id, c.traits`,
    [at],
  );
  return new Map(
    rows.map(({ company_id: id, traits, changes }) => [id, timesOfCompany(id, traits, changes).at(at)] as const),
  );
}

type PlainEvent = Omit<Event, 'properties'> & { readonly properties: Facts };

/** The instants at which traits change after one. */
const instantsOf = (changes: readonly TraitChange[], since: number): number[] =>
  [...new Set(changes.map(([, at]) => at))].filter((at) => at > since).sort((a, b) => a - b);

/** Traits as they were at an instant; those whose changes nobody knows as they are. */
function factsAt(row: Pick<ContactRow, 'traits' | 'changes'>, at: number): Facts {
  const facts: Record<string, Json> = Object.assign(Object.create(null), row.traits);
  for (const [name] of row.changes ?? []) delete facts[name];
  for (const [name, from, value] of row.changes ?? []) if (from <= at) facts[name] = value;
  return facts;
}

function valuesOf(facts: Facts): Map<string, Value> {
  const values = new Map<string, Value>();
  for (const [name, fact] of Object.entries(facts)) {
    const value = factValue(fact);
    if (value !== undefined) values.set(name, value);
  }
  return values;
}

/** The eras of contacts, each with the company of the time. */
async function erasOf(db: Db, rows: readonly ContactRow[], sinceOf: (row: ContactRow) => number): Promise<Era[][]> {
  const drafts = rows.map((row) => {
    const since = sinceOf(row);
    const changes = row.changes === null ? [] : instantsOf(row.changes, since);
    const latest = row.changes === null ? row.traits : factsAt(row, Infinity);
    const parts = [since, ...changes].map((at) => {
      const facts = row.changes === null ? row.traits : factsAt(row, at);
      return { at, facts, current: belongs(facts) === belongs(latest) };
    });
    return { row, since, parts };
  });
  const others = drafts.flatMap(({ parts }) => parts.filter(({ current }) => !current).map(({ facts }) => facts));
  const formerOf = others.length === 0 ? () => null : await readCompanies(db, others);
  const known = new Map<string, CompanyTimes>();
  /** Contacts of one company share what is known of it. */
  const currentOf = ({ company_id, company_traits, company_changes }: ContactRow): CompanyTimes | null => {
    if (company_id === null) return null;
    const key = `${company_id} ${company_changes == null}`;
    const times = known.get(key) ?? timesOfCompany(company_id, company_traits ?? {}, company_changes ?? null);
    known.set(key, times);
    return times;
  };
  return drafts.map(({ row, since, parts }) => {
    const found = parts.map(({ at, facts, current }) => {
      return { at, facts, company: current ? currentOf(row) : formerOf(facts) };
    });
    const instants = new Set(found.map(({ at }) => at));
    for (const { company } of found) for (const at of company?.instants ?? []) if (at > since) instants.add(at);
    return [...instants]
      .sort((a, b) => a - b)
      .flatMap((at, i): Era[] => {
        const part = found.findLast((one) => one.at <= at);
        if (part === undefined) return [];
        return [{ from: i === 0 ? -Infinity : at, who: whoOf(row, part.facts, part.company?.at(at) ?? null) }];
      });
  });
}

/** What decides the company of a contact. */
const belongs = (facts: Facts): string => JSON.stringify([facts.company_id ?? null, facts.email ?? null]);

function whoOf(row: ContactRow, facts: Facts, company: Company | null): Era['who'] {
  const text = (name: string): string | null => {
    const value = factValue(facts[name]);
    return typeof value === 'string' ? value : null;
  };
  const traits = valuesOf(facts);
  for (const name of NO_TRAITS) traits.delete(name);
  return {
    id: String(row.contact_id),
    email: text('email'),
    createdAt: row.created_at,
    companyId: text('company_id'),
    traits,
    hasTraits: traits.size > 0,
    company,
  };
}

interface CompanyTimes {
  readonly instants: readonly number[];
  at(instant: number): Company;
}

/** The companies that facts of contacts lead to, by these facts. */
async function readCompanies(db: Db, facts: readonly Facts[]): Promise<(facts: Facts) => CompanyTimes | null> {
  const rows = await db.rows<{
    company_id: number;
    key: string | null;
    domain: string | null;
    traits: Facts;
    changes: readonly TraitChange[] | null;
  }>(
    `select c.company_id, c.key, coalesce(d.domain, c.domain) as domain, c.traits,
       (select json_agg(json_build_array(t.name, t.at, t.value) order by t.at, t.name)
        from company_trait t where t.company_id = c.company_id) as changes
     from company c left join domain_claim d
       on d.company_id = c.company_id and d.undone_at is null and d.domain = any($2::text[])
     where c.key = any($1::text[]) or c.domain = any($2::text[])
       or c.company_id in (select company_id from domain_claim where undone_at is null and domain = any($2::text[]))`,
    [texts([...new Set(facts.flatMap((one) => keyOf(one) ?? []))]), texts([...new Set(facts.flatMap(domainsOf))])],
  );
  const byKey = new Map<string, CompanyTimes>();
  const byDomain = new Map<string, CompanyTimes>();
  for (const { company_id, key, domain, traits, changes } of rows) {
    const times = timesOfCompany(company_id, traits, changes);
    if (key !== null) byKey.set(key, times);
    if (domain !== null) byDomain.set(domain, times);
  }
  return (one) => {
    const key = keyOf(one);
    const domain = domainsOf(one).find((candidate) => byDomain.has(candidate));
    return (key === null ? byDomain.get(domain ?? '') : byKey.get(key)) ?? null;
  };
}

const textOf = (value: Value | undefined): string | null => (typeof value === 'string' ? value : null);
const keyOf = (facts: Facts): string | null => textOf(factValue(facts.company_id));
const mailOf = (facts: Facts): string | null => textOf(factValue(facts.email));

/** The mail domain and those above it: a company has the one that it registered. */
function domainsOf(facts: Facts): string[] {
  const labels = domainOf(mailOf(facts))?.split('.') ?? [];
  return labels.map((_, i) => labels.slice(i).join('.'));
}

/** A company through time; equal instants give the same object. */
function timesOfCompany(id: number, traits: Facts, changes: readonly TraitChange[] | null): CompanyTimes {
  const instants = changes === null ? [] : instantsOf(changes, -Infinity);
  const known = new Map<number, Company>();
  return {
    instants,
    at: (instant) => {
      const from = instants.findLast((at) => at <= instant) ?? -Infinity;
      const facts = changes === null ? traits : factsAt({ traits, changes }, from);
      const company = known.get(from) ?? { id: String(id), traits: valuesOf(facts) };
      known.set(from, company);
      return company;
    },
  };
}
