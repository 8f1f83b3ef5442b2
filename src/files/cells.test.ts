import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readNumber } from '../core/text.ts';
import { readInstant } from '../core/time.ts';
import {
  type Cell,
  cellOf,
  instantSql,
  numberSql,
  presentSql,
  rawSql,
  readValue,
  teachCells,
  textSql,
} from './cells.ts';
import { type Duck, openDuck } from './duck.ts';

let duck: Duck;
beforeAll(async () => {
  duck = await openDuck();
  await teachCells(duck);
});
afterAll(() => duck.close());

const cell: Cell = { name: 'x', sql: 'x', kind: 'text' };

/** What SQL says of some texts. */
async function ask(texts: readonly string[], sql: string): Promise<unknown[]> {
  const table = duck.name('texts');
  await duck.table(table, [{ name: 'x', kind: 'text', text: (row) => texts[row] ?? '' }], texts.length);
  return (await duck.rows(`select ${sql} from ${table}`)).map(([value]) => value);
}

const white = fc.constantFrom('', '', '', ' ', '\t', '\u00a0', '\u2003', '\ufeff', '\n', '\u0085', '\u200b');
const around = (text: fc.Arbitrary<string>) => fc.tuple(white, text, white).map((parts) => parts.join(''));
const digits = fc.stringMatching(/^\d{0,20}$/);
const numberish = fc
  .tuple(
    fc.constantFrom('', '+', '-', '--', '١'),
    digits,
    fc.constantFrom('', '.', ',', '_'),
    digits,
    fc.constantFrom('', 'e', 'E', 'e+', 'e-'),
    fc.stringMatching(/^\d{0,3}$/),
  )
  .map((parts) => parts.join(''));
const two = (most: number) => fc.integer({ min: 0, max: most }).map((n) => String(n).padStart(2, '0'));
const instantish = fc
  .tuple(
    fc.oneof(
      fc.integer({ min: 0, max: 9999 }).map((n) => String(n).padStart(4, '0')),
      fc.constantFrom('24', '02024', '1900', '2000', '0000'),
    ),
    fc.constantFrom('-', '-', '-', '/'),
    two(13),
    two(32),
    fc.constantFrom('T', 'T', 'T', ' ', 't', ''),
    two(25),
    two(60),
    fc.oneof(
      fc.constant(''),
      two(60).map((s) => `:${s}`),
    ),
    fc.constantFrom('', '.1', '.12', '.123', '.1234', '.'),
    fc.oneof(
      fc.constantFrom('', 'Z', 'z', 'UTC'),
      fc.tuple(fc.constantFrom('+', '-'), two(25), fc.constantFrom(':', ''), two(60)).map((p) => p.join('')),
    ),
    fc.boolean(),
  )
  .map(([year, dash, month, day, t, hour, minute, second, fraction, zone, dateOnly]) =>
    dateOnly
      ? `${year}${dash}${month}-${day}`
      : `${year}${dash}${month}-${day}${t}${hour}:${minute}${second}${second && fraction}${zone}`,
  );
const anything = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.toWellFormed());

async function agree(texts: readonly string[], sql: string, read: (text: string) => number | undefined): Promise<void> {
  const answers = await ask(texts, sql);
  texts.forEach((text, i) => {
    const missing = readValue(text, 'text') === undefined;
    const value = readValue(text, 'text');
    const expected = missing ? Number.NaN : ((typeof value === 'string' ? read(value) : undefined) ?? Infinity);
    expect({ text, answer: answers[i] }).toEqual({ text, answer: expected });
  });
}

test('numbers are read by SQL exactly as core reads them', async () => {
  const known = [
    '1e400',
    '1e-400',
    '-0',
    '.5',
    '5.',
    '1_000',
    '0x10',
    'NaN',
    'Infinity',
    '9007199254740993',
    '[]',
    '[ ]',
    '[1]',
  ];
  await agree(known, numberSql(cell), readNumber);
  await fc.assert(
    fc.asyncProperty(
      fc.array(around(fc.oneof(numberish, anything, fc.double().map(String))), { maxLength: 200 }),
      (texts) => agree(texts, numberSql(cell), readNumber),
    ),
    { seed: 1, numRuns: 40 },
  );
});

test('instants are read by SQL exactly as core reads them', async () => {
  const known = [
    '2024-02-30',
    '2024-02-29T23:59:59.9+23:59',
    '0000-01-01T00:00-23:59',
    '12345678901',
    '1234567890',
    '123456789012345',
    '1234567890123456',
  ];
  await agree(known, instantSql(cell), readInstant);
  await fc.assert(
    fc.asyncProperty(
      fc.array(around(fc.oneof(instantish, instantish, digits, anything)), { maxLength: 200 }),
      (texts) => agree(texts, instantSql(cell), readInstant),
    ),
    { seed: 2, numRuns: 60 },
  );
});

test('text is trimmed and missing as JavaScript has it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(around(fc.oneof(anything, fc.constantFrom('', '[]', '[ \n]', '["a"]', '[', 'é'))), { maxLength: 200 }),
      async (texts) => {
        expect(await ask(texts, textSql(cell))).toEqual(texts.map((text) => text.trim() || null));
        expect(await ask(texts, presentSql(cell))).toEqual(texts.map((text) => readValue(text, 'text') !== undefined));
      },
    ),
    { seed: 3, numRuns: 40 },
  );
});

test('pieces of JSON are read the same by SQL and JavaScript', async () => {
  const json: Cell = { ...cell, kind: 'json' };
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)),
        { maxLength: 50 },
      ),
      async (texts) => {
        const values = texts.map((text) => readValue(text, 'json'));
        expect(await ask(texts, presentSql(json))).toEqual(values.map((value) => value !== undefined));
        const numbers = await ask(texts, numberSql(json));
        values.forEach((value, i) => {
          const number =
            typeof value === 'string' ? (readNumber(value) ?? Infinity) : value === undefined ? Number.NaN : Infinity;
          expect({ text: texts[i], number: numbers[i] }).toEqual({ text: texts[i], number });
        });
      },
    ),
    { seed: 4, numRuns: 15 },
  );
});

test.each([
  ['"  a "', 'a'],
  ['" "', undefined],
  ['null', undefined],
  ['{"a":1}', undefined],
  ['1.0', '1'],
  ['12345678901234567890', '12345678901234567890'],
  ['1e400', undefined],
  ['true', 'true'],
  ['[]', undefined],
  ['["a", 1.0, true, {"b":[1]}, 98765432109876543210]', ['a', '1', 'true', '{"b":[1]}', '98765432109876543210']],
  ['"[\\"a\\"]"', ['a']],
])('the piece of JSON %s means %j', (raw, value) => {
  expect(readValue(raw, 'json')).toEqual(value);
});

test('every type of a column has its text', async () => {
  const typed: [string, string, unknown][] = [
    ['BIGINT', '9007199254740993', '9007199254740993'],
    ['UBIGINT', '18446744073709551615', '18446744073709551615'],
    ['DOUBLE', '1e21', '1e+21'],
    ['DOUBLE', '0.000001', '0.000001'],
    ['DOUBLE', '1e-7', '1e-7'],
    ['DOUBLE', "'nan'", undefined],
    ['DOUBLE', "'-inf'", undefined],
    ['DOUBLE', '1e16', '10000000000000000'],
    ['DECIMAL(10,2)', '12.50', '12.5'],
    ['BOOLEAN', 'true', 'true'],
    ['DATE', "'2024-02-29'", '2024-02-29'],
    ['TIMESTAMP', "'2024-02-29 01:02:03.456789'", '2024-02-29T01:02:03.456Z'],
    ['TIMESTAMP_NS', "'2024-02-29 01:02:03.456789'", '2024-02-29T01:02:03.456Z'],
    ['TIMESTAMP WITH TIME ZONE', "'2024-02-29 01:02:03+01:00'", '2024-02-29T00:02:03.000Z'],
    ['TIMESTAMP', "'1969-12-31 23:59:59.9995'", '1969-12-31T23:59:59.999Z'],
    ['TIMESTAMP', "'infinity'", undefined],
    ['UUID', "'01234567-89ab-cdef-0123-456789abcdef'", '01234567-89ab-cdef-0123-456789abcdef'],
    ['VARCHAR[]', "['a', 'b']", ['a', 'b']],
    ['BIGINT[]', '[1, 9007199254740993]', ['1', '9007199254740993']],
    ['DOUBLE[]', "['1.5'::double, 'nan'::double]", ['1.5']],
    ['VARCHAR[]', '[]', undefined],
    ['STRUCT(a INTEGER)', '{a: 1}', undefined],
    ['MAP(VARCHAR, INTEGER)', "map(['a'], [1])", undefined],
    ['BLOB', "'abc'::blob", 'abc'],
    ['BLOB', "'\\xff'::blob", undefined],
    ['TIME', "'01:02:03'", '01:02:03'],
  ];
  for (const [type, literal, value] of typed) {
    const one = cellOf('x', 'x', type);
    const [[raw, present] = []] = await duck.rows(
      `select ${rawSql(one)}, ${presentSql(one)} from (select ${literal}::${type} as x)`,
    );
    const read = typeof raw === 'string' ? readValue(raw, one.kind) : undefined;
    expect({ type, literal, read, present }).toEqual({ type, literal, read: value, present: value !== undefined });
  }
});
