/**
 * Random people and what they did: events on the very edges of windows and days, equal instants, values that are
 * missing, mixed, huge or written in many scripts. It refuses to know which model will look at them.
 */
import fc from 'fast-check';
import type { Event, Value } from '../src/core/words.ts';

export const DAY = 86_400_000;

const TEXTS = [
  'CTO',
  'Director',
  'SATIŞ MÜDÜRÜ',
  'satis muduru',
  'ΟΔΥΣΣΕΥΣ',
  'οδυσσεύς',
  'Co-Founder & CEO',
  'ceo 😀',
  '😀',
  'ﬁnance',
  'a   b',
  '???',
  'true',
  '12 people',
  '٣',
  '1,000',
  '/pricing',
  '/Pricing/Team',
  'o\'neil "x" $1 \\',
  'Straße',
  '\u0301',
  'x\ty',
  'K',
  'K',
];
const NUMBERS = [
  '0',
  '-0',
  '5',
  '5.0',
  ' 5 ',
  '+5',
  '.5',
  '5.',
  '10',
  '59',
  '60',
  '60.5',
  '119.999999999',
  '120',
  '-3',
  '1e3',
  '1e21',
  '1e22',
  '1e308',
  '1e400',
  '-1e308',
  '5e-324',
  '1e-300',
  '0.1',
  '0.30000000000000004',
  '9007199254740993',
  '١٢',
];
const LISTS: readonly (readonly string[])[] = [
  ['hubspot'],
  ['HubSpot', 'Slack'],
  ['slack', 'slack', 'é'],
  [''],
  ['5', 'ceo'],
  ['😀', 'hubspot', 'salesforce'],
];
export const NAMES = ['page_viewed', 'email_opened', 'content_viewed', 'content_downloaded', "odd 'name'; --"];
export type Type = 'text' | 'number' | 'list' | 'date';
/** What mostly stands in a field. Some are named like columns that every table has. */
export const FIELDS: Record<string, Type> = {
  title: 'text',
  stage: 'text',
  'né"e': 'text',
  size: 'number',
  has_traits: 'number',
  'a:b': 'list',
  a: 'list',
  since: 'date',
};
export const COMPANY_FIELDS: Record<string, Type> = {
  industry: 'text',
  employees: 'number',
  tags: 'list',
  created_at: 'date',
};
export const PROPERTIES: Record<string, Type> = {
  topic: 'text',
  contact: 'text',
  seconds: 'number',
  'seconds:number': 'number',
  tags: 'list',
  when: 'date',
};
const EVENT_IDS = ['1', '10', '9', 'a', 'A', 'z', 'é', '😀', '\uFF61', '\uE000', 'aa', '\u{10FFFF}'];
export const DURATIONS = ['1m', '30m', '1h', '1d', '7d', '1w', '30d'] as const;
export const STAGES = ['lead', 'mql', 'sql'];

/** There in this many of a hundred. */
export const maybe = <T>(arbitrary: fc.Arbitrary<T>, percent: number): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: percent, arbitrary }, { weight: 100 - percent, arbitrary: fc.constant(undefined) });

/** Mostly the first, sometimes the second. */
export const mostly = <T>(first: fc.Arbitrary<T>, second: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 5, arbitrary: first }, { weight: 1, arbitrary: second });

/** An instant on or near an edge of a window, a day or a week; many are equal, or as far apart as a gap is long. */
export function randomInstant(asOf: number): fc.Arbitrary<number> {
  const midnight = Math.floor(asOf / DAY) * DAY;
  const monday = Math.floor((midnight / DAY + 3) / 7) * 7 * DAY - 3 * DAY;
  const edges = [0, DAY, 7 * DAY, 30 * DAY].map((ms) => asOf - ms);
  const midnights = [0, 1, 2, 3].map((days) => midnight - days * DAY);
  const mondays = [0, 7, 28].map((days) => monday - days * DAY);
  const shift = fc.constantFrom(-3_600_000, -1_800_000, -60_000, -1, 0, 0, 0, 1, 60_000, 1_800_000, 3_600_000);
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(fc.constantFrom(...edges, ...midnights, ...mondays), shift).map(([edge, ms]) => edge + ms),
    },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 40 * 48 }).map((halfHours) => asOf - halfHours * 1_800_000) },
  );
}

function randomValue(type: Type, asOf: number): fc.Arbitrary<Value> {
  const values: Record<Type, fc.Arbitrary<Value>> = {
    text: mostly<Value>(fc.constantFrom('CTO', 'SATIŞ MÜDÜRÜ', 'Οδυσσεύς'), fc.constantFrom(...TEXTS)),
    number: mostly<Value>(fc.constantFrom('5', '60', '119.999999999', '180'), fc.constantFrom(...NUMBERS)),
    list: fc.constantFrom(...LISTS),
    date: randomInstant(asOf).chain((at) =>
      mostly(
        fc.constant(new Date(at).toISOString()),
        fc.constantFrom(new Date(at).toISOString().slice(0, 10), '2026-02-30', String(at)),
      ),
    ),
  };
  return mostly(values[type], fc.oneof(...Object.values(values)));
}

export const randomValues = (fields: Record<string, Type>, asOf: number): fc.Arbitrary<Map<string, Value>> =>
  fc
    .tuple(
      ...Object.entries(fields).map(([field, type]) =>
        maybe(randomValue(type, asOf), 75).map((value) => [field, value] as const),
      ),
    )
    .map(
      (entries) => new Map(entries.flatMap(([field, value]) => (value === undefined ? [] : [[field, value] as const]))),
    );

export function randomContact(asOf: number) {
  const event: fc.Arbitrary<Event> = fc.record({
    id: fc.oneof(fc.constantFrom(...EVENT_IDS), fc.integer({ min: 0, max: 99 }).map(String)),
    name: mostly(fc.constantFrom('page_viewed', 'page_viewed', 'content_viewed'), fc.constantFrom(...NAMES)),
    at: randomInstant(asOf),
    properties: randomValues(PROPERTIES, asOf),
    ignored: maybe(fc.constant(true), 5).map((ignored) => ignored === true),
  });
  return fc.record({
    contact: fc.record({
      email: fc.constantFrom(null, 'a@rival.example', 'B@Exämple.ORG', 'no at', 'x@', 'a@b@rival.example'),
      createdAt: fc.option(randomInstant(asOf)),
      traits: randomValues(FIELDS, asOf),
      hasTraits: mostly(fc.constant(true), fc.constant(false)),
      events: fc.array(event, { maxLength: 20, size: '+1' }),
    }),
    place: fc.constantFrom(null, 0, 0, 0, 1),
    stage: fc.constantFrom(null, null, ...STAGES, 'gone'),
  });
}
