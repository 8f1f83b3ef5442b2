// Holds the docs to the program: what can be written or refused has a heading, links lead somewhere, examples check.
import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { program } from '../src/cli.ts';
import { errors } from '../src/core/errors.ts';
import { checkModel, parseModel } from '../src/core/model.ts';
import { operators } from '../src/core/operators.ts';
import { ruleKinds } from '../src/core/rules.ts';

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

test('every operator, rule kind and error code has a heading', () => {
  expect(without('docs/operators.md', Object.keys(operators))).toEqual([]);
  expect(without('docs/rules.md', Object.keys(ruleKinds))).toEqual([]);
  expect(without('docs/errors.md', Object.keys(errors))).toEqual([]);
});

test('every command and flag has a heading', () => {
  const commands = program().commands;
  const flags = [program(), ...commands].flatMap((command) => command.options.map((option) => option.long ?? ''));
  expect(commands.length).toBeGreaterThan(0);
  expect(without('docs/cli.md', [...commands.map((command) => command.name()), ...flags])).toEqual([]);
});

test('the docs name no operator, rule kind, error code, command or flag that does not exist', () => {
  const known = new Set([
    ...Object.keys(operators),
    ...Object.keys(ruleKinds),
    ...Object.keys(errors),
    ...program().commands.map((command) => command.name()),
    ...[program(), ...program().commands].flatMap((command) => command.options.map((option) => option.long ?? '')),
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

test.each(['docs/operators.md', 'docs/rules.md'])('the examples of %s check', (page) => {
  const fragments = yamlBlocks(page).map((block) => parse(block));
  expect(fragments.length).toBeGreaterThan(4);
  for (const fragment of fragments) expect(() => checkModel(modelAround(fragment))).not.toThrow();
});

test('the example of docs/library.md prints what the page says', async () => {
  const page = read('docs/library.md');
  const blocks = (language: string) =>
    [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => match[1] ?? '');
  const folder = mkdtempSync(join(tmpdir(), 'scoreline-docs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const program = blocks('ts')
    .join('')
    .replaceAll("'scoreline'", JSON.stringify(join(root, 'src/index.ts')));
  writeFileSync(join(folder, 'example.ts'), program);
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'example.ts')]);
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

test('a broken link and a missing heading are seen', () => {
  expect(without('docs/operators.md', ['is', 'resembles'])).toEqual(['resembles']);
  expect(anchorOf('What comes out')).toBe('what-comes-out');
  expect(headings('docs/rules.md').map(anchorOf)).toContain('happened');
});
