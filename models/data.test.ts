// Measures the two models for public data sets on the real rows, where they lie beside the project; the rows are never
// copied here. What the models mean is tested on made-up contacts in models.test.ts, which always runs.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, type TestContext, test } from 'vitest';
import { explain } from '../src/core/explain.ts';
import { parseModel } from '../src/core/model.ts';
import { DAY } from '../src/core/time.ts';
import type { Contact, Event } from '../src/core/words.ts';

const modelOf = (file: string) => parseModel(readFileSync(new URL(file, import.meta.url), 'utf8'), file);

type Row = Record<string, string | null>;

/** The rows of a CSV file as texts, or a skipped test where the file is not there. */
async function rowsOf(set: string, file: string, skip: TestContext['skip']): Promise<Row[]> {
  const path = fileURLToPath(new URL(`../../shared/data/${set}/${file}`, import.meta.url));
  skip(!existsSync(path), `skipped: ../shared/data/${set} is not here (optional local data)`);
  const database = await DuckDBInstance.create(':memory:');
  const connection = await database.connect();
  try {
    const reader = await connection.runAndReadAll('select * from read_csv($path, all_varchar = true)', { path });
    return reader
      .getRowObjects()
      .map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, cell === null ? null : String(cell)])),
      );
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}

type Scored = { readonly score: number; readonly won: boolean };

/** The chance that a won lead scores above one that was not won; equal scores count half. */
function auc(leads: readonly Scored[]): number {
  const sorted = [...leads].sort((a, b) => a.score - b.score);
  const won = sorted.filter((lead) => lead.won).length;
  let ranks = 0;
  for (let from = 0; from < sorted.length; ) {
    const score = sorted[from]?.score;
    const next = sorted.findIndex((lead, n) => n > from && lead.score !== score);
    const to = next === -1 ? sorted.length : next;
    ranks += sorted.slice(from, to).filter((lead) => lead.won).length * ((from + 1 + to) / 2);
    from = to;
  }
  return (ranks - (won * (won + 1)) / 2) / (won * (sorted.length - won));
}

/** How much more often the best share of the leads was won than all of them; equal scores at the cut share its places. */
function lift(leads: readonly Scored[], share: number): number {
  const places = Math.round(leads.length * share);
  const cut = [...leads].sort((a, b) => b.score - a.score)[places - 1]?.score ?? 0;
  const above = leads.filter((lead) => lead.score > cut);
  const at = leads.filter((lead) => lead.score === cut);
  const won = (list: readonly Scored[]) => list.filter((lead) => lead.won).length;
  const expected = won(above) + (won(at) * (places - above.length)) / at.length;
  return expected / places / (won(leads) / leads.length);
}

const says = (leads: readonly Scored[]) =>
  `AUC ${auc(leads).toFixed(3)}, lift at 10 % ${lift(leads, 0.1).toFixed(2)} (${leads.length} leads)`;

const points = (score: number | null | undefined): number => (score ?? 0) / 1_000_000;

test('AUC and lift are what they say', () => {
  const leads = (scores: number[], won: number[]) => scores.map((score, n) => ({ score, won: won[n] === 1 }));
  expect(auc(leads([1, 2, 3, 4], [0, 0, 1, 1]))).toBe(1);
  expect(auc(leads([4, 3, 2, 1], [0, 0, 1, 1]))).toBe(0);
  expect(auc(leads([1, 1, 1, 1], [0, 1, 0, 1]))).toBe(0.5);
  expect(auc(leads([1, 2, 2, 3], [0, 0, 1, 1]))).toBe(0.875);
  expect(lift(leads([4, 3, 2, 1], [1, 0, 0, 0]), 0.25)).toBe(4);
  expect(lift(leads([1, 1, 1, 1], [1, 0, 0, 0]), 0.25)).toBe(1);
});

test('X Education: better than the score in the file, on leads the points have not seen', async ({ skip }) => {
  const rows = await rowsOf('x-education', 'Leads.csv', skip);
  const model = modelOf('x-education.yaml');
  const scored = rows
    .map((row) => {
      const traits = Object.entries(row).filter((cell): cell is [string, string] => (cell[1] ?? '').trim() !== '');
      const who: Contact = {
        id: row['Lead Number'] ?? '',
        email: null,
        createdAt: null,
        companyId: null,
        traits: new Map(traits.map(([name, value]) => [name, value.trim()])),
        hasTraits: true,
        company: null,
        events: [],
      };
      const own = [row['Asymmetrique Activity Score'], row['Asymmetrique Profile Score']];
      return {
        number: Number(row['Lead Number']),
        won: row.Converted === '1',
        score: points(explain(model, who, 0).scores.get('total')?.points),
        own: own.every((part) => part) ? Number(own[0]) + Number(own[1]) : null,
      };
    })
    .sort((a, b) => a.number - b.number);
  expect(scored).toHaveLength(9240);

  const newest = scored.slice(Math.floor(scored.length * 0.7));
  const withOwn = newest.flatMap(({ own, won, score }) => (own === null ? [] : [{ won, score, own }]));
  const ours = withOwn.map(({ won, score }) => ({ won, score }));
  const theirs = withOwn.map(({ won, own }) => ({ won, score: own }));
  console.log(`X Education, newest 30 %: ${says(newest)}`);
  console.log(`  those with a score in the file: this model ${says(ours)}`);
  console.log(`                                  the file   ${says(theirs)}`);
  expect(auc(newest)).toBeGreaterThan(0.86);
  // Far above what a model with these columns can reach would be a leak.
  expect(auc(newest)).toBeLessThan(0.92);
  expect(auc(ours)).toBeGreaterThan(auc(theirs));
  expect(lift(ours, 0.1)).toBeGreaterThan(lift(theirs, 0.1));
});

test('X Education: no column that sales filled is asked for', () => {
  const text = readFileSync(new URL('x-education.yaml', import.meta.url), 'utf8').replace(/^\s*#.*$/gm, '');
  const filledBySales = [
    'Tags',
    'Lead Quality',
    'Lead Profile',
    'Last Activity',
    'Last Notable Activity',
    'Asymmetrique',
    'Converted',
  ];
  expect(filledBySales.filter((column) => text.includes(column))).toEqual([]);
});

test('open-source contributors: the score after 30 days says who stays', async ({ skip }) => {
  const rows = await rowsOf('oss-contributor-events', 'commits.csv', skip);
  const model = modelOf('oss-contributors.yaml');
  const authors = new Map<string, { domain: string; events: Event[] }>();
  rows.forEach((row, n) => {
    const author = authors.get(row.author ?? '') ?? { domain: row.email_domain ?? '', events: [] };
    authors.set(row.author ?? '', author);
    const properties = (['repo', 'files', 'areas', 'verb'] as const).flatMap((name): [string, string][] =>
      row[name] ? [[name, row[name]]] : [],
    );
    // The log has no ids, and the same author and second stand in it more than once: the row number tells them apart.
    const id = `row-${String(n).padStart(6, '0')}`;
    const at = Number(row.ts_unix) * 1000;
    author.events.push({ id, name: row.event ?? '', at, properties: new Map(properties), ignored: false });
  });
  const last = Math.max(...rows.map((row) => Number(row.ts_unix) * 1000));

  const labelled = [...authors].flatMap(([id, { domain, events }]) => {
    const first = Math.min(...events.map((event) => event.at));
    if (first + 395 * DAY > last) return [];
    const early = events.filter((event) => event.at <= first + 30 * DAY);
    const later = events.filter((event) => event.at > first + 30 * DAY && event.at <= first + 395 * DAY);
    const who: Contact = {
      id,
      email: null,
      createdAt: null,
      companyId: null,
      traits: new Map([['email_domain', domain]]),
      hasTraits: true,
      company: null,
      events: early,
    };
    const score = points(explain(model, who, first + 30 * DAY).scores.get('activity')?.points);
    return [{ won: later.length >= 3, score, count: early.length }];
  });
  const byCount = labelled.map(({ won, count }) => ({ won, score: count }));
  console.log(`Open-source contributors after 30 days: this model ${says(labelled)}`);
  console.log(`  one rule, the number of events:       ${says(byCount)}`);
  expect(labelled.length).toBeGreaterThan(1500);
  // The plain count orders them better still: this model says who is active now, it was not made to foretell.
  expect(auc(labelled)).toBeGreaterThan(0.75);
});
