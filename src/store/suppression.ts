/**
 * Addresses and domains of people who must not be handed on. It decides whom an entry is about: every contact that is
 * known by the address, or by one of the domain or of a domain below it. It refuses to know what such a contact is left
 * out of.
 */

import { cleanEmail, cleanName } from '../core/ingest.ts';
import { recordDeed } from './audit.ts';
import { bigints, texts } from './columns.ts';
import type { Db } from './db.ts';
import type { By } from './people.ts';

export interface Suppression {
  /** An address, or a domain. */
  readonly value: string;
  readonly reason: string | null;
  /** Milliseconds, UTC. */
  readonly createdAt: number;
  readonly createdBy: string;
}

const COLUMNS = 'value, reason, created_at as "createdAt", created_by as "createdBy"';

/** An address or a domain as it is kept; `@firm.example` and `*.firm.example` are the domain. Null for what is neither. */
export function suppressible(text: string): string | null {
  const name = cleanName(text)?.toLowerCase() ?? '';
  const domain = name.replace(/^(@|\*\.)/, '').replace(/\.$/, '');
  if (domain.includes('@')) return cleanEmail(domain);
  return /^([\p{L}\p{N}_-]+\.)+[\p{L}\p{N}-]{2,}$/u.test(domain) ? domain : null;
}

/** Entries of which the value contains a text, in the order of the alphabet, those after `after` only. */
export const listSuppressions = (
  db: Db,
  { find, after, limit }: { find: string; after: string; limit: number },
): Promise<Suppression[]> =>
  db.rows<Suppression>(
    `select ${COLUMNS} from suppression where value > $1 and strpos(value, lower($2)) > 0 order by value limit $3`,
    [after, find, limit],
  );

/** Adds entries; those that are there stay as they are. @returns how many are new */
export function addSuppressions(
  db: Db,
  { values, reason }: { values: readonly string[]; reason: string | null },
  { by, now }: By,
): Promise<number> {
  return db.transaction(async (tx) => {
    const added = await tx.rows<{ value: string }>(
      `insert into suppression (value, reason, created_at, created_by)
       select distinct value, $2, $3::bigint, $4 from unnest($1::text[]) as fresh (value)
       on conflict do nothing returning value`,
      [texts(values), reason, now, by],
    );
    for (const { value } of added)
      await recordDeed(tx, { at: now, who: by, action: 'suppression.add', subject: `suppression:${value}` });
    return added.length;
  });
}

/** False where there is no such entry. */
export function removeSuppression(db: Db, value: string, { by, now }: By): Promise<boolean> {
  return db.transaction(async (tx) => {
    const gone = await tx.rows('delete from suppression where value = $1 returning value', [value]);
    if (gone.length > 0)
      await recordDeed(tx, { at: now, who: by, action: 'suppression.remove', subject: `suppression:${value}` });
    return gone.length > 0;
  });
}

/** Of some contacts those that an entry is about, each with one such entry. */
export async function suppressedAmong(db: Db, ids: readonly number[]): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db.rows<{ id: number; value: string }>(
    `select distinct on (i.contact_id) i.contact_id as id, s.value
     from identity i
     cross join lateral (
       select i.value as name union all
       select array_to_string(part[n:], '.')
       from string_to_array(split_part(i.value, '@', 2), '.') as part, generate_series(1, cardinality(part)) as n
     ) as one
     join suppression s on s.value = one.name
     where i.contact_id = any($1::bigint[]) and i.kind = 'email'
     order by i.contact_id, s.value`,
    [bigints(ids)],
  );
  return new Map(rows.map(({ id, value }) => [id, value]));
}
