import { expect, test } from 'vitest';
import { parseAgreement } from '../src/core/agreement.ts';
import {
  FIELDS,
  partOf,
  personasOf,
  starterOf,
  valuesOf,
  withPart,
  withPersonas,
  withValue,
} from './agreement.model.ts';

const outline = {
  name: 'b2b',
  title: '',
  scores: [],
  companyScores: [],
  main: null,
  stages: ['mql', 'sql'],
};
const starter = starterOf({ name: 'b2b', outline }, '2027-01-11');
const field = (path: (typeof FIELDS)[number]['path']) => FIELDS.find((one) => one.path === path) ?? FIELDS[0];

test('the beginning of a draft is an agreement that the service takes', () => {
  const document = { model: 'b2b', scores: { fit: { range: [0, 100], rules: [] } } };
  const agreement = parseAgreement(starter, () => ({ document, stages: ['mql', 'sql'] }));
  expect(agreement.definition.stage).toBe('mql');
  expect(agreement.sales.touches?.least).toEqual(
    new Map([
      ['call', 3],
      ['email', 3],
    ]),
  );
});

test('a form reads what the text says, and writes into it without touching the rest', () => {
  expect(valuesOf(starter)?.get('sales.firstContact.within')).toBe('30m');
  const changed = withValue(starter, field('sales.firstContact.within'), '45m');
  expect(changed.split('\n').filter((line, i) => line !== starter.split('\n')[i])).toEqual([
    '  firstContact: { within: 45m, never: 1d }',
  ]);
  expect(withValue(starter, field('definition.require'), 'email, phone')).toContain('require: [ email, phone ]');
  expect(withValue(starter, field('marketing.number.count'), '12')).toContain('count: 12,');
});

test('an emptied field goes, and with the last of its kind what held it', () => {
  const without = ['sales.firstContact.within', 'sales.firstContact.never'] as const;
  const text = without.reduce((before, path) => withValue(before, field(path), ''), starter);
  expect(text).not.toContain('firstContact');
  expect(text).toContain('answer: 2d');
});

test('what is no YAML is left as it is', () => {
  expect(valuesOf('a: [')).toBeNull();
  expect(withValue('a: [', field('title'), 'x')).toBe('a: [');
});

test('a condition and a responsibility go in at their place and come out again, and comments stay', () => {
  const keys = ['definition', 'qualifiers', 'behavioural'];
  const asked = { event: { on: 'webinar_attended', count: { atLeast: 1 } } };
  const text = withPart(starter, keys, asked);
  expect(partOf(text, keys)).toEqual(asked);
  expect(text).toContain('# The fields of a lead that hold');
  const without = withPart(text, keys, undefined);
  expect(partOf(without, ['definition', 'qualifiers'])).toBeUndefined();
  expect(valuesOf(without)).toEqual(valuesOf(starter));
  expect(partOf(withPart(starter, ['responsibilities', 'mql'], 'marketing'), ['responsibilities'])).toEqual({
    mql: 'marketing',
    sql: 'sales',
  });
  expect(withPart('a: [', keys, asked)).toBe('a: [');
});

test('facts with points are proposed, the most first; what people did and what takes points away is not', () => {
  const model = `
model: b2b
scores:
  fit:
    range: [0, 100]
    rules:
      - { id: size, if: { company.employees: { atLeast: 100 } }, points: 15 }
      - { id: boss, if: { title: { mentions: [ceo] } }, points: 20 }
      - { id: far, if: { country: { is: XX } }, points: -20 }
  interest: { range: [0, 100], rules: [ { id: views, on: page_viewed, if: { title: { is: x } }, points: 90 } ] }
  total: { sum: { fit: 1 }, range: [0, 100] }
`;
  const personas = personasOf(model);
  expect(personas.map(({ id, points }) => [id, points])).toEqual([
    ['boss', 20],
    ['size', 15],
  ]);
  const both = withPersonas(starter, personas);
  const agreement = parseAgreement(both, () => ({
    document: { model: 'b2b', scores: { fit: { range: [0, 100], rules: [] } } },
    stages: ['mql', 'sql'],
  }));
  expect(agreement.definition.qualifiers.demographic).toMatchObject({ kind: 'all' });
  expect(partOf(withPersonas(starter, personas.slice(1)), ['definition', 'qualifiers', 'demographic'])).toEqual({
    'company.employees': { atLeast: 100 },
  });
  const head = { id: 'head', points: 5, condition: { title: { mentions: ['head of'] } } };
  expect(partOf(withPersonas(starter, [...personas, head]), ['definition', 'qualifiers', 'demographic'])).toEqual({
    all: [
      { any: [{ title: { mentions: ['ceo'] } }, { title: { mentions: ['head of'] } }] },
      { 'company.employees': { atLeast: 100 } },
    ],
  });
  expect(withPersonas(starter, [])).toBe(starter);
  expect(personasOf('[')).toEqual([]);
});
