/** Goals of teams, kept and counted against. It decides what is written to the audit log; periods are the core's. */

import { ScorelineError } from '../core/errors.ts';
import type { Goal } from '../core/goals.ts';
import { recordDeed } from './audit.ts';
import type { Db } from './db.ts';
import type { By } from './models.ts';

const GOAL = 'goal_id as id, team, stage, period, amount, most, from_at as "from"';

/** All goals, by team and then in the order of their beginning. */
export const listGoals = (db: Db): Promise<Goal[]> =>
  db.rows<Goal>(`select ${GOAL} from goal order by team, stage nulls last, period, from_at, goal_id`);

type Wanted = Omit<Goal, 'id'>;

/** Keeps a new goal, or another for one that is there; null where that is gone. @throws ScorelineError `conflict` */
export function saveGoal(db: Db, id: number | null, goal: Wanted, { by, now }: By): Promise<Goal | null> {
  const values = [goal.team, goal.stage, goal.period, goal.amount, goal.from, now, by, goal.most];
  return db.transaction(async (tx) => {
    const [twin] = await tx.rows<{ id: number }>(
      `select goal_id as id from goal where team = $1 and stage is not distinct from $2 and period = $3 and from_at = $4
         and goal_id is distinct from $5`,
      [goal.team, goal.stage, goal.period, goal.from, id],
    );
    if (twin !== undefined)
      throw new ScorelineError('conflict', `goal ${twin.id} is of the same team, count and period and begins then too`);
    const [kept] =
      id === null
        ? await tx.rows<Goal>(
            `insert into goal (team, stage, period, amount, from_at, changed_at, changed_by, most)
             values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${GOAL}`,
            values,
          )
        : await tx.rows<Goal>(
            `update goal set team = $1, stage = $2, period = $3, amount = $4, from_at = $5, changed_at = $6,
               changed_by = $7, most = $8 where goal_id = $9 returning ${GOAL}`,
            [...values, id],
          );
    if (kept === undefined) return null;
    const action = id === null ? 'goal.create' : 'goal.change';
    await recordDeed(tx, { at: now, who: by, action, subject: String(kept.id), details: { ...goal } });
    return kept;
  });
}

/** False where there is no such goal. */
export function removeGoal(db: Db, id: number, { by, now }: By): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [gone] = await tx.rows<Goal>(`delete from goal where goal_id = $1 returning ${GOAL}`, [id]);
    if (gone === undefined) return false;
    const { id: _, ...details } = gone;
    await recordDeed(tx, { at: now, who: by, action: 'goal.remove', subject: String(id), details });
    return true;
  });
}
