import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { columnsOf, contactAt } from '../core/columns.ts';
import type { Needs } from '../core/needs.ts';
import type { Reads } from '../core/operators.ts';
import { profile } from '../core/profile.ts';
import { type Files, openFiles, type Paths } from './files.ts';

const AS_OF = Date.parse('2026-06-30T12:00:00Z');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scoreline-files-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a file and gives its path. */
function file(name: string, content: string | Buffer | readonly object[]): string {
  const path = join(folder, name);
  const text = Array.isArray(content) ? content.map((row) => JSON.stringify(row)).join('\n') : content;
  writeFileSync(path, typeof text === 'string' || Buffer.isBuffer(text) ? text : '');
  return path;
}

async function open(paths: Paths): Promise<Files> {
  const files = await openFiles(paths);
  onTestFinished(() => files.close());
  return files;
}

const fields = (names: readonly string[], reads: readonly Reads[] = ['text']) =>
  new Map(names.map((name) => [name, new Set(reads)]));
const needs = (contact: readonly string[], company: readonly string[] = [], event: readonly string[] = []): Needs => ({
  contact: fields(contact),
  company: fields(company),
  event: fields(event),
});

/** The contacts as the columns have them, with ids of the files. */
async function people(files: Files, wanted: Needs) {
  const { columns } = await files.load(wanted, AS_OF);
  const ids = await files.ids(
    'contacts',
    Array.from({ length: columns.contacts.count }, (_, row) => row),
  );
  return ids.map((id, row) => ({ ...contactAt(columns, row, AS_OF), id }));
}

const refusals = (files: Files): [string, number][] => files.refusals().map(({ reason, rows }) => [reason, rows]);

async function rejects(files: Files): Promise<string[]> {
  const path = join(folder, 'rejects.csv');
  await files.writeRejects(path);
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.replaceAll(`${folder}/`, ''));
}

describe('contacts and companies', () => {
  test('rows without an id of their own are refused with their line', async () => {
    const files = await open({
      contacts: file('c.csv', 'id,title\n a ,CEO\n" ",x\nb,"two\nlines"\na,CTO\nc,\n'),
    });
    expect(
      (await people(files, needs(['title']))).map(({ id, traits, hasTraits }) => [id, traits.get('title'), hasTraits]),
    ).toEqual([
      ['a', 'CEO', true],
      ['b', 'two\nlines', true],
      ['c', undefined, false],
    ]);
    expect(refusals(files)).toEqual([
      ['a contact without id', 1],
      ['a second row of this contact', 1],
    ]);
    expect(await rejects(files)).toEqual([
      '"c.csv","3","a contact without id",""" "",x"',
      '"c.csv","6","a second row of this contact","a,CTO"',
    ]);
  });

  test('a company id alone decides; else the mail domain, unless anybody can have one there', async () => {
    const files = await open({
      contacts: file(
        'c.csv',
        [
          'id,company_id,email',
          '1, k2 ,x@one.example',
          '2,unknown,x@one.example',
          '3,,x@ONE.example',
          '4,,x@gmail.com',
          '5,,x@mailinator.com',
          '6,,nobody',
          '7,,"x@y@bücher.example"',
          '8,,x@sub.one.example',
        ].join('\n'),
      ),
      companies: file(
        'k.csv',
        'id,domain,size\nk1, One.example ,5\nk2,one.example,6\nk3,gmail.com,7\nk4,mailinator.com,8\nk5,BÜCHER.example,9\n',
      ),
    });
    expect((await people(files, needs([], ['size']))).map(({ company }) => company?.traits.get('size'))).toEqual([
      '6',
      undefined,
      '5',
      undefined,
      undefined,
      undefined,
      '9',
      undefined,
    ]);
  });

  test('no data means no trait in any column, asked for or not', async () => {
    const files = await open({
      contacts: file(
        'c.csv',
        'id,company_id,created_at,email,x,y\n1,k,2026-01-01,a@b,,\n2,,,, ,[]\n3,,,,,0\n4,,,,"[""a""]",\n',
      ),
    });
    const { columns } = await files.load(needs([]), AS_OF);
    expect([...columns.contacts.hasTraits]).toEqual([0, 0, 1, 1]);
    expect([...columns.contacts.createdAt]).toEqual([Date.parse('2026-01-01'), Number.NaN, Number.NaN, Number.NaN]);
  });

  test('created_at that lies ahead or cannot be read is missing, the latter is counted', async () => {
    const files = await open({
      contacts: file('c.csv', 'id,created_at\n1,2027-01-01\n2,yesterday\n3,1700000000000\n'),
    });
    const { columns, misreads } = await files.load(needs([]), AS_OF);
    expect([...columns.contacts.createdAt]).toEqual([Number.NaN, Number.NaN, 1700000000000]);
    expect(misreads).toEqual([{ holder: 'contact', field: 'created_at', as: 'date', count: 1, example: 'yesterday' }]);
  });

  test('values that are no numbers are missing and counted, in number columns and in those read in other ways too', async () => {
    const rows = 'id,a,b,c\n1, 1e3 ,x,2026-01-01\n2,many,2,soon\n3,,,\n4,[1],[2],1\n';
    const files = await open({ contacts: file('c.csv', rows) });
    const { columns, misreads } = await files.load(
      {
        ...needs([]),
        contact: new Map<string, Set<Reads>>([
          ['a', new Set(['number'])],
          ['b', new Set(['number', 'text'])],
          ['c', new Set(['date'])],
        ]),
      },
      AS_OF,
    );
    const a = columns.contacts.fields.get('a');
    expect(a?.kind === 'number' && [...a.numbers]).toEqual([1000, Number.NaN, Number.NaN, Number.NaN]);
    expect(misreads).toEqual([
      { holder: 'contact', field: 'a', as: 'number', count: 2, example: 'many' },
      { holder: 'contact', field: 'b', as: 'number', count: 2, example: 'x' },
      { holder: 'contact', field: 'c', as: 'date', count: 2, example: 'soon' },
    ]);
  });

  test('another column may hold the id, and columns keep their exact names', async () => {
    const files = await open({
      contacts: file("o'c.csv", 'Prospect ID,Title,title,"say ""hi""",a.b\n1,x,y,z,w\n'),
      id: 'Prospect ID',
    });
    expect(files.fields.contact).toEqual(['Title', 'title', 'say "hi"', 'a.b']);
    const [one] = await people(files, needs(['Title', 'title', 'say "hi"', 'gone']));
    expect(one && [one.id, ...one.traits]).toEqual(['1', ['Title', 'x'], ['title', 'y'], ['say "hi"', 'z']]);
  });
});

describe('events', () => {
  const contacts = () => file('c.csv', 'id\na\nb\n');

  test('rows that are no event of a known contact are refused with their line', async () => {
    const files = await open({
      contacts: contacts(),
      events: file(
        'e.csv',
        'contact_id,name,at\na,x,2026-01-01\n,x,2026-01-01\nz,x,2026-01-01\na, ,2026-01-01\na,x,01/02/2026\n b , y ,2026-01-02T00:00Z\n',
      ),
    });
    expect((await people(files, needs([]))).map(({ events }) => events.map(({ name }) => name))).toEqual([
      ['x'],
      ['y'],
    ]);
    expect(await rejects(files)).toEqual([
      '"e.csv","3","an event without contact_id",",x,2026-01-01"',
      '"e.csv","4","an event of a contact that is not in the contacts file","z,x,2026-01-01"',
      '"e.csv","5","an event without name","a, ,2026-01-01"',
      '"e.csv","6","an event whose at is no instant","a,x,01/02/2026"',
    ]);
  });

  test('the first row of an id counts, even where it is voided, and only for its contact', async () => {
    const files = await open({
      contacts: contacts(),
      events: file(
        'e.csv',
        [
          'contact_id,name,at,id,voided,machine',
          'a,late,2026-01-05,1,,',
          'a,early,2026-01-01, 1 ,,',
          'b,own,2026-01-01,1,false,0',
          'a,gone,2026-01-02,2,TRUE,',
          'a,again,2026-01-02,2,,',
          'a,robot,2026-01-02,3,,true',
          'a,none,2026-01-03,,,',
          'a,none,2026-01-03,,,',
        ].join('\n'),
      ),
    });
    const loaded = await files.load(needs([]), AS_OF);
    expect([loaded.repeated, loaded.ignored]).toEqual([2, 2]);
    expect((await people(files, needs([]))).map(({ events }) => events.map(({ name }) => name))).toEqual([
      ['none', 'none', 'late'],
      ['own'],
    ]);
  });

  test.each([
    ['short', ['a', 'abcdefghijkl', 'é', 'abcdefgh']],
    ['long', ['a', 'abcdefghijkl', 'é', 'abcdefghijklm']],
  ])('ids are compared exactly, %s ones too', async (_, ids) => {
    const near = ['a\0', 'A', 'abcdefghijk', 'abcdefghijklmn', 'e\u0301', 'abcdefg\0', ''];
    const files = await open({
      contacts: file('c.csv', `id\n${ids.join('\n')}\n`),
      events: file(
        'e.csv',
        `contact_id,name,at\n${[...ids, ...near, ...ids.map((id) => ` ${id}\t`)].map((id) => `${id},${id},2026-01-01\n`).join('')}`,
      ),
    });
    expect((await people(files, needs([]))).map(({ events }) => events.map(({ name }) => name))).toEqual(
      ids.map((id) => [id, id]),
    );
    expect(refusals(files).map(([, rows]) => rows)).toEqual([1, near.length - 1]);
  });

  test('a refused row is not the first of its id', async () => {
    const files = await open({
      contacts: contacts(),
      events: file(
        'e.csv',
        'contact_id,name,at,id\na,,2026-01-01,1\na,x,never,1\na,y,2026-01-02,1\na,z,2026-01-03,1\n',
      ),
    });
    expect((await people(files, needs([])))[0]?.events.map(({ name }) => name)).toEqual(['y']);
  });

  test('events of one instant are in the order of their ids, then of the file', async () => {
    const files = await open({
      contacts: contacts(),
      events: file(
        'e.csv',
        [
          'contact_id,name,at,id',
          ...['\u{1f600}', '\uffff', 'b', '', 'a', 'B', ''].map((id, i) => `a,n${i},2026-01-01,${id}`),
          'a,first,2025-01-01,z',
        ].join('\n'),
      ),
    });
    const [a] = await people(files, needs([]));
    expect(a?.events.map(({ name }) => name)).toEqual(['first', 'n3', 'n6', 'n5', 'n4', 'n2', 'n1', 'n0']);
  });

  test('a long history in any order comes out in order', async () => {
    const times = Array.from({ length: 50_000 }, (_, i) => 1_600_000_000_000 + ((i * 7919) % 50_000) * 1000);
    const files = await open({
      contacts: contacts(),
      events: file(
        'e.csv',
        `contact_id,name,at,n\n${times.map((at, i) => `${i % 3 ? 'a' : 'b'},x,${at},${at}`).join('\n')}`,
      ),
    });
    const { columns } = await files.load({ ...needs([]), event: fields(['n'], ['number']) }, AS_OF);
    const { starts, at } = columns.events;
    const n = columns.events.fields.get('n');
    expect([...starts]).toEqual([0, 33_333, 50_000]);
    expect(at.slice(0, 33_333)).toEqual(at.slice(0, 33_333).sort());
    expect(n?.kind === 'number' && n.numbers).toEqual(at);
  });

  test('more contacts than one group holds, and more texts than one byte numbers', async () => {
    const count = 40_000;
    const files = await open({
      contacts: file('c.csv', `id\n${Array.from({ length: count }, (_, i) => `c${i}`).join('\n')}`),
      events: file(
        'e.csv',
        `contact_id,name,at,path\n${Array.from({ length: 2 * count }, (_, i) => `c${(i * 7) % count},x,2026-01-01T00:00:0${i % 10},/p${(i * 7) % count}`).join('\n')}`,
      ),
    });
    const { columns } = await files.load(needs([], [], ['path']), AS_OF);
    const path = columns.events.fields.get('path');
    expect(columns.events.at.length).toBe(2 * count);
    expect(
      path?.kind === 'coded' &&
        [0, 1, 16_384, 39_999].map((row) => path.values[(path.codes[columns.events.starts[row] ?? 0] ?? 0) - 1]),
    ).toEqual(['/p0', '/p1', '/p16384', '/p39999']);
  });
});

describe('one contact whole', () => {
  const paths = () => ({
    contacts: file(
      'c.csv',
      'id,company_id,email,created_at,title,tags,n\na,k, x@y.example ,2026-01-01,CEO,"[""x"",1]",1\nb,k,,,,,\nc,,,,,,\n',
    ),
    companies: file('k.csv', 'id,size\nk,5\n'),
    events: file(
      'e.csv',
      'id,contact_id,name,at,path,voided\n2, a ,x,2026-01-02,/p,\n,a,y,2026-01-01,,true\n3,b,z,2027-01-01,,\n4,a,,2026-01-01,,\n',
    ),
  });

  test('has every column, its company, and its events in the order of the file', async () => {
    const files = await open(paths());
    expect(await files.history(' a ', false)).toEqual([
      {
        id: 'a',
        email: 'x@y.example',
        createdAt: Date.parse('2026-01-01'),
        companyId: 'k',
        traits: new Map<string, unknown>([
          ['title', 'CEO'],
          ['tags', ['x', '1']],
          ['n', '1'],
        ]),
        hasTraits: true,
        company: { id: 'k', traits: new Map([['size', '5']]) },
        events: [
          { id: '2', name: 'x', at: Date.parse('2026-01-02'), properties: new Map([['path', '/p']]), ignored: false },
          {
            id: ' row 0000000002',
            name: 'y',
            at: Date.parse('2026-01-01'),
            properties: new Map([['voided', 'true']]),
            ignored: true,
          },
        ],
      },
    ]);
  });

  test('comes with its colleagues where they are asked for', async () => {
    const files = await open(paths());
    const ids = async (id: string) => (await files.history(id, true)).map((contact) => contact.id);
    expect([await ids('a'), await ids('c'), await ids('d')]).toEqual([['a', 'b'], ['c'], []]);
  });
});

const cell = fc.constantFrom('', ' ', 'a', ' a ', 'B', '7', '-1.5', '[]', '["x", 2]', '[oops', 'é,"\n', '2026-01-01');
const contact = fc.record({
  id: fc.constantFrom('', 'a', 'b', ' b', 'c', 'd'),
  company_id: fc.constantFrom('', '', 'k', 'l', 'm'),
  email: fc.constantFrom('', 'x@one.example', 'x@ONE.example', 'x@gmail.com', 'x'),
  created_at: fc.constantFrom('', '2026-01-01', '2027-01-01', 'x'),
  t: cell,
  n: cell,
});
const company = fc.record({
  id: fc.constantFrom('', 'k', 'l', 'k '),
  domain: fc.constantFrom('', 'one.example', 'gmail.com'),
  s: cell,
});
const event = fc.record({
  id: fc.constantFrom('', '', '1', '2', ' 2', '3'),
  contact_id: fc.constantFrom('', 'a', 'a', ' b', 'c', 'e'),
  name: fc.constantFrom('', 'x', 'y ', 'z'),
  at: fc.constantFrom('', 'x', '2026-01-01', '2026-01-01T00:00Z', '2026-01-02', '2026-07-01'),
  voided: fc.constantFrom('', '', 'true', 'false'),
  p: cell,
  q: cell,
});

const quoted = (rows: readonly object[], names: readonly string[]): string =>
  [names, ...rows.map((row) => Object.values(row))]
    .map((row) => row.map((text) => `"${String(text).replaceAll('"', '""')}"`).join(','))
    .join('\n');

test('columns hold what core lays out from the histories, whatever is in the files', async () => {
  const wanted: Needs = {
    contact: new Map<string, Set<Reads>>([
      ['email', new Set(['text'])],
      ['email.domain', new Set(['text'])],
      ['company_id', new Set(['text'])],
      ['t', new Set(['text', 'list'])],
      ['n', new Set(['number'])],
    ]),
    company: fields(['s', 'domain']),
    event: new Map<string, Set<Reads>>([
      ['p', new Set(['text'])],
      ['q', new Set(['number'])],
    ]),
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(contact, { maxLength: 6 }),
      fc.array(company, { maxLength: 3 }),
      fc.array(event, { maxLength: 30 }),
      fc.boolean(),
      async (contacts, companies, events, json) => {
        const write = (name: string, rows: readonly object[], names: readonly string[]) =>
          json && rows.length > 0 ? file(`${name}.ndjson`, rows) : file(`${name}.csv`, quoted(rows, names));
        const files = await openFiles({
          contacts: write('c', contacts, ['id', 'company_id', 'email', 'created_at', 't', 'n']),
          companies: write('k', companies, ['id', 'domain', 's']),
          events: write('e', events, ['id', 'contact_id', 'name', 'at', 'voided', 'p', 'q']),
        });
        const { columns } = await files.load(wanted, AS_OF);
        const ids = [...new Set(contacts.map(({ id }) => id.trim()))].filter((id) => id !== '');
        expect(
          await files.ids(
            'contacts',
            ids.map((_, row) => row),
          ),
        ).toEqual(ids);
        const histories = (await Promise.all(ids.map((id) => files.history(id, false))))
          .flat()
          .map((one) => profile(one, AS_OF));
        await files.close();
        const expected = columnsOf(histories, wanted);
        const seen = (from: typeof columns) =>
          ids.map((_, row) => {
            const { id, company: employer, events: log, ...rest } = contactAt(from, row, AS_OF);
            return { ...rest, employer: employer?.traits, log: log.map((one) => ({ ...one, id: '' })) };
          });
        expect(seen(columns)).toEqual(seen(expected));
      },
    ),
    { seed: 7, numRuns: 5 },
  );
}, 180_000);
