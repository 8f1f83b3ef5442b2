/** What marketing sees of leads that are not ready: which to look after now, and which to give up. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ScorelineError } from '../core/errors.ts';
import { givenUpFor, SILENCE, thresholdsOf } from '../core/nurture.ts';
import { DAY } from '../core/time.ts';
import { readContacts, servingModel } from '../store/contacts.ts';
import { agreementsInForce } from '../store/handoffs.ts';
import { cameBack, closest, cooling, recycled, tired } from '../store/nurture.ts';
import { contactShape, inPoints, showContact } from './contact-shape.ts';
import { outlineOf } from './outline.ts';
import { answers, type Desk, shortText, typed, written } from './shapes.ts';

const tags = ['feedback'];
const limit = z.coerce.number().int().min(1).max(100).default(20).describe('How many at most of each kind.');

/** Days over which a score is compared with itself. */
const FALL = 30;
/** Days that count as now, and days of nothing before them, for a lead that came back. */
const LATELY = 14;
const AWAY = 60;

const lead = contactShape;
const evidence = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('silent'),
    days: z.number().describe('Since its latest event, or since it was heard of.'),
  }),
  z.object({ kind: z.literal('negative'), points: z.number(), rules: z.array(z.string()) }),
  z.object({
    kind: z.literal('refused'),
    times: z.number(),
    end: z.enum(['rejected', 'disqualified', 'lost']),
    reason: z.string().describe('Of the latest time.'),
  }),
]);

export const nurtureShape = z.object({
  stage: z
    .string()
    .nullable()
    .describe('The stage that is handed over: of the agreement in force, else the first one.'),
  score: z.string().nullable().describe('The score that says most.'),
  thresholds: z
    .array(z.object({ score: z.string(), least: z.number() }))
    .describe('What the stage asks of scores; empty where it asks for none, or lets something else do instead.'),
  days: z.object({ fall: z.number(), lately: z.number(), away: z.number(), silence: z.number() }),
  closest: z.array(
    z.object({
      lead,
      missing: z
        .array(z.object({ score: z.string(), points: z.number() }))
        .describe('Points, of each score that has too few.'),
    }),
  ),
  cooling: z.array(z.object({ lead, before: z.number(), now: z.number() })),
  cameBack: z.array(z.object({ lead, silentFrom: z.string(), backAt: z.string(), days: z.number() })),
  recycled: z.array(z.object({ lead, handoffId: z.string(), returnsAt: z.string(), note: z.string().nullable() })),
  giveUp: z
    .object({ total: z.number(), items: z.array(z.object({ lead, evidence: z.array(evidence) })) })
    .describe('Leads that nobody should work on any more, with what speaks for it; those with the most first.'),
});

export function nurtureRoutes(plain: FastifyInstance, { app }: Desk): void {
  const server = typed(plain);

  /** The stage that an agreement in force hands over. */
  async function handedStage(model: string): Promise<string | null> {
    for (const { agreementId } of await agreementsInForce(app.db)) {
      const agreement = await app.handoffs.agreementOf(agreementId);
      if (agreement.model === model) return agreement.definition.stage;
    }
    return null;
  }

  server.get(
    '/api/nurture',
    {
      config: { right: 'handoff.read' },
      schema: {
        tags,
        summary: 'Leads that are not ready: the closest, the cooling, those that came back, and those to give up',
        querystring: z.object({ limit, model: shortText.optional() }),
        response: answers(nurtureShape),
      },
    },
    async ({ query }) => {
      const serving = await servingModel(app.db, query.model ?? null);
      if (serving === null)
        throw new ScorelineError(
          'not_found',
          query.model === undefined ? 'no model is published yet' : `no model is named ${query.model}`,
        );
      const { modelId } = serving;
      const model = await app.scoring.modelOf(modelId);
      const stage = (await handedStage(serving.name)) ?? model.stages[0]?.id ?? null;
      const place = model.stages.findIndex((one) => one.id === stage);
      const beyond = place < 0 ? [] : model.stages.slice(place).map((one) => one.id);
      const enter = model.stages[place]?.enter;
      const thresholds = enter === undefined ? [] : thresholdsOf(enter);
      const score = outlineOf(model).main;
      const now = app.clock();
      const below = { modelId, beyond, limit: query.limit };

      const near = await closest(app.db, below, thresholds);
      const colder = score === null ? [] : await cooling(app.db, below, score, now - FALL * DAY);
      const back = await cameBack(app.db, below, { since: now - LATELY * DAY, now, silence: AWAY * DAY });
      const returning = await recycled(app.db, query.limit);
      const wanted = { modelId, score: score ?? '', silentSince: now - SILENCE * DAY };
      const hopeless = (await tired(app.db, wanted))
        .map((one) => ({ ...one, evidence: givenUpFor(one, now) }))
        .filter((one) => one.evidence.length > 0)
        .sort((a, b) => b.evidence.length - a.evidence.length || a.contactId - b.contactId);
      const lost = hopeless.slice(0, query.limit);

      const ids = [near, colder, back, returning, lost].flatMap((some) => some.map(({ contactId }) => contactId));
      const leads = new Map(
        (await readContacts(app.db, [...new Set(ids)], modelId)).map((one) => [
          one.contactId,
          showContact(one, serving),
        ]),
      );
      /** Rows with their lead; a contact that was merged or erased meanwhile is left out. */
      const shown = <Row extends { readonly contactId: number }, Item>(
        rows: readonly Row[],
        show: (row: Row) => Item,
      ): (Item & { lead: z.input<typeof contactShape> })[] =>
        rows.flatMap((row) => {
          const found = leads.get(row.contactId);
          return found === undefined ? [] : [{ ...show(row), lead: found }];
        });

      return {
        stage,
        score,
        thresholds: thresholds.map((one) => ({ score: one.score, least: inPoints(one.least) })),
        days: { fall: FALL, lately: LATELY, away: AWAY, silence: SILENCE },
        closest: shown(near, ({ points }) => ({
          missing: thresholds.flatMap(({ score: name, least }, i) => {
            const missing = least - (points[i] ?? 0);
            return missing > 0 ? [{ score: name, points: inPoints(missing) }] : [];
          }),
        })),
        cooling: shown(colder, ({ before, points }) => ({ before: inPoints(before), now: inPoints(points) })),
        cameBack: shown(back, ({ silentFrom, backAt }) => ({
          silentFrom: written(silentFrom),
          backAt: written(backAt),
          days: Math.floor((backAt - silentFrom) / DAY),
        })),
        recycled: shown(returning, ({ handoffId, returnsAt, note }) => ({
          handoffId: String(handoffId),
          returnsAt: written(returnsAt),
          note,
        })),
        giveUp: {
          total: hopeless.length,
          items: shown(lost, (one) => ({
            evidence: one.evidence.map((part) =>
              part.kind === 'negative'
                ? { ...part, points: inPoints(part.points), rules: [...part.rules] }
                : { ...part },
            ),
          })),
        },
      };
    },
  );
}
