/** Models: drafts, checks, versions and what each would change. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf, nameOf } from '../access.ts';
import { diffModels } from '../core/diff.ts';
import { ScorelineError } from '../core/errors.ts';
import { parseModel } from '../core/model.ts';
import { sentencesOf } from '../core/sentences.ts';
import { type Dependent, dependentsOn, tellOfLosses } from '../dependents.ts';
import { servingModel } from '../store/contacts.ts';
import { type Draft, discardDraft, documentOf, listDrafts, saveDraft, type Version } from '../store/models.ts';
import { check } from './check.ts';
import { outlineOf, outlineShape } from './outline.ts';
import {
  answers,
  byId,
  type Desk,
  id,
  instant,
  language,
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
import { diffBody, diffShape, document, problemShape } from './trial-shapes.ts';

const tags = ['models'];

export const versionShape = z.object({
  id: z.string(),
  name: z.string(),
  version: z.number(),
  state: z.enum(['rolling', 'serving', 'retired']).describe('Rolling: scored beside the one that serves.'),
  publishedAt: z.string(),
  publishedBy: z.string(),
  servedFrom: z.string().nullable(),
  servedUntil: z.string().nullable(),
  releasedAt: z.string().nullable().describe('Since when the moves that it caused are no longer held.'),
});
const show = ({ id: versionId, publishedAt, servedFrom, servedUntil, releasedAt, ...version }: Version) => ({
  ...version,
  id: String(versionId),
  publishedAt: written(publishedAt),
  servedFrom: writtenOrNull(servedFrom),
  servedUntil: writtenOrNull(servedUntil),
  releasedAt: writtenOrNull(releasedAt),
});
export const lackedShape = z.object({
  kind: z.enum(['stage', 'score', 'companyScore', 'grade', 'band']),
  name: z.string(),
  of: z.string().nullable().describe('The score whose grade or band it is.'),
});
export const dependentShape = z.object({
  kind: z.enum(['agreement', 'search', 'territory']).describe('An agreement in force, a saved search, a sales person.'),
  id: z.string(),
  name: z.string(),
  lacks: z.array(lackedShape).describe('What it names and the document lacks.'),
});
const showDependent = ({ lacks, ...one }: Dependent): z.input<typeof dependentShape> => ({ ...one, lacks: [...lacks] });
const lose = z.array(dependentShape).describe('Who names what this version lacks, as long as another one serves.');
const causedShape = versionShape.extend({ lose });

export const wholeVersion = causedShape.extend({
  document: z.string(),
  scored: z.number().describe('Contacts that it has scored so far.'),
  contacts: z.number().describe('Contacts in all.'),
});

const draftShape = z.object({ name: z.string(), document: z.string(), changedAt: z.string(), changedBy: z.string() });
const showDraft = (draft: Draft) => ({ ...draft, changedAt: written(draft.changedAt) });
const byName = z.object({ name: shortText });

const sentenceShape = z.object({
  kind: z.enum(['score', 'group', 'rule', 'disqualification', 'stage']),
  id: z.string(),
  path: z.string().describe('Where it stands in the document, written as `check` writes it.'),
  sentence: z.string(),
});

const moveShape = z.object({ contactId: z.string(), from: z.string().nullable(), to: z.string().nullable() });
const reading = { right: 'model.read' } as const;
const writing = { right: 'model.write' } as const;
const publishing = { right: 'model.publish' } as const;

export function modelRoutes(plain: FastifyInstance, { app, cursors }: Desk): void {
  const server = typed(plain);

  const versionOf = async (versionId: number): Promise<Version> =>
    (await app.scoring.versions()).find((version) => version.id === versionId) ?? missing(`version ${versionId}`);

  /** The version that another is measured against: the one that serves, or served before it. */
  async function against(version: Version): Promise<Version | undefined> {
    const own = (await app.scoring.versions()).filter(({ name }) => name === version.name);
    return own.findLast(({ id: other, servedFrom }) => other < version.id && servedFrom !== null);
  }

  server.get(
    '/api/models',
    {
      config: reading,
      schema: {
        tags,
        summary: 'All versions of all models, in the order of their publication',
        querystring: page.extend({ name: shortText.optional() }),
        response: answers(list(versionShape)),
      },
    },
    async ({ query: { limit, cursor, name } }) => {
      const of = ['models', name ?? null];
      const [after = 0] = cursors.read(of, cursor) ?? [];
      const versions = (await app.scoring.versions()).filter(
        (version) => version.id > Number(after) && (name === undefined || version.name === name),
      );
      return pageOf(versions, limit, show, (last) => cursors.write(of, [last.id]));
    },
  );

  server.post(
    '/api/models/check',
    {
      config: reading,
      schema: {
        tags,
        summary: 'What is wrong with a document, by line and column',
        body: z.object({ document }),
        response: answers(z.object({ ok: z.boolean(), model: z.string().nullable(), problems: z.array(problemShape) })),
      },
    },
    async ({ body }) => {
      const { model, problems } = check(body.document);
      return { ok: model !== null, model: model?.name ?? null, problems };
    },
  );

  server.post(
    '/api/models/diff',
    {
      config: reading,
      schema: {
        tags,
        summary: 'What a document would change, in sentences',
        body: diffBody,
        response: answers(diffShape),
      },
    },
    async ({ body }) => {
      const { model, problems } = check(body.document);
      if (model === null) return { ok: false as const, problems };
      if (body.beside !== undefined) {
        const other = check(body.beside);
        if (other.model === null) return { ok: false as const, problems: other.problems };
        return { ok: true as const, from: null, sentences: diffModels(other.model, model, body.language) };
      }
      const from = body.from ?? (await servingModel(app.db, model.name))?.modelId ?? null;
      if (from === null) return { ok: true as const, from: null, sentences: [] };
      const sentences = diffModels(await app.scoring.modelOf(from), model, body.language);
      return { ok: true as const, from: String(from), sentences };
    },
  );

  server.post(
    '/api/models/sentences',
    {
      config: reading,
      schema: {
        tags,
        summary: 'A document in sentences: each score, group, rule, disqualification and stage with its place',
        body: z.object({ document, language }),
        response: answers(z.object({ sentences: z.array(sentenceShape) })),
      },
    },
    async ({ body }) => ({
      sentences: sentencesOf(parseModel(body.document), body.language).map((one) => ({
        ...one,
        path: one.path.join('.'),
      })),
    }),
  );

  server.post(
    '/api/models/dependents',
    {
      config: reading,
      schema: {
        tags,
        summary: 'Agreements in force, saved searches and territories that name what a document lacks',
        body: z.object({ document }),
        response: answers(z.object({ items: z.array(dependentShape) })),
      },
    },
    async ({ body }) => ({ items: (await dependentsOn(app, parseModel(body.document))).map(showDependent) }),
  );

  /** Publishes a document, and says who names what it lacks. @throws ModelError */
  async function publish(text: string, by: string): Promise<z.input<typeof causedShape>> {
    const lose = await dependentsOn(app, parseModel(text));
    return { ...show(await app.scoring.publish(text, by)), lose: lose.map(showDependent) };
  }

  server.post(
    '/api/models',
    {
      config: publishing,
      schema: {
        tags,
        summary: 'Publish a document as the next version: the first serves at once, a later one rolls',
        body: z.object({ document }),
        response: answers(causedShape),
      },
    },
    (request) => publish(request.body.document, nameOf(callerOf(request))),
  );

  server.get(
    '/api/models/serving',
    {
      config: reading,
      schema: {
        tags,
        summary: 'The version whose scores contacts show, and what it is made of; null where nothing is published',
        querystring: z.object({
          model: shortText.optional().describe('The one that was published first, unless given.'),
        }),
        response: answers(z.object({ serving: versionShape.extend({ outline: outlineShape }).nullable() })),
      },
    },
    async ({ query }) => {
      const serving = await servingModel(app.db, query.model ?? null);
      if (serving === null) return { serving: null };
      const version = await versionOf(serving.modelId);
      return { serving: { ...show(version), outline: outlineOf(await app.scoring.modelOf(version.id)) } };
    },
  );

  server.get(
    '/api/models/:id',
    {
      config: reading,
      schema: {
        tags,
        summary: 'One version, and how far it has scored',
        params: byId,
        response: answers(wholeVersion),
      },
    },
    async ({ params }) => {
      const version = await versionOf(params.id);
      const lose = version.state === 'serving' ? [] : await dependentsOn(app, await app.scoring.modelOf(params.id));
      return {
        ...show(version),
        document: await documentOf(app.db, params.id),
        ...(await app.scoring.progress(params.id)),
        lose: lose.map(showDependent),
      };
    },
  );

  server.get(
    '/api/models/:id/diff',
    {
      config: reading,
      schema: {
        tags,
        summary: 'What a version changed, in sentences',
        params: byId,
        querystring: z.object({
          from: id.optional().describe('The one that served before it, unless given.'),
          language,
        }),
        response: answers(z.object({ from: z.string(), sentences: z.array(z.string()) })),
      },
    },
    async ({ params, query }) => {
      const version = await versionOf(params.id);
      const from = query.from ?? (await against(version))?.id ?? missing('version that served before it');
      const before = await app.scoring.modelOf(from);
      const after = await app.scoring.modelOf(params.id);
      return { from: String(from), sentences: diffModels(before, after, query.language) };
    },
  );

  server.get(
    '/api/models/:id/moves',
    {
      config: reading,
      schema: {
        tags,
        summary: 'The contacts that a switch to a rolling version would put in another stage',
        params: byId,
        querystring: page,
        response: answers(list(moveShape)),
      },
    },
    async ({ params, query: { limit, cursor } }) => {
      const version = await versionOf(params.id);
      if (version.state !== 'rolling')
        throw new ScorelineError('conflict', `version ${params.id} is ${version.state}, not rolling`);
      const from = (await against(version)) ?? missing('version that serves');
      const of = ['moves', params.id, from.id];
      const [after = null] = cursors.read(of, cursor) ?? [];
      const moves = await app.scoring.movesBetween(from.id, params.id, {
        after: after === null ? null : Number(after),
        limit: limit + 1,
      });
      return pageOf(
        moves,
        limit,
        (move) => ({ ...move, contactId: String(move.contactId) }),
        (last) => cursors.write(of, [last.contactId]),
      );
    },
  );

  server.post(
    '/api/models/:id/switch',
    {
      config: publishing,
      schema: {
        tags,
        summary: 'Let a rolling version serve; its moves are held',
        params: byId,
        response: answers(causedShape),
      },
    },
    async (request) => {
      const lose = await dependentsOn(app, await app.scoring.modelOf(request.params.id));
      const version = await app.scoring.switchTo(request.params.id, nameOf(callerOf(request)));
      // It serves by now, whatever becomes of the notice, which is looked after again.
      await tellOfLosses(app, app.clock()).catch((err: unknown) => request.log.error({ err }, 'losses were not told'));
      return { ...show(version), lose: lose.map(showDependent) };
    },
  );

  server.post(
    '/api/models/:id/release',
    {
      config: publishing,
      schema: {
        tags,
        summary: 'Let go of the moves that a version caused',
        params: byId,
        response: answers(z.object({ moves: z.number() })),
      },
    },
    async (request) => ({ moves: await app.scoring.releaseMoves(request.params.id, nameOf(callerOf(request))) }),
  );

  server.post(
    '/api/models/:id/publish-again',
    {
      config: publishing,
      schema: {
        tags,
        summary: 'Go back: publish the document of an earlier version as the next one',
        params: byId,
        response: answers(causedShape),
      },
    },
    async (request) => publish(await documentOf(app.db, request.params.id), nameOf(callerOf(request))),
  );

  server.get(
    '/api/drafts',
    {
      config: reading,
      schema: { tags, summary: 'All drafts', querystring: page, response: answers(list(draftShape)) },
    },
    async ({ query: { limit, cursor } }) => {
      const [after = ''] = cursors.read(['drafts'], cursor) ?? [];
      const drafts = (await listDrafts(app.db)).filter(
        ({ name }) => Buffer.compare(Buffer.from(name), Buffer.from(String(after))) > 0,
      );
      return pageOf(drafts, limit, showDraft, (last) => cursors.write(['drafts'], [last.name]));
    },
  );

  server.get(
    '/api/drafts/:name',
    { config: reading, schema: { tags, summary: 'One draft', params: byName, response: answers(draftShape) } },
    async ({ params }) =>
      showDraft((await listDrafts(app.db)).find(({ name }) => name === params.name) ?? missing(`draft ${params.name}`)),
  );

  server.put(
    '/api/drafts/:name',
    {
      config: writing,
      schema: {
        tags,
        summary: 'Keep a draft; it need not be a model yet',
        params: byName,
        body: z.object({
          document,
          seen: instant
            .nullable()
            .optional()
            .describe('`changedAt` of the draft that you changed, null for none: a later one is not replaced.'),
        }),
        response: answers(draftShape),
      },
    },
    async (request) => {
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      return showDraft(await saveDraft(app.db, request.params.name, request.body.document, by, request.body.seen));
    },
  );

  server.delete(
    '/api/drafts/:name',
    { config: writing, schema: { tags, summary: 'Throw a draft away', params: byName, response: nothing } },
    async (request, reply) => {
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      if (!(await discardDraft(app.db, request.params.name, by))) missing(`draft ${request.params.name}`);
      return reply.status(204).send(null);
    },
  );
}
