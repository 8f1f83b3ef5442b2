/**
 * The table of rule kinds. A row explains what a rule gives, generates its JavaScript and writes its SQL; a row that
 * lacks one does not type-check. How a rule reads in a sentence is said in `sentences.ts`.
 */

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
import type { Contact, Rule, RuleKind } from './words.ts';

interface Row<K extends RuleKind> {
  /** Null for a kind that looks at a company's contacts, not at one contact. */
  readonly explain: ((rule: Rule<K>, contact: Contact, now: number) => Given) | null;
  /** The same as generated code; null likewise. */
  readonly code: ((rule: Rule<K>, writer: Writer) => Piece) | null;
  /** The same as SQL: whole millionths of a point, never null. */
  readonly sql: (rule: Rule<K>, scope: Scope) => string;
}

export const ruleKinds: { readonly [K in RuleKind]: Row<K> } = {
  trait: {
    explain: explainTrait,
    code: codeTrait,
    sql: sqlTrait,
  },
  happened: {
    explain: explainHappened,
    code: codeHappened,
    sql: sqlHappened,
  },
  each: {
    explain: explainEach,
    code: codeEach,
    sql: sqlEach,
  },
  silent: {
    explain: explainSilent,
    code: codeSilent,
    sql: sqlSilent,
  },
  untaken: {
    explain: explainUntaken,
    code: codeUntaken,
    sql: sqlUntaken,
  },
  contacts: {
    explain: null,
    code: null,
    sql: sqlContacts,
  },
};

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
