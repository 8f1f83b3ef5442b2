// Holds the docs to the program: what can be written or refused has a heading, links lead somewhere, examples check.
import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { program } from '../src/cli.ts';
import { settings } from '../src/config.ts';
import { errors } from '../src/core/errors.ts';
import { checkModel, parseModel } from '../src/core/model.ts';
import { operators } from '../src/core/operators.ts';
import { ruleKinds } from '../src/core/rules.ts';
import { command, folder } from './command.ts';
import { picture } from './picture.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root }).sort();
const read = (page: string) => readFileSync(join(root, page), 'utf8');

const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```/gm, '');
const headings = (page: string) =>
  [...withoutCode(read(page)).matchAll(/^#+ (.+)$/gm)].map((match) => (match[1] ?? '').replaceAll('`', '').trim());
const without = (page: string, names: readonly string[]) => {
  const present = new Set(headings(page));
  return names.filter((name) => !present.has(name));
};

/** A command and those under it, each with all of its words. */
function allCommands(of = program().commands, before = ''): { name: string; flags: string[] }[] {
  return of.flatMap((command) => [
    {
      name: `${before}${command.name()}`,
      flags: command.options.map((option) => option.long ?? ''),
    },
    ...allCommands(command.commands, `${before}${command.name()} `),
  ]);
}
const commands = allCommands();

test('every setting has a heading, and no other', () => {
  const [, ...found] = headings('docs/settings.md');
  expect(found.sort()).toEqual(Object.keys(settings).sort());
});

test('every operator, rule kind and error code has a heading', () => {
  expect(without('docs/operators.md', Object.keys(operators))).toEqual([]);
  expect(without('docs/rules.md', Object.keys(ruleKinds))).toEqual([]);
  expect(without('docs/errors.md', Object.keys(errors))).toEqual([]);
});

test('every command and flag has a heading', () => {
  expect(commands.length).toBeGreaterThan(0);
  expect(
    without('docs/cli.md', [...commands.map(({ name }) => name), ...commands.flatMap(({ flags }) => flags)]),
  ).toEqual([]);
});

test('the docs name no operator, rule kind, error code, command or flag that does not exist', () => {
  const known = new Set([
    ...Object.keys(operators),
    ...Object.keys(ruleKinds),
    ...Object.keys(errors),
    ...commands.flatMap(({ name, flags }) => [name, ...flags]),
  ]);
  const named = ['docs/operators.md', 'docs/rules.md', 'docs/errors.md', 'docs/cli.md'].flatMap((page) =>
    [...withoutCode(read(page)).matchAll(/^#+ `([^`]+)`$/gm)].map((match) => match[1] ?? ''),
  );
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

/** The address a heading gets on the page. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

function brokenLinks(page: string): string[] {
  const links = [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : relative(root, resolve(root, dirname(page), path));
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && !headings(target).map(anchorOf).includes(anchor);
  });
}

test.each(pages)('the links of %s lead somewhere', (page) => {
  expect(brokenLinks(page)).toEqual([]);
});

const yamlBlocks = (page: string) =>
  [...read(page).matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '');
const models = pages.flatMap((page) =>
  yamlBlocks(page)
    .filter((block) => /^(#.*\n)*model:/.test(block))
    .map((block, n) => ({ name: `${page}, model ${n + 1}`, block })),
);

test.each(models)('the model in $name checks', ({ name, block }) => {
  expect(() => parseModel(block, name)).not.toThrow();
});

/** A fragment of a model becomes a model around it. */
function modelAround(fragment: unknown): unknown {
  const score = (rules: unknown) => ({ range: [0, 100], rules });
  const contact = { id: 'r', on: 'any', points: 1 };
  if (Array.isArray(fragment)) {
    const ofCompany = fragment.filter((rule) => 'contacts' in rule);
    const ofContact = fragment.filter((rule) => !('contacts' in rule));
    return {
      model: 'fragment',
      scores: { interest: score(ofContact) },
      ...(ofCompany.length > 0 && { company: { scores: { all: score(ofCompany) } } }),
    };
  }
  return { model: 'fragment', scores: { interest: score([{ ...contact, ...(fragment as object) }]) } };
}

test.each(['docs/operators.md', 'docs/rules.md', 'README.md'])('the examples of %s check', (page) => {
  const fragments = yamlBlocks(page).map((block) => parse(block));
  expect(fragments).not.toEqual([]);
  for (const fragment of fragments) expect(() => checkModel(modelAround(fragment))).not.toThrow();
});

test('the example of docs/library.md prints what the page says', async () => {
  const page = read('docs/library.md');
  const blocks = (language: string) =>
    [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => match[1] ?? '');
  const path = folder();
  const program = blocks('ts')
    .join('')
    .replaceAll("'scoreline'", JSON.stringify(join(root, 'src/index.ts')));
  writeFileSync(join(path, 'example.ts'), program);
  const { stdout } = await promisify(execFile)(process.execPath, [join(path, 'example.ts')]);
  expect(stdout).toBe(blocks('text').join(''));
});

test('docs/library.md names everything that the library exports, and nothing else', async () => {
  const rows = [...read('docs/library.md').matchAll(/^\| (`[^|]*`) \|/gm)].flatMap((match) =>
    (match[1] ?? '').split(', '),
  );
  expect(rows.map((name) => name.replaceAll('`', '')).sort()).toEqual(
    [...Object.keys(await import('../src/index.ts'))].sort(),
  );
});

test('docs/demo.svg shows what the demo prints (vitest -u draws it anew)', async () => {
  const { out } = await command('demo', '--folder', join(folder(), 'scoreline-demo'));
  const lines = out.split('\n');
  /** From the line that begins with one text up to the one that begins with another. */
  const between = (first: string, last: string, most = Infinity) => {
    const from = lines.findIndex((line) => line.startsWith(first));
    const to = lines.findIndex((line, i) => i > from && line.startsWith(last));
    expect([first, from, to]).toEqual([first, expect.toSatisfy((at) => at >= 0), expect.toSatisfy((at) => at > 0)]);
    return lines.slice(from, Math.min(to, from + most));
  };
  const shown = [
    '$ npm run demo',
    ...between('These companies', 'Whom'),
    ...between('Whom', 'Why', 9),
    '',
    ...between('Why', 'fit  '),
    ...between('interest', 'Does'),
    ...between('Does', 'The files').slice(0, -1),
  ];
  await expect(picture(shown)).toMatchFileSnapshot(join(root, 'docs/demo.svg'));
});

test('docs/quickstart.md: its files, models and commands give what it shows', async () => {
  const page = read('docs/quickstart.md');
  const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].map(([, kind = '', text = '']) => ({ kind, text }));
  const path = folder();
  const names = ['contacts.csv', 'companies.csv', 'events.csv'];
  let shown = 0;
  for (const [i, { kind, text }] of blocks.entries()) {
    if (kind === 'csv') writeFileSync(join(path, names.shift() ?? ''), text);
    if (kind === 'yaml') writeFileSync(join(path, 'model.yaml'), text);
    if (kind !== 'sh') continue;
    const [, name = '', ...words] = text.trim().split(/\s+/);
    expect(name).toBe('scoreline');
    const { status, out } = await command(
      ...words.map((word) => (/\.(csv|yaml)$/.test(word) ? join(path, word) : word)),
    );
    expect([text, status]).toEqual([text, 0]);
    const next = blocks[i + 1];
    if (next?.kind !== 'text') continue;
    expect(out.replaceAll(`${path}/`, '')).toBe(next.text);
    shown++;
  }
  expect([names, shown]).toEqual([[], 3]);
});

test('a broken link and a missing heading are seen', () => {
  expect(without('docs/operators.md', ['is', 'resembles'])).toEqual(['resembles']);
  expect(anchorOf('What comes out')).toBe('what-comes-out');
  expect(headings('docs/rules.md').map(anchorOf)).toContain('happened');
});
