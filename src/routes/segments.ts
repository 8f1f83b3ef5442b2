/** Searches: run, saved under a name, and written as CSV. What a search means is decided in `store/search.ts`. */

import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { callerOf, nameOf } from '../access.ts';
import { ScorelineError } from '../core/errors.ts';
import { readContacts, type Serving, servingModel } from '../store/contacts.ts';
import { countContacts, findContacts, readSearch } from '../store/search.ts';
import type { Place, Search } from '../store/search-sql.ts';
import { findSegment, listSegments, removeSegment, type Segment, saveSegment } from '../store/segments.ts';
import { suppressedAmong } from '../store/suppression.ts';
import { contactShape, showContact } from './contact-shape.ts';
import { csvLine } from './csv.ts';
import {
  answers,
  anything,
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
} from './shapes.ts';

/** Bytes: a condition longer than that nobody wrote by hand. */
const BODY_LIMIT = 64_000;
const ROWS_AT_ONCE = 500;

const searchShape = z.strictObject({
  model: shortText
    .optional()
    .describe('Whose scores and stages are meant: the first that was published, unless named.'),
  where: z
    .record(z.string(), anything)
    .optional()
    .describe(
      'A condition as in a stage of a model: traits, `company.x`, `email.domain`, `created_at`, `score`, `grade`, `band`, `company.score`, `event: { on, where, within, gap, count }`, `all`, `any`, `not`. Not offered: `company_id`; an event with `where` or `gap` in one `any` or `not` with other tests.',
    ),
  stage: z.array(shortText).min(1).max(50).optional().describe('In one of these stages.'),
  disqualified: z.boolean().optional(),
  companyId: id.optional(),
  sort: z
    .discriminatedUnion('by', [
      z.strictObject({ by: z.literal('score'), score: shortText }),
      z.strictObject({ by: z.literal('createdAt') }),
      z.strictObject({ by: z.literal('id') }),
    ])
    .optional()
    .describe('By a score, highest first; by createdAt, newest first; by id, in the order of their coming.'),
});
type SearchBody = z.infer<typeof searchShape>;

export const segmentShape = z.object({
  id: z.string(),
  name: z.string(),
  search: z.record(z.string(), z.unknown()),
  createdAt: z.string(),
  createdBy: z.string(),
  changedAt: z.string(),
});
const showSegment = ({ segmentId, createdAt, changedAt, ...segment }: Segment) => ({
  ...segment,
  id: String(segmentId),
  search: { ...segment.search },
  createdAt: written(createdAt),
  changedAt: written(changedAt),
});

export const traitColumns = z
  .string()
  .max(2_000)
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
  .refine((names) => names.length <= 50, 'at most 50 traits')
  .default([])
  .describe('Traits to be columns too, with commas between.');

const tags = ['search'];
const reading = { right: 'contact.read' } as const;
const saved = z.object({ name: shortText, search: searchShape });

export function segmentRoutes(plain: FastifyInstance, { app, cursors }: Desk): void {
  const server = typed(plain);

  /** @throws ScorelineError `request_invalid`, `not_found` */
  async function prepare(body: SearchBody): Promise<{ serving: Serving | null; search: Search }> {
    const serving = await servingModel(app.db, body.model ?? null);
    if (serving === null && body.model !== undefined) missing(`model ${body.model} that serves`);
    return { serving, search: readSearch(body, serving) };
  }

  async function pageOfSearch(body: SearchBody, limit: number, cursor: string | undefined) {
    const { serving, search } = await prepare(body);
    // A place in the order of one search is none in that of another.
    const of = [
      'search',
      createHash('sha256')
        .update(JSON.stringify([body, serving?.modelId]))
        .digest('base64url'),
    ];
    const after = placeOf(cursors.read(of, cursor));
    const { places, next } = await findContacts(app.db, search, { after, limit, now: app.clock() });
    const contacts = await readContacts(
      app.db,
      places.map(({ contactId }) => contactId),
      search.modelId,
    );
    return {
      items: contacts.map((contact) => showContact(contact, serving)),
      next: next && cursors.write(of, [next.contactId, next.value]),
    };
  }

  async function sendCsv(reply: FastifyReply, body: SearchBody, traits: readonly string[]): Promise<FastifyReply> {
    const { serving, search } = await prepare(body);
    const names = serving === null ? [] : search.model.scores.map(({ name }) => name);
    async function* rows(): AsyncGenerator<string> {
      yield csvLine([...CSV_COLUMNS, ...names, ...traits]);
      let after: Place | null = null;
      do {
        const found: Awaited<ReturnType<typeof findContacts>> = await findContacts(app.db, search, {
          after,
          limit: ROWS_AT_ONCE,
          now: app.clock(),
        });
        const ids = found.places.map(({ contactId }) => contactId);
        const suppressed = await suppressedAmong(app.db, ids);
        for (const contact of await readContacts(app.db, ids, search.modelId)) {
          if (suppressed.has(contact.contactId)) continue;
          const shown = showContact(contact, serving);
          yield csvLine([
            ...CSV_COLUMNS.map((column) => shown[column]),
            ...names.map((name) => shown.scores[name]),
            ...traits.map((name) => (Object.hasOwn(contact.traits, name) ? contact.traits[name] : null)),
          ]);
        }
        after = found.next;
      } while (after !== null);
    }
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="contacts.csv"')
      .send(Readable.from(rows()));
  }

  server.post(
    '/api/contacts/search',
    {
      config: reading,
      bodyLimit: BODY_LIMIT,
      schema: {
        tags,
        summary: 'Contacts by any combination of traits, scores, stage, company and events',
        description: 'A page can be shorter than asked for and still not be the last: `next` says so.',
        body: searchShape.extend(page.shape),
        response: answers(list(contactShape)),
      },
    },
    ({ body: { limit, cursor, ...body } }) => pageOfSearch(body, limit, cursor),
  );

  server.post(
    '/api/contacts/search/count',
    {
      config: reading,
      bodyLimit: BODY_LIMIT,
      schema: {
        tags,
        summary: 'How many contacts a search finds',
        description: 'Where counting them all takes too long, `exact` is false, and at least `count` are found.',
        body: searchShape,
        response: answers(z.object({ count: z.number().int(), exact: z.boolean() })),
      },
    },
    async ({ body }) => ({ ...(await countContacts(app.db, (await prepare(body)).search, app.clock())) }),
  );

  server.post(
    '/api/contacts/search.csv',
    {
      config: reading,
      bodyLimit: BODY_LIMIT,
      schema: {
        tags,
        summary: 'All contacts of a search as CSV',
        querystring: z.object({ traits: traitColumns }),
        body: searchShape,
        produces: ['text/csv'],
      },
    },
    ({ body, query }, reply) => sendCsv(reply, body, query.traits),
  );

  const byName = { right: 'segment.read' } as const;
  const changing = { right: 'segment.write' } as const;

  server.get(
    '/api/segments',
    {
      config: byName,
      schema: { tags, summary: 'Saved searches', querystring: page, response: answers(list(segmentShape)) },
    },
    async ({ query: { limit, cursor } }) => {
      const [after = ''] = cursors.read(['segments'], cursor) ?? [];
      const segments = await listSegments(app.db, { after: String(after), limit: limit + 1 });
      return pageOf(segments, limit, showSegment, (last) => cursors.write(['segments'], [last.name]));
    },
  );

  server.post(
    '/api/segments',
    {
      config: changing,
      bodyLimit: BODY_LIMIT,
      schema: { tags, summary: 'Save a search under a new name', body: saved, response: answers(segmentShape) },
    },
    async (request) => {
      const { name, search } = request.body;
      await prepare(search);
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      return showSegment(await saveSegment(app.db, null, { name, search: stored(search) }, by));
    },
  );

  async function segmentOf(segmentId: number): Promise<{ segment: Segment; body: SearchBody }> {
    const segment = (await findSegment(app.db, segmentId)) ?? missing(`segment ${segmentId}`);
    const body = searchShape.safeParse(segment.search);
    if (!body.success)
      throw new ScorelineError('conflict', `segment ${segmentId} was saved in a form not known any more`);
    return { segment, body: body.data };
  }

  server.get(
    '/api/segments/:id',
    {
      config: byName,
      schema: { tags, summary: 'One saved search', params: byId, response: answers(segmentShape) },
    },
    async ({ params }) => showSegment((await segmentOf(params.id)).segment),
  );

  server.put(
    '/api/segments/:id',
    {
      config: changing,
      bodyLimit: BODY_LIMIT,
      schema: { tags, summary: 'Change a saved search', params: byId, body: saved, response: answers(segmentShape) },
    },
    async (request) => {
      const { name, search } = request.body;
      await segmentOf(request.params.id);
      await prepare(search);
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      return showSegment(await saveSegment(app.db, request.params.id, { name, search: stored(search) }, by));
    },
  );

  server.delete(
    '/api/segments/:id',
    {
      config: changing,
      schema: { tags, summary: 'Forget a saved search', params: byId, response: nothing },
    },
    async ({ params }, reply) => {
      if (!(await removeSegment(app.db, params.id))) missing(`segment ${params.id}`);
      return reply.status(204).send(null);
    },
  );

  server.get(
    '/api/segments/:id/contacts',
    {
      config: reading,
      schema: {
        tags,
        summary: 'The contacts that a saved search finds now',
        params: byId,
        querystring: page,
        response: answers(list(contactShape)),
      },
    },
    async ({ params, query: { limit, cursor } }) => pageOfSearch((await segmentOf(params.id)).body, limit, cursor),
  );

  server.get(
    '/api/segments/:id/contacts.csv',
    {
      config: reading,
      schema: {
        tags,
        summary: 'The same as CSV',
        params: byId,
        querystring: z.object({ traits: traitColumns }),
        produces: ['text/csv'],
      },
    },
    async ({ params, query }, reply) => sendCsv(reply, (await segmentOf(params.id)).body, query.traits),
  );
}

const CSV_COLUMNS = ['id', 'email', 'createdAt', 'companyId', 'stage', 'disqualified', 'nextChangeAt'] as const;

/** Ids are texts outside and stay so where they are kept. */
const stored = ({ companyId, ...search }: SearchBody) =>
  companyId === undefined ? search : { ...search, companyId: String(companyId) };

const placeOf = (place: readonly (string | number | null)[] | null): Place | null =>
  place === null ? null : { contactId: Number(place[0]), value: place[1] === null ? null : Number(place[1]) };
