/** Random models, and cases of a model with random histories that look for trouble. It refuses to know what is right. */
import fc from 'fast-check';
import { checkModel } from '../src/core/model.ts';
import type { Company, Contact, Model } from '../src/core/words.ts';
import {
  COMPANY_FIELDS,
  DAY,
  DURATIONS,
  FIELDS,
  maybe,
  mostly,
  NAMES,
  PROPERTIES,
  randomContact,
  randomInstant,
  randomValues,
  STAGES,
  type Type,
} from './random-history.ts';

const DAYS = ['1d', '3d', '1w', '30d'] as const;

/** Noon, a Monday's midnight, the beginning of time and before it. */
const INSTANTS = [
  Date.UTC(2026, 5, 30, 12),
  Date.UTC(2026, 5, 29),
  Date.UTC(2026, 5, 29) - 1,
  0,
  -1,
  3 * DAY,
  -5 * DAY,
];

/** A model with the contacts that it is to score. */
export interface Case {
  readonly model: Model;
  readonly contacts: readonly Contact[];
  /** Those without contacts too. */
  readonly companies: readonly Company[];
  /** The stage each contact was in before, by id. */
  readonly stages: ReadonlyMap<string, string | null>;
  readonly asOf: number;
}

export const randomCase: fc.Arbitrary<Case> = fc.constantFrom(...INSTANTS).chain((asOf) =>
  fc
    .record({
      document: randomDocument(asOf),
      people: fc.array(randomContact(asOf), { minLength: 1, maxLength: 24, size: '+1' }),
      companies: fc.array(randomValues(COMPANY_FIELDS, asOf), { minLength: 3, maxLength: 3 }),
    })
    .map(({ document, people, companies: traits }) => {
      const companies = traits.map((values, i) => ({ id: `k${i}`, traits: values }));
      const contacts = people.map(({ contact, place }, i) => ({
        ...contact,
        id: `c${i}`,
        companyId: place === null ? null : `K${place}`,
        // The last company has no contacts.
        company: (place === null ? undefined : companies[place]) ?? null,
      }));
      const stages = new Map(people.map(({ stage }, i) => [`c${i}`, stage]));
      return { model: checkModel(document), contacts, companies, stages, asOf };
    }),
);

/** Leaves out what is undefined, as a document has it. */
const present = (record: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));

const numberOperand = mostly(fc.constantFrom(5, 60, 119), fc.constantFrom(0, 0.5, -3, 1e21, 120, 0.3, 2 ** 53, 1e-300));
const textOperand = mostly(
  fc.constantFrom('cto', 'Satış Müdürü', 'οδυσσευς'),
  fc.constantFrom(
    'DIRECTOR',
    'ceo',
    'finance',
    'a b',
    'true',
    '5',
    'strasse',
    '/pricing',
    'k',
    '$1 \\',
    'x y',
    'o',
    's',
    '😀',
  ),
);
const wordsOperand = textOperand.filter((text) => text !== '😀');
const listOperand = fc.constantFrom('hubspot', 'slack', 'É', '5', 'ceo', 'salesforce');
const some = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: 3 });

function randomTest(type: Type, asOf: number): fc.Arbitrary<Record<string, unknown>> {
  const instant = randomInstant(asOf).map((at) => new Date(at).toISOString());
  const duration = fc.constantFrom(...DURATIONS);
  const same = <T>(scalar: fc.Arbitrary<T>) => [
    scalar.map((is) => ({ is })),
    scalar.map((isNot) => ({ isNot })),
    some(scalar).map((list) => ({ in: list })),
    some(scalar).map((notIn) => ({ notIn })),
  ];
  const tests: Record<Type, fc.Arbitrary<Record<string, unknown>>> = {
    text: fc.oneof(
      ...same(mostly<unknown>(textOperand, fc.oneof(numberOperand, fc.boolean()))),
      textOperand.map((contains) => ({ contains })),
      some(textOperand).map((containsAny) => ({ containsAny })),
      some(wordsOperand).map((mentions) => ({ mentions })),
      textOperand.map((startsWith) => ({ startsWith })),
      textOperand.map((endsWith) => ({ endsWith })),
    ),
    number: fc.oneof(
      ...same(mostly<unknown>(numberOperand, textOperand)),
      numberOperand.map((atLeast) => ({ atLeast })),
      numberOperand.map((moreThan) => ({ moreThan })),
      numberOperand.map((atMost) => ({ atMost })),
      numberOperand.map((lessThan) => ({ lessThan })),
      fc.tuple(numberOperand, numberOperand).map(([a, b]) => ({ between: a < b ? [a, b] : [b, a] })),
    ),
    list: fc.oneof(
      listOperand.map((has) => ({ has })),
      some(listOperand).map((hasAny) => ({ hasAny })),
      some(listOperand).map((hasAll) => ({ hasAll })),
    ),
    date: fc.oneof(
      instant.map((before) => ({ before })),
      instant.map((after) => ({ after })),
      duration.map((olderThan) => ({ olderThan })),
      duration.map((newerThan) => ({ newerThan })),
    ),
  };
  const others = fc.oneof(
    ...Object.values(tests),
    fc.boolean().map((exists) => ({ exists })),
    fc.tuple(numberOperand, fc.boolean()).map(([atMost, exists]) => ({ atMost, exists })),
  );
  return mostly(tests[type], others);
}

const randomDateTest = (asOf: number) =>
  fc.oneof(
    fc.boolean().map((exists) => ({ exists })),
    randomInstant(asOf).map((at) => ({ before: new Date(at).toISOString() })),
    fc.constantFrom(...DURATIONS).map((newerThan) => ({ newerThan })),
    fc.constantFrom(...DURATIONS).map((olderThan) => ({ olderThan })),
  );

/** Logic over conditions on single things. */
function nested(leaf: fc.Arbitrary<Record<string, unknown>>): fc.Arbitrary<Record<string, unknown>> {
  return fc.letrec<{ condition: Record<string, unknown> }>((tie) => ({
    condition: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 4, arbitrary: leaf },
      { weight: 1, arbitrary: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })) },
      { weight: 1, arbitrary: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })) },
      { weight: 2, arbitrary: tie('condition').map((not) => ({ not })) },
      { weight: 1, arbitrary: fc.tuple(leaf, leaf).map(([a, b]) => ({ ...a, ...b })) },
    ),
  })).condition;
}

const onFields = (fields: Record<string, Type>, asOf: number, prefix = '') =>
  fc
    .constantFrom(...Object.entries(fields))
    .chain(([field, type]) => randomTest(type, asOf).map((test) => ({ [prefix + field]: test })));

const ofContact = (asOf: number) =>
  nested(
    fc.oneof(
      {
        weight: 6,
        arbitrary: onFields({ ...FIELDS, email: 'text', 'email.domain': 'text', company_id: 'text' }, asOf),
      },
      { weight: 2, arbitrary: onFields(COMPANY_FIELDS, asOf, 'company.') },
      { weight: 1, arbitrary: randomDateTest(asOf).map((test) => ({ created_at: test })) },
    ),
  );
const ofEvent = (asOf: number) => nested(onFields(PROPERTIES, asOf));

const points = fc.constantFrom(1, 5, -5, 0.001, -0.125, 20, 33.333, -1000);
const names = fc.oneof(
  fc.constant('page_viewed'),
  fc.constantFrom<string>(...NAMES, 'any'),
  fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 2, maxLength: 3 }),
);
const count = fc.oneof(
  fc.constantFrom(0, 1, 2, 3).map((atLeast) => ({ atLeast })),
  fc.constantFrom(0, 1, 2).map((moreThan) => ({ moreThan })),
  fc.constantFrom(0, 1, 2).map((atMost) => ({ atMost })),
  fc.constantFrom(1, 2, 3).map((lessThan) => ({ lessThan })),
  fc.constantFrom([0, 2], [1, 1], [2, 4]).map((between) => ({ between })),
);
const max = maybe(fc.constantFrom(20, 0.5, 1000), 25);
const decay = fc.oneof(
  fc.constantFrom(...DAYS).map((halfLife) => ({ halfLife })),
  fc.constantFrom(...DAYS).map((linear) => ({ linear })),
  fc
    .constantFrom({ '1d': '50%', '30d': '0%' }, { '3d': '33.3%' }, { '7d': '0%', '30d': '100%' })
    .map((steps) => ({ steps })),
);

const matching = (asOf: number) => ({
  on: names,
  where: maybe(ofEvent(asOf), 30),
  gap: maybe(fc.constantFrom(...DURATIONS), 30),
  within: maybe(mostly(fc.constantFrom<string>('7d', '30d'), fc.constantFrom(...DURATIONS)), 40),
});

function randomRule(asOf: number): fc.Arbitrary<Record<string, unknown>> {
  const gate = maybe(ofContact(asOf), 20);
  const property = maybe(fc.constantFrom(...Object.keys(PROPERTIES)), 30);
  const limit = fc.record({ times: fc.constantFrom(1, 2, 3), per: fc.constantFrom('day', 'week', 'ever') });
  const unit = mostly(fc.constantFrom(1, 60), fc.constantFrom(0.5, 1e9, 0.001));
  const amount = fc.record({
    property: mostly(fc.constant('seconds'), fc.constantFrom(...Object.keys(PROPERTIES))),
    unit,
  });
  const each = {
    ...matching(asOf),
    if: gate,
    limit: maybe(limit, 50),
    decay: maybe(decay, 50),
    max,
    pointsEach: points,
  };
  const silent = { if: gate, silent: names, for: fc.constantFrom(...DURATIONS), where: maybe(ofEvent(asOf), 30) };
  return fc
    .oneof(
      fc.record({ if: ofContact(asOf), points }),
      fc.record({ ...matching(asOf), if: gate, distinct: property, count: maybe(count, 60), points }),
      { weight: 3, arbitrary: fc.record({ ...each, distinct: property }) },
      { weight: 3, arbitrary: fc.record({ ...each, amount }) },
      fc.record({ ...silent, points }),
      fc.record({ ...silent, max, pointsEach: points }),
      fc.record({
        if: gate,
        on: names,
        unless: mostly<string | string[]>(fc.constantFrom('content_downloaded', 'email_opened'), names),
        same: mostly(fc.constant('topic'), fc.constantFrom(...Object.keys(PROPERTIES))),
        after: fc.constantFrom(...DURATIONS),
        where: maybe(ofEvent(asOf), 30),
        within: maybe(fc.constantFrom(...DURATIONS), 30),
        max,
        pointsEach: points,
      }),
    )
    .map(present);
}

const range = fc.constantFrom([0, 100], [-50, 50], [1, 3], [-1_000_000, 1_000_000], [0.5, 10.125]);

/** Rules with ids, some of them in a group. */
function rulesScore(prefix: string, rule: fc.Arbitrary<Record<string, unknown>>) {
  return fc
    .record({
      range,
      rules: fc.array(fc.tuple(rule, fc.constantFrom(undefined, undefined, 'group')), { maxLength: 9, size: '+1' }),
      group: range,
    })
    .map(({ range: ends, rules, group }) => ({
      range: ends,
      groups: { group: { range: group } },
      rules: rules.map(([written, of], i) => present({ id: `${prefix}-${i}`, ...written, group: of })),
    }));
}

/** A ladder that reaches below any range. */
const ladder = fc.constantFrom(
  { A: 20, B: 1, C: -1_000_000 },
  { hot: 5, 'né"e': 0.5, cold: -1_000_000 },
  { one: -1_000_000 },
);
const resultTest = fc.oneof(
  fc.constantFrom(0, 1, 5, 20, 0.125).map((atLeast) => ({ atLeast })),
  fc.constantFrom(0, 1, 5, 20).map((lessThan) => ({ lessThan })),
  fc.constantFrom({ between: [1, 20] }, { in: [0, 1, 5] }, { is: 0 }, { exists: true }, { exists: false }),
);

export function randomDocument(asOf: number): fc.Arbitrary<unknown> {
  const leaf = ofContact(asOf);
  const event = fc
    .record({ ...matching(asOf), count: maybe(count, 60) })
    .map((written) => ({ event: present(written) }));
  const scored = fc
    .constantFrom('fit', 'interest', 'total')
    .chain((name) => resultTest.map((test) => ({ score: { [name]: test } })));
  const graded = (grades: object) =>
    fc
      .tuple(fc.constantFrom('is', 'isNot', 'in', 'notIn'), fc.constantFrom(...Object.keys(grades)))
      .map(([operator, name]) => ({
        grade: { fit: { [operator]: operator === 'is' || operator === 'isNot' ? name : [name] } },
      }));
  return fc.record({ grades: ladder, other: ladder, bands: ladder }).chain(({ grades, other, bands }) => {
    const judgement = nested(fc.oneof(leaf, event, scored, graded(grades)));
    const ofCompany = fc
      .constantFrom('best', 'people', 'own', 'all')
      .chain((name) => resultTest.map((test) => ({ 'company.score': { [name]: test } })));
    const companyBand = fc
      .constantFrom(...Object.keys(bands))
      .map((name) => ({ 'company.band': { best: { is: name } } }));
    const standing = nested(
      fc.oneof(
        { weight: 4, arbitrary: judgement },
        { weight: 1, arbitrary: ofCompany },
        { weight: 1, arbitrary: companyBand },
      ),
    );
    const companyRule = fc
      .oneof(
        fc.record({ if: nested(onFields(COMPANY_FIELDS, asOf)), points }),
        fc.record({
          contacts: judgement,
          if: maybe(nested(onFields(COMPANY_FIELDS, asOf)), 20),
          count: maybe(count, 60),
          points,
        }),
      )
      .map(present);
    const rollUp = fc.oneof(
      fc.record({ rollUp: fc.constantFrom('sum', 'max', 'mean') }),
      fc.record({ rollUp: fc.constant('top'), n: fc.constantFrom(1, 2, 3) }),
      fc.record({ rollUp: fc.constant('diminishing'), keep: fc.constantFrom('50%', '33.3%', '99.9%') }),
    );
    const rolled = fc
      .tuple(rollUp, fc.constantFrom('fit', 'interest', 'total'), range)
      .map(([how, of, ends]) => ({ ...how, of, range: ends }));
    const weight = fc.constantFrom(1, 0.5, -1, 0.333, 1.001);
    return fc.record({
      model: fc.constant('random'),
      scores: fc.record({
        fit: rulesScore('f', randomRule(asOf)),
        interest: rulesScore('i', randomRule(asOf)),
        total: fc.record({ sum: fc.record({ fit: weight, interest: weight }), range }),
        cell: fc.constant({ grid: ['fit', 'interest'] }),
      }),
      grades: fc.constant({ fit: grades, interest: other }),
      bands: fc.constant({ total: bands }),
      disqualify: fc
        .array(fc.tuple(judgement, fc.constantFrom('Competitor', "O'Reilly; --")), { maxLength: 2 })
        .map((list) => list.map(([condition, reason], i) => ({ id: `d${i}`, if: condition, reason }))),
      stages: fc
        .array(fc.tuple(standing, maybe(standing, 60)), { maxLength: 3 })
        .map((list) => list.map(([enter, leave], i) => present({ id: STAGES[i] ?? '', enter, leave }))),
      company: fc.record({
        scores: fc.record({
          best: rolled,
          people: rolled,
          own: rulesScore('k', companyRule),
          all: fc.record({ sum: fc.record({ best: weight, own: weight }), range }),
          cell: fc.constant({ grid: ['best', 'own'] }),
        }),
        grades: fc.constant({ best: other, own: grades }),
        bands: fc.constant({ best: bands }),
      }),
    });
  });
}
