import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dialectOf, fieldsOf, forEachRecord, written } from './csv.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scoreline-csv-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What becomes of a text: fields of records that can be read, line and reason of the others. */
function read(text: string | Buffer): (readonly string[] | string)[] {
  const path = join(folder, 'a.csv');
  writeFileSync(path, text);
  const dialect = dialectOf(Buffer.from(text));
  const found: (readonly string[] | string)[] = [];
  forEachRecord(path, dialect, undefined, ({ state, line, reason, bytes }) => {
    if (state === 'blank') return;
    found.push(state === 'bad' ? `${line}: ${reason}` : fieldsOf(bytes, dialect));
  });
  return found;
}

const field = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', ';', '\n', '\r\n', ' ', '😀', '\0') });

test('what is written is read again, whatever is in the fields', () => {
  fc.assert(
    fc.property(
      fc
        .integer({ min: 2, max: 4 })
        .chain((width) => fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1 })),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      (rows, newline, atEnd) => {
        const header = rows[0]?.map((_, i) => `c${i}`) ?? [];
        const text = [header, ...rows].map((row) => written(row, ',')).join(newline) + (atEnd ? newline : '');
        expect(read(text)).toEqual([header, ...rows]);
      },
    ),
    { seed: 1 },
  );
});

test.each([
  [
    'a;b\n1;"x,y"',
    [
      ['a', 'b'],
      ['1', 'x,y'],
    ],
  ],
  [
    'a\tb\r\n1\t2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    '\ufeffa,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    '\n\na,b\n\n  \n1,2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  ['id\n1\n\n2', [['id'], ['1'], ['2']]],
  [
    'a,b\n1,5" pipe',
    [
      ['a', 'b'],
      ['1', '5" pipe'],
    ],
  ],
  [
    'a,b\n,\n',
    [
      ['a', 'b'],
      ['', ''],
    ],
  ],
  [
    'a,b\n1,2\r3',
    [
      ['a', 'b'],
      ['1', '2\r3'],
    ],
  ],
])('%j is read as it is meant', (text, records) => {
  expect(read(text)).toEqual(records);
});

test.each<[string, string | Buffer, (string[] | string)[]]>([
  ['too few fields', 'a,b\n1\n2,3', [['a', 'b'], '2: 1 field where the header has 2', ['2', '3']]],
  ['too many fields', 'a,b\n"x\ny",2,3\n2,3', [['a', 'b'], '2: 3 fields where the header has 2', ['2', '3']]],
  [
    'a stray quote',
    'a,b\n1,"x\n2,"y"\n3,z',
    [['a', 'b'], '2: text after the closing quote of a field', ['2', 'y'], ['3', 'z']],
  ],
  [
    'a quote that stays open',
    'a,b\n1,"x\n2,y\n3,z',
    [['a', 'b'], '2: a quote that never closes', ['2', 'y'], ['3', 'z']],
  ],
  [
    'bytes of another encoding',
    Buffer.from('a,b\n1,M\xfcller\n2,M\xc3\xbcller', 'latin1'),
    [['a', 'b'], '2: bytes that are not UTF-8', ['2', 'Müller']],
  ],
])('%s costs one row and no more', (_, text, records) => {
  expect(read(text)).toEqual(records);
});

test('a record quoted as if it were one field is what is inside', () => {
  expect(read('a,b,c\n"1,""x, y"",3"\n4,5,6')).toEqual([
    ['a', 'b', 'c'],
    ['1', 'x, y', '3'],
    ['4', '5', '6'],
  ]);
  expect(read('a,b,c\n"1,2"\n4,5,6')).toEqual([['a', 'b', 'c'], '2: 1 field where the header has 3', ['4', '5', '6']]);
});

test('lines are counted through quoted line ends', () => {
  const path = join(folder, 'lines.csv');
  writeFileSync(path, 'a,b\n"1\n1\n",2\n\n3,4\n5\n');
  const lines: [string, number][] = [];
  forEachRecord(path, { delimiter: ',', skip: 0 }, undefined, ({ state, line }) => lines.push([state, line]));
  expect(lines).toEqual([
    ['plain', 1],
    ['plain', 2],
    ['blank', 5],
    ['plain', 6],
    ['bad', 7],
  ]);
});

test('records longer than a piece of the file are whole', () => {
  const long = 'x\n'.repeat(3_000_000);
  expect(read(`a,b\n1,"${long}"\n2,y\n`)).toEqual([
    ['a', 'b'],
    ['1', long],
    ['2', 'y'],
  ]);
});
