/**
 * What the ids of events decide: which row of an id counts, and which of several events of one instant comes first.
 * The ids themselves stay in the database: here they are hashes, which find the few rows worth asking about, and the
 * database compares the texts.
 */

import { type Cell, textSql } from './cells.ts';
import { type Duck, wholesIn } from './duck.ts';
import type { Groups } from './groups.ts';
import type { Source } from './source.ts';

/** By place. */
export interface EventIds {
  /** 0 for an event without id. */
  readonly hashes: Uint32Array;
  /** Row of the file. */
  readonly rows: Uint32Array;
}

/** SQL for the hash of an id. */
export const hashSql = (id: Cell): string =>
  `coalesce(case when ${textSql(id)} is not null then hash(${textSql(id)}) % 4294967295 + 1 end, 0)::uinteger`;

/** Places with the contact they belong to. */
interface Suspects {
  readonly places: number[];
  readonly contacts: number[];
}

/**
 * Marks all rows of an id but the first that was read.
 * @returns how many
 */
export async function dropRepeated(
  duck: Duck,
  source: Source,
  id: Cell,
  groups: Groups,
  { hashes, rows }: EventIds,
  gone: Uint8Array,
): Promise<number> {
  const suspects: Suspects = { places: [], contacts: [] };
  groups.each(({ firstContact, begin, order, ends }) => {
    let first = 0;
    for (let member = 0; member < ends.length; member++) {
      const end = ends[member] ?? 0;
      if (end - first > 1) suspectEqual(hashes, begin, order.subarray(first, end), firstContact + member, suspects);
      first = end;
    }
  });
  let dropped = 0;
  await ask(
    duck,
    suspects,
    rows,
    (table) => `select place from
      (select s.place, row_number() over (partition by s.contact, e.id order by s.row) as nth
        from ${table} s join (select row, ${textSql(id)} as id from ${source.view}) e on e.row = s.row)
      where nth > 1`,
    (place) => {
      gone[place] = 1;
      dropped++;
    },
  );
  return dropped;
}

/**
 * Ranks rows of one contact and one instant by their ids, in code points, those without id first; null when there
 * are none.
 */
export async function rankTied(
  duck: Duck,
  source: Source,
  id: Cell,
  groups: Groups,
  { rows }: EventIds,
  at: Float64Array,
  gone: Uint8Array,
): Promise<Uint32Array | null> {
  const tied: Suspects = { places: [], contacts: [] };
  groups.each(({ firstContact, begin, order, ends }) => {
    let first = 0;
    for (let member = 0; member < ends.length; member++) {
      const end = ends[member] ?? 0;
      if (end - first > 1) suspectTied(at, gone, begin, order.subarray(first, end), firstContact + member, tied);
      first = end;
    }
  });
  if (tied.places.length === 0) return null;
  const ranks = new Uint32Array(groups.room);
  let rank = 0;
  await ask(
    duck,
    tied,
    rows,
    (table) => `select s.place from ${table} s
      join (select row, ${textSql(id)} as id from ${source.view}) e on e.row = s.row order by e.id nulls first, s.row`,
    (place) => {
      ranks[place] = ++rank;
    },
  );
  return ranks;
}

/** Lists longer than this are sorted to find equals in them. */
const SHORT = 32;

function suspectEqual(hashes: Uint32Array, begin: number, order: Uint32Array, contact: number, into: Suspects): void {
  const doubled = new Set<number>();
  if (order.length <= SHORT) {
    for (let i = 1; i < order.length; i++) {
      const hash = hashes[begin + (order[i] ?? 0)] ?? 0;
      if (hash === 0) continue;
      for (let j = 0; j < i; j++) if (hashes[begin + (order[j] ?? 0)] === hash) doubled.add(hash);
    }
  } else {
    const sorted = order.map((place) => hashes[begin + place] ?? 0).sort();
    for (let i = 1; i < sorted.length; i++)
      if (sorted[i] !== 0 && sorted[i] === sorted[i - 1]) doubled.add(sorted[i] ?? 0);
  }
  if (doubled.size === 0) return;
  for (const place of order) {
    if (!doubled.has(hashes[begin + place] ?? 0)) continue;
    into.places.push(begin + place);
    into.contacts.push(contact);
  }
}

function suspectTied(
  at: Float64Array,
  gone: Uint8Array,
  begin: number,
  order: Uint32Array,
  contact: number,
  into: Suspects,
): void {
  const kept = order.filter((place) => gone[begin + place] === 0);
  const instants = Float64Array.from(kept, (place) => at[begin + place] ?? 0).sort();
  const tied = new Set(instants.filter((instant, i) => instant === instants[i - 1]));
  if (tied.size === 0) return;
  for (const place of kept) {
    if (!tied.has(at[begin + place] ?? 0)) continue;
    into.places.push(begin + place);
    into.contacts.push(contact);
  }
}

/** Puts rows into a table, asks about them, and takes the places in the answer. */
async function ask(
  duck: Duck,
  { places, contacts }: Suspects,
  rows: Uint32Array,
  query: (table: string) => string,
  take: (place: number) => void,
): Promise<void> {
  if (places.length === 0) return;
  const table = duck.name('suspects');
  await duck.table(
    table,
    [
      { name: 'place', kind: 'whole', numbers: places },
      { name: 'contact', kind: 'whole', numbers: contacts },
      { name: 'row', kind: 'whole', numbers: places.map((place) => rows[place] ?? 0) },
    ],
    places.length,
  );
  await duck.stream(query(table), (piece, n) => {
    const found = wholesIn(piece, 0);
    for (let i = 0; i < n; i++) take(found[i] ?? 0);
  });
  await duck.db.run(`drop table ${table}`);
}
