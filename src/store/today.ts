/**
 * The leads to act on now, in their order: the latest stage first, in it who entered it last, among those who entered
 * together the highest score. It decides how that order is read without looking at everybody; it refuses to know stages
 * and scores by name, and what is shown of a lead.
 */

import type { Facts } from '../core/ingest.ts';
import { fold } from '../core/text.ts';
import { bigints, texts } from './columns.ts';
import type { Db } from './db.ts';

/** Whose leads, and in which order. */
export interface Wanted {
  readonly modelId: number;
  /** The latest first. None for a model without stages: then the score alone decides, and disqualified ones are left out. */
  readonly stages: readonly string[];
  /** The score that decides last. */
  readonly score: string;
  /** Traits that the company has, each with exactly this text. */
  readonly company: Facts;
}

/** Where a lead stands in the order. */
export interface TodayPlace {
  readonly contactId: number;
  /** Of its stage in the list of wanted ones. */
  readonly rank: number;
  /** When it entered the stage, in milliseconds; 0 without stages. */
  readonly since: number;
  /** Millionths; null for none. */
  readonly points: number | null;
}

/**
 * Leads of a stage that are looked at together, at least. More that entered at one instant are read in the order of their
 * score.
 */
const LOOKED_AT = 50;

/** Leads from a place on, at most `limit`. */
export async function listToday(
  db: Db,
  wanted: Wanted,
  { after, limit }: { after: TodayPlace | null; limit: number },
): Promise<TodayPlace[]> {
  if (Object.keys(wanted.company).length > 0) return ofCompanies(db, wanted, { after, limit });
  if (wanted.stages.length === 0) return byScore(db, wanted, { stage: null, rank: 0, since: 0 }, { after, limit });
  const found: TodayPlace[] = [];
  for (let rank = after?.rank ?? 0; rank < wanted.stages.length && found.length < limit; rank++) {
    const begin = after?.rank === rank ? after : null;
    found.push(...(await inStage(db, wanted, rank, { after: begin, limit: limit - found.length })));
  }
  return found;
}

async function inStage(
  db: Db,
  wanted: Wanted,
  rank: number,
  { after, limit }: { after: TodayPlace | null; limit: number },
): Promise<TodayPlace[]> {
  const stage = wanted.stages[rank] ?? '';
  const found: TodayPlace[] = [];
  const look = Math.max(LOOKED_AT, 2 * limit);
  let from = after?.since ?? Number.MAX_SAFE_INTEGER;
  while (found.length < limit) {
    const rows = await newest(db, wanted, stage, { from, look });
    const last = rows.at(-1)?.since;
    if (last === undefined) break;
    // Those who entered at the last instant may not all be among these.
    const whole = rows.length < look ? rows : rows.filter(({ since }) => since > last);
    const rest = limit - found.length;
    if (whole.length === 0) {
      const group = { stage, rank, since: last };
      const begin = after?.since === last ? after : null;
      const part = await byScore(db, wanted, group, { after: begin, limit: rest });
      found.push(...part);
    } else {
      const places = await withPoints(db, wanted, rank, whole);
      found.push(...places.filter((place) => after === null || isBefore(after, place)).slice(0, rest));
    }
    if (whole.length > 0 && rows.length < look) break;
    from = (whole.at(-1)?.since ?? last) - 1;
  }
  return found;
}

interface Entered {
  readonly contactId: number;
  readonly since: number;
}

const newest = (
  db: Db,
  { modelId }: Wanted,
  stage: string,
  { from, look }: { from: number; look: number },
): Promise<Entered[]> =>
  db.rows<Entered>(
    `select contact_id as "contactId", stage_since as since from standing
     where model_id = $1 and stage = $2 and stage_since <= $3 order by stage_since desc limit $4`,
    [modelId, stage, from, look],
  );

async function withPoints(db: Db, wanted: Wanted, rank: number, rows: readonly Entered[]): Promise<TodayPlace[]> {
  const scores = await db.rows<{ contact_id: number; points: number | null }>(
    'select contact_id, points from score where contact_id = any($1::bigint[]) and model_id = $2 and name = $3',
    [bigints(rows.map(({ contactId }) => contactId)), wanted.modelId, wanted.score],
  );
  const points = new Map(scores.map((row) => [row.contact_id, row.points]));
  return rows
    .map((row): TodayPlace => ({ ...row, rank, points: points.get(row.contactId) ?? null }))
    .sort((a, b) => (isBefore(a, b) ? -1 : 1));
}

/** Whether one stands before another; both are of one stage. */
function isBefore(a: TodayPlace, b: TodayPlace): boolean {
  if (a.since !== b.since) return a.since > b.since;
  const [high, low] = [a.points ?? -Infinity, b.points ?? -Infinity];
  return high === low ? a.contactId < b.contactId : high > low;
}

/** Those who entered a stage at one instant, or all who are in the running, along the index of the score. */
async function byScore(
  db: Db,
  { modelId, score }: Wanted,
  { stage, rank, since }: { stage: string | null; rank: number; since: number },
  { after, limit }: { after: TodayPlace | null; limit: number },
): Promise<TodayPlace[]> {
  const rows = await db.rows<{ contact_id: number; points: number }>(
    `select o.contact_id, o.points from score o
     cross join lateral (select from standing s where s.contact_id = o.contact_id and s.model_id = $1
       and case when $3::text is null then s.disqualified is null else s.stage = $3 and s.stage_since = $4 end limit 1) s
     where o.model_id = $1 and o.name = $2 and o.points is not null
       and ($5::bigint is null or (o.points <= $5 and (o.points < $5 or o.contact_id > $6)))
     order by o.points desc nulls last, o.contact_id limit $7`,
    [modelId, score, stage, since, after?.points ?? null, after?.contactId ?? 0, limit],
  );
  return rows.map(({ contact_id: contactId, points }) => ({ contactId, rank, since, points }));
}

/** Those of some companies: they are gathered first, for they are few beside all. */
async function ofCompanies(
  db: Db,
  { modelId, stages, score, company }: Wanted,
  { after, limit }: { after: TodayPlace | null; limit: number },
): Promise<TodayPlace[]> {
  const text = Object.fromEntries(Object.entries(company).map(([name, value]) => [name, fold(String(value))]));
  return db.rows<TodayPlace>(
    `with own as materialized (
       select c.contact_id as "contactId", o.points, coalesce(s.stage_since, 0) as since,
         coalesce(array_position($2::text[], s.stage), 1) - 1 as rank
       from company k join contact c on c.company_id = k.company_id
       join standing s on s.contact_id = c.contact_id and s.model_id = $1
       left join score o on o.contact_id = c.contact_id and o.model_id = $1 and o.name = $3
       where k.readings @> $4::jsonb
         and case when cardinality($2::text[]) = 0 then s.disqualified is null else s.stage = any($2::text[]) end)
     select * from own
     where $5::integer is null
       or (rank, -since, -coalesce(points, ${LEAST}), "contactId") > ($5, -$6::bigint, -coalesce($7::bigint, ${LEAST}), $8)
     order by rank, since desc, coalesce(points, ${LEAST}) desc, "contactId" limit $9`,
    [
      modelId,
      texts(stages),
      score,
      JSON.stringify({ text }),
      after?.rank ?? null,
      after?.since ?? 0,
      after?.points ?? null,
      after?.contactId ?? 0,
      limit,
    ],
  );
}

/** Less than any number of points. */
const LEAST = Number.MIN_SAFE_INTEGER;

/** What each rule gave that gave anything, by its id, for each contact, in millionths. */
export async function readParts(
  db: Db,
  ids: readonly number[],
  modelId: number,
): Promise<Map<number, Readonly<Record<string, number>>>> {
  const rows = await db.rows<{ contact_id: number; parts: Readonly<Record<string, number>> }>(
    'select contact_id, parts from standing where contact_id = any($1::bigint[]) and model_id = $2',
    [bigints(ids), modelId],
  );
  return new Map(rows.map(({ contact_id, parts }) => [contact_id, parts]));
}

export interface Deed {
  readonly contact_id: number;
  readonly id: string;
  readonly name: string;
  readonly at: number;
  readonly properties: Facts;
}

/** The last things that each contact did by an instant, the latest first; those that do not count are left out. */
export async function lastDeeds(
  db: Db,
  ids: readonly number[],
  { now, each }: { now: number; each: number },
): Promise<Map<number, Deed[]>> {
  const rows = await db.rows<Deed>(
    `select e.contact_id, e.event_id as id, e.name, e.at, e.properties from unnest($1::bigint[]) as i (contact_id)
     cross join lateral (select * from event e where e.contact_id = i.contact_id and e.at <= $2
       and e.voided_at is null and e.machine is null order by e.at desc limit $3) e
     order by e.contact_id, e.at desc, e.event_id desc`,
    [bigints(ids), now, each],
  );
  return Map.groupBy(rows, (row) => row.contact_id);
}

/** The values that companies have of a trait, in the order of the alphabet. */
export async function companyValues(db: Db, trait: string, most: number): Promise<string[]> {
  const rows = await db.rows<{ value: string }>(
    `select distinct traits ->> $1 as value from company
     where jsonb_typeof(traits -> $1) = 'string' order by value limit $2`,
    [trait, most],
  );
  return rows.map(({ value }) => value);
}
