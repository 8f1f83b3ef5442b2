/** Contacts: found by what they are known by, read, written, and what is known of each over time. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf } from '../access.ts';
import { ScorelineError } from '../core/errors.ts';
import { cleanEmail, cleanFacts, cleanName, LONGEST_NAME, type Who } from '../core/ingest.ts';
import {
  contactByIdentity,
  contactsOfCompany,
  type KnownContact,
  listContacts,
  listHistory,
  listTimeline,
  listTraits,
  mergedInto,
  readContacts,
  servingModel,
  type TimelineRow,
} from '../store/contacts.ts';
import type { Kind } from '../store/identities.ts';
import { contactShape, inPoints, showContact } from './contact-shape.ts';
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
} from './shapes.ts';

const tags = ['contacts'];
const name = z.string().trim().min(1).max(LONGEST_NAME);
/** Which model's scores are wanted. */
export const ofModel = z.object({
  model: shortText.optional().describe('The first that was published, unless named.'),
});
const traits = z.record(z.string().min(1).max(LONGEST_NAME), anything).describe('null takes a trait away.');

export const historyRow = z.object({
  at: z.string(),
  scores: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
  stage: z.string().nullable(),
  disqualified: z.string().nullable(),
});

export const timelineRow = z.object({
  at: z.string(),
  kind: z.enum(['event', 'trait', 'stage']),
  id: z.string(),
  name: z.string(),
  details: z.record(z.string(), z.unknown()),
});

export const traitRow = z.object({
  name: z.string(),
  value: anything.describe('null where it was taken away.'),
  changes: z.array(z.object({ at: z.string(), value: anything })).describe('The latest first.'),
});

/** By what a contact is asked for: the first of these that is given. */
const identities = { userId: 'user_id', email: 'email', anonymousId: 'anonymous_id' } as const satisfies Record<
  string,
  Kind
>;

export function contactRoutes(plain: FastifyInstance, { app, cursors }: Desk): void {
  const server = typed(plain);

  /** @throws ScorelineError `not_found`, which says where a merged contact went */
  async function contactOf(contactId: number, modelId: number | null): Promise<KnownContact> {
    const [contact] = await readContacts(app.db, [contactId], modelId);
    if (contact !== undefined) return contact;
    const kept = await mergedInto(app.db, contactId);
    return missing(
      kept === null ? `contact ${contactId}` : `contact ${contactId} any more: it was merged into ${kept}`,
    );
  }

  /** The contact that the strongest of these ids leads to; null where none does. */
  async function lookUp(who: Who): Promise<number | null> {
    for (const [key, kind] of Object.entries(identities) as [keyof Who, Kind][]) {
      const value = who[key];
      if (value === null) continue;
      const found = await contactByIdentity(app.db, kind, value);
      if (found !== null) return found;
    }
    return null;
  }

  server.get(
    '/api/contacts',
    {
      config: { right: 'contact.read' },
      schema: {
        tags,
        summary: 'All contacts, those of a company, or the one with an e-mail address, user id or anonymous id',
        // Strict, for a name that is written wrong would list everybody.
        querystring: z.strictObject({
          ...page.shape,
          ...ofModel.shape,
          email: name.optional(),
          userId: name.optional(),
          anonymousId: name.optional(),
          companyId: id.optional(),
        }),
        response: answers(list(contactShape)),
      },
    },
    async ({ query: { email, userId, anonymousId, companyId, limit, cursor, model = null } }) => {
      const serving = await servingModel(app.db, model);
      if (serving === null && model !== null) missing(`model ${model} that serves`);
      const modelId = serving?.modelId ?? null;
      const asked = { userId: userId ?? null, anonymousId: anonymousId ?? null, email: cleanEmail(email) };
      if (userId === undefined && anonymousId === undefined && email === undefined) {
        const of = companyId === undefined ? ['contacts'] : ['company', companyId];
        const [after = 0] = cursors.read(of, cursor) ?? [];
        const place = { after: Number(after), limit: limit + 1 };
        const ids =
          companyId === undefined
            ? await listContacts(app.db, place)
            : await contactsOfCompany(app.db, companyId, place);
        const page = pageOf(
          ids,
          limit,
          (contactId) => contactId,
          (last) => cursors.write(of, [last]),
        );
        const contacts = await readContacts(app.db, page.items, modelId);
        return { ...page, items: contacts.map((contact) => showContact(contact, serving)) };
      }
      const found = await lookUp(asked);
      const contacts = found === null ? [] : await readContacts(app.db, [found], modelId);
      return { items: contacts.map((contact) => showContact(contact, serving)), next: null };
    },
  );

  server.post(
    '/api/contacts',
    {
      config: { right: 'contact.write' },
      schema: {
        tags,
        summary: 'Make a contact, or change the traits of one that is known by one of these',
        body: z.object({
          userId: name.optional(),
          anonymousId: name.optional(),
          email: name.optional(),
          traits: traits.default({}),
          at: instant.optional().describe('Since when the traits hold: now, unless given.'),
        }),
        response: answers(contactShape),
      },
    },
    async (request) => {
      const { body } = request;
      const email = cleanEmail(body.email);
      if (body.email !== undefined && email === null)
        throw new ScorelineError('request_invalid', 'the body is not as it should be: email: is no e-mail address');
      const who = { userId: cleanName(body.userId), anonymousId: cleanName(body.anonymousId), email };
      if (who.userId === null && who.anonymousId === null && who.email === null)
        throw new ScorelineError(
          'request_invalid',
          'the body is not as it should be: it takes userId, email or anonymousId',
        );
      await write(who, body.traits, body.at, sourceOf(request));
      const serving = await servingModel(app.db, null);
      const contactId = (await lookUp(who)) ?? missing('such contact');
      return showContact(await contactOf(contactId, serving?.modelId ?? null), serving);
    },
  );

  async function write(who: Who, given: unknown, at: number | undefined, sourceId: number | null): Promise<void> {
    const now = app.clock();
    if (at !== undefined && at > now)
      throw new ScorelineError('request_invalid', 'the body is not as it should be: at: lies ahead of us');
    await app.ingest.accept({
      sourceId,
      receivedAt: now,
      messages: [{ kind: 'traits', who, at: at ?? now, traits: cleanFacts(given) }],
      refusals: [],
    });
  }

  server.get(
    '/api/contacts/:id',
    {
      config: { right: 'contact.read' },
      schema: { tags, summary: 'One contact', params: byId, querystring: ofModel, response: answers(contactShape) },
    },
    async ({ params, query: { model = null } }) => {
      const serving = await servingModel(app.db, model);
      if (serving === null && model !== null) missing(`model ${model} that serves`);
      return showContact(await contactOf(params.id, serving?.modelId ?? null), serving);
    },
  );

  server.patch(
    '/api/contacts/:id',
    {
      config: { right: 'contact.write' },
      schema: {
        tags,
        summary: 'Change traits of a contact',
        params: byId,
        body: z.object({ traits, at: instant.optional() }),
        response: answers(contactShape),
      },
    },
    async (request) => {
      const { params, body } = request;
      const before = await contactOf(params.id, null);
      const known = (kind: Kind) => before.identities.find((one) => one.kind === kind)?.value ?? null;
      const who: Who = { userId: known('user_id'), email: null, anonymousId: null };
      // One id is enough, and the strongest leads to nobody else.
      const strongest: Who =
        who.userId !== null
          ? who
          : known('email') !== null
            ? { ...who, email: known('email') }
            : { ...who, anonymousId: known('anonymous_id') };
      await write(strongest, body.traits, body.at, sourceOf(request));
      const serving = await servingModel(app.db, null);
      return showContact(await contactOf(params.id, serving?.modelId ?? null), serving);
    },
  );

  server.get(
    '/api/contacts/:id/history',
    {
      config: { right: 'contact.read' },
      schema: {
        tags,
        summary: 'Scores, stage and disqualification over time, the latest first: each row held until the next',
        params: byId,
        querystring: page.extend(ofModel.shape),
        response: answers(list(historyRow)),
      },
    },
    async ({ params, query: { limit, cursor, model = null } }) => {
      const serving = (await servingModel(app.db, model)) ?? missing('model that serves');
      await contactOf(params.id, null);
      const of = ['history', params.id, serving.modelId];
      const [before = null] = cursors.read(of, cursor) ?? [];
      const rows = await listHistory(app.db, params.id, serving.modelId, {
        before: before === null ? null : Number(before),
        limit: limit + 1,
      });
      return pageOf(
        rows,
        limit,
        ({ at, scores, stage, disqualified }) => ({ at: written(at), scores: shown(scores), stage, disqualified }),
        (last) => cursors.write(of, [last.at]),
      );
    },
  );

  server.get(
    '/api/contacts/:id/timeline',
    {
      config: { right: 'contact.read' },
      schema: {
        tags,
        summary: 'Events, changes of traits and of stages together, the latest first',
        params: byId,
        querystring: page.extend({ asOf: instant.optional().describe('What came later is left out.') }),
        response: answers(list(timelineRow)),
      },
    },
    async ({ params, query: { limit, cursor, asOf } }) => {
      await contactOf(params.id, null);
      const of = ['timeline', params.id, asOf ?? null];
      const place = cursors.read(of, cursor) ?? (asOf === undefined ? null : [asOf + 1, '', '']);
      const [at, kind, key] = place ?? [];
      const before = place === null ? null : { at: Number(at), kind: kind as TimelineRow['kind'], key: String(key) };
      const rows = await listTimeline(app.db, params.id, { before, limit: limit + 1 });
      return pageOf(
        rows,
        limit,
        (row) => ({ at: written(row.at), kind: row.kind, id: row.key, name: row.name, details: { ...row.details } }),
        (last) => cursors.write(of, [last.at, last.kind, last.key]),
      );
    },
  );

  server.get(
    '/api/contacts/:id/traits',
    {
      config: { right: 'contact.read' },
      schema: {
        tags,
        summary: 'The traits of a contact as they are or were, each with its latest changes',
        params: byId,
        querystring: z.object({ asOf: instant.optional().describe('The present instant, unless given.') }),
        response: answers(list(traitRow)),
      },
    },
    async ({ params, query: { asOf } }) => {
      await contactOf(params.id, null);
      const traits = await listTraits(app.db, params.id, asOf ?? app.clock());
      const items = traits.map(({ changes, ...trait }) => ({
        ...trait,
        changes: changes.map(({ at, value }) => ({ at: written(at), value })),
      }));
      return { items, next: null };
    },
  );
}

/** The source of a key, for what is written with it. */
export const sourceOf = (request: Parameters<typeof callerOf>[0]): number | null => {
  const caller = callerOf(request);
  return caller.kind === 'key' ? caller.sourceId : null;
};

/** Scores of a row of history: points are millionths there, cells are texts. */
const shown = (scores: Readonly<Record<string, unknown>>): Record<string, number | string | null> =>
  Object.fromEntries(
    Object.entries(scores).map(([score, value]) => [
      score,
      typeof value === 'number' ? inPoints(value) : typeof value === 'string' ? value : null,
    ]),
  );
