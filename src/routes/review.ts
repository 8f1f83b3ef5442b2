/** The regular review of an agreement: when it is due, what there is to talk about, and what was decided. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf, nameOf } from '../access.ts';
import type { Drift } from '../core/drift.ts';
import { ScorelineError } from '../core/errors.ts';
import { needsOf } from '../core/needs.ts';
import { dueAfter, type Material, type Proposal, type Report, reportOf } from '../core/review.ts';
import { storable } from '../core/text.ts';
import { rulesOf } from '../core/words.ts';
import { htmlOf } from '../papers/html.ts';
import { pdfOf } from '../papers/pdf.ts';
import { reviewPaper } from '../papers/review.ts';
import { servingModel } from '../store/contacts.ts';
import type { Db } from '../store/db.ts';
import { readLabelled } from '../store/feedback.ts';
import { addReviewNotices } from '../store/notices.ts';
import {
  closeReview,
  countEvents,
  countScores,
  countTraits,
  findReview,
  type KeptReview,
  listReviewable,
  listReviews,
  openReview,
  readFiring,
  writeMinutes,
} from '../store/review.ts';
import { rateShape, shareShape, showRate } from './feedback.ts';
import { outlineOf } from './outline.ts';
import {
  answers,
  byId,
  type Desk,
  language,
  missing,
  nothing,
  shortText,
  typed,
  written,
  writtenOrNull,
} from './shapes.ts';

const tags = ['reviews'];

const driftShape = z.object({
  index: z.number().nullable().describe('Population stability index; null where one of the periods has nothing.'),
  level: z
    .enum(['unknown', 'calm', 'watch', 'moved'])
    .describe('Watch from 0.1 on, moved from 0.25 on, and calm where chance alone explains it.'),
  parts: z
    .array(z.object({ name: z.string(), before: z.number(), now: z.number(), part: z.number() }))
    .describe('Shares from 0 to 1 in the period before and in this one; what moved most, first.'),
});
const overlapShape = z.object({
  rules: z.array(z.string()),
  both: z.number(),
  either: z.number(),
  jaccard: z.number(),
});
const reportShape = z.object({
  from: z.string(),
  to: z.string(),
  before: z.string().describe('Where the period begins that this one is compared with.'),
  model: z.string(),
  version: z.number(),
  score: z.string().nullable(),
  events: driftShape,
  traits: z.array(z.object({ field: z.string(), drift: driftShape })),
  scores: driftShape.describe('Contacts by a tenth of the range of the score: 1 is the lowest.'),
  conversion: z.object({ before: rateShape, now: rateShape }),
  dead: z.array(z.string()).describe('Rules that give points to nobody at present.'),
  repeats: z.array(overlapShape).describe('Pairs of rules that give points to nearly the same contacts.'),
  proposals: z.array(
    z.discriminatedUnion('kind', [
      z.object({
        kind: z.enum(['lower', 'raise']),
        rule: z.string(),
        answered: z.number(),
        with: shareShape.describe('Sent back (to lower) or accepted (to raise), of those to which it gave points.'),
        without: shareShape.describe('The same share of all others.'),
        reason: z.string().nullable(),
      }),
      z.object({ kind: z.literal('remove'), rule: z.string() }),
      overlapShape.extend({ kind: z.literal('merge') }),
    ]),
  ),
});
export type ShownReport = z.output<typeof reportShape>;

const reviewShape = z.object({
  id: z.string(),
  agreement: z.string(),
  from: z.string(),
  openedAt: z.string(),
  openedBy: z.string(),
  minutes: z.string(),
  minutesAt: z.string().nullable(),
  minutesBy: z.string().nullable(),
  closedAt: z.string().nullable(),
  closedBy: z.string().nullable(),
});
export const wholeReview = reviewShape.extend({
  report: reportShape.describe('Of a review that is open, as things are; of a closed one, as they were then.'),
});
export const reviewsShape = z.object({
  due: z.array(
    z.object({
      agreement: z.string(),
      dueAt: z.string().nullable().describe('Null where the agreement names no review.'),
      overdue: z.boolean(),
      heldAt: z.string().nullable(),
      openId: z.string().nullable(),
    }),
  ),
  items: z.array(reviewShape),
});

const reading = { right: 'handoff.read' } as const;
const writing = { right: 'agreement.write' } as const;

export function reviewRoutes(plain: FastifyInstance, { app }: Desk): void {
  const server = typed(plain);

  async function find(reviewId: number): Promise<KeptReview> {
    return (await findReview(app.db, reviewId)) ?? missing(`review ${reviewId}`);
  }

  /** What a review is about, as things are at an instant. */
  async function reportNow({ name, from }: KeptReview, to: number): Promise<z.input<typeof reportShape>> {
    const agreement = (await listReviewable(app.db)).find((one) => one.name === name);
    if (agreement === undefined) throw new ScorelineError('conflict', `no version of ${name} is in force any more`);
    const { model: of } = await app.handoffs.agreementOf(agreement.agreementId);
    const serving = (await servingModel(app.db, of)) ?? missing(`model ${of}`);
    const model = await app.scoring.modelOf(serving.modelId);
    const before = from - (to - from);
    const periods = { before, from, to };
    const { main } = outlineOf(model);
    const score = model.scores.find((one) => one.name === main);
    // Addresses and companies come and go with their people: new ones are no move.
    const fields = [...needsOf(model).contact.keys()].filter((f) => !f.startsWith('email') && f !== 'company_id');
    const asked = { agreementId: null, model: of, version: null };
    const material: Material = {
      from,
      to,
      rules: rulesOf(model.scores).map(({ id, points }) => ({ id, negative: points < 0 })),
      ...(await readFiring(app.db, serving.modelId)),
      events: await countEvents(app.db, periods),
      traits: await countTraits(app.db, fields, periods),
      scores:
        score === undefined || score.kind === 'grid'
          ? new Map()
          : await countScores(app.db, { modelId: serving.modelId, score: score.name, range: score.range }, periods),
      handoffs: {
        before: await readLabelled(app.db, { ...asked, from: before, to: from }),
        now: await readLabelled(app.db, { ...asked, from, to }),
      },
    };
    return {
      ...showReport(reportOf(material)),
      before: written(before),
      model: serving.name,
      version: serving.version,
      score: main,
    };
  }

  async function whole(reviewId: number): Promise<z.input<typeof wholeReview>> {
    const review = await find(reviewId);
    const report = review.closedAt === null ? await reportNow(review, app.clock()) : reportShape.parse(review.report);
    return { ...showReview(review), report };
  }

  server.get(
    '/api/reviews',
    {
      config: reading,
      schema: {
        tags,
        summary: 'Reviews, the newest first, and when the next ones are due',
        response: answers(reviewsShape),
      },
    },
    async () => {
      const reviews = await listReviews(app.db);
      const now = app.clock();
      const due = [];
      for (const { agreementId, name, held } of await listReviewable(app.db)) {
        const { review } = await app.handoffs.agreementOf(agreementId);
        const dueAt = review === null ? null : dueAfter(review, held);
        const open = reviews.find((one) => one.name === name && one.closedAt === null);
        due.push({
          agreement: name,
          dueAt: writtenOrNull(dueAt),
          overdue: dueAt !== null && dueAt <= now,
          heldAt: writtenOrNull(held),
          openId: open === undefined ? null : String(open.reviewId),
        });
      }
      return { due, items: reviews.map(showReview) };
    },
  );

  server.post(
    '/api/reviews',
    {
      config: writing,
      schema: {
        tags,
        summary: 'Open a review of what happened since the last one, or since the agreement came in force',
        body: z.object({ agreement: shortText }),
        response: answers(wholeReview),
      },
    },
    async (request) => {
      const { agreement: name } = request.body;
      const agreement =
        (await listReviewable(app.db)).find((one) => one.name === name) ?? missing(`agreement ${name} in force`);
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      return whole(await openReview(app.db, { name, from: agreement.held ?? agreement.since }, by));
    },
  );

  server.get(
    '/api/reviews/:id',
    {
      config: reading,
      schema: { tags, summary: 'One review with its report', params: byId, response: answers(wholeReview) },
    },
    ({ params }) => whole(params.id),
  );

  server.get(
    '/api/reviews/:id/report.html',
    {
      config: reading,
      schema: {
        tags,
        summary: 'The report as one page that needs nothing else',
        params: byId,
        querystring: z.object({ language }),
        response: answers(z.string()),
        produces: ['text/html'],
      },
    },
    async ({ params, query }, reply) => {
      const shown = wholeReview.parse(await whole(params.id));
      return reply.type('text/html; charset=utf-8').send(htmlOf(reviewPaper(shown, query.language)));
    },
  );

  server.get(
    '/api/reviews/:id/report.pdf',
    {
      config: reading,
      schema: {
        tags,
        summary: 'The report as PDF',
        params: byId,
        querystring: z.object({ language }),
        produces: ['application/pdf'],
      },
    },
    async ({ params, query }, reply) => {
      const shown = wholeReview.parse(await whole(params.id));
      const name = `review-${shown.agreement}-${shown.report.to.slice(0, 10)}.pdf`;
      return reply
        .type('application/pdf')
        .header('content-disposition', `inline; filename="${name}"`)
        .send(await pdfOf(reviewPaper(shown, query.language)));
    },
  );

  server.put(
    '/api/reviews/:id/minutes',
    {
      config: writing,
      schema: {
        tags,
        summary: 'Write the minutes of a review that is open',
        params: byId,
        body: z.object({ minutes: z.string().max(50_000).overwrite(storable) }),
        response: nothing,
      },
    },
    async (request, reply) => {
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      if (!(await writeMinutes(app.db, request.params.id, request.body.minutes, by))) await refuse(request.params.id);
      return reply.status(204).send(null);
    },
  );

  server.post(
    '/api/reviews/:id/close',
    {
      config: writing,
      schema: {
        tags,
        summary: 'Close a review: its report and minutes stay as they are now',
        params: byId,
        response: answers(wholeReview),
      },
    },
    async (request) => {
      const { id } = request.params;
      const now = app.clock();
      const review = await find(id);
      const by = { by: nameOf(callerOf(request)), now };
      if (review.closedAt !== null || !(await closeReview(app.db, id, await reportNow(review, now), by)))
        await refuse(id);
      await addReviewNotices(app.db, 'review-closed', { agreement: review.name, reviewId: String(id) }, now);
      return whole(id);
    },
  );

  server.post(
    '/api/reviews/:id/send',
    {
      config: writing,
      schema: {
        tags,
        summary: 'Send the report of a closed review again, to the people of marketing, sales and leadership',
        description: 'It is sent by itself when the review is closed.',
        params: byId,
        response: nothing,
      },
    },
    async ({ params: { id } }, reply) => {
      if (app.config.SCORELINE_SMTP_URL === undefined)
        throw new ScorelineError('conflict', 'no mail server is named: set SCORELINE_SMTP_URL');
      const { name, closedAt } = await find(id);
      if (closedAt === null)
        throw new ScorelineError('conflict', 'the review is open: its report is sent once it is closed');
      await addReviewNotices(app.db, 'review-closed', { agreement: name, reviewId: String(id) }, app.clock());
      return reply.status(204).send(null);
    },
  );

  async function refuse(reviewId: number): Promise<never> {
    await find(reviewId);
    throw new ScorelineError('conflict', 'the review is closed: it stays as it was');
  }
}

/** A review that was closed, as it was then. @throws ScorelineError `not_found` */
export async function closedReview(db: Db, reviewId: number): Promise<z.output<typeof wholeReview>> {
  const review = await findReview(db, reviewId);
  if (review === null || review.closedAt === null) return missing(`closed review ${reviewId}`);
  return wholeReview.parse({ ...showReview(review), report: review.report });
}

const showReview = (one: KeptReview): z.input<typeof reviewShape> => ({
  id: String(one.reviewId),
  agreement: one.name,
  from: written(one.from),
  openedAt: written(one.openedAt),
  openedBy: one.openedBy,
  minutes: one.minutes,
  minutesAt: writtenOrNull(one.minutesAt),
  minutesBy: one.minutesBy,
  closedAt: writtenOrNull(one.closedAt),
  closedBy: one.closedBy,
});

const showDrift = ({ index, level, parts }: Drift) => ({ index, level, parts: parts.map((part) => ({ ...part })) });

const showReport = ({ from, to, events, traits, scores, conversion, dead, repeats, proposals }: Report) => ({
  from: written(from),
  to: written(to),
  events: showDrift(events),
  traits: traits.map(({ field, drift }) => ({ field, drift: showDrift(drift) })),
  scores: showDrift(scores),
  conversion: { before: showRate(conversion.before), now: showRate(conversion.now) },
  dead: [...dead],
  repeats: repeats.map((one) => ({ ...one, rules: [...one.rules] })),
  proposals: proposals.map(showProposal),
});

function showProposal(one: Proposal) {
  switch (one.kind) {
    case 'lower':
    case 'raise':
      return { ...one, with: { ...one.with }, without: { ...one.without } };
    case 'remove':
      return { ...one };
    case 'merge':
      return { ...one, rules: [...one.rules] };
  }
}
