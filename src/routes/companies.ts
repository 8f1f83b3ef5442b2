/** Companies: read, written, and who in them is engaged. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf, nameOf } from '../access.ts';
import { companyDomainOf } from '../connectors/mail-domains.ts';
import { ScorelineError } from '../core/errors.ts';
import { cleanFacts, cleanName, LONGEST_NAME } from '../core/ingest.ts';
import type { Model } from '../core/words.ts';
import { joinedInto, releaseDomain, statedDomains } from '../store/company-domains.ts';
import { type KnownCompany, listCompanyIds, listRoles, readCompanies } from '../store/company-lists.ts';
import { readContacts, type Serving, servingModel } from '../store/contacts.ts';
import { findContacts, readSearch } from '../store/search.ts';
import { keepCompany } from '../store/stated-companies.ts';
import { companyShape, contactShape, inPoints, showCompany, showContact } from './contact-shape.ts';
import { ofModel, sourceOf } from './contacts.ts';
import {
  answers,
  anything,
  byId,
  type Desk,
  instant,
  list,
  missing,
  page,
  pageOf,
  shortText,
  typed,
} from './shapes.ts';

const tags = ['companies'];
const config = { right: 'company.read' } as const;
const writing = { right: 'company.write' } as const;

const name = z.string().trim().min(1).max(LONGEST_NAME);
const traits = z.record(z.string().min(1).max(LONGEST_NAME), anything).describe('null takes a trait away.');
const at = instant.optional().describe('Since when the traits hold: now, unless given.');

const byScore = ofModel.extend({
  score: shortText.optional().describe('By which score of contacts: the first sum of the model, unless named.'),
});

const roleShape = z.object({
  title: z.string().nullable(),
  contacts: z.number(),
  engaged: z.number().describe('Those whose score is above 0.'),
  best: z.number().nullable().describe('The highest score among them.'),
});

export function companyRoutes(plain: FastifyInstance, { app, cursors }: Desk): void {
  const server = typed(plain);

  async function serving(model: string | undefined): Promise<Serving | null> {
    const found = await servingModel(app.db, model ?? null);
    if (found === null && model !== undefined) missing(`model ${model} that serves`);
    return found;
  }

  /** @throws ScorelineError `not_found`, which says where a company went that became one with another */
  async function companyOf(companyId: number, modelId: number | null): Promise<KnownCompany> {
    const [company] = await readCompanies(app.db, [companyId], modelId);
    if (company !== undefined) return company;
    const kept = await joinedInto(app.db, companyId);
    return missing(
      kept === null ? `company ${companyId}` : `company ${companyId} any more: it became one with company ${kept}`,
    );
  }

  async function shown(companyId: number) {
    const by = await serving(undefined);
    return showCompany(await companyOf(companyId, by?.modelId ?? null), by);
  }

  server.get(
    '/api/companies',
    {
      config,
      schema: {
        tags,
        summary: 'All companies, or the one with a key or a domain',
        querystring: page.extend({ ...ofModel.shape, key: shortText.optional(), domain: shortText.optional() }),
        response: answers(list(companyShape)),
      },
    },
    async ({ query: { limit, cursor, model, key, domain } }) => {
      const by = await serving(model);
      const of = ['companies', key ?? null, domain ?? null];
      const [after = 0] = cursors.read(of, cursor) ?? [];
      const only = {
        ...(key === undefined ? {} : { key }),
        ...(domain === undefined ? {} : { domain: domain.toLowerCase() }),
      };
      const ids = await listCompanyIds(app.db, only, { after: Number(after), limit: limit + 1 });
      return pageOf(
        await readCompanies(app.db, ids, by?.modelId ?? null),
        limit,
        (company) => showCompany(company, by),
        (last) => cursors.write(of, [last.companyId]),
      );
    },
  );

  server.get(
    '/api/companies/:id',
    {
      config,
      schema: { tags, summary: 'One company', params: byId, querystring: ofModel, response: answers(companyShape) },
    },
    async ({ params, query }) => {
      const by = await serving(query.model);
      return showCompany(await companyOf(params.id, by?.modelId ?? null), by);
    },
  );

  /** @throws ScorelineError `request_invalid` for an instant that is still to come */
  function instantOf(given: number | undefined): number {
    const now = app.clock();
    if (given !== undefined && given > now)
      throw new ScorelineError('request_invalid', 'the body is not as it should be: at: lies ahead of us');
    return given ?? now;
  }

  server.post(
    '/api/companies',
    {
      config: writing,
      schema: {
        tags,
        summary: 'Make a company, or change the one with a key or a domain',
        description:
          'With both, the company of the key has the domain from now on, beside those that it has already, and one that was known by the domain alone becomes one with it. So do the domains that the traits `domain`, `domains` or `website` name, where nobody has them.',
        body: z.object({ key: name.optional(), domain: name.optional(), traits: traits.default({}), at }),
        response: answers(companyShape),
      },
    },
    async (request) => {
      const { body } = request;
      const key = cleanName(body.key);
      if (key === null && body.domain === undefined)
        throw new ScorelineError('request_invalid', 'the body is not as it should be: it takes key, domain or both');
      const [domain = null] = statedDomains({ domain: body.domain ?? null }, companyDomainOf);
      if (body.domain !== undefined && domain === null)
        throw new ScorelineError(
          'request_invalid',
          `the body is not as it should be: domain: ${body.domain} is no domain of a company: free, thrown away after use, or registered by nobody`,
        );
      const facts = cleanFacts(body.traits);
      const stated = statedDomains(facts, companyDomainOf);
      const company = { key, domain, stated, traits: facts, at: instantOf(body.at) };
      return shown(await keepCompany(app.db, company, sourceOf(request)));
    },
  );

  server.patch(
    '/api/companies/:id',
    {
      config: writing,
      schema: {
        tags,
        summary: 'Change traits of a company',
        params: byId,
        body: z.object({ traits, at }),
        response: answers(companyShape),
      },
    },
    async (request) => {
      const { key, domain } = await companyOf(request.params.id, null);
      const facts = cleanFacts(request.body.traits);
      const company = {
        key,
        domain: key === null ? domain : null,
        stated: statedDomains(facts, companyDomainOf),
        traits: facts,
        at: instantOf(request.body.at),
      };
      return shown(await keepCompany(app.db, company, sourceOf(request)));
    },
  );

  server.delete(
    '/api/companies/:id/domain',
    {
      config: writing,
      schema: {
        tags,
        summary: 'Take a domain away from a company with a key; whom it led there belongs to another again',
        params: byId,
        querystring: z.object({ domain: shortText.optional().describe('The first one, unless it is given.') }),
        response: answers(z.object({ id: z.string().describe('The company that the domain leads to now.') })),
      },
    },
    async (request) => {
      const how = { by: nameOf(callerOf(request)), now: app.clock(), companyDomainOf };
      const domain = request.query.domain?.toLowerCase() ?? null;
      return { id: String(await releaseDomain(app.db, request.params.id, domain, how)) };
    },
  );

  /** A search for the contacts of a company, and the score that they are in the order of; without a model, none. */
  async function peopleOf(companyId: number, model: string | undefined, score: string | undefined) {
    const by = await serving(model);
    await companyOf(companyId, null);
    if (by === null) return { by, score: null, search: readSearch({ companyId }, by) };
    const chosen = score ?? firstScore(readSearch({}, by).model);
    const search = readSearch({ companyId, sort: { by: 'score', score: chosen } }, by);
    return { by, score: chosen, search };
  }

  server.get(
    '/api/companies/:id/contacts',
    {
      config: { right: 'contact.read' },
      schema: {
        tags,
        summary: 'The contacts of a company by one of their scores, the highest first',
        description: 'Contacts that no version has scored yet are left out.',
        params: byId,
        querystring: page.extend(byScore.shape),
        response: answers(list(contactShape)),
      },
    },
    async ({ params, query: { limit, cursor, model, score } }) => {
      const { by, search, score: chosen } = await peopleOf(params.id, model, score);
      const of = ['people of a company', params.id, by?.modelId ?? null, chosen];
      const place = cursors.read(of, cursor);
      const after = place && { contactId: Number(place[0]), value: place[1] === null ? null : Number(place[1]) };
      const { places, next } = await findContacts(app.db, search, { after, limit, now: app.clock() });
      const contacts = await readContacts(
        app.db,
        places.map(({ contactId }) => contactId),
        search.modelId,
      );
      return {
        items: contacts.map((contact) => showContact(contact, by)),
        next: next && cursors.write(of, [next.contactId, next.value]),
      };
    },
  );

  server.get(
    '/api/companies/:id/roles',
    {
      config,
      schema: {
        tags,
        summary: 'The titles of the contacts of a company, and how engaged those are who have them; the most first',
        params: byId,
        querystring: byScore,
        response: answers(list(roleShape)),
      },
    },
    async ({ params, query: { model, score } }) => {
      const { search, score: chosen } = await peopleOf(params.id, model, score);
      const roles = await listRoles(app.db, params.id, search.modelId, chosen ?? '');
      return {
        items: roles.map((role) => ({ ...role, best: role.best === null ? null : inPoints(role.best) })),
        next: null,
      };
    },
  );
}

/** The score that says most of a contact: the first sum, else the first with points. */
function firstScore({ scores }: Model): string {
  const found = scores.find(({ kind }) => kind === 'sum') ?? scores.find(({ kind }) => kind !== 'grid');
  return found?.name ?? '';
}
