/**
 * Every model that was ever released loads and scores as it did. A folder of `old-models` is a release: in each file the
 * text of a model, contacts made up for it, and what the release gave, to the millionth; rules that gave nothing are left
 * out. A release adds a folder; no folder is ever changed.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { columnsOf } from '../src/core/columns.ts';
import { explain } from '../src/core/explain.ts';
import { scoreColumns } from '../src/core/kernel.ts';
import { parseModel } from '../src/core/model.ts';
import { needsOf } from '../src/core/needs.ts';
import { profile } from '../src/core/profile.ts';
import { readInstant } from '../src/core/time.ts';
import { type Company, type Contact, rulesOf, type Value } from '../src/core/words.ts';
import { openDuckdb, type Row } from './door.ts';
import { explainForm, kernelForm, sqlForm } from './forms.ts';
import type { Case } from './random.ts';

interface OldModel {
  readonly asOf: string;
  readonly model: readonly string[];
  readonly companies: readonly { readonly id: string; readonly traits: Record<string, Value> }[];
  readonly contacts: readonly {
    readonly id: string;
    readonly email?: string;
    readonly createdAt?: string;
    readonly company?: string;
    readonly stage?: string;
    readonly traits: Record<string, Value>;
    readonly events: readonly {
      readonly name: string;
      readonly at: string;
      readonly properties: Record<string, Value>;
      readonly ignored?: boolean;
    }[];
  }[];
  readonly expected: { readonly contacts: Record<string, Row>; readonly companies: Record<string, Row> };
}

function instant(text: string): number {
  const at = readInstant(text);
  if (at === undefined) throw new Error(`${text} is no instant`);
  return at;
}

function readOld(old: OldModel, file: string): Case {
  const companies = old.companies.map(({ id, traits }): Company => ({ id, traits: new Map(Object.entries(traits)) }));
  const contacts = old.contacts.map(
    ({ id, email, createdAt, company, traits, events }): Contact => ({
      id,
      email: email ?? null,
      createdAt: createdAt === undefined ? null : instant(createdAt),
      companyId: company ?? null,
      traits: new Map(Object.entries(traits)),
      hasTraits: Object.keys(traits).length > 0,
      company: companies.find((known) => known.id === company) ?? null,
      events: events.map(({ name, at, properties, ignored }, i) => ({
        id: String(i).padStart(3, '0'),
        name,
        at: instant(at),
        properties: new Map(Object.entries(properties)),
        ignored: ignored ?? false,
      })),
    }),
  );
  return {
    model: parseModel(old.model.join('\n'), file),
    contacts,
    companies,
    stages: new Map(old.contacts.map(({ id, stage }) => [id, stage ?? null])),
    asOf: instant(old.asOf),
  };
}

const database = await openDuckdb();
afterAll(() => database.close());

const folder = join(import.meta.dirname, 'old-models');
const found = globSync('*/*.json', { cwd: folder }).sort();

test('there is a folder for the first release, with all of its models', () => {
  expect(found.filter((file) => file.startsWith('0.1'))).toHaveLength(9);
});

describe.each(found)('%s', (file) => {
  const old: OldModel = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const asked = readOld(old, file);
  const { model, contacts, asOf, stages } = asked;

  test.each([explainForm, kernelForm, sqlForm(database)])('$name gives what it gave', async (form) => {
    const answer = await form.answer(asked);
    const nothing = Object.fromEntries(rulesOf(model.scores).map(({ id }) => [`rule.${id}`, '0.000000']));
    expect(answer.contacts.size).toBe(old.contacts.length);
    for (const [id, { next_change_at, ...row }] of Object.entries(old.expected.contacts))
      expect(answer.contacts.get(id)).toEqual({ id, ...nothing, ...row });
    // The kernel has no contributions of company rules, and knows only companies that have contacts.
    const inKernel = form === kernelForm;
    for (const [id, row] of Object.entries(old.expected.companies)) {
      if (inKernel && !contacts.some(({ company }) => company?.id === id)) continue;
      const scores = Object.entries(row).filter(([name]) => !inKernel || !name.startsWith('rule.'));
      expect(answer.companies.get(id)).toMatchObject(Object.fromEntries(scores));
    }
  });

  test('the next change is when it was', () => {
    const plain = contacts.map((contact) => {
      const { company } = contact;
      const colleagues = company === null ? [contact] : contacts.filter((other) => other.company?.id === company.id);
      return explain(model, contact, asOf, { previous: stages.get(contact.id) ?? null, colleagues }).nextChangeAt;
    });
    const previous = Int16Array.from(contacts, ({ id }) =>
      model.stages.findIndex((stage) => stage.id === stages.get(id)),
    );
    const columns = columnsOf(
      contacts.map((contact) => profile(contact, asOf)),
      needsOf(model),
    );
    const { next } = scoreColumns(model, columns, asOf, { next: true, reasons: false }, previous);
    const given = contacts.map(({ id }) => {
      const written = old.expected.contacts[id]?.next_change_at;
      return written == null ? null : instant(written);
    });
    expect(plain).toEqual(given);
    expect([...(next ?? [])].map((at) => (Number.isNaN(at) ? null : at))).toEqual(given);
  });
});
