/**
 * Which contacts have to be looked at, and where they stand: claims, what is known from before, and writes. It decides
 * that a contact is one worker's at a time and that nothing is written that was not claimed; it refuses to know how
 * anything is scored.
 */

import type { Outcome } from '../core/path.ts';
import type { Results } from '../core/scores.ts';
import type { Score } from '../core/words.ts';
import { bigints, integers } from './columns.ts';
import type { Db } from './db.ts';
import { MERGE_LOCK } from './merges.ts';

/** Workers share it; who changes which version counts has it alone. */
const SCORING_LOCK = 7_360_010;
const LANE_LOCK = 7_360_011;
export const LANES = 64;

/** A contact with more events than this is scored apart from the others. */
const HEAVY = 20_000;

/** How many events a contact has, counted as far as it matters. */
const SIZE = `(select count(*) from (select 1 from event e where e.contact_id = %.contact_id limit ${HEAVY + 1}) as counted)`;

/** A contact that has to be walked anew from an instant on. */
export interface Claim {
  readonly id: number;
  readonly since: number;
}

/**
 * Holds off whoever changes versions, or merges contacts, until the transaction ends. The events of a contact lie far
 * apart: read one by one along the index they take half the time of a scan that collects their pages first.
 */
export async function shareVersions(tx: Db): Promise<void> {
  await tx.rows(
    `select pg_advisory_xact_lock_shared($1), pg_advisory_xact_lock_shared($2),
       set_config('enable_bitmapscan', 'off', true)`,
    [SCORING_LOCK, MERGE_LOCK],
  );
}

/** Waits for all workers to finish what they hold, and keeps them off until the transaction ends. */
export async function holdWorkers(tx: Db): Promise<void> {
  await tx.rows('select pg_advisory_xact_lock($1)', [SCORING_LOCK]);
}

/** What there is to do beside contacts that changed. */
export interface Rest {
  readonly companies: boolean;
  readonly heavy: boolean;
  readonly retired: boolean;
  /** Versions by which contacts are scored. */
  readonly models: readonly number[];
}

/** Asks in one go what costs a transaction each to find out by trying. It may say so in vain; what it leaves out is not there. */
export async function findRest(db: Db, now: number): Promise<Rest> {
  const [rest] = await db.rows<Rest>(
    // The first in the order of an index: a table of which rows come and go is mostly of those that went.
    `select (select true from changed_company order by changed_id limit 1) is not null
         or (select true from company_standing where next_change_at <= $1 order by next_change_at limit 1) is not null
         as companies,
       (select true from changed where heavy order by changed_id limit 1) is not null as heavy,
       exists (select from model m where state = 'retired'
         and exists (select from standing s where s.model_id = m.model_id)) as retired,
       array(select model_id from model where state <> 'retired') as models`,
    [now],
  );
  if (rest === undefined) throw new Error('a select without from gives a row');
  return rest;
}

/** Takes some of the lanes in which there is work and which nobody holds. @param first where to begin to look */
export async function claimLanes(tx: Db, models: readonly number[], now: number, first: number, most: number) {
  const rows = await tx.rows<{ lane: number }>(
    `with busy as materialized (
       select lane from generate_series(0, ${LANES - 1}) as lane
       where exists (select from changed c where c.lane = lane.lane and not c.heavy)
          or exists (select from standing s where (s.contact_id & 63) = lane.lane and s.next_change_at <= $1
                     and s.model_id = any($2::integer[]))
       order by (lane - $3::integer) & 63 limit $4)
     select lane from busy where pg_try_advisory_xact_lock(${LANE_LOCK}, lane)`,
    [now, integers(models), first, most],
  );
  return rows.map(({ lane }) => lane);
}

/** Takes one lane; false where somebody has it. */
export async function claimLane(tx: Db, lane: number): Promise<boolean> {
  const [row] = await tx.rows<{ had: boolean }>(`select pg_try_advisory_xact_lock(${LANE_LOCK}, $1::integer) as had`, [
    lane,
  ]);
  return row?.had ?? false;
}

/**
 * Takes contacts of lanes that are held: those that changed, then those whose time has come, as many as fit into one
 * batch. What does not fit stays on the list; contacts with a great many events are put aside on it.
 */
export async function claimContacts(
  tx: Db,
  lanes: readonly number[],
  models: readonly number[],
  now: number,
  batch: Batch,
): Promise<Claim[]> {
  const rows = await tx.rows<Claim & { readonly events: number; readonly listed: boolean }>(
    `with listed as (
       delete from changed using
         (select lane, changed_id from changed where lane = any($1::integer[]) and not heavy order by changed_id limit $4)
           as first
       where changed.lane = first.lane and changed.changed_id = first.changed_id
       returning contact_id, since),
     due as (
       select contact_id, next_change_at as since from unnest($1::integer[]) as l (lane), lateral
         (select contact_id, next_change_at from standing s
          where (s.contact_id & 63) = l.lane and s.next_change_at <= $3 and s.model_id = any($2::integer[])
          order by next_change_at limit $4) as first),
     owed as (
       select contact_id, min(since) as since, bool_or(listed) as listed
       from (select *, true as listed from listed union all select *, false from due) as each group by contact_id)
     select contact_id as id, since, listed,
       ${SIZE.replace('%', 'owed')} as events
     from owed order by listed desc, contact_id`,
    [integers(lanes), integers(models), now, batch.contacts],
  );
  let held = 0;
  const taken: Claim[] = [];
  const left: Claim[] = [];
  const heavy: Claim[] = [];
  for (const { id, since, events, listed } of rows) {
    if (events > HEAVY) heavy.push({ id, since });
    else if (taken.length < batch.contacts && (held === 0 || held + events <= batch.events)) {
      held += events;
      taken.push({ id, since });
    } else if (listed) left.push({ id, since });
  }
  await putBack(tx, left, false);
  await putBack(tx, heavy, true);
  if (heavy.length > 0) {
    // What they owe is on the list now.
    await tx.rows('update standing set next_change_at = null where contact_id = any($1::bigint[])', [
      bigints(heavy.map(({ id }) => id)),
    ]);
  }
  return taken;
}

export async function putBack(tx: Db, claims: readonly Claim[], heavy: boolean): Promise<void> {
  if (claims.length === 0) return;
  await tx.rows(
    `insert into changed (lane, contact_id, since, heavy)
     select contact_id & 63, contact_id, since, $3 from unnest($1::bigint[], $2::bigint[]) as t (contact_id, since)`,
    [bigints(claims.map(({ id }) => id)), bigints(claims.map(({ since }) => since)), heavy],
  );
}

/** Takes one contact with a great many events, and its lane; null where there is none that nobody has. */
export async function claimHeavy(tx: Db): Promise<Claim | null> {
  const waiting = await tx.rows<{ contact_id: number; lane: number }>(
    'select contact_id, lane from changed where heavy order by changed_id limit 100',
  );
  for (const lane of new Set(waiting.map((row) => row.lane))) {
    if (!(await claimLane(tx, lane))) continue;
    const id = waiting.find((row) => row.lane === lane)?.contact_id ?? null;
    const [row] = await tx.rows<{ since: number | null }>(
      `with taken as (delete from changed where lane = $1 and contact_id = $2 returning since)
       select min(since) as since from taken`,
      [lane, id],
    );
    if (id !== null && row?.since != null) return { id, since: row.since };
  }
  return null;
}

/** As much as one transaction takes. */
export interface Batch {
  readonly contacts: number;
  readonly events: number;
}

/** The next contacts of a lane after one that have no standing under a version. */
export async function contactsWithout(tx: Db, model: number, lane: number, after: number, batch: Batch) {
  const rows = await tx.rows<{ id: number; events: number }>(
    `select contact_id as id, ${SIZE.replace('%', 'c')} as events
     from contact c where (contact_id & 63) = $2 and contact_id > $3
       and not exists (select from standing s where s.contact_id = c.contact_id and s.model_id = $1)
     order by contact_id limit $4`,
    [model, lane, after, batch.contacts],
  );
  let held = 0;
  const more = rows.findIndex(({ events }, i) => {
    if (events <= HEAVY) held += events;
    return i > 0 && held > batch.events;
  });
  return rows.slice(0, more < 0 ? rows.length : more).map(({ id, events }) => ({ id, heavy: events > HEAVY }));
}

/** What was true of a contact under a version just before an instant. */
export interface Before extends Outcome {
  readonly stageSince: number | null;
  /** Whether the version never saw the contact in another stage: it may have been in it before. */
  readonly stageAlways: boolean;
}

export interface Asked {
  readonly id: number;
  readonly model: number;
  readonly at: number;
}

/** By contact, version and instant, as `beforeKey` writes them; what nobody knows is not there. */
export async function readBefore(tx: Db, asked: readonly Asked[]): Promise<Map<string, Before>> {
  if (asked.length === 0) return new Map();
  const rows = await tx.rows<Asked & { scores: Outcome['told'] } & Omit<Before, 'told'>>(
    `select w.contact_id as id, w.model_id as model, w.at, h.scores, h.stage, h.disqualified,
       case when s.kept then s.stage_since else (select min(r.at) from history r
         where r.contact_id = w.contact_id and r.model_id = w.model_id and r.at < w.at
           and (o.at is null or r.at > o.at)) end as "stageSince",
       s.kept is not true and o.at is null as "stageAlways"
     from unnest($1::bigint[], $2::integer[], $3::bigint[]) as w (contact_id, model_id, at)
     join lateral (select scores, stage, disqualified from history h
       where h.contact_id = w.contact_id and h.model_id = w.model_id and h.at < w.at order by h.at desc limit 1) h on true
     left join lateral (select s.stage_since, s.stage_since is null or s.stage_since < w.at as kept from standing s
       where s.contact_id = w.contact_id and s.model_id = w.model_id) s on true
     left join lateral (select o.at from history o where s.kept is not true and o.contact_id = w.contact_id
       and o.model_id = w.model_id and o.at < w.at and o.stage is distinct from h.stage order by o.at desc limit 1) o on true`,
    [bigints(asked.map(({ id }) => id)), integers(asked.map(({ model }) => model)), bigints(asked.map(({ at }) => at))],
  );
  return new Map(rows.map(({ scores, ...row }) => [beforeKey(row), { ...row, told: scores }]));
}

export const beforeKey = ({ id, model, at }: Asked): string => `${id} ${model} ${at}`;

/** What one walk under one version found. */
export interface Written {
  readonly contact_id: number;
  readonly model_id: number;
  /** From which instant on, and up to which, what was written before is replaced. */
  readonly since: number;
  readonly end: number | null;
  readonly history: readonly { readonly at: number; readonly outcome: Outcome }[];
  readonly moves: readonly { readonly at: number; readonly from: string | null; readonly to: string | null }[];
  /** Whether moves are kept: those of a version that is not serving yet are not. */
  readonly held: (at: number) => boolean;
  /** Null for a version that is retired: it has a past and no present. */
  readonly standing: {
    readonly asOf: number;
    readonly stage: string | null;
    readonly stageSince: number | null;
    readonly disqualified: string | null;
    readonly nextChangeAt: number | null;
    readonly parts: Readonly<Record<string, number>>;
    readonly scores: readonly Cells[];
  } | null;
}

/** A score as it is stored. */
export interface Cells {
  readonly name: string;
  readonly points: number | null;
  readonly grade: string | null;
  readonly band: string | null;
  readonly cell: string | null;
}

/** Scores as they are stored, with the names of grades and bands. */
export const cellsOf = (scores: readonly Score[], results: Results): Cells[] =>
  scores.map(({ name, grades, bands }) => {
    const { points = null, cell = null, grade = null, band = null } = results.get(name) ?? {};
    return { name, points, grade: grades[grade ?? -1]?.name ?? null, band: bands[band ?? -1]?.name ?? null, cell };
  });

/**
 * Writes what walks found.
 * @param watched versions in which companies have scores
 * @returns contacts of which a score is another than before, or in a watched version the disqualification
 */
export async function writeWalks(tx: Db, written: readonly Written[], watched: readonly number[], now: number) {
  if (written.length === 0) return [];
  const spans = [
    bigints(written.map((one) => one.contact_id)),
    integers(written.map((one) => one.model_id)),
    bigints(written.map(({ since }) => since)),
    bigints(written.map(({ end }) => end)),
  ];
  const moved = await writePresent(tx, written, watched);
  await writeHistory(tx, written, spans);
  await writeMoves(tx, written, spans, now);
  return moved;
}

const SPANS =
  'unnest($1::bigint[], $2::integer[], $3::bigint[], $4::bigint[]) as w (contact_id, model_id, since, until)';
const IN_SPAN =
  'x.contact_id = w.contact_id and x.model_id = w.model_id and x.at >= w.since and (w.until is null or x.at < w.until)';

async function writePresent(tx: Db, written: readonly Written[], watched: readonly number[]) {
  const present = written.flatMap(({ contact_id, model_id, standing }) =>
    standing === null ? [] : [{ contact_id, model_id, ...standing }],
  );
  if (present.length === 0) return [];
  const was = await readDisqualified(
    tx,
    watched.length === 0 ? [] : present.filter((one) => watched.includes(one.model_id)),
  );
  await tx.rows(
    `insert into standing (contact_id, model_id, as_of, stage, stage_since, disqualified, next_change_at, parts)
     select contact_id, model_id, "asOf", stage, "stageSince", disqualified, "nextChangeAt", parts
     from json_to_recordset($1::json) as t (contact_id bigint, model_id integer, "asOf" bigint, stage text,
       "stageSince" bigint, disqualified text, "nextChangeAt" bigint, parts jsonb)
     on conflict (contact_id, model_id) do update set as_of = excluded.as_of, stage = excluded.stage,
       stage_since = excluded.stage_since, disqualified = excluded.disqualified,
       next_change_at = excluded.next_change_at, parts = excluded.parts`,
    [JSON.stringify(present.map(({ scores, ...one }) => one))],
  );
  const scores = present.flatMap(({ contact_id, model_id, scores: list }) =>
    list.map((score) => ({ contact_id, model_id, ...score })),
  );
  const changed = await tx.rows<{ contact_id: number; model_id: number }>(
    `insert into score (contact_id, model_id, name, points, grade, band, cell)
     select contact_id, model_id, name, points, grade, band, cell
     from json_to_recordset($1::json) as t (contact_id bigint, model_id integer, name text, points bigint, grade text,
       band text, cell text)
     on conflict (contact_id, model_id, name) do update set points = excluded.points, grade = excluded.grade,
       band = excluded.band, cell = excluded.cell
     where (score.points, score.grade, score.band, score.cell)
       is distinct from (excluded.points, excluded.grade, excluded.band, excluded.cell)
     returning contact_id, model_id`,
    [JSON.stringify(scores)],
  );
  const others = present.filter((one) => {
    const before = was.get(`${one.contact_id} ${one.model_id}`);
    return before !== undefined && before !== one.disqualified;
  });
  return [...changed, ...others];
}

/** By contact and version, what disqualified contacts that stand anywhere. */
async function readDisqualified(tx: Db, present: readonly { contact_id: number; model_id: number }[]) {
  if (present.length === 0) return new Map<string, string | null>();
  const rows = await tx.rows<{ contact_id: number; model_id: number; disqualified: string | null }>(
    `select s.contact_id, s.model_id, s.disqualified from unnest($1::bigint[], $2::integer[]) as w (contact_id, model_id),
       lateral (select * from standing s where s.contact_id = w.contact_id and s.model_id = w.model_id limit 1) s`,
    [bigints(present.map((one) => one.contact_id)), integers(present.map((one) => one.model_id))],
  );
  return new Map(rows.map((row) => [`${row.contact_id} ${row.model_id}`, row.disqualified]));
}

async function writeHistory(tx: Db, written: readonly Written[], spans: readonly string[]): Promise<void> {
  await tx.rows(`delete from history x using ${SPANS} where ${IN_SPAN}`, spans);
  const rows = written.flatMap(({ contact_id, model_id, history }) =>
    history.map(({ at, outcome: { told, stage, disqualified } }) => {
      return { contact_id, model_id, at, scores: told, stage, disqualified };
    }),
  );
  if (rows.length === 0) return;
  await tx.rows(
    `insert into history (contact_id, model_id, at, scores, stage, disqualified)
     select contact_id, model_id, at, scores, stage, disqualified from json_to_recordset($1::json)
       as t (contact_id bigint, model_id integer, at bigint, scores jsonb, stage text, disqualified text)`,
    [JSON.stringify(rows)],
  );
}

/**
 * Moves that no longer happen are kept and marked, and hand-offs that rest on them are in doubt; one that happens again, or
 * another at its instant, takes its row.
 */
async function writeMoves(tx: Db, written: readonly Written[], spans: readonly string[], now: number): Promise<void> {
  const moves = written.flatMap(({ contact_id, model_id, moves: list, held }) =>
    list.map(({ at, from, to }) => ({ contact_id, model_id, at, from_stage: from, to_stage: to, held: held(at) })),
  );
  const given = `json_to_recordset($%::json) as t (contact_id bigint, model_id integer, at bigint, from_stage text,
       to_stage text, held boolean)`;
  await tx.rows(
    `with undone as (
       update move x set undone_at = $5 from ${SPANS} where ${IN_SPAN} and x.undone_at is null and not exists
         (select from ${given.replace('%', '6')} where t.contact_id = x.contact_id and t.model_id = x.model_id
          and t.at = x.at and t.from_stage is not distinct from x.from_stage and t.to_stage is not distinct from x.to_stage)
       returning x.contact_id, x.model_id, x.at)
     update handoff h set doubted = true from undone u where h.contact_id = u.contact_id and h.model_id = u.model_id
       and h.moved_at = u.at and h.state in ('waiting', 'open') and not h.acted_on`,
    [...spans, now, JSON.stringify(moves)],
  );
  if (moves.length === 0) return;
  await tx.rows(
    `insert into move (contact_id, model_id, at, from_stage, to_stage, recorded_at, held)
     select contact_id, model_id, at, from_stage, to_stage, $2, held from ${given.replace('%', '1')}
     on conflict (contact_id, model_id, at) do update set from_stage = excluded.from_stage,
       to_stage = excluded.to_stage, recorded_at = excluded.recorded_at, undone_at = null
     where move.undone_at is not null`,
    [JSON.stringify(moves), now],
  );
}
