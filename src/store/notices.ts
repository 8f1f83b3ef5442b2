/** Whom hand-offs and reviews have something to tell. It decides that a notice is seen once; it refuses to know why it was written. */

import type { Language } from '../core/phrases/languages.ts';
import { bigints } from './columns.ts';
import type { Db } from './db.ts';
import { WORKSPACE_LANGUAGE } from './languages.ts';
import { DEMO, MADE_UP_PEOPLE } from './made-up.ts';
import { MARKETING } from './sellers.ts';

export interface KeptNotice {
  readonly noticeId: number;
  /** Null for what is about no lead. */
  readonly contactId: number | null;
  readonly handoffId: number | null;
  readonly at: number;
  readonly kind: string;
  readonly recipient: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly seenAt: number | null;
  /** What the lead is called. */
  readonly lead: string | null;
}

const LEAD = `(select coalesce(c.traits ->> 'name',
    nullif(concat_ws(' ', c.traits ->> 'first_name', c.traits ->> 'last_name'), ''), c.traits ->> 'email')
  from contact c where c.contact_id = n.contact_id) as lead`;

/** The newest first. @param wanted.recipients addresses and teams */
export const listNotices = (
  db: Db,
  wanted: { recipients: readonly string[]; unseen: boolean; before: number | null; limit: number },
): Promise<KeptNotice[]> =>
  db.rows<KeptNotice>(
    `select notice_id as "noticeId", contact_id as "contactId", handoff_id as "handoffId", at, kind, recipient, details,
       seen_at as "seenAt", ${LEAD}
     from handoff_notice n where recipient = any($1) and (not $2::boolean or seen_at is null)
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

/** Who hears of reviews, as teams. */
const REVIEWERS = ['marketing', 'sales', 'leadership'];

/**
 * Tells the people of marketing, sales and leadership of a review, on the page and by e-mail. That it is due, or overdue,
 * they hear once.
 */
export async function addReviewNotices(
  db: Db,
  kind: 'review-due' | 'review-overdue' | 'review-closed',
  details: { readonly agreement: string; readonly dueAt?: string; readonly reviewId?: string },
  now: number,
): Promise<void> {
  await db.rows(
    `insert into handoff_notice (at, kind, recipient, details, mail_at)
     select $1, $2, recipient, $3, $1 from unnest($4::text[]) as t (recipient) on conflict do nothing`,
    [now, kind, JSON.stringify(details), REVIEWERS],
  );
}

/** Tells marketing that a version of a model lacks what an agreement in force names; of each version once. */
export async function addLostNotice(
  db: Db,
  one: {
    readonly name: string;
    readonly agreementId: number;
    readonly modelId: number;
    readonly lacks: readonly object[];
  },
  now: number,
): Promise<void> {
  const { name: agreement, agreementId, modelId, lacks } = one;
  await db.rows(
    `insert into handoff_notice (at, kind, recipient, details, mail_at) values ($1, 'agreement-lost', $2, $3, $1)
     on conflict do nothing`,
    [now, MARKETING, JSON.stringify({ agreement, agreementId: String(agreementId), modelId: String(modelId), lacks })],
  );
}

/** Somebody who is written to. */
export interface Reader {
  readonly email: string;
  readonly language: Language;
  /** Where their hours are; UTC for who has none. */
  readonly zone: string;
}

/** A notice that is to be sent by e-mail. */
export interface Mailing extends KeptNotice {
  /** Who is meant, or everybody in the team; nobody where it is about what is made up. */
  readonly readers: readonly Reader[];
  /** This attempt counts. */
  readonly attempts: number;
}

/**
 * Takes notices that are due to be sent, and has each due again unless `finishMailing` says otherwise.
 * @param until when it is due again
 */
export const takeMailings = (db: Db, { now, until, most }: { now: number; until: number; most: number }) =>
  db.rows<Mailing>(
    `with due as (select notice_id from handoff_notice where mail_at <= $1 order by mail_at, notice_id limit $3
       for update skip locked)
     update handoff_notice n set mail_at = $2, mail_attempts = n.mail_attempts + 1 from due
     where n.notice_id = due.notice_id
     returning n.notice_id as "noticeId", n.contact_id as "contactId", n.handoff_id as "handoffId", n.at, n.kind,
       n.recipient, n.details, n.seen_at as "seenAt", n.mail_attempts as attempts,
       case when exists (select from trait t join source s on s.source_id = t.source_id
              where t.contact_id = n.contact_id and s.kind = '${DEMO}')
              or exists (select from agreement a where a.name = n.details ->> 'agreement' and a.proposed_by like $4
                and a.in_force_from is not null and a.in_force_until is null) then '[]'
            else (select coalesce(json_agg(json_build_object('email', r.email, 'language', coalesce(r.language, ${WORKSPACE_LANGUAGE}),
             'zone', coalesce((select s.zone from seller s where s.email = r.email), 'UTC')) order by r.email), '[]')
           from (select p.email, p.language from person p where p.email = n.recipient or p.role = n.recipient
                 union all select n.recipient, null where n.recipient like '%@%'
                   and not exists (select from person p where p.email = n.recipient)) r) end as readers,
       ${LEAD}`,
    [now, until, most, MADE_UP_PEOPLE],
  );

/** @param again when it is tried again; null for no more */
export async function finishMailing(db: Db, noticeId: number, again: number | null): Promise<void> {
  await db.rows('update handoff_notice set mail_at = $2 where notice_id = $1', [noticeId, again]);
}
