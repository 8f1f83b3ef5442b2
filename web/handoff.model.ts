/** What is shown of a hand-off, worked out of what the service says of it. Plain functions; no page, no clock. */

import type { Handoff, Me, Reason, WholeHandoff } from './answers.ts';

/** The states in which somebody still has something to do. */
export const UNDER_WAY = ['waiting', 'open', 'accepted', 'opportunity'] as const satisfies readonly Handoff['state'][];

export const STATES = [
  ...UNDER_WAY,
  'recycled',
  'rejected',
  'disqualified',
  'won',
  'lost',
  'withdrawn',
] as const satisfies readonly Handoff['state'][];

export const TOUCHES = ['call', 'email', 'meeting', 'message'] as const;
type Touch = (typeof TOUCHES)[number];

export const REJECTIONS = [
  'not-a-fit',
  'wrong-person',
  'no-budget',
  'bad-timing',
  'duplicate',
  'bad-data',
  'no-answer',
] as const;

/** What a person says of a hand-off, as the service takes it. */
export type Said =
  | { readonly kind: 'touched'; readonly touch: Touch; readonly note: string | null }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'rejected'; readonly reason: string; readonly note: string | null }
  | { readonly kind: 'recycled'; readonly until: string; readonly note: string | null }
  | { readonly kind: 'disqualified' | 'lost'; readonly reason: string }
  | { readonly kind: 'opportunity'; readonly note: string | null }
  | { readonly kind: 'won'; readonly amount: number | null; readonly currency: string | null };

/** The states that a filter names: one of them, all of them, or those under way. */
export function statesOf(filter: string | undefined): readonly string[] {
  if (filter === 'all') return STATES;
  return STATES.some((state) => state === filter) ? [filter ?? ''] : UNDER_WAY;
}

/** How long until a promise is due, or since when it is late. @param now milliseconds UTC */
export function leftOf(dueAt: string, now: number): { readonly late: boolean; readonly ms: number } {
  const ms = Date.parse(dueAt) - now;
  return { late: ms < 0, ms: Math.abs(ms) };
}

/** The hand-off as it will be once the service took what is safe to show at once: a touch, or that it was accepted. */
export function afterSaid(handoff: WholeHandoff, said: Said, { by, at }: { by: string; at: string }): WholeHandoff {
  if (said.kind !== 'touched' && said.kind !== 'accepted') return handoff;
  const { kind, ...details } = said;
  const facts = [...handoff.facts, { kind, at, by, details }];
  return kind === 'accepted' ? { ...handoff, facts, state: 'accepted', since: at } : { ...handoff, facts };
}

/** What a rule gave when the contact entered the stage, and what it gives now, in points. */
export interface ThenAndNow {
  readonly rule: string;
  readonly sentence: string;
  readonly before: number;
  readonly now: number;
}

const MILLION = 1_000_000;

/** Rules that gave anything then or give it now, what was strongest at entry first. */
export function reasonsOf(evidence: unknown, then: readonly Reason[], now: readonly Reason[]): ThenAndNow[] {
  const parts: unknown = Object(evidence).parts;
  const millionths = new Map(
    Object.entries(Object(parts)).flatMap(([rule, value]) => (typeof value === 'number' ? [[rule, value]] : [])),
  );
  const found = new Map([...now, ...then].map((reason) => [reason.rule, reason.sentence]));
  const present = new Map(now.map(({ rule, points }) => [rule, points]));
  return [...new Set([...millionths.keys(), ...found.keys()])]
    .map((rule) => ({
      rule,
      sentence: found.get(rule) ?? rule,
      before: (millionths.get(rule) ?? 0) / MILLION,
      now: present.get(rule) ?? 0,
    }))
    .filter(({ before, now: points }) => before !== 0 || points !== 0)
    .sort((a, b) => Math.abs(b.before) - Math.abs(a.before) || Math.abs(b.now) - Math.abs(a.now));
}

/** A score as it was when the contact entered the stage: points or cell, and its grade or band. */
export interface EntryScore {
  readonly name: string;
  readonly value: number | string | null;
  readonly word: string | null;
}

export function scoresOf(evidence: unknown): EntryScore[] {
  return Object.entries(Object(Object(evidence).scores)).map(([name, kept]) => {
    const { points, cell, grade, band } = Object(kept);
    const word = grade ?? band;
    return {
      name,
      value: typeof points === 'number' ? points / MILLION : typeof cell === 'string' ? cell : null,
      word: typeof word === 'string' ? word : null,
    };
  });
}

/** Places of facts that were taken back, from 0 on. */
export const takenBack = (facts: WholeHandoff['facts']): ReadonlySet<number> =>
  new Set(facts.flatMap(({ kind, details }) => (kind === 'undone' ? [Number(details.place)] : [])));

const ANSWERS: readonly string[] = ['accepted', 'rejected', 'recycled', 'disqualified'];
/** Milliseconds for which an answer can be taken back. */
const CHANGE_OF_MIND = 10 * 60_000;

/** Whether what was said can be taken back: a touch until it is over; for a while, by who said it, the last answer. */
export function canTakeBack(
  { facts, state, may }: Pick<WholeHandoff, 'facts' | 'state' | 'may'>,
  place: number,
  { me, now }: { readonly me: Pick<Me, 'name' | 'role'>; readonly now: number },
): boolean {
  const fact = facts[place];
  if (fact === undefined || takenBack(facts).has(place)) return false;
  if (fact.kind === 'touched') return may.includes('touched');
  const own = fact.by === me.name || me.role === 'administrator';
  return (
    own &&
    fact.by !== 'scoreline' &&
    ANSWERS.includes(fact.kind) &&
    fact.kind === state &&
    now - Date.parse(fact.at) <= CHANGE_OF_MIND
  );
}
