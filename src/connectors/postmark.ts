/**
 * Postmark's webhooks, which it does not sign: a user and password, or a header of one's own, say whose they are. It
 * decides what a record is called here; see https://postmarkapp.com/developer/webhooks/webhooks-overview
 */

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { readInstant } from '../core/time.ts';
import { type HookRequest, hasBasicAuth, header, hook, jsonOf, readEach, same, unproven, wrong } from './hook.ts';
import { listOf, type MailEventName, mailEvent } from './mail.ts';

const Settings = z.union([
  z.strictObject({ user: z.string().min(1), password: z.string().min(8) }),
  z.strictObject({ header: z.string().min(1), value: z.string().min(8) }),
]);

const text = z.string().optional().catch(undefined);

const Item = z.looseObject({
  RecordType: z.string(),
  MessageID: text,
  Recipient: z.unknown().optional(),
  Email: z.unknown().optional(),
  ID: z.unknown().optional(),
  Type: text,
  ReceivedAt: text,
  DeliveredAt: text,
  BouncedAt: text,
  ChangedAt: text,
  OriginalLink: text,
  UserAgent: text,
  Subject: text,
  Tag: text,
  Description: text,
  SuppressSending: z.unknown().optional(),
  SuppressionReason: text,
  Origin: text,
});
type Record = z.infer<typeof Item>;

/** Bounces after which nothing reaches the address. */
const FINAL = ['HardBounce', 'BadEmailAddress'];

export const postmark = hook(Settings, (settings, request) => {
  if (!isProven(settings, request)) unproven('the password or header is not the one of this source');
  return readEach([jsonOf(request)], (raw) => {
    const result = Item.safeParse(raw);
    if (!result.success) return wrong(result.error);
    const item = result.data;
    const name = nameOf(item);
    if (name === null) return [];
    const written = item.ReceivedAt ?? item.DeliveredAt ?? item.BouncedAt ?? item.ChangedAt;
    return mailEvent({
      name,
      email: item.Recipient ?? item.Email,
      id: idOf(item, written),
      at: written === undefined ? undefined : readInstant(toMilliseconds(written)),
      now: request.now,
      properties: {
        message: item.MessageID,
        subject: item.Subject,
        url: item.OriginalLink,
        tags: listOf(item.Tag),
        reason: name === 'email_bounced' ? item.Description : undefined,
      },
      userAgent: item.UserAgent,
      flagged: null,
    });
  });
});

function isProven(settings: z.infer<typeof Settings>, request: HookRequest): boolean {
  if ('user' in settings) return hasBasicAuth(request, settings.user, settings.password);
  return same(header(request, settings.header) ?? '', settings.value);
}

function nameOf(item: Record): MailEventName | null {
  switch (item.RecordType) {
    case 'Delivery':
      return 'email_delivered';
    case 'Open':
      return 'email_opened';
    case 'Click':
      return 'email_clicked';
    case 'Bounce':
      return FINAL.includes(item.Type ?? '') ? 'email_bounced' : null;
    case 'SpamComplaint':
      return 'email_complained';
    case 'SubscriptionChange': {
      // Bounces and complaints come once more as a change; they were counted by their own records.
      const ownWish = item.SuppressionReason === 'ManualSuppression' && item.Origin === 'Recipient';
      return item.SuppressSending === true && ownWish ? 'email_unsubscribed' : null;
    }
    default:
      return null;
  }
}

/** A bounce and a complaint have a number, which can be too large to be read exactly; the message's id tells the rest. */
function idOf(item: Record, written: string | undefined): string {
  if (item.ID !== undefined && item.ID !== null) return `${item.RecordType}:${item.ID}:${item.MessageID ?? ''}`;
  const rest = JSON.stringify([item.Recipient ?? item.Email, written, item.OriginalLink]);
  return `${item.RecordType}:${item.MessageID ?? ''}:${createHash('sha256').update(rest).digest('base64url')}`;
}

/** Postmark writes up to seven digits after the second. */
const toMilliseconds = (written: string): string => written.replace(/(\.\d{3})\d+/, '$1');
