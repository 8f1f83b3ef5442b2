/** Whom hand-offs have something to tell. It decides that a notice is seen once; it refuses to know why it was written. */

import { bigints } from './columns.ts';
import type { Db } from './db.ts';

export interface KeptNotice {
  readonly noticeId: number;
  readonly contactId: number;
  readonly handoffId: number;
  readonly at: number;
  readonly kind: string;
  readonly recipient: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly seenAt: number | null;
}

/** The newest first. @param wanted.recipients addresses and teams */
export const listNotices = (
  db: Db,
  wanted: { recipients: readonly string[]; unseen: boolean; before: number | null; limit: number },
): Promise<KeptNotice[]> =>
  db.rows<KeptNotice>(
    `select notice_id as "noticeId", contact_id as "contactId", handoff_id as "handoffId", at, kind, recipient, details,
       seen_at as "seenAt"
     from handoff_notice where recipient = any($1) and (not $2::boolean or seen_at is null)
       and ($3::bigint is null or notice_id < $3) order by notice_id desc limit $4`,
    [wanted.recipients, wanted.unseen, wanted.before, wanted.limit],
  );

export async function seeNotices(
  db: Db,
  ids: readonly number[],
  recipients: readonly string[],
  now: number,
): Promise<void> {
  await db.rows(
    `update handoff_notice set seen_at = $3
     where notice_id = any($1::bigint[]) and recipient = any($2) and seen_at is null`,
    [bigints(ids), recipients, now],
  );
}
