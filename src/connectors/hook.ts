/**
 * What all webhooks from outside have in common: a request with its exact bytes, how a signature is proven, and how a
 * list of foreign items becomes messages and refusals. It decides that one bad item never fails the others; it refuses to
 * know any vendor.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { z } from 'zod';
import { ScorelineError } from '../core/errors.ts';
import type { Message, Refusal } from '../core/ingest.ts';
import { storable } from '../core/text.ts';

export interface HookRequest {
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** As it came: signatures cover these very bytes. */
  readonly body: Uint8Array;
  /** When it was received, in milliseconds, UTC. */
  readonly now: number;
}

export interface Heard {
  readonly messages: readonly Message[];
  readonly refusals: readonly Refusal[];
}

export interface Hook {
  /** What a source of this kind keeps as its settings. */
  readonly settings: z.ZodType;
  /**
   * Reads a request of such a source.
   * @param settings as the source keeps them
   * @throws ScorelineError `unauthenticated` where the request is not proven to be the vendor's, `request_invalid` where
   *   the body is not what this vendor sends, `setting_invalid` where the settings are not as they should be
   */
  hear(settings: unknown, request: HookRequest): Heard;
}

/** A kind of webhook: its settings, and the reading of a request under settings that are checked. */
export function hook<S>(settings: z.ZodType<S>, hear: (settings: S, request: HookRequest) => Heard): Hook {
  return {
    settings,
    hear: (raw, request) => {
      const result = settings.safeParse(raw);
      if (result.success) return hear(result.data, request);
      const [issue] = result.error.issues;
      const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
      throw new ScorelineError('setting_invalid', `the settings of the source: ${where}${issue?.message}`);
    },
  };
}

export const header = ({ headers }: HookRequest, name: string): string | undefined => {
  const value = headers[name.toLowerCase()];
  return typeof value === 'string' ? value : undefined;
};

/** Whether two texts are the same, in a time that tells nothing of where they differ. */
export function same(given: string, wanted: string): boolean {
  // Digests have one length, whatever the texts have.
  const digest = (text: string) => createHmac('sha256', 'same').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/** Ends the request of whoever cannot prove to be the source. */
export function unproven(reason: string): never {
  throw new ScorelineError('unauthenticated', reason);
}

/** Whether `Authorization` names this user and password. */
export function hasBasicAuth(request: HookRequest, user: string, password: string): boolean {
  const encoded = /^Basic +(\S+)$/i.exec(header(request, 'authorization') ?? '')?.[1];
  return encoded !== undefined && same(Buffer.from(encoded, 'base64').toString(), `${user}:${password}`);
}

/** @throws ScorelineError `request_invalid` where it is not JSON */
export function jsonOf({ body }: HookRequest): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new ScorelineError('request_invalid', 'the body is not JSON in UTF-8');
  }
}

/** Characters of a refused item that are kept. */
const KEPT = 4_000;

/** Reads items one by one: each gives messages, or the reason why it is refused. */
export function readEach(items: readonly unknown[], read: (item: unknown) => readonly Message[] | string): Heard {
  const messages: Message[] = [];
  const refusals: Refusal[] = [];
  for (const item of items) {
    const result = read(item);
    if (typeof result !== 'string') messages.push(...result);
    else refusals.push({ reason: result, message: storable((JSON.stringify(item) ?? 'nothing').slice(0, KEPT)) });
  }
  return { messages, refusals };
}

/** The first thing that zod finds wrong, as a reason. */
export const wrong = (error: z.ZodError): string => {
  const [issue] = error.issues;
  return `${issue?.path.join('.') || 'it'}: ${issue?.message}`;
};
