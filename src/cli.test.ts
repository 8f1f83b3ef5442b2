// The public door: what each command prints, how a wrong call or a bad input is refused, and the program as a process.
// Scores are the business of commands/score.test.ts, sentences of commands/explain.test.ts.
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { command, files, folder, program, ROOT, start } from '../test/command.ts';
import * as small from '../test/small.ts';
import { errors } from './core/errors.ts';
import { parseModel } from './core/model.ts';
import { writeSql } from './core/sql.ts';
import { demoData, writeDemo } from './demo.ts';

const smallFiles = (): string =>
  files({ 'm.yaml': small.model, 'c.csv': small.contacts, 'k.csv': small.companies, 'e.csv': small.events });
const given = (path: string): string[] => [
  ...['--model', join(path, 'm.yaml'), '--contacts', join(path, 'c.csv'), '--companies', join(path, 'k.csv')],
  ...['--events', join(path, 'e.csv'), '--as-of', small.asOf],
];

/** What a refusal shows: its status, its one line, and that nothing else was printed but what to do next. */
async function refusal(...args: string[]): Promise<[number | null, string]> {
  const { status, out, err } = await command(...args);
  const [line = '', ...rest] = err.trimEnd().split('\n');
  expect(out).toBe('');
  expect(rest).toHaveLength(1);
  expect(Object.values(errors).map(({ next }) => next)).toContain(rest[0]);
  return [status, line];
}

describe('a wrong call is one line and status 2', () => {
  test.each<[string, string[], string]>([
    ['an unknown command', ['scroe'], "unknown command 'scroe' (Did you mean score?)"],
    ['a flag that is needed', ['score', '--model', 'm.yaml'], "required option '--contacts <file>' not specified"],
    [
      'an unknown flag',
      ['score', '--model', 'm.yaml', '--contacts', 'c.csv', '--reason'],
      "unknown option '--reason' (Did you mean --reasons?)",
    ],
    ['a flag without its value', ['score', '--model'], "option '--model <file>' argument missing"],
    ['a word too many', ['check', 'a.yaml', 'b.yaml'], "too many arguments for 'check'. Expected 1 argument but got 2"],
    ['a word too few', ['diff', 'a.yaml'], "missing required argument 'after'"],
    [
      'a dialect that nobody speaks',
      ['sql', '--model', 'm.yaml', '--dialect', 'mysql'],
      "option '--dialect <name>' argument 'mysql' is invalid. Allowed choices are postgres, duckdb",
    ],
  ])('%s', async (_, args, line) => {
    expect(await refusal(...args)).toEqual([2, line]);
  });

  test.each(['yesterday', '2026-02-30', '2026-13-01', '12', '', '2026-06-30T25:00Z'])(
    'an impossible --as-of: “%s”',
    async (instant) => {
      const path = smallFiles();
      const line = `--as-of ${instant} is no instant.`;
      expect(await refusal('score', ...given(path), '--as-of', instant)).toEqual([2, line]);
      expect(await refusal('sql', '--model', join(path, 'm.yaml'), '--dialect', 'duckdb', '--as-of', instant)).toEqual([
        2,
        line,
      ]);
    },
  );

  test('no command at all is answered with the help, status 2', async () => {
    const { status, out, err } = await command();
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(/^Usage: scoreline/);
  });

  test('help is no error', async () => {
    const { status, out, err } = await command('help', 'score');
    expect([status, err]).toEqual([0, '']);
    expect(out).toContain('--companies-out <file>');
  });
});

describe('a bad input is one line and status 1', () => {
  test('a model that is not there, and one that is a folder', async () => {
    const path = folder();
    const lost = join(path, 'lost.yaml');
    expect(await refusal('check', lost)).toEqual([
      1,
      `the model ${lost} cannot be read: there is no such file or folder.`,
    ]);
    expect(await refusal('check', path)).toEqual([1, `the model ${path} cannot be read: it is a folder.`]);
  });

  test('files that are not there, have an unknown ending, no content, or not the columns they need', async () => {
    const path = smallFiles();
    const with_ = (flag: string, name: string, text?: string) => {
      if (text !== undefined) writeFileSync(join(path, name), text);
      return refusal('score', ...given(path), flag, join(path, name));
    };
    const [c, e] = [join(path, 'x.csv'), join(path, 'e2.csv')];
    expect(await with_('--contacts', 'lost.csv')).toEqual([
      1,
      `${path}/lost.csv cannot be read: there is no such file.`,
    ]);
    expect(await with_('--contacts', 'c.xlsx', 'x')).toEqual([
      1,
      `${path}/c.xlsx: files ending in .xlsx are not known.`,
    ]);
    expect(await with_('--contacts', 'c', 'x')).toEqual([1, `${path}/c: the name has no ending.`]);
    expect(await with_('--contacts', 'x.csv', '')).toEqual([1, `${c} is empty: its first line must name the columns.`]);
    const [status, line] = await with_('--events', 'e2.csv', 'contact_id,nmae,at\n');
    expect([status, line.startsWith(`${e} has no column “name”. Did you mean “nmae”?`)]).toEqual([1, true]);
    expect((await with_('--contacts', 'x.parquet', 'not parquet'))[1]).toMatch(/x\.parquet cannot be read: /);
  });

  test('a model that is wrong: every problem with file, line, column and the nearest name', async () => {
    const path = files({
      'm.yaml': `model: wrong
scores:
  fit:
    range: [0, 10]
    rules:
      - { id: one, if: { title: { mentoins: [ceo] } }, points: 5 }
      - { id: two, if: { title: { mentions: [ceo] } }, ponits: 5 }
  total: { sum: { fti: 1 }, range: [0, 10] }
`,
    });
    const file = join(path, 'm.yaml');
    const { status, err } = await command('check', file);
    expect(status).toBe(1);
    const lines = err.trimEnd().split('\n');
    expect(lines[0]).toMatch(new RegExp(`^${file}:6:35: .*\`mentoins\`.*did you mean \`mentions\``));
    expect(lines.find((line) => line.includes('`ponits`'))).toMatch(/m\.yaml:7:56: .*did you mean `points`/);
    expect(lines.at(-1)).toBe(errors.model_invalid.next);
    const mended = { 'm.yaml': readFileSync(file, 'utf8').replace('mentoins', 'mentions').replace('ponits', 'points') };
    expect((await command('check', join(files(mended), 'm.yaml'))).err).toMatch(/:8:19: .*`fti`, did you mean `fit`/);
  });

  test('a model that is broken text', async () => {
    const path = files({ 'm.yaml': 'model: a\nscores: { fit: [\n' });
    const { status, err } = await command('check', join(path, 'm.yaml'));
    expect([status, err]).toEqual([1, expect.stringMatching(/m\.yaml:\d+:\d+: /)]);
  });
});

describe('commands', () => {
  test('check says what the model holds', async () => {
    const path = smallFiles();
    expect(await command('check', join(path, 'm.yaml'))).toEqual({
      status: 0,
      out: `${path}/m.yaml: small: 5 rules, 5 scores, 1 stage; nothing is wrong.\n`,
      err: '',
    });
  });

  test('diff says what changed, and that nothing did', async () => {
    const path = files({
      'a.yaml': small.model,
      'b.yaml': small.model.replace('points: 20.5', 'points: 25').replace('[ceo, founder]', '[founder, ceo]'),
    });
    const [a, b] = [join(path, 'a.yaml'), join(path, 'b.yaml')];
    const { out } = await command('diff', a, b);
    expect(out).toMatch(/right-size/);
    expect(out).toMatch(/20\.5/);
    expect(out).toMatch(/25/);
    expect(await command('diff', a, a)).toEqual({ status: 0, out: 'Nothing that could change a result.\n', err: '' });
  });

  test.each(['postgres', 'duckdb'] as const)('sql prints the statement for %s with its values', async (dialect) => {
    const path = files({ 'm.yaml': small.model.replace('rival.example', "'rival\\n;-- drop.example'") });
    for (const of of ['contacts', 'companies'] as const) {
      const args = ['--model', join(path, 'm.yaml'), '--dialect', dialect, '--of', of, '--as-of', small.asOf];
      const { status, out } = await command('sql', ...args);
      const model = parseModel(readFileSync(join(path, 'm.yaml'), 'utf8'));
      const { text, values } = writeSql(model, { dialect, of, asOf: Date.parse(small.asOf) });
      expect(status).toBe(0);
      expect(out.startsWith(`${text}\n-- $1 = `)).toBe(true);
      const printed = out
        .slice(text.length + 1)
        .trimEnd()
        .split('\n');
      expect(printed.map((line) => JSON.parse(line.replace(/^-- \$\d+ = /, '')))).toEqual(values);
    }
  });

  test('agree finds no difference on made-up leads', async () => {
    const asOf = Date.UTC(2026, 5, 30, 12);
    const path = folder();
    await writeDemo(path, demoData({ seed: 3, contacts: 30, asOf }));
    const { status, out, err } = await command(
      ...['agree', '--model', join(path, 'model.yaml'), '--contacts', join(path, 'contacts.csv'), '--companies'],
      ...[join(path, 'companies.csv'), '--events', join(path, 'events.csv'), '--as-of', String(asOf)],
    );
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^Compared \d+ rows in explain, kernel and SQL \(DuckDB\), \d[\d,]* values in each\. The largest difference is 0\.\n$/,
    );
  });

  test('agree compares what score gives: contacts without data, disqualified ones, companies', async () => {
    expect((await command('agree', ...given(smallFiles()))).out).toBe(
      // Each contact: 5 rules, 4 scores, 2 grades, 1 band, disqualified, stage, next change. Each company: score and band.
      'Compared 6 rows in explain, kernel and SQL (DuckDB), 64 values in each. The largest difference is 0.\n',
    );
  });

  test('init writes a model that checks, and the schema beside it, and never overwrites', async () => {
    const path = folder();
    const file = join(path, 'model.yaml');
    const { status, out } = await command('init', file);
    expect([status, out]).toEqual([0, expect.stringContaining(`Wrote ${file}.`)]);
    expect((await command('check', file)).status).toBe(0);
    expect(readdirSync(path).sort()).toEqual(['model.yaml', 'scoreline-model.schema.json']);
    expect(readFileSync(file, 'utf8')).toContain('$schema=scoreline-model.schema.json');

    for (const name of ['model.yaml', 'scoreline-model.schema.json']) writeFileSync(join(path, name), 'mine');
    expect(await refusal('init', file)).toEqual([1, `${file} cannot be written: it is there already.`]);
    expect((await command('init', join(path, 'second.yaml'))).status).toBe(0);
    for (const name of ['model.yaml', 'scoreline-model.schema.json'])
      expect(readFileSync(join(path, name), 'utf8')).toBe('mine');
    expect(await refusal('init', join(path, 'no/m.yaml'))).toEqual([
      1,
      `${path}/no/m.yaml cannot be written: there is no such file or folder.`,
    ]);
  });

  test('init - prints the starter and writes nothing', async () => {
    const { out } = await command('init', '-');
    expect(out).toBe(readFileSync(join(ROOT, 'models/starter.yaml'), 'utf8'));
  });

  test('demo is the same every time, and its own commands work', async () => {
    const path = folder();
    const first = await command('demo', '--folder', join(path, 'demo'));
    expect(first).toEqual(await command('demo', '--folder', join(path, 'demo')));
    expect([first.status, first.err]).toEqual([0, '']);
    expect(first.out).toContain('none of them exists');
    const next = first.out.split('\n').find((line) => line.includes('scoreline explain')) ?? '';
    const { status, out } = await command(...next.trim().split(' ').slice(2));
    expect(status).toBe(0);
    expect(first.out).toContain(out.trimEnd());
  });
});

describe('the program as a process', () => {
  test('contacts from standard input, scores to standard output, the summary beside them', async () => {
    const path = smallFiles();
    const args = given(path).map((arg) => (arg.endsWith('c.csv') ? '-' : arg));
    const { status, out, err } = await program(['score', ...args, '--out', '-'], small.contacts);
    expect(status).toBe(0);
    const cells = (row: string[]) => row.map((cell) => (cell.includes(',') ? `"${cell}"` : cell)).join(',');
    expect(out).toBe(`${[small.columns, ...small.scores].map(cells).join('\n')}\n`);
    expect(err).toMatch(/^Scored 3 contacts/);
  });

  test('exit status: 0, 1 for a bad input, 2 for a wrong call', async () => {
    const model = join(ROOT, 'models/starter.yaml');
    const runs = [['check', model], ['check', 'lost.yaml'], ['chekc']].map((args) => program(args));
    expect((await Promise.all(runs)).map(({ status }) => status)).toEqual([0, 1, 2]);
  });

  test('only one file can come from standard input', async () => {
    const path = smallFiles();
    const { status, err } = await program(['score', ...given(path), '--contacts', '-', '--events', '-']);
    expect([status, err.split('\n')[0]]).toEqual([2, 'only one of the files can be read from standard input.']);
  });

  test('a reader that has seen enough, as `head` has, ends it without a word', async () => {
    const path = smallFiles();
    const child = start(['score', ...given(path), '--out', '-']);
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      err += text;
    });
    child.stdin.end();
    child.stdout.destroy();
    const [status] = await once(child, 'close');
    expect(status).toBe(0);
    expect(err).not.toMatch(/EPIPE|Error|cannot/);
  });

  test('interrupted, it leaves nothing behind', async () => {
    const path = smallFiles();
    const rest = folder();
    // Waits for contacts that never come, with its database open.
    const args = given(path).map((arg) => (arg.endsWith('c.csv') ? '-' : arg));
    const child = start(['score', ...args, '--out', join(path, 'out.csv')], { ...process.env, TMPDIR: rest });
    for (const until = Date.now() + 20_000; readdirSync(rest).length === 0 && Date.now() < until; )
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(readdirSync(rest)).toHaveLength(1);
    child.kill('SIGINT');
    const [status] = await once(child, 'close');
    expect([status, readdirSync(rest), existsSync(join(path, 'out.csv'))]).toEqual([130, [], false]);
  });

  test('a folder for passing files that is not there is one line', async () => {
    const child = start(['score', ...given(smallFiles())], { ...process.env, TMPDIR: '/no/such/folder' });
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      err += text;
    });
    const [status] = await once(child, 'close');
    expect([status, err.trimEnd().split('\n')]).toEqual([
      1,
      [expect.stringContaining('/no/such/folder'), errors.file_unwritable.next],
    ]);
  });
});
