// When a review is due, which rules are dead or repeat another, and what is proposed of points.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Labelled, labelOf } from './feedback.ts';
import type { Fact } from './handoff.ts';
import { dueAfter, type Material, monthsAfter, reminderOf, repeatsOf, reportOf } from './review.ts';

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);

describe('a review is due', () => {
  test.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2027-11-30', 3, '2028-02-29'],
    ['2026-12-15', 1, '2027-01-15'],
  ])('%s and %d months later: %s', (from, months, then) => {
    expect(monthsAfter(day(from), months)).toBe(day(then));
  });

  test('people hear of a review a week before it is due, and once it is', () => {
    const due = Date.UTC(2027, 0, 15);
    expect(reminderOf(due, due - 8 * 86_400_000)).toBeNull();
    expect(reminderOf(due, due - 7 * 86_400_000)).toBe('review-due');
    expect(reminderOf(due, due - 1)).toBe('review-due');
    expect(reminderOf(due, due)).toBe('review-overdue');
  });

  test('on the day that was agreed, and then on the first such day after the last one that was held', () => {
    const review = { next: day('2026-01-31'), everyMonths: 3 };
    expect(dueAfter(review, null)).toBe(day('2026-01-31'));
    expect(dueAfter(review, day('2026-01-20'))).toBe(day('2026-01-31'));
    // Held late: the next one is on its own day all the same, and the end of April does not move the ones after.
    expect(dueAfter(review, day('2026-02-20'))).toBe(day('2026-04-30'));
    expect(dueAfter(review, day('2026-05-01'))).toBe(day('2026-07-31'));
    expect(dueAfter(review, day('2027-02-01'))).toBe(day('2027-04-30'));
  });

  test('after the last one, and never by more than one step', () => {
    fc.assert(
      fc.property(fc.nat(20_000), fc.integer({ min: 1, max: 24 }), fc.nat(4000), (start, everyMonths, later) => {
        const next = start * 86_400_000;
        const held = next + later * 86_400_000;
        const due = dueAfter({ next, everyMonths }, held);
        expect(due).toBeGreaterThan(held);
        expect(due - held).toBeLessThanOrEqual(everyMonths * 31 * 86_400_000);
      }),
    );
  });
});

test('rules that repeat each other are those of a plain count of pairs', () => {
  const contact = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 });
  fc.assert(
    fc.property(fc.array(contact, { minLength: 20, maxLength: 80 }), fc.boolean(), (list, always) => {
      const fired = always ? list.map((rules) => (rules.includes('a') ? [...new Set([...rules, 'b'])] : rules)) : list;
      const found = repeatsOf(fired);
      const pairs = [
        ['a', 'b'],
        ['a', 'c'],
        ['b', 'c'],
      ] as const;
      for (const [a, b] of pairs) {
        const both = fired.filter((rules) => rules.includes(a) && rules.includes(b)).length;
        const either = fired.filter((rules) => rules.includes(a) || rules.includes(b)).length;
        const expected = either >= 20 && both / either >= 0.9;
        expect(found.some(({ rules }) => rules.join() === `${a},${b}`)).toBe(expected);
      }
    }),
  );
});

const given: Fact[] = [
  { kind: 'entered', at: 0, by: 'x', stage: 'mql', lacks: [] },
  { kind: 'assigned', at: 1, by: 'x', to: 'ana', because: 'round robin' },
];
const handoff = (rules: readonly string[], accepted: boolean): Labelled => ({
  handoffId: 1,
  contactId: 1,
  enteredAt: 0,
  source: null,
  evidence: { version: 1, stage: 'mql', parts: Object.fromEntries(rules.map((rule) => [rule, 5])), scores: null },
  label: labelOf([
    ...given,
    accepted
      ? { kind: 'accepted', at: 2, by: 'ana' }
      : { kind: 'rejected', at: 2, by: 'ana', reason: 'not-a-fit', note: null },
  ]),
});
const material = (now: readonly Labelled[]): Material => ({
  from: 0,
  to: 1,
  rules: ['good', 'bad', 'plain', 'dead'].map((id) => ({ id, negative: false })),
  firing: new Map([
    ['good', 3],
    ['bad', 3],
    ['plain', 3],
  ]),
  fired: [],
  events: new Map(),
  traits: new Map(),
  scores: new Map(),
  handoffs: { before: [], now },
});

describe('a report proposes', () => {
  const times = (n: number, one: Labelled): Labelled[] => new Array<Labelled>(n).fill(one);
  const many = [
    ...times(30, handoff(['good', 'plain'], true)),
    ...times(20, handoff(['bad', 'plain'], false)),
    ...times(10, handoff(['plain'], true)),
    ...times(10, handoff(['plain'], false)),
  ];

  test('fewer points where leads are sent back, more where they are taken, with the evidence', () => {
    const { proposals, dead } = reportOf(material(many));
    expect(dead).toEqual(['dead']);
    expect(proposals).toMatchObject([
      { kind: 'raise', rule: 'good', answered: 30, with: { share: 1 }, without: { share: 0.25 } },
      { kind: 'lower', rule: 'bad', answered: 20, with: { share: 1 }, without: { share: 0.2 }, reason: 'not-a-fit' },
      { kind: 'remove', rule: 'dead' },
    ]);
  });

  test('nothing of points on a handful of answers, nor of rules that take points away', () => {
    const few = [handoff(['good'], true), handoff(['bad'], false), handoff(['plain'], true)];
    expect(reportOf(material(few)).proposals).toEqual([{ kind: 'remove', rule: 'dead' }]);
    const rules = material(many).rules.map(({ id }) => ({ id, negative: true }));
    expect(reportOf({ ...material(many), rules }).proposals).toEqual([{ kind: 'remove', rule: 'dead' }]);
  });
});
