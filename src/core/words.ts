/**
 * The words of the house as types. It decides how facts, events and a checked model look in memory;
 * it refuses to know where they come from and what they are worth.
 *
 * contact    a person; a lead is a contact that is not yet a customer
 * company    an organisation; contacts belong to it by id or by e-mail domain
 * trait      a fact about a contact or company
 * event      something a contact did at an instant
 * rule       one line of a model: a condition and points
 * score      a named sum of rules with a range; grade a letter for it; band hot, warm, cold
 * reason     what a rule gave to a score, with the events or traits that caused it
 * stage      where a contact stands
 * as of      the instant for which a score holds
 *
 * Units: instants and durations are integer milliseconds (UTC). Points are whole millionths of a point in
 * ranges, thresholds and results, whole thousandths in a rule; weights are whole thousandths. A result is an
 * integer held in a double, and no sum reaches 2^53 (`check.ts` proves it), so addition is exact in any order.
 */

import type { OperatorName } from './operators.ts';

export const MILLION = 1_000_000;
/** A contribution without `max` is held within this many millionths, either way. */
export const CONTRIBUTION_LIMIT = 1_000_000 * MILLION;

/** A value after the door: text as it came (trimmed, never empty) or a list of texts (never empty). */
export type Value = string | readonly string[];
export type Values = ReadonlyMap<string, Value>;

export interface Event {
  /** Unique within the contact. Ties in time are ordered by it, in ascending code points. */
  readonly id: string;
  readonly name: string;
  readonly at: number;
  readonly properties: Values;
  /** Voided by a person, or made by a machine: kept and shown, and does not exist for scoring. */
  readonly ignored: boolean;
}

export interface Company {
  readonly id: string;
  readonly traits: Values;
}

export interface Contact {
  readonly id: string;
  readonly email: string | null;
  readonly createdAt: number | null;
  /** As the source gave it; the company it leads to is `company`. */
  readonly companyId: string | null;
  readonly traits: Values;
  /** Whether any trait at all is known, those that `traits` leaves out because no rule asks included. */
  readonly hasTraits: boolean;
  readonly company: Company | null;
  /** Those that exist as of the instant in question, in order of time, then id: `profile` sees to it. */
  readonly events: readonly Event[];
}

/** What an operator compares with, folded and read once when the model is checked. */
export interface Operand {
  /** Folded texts (for `mentions`, phrases as words). */
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
  /** An instant, or a duration. */
  readonly ms: number;
  readonly flag: boolean;
  /** As the author wrote it, for sentences. */
  readonly written: unknown;
}

export type Holder = 'contact' | 'company' | 'event';

export type Condition =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | {
      readonly kind: 'test';
      readonly holder: Holder;
      readonly field: string;
      readonly operator: OperatorName;
      readonly operand: Operand;
    }
  /** Compares a clamped score, in points; a score that is null answers false. */
  | {
      readonly kind: 'score';
      readonly ofCompany: boolean;
      readonly score: string;
      readonly operator: OperatorName;
      /** The operand's numbers in millionths of a point. */
      readonly operand: Operand;
    }
  /** A grade or band is one of the places, counted from 0 for the best. */
  | {
      readonly kind: 'place';
      readonly of: 'grade' | 'band';
      readonly ofCompany: boolean;
      readonly score: string;
      readonly places: readonly number[];
      readonly operator: OperatorName;
      readonly operand: Operand;
    }
  | { readonly kind: 'event'; readonly match: Match; readonly count: Count };

/** Which events a rule looks at; the order of work is where, gap, within, distinct. */
export interface Match {
  /** Event names, or null for any. */
  readonly names: readonly string[] | null;
  readonly where: Condition | null;
  readonly gap: number | null;
  readonly within: number | null;
  readonly distinct: string | null;
}

/** Holds for a whole number from `least` to `most`; both ends included, `most` may be Infinity. */
export interface Count {
  readonly least: number;
  readonly most: number;
}

/** A weight in thousandths for each age in whole days; ages beyond the end take the last one. */
export type Decay = { readonly weights: readonly number[]; readonly written: DecayWritten };
type DecayWritten = { halfLife: string } | { linear: string } | { steps: Record<string, string> };

export type Period = 'day' | 'week' | 'ever';

interface AnyRule {
  readonly id: string;
  /** Thousandths of a point; never 0. */
  readonly points: number;
  readonly if: Condition | null;
}

interface RuleShapes {
  /** Points once, if a condition on traits holds. */
  trait: { readonly if: Condition };
  /** Points once, if the count of matching events (or distinct values) holds. */
  happened: { readonly match: Match; readonly count: Count };
  /** Points for each matching event, distinct value or whole unit of an amount. */
  each: {
    readonly match: Match;
    readonly amount: { readonly property: string; readonly unit: number } | null;
    readonly limit: { readonly times: number; readonly per: Period } | null;
    readonly decay: Decay | null;
    /** Millionths of a point, positive. */
    readonly max: number;
  };
  /** Points once, or for each whole `for`, without a matching event. */
  silent: {
    readonly names: readonly string[] | null;
    readonly where: Condition | null;
    readonly for: number;
    readonly each: boolean;
    readonly max: number;
  };
  /** Points for each value of a property that was seen at least `after` ago and never taken. */
  untaken: {
    readonly on: readonly string[] | null;
    readonly unless: readonly string[] | null;
    readonly same: string;
    readonly after: number;
    readonly where: Condition | null;
    readonly within: number | null;
    readonly max: number;
  };
  /** Company only: points if enough of its contacts meet a condition. */
  contacts: { readonly contacts: Condition; readonly count: Count };
}

export type RuleKind = keyof RuleShapes;
export type Rule<K extends RuleKind = RuleKind> = {
  [P in K]: { readonly kind: P } & AnyRule & RuleShapes[P];
}[K];

/** Millionths of a point, both ends included. */
export type Range = readonly [low: number, high: number];
/** Names with the least score that earns them, the best first. */
export type Ladder = readonly { readonly name: string; readonly from: number }[];

interface AnyScore {
  readonly name: string;
  readonly grades: Ladder;
  readonly bands: Ladder;
}

export type Score = AnyScore &
  (
    | {
        readonly kind: 'rules';
        readonly range: Range;
        readonly rules: readonly { readonly rule: Rule; readonly group: string | null }[];
        readonly groups: readonly { readonly name: string; readonly range: Range }[];
      }
    | {
        readonly kind: 'sum';
        readonly range: Range;
        /** Weights in thousandths. */
        readonly of: readonly { readonly score: string; readonly weight: number }[];
      }
    /** Letter of the first, place of the second: `A1`. */
    | { readonly kind: 'grid'; readonly of: readonly [string, string] }
    | {
        readonly kind: 'rollUp';
        readonly range: Range;
        readonly of: string;
        readonly how: 'sum' | 'max' | 'mean' | 'top' | 'diminishing';
        /** Thousandths by place, highest first; for `top` n times 1000. Unused by sum, max and mean. */
        readonly weights: readonly number[];
      }
  );

export interface Stage {
  readonly id: string;
  readonly enter: Condition;
  readonly leave: Condition | null;
}

/** A model document that was checked: every name points somewhere, every text is folded, every sum is exact. */
export interface Model {
  readonly name: string;
  readonly title: string;
  readonly scores: readonly Score[];
  readonly disqualify: readonly { readonly id: string; readonly if: Condition; readonly reason: string }[];
  readonly stages: readonly Stage[];
  readonly companyScores: readonly Score[];
}

/** The contact rules of a model in the order of the document: the columns of every result. */
export function rulesOf(scores: readonly Score[]): Rule[] {
  return scores.flatMap((score) => (score.kind === 'rules' ? score.rules.map((entry) => entry.rule) : []));
}
