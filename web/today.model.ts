/** What a sales person needs of a lead to begin, worked out of what the service says of it. Plain functions. */

import type { Lead, TodayLead } from './answers.ts';

const PHONES = ['phone', 'phone_number', 'mobile', 'mobile_phone', 'telephone'];

/** An address, and a number as it is written, by which the lead can be reached; null where none is known. */
export function reachOf(lead: Pick<Lead, 'email' | 'traits'>): { mail: string | null; phone: string | null } {
  const phone = PHONES.map((name) => lead.traits[name]).find(
    (value) => typeof value === 'string' && /\d{3}/.test(value),
  );
  return { mail: lead.email, phone: typeof phone === 'string' ? phone.trim() : null };
}

/** A number as a telephone takes it: digits, after a plus where there is one. */
export const dialled = (phone: string): string => `tel:${phone.replace(/[^\d+]/g, '').replace(/(?!^)\+/g, '')}`;

/** The property of an event that says most of it; the rest is on the page of the lead. */
const SAYING = ['path', 'form', 'content', 'topic', 'subject', 'message', 'url', 'name'];

/** What a lead did in a few words: the name of the event, and the one property that says most. */
export function deedOf({ name, properties }: TodayLead['did'][number]): string {
  const said = SAYING.map((key) => properties[key]).find((value) => typeof value === 'string' && value !== '');
  const plain = name.replaceAll('_', ' ');
  return said === undefined ? plain : `${plain}: ${said}`;
}

/** Which of a list is next: the first where none is chosen, and none beyond either end. */
export function nextPlace(at: number, step: 1 | -1, length: number): number {
  if (at < 0) return 0;
  return Math.max(0, Math.min(length - 1, at + step));
}
