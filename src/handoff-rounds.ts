/**
 * One look at hand-offs: what it works with, read once for a transaction, and how what happened is written down. It decides
 * that facts, the clocks that they start and end, and the alarms of those go together; what happens is decided by whoever
 * calls.
 */

import type { Logger } from 'pino';
import type { Agreement } from './core/agreement.ts';
import {
  type Calendars,
  clocksOf,
  countedFacts,
  type Fact,
  type Handoff,
  handoffOf,
  isAnswer,
} from './core/handoff.ts';
import type { Condition } from './core/words.ts';
import { deadline, type WorkingSpan, workedBetween } from './core/working-time.ts';
import type { Scoring } from './scoring.ts';
import type { Db } from './store/db.ts';
import { nudgeWaiting, ONE_CAME_FREE, type Taking } from './store/handoff-work.ts';
import {
  type Alarms,
  addNotices,
  endClocks,
  type KeptClock,
  type KeptHandoff,
  type Notice,
  reopenClocks,
  startClocks,
  writeFacts,
} from './store/handoffs.ts';
import type { Seller } from './store/sellers.ts';

/** By whom things happen that happen by rule. */
export const BY_RULE = 'scoreline';

export interface Round {
  readonly tx: Db;
  readonly now: number;
  /** As they are in this transaction, what it gave them included. */
  readonly sellers: Seller[];
  readonly calendars: Calendars;
  readonly log: Logger;
  readonly scoring: Scoring;
  /** The agreement of a version. @throws ScorelineError `not_found` */
  agreementOf(agreementId: number): Promise<Agreement>;
  /** Territories that were read before, by version of the model and as they were written. */
  readonly territories: Map<string, Condition>;
  /** What a step takes of what there is to do. */
  readonly taking: Taking;
  /** Contacts that the step took: where it fails for a single one, that one is left alone for a while. */
  readonly taken: number[];
}

/** Notes what a step took. */
export function took<Item extends { readonly contactId: number }>(at: Round, items: readonly Item[]): readonly Item[] {
  at.taken.push(...items.map(({ contactId }) => contactId));
  return items;
}

/** Writes facts after those that there are, and starts and ends the clocks that they touch. */
export async function write(
  { tx, now, calendars, agreementOf }: Round,
  one: Pick<KeptHandoff, 'contactId' | 'handoffId' | 'agreementId'>,
  before: readonly Fact[],
  fresh: readonly Fact[],
): Promise<void> {
  const facts = [...before, ...fresh];
  const state = handoffOf(facts);
  await writeFacts(tx, one, { facts: fresh, place: before.length, state, now });
  const had = before.length === 0 ? null : holderOf(handoffOf(before));
  if (had !== null && holderOf(state) !== had) await nudgeWaiting(tx, ONE_CAME_FREE);
  const agreement = await agreementOf(one.agreementId);
  const clocks = clocksOf(agreement, facts, calendars).map(({ endedAt, end, ...clock }) => {
    const given = countedFacts(facts).filter((fact) => fact.kind === 'assigned')[clock.assignment - 1];
    const assignee = given?.to ?? null;
    const calendar = assignee === null ? calendars.marketing : calendars.of(assignee);
    return { ...one, ...clock, assignee, endedAt, end, ...alarmsOf(agreement, clock, calendar) };
  });
  await startClocks(tx, clocks);
  for (const fact of fresh) {
    const meant = fact.kind === 'undone' ? before[fact.place] : undefined;
    if (meant !== undefined && isAnswer(meant.kind)) await reopenClocks(tx, clocks, { endedAt: meant.at, now });
  }
  await endClocks(
    tx,
    clocks.flatMap(({ endedAt, end, ...clock }) =>
      endedAt === null || end === null ? [] : [{ ...clock, endedAt, end }],
    ),
  );
}

export const notice = (
  { contactId, handoffId }: { readonly contactId: number; readonly handoffId: number },
  at: number,
  kind: string,
  recipient: string,
  details: object,
): Notice => ({ contactId, handoffId, at, kind, recipient, details });

/** Of whose leads it is one. */
const holderOf = ({ state, assignee }: Handoff): string | null =>
  state === 'open' || state === 'accepted' || state === 'opportunity' ? assignee : null;

/** Tells whoever gets a lead, and whoever had it until now. */
export const tellAssigned = (
  { tx, now }: Round,
  one: Pick<KeptHandoff, 'contactId' | 'handoffId' | 'assignee'>,
  to: string,
): Promise<void> =>
  addNotices(tx, [
    notice(one, now, 'assigned', to, {}),
    ...(one.assignee === null || one.assignee === to ? [] : [notice(one, now, 'taken', one.assignee, { to })]),
  ]);

/** When somebody hears of a clock: fixed when it starts, in the hours of whoever owes. */
function alarmsOf(
  { sales }: Agreement,
  { kind, startedAt, dueAt }: Pick<KeptClock, 'kind' | 'startedAt' | 'dueAt'>,
  calendar: Parameters<typeof deadline>[0],
): Alarms {
  const later = (span: WorkingSpan | null): number | null => (span === null ? null : deadline(calendar, dueAt, span));
  return {
    remindAt: sales.remind === null ? null : remindAt(calendar, startedAt, dueAt, sales.remind),
    escalateAt: later(sales.escalate),
    reassignAt: kind === 'first-contact' ? later(sales.reassign) : null,
  };
}

/** So much working time before it is due; null where the promise is no longer than that. */
function remindAt(calendar: Parameters<typeof deadline>[0], startedAt: number, dueAt: number, span: WorkingSpan) {
  if (span.kind === 'days') return null;
  const ms = workedBetween(calendar, startedAt, dueAt) - span.ms;
  return ms <= 0 ? null : deadline(calendar, startedAt, { kind: 'time', ms });
}
