/**
 * What the ids of events decide: which row of an id counts, and which of several events of one instant comes first.
 * The ids themselves stay in the database: here they are hashes, which find the few rows worth asking about, and the
 * database compares the texts.
 */

import { type Cell, textSql } from './cells.ts';
import { type Duck, wholesIn } from './duck.ts';
import type { Source } from './source.ts';
import { sharedWholes } from './steps.ts';

/** SQL for the hash of an id, 0 for an event without one. */
export const hashSql = (id: Cell): string =>
  `coalesce(case when ${textSql(id)} is not null then hash(${textSql(id)}) % 4294967295 + 1 end, 0)::uinteger`;

/** Rows of the file by contact, in order of time. */
export interface Ordered {
  readonly rows: Uint32Array;
  /** Where each contact's rows start, and at last where all end. */
  readonly starts: Uint32Array;
}

/** Rows worth asking about, each with its contact. */
interface Suspects {
  readonly rows: number[];
  readonly contacts: number[];
}

/**
 * Shows all rows of an id but the first that stands in the file.
 * @param hashes by row, as `hashSql` gives them
 */
export async function findRepeated(
  duck: Duck,
  source: Source,
  id: Cell,
  ordered: Ordered,
  hashes: Uint32Array,
  show: (row: number) => void,
): Promise<void> {
  const suspects = suspectsOf(ordered, (rows) => equalHashes(rows, hashes));
  await ask(
    duck,
    suspects,
    (table) => `select row from
      (select s.row, row_number() over (partition by s.contact, e.id order by s.row) as nth
        from ${table} s join (select row, ${textSql(id)} as id from ${source.view}) e on e.row = s.row)
      where nth > 1`,
    show,
  );
}

/**
 * Ranks rows of one contact and one instant by their ids, in code points, those without id first.
 * @param at by row
 * @returns by row; null when no two rows are of one instant
 */
export async function rankTied(
  duck: Duck,
  source: Source,
  id: Cell,
  ordered: Ordered,
  at: Float64Array,
): Promise<Uint32Array | null> {
  const tied = suspectsOf(ordered, (rows) => sameInstants(rows, at));
  if (tied.rows.length === 0) return null;
  const ranks = sharedWholes(at.length);
  let rank = 0;
  await ask(
    duck,
    tied,
    (table) => `select s.row from ${table} s
      join (select row, ${textSql(id)} as id from ${source.view}) e on e.row = s.row order by e.id nulls first, s.row`,
    (row) => {
      ranks[row] = ++rank;
    },
  );
  return ranks;
}

function suspectsOf({ rows, starts }: Ordered, choose: (rows: Uint32Array) => Iterable<number>): Suspects {
  const suspects: Suspects = { rows: [], contacts: [] };
  for (let contact = 0; contact + 1 < starts.length; contact++) {
    const [first, end] = [starts[contact] ?? 0, starts[contact + 1] ?? 0];
    if (end - first < 2) continue;
    for (const row of choose(rows.subarray(first, end))) {
      suspects.rows.push(row);
      suspects.contacts.push(contact);
    }
  }
  return suspects;
}

/** Lists longer than this are sorted to find equals in them. */
const SHORT = 32;

const NONE: readonly number[] = [];

function equalHashes(rows: Uint32Array, hashes: Uint32Array): Iterable<number> {
  const doubled = new Set<number>();
  if (rows.length <= SHORT) {
    for (let i = 1; i < rows.length; i++) {
      const hash = hashes[rows[i] ?? 0] ?? 0;
      if (hash === 0) continue;
      for (let j = 0; j < i; j++) if (hashes[rows[j] ?? 0] === hash) doubled.add(hash);
    }
  } else {
    const sorted = rows.map((row) => hashes[row] ?? 0).sort();
    for (let i = 1; i < sorted.length; i++)
      if (sorted[i] !== 0 && sorted[i] === sorted[i - 1]) doubled.add(sorted[i] ?? 0);
  }
  return doubled.size === 0 ? NONE : rows.filter((row) => doubled.has(hashes[row] ?? 0));
}

function sameInstants(rows: Uint32Array, at: Float64Array): Iterable<number> {
  const sameAsBefore = (i: number): boolean => i > 0 && i < rows.length && at[rows[i] ?? 0] === at[rows[i - 1] ?? 0];
  for (let i = 1; i < rows.length; i++)
    if (sameAsBefore(i)) return rows.filter((_, j) => sameAsBefore(j) || sameAsBefore(j + 1));
  return NONE;
}

/** Puts rows into a table, asks about them, and shows the rows of the answer. */
async function ask(
  duck: Duck,
  { rows, contacts }: Suspects,
  query: (table: string) => string,
  show: (row: number) => void,
): Promise<void> {
  if (rows.length === 0) return;
  const table = duck.name('suspects');
  await duck.table(
    table,
    [
      { name: 'row', kind: 'whole', numbers: rows },
      { name: 'contact', kind: 'whole', numbers: contacts },
    ],
    rows.length,
  );
  await duck.stream(query(table), (piece, n) => {
    const found = wholesIn(piece, 0);
    for (let i = 0; i < n; i++) show(found[i] ?? 0);
  });
  await duck.db.run(`drop table ${table}`);
}
