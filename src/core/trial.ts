/**
 * A draft beside what stands: both scored over the same columns at the same instant, and counted. It decides what is
 * counted and on which bins; it refuses to know where the columns come from and what a contact is called.
 */

import { NO_PLACE } from './kernel-program.ts';
import type { KernelResults } from './kernel-run.ts';
import { type Model, type Range, type Rule, rulesOf } from './words.ts';

/** A model and what it made of the columns. */
export interface Side {
  readonly model: Model;
  /** With reasons. */
  readonly results: KernelResults;
}

/** Where a contact stands; who is disqualified is in no stage. */
export interface Place {
  readonly stage: string | null;
  readonly disqualified: boolean;
}

/** A count on both sides; null on one that does not have what is counted. */
export interface Shift {
  readonly before: number | null;
  readonly after: number | null;
}

interface Bin extends Shift {
  /** In millionths; null for the cell of a grid. */
  readonly from: number | null;
  /** Not included, but for the last bin. */
  readonly to: number | null;
  readonly cell: string | null;
}

export interface ScoreShift {
  readonly name: string;
  readonly kind: 'points' | 'grid';
  readonly bins: readonly Bin[];
  /** In millionths. */
  readonly mean: Shift;
  /** Contacts of which it differs. */
  readonly changed: number;
  /** The grades and bands of the later side, the best first. */
  readonly rungs: readonly RungShift[];
}

/** A grade or band as a threshold: who is in it or above, and who comes over it each way. */
interface RungShift {
  readonly of: Ladder;
  readonly name: string;
  /** In it or above. */
  readonly above: Shift;
  readonly up: number;
  readonly down: number;
}

export type Ladder = 'grade' | 'band';

/** What a rule gave, in millionths. */
interface Given {
  readonly contacts: number;
  readonly total: number;
}

export interface RuleShift extends Given {
  readonly id: string;
  readonly score: string;
  readonly state: 'new' | 'gone' | 'same' | 'changed';
  /** Contacts to whom it gives something else. */
  readonly differs: number;
  readonly before: Given | null;
}

export interface Comparison {
  readonly scores: readonly ScoreShift[];
  readonly stages: readonly (Place & { readonly before: number | null; readonly after: number })[];
  readonly moves: readonly { readonly from: Place; readonly to: Place; readonly contacts: number }[];
  readonly handoffs: readonly { readonly stage: string; readonly contacts: number }[];
  readonly rules: readonly RuleShift[];
}

/** @param before null where no version serves: then nobody stands anywhere yet */
export function compare(before: Side | null, after: Side): Comparison {
  const names = new Set([...after.model.scores, ...(before?.model.scores ?? [])].map(({ name }) => name));
  return {
    scores: [...names].map((name) => compareScore(name, before, after)),
    ...comparePlaces(before, after),
    rules: compareRules(before, after),
  };
}

function compareScore(name: string, before: Side | null, after: Side): ScoreShift {
  const [old, fresh] = [before, after].map((side) => side && pointsOf(side, name));
  const grid = [before, after].some((side) => side?.model.scores.find((score) => score.name === name)?.kind === 'grid');
  if (grid) return compareCells(name, before, after);
  return { ...comparePoints(name, old ?? null, fresh ?? null), rungs: compareRungs(name, before, after) };
}

export interface Points {
  readonly range: Range;
  readonly values: Float64Array;
}

export function pointsOf({ model, results }: Side, name: string): Points | null {
  const place = model.scores.findIndex((score) => score.name === name);
  const score = model.scores[place];
  const values = results.scores[place];
  return score === undefined || values === undefined || score.kind === 'grid' ? null : { range: score.range, values };
}

function comparePoints(name: string, before: Points | null, after: Points | null): ScoreShift {
  const sides = [before, after].flatMap((side) => side ?? []);
  const { start, step, count } = binsOf(sides);
  const counted = [before, after].map((side) => side && countPoints(side.values, start, step, count));
  const [old, fresh] = [counted[0] ?? null, counted[1] ?? null];
  const bins = Array.from({ length: count }, (_, i) => ({
    from: start + i * step,
    to: start + (i + 1) * step,
    cell: null,
    before: old?.bins[i] ?? null,
    after: fresh?.bins[i] ?? null,
  }));
  return {
    name,
    kind: 'points',
    bins,
    mean: { before: old?.mean ?? null, after: fresh?.mean ?? null },
    changed: before === null || after === null ? 0 : differing(before.values, after.values),
    rungs: [],
  };
}

function countPoints(values: Float64Array, start: number, step: number, count: number) {
  const bins = new Array<number>(count).fill(0);
  let [sum, n] = [0, 0];
  for (let c = 0; c < values.length; c++) {
    const value = values[c] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    const bin = Math.min(count - 1, Math.floor((value - start) / step));
    bins[bin] = (bins[bin] ?? 0) + 1;
    sum += value;
    n++;
  }
  return { bins, mean: n === 0 ? null : sum / n };
}

function differing(before: Float64Array, after: Float64Array): number {
  let n = 0;
  for (let c = 0; c < after.length; c++) {
    const [x, y] = [before[c] ?? Number.NaN, after[c] ?? Number.NaN];
    if (x !== y && !(Number.isNaN(x) && Number.isNaN(y))) n++;
  }
  return n;
}

/** About so many bins are drawn. */
const BINS = 25;

/** Bins of a round width over the range, or over what there is where that is a small part of the range. */
function binsOf(sides: readonly Points[]): { start: number; step: number; count: number } {
  let [low, high] = [Infinity, -Infinity];
  let [least, most] = [Infinity, -Infinity];
  for (const { range, values } of sides) {
    [low, high] = [Math.min(low, range[0]), Math.max(high, range[1])];
    for (let c = 0; c < values.length; c++) {
      const value = values[c] ?? Number.NaN;
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  if (least <= most && (most - least) * 4 < high - low) [low, high] = [least, most];
  const wide = Math.max(high - low, 1) / BINS;
  const ten = 10 ** Math.floor(Math.log10(wide));
  const step = Math.max(1, ([1, 2, 5, 10].find((one) => one * ten >= wide) ?? 10) * ten);
  const start = Math.floor(low / step) * step;
  return { start, step, count: Math.max(1, Math.ceil((high - start) / step)) };
}

function compareCells(name: string, before: Side | null, after: Side): ScoreShift {
  const [old, fresh] = [before, after].map((side) => (side === null ? null : cellsOf(side, name)));
  const names = [...new Set([...(old?.names ?? []), ...(fresh?.names ?? [])])].sort();
  const tally = (cells: Cells | null | undefined) => {
    if (cells == null) return null;
    const counts = new Map(names.map((cell) => [cell, 0]));
    for (const code of cells.codes) {
      const cell = cells.names[code - 1];
      if (cell !== undefined) counts.set(cell, (counts.get(cell) ?? 0) + 1);
    }
    return counts;
  };
  const [was, is] = [tally(old), tally(fresh)];
  let changed = 0;
  if (old != null && fresh != null) {
    const codeOf = new Map(fresh.names.map((cell, i) => [cell, i + 1]));
    const translated = Int32Array.from([0, ...old.names.map((cell) => codeOf.get(cell) ?? -1)]);
    for (let c = 0; c < fresh.codes.length; c++) if (translated[old.codes[c] ?? 0] !== fresh.codes[c]) changed++;
  }
  return {
    name,
    kind: 'grid',
    bins: names.map((cell) => ({
      from: null,
      to: null,
      cell,
      before: was?.get(cell) ?? null,
      after: is?.get(cell) ?? null,
    })),
    mean: { before: null, after: null },
    changed,
    rungs: [],
  };
}

/** Where contacts stand on the grades or bands of a score. */
interface Rungs {
  readonly names: readonly string[];
  /** By contact: its place, the best 0; beyond the last one for none. */
  readonly places: Uint8Array;
}

export function rungsOf({ model, results }: Side, name: string, of: Ladder): Rungs | null {
  const place = model.scores.findIndex((score) => score.name === name);
  const places = (of === 'grade' ? results.grades : results.bands)[place];
  const score = model.scores[place];
  if (places === undefined || score === undefined || score.kind === 'grid') return null;
  return { names: (of === 'grade' ? score.grades : score.bands).map((rung) => rung.name), places };
}

function compareRungs(name: string, before: Side | null, after: Side): RungShift[] {
  return (['grade', 'band'] as const).flatMap((of): RungShift[] => {
    const [old, fresh] = [before && rungsOf(before, name, of), rungsOf(after, name, of)];
    if (fresh === null || fresh.names.length === 0) return [];
    const [rows, columns] = [(old?.names.length ?? 0) + 1, fresh.names.length + 1];
    // How many come from each place to each place: all thresholds are read from that.
    const counts = new Float64Array(rows * columns);
    for (let c = 0; c < fresh.places.length; c++) {
      const from = Math.min(old?.places[c] ?? NO_PLACE, rows - 1);
      const to = Math.min(fresh.places[c] ?? NO_PLACE, columns - 1);
      counts[from * columns + to] = (counts[from * columns + to] ?? 0) + 1;
    }
    const sum = (holds: (from: number, to: number) => boolean): number =>
      counts.reduce((all, n, i) => (holds(Math.floor(i / columns), i % columns) ? all + n : all), 0);
    return fresh.names.map((rung, is) => {
      const was = old?.names.indexOf(rung) ?? -1;
      const compared = was >= 0;
      return {
        of,
        name: rung,
        above: { before: compared ? sum((from) => from <= was) : null, after: sum((_, to) => to <= is) },
        up: compared ? sum((from, to) => from > was && to <= is) : 0,
        down: compared ? sum((from, to) => from <= was && to > is) : 0,
      };
    });
  });
}

export interface Cells {
  /** The cells that there can be. */
  readonly names: readonly string[];
  /** By contact: the place of its cell from 1, or 0. */
  readonly codes: Uint16Array;
}

export function cellsOf({ model, results }: Side, name: string): Cells | null {
  const score = model.scores.find((candidate) => candidate.name === name);
  if (score?.kind !== 'grid') return null;
  const [first, second] = score.of.map((part) => model.scores.findIndex((candidate) => candidate.name === part));
  const grades = [results.grades[first ?? -1], results.grades[second ?? -1]];
  const height = model.scores[second ?? -1]?.grades.length ?? 0;
  const names: string[] = [];
  for (const letter of model.scores[first ?? -1]?.grades ?? []) {
    for (let place = 1; place <= height; place++) names.push(`${letter.name}${place}`);
  }
  const codes = new Uint16Array(results.known.length);
  for (let c = 0; c < codes.length; c++) {
    const [x, y] = [grades[0]?.[c] ?? NO_PLACE, grades[1]?.[c] ?? NO_PLACE];
    codes[c] = results.known[c] === 0 || x === NO_PLACE || y === NO_PLACE ? 0 : 1 + x * height + y;
  }
  return { names, codes };
}

/** The places of a model: none, its stages in order, disqualified. */
export const placesOf = (model: Model): Place[] => [
  { stage: null, disqualified: false },
  ...model.stages.map(({ id }) => ({ stage: id, disqualified: false })),
  { stage: null, disqualified: true },
];

/** The place of a contact among `placesOf`. */
export const placeAt = ({ model, results }: Side, c: number): number =>
  results.disqualified[c] === 0 ? 1 + (results.stage[c] ?? -1) : 1 + model.stages.length;

export const isSame = (one: Place, other: Place): boolean =>
  one.stage === other.stage && one.disqualified === other.disqualified;

function comparePlaces(before: Side | null, after: Side): Pick<Comparison, 'stages' | 'moves' | 'handoffs'> {
  const from = before === null ? [{ stage: null, disqualified: false }] : placesOf(before.model);
  const to = placesOf(after.model);
  const counts = new Float64Array(from.length * to.length);
  const n = after.results.known.length;
  for (let c = 0; c < n; c++) {
    const cell = (before === null ? 0 : placeAt(before, c)) * to.length + placeAt(after, c);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  const count = (i: number, j: number): number => counts[i * to.length + j] ?? 0;
  const sumBefore = (i: number) => to.reduce((sum, _, j) => sum + count(i, j), 0);
  const sumAfter = (j: number) => from.reduce((sum, _, i) => sum + count(i, j), 0);
  const gone = from.flatMap((place, i) =>
    to.some((other) => isSame(place, other)) ? [] : [{ ...place, before: sumBefore(i), after: 0 }],
  );
  const stages = to.map((place, j) => {
    const i = from.findIndex((other) => isSame(place, other));
    return { ...place, before: before === null ? null : i < 0 ? 0 : sumBefore(i), after: sumAfter(j) };
  });
  return {
    stages: [...stages.slice(0, -1), ...gone, ...stages.slice(-1)],
    moves: from.flatMap((one, i) =>
      to.flatMap((other, j) =>
        isSame(one, other) || count(i, j) === 0 ? [] : [{ from: one, to: other, contacts: count(i, j) }],
      ),
    ),
    handoffs: after.model.stages.map(({ id }, s) => ({
      stage: id,
      contacts: from.reduce((sum, place, i) => sum + (standingIn(after.model, place) < s ? count(i, s + 1) : 0), 0),
    })),
  };
}

/** Whether a move goes up: by the order of the stages, those that are gone last; who is disqualified is below everybody. */
export function goesUp(before: Side | null, after: Side, from: Place, to: Place): boolean {
  const own = after.model.stages.map(({ id }) => id);
  const gone = (before?.model.stages ?? []).map(({ id }) => id).filter((id) => !own.includes(id));
  const order = [null, ...own, ...gone];
  const rank = ({ stage, disqualified }: Place): number => (disqualified ? -1 : order.indexOf(stage));
  return rank(to) > rank(from);
}

/** How far a place is among the stages of a model; -1 where it is none of them. */
export const standingIn = (model: Model, { stage }: Place): number => model.stages.findIndex(({ id }) => id === stage);

export interface Placed {
  readonly rule: Rule;
  readonly score: string;
  readonly column: Float64Array;
}

export function rulesBy({ model, results }: Side): Map<string, Placed> {
  const columns = results.reasons ?? [];
  const scoreOf = new Map(
    model.scores.flatMap((score) =>
      score.kind === 'rules' ? score.rules.map(({ rule }) => [rule.id, score.name] as const) : [],
    ),
  );
  return new Map(
    rulesOf(model.scores).map((rule, i) => [
      rule.id,
      { rule, score: scoreOf.get(rule.id) ?? '', column: columns[i] ?? new Float64Array(0) },
    ]),
  );
}

function compareRules(before: Side | null, after: Side): RuleShift[] {
  const old = before === null ? new Map<string, Placed>() : rulesBy(before);
  const fresh = rulesBy(after);
  const shifts = [...fresh].map(([id, { rule, score, column }]): RuleShift => {
    const was = old.get(id);
    if (was === undefined) return { id, score, state: 'new', ...givenBy(column), differs: 0, before: null };
    const given = givenBy(was.column);
    // The same rule gives the same to the same contacts.
    if (JSON.stringify(was.rule) === JSON.stringify(rule))
      return { id, score, state: 'same', ...given, differs: 0, before: given };
    const differs = differing(was.column, column);
    return { id, score, state: differs === 0 ? 'same' : 'changed', ...givenBy(column), differs, before: given };
  });
  const gone = [...old].flatMap(([id, { score, column }]): RuleShift[] =>
    fresh.has(id) ? [] : [{ id, score, state: 'gone', contacts: 0, total: 0, differs: 0, before: givenBy(column) }],
  );
  return [...shifts, ...gone];
}

/** A column never changes once it is filled. */
const counted = new WeakMap<Float64Array, Given>();

function givenBy(column: Float64Array): Given {
  const known = counted.get(column);
  if (known !== undefined) return known;
  let [contacts, total] = [0, 0];
  for (let c = 0; c < column.length; c++) {
    const points = column[c] ?? 0;
    if (points === 0) continue;
    contacts++;
    total += points;
  }
  const given = { contacts, total };
  counted.set(column, given);
  return given;
}
