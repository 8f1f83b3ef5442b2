/**
 * When what a company scores changes by the passing of time alone, while the scores of its contacts stay as they are: a
 * date among its traits, or a date or window that its rules ask contacts for. It decides where to look and how far; when
 * contacts change, `explain.ts` and the kernel say.
 */

import { parts } from './condition.ts';
import { subjectOf } from './contribution.ts';
import { explainFromMembers, type Member } from './explain.ts';
import { datesIn } from './next.ts';
import { toldOf } from './path.ts';
import { readInstant } from './time.ts';
import { type Company, type Condition, type Contact, type Model, rulesOf, type Value } from './words.ts';

/** Instants that are looked at; where nothing changed by then, the last of them is answered, which is never too late. */
const FOLLOWED = 50;

/**
 * The earliest instant after `asOf` at which a score of the company is another, as long as its contacts keep theirs; null
 * where there is none.
 * @param members the contacts that count for the company, as of the instant
 */
export function nextOfCompany(model: Model, company: Company, members: readonly Member[], asOf: number): number | null {
  if (members.length === 0) return null;
  const instants = new Set<number>();
  const add = (at: number): void => {
    if (at > asOf) instants.add(at);
  };
  for (const rule of rulesOf(model.companyScores)) {
    for (const { field, ms } of datesIn(rule.if)) addDate(company.traits.get(field), ms, add);
    if (rule.kind !== 'contacts') continue;
    for (const { contact } of members) addMoments(rule.contacts, contact, asOf, add);
  }
  const sorted = [...instants].sort((a, b) => a - b).slice(0, FOLLOWED);
  const scoresAt = (at: number): string =>
    JSON.stringify(toldOf(explainFromMembers(model, company, members, at).scores));
  const present = sorted.length === 0 ? '' : scoresAt(asOf);
  return sorted.find((at) => scoresAt(at) !== present) ?? (instants.size > FOLLOWED ? (sorted.at(-1) ?? null) : null);
}

/** The instants at which a part of a condition on a contact can change its answer. */
function addMoments(condition: Condition, contact: Contact, asOf: number, add: (at: number) => void): void {
  const subject = subjectOf(contact, asOf);
  for (const { holder, field, ms } of datesIn(condition)) {
    if (holder !== 'event') addDate(subject.value(holder, field), ms, add);
    else for (const event of contact.events) addDate(event.properties.get(field), ms, add);
  }
  for (const part of parts(condition)) {
    if (part.kind !== 'event' || part.match.within === null) continue;
    for (const event of contact.events) add(event.at + part.match.within);
  }
}

function addDate(value: Value | undefined, ms: number, add: (at: number) => void): void {
  const instant = typeof value === 'string' ? readInstant(value) : undefined;
  if (instant !== undefined) add(instant + ms);
}
