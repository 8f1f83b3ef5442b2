/**
 * The text of a model document. It decides how a changed value is written into the text so that every letter beside it
 * stays: comments, order, spacing. It refuses to know what a model means.
 *
 * The nodes of the parsed document say where a part stands; only that part is written anew. Whatever comes out is read
 * again, and where it does not say exactly what was wanted (anchors, for one), the parser's own writer does it: comments
 * stay then too, spacing may not.
 */

import {
  Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { isValues, type Path, same, type Values } from './values.model.ts';
import { inline, isWide, listLines, valueText } from './written.model.ts';

export type Reading =
  | { readonly kind: 'read'; readonly value: unknown }
  | { readonly kind: 'broken'; readonly message: string; readonly line: number; readonly column: number };

const parse = (text: string) =>
  parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: true, prettyErrors: false });

interface Parsed {
  readonly text: string;
  readonly document: Document.Parsed;
  readonly reading: Reading;
}

let latest: Parsed | null = null;

/** One edit asks of the same text what it says, where its parts stand and whether it was written well: it is parsed once. */
function parsed(text: string): Parsed {
  if (latest?.text !== text) {
    const document = parse(text);
    latest = { text, document, reading: readingOf(text, document) };
  }
  return latest;
}

/** What a text says, or where it stops being one. */
export const readText = (text: string): Reading => parsed(text).reading;

function readingOf(text: string, document: Document.Parsed): Reading {
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) return { kind: 'broken', message: error.message, ...placeOf(text, error.pos[0]) };
  try {
    return { kind: 'read', value: document.toJS({ maxAliasCount: 100 }) };
  } catch (thrown) {
    return { kind: 'broken', message: thrown instanceof Error ? thrown.message : String(thrown), line: 1, column: 1 };
  }
}

/** Where a part begins and ends in the text; null where there is none. */
export function placesOf(text: string, paths: readonly Path[]): (readonly [number, number] | null)[] {
  const { document } = parsed(text);
  return paths.map((path) => {
    const node = document.getIn(path, true);
    const range = isNode(node) ? node.range : null;
    return range ? [range[0], Math.max(range[0], endOf(text, range))] : null;
  });
}

/** The first and last line of a part, from 1; null where there is none. */
export function linesOf(text: string, paths: readonly Path[]): (readonly [number, number] | null)[] {
  const starts = lineStarts(text);
  return placesOf(text, paths).map((place) => place && [lineAt(starts, place[0]), lineAt(starts, place[1])]);
}

/** A name in a text: the key at a path, or the value there. */
export interface Spelled {
  readonly path: Path;
  readonly is: 'key' | 'value';
}

/**
 * The text with a name written otherwise in some places, and every other letter as it was.
 * @param wanted what it says then
 */
export function respelled(text: string, places: readonly Spelled[], name: string, wanted: unknown): string {
  const { document } = parsed(text);
  const splices = places.flatMap(({ path, is }): Splice[] => {
    const holder = document.getIn(path.slice(0, -1), true);
    const pair = isMap(holder) ? holder.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : undefined;
    const node = is === 'key' ? pair?.key : document.getIn(path, true);
    if (!isScalar(node) || !node.range) return [];
    const [from, to] = node.range;
    const quote = /^["']/.exec(text.slice(from, to))?.[0] ?? '';
    return [{ from, to, text: quote === '' ? inline(name) : `${quote}${name}${quote}` }];
  });
  // A part that several places share by an anchor is written once.
  const once = splices.filter(({ from }, i) => splices.findIndex((other) => other.from === from) === i);
  const spliced = splice(text, once);
  return says(spliced, wanted) ? spliced : rewrite(text, wanted);
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lineAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function placeOf(text: string, offset: number) {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/**
 * The text that says `wanted` instead, with everything that says the same left as it is written.
 * @throws Error where the text cannot be read
 */
export function rewrite(text: string, wanted: unknown): string {
  const { document, reading } = parsed(text);
  if (reading.kind === 'broken') throw new Error('a text that cannot be read cannot be changed by form');
  const before = reading.value;
  if (same(before, wanted)) return text;
  const splices = changes(text, document.contents, before, wanted, false);
  if (splices !== null) {
    const spliced = splice(text, splices);
    if (says(spliced, wanted)) return spliced;
  }
  // The parser's writer changes what it writes: what was parsed stays for who asks next.
  return byParser(parse(text), before, wanted) ?? new Document(wanted).toString({ lineWidth: 0 });
}

/** Null where the parser cannot write it either, such as an alias whose anchor is gone. */
function byParser(document: Document.Parsed, before: unknown, wanted: unknown): string | null {
  try {
    apply(document, [], before, wanted);
    const written = document.toString({ lineWidth: 0 });
    return says(written, wanted) ? written : null;
  } catch {
    return null;
  }
}

function says(text: string, wanted: unknown): boolean {
  const reading = readText(text);
  return reading.kind === 'read' && same(reading.value, wanted);
}

/** The same by the parser's own writer. */
function apply(document: Document.Parsed, path: Path, before: unknown, wanted: unknown): void {
  if (same(before, wanted)) return;
  if (isValues(before) && isValues(wanted) && isMap(document.getIn(path, true))) {
    for (const key of Object.keys(before)) if (!Object.hasOwn(wanted, key)) document.deleteIn([...path, key]);
    for (const [key, value] of Object.entries(wanted)) apply(document, [...path, key], before[key], value);
  } else if (Array.isArray(before) && Array.isArray(wanted) && before.length === wanted.length) {
    for (const [i, value] of wanted.entries()) apply(document, [...path, i], before[i], value);
  } else if (path.length === 0) {
    document.contents = document.createNode(wanted) as typeof document.contents;
  } else document.setIn(path, document.createNode(wanted));
}

interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

const splice = (text: string, splices: readonly Splice[], base = 0): string =>
  [...splices]
    .map((one, order) => ({ ...one, order }))
    .sort((a, b) => b.from - a.from || b.to - a.to || b.order - a.order)
    .reduce((all, { from, to, text: piece }) => all.slice(0, from - base) + piece + all.slice(to - base), text);

/** Where a node's own text ends: a block's range goes on to the next thing. */
function endOf(text: string, range: readonly [number, number, number]): number {
  let end = range[1];
  while (end > range[0] && /\s/.test(text[end - 1] ?? '')) end--;
  return end;
}

const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;
const lineEnd = (text: string, offset: number): number => {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
};
const columnOf = (text: string, offset: number): number => offset - lineStart(text, offset);
const isFirstOnLine = (text: string, offset: number): boolean =>
  text.slice(lineStart(text, offset), offset).trim() === '';

/**
 * What to change of a node's text, or null where only the parser's writer can.
 * @param inFlow whether it stands within brackets
 */
function changes(text: string, node: unknown, before: unknown, wanted: unknown, inFlow: boolean): Splice[] | null {
  if (same(before, wanted)) return [];
  if (!isNode(node) || isAlias(node) || !node.range) return null;
  if (isCollection(node) && node.anchor !== undefined) return null;
  if (isMap(node) && isValues(before) && isValues(wanted) && Object.keys(wanted).length > 0 && node.items.length > 0)
    return mapChanges(text, node, before, wanted, inFlow);
  if (isSeq(node) && Array.isArray(before) && Array.isArray(wanted) && wanted.length > 0 && node.items.length > 0)
    return listChanges(text, node, before, wanted, inFlow);
  return [replaced(text, node.range, wanted, inFlow)];
}

/** A part written anew, as a whole, where the old one stood. */
function replaced(text: string, range: readonly [number, number, number], wanted: unknown, inFlow: boolean): Splice {
  const to = Math.max(range[0], endOf(text, range));
  const before = text.slice(0, range[0]);
  const gap = /:[ \t\r\n]*$/.exec(before)?.[0];
  if (gap === undefined) {
    // A comment stands between the key and its value: the value stays on its own line.
    const lines = Array.isArray(wanted) && isWide(wanted) && isFirstOnLine(text, range[0]) && !inFlow;
    const column = columnOf(text, range[0]);
    return { from: range[0], to, text: lines && wanted.length > 0 ? listLines(wanted, column) : inline(wanted) };
  }
  // A value that begins below its key comes to stand beside it; one that was empty needs its space.
  const from = range[0] - gap.length + 1;
  const column = indentAt(text, from);
  return { from, to, text: inFlow ? ` ${inline(wanted)}` : valueText(wanted, column) };
}

/** How far the key is in whose line an offset stands. */
function indentAt(text: string, offset: number): number {
  const line = text.slice(lineStart(text, offset), offset);
  return /^[\s-]*/.exec(line)?.[0].length ?? 0;
}

interface Member extends Place {
  readonly key: string;
  readonly value: unknown;
}

/** The pairs of a map with their places, or null where one has none. */
function membersOf(text: string, node: YAMLMap): Member[] | null {
  const members: Member[] = [];
  for (const { key, value } of node.items) {
    if (!isScalar(key) || !key.range) return null;
    const range = isNode(value) ? value.range : null;
    const to = range ? Math.max(endOf(text, range), key.range[1]) : key.range[1];
    members.push({ key: String(key.value), from: key.range[0], to, value });
  }
  return members;
}

function mapChanges(text: string, node: YAMLMap, before: Values, wanted: Values, inFlow: boolean): Splice[] | null {
  const members = membersOf(text, node);
  if (members === null) return null;
  const kept = members.filter(({ key }) => Object.hasOwn(wanted, key));
  // Where nothing stays, there is nothing beside which the new could be written.
  if (kept.length === 0) return node.range ? [replaced(text, node.range, wanted, inFlow)] : null;
  const splices: Splice[] = [];
  for (const { key, value } of kept) {
    const inner = changes(text, value, before[key], wanted[key], inFlow || node.flow === true);
    if (inner === null) return null;
    splices.push(...inner);
  }
  const goes = (i: number) => !Object.hasOwn(wanted, members[i]?.key ?? '');
  for (const i of members.keys()) {
    if (!goes(i)) continue;
    splices.push(node.flow ? withoutInFlow(members, i, goes) : withoutInBlock(text, members, i, goes));
  }
  const [first] = members;
  const column = first === undefined ? 0 : columnOf(text, first.from);
  const keys = Object.keys(wanted);
  for (const [i, key] of keys.entries()) {
    if (Object.hasOwn(before, key)) continue;
    const neighbour = keys
      .slice(0, i)
      .reverse()
      .flatMap((name) => kept.find((member) => member.key === name) ?? [])[0];
    splices.push(
      node.flow
        ? addedInFlow(neighbour, kept[0], `${inline(key)}: ${inline(wanted[key])}`)
        : addedInBlock(text, neighbour, kept[0], column, `${inline(key)}:${valueText(wanted[key], column)}`),
    );
  }
  return splices;
}

function addedInFlow(after: Member | undefined, first: Member | undefined, piece: string): Splice {
  if (after !== undefined) return { from: after.to, to: after.to, text: `, ${piece}` };
  const from = first?.from ?? 0;
  return { from, to: from, text: `${piece}, ` };
}

function addedInBlock(
  text: string,
  after: Member | undefined,
  first: Member | undefined,
  column: number,
  piece: string,
): Splice {
  if (after === undefined) {
    const from = first?.from ?? 0;
    return { from, to: from, text: `${piece}\n${' '.repeat(column)}` };
  }
  const from = lineEnd(text, after.to);
  return { from, to: from, text: `\n${' '.repeat(column)}${piece}` };
}

interface Place {
  readonly from: number;
  readonly to: number;
}

/** What goes takes the comma before it; what goes from the front takes the one behind. */
function withoutInFlow(places: readonly Place[], i: number, goes: (i: number) => boolean): Splice {
  const [own, next, previous] = [placeAt(places, i), places[i + 1], places[i - 1]];
  if (previous === undefined || places.slice(0, i).every((_, earlier) => goes(earlier)))
    return { from: own.from, to: next?.from ?? own.to, text: '' };
  return { from: previous.to, to: own.to, text: '' };
}

function withoutInBlock(text: string, places: readonly Place[], i: number, goes: (i: number) => boolean): Splice {
  const own = placeAt(places, i);
  // The first key of a list item stands behind the dash, and the first that stays takes its place.
  const behindDash = !isFirstOnLine(text, placeAt(places, 0).from);
  if (behindDash && places.slice(0, i).every((_, earlier) => goes(earlier)))
    return { from: own.from, to: places[i + 1]?.from ?? own.to, text: '' };
  const from = withComments(text, own.from);
  return { from, to: Math.min(text.length, lineEnd(text, own.to) + 1), text: '' };
}

function placeAt(places: readonly Place[], i: number): Place {
  const place = places[i];
  if (place === undefined) throw new Error(`there is no place ${i}`);
  return place;
}

/** Where a line begins, together with the comments right above it that stand as far in. */
function withComments(text: string, offset: number): number {
  const column = columnOf(text, offset);
  let start = lineStart(text, offset);
  for (;;) {
    const above = lineStart(text, start - 1);
    const line = text.slice(above, start);
    if (start === 0 || line.search(/\S/) !== column || line[column] !== '#') return start;
    start = above;
  }
}

/** For each wanted item the old one that it comes from, or null. */
function origins(before: readonly unknown[], wanted: readonly unknown[]): (number | null)[] {
  const taken = new Set<number>();
  const take = (found: number): number | null => {
    if (found < 0) return null;
    taken.add(found);
    return found;
  };
  const idOf = (value: unknown) => (isValues(value) ? value.id : undefined);
  const exact = wanted.map((item) => take(before.findIndex((old, i) => !taken.has(i) && same(old, item))));
  const named = exact.map(
    (found, w) =>
      found ??
      take(before.findIndex((old, i) => !taken.has(i) && idOf(old) !== undefined && idOf(old) === idOf(wanted[w]))),
  );
  // What is left in the same place was changed there.
  return named.map(
    (found, w) => found ?? (before.length === wanted.length && w < before.length && !taken.has(w) ? take(w) : null),
  );
}

function listChanges(
  text: string,
  node: YAMLSeq,
  before: readonly unknown[],
  wanted: readonly unknown[],
  inFlow: boolean,
): Splice[] | null {
  const from = origins(before, wanted);
  const places = node.items.map((item) => (isNode(item) && item.range ? item : null));
  if (places.includes(null)) return null;
  if (from.length === before.length && from.every((old, i) => old === i)) {
    const inner = node.items.map((item, i) => changes(text, item, before[i], wanted[i], inFlow || node.flow === true));
    return inner.some((one) => one === null) ? null : inner.flatMap((one) => one ?? []);
  }
  return node.flow ? flowList(text, node, before, wanted, from) : blockList(text, node, before, wanted, from);
}

/** The text of an old item with what changed in it, from `start` to `end`. */
function itemText(
  text: string,
  [start, end]: readonly [number, number],
  node: unknown,
  before: unknown,
  wanted: unknown,
  inFlow: boolean,
): string | null {
  const inner = changes(text, node, before, wanted, inFlow);
  return inner === null ? null : splice(text.slice(start, end), inner, start);
}

function flowList(
  text: string,
  node: YAMLSeq,
  before: readonly unknown[],
  wanted: readonly unknown[],
  from: readonly (number | null)[],
): Splice[] | null {
  const places = node.items.map((item) => {
    const range = isNode(item) ? item.range : null;
    return range ? { from: range[0], to: endOf(text, range) } : { from: 0, to: 0 };
  });
  const pieces = wanted.map((item, w) => {
    const old = from[w];
    const place = old == null ? undefined : places[old];
    return place === undefined || old == null
      ? inline(item)
      : itemText(text, [place.from, place.to], node.items[old], before[old], item, true);
  });
  if (pieces.includes(null)) return null;
  const [first, last] = [places[0], places.at(-1)];
  if (first === undefined || last === undefined) return null;
  // The places of the old items hold the new ones in turn; what is over is added behind, what is missing goes.
  const splices: Splice[] = [];
  for (const [i, place] of places.entries()) {
    const piece = pieces[i];
    if (piece != null) splices.push({ ...place, text: piece });
    else splices.push(withoutInFlow(places, i, (one) => pieces[one] === undefined));
  }
  const rest = pieces.slice(places.length);
  if (rest.length > 0) splices.push({ from: last.to, to: last.to, text: rest.map((piece) => `, ${piece}`).join('') });
  return splices;
}

function blockList(
  text: string,
  node: YAMLSeq,
  before: readonly unknown[],
  wanted: readonly unknown[],
  from: readonly (number | null)[],
): Splice[] | null {
  const dashes = node.items.map((item) => {
    const start = isNode(item) ? (item.range?.[0] ?? 0) : 0;
    return text.lastIndexOf('-', start - 1);
  });
  if (dashes.some((dash) => dash < 0 || !isFirstOnLine(text, dash))) return null;
  const column = columnOf(text, dashes[0] ?? 0);
  const starts = dashes.map((dash, i) => (i === 0 ? lineStart(text, dash) : withComments(text, dash)));
  const [lastItem, start] = [node.items.at(-1), starts[0]];
  const lastRange = isNode(lastItem) ? lastItem.range : null;
  if (!lastRange || start === undefined) return null;
  // The comments above the first item go with it where it is one of several.
  const begin = withComments(text, dashes[0] ?? 0);
  const bounds = [begin, ...starts.slice(1)];
  const end = lineEnd(text, endOf(text, lastRange));
  const chunkEnd = (i: number) => {
    const next = bounds[i + 1];
    return next === undefined ? end : next;
  };
  const chunks = wanted.map((item, w) => {
    const old = from[w];
    const chunkStart = old == null ? undefined : bounds[old];
    if (old == null || chunkStart === undefined) return `${' '.repeat(column)}${listLines([item], column)}`;
    const piece = itemText(text, [chunkStart, chunkEnd(old)], node.items[old], before[old], item, false);
    return piece === null ? null : piece.replace(/\n$/, '');
  });
  if (chunks.includes(null)) return null;
  return [{ from: begin, to: end, text: chunks.join('\n').trimEnd() }];
}
