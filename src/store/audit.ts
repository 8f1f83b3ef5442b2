/**
 * Who changed what: one row for every change of a model, an agreement, a key or a right. It decides how such a row is
 * kept and read again; it refuses to know what an action means. Callers write it in the transaction of the change.
 */

import type { Facts } from '../core/ingest.ts';
import type { Db } from './db.ts';

export interface Deed {
  /** The instant, in milliseconds, UTC. */
  readonly at: number;
  /** A person's e-mail address, `key:7`, or the part of the program that did it by itself. */
  readonly who: string;
  /** Thing and verb: `key.create`, `model.publish`. */
  readonly action: string;
  /** What it was done to. */
  readonly subject: string;
  readonly details?: Facts;
}

export interface AuditEntry extends Required<Deed> {
  readonly id: number;
}

/** Keeps one deed. Give it the transaction of the change itself, so that neither is there without the other. */
export async function recordDeed(db: Db, { at, who, action, subject, details = {} }: Deed): Promise<void> {
  await db.rows('insert into audit (at, who, action, subject, details) values ($1, $2, $3, $4, $5)', [
    at,
    who,
    action,
    subject,
    JSON.stringify(details),
  ]);
}

/** Which deeds; null for any. */
export interface AuditSearch {
  readonly subject: string | null;
  /** A part of who did it. */
  readonly who?: string | null;
  /** The action, or its beginning, such as `key.`. */
  readonly action?: string | null;
  /** From this instant on, and before that one, in milliseconds. */
  readonly from?: number | null;
  readonly to?: number | null;
}

/** The latest deeds first, those before the entry `before` only. */
export function listAudit(
  db: Db,
  {
    before,
    limit,
    subject,
    who = null,
    action = null,
    from = null,
    to = null,
  }: AuditSearch & { before: number | null; limit: number },
): Promise<AuditEntry[]> {
  return db.rows<AuditEntry>(
    `select audit_id as id, at, who, action, subject, details from audit
     where ($1::bigint is null or audit_id < $1) and ($2::text is null or subject = $2)
       and ($4::text is null or strpos(lower(who), lower($4)) > 0)
       and ($5::text is null or starts_with(action, $5))
       and ($6::bigint is null or at >= $6) and ($7::bigint is null or at < $7)
     order by audit_id desc limit $3`,
    [before, subject, limit, who, action, from, to],
  );
}
