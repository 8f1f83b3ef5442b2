// What a company is called, and its scores over time.
import { expect, test } from 'vitest';
import { companyName, courseOf, factsOf } from './companies.model.ts';

const bare = { id: '7', key: null, domain: null, domains: [], traits: {} };

test('it is called by the best that is known', () => {
  expect(companyName({ ...bare, key: 'k', domain: 'a.example', traits: { name: ' Nord ' } })).toBe('Nord');
  expect(companyName({ ...bare, key: 'k', domain: 'a.example', traits: { name: 5 } })).toBe('a.example');
  expect(companyName({ ...bare, key: 'k' })).toBe('k');
  expect(companyName(bare)).toBe('#7');
});

test('its facts do not repeat its name or each other', () => {
  const traits = { industry: 'retail', country: 'RO', domain: 'a.example' };
  expect(factsOf({ ...bare, traits: { ...traits, name: 'Nord' } })).toBe('a.example · retail · RO');
  const domains = ['a.example', 'b.example'];
  expect(factsOf({ ...bare, domain: 'a.example', domains, traits: { ...traits, industry: 'RO' } })).toBe(
    'b.example · RO',
  );
  expect(factsOf(bare)).toBe('');
});

test('its course runs from the earliest to now, with numbers only', () => {
  const history = [
    { at: '2026-11-02T00:00:00.000Z', scores: { best: 5, grid: 'A1' } },
    { at: '2026-11-01T00:00:00.000Z', scores: { best: null, grid: 'B1' } },
  ];
  const first = Date.UTC(2026, 10, 1);
  expect(courseOf({ history, asOf: '2026-11-03T00:00:00.000Z' }, ['best', 'grid'])).toEqual([
    { at: first, best: null, grid: null },
    { at: first + 86_400_000, best: 5, grid: null },
    { at: first + 2 * 86_400_000, best: 5, grid: null },
  ]);
  expect(courseOf({ history: [], asOf: null }, ['best'])).toEqual([]);
});
