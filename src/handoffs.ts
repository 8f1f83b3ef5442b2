/**
 * Looks after hand-offs: who entered the stage of an agreement is handed over, what waits is looked at again, promises
 * that ran out are written down, and whoever has to hear of it does. It decides what one transaction holds and whom to tell
 * of time that runs out; what may follow on what, and when a promise is due, is decided in core. Any number of processes do this; one at a time looks.
 */

import type { Logger } from 'pino';
import { type Agreement, parseAgreement } from './core/agreement.ts';
import { readText } from './core/document.ts';
import { ScorelineError } from './core/errors.ts';
import { after, type Fact, type Happening, ImpossibleFact } from './core/handoff.ts';
import { bringBack, lookAgain, openNew, takeBack } from './handoff-entries.ts';
import { notice, type Round, write } from './handoff-rounds.ts';
import { passOn } from './handoff-turns.ts';
import { calendarsAt } from './hours.ts';
import type { Scoring } from './scoring.ts';
import type { Db } from './store/db.ts';
import {
  addNotices,
  agreementText,
  claimHandoffs,
  factsOf,
  findHandoff,
  type KeptClock,
  type KeptHandoff,
  lockHandoff,
  missClocks,
  type Notice,
  takeAlarms,
} from './store/handoffs.ts';
import { documentOf } from './store/models.ts';
import { listSellers, MARKETING } from './store/sellers.ts';

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

const STEPS = [takeBack, openNew, lookAgain, bringBack, tellTime];

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
    return { tx, now, sellers, calendars: calendarsAt(sellers, now), log, scoring, agreementOf };
  }

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

/** Writes down promises that ran out, and tells of those that are due soon or were missed. */
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
