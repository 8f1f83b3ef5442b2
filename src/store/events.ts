/**
 * Events after they were kept: flagged as a machine's, voided, and back. It decides that every such change has the
 * contact scored anew from the event's instant on; it refuses to know who may do it.
 */

import type { Facts, Json } from '../core/ingest.ts';
import { changed } from './changed.ts';
import { texts } from './columns.ts';
import type { Db } from './db.ts';

/** Which events are meant. */
export type Selection =
  | { readonly kind: 'ids'; readonly contactId: number; readonly eventIds: readonly string[] }
  /** All that is given holds. */
  | {
      readonly kind: 'rule';
      readonly name?: string;
      /** Each property has exactly this value. */
      readonly properties?: { readonly [name: string]: Json };
      /** The first instant that counts, and the first that does not any more. */
      readonly from?: number;
      readonly until?: number;
      readonly sourceId?: number;
    };

/** Says that a machine made them. Those flagged before keep their reason. Returns how many are different now. */
export const flagEvents = (db: Db, selection: Selection, reason: string): Promise<number> =>
  change(db, selection, {
    set: `machine = $1, properties = case when properties ? 'machine' then properties || '{"machine": true}' else properties end`,
    where: 'machine is null',
    values: [reason],
  });

/** Makes them not count any more. Returns how many are different now. */
export const voidEvents = (
  db: Db,
  selection: Selection,
  { by, reason, now }: { by: string; reason: string | null; now: number },
): Promise<number> =>
  change(db, selection, {
    set: 'voided_at = $1, voided_by = $2, void_reason = $3',
    where: 'voided_at is null',
    values: [now, by, reason],
  });

/** Makes voided ones count again. Returns how many are different now. */
export const unvoidEvents = (db: Db, selection: Selection): Promise<number> =>
  change(db, selection, {
    set: 'voided_at = null, voided_by = null, void_reason = null',
    where: 'voided_at is not null',
    values: [],
  });

interface Deed {
  readonly set: string;
  readonly where: string;
  readonly values: readonly unknown[];
}

function change(db: Db, selection: Selection, { set, where, values }: Deed): Promise<number> {
  return db.transaction(async (tx) => {
    const bound = [...values];
    const place = (value: unknown): string => `$${bound.push(value)}`;
    const conditions = [where, ...conditionsOf(selection, place)];
    const touched = await tx.rows<{ contact_id: number; events: number; since: number }>(
      `with touched as (update event set ${set} where ${conditions.join(' and ')} returning contact_id, at)
       select contact_id, count(*) as events, min(at) as since from touched group by contact_id`,
      bound,
    );
    await changed(tx, new Map(touched.map(({ contact_id, since }) => [contact_id, since])));
    return touched.reduce((sum, { events }) => sum + events, 0);
  });
}

function conditionsOf(selection: Selection, place: (value: unknown) => string): string[] {
  switch (selection.kind) {
    case 'ids':
      return [
        `contact_id = ${place(selection.contactId)}`,
        `event_id = any(${place(texts(selection.eventIds))}::text[])`,
      ];
    case 'rule': {
      const { name, properties, from, until, sourceId } = selection;
      const conditions: string[] = [];
      if (name !== undefined) conditions.push(`name = ${place(name)}`);
      for (const [property, value] of Object.entries(properties ?? {})) {
        conditions.push(`properties -> ${place(property)}::text = ${place(JSON.stringify(value))}::jsonb`);
      }
      if (from !== undefined) conditions.push(`at >= ${place(from)}`);
      if (until !== undefined) conditions.push(`at < ${place(until)}`);
      if (sourceId !== undefined) conditions.push(`source_id = ${place(sourceId)}`);
      return conditions;
    }
  }
}

/** An event as it is kept. */
export interface KeptEvent {
  readonly eventId: string;
  readonly name: string;
  readonly at: number;
  readonly receivedAt: number;
  readonly sourceId: number | null;
  readonly properties: Facts;
  /** Why it is believed to be a machine's; null for a person's. */
  readonly machine: string | null;
  readonly voidedAt: number | null;
  readonly voidedBy: string | null;
  readonly voidReason: string | null;
}

/**
 * The events of a contact, the latest first, those that do not count too.
 * @param page.before only those before this one; null from the latest on
 */
export const listEvents = (
  db: Db,
  contactId: number,
  { before, limit }: { before: { at: number; eventId: string } | null; limit: number },
): Promise<KeptEvent[]> =>
  db.rows<KeptEvent>(
    `select event_id as "eventId", name, at, received_at as "receivedAt", source_id as "sourceId", properties, machine,
       voided_at as "voidedAt", voided_by as "voidedBy", void_reason as "voidReason"
     from event where contact_id = $1 and ($2::bigint is null or (at, event_id) < ($2, $3 collate "C"))
     order by at desc, event_id desc limit $4`,
    [contactId, before?.at ?? null, before?.eventId ?? null, limit],
  );
