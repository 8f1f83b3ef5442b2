/**
 * Who is told what happens: endpoints and the messages to them. It decides that a secret is shown once; when and how
 * messages go out is decided in src/deliveries.ts.
 */

import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerOf, nameOf } from '../access.ts';
import { checkUrl } from '../connectors/send.ts';
import { SECRET_BYTES, secretOf, webhookBody, webhookTypes } from '../connectors/webhook-out.ts';
import {
  addEndpoint,
  addTest,
  type Delivery,
  type Endpoint,
  findEndpoint,
  listDeliveries,
  listEndpoints,
  removeEndpoint,
  replay,
  setDisabled,
} from '../store/webhooks.ts';
import {
  answers,
  byId,
  type Desk,
  id,
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

export const endpointShape = z.object({
  id: z.string(),
  url: z.string(),
  types: z.array(z.string()),
  createdAt: z.string(),
  createdBy: z.string(),
  disabledAt: z.string().nullable(),
  disabledBecause: z.string().nullable(),
});

const show = (endpoint: Endpoint) => ({
  id: String(endpoint.endpointId),
  url: endpoint.url,
  types: [...endpoint.types],
  createdAt: written(endpoint.createdAt),
  createdBy: endpoint.createdBy,
  disabledAt: writtenOrNull(endpoint.disabledAt),
  disabledBecause: endpoint.disabledBecause,
});

export const deliveryShape = z.object({
  id: z.string(),
  webhookId: z.string().describe('The same at every attempt.'),
  type: z.string(),
  body: z.string(),
  state: z.enum(['waiting', 'delivered', 'failed']),
  createdAt: z.string(),
  attempts: z.number().int(),
  nextAttemptAt: z.string().nullable(),
  answeredAt: z.string().nullable(),
  status: z.number().int().nullable().describe('Of the last answer; null where there was none.'),
  problem: z.string().nullable(),
});

const stateOf = ({ deliveredAt, dueAt }: Delivery) => {
  if (deliveredAt !== null) return 'delivered';
  return dueAt === null ? 'failed' : 'waiting';
};

const showDelivery = (delivery: Delivery): z.infer<typeof deliveryShape> => ({
  id: String(delivery.deliveryId),
  webhookId: delivery.webhookId,
  type: delivery.type,
  body: delivery.body,
  state: stateOf(delivery),
  createdAt: written(delivery.createdAt),
  attempts: delivery.attempts,
  nextAttemptAt: writtenOrNull(delivery.dueAt),
  answeredAt: writtenOrNull(delivery.answeredAt),
  status: delivery.status,
  problem: delivery.problem,
});

const tags = ['webhooks'];
const reading = { right: 'webhook.read' } as const;
const managing = { right: 'webhook.manage' } as const;
const messages = answers(z.object({ messages: z.number().int().describe('How many will be sent.') }));

export function webhookRoutes(plain: FastifyInstance, { app, cursors }: Desk): void {
  const server = typed(plain);
  const allowPrivate = app.config.SCORELINE_ALLOW_PRIVATE_WEBHOOKS === 'yes';
  const by = (request: FastifyRequest) => ({ by: nameOf(callerOf(request)), now: app.clock() });
  const mustExist = async (endpointId: number): Promise<void> => {
    if ((await findEndpoint(app.db, endpointId)) === null) missing('such endpoint');
  };

  server.get(
    '/api/webhooks',
    { config: reading, schema: { tags, summary: 'All endpoints', response: answers(list(endpointShape)) } },
    async () => ({ items: (await listEndpoints(app.db)).map(show), next: null }),
  );

  server.post(
    '/api/webhooks',
    {
      config: managing,
      schema: {
        tags,
        summary: 'Add an endpoint; its secret is told once',
        body: z.object({
          url: z.string().trim().min(1).max(2_000),
          types: z.array(z.enum(webhookTypes)).min(1).max(100).optional().describe('All unless given.'),
        }),
        response: answers(endpointShape.extend({ secret: z.string() })),
      },
    },
    async (request) => {
      const { href: url } = checkUrl(request.body.url, { allowPrivate });
      const types = [...new Set(request.body.types ?? webhookTypes)];
      const secret = secretOf(randomBytes(SECRET_BYTES));
      return { ...show(await addEndpoint(app.db, { url, secret, types }, by(request))), secret };
    },
  );

  server.delete(
    '/api/webhooks/:id',
    {
      config: managing,
      schema: { tags, summary: 'Take an endpoint away, with its messages', params: byId, response: nothing },
    },
    async (request, reply) => {
      if (!(await removeEndpoint(app.db, request.params.id, by(request)))) missing('such endpoint');
      return reply.status(204).send(null);
    },
  );

  server.post(
    '/api/webhooks/:id/disable',
    {
      config: managing,
      schema: {
        tags,
        summary: 'Let messages wait and tell nothing new',
        params: byId,
        body: z.object({ because: shortText }),
        response: answers(endpointShape),
      },
    },
    async (request) => {
      const { params, body } = request;
      return show((await setDisabled(app.db, params.id, body.because, by(request))) ?? missing('such endpoint'));
    },
  );

  server.post(
    '/api/webhooks/:id/enable',
    {
      config: managing,
      schema: { tags, summary: 'Let messages go again', params: byId, response: answers(endpointShape) },
    },
    async (request) =>
      show((await setDisabled(app.db, request.params.id, null, by(request))) ?? missing('such endpoint')),
  );

  server.post(
    '/api/webhooks/:id/test',
    {
      config: managing,
      schema: {
        tags,
        summary: 'Send a message of the type webhook.test',
        params: byId,
        response: answers(z.object({ delivery: z.string() })),
      },
    },
    async ({ params: { id: endpointId } }) => {
      await mustExist(endpointId);
      const now = app.clock();
      const body = webhookBody('webhook.test', now, { endpoint: String(endpointId) });
      return { delivery: String(await addTest(app.db, { endpointId, type: 'webhook.test', body, now })) };
    },
  );

  server.get(
    '/api/webhooks/:id/deliveries',
    {
      config: reading,
      schema: {
        tags,
        summary: 'The messages to an endpoint, the newest first',
        params: byId,
        querystring: page,
        response: answers(list(deliveryShape)),
      },
    },
    async ({ params: { id: endpointId }, query }) => {
      await mustExist(endpointId);
      const of = ['deliveries', endpointId];
      const [before] = cursors.read(of, query.cursor) ?? [];
      const deliveries = await listDeliveries(app.db, {
        endpointId,
        before: before === undefined ? null : Number(before),
        limit: query.limit + 1,
      });
      return pageOf(deliveries, query.limit, showDelivery, (last) => cursors.write(of, [last.deliveryId]));
    },
  );

  server.post(
    '/api/webhooks/:id/replay',
    {
      config: managing,
      schema: {
        tags,
        summary: 'Send all messages again that are not tried any more',
        params: byId,
        response: messages,
      },
    },
    async ({ params: { id: endpointId } }) => {
      await mustExist(endpointId);
      return { messages: await replay(app.db, { endpointId, deliveryId: null, now: app.clock() }) };
    },
  );

  server.post(
    '/api/webhooks/:id/deliveries/:delivery/replay',
    {
      config: managing,
      schema: {
        tags,
        summary: 'Send one message again, delivered or not',
        params: byId.extend({ delivery: id }),
        response: messages,
      },
    },
    async ({ params: { id: endpointId, delivery: deliveryId } }) => {
      const sent = await replay(app.db, { endpointId, deliveryId, now: app.clock() });
      return sent === 0 ? missing('such message') : { messages: sent };
    },
  );
}
