// The order of rules: what is surest comes first, not what is most extreme.
import { expect, test } from 'vitest';
import type { RuleFeedback } from './answers.ts';
import { givenBy, worstFirst } from './feedback.model.ts';

const nothing = {
  handed: 0,
  answered: 0,
  accepted: 0,
  rejected: 0,
  recycled: 0,
  disqualified: 0,
  won: 0,
  lost: 0,
  amounts: {},
  acceptance: null,
  rejection: null,
  winning: null,
  reasons: [],
};
const rule = (name: string, low: number | null): RuleFeedback => ({
  rule: name,
  inModel: true,
  fired: { ...nothing, rejection: low === null ? null : { share: 1, low, high: 1 } },
  others: nothing,
});

test('rules that surely bring what is sent back come first, those that nobody can judge last and as they came', () => {
  const order = worstFirst([
    rule('never', null),
    rule('once', 0.2),
    rule('often', 0.6),
    rule('none', 0),
    rule('dead', null),
  ]);
  expect(order.map((one) => one.rule)).toEqual(['often', 'once', 'none', 'never', 'dead']);
});

test('points are told the strongest first', () => {
  expect(givenBy({ b: 5, a: 5, left: -30 }, String)).toBe('left -30, a 5, b 5');
});
