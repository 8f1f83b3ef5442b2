/** Rules over events that are kept: asked for, listed, and taken back. What a rule means is decided in `store/event-rules.ts`. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf, nameOf } from '../access.ts';
import { LONGEST_NAME } from '../core/ingest.ts';
import { askForEventRule } from '../jobs.ts';
import { addEventRule, type EventRule, findEventRule, listEventRules, undoEventRule } from '../store/event-rules.ts';
import {
  answers,
  anything,
  byId,
  type Desk,
  id,
  instant,
  list,
  missing,
  page,
  pageOf,
  shortText,
  typed,
  written,
  writtenOrNull,
} from './shapes.ts';

const tags = ['events'];
const config = { right: 'event.void' } as const;
/** Bytes: a condition longer than that nobody wrote by hand. */
const BODY_LIMIT = 64_000;

const name = z.string().min(1).max(LONGEST_NAME);
const meant = z.strictObject({
  on: z.union([name, z.array(name).min(1).max(100)]).describe('A name of events, several, or `any`.'),
  where: z.record(z.string(), anything).optional().describe('A condition over their properties, as in a model.'),
  sourceId: id.optional(),
  from: instant.optional(),
  until: instant.optional().describe('The first instant that is not meant any more.'),
});
const asked = z.object({ deed: z.enum(['void', 'flag']), reason: shortText, events: meant });

const ruleShape = z.object({
  id: z.string(),
  deed: z.enum(['void', 'flag']),
  reason: z.string(),
  events: z.object({
    on: z.union([z.string(), z.array(z.string())]),
    where: z.record(z.string(), z.unknown()).nullable(),
    sourceId: z.string().nullable(),
    from: z.string().nullable(),
    until: z.string().nullable(),
  }),
  createdAt: z.string(),
  createdBy: z.string(),
  undoneBy: z.string().nullable(),
  state: z.enum(['waiting', 'running', 'done', 'undoing', 'undone']),
  looked: z.number().describe('Events that were looked at so far.'),
  total: z.number().nullable().describe('Events in all; null until it began.'),
  changed: z.number().describe('Events that are different because of it.'),
  finishedAt: z.string().nullable(),
});

function show(rule: EventRule): z.input<typeof ruleShape> {
  const { on, where, sourceId, from, until } = rule.meant;
  return {
    id: String(rule.ruleId),
    deed: rule.deed,
    reason: rule.reason,
    events: {
      on: typeof on === 'string' ? on : [...on],
      where: where === undefined ? null : { ...Object(where) },
      sourceId: sourceId === undefined ? null : String(sourceId),
      from: writtenOrNull(from ?? null),
      until: writtenOrNull(until ?? null),
    },
    createdAt: written(rule.createdAt),
    createdBy: rule.createdBy,
    undoneBy: rule.undoneBy,
    state: rule.state,
    looked: rule.looked,
    total: rule.total,
    changed: rule.events,
    finishedAt: writtenOrNull(rule.finishedAt),
  };
}

export function eventRuleRoutes(plain: FastifyInstance, { app, cursors }: Desk): void {
  const server = typed(plain);

  server.get(
    '/api/events/rules',
    {
      config,
      schema: {
        tags,
        summary: 'Rules over events, the latest first',
        querystring: page,
        response: answers(list(ruleShape)),
      },
    },
    async ({ query: { limit, cursor } }) => {
      const [before = null] = cursors.read(['rules'], cursor) ?? [];
      const at = { before: before === null ? null : Number(before), limit: limit + 1 };
      return pageOf(await listEventRules(app.db, at), limit, show, (last) => cursors.write(['rules'], [last.ruleId]));
    },
  );

  server.post(
    '/api/events/rules',
    {
      config,
      bodyLimit: BODY_LIMIT,
      schema: {
        tags,
        summary: 'Void, or mark as a machine’s, all events that a condition means',
        description:
          'It is done in the background, for the events that are there now; those voided before, those of machines already and those that somebody judged by hand stay as they are. It can be taken back.',
        body: asked,
        response: answers(ruleShape),
      },
    },
    async (request) => {
      const { deed, reason, events } = request.body;
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      const rule = await addEventRule(app.db, { deed, reason, meant: events }, by);
      await askForEventRule(app, rule);
      return show(rule);
    },
  );

  server.get(
    '/api/events/rules/:id',
    { config, schema: { tags, summary: 'One rule, and how far it is', params: byId, response: answers(ruleShape) } },
    async ({ params }) => show((await findEventRule(app.db, params.id)) ?? missing(`rule ${params.id}`)),
  );

  server.post(
    '/api/events/rules/:id/undo',
    {
      config,
      schema: { tags, summary: 'Put back all that a rule did', params: byId, response: answers(ruleShape) },
    },
    async (request) => {
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      const rule = await undoEventRule(app.db, request.params.id, by);
      await askForEventRule(app, rule);
      return show(rule);
    },
  );
}
