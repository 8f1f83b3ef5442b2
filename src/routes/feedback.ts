/** What sales' answers say of the model: precision of rules, rates by band, source and rule, and where the two disagree. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ScorelineError } from '../core/errors.ts';
import {
  disagreementsOf,
  ENDINGS,
  firedRules,
  GROUPINGS,
  type Labelled,
  pointsOf,
  precisionOf,
  type Rate,
  rateOf,
  ratesBy,
  type Share,
} from '../core/feedback.ts';
import { rulesOf } from '../core/words.ts';
import { readContacts, type Serving, servingModel } from '../store/contacts.ts';
import { readLabelled } from '../store/feedback.ts';
import { contactShape, inPoints, showContact } from './contact-shape.ts';
import { outlineOf } from './outline.ts';
import { answers, type Desk, id, instant, shortText, typed, written, writtenOrNull } from './shapes.ts';

const tags = ['feedback'];
const reading = { right: 'handoff.read' } as const;

/** Which hand-offs are asked about. */
const asked = z.object({
  from: instant.optional().describe('Hand-offs that entered the stage from this instant on.'),
  to: instant.optional().describe('And before this one.'),
  agreementId: id.optional(),
  model: shortText.optional().describe('By name; the one that was published first, unless given.'),
  version: z.coerce.number().int().min(1).max(1e9).optional().describe('The version that judged at entry.'),
});
const scored = asked.extend({
  score: shortText.optional().describe('The score that is meant; the one that says most, unless given.'),
});
type Asking = z.output<typeof scored>;

export const shareShape = z
  .object({ share: z.number(), low: z.number(), high: z.number() })
  .nullable()
  .describe('From 0 to 1, with the bounds of its 95 % interval (Wilson); null where there is nothing to count.');

export const rateShape = z.object({
  handed: z.number(),
  answered: z.number(),
  accepted: z.number(),
  rejected: z.number(),
  recycled: z.number(),
  disqualified: z.number(),
  won: z.number(),
  lost: z.number(),
  amounts: z.record(z.string(), z.number()).describe('Of what was won, by currency.'),
  acceptance: shareShape.describe('Accepted first, of those that were answered.'),
  rejection: shareShape.describe('Sent back, at once or later, of those that were answered.'),
  winning: shareShape.describe('Won, of those that were won or lost.'),
  reasons: z.array(z.object({ reason: z.string(), count: z.number() })).describe('Of rejections, the commonest first.'),
});

export const rulesShape = z.object({
  model: z.string(),
  version: z.number(),
  all: rateShape,
  rules: z.array(
    z.object({
      rule: z.string(),
      inModel: z.boolean().describe('Whether the serving version has it.'),
      fired: rateShape.describe('Hand-offs in which it gave points, as of entry.'),
      others: rateShape.describe('All the others, to compare with.'),
    }),
  ),
});

export const ratesShape = z.object({
  by: z.enum(GROUPINGS),
  score: z.string().nullable(),
  all: rateShape,
  groups: z.array(
    z.object({
      key: z.string().nullable().describe('Null where a hand-off has no band, or nobody knows the source.'),
      rate: rateShape,
    }),
  ),
});

const disagreement = z.object({
  handoffId: z.string(),
  enteredAt: z.string(),
  version: z.number(),
  points: z.number().describe('Of the score, at entry.'),
  end: z.enum(ENDINGS),
  endedAt: z.string().nullable(),
  reason: z.string().nullable(),
  amount: z.number().nullable(),
  currency: z.string().nullable(),
  parts: z.record(z.string(), z.number()).describe('What each rule gave at entry, in points.'),
  lead: contactShape.nullable(),
});
export const disagreementsShape = z.object({
  score: z.string().nullable(),
  middle: z.number().nullable().describe('The median of the score of these hand-offs: from it on is high.'),
  highRejected: z.object({ total: z.number(), items: z.array(disagreement) }),
  lowWon: z.object({ total: z.number(), items: z.array(disagreement) }),
});

/** Of each kind of disagreement, as many as a meeting gets through. */
const SHOWN = 50;

export function feedbackRoutes(plain: FastifyInstance, { app }: Desk): void {
  const server = typed(plain);

  async function read(asking: Asking) {
    const serving = await servingModel(app.db, asking.model ?? null);
    if (serving === null)
      throw new ScorelineError(
        'not_found',
        asking.model === undefined ? 'no model is published yet' : `no model is named ${asking.model}`,
      );
    const model = await app.scoring.modelOf(serving.modelId);
    const handoffs = await readLabelled(app.db, {
      from: asking.from ?? null,
      to: asking.to ?? null,
      agreementId: asking.agreementId ?? null,
      model: serving.name,
      version: asking.version ?? null,
    });
    return { serving, model, handoffs, score: asking.score ?? outlineOf(model).main };
  }

  async function showDisagreements(serving: Serving, score: string | null, found: readonly Labelled[]) {
    const shown = found.slice(0, SHOWN);
    const leads = await readContacts(app.db, [...new Set(shown.map(({ contactId }) => contactId))], serving.modelId);
    const leadOf = new Map(leads.map((lead) => [lead.contactId, showContact(lead, serving)]));
    const items = shown.flatMap((one) => {
      const { end, endedAt, reason, amount, currency } = one.label;
      if (end === null) return [];
      const parts = Object.fromEntries(
        Object.entries(one.evidence.parts).map(([rule, given]) => [rule, inPoints(given)]),
      );
      return {
        handoffId: String(one.handoffId),
        enteredAt: written(one.enteredAt),
        version: one.evidence.version,
        points: inPoints(pointsOf(one, score) ?? 0),
        end,
        endedAt: writtenOrNull(endedAt),
        reason,
        amount,
        currency,
        parts,
        lead: leadOf.get(one.contactId) ?? null,
      };
    });
    return { total: found.length, items };
  }

  server.get(
    '/api/feedback/rules',
    {
      config: reading,
      schema: {
        tags,
        summary: 'How each rule did: of the hand-offs in which it gave points, how many sales took, sent back and won',
        querystring: asked,
        response: answers(rulesShape),
      },
    },
    async ({ query }) => {
      const { serving, model, handoffs } = await read(query);
      const own = rulesOf(model.scores).map((rule) => rule.id);
      const gone = firedRules(handoffs).filter((rule) => !own.includes(rule));
      return {
        model: serving.name,
        version: serving.version,
        all: showRate(rateOf(handoffs)),
        rules: precisionOf(handoffs, [...own, ...gone]).map(({ rule, fired, others }) => ({
          rule,
          inModel: own.includes(rule),
          fired: showRate(fired),
          others: showRate(others),
        })),
      };
    },
  );

  server.get(
    '/api/feedback/rates',
    {
      config: reading,
      schema: {
        tags,
        summary: 'How many were taken and won, by the band at entry, by the source of the contact, or by rule',
        querystring: scored.extend({ by: z.enum(GROUPINGS) }),
        response: answers(ratesShape),
      },
    },
    async ({ query }) => {
      const { handoffs, score } = await read(query);
      return {
        by: query.by,
        score,
        all: showRate(rateOf(handoffs)),
        groups: ratesBy(handoffs, query.by, score).map(({ key, rate }) => ({ key, rate: showRate(rate) })),
      };
    },
  );

  server.get(
    '/api/feedback/disagreements',
    {
      config: reading,
      schema: {
        tags,
        summary: 'Where score and answer disagree: scored high and sent back, scored low and won',
        querystring: scored,
        response: answers(disagreementsShape),
      },
    },
    async ({ query }) => {
      const { serving, handoffs, score } = await read(query);
      const found = disagreementsOf(handoffs, score);
      return {
        score,
        middle: found.middle === null ? null : inPoints(found.middle),
        highRejected: await showDisagreements(serving, score, found.highRejected),
        lowWon: await showDisagreements(serving, score, found.lowWon),
      };
    },
  );
}

const showShare = (share: Share | null) => (share === null ? null : { ...share });

export const showRate = ({
  amounts,
  acceptance,
  rejection,
  winning,
  reasons,
  ...counts
}: Rate): z.input<typeof rateShape> => ({
  ...counts,
  amounts: Object.fromEntries(amounts),
  acceptance: showShare(acceptance),
  rejection: showShare(rejection),
  winning: showShare(winning),
  reasons: reasons.map((reason) => ({ ...reason })),
});
