/** Companies found and listed, for programs and for the page. What a search means is decided in `store/company-search.ts`. */

import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readCompanies } from '../store/company-lists.ts';
import { type CompanyPlace, findCompanies, readCompanySearch } from '../store/company-search.ts';
import { accountRow, accountRows, viewBy } from './accounts.ts';
import { showCompany } from './contact-shape.ts';
import { csvLine } from './csv.ts';
import { traitColumns } from './segments.ts';
import { answers, anything, type Desk, list, page, shortText, typed } from './shapes.ts';

const tags = ['companies'];
const config = { right: 'company.read' } as const;
/** Bytes: a condition longer than that nobody wrote by hand. */
const BODY_LIMIT = 64_000;
const ROWS_AT_ONCE = 500;

const searchShape = z.strictObject({
  model: shortText.optional().describe('Whose company scores are meant: the first that was published, unless named.'),
  where: z
    .record(z.string(), anything)
    .optional()
    .describe(
      'A condition as in a model, about the company itself: its traits by name, `domain`, `created_at`, `contacts` (how many it has), `score`, `grade`, `band`, `all`, `any`, `not`.',
    ),
  find: z.string().max(200).optional().describe('Words, each a piece of a trait, of the domain or of the key.'),
  sort: z
    .discriminatedUnion('by', [
      z.strictObject({ by: z.literal('score'), score: shortText }),
      z.strictObject({ by: z.literal('createdAt') }),
      z.strictObject({ by: z.literal('contacts') }),
      z.strictObject({ by: z.literal('name') }),
      z.strictObject({ by: z.literal('id') }),
    ])
    .optional()
    .describe(
      'By a company score, highest first; by createdAt, newest first; by contacts, most first; by name or id, the least first.',
    ),
});
type SearchBody = z.infer<typeof searchShape>;

const CSV_COLUMNS = ['id', 'key', 'domain', 'createdAt', 'contacts'] as const;

export function companySearchRoutes(plain: FastifyInstance, { app, cursors }: Desk): void {
  const server = typed(plain);

  async function prepare({ model, ...document }: SearchBody) {
    const by = await viewBy(app, model);
    return { by, search: readCompanySearch(document, by.serving) };
  }

  server.post(
    '/api/companies/search',
    {
      config,
      bodyLimit: BODY_LIMIT,
      schema: {
        tags,
        summary:
          'Companies by any combination of traits, scores and number of contacts, with what their contacts come to',
        body: searchShape.extend(page.shape),
        response: answers(list(accountRow)),
      },
    },
    async ({ body: { limit, cursor, ...body } }) => {
      const { by, search } = await prepare(body);
      // A place in the order of one search is none in that of another.
      const asked = createHash('sha256').update(JSON.stringify([body, search.modelId]));
      const of = ['company search', asked.digest('base64url')];
      const place = cursors.read(of, cursor);
      const after = place && { companyId: Number(place[0]), value: place[1] ?? null };
      const places = await findCompanies(app.db, search, { after, limit: limit + 1, now: app.clock() });
      const found = places.slice(0, limit);
      const last = places.length > limit ? found.at(-1) : undefined;
      const ids = found.map(({ companyId }) => companyId);
      return {
        items: await accountRows(app, by, ids),
        next: last === undefined ? null : cursors.write(of, [last.companyId, last.value]),
      };
    },
  );

  server.post(
    '/api/companies/search.csv',
    {
      config,
      bodyLimit: BODY_LIMIT,
      schema: {
        tags,
        summary: 'All companies of a search as CSV',
        querystring: z.object({ traits: traitColumns }),
        body: searchShape,
        produces: ['text/csv'],
      },
    },
    async ({ body, query }, reply) => {
      const { by, search } = await prepare(body);
      const names = by.serving === null ? [] : search.model.scores.map((score) => score.name);
      async function* rows(): AsyncGenerator<string> {
        yield csvLine([...CSV_COLUMNS, ...names, ...query.traits]);
        for (let after: CompanyPlace | null = null; ; ) {
          const places: CompanyPlace[] = await findCompanies(app.db, search, {
            after,
            limit: ROWS_AT_ONCE,
            now: app.clock(),
          });
          const ids = places.map(({ companyId }) => companyId);
          for (const company of await readCompanies(app.db, ids, search.modelId)) {
            const row = showCompany(company, by.serving);
            yield csvLine([
              ...CSV_COLUMNS.map((column) => row[column]),
              ...names.map((score) => row.scores[score]),
              ...query.traits.map((trait) => (Object.hasOwn(company.traits, trait) ? company.traits[trait] : null)),
            ]);
          }
          after = places.at(-1) ?? null;
          if (after === null || places.length < ROWS_AT_ONCE) return;
        }
      }
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="companies.csv"')
        .send(Readable.from(rows()));
    },
  );
}
