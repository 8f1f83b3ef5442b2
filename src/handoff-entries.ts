/**
 * Who is handed over: whoever entered the stage of an agreement, was missing something and has it now, or was to come back;
 * and whose hand-off is taken back. It decides which contacts are looked at and what becomes of them; who gets them is
 * decided elsewhere.
 */

import { type Agreement, type Lacking, lackingOf } from './core/agreement.ts';
import type { Subject } from './core/condition.ts';
import { type Fact, handoffOf } from './core/handoff.ts';
import { BY_RULE, notice, type Round, write } from './handoff-rounds.ts';
import { choose } from './handoff-turns.ts';
import {
  addHandoff,
  addNotices,
  agreementsInForce,
  type FreshMove,
  factsOf,
  noteLook,
  type Present,
  presentOf,
  restAnew,
  takeMoves,
  takeReturning,
  takeUnfounded,
  takeWaiting,
} from './store/handoffs.ts';
import { MARKETING } from './store/sellers.ts';
import { suppressedAmong } from './store/suppression.ts';

/** Moves, or waiting hand-offs, that one transaction looks at. */
const BATCH = 200;
/** Milliseconds after which a hand-off that waits is looked at again though nothing was heard of its contact. */
const PATIENCE = 3_600_000;

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
  const { stages } = await at.scoring.modelOf(modelId);
  const suppressed = await suppressedAmong(at.tx, [...present.keys()]);
  const subjects = await at.scoring.subjectsOf([...present.keys()], at.now, modelId);
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

export async function openNew(at: Round): Promise<number> {
  const inForce = await agreementsInForce(at.tx);
  if (inForce.length === 0) return 0;
  const moves = await takeMoves(at.tx, BATCH);
  let begun = 0;
  for (const { agreementId, since } of inForce) {
    const agreement = await at.agreementOf(agreementId);
    const entering = moves.filter((move) => move.model === agreement.model && move.recordedAt >= since);
    begun += await begin(at, { agreementId, agreement }, latestOf(entering));
  }
  // Other moves were looked at too: where there were as many as fit, there may be more.
  return begun + (moves.length === BATCH ? 1 : 0);
}

export async function lookAgain(at: Round): Promise<number> {
  const waiting = await takeWaiting(at.tx, { now: at.now, patience: PATIENCE, most: BATCH });
  let given = 0;
  for (const one of waiting) {
    const agreement = await at.agreementOf(one.agreementId);
    const [present] = await presentOf(at.tx, agreement.model, [one.contactId]);
    const subject =
      present && (await at.scoring.subjectsOf([one.contactId], at.now, present.modelId)).get(one.contactId);
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

export async function takeBack(at: Round): Promise<number> {
  const unfounded = await takeUnfounded(at.tx, BATCH);
  const standing: number[] = [];
  for (const one of unfounded) {
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
  return unfounded.length - standing.length;
}

export async function bringBack(at: Round): Promise<number> {
  const returning = await takeReturning(at.tx, at.now, BATCH);
  for (const one of returning) {
    const inForce = await agreementsInForce(at.tx);
    for (const { agreementId } of inForce) {
      const agreement = await at.agreementOf(agreementId);
      await begin(at, { agreementId, agreement }, [
        { contactId: one.contactId, movedAt: one.movedAt, movedTo: one.stage, enteredAt: at.now },
      ]);
    }
  }
  return returning.length;
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
