/**
 * The shared cases of test/cases: each is a sentence of the meaning of a model, with points worked out by hand, and
 * every form must give them. A case leaves out what it does not speak of:
 *
 *   asOf       noon of 30 June 2026, a Tuesday
 *   rules      stands for a model with these rules in one score `s`
 *   contacts   `company` is the id of the company, `stage` the one before; `traits` alone decide on data, with events
 *   events     get ids in the order they are written; `ignored` ones are voided or made by machines
 *   expect     columns of the contact as `writeSql` names them, points as numbers; `expectCompanies` likewise
 */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkModel } from '../src/core/model.ts';
import { readInstant } from '../src/core/time.ts';
import type { Company, Contact, Value } from '../src/core/words.ts';
import { type Database, openDuckdb, openPostgres } from './door.ts';
import { decimal, explainForm, kernelForm, sqlForm } from './forms.ts';
import { postgresUrl } from './postgres.ts';
import type { Case } from './random.ts';

interface WrittenCase {
  readonly sentence: string;
  readonly asOf?: string;
  readonly rules?: readonly unknown[];
  readonly model?: unknown;
  readonly companies?: readonly { readonly id: string; readonly traits?: Record<string, Value> }[];
  readonly contacts: readonly WrittenContact[];
  readonly expect?: Record<string, Record<string, Cell>>;
  readonly expectCompanies?: Record<string, Record<string, Cell>>;
}

interface WrittenContact {
  readonly id: string;
  readonly email?: string;
  readonly createdAt?: string;
  readonly company?: string;
  readonly stage?: string;
  readonly traits?: Record<string, Value>;
  readonly events?: readonly {
    readonly id?: string;
    readonly name: string;
    readonly at: string;
    readonly properties?: Record<string, Value>;
    readonly ignored?: boolean;
  }[];
}

type Cell = number | string | null;

function instant(text: string): number {
  const at = readInstant(text);
  if (at === undefined) throw new Error(`${text} is no instant`);
  return at;
}

function readCase(written: WrittenCase): Case {
  const document = written.model ?? {
    model: 'case',
    scores: { s: { range: [-1_000_000, 1_000_000], rules: written.rules ?? [] } },
  };
  const companies = (written.companies ?? []).map(
    ({ id, traits }): Company => ({ id, traits: new Map(Object.entries(traits ?? {})) }),
  );
  const contacts = written.contacts.map(
    ({ id, email, createdAt, company, traits, events }): Contact => ({
      id,
      email: email ?? null,
      createdAt: createdAt === undefined ? null : instant(createdAt),
      companyId: company ?? null,
      traits: new Map(Object.entries(traits ?? {})),
      hasTraits: traits !== undefined,
      company: companies.find((known) => known.id === company) ?? null,
      events: (events ?? []).map((event, i) => ({
        id: event.id ?? String(i).padStart(3, '0'),
        name: event.name,
        at: instant(event.at),
        properties: new Map(Object.entries(event.properties ?? {})),
        ignored: event.ignored ?? false,
      })),
    }),
  );
  return {
    model: checkModel(document),
    contacts,
    companies,
    stages: new Map(written.contacts.map(({ id, stage }) => [id, stage ?? null])),
    asOf: instant(written.asOf ?? '2026-06-30T12:00:00Z'),
  };
}

const url = await postgresUrl();
const databases: Database[] = [await openDuckdb(), ...(url === undefined ? [] : [await openPostgres(url)])];
afterAll(() => Promise.all(databases.map((database) => database.close())));

const forms = [explainForm, kernelForm, ...databases.map(sqlForm)];

const written = (cells: Record<string, Cell>) =>
  Object.fromEntries(
    Object.entries(cells).map(([column, cell]) => [
      column,
      typeof cell === 'number' ? decimal(Math.round(cell * 1_000_000)) : cell,
    ]),
  );

for (const file of globSync(join(import.meta.dirname, 'cases/*.json')).sort()) {
  const cases: readonly WrittenCase[] = JSON.parse(readFileSync(file, 'utf8'));
  describe(basename(file, '.json'), () => {
    describe.each(cases)('$sentence', (each) => {
      test.each(forms)('$name', async (form) => {
        const answer = await form.answer(readCase(each));
        const { expect: contacts = {}, expectCompanies: companies = {} } = each;
        expect(Object.keys({ ...contacts, ...companies })).not.toEqual([]);
        for (const [id, cells] of Object.entries(contacts)) {
          expect(answer.contacts.get(id), id).toMatchObject(written(cells));
        }
        for (const [id, cells] of Object.entries(companies)) {
          expect(answer.companies.get(id), id).toMatchObject(written(cells));
        }
      });
    });
  });
}
