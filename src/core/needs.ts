/**
 * Which fields a model looks at, and how it reads each. Loaders fill only these; the SQL form names only these.
 */

import { parts } from './condition.ts';
import { operatorOf, type Reads } from './operators.ts';
import { type Condition, type Holder, type Model, type Rule, rulesOf } from './words.ts';

export type Fields = ReadonlyMap<string, ReadonlySet<Reads>>;
export type Needs = { readonly [H in Holder]: Fields };

export function needsOf(model: Model): Needs {
  const needs = { contact: new Map(), company: new Map(), event: new Map() } satisfies Record<
    Holder,
    Map<string, Set<Reads>>
  >;
  const need = (holder: Holder, field: string, reads: Reads) => {
    const known: Map<string, Set<Reads>> = needs[holder];
    known.set(field, (known.get(field) ?? new Set()).add(reads));
  };
  const look = (condition: Condition | null) => {
    for (const part of parts(condition)) {
      if (part.kind === 'test') need(part.holder, part.field, operatorOf(part.operator).reads(part.operand));
      if (part.kind === 'event' && part.match.distinct !== null) need('event', part.match.distinct, 'text');
    }
  };
  const lookAtRule = (rule: Rule) => {
    look(rule.if);
    switch (rule.kind) {
      case 'trait':
        return;
      case 'happened':
      case 'each':
        look(rule.match.where);
        if (rule.match.distinct !== null) need('event', rule.match.distinct, 'text');
        if (rule.kind === 'each' && rule.amount !== null) need('event', rule.amount.property, 'number');
        return;
      case 'silent':
        look(rule.where);
        return;
      case 'untaken':
        look(rule.where);
        need('event', rule.same, 'text');
        return;
      case 'contacts':
        look(rule.contacts);
        return;
    }
  };
  for (const rule of [...rulesOf(model.scores), ...rulesOf(model.companyScores)]) lookAtRule(rule);
  for (const entry of model.disqualify) look(entry.if);
  for (const stage of model.stages) {
    look(stage.enter);
    look(stage.leave);
  }
  return needs;
}
