/**
 * Traits as changes in time, of contacts and of companies alike, and the latest of each. It decides which of two values
 * of the same instant counts (the greater, so that the order of arrival does not matter); it refuses to know what a
 * trait means.
 */

import type { Json } from '../core/ingest.ts';
import { byCodePoints } from '../core/text.ts';
import { bigints, integers, jsonColumn, jsons, texts } from './columns.ts';
import type { Db } from './db.ts';

/** A trait of a contact or company from an instant on; null takes it away. */
export interface Change {
  readonly id: number;
  readonly name: string;
  readonly at: number;
  readonly value: Json;
  readonly sourceId: number | null;
}

/** The source of an e-mail address that was seen as the address of a message and not said to be a trait. */
export const SEEN = 0;

const TABLES = {
  contact: { table: 'trait', id: 'contact_id' },
  company: { table: 'company_trait', id: 'company_id' },
} as const;

/** Keeps the changes. The rows of the contacts or companies are held by this transaction already. */
export async function keepTraits(tx: Db, of: keyof typeof TABLES, changes: readonly Change[]): Promise<void> {
  const { table, id } = TABLES[of];
  // One row of a statement cannot meet another of it, so the same instant given twice is settled before.
  await tx.rows(
    `insert into ${table} (${id}, name, at, value, source_id)
     select distinct on (id, name, at) id, name, at, nullif(value, 'null')::jsonb, source_id
     from unnest($1::bigint[], $2::text[], $3::bigint[], ${jsonColumn('$4')}, $5::integer[])
       as fresh (id, name, at, value, source_id)
     order by id, name, at, nullif(value, 'null')::jsonb desc nulls last, source_id is not distinct from ${SEEN},
       source_id desc nulls last
     on conflict (${id}, name, at) do update set
       value = greatest(${table}.value, excluded.value),
       source_id = coalesce(nullif(${table}.source_id, ${SEEN}), excluded.source_id)
     where excluded.value > ${table}.value or ${table}.value is null or ${table}.source_id = ${SEEN}`,
    [
      bigints(changes.map((change) => change.id)),
      texts(changes.map(({ name }) => name)),
      bigints(changes.map(({ at }) => at)),
      jsons(changes.map(({ value }) => JSON.stringify(value))),
      integers(changes.map(({ sourceId }) => sourceId)),
    ],
  );
}

/** The latest value of each trait named; null for one that was taken away. */
export async function readLatest(
  tx: Db,
  of: keyof typeof TABLES,
  named: readonly { readonly id: number; readonly name: string }[],
): Promise<Map<number, Record<string, Json>>> {
  const { table, id } = TABLES[of];
  const pairs = new Map(named.map((one) => [`${one.id} ${one.name}`, one]));
  const rows = await tx.rows<{ id: number; name: string; value: Json }>(
    // One step into the index for each, however long the history of a trait is.
    `select asked.id, asked.name, latest.value from unnest($1::bigint[], $2::text[]) as asked (id, name),
       lateral (select value from ${table} t where t.${id} = asked.id and t.name = asked.name collate "C"
         order by t.at desc limit 1) latest`,
    [bigints([...pairs.values()].map((pair) => pair.id)), texts([...pairs.values()].map(({ name }) => name))],
  );
  const found = new Map<number, Record<string, Json>>();
  for (const row of rows.sort((a, b) => a.id - b.id || byCodePoints(a.name, b.name))) {
    const traits = found.get(row.id) ?? Object.create(null);
    traits[row.name] = row.value;
    found.set(row.id, traits);
  }
  return found;
}
