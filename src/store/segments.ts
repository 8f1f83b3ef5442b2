/** Searches that people saved. It decides that a name is one search's; it refuses to know what a search means. */

import { DatabaseError } from 'pg';
import { ScorelineError } from '../core/errors.ts';
import type { Facts } from '../core/ingest.ts';
import type { Db } from './db.ts';
import type { By } from './people.ts';

export interface Segment {
  readonly segmentId: number;
  readonly name: string;
  /** As it was given. */
  readonly search: Facts;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly changedAt: number;
}

const SEGMENT = `segment_id as "segmentId", name, search, created_at as "createdAt", created_by as "createdBy",
  changed_at as "changedAt"`;

/** By name, those after the name `after` only. */
export const listSegments = (db: Db, { after, limit }: { after: string; limit: number }): Promise<Segment[]> =>
  db.rows<Segment>(`select ${SEGMENT} from segment where name > $1 order by name limit $2`, [after, limit]);

/** Null where there is none. */
export async function findSegment(db: Db, segmentId: number): Promise<Segment | null> {
  const [found] = await db.rows<Segment>(`select ${SEGMENT} from segment where segment_id = $1`, [segmentId]);
  return found ?? null;
}

/**
 * Keeps a search.
 * @param segmentId which one it replaces; null for a new one
 * @throws ScorelineError `conflict` where another has that name, `not_found`
 */
export async function saveSegment(
  db: Db,
  segmentId: number | null,
  { name, search }: { name: string; search: object },
  { by, now }: By,
): Promise<Segment> {
  try {
    const [kept] =
      segmentId === null
        ? await db.rows<Segment>(
            `insert into segment (name, search, created_at, created_by, changed_at) values ($1, $2, $3, $4, $3)
             returning ${SEGMENT}`,
            [name, JSON.stringify(search), now, by],
          )
        : await db.rows<Segment>(
            `update segment set name = $2, search = $3, changed_at = $4 where segment_id = $1 returning ${SEGMENT}`,
            [segmentId, name, JSON.stringify(search), now],
          );
    if (kept === undefined) throw new ScorelineError('not_found', `there is no segment ${segmentId}`);
    return kept;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === UNIQUE)
      throw new ScorelineError('conflict', `a segment is named ${name} already`);
    throw error;
  }
}

const UNIQUE = '23505';

/** False where there is none. */
export async function removeSegment(db: Db, segmentId: number): Promise<boolean> {
  return (await db.rows('delete from segment where segment_id = $1 returning 1', [segmentId])).length > 0;
}
