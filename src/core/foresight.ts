/**
 * How well a model told beforehand what came: everybody as they were at an instant, against an outcome that some had
 * after it. It decides who counts and what is measured; it refuses to know how they were scored.
 */

import type { Columns } from './columns.ts';
import { mainOf } from './scores.ts';
import type { Side } from './trial.ts';
import { MILLION } from './words.ts';

/** By row: whether a contact counts, and whether it had the outcome after the instant. */
export interface Cohort {
  readonly at: number;
  readonly contacts: number;
  readonly successes: number;
  /** Left out: who was not there yet, and who had the outcome already. */
  readonly later: number;
  readonly already: number;
  readonly counts: Uint8Array;
  readonly succeeds: Uint8Array;
}

/** What counts as success: something that happened, a stage or a later one, or what sales answered. */
export type Success =
  | { readonly kind: 'event'; readonly name: string }
  | { readonly kind: 'stage'; readonly name: string }
  | { readonly kind: 'answer'; readonly name: Answer };

export const ANSWERS = ['accepted', 'opportunity', 'won'] as const;
export type Answer = (typeof ANSWERS)[number];

/** By row: when an event of a name first happened, Infinity for never. */
export function firstsOf({ contacts, events }: Columns, name: string): Float64Array {
  const code = events.nameValues.indexOf(name);
  const firsts = new Float64Array(contacts.count).fill(Infinity);
  if (code < 0) return firsts;
  for (let c = 0; c < contacts.count; c++) {
    for (let e = events.starts[c] ?? 0; e < (events.starts[c + 1] ?? 0); e++) {
      if (events.names[e] !== code) continue;
      firsts[c] = events.at[e] ?? Infinity;
      break;
    }
  }
  return firsts;
}

/**
 * Those who were there at an instant and had not had the outcome by then.
 * @param columns as of `until`
 * @param firsts by row: when they first had the outcome, Infinity for never
 */
export function cohortOf({ contacts }: Columns, firsts: Float64Array, at: number, until: number): Cohort {
  const counts = new Uint8Array(contacts.count);
  const succeeds = new Uint8Array(contacts.count);
  let [all, successes, later, already] = [0, 0, 0, 0];
  for (let c = 0; c < contacts.count; c++) {
    const first = firsts[c] ?? Infinity;
    if (!((contacts.createdAt[c] ?? Number.NaN) <= at)) later++;
    else if (first <= at) already++;
    else {
      counts[c] = 1;
      all++;
      if (first > until) continue;
      succeeds[c] = 1;
      successes++;
    }
  }
  return { at, contacts: all, successes, later, already, counts, succeeds };
}

/** Who is selected: those in a stage or a later one, or with at least so many points, in millionths. */
export type Selection =
  | { readonly kind: 'stage'; readonly stage: string | null }
  | { readonly kind: 'points'; readonly score: string; readonly atLeast: number };

export interface Quality {
  readonly selected: number;
  readonly hits: number;
  /** Shares; null where they would divide by nothing. */
  readonly precision: number | null;
  readonly recall: number | null;
  readonly lift: number | null;
  /** Of the score that says most: how likely one with the outcome has more points than one without. */
  readonly auc: number | null;
  readonly score: string | null;
  /** The stage by which was selected; null for points, or where the model has no such stage. */
  readonly stage: string | null;
}

/** @param selection a stage of null is the last one */
export function qualityOf(side: Side, cohort: Cohort, selection: Selection): Quality {
  const { model, results } = side;
  const stage = selection.kind === 'stage' ? (selection.stage ?? model.stages.at(-1)?.id ?? null) : null;
  const place = model.stages.findIndex(({ id }) => id === stage);
  const points = selection.kind === 'points' ? scoreOf(side, selection.score) : null;
  const least = selection.kind === 'points' ? selection.atLeast : Infinity;
  const isSelected = (c: number): boolean => {
    if (results.disqualified[c] !== 0) return false;
    if (selection.kind === 'points') return (points?.[c] ?? Number.NaN) >= least;
    return place >= 0 && (results.stage[c] ?? -1) >= place;
  };
  let [selected, hits] = [0, 0];
  for (let c = 0; c < cohort.counts.length; c++) {
    if (cohort.counts[c] === 0 || !isSelected(c)) continue;
    selected++;
    hits += cohort.succeeds[c] ?? 0;
  }
  const precision = share(hits, selected);
  const base = share(cohort.successes, cohort.contacts);
  const main = mainOf(model.scores);
  return {
    selected,
    hits,
    precision,
    recall: share(hits, cohort.successes),
    lift: precision === null || base === null || base === 0 ? null : precision / base,
    auc: main === null ? null : aucOf(scoreOf(side, main), cohort),
    score: main,
    stage: place < 0 ? null : stage,
  };
}

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

const scoreOf = ({ model, results }: Side, name: string): Float64Array | null =>
  results.scores[model.scores.findIndex((score) => score.name === name)] ?? null;

/** No data is less than any points. */
const LEAST = -MILLION * MILLION;

function aucOf(values: Float64Array | null, { counts, succeeds, contacts, successes }: Cohort): number | null {
  const failures = contacts - successes;
  if (values === null || successes === 0 || failures === 0) return null;
  const [won, lost] = [new Float64Array(successes), new Float64Array(failures)];
  let [w, l] = [0, 0];
  for (let c = 0; c < counts.length; c++) {
    if (counts[c] === 0) continue;
    const value = values[c] ?? Number.NaN;
    const points = Number.isNaN(value) ? LEAST : value;
    if (succeeds[c] === 1) won[w++] = points;
    else lost[l++] = points;
  }
  won.sort();
  lost.sort();
  let [less, same, wins] = [0, 0, 0];
  for (const points of won) {
    while (less < failures && (lost[less] ?? 0) < points) less++;
    same = Math.max(same, less);
    while (same < failures && lost[same] === points) same++;
    wins += less + (same - less) / 2;
  }
  return wins / successes / failures;
}
