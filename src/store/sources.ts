/**
 * What sends messages, and the messages of each that could not be used. It decides what is kept of a refusal; it
 * refuses to know how a source speaks.
 */

import type { Json, Refusal } from '../core/ingest.ts';
import { bigints, integers, texts } from './columns.ts';
import type { Db } from './db.ts';

export interface Source {
  readonly sourceId: number;
  /** How it speaks, such as `segment` or `sendgrid`. */
  readonly kind: string;
  readonly name: string;
  /** What its connector needs, secrets included: not for showing. */
  readonly settings: { readonly [name: string]: Json };
  readonly createdAt: number;
  /** From then on nothing is taken from it; null where it is in use. */
  readonly disabledAt: number | null;
}

export interface NewSource {
  readonly kind: string;
  readonly name: string;
  readonly settings?: { readonly [name: string]: Json };
  readonly now: number;
}

const COLUMNS = `source_id as "sourceId", kind, name, settings, created_at as "createdAt", disabled_at as "disabledAt"`;

/** Makes a source. Its number is new. */
export async function createSource(db: Db, { kind, name, settings = {}, now }: NewSource): Promise<number> {
  const [made] = await db.rows<{ source_id: number }>(
    'insert into source (kind, name, settings, created_at) values ($1, $2, $3, $4) returning source_id',
    [kind, name, JSON.stringify(settings), now],
  );
  return made?.source_id ?? 0;
}

/** All sources in the order they were made, those that are disabled too. */
export const listSources = (db: Db): Promise<Source[]> =>
  db.rows<Source>(`select ${COLUMNS} from source order by source_id`);

/** One source; null where there is none. */
export async function findSource(db: Db, sourceId: number): Promise<Source | null> {
  const [found] = await db.rows<Source>(`select ${COLUMNS} from source where source_id = $1`, [sourceId]);
  return found ?? null;
}

/** From now on nothing is taken from it. What it sent stays. False where there is no such source. */
export async function disableSource(db: Db, sourceId: number, now: number): Promise<boolean> {
  const disabled = await db.rows(
    'update source set disabled_at = coalesce(disabled_at, $2) where source_id = $1 returning source_id',
    [sourceId, now],
  );
  return disabled.length > 0;
}

export interface KeptRefusal extends Refusal {
  readonly refusalId: number;
  readonly at: number;
  readonly sourceId: number | null;
}

/**
 * What could not be used, the newest first.
 * @param filter.sourceId of one source only; null for all
 * @param filter.before only those older than this refusal; null from the newest on
 */
export const listRefusals = (
  db: Db,
  { sourceId, before, limit }: { sourceId: number | null; before: number | null; limit: number },
): Promise<KeptRefusal[]> =>
  db.rows<KeptRefusal>(
    `select refusal_id as "refusalId", at, source_id as "sourceId", reason, message from refusal
     where ($1::integer is null or source_id = $1) and ($2::bigint is null or refusal_id < $2)
     order by refusal_id desc limit $3`,
    [sourceId, before, limit],
  );

/** An event as it came. */
export interface Arrival {
  readonly contactId: number;
  readonly eventId: string;
  readonly name: string;
  readonly at: number;
  readonly receivedAt: number;
  readonly sourceId: number | null;
  readonly machine: string | null;
}

/** Milliseconds back from now in which is looked, one after the other, until enough is found. */
const BACK = [5_000, 60_000, 900_000] as const;

/** The events that arrived in the last quarter of an hour, the latest first. @param sourceId null for all sources */
export async function listArrivals(
  db: Db,
  { sourceId, limit, now }: { sourceId: number | null; limit: number; now: number },
): Promise<Arrival[]> {
  let found: Arrival[] = [];
  for (const back of BACK) {
    found = await db.rows<Arrival>(
      `select contact_id as "contactId", event_id as "eventId", name, at, received_at as "receivedAt",
         source_id as "sourceId", machine
       from event where received_at > $1 and ($2::integer is null or source_id = $2)
       order by received_at desc, at desc, contact_id, event_id limit $3`,
      [now - back, sourceId, limit],
    );
    if (found.length === limit) break;
  }
  return found;
}

/** A refusal with where and when it came. */
export interface Refused extends Refusal {
  readonly at: number;
  readonly sourceId: number | null;
}

/** Keeps refusals. */
export async function keepRefusals(db: Db, refused: readonly Refused[]): Promise<void> {
  if (refused.length === 0) return;
  await db.rows(
    `insert into refusal (at, source_id, reason, message)
     select * from unnest($1::bigint[], $2::integer[], $3::text[], $4::text[])`,
    [
      bigints(refused.map(({ at }) => at)),
      integers(refused.map(({ sourceId }) => sourceId)),
      texts(refused.map(({ reason }) => reason)),
      texts(refused.map(({ message }) => message)),
    ],
  );
}
