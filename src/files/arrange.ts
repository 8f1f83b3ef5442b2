/** Brings rows together by contact, step after step. It decides which arrays that takes; the steps do the work. */

import type { Crew } from './crew.ts';
import type { Values } from './reading.ts';
import { groupsOf, sharedWholes } from './steps.ts';

/** Room for work on the rows of a file, used for one thing after another: it is a third of all that is held. */
export interface Workroom {
  /** Three words a row, before anything is arranged. */
  readonly words: Uint32Array;
  /** A column on its way: eight bytes a row and eight more. */
  readonly column: SharedArrayBuffer;
  /** A word a row, behind the column. */
  readonly order: Uint32Array;
}

/** Where rows belong. */
export interface Arrangement {
  /** By row of the file: its place in the room of its group, `room` for rows that nobody wants. */
  readonly places: Uint32Array;
  readonly room: number;
  /** By final position: the place that it takes the row of. */
  readonly order: Uint32Array;
  /** Where each contact's rows start, and at last where all end. */
  readonly starts: Uint32Array;
}

export function newWorkroom(rows: number): Workroom {
  const column = new SharedArrayBuffer(rows * 12 + 8);
  return { words: new Uint32Array(column, 0, rows * 3), column, order: new Uint32Array(column, rows * 8 + 8, rows) };
}

/**
 * Finds where each row belongs.
 * @param owners by row: its contact, or anything from `contacts` on; becomes the places
 * @param at instants by row
 * @param ranks what orders rows of one instant, before the order of the file
 */
export async function arrange(
  crew: Crew,
  { column, order }: Workroom,
  owners: Uint32Array,
  contacts: number,
  at: Float64Array,
  ranks: Uint32Array | null,
): Promise<Arrangement> {
  const groups = groupsOf(contacts);
  const counts = sharedWholes(groups * crew.parts);
  await crew.take({ kind: 'count', owners, contacts, counts });
  const { begins, heads } = roomsOf(counts, groups, crew.parts);
  const room = begins[groups] ?? 0;
  const members = new Uint16Array(new SharedArrayBuffer(room * 2));
  await crew.take({ kind: 'place', owners, contacts, heads, members, room });
  const instants = new Float64Array(column, 0, room + 1);
  await crew.take({ kind: 'scatter', from: at, to: instants, places: owners });
  const placed = ranks === null ? null : sharedWholes(room + 1);
  if (ranks !== null && placed !== null) await crew.take({ kind: 'scatter', from: ranks, to: placed, places: owners });
  const starts = sharedWholes(contacts + 1);
  const ordered = order.subarray(0, room);
  await crew.take({ kind: 'order', begins, members, at: instants, ranks: placed, order: ordered, starts });
  return { places: owners, room, order: ordered, starts };
}

/** Moves the rows of a column to where they belong. */
export async function move(crew: Crew, { column }: Workroom, values: Values, found: Arrangement): Promise<void> {
  const to = viewOf(column, values, found.room + 1);
  await crew.take({ kind: 'scatter', from: values, to, places: found.places });
  await crew.take({ kind: 'gather', from: to, to: values, order: found.order });
}

/** Where the room of each group begins, and within it that of each part: the first part's rows come first. */
function roomsOf(counts: Uint32Array, groups: number, parts: number): { begins: Uint32Array; heads: Uint32Array } {
  const begins = sharedWholes(groups + 1);
  const heads = sharedWholes(counts.length);
  let room = 0;
  for (let group = 0; group < groups; group++) {
    begins[group] = room;
    for (let part = 0; part < parts; part++) {
      heads[part * groups + group] = room;
      room += counts[part * groups + group] ?? 0;
    }
  }
  begins[groups] = room;
  return { begins, heads };
}

function viewOf(buffer: SharedArrayBuffer, values: Values, length: number): Values {
  if (values instanceof Float64Array) return new Float64Array(buffer, 0, length);
  if (values instanceof Uint8Array) return new Uint8Array(buffer, 0, length);
  if (values instanceof Uint16Array) return new Uint16Array(buffer, 0, length);
  return new Uint32Array(buffer, 0, length);
}
