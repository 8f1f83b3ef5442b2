/**
 * SendGrid's event webhook. It decides whether a request is SendGrid's and what its events are called here; see
 * https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
 */

import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import { ScorelineError } from '../core/errors.ts';
import { type HookRequest, header, hook, jsonOf, readEach, unproven, wrong } from './hook.ts';
import { listOf, type MailEventName, mailEvent } from './mail.ts';

const Settings = z.strictObject({
  /** The verification key of the webhook: base64 of a public key on the curve P-256. */
  verificationKey: z.string().refine((text) => keyOf(text) !== null, 'not a verification key of SendGrid'),
});

const Item = z.looseObject({
  event: z.string(),
  email: z.unknown().optional(),
  sg_event_id: z.unknown().optional(),
  timestamp: z.coerce.number().positive().max(1e11),
  type: z.string().optional().catch(undefined),
  sg_message_id: z.string().optional().catch(undefined),
  url: z.string().optional().catch(undefined),
  useragent: z.string().optional().catch(undefined),
  reason: z.string().optional().catch(undefined),
  category: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .catch(undefined),
  singlesend_name: z.string().optional().catch(undefined),
  marketing_campaign_name: z.string().optional().catch(undefined),
  sg_machine_open: z.unknown().optional(),
});

const NAMES: ReadonlyMap<string, MailEventName> = new Map([
  ['delivered', 'email_delivered'],
  ['open', 'email_opened'],
  ['click', 'email_clicked'],
  ['unsubscribe', 'email_unsubscribed'],
  ['group_unsubscribe', 'email_unsubscribed'],
  ['bounce', 'email_bounced'],
  ['spamreport', 'email_complained'],
]);

export const sendgrid = hook(Settings, ({ verificationKey }, request) => {
  if (!isSigned(verificationKey, request)) unproven("the signature is not SendGrid's for this source");
  const body = jsonOf(request);
  if (!Array.isArray(body)) throw new ScorelineError('request_invalid', 'SendGrid sends a list of events');
  return readEach(body, (raw) => {
    const result = Item.safeParse(raw);
    if (!result.success) return wrong(result.error);
    const item = result.data;
    const name = NAMES.get(item.event);
    // A server that turned the message away for now says nothing about the person.
    if (name === undefined || (name === 'email_bounced' && item.type === 'blocked')) return [];
    return mailEvent({
      name,
      email: item.email,
      id: item.sg_event_id,
      at: Math.round(item.timestamp * 1000),
      now: request.now,
      properties: {
        message: item.sg_message_id,
        url: item.url,
        campaign: item.singlesend_name ?? item.marketing_campaign_name,
        tags: listOf(item.category),
        reason: item.reason,
      },
      userAgent: item.useragent,
      flagged: item.sg_machine_open === true || item.sg_machine_open === 'true' ? 'SendGrid: machine open' : null,
    });
  });
});

function isSigned(verificationKey: string, request: HookRequest): boolean {
  const signature = header(request, 'x-twilio-email-event-webhook-signature');
  const timestamp = header(request, 'x-twilio-email-event-webhook-timestamp');
  const key = keyOf(verificationKey);
  if (signature === undefined || timestamp === undefined || key === null) return false;
  const signed = Buffer.concat([Buffer.from(timestamp), request.body]);
  // No tolerance: it repeats for a day, and what comes twice counts once.
  return verify('sha256', signed, key, Buffer.from(signature, 'base64'));
}

function keyOf(verificationKey: string): KeyObject | null {
  try {
    const key = createPublicKey({ key: Buffer.from(verificationKey, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : null;
  } catch {
    return null;
  }
}
