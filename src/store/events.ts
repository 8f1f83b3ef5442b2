/**
 * Events after they were kept: flagged as a machine's or a person's, voided, and back. It decides that every such change
 * has the contact scored anew from the event's instant on, and that what a hand said of an event stays; it refuses to
 * know who may do it.
 */

import type { Facts } from '../core/ingest.ts';
import { changed } from './changed.ts';
import { texts } from './columns.ts';
import type { Db } from './db.ts';

/** Some events of one contact. */
export interface Selection {
  readonly contactId: number;
  readonly eventIds: readonly string[];
}

/** What `judged_by` holds where somebody looked at the very event. */
const HAND = 'hand';
/** Mail has a property that says it too, which models may ask for. `$1` is the reason. */
const propertySaying = (machine: boolean): string =>
  `case when properties ? 'machine' then properties || '{"machine": ${machine}}' else properties end`;
export const FLAG = `machine = $1, properties = ${propertySaying(true)}`;
export const UNFLAG = `machine = null, properties = ${propertySaying(false)}`;

/** Says by hand that a machine made them, and why. Returns how many are different now. */
export const flagEvents = (db: Db, selection: Selection, reason: string): Promise<number> =>
  change(db, selection, {
    set: `${FLAG}, judged_by = '${HAND}'`,
    where: `(machine, judged_by) is distinct from ($1, '${HAND}')`,
    values: [reason],
  });

/** Says by hand that a person made them, whatever is found against it later. Returns how many are different now. */
export const unflagEvents = (db: Db, selection: Selection): Promise<number> =>
  change(db, selection, {
    set: `${UNFLAG}, judged_by = '${HAND}'`,
    where: `(machine is not null or judged_by is distinct from '${HAND}')`,
    values: [],
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

/** The selection comes after the values of the deed. */
function change(db: Db, { contactId, eventIds }: Selection, { set, where, values }: Deed): Promise<number> {
  const n = values.length;
  return db.transaction(async (tx) => {
    const rows = await tx.rows<{ at: number }>(
      `update event set ${set} where contact_id = $${n + 1} and event_id = any($${n + 2}::text[]) and ${where}
       returning at`,
      [...values, contactId, texts(eventIds)],
    );
    if (rows.length > 0) await changed(tx, new Map([[contactId, Math.min(...rows.map(({ at }) => at))]]));
    return rows.length;
  });
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
  /** Who said so, over what was believed when it came: `hand`, or `rule:7`; null for nobody. */
  readonly judgedBy: string | null;
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
       judged_by as "judgedBy", voided_at as "voidedAt", voided_by as "voidedBy", void_reason as "voidReason"
     from event where contact_id = $1 and ($2::bigint is null or (at, event_id) < ($2, $3 collate "C"))
     order by at desc, event_id desc limit $4`,
    [contactId, before?.at ?? null, before?.eventId ?? null, limit],
  );
