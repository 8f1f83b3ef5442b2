// Labels and what is counted of them, against plain recounts, and that nothing later changes a label.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  disagreementsOf,
  type Labelled,
  labelOf,
  pointsOf,
  precisionOf,
  rateOf,
  ratesBy,
  shareOf,
} from './feedback.ts';
import { type Fact, type Happening, handoffOf, mayFollow, REJECTIONS } from './handoff.ts';

const fact = (at: number, happening: Happening): Fact => ({ at, by: 'ana', ...happening });
const entered = fact(0, { kind: 'entered', stage: 'mql', lacks: [] });
const given = fact(1, { kind: 'assigned', to: 'ana', because: 'round robin' });
const rejected = (at: number): Fact => fact(at, { kind: 'rejected', reason: 'no-budget', note: null });

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.constant({ kind: 'assigned' as const, to: 'bo', because: 'by hand' }),
  fc.constant({ kind: 'touched' as const, touch: 'call' as const, note: null }),
  fc.constant({ kind: 'accepted' as const }),
  fc.constantFrom(...REJECTIONS).map((reason) => ({ kind: 'rejected' as const, reason, note: null })),
  fc.constant({ kind: 'recycled' as const, until: 9e9, note: null }),
  fc.constant({ kind: 'disqualified' as const, reason: 'a rival' }),
  fc.constant({ kind: 'opportunity' as const, note: null }),
  fc.nat(1000).map((amount) => ({ kind: 'won' as const, amount, currency: 'EUR' })),
  fc.constant({ kind: 'lost' as const, reason: 'price' }),
);

/** Facts that could have happened: what cannot follow is left out. */
const life: fc.Arbitrary<readonly Fact[]> = fc.array(happening, { maxLength: 12 }).map((wanted) => {
  const facts: Fact[] = [entered];
  for (const [i, next] of wanted.entries())
    if (mayFollow(handoffOf(facts)).includes(next.kind)) facts.push(fact(i + 1, next));
  return facts;
});

const band = fc.constantFrom('hot', 'warm', null);
const handoff: fc.Arbitrary<Labelled> = fc
  .record({
    life,
    points: fc.option(fc.integer({ min: -50, max: 100 })),
    band,
    source: fc.constantFrom('site', 'mail', null),
    parts: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: -5, max: 5 })),
  })
  .map(({ life: facts, points, band: word, source, parts }) => ({
    handoffId: 0,
    contactId: 0,
    enteredAt: 0,
    source,
    evidence: { version: 1, stage: 'mql', parts, scores: { total: { points, grade: null, band: word } } },
    label: labelOf(facts),
  }));
const handoffs = fc
  .array(handoff, { maxLength: 40 })
  .map((list) => list.map((one, i): Labelled => ({ ...one, handoffId: i })));

describe('a label', () => {
  test('is what sales first said, and how it ended', () => {
    const won = fact(9, { kind: 'won', amount: 12, currency: 'EUR' });
    expect(labelOf([entered, given, fact(5, { kind: 'accepted' }), won])).toEqual({
      answer: 'accepted',
      answeredAt: 5,
      end: 'won',
      endedAt: 9,
      reason: null,
      amount: 12,
      currency: 'EUR',
    });
    expect(labelOf([entered, given, fact(5, { kind: 'accepted' }), rejected(7)])).toMatchObject({
      answer: 'accepted',
      end: 'rejected',
      endedAt: 7,
      reason: 'no-budget',
    });
  });

  test('stays a rejection when the lead is recycled afterwards', () => {
    const facts = [entered, given, rejected(5), fact(6, { kind: 'recycled', until: 99, note: null })];
    expect(labelOf(facts)).toMatchObject({ answer: 'rejected', end: 'rejected', endedAt: 5, reason: 'no-budget' });
  });

  test('is nothing where the lead was disqualified before anybody of sales had it', () => {
    const gone = fact(3, { kind: 'disqualified', reason: 'a rival' });
    expect(labelOf([entered, gone])).toMatchObject({ answer: null, end: null, reason: null });
    expect(labelOf([entered, given, gone])).toMatchObject({ answer: 'disqualified', reason: 'a rival' });
  });

  test('is never changed by what happens later', () => {
    fc.assert(
      fc.property(life, (facts) => {
        for (let i = 1; i <= facts.length; i++) {
          const early = labelOf(facts.slice(0, i));
          const late = labelOf(facts);
          if (early.answer !== null) expect([late.answer, late.answeredAt]).toEqual([early.answer, early.answeredAt]);
          if (early.end !== null) expect(late).toEqual(early);
        }
      }),
    );
  });

  test('has an end exactly where the hand-off is over by what sales said', () => {
    fc.assert(
      fc.property(life, (facts) => {
        const { state, assignments } = handoffOf(facts);
        const over = ['rejected', 'recycled', 'disqualified', 'won', 'lost'].includes(state) && assignments > 0;
        expect(labelOf(facts).end !== null).toBe(over);
      }),
    );
  });
});

describe('a share', () => {
  test('has the interval of Wilson', () => {
    const { share, low, high } = shareOf(129, 212) ?? { share: 0, low: 0, high: 0 };
    expect(share).toBeCloseTo(0.6085, 4);
    expect(low).toBeCloseTo(0.5415, 3);
    expect(high).toBeCloseTo(0.6717, 3);
    expect(shareOf(0, 0)).toBeNull();
    expect(shareOf(0, 1)?.high).toBeCloseTo(0.7935, 4);
  });

  test('lies inside of its interval, which solves the equation that defines it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (of, part) => {
        const count = Math.round(part * of);
        const found = shareOf(count, of);
        if (found === null) throw new Error('there was something to count');
        const { share, low, high } = found;
        expect(0 <= low && low <= share && share <= high && high <= 1).toBe(true);
        // At each bound the share is 1.96 standard errors away.
        for (const bound of [low, high])
          if (bound > 1e-9 && bound < 1 - 1e-9)
            expect(Math.abs(share - bound)).toBeCloseTo(1.959963984540054 * Math.sqrt((bound * (1 - bound)) / of), 6);
      }),
    );
  });
});

describe('counts', () => {
  test('are those of a plain recount', () => {
    fc.assert(
      fc.property(handoffs, (list) => {
        let [answered, rejections, wins, amount] = [0, 0, 0, 0];
        for (const { label } of list) {
          if (label.answer !== null) answered++;
          if (label.end === 'rejected') rejections++;
          if (label.end === 'won') wins++;
          amount += label.amount ?? 0;
        }
        const rate = rateOf(list);
        expect([rate.handed, rate.answered, rate.rejected, rate.won]).toEqual([
          list.length,
          answered,
          rejections,
          wins,
        ]);
        expect([...rate.amounts.values()].reduce((a, b) => a + b, 0)).toBe(amount);
        expect(rate.reasons.reduce((sum, { count }) => sum + count, 0)).toBe(rejections);
        expect(rate.reasons.map(({ count }) => count)).toEqual(
          rate.reasons.map(({ count }) => count).toSorted((a, b) => b - a),
        );
      }),
    );
  });

  test('by band and by source are of each hand-off once', () => {
    fc.assert(
      fc.property(handoffs, fc.constantFrom('band' as const, 'source' as const), (list, by) => {
        const groups = ratesBy(list, by, 'total');
        expect(groups.reduce((sum, { rate }) => sum + rate.handed, 0)).toBe(list.length);
        for (const { key, rate } of groups) {
          const own = list.filter((one) => (by === 'band' ? one.evidence.scores?.total?.band : one.source) === key);
          expect(rate).toEqual(rateOf(own));
        }
      }),
    );
  });

  test('of a rule and of the others are of each hand-off once', () => {
    fc.assert(
      fc.property(handoffs, (list) => {
        for (const { rule, fired, others } of precisionOf(list, ['a', 'b', 'c', 'never'])) {
          let times = 0;
          for (const { evidence } of list)
            if (evidence.parts[rule] !== undefined && evidence.parts[rule] !== 0) times++;
          expect(fired.handed).toBe(times);
          expect(fired.handed + others.handed).toBe(list.length);
          expect(fired.rejected + others.rejected).toBe(rateOf(list).rejected);
        }
        expect(ratesBy(list, 'rule', null).some(({ key }) => key === 'never')).toBe(false);
      }),
    );
  });
});

test('disagreements are the rejected of the upper half and the won of the lower one, the farthest first', () => {
  fc.assert(
    fc.property(handoffs, (list) => {
      const { middle, highRejected, lowWon } = disagreementsOf(list, 'total');
      const known = list.filter((one) => pointsOf(one, 'total') !== null);
      expect(middle === null).toBe(known.length === 0);
      if (middle === null) return;
      const points = (one: Labelled): number => pointsOf(one, 'total') ?? Number.NaN;
      expect(known.filter((one) => points(one) < middle).length).toBeLessThanOrEqual(known.length / 2);
      expect(known.filter((one) => points(one) > middle).length).toBeLessThanOrEqual(known.length / 2);
      const ids = (some: readonly Labelled[]) => some.map(({ handoffId }) => handoffId).sort();
      expect(ids(highRejected)).toEqual(
        ids(known.filter((one) => one.label.end === 'rejected' && points(one) >= middle)),
      );
      expect(ids(lowWon)).toEqual(ids(known.filter((one) => one.label.end === 'won' && points(one) < middle)));
      expect(highRejected.map(points)).toEqual(highRejected.map(points).toSorted((a, b) => b - a));
      expect(lowWon.map(points)).toEqual(lowWon.map(points).toSorted((a, b) => a - b));
    }),
  );
});
