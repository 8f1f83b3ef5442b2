/**
 * Companies as those who sell to them look at them: what their people come to, and one in depth: its people, which roles of those who
 * buy together are known, what its score is made of, and how it changed. It decides what is shown together; it refuses
 * to change anything.
 */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { App } from '../app.ts';
import { phrasesOf } from '../core/phrases/languages.ts';
import type { Phrases } from '../core/phrases/phrases.ts';
import { buyingRoles, rolesOfTitle, wordsOfRole } from '../core/roles.ts';
import { saysRule } from '../core/sentences.ts';
import { DAY } from '../core/time.ts';
import { type Model, rulesOf } from '../core/words.ts';
import {
  companyHistory,
  companyParts,
  listMembers,
  type Member,
  membersForRoles,
  rollUpPeople,
} from '../store/accounts.ts';
import { readCompanies } from '../store/company-lists.ts';
import { readContacts, type Serving, servingModel } from '../store/contacts.ts';
import { companyShape, contactShape, inPoints, showCompany, showContact } from './contact-shape.ts';
import { ofModel } from './contacts.ts';
import { outlineOf } from './outline.ts';
import {
  answers,
  byId,
  type Desk,
  language,
  list,
  missing,
  page,
  pageOf,
  typed,
  written,
  writtenOrNull,
} from './shapes.ts';

/** Who did something in so many days is engaged. */
const ENGAGED = 90;
const HISTORY_SHOWN = 400;

const role = z.enum(buyingRoles);

export const accountRow = companyShape.extend({
  hot: z.number().describe('Contacts in the highest band of the score that says most.'),
  engaged: z.number().describe(`Contacts that did something in the last ${ENGAGED} days.`),
  newestAt: z.string().nullable().describe('The latest thing that any of them did.'),
});

export const memberShape = contactShape.extend({
  roles: z.array(role).describe('Told by words of the job title.'),
  last: z.object({ name: z.string(), at: z.string() }).nullable().describe('What they did last.'),
});

export const accountShape = accountRow.extend({
  reasons: z.array(z.object({ rule: z.string(), score: z.string(), points: z.number(), sentence: z.string() })),
  rollUps: z
    .array(
      z.object({
        score: z.string(),
        how: z.enum(['sum', 'max', 'mean', 'top', 'diminishing']),
        of: z.string(),
        n: z.number().describe('How many of the highest, for `top`; else 0.'),
      }),
    )
    .describe('Scores that come from those of the contacts.'),
  sums: z.array(z.object({ score: z.string(), of: z.array(z.object({ score: z.string(), weight: z.number() })) })),
  roles: z.array(
    z.object({
      role,
      words: z.array(z.string()).describe('The words of a job title that tell of it.'),
      known: z.number(),
      engaged: z.number(),
    }),
  ),
  untitled: z.number().describe('Contacts whose job title tells of no role, or that have none.'),
  history: z
    .array(z.object({ at: z.string(), scores: z.record(z.string(), z.union([z.number(), z.string(), z.null()])) }))
    .describe(`What was true from then on, the latest first; the latest ${HISTORY_SHOWN}.`),
});

/** A model that serves, as companies are looked at by it; nulls where none is published. */
export interface View {
  readonly serving: Serving | null;
  readonly model: Model | null;
  /** The score of contacts that says most. */
  readonly main: string | null;
}

/** @throws ScorelineError `not_found` for a model that is named and does not serve */
export async function viewBy(app: App, name: string | undefined): Promise<View> {
  const serving = await servingModel(app.db, name ?? null);
  if (serving === null && name !== undefined) missing(`model ${name} that serves`);
  const model = serving === null ? null : await app.scoring.modelOf(serving.modelId);
  return { serving, model, main: model === null ? null : outlineOf(model).main };
}

/** Companies, in the order asked for, with what their people come to. */
export async function accountRows(app: App, by: View, ids: readonly number[]): Promise<z.input<typeof accountRow>[]> {
  const modelId = by.serving?.modelId ?? null;
  const hot = by.model?.scores.find(({ name }) => name === by.main)?.bands[0]?.name ?? null;
  const since = app.clock() - ENGAGED * DAY;
  const [companies, people] = await Promise.all([
    readCompanies(app.db, ids, modelId),
    rollUpPeople(app.db, modelId, ids, { main: by.main, hot, since }),
  ]);
  return companies.map((company) => {
    const own = people.find(({ companyId }) => companyId === company.companyId);
    return {
      ...showCompany(company, by.serving),
      hot: own?.hot ?? 0,
      engaged: own?.engaged ?? 0,
      newestAt: writtenOrNull(own?.newestAt ?? null),
    };
  });
}

export function accountRoutes(plain: FastifyInstance, { app, cursors }: Desk): void {
  const server = typed(plain);
  const config = { right: 'company.read' } as const;
  const tags = ['companies'];

  server.get(
    '/api/companies/:id/account',
    {
      config,
      schema: {
        tags,
        summary: 'One company in depth: reasons of its scores, roles that are known, scores over time',
        params: byId,
        querystring: ofModel.extend({ language }),
        response: answers(accountShape),
      },
    },
    async ({ params: { id }, query }) => {
      const on = await viewBy(app, query.model);
      const modelId = on.serving?.modelId ?? null;
      const [row = missing(`company ${id}`)] = await accountRows(app, on, [id]);
      const [members, stated, history] = await Promise.all([
        membersForRoles(app.db, modelId, on.main, id),
        modelId === null ? null : companyParts(app.db, id, modelId),
        on.serving === null ? [] : companyHistory(app.db, id, on.serving.name, { before: null, limit: HISTORY_SHOWN }),
      ]);
      return {
        ...row,
        ...madeOf(on.model, stated?.parts ?? {}, phrasesOf(query.language)),
        ...coverage(members, app.clock() - ENGAGED * DAY),
        history: history.map(({ at, scores }) => ({
          at: written(at),
          scores: Object.fromEntries(
            Object.entries(scores).map(([name, told]) => [
              name,
              typeof told === 'number' ? inPoints(told) : typeof told === 'string' ? told : null,
            ]),
          ),
        })),
      };
    },
  );

  server.get(
    '/api/companies/:id/people',
    {
      config,
      schema: {
        tags,
        summary: 'The contacts of a company, the highest score first, with what they did last',
        params: byId,
        querystring: page.extend(ofModel.shape),
        response: answers(list(memberShape)),
      },
    },
    async ({ params: { id }, query: { limit, cursor, model } }) => {
      const on = await viewBy(app, model);
      const modelId = on.serving?.modelId ?? null;
      const of = ['people', id, modelId];
      const place = cursors.read(of, cursor);
      const after = place && { points: place[0] === null ? null : Number(place[0]), contactId: Number(place[1]) };
      const members = await listMembers(app.db, modelId, on.main, id, { after, limit: limit + 1 });
      const contacts = await readContacts(
        app.db,
        members.map(({ contactId }) => contactId),
        modelId,
      );
      const shown = new Map(contacts.map((contact) => [contact.contactId, showContact(contact, on.serving)]));
      const { items, next } = pageOf(
        members,
        limit,
        (member) => {
          const contact = shown.get(member.contactId);
          return contact === undefined ? [] : [{ ...contact, roles: rolesOf(member), last: lastOf(member) }];
        },
        (last) => cursors.write(of, [last.points, last.contactId]),
      );
      return { items: items.flat(), next };
    },
  );
}

const rolesOf = ({ title }: Member) => (typeof title === 'string' ? rolesOfTitle(title) : []);

const lastOf = ({ lastName, lastAt }: Member) =>
  lastName === null || lastAt === null ? null : { name: lastName, at: written(lastAt) };

/** Which roles are known among people, and which of them are engaged. */
function coverage(members: readonly Member[], since: number) {
  const people = members.map((member) => ({ roles: rolesOf(member), engaged: (member.lastAt ?? 0) >= since }));
  return {
    roles: buyingRoles.map((name) => {
      const own = people.filter(({ roles }) => roles.includes(name));
      const engaged = own.filter((one) => one.engaged).length;
      return { role: name, words: [...wordsOfRole(name)], known: own.length, engaged };
    }),
    untitled: people.filter(({ roles }) => roles.length === 0).length,
  };
}

/** What the scores of a company are made of: rules that gave something, contacts' scores, and sums. */
function madeOf(model: Model | null, given: Readonly<Record<string, number>>, say: Phrases) {
  const scores = model?.companyScores ?? [];
  return {
    reasons: scores.flatMap((score) =>
      rulesOf([score]).flatMap((rule) => {
        const points = given[rule.id];
        return points === undefined || points === 0
          ? []
          : [{ rule: rule.id, score: score.name, points: inPoints(points), sentence: saysRule(rule, say) }];
      }),
    ),
    rollUps: scores.flatMap((score) =>
      score.kind === 'rollUp'
        ? [{ score: score.name, how: score.how, of: score.of, n: score.how === 'top' ? score.weights.length : 0 }]
        : [],
    ),
    sums: scores.flatMap((score) =>
      score.kind === 'sum'
        ? [{ score: score.name, of: score.of.map((part) => ({ ...part, weight: part.weight / 1000 })) }]
        : [],
    ),
  };
}
