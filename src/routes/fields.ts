/** What models can name: traits, events and their properties, with what they hold most often. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type KnownFields, readFields } from '../store/fields.ts';
import { answers, type Desk, typed, written } from './shapes.ts';

/** Milliseconds for which what was found is told again. */
const FRESH = 5 * 60_000;

const fieldShape = z.object({
  name: z.string(),
  count: z.number().describe('Of the looked at ones that have it.'),
  values: z.array(z.object({ value: z.string(), count: z.number() })).describe('The most common ones.'),
});
const eventShape = z.object({ name: z.string(), count: z.number(), properties: z.array(fieldShape) });
const sampled = z.object({ contacts: z.number(), companies: z.number(), events: z.number() });
const fieldsShape = z.object({
  asOf: z.string(),
  sampled: sampled.describe('How many were looked at, the newest.'),
  contact: z.array(fieldShape),
  company: z.array(fieldShape),
  events: z.array(eventShape),
});

export function fieldRoutes(plain: FastifyInstance, { app }: Desk): void {
  let known: { at: number; fields: Promise<KnownFields> } | null = null;
  typed(plain).get(
    '/api/fields',
    {
      config: { right: 'model.read' },
      schema: {
        tags: ['models'],
        summary: 'What models can name: traits, events and their properties, with their most common values',
        response: answers(fieldsShape),
      },
    },
    async () => {
      const now = app.clock();
      if (known === null || now - known.at >= FRESH) {
        const fields = readFields(app.db);
        // What failed is not told again.
        fields.catch(() => {
          known = null;
        });
        known = { at: now, fields };
      }
      const { at, fields } = known;
      return { asOf: written(at), ...(await fields) };
    },
  );
}
