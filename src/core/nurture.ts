/**
 * What marketing does with leads that are not ready: how far from a stage they are, and which of them nobody should work on
 * any more. It decides what is missing and what speaks against a lead; it refuses to know how leads are found.
 */

import { DAY } from './time.ts';
import type { Condition } from './words.ts';

/** A score that a stage asks for. */
export interface Threshold {
  readonly score: string;
  /** Millionths of a point. */
  readonly least: number;
}

/**
 * The scores of the contact without which a stage is not entered, each with the least that is enough; conditions that can
 * be met another way, and those of the company, are left aside. More than a number is met from the next millionth on.
 */
export function thresholdsOf(condition: Condition): Threshold[] {
  if (condition.kind === 'all') {
    const least = new Map<string, number>();
    for (const { score, least: own } of condition.of.flatMap(thresholdsOf))
      least.set(score, Math.max(own, least.get(score) ?? own));
    return [...least].map(([score, own]) => ({ score, least: own }));
  }
  if (condition.kind !== 'score' || condition.ofCompany) return [];
  const [number] = condition.operand.numbers;
  if (number === undefined) return [];
  switch (condition.operator) {
    case 'atLeast':
    case 'between':
      return [{ score: condition.score, least: number }];
    case 'moreThan':
      return [{ score: condition.score, least: number + 1 }];
    default:
      return [];
  }
}

/** What is known of a lead that may be given up. Points are millionths, instants milliseconds UTC. */
export interface Tired {
  /** Its latest event; null where it has none. */
  readonly lastEventAt: number | null;
  readonly createdAt: number;
  /** Of the score that says most. */
  readonly points: number | null;
  /** What each rule gave that gave anything. */
  readonly parts: Readonly<Record<string, number>>;
  /** The reasons with which its hand-offs ended badly, the latest last. */
  readonly refusals: readonly { readonly end: 'rejected' | 'disqualified' | 'lost'; readonly reason: string }[];
}

/** One thing that speaks for giving a lead up. */
export type Evidence =
  | { readonly kind: 'silent'; readonly days: number }
  /** The rules that took points away, the strongest first. */
  | { readonly kind: 'negative'; readonly points: number; readonly rules: readonly string[] }
  | {
      readonly kind: 'refused';
      readonly times: number;
      readonly end: Tired['refusals'][number]['end'];
      readonly reason: string;
    };

/** Days without any event after which a lead is silent. */
export const SILENCE = 180;

/** Refusals that say nothing of the lead itself, or that pass. */
const PASSING = ['duplicate', 'bad-timing'];

/**
 * Why nobody should work on a lead any more; empty where less than two things speak for it, unless sales refused it twice.
 * One silent lead may be on holiday, and one refusal may be a mistake.
 */
export function givenUpFor(lead: Tired, now: number): Evidence[] {
  const evidence: Evidence[] = [];
  const refusals = lead.refusals.filter(({ end, reason }) => end !== 'rejected' || !PASSING.includes(reason));
  const latest = refusals.at(-1);
  if (latest !== undefined) evidence.push({ kind: 'refused', times: refusals.length, ...latest });
  const days = Math.floor((now - (lead.lastEventAt ?? lead.createdAt)) / DAY);
  if (days >= SILENCE) evidence.push({ kind: 'silent', days });
  if (lead.points !== null && lead.points <= 0) {
    const rules = Object.entries(lead.parts).filter(([, given]) => given < 0);
    const worst = rules.sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1)).map(([rule]) => rule);
    if (worst.length > 0) evidence.push({ kind: 'negative', points: lead.points, rules: worst });
  }
  return evidence.length >= 2 || refusals.length >= 2 ? evidence : [];
}
