/** Agreements between marketing and sales: drafts, versions, signatures, comments and the text as a file. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Caller, callerOf, nameOf } from '../access.ts';
import { type Agreement, parseAgreement, type Spoken, type Team } from '../core/agreement.ts';
import { readText } from '../core/document.ts';
import { ModelError, ScorelineError } from '../core/errors.ts';
import { parseModel } from '../core/model.ts';
import { type Language, phrasesOf } from '../core/phrases/languages.ts';
import { brokenAgreement } from '../dependents.ts';
import { agreementPaper } from '../papers/agreement.ts';
import { pdfOf } from '../papers/pdf.ts';
import {
  type AgreementComment,
  type AgreementDraft,
  type AgreementVersion,
  addAgreement,
  addAgreementComment,
  discardAgreementDraft,
  findAgreement,
  listAgreementComments,
  listAgreementDrafts,
  listAgreements,
  putInForce,
  resolveAgreementComment,
  saveAgreementDraft,
  signAgreement,
} from '../store/agreements.ts';
import { type Serving, servingModel } from '../store/contacts.ts';
import { termsOf, termsShape } from './agreement-terms.ts';
import { lackedShape } from './models.ts';
import {
  answers,
  byId,
  type Desk,
  instant,
  language,
  missing,
  nothing,
  shortText,
  typed,
  written,
  writtenOrNull,
} from './shapes.ts';

const tags = ['agreements'];
const document = z.string().min(1).max(200_000).describe('YAML or JSON.');
const byName = z.object({ name: shortText });

export const versionShape = z.object({
  id: z.string(),
  name: z.string(),
  version: z.number(),
  document: z.string(),
  hash: z.string().describe('SHA-256 of the document, in hex: what is signed is this text and no other.'),
  proposedAt: z.string(),
  proposedBy: z.string(),
  inForceFrom: z.string().nullable(),
  inForceUntil: z.string().nullable(),
  signatures: z.array(
    z.object({ team: z.enum(['marketing', 'sales']), by: z.string(), at: z.string(), hash: z.string() }),
  ),
});
const show = ({ agreementId, modelId, ...one }: AgreementVersion): z.input<typeof versionShape> => ({
  ...one,
  id: String(agreementId),
  proposedAt: written(one.proposedAt),
  inForceFrom: writtenOrNull(one.inForceFrom),
  inForceUntil: writtenOrNull(one.inForceUntil),
  signatures: one.signatures.map((signature) => ({ ...signature, at: written(signature.at) })),
});

export const wholeVersion = versionShape.extend({
  terms: termsShape,
  lost: z
    .object({ version: z.number(), lacks: z.array(lackedShape) })
    .nullable()
    .describe('What it names and the version of the model that serves now lacks; only of one in force.'),
});

export const draftShape = z.object({
  name: z.string(),
  document: z.string(),
  changedAt: z.string(),
  changedBy: z.string(),
});
const showDraft = (draft: AgreementDraft) => ({ ...draft, changedAt: written(draft.changedAt) });

export const commentShape = z.object({
  id: z.string(),
  about: z.string(),
  body: z.string(),
  writtenAt: z.string(),
  writtenBy: z.string(),
  resolvedAt: z.string().nullable(),
  resolvedBy: z.string().nullable(),
});
const showComment = ({ commentId, name, ...comment }: AgreementComment): z.input<typeof commentShape> => ({
  ...comment,
  id: String(commentId),
  writtenAt: written(comment.writtenAt),
  resolvedAt: writtenOrNull(comment.resolvedAt),
});

const problemShape = z.object({
  path: z.string(),
  message: z.string(),
  line: z.number().nullable(),
  column: z.number().nullable(),
});

export const checkedShape = z.object({
  ok: z.boolean(),
  problems: z.array(problemShape),
  terms: termsShape.nullable().describe('What it says; null where something is wrong.'),
});

const reading = { right: 'handoff.read' } as const;
const writing = { right: 'agreement.write' } as const;

/** People of the two sides sign for their own, and for no other. */
function teamOf(caller: Caller): Team {
  if (caller.kind === 'person' && (caller.role === 'marketing' || caller.role === 'sales')) return caller.role;
  throw new ScorelineError('forbidden', 'an agreement is signed by people of marketing and of sales themselves');
}

export function agreementRoutes(plain: FastifyInstance, { app }: Desk): void {
  const server = typed(plain);

  /** Reads a document against the serving version of the model that it names. @throws ModelError */
  async function read(text: string): Promise<{ agreement: Agreement; serving: Serving }> {
    const { model } = Object(readText(text).value);
    const serving = typeof model === 'string' ? await servingModel(app.db, model) : null;
    const agreement = parseAgreement(text, () => (serving === null ? null : spokenOf(serving)));
    // A document without a model was refused.
    if (serving === null) throw new ScorelineError('request_invalid', 'model: names no model that serves');
    return { agreement, serving };
  }
  const findOr404 = async (agreementId: number): Promise<AgreementVersion> =>
    (await findAgreement(app.db, agreementId)) ?? missing(`agreement ${agreementId}`);

  async function wholeOf(agreementId: number, of: Language): Promise<z.input<typeof wholeVersion>> {
    const one = await findOr404(agreementId);
    const isInForce = one.inForceFrom !== null && one.inForceUntil === null;
    const broken = isInForce ? await brokenAgreement(app, agreementId) : null;
    const lost = broken === null ? null : { version: broken.version, lacks: [...broken.lacks] };
    return { ...show(one), lost, terms: termsOf(await app.handoffs.agreementOf(agreementId), phrasesOf(of)) };
  }

  server.get(
    '/api/agreements',
    {
      config: reading,
      schema: {
        tags,
        summary: 'All versions of all agreements, the latest first, with who signed them',
        response: answers(z.object({ items: z.array(versionShape) })),
      },
    },
    async () => ({ items: (await listAgreements(app.db)).map(show) }),
  );

  server.get(
    '/api/agreements/:id',
    {
      config: reading,
      schema: {
        tags,
        summary: 'One version, and what it says',
        params: byId,
        querystring: z.object({ language }),
        response: answers(wholeVersion),
      },
    },
    ({ params, query }) => wholeOf(params.id, query.language),
  );

  server.get(
    '/api/agreements/:id/agreement.pdf',
    {
      config: reading,
      schema: {
        tags,
        summary: 'One version as PDF: what it says, who signed it, and the hash of the text that was signed',
        params: byId,
        querystring: z.object({ language }),
        produces: ['application/pdf'],
      },
    },
    async ({ params, query }, reply) => {
      const one = wholeVersion.parse(await wholeOf(params.id, query.language));
      return reply
        .type('application/pdf')
        .header('content-disposition', `inline; filename="${one.name}-${one.version}.pdf"`)
        .send(await pdfOf(agreementPaper(one, query.language, app.clock())));
    },
  );

  server.get(
    '/api/agreements/:id/document',
    {
      config: reading,
      schema: { tags, summary: 'The text of a version as a file, to be compared with others', params: byId },
    },
    async ({ params }, reply) => {
      const { name, version, document: text } = await findOr404(params.id);
      return reply
        .type('application/yaml; charset=utf-8')
        .header('content-disposition', `attachment; filename="${name}-${version}.yaml"`)
        .send(text);
    },
  );

  server.post(
    '/api/agreements/check',
    {
      config: reading,
      schema: {
        tags,
        summary: 'What is wrong with a document, by line and column',
        body: z.object({ document, language }),
        response: answers(checkedShape),
      },
    },
    async ({ body }) => {
      try {
        const { agreement } = await read(body.document);
        return { ok: true, problems: [], terms: termsOf(agreement, phrasesOf(body.language)) };
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        const problems = error.problems.map((problem) => ({ ...problem, path: problem.path.join('.') }));
        return { ok: false, problems, terms: null };
      }
    },
  );

  server.post(
    '/api/agreements',
    {
      config: writing,
      schema: {
        tags,
        summary: 'Propose a document as the next version, to be signed by both sides',
        body: z.object({ document }),
        response: answers(versionShape),
      },
    },
    async (request) => {
      const { document: text } = request.body;
      const { agreement, serving } = await read(text);
      const proposed = { name: agreement.name, document: text, modelId: serving.modelId };
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      return show(await findOr404(await addAgreement(app.db, proposed, by)));
    },
  );

  server.post(
    '/api/agreements/:id/sign',
    {
      config: { right: 'agreement.sign' },
      schema: {
        tags,
        summary: 'Sign a version for one’s own team',
        params: byId,
        body: z.object({
          hash: z
            .string()
            .regex(/^[0-9a-f]{64}$/)
            .describe('Of the text as it was read.'),
        }),
        response: answers(versionShape),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const by = { by: nameOf(caller), now: app.clock() };
      await signAgreement(app.db, request.params.id, { team: teamOf(caller), hash: request.body.hash }, by);
      return show(await findOr404(request.params.id));
    },
  );

  server.post(
    '/api/agreements/:id/publish',
    {
      config: writing,
      schema: {
        tags,
        summary: 'Put a version that both sides signed in force; what was handed over before is judged by what was',
        params: byId,
        response: answers(versionShape),
      },
    },
    async (request) => {
      await putInForce(app.db, request.params.id, { by: nameOf(callerOf(request)), now: app.clock() });
      return show(await findOr404(request.params.id));
    },
  );

  server.get(
    '/api/agreement-drafts',
    {
      config: reading,
      schema: { tags, summary: 'Drafts', response: answers(z.object({ items: z.array(draftShape) })) },
    },
    async () => ({ items: (await listAgreementDrafts(app.db)).map(showDraft) }),
  );

  server.put(
    '/api/agreement-drafts/:name',
    {
      config: writing,
      schema: {
        tags,
        summary: 'Keep a draft, right or wrong',
        params: byName,
        body: z.object({
          document: z.string().max(200_000),
          seen: instant.nullable().default(null).describe('`changedAt` of the draft that this one was made from.'),
        }),
        response: answers(draftShape),
      },
    },
    async (request) => {
      const draft = { ...request.body, name: request.params.name };
      return showDraft(await saveAgreementDraft(app.db, draft, { by: nameOf(callerOf(request)), now: app.clock() }));
    },
  );

  server.delete(
    '/api/agreement-drafts/:name',
    { config: writing, schema: { tags, summary: 'Discard a draft', params: byName, response: nothing } },
    async ({ params }, reply) => {
      if (!(await discardAgreementDraft(app.db, params.name))) missing(`draft ${params.name}`);
      return reply.status(204).send(null);
    },
  );

  server.get(
    '/api/agreement-comments',
    {
      config: reading,
      schema: {
        tags,
        summary: 'What was said about an agreement',
        querystring: byName,
        response: answers(z.object({ items: z.array(commentShape) })),
      },
    },
    async ({ query }) => ({ items: (await listAgreementComments(app.db, query.name)).map(showComment) }),
  );

  server.post(
    '/api/agreement-comments',
    {
      config: { right: 'agreement.comment' },
      schema: {
        tags,
        summary: 'Say something about an agreement, or a part of it',
        body: z.object({
          name: shortText,
          about: z.string().trim().max(200).default('').describe('Such as `sales.firstContact`.'),
          body: z.string().trim().min(1).max(5_000),
        }),
        response: answers(commentShape),
      },
    },
    async (request) =>
      showComment(await addAgreementComment(app.db, request.body, { by: nameOf(callerOf(request)), now: app.clock() })),
  );

  server.post(
    '/api/agreement-comments/:id/resolve',
    {
      config: { right: 'agreement.comment' },
      schema: { tags, summary: 'Say that a comment was dealt with', params: byId, response: answers(commentShape) },
    },
    async (request) => {
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      return showComment(
        (await resolveAgreementComment(app.db, request.params.id, by)) ?? missing(`open comment ${request.params.id}`),
      );
    },
  );
}

const spokenOf = (serving: Serving): Spoken => ({
  document: readText(serving.document).value,
  stages: parseModel(serving.document).stages.map(({ id }) => id),
});
