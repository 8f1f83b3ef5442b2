/** Events after they were kept: listed, voided, made to count again, marked as a machine's. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf, nameOf } from '../access.ts';
import { cleanFacts, LONGEST_NAME } from '../core/ingest.ts';
import { flagEvents, type KeptEvent, listEvents, type Selection, unvoidEvents, voidEvents } from '../store/events.ts';
import {
  answers,
  anything,
  byId,
  type Desk,
  id,
  instant,
  list,
  page,
  pageOf,
  shortText,
  typed,
  written,
  writtenOrNull,
} from './shapes.ts';

const tags = ['events'];
const config = { right: 'event.void' } as const;
const name = z.string().min(1).max(LONGEST_NAME);

const eventShape = z.object({
  id: z.string(),
  name: z.string(),
  at: z.string(),
  receivedAt: z.string(),
  sourceId: z.string().nullable(),
  properties: z.record(z.string(), z.unknown()),
  machine: z.string().nullable().describe('Why it is believed to be a machine’s; such an event does not score.'),
  voidedAt: z.string().nullable(),
  voidedBy: z.string().nullable(),
  voidReason: z.string().nullable(),
});

const show = (event: KeptEvent) => ({
  id: event.eventId,
  name: event.name,
  at: written(event.at),
  receivedAt: written(event.receivedAt),
  sourceId: event.sourceId === null ? null : String(event.sourceId),
  properties: { ...event.properties },
  machine: event.machine,
  voidedAt: writtenOrNull(event.voidedAt),
  voidedBy: event.voidedBy,
  voidReason: event.voidReason,
});

/** Some events of one contact, or all that a rule names. */
const selection = z.union([
  z.strictObject({ contactId: id, eventIds: z.array(name).min(1).max(500) }),
  z
    .strictObject({
      name: name.optional(),
      sourceId: id.optional(),
      properties: z.record(name, anything).optional().describe('Each has exactly this value.'),
      from: instant.optional(),
      until: instant.optional().describe('The first instant that is not meant any more.'),
    })
    .refine((rule) => rule.name !== undefined || rule.sourceId !== undefined, 'name an event or a source'),
]);

function meant(given: z.output<typeof selection>): Selection {
  if ('eventIds' in given) return { kind: 'ids', contactId: given.contactId, eventIds: given.eventIds };
  const { properties, ...rule } = given;
  const present = Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined));
  return { kind: 'rule', ...present, ...(properties === undefined ? {} : { properties: cleanFacts(properties) }) };
}

const changed = answers(z.object({ events: z.number().describe('How many are different now.') }));

export function eventRoutes(plain: FastifyInstance, { app, cursors }: Desk): void {
  const server = typed(plain);

  server.get(
    '/api/contacts/:id/events',
    {
      config: { right: 'contact.read' },
      schema: {
        tags,
        summary: 'What a contact did, the latest first; those that do not count too',
        params: byId,
        querystring: page,
        response: answers(list(eventShape)),
      },
    },
    async ({ params, query: { limit, cursor } }) => {
      const of = ['events', params.id];
      const place = cursors.read(of, cursor);
      const before = place === null ? null : { at: Number(place[0]), eventId: String(place[1]) };
      const events = await listEvents(app.db, params.id, { before, limit: limit + 1 });
      return pageOf(events, limit, show, (last) => cursors.write(of, [last.at, last.eventId]));
    },
  );

  server.post(
    '/api/events/void',
    {
      config,
      schema: {
        tags,
        summary: 'Let events not count any more; scores, stages and history follow',
        body: z.object({ events: selection, reason: shortText.optional() }),
        response: changed,
      },
    },
    async (request) => {
      const { events, reason = null } = request.body;
      const how = { by: nameOf(callerOf(request)), reason, now: app.clock() };
      return { events: await voidEvents(app.db, meant(events), how) };
    },
  );

  server.post(
    '/api/events/unvoid',
    {
      config,
      schema: {
        tags,
        summary: 'Let voided events count again',
        body: z.object({ events: selection }),
        response: changed,
      },
    },
    async ({ body }) => ({ events: await unvoidEvents(app.db, meant(body.events)) }),
  );

  server.post(
    '/api/events/flag',
    {
      config,
      schema: {
        tags,
        summary: 'Mark events as made by a machine',
        body: z.object({ events: selection, reason: shortText }),
        response: changed,
      },
    },
    async ({ body }) => ({ events: await flagEvents(app.db, meant(body.events), body.reason) }),
  );
}
