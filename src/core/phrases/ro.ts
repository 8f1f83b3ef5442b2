/** Romanian. Values stand in quotes, names of fields and events do not; from 20 on, `de` stands before a noun. */

import { type Count, type Decay, type Ladder, MILLION, type Operand, type Range, type Score } from '../words.ts';
import type { Phrases, SaidMatch, ScoreName } from './phrases.ts';
import { fadingOf, inUnits, listed, sentence, type Unit, valuesOf, withComma } from './wording.ts';

const quote = (text: string): string => `„${text}”`;
const quoted = (names: readonly string[]): string => names.map(quote).join(', ');
const values = (operand: Operand): string[] => valuesOf(operand, quote, withComma);
const list = (operand: Operand): string => listed(values(operand));

/** A number with its noun. */
function counted(n: number, one: string, more: string): string {
  const size = Math.abs(n);
  const de = Number.isInteger(size) && size !== 0 && (size % 100 === 0 || size % 100 >= 20);
  return `${withComma(n)} ${size === 1 ? one : `${de ? 'de ' : ''}${more}`}`;
}

const UNITS: { readonly [U in Unit]: { one: string; more: string; a: string; last: string } } = {
  week: { one: 'săptămână', more: 'săptămâni', a: 'o săptămână', last: 'ultima săptămână' },
  day: { one: 'zi', more: 'zile', a: 'o zi', last: 'ultima zi' },
  hour: { one: 'oră', more: 'ore', a: 'o oră', last: 'ultima oră' },
  minute: { one: 'minut', more: 'minute', a: 'un minut', last: 'ultimul minut' },
};
function duration(ms: number): string {
  const [n, unit] = inUnits(ms);
  return n === 1 ? UNITS[unit].a : counted(n, UNITS[unit].one, UNITS[unit].more);
}
/** Behind “fiecare”. */
function period(ms: number): string {
  const [n, unit] = inUnits(ms);
  return n === 1 ? UNITS[unit].one : duration(ms);
}
function inTheLast(ms: number): string {
  const [n, unit] = inUnits(ms);
  return n === 1 ? `în ${UNITS[unit].last}` : `în ultimele ${duration(ms)}`;
}

const names = (events: readonly string[] | null): string => events?.join(' sau ') ?? 'orice eveniment';
const without = (events: readonly string[] | null): string => events?.join(' sau ') ?? 'niciun eveniment';
const none = (events: readonly string[] | null): string =>
  events !== null && events.length > 1 ? events.map((name) => `nici ${name}`).join(', ') : without(events);

const where = (clause: string | null): string => (clause === null ? '' : ` unde ${clause}`);
const and = (clause: string | null): string => (clause === null ? '' : `, iar ${clause}`);
const provided = (clause: string | null): string => (clause === null ? '' : `, dacă ${clause}`);
const window = (ms: number | null): string => (ms === null ? '' : ` ${inTheLast(ms)}`);
const apart = (gap: number): string => `la distanță de cel puțin ${duration(gap)}`;
/** What else there is to say of events than their names and `where`. */
const details = ({ gap, distinct, within }: SaidMatch): string =>
  [
    window(within),
    gap === null ? '' : `, ${apart(gap)}`,
    distinct === null ? '' : `, cu valori diferite pentru ${distinct}`,
  ].join('');
const match = (m: SaidMatch, what: string): string => `${what}${where(m.where)}${details(m)}`;

const times = (n: number): string => (n === 1 ? 'o dată' : counted(n, 'dată', 'ori'));
const bounded = (bound: string, n: number): string => `${n === 1 ? '' : 'de '}${bound} ${times(n)}`;
function happened(m: SaidMatch, { least, most }: Count): string {
  if (most === 0) return `${none(m.names)}${where(m.where)} nu a avut loc${details(m)}`;
  const often =
    most === Infinity
      ? bounded('cel puțin', least)
      : least === most
        ? bounded('exact', least)
        : least === 0
          ? bounded('cel mult', most)
          : `între ${least} și ${times(most)}`;
  return `${names(m.names)}${where(m.where)} a avut loc ${often}${details(m)}`;
}
function count({ least, most }: Count): string {
  if (most === Infinity) return `cel puțin ${least}`;
  if (least === most) return `exact ${least}`;
  return least === 0 ? `cel mult ${most}` : `între ${least} și ${most}`;
}

const PERIODS = { day: 'pe zi', week: 'pe săptămână', ever: 'pe contact' };
const limited = ({ times: n, per }: { times: number; per: keyof typeof PERIODS }): string =>
  `${bounded('cel mult', n)} ${PERIODS[per]}`;
const each = ({ property, unit }: { property: string; unit: number }): string =>
  `fiecare ${unit === 1 ? 'unitate' : counted(unit, 'unitate', 'unități')} de ${property}`;
const percent = (share: number): string => `${withComma(share)}\u00A0%`;
function fading(decay: Decay): string {
  const falls = fadingOf(decay);
  switch (falls.kind) {
    case 'halfLife':
      return `cu înjumătățire la fiecare ${period(falls.age)}`;
    case 'linear':
      return `cu scădere treptată până la zero în decurs de ${duration(falls.age)}`;
    case 'steps':
      return `cu scădere ${falls.steps.map(({ age, share }) => `la ${percent(share)} după ${duration(age)}`).join(', ')}`;
  }
}

const points = (millionths: number): string => withComma(millionths / MILLION);
const range = ([low, high]: Range): string => `de la ${points(low)} la ${points(high)}`;
const ladder = (what: string, one: string, steps: Ladder): string =>
  steps.length === 0 ? `fără ${one}` : `${what} ${steps.map((s) => `${s.name} de la ${points(s.from)}`).join('; ')}`;
const score = ({ name, ofCompany }: ScoreName): string => `scorul ${quote(name)}${ofCompany ? ' al companiei' : ''}`;
const ends = (leave: string | null): string => (leave === null ? 'doar manual' : `dacă ${leave}`);
const place = (after: string | null): string => (after === null ? 'prima în ordine' : `după ${quote(after)}`);

function made(of: Score): string {
  switch (of.kind) {
    case 'rules':
      return 'suma regulilor sale';
    case 'sum':
      return of.of.map((part) => `${withComma(part.weight / 1000)} × ${quote(part.score)}`).join(' + ');
    case 'grid':
      return `grila dintre ${quote(of.of[0])} și ${quote(of.of[1])}`;
    case 'rollUp': {
      const all = `scorurilor ${quote(of.of)} ale contactelor sale`;
      switch (of.how) {
        case 'sum':
          return `suma ${all}`;
        case 'max':
          return `cel mai mare scor ${quote(of.of)} al contactelor sale`;
        case 'mean':
          return `media ${all}`;
        case 'top':
          return of.weights.length === 1
            ? `cel mai mare scor ${quote(of.of)} al contactelor sale`
            : `suma celor mai mari ${counted(of.weights.length, 'scor', 'scoruri')} ${quote(of.of)} ale contactelor sale`;
        case 'diminishing':
          return `suma ${all}, de la cel mai mare la cel mai mic, fiecare cu ${percent((of.weights[1] ?? 0) / 10)} din ponderea celui dinainte`;
      }
    }
  }
}

export const ro: Phrases = {
  subject: ({ kind, name, ofCompany }) => {
    switch (kind) {
      case 'field':
        return ofCompany ? `câmpul ${name} al companiei` : name;
      case 'score':
        return score({ kind, name, ofCompany });
      case 'grade':
        return `nota pentru ${score({ kind: 'score', name, ofCompany })}`;
      case 'band':
        return `categoria pentru ${score({ kind: 'score', name, ofCompany })}`;
    }
  },
  tests: {
    is: (s, o) => `${s} este ${list(o)}`,
    isNot: (s, o) => `${s} are o valoare diferită de ${list(o)}`,
    in: (s, o) => (values(o).length === 1 ? `${s} este ${list(o)}` : `${s} este una dintre valorile ${list(o)}`),
    notIn: (s, o) =>
      values(o).length === 1
        ? `${s} are o valoare diferită de ${list(o)}`
        : `${s} are o valoare din afara listei ${list(o)}`,
    contains: (s, o) => `${s} conține ${list(o)}`,
    containsAny: (s, o) =>
      values(o).length === 1 ? `${s} conține ${list(o)}` : `${s} conține cel puțin unul dintre textele ${list(o)}`,
    mentions: (s, o) =>
      values(o).length === 1
        ? `${s} menționează ${list(o)}`
        : `${s} menționează cel puțin una dintre expresiile ${list(o)}`,
    startsWith: (s, o) => `${s} începe cu ${list(o)}`,
    endsWith: (s, o) => `${s} se termină cu ${list(o)}`,
    atLeast: (s, o) => `${s} este cel puțin ${list(o)}`,
    moreThan: (s, o) => `${s} este peste ${list(o)}`,
    atMost: (s, o) => `${s} este cel mult ${list(o)}`,
    lessThan: (s, o) => `${s} este sub ${list(o)}`,
    between: (s, o) => `${s} este între ${values(o).join(' și ')}`,
    has: (s, o) => `${s} include ${list(o)}`,
    hasAny: (s, o) =>
      values(o).length === 1 ? `${s} include ${list(o)}` : `${s} include cel puțin unul dintre elementele ${list(o)}`,
    hasAll: (s, o) => (values(o).length === 1 ? `${s} include ${list(o)}` : `${s} include toate elementele ${list(o)}`),
    exists: (s, o) => (o.flag ? `${s} are o valoare` : `${s} nu are valoare`),
    before: (s, o) => `${s} este înainte de ${o.written}`,
    after: (s, o) => `${s} este după ${o.written}`,
    olderThan: (s, o) => `${s} este cu cel puțin ${duration(o.ms)} în urmă`,
    newerThan: (s, o) => `${s} este cu mai puțin de ${duration(o.ms)} în urmă`,
  },
  all: (clauses) => clauses.join(' și '),
  any: (clauses) => clauses.join(' sau '),
  grouped: (clause) => `(${clause})`,
  not: (clause) => `nu este adevărat că (${clause})`,
  happened,

  rules: {
    trait: (rule) => rule.if,
    happened: (rule) => `${happened(rule.match, rule.count)}${and(rule.if)}`,
    each: ({ match: m, amount, limit, decay, if: clause }) =>
      [
        amount === null
          ? `pentru fiecare ${match(m, m.names === null ? 'eveniment' : names(m.names))}`
          : `pentru ${each(amount)} din ${match(m, names(m.names))}`,
        limit === null ? '' : ` (${limited(limit)})`,
        decay === null ? '' : `, ${fading(decay)}`,
        provided(clause),
      ].join(''),
    silent: (rule) =>
      [
        `${rule.each ? `pentru fiecare ${period(rule.for)}` : `pentru ${duration(rule.for)}`} fără `,
        `${without(rule.names)}${where(rule.where)}`,
        provided(rule.if),
      ].join(''),
    untaken: (rule) =>
      [
        `pentru fiecare ${rule.same} din ${names(rule.on)}${where(rule.where)}${window(rule.within)}`,
        ` fără ${without(rule.unless)} după ${duration(rule.after)}`,
        provided(rule.if),
      ].join(''),
    contacts: (rule) => `numărul contactelor la care (${rule.contacts}) este ${count(rule.count)}${and(rule.if)}`,
  },
  when: (asked, isClause) => (isClause ? `dacă ${asked}` : asked),

  thing: (thing) => {
    switch (thing.kind) {
      case 'model':
        return 'modelul';
      case 'score':
        return score(thing);
      case 'group':
        return `grupul ${quote(thing.name)} din ${score(thing.score)}`;
      case 'rule':
        return `regula ${quote(thing.name)}`;
      case 'disqualification':
        return `descalificarea ${quote(thing.name)}`;
      case 'stage':
        return `etapa ${quote(thing.name)}`;
    }
  },
  aspects: {
    name: { label: 'nume', says: quote },
    title: { label: 'titlu', says: (title) => (title === null ? 'fără titlu' : quote(title)) },
    made: { label: 'alcătuire', says: made },
    range: { label: 'interval', says: (ends) => (ends === null ? 'fără interval' : range(ends)) },
    grades: { label: 'trepte', says: (steps) => ladder('notele', 'note', steps) },
    bands: { label: 'trepte', says: (steps) => ladder('categoriile', 'categorii', steps) },
    score: { label: 'loc', says: score },
    group: { label: 'grup', says: (group) => (group === null ? 'niciunul' : quote(group)) },
    points: { label: 'puncte', says: (thousandths) => withComma(thousandths / 1000) },
    max: {
      label: 'maxim',
      says: (max) => (max === null ? 'fără limită' : `cel mult ${counted(max / MILLION, 'punct', 'puncte')}`),
    },
    kind: { label: 'enunț', says: (asked) => `«${asked}»` },
    events: { label: 'evenimente', says: names },
    silence: { label: 'evenimente așteptate', says: names },
    unless: { label: 'încheiată de', says: names },
    where: { label: 'condiție asupra evenimentelor', says: (clause) => clause ?? 'niciuna' },
    gap: {
      label: 'distanță între evenimente',
      says: (gap) => (gap === null ? 'oricare' : `cel puțin ${duration(gap)}`),
    },
    within: { label: 'perioadă', says: (ms) => (ms === null ? 'tot timpul' : inTheLast(ms)) },
    distinct: {
      label: 'numărare',
      says: (property) => (property === null ? 'fiecare eveniment' : `valori diferite pentru ${property}`),
    },
    count: { label: 'număr', says: count },
    amount: {
      label: 'puncte pentru',
      says: (amount) => (amount === null ? 'fiecare eveniment' : each(amount)),
    },
    limit: { label: 'limită', says: (limit) => (limit === null ? 'niciuna' : limited(limit)) },
    decay: { label: 'scădere în timp', says: (decay) => (decay === null ? 'niciuna' : fading(decay)) },
    wait: { label: 'așteptare', says: duration },
    each: { label: 'puncte date', says: (each) => (each ? 'pentru fiecare astfel de perioadă' : 'o singură dată') },
    same: { label: 'proprietate comună', says: (property) => property },
    contacts: { label: 'contacte numărate', says: (clause) => `cele la care ${clause}` },
    if: { label: 'condiție', says: (clause) => clause ?? 'niciuna' },
    reason: { label: 'motiv', says: quote },
    enter: { label: 'început', says: (clause) => `dacă ${clause}` },
    leave: { label: 'sfârșit', says: ends },
  },
  whole: {
    score: (parts) => parts.join(', '),
    group: (text) => `interval ${text}`,
    rule: ({ points: given, when, max, score: of, group }) =>
      [
        `${counted(given / 1000, 'punct', 'puncte')} ${when}`,
        max === null ? '' : `, cel mult ${points(max)} în total`,
        `, în ${score(of)}`,
        group === null ? '' : `, grupul ${quote(group)}`,
      ].join(''),
    disqualification: (entry) => `${quote(entry.reason)} dacă ${entry.if}, ${place(entry.after)}`,
    stage: ({ enter, leave, after }) => `începe dacă ${enter}, se termină ${ends(leave)}, ${place(after)}`,
  },

  isNew: (thing, whole) => sentence(`s-a adăugat ${thing}: ${whole}`),
  isGone: (thing, whole) => sentence(`s-a eliminat ${thing}; era: ${whole}`),
  changed: (thing, label, now, was, when) =>
    sentence(`${thing}, ${label}: acum ${now}, înainte ${was}${when === null ? '' : ` (${when})`}`),
  reordered: (of, now, was) =>
    sentence(
      `ordinea ${of === 'stages' ? 'etapelor' : 'descalificărilor'} este acum ${quoted(now)}; înainte era ${quoted(was)}`,
    ),
  exactly: (text, exact) => `${text} (exact: ${exact})`,
};
