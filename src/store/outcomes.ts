/**
 * Which events say that a deal was won: one setting for the whole workspace. It decides how it is kept; it refuses to
 * know who may change it.
 */

import { recordDeed } from './audit.ts';
import type { Db } from './db.ts';
import type { By } from './models.ts';

const KEY = 'outcome';

/** The names of the events; none until somebody names one. */
export async function readOutcome(db: Db): Promise<readonly string[]> {
  const [kept] = await db.rows<{ value: readonly string[] }>('select value from setting where key = $1', [KEY]);
  return kept?.value ?? [];
}

/** Names the events from now on, for all of the past too. */
export function writeOutcome(db: Db, events: readonly string[], { by, now }: By): Promise<void> {
  return db.transaction(async (tx) => {
    const before = await readOutcome(tx);
    await tx.rows(
      'insert into setting (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value',
      [KEY, JSON.stringify(events)],
    );
    const details = { before: [...before], events: [...events] };
    await recordDeed(tx, { at: now, who: by, action: 'outcome.change', subject: KEY, details });
  });
}

/** Names of events that came in and count, in the order of the alphabet. @param most how many at most */
export async function eventNames(db: Db, most: number): Promise<string[]> {
  // From name to name along the index: a plain `distinct` would read every event.
  const rows = await db.rows<{ name: string | null }>(
    `with recursive step as (
       (select name, 1 as n from event where voided_at is null and machine is null order by name limit 1)
       union all
       select (select e.name from event e where e.name > s.name and e.voided_at is null and e.machine is null
               order by e.name limit 1), s.n + 1
       from step s where s.name is not null and s.n <= $1)
     select name from step where name is not null limit $1`,
    [most],
  );
  return rows.flatMap(({ name }) => name ?? []);
}
