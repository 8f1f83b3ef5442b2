/**
 * What providers of e-mail tell, in our words. It decides the names and properties of mail events, the same for every
 * provider; it refuses to know how a provider writes them.
 *
 * Properties: `message` (the e-mail's id), `url` and `honeypot` on clicks, `subject`, `campaign`, `tags`, `reason` (of a
 * bounce), `bot` (what a provider suspects without being sure), `machine`, true or false, always.
 */

import { cleanEmail, cleanFacts, cleanName, type Facts, type Message } from '../core/ingest.ts';
import { judged } from './machines.ts';

export type MailEventName =
  | 'email_delivered'
  | 'email_opened'
  | 'email_clicked'
  | 'email_unsubscribed'
  | 'email_bounced'
  | 'email_complained';

export interface MailReport {
  readonly name: MailEventName;
  readonly email: unknown;
  readonly id: unknown;
  /** In milliseconds, UTC; undefined where it cannot be read. */
  readonly at: number | undefined;
  readonly now: number;
  /** What is missing may be undefined. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly userAgent: string | undefined;
  /** Why the provider is sure that a machine did it. */
  readonly flagged: string | null;
}

/** The end of a link that people do not see: whoever follows it is a machine. The tracker's server answers there. */
export const TRAP_PATH = '/t/trap';

/** A report as a message, or the reason why it cannot be used. */
export function mailEvent(report: MailReport): readonly Message[] | string {
  const email = cleanEmail(report.email);
  const id = cleanName(report.id);
  if (email === null) return 'it names no e-mail address';
  if (id === null) return 'it has no id of at most 200 characters';
  if (report.at === undefined) return 'its time cannot be read';
  const { url } = report.properties;
  const trapped = typeof url === 'string' && isTrap(url);
  const facts: Facts = cleanFacts({ ...report.properties, ...(trapped && { honeypot: true }) });
  const event = judged(
    {
      kind: 'event',
      who: { userId: null, anonymousId: null, email },
      id,
      name: report.name,
      at: Math.min(report.at, report.now),
      properties: withoutNulls(facts),
      machine: null,
    },
    { userAgent: report.userAgent ?? null, flagged: report.flagged },
  );
  return [{ ...event, properties: { ...event.properties, machine: event.machine !== null } }];
}

const isTrap = (url: string): boolean => URL.parse(url)?.pathname.endsWith(TRAP_PATH) === true;

const withoutNulls = (facts: Facts): Facts =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null));

/** One text or several as a list; undefined where there is none. */
export function listOf(value: string | readonly string[] | null | undefined): readonly string[] | undefined {
  const list = [value ?? []].flat().filter((text) => text !== '');
  return list.length === 0 ? undefined : list;
}
