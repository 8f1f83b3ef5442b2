/**
 * The table of rule kinds. A row says in English what the rule asks, explains what it gives, generates its
 * JavaScript and writes its SQL; a row that lacks one does not type-check.
 */

import { says, saysCount, saysDuration, saysMatch, saysNames } from './condition.ts';
import {
  explainEach,
  explainHappened,
  explainSilent,
  explainTrait,
  explainUntaken,
  type Given,
  NOTHING,
} from './contribution.ts';
import { codeEach, codeHappened, codeSilent, codeTrait, codeUntaken, type Piece, type Writer } from './kernel-code.ts';
import { type Scope, sqlContacts, sqlEach, sqlHappened, sqlSilent, sqlTrait, sqlUntaken } from './sql-rules.ts';
import type { Contact, Decay, Rule, RuleKind } from './words.ts';

interface Row<K extends RuleKind> {
  /** What the rule asks, without its points. */
  says(rule: Rule<K>): string;
  /** Null for a kind that looks at a company's contacts, not at one contact. */
  readonly explain: ((rule: Rule<K>, contact: Contact, now: number) => Given) | null;
  /** The same as generated code; null likewise. */
  readonly code: ((rule: Rule<K>, writer: Writer) => Piece) | null;
  /** The same as SQL: whole millionths of a point, never null. */
  readonly sql: (rule: Rule<K>, scope: Scope) => string;
}

export const ruleKinds: { readonly [K in RuleKind]: Row<K> } = {
  trait: {
    says: (rule) => says(rule.if),
    explain: explainTrait,
    code: codeTrait,
    sql: sqlTrait,
  },
  happened: {
    says: (rule) => `${saysMatch(rule.match)} ${saysCount(rule.count)}${also(rule)}`,
    explain: explainHappened,
    code: codeHappened,
    sql: sqlHappened,
  },
  each: {
    says: (rule) =>
      [
        rule.amount
          ? `for each ${rule.amount.unit === 1 ? '' : `${rule.amount.unit} `}${rule.amount.property} of ${saysMatch(rule.match)}`
          : `for each ${saysMatch(rule.match)}`,
        rule.limit && `(${rule.limit.times} per ${rule.limit.per === 'ever' ? 'contact' : rule.limit.per})`,
        rule.decay && saysDecay(rule.decay),
        also(rule).trim(),
      ]
        .filter(Boolean)
        .join(' '),
    explain: explainEach,
    code: codeEach,
    sql: sqlEach,
  },
  silent: {
    says: (rule) =>
      `${rule.each ? 'for each' : 'for'} ${saysDuration(rule.for)} without ${saysNames(rule.names)}${
        rule.where ? ` where ${says(rule.where)}` : ''
      }${also(rule)}`,
    explain: explainSilent,
    code: codeSilent,
    sql: sqlSilent,
  },
  untaken: {
    says: (rule) =>
      `for each ${rule.same} of ${saysNames(rule.on)}${rule.where ? ` where ${says(rule.where)}` : ''}${
        rule.within ? ` in the last ${saysDuration(rule.within)}` : ''
      } without ${saysNames(rule.unless)} after ${saysDuration(rule.after)}${also(rule)}`,
    explain: explainUntaken,
    code: codeUntaken,
    sql: sqlUntaken,
  },
  contacts: {
    says: (rule) => `contacts with ${says(rule.contacts)}: ${saysCount(rule.count)}${also(rule)}`,
    explain: null,
    code: null,
    sql: sqlContacts,
  },
};

const also = (rule: Rule): string => (rule.if ? ` and ${says(rule.if)}` : '');

function saysDecay({ written }: Decay): string {
  if ('halfLife' in written) return `halving every ${written.halfLife}`;
  if ('linear' in written) return `fading over ${written.linear}`;
  return `fading ${Object.entries(written.steps)
    .map(([age, share]) => `to ${share} after ${age}`)
    .join(', ')}`;
}

/** What a rule asks, in English. */
export function saysRule<K extends RuleKind>(rule: Rule<K>): string {
  const row: Row<K> = ruleKinds[rule.kind];
  return row.says(rule);
}

/** What a rule gives to a contact; a rule about a company's contacts gives nothing to one. */
export function explainRule<K extends RuleKind>(rule: Rule<K>, contact: Contact, now: number): Given {
  const row: Row<K> = ruleKinds[rule.kind];
  return row.explain?.(rule, contact, now) ?? NOTHING;
}

/** The generated code of a contact rule. */
export function codeRule<K extends RuleKind>(rule: Rule<K>, writer: Writer): Piece {
  const row: Row<K> = ruleKinds[rule.kind];
  return row.code?.(rule, writer) ?? { setup: '', declare: '', events: [], finish: '' };
}

/** What a rule gives, as SQL over the row that it looks at. */
export function sqlRule<K extends RuleKind>(rule: Rule<K>, scope: Scope): string {
  const row: Row<K> = ruleKinds[rule.kind];
  return row.sql(rule, scope);
}
