/** Companies, and what they score. Their contacts are a list of contacts: `GET /api/contacts?companyId=…`. */

import type { FastifyInstance } from 'fastify';
import { listCompanies, servingModel } from '../store/contacts.ts';
import { companyShape, showCompany } from './contact-shape.ts';
import { ofModel } from './contacts.ts';
import { answers, byId, type Desk, list, missing, page, pageOf, shortText, typed } from './shapes.ts';

const tags = ['companies'];
const config = { right: 'company.read' } as const;

export function companyRoutes(plain: FastifyInstance, { app, cursors }: Desk): void {
  const server = typed(plain);

  async function serving(model: string | undefined) {
    const found = await servingModel(app.db, model ?? null);
    if (found === null && model !== undefined) missing(`model ${model} that serves`);
    return found;
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
      const companies = await listCompanies(app.db, by?.modelId ?? null, only, {
        after: Number(after),
        limit: limit + 1,
      });
      return pageOf(
        companies,
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
      const [company] = await listCompanies(app.db, by?.modelId ?? null, { id: params.id }, { after: 0, limit: 1 });
      return showCompany(company ?? missing(`company ${params.id}`), by);
    },
  );
}
