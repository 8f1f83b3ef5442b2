/**
 * The leads to act on now, each with what a sales person needs to begin: why, what it did last, how to reach it. It
 * decides which reasons are the strongest; the order is the store's.
 */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { phrasesOf } from '../core/phrases/languages.ts';
import type { Phrases } from '../core/phrases/phrases.ts';
import { mainOf } from '../core/scores.ts';
import { saysRule } from '../core/sentences.ts';
import type { Model } from '../core/words.ts';
import { readContacts, servingModel } from '../store/contacts.ts';
import { suppressedAmong } from '../store/suppression.ts';
import { companyValues, type Deed, lastDeeds, listToday, readParts, type TodayPlace } from '../store/today.ts';
import { contactShape, inPoints, showContact } from './contact-shape.ts';
import { answers, type Desk, language, list, missing, page, pageOf, shortText, typed, written } from './shapes.ts';

const tags = ['contacts'];
const config = { right: 'contact.read' } as const;
const REASONS = 3;
const DEEDS = 3;
/** Owners and territories that can be chosen from. */
const CHOICES = 200;

const reasonShape = z.object({ rule: z.string(), score: z.string(), points: z.number(), sentence: z.string() });
export const todayShape = contactShape.extend({
  reasons: z.array(reasonShape).describe(`The ${REASONS} rules that gave or took most, the strongest first.`),
  did: z
    .array(
      z.object({ id: z.string(), name: z.string(), at: z.string(), properties: z.record(z.string(), z.unknown()) }),
    )
    .describe(`The last ${DEEDS} events that count, the latest first.`),
});

export function todayRoutes(plain: FastifyInstance, { app, cursors }: Desk): void {
  const server = typed(plain);

  server.get(
    '/api/today',
    {
      config,
      schema: {
        tags,
        summary: 'The leads to act on now: the latest stage first, in it who entered it last, then the highest score',
        description:
          'Disqualified leads and those in no stage are left out; of a model without stages the score decides.',
        querystring: page.extend({
          language,
          model: shortText.optional().describe('The first that was published, unless named.'),
          stage: shortText.optional().describe('In this stage.'),
          owner: shortText.optional().describe('Whose company has this `owner`.'),
          territory: shortText.optional().describe('Whose company has this `territory`.'),
        }),
        response: answers(list(todayShape)),
      },
    },
    async ({ query: { limit, cursor, language: spoken, model: name, stage, owner, territory } }) => {
      const serving = await servingModel(app.db, name ?? null);
      if (serving === null)
        return name === undefined ? { items: [], next: null } : missing(`model ${name} that serves`);
      const { modelId } = serving;
      const model = await app.scoring.modelOf(modelId);
      const all = model.stages.map(({ id }) => id).reverse();
      const asked = stage === undefined ? all : all.filter((one) => one === stage);
      const score = mainOf(model.scores);
      if (score === null || (asked.length === 0 && all.length > 0)) return { items: [], next: null };
      const company = { ...(owner === undefined ? {} : { owner }), ...(territory === undefined ? {} : { territory }) };
      const of = ['today', modelId, asked, owner ?? null, territory ?? null];
      const places = await listToday(
        app.db,
        { modelId, stages: asked, score, company },
        { after: placeOf(cursors.read(of, cursor)), limit: limit + 1 },
      );
      const { items, next } = pageOf(
        places,
        limit,
        ({ contactId }) => contactId,
        ({ rank, since, points, contactId }) => cursors.write(of, [rank, since, points, contactId]),
      );
      const [contacts, parts, deeds, suppressed] = await Promise.all([
        readContacts(app.db, items, modelId),
        readParts(app.db, items, modelId),
        lastDeeds(app.db, items, { now: app.clock(), each: DEEDS }),
        suppressedAmong(app.db, items),
      ]);
      return {
        // Nobody is to get in touch with them, so a page can be shorter than was asked.
        items: contacts
          .filter(({ contactId }) => !suppressed.has(contactId))
          .map((contact) => ({
            ...showContact(contact, serving),
            reasons: strongest(model, parts.get(contact.contactId) ?? {}, phrasesOf(spoken)),
            did: (deeds.get(contact.contactId) ?? []).map(showDeed),
          })),
        next,
      };
    },
  );

  server.get(
    '/api/today/choices',
    {
      config,
      schema: {
        tags,
        summary: 'The owners and territories of companies, by which the leads of today can be narrowed',
        response: answers(z.object({ owner: z.array(z.string()), territory: z.array(z.string()) })),
      },
    },
    async () => {
      const [owner, territory] = await Promise.all([
        companyValues(app.db, 'owner', CHOICES),
        companyValues(app.db, 'territory', CHOICES),
      ]);
      return { owner, territory };
    },
  );
}

const showDeed = ({ id, name, at, properties }: Deed) => ({ id, name, at: written(at), properties: { ...properties } });

function strongest(model: Model, parts: Readonly<Record<string, number>>, say: Phrases): z.input<typeof reasonShape>[] {
  return model.scores
    .flatMap((score) => (score.kind === 'rules' ? score.rules.map(({ rule }) => ({ rule, score: score.name })) : []))
    .flatMap(({ rule, score }) => {
      const points = parts[rule.id] ?? 0;
      return points === 0 ? [] : [{ rule, score, points }];
    })
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points))
    .slice(0, REASONS)
    .map(({ rule, score, points }) => ({
      rule: rule.id,
      score,
      points: inPoints(points),
      sentence: saysRule(rule, say),
    }));
}

const placeOf = (place: readonly (string | number | null)[] | null): TodayPlace | null =>
  place === null
    ? null
    : {
        rank: Number(place[0]),
        since: Number(place[1]),
        points: place[2] == null ? null : Number(place[2]),
        contactId: Number(place[3]),
      };
