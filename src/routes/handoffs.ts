/** Hand-offs: what was handed over to whom, what was promised, and what sales answered. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf, nameOf } from '../access.ts';
import { SITUATION, TOUCHES } from '../core/agreement.ts';
import { ScorelineError } from '../core/errors.ts';
import { CLOCKS, type Fact, type Happening, mayFollow, outcomeOf, REJECTIONS, STATES } from '../core/handoff.ts';
import { readContacts, servingModel } from '../store/contacts.ts';
import { factsOf, findHandoff, type KeptClock, listClocks, listHandoffs, type Owing } from '../store/handoffs.ts';
import { listNotices, seeNotices } from '../store/notices.ts';
import { listSellers, MARKETING } from '../store/sellers.ts';
import { contactShape, showContact } from './contact-shape.ts';
import {
  answers,
  byId,
  type Desk,
  id,
  instant,
  list,
  missing,
  nothing,
  page,
  pageOf,
  shortText,
  typed,
  written,
  writtenOrNull,
} from './shapes.ts';

const tags = ['hand-offs'];
const note = z.string().trim().max(2_000).nullable().default(null);
const when = z.object({ at: instant.optional().describe('When it was done; now, unless given.') });

/** What a person can say of a hand-off. */
const answer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('touched'), touch: z.enum(TOUCHES), note }),
  z.object({ kind: z.literal('accepted') }),
  z.object({ kind: z.literal('rejected'), reason: z.enum(REJECTIONS), note }),
  z.object({ kind: z.literal('recycled'), until: instant.describe('When it comes back.'), note }),
  z.object({ kind: z.literal('disqualified'), reason: shortText }),
  z.object({ kind: z.literal('opportunity'), note }),
  z.object({
    kind: z.literal('won'),
    amount: z.number().min(0).max(1e12).nullable().default(null),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'a currency has three letters, such as EUR')
      .nullable()
      .default(null),
  }),
  z.object({ kind: z.literal('lost'), reason: shortText }),
  z.object({
    kind: z.literal('undone'),
    place: z
      .int()
      .min(1)
      .max(1e6)
      .describe('Of the touch, or the answer of the last ten minutes, that is taken back, in `facts`, from 0 on.'),
  }),
]);

const clockShape = z.object({
  kind: z.enum(CLOCKS),
  assignment: z.number().describe('Which assignment it belongs to, from 1 on; 0 for what marketing owes.'),
  owner: z.enum(['marketing', 'sales']),
  assignee: z.string().nullable(),
  startedAt: z.string(),
  dueAt: z.string(),
  outcome: z.enum(['running', 'kept', 'missed', 'excused']),
  endedAt: z.string().nullable(),
});

export const handoffShape = z.object({
  id: z.string(),
  contactId: z.string(),
  companyId: z.string().nullable(),
  agreementId: z.string(),
  stage: z.string(),
  state: z.enum(STATES),
  since: z.string(),
  enteredAt: z.string(),
  lacks: z
    .array(z.string())
    .describe('What it waits for: fields, kinds of qualifiers, or `seller` where nobody is free.'),
  assignee: z.string().nullable(),
  assignedAt: z.string().nullable(),
  assignments: z.number(),
  returnsAt: z.string().nullable(),
  dueAt: z.string().nullable().describe('The next promise that runs out.'),
  owes: z
    .object({ kind: z.enum(CLOCKS), dueAt: z.string() })
    .nullable()
    .describe('The first promise that is still owed, be it late already.'),
  clocks: z.array(clockShape),
  lead: contactShape.nullable(),
});

const factShape = z.object({
  kind: z.string(),
  at: z.string(),
  by: z.string(),
  details: z.record(z.string(), z.unknown()),
});
export const wholeHandoff = handoffShape.extend({
  may: z.array(z.string()).describe('What can happen next.'),
  facts: z.array(factShape),
  situation: z
    .record(z.enum(SITUATION), z.string().nullable())
    .describe('What is known of the situation, in the words of the lead.'),
  evidence: z
    .unknown()
    .describe('Scores, bands and what each rule gave when the contact entered the stage; points are millionths.'),
});

export const noticeShape = z.object({
  id: z.string(),
  handoffId: z.string().nullable().describe('Null for what is about no lead, such as a review.'),
  contactId: z.string().nullable(),
  lead: z.string().nullable().describe('What the lead is called.'),
  at: z.string(),
  kind: z.string(),
  details: z.record(z.string(), z.unknown()),
  seenAt: z.string().nullable(),
});

const reading = { right: 'handoff.read' } as const;
const answering = { right: 'handoff.answer' } as const;

export function handoffRoutes(plain: FastifyInstance, { app, cursors }: Desk): void {
  const server = typed(plain);

  async function show(handoffs: readonly Owing[]): Promise<z.input<typeof handoffShape>[]> {
    const now = app.clock();
    const serving = await servingModel(app.db, null);
    const [clocks, leads] = await Promise.all([
      listClocks(
        app.db,
        handoffs.map(({ handoffId }) => handoffId),
      ),
      readContacts(
        app.db,
        handoffs.map(({ contactId }) => contactId),
        serving?.modelId ?? null,
      ),
    ]);
    const leadOf = new Map(leads.map((lead) => [lead.contactId, showContact(lead, serving)]));
    return handoffs.map((one) => {
      const own = clocks.filter(({ handoffId }) => handoffId === one.handoffId);
      const due = own.filter((clock) => standing(clock, now) === 'running').map(({ dueAt }) => dueAt);
      return {
        id: String(one.handoffId),
        contactId: String(one.contactId),
        companyId: one.companyId === null ? null : String(one.companyId),
        agreementId: String(one.agreementId),
        stage: one.stage,
        state: one.state,
        since: written(one.since),
        enteredAt: written(one.enteredAt),
        lacks: [...one.lacks],
        assignee: one.assignee,
        assignedAt: writtenOrNull(one.assignedAt),
        assignments: one.assignments,
        returnsAt: writtenOrNull(one.returnsAt),
        dueAt: due.length === 0 ? null : written(Math.min(...due)),
        owes: one.owedKind === null || one.owedAt === null ? null : { kind: one.owedKind, dueAt: written(one.owedAt) },
        clocks: own.map((clock) => showClock(clock, now)),
        lead: leadOf.get(one.contactId) ?? null,
      };
    });
  }

  async function whole(handoffId: number): Promise<z.input<typeof wholeHandoff>> {
    const one = (await findHandoff(app.db, handoffId)) ?? missing(`hand-off ${handoffId}`);
    const [shown] = await show([one]);
    if (shown === undefined) return missing(`hand-off ${handoffId}`);
    const agreement = await app.handoffs.agreementOf(one.agreementId);
    const traits = shown.lead?.traits ?? {};
    const told = SITUATION.map((part) => [part, textOf(traits[agreement.situation[part] ?? ''])] as const);
    return {
      ...shown,
      may: [...mayFollow(one)],
      facts: (await factsOf(app.db, one)).map(showFact),
      situation: Object.fromEntries(told) as Record<(typeof SITUATION)[number], string | null>,
      evidence: one.evidence,
    };
  }

  server.get(
    '/api/handoffs',
    {
      config: reading,
      schema: {
        tags,
        summary: 'Hand-offs, the newest first or by what is due first',
        querystring: page.extend({
          state: z.union([z.enum(STATES), z.array(z.enum(STATES))]).optional(),
          assignee: shortText.optional().describe('An address, or `me`.'),
          contactId: id.optional(),
          companyId: id.optional().describe('Of the people that were with this company when they were handed over.'),
          order: z.enum(['newest', 'due']).default('newest'),
        }),
        response: answers(list(handoffShape)),
      },
    },
    async (request) => {
      const { limit, cursor, state, assignee, contactId, companyId, order } = request.query;
      const states = state === undefined ? undefined : [state].flat();
      const whose = assignee === 'me' ? nameOf(callerOf(request)) : assignee;
      const of = ['handoffs', states ?? null, whose ?? null, contactId ?? null, companyId ?? null, order];
      const place = cursors.read(of, cursor);
      const after =
        place === null ? null : { handoffId: Number(place[0]), owedAt: place[1] == null ? null : Number(place[1]) };
      const wanted = { states, assignee: whose, contactId, companyId, order, after };
      const rows = await listHandoffs(app.db, { ...wanted, limit: limit + 1 });
      const shown = new Map((await show(rows.slice(0, limit))).map((one) => [one.id, one]));
      const { next } = pageOf(
        rows,
        limit,
        () => null,
        (last) => cursors.write(of, [last.handoffId, last.owedAt]),
      );
      return { items: [...shown.values()], next };
    },
  );

  server.get(
    '/api/handoffs/:id',
    {
      config: reading,
      schema: {
        tags,
        summary: 'One hand-off with all that happened to it, and what sales should know before the first call',
        params: byId,
        response: answers(wholeHandoff),
      },
    },
    ({ params }) => whole(params.id),
  );

  server.post(
    '/api/handoffs/:id/facts',
    {
      config: answering,
      schema: {
        tags,
        summary: 'Say what was done with a hand-off: a touch, or an answer; or take one back',
        params: byId,
        body: z.intersection(answer, when),
        response: answers(wholeHandoff),
      },
    },
    async (request) => {
      const { at, ...happening } = request.body;
      const now = app.clock();
      if (happening.kind === 'recycled' && happening.until <= now)
        throw new ScorelineError('request_invalid', 'until: lies in the past; a lead comes back on a day to come');
      const caller = callerOf(request);
      await app.handoffs.record(request.params.id, happening satisfies Happening, {
        by: nameOf(caller),
        at: at ?? now,
        overrules: caller.kind === 'person' && caller.role === 'administrator',
      });
      return whole(request.params.id);
    },
  );

  server.post(
    '/api/handoffs/:id/assign',
    {
      config: { right: 'handoff.manage' },
      schema: {
        tags,
        summary: 'Give a hand-off to somebody by hand',
        params: byId,
        body: z.object({ to: shortText }),
        response: answers(wholeHandoff),
      },
    },
    async (request) => {
      const by = nameOf(callerOf(request));
      const to = request.body.to.toLowerCase();
      if (!(await listSellers(app.db)).some(({ email, active }) => email === to && to !== MARKETING && active))
        throw new ScorelineError('request_invalid', `to: nobody of sales who is given leads has the address ${to}`);
      await app.handoffs.record(
        request.params.id,
        { kind: 'assigned', to, because: 'by hand' },
        { by, at: app.clock() },
      );
      return whole(request.params.id);
    },
  );

  server.get(
    '/api/notices',
    {
      config: reading,
      schema: {
        tags,
        summary:
          'What the caller should hear of hand-offs and reviews, the newest first: their own, and those of their team',
        querystring: page.extend({ unseen: z.enum(['yes']).optional() }),
        response: answers(list(noticeShape)),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const recipients = [nameOf(caller), ...(caller.kind === 'person' ? [caller.role] : [])];
      const { limit, cursor, unseen } = request.query;
      const of = ['notices', recipients, unseen ?? null];
      const [before = null] = cursors.read(of, cursor) ?? [];
      const rows = await listNotices(app.db, {
        recipients,
        unseen: unseen === 'yes',
        before: before === null ? null : Number(before),
        limit: limit + 1,
      });
      return pageOf(
        rows,
        limit,
        ({ noticeId, handoffId, contactId, lead, at, kind, details, seenAt }) => ({
          id: String(noticeId),
          handoffId: handoffId === null ? null : String(handoffId),
          contactId: contactId === null ? null : String(contactId),
          lead,
          at: written(at),
          kind,
          details: { ...details },
          seenAt: writtenOrNull(seenAt),
        }),
        (last) => cursors.write(of, [last.noticeId]),
      );
    },
  );

  server.post(
    '/api/notices/seen',
    {
      config: reading,
      schema: {
        tags,
        summary: 'Mark notices as seen',
        body: z.object({ ids: z.array(id).max(500) }),
        response: nothing,
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const recipients = [nameOf(caller), ...(caller.kind === 'person' ? [caller.role] : [])];
      await seeNotices(app.db, request.body.ids, recipients, app.clock());
      return reply.status(204).send(null);
    },
  );
}

/** What was written down of a clock, and until then how it stands. */
const standing = (clock: KeptClock, now: number) => clock.outcome ?? outcomeOf({ ...clock, end: null }, now);

const showClock = (clock: KeptClock, now: number): z.input<typeof clockShape> => ({
  kind: clock.kind,
  assignment: clock.assignment,
  owner: clock.owner,
  assignee: clock.assignee,
  startedAt: written(clock.startedAt),
  dueAt: written(clock.dueAt),
  outcome: standing(clock, now),
  endedAt: writtenOrNull(clock.endedAt),
});

const showFact = ({ kind, at, by, ...details }: Fact): z.input<typeof factShape> => ({
  kind,
  at: written(at),
  by,
  details,
});

const textOf = (fact: unknown): string | null =>
  typeof fact === 'string' ? fact : Array.isArray(fact) ? fact.join(', ') : fact == null ? null : String(fact);
