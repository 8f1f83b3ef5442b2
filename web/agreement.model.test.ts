import { expect, test } from 'vitest';
import { parseAgreement } from '../src/core/agreement.ts';
import { FIELDS, starterOf, valuesOf, withValue } from './agreement.model.ts';

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
