// Who gets a lead: the order of the rules, capacity and absence, and that turns come out by weight.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Candidate, chooseSeller, type Ties } from './assignment.ts';
import { subjectOf } from './contribution.ts';
import { checkConditions } from './model.ts';

const MODEL = { model: 'm', scores: { s: { range: [0, 1], rules: [] } } };
const romania = checkConditions(MODEL, { ro: { country: { is: 'RO' } } }).conditions.get('ro') ?? null;
const lead = (country: string) =>
  subjectOf(
    {
      id: '1',
      email: null,
      createdAt: null,
      companyId: null,
      traits: new Map([['country', country]]),
      hasTraits: true,
      company: null,
      events: [],
    },
    0,
  );
const NO_TIES: Ties = { colleagues: null, owner: null, not: [] };
const seller = (email: string, more: Partial<Candidate> = {}): Candidate => ({
  email,
  territory: null,
  weight: 1,
  capacity: null,
  has: 0,
  credit: 0,
  away: false,
  ...more,
});

test('colleagues go together, an owner keeps theirs, a territory comes before the turn', () => {
  const team = [seller('ana', { credit: -9 }), seller('bo', { credit: -5 }), seller('cy', { territory: romania })];
  expect(chooseSeller(team, { ...NO_TIES, colleagues: 'ana', owner: 'bo' }, lead('RO'))).toMatchObject({
    to: 'ana',
    because: 'colleagues',
  });
  expect(chooseSeller(team, { ...NO_TIES, owner: 'bo' }, lead('RO'))).toMatchObject({ to: 'bo', because: 'owner' });
  expect(chooseSeller(team, NO_TIES, lead('RO'))).toMatchObject({ to: 'cy', because: 'territory' });
  expect(chooseSeller(team, NO_TIES, lead('MD'))).toMatchObject({ to: 'bo', because: 'turn' });
});

test('who is away gets nothing, who has enough gets no more by turn, and who did nothing does not get it back', () => {
  const away = seller('ana', { away: true });
  expect(chooseSeller([away], { ...NO_TIES, colleagues: 'ana', owner: 'ana' }, lead('RO'))).toBeNull();
  const full = seller('bo', { capacity: 2, has: 2 });
  expect(chooseSeller([full], NO_TIES, lead('RO'))).toBeNull();
  expect(chooseSeller([full], { ...NO_TIES, colleagues: 'bo' }, lead('RO'))?.to).toBe('bo');
  expect(chooseSeller([seller('cy')], { ...NO_TIES, not: ['cy'], owner: 'cy' }, lead('RO'))).toBeNull();
});

test('turns come out by weight, whatever the weights, and nobody makes up for an absence', () => {
  const weights = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(weights, fc.integer({ min: 1, max: 4 }), fc.nat(20), (list, rounds, alone) => {
      const credits = new Map<string, number>();
      const team = list.map((weight, i) => seller(`s${i}`, { weight }));
      const give = (people: readonly Candidate[]): string => {
        const now = people.map((one) => ({ ...one, credit: credits.get(one.email) ?? 0 }));
        const choice = chooseSeller(now, NO_TIES, lead('RO'));
        for (const [email, credit] of choice?.credits ?? []) credits.set(email, credit);
        return choice?.to ?? '';
      };
      // However long the first one is there alone, the others begin as if nothing had been.
      for (let i = 0; i < alone; i++) give(team.slice(0, 1));
      const given = new Map(team.map(({ email }) => [email, 0]));
      const sum = list.reduce((total, weight) => total + weight, 0);
      for (let i = 0; i < sum * rounds; i++) {
        const to = give(team);
        given.set(to, (given.get(to) ?? 0) + 1);
      }
      expect(team.map(({ email }) => given.get(email))).toEqual(list.map((weight) => weight * rounds));
    }),
  );
});
