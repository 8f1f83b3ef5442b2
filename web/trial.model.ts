/**
 * The answer to a trial as the studio shows it: what stands first, how two sides differ. It refuses to know how a trial
 * is done, and words.
 */

import type { Tried } from './answers.ts';

/** What counts as success, and where it is read who was selected. */
export interface OutcomeAsked {
  readonly event?: string;
  readonly reached?: string;
  readonly answer?: Answer;
  readonly days: number;
  readonly stage?: string;
  readonly atLeast?: { readonly score: string; readonly points: number };
}

export const answers = ['accepted', 'opportunity', 'won'] as const;
type Answer = (typeof answers)[number];
export const successKinds = ['event', 'stage', 'answer'] as const;
export type SuccessKind = (typeof successKinds)[number];

/** The same as the address of the page holds it. */
export interface OutcomeSearch {
  readonly outcome?: string | undefined;
  /** What the outcome is; an event, unless said. */
  readonly by?: SuccessKind | undefined;
  readonly days?: number | undefined;
  readonly stage?: string | undefined;
  readonly score?: string | undefined;
  readonly points?: number | undefined;
}

export const DAYS = 90;
/** Where a threshold begins that nobody chose. */
export const POINTS = 50;

/** What is asked for by an address, or null for nothing. */
export function outcomeOf({ outcome, by, days = DAYS, stage, score, points }: OutcomeSearch): OutcomeAsked | null {
  if (outcome === undefined) return null;
  const read =
    score !== undefined ? { atLeast: { score, points: points ?? POINTS } } : stage === undefined ? {} : { stage };
  if (by === 'stage') return { reached: outcome, days, ...read };
  if (by !== 'answer') return { event: outcome, days, ...read };
  const answer = answers.find((one) => one === outcome);
  return answer === undefined ? null : { answer, days, ...read };
}

export type Place = Tried['moves'][number]['from'];

/** A place as a key: two are the same place if theirs is. */
export const placeKey = ({ stage, disqualified }: Place): string =>
  disqualified ? 'out' : stage === null ? 'none' : `in ${stage}`;

/** Whether a move goes up, down or out, by the order of the stages from none to the last. */
export function directionOf(tried: Tried, move: { readonly from: Place; readonly to: Place }): 'up' | 'down' {
  // Disqualified stand at the end of the list, and are below everybody.
  const order = tried.stages.filter(({ disqualified }) => !disqualified).map(placeKey);
  const rank = (place: Place) => order.indexOf(placeKey(place));
  return rank(move.to) > rank(move.from) ? 'up' : 'down';
}

/** Moves by how many they concern, the most first. */
export const movesOf = (tried: Tried): readonly Tried['moves'][number][] =>
  [...tried.moves].sort((a, b) => b.contacts - a.contacts);

export const handoffsOf = (tried: Tried): number => tried.handoffs.reduce((sum, { contacts }) => sum + contacts, 0);

export type RuleResult = Tried['rules'][number];

/** By what they give in all, in either direction, the most first. */
export const byShare = (rules: readonly RuleResult[]): readonly RuleResult[] =>
  [...rules].sort((a, b) => Math.abs(b.total) - Math.abs(a.total));

/** How wide each rule's bar is, 0 to 1, beside the one that gives most. */
export function barOf(rule: RuleResult, rules: readonly RuleResult[]): number {
  const most = Math.max(...rules.map(({ total }) => Math.abs(total)), 1e-9);
  return Math.abs(rule.total) / most;
}

/** After less before, or null where one side has none. */
export const differenceOf = (before: number | null | undefined, after: number | null): number | null =>
  before === null || before === undefined || after === null ? null : after - before;
