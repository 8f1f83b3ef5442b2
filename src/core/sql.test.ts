import { afterAll, expect, test } from 'vitest';
import { type Database, openDuckdb, openPostgres } from '../../test/door.ts';
import { postgresUrl } from '../../test/postgres.ts';
import { ScorelineError } from './errors.ts';
import { checkModel, parseModel } from './model.ts';
import { writeSql } from './sql.ts';
import { tablesFor } from './sql-tables.ts';
import type { Contact, Model, Value } from './words.ts';

const NOON = Date.UTC(2026, 5, 30, 12);
const HOUR = 3_600_000;

const url = await postgresUrl();
const databases: Database[] = [await openDuckdb(), ...(url === undefined ? [] : [await openPostgres(url)])];
afterAll(() => Promise.all(databases.map((database) => database.close())));
const each = databases.map((database) => [database.dialect, database] as const);

const small = parseModel(`
model: small
scores:
  fit: { range: [0, 100], rules: [{ id: chief, if: { title: { is: CEO } }, points: 20 }] }
  interest:
    range: [0, 100]
    rules:
      - { id: clicks, on: email_clicked, within: 90d, pointsEach: 5, max: 15 }
      - { id: returns, on: page_viewed, gap: 30m, count: { moreThan: 1 }, points: 10 }
  total: { sum: { fit: 1, interest: 0.5 }, range: [0, 100] }
bands: { total: { hot: 25, cold: 0 } }
stages: [{ id: mql, enter: { score: { total: { atLeast: 25 } } } }]
`);

function contact(id: string, traits: Record<string, Value>, events: readonly (readonly [string, number])[]): Contact {
  return {
    id,
    email: null,
    createdAt: null,
    companyId: null,
    traits: new Map(Object.entries(traits)),
    hasTraits: Object.keys(traits).length > 0,
    company: null,
    events: events.map(([name, at], i) => ({ id: String(i), name, at, properties: new Map(), ignored: false })),
  };
}

const text = (
  fenced: string,
  from: string,
) => `-- The contacts of the Scoreline model small as of the instant $1, in milliseconds, UTC.
-- It reads these tables; docs/sql.md says how to fill them:
--   contact: "id" text, "has_traits" boolean, "created_at" bigint, "company" text, "stage" text, "title" text
--   event: "contact" text, "id" text, "name" text, "at" bigint
with events as (
  select
    contact,
    min("at") as first_at,
    count(*) filter (where name = $4::text and "at" > $1::bigint - $5::bigint) as e1
  from event
  where "at" <= $1::bigint
  group by contact
),
events_1 as (
  select contact, count(*) as n
  from (
    select *
    from (
      select contact, "at", "at" - lag("at") over (partition by contact order by "at") as pause
      from event
      where "at" <= $1::bigint and name = $8::text
    ) as visits
    where (pause is null or pause >= $9::bigint)
  ) as chosen
  group by contact
),
given as (
  select
    c.id,
    c.company,
    c.stage,
    coalesce(c.has_traits, false) or e.contact is not null as known,
    case when c."title" = $2::text then $3::bigint else 0 end as r1, -- chief
    least(coalesce(e.e1, 0) * $6::double precision, $7::double precision)::bigint as r2, -- clicks
    case when coalesce(events_1.n, 0) >= $10::bigint then $11::bigint else 0 end as r3 -- returns
  from contact as c
  left join events as e on e.contact = c.id
  left join events_1 on events_1.contact = c.id
),
${fenced}scores as (
  select *,
    case when known then least($14::bigint, greatest($15::bigint, r1))::bigint end as s1, -- fit
    case when known then least($14::bigint, greatest($15::bigint, r2 + r3))::bigint end as s2 -- interest
  from ${from}
),
sums as (
  select *,
    case when known then least($14::bigint, greatest($15::bigint, floor((s1 * $16::bigint + s2 * $17::bigint + 500) * 0.001)))::bigint end as s3 -- total
  from scores
),
places as (
  select *,
    case when s3 >= $18::bigint then 0 when s3 is not null then 1 end as b3 -- total
  from sums
),
judged as (
  select *,
    null::text as disqualified
  from places
),
doors as (
  select j.*,
    j.s3 >= $12::double precision as enter1, -- mql
    case j.stage when $13::text then 1 else 0 end as present
  from judged as j
),
moves as (
  select *,
    case when enter1 then 1 else 0 end as entered,
    false as leaving
  from doors
),
staged as (
  select *,
    case when known and disqualified is null then case when entered > present or leaving then entered else present end end as stands
  from moves
)
select
  id,
  case when known then r1 * 0.000001 else 0.000000 end as "rule.chief",
  case when known then r2 * 0.000001 else 0.000000 end as "rule.clicks",
  case when known then r3 * 0.000001 else 0.000000 end as "rule.returns",
  s1 * 0.000001 as "fit",
  s2 * 0.000001 as "interest",
  s3 * 0.000001 as "total",
  case b3 when 0 then $19::text when 1 then $20::text end as "total_band",
  disqualified as "disqualified",
  case stands when 1 then $13::text end as "stage"
from staged`;

const values = [
  NOON,
  'ceo',
  20_000_000,
  'email_clicked',
  90 * 24 * HOUR,
  5_000_000,
  15_000_000,
  'page_viewed',
  1_800_000,
  2,
  10_000_000,
  25_000_000,
  'mql',
  100_000_000,
  0,
  1000,
  500,
  25_000_000,
  'hot',
  'cold',
];

test('the statement of a small model, for DuckDB', () => {
  expect(writeSql(small, { dialect: 'duckdb', asOf: NOON, of: 'contacts' })).toEqual({
    text: text('', 'given'),
    values,
  });
});

test('the statement of a small model, for PostgreSQL', () => {
  const fence = 'given_once as (\n  select given.*\n  from contact\n  left join given on given.id = contact.id\n),\n';
  expect(writeSql(small, { dialect: 'postgres', asOf: NOON, of: 'contacts' })).toEqual({
    text: text(fence, 'given_once'),
    values,
  });
});

test.each(each)('its rows in %s', async (_, database) => {
  await database.fill(small, [
    contact('a', { title: 'CEO' }, [
      ['email_clicked', NOON - HOUR],
      ['page_viewed', NOON - 3 * HOUR],
      ['page_viewed', NOON - HOUR],
    ]),
    contact('b', {}, []),
  ]);
  const rows = await database.score(small, NOON, 'contacts');
  expect(rows.get('a')).toEqual({
    id: 'a',
    'rule.chief': '20.000000',
    'rule.clicks': '5.000000',
    'rule.returns': '10.000000',
    fit: '20.000000',
    interest: '15.000000',
    total: '27.500000',
    total_band: 'hot',
    disqualified: null,
    stage: 'mql',
  });
  expect(rows.get('b')).toEqual({
    id: 'b',
    'rule.chief': '0.000000',
    'rule.clicks': '0.000000',
    'rule.returns': '0.000000',
    fit: null,
    interest: null,
    total: null,
    total_band: null,
    disqualified: null,
    stage: null,
  });
});

test.each(each)('the first value alone moves the statement to another instant in %s', async (_, database) => {
  await database.fill(small, [contact('a', {}, [['email_clicked', NOON]])]);
  const statement = writeSql(small, { dialect: database.dialect, asOf: NOON - 1, of: 'contacts' });
  const interest = async (asOf: number) =>
    (await database.run(statement.text, [asOf, ...statement.values.slice(1)])).map((row) => row.interest);
  expect(await interest(NOON - 1)).toEqual([null]);
  expect(await interest(NOON)).toEqual(['5.000000']);
  expect(await interest(NOON + 90 * 24 * HOUR)).toEqual(['0.000000']);
});

const HOSTILE = `"; drop table contact; --' $1 \` \${x} \\ __proto__`;

const hostile = checkModel({
  model: 'hostile',
  scores: {
    s: {
      range: [0, 100],
      rules: [
        { id: 'trait', if: { [HOSTILE]: { is: HOSTILE } }, points: 1 },
        { id: 'event', on: HOSTILE, where: { [HOSTILE]: { contains: HOSTILE } }, points: 2 },
        { id: 'lone', if: { title: { is: '\ud800' } }, points: 8 },
      ],
    },
  },
  bands: { s: { [HOSTILE.slice(0, 40)]: 3, low: 0 } },
  disqualify: [{ id: 'd', if: { title: { is: 'x' } }, reason: HOSTILE }],
});

test('no value of a model becomes text of the statement', () => {
  for (const dialect of ['duckdb', 'postgres'] as const) {
    const statement = writeSql(hostile, { dialect, asOf: NOON, of: 'contacts' });
    const names = statement.text.replaceAll(/"(?:[^"]|"")*"/g, '');
    expect(names).not.toContain('drop table');
    expect(statement.values).toContain(HOSTILE);
  }
});

test.each(each)('a hostile model scores right in %s', async (_, database) => {
  const event = {
    id: '1',
    name: HOSTILE,
    at: NOON,
    properties: new Map([[HOSTILE, `x ${HOSTILE} y`]]),
    ignored: false,
  };
  await database.fill(hostile, [
    { ...contact('a', { [HOSTILE]: HOSTILE.toUpperCase(), title: 'x' }, []), events: [event] },
  ]);
  expect((await database.score(hostile, NOON, 'contacts')).get('a')).toMatchObject({
    s: '3.000000',
    s_band: HOSTILE.slice(0, 40),
    disqualified: HOSTILE,
  });
});

const onTraits = (...fields: readonly string[]): Model =>
  checkModel({
    model: 'fields',
    scores: {
      s: {
        range: [0, 100],
        rules: fields.map((field, i) => ({ id: `r${i}`, if: { [field]: { is: 'x' } }, points: 1 })),
      },
    },
  });

const refusal = (model: Model, dialect: 'postgres' | 'duckdb'): string | undefined => {
  try {
    writeSql(model, { dialect, asOf: NOON, of: 'contacts' });
    return undefined;
  } catch (error) {
    if (error instanceof ScorelineError && error.code === 'model_unwritable') return error.message;
    throw error;
  }
};

test('a name that PostgreSQL would cut is refused, in bytes', () => {
  expect(refusal(onTraits('x'.repeat(63)), 'postgres')).toBeUndefined();
  expect(refusal(onTraits('ü'.repeat(32)), 'postgres')).toBe(
    `the column "${'ü'.repeat(32)}" has a name of 64 bytes; PostgreSQL cuts names at 63`,
  );
  expect(refusal(onTraits('ü'.repeat(32)), 'duckdb')).toBeUndefined();
});

test('two names that DuckDB takes for one are refused', () => {
  expect(refusal(onTraits('title', 'Title'), 'duckdb')).toBe(
    'DuckDB cannot tell the columns "title" and "Title" of contact apart',
  );
  expect(refusal(onTraits('title', 'Title'), 'postgres')).toBeUndefined();
});

test('a name with a line break is refused, which would end a comment', () => {
  expect(refusal(onTraits('a\nb'), 'duckdb')).toBe('the name "a\\nb" has a control character, such as a line break');
});

test('a model with more columns than PostgreSQL has is refused; DuckDB takes it', () => {
  const wide = onTraits(...Array.from({ length: 900 }, (_, i) => `f${i}`));
  expect(refusal(wide, 'postgres')).toBeUndefined();
  const wider = onTraits(...Array.from({ length: 1700 }, (_, i) => `f${i}`));
  expect(refusal(wider, 'postgres')).toMatch(/^scoring contacts takes \d+ columns/);
  expect(refusal(wider, 'duckdb')).toBeUndefined();
});

test.each(each)('a sum of 1,200 rules in %s', async (_, database) => {
  const rules = Array.from({ length: 1200 }, (_, i) => ({ id: `r${i}`, if: { n: { atLeast: i } }, points: 1 }));
  const model = checkModel({ model: 'long', scores: { s: { range: [0, 10_000], rules } } });
  await database.fill(model, [contact('a', { n: '999' }, [])]);
  expect((await database.score(model, NOON, 'contacts')).get('a')?.s).toBe('1000.000000');
});

test('fields named like fixed columns, or with a colon, have columns of their own', () => {
  const model = onTraits('stage', 'has_traits', 'a:text', 'a', 'created');
  const [table] = tablesFor(model);
  expect(table?.columns.map(({ name }) => name)).toEqual([
    'id',
    'has_traits',
    'created_at',
    'company',
    'stage:text',
    'has_traits:text',
    'a:text:text',
    'a',
    'created',
  ]);
});
