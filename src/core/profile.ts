/**
 * Who a contact is as of an instant: events in order, without those that do not exist for scoring. It decides what
 * exists and in which order; it refuses to know what anything is worth.
 */

import { byCodePoints } from './text.ts';
import type { Contact } from './words.ts';

/**
 * The contact as of an instant: keeps the first of each event id, drops voided, machine-made and later events, and
 * forgets a `createdAt` that lies ahead. Sorts by time, then id in ascending code points.
 */
export function profile(contact: Contact, asOf: number): Contact {
  const seen = new Set<string>();
  const events = contact.events
    .filter((event) => {
      if (seen.has(event.id)) return false;
      seen.add(event.id);
      return !event.ignored && event.at <= asOf;
    })
    .sort((a, b) => a.at - b.at || byCodePoints(a.id, b.id));
  const createdAt = contact.createdAt !== null && contact.createdAt > asOf ? null : contact.createdAt;
  return { ...contact, createdAt, events };
}
