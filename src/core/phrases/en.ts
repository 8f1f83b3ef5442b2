/** English. */

import { type Count, type Decay, type Ladder, MILLION, type Operand, type Range } from '../words.ts';
import type { Phrases, SaidMatch, ScoreName } from './phrases.ts';
import { inUnits, valuesOf } from './wording.ts';

const plain = (name: string): string => name.replaceAll('_', ' ');
const code = (name: string): string => `\`${name}\``;
const codes = (names: readonly string[]): string => names.map(code).join(', ');
const quote = (text: string): string => `“${text}”`;
const values = (operand: Operand): string => valuesOf(operand, quote, String).join(', ');
/** A date or a duration as the author wrote it. */
const asWritten = (operand: Operand): string => String(operand.written);

const duration = (ms: number): string => {
  const [n, unit] = inUnits(ms);
  return `${n} ${unit}${n === 1 ? '' : 's'}`;
};
const names = (list: readonly string[] | null): string => (list === null ? 'any event' : plain(list.join(' or ')));
const points = (millionths: number): string => String(millionths / MILLION);
const range = ([low, high]: Range): string => `from ${points(low)} to ${points(high)}`;
const where = (clause: string | null): string => (clause === null ? '' : ` where ${clause}`);
const and = (clause: string | null): string => (clause === null ? '' : ` and ${clause}`);
const inTheLast = (ms: number | null): string => (ms === null ? '' : ` in the last ${duration(ms)}`);

const match = (m: SaidMatch, what = names(m.names)): string =>
  [
    `${what}${where(m.where)}`,
    m.gap === null ? '' : ` at least ${duration(m.gap)} apart`,
    m.distinct === null ? '' : ` with different ${plain(m.distinct)}`,
    inTheLast(m.within),
  ].join('');

const times = (n: number): string => (n === 1 ? 'once' : `${n} times`);
function count({ least, most }: Count): string {
  if (most === Infinity) return `at least ${times(least)}`;
  if (most === 0) return 'never';
  if (least === most) return `exactly ${times(least)}`;
  return least === 0 ? `at most ${times(most)}` : `${least} to ${most} times`;
}

function contacts({ least, most }: Count): string {
  const people = (n: number) => `${n} contact${n === 1 ? '' : 's'}`;
  if (most === Infinity) return `at least ${people(least)}`;
  if (most === 0) return 'no contact';
  if (least === most) return `exactly ${people(least)}`;
  return least === 0 ? `at most ${people(most)}` : `${least} to ${people(most)}`;
}

const ladder = (what: string, steps: Ladder): string =>
  steps.length === 0
    ? `no ${what}`
    : `the ${what} ${steps.map(({ name, from }) => `${name} from ${points(from)}`).join(', ')}`;

function fading({ written }: Decay): string {
  if ('halfLife' in written) return `halving every ${written.halfLife}`;
  if ('linear' in written) return `fading over ${written.linear}`;
  const steps = Object.entries(written.steps).map(([age, share]) => `to ${share} after ${age}`);
  return `fading ${steps.join(', ')}`;
}

function weights(decay: Decay | null): string {
  if (decay === null) return 'alike at every age';
  const { written } = decay;
  if ('halfLife' in written) return `half as much every ${written.halfLife}`;
  if ('linear' in written) return `less each day until ${written.linear}`;
  return Object.entries(written.steps)
    .map(([age, share]) => `at ${share} from ${age} on`)
    .join(', ');
}

const perPeriod = ({ times: n, per }: { times: number; per: 'day' | 'week' | 'ever' }): string =>
  `${n} per ${per === 'ever' ? 'contact' : per}`;
const score = ({ name, ofCompany }: ScoreName): string => `the ${ofCompany ? 'company ' : ''}score ${code(name)}`;
const ends = (leave: string | null): string => (leave === null ? 'only by hand' : `if ${leave}`);
const place = (after: string | null): string => (after === null ? 'as the first' : `after ${code(after)}`);
const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;

export const en: Phrases = {
  subject: ({ kind, name, ofCompany }) => {
    const of = ofCompany ? 'company ' : '';
    return kind === 'field' ? `${of}${plain(name)}` : kind === 'score' ? `${of}${name}` : `${of}${name} ${kind}`;
  },
  tests: {
    is: (field, o) => `${field} is ${values(o)}`,
    isNot: (field, o) => `${field} is known and is not ${values(o)}`,
    in: (field, o) => `${field} is one of ${values(o)}`,
    notIn: (field, o) => `${field} is known and none of ${values(o)}`,
    contains: (field, o) => `${field} contains ${values(o)}`,
    containsAny: (field, o) => `${field} contains one of ${values(o)}`,
    mentions: (field, o) => `${field} mentions ${values(o)}`,
    startsWith: (field, o) => `${field} starts with ${values(o)}`,
    endsWith: (field, o) => `${field} ends with ${values(o)}`,
    atLeast: (field, o) => `${field} is at least ${values(o)}`,
    moreThan: (field, o) => `${field} is more than ${values(o)}`,
    atMost: (field, o) => `${field} is at most ${values(o)}`,
    lessThan: (field, o) => `${field} is less than ${values(o)}`,
    between: (field, o) => `${field} is between ${valuesOf(o, quote, String).join(' and ')}`,
    has: (field, o) => `${field} has ${values(o)}`,
    hasAny: (field, o) => `${field} has one of ${values(o)}`,
    hasAll: (field, o) => `${field} has all of ${values(o)}`,
    exists: (field, o) => (o.flag ? `${field} is known` : `${field} is not known`),
    before: (field, o) => `${field} is before ${asWritten(o)}`,
    after: (field, o) => `${field} is after ${asWritten(o)}`,
    olderThan: (field, o) => `${field} is at least ${asWritten(o)} ago`,
    newerThan: (field, o) => `${field} is less than ${asWritten(o)} ago`,
  },
  all: (clauses) => clauses.join(' and '),
  any: (clauses) => clauses.join(' or '),
  grouped: (clause) => `(${clause})`,
  not: (clause) => `not (${clause})`,
  happened: (m, c) => `${match(m)} ${count(c)}`,

  rules: {
    trait: (rule) => rule.if,
    happened: (rule) => `${match(rule.match)} ${count(rule.count)}${and(rule.if)}`,
    each: ({ match: m, amount, limit, decay, if: clause }) =>
      [
        amount === null
          ? `for each ${match(m, m.names === null ? 'event' : names(m.names))}`
          : `for each ${amount.unit === 1 ? '' : `${amount.unit} `}${amount.property} of ${match(m)}`,
        limit === null ? '' : ` (${perPeriod(limit)})`,
        decay === null ? '' : ` ${fading(decay)}`,
        and(clause),
      ].join(''),
    silent: (rule) =>
      `${rule.each ? 'for each' : 'for'} ${duration(rule.for)} without ${names(rule.names)}${where(rule.where)}${and(rule.if)}`,
    untaken: (rule) =>
      [
        `for each ${rule.same} of ${names(rule.on)}${where(rule.where)}${inTheLast(rule.within)}`,
        ` without ${names(rule.unless)} after ${duration(rule.after)}${and(rule.if)}`,
      ].join(''),
    contacts: (rule) => `${contacts(rule.count)} for which ${rule.contacts}${and(rule.if)}`,
  },
  when: (asked, isClause) => (isClause ? `if ${asked}` : asked),

  thing: (thing) => {
    switch (thing.kind) {
      case 'model':
        return 'the model';
      case 'score':
        return score(thing);
      case 'group':
        return `the group ${code(thing.name)} of ${score(thing.score)}`;
      case 'rule':
        return code(thing.name);
      case 'disqualification':
      case 'stage':
        return `the ${thing.kind} ${code(thing.name)}`;
    }
  },
  aspects: {
    name: { label: 'is named', says: code },
    title: { label: 'has', says: (title) => (title === null ? 'no title' : `the title ${quote(title)}`) },
    made: {
      label: 'is',
      says: (made) => {
        switch (made.kind) {
          case 'rules':
            return 'the sum of its rules';
          case 'sum':
            return made.of.map((part) => `${part.weight / 1000} × ${code(part.score)}`).join(' + ');
          case 'grid':
            return `the grid of ${code(made.of[0])} and ${code(made.of[1])}`;
          case 'rollUp':
            switch (made.how) {
              case 'sum':
                return `the sum of ${code(made.of)} over its contacts`;
              case 'max':
                return `the highest ${code(made.of)} of its contacts`;
              case 'mean':
                return `the mean of ${code(made.of)} over its contacts`;
              case 'top':
                return `the sum of the ${made.weights.length} highest ${code(made.of)} of its contacts`;
              case 'diminishing':
                return `the sum of ${code(made.of)} over its contacts, highest first, each next one at ${(made.weights[1] ?? 0) / 10} %`;
            }
        }
      },
    },
    range: { label: 'runs', says: (ends) => (ends === null ? 'without a range' : range(ends)) },
    grades: { label: 'has', says: (steps) => ladder('grades', steps) },
    bands: { label: 'has', says: (steps) => ladder('bands', steps) },
    score: { label: 'belongs to', says: score },
    group: { label: 'is in', says: (group) => (group === null ? 'no group' : `the group ${code(group)}`) },
    points: { label: 'gives', says: (thousandths) => String(thousandths / 1000) },
    max: {
      label: 'may give',
      says: (max) => (max === null ? 'any number of points' : `at most ${points(max)} points`),
    },
    kind: { label: 'reads', says: quote },
    events: { label: 'looks for', says: names },
    silence: { label: 'waits for', says: names },
    unless: { label: 'is settled by', says: names },
    where: {
      label: 'takes events',
      says: (clause) => (clause === null ? 'whatever they hold' : `where ${clause}`),
    },
    gap: {
      label: 'counts events',
      says: (gap) => (gap === null ? 'however close together' : `at least ${duration(gap)} apart`),
    },
    within: { label: 'looks at', says: (ms) => (ms === null ? 'all time' : `the last ${duration(ms)}`) },
    distinct: {
      label: 'counts',
      says: (property) => (property === null ? 'every event' : `different values of ${code(property)}`),
    },
    count: { label: 'wants it', says: count },
    amount: {
      label: 'gives its points for',
      says: (amount) => (amount === null ? 'each event' : `each ${amount.unit} of ${code(amount.property)}`),
    },
    limit: { label: 'counts at most', says: (limit) => (limit === null ? 'any number' : perPeriod(limit)) },
    decay: { label: 'weighs events', says: weights },
    wait: { label: 'waits', says: duration },
    each: { label: 'gives its points', says: (each) => (each ? 'each such time' : 'once') },
    same: { label: 'goes by', says: (property) => `the same ${code(property)}` },
    contacts: { label: 'counts contacts with', says: (clause) => clause },
    if: { label: 'holds', says: (clause) => (clause === null ? 'for everyone' : `if ${clause}`) },
    reason: { label: 'gives the reason', says: quote },
    enter: { label: 'begins if', says: (clause) => clause },
    leave: { label: 'ends', says: ends },
  },
  whole: {
    score: (parts) => parts.join(', '),
    group: (text) => `it runs ${text}`,
    rule: ({ points: given, when, max, score: of, group }) =>
      [
        `${given / 1000} ${given === 1000 ? 'point' : 'points'} ${when}`,
        max === null ? '' : `, at most ${points(max)} in all`,
        `, in ${score(of)}`,
        group === null ? '' : `, group ${code(group)}`,
      ].join(''),
    disqualification: (entry) => `${quote(entry.reason)} if ${entry.if}, ${place(entry.after)}`,
    stage: ({ enter, leave, after }) => `begins if ${enter}, ends ${ends(leave)}, ${place(after)}`,
  },

  isNew: (thing, whole) => sentence(`${thing} is new: ${whole}`),
  isGone: (thing, whole) => sentence(`${thing} is gone; it was: ${whole}`),
  changed: (thing, label, now, was, when) =>
    sentence(`${thing} now ${label} ${now} instead of ${was}${when === null ? '' : ` points ${when}`}`),
  reordered: (of, now, was) => sentence(`the ${of} are now in the order ${codes(now)} instead of ${codes(was)}`),
  exactly: (text, exact) => `${text} (exactly: ${exact})`,
};
