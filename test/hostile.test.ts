/** A hostile model gives an error or a right score, and never runs anything. */
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { columnsOf } from '../src/core/columns.ts';
import { ModelError } from '../src/core/errors.ts';
import { explain } from '../src/core/explain.ts';
import { resultsAt, scoreColumns } from '../src/core/kernel.ts';
import { programOf } from '../src/core/kernel-program.ts';
import { checkModel, parseModel } from '../src/core/model.ts';
import { needsOf } from '../src/core/needs.ts';
import { profile } from '../src/core/profile.ts';
import { writeSql } from '../src/core/sql.ts';
import { preparedRows } from '../src/core/sql-tables.ts';
import { storable } from '../src/core/text.ts';
import type { Contact, Model } from '../src/core/words.ts';
import { openPrepared } from '../src/files/prepared.ts';

const NOW = Date.UTC(2026, 0, 31);
const MARK = 'hostileMark';

/** Texts that would run, end a string, a comment or a statement, or reach a prototype, if they ever became code. */
const PAYLOADS = [
  `'; globalThis.${MARK} = 1; '`,
  `"; globalThis.${MARK} = 1; "`,
  `\`; globalThis.${MARK} = 1; \``,
  `\${globalThis.${MARK} = 1}`,
  `\\"; globalThis.${MARK} = 1 //`,
  `*/ globalThis.${MARK} = 1 /*`,
  `\n globalThis.${MARK} = 1 \n`,
  `\u2028globalThis.${MARK} = 1\u2029`,
  `]; globalThis.${MARK} = 1; [`,
  `constructor.constructor('globalThis.${MARK} = 1')()`,
  `'); drop table contact; --`,
  `"; drop table contact; --`,
  `$1 ${MARK}`,
  `a0[c] ${MARK}`,
  `\ud800${MARK}`,
  `${MARK}\udfff`,
  `${MARK}\0${MARK}`,
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
];

afterEach(() => {
  expect(Object.hasOwn(globalThis, MARK)).toBe(false);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

function contactWith(field: string, text: string, name: string, property: string): Contact {
  const properties = new Map([[property, text]]);
  return {
    id: text,
    email: null,
    createdAt: null,
    companyId: null,
    traits: new Map([[field, text]]),
    hasTraits: true,
    company: { id: 'k', traits: new Map([[field, text]]) },
    events: [
      { id: text, name, at: NOW - 1, properties, ignored: false },
      { id: `${text}2`, name, at: NOW, properties, ignored: false },
    ],
  };
}

/** Scores one contact in all three forms; they must agree. */
async function scoreEverywhere(model: Model, contact: Contact): Promise<number | null | undefined> {
  const plain = explain(model, contact, NOW).scores.get('s')?.points;
  const columns = columnsOf([profile(contact, NOW)], needsOf(model));
  const kernel = scoreColumns(model, columns, NOW, { next: true, reasons: true });
  expect(resultsAt(model.scores, kernel, 0).get('s')?.points).toBe(plain);
  const database = await openPrepared();
  try {
    await database.fill(preparedRows(model, [profile(contact, NOW)]));
    const { text, values } = writeSql(model, { dialect: 'duckdb', asOf: NOW, of: 'contacts' });
    const [row] = await database.run(text, values);
    expect(Number(row?.s?.replace('.', ''))).toBe(plain);
  } finally {
    database.close();
  }
  return plain;
}

test.each(PAYLOADS)('as every text of a model: %j', async (text) => {
  const document = {
    model: 'hostile',
    title: text,
    scores: {
      s: {
        range: [0, 100],
        groups: { g: { range: [-50, 50] } },
        rules: [
          { id: 'is', if: { field: { is: text } }, points: 1 },
          { id: 'in', if: { field: { in: [text, 'x'] } }, points: 2 },
          {
            id: 'contains',
            if: { any: [{ field: { contains: text } }, { field: { is: text } }] },
            points: 4,
            group: 'g',
          },
          { id: 'named', on: text, points: 8 },
          { id: 'where', on: ['x', text], where: { property: { startsWith: text } }, pointsEach: 8 },
          { id: 'distinct', on: text, distinct: 'property', pointsEach: 32 },
        ],
      },
    },
    grades: { s: { [text === '__proto__' ? 'A' : text.slice(0, 50)]: 0 } },
    bands: { s: { hot: 0 } },
    disqualify: [{ id: 'd', if: { field: { is: `${text}x` } }, reason: text }],
    stages: [{ id: 'st', enter: { event: { on: text, where: { property: { is: text } } } } }],
  };
  if (storable(text) !== text) {
    expect(() => checkModel(document)).toThrow(ModelError);
    return;
  }
  const model = checkModel(document);
  expect(await scoreEverywhere(model, contactWith('field', text, text, 'property'))).toBe(63_000_000);
  const program = programOf(model, true);
  const code = [program.judge, program.stages, ...program.chunks.map(({ source }) => source), ...program.singles].join(
    '\n',
  );
  expect(code).not.toContain(MARK);
});

test.each(PAYLOADS)('as a name of a field, property, score, rule, group or stage: %j', async (text) => {
  const rules = [
    { id: 'field', if: { [text]: { exists: true } }, points: 1 },
    { id: 'property', on: 'x', where: { [text]: { exists: true } }, distinct: text, pointsEach: 2 },
    { id: 'amount', on: 'x', amount: { property: text }, pointsEach: 4 },
  ];
  const own = (key: string, value: unknown) => Object.fromEntries([[key, value]]);
  const score = { range: [0, 100], rules };
  try {
    const model = checkModel({ model: 'hostile', scores: { s: score } });
    expect(await scoreEverywhere(model, contactWith(text, 'a value', 'x', text))).toBe(3_000_000);
  } catch (error) {
    // A database may not take the name of a column; then it says so, and nothing else happens.
    expect(error).toHaveProperty('code');
  }
  const refused = [
    { model: text, scores: { s: score } },
    { model: 'm', scores: own(text, score) },
    { model: 'm', scores: { s: { range: [0, 1], rules: [{ id: text, if: { a: { is: 'b' } }, points: 1 }] } } },
    { model: 'm', scores: { s: { range: [0, 1], groups: own(text, { range: [0, 1] }), rules: [] } } },
    { model: 'm', scores: { s: score }, stages: [{ id: text, enter: { a: { is: 'b' } } }] },
    { model: 'm', scores: { s: score }, ...own(text, 1) },
  ];
  const plain = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(text);
  if (!plain) for (const document of refused) expect(() => checkModel(document)).toThrow(ModelError);
});

test('ten thousand rules give the right score', async () => {
  const rules = Array.from({ length: 10_000 }, (_, i) =>
    i % 2 === 0
      ? { id: `r${i}`, if: { field: { is: i % 4 === 0 ? 'yes' : `no ${i}` } }, points: 0.001 }
      : { id: `r${i}`, on: `event ${i % 4 === 1 ? 'x' : i}`, points: 0.001 },
  );
  const model = checkModel({ model: 'many', scores: { s: { range: [0, 1000], rules } } });
  const contact = contactWith('field', 'Yes', 'event x', 'property');
  const columns = columnsOf([profile(contact, NOW)], needsOf(model));
  const kernel = scoreColumns(model, columns, NOW, { next: true, reasons: true });
  expect(kernel.scores[0]?.[0]).toBe(5_000_000);
  expect(explain(model, contact, NOW).scores.get('s')?.points).toBe(5_000_000);
});

test('texts of a megabyte give the right score', async () => {
  const long = 'ă'.repeat(1_000_000);
  const model = checkModel({
    model: 'long',
    scores: {
      s: {
        range: [0, 10],
        rules: [
          { id: 'r', if: { field: { is: long } }, points: 1 },
          { id: 'q', on: 'x', where: { property: { endsWith: long } }, points: 2 },
        ],
      },
    },
  });
  expect(await scoreEverywhere(model, contactWith('field', 'A'.repeat(1_000_000), 'x', 'property'))).toBe(3_000_000);
});

test.each([
  ['lists in lists', '['.repeat(100_000)],
  ['maps in maps', '{a: '.repeat(100_000)],
  ['indents', Array.from({ length: 3_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  [
    'conditions',
    `model: m\nscores: {s: {range: [0, 1], rules: [{id: r, points: 1, if: ${'{not: '.repeat(400)}{a: {is: b}}${'}'.repeat(400)}}]}}`,
  ],
  [
    'aliases',
    `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefghij'
      .split('')
      .map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefghi'[i]}`).join(', ')}]`)
      .join('\n')}`,
  ],
])('what nests or grows without end is refused: %s', (_, text) => {
  expect(() => parseModel(text)).toThrow(ModelError);
});

test('a document of any shape is refused or read, never run', () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, maxDepth: 5 }), (document) => {
      try {
        checkModel(document);
      } catch (error) {
        expect(error).toBeInstanceOf(ModelError);
      }
    }),
    { numRuns: 500, seed: 1 },
  );
});

test('a text of any bytes is refused or read', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      try {
        parseModel(text);
      } catch (error) {
        expect(error).toBeInstanceOf(ModelError);
      }
    }),
    { numRuns: 1000, seed: 2 },
  );
});
