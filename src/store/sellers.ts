/**
 * Sales people who are given leads: their hours, absences and turns. It decides how they are kept; it refuses to know who
 * is chosen and when a promise is due.
 */

import { ScorelineError } from '../core/errors.ts';
import type { Json } from '../core/ingest.ts';
import { DAY } from '../core/time.ts';
import { recordDeed } from './audit.ts';
import type { Db } from './db.ts';
import { nudgeWaiting } from './handoff-work.ts';
import type { By } from './models.ts';

/** Under this address the hours of marketing are kept. */
export const MARKETING = 'marketing';

export interface Hours {
  /** An IANA zone. */
  readonly zone: string;
  /** Seven lists of [from, until] in minutes since midnight, Monday first. */
  readonly week: readonly (readonly (readonly [number, number])[])[];
  /** The name of a calendar of holidays. */
  readonly holidays: string | null;
}

export interface SellerDocument extends Hours {
  readonly capacity: number | null;
  readonly weight: number;
  /** A condition as it was written. */
  readonly territory: Json;
  readonly active: boolean;
}

export interface Absence {
  readonly absenceId: number;
  /** Days since 1970 in the zone of the seller, both included. */
  readonly firstDay: number;
  readonly lastDay: number;
}

export interface Seller extends SellerDocument {
  readonly email: string;
  readonly credit: number;
  readonly absences: readonly Absence[];
  /** Days of the calendar of holidays. */
  readonly holidayDays: readonly number[];
  /** Hand-offs under way. */
  readonly has: number;
}

const SELLER = `s.email, s.zone, s.week, s.holidays, s.capacity, s.weight, s.territory, s.active, s.credit,
  coalesce((select json_agg(json_build_object('absenceId', a.absence_id, 'firstDay', a.first_day, 'lastDay', a.last_day)
    order by a.first_day, a.absence_id) from absence a where a.email = s.email), '[]') as absences,
  coalesce((select json_agg(h.day order by h.day) from holiday h where h.calendar = s.holidays), '[]') as "holidayDays",
  (select count(*) from handoff o where o.assignee = s.email and o.state in ('open', 'accepted', 'opportunity')) as has`;

/** The first instant after the last day of an absence, in the zone where days begin first: fourteen hours before UTC. */
const EARLIEST_BACK = `((last_day + 1) * ${DAY}::bigint - ${(14 * DAY) / 24})`;

/** All of them by address, marketing's hours among them. */
export const listSellers = (db: Db): Promise<Seller[]> =>
  db.rows<Seller>(`select ${SELLER} from seller s order by s.email`);

/** Adds a sales person, or changes the hours, turns and territory of one. */
export async function saveSeller(db: Db, email: string, seller: SellerDocument, { by, now }: By): Promise<void> {
  await db.transaction(async (tx) => {
    const { zone, week, holidays, capacity, weight, territory, active } = seller;
    await tx.rows(
      `insert into seller (email, zone, week, holidays, capacity, weight, territory, active, changed_at, changed_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       on conflict (email) do update set zone = excluded.zone, week = excluded.week, holidays = excluded.holidays,
         capacity = excluded.capacity, weight = excluded.weight, territory = excluded.territory,
         active = excluded.active, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
      [
        email,
        zone,
        JSON.stringify(week),
        holidays,
        capacity,
        weight,
        territory === null ? null : JSON.stringify(territory),
        active,
        now,
        by,
      ],
    );
    // In another zone an absence ends at another instant.
    await tx.rows(
      `update absence set back_at = ${EARLIEST_BACK} where email = $1 and ${EARLIEST_BACK} + 2 * ${DAY}::bigint > $2::bigint`,
      [email, now],
    );
    if (active) await nudgeWaiting(tx);
    else await forsake(tx, email);
    await recordDeed(tx, {
      at: now,
      who: by,
      action: 'seller.save',
      subject: `seller:${email}`,
      details: { ...seller },
    });
  });
}

/** Somebody who is given no leads any more, or is gone: what they have under way is passed on at the next look. */
export async function retireSeller(tx: Db, email: string, { by, now }: By): Promise<void> {
  const gone = await tx.rows(
    `update seller set active = false, changed_at = $2, changed_by = $3 where email = $1 and active returning email`,
    [email, now, by],
  );
  if (gone.length > 0) await forsake(tx, email);
}

async function forsake(tx: Db, email: string): Promise<void> {
  await tx.rows(
    `update handoff set looked_at = 0 where assignee = $1 and state in ('open', 'accepted', 'opportunity')`,
    [email],
  );
}

/** Says that somebody is away. @throws ScorelineError `not_found` */
export async function addAbsence(
  db: Db,
  email: string,
  { firstDay, lastDay }: Omit<Absence, 'absenceId'>,
  { by, now }: By,
): Promise<number> {
  return db.transaction(async (tx) => {
    const [made] = await tx.rows<{ id: number }>(
      `insert into absence (email, first_day, last_day, back_at)
       select email, first_day, last_day, ${EARLIEST_BACK}
       from (select email, $2::integer as first_day, $3::integer as last_day from seller where email = $1) as asked
       returning absence_id as id`,
      [email, firstDay, lastDay],
    );
    if (made === undefined) throw new ScorelineError('not_found', `nobody of sales has the address ${email}`);
    const details = { firstDay, lastDay };
    await recordDeed(tx, { at: now, who: by, action: 'absence.add', subject: `seller:${email}`, details });
    return made.id;
  });
}

/** False where there is none. */
export async function removeAbsence(db: Db, absenceId: number, { by, now }: By): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [gone] = await tx.rows<{ email: string }>('delete from absence where absence_id = $1 returning email', [
      absenceId,
    ]);
    if (gone === undefined) return false;
    await nudgeWaiting(tx);
    await recordDeed(tx, { at: now, who: by, action: 'absence.remove', subject: `seller:${gone.email}` });
    return true;
  });
}

export interface Holiday {
  readonly calendar: string;
  readonly day: number;
  readonly name: string;
}

export const listHolidays = (db: Db): Promise<Holiday[]> =>
  db.rows<Holiday>('select calendar, day, name from holiday order by calendar, day');

/** Replaces the days of a calendar. */
export async function saveHolidays(
  db: Db,
  calendar: string,
  days: readonly Omit<Holiday, 'calendar'>[],
  { by, now }: By,
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.rows('delete from holiday where calendar = $1', [calendar]);
    await tx.rows(
      `insert into holiday (calendar, day, name)
       select $1, day, name from json_to_recordset($2::json) as t (day integer, name text)`,
      [calendar, JSON.stringify(days)],
    );
    await recordDeed(tx, { at: now, who: by, action: 'holidays.save', subject: `holidays:${calendar}` });
  });
}

/** Writes what turns left. */
export async function writeCredits(tx: Db, credits: ReadonlyMap<string, number>): Promise<void> {
  if (credits.size === 0) return;
  await tx.rows(
    `update seller set credit = t.credit from unnest($1::text[], $2::integer[]) as t (email, credit)
     where seller.email = t.email`,
    [[...credits.keys()], [...credits.values()]],
  );
}
