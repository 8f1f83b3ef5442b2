/**
 * The Segment HTTP API, as real clients speak it: a body of one message or a batch becomes messages and refusals. It
 * decides how wire fields map to ours, and that one bad message never costs the others; it refuses to know keys and
 * tables.
 */

import { z } from 'zod';
import { ScorelineError } from '../core/errors.ts';
import { cleanEmail, cleanFacts, cleanName, type Facts, type Message, type Refusal, type Who } from '../core/ingest.ts';
import { readInstant } from '../core/time.ts';
import { judged } from './machines.ts';

/** Of a body, inflated. */
export const MOST_BYTES = 500_000;
const MOST_MESSAGES = 2_500;
const LARGEST_MESSAGE = 32_768;
const LONGEST_REFUSED = 4_000;
const LONGEST_ID = 100;

/** The last part of an address under `/v1/`, and the type of the messages sent there; null where each has its own. */
export const routes = {
  identify: 'identify',
  track: 'track',
  page: 'page',
  screen: 'screen',
  group: 'group',
  alias: 'alias',
  batch: null,
  i: 'identify',
  t: 'track',
  p: 'page',
  s: 'screen',
  g: 'group',
  a: 'alias',
  b: null,
} as const;

export type Route = keyof typeof routes;

const TYPES = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const;

/** What cannot be read counts as left out, so that a wrong detail never costs the message. */
const id = z.union([z.string(), z.number()]).nullish().catch(undefined);
const facts = z.record(z.string(), z.unknown()).nullish().catch(undefined);
const instant = z.union([z.string(), z.number()]).nullish().catch(undefined);
const text = z.string().nullish().catch(undefined);

const Context = z
  .object({ userAgent: text, traits: facts, page: facts, campaign: facts, groupId: id })
  .nullish()
  .catch(undefined);

const Sent = z.object({
  type: text,
  messageId: id,
  userId: id,
  anonymousId: id,
  previousId: id,
  groupId: id,
  event: id,
  name: text,
  category: text,
  properties: facts,
  traits: facts,
  context: Context,
  timestamp: instant,
  originalTimestamp: instant,
  sentAt: instant,
});
type Sent = z.infer<typeof Sent>;

const Body = z.looseObject({ writeKey: text, batch: z.unknown().optional(), sentAt: instant, context: Context });
export type Body = z.infer<typeof Body>;

export interface Heard {
  readonly messages: readonly Message[];
  readonly refusals: readonly Refusal[];
}

/** How a request came, besides its body. */
export interface Arrival {
  readonly receivedAt: number;
  /** The header; the browsers' own client is the contact's, another is a program's. */
  readonly userAgent: string | null;
}

/**
 * Reads the bytes of a request, whatever they are labelled as.
 * @param inflated the body after gzip
 * @throws ScorelineError `request_invalid` where it is no JSON object, or is larger than the API takes
 */
export function readBody(inflated: Buffer): Body {
  if (inflated.length > MOST_BYTES) refuse(`the body has ${inflated.length} bytes; ${MOST_BYTES} are the most`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(inflated.toString('utf8'));
  } catch {
    refuse('the body is no JSON');
  }
  const body = Body.safeParse(parsed);
  if (!body.success) refuse('the body is no JSON object');
  if (Array.isArray(body.data.batch) && body.data.batch.length > MOST_MESSAGES) {
    refuse(`the batch has ${body.data.batch.length} messages; ${MOST_MESSAGES} are the most`);
  }
  return body.data;
}

function refuse(sentence: string): never {
  throw new ScorelineError('request_invalid', sentence);
}

/**
 * Makes messages of a body. What cannot be used is a refusal and costs nothing else.
 * @throws ScorelineError `request_invalid` for a batch without a list
 */
export function heard(route: Route, body: Body, arrival: Arrival): Heard {
  const type = routes[route];
  if (type === null && !Array.isArray(body.batch)) refuse('`batch` is missing or no list');
  const sent: readonly unknown[] = type === null && Array.isArray(body.batch) ? body.batch : [body];
  const messages: Message[] = [];
  const refusals: Refusal[] = [];
  const root: Root = { ...arrival, sentAt: readTime(body.sentAt), context: body.context };
  for (const one of sent) {
    try {
      messages.push(messageOf(type, one, root));
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      refusals.push({ reason: error.message, message: written(one) });
    }
  }
  return { messages, refusals };
}

/** Why one message is refused. */
class Unusable extends Error {}

/** The message as it came, without the key, cut. */
const written = (one: unknown): string =>
  (jsonOf(one, (key, value) => (key === 'writeKey' ? undefined : value)) ?? '').slice(0, LONGEST_REFUSED);

/** What is read without limit of depth cannot always be written again. Null where it cannot, or is nothing. */
function jsonOf(value: unknown, keep?: (key: string, value: unknown) => unknown): string | null {
  try {
    return JSON.stringify(value, keep) ?? null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** What a request says of all messages in it. */
interface Root extends Arrival {
  readonly sentAt: number | undefined;
  readonly context: Body['context'];
}

function messageOf(typeOfRoute: string | null, one: unknown, root: Root): Message {
  const read = Sent.safeParse(one);
  if (!read.success) throw new Unusable('no JSON object');
  const sent = read.data;
  const type = TYPES.find((known) => known === (typeOfRoute ?? sent.type));
  if (type === undefined) throw new Unusable(`type is none of ${TYPES.join(', ')}`);
  checkSize(one);
  const traits = cleanFacts(type === 'identify' ? { ...sent.context?.traits, ...sent.traits } : sent.context?.traits);
  const who = whoOf(sent, traits);
  const at = instantOf(sent, root.sentAt, root.receivedAt);
  switch (type) {
    case 'identify':
      return { kind: 'traits', who, at, traits };
    case 'group': {
      const key = cleanName(sent.groupId ?? sent.context?.groupId);
      if (key === null) throw new Unusable('groupId is missing or too long');
      return { kind: 'company', who, at, key, traits: cleanFacts(sent.traits) };
    }
    case 'alias': {
      const previousId = cleanName(sent.previousId);
      if (previousId === null) throw new Unusable('previousId is missing or too long');
      if (who.userId === null) throw new Unusable('userId is missing or too long');
      return { kind: 'alias', who, at, previousId };
    }
    case 'track':
    case 'page':
    case 'screen': {
      const name = eventName(type, sent);
      const key = cleanName(sent.messageId);
      if (key === null) throw new Unusable('messageId is missing');
      if (key.length > LONGEST_ID) throw new Unusable(`messageId is longer than ${LONGEST_ID} characters`);
      const properties = cleanFacts({ ...surroundings(type, sent, root), ...sent.properties });
      const event = { kind: 'event', who, id: key, name, at, properties, machine: null } as const;
      return judged(event, { userAgent: sent.context?.userAgent ?? browserOf(root.userAgent) });
    }
  }
}

function checkSize(one: unknown): void {
  // A character is three bytes at most, so few messages need the exact count.
  const json = jsonOf(one);
  if (json === null) throw new Unusable('nested too deeply');
  if (json.length * 3 > LARGEST_MESSAGE && Buffer.byteLength(json) > LARGEST_MESSAGE) {
    throw new Unusable(`larger than ${LARGEST_MESSAGE} bytes`);
  }
}

function whoOf(sent: Sent, traits: Facts): Who {
  const userId = cleanName(sent.userId);
  const anonymousId = cleanName(sent.anonymousId);
  const email = cleanEmail(traits.email);
  if (userId === null && anonymousId === null) {
    const given = [sent.userId, sent.anonymousId].some(
      (value) => value !== null && value !== undefined && value !== '',
    );
    throw new Unusable(given ? 'userId and anonymousId are too long' : 'userId and anonymousId are both missing');
  }
  return { userId, anonymousId, email };
}

/** When it happened by our clock: the client's clock may be wrong, the time between two of its instants is not. */
function instantOf(sent: Sent, rootSentAt: number | undefined, receivedAt: number): number {
  const given = readTime(sent.originalTimestamp) ?? readTime(sent.timestamp);
  if (given === undefined) return receivedAt;
  const sentAt = readTime(sent.sentAt) ?? rootSentAt;
  return Math.min(receivedAt, sentAt === undefined ? given : receivedAt - (sentAt - given));
}

function readTime(value: string | number | null | undefined): number | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number') return readInstant(String(value));
  // What `toISOString` writes, which is nearly all that comes: the same answer, many times quicker. No month is shorter.
  if (value.length === 24 && value.endsWith('Z') && value.slice(8, 10) <= '28') {
    const quick = Date.parse(value);
    if (!Number.isNaN(quick)) return quick;
  }
  // Some clients write more than three digits of a second.
  return readInstant(value) ?? readInstant(value.replace(/(\.\d{3})\d+/, '$1'));
}

function eventName(type: 'track' | 'page' | 'screen', sent: Sent): string {
  if (type !== 'track') return type === 'page' ? 'page_viewed' : 'screen_viewed';
  const given = cleanName(sent.event);
  if (given === null) throw new Unusable('event is missing or too long');
  const name = snakeCase(given);
  if (name === '') throw new Unusable('event has neither letters nor digits');
  return name;
}

/** `Form Submitted`, `formSubmitted` and `form-submitted` are `form_submitted`. */
function snakeCase(name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  const result = name
    .replace(/(\p{Ll}|\p{Nd})(\p{Lu})/gu, '$1_$2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1_$2')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{Nd}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
  if (names.size === NAMES_KEPT) names.clear();
  names.set(name, result);
  return result;
}

/** A source has few names of events. */
const names = new Map<string, string>();
const NAMES_KEPT = 5_000;

const PAGE = ['path', 'url', 'title', 'referrer', 'search'];
const CAMPAIGN = [
  ['name', 'utm_campaign'],
  ['source', 'utm_source'],
  ['medium', 'utm_medium'],
  ['term', 'utm_term'],
  ['content', 'utm_content'],
  ['id', 'utm_id'],
] as const;
const CLICK_IDS = ['gclid', 'fbclid', 'msclkid'];

/** What the context says of an event, as properties; the event's own properties come before these. */
function surroundings(type: string, sent: Sent, root: Root): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const context = sent.context ?? root.context;
  const campaign = context?.campaign;
  if (campaign) {
    for (const [field, name] of CAMPAIGN) if (campaign[field] !== undefined) found[name] = campaign[field];
  }
  const page = context?.page;
  if (type === 'page' && page) for (const field of PAGE) if (page[field] !== undefined) found[field] = page[field];
  if (type !== 'track') {
    if (sent.name) found.name = sent.name;
    if (sent.category) found.category = sent.category;
  }
  const search = sent.properties?.search ?? page?.search;
  if (typeof search === 'string' && /clk?id=/.test(search)) {
    const query = new URLSearchParams(search);
    for (const name of CLICK_IDS) if (query.has(name)) found[name] = query.get(name);
  }
  return found;
}

/** Servers send for others: only a browser's own name says what the contact uses. */
const browserOf = (userAgent: string | null): string | null => (userAgent?.startsWith('Mozilla/') ? userAgent : null);
