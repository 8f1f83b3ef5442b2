/**
 * Webhooks of anything else: a mapping document says where in a JSON body the events are, and the source's settings say
 * how it proves whose it is. It decides what a path finds and what makes an item unusable; it refuses to know any
 * service. docs/mappings.md explains the document to people.
 */

import { createHmac } from 'node:crypto';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { ScorelineError } from '../core/errors.ts';
import { cleanEmail, cleanFacts, cleanName, type Message } from '../core/ingest.ts';
import { readInstant } from '../core/time.ts';
import { type Heard, type HookRequest, hasBasicAuth, header, hook, jsonOf, readEach, same, unproven } from './hook.ts';

const Path = z
  .string()
  .regex(/^(\$\.)?[^.\s]+(\.[^.\s]+)*$/, 'a path is names with dots between them, such as data.user.email')
  .max(300);
const Plain = z.union([z.string(), z.number(), z.boolean()]);
const Taken = z.union(
  [
    Path,
    z.strictObject({ constant: Plain }),
    z.strictObject({ path: Path, names: z.record(z.string(), z.string().min(1).max(200)) }),
  ],
  { error: 'write a path such as data.user.email, or { constant: … }, or { path: …, names: { theirs: ours } }' },
);
const Facts = z.record(z.string().min(1).max(200), Taken);

const Mapping = z.strictObject({
  /** What this document is for, for people. */
  mapping: z.string().min(1),
  /** Where the list of items is; left out, the body is one item, or a list of them. */
  items: Path.optional(),
  /** Items are looked at only where these values are there, such as `{ status: completed }`. */
  only: z.record(z.string(), Plain).optional(),
  person: z
    .strictObject({ email: Taken.optional(), userId: Taken.optional(), anonymousId: Taken.optional() })
    .refine(
      (person) => Object.values(person).some((taken) => taken !== undefined),
      'name at least one id of the person',
    ),
  /** Items whose name the table does not have are left out. */
  event: Taken,
  /** What tells one event from every other of the same person; several are joined. */
  id: z.union([Taken, z.array(Taken).min(1)], { error: 'write what tells one event from another, or a list of it' }),
  /** Left out, the instant at which the request came. */
  time: z.union([Path, z.strictObject({ path: Path, unit: z.enum(['seconds', 'milliseconds']) })]).optional(),
  properties: Facts.optional(),
  traits: Facts.optional(),
});
type Mapping = z.infer<typeof Mapping>;
type Taken = z.infer<typeof Taken>;

const Secret = z.string().min(8);
const HeaderName = z.string().regex(/^[A-Za-z0-9-]+$/, 'not the name of a header');

const Proof = z.discriminatedUnion('scheme', [
  z.strictObject({
    scheme: z.literal('standard-webhooks'),
    secret: z.string().regex(/^(whsec_)?[A-Za-z0-9+/]{16,}={0,2}$/, 'not a secret of the form whsec_…'),
  }),
  z.strictObject({
    scheme: z.literal('hmac-sha256'),
    secret: Secret,
    header: HeaderName,
    encoding: z.enum(['hex', 'base64']),
    /** What stands before the signature in the header, such as `sha256=`. */
    prefix: z.string().default(''),
    /** What is signed; `{timestamp}` is the header named by `timestamp`. */
    signed: z.string().includes('{body}').default('{body}'),
    /** The header with the instant of sending, in seconds; a request older than five minutes is refused. */
    timestamp: HeaderName.optional(),
  }),
  z.strictObject({ scheme: z.literal('basic'), user: z.string().min(1), password: Secret }),
  z.strictObject({ scheme: z.literal('header'), header: HeaderName, value: Secret }),
]);
type Proof = z.infer<typeof Proof>;

const Settings = z.strictObject({
  /** The document, as YAML or JSON text or as an object. */
  mapping: z.union([z.string(), z.record(z.string(), z.unknown())]).superRefine((document, context) => {
    try {
      readMapping(document);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
    }
  }),
  proof: Proof,
});

export const mapped = hook(Settings, ({ mapping, proof }, request) => {
  if (!isProven(proof, request)) unproven('the request does not prove to come from this source');
  return read(readMapping(mapping), jsonOf(request), request.now);
});

/**
 * Checks a mapping document.
 * @param document YAML or JSON text, or what was read from it
 * @throws ScorelineError `request_invalid`, which names every place that is wrong
 */
export function readMapping(document: unknown): Mapping {
  let value = document;
  if (typeof document === 'string') {
    const parsed = parseDocument(document, { schema: 'core' });
    const [problem] = parsed.errors;
    if (problem !== undefined)
      throw new ScorelineError('request_invalid', `the mapping is not YAML: ${problem.message}`);
    value = parsed.toJS({ maxAliasCount: 0 });
  }
  const result = Mapping.safeParse(value);
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message }) => `${path.join('.') || 'the document'}: ${message}`);
  throw new ScorelineError('request_invalid', `the mapping is not as it should be: ${lines.join('; ')}`);
}

function read(mapping: Mapping, body: unknown, now: number): Heard {
  const found = mapping.items === undefined ? body : at(body, mapping.items, body);
  if (found === undefined || found === null) return { messages: [], refusals: [] };
  return readEach([found].flat(), (item) => messagesOf(mapping, item, body, now));
}

function messagesOf(mapping: Mapping, item: unknown, body: unknown, now: number): readonly Message[] | string {
  const take = (from: Taken | undefined): unknown => (from === undefined ? undefined : taken(from, item, body));
  const facts = (wanted: Readonly<Record<string, Taken>> = {}) =>
    cleanFacts(Object.fromEntries(Object.entries(wanted).flatMap(([name, from]) => there(name, take(from)))));

  const wanted = Object.entries(mapping.only ?? {});
  if (!wanted.every(([path, value]) => String(at(item, path, body)) === String(value))) return [];
  const event = take(mapping.event);
  // A name that the table leaves out is of no interest; one that is not there at all is a defect of the item.
  if (event === undefined && typeof mapping.event === 'object' && 'names' in mapping.event) {
    return at(item, mapping.event.path, body) === undefined ? `nothing is at ${mapping.event.path}` : [];
  }
  const name = cleanName(event);
  if (name === null) return 'it has no name of an event';
  const ids = [mapping.id].flat().map((from) => cleanName(take(from)));
  const id = ids.includes(null) ? null : cleanName(ids.join(':'));
  if (id === null) return 'it has no id of at most 200 characters';
  const who = {
    email: cleanEmail(take(mapping.person.email)),
    userId: cleanName(take(mapping.person.userId)),
    anonymousId: cleanName(take(mapping.person.anonymousId)),
  };
  if (who.email === null && who.userId === null && who.anonymousId === null) return 'it names nobody';
  const instant = mapping.time === undefined ? now : instantOf(mapping.time, item, body);
  if (instant === undefined) return 'its time cannot be read';
  const when = Math.min(instant, now);
  const traits = facts(mapping.traits);
  return [
    { kind: 'event', who, id, name, at: when, properties: facts(mapping.properties), machine: null },
    ...(Object.keys(traits).length > 0 ? [{ kind: 'traits' as const, who, at: when, traits }] : []),
  ];
}

const there = (name: string, value: unknown): [string, unknown][] =>
  value === undefined || value === null ? [] : [[name, value]];

function taken(from: Taken, item: unknown, body: unknown): unknown {
  if (typeof from === 'string') return at(item, from, body);
  if ('constant' in from) return from.constant;
  return own(from.names, String(at(item, from.path, body)));
}

function instantOf(time: NonNullable<Mapping['time']>, item: unknown, body: unknown): number | undefined {
  const { path, unit } = typeof time === 'string' ? { path: time, unit: undefined } : time;
  const value = at(item, path, body);
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  if (unit === undefined) return readInstant(String(value).replace(/(\.\d{3})\d+/, '$1'));
  const ms = Math.round(Number(value) * (unit === 'seconds' ? 1000 : 1));
  return String(value).trim() !== '' && ms >= 0 && ms <= 8.64e15 ? ms : undefined;
}

/** What is at a path of an item, or of the whole body where the path starts with `$.`. */
function at(item: unknown, path: string, body: unknown): unknown {
  const whole = path.startsWith('$.');
  const names = (whole ? path.slice(2) : path).split('.');
  return names.reduce<unknown>((value, name) => own(value, name), whole ? body : item);
}

const own = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;

/** Milliseconds that a clock may be off, and a request under way. */
const TOLERANCE = 300_000;

function isProven(proof: Proof, request: HookRequest): boolean {
  switch (proof.scheme) {
    case 'standard-webhooks':
      return isStandard(proof.secret, request);
    case 'hmac-sha256': {
      const given = header(request, proof.header);
      const timestamp = proof.timestamp === undefined ? '' : header(request, proof.timestamp);
      if (given === undefined || timestamp === undefined) return false;
      if (proof.timestamp !== undefined && !isFresh(timestamp, request.now)) return false;
      const mac = createHmac('sha256', proof.secret);
      const [before = '', after = ''] = proof.signed.replaceAll('{timestamp}', timestamp).split('{body}');
      const digest = mac.update(before).update(request.body).update(after).digest(proof.encoding);
      return same(given, proof.prefix + digest);
    }
    case 'basic':
      return hasBasicAuth(request, proof.user, proof.password);
    case 'header':
      return same(header(request, proof.header) ?? '', proof.value);
  }
}

/** https://www.standardwebhooks.com; Svix and those who use it name the headers differently. */
function isStandard(secret: string, request: HookRequest): boolean {
  const of = (name: string) => header(request, `webhook-${name}`) ?? header(request, `svix-${name}`);
  const [id, timestamp, signatures] = [of('id'), of('timestamp'), of('signature')];
  if (id === undefined || timestamp === undefined || signatures === undefined) return false;
  if (!isFresh(timestamp, request.now)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const digest = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(request.body).digest('base64');
  return signatures.split(' ').some((signature) => same(signature, `v1,${digest}`));
}

const isFresh = (seconds: string, now: number): boolean =>
  /^\d{1,12}$/.test(seconds) && Math.abs(now - Number(seconds) * 1000) <= TOLERANCE;
