/**
 * When contacts first came where somebody wants them: to a stage, or to an answer of sales. It decides which moves and facts
 * stand for that; it refuses to know what is measured by it.
 */

import type { Answer } from '../core/foresight.ts';
import type { Db } from './db.ts';
import { COUNTS } from './handoffs.ts';

/** Instants are milliseconds, UTC. */
interface First {
  readonly contactId: number;
  readonly at: number;
}

/** The first move of each contact to one of some stages, under any version of a model, that was not taken back. */
export const firstMoves = (db: Db, model: string, stages: readonly string[], until: number): Promise<First[]> =>
  db.rows<First>(
    `select contact_id as "contactId", min(at) as at from move
     where model_id in (select model_id from model where name = $1) and to_stage = any($2::text[])
       and undone_at is null and at <= $3
     group by contact_id`,
    [model, stages, until],
  );

/** The first such answer to a hand-off of each contact. */
export const firstAnswers = (db: Db, answer: Answer, until: number): Promise<First[]> =>
  db.rows<First>(
    `select contact_id as "contactId", min(at) as at from handoff_fact f
     where fact ->> 'kind' = $1 and at <= $2 and ${COUNTS} group by contact_id`,
    [answer, until],
  );
