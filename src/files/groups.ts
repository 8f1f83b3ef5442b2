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
  let total = 0;
  groups.each(({ firstContact, begin, rows, order, ends }) => {
    const instants = at.subarray(begin, begin + rows);
    const members = Math.min(ends.length, groups.contacts - firstContact);
    let kept = 0;
    let first = 0;
    for (let member = 0; member < members; member++) {
      const end = ends[member] ?? 0;
      sortByTime(order.subarray(first, end), instants, ranks?.subarray(begin, begin + rows));
      for (let i = first; i < end; i++) {
        const place = order[i] ?? 0;
        if (gone?.[begin + place] === 1) continue;
        order[kept++] = place;
      }
      first = end;
      starts[firstContact + member + 1] = total + kept;
    }
    const chosen = order.subarray(0, kept);
    gatherDoubles(at, begin, rows, total, chosen);
    for (const store of stores) {
      if ('numbers' in store) gatherDoubles(store.numbers, begin, rows, total, chosen);
      else if (store.codes instanceof Uint8Array) gatherBytes(store.codes, begin, rows, total, chosen);
      else if (store.codes instanceof Uint16Array) gatherShorts(store.codes, begin, rows, total, chosen);
      else gatherWords(store.codes, begin, rows, total, chosen);
    }
    total += kept;
  });
  return starts;
}

/** Lists longer than this are not sorted by insertion. */
const SHORT = 40;

/** Sorts one contact's places by instant. */
function sortByTime(order: Uint32Array, at: Float64Array, ranks: Uint32Array | undefined): void {
  if (ranks === undefined && isSorted(order, at)) return;
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
function isSorted(order: Uint32Array, at: Float64Array): boolean {
  for (let i = 1; i < order.length; i++) if ((at[order[i - 1] ?? 0] ?? 0) > (at[order[i] ?? 0] ?? 0)) return false;
  return true;
}

// One function for each kind of array: a loop that meets several kinds runs several times slower. Rows move within
// one array, so the group is copied aside first; they never move up, so what is not yet moved stays whole.

function gatherDoubles(all: Float64Array, begin: number, rows: number, to: number, order: Uint32Array): void {
  const group = all.slice(begin, begin + rows);
  for (let i = 0; i < order.length; i++) all[to + i] = group[order[i] ?? 0] ?? 0;
}

function gatherBytes(all: Uint8Array, begin: number, rows: number, to: number, order: Uint32Array): void {
  const group = all.slice(begin, begin + rows);
  for (let i = 0; i < order.length; i++) all[to + i] = group[order[i] ?? 0] ?? 0;
}

function gatherShorts(all: Uint16Array, begin: number, rows: number, to: number, order: Uint32Array): void {
  const group = all.slice(begin, begin + rows);
  for (let i = 0; i < order.length; i++) all[to + i] = group[order[i] ?? 0] ?? 0;
}

function gatherWords(all: Uint32Array, begin: number, rows: number, to: number, order: Uint32Array): void {
  const group = all.slice(begin, begin + rows);
  for (let i = 0; i < order.length; i++) all[to + i] = group[order[i] ?? 0] ?? 0;
}
