// Forms against texts: whatever a form changes in a model of models/, the text says exactly that, and every line and
// comment beside it stays as it was written.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkModel, parseModel } from '../src/core/model.ts';
import { clausesOf, conditionOf, operandFor, operatorsFor, scalarOf } from './condition.model.ts';
import { linesOf, readText, rewrite } from './document.model.ts';
import { blankRule, kindOf, kindsFor, partsToAdd, type RuleKind, ruleKinds, toKind } from './rule.model.ts';
import {
  addRule,
  addScore,
  allRules,
  blankScore,
  byGroup,
  duplicateRule,
  giveRule,
  type ModelView,
  moveRule,
  type RuleView,
  removeItem,
  removeScore,
  type ScoreView,
  setLadder,
  setRule,
  viewOf,
} from './studio.model.ts';
import { at, put, same, shared, type Values } from './values.model.ts';

const folder = join(import.meta.dirname, '../models');
const models = globSync('*.yaml', { cwd: folder })
  .sort()
  .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));

const read = (text: string): unknown => {
  const reading = readText(text);
  if (reading.kind === 'broken') throw new Error(`${reading.message}\n${text}`);
  return reading.value;
};
const commentsOf = (text: string) => text.match(/(?<=^|\s)#.*$/gm) ?? [];

/** How many lines differ between the first and the last that do. */
function linesChanged(before: string, after: string): number {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return Math.max(a.length, b.length) - start - end;
}

/** Everything a form can do to a model, each as what is wanted then. */
function editsOf(value: unknown): { readonly what: string; readonly wanted: unknown; readonly oneLine: boolean }[] {
  const view = viewOf(value);
  const scores = [...view.scores, ...view.companyScores];
  const rules = allRules(view);
  const edit = (what: string, wanted: unknown, oneLine = false) => ({ what, wanted, oneLine });
  const home = (rule: RuleView) => scores.find((score) => score.rules.includes(rule)) as ScoreView;
  return [
    ...rules.flatMap((rule) => {
      const score = home(rule);
      const key = rule.each ? 'pointsEach' : 'points';
      const others = scores.filter(
        (other) => other !== score && other.kind === 'rules' && other.ofCompany === score.ofCompany,
      );
      return [
        edit(`points of ${rule.id}`, setRule(value, rule.path, { ...rule.value, [key]: 12.5 }), true),
        edit(`id of ${rule.id}`, setRule(value, rule.path, { ...rule.value, id: 'renamed' }), true),
        edit(`group of ${rule.id}`, setRule(value, rule.path, { ...rule.value, group: 'a: b' })),
        edit(`removes ${rule.id}`, removeItem(value, rule.path)),
        edit(`doubles ${rule.id}`, duplicateRule(value, rule).document),
        edit(`moves up ${rule.id}`, moveRule(value, score, rule, -1).document),
        edit(`moves down ${rule.id}`, moveRule(value, score, rule, 1).document),
        ...others.map((other) => edit(`gives ${rule.id} to ${other.name}`, giveRule(value, rule, other).document)),
        ...kindsFor(score.ofCompany).map((kind) =>
          edit(`makes ${rule.id} ${kind}`, setRule(value, rule.path, toKind(rule.value, rule.kind, kind))),
        ),
        ...Object.keys(rule.value).map((part) =>
          edit(`takes ${part} from ${rule.id}`, setRule(value, rule.path, { ...rule.value, [part]: undefined })),
        ),
      ];
    }),
    ...scores.flatMap((score) => [
      edit(`range of ${score.name}`, put(value, [...score.path, 'range'], [-7, 77]), score.range !== null),
      edit(`removes ${score.name}`, removeScore(value, score)),
      edit(
        `grades of ${score.name}`,
        setLadder(value, score, 'grades', [
          { name: 'A', from: 50 },
          { name: 'no', from: 0 },
        ]),
      ),
      edit(`no bands of ${score.name}`, setLadder(value, score, 'bands', [])),
      edit(`group in ${score.name}`, put(value, [...score.path, 'groups', 'new'], { range: [0, 5] })),
      ...kindsFor(score.ofCompany).map((kind) =>
        edit(`adds ${kind} to ${score.name}`, addRule(value, score, kind).document),
      ),
    ]),
    edit('title', put(value, ['title'], 'It: is so'), true),
    edit('a new score', addScore(value, false, 'fresh', blankScore('rules', scores))),
    edit('a new sum', addScore(value, false, 'both', blankScore('sum', view.scores))),
    edit('a company score', addScore(value, true, 'fresh', blankScore('rollUp', view.scores))),
    ...[...view.stages, ...view.disqualify].flatMap((item) => [
      edit(`removes ${item.id}`, removeItem(value, item.path)),
      edit(
        `another if for ${item.id}`,
        put(value, [...item.path, 'leave'], { any: [{ a: { is: 'x' } }, { b: { exists: true } }] }),
      ),
    ]),
  ];
}

describe.each(models)('edits of $name', ({ text }) => {
  const value = read(text);
  const all = editsOf(value);
  // A few hundred edits of a long model say as much as all of them.
  const edits = all
    .filter((_, i) => i % Math.ceil(all.length / 200) === 0)
    .map((edit) => ({ ...edit, after: rewrite(text, edit.wanted) }));

  test('say exactly what was wanted', () => {
    for (const { what, wanted, after } of edits) expect(read(after), what).toEqual(wanted);
  });

  test('leave every line beside them', () => {
    for (const { what, after, oneLine } of edits)
      if (oneLine) expect(linesChanged(text, after), what).toBeLessThanOrEqual(1);
  });

  test('lose no comment where nothing is taken away', () => {
    for (const { what, after } of edits)
      if (!/^(removes|takes|gives|no bands)/.test(what))
        expect(commentsOf(after).sort(), what).toEqual(commentsOf(text).sort());
  });

  test('can be undone by the opposite edit, to the same meaning', () => {
    for (const { what, after } of edits.filter((_, i) => i % 9 === 0))
      expect(read(rewrite(after, value)), what).toEqual(value);
  });

  test('in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 2, maxLength: 6 }), (picks) => {
        let now = text;
        for (const pick of picks) {
          const possible = editsOf(read(now));
          const chosen = possible[pick % Math.max(1, possible.length)];
          if (chosen === undefined) return;
          now = rewrite(now, chosen.wanted);
          expect(read(now), chosen.what).toEqual(chosen.wanted);
        }
      }),
      { numRuns: 3, seed: 7 },
    );
  });

  test('start from all of it: each rule is shown, with its lines', () => {
    const view = viewOf(value);
    const model = parseModel(text);
    expect(allRules(view).map(({ id, kind }) => [id, kind])).toEqual(
      [...model.scores, ...model.companyScores].flatMap((score) =>
        score.kind === 'rules' ? score.rules.map(({ rule }) => [rule.id, rule.kind]) : [],
      ),
    );
    const lines = linesOf(
      text,
      allRules(view).map(({ path }) => path),
    );
    for (const [i, rule] of allRules(view).entries()) {
      const [from = 0, to = 0] = lines[i] ?? [];
      expect(
        text
          .split('\n')
          .slice(from - 1, to)
          .join('\n'),
      ).toContain(`id: ${rule.id}`);
    }
  });
});

/** A small model with one score of rules, and it. */
function scoreWith(rules: readonly Values[], groups?: Values): { value: unknown; view: ModelView; score: ScoreView } {
  const value = { model: 'm', scores: { s: { range: [0, 9], ...(groups ? { groups } : {}), rules } } };
  const view = viewOf(value);
  return { value, view, score: view.scores[0] as ScoreView };
}

describe('texts as people write them', () => {
  test('a rule moves with its comment, past rules of other groups', () => {
    const text = `model: m
scores:
  s:
    range: [0, 9]   # nine
    groups: { g: { range: [0, 1] } }
    rules:
      # first
      - { id: a, if: { x: { is: 1 } }, points: 1 }
      - { id: b, if: { x: { is: 2 } }, points: 1, group: g }

      # third
      - id: c      # aligned
        if: { x: { is: 3 } }
        points: 1
`;
    const value = read(text);
    const score = viewOf(value).scores[0] as ScoreView;
    expect(byGroup(score).map(({ group, rules }) => [group, rules.map(({ id }) => id)])).toEqual([
      [null, ['a', 'c']],
      ['g', ['b']],
    ]);
    const moved = rewrite(text, moveRule(value, score, score.rules[0] as RuleView, 1).document);
    expect(moved.split('\n').slice(6)).toEqual([
      '      - { id: b, if: { x: { is: 2 } }, points: 1, group: g }',
      '',
      '      # third',
      '      - id: c      # aligned',
      '        if: { x: { is: 3 } }',
      '        points: 1',
      '      # first',
      '      - { id: a, if: { x: { is: 1 } }, points: 1 }',
      '',
    ]);
    expect(moveRule(value, score, score.rules[2] as RuleView, 1).document).toBe(value);
  });

  test.each([
    ['JSON', '{"model":"m","scores":{"s":{"range":[0,9],"rules":[{"id":"a","if":{"x":{"is":1}},"points":1}]}}}'],
    [
      'anchors',
      'model: m\nscores:\n  s: &s\n    range: [0, 9]\n    rules:\n      - { id: a, if: { x: { is: 1 } }, points: 1 }\n  t: *s\n',
    ],
    [
      'quotes',
      `"model": 'm'\nscores: { s: { range: [0, 9], rules: [\n  { id: a, if: { x: { is: "1" } }, points: 1 }, # one\n  { id: b, if: { x: { is: 2 } }, points: 1 },\n  ] } }\n`,
    ],
    [
      'block texts',
      'model: m\ntitle: |\n  two\n  lines\nscores:\n  s:\n    range:\n      - 0\n      - 9\n    rules:\n    - id: a\n      if:\n        x:\n          is: 1\n      points: 1\n',
    ],
    [
      'Windows lines',
      'model: m\r\nscores:\r\n  s:\r\n    range: [0, 9]\r\n    rules:\r\n      - { id: a, if: { x: { is: 1 } }, points: 1 }\r\n',
    ],
    ['an empty list', 'model: m\nscores:\n  s:\n    range: [0, 9]\n    rules:\n'],
  ])('%s', (_, text) => {
    for (const { what, wanted } of editsOf(read(text))) expect(read(rewrite(text, wanted)), what).toEqual(wanted);
  });

  test('what cannot be read is told with its place, and is not changed', () => {
    expect(readText('a: [1\nb: 2\n')).toMatchObject({ kind: 'broken', line: 2 });
    expect(readText('a: 1\na: 2\n')).toMatchObject({ kind: 'broken', line: 2, column: 1 });
    expect(() => rewrite('a: [', {})).toThrow('cannot be read');
  });

  test('any value at all can be written in place of any other', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        fc.string({ maxLength: 6, unit: 'grapheme' }),
        fc.constantFrom(
          'yes',
          'no',
          'null',
          '1',
          '0x1',
          '# a',
          'a: b',
          '- a',
          '[',
          '{',
          '',
          ' a',
          'a,b',
          '*a',
          '&a',
          '!a',
          '%',
          '~',
        ),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'on', 'id', 'x y', '1', ': '), tie('any'), { maxKeys: 3 }),
      ),
    })).any;
    fc.assert(
      fc.property(value, value, (before, after) => {
        const text = rewrite('a: 1 # one\n', { a: before, b: { id: before } });
        expect(read(text)).toEqual({ a: before, b: { id: before } });
        expect(read(rewrite(text, { a: after, b: { id: after, on: before } }))).toEqual({
          a: after,
          b: { id: after, on: before },
        });
      }),
      { numRuns: 300, seed: 3 },
    );
  });
});

describe('conditions', () => {
  const conditions = models.flatMap(({ text }) => {
    const view = viewOf(read(text));
    return [
      ...allRules(view).flatMap(({ value }) =>
        [value.if, value.where].map((condition) => ({ condition, judgement: false })),
      ),
      ...allRules(view).map(({ value }) => ({ condition: value.contacts, judgement: true })),
      ...[...view.stages, ...view.disqualify].flatMap(({ value }) =>
        [value.enter, value.leave, value.if].map((condition) => ({ condition, judgement: true })),
      ),
    ].filter(({ condition }) => condition !== undefined);
  });

  test('of all models fall into clauses that say the same', () => {
    expect(conditions.length).toBeGreaterThan(60);
    for (const { condition, judgement } of conditions)
      expect(conditionOf(clausesOf(condition, judgement))).toEqual(condition);
  });

  test('two clauses for the same place both stay', () => {
    const clause = { kind: 'field', field: 'x', operator: 'is', operand: 'a' } as const;
    expect(conditionOf([clause, { ...clause, operator: 'isNot', operand: 'c' }, { ...clause, operand: 'b' }])).toEqual({
      x: { is: 'a', isNot: 'c' },
      all: [{ x: { is: 'b' } }],
    });
  });

  test('operators suit the field, and an operand survives another operator where it can', () => {
    expect(operatorsFor(['number'], 'mentions')).toContain('mentions');
    expect(operatorsFor(['number'], 'is')).not.toContain('mentions');
    expect(operandFor('in', 'a')).toEqual(['a']);
    expect(operandFor('between', 5)).toEqual([5, 5]);
    expect(scalarOf('12', '', ['number'])).toBe(12);
    expect(scalarOf('12', '', ['text'])).toBe('12');
    expect(scalarOf('true', false, [])).toBe(true);
  });
});

describe('rules', () => {
  test.each(ruleKinds)('a new one of kind %s is one, and is a right rule', (kind) => {
    const ofCompany = kind === 'contacts';
    const rule = blankRule(kind, 'a');
    expect(kindOf(rule, ofCompany)).toBe(kind);
    const scores = { s: { range: [0, 9], rules: ofCompany ? [] : [rule] } };
    const company = ofCompany ? { company: { scores: { c: { range: [0, 9], rules: [rule] } } } } : {};
    expect(checkModel({ model: 'm', scores, ...company }).name).toBe('m');
  });

  test('one of any kind with any parts can become any other kind', () => {
    const kinds = fc.constantFrom<RuleKind>('trait', 'happened', 'each', 'silent', 'untaken');
    fc.assert(
      fc.property(kinds, kinds, fc.array(fc.nat(), { maxLength: 4 }), (from, kind, adds) => {
        let rule = blankRule(from, 'a');
        for (const add of adds) {
          const parts = partsToAdd(rule, from);
          const part = parts[add % Math.max(1, parts.length)];
          if (part !== undefined) rule = toKind({ ...rule, ...partly(part) }, from, from);
        }
        const other = toKind(rule, from, kind);
        expect(kindOf(other, false)).toBe(kind);
        expect(checkModel({ model: 'm', scores: { s: { range: [0, 9], rules: [other] } } }).name).toBe('m');
      }),
      { seed: 5 },
    );
  });

  test('a name is given once', () => {
    const { value, score } = scoreWith([{ id: 'a', if: { x: { is: 1 } }, points: 1 }]);
    const twice = duplicateRule(value, score.rules[0] as RuleView).document;
    const again = duplicateRule(twice, allRules(viewOf(twice))[0] as RuleView);
    expect(allRules(viewOf(again.document)).map(({ id }) => id)).toEqual(['a', 'a-3', 'a-2']);
    expect(at(again.document, again.path)).toMatchObject({ id: 'a-3' });
    expect(same(value, scoreWith([{ points: 1, if: { x: { is: 1 } }, id: 'a' }]).value)).toBe(true);
  });
});

const parts: Readonly<Record<string, unknown>> = {
  where: { path: { is: 'x' } },
  within: '30d',
  count: { atLeast: 2 },
  distinct: 'path',
  gap: '30m',
  if: { title: { is: 'x' } },
  limit: { times: 1, per: 'day' },
  max: 20,
  decay: { halfLife: '30d' },
  amount: { property: 'seconds', unit: 60 },
};
const partly = (part: string): Values => ({ [part]: parts[part] });

test('what is shared says what came after, with the very parts of before where they say the same', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (before, after) => {
      expect(JSON.stringify(shared(before, after))).toBe(JSON.stringify(after));
      const copy: unknown = structuredClone(before);
      expect(shared(before, copy)).toBe(before);
      const whole: Values = { kept: before, other: after };
      expect(shared<Values>(whole, { kept: copy, other: 'new' }).kept).toBe(before);
    }),
  );
  // Another order is another thing to see.
  expect(Object.keys(shared<object>({ a: 1, b: 2 }, { b: 2, a: 1 }))).toEqual(['b', 'a']);
});
