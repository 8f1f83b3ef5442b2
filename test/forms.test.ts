/** Three forms of one meaning: random models over random histories give the same to the last millionth. */
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { explain, explainCompany, hasData } from '../src/core/explain.ts';
import { profile } from '../src/core/profile.ts';
import type { Results } from '../src/core/scores.ts';
import { type Model, rulesOf, type Score } from '../src/core/words.ts';
import { type Database, openDuckdb, openPostgres, type Row } from './door.ts';
import { postgresUrl } from './postgres.ts';
import { type Case, randomCase } from './random.ts';

const url = await postgresUrl();
const databases: Database[] = [await openDuckdb(), ...(url === undefined ? [] : [await openPostgres(url)])];
afterAll(() => Promise.all(databases.map((database) => database.close())));

/** Millionths as an exact decimal with six places. */
function decimal(millionths: number | null): string | null {
  if (millionths === null) return null;
  const digits = String(Math.abs(millionths)).padStart(7, '0');
  return `${millionths < 0 ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

function resultRow(scores: readonly Score[], results: Results): [string, string | null][] {
  return scores.flatMap(({ kind, name, grades, bands }): [string, string | null][] => {
    const result = results.get(name);
    return [
      [name, kind === 'grid' ? (result?.cell ?? null) : decimal(result?.points ?? null)],
      ...(grades.length > 0
        ? [[`${name}_grade`, grades[result?.grade ?? -1]?.name ?? null] as [string, string | null]]
        : []),
      ...(bands.length > 0
        ? [[`${name}_band`, bands[result?.band ?? -1]?.name ?? null] as [string, string | null]]
        : []),
    ];
  });
}

function expectedContacts({ model, contacts, stages, asOf }: Case): Map<string, Row> {
  return new Map(
    contacts.map((contact) => {
      const colleagues = contacts.filter(
        (other) => contact.company !== null && other.company?.id === contact.company.id,
      );
      const explained = explain(model, contact, asOf, {
        previous: stages.get(contact.id) ?? null,
        colleagues: contact.company === null ? [contact] : colleagues,
      });
      const known = hasData(profile(contact, asOf));
      return [
        contact.id,
        {
          id: contact.id,
          ...Object.fromEntries(
            explained.reasons.map(({ rule, points }) => [`rule.${rule}`, decimal(known ? points : 0)]),
          ),
          ...Object.fromEntries(resultRow(model.scores, explained.scores)),
          disqualified: explained.disqualified?.reason ?? null,
          stage: explained.stage,
        },
      ];
    }),
  );
}

function expectedCompanies({ model, contacts, companies, asOf }: Case): Map<string, Row> {
  return new Map(
    companies.map((company) => {
      const members = contacts.filter((contact) => contact.company?.id === company.id);
      const { scores, reasons } = explainCompany(model, company, members, asOf);
      const points = new Map(reasons.map((reason) => [reason.rule, reason.points]));
      return [
        company.id,
        {
          id: company.id,
          ...Object.fromEntries(ruleIds(model).map((id) => [`rule.${id}`, decimal(points.get(id) ?? 0)])),
          ...Object.fromEntries(resultRow(model.companyScores, scores)),
        },
      ];
    }),
  );
}

const ruleIds = (model: Model): string[] => rulesOf(model.companyScores).map(({ id }) => id);

test.each(databases.map((database) => [database.dialect, database] as const))(
  'random models over random histories: %s equals explain',
  async (_, database) => {
    await fc.assert(
      fc.asyncProperty(randomCase, async (random) => {
        const { model, contacts, companies, stages, asOf } = random;
        await database.fill(model, contacts, (contact) => stages.get(contact.id) ?? null, companies);
        expect(await database.score(model, asOf, 'contacts')).toEqual(expectedContacts(random));
        expect(await database.score(model, asOf, 'companies')).toEqual(expectedCompanies(random));
      }),
      { numRuns: Number(process.env.RUNS ?? 60), seed: Number(process.env.SEED ?? 20260630) },
    );
  },
  600_000,
);
