/**
 * Webhooks of ours, by https://www.standardwebhooks.com. It decides what they tell, how they are signed, what an answer
 * means and when to try again; it refuses to know who wants them and where they are kept.
 */

import { Webhook } from 'standardwebhooks';
import type { Facts } from '../core/ingest.ts';
import { writeInstant } from '../core/time.ts';
import type { OutRequest } from './send.ts';

/** What an endpoint can ask for. */
export const webhookTypes = [
  'contact.stage_changed',
  'contact.merged',
  'model.published',
  'handoff.assigned',
  'handoff.reminder',
  'handoff.escalation',
  'handoff.withdrawn',
] as const;
/** What is sent: a move that is taken back is told to those who asked for moves. */
export type MessageType = (typeof webhookTypes)[number] | 'contact.stage_change_undone' | 'webhook.test';

/** Bytes of randomness in a secret. */
export const SECRET_BYTES = 32;

/** A secret as the receiver keeps it, too. */
export const secretOf = (random: Uint8Array): string => `whsec_${Buffer.from(random).toString('base64')}`;

/** The body of a message: the same bytes at every attempt. `at` is when it happened, in milliseconds, UTC. */
export const webhookBody = (type: MessageType, at: number, data: Facts): string =>
  JSON.stringify({ type, timestamp: writeInstant(at), data });

export interface OutgoingWebhook {
  /** The same at every attempt: the receiver knows by it what it has already. */
  readonly id: string;
  readonly url: string;
  readonly secret: string;
  readonly body: string;
}

/** One attempt at the instant `now`. */
export function webhookRequest({ id, url, secret, body }: OutgoingWebhook, now: number): OutRequest {
  return {
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Scoreline',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, new Date(now), body),
    },
    body,
  };
}

/** Success is 2xx alone; `gone` says that the receiver wants nothing any more. */
export function meaningOf(status: number): 'delivered' | 'failed' | 'gone' {
  if (status >= 200 && status < 300) return 'delivered';
  return status === 410 ? 'gone' : 'failed';
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Milliseconds between an attempt that failed and the next. */
const PAUSES = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
/** By how much of itself a pause can grow, so that what failed together does not come back together. */
const JITTER = 0.2;

/**
 * When to try again; null for never.
 * @param attempts how many were made
 * @param random from 0 up to 1
 */
export function nextAttempt(attempts: number, now: number, random: number): number | null {
  const pause = PAUSES[attempts - 1];
  return pause === undefined ? null : Math.round(now + pause * (1 + JITTER * random));
}
