/**
 * Russian. Names stay as they are, with a noun of known gender before them where a word has to agree; a number takes
 * one of three forms of its noun, and a fraction the genitive.
 */

import { type Count, type Decay, type Ladder, MILLION, type Operand, type Range, type Score } from '../words.ts';
import type { Phrases, SaidMatch, ScoreName } from './phrases.ts';
import { fadingOf, inUnits, listed, sentence, type Unit, valuesOf, withComma } from './wording.ts';

const quote = (text: string): string => `«${text}»`;
const quoted = (names: readonly string[]): string => names.map(quote).join(', ');
const values = (operand: Operand): string[] => valuesOf(operand, quote, withComma);
const list = (operand: Operand): string => listed(values(operand));
const single = (operand: Operand): boolean => values(operand).length === 1;

/** Forms behind 1, 2 and 5. */
type Forms = readonly [one: string, few: string, many: string];

/** The form of a noun behind a number. */
function form(n: number, [one, few, many]: Forms): string {
  const size = Math.abs(n);
  if (!Number.isInteger(size)) return few;
  const teen = size % 100 >= 11 && size % 100 <= 14;
  if (size % 10 === 1 && !teen) return one;
  return size % 10 >= 2 && size % 10 <= 4 && !teen ? few : many;
}
const counted = (n: number, forms: Forms): string => `${withComma(n)} ${form(n, forms)}`;

const UNITS: { readonly [U in Unit]: { nominative: Forms; accusative: Forms; genitive: Forms; feminine: boolean } } = {
  week: {
    nominative: ['неделя', 'недели', 'недель'],
    accusative: ['неделю', 'недели', 'недель'],
    genitive: ['недели', 'недель', 'недель'],
    feminine: true,
  },
  day: {
    nominative: ['день', 'дня', 'дней'],
    accusative: ['день', 'дня', 'дней'],
    genitive: ['дня', 'дней', 'дней'],
    feminine: false,
  },
  hour: {
    nominative: ['час', 'часа', 'часов'],
    accusative: ['час', 'часа', 'часов'],
    genitive: ['часа', 'часов', 'часов'],
    feminine: false,
  },
  minute: {
    nominative: ['минута', 'минуты', 'минут'],
    accusative: ['минуту', 'минуты', 'минут'],
    genitive: ['минуты', 'минут', 'минут'],
    feminine: true,
  },
};
function duration(ms: number, grammatical: 'nominative' | 'accusative' | 'genitive'): string {
  const [n, unit] = inUnits(ms);
  return counted(n, UNITS[unit][grammatical]);
}
/** An adjective in the accusative before a duration: feminine, masculine, or of many. */
function agreed(ms: number, feminine: string, masculine: string, plural: string): string {
  const [n, unit] = inUnits(ms);
  const { accusative, feminine: isFeminine } = UNITS[unit];
  const adjective = form(n, [isFeminine ? feminine : masculine, plural, plural]);
  return `${adjective} ${n === 1 ? accusative[0] : duration(ms, 'accusative')}`;
}
const inTheLast = (ms: number): string => `за ${agreed(ms, 'последнюю', 'последний', 'последние')}`;
const period = (ms: number): string => agreed(ms, 'каждую', 'каждый', 'каждые');

const or = (names: readonly string[]): string => names.join(' или ');
const someEvent = (names: readonly string[] | null): string =>
  names === null ? 'любое событие' : `событие ${or(names)}`;
const ofEvent = (names: readonly string[] | null): string =>
  names === null ? 'любого события' : `события ${or(names)}`;

const details = (...parts: readonly (string | null)[]): string => {
  const known = parts.filter((part) => part !== null);
  return known.length === 0 ? '' : ` (${known.join('; ')})`;
};
const whereOf = (clause: string | null): string | null => (clause === null ? null : `где ${clause}`);
const apart = (gap: number): string => `не менее ${duration(gap, 'genitive')}`;
const detailsOf = ({ where, gap, distinct }: SaidMatch, within: number | null = null): string =>
  details(
    whereOf(where),
    gap === null ? null : `с промежутком ${apart(gap)}`,
    distinct === null ? null : `с разными значениями ${distinct}`,
    within === null ? null : inTheLast(within),
  );
const and = (clause: string | null): string => (clause === null ? '' : ` и ${clause}`);
const provided = (clause: string | null): string => (clause === null ? '' : `, если ${clause}`);

const timesIn = (n: number): string => counted(n, ['раза', 'раз', 'раз']);
function times({ least, most }: Count): string {
  if (most === Infinity) return least === 1 ? 'хотя бы раз' : `не менее ${timesIn(least)}`;
  if (least === most) return `ровно ${counted(least, ['раз', 'раза', 'раз'])}`;
  return least === 0 ? `не более ${timesIn(most)}` : `от ${least} до ${timesIn(most)}`;
}
function happened(m: SaidMatch, often: Count): string {
  const middle = `${detailsOf(m)}${m.within === null ? '' : ` ${inTheLast(m.within)}`}`;
  if (often.most > 0) return `${someEvent(m.names)}${middle} произошло ${times(often)}`;
  if (m.names === null) return `ни одно событие${middle} не произошло`;
  return m.names.length === 1
    ? `событие ${or(m.names)}${middle} не произошло ни разу`
    : `события ${m.names.join(', ')}${middle} не произошли ни разу`;
}
function count({ least, most }: Count): string {
  if (most === Infinity) return `не менее ${least}`;
  if (least === most) return `ровно ${least}`;
  return least === 0 ? `не более ${most}` : `от ${least} до ${most}`;
}

const PERIODS = { day: 'в день', week: 'в неделю', ever: 'на контакт' };
const limited = ({ times: n, per }: { times: number; per: keyof typeof PERIODS }): string =>
  `не более ${timesIn(n)} ${PERIODS[per]}`;
function unitOf({ property, unit }: { property: string; unit: number }): string {
  if (unit === 1) return `каждую единицу ${property}`;
  return `${form(unit, ['каждую', 'каждые', 'каждые'])} ${counted(unit, ['единицу', 'единицы', 'единиц'])} ${property}`;
}
const percent = (share: number): string => `${withComma(share)}\u00A0%`;
function fading(decay: Decay): string {
  const falls = fadingOf(decay);
  switch (falls.kind) {
    case 'halfLife':
      return `с уменьшением вдвое ${period(falls.age)}`;
    case 'linear':
      return `с постепенным уменьшением до нуля за ${duration(falls.age, 'accusative')}`;
    case 'steps': {
      const steps = falls.steps.map(({ age, share }) => `до ${percent(share)} через ${duration(age, 'accusative')}`);
      return `с уменьшением ${steps.join(', ')}`;
    }
  }
}

const points = (millionths: number): string => withComma(millionths / MILLION);
const range = ([low, high]: Range): string => `от ${points(low)} до ${points(high)}`;
const ladder = (what: string, none: string, steps: Ladder): string =>
  steps.length === 0 ? none : `${what} ${steps.map((s) => `${s.name} от ${points(s.from)}`).join('; ')}`;
const score = ({ name, ofCompany }: ScoreName, noun = 'оценка'): string =>
  `${noun} ${quote(name)}${ofCompany ? ' компании' : ''}`;
const place = (after: string | null): string => (after === null ? 'в начале списка' : `после ${quote(after)}`);

function made(of: Score): string {
  switch (of.kind) {
    case 'rules':
      return 'сумма правил';
    case 'sum':
      return of.of.map((part) => `${withComma(part.weight / 1000)} × ${quote(part.score)}`).join(' + ');
    case 'grid':
      return `матрица ${quote(of.of[0])} и ${quote(of.of[1])}`;
    case 'rollUp': {
      const all = `оценок ${quote(of.of)} контактов компании`;
      switch (of.how) {
        case 'sum':
          return `сумма ${all}`;
        case 'max':
          return `наибольшая оценка ${quote(of.of)} среди контактов компании`;
        case 'mean':
          return `среднее ${all}`;
        case 'top': {
          if (of.weights.length === 1) return `наибольшая оценка ${quote(of.of)} среди контактов компании`;
          const highest: Forms = ['наибольшей оценки', 'наибольших оценок', 'наибольших оценок'];
          return `сумма ${counted(of.weights.length, highest)} ${quote(of.of)} контактов компании`;
        }
        case 'diminishing':
          return `сумма ${all} от большей к меньшей, каждая с ${percent((of.weights[1] ?? 0) / 10)} веса предыдущей`;
      }
    }
  }
}

export const ru: Phrases = {
  subject: ({ kind, name, ofCompany }) => {
    switch (kind) {
      case 'field':
        return ofCompany ? `${name} компании` : name;
      case 'score':
        return score({ kind, name, ofCompany });
      case 'grade':
        return score({ kind: 'score', name, ofCompany }, 'класс по оценке');
      case 'band':
        return score({ kind: 'score', name, ofCompany }, 'категория по оценке');
    }
  },
  tests: {
    is: (s, o) => `${s} совпадает с ${list(o)}`,
    isNot: (s, o) => `${s} имеет отличное от ${list(o)} значение`,
    in: (s, o) => (single(o) ? `${s} совпадает с ${list(o)}` : `${s} совпадает с одним из значений ${list(o)}`),
    notIn: (s, o) =>
      single(o) ? `${s} имеет отличное от ${list(o)} значение` : `${s} имеет значение вне списка ${list(o)}`,
    contains: (s, o) => `${s} содержит ${list(o)}`,
    containsAny: (s, o) =>
      single(o) ? `${s} содержит ${list(o)}` : `${s} содержит хотя бы один из фрагментов ${list(o)}`,
    mentions: (s, o) =>
      single(o) ? `${s} упоминает ${list(o)}` : `${s} упоминает хотя бы одно из выражений ${list(o)}`,
    startsWith: (s, o) => `${s} начинается с ${list(o)}`,
    endsWith: (s, o) => `${s} заканчивается на ${list(o)}`,
    atLeast: (s, o) => `${s} не меньше ${list(o)}`,
    moreThan: (s, o) => `${s} больше ${list(o)}`,
    atMost: (s, o) => `${s} не больше ${list(o)}`,
    lessThan: (s, o) => `${s} меньше ${list(o)}`,
    between: (s, o) => `${s} в пределах от ${values(o).join(' до ')}`,
    has: (s, o) => `${s} включает ${list(o)}`,
    hasAny: (s, o) => (single(o) ? `${s} включает ${list(o)}` : `${s} включает хотя бы один из элементов ${list(o)}`),
    hasAll: (s, o) => (single(o) ? `${s} включает ${list(o)}` : `${s} включает все элементы ${list(o)}`),
    exists: (s, o) => `${s}: значение ${o.flag ? 'известно' : 'неизвестно'}`,
    before: (s, o) => `${s} раньше ${o.written}`,
    after: (s, o) => `${s} позже ${o.written}`,
    olderThan: (s, o) => `${s} не менее ${duration(o.ms, 'genitive')} назад`,
    newerThan: (s, o) => `${s} менее ${duration(o.ms, 'genitive')} назад`,
  },
  all: (clauses) => clauses.join(' и '),
  any: (clauses) => clauses.join(' или '),
  grouped: (clause) => `(${clause})`,
  not: (clause) => `неверно, что (${clause})`,
  happened,

  rules: {
    trait: (rule) => rule.if,
    happened: (rule) => `${happened(rule.match, rule.count)}${and(rule.if)}`,
    each: ({ match: m, amount, limit, decay, if: clause }) =>
      [
        amount === null
          ? `за каждое событие${m.names === null ? '' : ` ${or(m.names)}`}${detailsOf(m, m.within)}`
          : `за ${unitOf(amount)} ${ofEvent(m.names)}${detailsOf(m, m.within)}`,
        limit === null ? '' : `, ${limited(limit)}`,
        decay === null ? '' : `, ${fading(decay)}`,
        provided(clause),
      ].join(''),
    silent: (rule) =>
      [
        `за ${rule.each ? period(rule.for) : duration(rule.for, 'accusative')} без `,
        `${rule.names === null ? 'единого события' : ofEvent(rule.names)}${details(whereOf(rule.where))}`,
        provided(rule.if),
      ].join(''),
    untaken: (rule) =>
      [
        `за каждое значение ${rule.same} из ${ofEvent(rule.on)}`,
        details(whereOf(rule.where), rule.within === null ? null : inTheLast(rule.within)),
        `, для которого через ${duration(rule.after, 'accusative')} нет `,
        `${rule.unless === null ? 'ни одного события' : ofEvent(rule.unless)}${provided(rule.if)}`,
      ].join(''),
    contacts: (rule) => `контактов, для которых (${rule.contacts}), ${count(rule.count)}${and(rule.if)}`,
  },
  when: (asked, isClause) => (isClause ? `при условии, что ${asked}` : asked),

  thing: (thing) => {
    switch (thing.kind) {
      case 'model':
        return 'модель';
      case 'score':
        return score(thing);
      case 'group':
        return `группа ${quote(thing.name)} ${score(thing.score, 'оценки')}`;
      case 'rule':
        return `правило ${quote(thing.name)}`;
      case 'disqualification':
        return `дисквалификация ${quote(thing.name)}`;
      case 'stage':
        return `этап ${quote(thing.name)}`;
    }
  },
  aspects: {
    name: { label: 'название', says: quote },
    title: { label: 'заголовок', says: (title) => (title === null ? 'отсутствует' : quote(title)) },
    made: { label: 'состав', says: made },
    range: { label: 'диапазон', says: (ends) => (ends === null ? 'отсутствует' : range(ends)) },
    grades: { label: 'шкала', says: (steps) => ladder('классы', 'нет классов', steps) },
    bands: { label: 'шкала', says: (steps) => ladder('категории', 'нет категорий', steps) },
    score: { label: 'место', says: (of) => score(of) },
    group: { label: 'группа', says: (group) => (group === null ? 'отсутствует' : quote(group)) },
    points: { label: 'баллы', says: (thousandths) => withComma(thousandths / 1000) },
    max: { label: 'максимум баллов', says: (max) => (max === null ? 'без ограничения' : `не более ${points(max)}`) },
    kind: { label: 'формулировка', says: (asked) => `„${asked}“` },
    events: { label: 'события', says: someEvent },
    silence: { label: 'ожидаемые события', says: someEvent },
    unless: { label: 'закрывающие события', says: someEvent },
    where: { label: 'условие на события', says: (clause) => clause ?? 'отсутствует' },
    gap: { label: 'промежуток между событиями', says: (gap) => (gap === null ? 'любой' : apart(gap)) },
    within: { label: 'период', says: (ms) => (ms === null ? 'всё время' : inTheLast(ms)) },
    distinct: {
      label: 'подсчёт',
      says: (property) => (property === null ? 'каждое событие' : `разные значения ${property}`),
    },
    count: { label: 'количество', says: count },
    amount: { label: 'баллы за', says: (amount) => (amount === null ? 'каждое событие' : unitOf(amount)) },
    limit: { label: 'ограничение', says: (limit) => (limit === null ? 'отсутствует' : limited(limit)) },
    decay: { label: 'затухание', says: (decay) => (decay === null ? 'отсутствует' : fading(decay)) },
    wait: { label: 'ожидание', says: (ms) => duration(ms, 'nominative') },
    each: { label: 'начисление', says: (each) => (each ? 'за каждый такой период' : 'один раз') },
    same: { label: 'общее свойство', says: (property) => property },
    contacts: { label: 'учитываемые контакты', says: (clause) => `те, для которых ${clause}` },
    if: { label: 'условие', says: (clause) => clause ?? 'отсутствует' },
    reason: { label: 'причина', says: quote },
    enter: { label: 'начало', says: (clause) => `если ${clause}` },
    leave: { label: 'завершение', says: (leave) => (leave === null ? 'только вручную' : `если ${leave}`) },
  },
  whole: {
    score: (parts) => parts.join(', '),
    group: (text) => `диапазон ${text}`,
    rule: ({ points: given, when, max, score: of, group }) =>
      [
        `${counted(given / 1000, ['балл', 'балла', 'баллов'])} ${when}`,
        max === null ? '' : `; всего не более ${points(max)}`,
        `; ${score(of)}`,
        group === null ? '' : `, группа ${quote(group)}`,
      ].join(''),
    disqualification: (entry) => `${quote(entry.reason)}, если ${entry.if}; ${place(entry.after)}`,
    stage: ({ enter, leave, after }) =>
      `начинается, если ${enter}; заканчивается${leave === null ? ' только вручную' : `, если ${leave}`}; ${place(after)}`,
  },

  isNew: (thing, whole) => sentence(`добавлено: ${thing} — ${whole}`),
  isGone: (thing, whole) => sentence(`удалено: ${thing}; было: ${whole}`),
  changed: (thing, label, now, was, when) =>
    sentence(`${thing}, ${label}: теперь ${now}, раньше ${was}${when === null ? '' : ` (${when})`}`),
  reordered: (of, now, was) =>
    sentence(`порядок ${of === 'stages' ? 'этапов' : 'дисквалификаций'}: теперь ${quoted(now)}; раньше ${quoted(was)}`),
  exactly: (text, exact) => `${text} (точно: ${exact})`,
};
