/** Events after they were kept: listed, voided, made to count again, said to be a machine's or a person's. */

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerOf, nameOf } from '../access.ts';
import { LONGEST_NAME } from '../core/ingest.ts';
import { recordDeed } from '../store/audit.ts';
import type { Db } from '../store/db.ts';
import {
  flagEvents,
  type KeptEvent,
  listEvents,
  type Selection,
  unflagEvents,
  unvoidEvents,
  voidEvents,
} from '../store/events.ts';
import type { By } from '../store/people.ts';
import {
  answers,
  byId,
  type Desk,
  id,
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
  judgedBy: z
    .string()
    .nullable()
    .describe('Who said whether a machine made it, over what was believed: `hand`, or `rule:7`; null for nobody.'),
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
  judgedBy: event.judgedBy,
  voidedAt: writtenOrNull(event.voidedAt),
  voidedBy: event.voidedBy,
  voidReason: event.voidReason,
});

const selection = z.strictObject({ contactId: id, eventIds: z.array(name).min(1).max(500) });
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

  /** Changes events of one contact and says in the audit log who did. */
  async function change(
    request: FastifyRequest,
    { contactId }: Selection,
    { action, reason }: { readonly action: string; readonly reason?: string | undefined },
    deed: (tx: Db, by: By) => Promise<number>,
  ): Promise<{ events: number }> {
    const by = { by: nameOf(callerOf(request)), now: app.clock() };
    return app.db.transaction(async (tx) => {
      const events = await deed(tx, by);
      const details = { events, ...(reason === undefined ? {} : { reason }) };
      const subject = `contact:${contactId}`;
      if (events > 0) await recordDeed(tx, { at: by.now, who: by.by, action, subject, details });
      return { events };
    });
  }

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
    (request) => {
      const { events, reason } = request.body;
      return change(request, events, { action: 'event.void', reason }, (tx, by) =>
        voidEvents(tx, events, { ...by, reason: reason ?? null }),
      );
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
    (request) => {
      const { events } = request.body;
      return change(request, events, { action: 'event.unvoid' }, (tx) => unvoidEvents(tx, events));
    },
  );

  server.post(
    '/api/events/flag',
    {
      config,
      schema: {
        tags,
        summary: 'Say that a machine made events; no later finding changes that',
        body: z.object({ events: selection, reason: shortText }),
        response: changed,
      },
    },
    (request) => {
      const { events, reason } = request.body;
      return change(request, events, { action: 'event.flag', reason }, (tx) => flagEvents(tx, events, reason));
    },
  );

  server.post(
    '/api/events/unflag',
    {
      config,
      schema: {
        tags,
        summary: 'Say that a person made events; they count, and no later finding changes that',
        body: z.object({ events: selection }),
        response: changed,
      },
    },
    (request) => {
      const { events } = request.body;
      return change(request, events, { action: 'event.unflag' }, (tx) => unflagEvents(tx, events));
    },
  );
}
