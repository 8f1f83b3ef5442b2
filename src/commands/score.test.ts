// `scoreline score` from files to files, against scores worked out by hand in test/small.ts.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import { command, files, folder, ROOT } from '../../test/command.ts';
import * as small from '../../test/small.ts';

const DATA = { 'm.yaml': small.model, 'c.csv': small.contacts, 'k.csv': small.companies, 'e.csv': small.events };

/** The flags that name the small files. */
const given = (path: string): string[] => [
  ...['--model', join(path, 'm.yaml'), '--contacts', join(path, 'c.csv'), '--companies', join(path, 'k.csv')],
  ...['--events', join(path, 'e.csv'), '--as-of', small.asOf],
];

/** A CSV file as rows of texts, read by somebody else's reader. */
async function read(path: string): Promise<string[][]> {
  return query(`select * from read_csv('${path}', all_varchar = true, header = false)`);
}

async function query(sql: string): Promise<string[][]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRowsJson().map((row) => row.map((cell) => (cell === null ? '' : String(cell))));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

describe('what comes out', () => {
  test('CSV: the columns as promised, in their order, and the scores worked out by hand', async () => {
    const path = files(DATA);
    const out = join(path, 'out.csv');
    const companies = join(path, 'companies.csv');
    const {
      status,
      out: printed,
      err,
    } = await command('score', ...given(path), '--out', out, '--companies-out', companies);
    expect([status, printed]).toEqual([0, '']);
    expect(await read(out)).toEqual([small.columns, ...small.scores]);
    expect(await read(companies)).toEqual([['id', 'interest', 'interest_band'], ...small.companyScores]);
    expect(err.split('\n')).toEqual([
      'Scored 3 contacts, 2 companies, 3 events as of 2026-06-30 12:00 UTC; 1 contact is disqualified.',
      '1 contact has no data, and no score.',
      '1 event is later than that and does not count.',
      `Wrote ${out}.`,
      `Wrote ${companies}.`,
      '',
    ]);
  });

  test('NDJSON in and out: numbers are numbers, what is empty is null, instants are texts', async () => {
    const lines = (csv: string, numbers: readonly string[]) => {
      const [head = [], ...rest] = csv
        .trimEnd()
        .split('\n')
        .map((line) => line.split(','));
      return rest
        .map((row) =>
          Object.fromEntries(head.map((name, i) => [name, numbers.includes(name) ? Number(row[i]) : row[i]])),
        )
        .map((row) => JSON.stringify(row))
        .join('\n');
    };
    const path = files({
      'm.yaml': small.model,
      'c.ndjson': lines(small.contacts, []),
      'k.ndjson': lines(small.companies, ['employees']),
      'e.ndjson': lines(small.events, []),
    });
    const out = join(path, 'out.ndjson');
    const args = ['--model', join(path, 'm.yaml'), '--contacts', join(path, 'c.ndjson'), '--as-of', small.asOf];
    const more = ['--companies', join(path, 'k.ndjson'), '--events', join(path, 'e.ndjson'), '--out', out];
    expect((await command('score', ...args, ...more)).status).toBe(0);
    const written = readFileSync(out, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(written.map((row) => Object.keys(row))).toEqual(small.scores.map(() => small.columns));
    expect(written.map((row) => Object.values(row).map((value) => value ?? ''))).toEqual(
      small.scores.map((row) => row.map((cell, i) => ([1, 3, 5].includes(i) && cell !== '' ? Number(cell) : cell))),
    );
  });

  test('Parquet in and out, with columns that have types', async () => {
    const path = files(DATA);
    for (const name of ['c', 'k', 'e'])
      await query(`copy (from read_csv('${join(path, `${name}.csv`)}')) to '${join(path, `${name}.parquet`)}'`);
    const out = join(path, 'out.parquet');
    const args = given(path).map((arg) => arg.replace(/\.csv$/, '.parquet'));
    expect((await command('score', ...args, '--out', out)).status).toBe(0);
    expect((await query(`describe from '${out}'`)).map(([name, type]) => [name, type])).toEqual(
      small.columns.map((name) => [
        name,
        ['fit', 'interest', 'total'].includes(name) ? 'DOUBLE' : name === 'next_change_at' ? 'TIMESTAMP' : 'VARCHAR',
      ]),
    );
    const instant = (cell: string) => cell.replace('T', ' ').replace('.000Z', '');
    const number = (cell: string) => (cell === '' ? '' : String(Number(cell)));
    expect(
      (await query(`from '${out}'`)).map((row) => row.map((cell, i) => ([1, 3, 5].includes(i) ? number(cell) : cell))),
    ).toEqual(small.scores.map((row) => row.map((cell, i) => (i === 10 ? instant(cell) : cell))));
  });

  test('--reasons: every rule with its points, those that gave nothing too', async () => {
    const path = files(DATA);
    const out = join(path, 'out.csv');
    await command('score', ...given(path), '--out', out, '--reasons');
    const [head, ...rest] = await read(out);
    expect(head).toEqual([...small.columns, 'reasons']);
    for (const row of rest) {
      const nothing = Object.fromEntries(small.rules.map((rule) => [rule, 0]));
      expect(JSON.parse(row.at(-1) ?? '')).toEqual({ ...nothing, ...small.reasons[row[0] ?? ''] });
      expect(Object.keys(JSON.parse(row.at(-1) ?? ''))).toEqual(small.rules);
    }
  });

  test('without --out a table: the best first, those without data last, with their strongest reasons', async () => {
    const { status, out } = await command('score', ...given(files(DATA)));
    expect(status).toBe(0);
    expect(out.trimEnd().split('\n')).toEqual([
      'id    fit  interest     total  quadrant  stage                     strongest reasons',
      'ana  50 A     7.5 A  53.8 hot  A1        mql                       +30 decides, +20.5 right-size, +7.5 pricing',
      'ben   0 B     -20 B    0 cold  B2                                  -40 quiet, -10 student',
      'dan  30 A       0 B   30 cold  A2        out: Competitor, of ours  +30 decides',
      'cat                                      no data',
    ]);
  });

  test('the table shows the best of many, and says so', async () => {
    const many = Array.from({ length: 23 }, (_, i) => `p${i},${i % 2 === 0 ? 'CEO' : 'Student'}`).join('\n');
    const path = files({ 'm.yaml': small.model, 'c.csv': `id,title\n${many}\n` });
    const { out, err } = await command('score', '--model', join(path, 'm.yaml'), '--contacts', join(path, 'c.csv'));
    const shown = out
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(' ')[0]);
    expect(shown).toEqual([
      ...Array.from({ length: 12 }, (_, i) => `p${2 * i}`),
      ...Array.from({ length: 8 }, (_, i) => `p${2 * i + 1}`),
    ]);
    expect(err).toContain('Shown are the best 20 of 23 contacts; --out writes all of them.');
  });

  test('data cannot steer the terminal', async () => {
    const path = files({ 'm.yaml': small.model, 'c.csv': 'id,title\n"a\u001b[2Jb",CEO\n' });
    const { out } = await command('score', '--model', join(path, 'm.yaml'), '--contacts', join(path, 'c.csv'));
    expect(out).toContain('a [2Jb');
    expect(out).not.toContain('\u001b');
  });
});

describe('rows that cannot be used', () => {
  test('each is in the file of rejects with its line and reason, is counted, and nothing else is lost', async () => {
    const path = files({
      ...DATA,
      'c.csv': `${small.contacts}ana,Student,,,\n ,CEO,,,\neve,a,b,c,d,e,f\n`,
      'e.csv': `${small.events}ana,page_viewed,yesterday,/pricing\nnobody,page_viewed,2026-06-30,/pricing\n`,
    });
    const out = join(path, 'out.csv');
    const rejects = join(path, 'rejects.csv');
    const { status, err } = await command('score', ...given(path), '--out', out, '--rejects', rejects);
    expect(status).toBe(0);
    expect(await read(out)).toEqual([small.columns, ...small.scores]);
    const [contacts, events] = [join(path, 'c.csv'), join(path, 'e.csv')];
    const [head, ...refused] = await read(rejects);
    expect(head).toEqual(['file', 'line', 'reason', 'row']);
    expect(refused.map(([file, line, , row]) => [file, line, row])).toEqual([
      [contacts, '6', 'ana,Student,,,'],
      [contacts, '7', ' ,CEO,,,'],
      [contacts, '8', 'eve,a,b,c,d,e,f'],
      [events, '6', 'ana,page_viewed,yesterday,/pricing'],
      [events, '7', 'nobody,page_viewed,2026-06-30,/pricing'],
    ]);
    expect(refused.map(([, , reason]) => reason)).toEqual([
      'a second row of this contact',
      'a contact without id',
      '7 fields where the header has 5',
      'an event whose at is no instant',
      'an event of a contact that is not in the contacts file',
    ]);
    for (const [, , reason] of refused) expect(err).toContain(reason);
    expect(err).toContain(`Wrote the refused rows to ${rejects}.`);
    expect(err).toContain('Scored 3 contacts, 2 companies, 3 events');
  });

  test('without a file of rejects the summary says how to get one', async () => {
    const path = files({ ...DATA, 'c.csv': `${small.contacts},CEO,,,\n` });
    const { err } = await command('score', ...given(path));
    expect(err).toContain(`Refused 1 row of ${join(path, 'c.csv')}: a contact without id.`);
    expect(err).toContain('--rejects');
  });

  test('values that are no numbers, doubled and voided events are counted', async () => {
    const path = files({
      ...DATA,
      'k.csv': 'id,employees\nk1,about 250\n',
      'e.csv': 'contact_id,id,name,at,machine\nana,1,x,2026-06-01,\nana,1,x,2026-06-02,\nana,2,x,2026-06-03,true\n',
    });
    const { err } = await command('score', ...given(path));
    expect(err).toContain('1 value of company `employees` is no number, such as “about 250”');
    expect(err).toContain('1 event has the id of an earlier one and does not count again.');
    expect(err).toContain('1 event is voided or made by a machine and does not count.');
  });
});

describe('names', () => {
  test('an unknown field is a warning with the nearest column', async () => {
    const path = files({ ...DATA, 'c.csv': small.contacts.replace('title', 'titel') });
    const warned = await command('score', ...given(path));
    const sentence = 'no column of --contacts is named `title`, which the model asks for; did you mean `titel`?';
    expect([warned.status, warned.err.split('\n')[0]]).toEqual([0, `Warning: ${sentence}`]);
    const strict = await command('score', ...given(path), '--strict');
    expect([strict.status, strict.out, strict.err.split('\n')[0]]).toEqual([1, '', sentence]);
  });

  test('an event name that no event has is a warning with the nearest', async () => {
    const path = files({ ...DATA, 'e.csv': small.events.replaceAll('page_viewed', 'page_view') });
    const { err } = await command('score', ...given(path));
    expect(err).toContain('no event is named `page_viewed`, which the model asks for; did you mean `page_view`?');
  });

  test('--id names the column that holds the id', async () => {
    const path = files({ 'm.yaml': small.model, 'c.csv': 'Lead Number,title\n7,CEO\n8,Student\n' });
    const out = join(path, 'out.csv');
    const args = ['--model', join(path, 'm.yaml'), '--contacts', join(path, 'c.csv'), '--out', out];
    expect((await command('score', ...args, '--id', 'Lead Number')).status).toBe(0);
    expect((await read(out)).map(([id, fit]) => [id, fit])).toEqual([
      ['id', 'fit'],
      ['7', '30'],
      ['8', '0'],
    ]);
    const without = await command('score', ...args);
    expect([without.status, without.err.split('\n')[0]]).toEqual([
      1,
      `${join(path, 'c.csv')} has no column “id”. It has Lead Number, title. Name the column that holds the id with --id.`,
    ]);
  });
});

describe('outputs are refused before the work', () => {
  const refused = async (status: number, line: (path: string) => string, more: (path: string) => string[]) => {
    const path = files(DATA);
    const before = readdirSync(path);
    const result = await command('score', ...given(path), ...more(path));
    expect([result.status, result.out, result.err.split('\n')[0]]).toEqual([status, '', line(path)]);
    expect(readdirSync(path)).toEqual(before);
    expect(readFileSync(join(path, 'c.csv'), 'utf8')).toBe(small.contacts);
  };

  test('a folder that is not there', () =>
    refused(
      1,
      (path) => `${path}/no/out.csv cannot be written: there is no folder ${path}/no.`,
      (path) => ['--out', join(path, 'no/out.csv')],
    ));
  test('an unknown ending', () =>
    refused(
      1,
      (path) => `${path}/out.xlsx: the ending says no format.`,
      (path) => ['--out', join(path, 'out.xlsx')],
    ));
  test('an input', () =>
    refused(
      2,
      (path) => `${path}/c.csv is named twice; an output needs a place of its own.`,
      (path) => ['--out', join(path, 'c.csv')],
    ));
  test('the same place twice', () =>
    refused(
      2,
      () => '- is named twice; an output needs a place of its own.',
      () => ['--out', '-', '--companies-out', '-'],
    ));
  test('companies where none are given', async () => {
    const path = files(DATA);
    const args = ['--model', join(path, 'm.yaml'), '--contacts', join(path, 'c.csv')];
    const { status, err } = await command('score', ...args, '--companies-out', join(path, 'k2.csv'));
    expect([status, err.split('\n')[0]]).toEqual([2, '--companies-out needs --companies.']);
  });
});

test('a file that is there already is replaced as a whole', async () => {
  const path = files({ ...DATA, 'out.csv': 'old' });
  expect((await command('score', ...given(path), '--out', join(path, 'out.csv'))).status).toBe(0);
  expect((await read(join(path, 'out.csv'))).length).toBe(5);
  expect(readdirSync(path).sort()).toEqual(['c.csv', 'e.csv', 'k.csv', 'm.yaml', 'out.csv']);
});

test('a table where every tenth row was quoted whole gives the same scores, row by row', async () => {
  const path = files(DATA);
  const rows = Array.from({ length: 200 }, (_, i) => `p${i},"Head, or ${i % 3 === 0 ? '""CEO""' : 'Student'}",${i}`);
  const quoted = rows.map((row, i) => (i % 10 === 0 ? `"${row.replaceAll('"', '""')}"` : row));
  writeFileSync(join(path, 'plain.csv'), `id,title,n\n${rows.join('\n')}\n`);
  writeFileSync(join(path, 'quoted.csv'), `id,title,n\n${quoted.join('\n')}\n`);
  const score = async (name: string) => {
    const out = join(path, `${name}.out.csv`);
    const args = ['--model', join(path, 'm.yaml'), '--contacts', join(path, `${name}.csv`), '--out', out];
    return { ...(await command('score', ...args)), text: readFileSync(out, 'utf8') };
  };
  const [plain, whole] = [await score('plain'), await score('quoted')];
  expect(plain.text).toContain('\np3,30,A');
  expect(whole.text).toBe(plain.text);
  expect(whole.err).toContain('20 rows were quoted whole, as if one field, and read all the same.');
});

test('X Education: the malformed table gives the very file that the good one gives', async ({ skip }) => {
  const data = join(ROOT, '../shared/data/x-education');
  skip(!existsSync(data), 'skipped: ../shared/data/x-education is not here (optional local data)');
  const path = folder();
  const score = async (name: string) => {
    const out = join(path, `${name}.csv`);
    const args = ['--model', join(ROOT, 'models/x-education.yaml'), '--contacts', join(data, `${name}.csv`)];
    const result = await command('score', ...args, '--id', 'Lead Number', '--strict', '--out', out);
    expect(result.status).toBe(0);
    return { err: result.err, text: readFileSync(out, 'utf8') };
  };
  const [good, malformed] = [await score('Leads'), await score('Leads.malformed')];
  expect(good.text.trimEnd().split('\n').length).toBe(9241);
  expect(malformed.text).toBe(good.text);
  expect(malformed.err).toContain('338 rows were quoted whole');
});
