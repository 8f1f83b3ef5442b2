/**
 * Turkish. A name or a value is followed by a noun that takes the suffix (`title alanı`, `“a” değerine`), so that no
 * suffix depends on the vowels of a name. After a number a noun stays singular.
 */

import { type Count, type Decay, type Ladder, MILLION, type Operand, type Range, type Score } from '../words.ts';
import type { Phrases, SaidMatch, ScoreName } from './phrases.ts';
import { fadingOf, inUnits, listed, sentence, type Unit, valuesOf, withComma } from './wording.ts';

const quote = (text: string): string => `“${text}”`;
const quoted = (names: readonly string[]): string => names.map(quote).join(', ');
const values = (operand: Operand): string[] => valuesOf(operand, quote, withComma);
const list = (operand: Operand): string => listed(values(operand));
const single = (operand: Operand): boolean => values(operand).length === 1;

const UNITS: { readonly [U in Unit]: { unit: string; every: string; than: string } } = {
  week: { unit: 'hafta', every: 'haftada', than: 'haftadan' },
  day: { unit: 'gün', every: 'günde', than: 'günden' },
  hour: { unit: 'saat', every: 'saatte', than: 'saatten' },
  minute: { unit: 'dakika', every: 'dakikada', than: 'dakikadan' },
};
function duration(ms: number): string {
  const [n, unit] = inUnits(ms);
  return `${n} ${UNITS[unit].unit}`;
}
function less(ms: number): string {
  const [n, unit] = inUnits(ms);
  return `${n} ${UNITS[unit].than} daha`;
}
function period(ms: number): string {
  const [n, unit] = inUnits(ms);
  return n === 1 ? `her ${UNITS[unit].unit}` : `her ${duration(ms)}`;
}
function every(ms: number): string {
  const [n, unit] = inUnits(ms);
  return n === 1 ? period(ms) : `her ${n} ${UNITS[unit].every} bir`;
}

/** Names with a noun, or another noun for any event. */
const events = (names: readonly string[] | null, noun: string, any: string): string =>
  names === null ? any : `${names.join(' veya ')} ${noun}`;
const someEvent = (names: readonly string[] | null): string => events(names, 'etkinliği', 'herhangi bir etkinlik');
const noEvent = (names: readonly string[] | null): string => events(names, 'etkinliği', 'hiçbir etkinlik');

const details = (...parts: readonly (string | null)[]): string => {
  const known = parts.filter((part) => part !== null);
  return known.length === 0 ? '' : ` (${known.join('; ')})`;
};
const detailsOf = ({ where, gap, distinct }: SaidMatch): string =>
  details(
    where,
    gap === null ? null : `en az ${duration(gap)} arayla`,
    distinct === null ? null : `farklı ${distinct} değerleriyle`,
  );
const within = (ms: number | null): string => (ms === null ? '' : `son ${duration(ms)} içinde `);
const fromWithin = (ms: number | null): string => (ms === null ? '' : `son ${duration(ms)} içindeki `);
const and = (clause: string | null): string => (clause === null ? '' : ` ve ${clause}`);
const provided = (clause: string | null): string => (clause === null ? '' : `; koşul: ${clause}`);

function times({ least, most }: Count): string {
  if (most === Infinity) return `en az ${least} kez`;
  if (least === most) return `tam olarak ${least} kez`;
  return least === 0 ? `en fazla ${most} kez` : `${least} ila ${most} kez`;
}
function happened(m: SaidMatch, often: Count): string {
  const what = often.most === 0 ? noEvent(m.names) : someEvent(m.names);
  const verb =
    often.most > 0 ? `${times(often)} gerçekleşti` : m.names === null ? 'gerçekleşmedi' : 'hiç gerçekleşmedi';
  return `${within(m.within)}${what}${detailsOf(m)} ${verb}`;
}
function count({ least, most }: Count): string {
  if (most === Infinity) return `en az ${least}`;
  if (least === most) return `tam olarak ${least}`;
  return least === 0 ? `en fazla ${most}` : `${least} ile ${most} arasında`;
}

const PERIODS = { day: 'günde', week: 'haftada', ever: 'kişi başına' };
const limited = ({ times: n, per }: { times: number; per: keyof typeof PERIODS }): string =>
  `${PERIODS[per]} en fazla ${n} kez`;
const unitOf = ({ property, unit }: { property: string; unit: number }): string =>
  `her ${unit === 1 ? '' : `${withComma(unit)} `}birim ${property}`;
const percent = (share: number): string => `%${withComma(share)}`;
/** Behind “ağırlığı”, the weight. */
function fading(decay: Decay): string {
  const falls = fadingOf(decay);
  switch (falls.kind) {
    case 'halfLife':
      return `${every(falls.age)} yarıya iner`;
    case 'linear':
      return `${duration(falls.age)} içinde kademeli olarak sıfıra iner`;
    case 'steps':
      return `${falls.steps.map(({ age, share }) => `${duration(age)} sonra ${percent(share)}`).join(', ')} olur`;
  }
}

const points = (millionths: number): string => withComma(millionths / MILLION);
const range = ([low, high]: Range): string => `${points(low)} ile ${points(high)} arası`;
const ladder = (what: string, none: string, steps: Ladder): string =>
  steps.length === 0 ? none : `${what} ${steps.map((s) => `${s.name} (en az ${points(s.from)})`).join(', ')}`;
const score = ({ name, ofCompany }: ScoreName, noun = 'puanı'): string =>
  `${ofCompany ? 'şirketin ' : ''}${quote(name)} ${noun}`;
const place = (after: string | null): string => (after === null ? 'sırası: ilk' : `sırası: ${quote(after)} sonrası`);

function made(of: Score): string {
  switch (of.kind) {
    case 'rules':
      return 'kurallarının toplamı';
    case 'sum':
      return of.of.map((part) => `${withComma(part.weight / 1000)} × ${quote(part.score)}`).join(' + ');
    case 'grid':
      return `${quote(of.of[0])} ve ${quote(of.of[1])} matrisi`;
    case 'rollUp':
      switch (of.how) {
        case 'sum':
          return `kişilerinin ${quote(of.of)} puanlarının toplamı`;
        case 'max':
          return `kişilerinin en yüksek ${quote(of.of)} puanı`;
        case 'mean':
          return `kişilerinin ${quote(of.of)} puanlarının ortalaması`;
        case 'top':
          return of.weights.length === 1
            ? `kişilerinin en yüksek ${quote(of.of)} puanı`
            : `kişilerinin en yüksek ${of.weights.length} ${quote(of.of)} puanının toplamı`;
        case 'diminishing':
          return `kişilerinin ${quote(of.of)} puanlarının en yüksekten başlayan toplamı, her birinin ağırlığı öncekinin ${percent((of.weights[1] ?? 0) / 10)} kadarı`;
      }
  }
}

export const tr: Phrases = {
  subject: ({ kind, name, ofCompany }) => {
    switch (kind) {
      case 'field':
        return `${ofCompany ? 'şirketin ' : ''}${name} alanı`;
      case 'score':
        return score({ kind, name, ofCompany });
      case 'grade':
        return score({ kind: 'score', name, ofCompany }, 'notu');
      case 'band':
        return score({ kind: 'score', name, ofCompany }, 'kategorisi');
    }
  },
  tests: {
    is: (s, o) => `${s} ${list(o)} değerine eşit`,
    isNot: (s, o) => `${s} biliniyor ve ${list(o)} değerinden farklı`,
    in: (s, o) => (single(o) ? `${s} ${list(o)} değerine eşit` : `${s} ${list(o)} değerlerinden biri`),
    notIn: (s, o) =>
      single(o)
        ? `${s} biliniyor ve ${list(o)} değerinden farklı`
        : `${s} biliniyor ve ${list(o)} değerlerinden hiçbiri değil`,
    contains: (s, o) => `${s} ${list(o)} metnini içeriyor`,
    containsAny: (s, o) =>
      single(o) ? `${s} ${list(o)} metnini içeriyor` : `${s} ${list(o)} metinlerinden en az birini içeriyor`,
    mentions: (s, o) =>
      single(o)
        ? `${s} ${list(o)} ifadesini tam sözcük olarak içeriyor`
        : `${s} ${list(o)} ifadelerinden en az birini tam sözcük olarak içeriyor`,
    startsWith: (s, o) => `${s} ${list(o)} ile başlıyor`,
    endsWith: (s, o) => `${s} ${list(o)} ile bitiyor`,
    atLeast: (s, o) => `${s} en az ${list(o)}`,
    moreThan: (s, o) => `${s} ${list(o)} değerinden büyük`,
    atMost: (s, o) => `${s} en fazla ${list(o)}`,
    lessThan: (s, o) => `${s} ${list(o)} değerinden küçük`,
    between: (s, o) => `${s} ${values(o).join(' ile ')} arasında`,
    has: (s, o) => `${s} ${list(o)} ögesini içeriyor`,
    hasAny: (s, o) =>
      single(o) ? `${s} ${list(o)} ögesini içeriyor` : `${s} ${list(o)} ögelerinden en az birini içeriyor`,
    hasAll: (s, o) => (single(o) ? `${s} ${list(o)} ögesini içeriyor` : `${s} ${list(o)} ögelerinin tümünü içeriyor`),
    exists: (s, o) => (o.flag ? `${s} biliniyor` : `${s} bilinmiyor`),
    before: (s, o) => `${s} ${o.written} tarihinden önce`,
    after: (s, o) => `${s} ${o.written} tarihinden sonra`,
    olderThan: (s, o) => `${s} en az ${duration(o.ms)} önce`,
    newerThan: (s, o) => `${s} ${less(o.ms)} kısa süre önce`,
  },
  all: (clauses) => clauses.join(' ve '),
  any: (clauses) => clauses.join(' veya '),
  grouped: (clause) => `(${clause})`,
  not: (clause) => `(${clause}) doğru değil`,
  happened,

  rules: {
    trait: (rule) => rule.if,
    happened: (rule) => `${happened(rule.match, rule.count)}${and(rule.if)}`,
    each: ({ match: m, amount, limit, decay, if: clause }) =>
      [
        fromWithin(m.within),
        amount === null
          ? `her ${events(m.names, 'etkinliği', 'etkinlik')}${detailsOf(m)} için`
          : `${events(m.names, 'etkinliğinde', 'herhangi bir etkinlikte')}${detailsOf(m)} ${unitOf(amount)} için`,
        limit === null ? '' : ` (${limited(limit)})`,
        decay === null ? '' : `, ağırlığı ${fading(decay)}`,
        provided(clause),
      ].join(''),
    silent: (rule) =>
      [
        `${noEvent(rule.names)}${details(rule.where)} olmadan geçen `,
        `${rule.each ? period(rule.for) : duration(rule.for)} için${provided(rule.if)}`,
      ].join(''),
    untaken: (rule) =>
      [
        `${within(rule.within)}${events(rule.on, 'etkinliğinde', 'herhangi bir etkinlikte')}${details(rule.where)}`,
        ` görülen, üzerinden ${duration(rule.after)} geçmesine rağmen`,
        ` ${events(rule.unless, 'etkinliğinde', 'hiçbir etkinlikte')} görülmeyen her ${rule.same} için`,
        provided(rule.if),
      ].join(''),
    contacts: (rule) => `(${rule.contacts}) koşulunu sağlayan kişi sayısı ${count(rule.count)}${and(rule.if)}`,
  },
  when: (asked, isClause) => (isClause ? `koşul: ${asked}` : asked),

  thing: (thing) => {
    switch (thing.kind) {
      case 'model':
        return 'model';
      case 'score':
        return score(thing);
      case 'group':
        return `${score(thing.score, 'puanındaki')} ${quote(thing.name)} grubu`;
      case 'rule':
        return `${quote(thing.name)} kuralı`;
      case 'disqualification':
        return `${quote(thing.name)} elemesi`;
      case 'stage':
        return `${quote(thing.name)} aşaması`;
    }
  },
  aspects: {
    name: { label: 'ad', says: quote },
    title: { label: 'başlık', says: (title) => (title === null ? 'yok' : quote(title)) },
    made: { label: 'oluşumu', says: made },
    range: { label: 'aralık', says: (ends) => (ends === null ? 'yok' : range(ends)) },
    grades: { label: 'basamaklar', says: (steps) => ladder('notlar', 'not yok', steps) },
    bands: { label: 'basamaklar', says: (steps) => ladder('kategoriler', 'kategori yok', steps) },
    score: { label: 'yeri', says: (of) => score(of) },
    group: { label: 'grup', says: (group) => (group === null ? 'yok' : quote(group)) },
    points: { label: 'verdiği puan', says: (thousandths) => withComma(thousandths / 1000) },
    max: { label: 'üst sınır', says: (max) => (max === null ? 'yok' : `en fazla ${points(max)} puan`) },
    kind: { label: 'ifade', says: (asked) => `‘${asked}’` },
    events: { label: 'etkinlikler', says: someEvent },
    silence: { label: 'beklenen etkinlikler', says: someEvent },
    unless: { label: 'sona erdiren etkinlikler', says: someEvent },
    where: { label: 'etkinlik koşulu', says: (clause) => clause ?? 'yok' },
    gap: { label: 'etkinlikler arası süre', says: (gap) => (gap === null ? 'fark etmez' : `en az ${duration(gap)}`) },
    within: { label: 'dönem', says: (ms) => (ms === null ? 'tüm zamanlar' : `son ${duration(ms)}`) },
    distinct: {
      label: 'sayım',
      says: (property) => (property === null ? 'her etkinlik' : `farklı ${property} değerleri`),
    },
    count: { label: 'sayı', says: count },
    amount: { label: 'puan birimi', says: (amount) => (amount === null ? 'her etkinlik' : unitOf(amount)) },
    limit: { label: 'sınır', says: (limit) => (limit === null ? 'yok' : limited(limit)) },
    decay: { label: 'ağırlık', says: (decay) => (decay === null ? 'her zaman aynı' : fading(decay)) },
    wait: { label: 'bekleme', says: duration },
    each: { label: 'puan verme', says: (each) => (each ? 'her böyle dönem için' : 'bir kez') },
    same: { label: 'ortak özellik', says: (property) => property },
    contacts: { label: 'sayılan kişiler', says: (clause) => `(${clause}) koşulunu sağlayanlar` },
    if: { label: 'koşul', says: (clause) => clause ?? 'yok' },
    reason: { label: 'gerekçe', says: quote },
    enter: { label: 'başlama koşulu', says: (clause) => clause },
    leave: { label: 'bitme koşulu', says: (leave) => leave ?? 'yalnızca elle' },
  },
  whole: {
    score: (parts) => parts.join(', '),
    group: (text) => `aralık: ${text}`,
    rule: ({ points: given, when, max, score: of, group }) =>
      [
        `${withComma(given / 1000)} puan; ${when}`,
        max === null ? '' : `; toplamda en fazla ${points(max)}`,
        `; yeri: ${score(of)}`,
        group === null ? '' : `, ${quote(group)} grubu`,
      ].join(''),
    disqualification: (entry) => `${quote(entry.reason)}; koşul: ${entry.if}; ${place(entry.after)}`,
    stage: ({ enter, leave, after }) =>
      `başlama koşulu: ${enter}; ${leave === null ? 'yalnızca elle biter' : `bitme koşulu: ${leave}`}; ${place(after)}`,
  },

  isNew: (thing, whole) => sentence(`${thing} eklendi: ${whole}`),
  isGone: (thing, whole) => sentence(`${thing} kaldırıldı; önceki hâli: ${whole}`),
  changed: (thing, label, now, was, when) =>
    sentence(`${thing}, ${label}: şimdi ${now}, önceden ${was}${when === null ? '' : ` (${when})`}`),
  reordered: (of, now, was) =>
    sentence(`${of === 'stages' ? 'aşamaların' : 'elemelerin'} sırası: şimdi ${quoted(now)}; önceden ${quoted(was)}`),
  exactly: (text, exact) => `${text} (tam olarak: ${exact})`,
};
