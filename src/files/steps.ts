/**
 * The work on the rows of a log, in steps that can be taken in parts side by side. It decides whose a row is, where it
 * belongs, and the order of events: time, then rank, then the order of the file. It refuses to know the file.
 *
 * Rows come together by contact in two moves that both stay in a near cache: into the room of a group of contacts,
 * and then within the group. Sending every row to its contact at once takes three times as long.
 */

import type { Values } from './reading.ts';

export const sharedWholes = (length: number): Uint32Array => new Uint32Array(new SharedArrayBuffer(length * 4));

/** What a row that belongs to no contact has for one; anything from the number of contacts on will do. */
export const NOBODY = 0xffffffff;

/** Contacts of one group, as a power of two; a member's number fits into two bytes. */
const BITS = 14;
const SIZE = 2 ** BITS;

export const groupsOf = (contacts: number): number => Math.ceil(contacts / SIZE);

/** Arrays by row of the file, unless said otherwise. All in shared memory. */
export type Step =
  /** Finds the contact of each row by its short id. */
  | { readonly kind: 'find'; readonly ids: ShortIds; readonly table: IdTable; readonly owners: Uint32Array }
  /** Counts the rows of each group; a part after the other. */
  | { readonly kind: 'count'; readonly owners: Uint32Array; readonly contacts: number; readonly counts: Uint32Array }
  /**
   * Gives each row its place, into the same array.
   * `heads` are the next places of each group, a part after the other; `members` is by place; `room` is the place of
   * rows that nobody wants.
   */
  | {
      readonly kind: 'place';
      readonly owners: Uint32Array;
      readonly contacts: number;
      readonly heads: Uint32Array;
      readonly members: Uint16Array;
      readonly room: number;
    }
  /** Moves rows to their places. */
  | { readonly kind: 'scatter'; readonly from: Values; readonly to: Values; readonly places: Uint32Array }
  /** Puts the places of each group in order: `order`, `at` and `ranks` are by place, `starts` by contact. */
  | {
      readonly kind: 'order';
      readonly begins: Uint32Array;
      readonly members: Uint16Array;
      readonly at: Float64Array;
      readonly ranks: Uint32Array | null;
      readonly order: Uint32Array;
      readonly starts: Uint32Array;
    }
  /** Moves rows from their places to where the order has them. */
  | { readonly kind: 'gather'; readonly from: Values; readonly to: Values; readonly order: Uint32Array };

/** Ids of at most twelve bytes, as three words each, and their lengths. */
export interface ShortIds {
  readonly words: Uint32Array;
  readonly lengths: Uint8Array;
}

/**
 * Contacts by short id. Four words a slot: those of the id, then its length in the highest four bits before the row
 * plus one; 0 there is an empty slot.
 */
export interface IdTable {
  readonly slots: Uint32Array;
}

/** The most contacts that a table can hold. */
export const TABLE_LIMIT = 2 ** 28 - 1;

/** @param part which of `parts` is to be done */
export function runStep(step: Step, part: number, parts: number): void {
  const range = (length: number): Range => [
    Math.floor((length * part) / parts),
    Math.floor((length * (part + 1)) / parts),
  ];
  switch (step.kind) {
    case 'find':
      find(step.ids, step.table, step.owners, range(step.owners.length));
      break;
    case 'count':
      count(step.owners, step.contacts, partOf(step.counts, part, parts), range(step.owners.length));
      break;
    case 'place':
      place(step, partOf(step.heads, part, parts), range(step.owners.length));
      break;
    case 'scatter':
      scatter(step.from, step.to, step.places, range(step.places.length));
      break;
    case 'order':
      putInOrder(step, range(step.begins.length - 1));
      break;
    case 'gather':
      gather(step.from, step.to, step.order, range(step.order.length));
      break;
  }
}

type Range = readonly [first: number, last: number];

const partOf = (all: Uint32Array, part: number, parts: number): Uint32Array =>
  all.subarray((all.length * part) / parts, (all.length * (part + 1)) / parts);

/** An empty table for so many contacts. */
export const newIdTable = (contacts: number): IdTable => ({
  slots: sharedWholes(4 * 2 ** Math.ceil(Math.log2(2 * contacts + 2))),
});

/** Adds a contact; its id must not be in the table yet. */
export function addId({ slots }: IdTable, a: number, b: number, c: number, length: number, row: number): void {
  const mask = slots.length - 1;
  let slot = slotOf(a, b, c) & mask;
  while (slots[slot + 3] !== 0) slot = (slot + 4) & mask;
  slots[slot] = a;
  slots[slot + 1] = b;
  slots[slot + 2] = c;
  slots[slot + 3] = (length << 28) | (row + 1);
}

/** Spreads ids over the slots; the two lowest bits are for the words of a slot. */
function slotOf(a: number, b: number, c: number): number {
  let hash = Math.imul(a, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15) ^ b, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13) ^ c, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) << 2;
}

/** Rows whose slots are fetched before the first of them is looked at: fetched together they come sooner. */
const AHEAD = 1024;

function find({ words, lengths }: ShortIds, { slots }: IdTable, owners: Uint32Array, [first, last]: Range): void {
  const mask = slots.length - 1;
  const fetched = new Uint32Array(AHEAD);
  for (let from = first; from < last; from += AHEAD) {
    const rows = Math.min(AHEAD, last - from);
    for (let i = 0, word = 3 * from; i < rows; i++, word += 3) {
      const slot = slotOf(words[word] ?? 0, words[word + 1] ?? 0, words[word + 2] ?? 0) & mask;
      // An empty slot ends the search at once; what is wanted of it here is that it was touched.
      fetched[i] = slots[slot + 3] === 0 ? EMPTY : slot;
    }
    for (let i = 0, row = from; i < rows; i++, row++) {
      owners[row] = fetched[i] === EMPTY ? NOBODY : ownerOf(slots, fetched[i] ?? 0, words, 3 * row, lengths[row] ?? 0);
    }
  }
}

const EMPTY = 0xffffffff;

function ownerOf(slots: Uint32Array, begin: number, words: Uint32Array, word: number, length: number): number {
  const mask = slots.length - 1;
  for (let slot = begin; ; slot = (slot + 4) & mask) {
    const taken = slots[slot + 3] ?? 0;
    if (taken === 0) return NOBODY;
    if (slots[slot] !== words[word] || slots[slot + 1] !== words[word + 1] || slots[slot + 2] !== words[word + 2])
      continue;
    // An id that ends in zero bytes has the words of a shorter one.
    if (taken >>> 28 === length) return (taken & TABLE_LIMIT) - 1;
  }
}

function count(owners: Uint32Array, contacts: number, counts: Uint32Array, [first, last]: Range): void {
  for (let row = first; row < last; row++) {
    const owner = owners[row] ?? 0;
    if (owner < contacts) counts[owner >>> BITS] = (counts[owner >>> BITS] ?? 0) + 1;
  }
}

function place(step: Step & { kind: 'place' }, heads: Uint32Array, [first, last]: Range): void {
  const { owners, contacts, members, room } = step;
  for (let row = first; row < last; row++) {
    const owner = owners[row] ?? 0;
    if (owner >= contacts) {
      owners[row] = room;
      continue;
    }
    const at = heads[owner >>> BITS] ?? 0;
    heads[owner >>> BITS] = at + 1;
    members[at] = owner & (SIZE - 1);
    owners[row] = at;
  }
}

function putInOrder(step: Step & { kind: 'order' }, [first, last]: Range): void {
  const { begins, members, at, ranks, order, starts } = step;
  const ends = new Uint32Array(SIZE);
  for (let group = first; group < last; group++) {
    const begin = begins[group] ?? 0;
    sortByMember(members, order, ends, begin, begins[group + 1] ?? 0);
    const contact = group * SIZE;
    const count = Math.min(SIZE, starts.length - 1 - contact);
    let from = begin;
    for (let member = 0; member < count; member++) {
      const end = ends[member] ?? 0;
      sortByTime(order, from, end, at, ranks);
      starts[contact + member + 1] = end;
      from = end;
    }
  }
}

/** A counting sort, which keeps the order of the file. Afterwards `ends` says where each member's places end. */
function sortByMember(members: Uint16Array, order: Uint32Array, ends: Uint32Array, begin: number, end: number): void {
  ends.fill(0);
  for (let i = begin; i < end; i++) {
    const member = members[i] ?? 0;
    ends[member] = (ends[member] ?? 0) + 1;
  }
  let sum = begin;
  for (let member = 0; member < SIZE; member++) {
    const rows = ends[member] ?? 0;
    ends[member] = sum;
    sum += rows;
  }
  for (let i = begin; i < end; i++) {
    const member = members[i] ?? 0;
    const to = ends[member] ?? 0;
    order[to] = i;
    ends[member] = to + 1;
  }
}

/** Lists longer than this are not sorted by insertion. */
const SHORT = 40;

/** Sorts one contact's places by instant. */
function sortByTime(all: Uint32Array, first: number, end: number, at: Float64Array, ranks: Uint32Array | null): void {
  if (ranks === null && isSorted(all, first, end, at)) return;
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

// One function for each kind of array: a loop that meets several kinds runs several times slower.

function scatter(from: Values, to: Values, places: Uint32Array, range: Range): void {
  if (from instanceof Float64Array && to instanceof Float64Array) scatterDoubles(from, to, places, range);
  if (from instanceof Uint8Array && to instanceof Uint8Array) scatterBytes(from, to, places, range);
  if (from instanceof Uint16Array && to instanceof Uint16Array) scatterShorts(from, to, places, range);
  if (from instanceof Uint32Array && to instanceof Uint32Array) scatterWords(from, to, places, range);
}

function scatterDoubles(from: Float64Array, to: Float64Array, places: Uint32Array, [first, last]: Range): void {
  for (let row = first; row < last; row++) to[places[row] ?? 0] = from[row] ?? 0;
}

function scatterBytes(from: Uint8Array, to: Uint8Array, places: Uint32Array, [first, last]: Range): void {
  for (let row = first; row < last; row++) to[places[row] ?? 0] = from[row] ?? 0;
}

function scatterShorts(from: Uint16Array, to: Uint16Array, places: Uint32Array, [first, last]: Range): void {
  for (let row = first; row < last; row++) to[places[row] ?? 0] = from[row] ?? 0;
}

function scatterWords(from: Uint32Array, to: Uint32Array, places: Uint32Array, [first, last]: Range): void {
  for (let row = first; row < last; row++) to[places[row] ?? 0] = from[row] ?? 0;
}

function gather(from: Values, to: Values, order: Uint32Array, range: Range): void {
  if (from instanceof Float64Array && to instanceof Float64Array) gatherDoubles(from, to, order, range);
  if (from instanceof Uint8Array && to instanceof Uint8Array) gatherBytes(from, to, order, range);
  if (from instanceof Uint16Array && to instanceof Uint16Array) gatherShorts(from, to, order, range);
  if (from instanceof Uint32Array && to instanceof Uint32Array) gatherWords(from, to, order, range);
}

function gatherDoubles(from: Float64Array, to: Float64Array, order: Uint32Array, [first, last]: Range): void {
  for (let i = first; i < last; i++) to[i] = from[order[i] ?? 0] ?? 0;
}

function gatherBytes(from: Uint8Array, to: Uint8Array, order: Uint32Array, [first, last]: Range): void {
  for (let i = first; i < last; i++) to[i] = from[order[i] ?? 0] ?? 0;
}

function gatherShorts(from: Uint16Array, to: Uint16Array, order: Uint32Array, [first, last]: Range): void {
  for (let i = first; i < last; i++) to[i] = from[order[i] ?? 0] ?? 0;
}

function gatherWords(from: Uint32Array, to: Uint32Array, order: Uint32Array, [first, last]: Range): void {
  for (let i = first; i < last; i++) to[i] = from[order[i] ?? 0] ?? 0;
}
