/**
 * What a language must be able to say: a phrase for each part of a model. What a part is, and what stands in it, comes
 * in; words, order, plurals and quotes are the language's. A language that lacks a phrase does not type-check, and so
 * does every language when an operator or a kind of rule is new. It refuses to know which languages there are.
 */

import type { OperatorName } from '../operators.ts';
import type { Condition, Count, Decay, Ladder, Match, Operand, Range, Rule, RuleKind, Score } from '../words.ts';

/** A part of a model whose conditions are clauses already: what can stand after “if”. */
type Said<T> = T extends Condition ? string : T extends Match ? { readonly [P in keyof T]: Said<T[P]> } : T;

export type SaidMatch = Said<Match>;
type SaidRule<K extends RuleKind> = { readonly [P in keyof Rule<K>]: Said<Rule<K>[P]> };

/** What a test looks at. */
type Subject =
  | { readonly kind: 'field'; readonly name: string; readonly ofCompany: boolean }
  | { readonly kind: 'score' | 'grade' | 'band'; readonly name: string; readonly ofCompany: boolean };

/** A part of a model that has a name of its own. */
export type Thing =
  | { readonly kind: 'model' }
  | ScoreName
  | { readonly kind: 'group'; readonly name: string; readonly score: ScoreName }
  | { readonly kind: 'rule' | 'disqualification' | 'stage'; readonly name: string };
export type ScoreName = { readonly kind: 'score'; readonly name: string; readonly ofCompany: boolean };

type EachRule = Rule<'each'>;

/** What can be told of a thing, each alone. Points of ranges are millionths, times are milliseconds. */
export interface Aspects {
  name: string;
  /** Null for none. */
  title: string | null;
  /** What a score is made of. */
  made: Score;
  /** Null for a grid. */
  range: Range | null;
  grades: Ladder;
  bands: Ladder;
  /** The score of a rule. */
  score: ScoreName;
  group: string | null;
  /** Thousandths of a point. */
  points: number;
  /** Millionths of a point, or null for any number. */
  max: number | null;
  /** All that a rule asks. */
  kind: string;
  /** Names of events; null for any. */
  events: Match['names'];
  silence: Match['names'];
  unless: Match['names'];
  where: string | null;
  gap: number | null;
  within: number | null;
  distinct: string | null;
  count: Count;
  amount: EachRule['amount'];
  limit: EachRule['limit'];
  decay: Decay | null;
  /** How long a rule waits. */
  wait: number;
  /** Whether a silence counts again and again. */
  each: boolean;
  same: string;
  contacts: string;
  if: string | null;
  reason: string;
  enter: string;
  /** Null for a stage that only a person ends. */
  leave: string | null;
}
export type Aspect = keyof Aspects;

export interface Phrases {
  // Conditions, as clauses
  readonly subject: (subject: Subject) => string;
  readonly tests: { readonly [Name in OperatorName]: (subject: string, operand: Operand) => string };
  /** Clauses that must all hold, or any; those with clauses of their own are `grouped` before. */
  readonly all: (clauses: readonly string[]) => string;
  readonly any: (clauses: readonly string[]) => string;
  readonly grouped: (clause: string) => string;
  readonly not: (clause: string) => string;
  readonly happened: (match: SaidMatch, count: Count) => string;

  /** What a rule asks, without its points: a clause where `asksOnce`, else what there are points for. */
  readonly rules: { readonly [K in RuleKind]: (rule: SaidRule<K>) => string };
  /** What a rule asks, behind its points. */
  readonly when: (asked: string, isClause: boolean) => string;

  // Things
  readonly thing: (thing: Thing) => string;
  readonly aspects: {
    readonly [A in Aspect]: {
      /** What stands before the value, in the way of `changed`. */
      readonly label: string;
      readonly says: (value: Aspects[A]) => string;
    };
  };
  /** All of a thing, for a reader who has never seen it; the parts of a score were said before. */
  readonly whole: {
    readonly score: (parts: readonly string[]) => string;
    readonly group: (range: string) => string;
    readonly rule: (rule: {
      points: number;
      when: string;
      max: number | null;
      score: ScoreName;
      group: string | null;
    }) => string;
    readonly disqualification: (entry: { reason: string; if: string; after: string | null }) => string;
    readonly stage: (stage: { enter: string; leave: string | null; after: string | null }) => string;
  };

  // What changed, as whole sentences
  readonly isNew: (thing: string, whole: string) => string;
  readonly isGone: (thing: string, whole: string) => string;
  /** `when` is what points are given for, and null for what is no points. */
  readonly changed: (thing: string, label: string, now: string, was: string, when: string | null) => string;
  readonly reordered: (of: 'disqualifications' | 'stages', now: readonly string[], was: readonly string[]) => string;
  /** What reads like something else, told apart. */
  readonly exactly: (text: string, exact: string) => string;
}
