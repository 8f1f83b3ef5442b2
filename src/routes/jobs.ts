/**
 * Long work that is under way: files that are read in, versions that are scored over the whole base, rules over events
 * that are kept.
 */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { unfinishedRules } from '../store/event-rules.ts';
import { listImports } from '../store/imports.ts';
import { answers, type Desk, list, typed, written } from './shapes.ts';

/** The latest imports that are looked through for those that are not done. */
const IMPORTS = 500;

const jobShape = z.object({
  kind: z.enum(['import', 'version', 'event-rule']),
  id: z.string().describe('Of the import, the version of a model, or the rule.'),
  what: z.string(),
  state: z.enum(['waiting', 'running']),
  done: z.number().describe('Rows that were read, contacts that were scored, or events that were looked at.'),
  total: z.number().nullable().describe('Null until it is known.'),
  since: z.string(),
});
type Job = z.input<typeof jobShape>;

export function jobRoutes(plain: FastifyInstance, { app }: Desk): void {
  typed(plain).get(
    '/api/jobs',
    {
      config: { right: 'job.read' },
      schema: { tags: ['jobs'], summary: 'Long work that is under way', response: answers(list(jobShape)) },
    },
    async () => {
      const imports = (await listImports(app.db, { before: null, limit: IMPORTS })).flatMap((one): Job[] => {
        if (one.state !== 'waiting' && one.state !== 'running') return [];
        const { name: what, state, position: done, rowCount: total } = one;
        return [{ kind: 'import', id: String(one.importId), what, state, done, total, since: written(one.createdAt) }];
      });
      const versions: Job[] = [];
      for (const { id, name, version, state, publishedAt } of await app.scoring.versions()) {
        if (state === 'retired') continue;
        const { scored, contacts } = await app.scoring.progress(id);
        if (scored === contacts) continue;
        versions.push({
          kind: 'version',
          id: String(id),
          what: `${name} ${version}`,
          state: 'running',
          done: scored,
          total: contacts,
          since: written(publishedAt),
        });
      }
      const rules = (await unfinishedRules(app.db)).map((rule): Job => {
        const { ruleId, deed, state, reason, looked: done, total, createdAt } = rule;
        const what = `${deed}: ${reason}`;
        const at = state === 'waiting' ? state : 'running';
        return { kind: 'event-rule', id: String(ruleId), what, state: at, done, total, since: written(createdAt) };
      });
      return { items: [...versions, ...imports, ...rules], next: null };
    },
  );
}
