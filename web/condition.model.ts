/**
 * Conditions as forms show them: a list of clauses that must all hold. It decides how a condition falls into clauses and
 * how clauses are written as one, and which operators suit a field; it refuses to know fields and texts.
 */

import { isValues, same, type Values } from './values.model.ts';

/** Results that a judgement may ask for, by the name of a score. */
export const results = ['score', 'grade', 'band', 'company.score', 'company.grade', 'company.band'] as const;
export type Result = (typeof results)[number];

export type Clause =
  | { readonly kind: 'field'; readonly field: string; readonly operator: string; readonly operand: unknown }
  | {
      readonly kind: 'result';
      readonly of: Result;
      readonly score: string;
      readonly operator: string;
      readonly operand: unknown;
    }
  | { readonly kind: 'event'; readonly value: Values }
  | { readonly kind: 'all' | 'any'; readonly of: readonly (readonly Clause[])[] }
  | { readonly kind: 'not'; readonly of: readonly Clause[] };

const isResult = (key: string): key is Result => results.some((name) => name === key);

/** @param judgement whether scores and events may be asked for; elsewhere such names are not known */
export function clausesOf(condition: unknown, judgement: boolean): Clause[] {
  if (!isValues(condition)) return [];
  return Object.entries(condition).flatMap(([key, value]): Clause[] => {
    if ((key === 'all' || key === 'any') && Array.isArray(value))
      return [{ kind: key, of: value.map((inner) => clausesOf(inner, judgement)) }];
    if (key === 'not') return [{ kind: 'not', of: clausesOf(value, judgement) }];
    if (judgement && key === 'event') return [{ kind: 'event', value: isValues(value) ? value : {} }];
    if (judgement && isResult(key) && isValues(value))
      return Object.entries(value).flatMap(([score, test]) =>
        testsOf(test).map(([operator, operand]): Clause => ({ kind: 'result', of: key, score, operator, operand })),
      );
    return testsOf(value).map(([operator, operand]): Clause => ({ kind: 'field', field: key, operator, operand }));
  });
}

const testsOf = (test: unknown): [string, unknown][] => (isValues(test) ? Object.entries(test) : []);

/** The condition that says them all. Two that would need the same place in it go into `all`. */
export function conditionOf(clauses: readonly Clause[]): Values {
  const whole: Record<string, unknown> = {};
  const more: Values[] = [];
  for (const clause of clauses) {
    const own = written(clause);
    if (!merge(whole, own)) more.push(own);
  }
  if (more.length === 0) return whole;
  if (Array.isArray(whole.all)) whole.all = [...whole.all, ...more];
  else whole.all = more;
  return whole;
}

function written(clause: Clause): Values {
  switch (clause.kind) {
    case 'field':
      return { [clause.field]: { [clause.operator]: clause.operand } };
    case 'result':
      return { [clause.of]: { [clause.score]: { [clause.operator]: clause.operand } } };
    case 'event':
      return { event: clause.value };
    case 'all':
    case 'any':
      return { [clause.kind]: clause.of.map(conditionOf) };
    case 'not':
      return { not: conditionOf(clause.of) };
  }
}

/** Puts one condition into another; false, and nothing done, where both need the same place. */
function merge(into: Record<string, unknown>, from: Values): boolean {
  const clashes = (a: unknown, b: unknown, depth: number): boolean => {
    if (depth === 0 || !isValues(a) || !isValues(b)) return true;
    return Object.keys(b).some((key) => Object.hasOwn(a, key) && clashes(a[key], b[key], depth - 1));
  };
  const [key = ''] = Object.keys(from);
  const depth = ['all', 'any', 'not', 'event'].includes(key) ? 0 : isResult(key) ? 2 : 1;
  if (Object.hasOwn(into, key) && clashes(into[key], from[key], depth)) return false;
  const join = (a: unknown, b: unknown): unknown => {
    if (!isValues(a) || !isValues(b)) return b;
    const both = new Map(Object.entries(a));
    for (const [name, value] of Object.entries(b)) both.set(name, join(a[name], value));
    return Object.fromEntries(both);
  };
  into[key] = join(into[key], from[key]);
  return true;
}

/** What a field holds, as far as it is known. */
export type FieldType = 'text' | 'number' | 'date' | 'list' | 'flag';

const OPERATORS: { readonly [Type in FieldType]: readonly string[] } = {
  text: ['is', 'isNot', 'in', 'notIn', 'contains', 'containsAny', 'mentions', 'startsWith', 'endsWith', 'exists'],
  number: ['is', 'isNot', 'in', 'notIn', 'atLeast', 'moreThan', 'atMost', 'lessThan', 'between', 'exists'],
  date: ['before', 'after', 'olderThan', 'newerThan', 'exists'],
  list: ['has', 'hasAny', 'hasAll', 'exists'],
  flag: ['is', 'isNot', 'exists'],
};
export const everyOperator: readonly string[] = [...new Set(Object.values(OPERATORS).flat())];

/** For a field of these types; all where nothing is known. The present one stays, whatever it is. */
export function operatorsFor(types: readonly FieldType[], present: string): readonly string[] {
  const suiting =
    types.length === 0
      ? everyOperator
      : everyOperator.filter((name) => types.some((type) => OPERATORS[type].includes(name)));
  return suiting.includes(present) ? suiting : [...suiting, present];
}

export type OperandKind = 'scalar' | 'text' | 'scalars' | 'texts' | 'number' | 'pair' | 'known' | 'instant' | 'span';

const OPERANDS: Readonly<Record<string, OperandKind>> = {
  is: 'scalar',
  isNot: 'scalar',
  in: 'scalars',
  notIn: 'scalars',
  contains: 'text',
  containsAny: 'texts',
  mentions: 'texts',
  startsWith: 'text',
  endsWith: 'text',
  atLeast: 'number',
  moreThan: 'number',
  atMost: 'number',
  lessThan: 'number',
  between: 'pair',
  has: 'text',
  hasAny: 'texts',
  hasAll: 'texts',
  exists: 'known',
  before: 'instant',
  after: 'instant',
  olderThan: 'span',
  newerThan: 'span',
};
export const operandKindOf = (operator: string): OperandKind => OPERANDS[operator] ?? 'scalar';

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;

/** What was typed, as the value that is meant: a number where the field holds numbers or one stood there before. */
export function scalarOf(text: string, before: unknown, types: readonly FieldType[]): string | number | boolean {
  const numbers = types.length === 0 ? typeof before === 'number' : types.includes('number') && !types.includes('text');
  if (numbers && NUMBER.test(text.trim())) return Number(text);
  if (typeof before === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

/** An operand for another operator: what the old one said stays where it can. */
export function operandFor(operator: string, before: unknown): unknown {
  const list = (Array.isArray(before) ? before : [before]).filter(
    (item) => typeof item === 'string' || typeof item === 'number',
  );
  const [first] = list;
  const number = list.map(Number).find((item) => !Number.isNaN(item)) ?? 1;
  switch (operandKindOf(operator)) {
    case 'scalar':
      return first ?? '';
    case 'text':
      return first === undefined ? '' : String(first);
    case 'scalars':
      return list;
    case 'texts':
      return list.map(String);
    case 'number':
      return number;
    case 'pair':
      return [number, Math.max(number, ...list.map(Number).filter((item) => !Number.isNaN(item)))];
    case 'known':
      return true;
    case 'instant':
      return /^\d{4}-\d{2}-\d{2}/.test(String(first)) ? String(first) : '2026-01-01';
    case 'span':
      return /^[1-9]\d*[mhdw]$/.test(String(first)) ? String(first) : '30d';
  }
}

/** Another operator on the same clause. */
export function withOperator<Own extends { readonly operator: string; readonly operand: unknown }>(
  clause: Own,
  operator: string,
): Own {
  const operand =
    operandKindOf(operator) === operandKindOf(clause.operator) ? clause.operand : operandFor(operator, clause.operand);
  return same(operand, clause.operand) ? { ...clause, operator } : { ...clause, operator, operand };
}
