/** A contact as the API shows it. It decides what a score looks like in JSON; it refuses to know where it was read. */

import { z } from 'zod';
import { MILLION } from '../core/words.ts';
import type { KnownCompany } from '../store/company-lists.ts';
import type { KnownContact, Serving, StoredScore } from '../store/contacts.ts';
import { written, writtenOrNull } from './shapes.ts';

const scoresShape = z.object({
  scores: z
    .record(z.string(), z.union([z.number(), z.string(), z.null()]))
    .describe('By name: points, or the cell of a grid; null where nothing is known of the contact.'),
  grades: z.record(z.string(), z.string().nullable()),
  bands: z.record(z.string(), z.string().nullable()),
});

export const contactShape = scoresShape.extend({
  id: z.string(),
  createdAt: z.string(),
  companyId: z.string().nullable(),
  companyName: z.string().nullable().describe('Or its domain, where nobody told its name.'),
  email: z.string().nullable(),
  emails: z.array(z.string()),
  userIds: z.array(z.string()),
  anonymousIds: z.array(z.string()),
  traits: z.record(z.string(), z.unknown()),
  model: z.string().nullable().describe('The model that scores, stage and what follows are of.'),
  version: z.number().nullable(),
  asOf: z.string().nullable().describe('For when they hold; null until the contact was scored.'),
  stage: z.string().nullable(),
  stageSince: z.string().nullable(),
  disqualified: z.string().nullable().describe('The reason.'),
  nextChangeAt: z.string().nullable().describe('Nothing changes by itself before it.'),
});

export const companyShape = scoresShape.extend({
  id: z.string(),
  key: z.string().nullable(),
  domain: z.string().nullable().describe('The first of its domains.'),
  domains: z.array(z.string()).describe('Mail of any of them leads here.'),
  createdAt: z.string(),
  traits: z.record(z.string(), z.unknown()),
  contacts: z.number(),
  model: z.string().nullable(),
  asOf: z.string().nullable().describe('For when the scores hold; null until it was scored.'),
  nextChangeAt: z.string().nullable().describe('Nothing changes by itself before it, as long as its contacts do not.'),
});

/** Points for people: a number with at most six decimals. */
export const inPoints = (millionths: number): number => millionths / MILLION;

export function showScores(scores: readonly StoredScore[]): z.input<typeof scoresShape> {
  const of = <Value>(value: (score: StoredScore) => Value) =>
    Object.fromEntries(scores.map((score) => [score.name, value(score)]));
  const graded = (key: 'grade' | 'band') =>
    Object.fromEntries(scores.flatMap((score) => (score[key] === null ? [] : [[score.name, score[key]]])));
  return {
    scores: of(({ points, cell }) => (points === null ? cell : inPoints(points))),
    grades: graded('grade'),
    bands: graded('band'),
  };
}

export function showContact(contact: KnownContact, serving: Serving | null): z.input<typeof contactShape> {
  const { standing, traits, identities } = contact;
  const known = (kind: string) => identities.filter((one) => one.kind === kind).map(({ value }) => value);
  const emails = known('email');
  return {
    id: String(contact.contactId),
    createdAt: written(contact.createdAt),
    companyId: contact.companyId === null ? null : String(contact.companyId),
    companyName: contact.companyName,
    email: typeof traits.email === 'string' ? traits.email : (emails[0] ?? null),
    emails,
    userIds: known('user_id'),
    anonymousIds: known('anonymous_id'),
    traits: { ...traits },
    model: serving?.name ?? null,
    version: serving?.version ?? null,
    asOf: writtenOrNull(standing?.asOf ?? null),
    ...showScores(contact.scores),
    stage: standing?.stage ?? null,
    stageSince: writtenOrNull(standing?.stageSince ?? null),
    disqualified: standing?.disqualified ?? null,
    nextChangeAt: writtenOrNull(standing?.nextChangeAt ?? null),
  };
}

export const showCompany = (company: KnownCompany, serving: Serving | null): z.input<typeof companyShape> => ({
  id: String(company.companyId),
  key: company.key,
  domain: company.domain,
  domains: [...company.domains],
  createdAt: written(company.createdAt),
  traits: { ...company.traits },
  contacts: company.contacts,
  model: serving?.name ?? null,
  asOf: writtenOrNull(company.asOf),
  nextChangeAt: writtenOrNull(company.nextChangeAt),
  ...showScores(company.scores),
});
