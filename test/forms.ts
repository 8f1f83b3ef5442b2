/**
 * The forms of one meaning behind one face, so that tests can lay their answers side by side: a case goes in, rows of
 * exact decimals come out. It refuses to know which answer is right.
 */
import { columnsOf } from '../src/core/columns.ts';
import { explain, explainCompany, hasData } from '../src/core/explain.ts';
import { resultsAt, scoreColumns } from '../src/core/kernel.ts';
import { needsOf } from '../src/core/needs.ts';
import { profile } from '../src/core/profile.ts';
import type { Results } from '../src/core/scores.ts';
import { type Company, type Contact, rulesOf, type Score } from '../src/core/words.ts';
import type { Database, Row } from './door.ts';
import type { Case } from './random.ts';

/** Rows by id, with the columns of `writeSql`. */
interface Answer {
  readonly contacts: ReadonlyMap<string, Row>;
  readonly companies: ReadonlyMap<string, Row>;
}

export interface Form {
  readonly name: string;
  answer(asked: Case): Promise<Answer>;
}

export const explainForm: Form = {
  name: 'explain',
  async answer(asked) {
    const { contacts, companies } = asked;
    return {
      contacts: new Map(contacts.map((contact) => [contact.id, contactRow(contact, asked)])),
      companies: new Map(companies.map((company) => [company.id, companyRow(company, asked)])),
    };
  },
};

export const sqlForm = (database: Database): Form => ({
  name: database.dialect,
  async answer({ model, contacts, companies, stages, asOf }) {
    await database.fill(model, contacts, (contact) => stages.get(contact.id) ?? null, companies);
    return {
      contacts: await database.score(model, asOf, 'contacts'),
      companies: await database.score(model, asOf, 'companies'),
    };
  },
});

/** The kernel has no contributions of company rules, and knows only companies that have contacts. */
export const kernelForm: Form = {
  name: 'kernel',
  async answer({ model, contacts, stages, asOf }) {
    const profiles = contacts.map((contact) => profile(contact, asOf));
    const columns = columnsOf(profiles, needsOf(model));
    const previous = Int16Array.from(contacts, ({ id }) =>
      model.stages.findIndex((stage) => stage.id === stages.get(id)),
    );
    const results = scoreColumns(model, columns, asOf, { next: false, reasons: true }, previous);
    const rules = rulesOf(model.scores);
    return {
      contacts: new Map(
        profiles.map((contact, row) => [
          contact.id,
          {
            id: contact.id,
            ...Object.fromEntries(
              rules.map(({ id }, i) => [
                `rule.${id}`,
                decimal(hasData(contact) ? (results.reasons?.[i]?.[row] ?? 0) : 0),
              ]),
            ),
            ...scoreCells(model.scores, resultsAt(model.scores, results, row)),
            disqualified: model.disqualify[(results.disqualified[row] ?? 0) - 1]?.reason ?? null,
            stage: model.stages[results.stage[row] ?? -1]?.id ?? null,
          },
        ]),
      ),
      companies: new Map(
        columns.companyRows.map(({ id }, row) => [
          id,
          { id, ...scoreCells(model.companyScores, resultsAt(model.companyScores, results.companies, row)) },
        ]),
      ),
    };
  },
};

/** Millionths as an exact decimal with six places. */
export function decimal(millionths: number | null): string | null {
  if (millionths === null) return null;
  const digits = String(Math.abs(millionths)).padStart(7, '0');
  return `${millionths < 0 ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

function contactRow(contact: Contact, { model, contacts, stages, asOf }: Case): Row {
  const { company } = contact;
  const explained = explain(model, contact, asOf, {
    previous: stages.get(contact.id) ?? null,
    colleagues: company === null ? [contact] : contacts.filter((other) => other.company?.id === company.id),
  });
  const known = hasData(profile(contact, asOf));
  return {
    id: contact.id,
    ...Object.fromEntries(explained.reasons.map(({ rule, points }) => [`rule.${rule}`, decimal(known ? points : 0)])),
    ...scoreCells(model.scores, explained.scores),
    disqualified: explained.disqualified?.reason ?? null,
    stage: explained.stage,
  };
}

function companyRow(company: Company, { model, contacts, asOf }: Case): Row {
  const members = contacts.filter((contact) => contact.company?.id === company.id);
  const { scores, reasons } = explainCompany(model, company, members, asOf);
  const points = new Map(reasons.map((reason) => [reason.rule, reason.points]));
  return {
    id: company.id,
    ...Object.fromEntries(rulesOf(model.companyScores).map(({ id }) => [`rule.${id}`, decimal(points.get(id) ?? 0)])),
    ...scoreCells(model.companyScores, scores),
  };
}

function scoreCells(scores: readonly Score[], results: Results): Row {
  return Object.fromEntries(
    scores.flatMap(({ kind, name, grades, bands }): [string, string | null][] => {
      const result = results.get(name);
      return [
        [name, kind === 'grid' ? (result?.cell ?? null) : decimal(result?.points ?? null)],
        ...(grades.length > 0 ? [[`${name}_grade`, grades[result?.grade ?? -1]?.name ?? null] as const] : []),
        ...(bands.length > 0 ? [[`${name}_band`, bands[result?.band ?? -1]?.name ?? null] as const] : []),
      ].map(([column, cell]) => [column ?? '', cell ?? null]);
    }),
  );
}
