/**
 * Which events nobody made: page loads by bots, links followed by mail scanners, forms filled by programs. It decides
 * what counts as proof; it refuses to know where an event came from and where it is kept. Such events are kept, with
 * the reason, and do not score.
 *
 * Properties that every connector uses the same way: `message` (the e-mail's id) and `url` on `email_delivered`,
 * `email_opened`, `email_clicked`; `honeypot`, true on a form whose hidden field was filled and on a click of a link
 * that people do not see; `machine`, true or false, always on opens and clicks.
 */

import { isbot } from 'isbot';
import type { Facts, Message } from '../core/ingest.ts';
import { mailDomain } from './mail-domains.ts';

type Heard = Extract<Message, { kind: 'event' }>;

/** What is known of how an event was made, besides the event. */
export interface Signs {
  /** Of the program that the contact used; null where it is not known. */
  readonly userAgent: string | null;
  /** Why its provider says that a machine did it; null where it does not. */
  readonly flagged?: string | null;
  /** With which method the pixel or the link was fetched. */
  readonly method?: string;
}

const OPENS_AND_CLICKS = ['email_opened', 'email_clicked'];
/** Mail programs fetch pictures under names that look like bots: opens are not judged by them. */
const BY_USER_AGENT = ['page_viewed', 'email_clicked'];

/** The event with what can be judged from it alone. One that is believed to be a machine's already stays so. */
export function judged(event: Heard, { userAgent, flagged = null, method }: Signs): Heard {
  const machine = event.machine ?? reasonAtTheDoor(event, userAgent, flagged, method);
  if (!OPENS_AND_CLICKS.includes(event.name)) return machine === event.machine ? event : { ...event, machine };
  return { ...event, machine, properties: { ...event.properties, machine: machine !== null } };
}

function reasonAtTheDoor(
  event: Heard,
  userAgent: string | null,
  flagged: string | null,
  method: string | undefined,
): string | null {
  if (flagged !== null) return flagged;
  if (method?.toUpperCase() === 'HEAD') return 'fetched with HEAD';
  if (isTrap(event.properties)) return REASONS.honeypot;
  if (BY_USER_AGENT.includes(event.name) && userAgent !== null && isbot(userAgent)) return 'user agent of a bot';
  if (event.who.email !== null && mailDomain(event.who.email).kind === 'disposable') return 'disposable mail address';
  return null;
}

const isTrap = ({ honeypot }: Facts): boolean =>
  honeypot !== undefined && honeypot !== null && honeypot !== false && honeypot !== '' && honeypot !== 'false';

/** Reasons that only several events together give, the strongest first. */
const REASONS = {
  honeypot: 'honeypot',
  links: '3 links of a message within 10 s',
  delivery: 'clicked within 5 s of delivery',
} as const;

/** The order in which a reason takes the place of another. */
const STRENGTH: readonly string[] = Object.values(REASONS);

const SECOND = 1_000;

/** An event of one contact as it is kept, with what these judgements read. */
interface MailEvent {
  readonly id: string;
  readonly name: string;
  readonly at: number;
  readonly properties: Facts;
  readonly machine: string | null;
}

/** Events that can change what is believed of others near them. */
const MAIL_EVENTS: readonly string[] = ['email_delivered', 'email_opened', 'email_clicked'];

/** How the store judges events of a contact by each other. */
export const suspicions = { names: MAIL_EVENTS, of: judgedTogether };

/**
 * Judges opens and clicks of one contact by each other. More events only ever give more, or stronger, reasons, so the
 * order in which they arrive does not matter.
 * @returns by event id, the reasons that are new
 */
function judgedTogether(events: readonly MailEvent[]): Map<string, string> {
  const found = new Map<string, string>();
  const sorted = [...events].sort((a, b) => a.at - b.at);
  for (const [message, all] of Map.groupBy(sorted, ({ properties }) => properties.message)) {
    if (typeof message !== 'string' && typeof message !== 'number') continue;
    const clicks = all.filter(({ name }) => name === 'email_clicked');
    const instants = (some: readonly MailEvent[]): number[] => some.map(({ at }) => at);
    const traps = instants(clicks.filter(({ properties }) => isTrap(properties)));
    const deliveries = instants(all.filter(({ name }) => name === 'email_delivered'));
    const burst = clicksInBursts(clicks);
    for (const event of all) {
      if (!OPENS_AND_CLICKS.includes(event.name)) continue;
      const reason = reach(traps, event.at - 30 * SECOND, event.at + 30 * SECOND)
        ? REASONS.honeypot
        : burst.has(event)
          ? REASONS.links
          : event.name === 'email_clicked' && reach(deliveries, event.at - 5 * SECOND, event.at)
            ? REASONS.delivery
            : null;
      if (reason !== null && isStronger(reason, event.machine)) found.set(event.id, reason);
    }
  }
  return found;
}

/** A reason of the door stands; of those here the strongest does. */
function isStronger(reason: string, than: string | null): boolean {
  if (than === null) return true;
  const place = STRENGTH.indexOf(than);
  return place >= 0 && STRENGTH.indexOf(reason) < place;
}

/** Whether one of some ascending instants lies between two, both included. */
function reach(instants: readonly number[], from: number, to: number): boolean {
  let [low, high] = [0, instants.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((instants[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return low < instants.length && (instants[low] ?? 0) <= to;
}

/** The clicks, ascending in time, that lie with clicks of two other links in the same 10 seconds. */
function clicksInBursts(clicks: readonly MailEvent[]): Set<MailEvent> {
  const found = new Set<MailEvent>();
  const urls = new Map<unknown, number>();
  let first = 0;
  let marked = 0;
  clicks.forEach((click, last) => {
    urls.set(click.properties.url, (urls.get(click.properties.url) ?? 0) + 1);
    for (; click.at - (clicks[first]?.at ?? 0) > 10 * SECOND; first++) {
      const url = clicks[first]?.properties.url;
      const left = (urls.get(url) ?? 1) - 1;
      if (left === 0) urls.delete(url);
      else urls.set(url, left);
    }
    if (urls.size - (urls.has(undefined) ? 1 : 0) < 3) return;
    // Each click is marked once, however many windows it lies in.
    for (marked = Math.max(marked, first); marked <= last; marked++) found.add(clicks[marked] ?? click);
  });
  return found;
}
