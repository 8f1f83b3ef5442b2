/**
 * The regular meeting of marketing and sales about an agreement: when it is due, and what there is to talk about. It
 * decides which rules are dead or repeat another, and which points to change; it refuses to know how anything is read,
 * and changes no model.
 */

import { type Counted, type Drift, driftOf } from './drift.ts';
import { type Labelled, precisionOf, type Rate, rateOf, type Share } from './feedback.ts';

/** A day so many months later, or the last of its month; milliseconds UTC. */
export function monthsAfter(day: number, months: number): number {
  const from = new Date(day);
  const first = Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months, 1);
  const last = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months + 1, 0)).getUTCDate();
  return first + (Math.min(from.getUTCDate(), last) - 1) * 86_400_000 + (day % 86_400_000);
}

/**
 * When the next review is due: on the day that the agreement names, and then every so many months; those before the last
 * one that was held are done.
 * @param held when the last review was closed, in milliseconds UTC; null where none was
 */
export function dueAfter({ next, everyMonths }: { next: number; everyMonths: number }, held: number | null): number {
  let due = next;
  for (let i = 1; held !== null && due <= held; i++) due = monthsAfter(next, i * everyMonths);
  return due;
}

/** Milliseconds before a review is due at which people hear of it. */
const AHEAD = 7 * 86_400_000;

/** What people are to hear of a review that is due then; null for nothing yet. */
export function reminderOf(dueAt: number, now: number): 'review-due' | 'review-overdue' | null {
  if (now >= dueAt) return 'review-overdue';
  return now >= dueAt - AHEAD ? 'review-due' : null;
}

/** How two rules give points to the same contacts. */
export interface Overlap {
  readonly rules: readonly [string, string];
  /** Contacts to which both give points, and to which either does. */
  readonly both: number;
  readonly either: number;
  /** P. Jaccard (1901): both of either. */
  readonly jaccard: number;
}

/** At this share of both of either, the second rule says what the first one says. */
const REPEATS = 0.9;
/** Fewer contacts than this prove nothing. */
const LEAST = 20;

/**
 * Pairs of rules that give points to nearly the same contacts, the nearest first.
 * @param fired of each contact, the rules that give it points
 */
export function repeatsOf(fired: readonly (readonly string[])[]): Overlap[] {
  const single = new Map<string, number>();
  const pairs = new Map<string, Map<string, number>>();
  for (const rules of fired) {
    const sorted = rules.toSorted();
    for (const [i, a] of sorted.entries()) {
      single.set(a, (single.get(a) ?? 0) + 1);
      const own = pairs.get(a) ?? new Map<string, number>();
      pairs.set(a, own);
      for (const b of sorted.slice(i + 1)) own.set(b, (own.get(b) ?? 0) + 1);
    }
  }
  const found: Overlap[] = [];
  for (const [a, others] of pairs)
    for (const [b, both] of others) {
      const either = (single.get(a) ?? 0) + (single.get(b) ?? 0) - both;
      if (either >= LEAST && both / either >= REPEATS)
        found.push({ rules: [a, b], both, either, jaccard: both / either });
    }
  return found.sort((a, b) => b.jaccard - a.jaccard || (a.rules.join() < b.rules.join() ? -1 : 1));
}

/** Something to decide in the meeting. Nothing of it is done by itself. */
export type Proposal =
  /** Leads to which it gave points are sent back more, or accepted more, than others; the intervals do not meet. */
  | {
      readonly kind: 'lower' | 'raise';
      readonly rule: string;
      readonly answered: number;
      readonly with: Share;
      readonly without: Share;
      readonly reason: string | null;
    }
  /** It gives points to nobody. */
  | { readonly kind: 'remove'; readonly rule: string }
  | ({ readonly kind: 'merge' } & Overlap);

/** What a review is made of. `before` is the period of the same length before this one. */
export interface Material {
  readonly from: number;
  readonly to: number;
  /** Rules of the serving version, in the order of the document; those that take points away apart. */
  readonly rules: readonly { readonly id: string; readonly negative: boolean }[];
  /** Contacts to which each rule gives points at present; rules that are not there give none. */
  readonly firing: ReadonlyMap<string, number>;
  /** Of a sample of contacts, the rules that give them points. */
  readonly fired: readonly (readonly string[])[];
  readonly events: Counted;
  /** By field that the model reads, counts of its values. */
  readonly traits: ReadonlyMap<string, Counted>;
  /** Contacts by a tenth of the range of the score that says most. */
  readonly scores: Counted;
  readonly handoffs: { readonly before: readonly Labelled[]; readonly now: readonly Labelled[] };
}

export interface Report {
  readonly from: number;
  readonly to: number;
  readonly events: Drift;
  readonly traits: readonly { readonly field: string; readonly drift: Drift }[];
  readonly scores: Drift;
  readonly conversion: { readonly before: Rate; readonly now: Rate };
  readonly dead: readonly string[];
  readonly repeats: readonly Overlap[];
  readonly proposals: readonly Proposal[];
}

export function reportOf(material: Material): Report {
  const { handoffs, rules } = material;
  const dead = rules.filter(({ id }) => (material.firing.get(id) ?? 0) === 0).map(({ id }) => id);
  const repeats = repeatsOf(material.fired);
  return {
    from: material.from,
    to: material.to,
    events: driftOf(material.events),
    traits: [...material.traits]
      .map(([field, counted]) => ({ field, drift: driftOf(counted) }))
      .sort((a, b) => (b.drift.index ?? -1) - (a.drift.index ?? -1) || (a.field < b.field ? -1 : 1)),
    scores: driftOf(material.scores),
    conversion: { before: rateOf(handoffs.before), now: rateOf(handoffs.now) },
    dead,
    repeats,
    proposals: [
      ...pointsToChange(handoffs.now, rules),
      ...repeats.map((overlap): Proposal => ({ kind: 'merge', ...overlap })),
      ...dead.map((rule): Proposal => ({ kind: 'remove', rule })),
    ],
  };
}

/** Rules whose points sales' answers contradict. What takes points away is left alone: its leads were not handed over. */
function pointsToChange(handoffs: readonly Labelled[], rules: Material['rules']): Proposal[] {
  const positive = rules.filter(({ negative }) => !negative).map(({ id }) => id);
  return precisionOf(handoffs, positive).flatMap(({ rule, fired, others }): Proposal[] => {
    const answered = fired.answered;
    const [back, elsewhere] = [fired.rejection, others.rejection];
    if (back !== null && elsewhere !== null && back.low > elsewhere.high)
      return [
        { kind: 'lower', rule, answered, with: back, without: elsewhere, reason: fired.reasons[0]?.reason ?? null },
      ];
    const [taken, other] = [fired.acceptance, others.acceptance];
    if (taken !== null && other !== null && taken.low > other.high)
      return [{ kind: 'raise', rule, answered, with: taken, without: other, reason: null }];
    return [];
  });
}
