/**
 * Mailgun's webhooks. It decides whether a request is Mailgun's and what its event is called here; see
 * https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads
 */

import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { ScorelineError } from '../core/errors.ts';
import { writeInstant } from '../core/time.ts';
import { hook, jsonOf, readEach, same, unproven, wrong } from './hook.ts';
import { listOf, type MailEventName, mailEvent } from './mail.ts';

const Settings = z.strictObject({
  /** The webhook signing key of the account. */
  signingKey: z.string().min(8),
});

const Body = z.looseObject({
  signature: z.looseObject({ timestamp: z.coerce.string(), token: z.string(), signature: z.string() }),
  'event-data': z.unknown().optional(),
});

const Item = z.looseObject({
  event: z.string(),
  id: z.string().min(1),
  recipient: z.unknown().optional(),
  timestamp: z.coerce.number().positive().max(1e11),
  severity: z.string().optional().catch(undefined),
  reason: z.string().optional().catch(undefined),
  url: z.string().optional().catch(undefined),
  tags: z.array(z.string()).optional().catch(undefined),
  campaigns: z
    .array(z.looseObject({ name: z.string() }))
    .optional()
    .catch(undefined),
  message: z
    .looseObject({
      headers: z.looseObject({
        'message-id': z.string().optional().catch(undefined),
        subject: z.string().optional().catch(undefined),
      }),
    })
    .optional()
    .catch(undefined),
  'client-info': z
    .looseObject({ bot: z.string().optional().catch(undefined), 'user-agent': z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

const NAMES: ReadonlyMap<string, MailEventName> = new Map([
  ['delivered', 'email_delivered'],
  ['opened', 'email_opened'],
  ['clicked', 'email_clicked'],
  ['unsubscribed', 'email_unsubscribed'],
  ['failed', 'email_bounced'],
  ['complained', 'email_complained'],
]);

/** Bots that fetch without a person. Gmail's proxy mostly carries what a person opened: `bot` says so, no more. */
const SURE = ['apple', 'generic'];

export const mailgun = hook(Settings, ({ signingKey }, request) => {
  const result = Body.safeParse(jsonOf(request));
  if (!result.success) {
    throw new ScorelineError('request_invalid', `Mailgun sends {signature, event-data}: ${wrong(result.error)}`);
  }
  const { timestamp, token, signature } = result.data.signature;
  const wanted = createHmac('sha256', signingKey)
    .update(timestamp + token)
    .digest('hex');
  // No tolerance: it repeats for hours, and what comes twice counts once.
  if (!same(signature, wanted)) unproven("the signature is not Mailgun's for this source");
  return readEach([result.data['event-data']], (raw) => {
    const parsed = Item.safeParse(raw);
    if (!parsed.success) return wrong(parsed.error);
    const item = parsed.data;
    const name = NAMES.get(item.event);
    if (name === undefined || (name === 'email_bounced' && item.severity !== 'permanent')) return [];
    const at = Math.round(item.timestamp * 1000);
    const bot = item['client-info']?.bot || undefined;
    return mailEvent({
      name,
      email: item.recipient,
      // Mailgun's ids are unique within a day only.
      id: `${item.id}:${writeInstant(at).slice(0, 10)}`,
      at,
      now: request.now,
      properties: {
        message: item.message?.headers['message-id'],
        subject: item.message?.headers.subject,
        url: item.url,
        campaign: item.campaigns?.[0]?.name,
        tags: listOf(item.tags),
        reason: item.reason,
        bot,
      },
      userAgent: item['client-info']?.['user-agent'],
      flagged: bot !== undefined && SURE.includes(bot) ? `Mailgun: bot ${bot}` : null,
    });
  });
});
