/**
 * One contact and what is known of it, read: who it is, where it stands, what it did, what was true when. It decides
 * the order of every list; it refuses to change anything and to know how a score comes about.
 */

import type { Facts, Json } from '../core/ingest.ts';
import { byCodePoints } from '../core/text.ts';
import type { Db } from './db.ts';
import type { Kind } from './identities.ts';

/** A published version whose word counts. */
export interface Serving {
  readonly modelId: number;
  readonly name: string;
  readonly version: number;
  /** As its author wrote it. */
  readonly document: string;
}

/** A score as it is stored: points in millionths, or the cell of a grid. */
export interface StoredScore {
  readonly name: string;
  readonly points: number | null;
  readonly grade: string | null;
  readonly band: string | null;
  readonly cell: string | null;
}

interface Standing {
  readonly asOf: number;
  readonly stage: string | null;
  readonly stageSince: number | null;
  readonly disqualified: string | null;
  readonly nextChangeAt: number | null;
}

export interface KnownContact {
  readonly contactId: number;
  readonly createdAt: number;
  readonly companyId: number | null;
  /** What the company is called, or its domain. */
  readonly companyName: string | null;
  readonly traits: Facts;
  readonly identities: readonly { readonly kind: Kind; readonly value: string }[];
  /** Null until the contact was scored with that model. */
  readonly standing: Standing | null;
  readonly scores: readonly StoredScore[];
}

/**
 * The serving version of a model, or of the model that was published first where none is named. Null where there is
 * none.
 */
export async function servingModel(db: Db, name: string | null): Promise<Serving | null> {
  const [found] = await db.rows<Serving>(
    `select m.model_id as "modelId", m.name, m.version, m.document from model m
     join (select name, min(model_id) as first from model group by name) f on f.name = m.name
     where m.state = 'serving' and ($1::text is null or m.name = $1) order by f.first limit 1`,
    [name],
  );
  return found ?? null;
}

interface ContactRow {
  contact_id: number;
  created_at: number;
  company_id: number | null;
  company_name: string | null;
  traits: Facts;
  as_of: number | null;
  stage: string | null;
  stage_since: number | null;
  disqualified: string | null;
  next_change_at: number | null;
  scores: StoredScore[] | null;
}

/** Those of the contacts that are there, in the order asked for, as one model sees them; null for no model. */
export async function readContacts(db: Db, ids: readonly number[], modelId: number | null): Promise<KnownContact[]> {
  if (ids.length === 0) return [];
  const rows = await db.rows<ContactRow>(
    `select c.contact_id, c.created_at, c.company_id, c.traits,
       (select coalesce(k.traits ->> 'name', k.domain, k.key) from company k where k.company_id = c.company_id) as company_name,
       s.as_of, s.stage, s.stage_since, s.disqualified, s.next_change_at,
       (select json_agg(json_build_object('name', p.name, 'points', p.points, 'grade', p.grade, 'band', p.band,
          'cell', p.cell) order by p.name) from score p where p.contact_id = c.contact_id and p.model_id = $2) as scores
     from contact c left join standing s on s.contact_id = c.contact_id and s.model_id = $2
     where c.contact_id = any($1::bigint[])`,
    [ids, modelId],
  );
  const identities = await db.rows<{ contact_id: number; kind: Kind; value: string }>(
    `select contact_id, kind, value from identity where contact_id = any($1::bigint[])
     order by first_seen_at, kind, value limit $2`,
    [ids, ids.length * IDENTITIES_SHOWN],
  );
  const byId = new Map(rows.map((row) => [row.contact_id, row]));
  const ofContact = Map.groupBy(identities, (identity) => identity.contact_id);
  return ids.flatMap((id) => {
    const row = byId.get(id);
    if (row === undefined) return [];
    const standing = row.as_of === null ? null : standingOf(row, row.as_of);
    return {
      contactId: id,
      createdAt: row.created_at,
      companyId: row.company_id,
      companyName: row.company_name,
      traits: row.traits,
      identities: (ofContact.get(id) ?? []).map(({ kind, value }) => ({ kind, value })),
      standing,
      scores: row.scores ?? [],
    };
  });
}

/** A contact may come with thousands of browsers. */
const IDENTITIES_SHOWN = 100;

const standingOf = (row: ContactRow, asOf: number): Standing => ({
  asOf,
  stage: row.stage,
  stageSince: row.stage_since,
  disqualified: row.disqualified,
  nextChangeAt: row.next_change_at,
});

/** The contact that an id leads to; null where it leads to none. */
export async function contactByIdentity(db: Db, kind: Kind, value: string): Promise<number | null> {
  const [found] = await db.rows<{ contact_id: number }>(
    'select contact_id from identity where value = $1 and kind = $2',
    [value, kind],
  );
  return found?.contact_id ?? null;
}

/** The contact that another was merged into and still is; null where it was not. */
export async function mergedInto(db: Db, contactId: number): Promise<number | null> {
  const [found] = await db.rows<{ kept_id: number }>(
    'select kept_id from merge where gone_id = $1 and undone_at is null order by merge_id desc limit 1',
    [contactId],
  );
  return found?.kept_id ?? null;
}

/** What was true from an instant on. Points are millionths. */
export interface HistoryRow {
  readonly at: number;
  readonly scores: Readonly<Record<string, Json>>;
  readonly stage: string | null;
  readonly disqualified: string | null;
}

/** The history of a contact with one version of a model, the latest first, what was before an instant only. */
export function listHistory(
  db: Db,
  contactId: number,
  modelId: number,
  { before, limit }: { before: number | null; limit: number },
): Promise<HistoryRow[]> {
  return db.rows<HistoryRow>(
    `select at, scores, stage, disqualified from history
     where contact_id = $1 and model_id = $2 and ($3::bigint is null or at < $3) order by at desc limit $4`,
    [contactId, modelId, before, limit],
  );
}

/** One line of what happened to a contact. `key` tells lines of one kind and instant apart. */
export interface TimelineRow {
  readonly at: number;
  readonly kind: 'event' | 'trait' | 'stage';
  readonly key: string;
  /** Of the event or the trait; for a stage, the model. */
  readonly name: string;
  readonly details: Facts;
}

export type TimelinePlace = Pick<TimelineRow, 'at' | 'kind' | 'key'>;

/** Events, changes of traits and of stages together, the latest first. */
export function listTimeline(
  db: Db,
  contactId: number,
  { before, limit }: { before: TimelinePlace | null; limit: number },
): Promise<TimelineRow[]> {
  // Each part is cut by itself, so that a long history of events is not read to show its last page.
  return db.rows<TimelineRow>(
    `with line as (
       (select at, 'event' as kind, event_id as key, name,
          jsonb_build_object('properties', properties, 'machine', machine, 'voided', voided_at is not null,
            'reason', void_reason) as details
        from event where contact_id = $1 and ($2::bigint is null or at <= $2)
          and ($2::bigint is null or (at, 'event' collate "C", event_id) < ($2, $3::text collate "C", $4::text))
        order by at desc, event_id desc limit $5)
       union all
       (select at, 'trait', name, name, jsonb_build_object('value', value)
        from trait where contact_id = $1
          and ($2::bigint is null or (at, 'trait' collate "C", name) < ($2, $3::text collate "C", $4::text))
        order by at desc, name desc limit $5)
       union all
       (select v.at, 'stage', v.model_id::text, m.name, jsonb_build_object('from', v.from_stage, 'to', v.to_stage,
          'held', v.held, 'undone', v.undone_at is not null)
        from move v join model m on m.model_id = v.model_id where v.contact_id = $1
          and ($2::bigint is null or (v.at, 'stage' collate "C", v.model_id::text collate "C") < ($2, $3::text collate "C", $4::text))
        order by v.at desc, v.model_id::text collate "C" desc limit $5)
     ) select * from line order by at desc, kind collate "C" desc, key collate "C" desc limit $5`,
    [contactId, before?.at ?? null, before?.kind ?? '', before?.key ?? '', limit],
  );
}

/** A trait as it is known at an instant, and how it came to be so. */
export interface KnownTrait {
  readonly name: string;
  readonly value: Json;
  /** The latest first, the present one among them; none where a trait is known and its changes are not. */
  readonly changes: readonly { readonly at: number; readonly value: Json }[];
}

/** Changes of one trait that are shown; some change every day. */
const CHANGES_SHOWN = 20;

/** The traits of a contact as they were at an instant, by name; one that was taken away has the value null. */
export async function listTraits(db: Db, contactId: number, at: number): Promise<KnownTrait[]> {
  const rows = await db.rows<Pick<KnownTrait, 'name' | 'changes'>>(
    `select t.name, jsonb_agg(jsonb_build_object('at', t.at, 'value', t.value) order by t.at desc) as changes
     from (select name, at, value, row_number() over (partition by name order by at desc) as place
       from trait where contact_id = $1 and at <= $2) t
     where t.place <= ${CHANGES_SHOWN} group by t.name
     union all
     select k.key, jsonb_build_array(jsonb_build_object('value', k.value)) from contact c, jsonb_each(c.traits) k
     where c.contact_id = $1 and not exists (select from trait t where t.contact_id = $1 and t.name = k.key)`,
    [contactId, at],
  );
  return rows
    .map(({ name, changes }) => ({
      name,
      value: changes[0]?.value ?? null,
      changes: changes.filter(({ at: on }) => on !== undefined),
    }))
    .sort((a, b) => byCodePoints(a.name, b.name));
}

/** All contacts by their number, those after the number `after` only. */
export async function listContacts(db: Db, { after, limit }: { after: number; limit: number }): Promise<number[]> {
  const rows = await db.rows<{ contact_id: number }>(
    'select contact_id from contact where contact_id > $1 order by contact_id limit $2',
    [after, limit],
  );
  return rows.map(({ contact_id }) => contact_id);
}

/** The numbers of the contacts of a company, those after `after` only. */
export async function contactsOfCompany(
  db: Db,
  companyId: number,
  { after, limit }: { after: number; limit: number },
): Promise<number[]> {
  const rows = await db.rows<{ contact_id: number }>(
    'select contact_id from contact where company_id = $1 and contact_id > $2 order by contact_id limit $3',
    [companyId, after, limit],
  );
  return rows.map((row) => row.contact_id);
}

export interface Merge {
  readonly mergeId: number;
  readonly keptId: number;
  readonly goneId: number;
  readonly at: number;
  readonly cause: string;
  readonly undoneAt: number | null;
}

/** The merges that a contact was part of, the latest first, those before the merge `before` only. */
export const listMerges = (
  db: Db,
  contactId: number,
  { before, limit }: { before: number | null; limit: number },
): Promise<Merge[]> =>
  db.rows<Merge>(
    `select merge_id as "mergeId", kept_id as "keptId", gone_id as "goneId", at, cause, undone_at as "undoneAt"
     from merge where (kept_id = $1 or gone_id = $1) and ($2::bigint is null or merge_id < $2)
     order by merge_id desc limit $3`,
    [contactId, before, limit],
  );
