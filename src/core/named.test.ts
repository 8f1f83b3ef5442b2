// What agreements and conditions name, and which of it another version of a model lacks.
import { expect, test } from 'vitest';
import { parseAgreement } from './agreement.ts';
import { readText } from './document.ts';
import { parseModel } from './model.ts';
import { lackedBy, namedBy } from './named.ts';

const MODEL = `
model: b2b
scores:
  fit: { range: [0, 100], rules: [ { id: decides, if: { title: { is: ceo } }, points: 60 } ] }
  interest: { range: [0, 100], rules: [ { id: demo, on: demo_asked, points: 60 } ] }
grades: { fit: { A: 50, B: 0 } }
bands: { interest: { hot: 50, cold: 0 } }
stages: [ { id: mql, enter: { score: { fit: { atLeast: 50 } } } }, { id: sql, enter: { score: { fit: { atLeast: 90 } } } } ]
company: { scores: { interest: { rollUp: max, of: interest, range: [0, 100] } } }
`;
const agreement = parseAgreement(
  `
agreement: leads
model: b2b
definition:
  stage: mql
  require: [phone]
  qualifiers:
    demographic: { any: [ { grade: { fit: { in: [A, B] } } }, { not: { score: { fit: { lessThan: 10 } } } } ] }
    behavioural: { band: { interest: { is: hot } }, company.score: { interest: { atLeast: 5 } }, country: { is: RO } }
responsibilities: { mql: marketing, sql: sales }
`,
  () => ({ document: readText(MODEL).value, stages: ['mql', 'sql'] }),
);
const lacked = (from: string, to: string) =>
  lackedBy(parseModel(MODEL.replaceAll(from, to)), namedBy(agreement)).map(
    ({ kind, name, of }) => `${kind} ${name} ${of}`,
  );

test('a model that has all that is named lacks nothing, whatever its rules are', () => {
  expect(lacked('points: 60', 'points: 6')).toEqual([]);
});

test.each([
  ['a stage', 'id: mql', 'id: hot', ['stage mql null']],
  ['a score, whose grades go with it', 'fit:', 'shape:', ['score fit null']],
  ['a grade', 'A: 50', 'A+: 50', ['grade A fit']],
  ['a band', 'hot: 50', 'warm: 50', ['band hot interest']],
  [
    'a score of companies',
    'company: { scores: { interest:',
    'company: { scores: { heat:',
    ['companyScore interest null'],
  ],
] as const)('%s that is gone is told once', (_, from, to, gone) => {
  expect(lacked(from, to)).toEqual(gone);
});

test('a grid has no points to be asked for', () => {
  const grid = `
model: b2b
scores: { a: { range: [0, 1], rules: [] }, fit: { grid: [a, a] }, interest: { range: [0, 1], rules: [] } }
grades: { a: { A: 0 } }
stages: [ { id: mql, enter: { title: { exists: true } } }, { id: sql, enter: { title: { exists: true } } } ]
`;
  expect(lackedBy(parseModel(grid), [{ kind: 'score', name: 'fit', ofCompany: false }])).toEqual([
    { kind: 'score', name: 'fit', of: null },
  ]);
});
