/**
 * Hand-offs with what was said of them, read for feedback. It decides which hand-offs are meant and by which source a
 * contact was first heard of; it refuses to know what counts as an answer.
 */

import { type Evidence, type Labelled, labelOf } from '../core/feedback.ts';
import type { Fact } from '../core/handoff.ts';
import type { Db } from './db.ts';

/** Which hand-offs are asked about; null where all are. */
export interface Asked {
  /** Of those that entered the stage from this instant on, and before that one. */
  readonly from: number | null;
  readonly to: number | null;
  readonly agreementId: number | null;
  /** The model that they were judged by, and its version at entry. */
  readonly model: string | null;
  readonly version: number | null;
}

interface Row {
  readonly handoffId: number;
  readonly contactId: number;
  readonly enteredAt: number;
  readonly evidence: Evidence;
  readonly source: string | null;
  readonly facts: readonly Fact[];
}

/**
 * Hand-offs by the instant of entry, each with its label. A contact's source is the one that sent the earliest of its
 * events and traits up to entry.
 */
export async function readLabelled(db: Db, { from, to, agreementId, model, version }: Asked): Promise<Labelled[]> {
  const rows = await db.rows<Row>(
    `select h.handoff_id as "handoffId", h.contact_id as "contactId", entry.at as "enteredAt", h.evidence,
       (select s.name from (
          (select at, source_id from event e where e.contact_id = h.contact_id and e.at <= entry.at
             and e.source_id <> 0 and e.voided_at is null order by at limit 1)
          union all
          (select at, source_id from trait t where t.contact_id = h.contact_id and t.at <= entry.at
             and t.source_id <> 0 order by at limit 1)) as heard
        join source s on s.source_id = heard.source_id order by heard.at, s.source_id limit 1) as source,
       (select json_agg(f.fact || jsonb_build_object('at', f.at, 'by', f.by_whom) order by f.place) from handoff_fact f
        where f.contact_id = h.contact_id and f.handoff_id = h.handoff_id) as facts
     from handoff h
     join handoff_fact entry on entry.contact_id = h.contact_id and entry.handoff_id = h.handoff_id and entry.place = 0
     join model m on m.model_id = h.model_id
     where ($1::bigint is null or entry.at >= $1) and ($2::bigint is null or entry.at < $2)
       and ($3::integer is null or h.agreement_id = $3) and ($4::text is null or m.name = $4)
       and ($5::integer is null or (h.evidence ->> 'version')::integer = $5)
     order by entry.at, h.handoff_id`,
    [from, to, agreementId, model, version],
  );
  return rows.map(({ facts, ...row }) => ({ ...row, label: labelOf(facts) }));
}
