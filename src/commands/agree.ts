/**
 * `scoreline agree`: the same files in all three forms. It decides what is compared and how a difference is told:
 * every rule, score, grade, band, disqualification, stage and company score, row by row.
 */

import { type Columns, contactAt } from '../core/columns.ts';
import { ScorelineError } from '../core/errors.ts';
import { explain, explainCompany } from '../core/explain.ts';
import { resultsAt, scoreColumns } from '../core/kernel.ts';
import type { KernelResults } from '../core/kernel-run.ts';
import { needsOf } from '../core/needs.ts';
import type { Results } from '../core/scores.ts';
import { writeSql } from '../core/sql.ts';
import { preparedRows } from '../core/sql-tables.ts';
import { type Company, type Contact, type Model, rulesOf, type Score } from '../core/words.ts';
import { openPrepared, type Row } from '../files/prepared.ts';
import { type FileFlags, withInputs } from './inputs.ts';
import { many, points } from './show.ts';
import type { Surroundings } from './surroundings.ts';

/** One row in one form: numbers in millionths, texts, or null, by name. */
type Answer = number | string | null;
type Answers = ReadonlyMap<string, Answer>;

export async function agree(flags: FileFlags, around: Surroundings): Promise<void> {
  await withInputs(flags, around, async ({ model, asOf, files }) => {
    const { columns } = await files.load(needsOf(model), asOf);
    const contacts = Array.from({ length: columns.contacts.count }, (_, row) => contactAt(columns, row, asOf));
    const companies = companiesOf(columns, contacts);
    const kernel = scoreColumns(model, columns, asOf, { next: true, reasons: true });
    const database = await openPrepared();
    try {
      const comparison = new Comparison();
      await database.fill(preparedRows(model, contacts, () => null, companies));
      const rowsOf = async (of: 'contacts' | 'companies'): Promise<ReadonlyMap<string, Row>> => {
        const { text, values } = writeSql(model, { dialect: 'duckdb', asOf, of });
        return new Map((await database.run(text, values)).map((row) => [row.id ?? '', row]));
      };
      const sql = await rowsOf('contacts');
      const colleagues = Map.groupBy(contacts, (contact) => contact.company?.id);
      contacts.forEach((contact, row) => {
        const members = contact.company === null ? [contact] : (colleagues.get(contact.company.id) ?? []);
        const plain = explainedContact(model, contact, asOf, members);
        comparison.compare(
          `contact ${row + 1}`,
          plain,
          kernelContact(model, kernel, row),
          sqlAnswers(sql.get(contact.id), plain),
        );
        around.progress('comparing', row / contacts.length);
      });
      const ofCompanies = model.companyScores.length === 0 ? new Map<string, Row>() : await rowsOf('companies');
      companies.forEach((company, row) => {
        const members = colleagues.get(company.id) ?? [];
        const plain = new Map(answersOf(model.companyScores, explainCompany(model, company, members, asOf).scores));
        const kernelRow = new Map(
          answersOf(model.companyScores, resultsAt(model.companyScores, kernel.companies, row)),
        );
        comparison.compare(`company ${row + 1}`, plain, kernelRow, sqlAnswers(ofCompanies.get(company.id), plain));
      });
      around.progress('comparing', null);
      comparison.report(around);
    } finally {
      database.close();
    }
  });
}

function companiesOf(columns: Columns, contacts: readonly Contact[]): Company[] {
  const known = new Map(contacts.flatMap(({ company }) => (company === null ? [] : [[company.id, company] as const])));
  return Array.from(
    { length: columns.companies.count },
    (_, row) => known.get(String(row)) ?? { id: String(row), traits: new Map() },
  );
}

class Comparison {
  #rows = 0;
  #values = 0;
  #largest = 0;
  readonly #told: string[] = [];

  /** Compares what the forms say of one row; SQL has no next change. */
  compare(what: string, plain: Answers, kernel: Answers, sql: Answers): void {
    this.#rows++;
    for (const [name, value] of plain) {
      this.#values++;
      this.#one(`${what}, ${name}`, value, 'kernel', kernel.get(name) ?? null);
      if (name !== 'next_change_at') this.#one(`${what}, ${name}`, value, 'SQL', sql.get(name) ?? null);
    }
  }

  #one(what: string, plain: Answer, form: string, other: Answer): void {
    if (Object.is(plain, other)) return;
    this.#told.push(`${what}: explain ${show(plain)}, ${form} ${show(other)}`);
    const apart = typeof plain === 'number' && typeof other === 'number' ? Math.abs(plain - other) : Infinity;
    this.#largest = Math.max(this.#largest, apart);
  }

  /** @throws ScorelineError `forms_disagree` */
  report(around: Surroundings): void {
    const compared = `${many(this.#rows, 'row')} in explain, kernel and SQL (DuckDB), ${many(this.#values, 'value')} in each`;
    if (this.#told.length === 0) {
      around.out(`Compared ${compared}. The largest difference is 0.`);
      return;
    }
    const first = this.#told.slice(0, 10).join('\n');
    const largest = this.#largest === Infinity ? 'not a number' : points(this.#largest);
    throw new ScorelineError(
      'forms_disagree',
      `Compared ${compared}.\n${first}\n${many(this.#told.length, 'value')} differ; the largest difference is ${largest}.`,
    );
  }
}

const show = (value: Answer): string =>
  typeof value === 'number' ? points(value) : value === null ? 'nothing' : String(value);

function explainedContact(model: Model, contact: Contact, asOf: number, colleagues: readonly Contact[]): Answers {
  const { scores, reasons, disqualified, stage, nextChangeAt } = explain(model, contact, asOf, { colleagues });
  return new Map<string, Answer>([
    ...reasons.map(({ rule, points: given }) => [`rule.${rule}`, given] as const),
    ...answersOf(model.scores, scores),
    ['disqualified', disqualified?.reason ?? null],
    ['stage', stage],
    ['next_change_at', nextChangeAt],
  ]);
}

function kernelContact(model: Model, results: KernelResults, row: number): Answers {
  const next = results.next?.[row] ?? Number.NaN;
  return new Map<string, Answer>([
    ...rulesOf(model.scores).map((rule, i) => [`rule.${rule.id}`, results.reasons?.[i]?.[row] ?? null] as const),
    ...answersOf(model.scores, resultsAt(model.scores, results, row)),
    ['disqualified', model.disqualify[(results.disqualified[row] ?? 0) - 1]?.reason ?? null],
    ['stage', model.stages[results.stage[row] ?? -1]?.id ?? null],
    ['next_change_at', Number.isNaN(next) ? null : next],
  ]);
}

/** SQL gives points as decimals with six places. */
function sqlAnswers(row: Row | undefined, plain: Answers): Answers {
  return new Map(
    [...plain.keys()].map((name) => {
      const value = row?.[name] ?? null;
      return [name, typeof plain.get(name) === 'number' && value !== null ? Number(value.replace('.', '')) + 0 : value];
    }),
  );
}

function answersOf(scores: readonly Score[], results: Results): [string, Answer][] {
  return scores.flatMap(({ name, kind, grades, bands }): [string, Answer][] => {
    const result = results.get(name);
    return [
      [name, kind === 'grid' ? (result?.cell ?? null) : (result?.points ?? null)],
      ...(grades.length === 0 ? [] : [pair(`${name}_grade`, grades[result?.grade ?? -1]?.name)]),
      ...(bands.length === 0 ? [] : [pair(`${name}_band`, bands[result?.band ?? -1]?.name)]),
    ];
  });
}

const pair = (name: string, value: string | undefined): [string, string | null] => [name, value ?? null];
