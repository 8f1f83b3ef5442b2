// Holds the house to its plan (ARCHITECTURE.md): who may import whom, what core must never ask for, how long a file is.
// It reads text, not the program: a breach is named with its file even when the code would run.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What a room may import besides itself. A room that is not named (app, cli, server, ...) may import every room. */
const rooms: Record<string, { rooms: readonly string[] }> = {
  core: { rooms: [] },
  files: { rooms: ['core'] },
  store: { rooms: ['core'] },
  connectors: { rooms: ['core'] },
};
const packagesOfCore: Record<string, readonly string[]> = { zod: ['*'], yaml: ['core/document.ts'] };
const notInCore = [
  { pattern: /\bDate\.now\b/, name: 'Date.now' },
  { pattern: /\bnew Date\s*(?:\(\s*\)|;)/, name: 'new Date()' },
  { pattern: /\bMath\.random\b/, name: 'Math.random' },
  { pattern: /\bIntl\b/, name: 'Intl' },
  { pattern: /\blocaleCompare\b/, name: 'localeCompare' },
];
const LONGEST = 500;

type Source = { path: string; text: string };
type Import = { target: string; typeOnly: boolean };

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');

function importsOf(text: string): Import[] {
  const found: Import[] = [];
  const code = withoutComments(text);
  for (const match of code.matchAll(/^(?:import|export)\s+(type\s)?[^'"`;=]*?\bfrom\s*['"]([^'"]+)['"]/gm)) {
    found.push({ target: match[2] ?? '', typeOnly: match[1] !== undefined });
  }
  for (const match of code.matchAll(/^import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm)) {
    found.push({ target: match[1] ?? match[2] ?? '', typeOnly: false });
  }
  return found;
}

const isTest = (path: string) => path.endsWith('.test.ts');
const roomOf = (path: string) => (path.includes('/') ? (path.split('/')[0] ?? '') : '');

/** Every breach of the plan in these files, as a sentence; paths are relative to src/. */
function breaches(sources: readonly Source[]): string[] {
  return [...sources.flatMap(breachesOfFile), ...cyclesIn(sources)];
}

function breachesOfFile({ path, text }: Source): string[] {
  const found: string[] = [];
  const room = roomOf(path);
  const lines = text.split('\n').length - 1;
  if (lines > LONGEST) found.push(`${path} has ${lines} lines, more than ${LONGEST}`);
  if (/(^|\/)(utils?|helpers?)(\/|\.)/.test(path)) found.push(`${path} has a name that says nothing`);
  const code = withoutComments(text);
  if (path !== 'index.ts' && /^export\s+(?:type\s+)?(?:\*|\{[^}]*\})[^;]*?\bfrom\b/m.test(code)) {
    found.push(`${path} hands on what another file exports; only index.ts may`);
  }
  if (isTest(path)) return found;

  const plan = rooms[room];
  for (const { target } of importsOf(text)) {
    if (target.startsWith('.')) {
      const other = posix.join(posix.dirname(path), target);
      if (other.startsWith('..')) found.push(`${path} imports ${target}, outside src`);
      else if (isTest(other)) found.push(`${path} imports the test ${other}`);
      else if (other === 'index.ts') found.push(`${path} imports index.ts, which is for users of the library`);
      else if (plan && roomOf(other) !== room && !plan.rooms.includes(roomOf(other))) {
        found.push(`${path} imports ${other}: ${room} may import ${['itself', ...plan.rooms].join(' and ')}`);
      }
    } else if (room === 'core' && !packagesOfCore[target]?.some((file) => file === '*' || file === path)) {
      found.push(`${path} imports ${target}: core may import zod, and yaml in core/document.ts`);
    }
  }
  if (room === 'core') {
    for (const { pattern, name } of notInCore) if (pattern.test(code)) found.push(`${path} uses ${name}`);
  }
  return found;
}

/** Imports of types vanish when the program runs, so they cannot make a cycle. */
function cyclesIn(sources: readonly Source[]): string[] {
  const edges = new Map(
    sources.map(({ path, text }) => [
      path,
      importsOf(text)
        .filter(({ target, typeOnly }) => target.startsWith('.') && !typeOnly)
        .map(({ target }) => posix.join(posix.dirname(path), target)),
    ]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push(`cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' -> ')}`);
    if (trail.includes(path) || done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return found;
}

function readSources(): Source[] {
  const folder = join(root, 'src');
  return globSync('**/*.ts', { cwd: folder }).map((path) => ({
    path: relative(folder, join(folder, path)).replaceAll('\\', '/'),
    text: readFileSync(join(folder, path), 'utf8'),
  }));
}

test('src keeps to the plan of the house', () => {
  const sources = readSources();
  expect(sources.map(({ path }) => path)).toContain('core/operators.ts');
  expect(breaches(sources)).toEqual([]);
});

test.each<[string, string, string]>([
  ['core/a.ts', "import { readFile } from 'node:fs';", 'core/a.ts imports node:fs'],
  ['core/a.ts', "import { parse } from 'yaml';", 'core/a.ts imports yaml'],
  ['core/a.ts', "import {\n  one,\n  two,\n} from '../files/read.ts';", 'core/a.ts imports files/read.ts'],
  ['core/a.ts', "import type { Db } from '../store/db.ts';", 'core/a.ts imports store/db.ts'],
  ['core/a.ts', 'const now = Date.now();', 'core/a.ts uses Date.now'],
  ['core/a.ts', 'const now = new Date();', 'core/a.ts uses new Date()'],
  ['core/a.ts', 'const r = Math.random();', 'core/a.ts uses Math.random'],
  ['core/a.ts', 'names.sort((a, b) => a.localeCompare(b));', 'core/a.ts uses localeCompare'],
  ['core/a.ts', "const format = new Intl.NumberFormat('en');", 'core/a.ts uses Intl'],
  ['files/a.ts', "const db = await import('../store/db.ts');", 'files/a.ts imports store/db.ts'],
  ['store/a.ts', "import '../connectors/slack.ts';", 'store/a.ts imports connectors/slack.ts'],
  ['connectors/a.ts', "import { app } from '../app.ts';", 'connectors/a.ts imports app.ts'],
  ['app.ts', "import { explain } from './index.ts';", 'app.ts imports index.ts'],
  ['core/a.ts', "export { b } from './b.ts';", 'core/a.ts hands on'],
  ['core/a.ts', "export * from './b.ts';", 'core/a.ts hands on'],
  ['core/utils.ts', 'export const one = 1;', 'core/utils.ts has a name'],
  ['core/a.ts', "import { a } from './a.ts';", 'cycle: core/a.ts -> core/a.ts'],
  ['core/a.ts', '\n'.repeat(501), 'core/a.ts has 501 lines'],
])('a breach in %s is seen: %j', (path, text, sentence) => {
  expect(breaches([{ path, text }])).toEqual([expect.stringContaining(sentence)]);
});

test('what the plan allows is not a breach', () => {
  const sources = [
    {
      path: 'core/document.ts',
      text: "import { parse } from 'yaml';\nimport { z } from 'zod';\n// Date.now is not used",
    },
    { path: 'core/a.ts', text: "import type { B } from './b.ts';\nconst at = new Date(0);" },
    { path: 'core/b.ts', text: "import { a } from './a.ts';" },
    { path: 'core/a.test.ts', text: "import { test } from 'vitest';\nimport fc from 'fast-check';" },
    {
      path: 'files/read.ts',
      text: "import { a } from '../core/a.ts';\nimport { DuckDBInstance } from '@duckdb/node-api';",
    },
    { path: 'cli.ts', text: "import { a } from './core/a.ts';\nimport { read } from './files/read.ts';" },
    { path: 'index.ts', text: "export { a } from './core/a.ts';" },
  ];
  expect(breaches(sources)).toEqual([]);
});

test('a cycle over three files is named once', () => {
  const sources = [
    { path: 'core/a.ts', text: "import { b } from './b.ts';" },
    { path: 'core/b.ts', text: "import { c } from './c.ts';" },
    { path: 'core/c.ts', text: "import { a } from './a.ts';" },
  ];
  expect(breaches(sources)).toEqual(['cycle: core/a.ts -> core/b.ts -> core/c.ts -> core/a.ts']);
});
