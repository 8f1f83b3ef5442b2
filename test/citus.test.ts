// What has to hold so that contacts can be distributed over machines, as far as a text shows it: the contact first in
// every key of a table about contacts, no foreign keys and no triggers there, no clock in a statement that writes.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const STORE = join(import.meta.dirname, '../src/store');
const texts = (folder: string, end: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(end) && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));

const sql = texts(join(STORE, 'migrations'), '.sql').join('\n').replace(/--.*$/gm, '');

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  /** The columns of each primary key and each unique one. */
  readonly keys: readonly (readonly string[])[];
  readonly body: string;
}

/** What stands between commas that are in no brackets. */
function pieces(text: string): string[] {
  const found = [''];
  let depth = 0;
  for (const c of text) {
    depth += c === '(' ? 1 : c === ')' ? -1 : 0;
    if (c === ',' && depth === 0) found.push('');
    else found.push(`${found.pop()}${c}`);
  }
  return found.map((piece) => piece.trim()).filter((piece) => piece !== '');
}

const listed = (text: string | undefined): string[] => (text ?? '').split(',').map((column) => column.trim());

function tablesOf(text: string): Table[] {
  const made = [...text.matchAll(/create table (\w+) \(([\s\S]*?)\n\);/g)].map(([, name = '', body = '']): Table => {
    const parts = pieces(body);
    const keys = parts.flatMap((part) => {
      const whole = /^(?:primary key|unique)\s*\(([^)]*)\)/.exec(part);
      if (whole !== null) return [listed(whole[1])];
      return /\b(primary key|unique)\b/.test(part) ? [[part.split(/\s/)[0] ?? '']] : [];
    });
    const columns = parts.flatMap((part) =>
      /^(primary key|unique|check)\b/.test(part) ? [] : (part.split(/\s/)[0] ?? ''),
    );
    return { name, columns, keys, body };
  });
  const later = [...text.matchAll(/create unique index \w+ on (\w+) \(([^)]*)\)/g)];
  return made.map((table) => ({
    ...table,
    keys: [...table.keys, ...later.flatMap(([, of, columns]) => (of === table.name ? [listed(columns)] : []))],
  }));
}

const tables = tablesOf(sql);
/** Kept on one machine: what leads to contacts, the lists of work, hand-offs, which are few, and what is sent out. */
const HANDOFFS = ['handoff', 'handoff_fact', 'handoff_clock', 'handoff_notice'];
const LOCAL = ['identity', 'changed', 'webhook_delivery', ...HANDOFFS];
const ofContacts = tables.filter(({ name, columns }) => columns.includes('contact_id') && !LOCAL.includes(name));

test('the tables are read as they are written', () => {
  expect(tables.length).toBe([...sql.matchAll(/create table/g)].length);
  expect(ofContacts.map(({ name }) => name).sort()).toEqual(
    ['contact', 'event', 'history', 'move', 'score', 'standing', 'trait'].sort(),
  );
  const [odd] = tablesOf('create table a (\n  x int unique,\n  contact_id bigint,\n  primary key (x, contact_id)\n);');
  expect(odd).toMatchObject({ columns: ['x', 'contact_id'], keys: [['x'], ['x', 'contact_id']] });
});

test.each(ofContacts)('$name has the contact first in each key, of the one type, and refers to nothing', (table) => {
  expect(table.keys.length).toBeGreaterThan(0);
  for (const key of table.keys) expect(key[0]).toBe('contact_id');
  expect(table.body).toMatch(/^\s*contact_id bigint\b/m);
  expect(table.body).not.toMatch(/\breferences\b|foreign key/);
});

test('nothing refers to a table of contacts, and no table has a trigger', () => {
  const referred = [...sql.matchAll(/references (\w+)/g)].map(([, name]) => name);
  for (const { name } of ofContacts) expect(referred).not.toContain(name);
  expect(sql).not.toMatch(/create (or replace )?(constraint )?trigger/i);
});

test('no statement that writes asks the clock or the dice, and none locks rows of contacts', () => {
  const statements = texts(STORE, '.ts').flatMap((text) => text.match(/`[^`]*`/g) ?? []);
  expect(statements.length).toBeGreaterThan(200);
  for (const statement of statements) {
    if (/\b(insert into|update|delete from)\b/.test(statement))
      expect(statement).not.toMatch(/\b(now|clock_timestamp|statement_timestamp|random)\(\)|current_timestamp/i);
    expect(statement).not.toMatch(/grouping sets|\bcube\s*\(|\brollup\s*\(/i);
    const lockedFrom = /from (\w+)[^;]*for update/.exec(statement)?.[1];
    if (lockedFrom !== undefined) expect(ofContacts.map(({ name }) => name)).not.toContain(lockedFrom);
  }
});
