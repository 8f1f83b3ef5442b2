// What an agreement may say, what a wrong one is told, and what a contact lacks of a right one.
import { describe, expect, test } from 'vitest';
import { lackingOf, parseAgreement, type Spoken } from './agreement.ts';
import { subjectOf } from './contribution.ts';
import { ModelError } from './errors.ts';
import type { Contact, Value } from './words.ts';

const DOCUMENT = {
  model: 'b2b',
  scores: { fit: { range: [0, 100], rules: [{ id: 'phone', if: { phone: { exists: true } }, points: 10 }] } },
};
const model: Spoken = { document: DOCUMENT, stages: ['lead', 'mql', 'sql'] };
const read = (text: string) => parseAgreement(text, (name) => (name === 'b2b' ? model : null));

const WHOLE = `
agreement: qualified-leads
model: b2b
definition:
  stage: mql
  require: [phone, company.name, phone]
  qualifiers:
    demographic: { company.employees: { atLeast: 100 } }
    behavioural: { event: { on: webinar_attended } }
situation: { pains: pains, budget: budget }
marketing: { deliver: 1d, number: { count: 30, per: quarter } }
sales:
  firstContact: { within: 30m, never: 1d }
  touches: { call: 3, email: 3, within: 2w }
  answer: 3d
responsibilities: { lead: marketing, mql: sales }
review: { next: 2027-01-15, everyMonths: 3 }
`;

test('a whole agreement is read with its promises', () => {
  const agreement = read(WHOLE);
  expect(agreement.definition.require).toEqual(['phone', 'company.name']);
  expect(agreement.sales.firstContact).toEqual({
    within: { kind: 'time', ms: 1_800_000 },
    never: { kind: 'days', days: 1 },
  });
  expect(agreement.sales.touches).toEqual({
    within: 1_209_600_000,
    least: new Map([
      ['call', 3],
      ['email', 3],
    ]),
  });
  expect(agreement.situation).toEqual({ pains: 'pains', budget: 'budget', authority: null, need: null, timing: null });
  expect(agreement.review).toEqual({ next: Date.UTC(2027, 0, 15), everyMonths: 3 });
});

test('the least that an agreement says is its stage', () => {
  const { sales, marketing, definition } = read('{ agreement: a, model: b2b, definition: { stage: sql } }');
  expect([sales.firstContact, sales.touches, marketing.number, definition.require]).toEqual([null, null, null, []]);
});

describe('a wrong agreement is told with line and column', () => {
  const problems = (text: string): string[] => {
    try {
      read(text);
    } catch (error) {
      if (error instanceof ModelError)
        return error.problems.map(
          ({ path, message, line, column }) => `${line}:${column} ${path.join('.')}: ${message}`,
        );
      throw error;
    }
    return [];
  };
  test.each([
    [
      'an unknown stage',
      WHOLE.replace('stage: mql', 'stage: mqls'),
      '5:3 definition.stage: the model has no stage `mqls`, did you mean `mql`?',
    ],
    [
      'an unknown key',
      WHOLE.replace('answer:', 'anser:'),
      'sales.anser: `anser` is not known in what sales promises, did you mean `answer`?',
    ],
    [
      'a score that the model lacks',
      WHOLE.replace('event: { on: webinar_attended }', 'score: { interest: { atLeast: 3 } }'),
      'definition.qualifiers.behavioural.score.interest',
    ],
    [
      'an operator that is none',
      WHOLE.replace('atLeast: 100', 'atLest: 100'),
      'definition.qualifiers.demographic.company.employees.atLest',
    ],
    ['time that is none', WHOLE.replace('within: 30m', 'within: soon'), 'sales.firstContact.within: working time is'],
    ['a promise of no touches', WHOLE.replace('call: 3, email: 3, ', ''), 'sales.touches: name one of call'],
    [
      'a model that nobody published',
      WHOLE.replace('model: b2b', 'model: b2c'),
      '3:1 model: no published model is named `b2c`',
    ],
    [
      'a stage that nobody can answer for',
      WHOLE.replace('lead: marketing', 'leads: marketing'),
      'responsibilities.leads',
    ],
    ['a text that is no document', 'agreement: [', ''],
    ['nothing', '', ''],
    ['a list', '[]', ''],
  ])('%s', (_, text, said) => {
    const found = problems(text);
    expect(found.length).toBeGreaterThan(0);
    expect(found.join('\n')).toContain(said);
  });
});

test('what a contact lacks is named, fields before qualifiers', () => {
  const contact = (traits: Record<string, Value>, company: Record<string, Value>, events: string[]): Contact => ({
    id: '1',
    email: null,
    createdAt: null,
    companyId: null,
    traits: new Map(Object.entries(traits)),
    hasTraits: true,
    company: { id: 'c', traits: new Map(Object.entries(company)) },
    events: events.map((name, i) => ({ id: String(i), name, at: i, properties: new Map(), ignored: false })),
  });
  const agreement = read(WHOLE);
  const lacking = (one: Contact) => lackingOf(agreement, subjectOf(one, 100));
  expect(lacking(contact({}, { employees: '20' }, []))).toEqual({
    fields: ['phone', 'company.name'],
    qualifiers: ['demographic', 'behavioural'],
  });
  expect(lacking(contact({ phone: '1' }, { name: 'F', employees: '100' }, ['webinar_attended']))).toEqual({
    fields: [],
    qualifiers: [],
  });
});
