/**
 * What there is to do with hand-offs: moves that nobody looked at, what waits, is in doubt, comes back or was forsaken, and
 * time that ran out. It decides that each is taken once, whoever looks; it refuses to know what is done with it.
 */

import { bigints } from './columns.ts';
import type { Db } from './db.ts';
import { CLOCK, HANDOFF, type KeptClock, type KeptHandoff } from './handoffs.ts';

/** Only one process looks after hand-offs at a time, and nobody merges or erases contacts meanwhile. */
const LOOKING = 7_360_009;

/** Whether this transaction alone looks after hand-offs, until it ends. */
export async function claimHandoffs(tx: Db): Promise<boolean> {
  const [free] = await tx.rows<{ free: boolean }>('select pg_try_advisory_xact_lock($1) as free', [LOOKING]);
  return free?.free === true;
}

/** From here to the end of the transaction nobody looks after hand-offs. */
export async function holdHandoffs(tx: Db): Promise<void> {
  await tx.rows('select pg_advisory_xact_lock($1)', [LOOKING]);
}

/** Everybody who ever had a hand-off, from one to the next along the index: people are few. */
const HOLDERS = `with recursive one as (
    (select assignee from handoff where assignee is not null order by assignee limit 1)
    union all
    select (select h.assignee from handoff h where h.assignee > o.assignee order by h.assignee limit 1) from one o
    where o.assignee is not null)`;

/** What there is to do, by kind; each is asked of an index of its own. */
export interface Work {
  readonly back: boolean;
  readonly doubted: boolean;
  readonly moves: boolean;
  readonly waiting: boolean;
  readonly returning: boolean;
  readonly time: boolean;
  readonly reassigning: boolean;
  readonly forsaken: boolean;
}

const FIRST = '(select true from';
const ONE = 'limit 1) is not null';

/** Whether there is anything to do. It may say so in vain; what it leaves out is not there. */
export async function findWork(db: Db, now: number, patience: number): Promise<Work> {
  const [work] = await db.rows<Work>(
    // The first in the order of an index: a plain `exists` reads whole tables once the statement is planned for any instant.
    `select ${FIRST} absence where back_at <= $1 order by back_at ${ONE} as back,
       ${FIRST} handoff where doubted order by handoff_id ${ONE} as doubted,
       ${FIRST} move where handed is distinct from recorded_at and not held and undone_at is null
         order by contact_id, model_id, at ${ONE} as moves,
       ${FIRST} handoff where state = 'waiting' and looked_at <= $1::bigint - $2::bigint order by looked_at ${ONE}
         or exists (select from handoff h, lateral (select from standing s where s.contact_id = h.contact_id
           and s.as_of > h.looked_at and s.as_of <= $1 limit 1) s where h.state = 'waiting')
         or ${FIRST} absence where back_at <= $1 order by back_at ${ONE} as waiting,
       ${FIRST} handoff where state = 'recycled' and returns_at <= $1 order by returns_at ${ONE} as returning,
       ${FIRST} handoff_clock where outcome is null and due_at < $1 order by due_at ${ONE}
         or ${FIRST} handoff_clock where remind_at <= $1 order by remind_at ${ONE}
         or ${FIRST} handoff_clock where escalate_at <= $1 order by escalate_at ${ONE} as time,
       ${FIRST} handoff_clock where reassign_at <= $1 order by reassign_at ${ONE} as reassigning,
       exists (${HOLDERS} select from one where not exists (select from seller s where s.email = one.assignee and s.active)
         and exists (select from handoff h where h.assignee = one.assignee and h.state in ('open', 'accepted', 'opportunity')))
         as forsaken`,
    [now, patience],
  );
  if (work === undefined) throw new Error('a select without from gives a row');
  return work;
}

/**
 * The earliest instant at which somebody is to hear of a promise, or gets a lead by the passing of time; null where nothing
 * runs. That a promise was missed is written by any later look.
 */
export async function nextAlarm(db: Db): Promise<number | null> {
  const [next] = await db.rows<{ at: number | null }>(
    `select least((select min(remind_at) from handoff_clock where remind_at is not null),
       (select min(escalate_at) from handoff_clock where escalate_at is not null),
       (select min(reassign_at) from handoff_clock where reassign_at is not null),
       (select min(returns_at) from handoff where state = 'recycled' and returns_at is not null)) as at`,
  );
  return next?.at ?? null;
}

/** A contact that came to another stage and was not looked at for a hand-off. */
export interface FreshMove {
  readonly contactId: number;
  readonly modelId: number;
  readonly model: string;
  readonly at: number;
  readonly recordedAt: number;
  readonly from: string | null;
  readonly to: string | null;
}

/** How many a look takes at a time, and contacts that it leaves alone for now. */
export interface Taking {
  readonly most: number;
  readonly except: readonly number[];
}

/**
 * Takes moves that nobody looked at; they count as looked at when the transaction is committed.
 */
export const takeMoves = (tx: Db, { most, except }: Taking): Promise<FreshMove[]> =>
  tx.rows<FreshMove>(
    `with fresh as (
       select contact_id, model_id, at from move
       where handed is distinct from recorded_at and not held and undone_at is null and contact_id <> all($2::bigint[])
       order by contact_id, model_id, at limit $1)
     update move m set handed = m.recorded_at from fresh f, model
     where m.contact_id = f.contact_id and m.model_id = f.model_id and m.at = f.at and model.model_id = m.model_id
     returning m.contact_id as "contactId", m.model_id as "modelId", model.name as model, m.at,
       m.recorded_at as "recordedAt", m.from_stage as "from", m.to_stage as "to"`,
    [most, bigints(except)],
  );

/** Says of all moves that were recorded before an instant that nobody needs to look at them. */
export async function passOver(tx: Db, before: number): Promise<void> {
  await tx.rows('update move set handed = recorded_at where recorded_at < $1 and handed is distinct from recorded_at', [
    before,
  ]);
}

/** Writes of clocks whose time is over that they were missed. @returns how many */
export async function missClocks(tx: Db, now: number): Promise<number> {
  const missed = await tx.rows(
    `update handoff_clock set outcome = 'missed', remind_at = null where outcome is null and due_at < $1
     returning handoff_id`,
    [now],
  );
  return missed.length;
}

/** Alarms that went off and that somebody is told of: each is taken once. */
export async function takeAlarms(tx: Db, now: number) {
  const take = (column: 'remind_at' | 'escalate_at') =>
    tx.rows<KeptClock>(`update handoff_clock set ${column} = null where ${column} <= $1 returning ${CLOCK}`, [now]);
  return { remind: await take('remind_at'), escalate: await take('escalate_at') };
}

/** Promises after which somebody else is to get the lead: each is taken once. */
export const takeReassigning = (tx: Db, now: number, { most, except }: Taking): Promise<KeptClock[]> =>
  tx.rows<KeptClock>(
    `with due as (select contact_id, handoff_id, kind, assignment from handoff_clock where reassign_at <= $1
       and contact_id <> all($3::bigint[]) order by reassign_at, handoff_id limit $2 for update)
     update handoff_clock set reassign_at = null where (contact_id, handoff_id, kind, assignment) in
       (select contact_id, handoff_id, kind, assignment from due) returning ${CLOCK}`,
    [now, most, bigints(except)],
  );

/** Hand-offs that wait and whose contact was scored anew since they were looked at, or that nobody looked at for long. */
export const takeWaiting = (
  tx: Db,
  { now, patience, most, except }: Taking & { readonly now: number; readonly patience: number },
): Promise<KeptHandoff[]> =>
  tx.rows<KeptHandoff>(
    `select ${HANDOFF} from handoff h where h.state = 'waiting' and (h.looked_at <= $1::bigint - $2::bigint or exists (
       select from standing s join model m on m.model_id = s.model_id and m.state = 'serving'
       where s.contact_id = h.contact_id and s.as_of > h.looked_at and s.as_of <= $1)) and h.contact_id <> all($4::bigint[])
     order by h.looked_at, h.handoff_id limit $3 for update`,
    [now, patience, most, bigints(except)],
  );

export async function noteLook(tx: Db, handoffs: readonly number[], now: number): Promise<void> {
  await tx.rows('update handoff set looked_at = $2 where handoff_id = any($1::bigint[])', [bigints(handoffs), now]);
}

/** Leads that wait for a person and are looked at when one comes free: one gets it, the others were not their turn. */
export const ONE_CAME_FREE = 50;

/** Has those that wait longest for a free person looked at at once. @param most how many; all of them, unless given */
export async function nudgeWaiting(tx: Db, most: number | null = null): Promise<void> {
  await tx.rows(
    `update handoff set looked_at = 0 where handoff_id in (select handoff_id from handoff
       where state = 'waiting' and lacks = '{seller}' order by looked_at, handoff_id limit $1 for update skip locked)`,
    [most],
  );
}

/** Somebody who was away and may be back. */
export interface Returning {
  readonly absenceId: number;
  readonly email: string;
  readonly lastDay: number;
}

/** Absences that may be over by now. */
export const listEnding = (tx: Db, now: number): Promise<Returning[]> =>
  tx.rows<Returning>(
    `select absence_id as "absenceId", email, last_day as "lastDay" from absence where back_at <= $1
     order by back_at for update`,
    [now],
  );

/** Says when an absence is to be looked at again; null where it is over. */
export async function noteBack(tx: Db, absenceId: number, backAt: number | null): Promise<void> {
  await tx.rows('update absence set back_at = $2 where absence_id = $1', [absenceId, backAt]);
}

/** A hand-off in doubt, and whether the move that it rests on did not happen, or led elsewhere. */
export interface Doubted extends KeptHandoff {
  readonly unfounded: boolean;
}

/**
 * Takes hand-offs in doubt; each is taken once. Where the contact is still to be scored nobody can say yet what it rests
 * on.
 */
export const takeDoubted = (tx: Db, { most, except }: Taking): Promise<Doubted[]> =>
  tx.rows<Doubted>(
    `with taken as (select contact_id, handoff_id from handoff h where doubted and contact_id <> all($2::bigint[])
         and not exists (select from changed c where c.lane = h.contact_id & 63 and c.contact_id = h.contact_id)
       order by handoff_id limit $1 for update)
     update handoff h set doubted = false from taken t
     where h.contact_id = t.contact_id and h.handoff_id = t.handoff_id
     returning ${HANDOFF}, not exists (select from move m where m.contact_id = h.contact_id and m.model_id = h.model_id
       and m.at = h.moved_at and m.undone_at is null and m.to_stage is not distinct from h.moved_to) as unfounded`,
    [most, bigints(except)],
  );

/** Lets hand-offs rest on the latest move of their contact, because the one that they rested on happened at another time. */
export async function restAnew(tx: Db, handoffs: readonly number[]): Promise<void> {
  if (handoffs.length === 0) return;
  await tx.rows(
    `update handoff h set model_id = m.model_id, moved_at = m.at, moved_to = m.to_stage
     from (select distinct on (contact_id) contact_id, model_id, at, to_stage from move
       where undone_at is null and contact_id in (select contact_id from handoff where handoff_id = any($1::bigint[]))
       order by contact_id, model_id desc, at desc) m
     where h.handoff_id = any($1::bigint[]) and m.contact_id = h.contact_id`,
    [bigints(handoffs)],
  );
}

/** Recycled hand-offs whose day to come back has come; each is taken once. */
export const takeReturning = (tx: Db, now: number, { most, except }: Taking): Promise<KeptHandoff[]> =>
  tx.rows<KeptHandoff>(
    `with back as (select contact_id, handoff_id from handoff where state = 'recycled' and returns_at <= $1
       and contact_id <> all($3::bigint[]) order by returns_at, handoff_id limit $2 for update)
     update handoff h set returns_at = null from back b
     where h.contact_id = b.contact_id and h.handoff_id = b.handoff_id returning ${HANDOFF}`,
    [now, most, bigints(except)],
  );

/**
 * Hand-offs under way whose assignee is gone or is given no leads any more, of those that were not looked at for a while.
 */
export const takeForsaken = (
  tx: Db,
  { now, patience, most, except }: Taking & { readonly now: number; readonly patience: number },
): Promise<KeptHandoff[]> =>
  tx.rows<KeptHandoff>(
    `${HOLDERS}
     select ${HANDOFF} from one join handoff h on h.assignee = one.assignee
     where not exists (select from seller s where s.email = one.assignee and s.active)
       and h.state in ('open', 'accepted', 'opportunity') and h.looked_at <= $1::bigint - $2::bigint
       and h.contact_id <> all($4::bigint[])
     order by h.looked_at, h.handoff_id limit $3 for update of h`,
    [now, patience, most, bigints(except)],
  );
