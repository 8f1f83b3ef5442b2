/**
 * The lists of contacts and companies that must be scored anew. It decides in which lane a contact is; it refuses to know
 * who scores.
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

/**
 * Puts the companies on the list that contacts belong to now, by the versions that these are scored under. For contacts
 * that leave or come: their own scores can stay as they are.
 */
export async function companiesChanged(tx: Db, contacts: readonly number[], since: number): Promise<void> {
  if (contacts.length === 0) return;
  await tx.rows(
    `insert into changed_company (company_id, model_id, since)
     select distinct c.company_id, s.model_id, $2::bigint from contact c join standing s on s.contact_id = c.contact_id
     where c.contact_id = any($1::bigint[]) and c.company_id is not null`,
    [bigints(contacts), since],
  );
}
