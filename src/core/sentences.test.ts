// What holds for the sentences of any model in any language: nothing is left out, nothing is left over, numbers agree.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomCase } from '../../test/random.ts';
import { diffModels } from './diff.ts';
import { explain, explainCompany } from './explain.ts';
import { checkModel } from './model.ts';
import { type OperatorName, operatorNames } from './operators.ts';
import { type Language, languages } from './phrases/languages.ts';
import { sentencesOf } from './sentences.ts';
import type { Contact, Model, RuleKind } from './words.ts';

/** An operand for each operator. */
const OPERANDS: { readonly [Name in OperatorName]: unknown } = {
  is: '¤1',
  isNot: '¤1',
  in: ['¤1', '¤2'],
  notIn: ['¤1', '¤2'],
  contains: '¤1',
  containsAny: ['¤1', '¤2'],
  mentions: ['¤1', '¤2'],
  startsWith: '¤1',
  endsWith: '¤1',
  atLeast: 7,
  moreThan: 7,
  atMost: 7,
  lessThan: 7,
  between: [7, 9],
  has: '¤1',
  hasAny: ['¤1', '¤2'],
  hasAll: ['¤1', '¤2'],
  exists: true,
  before: '2026-01-01',
  after: '2026-01-01',
  olderThan: '7d',
  newerThan: '7d',
};

/** A rule of each kind with a condition wherever one may stand. */
const RULES: { readonly [K in RuleKind]: (condition: object) => object } = {
  trait: (condition) => ({ if: condition }),
  happened: (condition) => ({ on: '¤3', where: condition, gap: '1h', within: '2d', distinct: '¤4', if: condition }),
  each: (condition) => ({
    on: ['¤3', '¤4'],
    where: condition,
    within: '21d',
    if: condition,
    amount: { property: '¤5', unit: 2 },
    limit: { times: 1, per: 'week' },
    decay: { steps: { '1d': '50%' } },
  }),
  silent: (condition) => ({ silent: '¤3', for: '5d', where: condition, if: condition }),
  untaken: (condition) => ({ on: '¤3', unless: '¤4', same: '¤5', after: '1d', where: condition, if: condition }),
  contacts: (condition) => ({ contacts: condition, if: condition, count: { between: [2, 3] } }),
};

function modelWith(kind: RuleKind, rule: object): Model {
  const repeats = kind === 'each' || kind === 'untaken';
  const score = { range: [0, 9], rules: [{ id: 'r', ...(repeats ? { pointsEach: 1 } : { points: 1 }), ...rule }] };
  const nothing = { range: [0, 9], rules: [] };
  return kind === 'contacts'
    ? checkModel({ model: 'm', scores: { s: nothing }, company: { scores: { c: score } } })
    : checkModel({ model: 'm', scores: { s: score } });
}

const ofRule = (model: Model, language: Language): string =>
  sentencesOf(model, language).find(({ kind }) => kind === 'rule')?.sentence ?? '';

const ana: Contact = {
  id: 'ana',
  email: null,
  createdAt: null,
  companyId: null,
  company: null,
  traits: new Map([['title', 'CEO']]),
  hasTraits: true,
  events: [],
};

const kinds = Object.keys(RULES) as RuleKind[];
const others = languages.filter((language) => language !== 'en');
const ENGLISH =
  /(?<!\p{L})(is|and|or|not|where|with|at|least|most|the|of|for|each|times?|days?|weeks?|known|without|after)(?!\p{L})/u;
/** What no sentence of a language has: the names and values of these models have no letters. */
const FOREIGN: { readonly [L in Language]: RegExp } = {
  en: /[^\x20-\x7e¤“”]/,
  ro: ENGLISH,
  tr: ENGLISH,
  ru: /[A-Za-z]/,
  'zh-Hant': /[A-Za-z]/,
};
const LEFT_OVER = /undefined|NaN|null|\[object|\$\{|[{}]/;

/** Brackets that open and close in order. */
function balanced(text: string): boolean {
  let open = '';
  for (const bracket of text.replace(/[^()（）「」]/g, '')) {
    const opens = { ')': '(', '）': '（', '」': '「' }[bracket];
    if (opens === undefined) open += bracket;
    else if (!open.endsWith(opens)) return false;
    else open = open.slice(0, -1);
  }
  return open === '';
}

test.each(kinds)('a rule of the kind %s has a sentence with every operator in every language', (kind) => {
  for (const language of languages) {
    const seen = new Map<string, string>();
    for (const operator of operatorNames) {
      const model = modelWith(kind, RULES[kind]({ '¤0': { [operator]: OPERANDS[operator] } }));
      const sentence = ofRule(model, language);
      const what = `${language} ${operator}: ${sentence}`;
      for (const name of new Set(JSON.stringify(RULES[kind]({})).match(/¤\d/g))) expect(sentence, what).toContain(name);
      expect(sentence, what).toContain('¤0');
      for (const value of [OPERANDS[operator]].flat()) {
        if (typeof value === 'number' || /^[¤2]/.test(String(value))) expect(sentence, what).toContain(String(value));
      }
      expect(sentence, what).not.toMatch(LEFT_OVER);
      expect(sentence, what).not.toMatch(/ {2}| [,;.]|^ | $/);
      expect(balanced(sentence), what).toBe(true);
      expect(sentence, what).not.toMatch(FOREIGN[language]);
      expect(seen.get(sentence), what).toBe(undefined);
      seen.set(sentence, operator);
    }
    expect(seen.size).toBe(operatorNames.length);
  }
});

test('in Chinese, no space stands beside a quote or a bracket', () => {
  for (const kind of kinds) {
    for (const operator of operatorNames) {
      const model = modelWith(kind, RULES[kind]({ '¤0': { [operator]: OPERANDS[operator] } }));
      expect(ofRule(model, 'zh-Hant')).not.toMatch(/[「」（）：；，、。] | [「」（）：；，、。]/);
    }
  }
});

/** Every number up to where plurals repeat, and fractions. */
const NUMBERS = [...Array.from({ length: 230 }, (_, i) => i + 1), 0.5, 1.5, 2.25, 21.5, -1, -2, -5, -21];

test.each(['ro', 'ru'] as const)('points agree with their number as the language asks: %s', (language) => {
  const forms = {
    ro: { one: ' punct', few: ' puncte', other: ' de puncte' },
    ru: { one: ' балл', few: ' балла', many: ' баллов', other: ' балла' },
  }[language];
  const plural = new Intl.PluralRules(language);
  const empty = checkModel({ model: 'm', scores: { s: { range: [0, 9], rules: [] } } });
  for (const points of NUMBERS) {
    const model = modelWith('trait', { if: { a: { exists: true } }, points });
    const [sentence] = diffModels(empty, model, language);
    const form = Object.entries(forms).find(([name]) => name === plural.select(points))?.[1];
    expect(sentence).toContain(` ${String(points).replace('.', ',')}${form} `);
  }
});

test.each(['ro', 'ru'] as const)('days agree with their number as the language asks: %s', (language) => {
  const plural = new Intl.PluralRules(language);
  for (const days of NUMBERS.filter((n) => n > 3 && Number.isInteger(n) && n % 7 !== 0)) {
    const model = modelWith('silent', { silent: 'x', for: `${days}d` });
    const forms = {
      ro: { few: 'zile', other: 'de zile' },
      ru: { one: 'день', few: 'дня', many: 'дней' },
    }[language];
    const form = Object.entries(forms).find(([name]) => name === plural.select(days))?.[1];
    expect(ofRule(model, language)).toContain(` ${days} ${form} `);
  }
});

test('reasons are in the language that was asked for, of a contact and of a company', () => {
  const model = modelWith('contacts', RULES.contacts({ title: { exists: true } }));
  const say = (language?: Language) =>
    explainCompany(model, { id: 'k', traits: new Map() }, [ana], 0, language).reasons[0]?.sentence;
  expect(say()).toBe('2 to 3 contacts for which title is known and company title is known');
  expect(say('ru')).toBe(
    'контактов, для которых (title: значение известно), от 2 до 3 и title компании: значение известно',
  );
  const own = modelWith('trait', RULES.trait({ title: { exists: true } }));
  expect(explain(own, ana, 0).reasons[0]?.sentence).toBe('title is known');
  expect(explain(own, ana, 0, { language: 'zh-Hant' }).reasons[0]?.sentence).toBe('「title」有值');
});

test('a path leads to what its sentence is about', () => {
  const document = {
    model: 'm',
    scores: {
      a: {
        range: [0, 9],
        groups: { g: { range: [0, 5] } },
        rules: [
          { id: 'one', on: 'x', points: 1, group: 'g' },
          { id: 'two', on: 'x', points: 1 },
        ],
      },
    },
    disqualify: [{ id: 'd', if: { x: { is: 'y' } }, reason: 'No' }],
    stages: [
      { id: 's', enter: { x: { is: 'y' } } },
      { id: 't', enter: { x: { is: 'z' } } },
    ],
    company: { scores: { k: { range: [0, 9], rules: [{ id: 'three', if: { x: { is: 'y' } }, points: 1 }] } } },
  };
  const sentences = sentencesOf(checkModel(document));
  expect(sentences.map(({ kind, id, path }) => `${kind} ${id}: ${path.join('.')}`)).toEqual([
    'score a: scores.a',
    'group g: scores.a.groups.g',
    'rule one: scores.a.rules.0',
    'rule two: scores.a.rules.1',
    'disqualification d: disqualify.0',
    'stage s: stages.0',
    'stage t: stages.1',
    'score k: company.scores.k',
    'rule three: company.scores.k.rules.0',
  ]);
});

test('any model, and any change of one, has the same sentences in all languages', () => {
  fc.assert(
    fc.property(randomCase, randomCase, ({ model }, { model: after }) => {
      const english = sentencesOf(model);
      const changes = diffModels(model, after);
      for (const language of others) {
        const sentences = sentencesOf(model, language);
        expect(sentences.map(({ path }) => path)).toEqual(english.map(({ path }) => path));
        for (const { sentence } of sentences) {
          expect(sentence).not.toMatch(/undefined|NaN|\[object/);
          expect(sentence).not.toBe('');
          expect(balanced(sentence), sentence).toBe(true);
        }
        const told = diffModels(model, after, language);
        expect(told).toHaveLength(changes.length);
        for (const sentence of told) expect(sentence).toMatch(/^[\p{Lu}\p{Script=Han}“].*[.。]$/su);
      }
    }),
    { seed: 21, numRuns: 60 },
  );
});
