/**
 * Rows brought together by contact in two steps that both stay in a near cache: into the room of a group of
 * contacts, and then within it. It decides the order of events: time, then rank, then the order of arrival.
 */

import type { CodeStore } from './coding.ts';
import type { NumberStore } from './reading.ts';

/** Contacts of one group, as a power of two; a member's number fits into two bytes. */
const BITS = 14;
const SIZE = 2 ** BITS;

export interface Groups {
  readonly contacts: number;
  /** Places in all. The place `room` is for rows that nobody wants. */
  readonly room: number;
  /** Places of the largest group. */
  readonly largest: number;
  /** Gives the next row of a contact its place; each lane asks for its own rows, in their order. */
  place(contact: number, lane: number): number;
  /** Shows every group: where it begins, and its places from there in the order of contact and arrival. */
  each(visit: (group: Group) => void): void;
}

interface Group {
  readonly firstContact: number;
  readonly begin: number;
  readonly rows: number;
  /** Places counted from `begin`, contact after contact; good until the next group. */
  readonly order: Uint32Array;
  /** By contact of the group: where its part of `order` ends. */
  readonly ends: Uint32Array;
}

/** Rows of the file that are read side by side with others: from the first up to the last, which is left out. */
export type Lane = readonly [first: number, last: number];

/** Makes room for rows whose contacts are known; `owners` from `contacts` on are nobody's. */
export function newGroups(owners: Uint32Array, contacts: number, lanes: readonly Lane[]): Groups {
  const groups = Math.ceil(contacts / SIZE);
  const counts = lanes.map(([first, last]) => {
    const count = new Uint32Array(groups);
    for (let row = first; row < last; row++) {
      const owner = owners[row] ?? 0;
      if (owner < contacts) count[owner >>> BITS] = (count[owner >>> BITS] ?? 0) + 1;
    }
    return count;
  });
  // Within a group the rows of the first lane come first, as they do in the file.
  const begins = new Uint32Array(groups + 1);
  const heads = lanes.map(() => new Uint32Array(groups));
  let room = 0;
  let largest = 0;
  for (let group = 0; group < groups; group++) {
    begins[group] = room;
    for (const [lane, count] of counts.entries()) {
      const head = heads[lane];
      if (head !== undefined) head[group] = room;
      room += count[group] ?? 0;
    }
    largest = Math.max(largest, room - (begins[group] ?? 0));
  }
  begins[groups] = room;
  const members = new Uint16Array(room);
  return {
    contacts,
    room,
    largest,
    place: (contact, lane) => {
      const group = contact >>> BITS;
      const head = heads[lane] ?? begins;
      const place = head[group] ?? 0;
      head[group] = place + 1;
      members[place] = contact & (SIZE - 1);
      return place;
    },
    each: (visit) => {
      const order = new Uint32Array(largest);
      const ends = new Uint32Array(SIZE);
      for (let group = 0; group < begins.length - 1; group++) {
        const begin = begins[group] ?? 0;
        const rows = (begins[group + 1] ?? 0) - begin;
        sortByMember(members.subarray(begin, begin + rows), order, ends);
        visit({ firstContact: group * SIZE, begin, rows, order, ends });
      }
    },
  };
}

/** A counting sort, which keeps the order of arrival. */
function sortByMember(members: Uint16Array, order: Uint32Array, ends: Uint32Array): void {
  ends.fill(0);
  for (let i = 0; i < members.length; i++) {
    const member = members[i] ?? 0;
    ends[member] = (ends[member] ?? 0) + 1;
  }
  let sum = 0;
  for (let member = 0; member < ends.length; member++) {
    const rows = ends[member] ?? 0;
    ends[member] = sum;
    sum += rows;
  }
  for (let i = 0; i < members.length; i++) {
    const member = members[i] ?? 0;
    const at = ends[member] ?? 0;
    order[at] = i;
    ends[member] = at + 1;
  }
}

/**
 * Puts the rows of all stores in their final order, from place 0 on without gaps.
 * @param at instants by place
 * @param ranks what orders rows of one instant, before the order of arrival
 * @param gone rows to leave out
 * @returns where each contact's rows start, and at last where all end
 */
export function settle(
  groups: Groups,
  at: Float64Array,
  ranks: Uint32Array | null,
  gone: Uint8Array | null,
  stores: readonly (CodeStore | NumberStore)[],
): Uint32Array {
  const starts = new Uint32Array(new SharedArrayBuffer((groups.contacts + 1) * 4));
  const aside = new ArrayBuffer(groups.largest * 8);
  let total = 0;
  groups.each(({ firstContact, begin, rows, order, ends }) => {
    const instants = at.subarray(begin, begin + rows);
    const around = ranks?.subarray(begin, begin + rows);
    const members = Math.min(ends.length, groups.contacts - firstContact);
    let kept = 0;
    let first = 0;
    for (let member = 0; member < members; member++) {
      const end = ends[member] ?? 0;
      sortByTime(order, first, end, instants, around);
      kept = gone === null ? end : keep(order, first, end, gone, begin, kept);
      first = end;
      starts[firstContact + member + 1] = total + kept;
    }
    const move: Move = { aside, begin, rows, to: total, order: order.subarray(0, kept) };
    gatherDoubles(at, move);
    for (const store of stores) {
      if ('numbers' in store) gatherDoubles(store.numbers, move);
      else if (store.codes instanceof Uint8Array) gatherBytes(store.codes, move);
      else if (store.codes instanceof Uint16Array) gatherShorts(store.codes, move);
      else gatherWords(store.codes, move);
    }
    total += kept;
  });
  return starts;
}

/** Takes places that are not gone down to `kept`, and says how many there are then. */
function keep(order: Uint32Array, first: number, end: number, gone: Uint8Array, begin: number, kept: number): number {
  let count = kept;
  for (let i = first; i < end; i++) {
    const place = order[i] ?? 0;
    if (gone[begin + place] !== 1) order[count++] = place;
  }
  return count;
}

/** Lists longer than this are not sorted by insertion. */
const SHORT = 40;

/** Sorts one contact's places by instant. */
function sortByTime(
  all: Uint32Array,
  first: number,
  end: number,
  at: Float64Array,
  ranks: Uint32Array | undefined,
): void {
  if (ranks === undefined && isSorted(all, first, end, at)) return;
  const order = all.subarray(first, end);
  const compare = (a: number, b: number): number =>
    (at[a] ?? 0) - (at[b] ?? 0) || (ranks?.[a] ?? 0) - (ranks?.[b] ?? 0) || a - b;
  if (order.length > SHORT) {
    order.sort(compare);
    return;
  }
  for (let i = 1; i < order.length; i++) {
    const moved = order[i] ?? 0;
    let to = i;
    for (; to > 0 && compare(order[to - 1] ?? 0, moved) > 0; to--) order[to] = order[to - 1] ?? 0;
    order[to] = moved;
  }
}

/** Most logs come in the order of time. */
function isSorted(order: Uint32Array, first: number, end: number, at: Float64Array): boolean {
  let before = -Infinity;
  for (let i = first; i < end; i++) {
    const instant = at[order[i] ?? 0] ?? 0;
    if (instant < before) return false;
    before = instant;
  }
  return true;
}

/** Rows of a group on their way from where they lie to where they belong. */
interface Move {
  /** Room for the group while its rows move: they never move up, so what is behind them stays whole. */
  readonly aside: ArrayBuffer;
  readonly begin: number;
  readonly rows: number;
  readonly to: number;
  readonly order: Uint32Array;
}

// One function for each kind of array: a loop that meets several kinds runs several times slower.

function gatherDoubles(all: Float64Array, { aside, begin, rows, to, order }: Move): void {
  const group = new Float64Array(aside, 0, rows);
  group.set(all.subarray(begin, begin + rows));
  for (let i = 0; i < order.length; i++) all[to + i] = group[order[i] ?? 0] ?? 0;
}

function gatherBytes(all: Uint8Array, { aside, begin, rows, to, order }: Move): void {
  const group = new Uint8Array(aside, 0, rows);
  group.set(all.subarray(begin, begin + rows));
  for (let i = 0; i < order.length; i++) all[to + i] = group[order[i] ?? 0] ?? 0;
}

function gatherShorts(all: Uint16Array, { aside, begin, rows, to, order }: Move): void {
  const group = new Uint16Array(aside, 0, rows);
  group.set(all.subarray(begin, begin + rows));
  for (let i = 0; i < order.length; i++) all[to + i] = group[order[i] ?? 0] ?? 0;
}

function gatherWords(all: Uint32Array, { aside, begin, rows, to, order }: Move): void {
  const group = new Uint32Array(aside, 0, rows);
  group.set(all.subarray(begin, begin + rows));
  for (let i = 0; i < order.length; i++) all[to + i] = group[order[i] ?? 0] ?? 0;
}
