/**
 * `scoreline demo`: made-up leads from a seed, scored and shown. It decides what a newcomer sees first; the people
 * are made up in `demo.ts`, and scored as any files are.
 */

import { join } from 'node:path';
import { explain } from '../core/explain.ts';
import { scoreColumns } from '../core/kernel.ts';
import type { KernelResults } from '../core/kernel-run.ts';
import { needsOf } from '../core/needs.ts';
import { profile } from '../core/profile.ts';
import type { Model } from '../core/words.ts';
import { demoData, MADE_UP, writeDemo } from '../demo.ts';
import { openFiles } from '../files/files.ts';
import { showExplanation } from './explanation.ts';
import { readModel } from './inputs.ts';
import { bestRows, leadingScore, rankingTable } from './score.ts';
import { bar, many, table, when } from './show.ts';
import type { Surroundings } from './surroundings.ts';

/** The present of the made-up world: always the same, so that everybody sees the same leads. */
const AS_OF = Date.UTC(2026, 5, 30, 12);
const CONTACTS = 2000;
const SHOWN = 10;

export async function demo({ folder }: { readonly folder: string }, around: Surroundings): Promise<void> {
  const data = demoData({ seed: 1, contacts: CONTACTS, asOf: AS_OF });
  await writeDemo(folder, data);
  const path = (name: string) => join(folder, name);
  const model = await readModel(path('model.yaml'));
  const files = await openFiles({
    contacts: path('contacts.csv'),
    companies: path('companies.csv'),
    events: path('events.csv'),
  });
  try {
    const { columns } = await files.load(needsOf(model), AS_OF);
    const results = scoreColumns(model, columns, AS_OF, { next: false, reasons: false });
    const rows = bestRows(model, results, SHOWN);
    const ids = await files.ids('contacts', rows);
    const everybody = await files.ids('contacts', [...results.known.keys()]);
    const won = new Set(data.outcomes.filter(({ outcome }) => outcome === 'won').map((outcome) => outcome.contact_id));
    const first = await files.history(ids[0] ?? '', true);
    const lead = first.find(({ id }) => id === ids[0]);
    const sections = [
      `${MADE_UP}\n${many(data.contacts.length, 'contact')} of ${many(data.companies.length, 'company', 'companies')} did ${many(data.events.length, 'thing')} in the year up to ${when(AS_OF)}.`,
      `Whom to call first:\n\n${rankingTable(model, AS_OF, columns, results, rows, ids, around.width)}`,
      ...(lead === undefined
        ? []
        : [
            `Why the first one:\n\n${showExplanation(model, profile(lead, AS_OF), explain(model, lead, AS_OF, { colleagues: first }))}`,
          ]),
      `Does the score tell who buys? Of the made-up outcomes:\n\n${outcomes(model, results, everybody, won)}`,
      next(folder, ids[0] ?? '', AS_OF),
    ];
    around.out(sections.join('\n\n'));
  } finally {
    files.close();
  }
}

/** How many of each band of the leading score bought. */
function outcomes(model: Model, results: KernelResults, ids: readonly string[], won: ReadonlySet<string>): string {
  const leading = leadingScore(model);
  const bands = model.scores[leading]?.bands ?? [];
  const groups = Map.groupBy(ids.keys(), (row) => results.bands[leading]?.[row] ?? bands.length);
  const rows = bands.map(({ name }, place) => {
    const members = groups.get(place) ?? [];
    const bought = members.filter((row) => won.has(ids[row] ?? '')).length;
    const share = members.length === 0 ? 0 : bought / members.length;
    return [name, String(members.length), String(bought), `${(share * 100).toFixed(1)} %`, bar(share, 20)];
  });
  return table(
    [
      { title: 'band' },
      { title: 'contacts', right: true },
      { title: 'won', right: true },
      { title: '', right: true },
      { title: '' },
    ],
    rows,
    80,
  );
}

function next(folder: string, id: string, asOf: number): string {
  const files = `--model ${folder}/model.yaml --contacts ${folder}/contacts.csv --companies ${folder}/companies.csv --events ${folder}/events.csv`;
  const at = `--as-of ${new Date(asOf).toISOString()}`;
  return [
    'The files are in the folder, so try the same by hand:',
    '',
    `  npx scoreline explain ${files} ${at} --contact ${id}`,
    `  npx scoreline score ${files} ${at} --out scores.csv`,
    `  npx scoreline agree ${files} ${at}`,
  ].join('\n');
}
