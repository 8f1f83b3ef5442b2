/**
 * The list of contacts that must be scored anew. It decides in which lane a contact is; it refuses to know who scores.
 */

import { bigints } from './columns.ts';
import type { Db } from './db.ts';

/** Puts contacts on the list, each with the earliest instant from which on something of it is different. */
export async function changed(tx: Db, since: ReadonlyMap<number, number>): Promise<void> {
  if (since.size === 0) return;
  await tx.rows(
    `insert into changed (lane, contact_id, since)
     select contact_id & 63, contact_id, since from unnest($1::bigint[], $2::bigint[]) as fresh (contact_id, since)`,
    [bigints([...since.keys()]), bigints([...since.values()])],
  );
}
