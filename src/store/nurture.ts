/**
 * Leads that marketing looks after: not in the stage that is handed over, not disqualified, not with sales. It decides how
 * they are found and in which order; it refuses to know what is done with them.
 */

import type { Threshold, Tired } from '../core/nurture.ts';
import { bigints } from './columns.ts';
import type { Db } from './db.ts';
import { COUNTS } from './handoffs.ts';

/** Whose leads are meant. */
export interface Below {
  readonly modelId: number;
  /** The stage that is handed over, and those after it. */
  readonly beyond: readonly string[];
  readonly limit: number;
}

/** Contacts under one version that are marketing's; the values are `$1` and `$2`. */
const OURS = `s.model_id = $1 and s.disqualified is null and (s.stage is null or s.stage <> all($2::text[]))
  and not exists (select from handoff u where u.contact_id = s.contact_id
    and (u.state in ('waiting', 'open', 'accepted', 'opportunity') or u.state = 'recycled' and u.returns_at is not null))`;

export interface Close {
  readonly contactId: number;
  /** Of each score that has a threshold, in their order; millionths. */
  readonly points: readonly number[];
}

/** Those that miss the least in all, the closest first. Leads that lack one of the scores are left out. */
export async function closest(db: Db, { modelId, beyond, limit }: Below, thresholds: readonly Threshold[]) {
  if (thresholds.length === 0) return [];
  const names = thresholds.map(({ score }) => score);
  const least = thresholds.map(({ least: own }) => own);
  const joins = names.map(
    (_, i) =>
      `join score p${i} on p${i}.contact_id = s.contact_id and p${i}.model_id = $1 and p${i}.name = ($3::text[])[${i + 1}]`,
  );
  const missing = names.map((_, i) => `greatest(0, ($4::bigint[])[${i + 1}] - p${i}.points)`).join(' + ');
  const known = names.map((_, i) => `p${i}.points is not null`).join(' and ');
  // With one threshold the index on points gives the order.
  const [order, which] =
    names.length === 1 ? ['p0.points desc', 'p0.points < ($4::bigint[])[1]'] : [missing, `${missing} > 0`];
  return db.rows<Close>(
    `select s.contact_id as "contactId", array[${names.map((_, i) => `p${i}.points`).join(', ')}]::float8[] as points
     from standing s ${joins.join(' ')}
     where ${OURS} and ${known} and ${which} order by ${order}, s.contact_id limit $5`,
    [modelId, beyond, names, bigints(least), limit],
  );
}

export interface Cooling {
  readonly contactId: number;
  readonly before: number;
  readonly points: number;
}

/** Those whose score fell most since an instant, the most first. */
export const cooling = (db: Db, { modelId, beyond, limit }: Below, score: string, since: number): Promise<Cooling[]> =>
  db.rows<Cooling>(
    `select s.contact_id as "contactId", h.points as before, p.points
     from standing s
     join score p on p.contact_id = s.contact_id and p.model_id = s.model_id and p.name = $3
     join lateral (select (h.scores ->> $3)::bigint as points from history h
       where h.contact_id = s.contact_id and h.model_id = s.model_id and h.at <= $4 order by h.at desc limit 1) h on true
     where ${OURS} and h.points > p.points order by h.points - p.points desc, s.contact_id limit $5`,
    [modelId, beyond, score, since, limit],
  );

export interface Back {
  readonly contactId: number;
  /** Its last event before the silence, and the one that ended it. */
  readonly silentFrom: number;
  readonly backAt: number;
}

/** Those that did something since an instant after at least so many milliseconds of nothing, the latest first. */
export const cameBack = (
  db: Db,
  { modelId, beyond, limit }: Below,
  { since, now, silence }: { since: number; now: number; silence: number },
): Promise<Back[]> =>
  db.rows<Back>(
    `select s.contact_id as "contactId", b.at as "silentFrom", f.at as "backAt"
     from standing s
     join lateral (select e.at from event e where e.contact_id = s.contact_id and e.at > $3 and e.at <= $4
       and e.voided_at is null and e.machine is null order by e.at limit 1) f on true
     join lateral (select e.at from event e where e.contact_id = s.contact_id and e.at <= $3
       and e.voided_at is null and e.machine is null order by e.at desc limit 1) b on true
     where ${OURS} and s.as_of > $3 and f.at - b.at >= $5::bigint order by f.at desc, s.contact_id limit $6`,
    [modelId, beyond, since, now, silence, limit],
  );

export interface Recycled {
  readonly contactId: number;
  readonly handoffId: number;
  readonly returnsAt: number;
  readonly note: string | null;
}

/** Those that sales sent back with a day to come back, the nearest first. */
export const recycled = (db: Db, limit: number): Promise<Recycled[]> =>
  db.rows<Recycled>(
    `select h.contact_id as "contactId", h.handoff_id as "handoffId", h.returns_at as "returnsAt",
       (select f.fact ->> 'note' from handoff_fact f where f.contact_id = h.contact_id and f.handoff_id = h.handoff_id
        and f.fact ->> 'kind' = 'recycled' order by f.place desc limit 1) as note
     from handoff h where h.state = 'recycled' and h.returns_at is not null
     order by h.returns_at, h.handoff_id limit $1`,
    [limit],
  );

export interface TiredLead extends Tired {
  readonly contactId: number;
}

/** As many leads as are looked at for giving up, of each of the two kinds. */
const LOOKED_AT = 500;

/**
 * Leads that sales refused, the latest first, and leads without points that did nothing for long, those with the least
 * first, with all that speaks for giving them up.
 */
export const tired = (
  db: Db,
  { modelId, score, silentSince }: { modelId: number; score: string; silentSince: number },
): Promise<TiredLead[]> =>
  db.rows<TiredLead>(
    `with refused as (
       select h.contact_id from handoff h where h.state in ('rejected', 'disqualified', 'lost')
       group by h.contact_id order by max(h.since) desc limit $4),
     weak as (
       select p.contact_id from score p where p.model_id = $1 and p.name = $2 and p.points <= 0
         and not exists (select from event e where e.contact_id = p.contact_id and e.at > $3 and e.voided_at is null
           and e.machine is null)
       order by p.points, p.contact_id limit $4)
     select s.contact_id as "contactId", c.created_at as "createdAt", p.points, s.parts,
       (select max(e.at) from event e where e.contact_id = s.contact_id and e.voided_at is null and e.machine is null)
         as "lastEventAt",
       coalesce((select json_agg(json_build_object('end', f.fact ->> 'kind', 'reason', f.fact ->> 'reason') order by f.at, f.handoff_id)
         from handoff_fact f where f.contact_id = s.contact_id
           and f.fact ->> 'kind' in ('rejected', 'disqualified', 'lost') and ${COUNTS}), '[]') as refusals
     from (select contact_id from refused union select contact_id from weak) t
     join standing s on s.contact_id = t.contact_id join contact c on c.contact_id = t.contact_id
     left join score p on p.contact_id = s.contact_id and p.model_id = s.model_id and p.name = $2
     where s.model_id = $1 and s.disqualified is null
       and not exists (select from handoff u where u.contact_id = s.contact_id
         and (u.state in ('waiting', 'open', 'accepted', 'opportunity', 'won') or u.state = 'recycled' and u.returns_at is not null))
     order by s.contact_id`,
    [modelId, score, silentSince, LOOKED_AT],
  );
