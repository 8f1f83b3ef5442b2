/** What contacts score, now and at any past instant, and why. The work is the app's; this shows it. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Reason } from '../core/explain.ts';
import type { Results } from '../core/scores.ts';
import type { Version } from '../store/models.ts';
import { cellsOf } from '../store/standings.ts';
import { inPoints, showScores } from './contact-shape.ts';
import {
  answers,
  byId,
  type Desk,
  id,
  instant,
  language,
  list,
  missing,
  typed,
  written,
  writtenOrNull,
} from './shapes.ts';

const tags = ['scores'];
const config = { right: 'contact.read' } as const;
/** Events shown under one reason, the latest ones. */
const EVENTS_SHOWN = 20;
const CONTACTS_AT_ONCE = 200;

export const toldShape = z.object({
  contactId: z.string(),
  model: z.string(),
  version: z.number(),
  asOf: z.string(),
  scores: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
  grades: z.record(z.string(), z.string().nullable()),
  bands: z.record(z.string(), z.string().nullable()),
  stage: z.string().nullable(),
  disqualified: z.string().nullable(),
  nextChangeAt: z.string().nullable(),
});

const reasonShape = z.object({
  rule: z.string(),
  score: z.string(),
  group: z.string().nullable(),
  points: z.number().describe('After the rule’s own `max`.'),
  sentence: z.string(),
  eventCount: z.number(),
  events: z
    .array(
      z.object({ id: z.string(), name: z.string(), at: z.string(), properties: z.record(z.string(), z.unknown()) }),
    )
    .describe(`The events that counted, in order of time, the latest ${EVENTS_SHOWN} of them.`),
});
export const explainedShape = toldShape.extend({
  reasons: z.array(reasonShape).describe('One for each rule, in the order of the model, those that gave nothing too.'),
});

const when = {
  asOf: instant.optional().describe('The present instant, unless given.'),
  version: id.optional().describe('The id of a version; those that served then, unless given.'),
};

/** What is true of a contact at an instant under a version. */
interface Shown {
  readonly contactId: number;
  readonly version: number;
  readonly at: number;
  readonly scores: Results;
  readonly stage: string | null;
  readonly disqualified: string | null;
  readonly nextChangeAt: number | null;
}

const showReason = ({ rule, score, group, points, sentence, events }: Reason): z.input<typeof reasonShape> => ({
  rule,
  score,
  group,
  points: inPoints(points),
  sentence,
  eventCount: events.length,
  events: events.slice(-EVENTS_SHOWN).map(({ id: eventId, name, at, properties }) => ({
    id: eventId,
    name,
    at: written(at),
    properties: Object.fromEntries(properties),
  })),
});

export function scoreRoutes(plain: FastifyInstance, { app }: Desk): void {
  const server = typed(plain);

  async function show(versions: readonly Version[], shown: Shown): Promise<z.input<typeof toldShape>> {
    const { contactId, version: versionId, at, scores, ...standing } = shown;
    const version = versions.find((one) => one.id === versionId) ?? missing(`version ${versionId}`);
    const model = await app.scoring.modelOf(versionId);
    return {
      contactId: String(contactId),
      model: version.name,
      version: version.version,
      asOf: written(at),
      ...showScores(cellsOf(model.scores, scores)),
      stage: standing.stage,
      disqualified: standing.disqualified,
      nextChangeAt: writtenOrNull(standing.nextChangeAt),
    };
  }

  server.get(
    '/api/contacts/:id/scores',
    {
      config,
      schema: {
        tags,
        summary: 'What a contact scored at an instant and why, by each model',
        params: byId,
        querystring: z.object({ ...when, language }),
        response: answers(list(explainedShape)),
      },
    },
    async ({ params, query: { asOf, version, language: spoken } }) => {
      const told = await app.scoring.explainContact(params.id, asOf ?? app.clock(), version, spoken);
      const versions = await app.scoring.versions();
      const items = await Promise.all(
        told.map(async ({ version: of, explanation }) => {
          const { asOf: at, disqualified, reasons, ...rest } = explanation;
          const reason = disqualified?.reason ?? null;
          const shown = await show(versions, { ...rest, contactId: params.id, version: of, at, disqualified: reason });
          return { ...shown, reasons: reasons.map(showReason) };
        }),
      );
      return { items, next: null };
    },
  );

  server.post(
    '/api/scores',
    {
      config,
      schema: {
        tags,
        summary: 'What some contacts scored at an instant',
        body: z.object({ ...when, contactIds: z.array(id).min(1).max(CONTACTS_AT_ONCE) }),
        response: answers(list(toldShape)),
      },
    },
    async ({ body: { contactIds, asOf, version } }) => {
      const scored = await app.scoring.scoresAsOf([...new Set(contactIds)], asOf ?? app.clock(), version);
      const versions = await app.scoring.versions();
      const items = await Promise.all(
        scored.map(({ contact, version: of, last }) => show(versions, { ...last, contactId: contact, version: of })),
      );
      return { items, next: null };
    },
  );
}
