// The made-up world: the same for the same seed, readable as CSV, worth scoring, and honest about what it is.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { domainOf } from './core/contribution.ts';
import { type Explanation, explain, explainCompany, type Reason } from './core/explain.ts';
import { parseModel } from './core/model.ts';
import { DAY, readInstant } from './core/time.ts';
import { type Company, type Contact, type Event, MILLION, type Model, type Value, type Values } from './core/words.ts';
import { DEMO_MODEL, type DemoData, demoColumns, demoData, MADE_UP, writeDemo } from './demo.ts';

const AS_OF = Date.UTC(2026, 5, 30, 12);
const OPTIONS = { seed: 1, contacts: 400, asOf: AS_OF };
const data = demoData(OPTIONS);
const model = parseModel(await readFile(DEMO_MODEL, 'utf8'), 'models/demo.yaml');

const instant = (text: string): number => {
  const at = readInstant(text);
  if (at === undefined) throw new Error(`no instant: ${text}`);
  return at;
};

/** The cells that hold something, lists as lists. */
function valuesOf(row: Readonly<Record<string, string>>, without: readonly string[]): Values {
  return new Map(
    Object.entries(row)
      .filter(([column, cell]) => cell !== '' && !without.includes(column))
      .map(([column, cell]): [string, Value] => [column, column === 'technologies' ? JSON.parse(cell) : cell]),
  );
}

function contactsOf({ companies, contacts, events }: DemoData): Contact[] {
  const firms = companies.map((row): Company => ({ id: row.id, traits: valuesOf(row, ['id']) }));
  const byId = new Map(firms.map((firm) => [firm.id, firm]));
  const byDomain = new Map(firms.toReversed().map((firm) => [firm.traits.get('domain'), firm]));
  const history = Map.groupBy(events, (row) => row.contact_id);
  return contacts.map((row) => {
    const traits = valuesOf(row, ['id', 'email', 'company_id', 'created_at']);
    return {
      id: row.id,
      email: row.email,
      createdAt: instant(row.created_at),
      companyId: row.company_id || null,
      traits,
      hasTraits: traits.size > 0,
      company: byId.get(row.company_id) ?? byDomain.get(domainOf(row.email)) ?? null,
      events: (history.get(row.id) ?? []).map(
        (event): Event => ({
          id: event.id,
          name: event.name,
          at: instant(event.at),
          properties: valuesOf(event, ['id', 'contact_id', 'name', 'at']),
          ignored: false,
        }),
      ),
    };
  });
}

const people = contactsOf(data);
const colleagues = Map.groupBy(people, (contact) => contact.company?.id);

/** Chance that one who bought scores above one who did not; equal scores count half. */
function auc(won: readonly number[], others: readonly number[]): number {
  const above = won.flatMap((a) => others.map((b): number => (a > b ? 1 : a === b ? 0.5 : 0)));
  return above.reduce((sum, x) => sum + x, 0) / above.length;
}

const totalOf = ({ scores }: Explanation): number => (scores.get('total')?.points ?? -1) / MILLION;

let explained: readonly Explanation[] = [];
let folder = '';
beforeAll(async () => {
  explained = people.map((contact) =>
    explain(model, contact, AS_OF, { colleagues: colleagues.get(contact.company?.id) ?? [] }),
  );
  folder = await mkdtemp(join(tmpdir(), 'scoreline-demo-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('the same seed makes the same world, another seed another', () => {
  expect(demoData(OPTIONS)).toEqual(data);
  expect(demoData({ ...OPTIONS, seed: 2 }).contacts).not.toEqual(data.contacts);
  expect(data.contacts).toHaveLength(400);
  expect(demoData({ ...OPTIONS, contacts: 1 }).contacts).toHaveLength(1);
});

test('ids are unique and lead somewhere, times lie within the last year', () => {
  for (const rows of [data.contacts, data.companies, data.events]) {
    expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
  }
  expect(new Set(data.contacts.map((row) => row.email)).size).toBe(data.contacts.length);
  const created = new Map(data.contacts.map((row) => [row.id, instant(row.created_at)]));
  const firms = new Set(data.companies.map((row) => row.id));
  for (const row of data.contacts) if (row.company_id !== '') expect(firms).toContain(row.company_id);
  let last = 0;
  for (const { contact_id, at } of data.events) {
    expect(instant(at)).toBeGreaterThanOrEqual(created.get(contact_id) ?? Infinity);
    expect(instant(at)).toBeGreaterThanOrEqual(last);
    last = instant(at);
  }
  expect(last).toBeLessThanOrEqual(AS_OF);
  for (const { contact_id, outcome, at } of data.outcomes) {
    if (outcome === 'open') expect(at).toBe('');
    else expect(instant(at)).toBeGreaterThan(created.get(contact_id) ?? Infinity);
    if (outcome !== 'open') expect(instant(at)).toBeLessThanOrEqual(AS_OF);
  }
});

test('it says that it is made up: ids, company names, reserved domains, and a sentence', () => {
  for (const row of data.contacts) {
    expect(row.id).toMatch(/^made-up-\d{5}$/);
    expect(row.email).toMatch(/^[a-z]+\.[a-z]+(\.\d{5})?@[a-z0-9.-]+\.example$/);
  }
  for (const row of data.companies) {
    expect(row.id).toMatch(/^made-up-firm-/);
    expect(row.name).toMatch(/ \(made up\)$/);
    expect(row.domain).toMatch(/\.example$/);
  }
  expect(MADE_UP).toContain('made up');
});

test('people differ: languages, missing cells, machine opens, committees, students', () => {
  expect(new Set(data.contacts.map((row) => row.language))).toEqual(new Set(['en', 'de', 'ro', 'tr', 'fr', '']));
  expect(data.contacts.some((row) => row.title === 'SATIŞ MÜDÜRÜ')).toBe(true);
  expect(data.contacts.some((row) => row.title === '' && row.first_name !== '')).toBe(true);
  expect(data.events.some((row) => row.machine === 'true')).toBe(true);
  const awake = explained.filter((one) => (one.scores.get('interest')?.points ?? 0) >= 15 * MILLION);
  const byFirm = Map.groupBy(awake, (one) => people.find((who) => who.id === one.contact)?.company?.id);
  expect([...byFirm].some(([firm, list]) => firm !== undefined && list.length >= 3)).toBe(true);
  // Skewed: the busiest tenth does more than a quarter of everything.
  const busy = people.map((who) => who.events.length).sort((a, b) => b - a);
  const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
  expect(sum(busy.slice(0, 40))).toBeGreaterThan(sum(busy) * 0.25);
});

test('the demo model puts those who bought above the others', () => {
  const outcome = new Map(data.outcomes.map((row) => [row.contact_id, row]));
  const won = people.filter((who) => outcome.get(who.id)?.outcome === 'won');
  const lost = people.filter((who) => outcome.get(who.id)?.outcome === 'lost');
  const now = new Map(explained.map((one) => [one.contact, totalOf(one)]));
  const score = (list: readonly Contact[]) => list.map((who) => now.get(who.id) ?? -1);
  const present = auc(score(won), score(people.filter((who) => !won.includes(who))));
  // The honest question: what did the score say a week before sales knew the answer?
  const before = (list: readonly Contact[]) =>
    list.map((who) => totalOf(explain(model, who, instant(outcome.get(who.id)?.at ?? '') - 7 * DAY)));
  const foretold = auc(before(won), before(lost));
  console.log(
    `Made-up leads: ${won.length} won, ${lost.length} lost, of ${people.length}; AUC of won against all others now ${present.toFixed(3)}, of won against lost a week before the answer ${foretold.toFixed(3)}`,
  );
  expect(won.length).toBeGreaterThan(15);
  expect(lost.length).toBeGreaterThan(won.length);
  expect(present).toBeGreaterThan(0.75);
  expect(foretold).toBeGreaterThan(0.75);
  // Luck has its part: a model that knew everything would be a made-up proof.
  expect(present).toBeLessThan(0.97);
  expect(foretold).toBeLessThan(0.97);
});

const given = (reasons: readonly Reason[]) => reasons.filter(({ points }) => points !== 0).map(({ rule }) => rule);
const ruleIds = (scores: Model['scores']) =>
  scores.flatMap((score) => (score.kind === 'rules' ? score.rules.map(({ rule }) => rule.id) : []));

test('every part of the demo model has somebody', () => {
  const fired = new Set(explained.flatMap(({ reasons }) => given(reasons)));
  expect(ruleIds(model.scores).filter((id) => !fired.has(id))).toEqual([]);

  const results = data.companies.map((row) => {
    const firm: Company = { id: row.id, traits: valuesOf(row, ['id']) };
    return explainCompany(model, firm, colleagues.get(row.id) ?? [], AS_OF);
  });
  const ofCompanies = new Set(results.flatMap(({ reasons }) => given(reasons)));
  expect(ruleIds(model.companyScores).filter((id) => !ofCompanies.has(id))).toEqual([]);
  const accounts = new Set(results.map(({ scores }) => scores.get('account')?.band));
  expect(accounts).toEqual(new Set([0, 1, 2, null]));

  expect(new Set(explained.map(({ stage }) => stage))).toEqual(new Set([null, ...model.stages.map(({ id }) => id)]));
  expect(new Set(explained.map(({ disqualified }) => disqualified?.reason))).toEqual(
    new Set([undefined, 'Competitor', 'Student']),
  );
  const places = (of: 'grade' | 'band', score: string) =>
    new Set(explained.map(({ scores }) => scores.get(score)?.[of]));
  expect(places('grade', 'fit')).toEqual(new Set([0, 1, 2, 3, null]));
  expect(places('grade', 'interest')).toEqual(new Set([0, 1, 2, 3, null]));
  expect(places('band', 'total')).toEqual(new Set([0, 1, 2, null]));
  expect(explained.filter(({ scores }) => scores.get('total')?.points === null).length).toBeGreaterThan(3);
});

test('the files say what the rows say, and the model beside them is the demo model', async () => {
  await writeDemo(join(folder, 'new/demo'), data);
  const database = await DuckDBInstance.create(':memory:');
  const connection = await database.connect();
  try {
    for (const [table, columns] of Object.entries(demoColumns) as [keyof DemoData, readonly string[]][]) {
      const path = join(folder, 'new/demo', `${table}.csv`);
      const read = await connection.runAndReadAll(
        "select * from read_csv($path, all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"')",
        { path },
      );
      expect(read.columnNames()).toEqual(columns);
      const rows = read.getRowObjects().map((row) => columns.map((column) => String(row[column] ?? '')));
      expect(rows).toEqual(
        data[table].map((row) => columns.map((column) => (row as Readonly<Record<string, string>>)[column])),
      );
    }
  } finally {
    connection.closeSync();
    database.closeSync();
  }
  expect(await readFile(join(folder, 'new/demo/model.yaml'), 'utf8')).toBe(await readFile(DEMO_MODEL, 'utf8'));
});

test('a folder that cannot be made is refused in one line', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(writeDemo(join(folder, 'file/demo'), data)).rejects.toMatchObject({ code: 'file_unwritable' });
});
