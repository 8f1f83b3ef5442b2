import { describe, expect, test } from 'vitest';
import { ModelError, type Problem } from './errors.ts';
import { checkModel, defineModel, parseModel } from './model.ts';

const GOOD = `model: small
scores:
  fit:
    range: [0, 100]
    rules:
      - { id: boss, if: { title: { mentions: [ceo] } }, points: 20 }
  interest:
    range: [0, 100]
    groups: { mail: { range: [0, 30] } }
    rules:
      - { id: opens, on: email_opened, count: { atLeast: 5 }, points: 25, group: mail }
      - { id: pricing, on: page_viewed, pointsEach: 5, max: 20, decay: { halfLife: 30d } }
  total: { sum: { fit: 1, interest: 1 }, range: [0, 100] }
grades: { fit: { A: 50, B: 0 } }
stages:
  - { id: mql, enter: { score: { total: { atLeast: 50 } } } }
`;

function problems(text: string): readonly Problem[] {
  try {
    parseModel(text, 'm.yaml');
  } catch (error) {
    if (error instanceof ModelError) return error.problems;
    throw error;
  }
  return [];
}

/** What is wrong once one piece of a good model is replaced: line, column and words. */
function wrong(piece: string, by: string): string[] {
  expect(GOOD).toContain(piece);
  return problems(GOOD.replace(piece, by)).map(({ line, column, message }) => `${line}:${column} ${message}`);
}

test('a good model, in YAML and in JSON, is the same model', () => {
  expect(problems(GOOD)).toEqual([]);
  const json = JSON.stringify({
    model: 'm',
    scores: { s: { range: [0, 1], rules: [{ id: 'r', on: 'x', points: 1 }] } },
  });
  expect(parseModel(json)).toEqual(
    parseModel('model: m\nscores: { s: { range: [0, 1], rules: [{ id: r, on: x, points: 1 }] } }'),
  );
});

describe('a mistake is named with its place, what was found, what is allowed, and the nearest name', () => {
  test.each([
    ['pointsEach: 5', 'pointEach: 5', /^12:41 `pointEach` is not known .*did you mean `pointsEach`\?.*allowed: /],
    ['mentions: [ceo]', 'mention: [ceo]', /^6:36 `mention` is not known in a test, did you mean `mentions`\?/],
    ['group: mail', 'group: mial', /no group is named `mial`, did you mean `mail`\?/],
    ['fit: 1', 'fti: 1', /^13:19 no score is named `fti`, did you mean `fit`\?/],
    ['halfLife: 30d', 'halfLife: 30h', /^12:\d+ decay counts whole days, such as 30d; found “30h”/],
    ['range: [0, 30]', 'range: [30, 0]', /the lowest comes first; found \[30,0\]/],
    ['points: 25', 'points: "25"', /^11:\d+ takes a number; found “25”/],
    ['points: 25', 'points: 0', /points are not zero; found 0/],
    ['points: 25', 'points: 0.0001', /at most three decimals/],
    ['A: 50, B: 0', 'A: 0, B: 50', /thresholds descend strictly/],
    ['A: 50, B: 0', 'A: 50, B: 10', /the lowest threshold is not above the lowest score, 0/],
    ['id: pricing', 'id: opens', /^12:\d+ `opens` is the id of another rule/],
    ['mentions: [ceo]', 'mentions: ["--"]', /the text is empty once it is folded/],
    ['mentions: [ceo]', 'before: soon', /an instant is YYYY-MM-DD/],
    ['title: {', 'score: {', /stands for no field here/],
    ['max: 20', 'max: 20, points: 3', /`points` is not known in a rule that gives points for each event/],
    ['count: { atLeast: 5 }', 'count: { atLeast: 5, atMost: 7 }', /exactly one of/],
    ['total: { atLeast: 50 }', 'totl: { atLeast: 50 }', /no score is named `totl`, did you mean `total`\?/],
    ['model: small', 'modle: small', /`modle` is not known in a model, did you mean `model`\?/],
    ['scores:', 'scores: {}\nold:', /`old` is not known/],
    ['interest:\n', 'fit:\n', /^7:\d+ Map keys must be unique/],
  ])('%s → %s', (piece, by, expected) => {
    expect(wrong(piece, by).join('\n')).toMatch(new RegExp(expected, 'm'));
  });
});

test('every mistake is named at once', () => {
  const text = GOOD.replace('points: 25', 'points: x')
    .replace('fit: 1', 'fti: 1')
    .replace('range: [0, 30]', 'range: 3');
  expect(problems(text).length).toBeGreaterThanOrEqual(2);
});

test('sums that could pass what a double holds exactly are refused', () => {
  const rules = Array.from({ length: 9_100 }, (_, i) => ({ id: `r${i}`, on: 'x', pointsEach: 1 }));
  expect(() => checkModel({ model: 'm', scores: { s: { range: [0, 1], rules } } })).toThrow(/no longer exact/);
  const capped = rules.map((rule) => ({ ...rule, max: 10 }));
  expect(checkModel({ model: 'm', scores: { s: { range: [0, 1], rules: capped } } }).scores).toHaveLength(1);
});

test('defineModel types the document and checks it', () => {
  const model = defineModel({
    model: 'typed',
    scores: { s: { range: [0, 10], rules: [{ id: 'r', if: { country: { in: ['RO', 'MD'] } }, points: 5 }] } },
  });
  expect(model.scores[0]?.name).toBe('s');
});
