// What may follow on what in a hand-off, and when its clocks are kept, missed or excused.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Agreement, parseAgreement } from './agreement.ts';
import {
  type Calendars,
  CLOCKS,
  clocksOf,
  type Fact,
  type Happening,
  handoffOf,
  ImpossibleFact,
  outcomeOf,
  UNDER_WAY,
} from './handoff.ts';
import { DAY } from './time.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const nine = [{ from: 9 * HOUR, until: 17 * HOUR }];
const office = {
  offsets: [{ from: 0, ahead: 0 }],
  week: [nine, nine, nine, nine, nine, [], []],
  free: new Set<number>(),
};
const calendars: Calendars = { marketing: office, of: () => office };
const agreement: Agreement = parseAgreement(
  `
agreement: a
model: m
definition: { stage: mql }
marketing: { deliver: 1d }
sales:
  firstContact: { within: 30m, never: 1d }
  touches: { call: 2, email: 1, within: 2w }
  answer: 3d
`,
  () => ({ document: { model: 'm', scores: { s: { range: [0, 1], rules: [] } } }, stages: ['mql'] }),
);

/** Ten in the morning of a Monday. */
const TEN = Date.UTC(2026, 10, 23, 10);
const fact = (minutes: number, happening: Happening): Fact => ({ at: TEN + minutes * MINUTE, by: 'x', ...happening });
const entered = fact(0, { kind: 'entered', stage: 'mql', lacks: [] });
const given = (minutes: number, to = 'ana') => fact(minutes, { kind: 'assigned', to, because: 'round robin' });
const call = (minutes: number) => fact(minutes, { kind: 'touched', touch: 'call', note: null });

describe('states', () => {
  test('from the stage to a customer', () => {
    const facts = [
      entered,
      given(5),
      call(10),
      fact(20, { kind: 'accepted' }),
      fact(30, { kind: 'opportunity', note: null }),
    ];
    expect(handoffOf(facts)).toMatchObject({ state: 'opportunity', assignee: 'ana', assignments: 1, actedOn: true });
    const won = fact(40, { kind: 'won', amount: 100, currency: 'EUR' });
    expect(handoffOf([...facts, won])).toMatchObject({ state: 'won', since: won.at });
  });

  test('what waits says what it lacks, and lacks nothing once it is given to somebody', () => {
    const waits = fact(0, { kind: 'entered', stage: 'mql', lacks: ['phone'] });
    expect(handoffOf([waits])).toMatchObject({ state: 'waiting', lacks: ['phone'] });
    expect(handoffOf([waits, given(60)])).toMatchObject({ state: 'open', lacks: [] });
  });

  test('it is taken back only as long as nobody did anything with it', () => {
    const withdrawn = fact(90, { kind: 'withdrawn', reason: 'the event was voided' });
    expect(handoffOf([entered, given(5), withdrawn]).state).toBe('withdrawn');
    expect(() => handoffOf([entered, given(5), call(6), withdrawn])).toThrow(
      'a hand-off that is open cannot be withdrawn (it can be: assigned, touched, accepted, rejected, recycled, disqualified, merged)',
    );
  });

  test('what is over stays over, whatever comes', () => {
    const happenings: Happening[] = [
      { kind: 'lacked', lacks: ['phone'] },
      { kind: 'assigned', to: 'bo', because: 'by hand' },
      { kind: 'touched', touch: 'email', note: null },
      { kind: 'accepted' },
      { kind: 'rejected', reason: 'not-a-fit', note: null },
      { kind: 'recycled', until: TEN + DAY, note: null },
      { kind: 'disqualified', reason: 'Competitor' },
      { kind: 'opportunity', note: null },
      { kind: 'won', amount: null, currency: null },
      { kind: 'lost', reason: 'price' },
      { kind: 'withdrawn', reason: 'void' },
      { kind: 'merged', into: 7 },
      { kind: 'undone', place: 1 },
      { kind: 'undone', place: 2 },
      { kind: 'undone', place: 3 },
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...happenings), { maxLength: 30 }), (list) => {
        let facts = [entered];
        for (const [i, happening] of list.entries()) {
          const before = handoffOf(facts);
          let handoff = before;
          try {
            handoff = handoffOf([...facts, fact(i, happening)]);
            facts = [...facts, fact(i, happening)];
          } catch (error) {
            expect(error).toBeInstanceOf(ImpossibleFact);
            continue;
          }
          const undone = happening.kind === 'undone';
          expect(UNDER_WAY.includes(before.state) || before.state === 'rejected' || undone).toBe(true);
          // Nobody has two under way at once, and what is taken back was there.
          if (undone)
            expect(['touched', 'merged', 'accepted', 'rejected', 'recycled', 'disqualified']).toContain(
              facts[happening.place]?.kind,
            );
          expect(handoff.assignee !== null || handoff.assignments === 0).toBe(true);
        }
      }),
    );
  });
});

describe('what is taken back', () => {
  const undone = (minutes: number, place: number) => fact(minutes, { kind: 'undone', place });

  test('a touch that was taken back was never made, and can be taken back once', () => {
    const facts = [entered, given(0), call(10), undone(12, 2)];
    expect(handoffOf(facts)).toEqual(handoffOf([entered, given(0)]));
    const first = (list: readonly Fact[]) =>
      clocksOf(agreement, list, calendars).find(({ kind }) => kind === 'first-contact');
    expect(first(facts)).toMatchObject({ endedAt: null });
    expect(first([...facts, call(15)])).toMatchObject({ endedAt: call(15).at, end: 'kept' });
    expect(() => handoffOf([...facts, undone(13, 2)])).toThrow('that can be taken back');
  });

  test('an answer can be taken back as long as nothing followed, and what was done until then counts', () => {
    const facts = [entered, given(0), call(10), fact(20, { kind: 'accepted' })];
    expect(handoffOf([...facts, undone(25, 3)])).toEqual(handoffOf(facts.slice(0, 3)));
    const rejected = [...facts, fact(30, { kind: 'rejected', reason: 'no-answer', note: null })];
    expect(() => handoffOf([...rejected, undone(35, 3)])).toThrow(ImpossibleFact);
    const back = [...rejected, undone(35, 4)];
    expect(handoffOf(back)).toEqual(handoffOf(facts));
    expect(handoffOf([...back, undone(36, 3)])).toMatchObject({ state: 'open', actedOn: true });
  });

  test('nothing else can be taken back, and nothing once it is over', () => {
    const facts = [entered, given(0), call(10), fact(20, { kind: 'accepted' })];
    for (const place of [0, 1, 4, 9]) expect(() => handoffOf([...facts, undone(30, place)])).toThrow(ImpossibleFact);
    const won = [...facts, fact(30, { kind: 'won', amount: null, currency: null })];
    expect(() => handoffOf([...won, undone(40, 2)])).toThrow(ImpossibleFact);
  });

  test('two under way of one contact: the one that ends says why, and goes on from where it was', () => {
    const facts = [entered, given(0), call(10), fact(20, { kind: 'accepted' }), fact(30, { kind: 'merged', into: 7 })];
    expect(handoffOf(facts)).toMatchObject({ state: 'withdrawn', since: TEN + 30 * MINUTE });
    expect(clocksOf(agreement, facts, calendars).filter(({ endedAt }) => endedAt === null)).toEqual([]);
    const back = [...facts, undone(50, 4), given(50)];
    expect(handoffOf(back)).toMatchObject({ state: 'accepted', assignments: 2, actedOn: true });
    expect(
      clocksOf(agreement, back, calendars).filter(({ assignment, endedAt }) => assignment === 2 && endedAt === null),
    ).not.toEqual([]);
  });
});

describe('clocks', () => {
  const ends = (facts: readonly Fact[], now: number) =>
    clocksOf(agreement, facts, calendars).map(
      (clock) => `${clock.kind} ${clock.assignment} ${outcomeOf(clock, TEN + now * MINUTE)}`,
    );
  const day = 24 * 60;

  test('run from the assignment, end with the first touch and with the answer', () => {
    expect(ends([entered, given(5)], 6)).toEqual([
      'deliver 0 kept',
      'first-contact 1 running',
      'first-contact-never 1 running',
      'answer 1 running',
      'touches 1 running',
    ]);
    expect(ends([entered, given(5), call(35), fact(36, { kind: 'accepted' })], 40)).toEqual([
      'deliver 0 kept',
      'first-contact 1 kept',
      'first-contact-never 1 kept',
      'answer 1 kept',
      'touches 1 running',
    ]);
    expect(ends([entered, given(5), call(36)], 40).slice(1, 3)).toEqual([
      'first-contact 1 missed',
      'first-contact-never 1 kept',
    ]);
    expect(ends([entered, given(5)], 2 * day).slice(1, 3)).toEqual([
      'first-contact 1 missed',
      'first-contact-never 1 missed',
    ]);
  });

  test('there are enough touches when there are enough of each kind', () => {
    const email = fact(50, { kind: 'touched', touch: 'email', note: null });
    expect(ends([entered, given(0), call(10), call(20), call(30)], 60).at(-1)).toBe('touches 1 running');
    expect(ends([entered, given(0), call(10), call(20), email], 60).at(-1)).toBe('touches 1 kept');
    expect(ends([entered, given(0), call(10)], 15 * day).at(-1)).toBe('touches 1 missed');
  });

  test('who loses a lead in time owes nothing, and the next one gets the whole time', () => {
    expect(ends([entered, given(0), given(20, 'bo')], 25)).toEqual([
      'deliver 0 kept',
      'first-contact 1 excused',
      'first-contact-never 1 excused',
      'answer 1 excused',
      'touches 1 excused',
      'first-contact 2 running',
      'first-contact-never 2 running',
      'answer 2 running',
      'touches 2 running',
    ]);
    expect(ends([entered, given(0), given(40, 'bo')], 45)[1]).toBe('first-contact 1 missed');
  });

  test('a promise ends once and never later than it is looked at', () => {
    const steps = fc.array(
      fc.tuple(
        fc.integer({ min: 0, max: 4000 }),
        fc.constantFrom<Happening>(
          { kind: 'assigned', to: 'bo', because: 'x' },
          { kind: 'touched', touch: 'call', note: null },
          { kind: 'touched', touch: 'email', note: null },
          { kind: 'accepted' },
          { kind: 'rejected', reason: 'no-answer', note: null },
        ),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(steps, fc.nat(40_000), (list, now) => {
        let minutes = 0;
        const facts: Fact[] = [entered];
        for (const [gap, happening] of list) {
          minutes += gap;
          try {
            handoffOf([...facts, fact(minutes, happening)]);
            facts.push(fact(minutes, happening));
          } catch (error) {
            expect(error).toBeInstanceOf(ImpossibleFact);
          }
        }
        const clocks = clocksOf(agreement, facts, calendars);
        const keys = clocks.map(({ kind, assignment }) => `${kind} ${assignment}`);
        expect(new Set(keys).size).toBe(keys.length);
        for (const clock of clocks) {
          expect(CLOCKS).toContain(clock.kind);
          const at = TEN + now * MINUTE;
          const earlier = outcomeOf(clock, at);
          // Once a clock has stopped, no later look finds anything else.
          if (earlier !== 'running') expect(outcomeOf(clock, at + DAY)).toBe(earlier);
        }
      }),
    );
  });
});
