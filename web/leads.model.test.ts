import fc from 'fast-check';
import { expect, test } from 'vitest';
import { askedOf, columnOf, conditionOf, conditionsOf, keyOf, searchOf, whereOf, whereOfWords } from './leads.model.ts';

test('every word must be found somewhere', () => {
  expect(whereOfWords('   ')).toBeNull();
  expect(whereOfWords('ana  pop')).toMatchObject({
    all: [
      { any: [{ email: { contains: 'ana' } }, {}, {}, {}, {}, {}] },
      { any: [{ email: { contains: 'pop' } }, {}, {}, {}, {}, {}] },
    ],
  });
});

test('rows and conditions are two forms of one thing', () => {
  const where = {
    all: [
      { title: { mentions: ['ceo', 'head of'] } },
      { 'company.employees': { between: [10, 500] } },
      { any: [{ score: { total: { atLeast: 50 } } }, { grade: { fit: { in: ['A', 'B'] } } }] },
      { event: { on: ['page_viewed', 'form_submitted'], count: { atLeast: 2 }, within: '30d' } },
      { country: { exists: false } },
    ],
  };
  const { match, parts } = conditionsOf(where);
  expect(match).toBe('all');
  expect(parts.map(({ kind }) => kind)).toEqual(['trait', 'trait', 'group', 'event', 'trait']);
  expect(whereOf({ match, parts })).toEqual(where);
});

test('tests under one field, and fields side by side, are rows of their own', () => {
  expect(conditionsOf({ employees: { atLeast: 10, atMost: 50 }, country: { is: 'RO' } }).parts).toEqual([
    { kind: 'trait', field: 'employees', operator: 'atLeast', value: '10' },
    { kind: 'trait', field: 'employees', operator: 'atMost', value: '50' },
    { kind: 'trait', field: 'country', operator: 'is', value: 'RO' },
  ]);
});

test('whatever rows cannot say comes back as it was', () => {
  const test = fc.oneof(
    fc.record({ title: fc.record({ contains: fc.string({ minLength: 1 }) }) }),
    fc.record({ employees: fc.record({ atLeast: fc.double({ noNaN: true, noDefaultInfinity: true }) }) }),
    fc.record({ country: fc.record({ in: fc.array(fc.string()) }) }),
    fc.record({ not: fc.record({ title: fc.record({ is: fc.string() }) }) }),
    fc.record({ event: fc.record({ on: fc.string(), where: fc.record({ path: fc.record({ is: fc.string() }) }) }) }),
    fc.record({ band: fc.record({ total: fc.record({ is: fc.string() }) }) }),
  );
  const list = fc.array(test, { minLength: 2, maxLength: 4 });
  const inner = fc.oneof(test, fc.record({ any: list }));
  const outer = fc.oneof(
    fc.record({ all: fc.array(inner, { minLength: 2, maxLength: 4 }) }),
    fc.record({ any: list }),
    test,
  );
  fc.assert(
    fc.property(outer, (where) => {
      expect(JSON.stringify(whereOf(conditionsOf(where)))).toBe(JSON.stringify(where));
    }),
    { seed: 7 },
  );
});

test.each([
  ['no field', { kind: 'trait', field: ' ', operator: 'is', value: 'a' }],
  ['no value', { kind: 'trait', field: 'title', operator: 'is', value: ' ' }],
  ['no number', { kind: 'score', field: 'total', operator: 'atLeast', value: 'much' }],
  ['half a pair', { kind: 'score', field: 'total', operator: 'between', value: '10,' }],
  ['no duration', { kind: 'trait', field: 'since', operator: 'newerThan', value: '30' }],
  ['no day', { kind: 'trait', field: 'since', operator: 'before', value: 'May' }],
  ['a wrong span', { kind: 'event', field: 'page_viewed', operator: 'atLeast', value: '1', within: 'month' }],
] as const)('a row with %s is not asked yet', (_, row) => {
  expect(conditionOf(row)).toBeUndefined();
  expect(whereOf({ match: 'all', parts: [row] })).toBeUndefined();
});

test('what is asked goes into a search and comes out of it again', () => {
  const word = fc.stringMatching(/^[a-z]{1,6}$/);
  const asked = fc.record({
    find: fc.option(
      fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' ')),
      { nil: undefined },
    ),
    where: fc.constantFrom(undefined, { title: { is: 'a' } }, { any: [{ a: { is: 'b' } }, { c: { is: 'd' } }] }),
    stage: fc.constantFrom(undefined, ['mql'], ['mql', 'sql']),
    sort: fc.constantFrom('newest', 'total'),
  });
  fc.assert(
    fc.property(asked, (one) => {
      expect(askedOf({ ...searchOf(one) })).toEqual(one);
    }),
    { seed: 7 },
  );
});

test('columns are read as they are written, and nothing else is one', () => {
  for (const text of ['company', 'stageSince', 'score.fit', 'trait.company.size']) {
    const column = columnOf(text);
    expect(column && keyOf(column)).toBe(text);
  }
  for (const text of ['', 'score.', 'fit', 'constructor']) expect(columnOf(text)).toBeUndefined();
});
