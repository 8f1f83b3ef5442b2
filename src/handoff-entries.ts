/**
 * Who is handed over: whoever entered the stage of an agreement, was missing something and has it now, or was to come back;
 * and whose hand-off is taken back. It decides which contacts are looked at and what becomes of them; who gets them is
 * decided elsewhere.
 */

import { type Agreement, type Lacking, lackingOf } from './core/agreement.ts';
import type { Subject } from './core/condition.ts';
import { type Fact, handoffOf } from './core/handoff.ts';
import { BY_RULE, notice, type Round, took, write } from './handoff-rounds.ts';
import { choose, madeUpOf } from './handoff-turns.ts';
import {
  type FreshMove,
  noteLook,
  restAnew,
  takeDoubted,
  takeMoves,
  takeReturning,
  takeWaiting,
} from './store/handoff-work.ts';
import {
  addHandoff,
  addNotices,
  agreementsInForce,
  factsOf,
  type KeptHandoff,
  type Present,
  presentOf,
} from './store/handoffs.ts';
import { MARKETING } from './store/sellers.ts';
import { suppressedAmong } from './store/suppression.ts';

/** Milliseconds after which a hand-off that waits is looked at again though nothing was heard of its contact. */
export const PATIENCE = 3_600_000;

/** Gives a lead that lacks nothing to somebody; what it lacks else. */
async function give(
  at: Round,
  one: {
    readonly contactId: number;
    readonly companyId: number | null;
    readonly owner: string | null;
    readonly model: string;
    readonly madeUp: boolean;
  },
  { lacking, subject }: { lacking: Lacking; subject: Subject },
): Promise<{ readonly lacks: readonly string[]; readonly facts: readonly Fact[] }> {
  const lacks = [...lacking.fields, ...lacking.qualifiers];
  if (lacks.length > 0) return { lacks, facts: [] };
  const choice = await choose(at, one, subject, []);
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
  { agreementId, agreement, madeUp }: { agreementId: number; agreement: Agreement; madeUp: boolean },
  entries: readonly {
    readonly contactId: number;
    readonly movedAt: number;
    readonly movedTo: string | null;
    readonly enteredAt: number;
    /** It comes back on the day that sales named: it needs to enter nothing anew. */
    readonly returns: boolean;
  }[],
): Promise<void> {
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
  if (modelId === undefined) return;
  const { stages } = await at.scoring.modelOf(modelId);
  const suppressed = await suppressedAmong(at.tx, [...present.keys()]);
  const subjects = await at.scoring.subjectsOf([...present.keys()], at.now, modelId);
  const fiction = await madeUpOf(at, [...present.keys()], { madeUp });
  for (const { contactId, movedAt, movedTo, enteredAt, returns } of entries) {
    const one = present.get(contactId);
    const subject = subjects.get(contactId);
    if (one === undefined || subject === undefined || suppressed.has(contactId)) continue;
    // Made-up people get made-up leads.
    if (madeUp && !fiction.has(contactId)) continue;
    if (!isDue(one, agreement, stages)) continue;
    // What sales answered already: events that came late, or a merge, moved the entry, and nothing was entered since.
    const place = placeIn(stages, movedTo);
    const answered = one.ended.some((other) => movedAt <= other.since && place <= placeIn(stages, other.movedTo));
    if (!returns && answered) continue;
    const { stage } = one;
    const { lacks, facts } = await give(
      at,
      { ...one, model: agreement.model, madeUp: fiction.has(contactId) },
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
    // Whoever comes back may have gone on to a later stage meanwhile.
    if (returns) await restAnew(at.tx, [handoffId]);
    present.set(contactId, { ...one, busy: true });
    const given = facts.find((fact) => fact.kind === 'assigned');
    await addNotices(at.tx, [
      notice({ contactId, handoffId }, at.now, given === undefined ? 'waiting' : 'assigned', given?.to ?? MARKETING, {
        lacks: [...lacks],
      }),
    ]);
  }
}

/** Hands over who entered the stage of an agreement in force. */
export async function openNew(at: Round): Promise<number> {
  const inForce = await agreementsInForce(at.tx);
  if (inForce.length === 0) return 0;
  const moves = took(at, await takeMoves(at.tx, at.taking));
  for (const { agreementId, since, madeUp } of inForce) {
    const agreement = await at.agreementOf(agreementId);
    const of = moves.filter((move) => move.model === agreement.model && move.recordedAt >= since);
    await begin(at, { agreementId, agreement, madeUp }, latestOf(await risingOf(at, of)));
  }
  return moves.length;
}

/** Looks at what waits again: what was missing may be there, or somebody free. */
export async function lookAgain(at: Round): Promise<number> {
  const waiting = took(at, await takeWaiting(at.tx, { ...at.taking, now: at.now, patience: PATIENCE }));
  const suppressed = await suppressedAmong(
    at.tx,
    waiting.map(({ contactId }) => contactId),
  );
  for (const [agreementId, group] of Map.groupBy(waiting, (one) => one.agreementId)) {
    const agreement = await at.agreementOf(agreementId);
    const contacts = group.map(({ contactId }) => contactId);
    const presents = new Map((await presentOf(at.tx, agreement.model, contacts)).map((one) => [one.contactId, one]));
    const modelId = [...presents.values()][0]?.modelId;
    if (modelId === undefined) continue;
    const subjects = await at.scoring.subjectsOf(contacts, at.now, modelId);
    const madeUp = await madeUpOf(at, contacts);
    for (const one of group) {
      const present = presents.get(one.contactId);
      const subject = subjects.get(one.contactId);
      if (present === undefined || subject === undefined || suppressed.has(one.contactId)) continue;
      await lookAt(at, one, { present, subject, agreement, madeUp: madeUp.has(one.contactId) });
    }
  }
  await noteLook(
    at.tx,
    waiting.map(({ handoffId }) => handoffId),
    at.now,
  );
  return waiting.length;
}

/** Goes on with one that waits: it is over, somebody gets it, or it waits for something else than before. */
async function lookAt(
  at: Round,
  one: KeptHandoff,
  {
    present,
    subject,
    agreement,
    madeUp,
  }: { present: Present; subject: Subject; agreement: Agreement; madeUp: boolean },
): Promise<void> {
  const record = async (facts: readonly Fact[]) => write(at, one, await factsOf(at.tx, one), facts);
  if (present.disqualified !== null) {
    await record([{ kind: 'disqualified', at: at.now, by: BY_RULE, reason: present.disqualified }]);
    return;
  }
  const { lacks, facts } = await give(
    at,
    { ...present, model: agreement.model, madeUp },
    { lacking: lackingOf(agreement, subject), subject },
  );
  const [given] = facts;
  if (given?.kind === 'assigned') {
    await record(facts);
    await addNotices(at.tx, [notice(one, at.now, 'assigned', given.to, {})]);
  } else if (lacks.join() !== one.lacks.join()) await record([{ kind: 'lacked', at: at.now, by: BY_RULE, lacks }]);
}

/** Takes hand-offs back that rest on nothing any more, as long as nobody acted on them. */
export async function takeBack(at: Round): Promise<number> {
  const doubted = took(at, await takeDoubted(at.tx, at.taking));
  const standing: number[] = [];
  for (const one of doubted) {
    if (!one.unfounded || one.actedOn || (one.state !== 'waiting' && one.state !== 'open')) continue;
    const agreement = await at.agreementOf(one.agreementId);
    const [present] = await presentOf(at.tx, agreement.model, [one.contactId]);
    const stages = present === undefined ? [] : (await at.scoring.modelOf(present.modelId)).stages;
    if (present !== undefined && isDue({ ...present, busy: false }, agreement, stages)) {
      standing.push(one.handoffId);
      continue;
    }
    const reason = 'what it rested on turned out not to have happened';
    await write(at, one, await factsOf(at.tx, one), [{ kind: 'withdrawn', at: at.now, by: BY_RULE, reason }]);
    await addNotices(at.tx, [notice(one, at.now, 'withdrawn', one.assignee ?? MARKETING, {})]);
  }
  await restAnew(at.tx, standing);
  return doubted.length;
}

/** Hands over anew whose day to come back has come. */
export async function bringBack(at: Round): Promise<number> {
  const returning = took(at, await takeReturning(at.tx, at.now, at.taking));
  if (returning.length === 0) return 0;
  const inForce = await agreementsInForce(at.tx);
  for (const { contactId, movedAt, stage } of returning)
    for (const { agreementId, madeUp } of inForce) {
      const agreement = await at.agreementOf(agreementId);
      const entry = { contactId, movedAt, movedTo: stage, enteredAt: at.now, returns: true };
      await begin(at, { agreementId, agreement, madeUp }, [entry]);
    }
  return returning.length;
}

const placeIn = (stages: readonly { readonly id: string }[], stage: string | null): number =>
  stages.findIndex(({ id }) => id === stage);

/** Whether a contact stands where the agreement wants it, and is free. */
function isDue(one: Present, { definition }: Agreement, stages: readonly { readonly id: string }[]): boolean {
  const wanted = placeIn(stages, definition.stage);
  return !one.busy && one.disqualified === null && wanted >= 0 && placeIn(stages, one.stage) >= wanted;
}

/** Whoever falls back to a stage did not enter it. */
async function risingOf(at: Round, moves: readonly FreshMove[]): Promise<FreshMove[]> {
  const rising: FreshMove[] = [];
  for (const move of moves) {
    const { stages } = await at.scoring.modelOf(move.modelId);
    if (placeIn(stages, move.to) > placeIn(stages, move.from)) rising.push(move);
  }
  return rising;
}

/** Of each contact the latest move; promises run from when it was seen, since nobody could have known before. */
const latestOf = (moves: readonly FreshMove[]) =>
  [...new Map(moves.toSorted((a, b) => a.at - b.at).map((move) => [move.contactId, move])).values()].map(
    ({ contactId, at, to, recordedAt }) => ({
      contactId,
      movedAt: at,
      movedTo: to,
      enteredAt: recordedAt,
      returns: false,
    }),
  );
