/**
 * The kinds of rule as forms show them: which parts each has, in which order they are written, what a new one begins
 * with. It refuses to know points of contacts, scores, and whether a rule is right: the service says that.
 */

import { isValues, type Values } from './values.model.ts';

export const ruleKinds = ['trait', 'happened', 'each', 'silent', 'untaken', 'contacts'] as const;
export type RuleKind = (typeof ruleKinds)[number];

/** The kinds that a score of contacts, or of companies, may have. */
export const kindsFor = (ofCompany: boolean): readonly RuleKind[] =>
  ofCompany ? ['trait', 'contacts'] : ['trait', 'happened', 'each', 'silent', 'untaken'];

export type Part =
  | 'on'
  | 'unless'
  | 'same'
  | 'after'
  | 'silent'
  | 'for'
  | 'contacts'
  | 'where'
  | 'gap'
  | 'within'
  | 'distinct'
  | 'count'
  | 'if'
  | 'limit'
  | 'amount'
  | 'max'
  | 'decay';

/** In which order the keys of a rule are written. */
const ORDER = [
  'id',
  'on',
  'unless',
  'same',
  'after',
  'silent',
  'for',
  'contacts',
  'where',
  'gap',
  'within',
  'distinct',
  'count',
  'if',
  'points',
  'pointsEach',
  'limit',
  'amount',
  'max',
  'decay',
  'group',
];

interface Shape {
  readonly needs: readonly Part[];
  readonly may: readonly Part[];
  readonly points: 'once' | 'each' | 'either';
}

const shapes: { readonly [Kind in RuleKind]: Shape } = {
  trait: { needs: ['if'], may: [], points: 'once' },
  happened: { needs: ['on'], may: ['where', 'within', 'count', 'distinct', 'gap', 'if'], points: 'once' },
  each: {
    needs: ['on'],
    may: ['where', 'within', 'limit', 'max', 'decay', 'amount', 'distinct', 'gap', 'if'],
    points: 'each',
  },
  silent: { needs: ['silent', 'for'], may: ['where', 'max', 'if'], points: 'either' },
  untaken: { needs: ['on', 'unless', 'same', 'after'], may: ['where', 'within', 'max', 'if'], points: 'each' },
  contacts: { needs: ['contacts'], may: ['count', 'if'], points: 'once' },
};

export const shapeOf = (kind: RuleKind): Shape => shapes[kind];

/** By what a rule has; one that has nothing yet asks for traits. */
export function kindOf(rule: Values, ofCompany: boolean): RuleKind {
  const has = (key: string) => Object.hasOwn(rule, key);
  if (ofCompany) return has('contacts') ? 'contacts' : 'trait';
  if (has('unless') || has('same') || has('after')) return 'untaken';
  if (has('silent')) return 'silent';
  if (has('on')) return has('pointsEach') ? 'each' : 'happened';
  return 'trait';
}

/** The parts that a rule may still be given. */
export function partsToAdd(rule: Values, kind: RuleKind): readonly Part[] {
  const missing = shapes[kind].may.filter((part) => !Object.hasOwn(rule, part));
  return missing.filter(
    (part) =>
      !(part === 'amount' && Object.hasOwn(rule, 'distinct')) &&
      !(part === 'distinct' && Object.hasOwn(rule, 'amount')) &&
      !(part === 'max' && kind === 'silent' && !Object.hasOwn(rule, 'pointsEach')),
  );
}

/** The keys in their order; unknown ones stay, at the end. */
export function ordered(rule: Values): Values {
  const keys = Object.keys(rule);
  const place = (key: string) => (ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length);
  return Object.fromEntries(
    keys.sort((a, b) => place(a) - place(b)).flatMap((key) => (rule[key] === undefined ? [] : [[key, rule[key]]])),
  );
}

/** What a part begins with. */
export function blankPart(part: Part): unknown {
  switch (part) {
    case 'on':
    case 'silent':
      return 'page_viewed';
    case 'unless':
      return 'form_submitted';
    case 'same':
    case 'distinct':
      return 'path';
    case 'after':
      return '7d';
    case 'gap':
      return '30m';
    case 'for':
    case 'within':
      return '30d';
    case 'where':
      return { path: { startsWith: '/pricing' } };
    case 'if':
      return { title: { exists: true } };
    case 'contacts':
      return { title: { exists: true } };
    case 'count':
      return { atLeast: 2 };
    case 'limit':
      return { times: 1, per: 'day' };
    case 'amount':
      return { property: 'seconds', unit: 60 };
    case 'max':
      return 20;
    case 'decay':
      return { halfLife: '30d' };
  }
}

export function blankRule(kind: RuleKind, id: string): Values {
  const { needs, points } = shapes[kind];
  const parts = Object.fromEntries(needs.map((part) => [part, blankPart(part)]));
  const sign = kind === 'silent' || kind === 'untaken' ? -5 : 5;
  return ordered({ id, ...parts, [points === 'each' ? 'pointsEach' : 'points']: sign });
}

/** The same rule as one of another kind: what both have stays, what only the new one needs begins anew. */
export function toKind(rule: Values, from: RuleKind, kind: RuleKind): Values {
  if (from === kind) return rule;
  const { needs, may, points } = shapes[kind];
  const blank = blankRule(kind, '');
  const given = rule.points ?? rule.pointsEach;
  const each = points === 'each' || (points === 'either' && Object.hasOwn(rule, 'pointsEach'));
  const kept = Object.fromEntries(may.filter((part) => Object.hasOwn(rule, part)).map((part) => [part, rule[part]]));
  // Events that are looked for and events that are missed are the same names.
  const events = rule.on ?? rule.silent;
  const needed = Object.fromEntries(
    needs.map((part) => [
      part,
      Object.hasOwn(rule, part)
        ? rule[part]
        : (part === 'on' || part === 'silent') && events !== undefined
          ? events
          : blank[part],
    ]),
  );
  if (!each) delete kept.max;
  if (Object.hasOwn(kept, 'distinct')) delete kept.amount;
  return ordered({
    id: rule.id,
    ...needed,
    ...kept,
    [each ? 'pointsEach' : 'points']: given ?? blank.points ?? blank.pointsEach,
    group: rule.group,
  });
}

/** A duration such as `30d` in its parts, or null where it is none. */
export function readSpan(text: unknown): { readonly number: number; readonly unit: string } | null {
  const [, number, unit] = /^([1-9]\d*)([mhdw])$/.exec(String(text)) ?? [];
  return number === undefined || unit === undefined ? null : { number: Number(number), unit };
}

/** The names of events that a rule's key holds, as a list. */
export const namesIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.map(String) : value === undefined || value === null ? [] : [String(value)];
/** One name is written as itself. */
export const namesOut = (names: readonly string[]): string | readonly string[] =>
  names.length === 1 && names[0] !== undefined ? names[0] : names;

export const countOperators = ['atLeast', 'moreThan', 'atMost', 'lessThan', 'between'] as const;
export type CountOperator = (typeof countOperators)[number];

/** A count, or an amount of something: one operator and its number or two. */
export function readCount(value: unknown): {
  readonly operator: CountOperator;
  readonly low: number;
  readonly high: number;
} {
  const own = isValues(value) ? value : {};
  const operator = countOperators.find((name) => Object.hasOwn(own, name)) ?? 'atLeast';
  const written = own[operator];
  const [low = 1, high = 1] = (Array.isArray(written) ? written : [written, written]).filter(
    (x) => typeof x === 'number',
  );
  return { operator, low, high: Math.max(low, high) };
}
export const writeCount = (operator: CountOperator, low: number, high: number): Values => ({
  [operator]: operator === 'between' ? [low, Math.max(low, high)] : low,
});
