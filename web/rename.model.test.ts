// Scores and rules under another name: in every place where they are named, and nowhere else; there and back is the same text.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseModel } from '../src/core/model.ts';
import { readText, respelled } from './document.model.ts';
import { problemOfRuleName, problemOfScoreName, renameRule, renameScore } from './rename.model.ts';
import { allRules, viewOf } from './studio.model.ts';

const TEXT = `# Ours: fit before interest.
model: m
scores:
  fit: # what they are
    range: [0, 9]
    rules: [ { id: fit, if: { fit: { is: fit } }, points: 1 } ]
  "interest": { range: [0, 9], rules: [ { id: b, on: fit, where: { score: { fit: { is: 1 } } }, points: 2 } ] }
  total: { sum: { fit: 1,   interest: 0.5 }, range: [0, 9] }
  cell: { grid: [fit, interest] }
grades:
  fit: { A: 5, B: 0 }   # two are enough
  interest: { A: 5, B: 0 }
bands: { fit: { hot: 5, cold: 0 } }
disqualify:
  - { id: out, if: { not: { all: [ { score: { fit: { atLeast: 1 } } } ] } }, reason: fit }
stages:
  - id: fit
    enter: { any: [ { grade: { fit: { is: A } } }, { band: { fit: { is: hot } } }, { company.score: { fit: { atLeast: 1 } } } ] }
    leave: { score: { fit: { lessThan: 1 }, interest: { lessThan: 1 } } }
company:
  scores:
    fit: { rollUp: max, of: fit, range: [0, 9] }
    many:
      range: [0, 9]
      rules:
        - { id: c, contacts: { score: { fit: { atLeast: 1 } } }, count: { atLeast: 2 }, points: 3 }
    all: { sum: { fit: 1, many: 1 }, range: [0, 9] }
  bands: { fit: { hot: 5, cold: 0 } }
`;

function renamed(text: string, score: string, ofCompany: boolean, name: string): string {
  const reading = readText(text);
  if (reading.kind !== 'read') throw new Error('it cannot be read');
  const view = viewOf(reading.value);
  const found = (ofCompany ? view.companyScores : view.scores).find((one) => one.name === score);
  if (found === undefined) throw new Error(`there is no ${score}`);
  const { places, document } = renameScore(reading.value, found, name);
  return respelled(text, places, name, document);
}

test('a score of contacts: in sums, grids, ladders, stages, disqualifications and companies, and in no comment, field or event', () => {
  const text = renamed(TEXT, 'fit', false, 'match');
  expect(text).toBe(
    TEXT.replace('  fit: # what', '  match: # what')
      .replace('sum: { fit: 1,   i', 'sum: { match: 1,   i')
      .replace('grid: [fit,', 'grid: [match,')
      .replace('grades:\n  fit:', 'grades:\n  match:')
      .replace('bands: { fit: { hot: 5, cold: 0 } }\ndis', 'bands: { match: { hot: 5, cold: 0 } }\ndis')
      .replace('all: [ { score: { fit:', 'all: [ { score: { match:')
      .replace('grade: { fit:', 'grade: { match:')
      .replace('band: { fit:', 'band: { match:')
      .replace('leave: { score: { fit:', 'leave: { score: { match:')
      .replace('of: fit', 'of: match')
      .replace('contacts: { score: { fit:', 'contacts: { score: { match:'),
  );
  const view = viewOf((readText(TEXT) as { value: unknown }).value);
  const fit = view.scores.find(({ name }) => name === 'fit');
  expect(fit && renameScore((readText(TEXT) as { value: unknown }).value, fit, 'match').references).toEqual({
    ...{ sum: 1, grid: 1, ladder: 2, stage: 3, out: 1, rollUp: 1, rule: 1 },
  });
  expect(renamed(text, 'match', false, 'fit')).toBe(TEXT);
});

test('a score of companies that has the name of one of contacts: only its own', () => {
  const text = renamed(TEXT, 'fit', true, 'best');
  expect(text).toBe(
    TEXT.replace('    fit: { rollUp', '    best: { rollUp')
      .replace('company.score: { fit:', 'company.score: { best:')
      .replace('all: { sum: { fit:', 'all: { sum: { best:')
      .replace('  bands: { fit: { hot', '  bands: { best: { hot'),
  );
});

test('quotes stay, and a name that YAML would read as something else gets some', () => {
  expect(renamed(TEXT, 'interest', false, 'heat')).toContain('  "heat": { range');
  const text = renamed(TEXT, 'fit', false, '1e3');
  expect(text).toContain('  "1e3": # what they are');
  expect(renamed(text, '1e3', false, 'fit').replaceAll('"', '')).toBe(TEXT.replaceAll('"', ''));
});

test('what an anchor shares is named once; JSON stays JSON', () => {
  const anchored = TEXT.replace('{ atLeast: 1 } } } ] } }', '{ atLeast: 1 } } } ] } }').replace(
    'bands: { fit: { hot: 5, cold: 0 } }\ndis',
    'bands: { fit: &two { hot: 5, cold: 0 }, interest: *two }\ndis',
  );
  expect(renamed(anchored, 'fit', false, 'match')).toContain('{ match: &two { hot: 5, cold: 0 }, interest: *two }');
  const shared =
    'a: &w { fit: 1 }\nscores:\n  fit: { range: [0, 1], rules: [] }\n  total: { sum: *w, range: [0, 1] }\n';
  const { value } = readText(renamed(shared, 'fit', false, 'match')) as { value: unknown };
  expect(value).toMatchObject({ scores: { match: {}, total: { sum: { match: 1 } } } });
  const json = JSON.stringify((readText(TEXT) as { value: unknown }).value, null, 2);
  expect(() => JSON.parse(renamed(json, 'fit', false, 'match'))).not.toThrow();
});

const models = globSync('*.yaml', { cwd: join(import.meta.dirname, '../models') }).map((file) => [
  file,
  readFileSync(join(import.meta.dirname, '../models', file), 'utf8'),
]);

describe.each(models)('each score, the first and the last rule of %s', (_file, text = '') => {
  const value = (readText(text) as { value: unknown }).value;
  const view = viewOf(value);
  test('can be renamed: it is still a model, and back again it is the same text', () => {
    for (const { name, ofCompany } of [...view.scores, ...view.companyScores]) {
      const there = renamed(text, name, ofCompany, 'zz.renamed');
      expect(() => parseModel(there, 'renamed')).not.toThrow();
      expect(renamed(there, 'zz.renamed', ofCompany, name)).toBe(text);
    }
    const rules = allRules(view);
    for (const rule of [rules[0], rules.at(-1)]) {
      if (rule === undefined) continue;
      const { places, document } = renameRule(value, rule, 'zz.renamed');
      expect(respelled(text, places, 'zz.renamed', document)).toBe(
        text.replace(new RegExp(`id: ${rule.id.replaceAll('.', '\\.')}(?=[ ,}\n])`), 'id: zz.renamed'),
      );
    }
  });
});

test('what is no name is told', () => {
  expect(problemOfScoreName('fit', ['fit'])).toBe('taken');
  expect(problemOfScoreName('fit_grade', [])).toBe('reserved');
  expect(problemOfScoreName('-fit', [])).toBe('wrong');
  expect(problemOfScoreName('fit-2', ['fit'])).toBeNull();
  expect(problemOfRuleName('stage', ['fit'])).toBeNull();
});
