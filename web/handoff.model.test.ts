// Which answers and touches the page offers to take back: by whom, for how long, and no longer once something followed.
import { expect, test } from 'vitest';
import { CHANGE_OF_MIND, isAnswer, STATES } from '../src/core/handoff.ts';
import type { Me, WholeHandoff } from './answers.ts';
import { canTakeBack } from './handoff.model.ts';

const SAID = Date.UTC(2026, 10, 2, 10);
type Reader = Pick<Me, 'name' | 'role'>;
type Shown = Pick<WholeHandoff, 'facts' | 'state' | 'may'>;

const sales: Reader = { name: 'sales@example.org', role: 'sales' };
const administrator: Reader = { name: 'administrator@example.org', role: 'administrator' };
const said = (kind: string, by = sales.name, details = {}): WholeHandoff['facts'][number] => ({
  kind,
  at: new Date(SAID).toISOString(),
  by,
  details,
});
const accepted: Shown = { facts: [said('accepted')], state: 'accepted', may: ['touched', 'won'] };

const answers: readonly [string, Shown, Reader, number, boolean][] = [
  ['at once', accepted, sales, 0, true],
  ['as long as the service takes it', accepted, sales, CHANGE_OF_MIND, true],
  ['a millisecond later', accepted, sales, CHANGE_OF_MIND + 1, false],
  ['of somebody else', accepted, { ...sales, name: 'other@example.org' }, 0, false],
  ['of somebody else, as an administrator', accepted, administrator, 0, true],
  ['that a rule gave', { ...accepted, facts: [said('accepted', 'scoreline')] }, administrator, 0, false],
  [
    'that was taken back, and given again',
    { ...accepted, facts: [said('accepted'), said('undone', sales.name, { place: 0 }), said('accepted')] },
    sales,
    0,
    false,
  ],
  [
    'that something followed',
    { facts: [said('accepted'), said('won')], state: 'won', may: [] },
    administrator,
    0,
    false,
  ],
];
test.each(answers)('taking back an answer %s', (_, handoff, me, after, can) => {
  expect(canTakeBack(handoff, 0, { me, now: SAID + after })).toBe(can);
});

test('a touch can be taken back by anybody and at any time, once, until the hand-off is over', () => {
  const later = { me: { name: 'other@example.org', role: 'sales' }, now: SAID + 100 * CHANGE_OF_MIND };
  const facts = [said('touched')];
  expect(canTakeBack({ ...accepted, facts }, 0, later)).toBe(true);
  expect(canTakeBack({ facts, state: 'won', may: [] }, 0, later)).toBe(false);
  const twice = [...facts, said('undone', sales.name, { place: 0 })];
  expect(canTakeBack({ ...accepted, facts: twice }, 0, later)).toBe(false);
});

test('what the service takes for an answer can be taken back, and nothing else that leads to a state', () => {
  for (const state of STATES) {
    const kind = state === 'waiting' || state === 'open' ? 'assigned' : state;
    expect(canTakeBack({ facts: [said(kind)], state, may: [] }, 0, { me: sales, now: SAID }), state).toBe(
      isAnswer(kind),
    );
  }
});

test('where nothing was said, nothing can be taken back', () => {
  expect(canTakeBack(accepted, 1, { me: sales, now: SAID })).toBe(false);
});
