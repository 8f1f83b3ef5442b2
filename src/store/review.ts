/**
 * Reviews of agreements, and the counts that one is made of. It decides which contacts and events are counted; it refuses
 * to know what a count means.
 */

import type { Counted } from '../core/drift.ts';
import { ScorelineError } from '../core/errors.ts';
import { recordDeed } from './audit.ts';
import type { Db } from './db.ts';
import type { By } from './people.ts';

export interface KeptReview {
  readonly reviewId: number;
  /** Of the agreement. */
  readonly name: string;
  readonly from: number;
  readonly openedAt: number;
  readonly openedBy: string;
  readonly minutes: string;
  readonly minutesAt: number | null;
  readonly minutesBy: string | null;
  readonly closedAt: number | null;
  readonly closedBy: string | null;
  /** As it was when it was closed. */
  readonly report: unknown;
}

const REVIEW = `review_id as "reviewId", name, from_at as "from", opened_at as "openedAt", opened_by as "openedBy", minutes,
  minutes_at as "minutesAt", minutes_by as "minutesBy", closed_at as "closedAt", closed_by as "closedBy", report`;

/** The newest first. */
export const listReviews = (db: Db): Promise<KeptReview[]> =>
  db.rows<KeptReview>(`select ${REVIEW} from review order by review_id desc limit 500`);

export async function findReview(db: Db, reviewId: number): Promise<KeptReview | null> {
  const [found] = await db.rows<KeptReview>(`select ${REVIEW} from review where review_id = $1`, [reviewId]);
  return found ?? null;
}

/** An agreement of which a version is in force. */
export interface Reviewable {
  readonly agreementId: number;
  readonly name: string;
  /** Since when any version of it was in force, and when its last review was closed. */
  readonly since: number;
  readonly held: number | null;
}

export const listReviewable = (db: Db): Promise<Reviewable[]> =>
  db.rows<Reviewable>(
    `select a.agreement_id as "agreementId", a.name,
       (select min(f.in_force_from) from agreement f where f.name = a.name) as since,
       (select max(r.closed_at) from review r where r.name = a.name) as held
     from agreement a where a.in_force_from is not null and a.in_force_until is null order by a.agreement_id`,
  );

/** @throws ScorelineError `conflict` where one is open already */
export async function openReview(
  db: Db,
  { name, from }: { name: string; from: number },
  { by, now }: By,
): Promise<number> {
  return db.transaction(async (tx) => {
    const [made] = await tx.rows<{ id: number }>(
      `insert into review (name, from_at, opened_at, opened_by) values ($1, $2, $3, $4)
       on conflict (name) where closed_at is null do nothing returning review_id as id`,
      [name, from, now, by],
    );
    if (made === undefined) throw new ScorelineError('conflict', `a review of ${name} is open already`);
    await recordDeed(tx, { at: now, who: by, action: 'review.open', subject: `agreement:${name}`, details: {} });
    return made.id;
  });
}

/** False where the review is none, or is closed. */
export async function writeMinutes(db: Db, reviewId: number, minutes: string, { by, now }: By): Promise<boolean> {
  const done = await db.rows(
    `update review set minutes = $2, minutes_at = $3, minutes_by = $4 where review_id = $1 and closed_at is null
     returning review_id`,
    [reviewId, minutes, now, by],
  );
  return done.length > 0;
}

/** Closes a review for good, with what it was about. False where the review is none, or is closed. */
export async function closeReview(db: Db, reviewId: number, report: object, { by, now }: By): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [closed] = await tx.rows<{ name: string }>(
      `update review set closed_at = $2, closed_by = $3, report = $4 where review_id = $1 and closed_at is null
       returning name`,
      [reviewId, now, by, JSON.stringify(report)],
    );
    if (closed === undefined) return false;
    await recordDeed(tx, {
      at: now,
      who: by,
      action: 'review.close',
      subject: `agreement:${closed.name}`,
      details: {},
    });
    return true;
  });
}

/** This period, from `from` up to `to`, and the one before it, from `before` on. */
export interface Periods {
  readonly before: number;
  readonly from: number;
  readonly to: number;
}

interface Row {
  readonly name: string;
  readonly before: number;
  readonly now: number;
}

const counted = (rows: readonly Row[]): Counted =>
  new Map(rows.map(({ name, before, now }) => [name, { before, now }]));

/** Events of each period by their name; those that were voided, or made by machines, are left out. */
export const countEvents = async (db: Db, { before, from, to }: Periods): Promise<Counted> =>
  counted(
    await db.rows<Row>(
      `select name, count(*) filter (where at < $2) as before, count(*) filter (where at >= $2) as now from event
       where at >= $1 and at < $3 and voided_at is null and machine is null group by name`,
      [before, from, to],
    ),
  );

/** Values that are told by themselves; the others are one. What few people have may say who they are. */
const MOST_VALUES = 20;
const FEWEST = 5;

/** What was said of some fields in each period, by field and value. */
export async function countTraits(db: Db, fields: readonly string[], { before, from, to }: Periods) {
  const rows = await db.rows<Row & { field: string }>(
    `with said as (
       select name as field, left(case jsonb_typeof(value) when 'string' then value #>> '{}' else value::text end, 80) as value,
         count(*) filter (where at < $3) as before, count(*) filter (where at >= $3) as now
       from trait where name = any($1::text[]) and at >= $2 and at < $4 and value is not null group by 1, 2),
     ranked as (select *, row_number() over (partition by field order by before + now desc, value) as place from said)
     select field, case when place <= ${MOST_VALUES} and before + now >= ${FEWEST} then value else '…' end as name, sum(before)::bigint as before,
       sum(now)::bigint as now
     from ranked group by 1, 2`,
    [fields, before, from, to],
  );
  return new Map([...Map.groupBy(rows, ({ field }) => field)].map(([field, own]) => [field, counted(own)]));
}

/**
 * Contacts by a tenth of the range of a score, as they stood when the period began and when it ended.
 * @param range of the score, in millionths
 */
export async function countScores(
  db: Db,
  { modelId, score, range }: { modelId: number; score: string; range: readonly [number, number] },
  { from, to }: Periods,
): Promise<Counted> {
  const rows = await db.rows<Row>(
    `with stood as (
       select c.contact_id, w.period, (select (h.scores ->> $2)::numeric from history h
         where h.contact_id = c.contact_id and h.model_id = $1 and h.at <= w.at order by h.at desc limit 1) as points
       from standing c, (values ('before', $5::bigint), ('now', $6::bigint)) as w (period, at) where c.model_id = $1)
     select least(10, width_bucket(points, $3::numeric, $4::numeric, 10))::text as name,
       count(*) filter (where period = 'before') as before, count(*) filter (where period = 'now') as now
     from stood where points is not null group by 1`,
    [modelId, score, range[0], range[1], from, to],
  );
  return counted(rows);
}

/** Contacts that are looked at for rules that repeat each other. */
const SAMPLE = 50_000;

/** To how many contacts each rule gives points at present, and of some contacts, which rules do. */
export async function readFiring(db: Db, modelId: number) {
  const firing = await db.rows<{ rule: string; contacts: number }>(
    `select p.key as rule, count(*) as contacts from standing s, jsonb_each(s.parts) p
     where s.model_id = $1 and p.value <> '0' group by 1`,
    [modelId],
  );
  const fired = await db.rows<{ rules: string[] }>(
    `select array(select jsonb_object_keys(s.parts)) as rules from standing s
     where s.model_id = $1 and s.parts <> '{}' order by s.contact_id limit ${SAMPLE}`,
    [modelId],
  );
  return {
    firing: new Map(firing.map(({ rule, contacts }) => [rule, contacts])),
    fired: fired.map(({ rules }) => rules),
  };
}
