/**
 * Looks after hand-offs: who entered the stage of an agreement is handed over, what waits is looked at again, promises
 * that ran out are written down, and whoever has to hear of it does. It decides what one transaction holds; what may follow
 * on what, and when a promise is due, is decided in core. Any number of processes do this; one at a time looks.
 */

import type { Logger } from 'pino';
import { type Agreement, type Lacking, lackingOf, parseAgreement } from './core/agreement.ts';
import { type Choice, chooseSeller } from './core/assignment.ts';
import type { Subject } from './core/condition.ts';
import { readText } from './core/document.ts';
import { ScorelineError } from './core/errors.ts';
import {
  after,
  type Calendars,
  clocksOf,
  type Fact,
  type Happening,
  handoffOf,
  ImpossibleFact,
} from './core/handoff.ts';
import type { Json } from './core/ingest.ts';
import { checkConditions } from './core/model.ts';
import type { Condition } from './core/words.ts';
import { deadline, type WorkingSpan, workedBetween } from './core/working-time.ts';
import { calendarsAt, localDay } from './hours.ts';
import type { Scoring } from './scoring.ts';
import { servingModel } from './store/contacts.ts';
import type { Db } from './store/db.ts';
import {
  type Alarms,
  addHandoff,
  addNotices,
  agreementsInForce,
  agreementText,
  claimHandoffs,
  endClocks,
  type FreshMove,
  factsOf,
  findHandoff,
  type KeptClock,
  type KeptHandoff,
  lockHandoff,
  missClocks,
  type Notice,
  noteLook,
  type Present,
  presentOf,
  restAnew,
  sellerOfCompany,
  startClocks,
  takeAlarms,
  takeMoves,
  takeReturning,
  takeUnfounded,
  takeWaiting,
  writeFacts,
} from './store/handoffs.ts';
import { documentOf } from './store/models.ts';
import { listSellers, MARKETING, type Seller, writeCredits } from './store/sellers.ts';
import { suppressedAmong } from './store/suppression.ts';

/** By whom things happen that happen by rule. */
const BY_RULE = 'scoreline';

/** Moves, or waiting hand-offs, that one transaction looks at. */
const BATCH = 200;
/** Milliseconds after which a hand-off that waits is looked at again though nothing was heard of its contact. */
const PATIENCE = 3_600_000;
/** Milliseconds between two looks. */
const PAUSE = 1_000;

export interface Handoffs {
  /** Does all that is to be done now. @returns how many hand-offs something happened to */
  look(): Promise<number>;
  /**
   * Writes down what a person did with a hand-off.
   * @param at when it was done, in milliseconds UTC; not after now and not before it was handed over
   * @throws ScorelineError `not_found`, and `conflict` where that cannot follow
   */
  record(
    handoffId: number,
    happening: Happening,
    by: { readonly by: string; readonly at: number },
  ): Promise<KeptHandoff>;
  /** The agreement of a version. @throws ScorelineError `not_found` */
  agreementOf(agreementId: number): Promise<Agreement>;
  start(): void;
  stop(): Promise<void>;
}

export interface HandoffSurroundings {
  readonly db: Db;
  readonly log: Logger;
  readonly scoring: Scoring;
  /** The present instant in milliseconds, UTC. */
  readonly clock: () => number;
}

/** What a look works with: read once for a transaction. */
interface Round {
  readonly tx: Db;
  readonly now: number;
  readonly sellers: Seller[];
  readonly calendars: Calendars;
}

export function createHandoffs({ db, log, scoring, clock }: HandoffSurroundings): Handoffs {
  const agreements = new Map<number, Agreement>();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<unknown> = Promise.resolve();
  let stopped = false;

  async function agreementOf(agreementId: number): Promise<Agreement> {
    const known = agreements.get(agreementId);
    if (known !== undefined) return known;
    const kept = await agreementText(db, agreementId);
    if (kept === null) throw new ScorelineError('not_found', `there is no agreement ${agreementId}`);
    const document = readText(await documentOf(db, kept.modelId)).value;
    const { stages } = await scoring.modelOf(kept.modelId);
    const read = parseAgreement(kept.document, () => ({ document, stages: stages.map(({ id }) => id) }));
    agreements.set(agreementId, read);
    return read;
  }

  async function round(tx: Db): Promise<Round> {
    const now = clock();
    const sellers = await listSellers(tx);
    return { tx, now, sellers, calendars: calendarsAt(sellers, now) };
  }

  /** Whom a lead goes to; null where nobody is free. */
  async function choose(
    { tx, now, sellers, calendars }: Round,
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

  /** Writes facts after those that there are, and starts and ends the clocks that they touch. */
  async function write(
    { tx, now, calendars }: Round,
    one: Pick<KeptHandoff, 'contactId' | 'handoffId' | 'agreementId'>,
    before: readonly Fact[],
    fresh: readonly Fact[],
  ): Promise<void> {
    const facts = [...before, ...fresh];
    await writeFacts(tx, one, { facts: fresh, place: before.length, state: handoffOf(facts), now });
    const agreement = await agreementOf(one.agreementId);
    const clocks = clocksOf(agreement, facts, calendars).map(({ endedAt, end, ...clock }) => {
      const given = facts.filter((fact) => fact.kind === 'assigned')[clock.assignment - 1];
      const assignee = given?.to ?? null;
      const calendar = assignee === null ? calendars.marketing : calendars.of(assignee);
      return { ...one, ...clock, assignee, endedAt, end, ...alarmsOf(agreement, clock, calendar) };
    });
    await startClocks(tx, clocks);
    await endClocks(
      tx,
      clocks.flatMap(({ endedAt, end, ...clock }) =>
        endedAt === null || end === null ? [] : [{ ...clock, endedAt, end }],
      ),
    );
  }

  /** Gives a lead that lacks nothing to somebody; what it lacks else. */
  async function give(
    at: Round,
    one: {
      readonly contactId: number;
      readonly companyId: number | null;
      readonly owner: string | null;
      readonly model: string;
    },
    { lacking, subject }: { lacking: Lacking; subject: Subject },
  ): Promise<{ readonly lacks: readonly string[]; readonly facts: readonly Fact[] }> {
    const lacks = [...lacking.fields, ...lacking.qualifiers];
    if (lacks.length > 0) return { lacks, facts: [] };
    const choice = await choose(at, one, subject, null);
    // Nobody is free: it waits for a person as it would wait for a telephone number.
    if (choice === null) return { lacks: ['seller'], facts: [] };
    return {
      lacks: [],
      facts: [{ kind: 'assigned', at: at.now, by: BY_RULE, to: choice.to, because: choice.because }],
    };
  }

  /** Begins hand-offs for contacts that are in the stage of an agreement, or one after it. */
  async function begin(
    at: Round,
    { agreementId, agreement }: { agreementId: number; agreement: Agreement },
    entries: readonly {
      readonly contactId: number;
      readonly movedAt: number;
      readonly movedTo: string | null;
      readonly enteredAt: number;
    }[],
  ): Promise<number> {
    let begun = 0;
    const present = new Map(
      (
        await presentOf(
          at.tx,
          agreement.model,
          entries.map(({ contactId }) => contactId),
        )
      ).map((one) => [one.contactId, one]),
    );
    const modelId = [...present.values()][0]?.modelId;
    if (modelId === undefined) return 0;
    const { stages } = await scoring.modelOf(modelId);
    const suppressed = await suppressedAmong(at.tx, [...present.keys()]);
    const subjects = await scoring.subjectsOf([...present.keys()], at.now, modelId);
    for (const { contactId, movedAt, movedTo, enteredAt } of entries) {
      const one = present.get(contactId);
      const subject = subjects.get(contactId);
      if (one === undefined || subject === undefined || suppressed.has(contactId)) continue;
      if (!isDue(one, agreement, stages)) continue;
      const { stage } = one;
      const { lacks, facts } = await give(
        at,
        { ...one, model: agreement.model },
        { lacking: lackingOf(agreement, subject), subject },
      );
      const entered: Fact = { kind: 'entered', at: enteredAt, by: BY_RULE, stage: stage ?? '', lacks };
      const kept = {
        contactId,
        agreementId,
        modelId,
        companyId: one.companyId,
        movedAt,
        movedTo,
        stage: stage ?? '',
        evidence: one.evidence,
      };
      const handoffId = await addHandoff(at.tx, kept, handoffOf([entered]), at.now);
      await write(at, { contactId, handoffId, agreementId }, [], [entered, ...facts]);
      present.set(contactId, { ...one, busy: true });
      const given = facts.find((fact) => fact.kind === 'assigned');
      await addNotices(at.tx, [
        notice({ contactId, handoffId }, at.now, given === undefined ? 'waiting' : 'assigned', given?.to ?? MARKETING, {
          lacks: [...lacks],
        }),
      ]);
      begun++;
    }
    return begun;
  }

  async function openNew(at: Round): Promise<number> {
    const inForce = await agreementsInForce(at.tx);
    if (inForce.length === 0) return 0;
    const moves = await takeMoves(at.tx, BATCH);
    let begun = 0;
    for (const { agreementId, since } of inForce) {
      const agreement = await agreementOf(agreementId);
      const entering = moves.filter((move) => move.model === agreement.model && move.recordedAt >= since);
      begun += await begin(at, { agreementId, agreement }, latestOf(entering));
    }
    // Other moves were looked at too: where there were as many as fit, there may be more.
    return begun + (moves.length === BATCH ? 1 : 0);
  }

  async function lookAgain(at: Round): Promise<number> {
    const waiting = await takeWaiting(at.tx, { now: at.now, patience: PATIENCE, most: BATCH });
    let given = 0;
    for (const one of waiting) {
      const agreement = await agreementOf(one.agreementId);
      const [present] = await presentOf(at.tx, agreement.model, [one.contactId]);
      const subject =
        present && (await scoring.subjectsOf([one.contactId], at.now, present.modelId)).get(one.contactId);
      if (present === undefined || subject === undefined) continue;
      const before = await factsOf(at.tx, one);
      if (present.disqualified !== null) {
        const gone: Fact = { kind: 'disqualified', at: at.now, by: BY_RULE, reason: present.disqualified };
        await write(at, one, before, [gone]);
        continue;
      }
      const { lacks, facts } = await give(
        at,
        { ...present, model: agreement.model },
        { lacking: lackingOf(agreement, subject), subject },
      );
      if (facts.length > 0) {
        await write(at, one, before, facts);
        await addNotices(
          at.tx,
          facts.flatMap((fact) => (fact.kind === 'assigned' ? [notice(one, at.now, 'assigned', fact.to, {})] : [])),
        );
        given++;
      } else if (lacks.join() !== one.lacks.join())
        await write(at, one, before, [{ kind: 'lacked', at: at.now, by: BY_RULE, lacks }]);
    }
    await noteLook(
      at.tx,
      waiting.map(({ handoffId }) => handoffId),
      at.now,
    );
    return given;
  }

  async function takeBack(at: Round): Promise<number> {
    const unfounded = await takeUnfounded(at.tx, BATCH);
    const standing: number[] = [];
    for (const one of unfounded) {
      const agreement = await agreementOf(one.agreementId);
      const [present] = await presentOf(at.tx, agreement.model, [one.contactId]);
      const stages = present === undefined ? [] : (await scoring.modelOf(present.modelId)).stages;
      if (present !== undefined && isDue({ ...present, busy: false }, agreement, stages)) {
        standing.push(one.handoffId);
        continue;
      }
      const reason = 'what it rested on turned out not to have happened';
      await write(at, one, await factsOf(at.tx, one), [{ kind: 'withdrawn', at: at.now, by: BY_RULE, reason }]);
      await addNotices(at.tx, [notice(one, at.now, 'withdrawn', one.assignee ?? MARKETING, {})]);
    }
    await restAnew(at.tx, standing);
    return unfounded.length - standing.length;
  }

  async function bringBack(at: Round): Promise<number> {
    const returning = await takeReturning(at.tx, at.now, BATCH);
    for (const one of returning) {
      const inForce = await agreementsInForce(at.tx);
      for (const { agreementId } of inForce) {
        const agreement = await agreementOf(agreementId);
        await begin(at, { agreementId, agreement }, [
          { contactId: one.contactId, movedAt: one.movedAt, movedTo: one.stage, enteredAt: at.now },
        ]);
      }
    }
    return returning.length;
  }

  async function tellTime(at: Round): Promise<number> {
    const missed = await missClocks(at.tx, at.now);
    const { remind, escalate, reassign } = await takeAlarms(at.tx, at.now);
    const about = (kind: string, clock: KeptClock, recipient: string): Notice =>
      notice(clock, at.now, kind, recipient, { clock: clock.kind, dueAt: clock.dueAt, assignee: clock.assignee });
    await addNotices(at.tx, [
      ...remind.map((clock) => about('reminder', clock, clock.assignee ?? MARKETING)),
      ...escalate.map((clock) => about('escalation', clock, 'leadership')),
    ]);
    for (const clock of reassign) await passOn(at, clock);
    return missed + remind.length + escalate.length + reassign.length;
  }

  /** Gives a lead that nobody acted on to somebody else, where there is anybody. */
  async function passOn(at: Round, { handoffId, assignee }: KeptClock): Promise<void> {
    const one = await lockHandoff(at.tx, handoffId);
    if (one === null || one.state !== 'open' || one.actedOn || one.assignee !== assignee) return;
    const agreement = await agreementOf(one.agreementId);
    const [present] = await presentOf(at.tx, agreement.model, [one.contactId]);
    const subject = present && (await scoring.subjectsOf([one.contactId], at.now, present.modelId)).get(one.contactId);
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

  const STEPS = [takeBack, openNew, lookAgain, bringBack, tellTime];

  async function look(): Promise<number> {
    let all = 0;
    for (const step of STEPS) {
      for (let done = 1; done > 0 && !stopped; ) {
        done = await db.transaction(async (tx) => ((await claimHandoffs(tx)) ? step(await round(tx)) : 0));
        all += done;
      }
    }
    return all;
  }

  async function record(
    handoffId: number,
    happening: Happening,
    { by, at: when }: { readonly by: string; readonly at: number },
  ): Promise<KeptHandoff> {
    await db.transaction(async (tx) => {
      const at = await round(tx);
      const one = await lockHandoff(tx, handoffId);
      if (one === null) throw new ScorelineError('not_found', `there is no hand-off ${handoffId}`);
      if (when > at.now || when < one.enteredAt)
        throw new ScorelineError('request_invalid', 'at: lies in the future, or before the hand-off');
      const before = await factsOf(tx, one);
      const fact: Fact = { ...happening, at: when, by };
      try {
        after(one, fact);
      } catch (error) {
        if (error instanceof ImpossibleFact) throw new ScorelineError('conflict', error.message);
        throw error;
      }
      await write(at, one, before, [fact]);
    });
    const kept = await findHandoff(db, handoffId);
    if (kept === null) throw new ScorelineError('not_found', `hand-off ${handoffId} is gone`);
    return kept;
  }

  const again = (): void => {
    if (stopped) return;
    looking = look().catch((err: unknown) => log.error({ err }, 'hand-offs could not be looked after; tried again'));
    void looking.finally(() => {
      if (!stopped) timer = setTimeout(again, PAUSE);
    });
  };
  return {
    look,
    record,
    agreementOf,
    start: again,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}

/** A condition that was checked when it was saved; one that the model no longer understands holds for nobody. */
function conditionOf(document: unknown, written: Json): Condition | null {
  if (written === null) return null;
  return checkConditions(document, { territory: written }).conditions.get('territory') ?? { kind: 'any', of: [] };
}

/** Whether a contact stands where the agreement wants it, and is free. */
function isDue(one: Present, { definition }: Agreement, stages: readonly { readonly id: string }[]): boolean {
  const place = (stage: string | null) => stages.findIndex(({ id }) => id === stage);
  const wanted = place(definition.stage);
  return !one.busy && one.disqualified === null && wanted >= 0 && place(one.stage) >= wanted;
}

/** Of each contact the latest move; promises run from when it was seen, since nobody could have known before. */
const latestOf = (moves: readonly FreshMove[]) =>
  [...new Map(moves.toSorted((a, b) => a.at - b.at).map((move) => [move.contactId, move])).values()].map(
    ({ contactId, at, to, recordedAt }) => ({ contactId, movedAt: at, movedTo: to, enteredAt: recordedAt }),
  );

const notice = (
  { contactId, handoffId }: { readonly contactId: number; readonly handoffId: number },
  at: number,
  kind: string,
  recipient: string,
  details: object,
): Notice => ({ contactId, handoffId, at, kind, recipient, details });

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
