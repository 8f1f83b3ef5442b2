/**
 * What the database says of itself and of the work that waits in it. It decides how to ask without a cost that grows
 * with the data; what is well and what is not is decided in src/health.ts.
 */

import type { Db } from './db.ts';

/** More than this is "many". */
const MOST = 100_000;

export interface Queue {
  /** Rows of `changed`, counted up to 100,000. */
  readonly changed: number;
  /** The row that has waited longest; null where there is none. */
  readonly oldestChange: number | null;
  /** When the first contact was due whose score changes by the passing of time, in milliseconds UTC; null for none. */
  readonly oldestDue: number | null;
  /** Whether there is a model to score by. */
  readonly hasModel: boolean;
}

/** @param now the instant in milliseconds, UTC */
export async function queueOf(db: Db, now: number): Promise<Queue> {
  const [row] = await db.rows<Queue>(
    `select (select count(*) from (select 1 from changed limit ${MOST}) as counted) as changed,
            (select min(changed_id) from changed) as "oldestChange",
            exists (select from model where state <> 'retired') as "hasModel",
            (select min(first) from
              (select (select next_change_at from standing
                        where (contact_id & 63) = lane and next_change_at is not null and next_change_at <= $1
                        order by next_change_at limit 1) as first
                 from generate_series(0, 63) as lane) as lanes) as "oldestDue"`,
    [now],
  );
  return row ?? { changed: 0, oldestChange: null, oldestDue: null, hasModel: false };
}

export interface ServerState {
  readonly version: string;
  /** As PostgreSQL counts: 150004 for 15.4. */
  readonly number: number;
  /** The database's clock, in milliseconds UTC. */
  readonly clock: number;
}

export async function serverOf(db: Db): Promise<ServerState> {
  const [row] = await db.rows<ServerState>(
    `select current_setting('server_version') as version, current_setting('server_version_num')::integer as number,
            floor(extract(epoch from clock_timestamp()) * 1000)::bigint as clock`,
  );
  if (row === undefined) throw new Error('the database answered nothing');
  return row;
}

/** The newest migration that was run; 0 for none. */
export async function newestMigration(db: Db): Promise<number> {
  const [there] = await db.rows<{ exists: boolean }>(`select to_regclass('migration') is not null as exists`);
  if (there?.exists !== true) return 0;
  const [row] = await db.rows<{ newest: number | null }>('select max(number) as newest from migration');
  return row?.newest ?? 0;
}

/** What was written of one contact under one version. */
export interface Sampled {
  readonly contactId: number;
  readonly modelId: number;
  /** For which instant, in milliseconds UTC. */
  readonly asOf: number;
  readonly scores: Readonly<Record<string, number | null>>;
}

/** Contacts spread over all of them, of which nothing waits to be scored. */
export const sampleOf = (db: Db, most: number): Promise<Sampled[]> =>
  db.rows<Sampled>(
    `with ends as (select min(contact_id) as low, max(contact_id) as high from standing),
          picked as (select distinct near.contact_id
                       from ends, generate_series(0, $1::integer - 1) as step,
                       lateral (select contact_id from standing
                                 where contact_id >= low + (high - low) * step / $1::integer
                                 order by contact_id limit 1) as near)
     select contact_id as "contactId", model_id as "modelId", as_of as "asOf",
            (select jsonb_object_agg(name, points) from score
              where score.contact_id = standing.contact_id and score.model_id = standing.model_id) as scores
       from standing join model using (model_id)
      where contact_id in (select contact_id from picked) and state = 'serving'
        and contact_id not in (select contact_id from changed where contact_id in (select contact_id from picked))
      order by contact_id, model_id`,
    [most],
  );
