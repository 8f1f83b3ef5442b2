/**
 * Ready models to begin with. It decides in which order they are shown and that their words are those of their own
 * pages; it refuses to know what they score.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parseModel } from '../core/model.ts';
import { answers, typed } from './shapes.ts';

const MODELS = new URL('../../models/', import.meta.url);
const PAGES = new URL('../../docs/models/', import.meta.url);

const templateShape = z.object({
  name: z.string(),
  title: z.string(),
  about: z.string().describe('A paragraph.'),
  document: z.string(),
});
type Template = z.infer<typeof templateShape>;

/** The first hour's model, then the ways of scoring in their order. */
function readTemplates(): Template[] {
  const files = readdirSync(MODELS).filter((file) => /^(\d\d-.*|starter)\.yaml$/.test(file));
  const ordered = files.sort((a, b) => Number(b === 'starter.yaml') - Number(a === 'starter.yaml') || (a < b ? -1 : 1));
  return ordered.map((file) => {
    const document = readFileSync(new URL(file, MODELS), 'utf8');
    const page = new URL(file.replace('.yaml', '.md'), PAGES);
    const { name, title } = parseModel(document, file);
    const [heading, about] = existsSync(page) ? wordsOf(readFileSync(page, 'utf8')) : [title, ''];
    return { name, title: heading, about, document };
  });
}

/** The heading of a page, and its first paragraph as plain text. */
function wordsOf(page: string): [string, string] {
  const [heading = '', about = ''] = page.split(/\n\s*\n/);
  const plain = about
    .replace(/\*\*|`/g, '')
    .replace(/\s+/g, ' ')
    .replace(/^For: /, '')
    .trim();
  return [heading.replace(/^#\s*/, '').trim(), plain.charAt(0).toUpperCase() + plain.slice(1)];
}

export function templateRoutes(plain: FastifyInstance): void {
  let templates: Template[] | null = null;
  typed(plain).get(
    '/api/templates',
    {
      config: { right: 'model.read' },
      schema: {
        tags: ['models'],
        summary: 'Ready models to begin with',
        response: answers(z.object({ items: z.array(templateShape) })),
      },
    },
    async () => {
      templates ??= readTemplates();
      return { items: templates };
    },
  );
}
