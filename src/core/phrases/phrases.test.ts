// Sentences that were read and corrected by hand, in every language: one model with all that a document can hold, and
// what changed to another. A line that fails here is to be read again by somebody who speaks the language.
import { expect, test } from 'vitest';
import { diffModels } from '../diff.ts';
import { parseModel } from '../model.ts';
import { sentencesOf } from '../sentences.ts';
import { type Language, languages } from './languages.ts';

const MODEL = `
model: spoken
scores:
  fit:
    range: [-50, 100]
    rules:
      - { id: mentions, if: { title: { mentions: [ceo, head of] } }, points: 20 }
      - { id: company, if: { company.employees: { between: [10, 500.5] } }, points: 15 }
      - { id: nested, if: { any: [{ country: { notIn: [RO, MD] } }, { not: { industry: { isNot: bank } } }] }, points: 1 }
      - { id: lists, if: { all: [{ phone: { exists: false } }, { any: [{ tags: { hasAll: [vip, 1st] } }, { size: { in: [1, 0.5] } }] }] }, points: 2 }
      - { id: dates, if: { role_since: { olderThan: 365d }, hired: { newerThan: 1d }, signed: { before: 2026-01-01 } }, points: -1 }
      - { id: numbers, if: { age: { moreThan: 0.5, atMost: 30 }, plan: { is: pro } }, points: 21 }
  interest:
    range: [0, 90]
    groups: { email: { range: [-50, 30.5] } }
    rules:
      - { id: once, on: form_submitted, points: 80, group: email }
      - { id: some, on: [email_opened, email_read], count: { between: [2, 21] }, points: 25 }
      - { id: visits, on: page_viewed, gap: 30m, within: 30d, count: { moreThan: 2 }, if: { country: { is: RO } }, points: 10 }
      - { id: distinct, on: download, distinct: topic, count: { atLeast: 20 }, points: 8 }
      - { id: never, on: [call, visit], within: 1w, count: { atMost: 0 }, points: -8 }
      - { id: exactly, on: any, count: { between: [1, 1] }, points: 0.5 }
      - { id: each, on: page_viewed, where: { path: { startsWith: /pricing } }, pointsEach: 5, limit: { times: 1, per: day }, max: 20, decay: { halfLife: 30d } }
      - { id: linear, on: any, within: 22d, pointsEach: 2, limit: { times: 20, per: week }, decay: { linear: 14d }, if: { any: [{ a: { has: x } }, { b: { endsWith: y } }] } }
      - { id: amount, on: [call, visit], pointsEach: 1, amount: { property: seconds, unit: 60 }, limit: { times: 3, per: ever }, decay: { steps: { 1d: 50%, 90d: 2.5% } } }
      - { id: silent, silent: any, for: 90d, points: -5 }
      - { id: silences, silent: [page_viewed, call], where: { path: { contains: a } }, for: 1h, pointsEach: -10, max: 50 }
      - { id: untaken, on: content_viewed, unless: download, same: content, after: 1w, within: 90d, where: { topic: { is: price } }, pointsEach: -2, max: 6 }
  total: { sum: { fit: 1, interest: 0.5 }, range: [0, 100] }
  quadrant: { grid: [fit, interest] }
grades: { fit: { A: 75.5, D: -50 }, interest: { A: 60, D: 0 } }
bands: { total: { hot: 80, cold: 0 } }
disqualify:
  - { id: spam, if: { score: { fit: { lessThan: 1 } }, event: { on: form_submitted, within: 1d, count: { atLeast: 9 } } }, reason: Spam }
stages:
  - { id: mql, enter: { score: { total: { atLeast: 50 } } } }
  - id: sql
    enter: { band: { total: { in: [hot, cold] } }, grade: { fit: { is: A } }, company.score: { breadth: { between: [10, 20] } } }
    leave: { event: { on: unsubscribed } }
company:
  scores:
    best: { rollUp: top, n: 3, of: interest, range: [0, 100] }
    less: { rollUp: diminishing, keep: 60%, of: interest, range: [0, 100] }
    breadth:
      range: [0, 30]
      rules:
        - { id: committee, contacts: { score: { interest: { atLeast: 20 } } }, count: { atLeast: 3 }, points: 30 }
        - { id: nobody, contacts: { title: { is: ceo } }, count: { atMost: 0 }, if: { employees: { atLeast: 100 } }, points: -5 }
`;

/** What the other model has instead. */
const EDITS: readonly (readonly [from: string, to: string])[] = [
  ['model: spoken', 'model: spoken\ntitle: Mine'],
  ['range: [-50, 100]', 'range: [-50, 99.5]'],
  [
    'pointsEach: 5, limit: { times: 1, per: day }, max: 20, decay: { halfLife: 30d } }',
    'pointsEach: 6, limit: { times: 2, per: day }, max: 21 }',
  ],
  ['points: 80, group: email', 'points: 80'],
  ['gap: 30m, within: 30d, count: { moreThan: 2 }, if', 'within: 1d, if'],
  ['on: any, count: { between: [1, 1] }, points', 'on: any, pointsEach'],
  ['      - { id: silent, silent: any, for: 90d, points: -5 }\n', ''],
  ['for: 1h', 'for: 2h'],
  ['A: 75.5', 'A: 75'],
  ['  - { id: mql, enter: { score: { total: { atLeast: 50 } } } }\n  - id: sql', '  - id: sql'],
  [
    'leave: { event: { on: unsubscribed } }',
    'leave: { event: { on: gone } }\n  - { id: mql, enter: { score: { total: { atLeast: 50 } } }, leave: { x: { is: y } } }',
  ],
  ['count: { atLeast: 3 }, points: 30', 'count: { atLeast: 4 }, points: 30'],
];

const edited = EDITS.reduce((text, [from, to]) => {
  expect(text).toContain(from);
  return text.replace(from, to);
}, MODEL);

interface Expected {
  readonly parts: Readonly<Record<string, string>>;
  readonly changes: readonly string[];
}
const EXPECTED: { readonly [L in Language]: Expected } = {
  en: {
    parts: {
      'score fit': 'the sum of its rules, from -50 to 100, the grades A from 75.5, D from -50',
      'rule mentions': 'title mentions “ceo”, “head of”',
      'rule company': 'company employees is between 10 and 500.5',
      'rule nested': 'country is known and none of “RO”, “MD” or not (industry is known and is not “bank”)',
      'rule lists': 'phone is not known and (tags has all of “vip”, “1st” or size is one of 1, 0.5)',
      'rule dates': 'role since is at least 365d ago and hired is less than 1d ago and signed is before 2026-01-01',
      'rule numbers': 'age is more than 0.5 and age is at most 30 and plan is “pro”',
      'score interest': 'the sum of its rules, from 0 to 90, the grades A from 60, D from 0',
      'group email': 'it runs from -50 to 30.5',
      'rule once': 'form submitted at least once',
      'rule some': 'email opened or email read 2 to 21 times',
      'rule visits': 'page viewed at least 30 minutes apart in the last 30 days at least 3 times and country is “RO”',
      'rule distinct': 'download with different topic at least 20 times',
      'rule never': 'call or visit in the last 1 week never',
      'rule exactly': 'any event exactly once',
      'rule each': 'for each page viewed where path starts with “/pricing” (1 per day) halving every 30d',
      'rule linear':
        'for each event in the last 22 days (20 per week) fading over 14d and (a has “x” or b ends with “y”)',
      'rule amount': 'for each 60 seconds of call or visit (3 per contact) fading to 50% after 1d, to 2.5% after 90d',
      'rule silent': 'for 90 days without any event',
      'rule silences': 'for each 1 hour without page viewed or call where path contains “a”',
      'rule untaken':
        'for each content of content viewed where topic is “price” in the last 90 days without download after 1 week',
      'score total': '1 × `fit` + 0.5 × `interest`, from 0 to 100, the bands hot from 80, cold from 0',
      'score quadrant': 'the grid of `fit` and `interest`',
      'disqualification spam':
        '“Spam” if fit is less than 1 and form submitted in the last 1 day at least 9 times, as the first',
      'stage mql': 'begins if total is at least 50, ends only by hand, as the first',
      'stage sql':
        'begins if total band is one of “hot”, “cold” and fit grade is “A” and company breadth is between 10 and 20, ends if unsubscribed at least once, after `mql`',
      'score best': 'the sum of the 3 highest `interest` of its contacts, from 0 to 100',
      'score less': 'the sum of `interest` over its contacts, highest first, each next one at 60 %, from 0 to 100',
      'score breadth': 'the sum of its rules, from 0 to 30',
      'rule committee': 'at least 3 contacts for which interest is at least 20',
      'rule nobody': 'no contact for which title is “ceo” and company employees is at least 100',
    },
    changes: [
      'The model now has the title “Mine” instead of no title.',
      'The score `fit` now runs from -50 to 99.5 instead of from -50 to 100.',
      'The score `fit` now has the grades A from 75, D from -50 instead of the grades A from 75.5, D from -50.',
      '`once` now is in no group instead of the group `email`.',
      '`visits` now counts events however close together instead of at least 30 minutes apart.',
      '`visits` now looks at the last 1 day instead of the last 30 days.',
      '`visits` now wants it at least once instead of at least 3 times.',
      '`exactly` now reads “for each event” instead of “any event exactly once”.',
      '`each` now gives 6 instead of 5 points for each page viewed where path starts with “/pricing” (2 per day).',
      '`each` now may give at most 21 points instead of at most 20 points.',
      '`each` now counts at most 2 per day instead of 1 per day.',
      '`each` now weighs events alike at every age instead of half as much every 30d.',
      '`silences` now waits 2 hours instead of 1 hour.',
      '`committee` now wants it at least 4 times instead of at least 3 times.',
      '`silent` is gone; it was: -5 points for 90 days without any event, in the score `interest`.',
      'The stage `sql` now ends if gone at least once instead of if unsubscribed at least once.',
      'The stage `mql` now ends if x is “y” instead of only by hand.',
      'The stages are now in the order `sql`, `mql` instead of `mql`, `sql`.',
    ],
  },
  ro: {
    parts: {
      'score fit': 'suma regulilor sale, de la -50 la 100, notele A de la 75,5; D de la -50',
      'rule mentions': 'title menționează cel puțin una dintre expresiile „ceo”, „head of”',
      'rule company': 'câmpul employees al companiei este între 10 și 500,5',
      'rule nested':
        'country are o valoare din afara listei „RO”, „MD” sau nu este adevărat că (industry are o valoare diferită de „bank”)',
      'rule lists':
        'phone nu are valoare și (tags include toate elementele „vip”, „1st” sau size este una dintre valorile 1; 0,5)',
      'rule dates':
        'role_since este cu cel puțin 365 de zile în urmă și hired este cu mai puțin de o zi în urmă și signed este înainte de 2026-01-01',
      'rule numbers': 'age este peste 0,5 și age este cel mult 30 și plan este „pro”',
      'score interest': 'suma regulilor sale, de la 0 la 90, notele A de la 60; D de la 0',
      'group email': 'interval de la -50 la 30,5',
      'rule once': 'form_submitted a avut loc cel puțin o dată',
      'rule some': 'email_opened sau email_read a avut loc între 2 și 21 de ori',
      'rule visits':
        'page_viewed a avut loc de cel puțin 3 ori în ultimele 30 de zile, la distanță de cel puțin 30 de minute, iar country este „RO”',
      'rule distinct': 'download a avut loc de cel puțin 20 de ori, cu valori diferite pentru topic',
      'rule never': 'nici call, nici visit nu a avut loc în ultima săptămână',
      'rule exactly': 'orice eveniment a avut loc exact o dată',
      'rule each':
        'pentru fiecare page_viewed unde path începe cu „/pricing” (cel mult o dată pe zi), cu înjumătățire la fiecare 30 de zile',
      'rule linear':
        'pentru fiecare eveniment în ultimele 22 de zile (de cel mult 20 de ori pe săptămână), cu scădere treptată până la zero în decurs de 2 săptămâni, dacă (a include „x” sau b se termină cu „y”)',
      'rule amount':
        'pentru fiecare 60 de unități de seconds din call sau visit (de cel mult 3 ori pe contact), cu scădere la 50\u00A0% după o zi, la 2,5\u00A0% după 90 de zile',
      'rule silent': 'pentru 90 de zile fără niciun eveniment',
      'rule silences': 'pentru fiecare oră fără page_viewed sau call unde path conține „a”',
      'rule untaken':
        'pentru fiecare content din content_viewed unde topic este „price” în ultimele 90 de zile fără download după o săptămână',
      'score total': '1 × „fit” + 0,5 × „interest”, de la 0 la 100, categoriile hot de la 80; cold de la 0',
      'score quadrant': 'grila dintre „fit” și „interest”',
      'disqualification spam':
        '„Spam” dacă scorul „fit” este sub 1 și form_submitted a avut loc de cel puțin 9 ori în ultima zi, prima în ordine',
      'stage mql': 'începe dacă scorul „total” este cel puțin 50, se termină doar manual, prima în ordine',
      'stage sql':
        'începe dacă categoria pentru scorul „total” este una dintre valorile „hot”, „cold” și nota pentru scorul „fit” este „A” și scorul „breadth” al companiei este între 10 și 20, se termină dacă unsubscribed a avut loc cel puțin o dată, după „mql”',
      'score best': 'suma celor mai mari 3 scoruri „interest” ale contactelor sale, de la 0 la 100',
      'score less':
        'suma scorurilor „interest” ale contactelor sale, de la cel mai mare la cel mai mic, fiecare cu 60\u00A0% din ponderea celui dinainte, de la 0 la 100',
      'score breadth': 'suma regulilor sale, de la 0 la 30',
      'rule committee': 'numărul contactelor la care (scorul „interest” este cel puțin 20) este cel puțin 3',
      'rule nobody':
        'numărul contactelor la care (title este „ceo”) este exact 0, iar câmpul employees al companiei este cel puțin 100',
    },
    changes: [
      'Modelul, titlu: acum „Mine”, înainte fără titlu.',
      'Scorul „fit”, interval: acum de la -50 la 99,5, înainte de la -50 la 100.',
      'Scorul „fit”, trepte: acum notele A de la 75; D de la -50, înainte notele A de la 75,5; D de la -50.',
      'Regula „once”, grup: acum niciunul, înainte „email”.',
      'Regula „visits”, distanță între evenimente: acum oricare, înainte cel puțin 30 de minute.',
      'Regula „visits”, perioadă: acum în ultima zi, înainte în ultimele 30 de zile.',
      'Regula „visits”, număr: acum cel puțin 1, înainte cel puțin 3.',
      'Regula „exactly”, enunț: acum «pentru fiecare eveniment», înainte «orice eveniment a avut loc exact o dată».',
      'Regula „each”, puncte: acum 6, înainte 5 (pentru fiecare page_viewed unde path începe cu „/pricing” (de cel mult 2 ori pe zi)).',
      'Regula „each”, maxim: acum cel mult 21 de puncte, înainte cel mult 20 de puncte.',
      'Regula „each”, limită: acum de cel mult 2 ori pe zi, înainte cel mult o dată pe zi.',
      'Regula „each”, scădere în timp: acum niciuna, înainte cu înjumătățire la fiecare 30 de zile.',
      'Regula „silences”, așteptare: acum 2 ore, înainte o oră.',
      'Regula „committee”, număr: acum cel puțin 4, înainte cel puțin 3.',
      'S-a eliminat regula „silent”; era: -5 puncte pentru 90 de zile fără niciun eveniment, în scorul „interest”.',
      'Etapa „sql”, sfârșit: acum dacă gone a avut loc cel puțin o dată, înainte dacă unsubscribed a avut loc cel puțin o dată.',
      'Etapa „mql”, sfârșit: acum dacă x este „y”, înainte doar manual.',
      'Ordinea etapelor este acum „sql”, „mql”; înainte era „mql”, „sql”.',
    ],
  },
  tr: {
    parts: {
      'score fit': 'kurallarının toplamı, -50 ile 100 arası, notlar A (en az 75,5), D (en az -50)',
      'rule mentions': 'title alanı “ceo”, “head of” ifadelerinden en az birini tam sözcük olarak içeriyor',
      'rule company': 'şirketin employees alanı 10 ile 500,5 arasında',
      'rule nested':
        'country alanı biliniyor ve “RO”, “MD” değerlerinden hiçbiri değil veya (industry alanı biliniyor ve “bank” değerinden farklı) doğru değil',
      'rule lists':
        'phone alanı bilinmiyor ve (tags alanı “vip”, “1st” ögelerinin tümünü içeriyor veya size alanı 1; 0,5 değerlerinden biri)',
      'rule dates':
        'role_since alanı en az 365 gün önce ve hired alanı 1 günden daha kısa süre önce ve signed alanı 2026-01-01 tarihinden önce',
      'rule numbers': 'age alanı 0,5 değerinden büyük ve age alanı en fazla 30 ve plan alanı “pro” değerine eşit',
      'score interest': 'kurallarının toplamı, 0 ile 90 arası, notlar A (en az 60), D (en az 0)',
      'group email': 'aralık: -50 ile 30,5 arası',
      'rule once': 'form_submitted etkinliği en az 1 kez gerçekleşti',
      'rule some': 'email_opened veya email_read etkinliği 2 ila 21 kez gerçekleşti',
      'rule visits':
        'son 30 gün içinde page_viewed etkinliği (en az 30 dakika arayla) en az 3 kez gerçekleşti ve country alanı “RO” değerine eşit',
      'rule distinct': 'download etkinliği (farklı topic değerleriyle) en az 20 kez gerçekleşti',
      'rule never': 'son 1 hafta içinde call veya visit etkinliği hiç gerçekleşmedi',
      'rule exactly': 'herhangi bir etkinlik tam olarak 1 kez gerçekleşti',
      'rule each':
        'her page_viewed etkinliği (path alanı “/pricing” ile başlıyor) için (günde en fazla 1 kez), ağırlığı her 30 günde bir yarıya iner',
      'rule linear':
        'son 22 gün içindeki her etkinlik için (haftada en fazla 20 kez), ağırlığı 2 hafta içinde kademeli olarak sıfıra iner; koşul: (a alanı “x” ögesini içeriyor veya b alanı “y” ile bitiyor)',
      'rule amount':
        'call veya visit etkinliğinde her 60 birim seconds için (kişi başına en fazla 3 kez), ağırlığı 1 gün sonra %50, 90 gün sonra %2,5 olur',
      'rule silent': 'hiçbir etkinlik olmadan geçen 90 gün için',
      'rule silences': 'page_viewed veya call etkinliği (path alanı “a” metnini içeriyor) olmadan geçen her saat için',
      'rule untaken':
        'son 90 gün içinde content_viewed etkinliğinde (topic alanı “price” değerine eşit) görülen, üzerinden 1 hafta geçmesine rağmen download etkinliğinde görülmeyen her content için',
      'score total': '1 × “fit” + 0,5 × “interest”, 0 ile 100 arası, kategoriler hot (en az 80), cold (en az 0)',
      'score quadrant': '“fit” ve “interest” matrisi',
      'disqualification spam':
        '“Spam”; koşul: “fit” puanı 1 değerinden küçük ve son 1 gün içinde form_submitted etkinliği en az 9 kez gerçekleşti; sırası: ilk',
      'stage mql': 'başlama koşulu: “total” puanı en az 50; yalnızca elle biter; sırası: ilk',
      'stage sql':
        'başlama koşulu: “total” kategorisi “hot”, “cold” değerlerinden biri ve “fit” notu “A” değerine eşit ve şirketin “breadth” puanı 10 ile 20 arasında; bitme koşulu: unsubscribed etkinliği en az 1 kez gerçekleşti; sırası: “mql” sonrası',
      'score best': 'kişilerinin en yüksek 3 “interest” puanının toplamı, 0 ile 100 arası',
      'score less':
        'kişilerinin “interest” puanlarının en yüksekten başlayan toplamı, her birinin ağırlığı öncekinin %60 kadarı, 0 ile 100 arası',
      'score breadth': 'kurallarının toplamı, 0 ile 30 arası',
      'rule committee': '(“interest” puanı en az 20) koşulunu sağlayan kişi sayısı en az 3',
      'rule nobody':
        '(title alanı “ceo” değerine eşit) koşulunu sağlayan kişi sayısı tam olarak 0 ve şirketin employees alanı en az 100',
    },
    changes: [
      'Model, başlık: şimdi “Mine”, önceden yok.',
      '“fit” puanı, aralık: şimdi -50 ile 99,5 arası, önceden -50 ile 100 arası.',
      '“fit” puanı, basamaklar: şimdi notlar A (en az 75), D (en az -50), önceden notlar A (en az 75,5), D (en az -50).',
      '“once” kuralı, grup: şimdi yok, önceden “email”.',
      '“visits” kuralı, etkinlikler arası süre: şimdi fark etmez, önceden en az 30 dakika.',
      '“visits” kuralı, dönem: şimdi son 1 gün, önceden son 30 gün.',
      '“visits” kuralı, sayı: şimdi en az 1, önceden en az 3.',
      '“exactly” kuralı, ifade: şimdi ‘her etkinlik için’, önceden ‘herhangi bir etkinlik tam olarak 1 kez gerçekleşti’.',
      '“each” kuralı, verdiği puan: şimdi 6, önceden 5 (her page_viewed etkinliği (path alanı “/pricing” ile başlıyor) için (günde en fazla 2 kez)).',
      '“each” kuralı, üst sınır: şimdi en fazla 21 puan, önceden en fazla 20 puan.',
      '“each” kuralı, sınır: şimdi günde en fazla 2 kez, önceden günde en fazla 1 kez.',
      '“each” kuralı, ağırlık: şimdi her zaman aynı, önceden her 30 günde bir yarıya iner.',
      '“silences” kuralı, bekleme: şimdi 2 saat, önceden 1 saat.',
      '“committee” kuralı, sayı: şimdi en az 4, önceden en az 3.',
      '“silent” kuralı kaldırıldı; önceki hâli: -5 puan; hiçbir etkinlik olmadan geçen 90 gün için; yeri: “interest” puanı.',
      '“sql” aşaması, bitme koşulu: şimdi gone etkinliği en az 1 kez gerçekleşti, önceden unsubscribed etkinliği en az 1 kez gerçekleşti.',
      '“mql” aşaması, bitme koşulu: şimdi x alanı “y” değerine eşit, önceden yalnızca elle.',
      'Aşamaların sırası: şimdi “sql”, “mql”; önceden “mql”, “sql”.',
    ],
  },
  ru: {
    parts: {
      'score fit': 'сумма правил, от -50 до 100, классы A от 75,5; D от -50',
      'rule mentions': 'title упоминает хотя бы одно из выражений «ceo», «head of»',
      'rule company': 'employees компании в пределах от 10 до 500,5',
      'rule nested':
        'country имеет значение вне списка «RO», «MD» или неверно, что (industry имеет отличное от «bank» значение)',
      'rule lists':
        'phone: значение неизвестно и (tags включает все элементы «vip», «1st» или size совпадает с одним из значений 1; 0,5)',
      'rule dates': 'role_since не менее 365 дней назад и hired менее 1 дня назад и signed раньше 2026-01-01',
      'rule numbers': 'age больше 0,5 и age не больше 30 и plan совпадает с «pro»',
      'score interest': 'сумма правил, от 0 до 90, классы A от 60; D от 0',
      'group email': 'диапазон от -50 до 30,5',
      'rule once': 'событие form_submitted произошло хотя бы раз',
      'rule some': 'событие email_opened или email_read произошло от 2 до 21 раза',
      'rule visits':
        'событие page_viewed (с промежутком не менее 30 минут) за последние 30 дней произошло не менее 3 раз и country совпадает с «RO»',
      'rule distinct': 'событие download (с разными значениями topic) произошло не менее 20 раз',
      'rule never': 'события call, visit за последнюю неделю не произошли ни разу',
      'rule exactly': 'любое событие произошло ровно 1 раз',
      'rule each':
        'за каждое событие page_viewed (где path начинается с «/pricing»), не более 1 раза в день, с уменьшением вдвое каждые 30 дней',
      'rule linear':
        'за каждое событие (за последние 22 дня), не более 20 раз в неделю, с постепенным уменьшением до нуля за 2 недели, если (a включает «x» или b заканчивается на «y»)',
      'rule amount':
        'за каждые 60 единиц seconds события call или visit, не более 3 раз на контакт, с уменьшением до 50\u00A0% через 1 день, до 2,5\u00A0% через 90 дней',
      'rule silent': 'за 90 дней без единого события',
      'rule silences': 'за каждый час без события page_viewed или call (где path содержит «a»)',
      'rule untaken':
        'за каждое значение content из события content_viewed (где topic совпадает с «price»; за последние 90 дней), для которого через 1 неделю нет события download',
      'score total': '1 × «fit» + 0,5 × «interest», от 0 до 100, категории hot от 80; cold от 0',
      'score quadrant': 'матрица «fit» и «interest»',
      'disqualification spam':
        '«Spam», если оценка «fit» меньше 1 и событие form_submitted за последний день произошло не менее 9 раз; в начале списка',
      'stage mql': 'начинается, если оценка «total» не меньше 50; заканчивается только вручную; в начале списка',
      'stage sql':
        'начинается, если категория по оценке «total» совпадает с одним из значений «hot», «cold» и класс по оценке «fit» совпадает с «A» и оценка «breadth» компании в пределах от 10 до 20; заканчивается, если событие unsubscribed произошло хотя бы раз; после «mql»',
      'score best': 'сумма 3 наибольших оценок «interest» контактов компании, от 0 до 100',
      'score less':
        'сумма оценок «interest» контактов компании от большей к меньшей, каждая с 60\u00A0% веса предыдущей, от 0 до 100',
      'score breadth': 'сумма правил, от 0 до 30',
      'rule committee': 'контактов, для которых (оценка «interest» не меньше 20), не менее 3',
      'rule nobody': 'контактов, для которых (title совпадает с «ceo»), ровно 0 и employees компании не меньше 100',
    },
    changes: [
      'Модель, заголовок: теперь «Mine», раньше отсутствует.',
      'Оценка «fit», диапазон: теперь от -50 до 99,5, раньше от -50 до 100.',
      'Оценка «fit», шкала: теперь классы A от 75; D от -50, раньше классы A от 75,5; D от -50.',
      'Правило «once», группа: теперь отсутствует, раньше «email».',
      'Правило «visits», промежуток между событиями: теперь любой, раньше не менее 30 минут.',
      'Правило «visits», период: теперь за последний день, раньше за последние 30 дней.',
      'Правило «visits», количество: теперь не менее 1, раньше не менее 3.',
      'Правило «exactly», формулировка: теперь „за каждое событие“, раньше „любое событие произошло ровно 1 раз“.',
      'Правило «each», баллы: теперь 6, раньше 5 (за каждое событие page_viewed (где path начинается с «/pricing»), не более 2 раз в день).',
      'Правило «each», максимум баллов: теперь не более 21, раньше не более 20.',
      'Правило «each», ограничение: теперь не более 2 раз в день, раньше не более 1 раза в день.',
      'Правило «each», затухание: теперь отсутствует, раньше с уменьшением вдвое каждые 30 дней.',
      'Правило «silences», ожидание: теперь 2 часа, раньше 1 час.',
      'Правило «committee», количество: теперь не менее 4, раньше не менее 3.',
      'Удалено: правило «silent»; было: -5 баллов за 90 дней без единого события; оценка «interest».',
      'Этап «sql», завершение: теперь если событие gone произошло хотя бы раз, раньше если событие unsubscribed произошло хотя бы раз.',
      'Этап «mql», завершение: теперь если x совпадает с «y», раньше только вручную.',
      'Порядок этапов: теперь «sql», «mql»; раньше «mql», «sql».',
    ],
  },
  'zh-Hant': {
    parts: {
      'score fit': '其規則的總和，-50 至 100，等級「A」從 75.5 起、「D」從 -50 起',
      'rule mentions': '「title」提到「ceo」、「head of」其中至少一個',
      'rule company': '公司的「employees」介於 10 與 500.5 之間',
      'rule nested': '「country」有值且不是「RO」、「MD」其中任何一個，或不符合（「industry」有值且不是「bank」）',
      'rule lists': '「phone」沒有值，且（「tags」同時含有「vip」、「1st」，或「size」是 1、0.5 其中之一）',
      'rule dates': '「role_since」距今至少 365 天，且「hired」距今不到 1 天，且「signed」早於 2026-01-01',
      'rule numbers': '「age」大於 0.5，且「age」最多為 30，且「plan」是「pro」',
      'score interest': '其規則的總和，0 至 90，等級「A」從 60 起、「D」從 0 起',
      'group email': '範圍為 -50 至 30.5',
      'rule once': '「form_submitted」至少發生 1 次',
      'rule some': '「email_opened」或「email_read」發生 2 至 21 次',
      'rule visits': '最近 30 天內「page_viewed」（每次間隔至少 30 分鐘）至少發生 3 次，且「country」是「RO」',
      'rule distinct': '「download」（「topic」的不同值各計一次）至少發生 20 次',
      'rule never': '最近 1 週內「call」、「visit」皆未發生',
      'rule exactly': '任何事件恰好發生 1 次',
      'rule each': '每次「page_viewed」（「path」以「/pricing」開頭），每天最多 1 次，每 30 天減半',
      'rule linear':
        '最近 22 天內每個事件，每週最多 20 次，在 2 週內逐漸減至零，前提是（「a」含有「x」，或「b」以「y」結尾）',
      'rule amount':
        '「call」或「visit」的「seconds」每滿 60，每位聯絡人最多 3 次，滿 1 天後降為 50%、滿 90 天後降為 2.5%',
      'rule silent': '連續 90 天沒有任何事件',
      'rule silences': '每連續 1 小時沒有「page_viewed」或「call」（「path」包含「a」）',
      'rule untaken':
        '最近 90 天內「content_viewed」（「topic」是「price」）中的每個「content」，1 週後仍沒有「download」',
      'score total': '1×「fit」+0.5×「interest」，0 至 100，區間「hot」從 80 起、「cold」從 0 起',
      'score quadrant': '「fit」與「interest」的矩陣',
      'disqualification spam':
        '「Spam」：若分數「fit」小於 1，且最近 1 天內「form_submitted」至少發生 9 次；順序為第一',
      'stage mql': '開始條件：分數「total」至少為 50；僅能手動結束；順序為第一',
      'stage sql':
        '開始條件：分數「total」的區間是「hot」、「cold」其中之一，且分數「fit」的等級是「A」，且公司分數「breadth」介於 10 與 20 之間；結束條件：「unsubscribed」至少發生 1 次；順序在「mql」之後',
      'score best': '聯絡人中最高的 3 個「interest」的總和，0 至 100',
      'score less': '所有聯絡人「interest」由高至低的總和，每一個的權重為前一個的 60%，0 至 100',
      'score breadth': '其規則的總和，0 至 30',
      'rule committee': '至少有 3 位聯絡人符合（分數「interest」至少為 20）',
      'rule nobody': '沒有聯絡人符合（「title」是「ceo」），且公司的「employees」至少為 100',
    },
    changes: [
      '模型的標題：現為「Mine」，原為無。',
      '分數「fit」的範圍：現為 -50 至 99.5，原為 -50 至 100。',
      '分數「fit」的分級：現為等級「A」從 75 起、「D」從 -50 起，原為等級「A」從 75.5 起、「D」從 -50 起。',
      '規則「once」的群組：現為無，原為「email」。',
      '規則「visits」的事件間隔：現為不限，原為至少 30 分鐘。',
      '規則「visits」的期間：現為最近 1 天內，原為最近 30 天內。',
      '規則「visits」的數量：現為至少 1，原為至少 3。',
      '規則「exactly」的內容：現為『每個事件』，原為『任何事件恰好發生 1 次』。',
      '規則「each」的給分：現為 6，原為 5（每次「page_viewed」（「path」以「/pricing」開頭），每天最多 2 次）。',
      '規則「each」的上限：現為 21 分，原為 20 分。',
      '規則「each」的次數限制：現為每天最多 2 次，原為每天最多 1 次。',
      '規則「each」的遞減：現為無，原為每 30 天減半。',
      '規則「silences」的等待時間：現為 2 小時，原為 1 小時。',
      '規則「committee」的數量：現為至少 4，原為至少 3。',
      '移除規則「silent」；原為：-5 分：連續 90 天沒有任何事件；屬於分數「interest」。',
      '階段「sql」的結束條件：現為「gone」至少發生 1 次，原為「unsubscribed」至少發生 1 次。',
      '階段「mql」的結束條件：現為「x」是「y」，原為僅能手動結束。',
      '階段的順序：現為「sql」、「mql」，原為「mql」、「sql」。',
    ],
  },
};

test.each(languages)('a model in sentences: %s', (language) => {
  const sentences = sentencesOf(parseModel(MODEL), language);
  expect(Object.fromEntries(sentences.map(({ kind, id, sentence }) => [`${kind} ${id}`, sentence]))).toEqual(
    EXPECTED[language].parts,
  );
});

test.each(languages)('what changed, in sentences: %s', (language) => {
  expect(diffModels(parseModel(MODEL), parseModel(edited), language)).toEqual(EXPECTED[language].changes);
});
