/**
 * Traditional Chinese. Names and values stand in 「」, and what narrows an event in （） behind it. Between a Chinese
 * character and a number stands a space, beside quotes and brackets none.
 */

import { type Count, type Decay, type Ladder, MILLION, type Operand, type Range, type Score } from '../words.ts';
import type { Phrases, SaidMatch, ScoreName } from './phrases.ts';
import { fadingOf, inUnits, type Unit, valuesOf } from './wording.ts';

/** Joins the pieces of a template, with a space where a number meets a Chinese character. */
function han(texts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  const pieces = texts.flatMap((text, i) => [text, String(values[i] ?? '')]);
  return pieces.reduce((before, piece) => (meets(before, piece) ? `${before} ${piece}` : before + piece));
}
const meets = (before: string, piece: string): boolean =>
  (/\p{Script=Han}$/u.test(before) && /^[-\w]/.test(piece)) ||
  (/[\w%]$/.test(before) && /^\p{Script=Han}/u.test(piece));

const quote = (text: string): string => `「${text}」`;
const quoted = (names: readonly string[]): string => names.map(quote).join('、');
const values = (operand: Operand): string[] => valuesOf(operand, quote, String);
const list = (operand: Operand): string => values(operand).join('、');
const single = (operand: Operand): boolean => values(operand).length === 1;

const UNITS: { readonly [U in Unit]: string } = { week: '週', day: '天', hour: '小時', minute: '分鐘' };
function duration(ms: number): string {
  const [n, unit] = inUnits(ms);
  return han`${n}${UNITS[unit]}`;
}
function every(ms: number): string {
  const [n, unit] = inUnits(ms);
  return n === 1 ? `每${UNITS[unit]}` : han`每${duration(ms)}`;
}
const inTheLast = (ms: number | null): string => (ms === null ? '' : han`最近${duration(ms)}內`);

const events = (names: readonly string[] | null): string => names?.map(quote).join('或') ?? '任何事件';
const details = (...parts: readonly (string | null)[]): string => {
  const known = parts.filter((part) => part !== null);
  return known.length === 0 ? '' : `（${known.join('；')}）`;
};
const detailsOf = ({ where, gap, distinct }: SaidMatch): string =>
  details(
    where,
    gap === null ? null : han`每次間隔至少${duration(gap)}`,
    distinct === null ? null : `${quote(distinct)}的不同值各計一次`,
  );
const and = (clause: string | null): string => (clause === null ? '' : `，且${clause}`);
const provided = (clause: string | null): string => (clause === null ? '' : `，前提是${clause}`);

/** A number that is wanted, behind a verb or without one. */
function count({ least, most }: Count, verb = ''): string {
  if (most === Infinity) return han`至少${verb}${least}`;
  if (least === most) return han`恰好${verb}${least}`;
  return least === 0 ? han`最多${verb}${most}` : han`${verb}${least}至${most}`;
}
function happened(m: SaidMatch, often: Count): string {
  const when = inTheLast(m.within);
  if (often.most > 0) return han`${when}${events(m.names)}${detailsOf(m)}${count(often, '發生')}次`;
  if (m.names === null) return `${when}沒有發生任何事件${detailsOf(m)}`;
  return m.names.length === 1
    ? `${when}${events(m.names)}${detailsOf(m)}未發生`
    : `${when}${quoted(m.names)}${detailsOf(m)}皆未發生`;
}

const PERIODS = { day: '每天', week: '每週', ever: '每位聯絡人' };
const limited = ({ times, per }: { times: number; per: keyof typeof PERIODS }): string =>
  han`${PERIODS[per]}最多${times}次`;
const unitOf = ({ property, unit }: { property: string; unit: number }): string => han`${quote(property)}每滿${unit}`;
const percent = (share: number): string => `${share}%`;
function fading(decay: Decay): string {
  const falls = fadingOf(decay);
  switch (falls.kind) {
    case 'halfLife':
      return han`${every(falls.age)}減半`;
    case 'linear':
      return han`在${duration(falls.age)}內逐漸減至零`;
    case 'steps':
      return falls.steps.map(({ age, share }) => han`滿${duration(age)}後降為${percent(share)}`).join('、');
  }
}

const points = (millionths: number): string => String(millionths / MILLION);
const range = ([low, high]: Range): string => han`${points(low)}至${points(high)}`;
const ladder = (what: string, steps: Ladder): string =>
  steps.length === 0
    ? `無${what}`
    : `${what}${steps.map(({ name, from }) => han`${quote(name)}從${points(from)}起`).join('、')}`;
const score = ({ name, ofCompany }: ScoreName): string => `${ofCompany ? '公司' : ''}分數${quote(name)}`;
const place = (after: string | null): string => (after === null ? '順序為第一' : `順序在${quote(after)}之後`);

function made(of: Score): string {
  switch (of.kind) {
    case 'rules':
      return '其規則的總和';
    case 'sum':
      return of.of.map((part) => `${part.weight / 1000}×${quote(part.score)}`).join('+');
    case 'grid':
      return `${quote(of.of[0])}與${quote(of.of[1])}的矩陣`;
    case 'rollUp':
      switch (of.how) {
        case 'sum':
          return `所有聯絡人${quote(of.of)}的總和`;
        case 'max':
          return `聯絡人中最高的${quote(of.of)}`;
        case 'mean':
          return `所有聯絡人${quote(of.of)}的平均`;
        case 'top':
          return of.weights.length === 1
            ? `聯絡人中最高的${quote(of.of)}`
            : han`聯絡人中最高的${of.weights.length}個${quote(of.of)}的總和`;
        case 'diminishing':
          return han`所有聯絡人${quote(of.of)}由高至低的總和，每一個的權重為前一個的${percent((of.weights[1] ?? 0) / 10)}`;
      }
  }
}

export const zhHant: Phrases = {
  subject: ({ kind, name, ofCompany }) => {
    switch (kind) {
      case 'field':
        return `${ofCompany ? '公司的' : ''}${quote(name)}`;
      case 'score':
        return score({ kind, name, ofCompany });
      case 'grade':
        return `${score({ kind: 'score', name, ofCompany })}的等級`;
      case 'band':
        return `${score({ kind: 'score', name, ofCompany })}的區間`;
    }
  },
  tests: {
    is: (s, o) => han`${s}是${list(o)}`,
    isNot: (s, o) => han`${s}有值且不是${list(o)}`,
    in: (s, o) => (single(o) ? han`${s}是${list(o)}` : han`${s}是${list(o)}其中之一`),
    notIn: (s, o) => (single(o) ? han`${s}有值且不是${list(o)}` : han`${s}有值且不是${list(o)}其中任何一個`),
    contains: (s, o) => `${s}包含${list(o)}`,
    containsAny: (s, o) => (single(o) ? `${s}包含${list(o)}` : `${s}包含${list(o)}其中至少一個`),
    mentions: (s, o) => (single(o) ? `${s}提到${list(o)}` : `${s}提到${list(o)}其中至少一個`),
    startsWith: (s, o) => `${s}以${list(o)}開頭`,
    endsWith: (s, o) => `${s}以${list(o)}結尾`,
    atLeast: (s, o) => han`${s}至少為${list(o)}`,
    moreThan: (s, o) => han`${s}大於${list(o)}`,
    atMost: (s, o) => han`${s}最多為${list(o)}`,
    lessThan: (s, o) => han`${s}小於${list(o)}`,
    between: (s, o) => han`${s}介於${values(o)[0] ?? ''}與${values(o)[1] ?? ''}之間`,
    has: (s, o) => `${s}含有${list(o)}`,
    hasAny: (s, o) => (single(o) ? `${s}含有${list(o)}` : `${s}含有${list(o)}其中至少一項`),
    hasAll: (s, o) => (single(o) ? `${s}含有${list(o)}` : `${s}同時含有${list(o)}`),
    exists: (s, o) => (o.flag ? `${s}有值` : `${s}沒有值`),
    before: (s, o) => han`${s}早於${String(o.written)}`,
    after: (s, o) => han`${s}晚於${String(o.written)}`,
    olderThan: (s, o) => han`${s}距今至少${duration(o.ms)}`,
    newerThan: (s, o) => han`${s}距今不到${duration(o.ms)}`,
  },
  all: (clauses) => clauses.join('，且'),
  any: (clauses) => clauses.join('，或'),
  grouped: (clause) => `（${clause}）`,
  not: (clause) => `不符合（${clause}）`,
  happened,

  rules: {
    trait: (rule) => rule.if,
    happened: (rule) => `${happened(rule.match, rule.count)}${and(rule.if)}`,
    each: ({ match: m, amount, limit, decay, if: clause }) =>
      [
        inTheLast(m.within),
        amount === null
          ? `${m.names === null ? '每個事件' : `每次${events(m.names)}`}${detailsOf(m)}`
          : `${events(m.names)}${detailsOf(m)}的${unitOf(amount)}`,
        limit === null ? '' : `，${limited(limit)}`,
        decay === null ? '' : `，${fading(decay)}`,
        provided(clause),
      ].join(''),
    silent: (rule) =>
      [
        han`${rule.each ? '每' : ''}連續${duration(rule.for)}沒有${events(rule.names)}`,
        `${details(rule.where)}${provided(rule.if)}`,
      ].join(''),
    untaken: (rule) =>
      [
        `${inTheLast(rule.within)}${events(rule.on)}${details(rule.where)}中的每個${quote(rule.same)}，`,
        han`${duration(rule.after)}後仍沒有${events(rule.unless)}${provided(rule.if)}`,
      ].join(''),
    contacts: (rule) =>
      han`${rule.count.most === 0 ? '沒有' : `${count(rule.count, '有')} 位`}聯絡人符合（${rule.contacts}）${and(rule.if)}`,
  },
  when: (asked, isClause) => (isClause ? `若${asked}` : asked),

  thing: (thing) => {
    switch (thing.kind) {
      case 'model':
        return '模型';
      case 'score':
        return score(thing);
      case 'group':
        return `${score(thing.score)}的群組${quote(thing.name)}`;
      case 'rule':
        return `規則${quote(thing.name)}`;
      case 'disqualification':
        return `排除條件${quote(thing.name)}`;
      case 'stage':
        return `階段${quote(thing.name)}`;
    }
  },
  aspects: {
    name: { label: '名稱', says: quote },
    title: { label: '標題', says: (title) => (title === null ? '無' : quote(title)) },
    made: { label: '組成', says: made },
    range: { label: '範圍', says: (ends) => (ends === null ? '無' : range(ends)) },
    grades: { label: '分級', says: (steps) => ladder('等級', steps) },
    bands: { label: '分級', says: (steps) => ladder('區間', steps) },
    score: { label: '所屬分數', says: score },
    group: { label: '群組', says: (group) => (group === null ? '無' : quote(group)) },
    points: { label: '給分', says: (thousandths) => String(thousandths / 1000) },
    max: { label: '上限', says: (max) => (max === null ? '無' : han`${points(max)}分`) },
    kind: { label: '內容', says: (asked) => `『${asked}』` },
    events: { label: '事件', says: events },
    silence: { label: '等待事件', says: events },
    unless: { label: '抵銷事件', says: events },
    where: { label: '事件條件', says: (clause) => clause ?? '無' },
    gap: { label: '事件間隔', says: (gap) => (gap === null ? '不限' : han`至少${duration(gap)}`) },
    within: { label: '期間', says: (ms) => (ms === null ? '不限' : inTheLast(ms)) },
    distinct: {
      label: '計數方式',
      says: (property) => (property === null ? '每個事件' : `${quote(property)}的不同值`),
    },
    count: { label: '數量', says: (often) => count(often) },
    amount: { label: '計分單位', says: (amount) => (amount === null ? '每個事件' : unitOf(amount)) },
    limit: { label: '次數限制', says: (limit) => (limit === null ? '無' : limited(limit)) },
    decay: { label: '遞減', says: (decay) => (decay === null ? '無' : fading(decay)) },
    wait: { label: '等待時間', says: duration },
    each: { label: '給分方式', says: (each) => (each ? '每段期間給分' : '只給一次') },
    same: { label: '共同屬性', says: quote },
    contacts: { label: '計入聯絡人', says: (clause) => `符合（${clause}）者` },
    if: { label: '條件', says: (clause) => clause ?? '無' },
    reason: { label: '原因', says: quote },
    enter: { label: '開始條件', says: (clause) => clause },
    leave: { label: '結束條件', says: (leave) => leave ?? '僅能手動結束' },
  },
  whole: {
    score: (parts) => parts.join('，'),
    group: (text) => han`範圍為${text}`,
    rule: ({ points: given, when, max, score: of, group }) =>
      [
        han`${given / 1000}分：${when}`,
        max === null ? '' : han`；合計最多${points(max)}分`,
        `；屬於${score(of)}`,
        group === null ? '' : `的群組${quote(group)}`,
      ].join(''),
    disqualification: (entry) => `${quote(entry.reason)}：若${entry.if}；${place(entry.after)}`,
    stage: ({ enter, leave, after }) =>
      `開始條件：${enter}；${leave === null ? '僅能手動結束' : `結束條件：${leave}`}；${place(after)}`,
  },

  isNew: (thing, whole) => `新增${thing}：${whole}。`,
  isGone: (thing, whole) => `移除${thing}；原為：${whole}。`,
  changed: (thing, label, now, was, when) =>
    han`${thing}的${label}：現為${now}，原為${was}${when === null ? '' : `（${when}）`}。`,
  reordered: (of, now, was) =>
    `${of === 'stages' ? '階段' : '排除條件'}的順序：現為${quoted(now)}，原為${quoted(was)}。`,
  exactly: (text, exact) => `${text}（精確內容：${exact}）`,
};
