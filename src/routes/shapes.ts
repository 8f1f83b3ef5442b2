/**
 * The shapes that many routes share: pages, ids, instants, refusals. It decides how long any text may be and how an
 * instant is written; it refuses to know what a page holds.
 */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { App } from '../app.ts';
import { ScorelineError } from '../core/errors.ts';
import { languages } from '../core/phrases/languages.ts';
import { storable } from '../core/text.ts';
import { readInstant, writeInstant } from '../core/time.ts';
import type { Users } from '../users.ts';

/** What the routes of the API are given. */
export interface Desk {
  readonly app: App;
  readonly users: Users;
  readonly cursors: Cursors;
}

/** A server that reads the types of a route from its schemas. */
export const typed = (server: FastifyInstance) => server.withTypeProvider<ZodTypeProvider>();

const LONGEST_PAGE = 500;
const PAGE = 50;
const LATEST = 8_640_000_000_000_000;

/** A short text of people: a name, a title, a reason. */
export const shortText = z.string().trim().min(1).max(200).overwrite(storable);
/** Anything in JSON. It is cleaned before it is kept; a schema of all JSON would walk as deep as it goes. */
export const anything = z.unknown();
const limit = z.coerce.number().int().min(1).max(LONGEST_PAGE).default(PAGE).describe('How many at most.');
const cursor = z.string().max(2_000).describe('`next` of the page before.');
export const page = z.object({ limit, cursor: cursor.optional() });

/** Ids of contacts and companies are numbers written as texts, so that no client rounds them. */
export const id = z
  .string()
  .regex(/^[1-9][0-9]{0,14}$/, 'an id is a whole number')
  .transform(Number);
export const byId = z.object({ id });

/** `2026-01-31`, `2026-01-31T09:30:00Z` or epoch milliseconds; comes out as milliseconds. */
export const instant = z
  .string()
  .max(40)
  .transform((text, context) => {
    const at = readInstant(text);
    if (at !== undefined && at <= LATEST) return at;
    context.addIssue('an instant is YYYY-MM-DD, YYYY-MM-DDTHH:MM:SSZ or epoch milliseconds');
    return z.NEVER;
  })
  .meta({ format: 'date-time' });

/** What the sentences of an answer are written in. */
export const language = z.enum(languages).default('en').describe('What sentences are written in.');

/** An instant as the API writes it. */
export const written = (at: number): string => writeInstant(at);
export const writtenOrNull = (at: number | null): string | null => (at === null ? null : writeInstant(at));

export const list = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().nullable().describe('The cursor of the next page, or null.') });

const refusal = z.object({ code: z.string(), message: z.string(), next: z.string() });

/** What a route answers when all is well, beside the refusals that any route can answer. */
export const answers = <Answer extends z.ZodType>(answer: Answer) => ({ 200: answer, '4xx': refusal, '5xx': refusal });
/** A route that answers 204. */
export const nothing = { 204: z.null(), '4xx': refusal, '5xx': refusal };

export function missing(what: string): never {
  throw new ScorelineError('not_found', `there is no ${what}`);
}

/**
 * Places between two rows of an ordered list, as texts for clients. They are signed: a text that we did not write, or
 * that we wrote for another list, is refused.
 */
export interface Cursors {
  write(of: readonly unknown[], place: readonly Place[]): string;
  /** @throws ScorelineError `request_invalid` */
  read(of: readonly unknown[], text: string | undefined): readonly Place[] | null;
}
type Place = string | number | null;

export function createCursors(secret: string): Cursors {
  const key = createHash('sha256').update(`cursor ${secret}`).digest();
  const sign = (of: readonly unknown[], body: string): Buffer =>
    createHmac('sha256', key)
      .update(JSON.stringify([of, body]))
      .digest()
      .subarray(0, 16);
  return {
    write: (of, place) => {
      const body = Buffer.from(JSON.stringify(place)).toString('base64url');
      return `${body}.${sign(of, body).toString('base64url')}`;
    },
    read: (of, text) => {
      if (text === undefined) return null;
      const [body = '', signature = ''] = text.split('.');
      const given = Buffer.from(signature, 'base64url');
      const due = sign(of, body);
      if (given.length !== due.length || !timingSafeEqual(given, due))
        throw new ScorelineError('request_invalid', 'the cursor is none of this list: take it from `next`, unchanged');
      return JSON.parse(Buffer.from(body, 'base64url').toString()) as Place[];
    },
  };
}

/**
 * One page of a list that was read one row further than asked.
 * @param place where a row stands in the order of the list
 */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  most: number,
  show: (row: Row) => Item,
  next: (last: Row) => string,
): { items: Item[]; next: string | null } {
  const shown = rows.slice(0, most);
  const last = shown.at(-1);
  return { items: shown.map(show), next: rows.length > most && last !== undefined ? next(last) : null };
}
