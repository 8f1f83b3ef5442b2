/**
 * Who gets a lead, now and after nobody acted on it. It decides who is there and who is away; whose turn it is, is decided
 * in core.
 */

import { type Choice, chooseSeller } from './core/assignment.ts';
import type { Subject } from './core/condition.ts';
import { readText } from './core/document.ts';
import type { Fact } from './core/handoff.ts';
import type { Json } from './core/ingest.ts';
import { checkConditions } from './core/model.ts';
import type { Condition } from './core/words.ts';
import { BY_RULE, notice, type Round, write } from './handoff-rounds.ts';
import { localDay } from './hours.ts';
import { servingModel } from './store/contacts.ts';
import { addNotices, factsOf, type KeptClock, lockHandoff, presentOf, sellerOfCompany } from './store/handoffs.ts';
import { MARKETING, writeCredits } from './store/sellers.ts';

/** Whom a lead goes to; null where nobody is free. */
export async function choose(
  { tx, now, sellers, calendars, log }: Round,
  {
    contactId,
    companyId,
    owner,
    model,
  }: { contactId: number; companyId: number | null; owner: string | null; model: string },
  subject: Subject,
  not: string | null,
): Promise<Choice | null> {
  const serving = await servingModel(tx, model);
  const document = Object(readText(serving?.document ?? '{}').value);
  const people = sellers.filter(({ email }) => email !== MARKETING);
  const candidates = people.map(({ absences, active, territory, ...seller }) => {
    const today = localDay(calendars.of(seller.email), now);
    const absent = absences.some(({ firstDay, lastDay }) => firstDay <= today && today <= lastDay);
    return { ...seller, territory: conditionOf(document, territory), away: !active || absent };
  });
  const ties = { colleagues: await sellerOfCompany(tx, companyId), owner, not };
  const choice = chooseSeller(candidates, ties, subject);
  if (choice === null) return null;
  await writeCredits(tx, choice.credits);
  for (const [i, seller] of sellers.entries()) {
    const credit = choice.credits.get(seller.email) ?? seller.credit;
    sellers[i] = { ...seller, credit, has: seller.has + (seller.email === choice.to ? 1 : 0) };
  }
  log.debug({ contactId, because: choice.because }, 'a lead was given to somebody');
  return choice;
}

/** Gives a lead that nobody acted on to somebody else, where there is anybody. */
export async function passOn(at: Round, { handoffId, assignee }: KeptClock): Promise<void> {
  const one = await lockHandoff(at.tx, handoffId);
  if (one === null || one.state !== 'open' || one.actedOn || one.assignee !== assignee) return;
  const agreement = await at.agreementOf(one.agreementId);
  const [present] = await presentOf(at.tx, agreement.model, [one.contactId]);
  const subject = present && (await at.scoring.subjectsOf([one.contactId], at.now, present.modelId)).get(one.contactId);
  if (present === undefined || subject === undefined) return;
  const choice = await choose(at, { ...present, model: agreement.model }, subject, one.assignee);
  if (choice === null) return;
  const fact: Fact = { kind: 'assigned', at: at.now, by: BY_RULE, to: choice.to, because: 'nobody acted' };
  await write(at, one, await factsOf(at.tx, one), [fact]);
  await addNotices(at.tx, [
    notice(one, at.now, 'assigned', choice.to, {}),
    ...(one.assignee === null ? [] : [notice(one, at.now, 'taken', one.assignee, { to: choice.to })]),
  ]);
}

/** A condition that was checked when it was saved; one that the model no longer understands holds for nobody. */
function conditionOf(document: unknown, written: Json): Condition | null {
  if (written === null) return null;
  return checkConditions(document, { territory: written }).conditions.get('territory') ?? { kind: 'any', of: [] };
}
