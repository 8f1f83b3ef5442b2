/**
 * Who gets a lead: at first, after nobody acted on it, and after whoever had it is gone. It decides who is there and who is away; whose turn it is, is decided
 * in core.
 */

import { type Choice, chooseSeller } from './core/assignment.ts';
import type { Subject } from './core/condition.ts';
import { readText } from './core/document.ts';
import { type Fact, handoffOf } from './core/handoff.ts';
import type { Json } from './core/ingest.ts';
import { checkConditions } from './core/model.ts';
import type { Condition } from './core/words.ts';
import { BY_RULE, notice, type Round, tellAssigned, took, write } from './handoff-rounds.ts';
import { beginningOf, localDay } from './hours.ts';
import { servingModel } from './store/contacts.ts';
import { listEnding, noteBack, noteLook, nudgeWaiting, takeForsaken, takeReassigning } from './store/handoff-work.ts';
import { addNotices, factsOf, type KeptHandoff, lockHandoff, presentOf, sellerOfCompany } from './store/handoffs.ts';
import { isMadeUp, madeUpAmong } from './store/made-up.ts';
import { MARKETING, writeCredits } from './store/sellers.ts';

/** Milliseconds after which somebody is looked for again for a lead whose assignee is gone. */
const PATIENCE = 3_600_000;

/**
 * Of some contacts those that are made up. Where no agreement is and nobody of sales, it makes no difference, and nobody is
 * asked.
 */
export async function madeUpOf(
  { tx, sellers }: Round,
  contacts: readonly number[],
  agreement: { readonly madeUp: boolean } = { madeUp: false },
): Promise<ReadonlySet<number>> {
  const matters = agreement.madeUp || sellers.some(({ email }) => isMadeUp(email));
  return new Set(matters ? await madeUpAmong(tx, contacts) : []);
}

/** Whom a lead goes to; null where nobody is free. */
export async function choose(
  { tx, now, sellers, calendars, log, territories }: Round,
  {
    contactId,
    companyId,
    owner,
    model,
    madeUp,
  }: { contactId: number; companyId: number | null; owner: string | null; model: string; madeUp: boolean },
  subject: Subject,
  not: readonly string[],
): Promise<Choice | null> {
  const serving = await servingModel(tx, model);
  const everybody = sellers.filter(({ email }) => email !== MARKETING);
  // Nobody real gets a lead that is made up, and the other way round, as long as there is anybody made up.
  const isSplit = everybody.some(({ email }) => isMadeUp(email));
  const people = isSplit ? everybody.filter(({ email }) => isMadeUp(email) === madeUp) : everybody;
  const candidates = people.map(({ absences, active, territory, ...seller }) => {
    const today = localDay(calendars.of(seller.email), now);
    const absent = absences.some(({ firstDay, lastDay }) => firstDay <= today && today <= lastDay);
    return { ...seller, territory: territoryOf(territories, serving, territory), away: !active || absent };
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

/** Has all that waits for a person looked at when somebody comes back from an absence. */
export async function welcomeBack({ tx, now, calendars }: Round): Promise<number> {
  const ending = await listEnding(tx, now);
  let back = false;
  for (const { absenceId, email, lastDay } of ending) {
    const at = beginningOf(calendars.of(email), lastDay + 1);
    back ||= at <= now;
    await noteBack(tx, absenceId, at <= now ? null : at);
  }
  if (back) await nudgeWaiting(tx);
  return ending.length;
}

/** Gives leads that nobody acted on to somebody else, where there is anybody. */
export async function passOnMissed(at: Round): Promise<number> {
  const clocks = took(at, await takeReassigning(at.tx, at.now, at.taking));
  const madeUp = await madeUpOf(at, contactsOf(clocks));
  for (const { handoffId, assignee } of clocks) {
    const one = await lockHandoff(at.tx, handoffId);
    if (one === null || one.state !== 'open' || one.actedOn || one.assignee !== assignee) continue;
    await passOn(at, one, { because: 'nobody acted', madeUp: madeUp.has(one.contactId) });
  }
  return clocks.length;
}

/** Gives leads of people who are gone, or are given none any more, to somebody else; where nobody is free, later. */
export async function passOnForsaken(at: Round): Promise<number> {
  const forsaken = took(at, await takeForsaken(at.tx, { ...at.taking, now: at.now, patience: PATIENCE }));
  const madeUp = await madeUpOf(at, contactsOf(forsaken));
  for (const one of forsaken) await passOn(at, one, { because: 'gone', madeUp: madeUp.has(one.contactId) });
  await noteLook(
    at.tx,
    forsaken.map(({ handoffId }) => handoffId),
    at.now,
  );
  return forsaken.length;
}

const contactsOf = (list: readonly { readonly contactId: number }[]): number[] =>
  list.map(({ contactId }) => contactId);

async function passOn(
  at: Round,
  one: KeptHandoff,
  { because, madeUp }: { readonly because: string; readonly madeUp: boolean },
): Promise<void> {
  const agreement = await at.agreementOf(one.agreementId);
  const [present] = await presentOf(at.tx, agreement.model, [one.contactId]);
  const subject = present && (await at.scoring.subjectsOf([one.contactId], at.now, present.modelId)).get(one.contactId);
  if (present === undefined || subject === undefined) return;
  const before = await factsOf(at.tx, one);
  // It goes round once: where everybody had it and did nothing, it stays, and leadership heard of each.
  const had = before.flatMap((fact) => (fact.kind === 'assigned' ? [fact.to] : []));
  const choice = await choose(
    at,
    { ...present, model: agreement.model, madeUp },
    subject,
    because === 'gone' ? had.slice(-1) : had,
  );
  if (choice === null) return;
  const fact: Fact = { kind: 'assigned', at: at.now, by: BY_RULE, to: choice.to, because };
  await write(at, one, before, [fact]);
  await tellAssigned(at, one, choice.to);
}

/** A hand-off that ended with a merge goes on where it was, because that was undone: with whoever had it, on new clocks. */
export async function giveBack(at: Round, handoffId: number, by: string): Promise<void> {
  const one = await lockHandoff(at.tx, handoffId);
  if (one === null) return;
  const before = await factsOf(at.tx, one);
  const place = before.findLastIndex(({ kind }) => kind === 'merged');
  const undone: Fact = { kind: 'undone', at: at.now, by, place };
  const { assignee: to } = handoffOf([...before, undone]);
  const given: Fact[] = to === null ? [] : [{ kind: 'assigned', at: at.now, by: BY_RULE, to, because: 'given back' }];
  await write(at, one, before, [undone, ...given]);
  if (to !== null) await addNotices(at.tx, [notice(one, at.now, 'assigned', to, {})]);
}

/** A condition that was checked when it was saved; one that the model no longer understands holds for nobody. */
function territoryOf(
  known: Round['territories'],
  serving: { readonly modelId: number; readonly document: string } | null,
  written: Json,
): Condition | null {
  if (written === null) return null;
  const key = `${serving?.modelId} ${JSON.stringify(written)}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const document = Object(readText(serving?.document ?? '{}').value);
  const { conditions } = checkConditions(document, { territory: written });
  const condition = conditions.get('territory') ?? { kind: 'any', of: [] };
  known.set(key, condition);
  return condition;
}
