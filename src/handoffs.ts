/**
 * Looks after hand-offs: who entered the stage of an agreement is handed over, what waits is looked at again, promises
 * that ran out are written down, and whoever has to hear of it does. It decides what one transaction holds and whom to tell
 * of time that runs out; what may follow on what, and when a promise is due, is decided in core. Any number of processes do this; one at a time looks.
 */

import { DatabaseError } from 'pg';
import type { Logger } from 'pino';
import { companyDomainOf } from './connectors/mail-domains.ts';
import type { Agreement } from './core/agreement.ts';
import { ScorelineError } from './core/errors.ts';
import { CHANGE_OF_MIND, type Fact, type Happening, handoffOf, ImpossibleFact, isAnswer } from './core/handoff.ts';
import { readAgreement } from './dependents.ts';
import { bringBack, lookAgain, openNew, PATIENCE, takeBack } from './handoff-entries.ts';
import { BY_RULE, notice, type Round, tellAssigned, write } from './handoff-rounds.ts';
import { giveBack, passOnForsaken, passOnMissed, welcomeBack } from './handoff-turns.ts';
import { calendarsAt } from './hours.ts';
import type { Scoring } from './scoring.ts';
import type { Db } from './store/db.ts';
import {
  claimHandoffs,
  findWork,
  holdHandoffs,
  missClocks,
  type Taking,
  takeAlarms,
  type Work,
} from './store/handoff-work.ts';
import {
  addNotices,
  factsOf,
  findHandoff,
  type KeptClock,
  type KeptHandoff,
  listUnderWay,
  lockHandoff,
  type Notice,
} from './store/handoffs.ts';
import { unmerge } from './store/merges.ts';
import { listSellers, MARKETING } from './store/sellers.ts';

/** Milliseconds between two looks. */
const PAUSE = 1_000;

export interface Handoffs {
  /** Does all that is to be done now. @returns how many hand-offs something happened to */
  look(): Promise<number>;
  /**
   * Writes down what a person did with a hand-off.
   * @throws ScorelineError `not_found`, `forbidden` where it is another's answer, and `conflict` where that cannot follow
   */
  record(handoffId: number, happening: Happening, said: Said): Promise<KeptHandoff>;
  /** Undoes a merge of contacts; each has its hand-offs again. @throws ScorelineError `not_found`, `conflict` */
  unmerge(mergeId: number, by: string): Promise<void>;
  /** The agreement of a version. @throws ScorelineError `not_found` */
  agreementOf(agreementId: number): Promise<Agreement>;
  start(): void;
  stop(): Promise<void>;
}

/** Who said something, and when it was done. */
interface Said {
  readonly by: string;
  /** In milliseconds UTC; not after now and not before it was handed over. */
  readonly at: number;
  /** Whether they may take back what others answered. */
  readonly overrules?: boolean;
}

export interface HandoffSurroundings {
  readonly db: Db;
  readonly log: Logger;
  readonly scoring: Scoring;
  /** The present instant in milliseconds, UTC. */
  readonly clock: () => number;
  /** Whether a transaction looks alone, until it ends: it has a lock for that, unless given. */
  readonly claim?: (tx: Db) => Promise<boolean>;
}

/** How much a step did, and why it ended. */
interface Walked {
  readonly done: number;
  readonly ended: 'nothing left' | 'another looks';
}

const STEPS: readonly (readonly [keyof Work, (at: Round) => Promise<number>])[] = [
  ['back', welcomeBack],
  ['doubted', takeBack],
  ['moves', openNew],
  ['waiting', lookAgain],
  ['returning', bringBack],
  ['time', tellTime],
  ['reassigning', passOnMissed],
  ['forsaken', passOnForsaken],
];

/** How many one transaction looks at. */
const BATCH = 200;
/** Milliseconds for which a contact is left alone for whom a look failed: at first, and at most. */
const LEFT_ALONE = { first: 60_000, most: 3_600_000 };

export function createHandoffs({ db, log, scoring, clock, claim = claimHandoffs }: HandoffSurroundings): Handoffs {
  const agreements = new Map<number, Agreement>();
  const territories: Round['territories'] = new Map();
  const alone = new Map<number, { readonly until: number; readonly wait: number }>();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<unknown> = Promise.resolve();
  let stopped = false;

  async function agreementOf(agreementId: number): Promise<Agreement> {
    const known = agreements.get(agreementId);
    if (known !== undefined) return known;
    const read = await readAgreement({ db, scoring }, agreementId);
    agreements.set(agreementId, read);
    return read;
  }

  async function round(tx: Db, taking: Taking = { most: BATCH, except: [] }): Promise<Round> {
    const now = clock();
    const sellers = await listSellers(tx);
    const calendars = calendarsAt(sellers, now);
    return { tx, now, sellers, calendars, log, scoring, agreementOf, territories, taking, taken: [] };
  }

  async function look(): Promise<number> {
    let all = 0;
    const work = await findWork(db, clock(), PATIENCE);
    for (const [kind, step] of STEPS) {
      if (!work[kind]) continue;
      const { done, ended } = await walkThrough(step);
      all += done;
      // What comes after a step that was left out would be done too early: a lead passed on before its reminder was told.
      if (ended === 'another looks') break;
    }
    return all;
  }

  /** Does a step until nothing is left to do. Where it fails it takes fewer, down to the one for whom it fails. */
  async function walkThrough(step: (at: Round) => Promise<number>): Promise<Walked> {
    let all = 0;
    let most = BATCH;
    for (let more = true; more && !stopped; ) {
      let taken: readonly number[] = [];
      const taking = { most, except: leftAlone() };
      try {
        const done = await db.transaction(async (tx) => {
          if (!(await claim(tx))) return null;
          const at = await round(tx, taking);
          taken = at.taken;
          return step(at);
        });
        if (done === null) return { done: all, ended: 'another looks' };
        all += done;
        more = done > 0;
        most = Math.min(BATCH, most * 2);
      } catch (error) {
        const [contactId, another] = taken;
        // Of nobody, or of the database: then it would fail for all.
        if (contactId === undefined || isPassing(error)) throw error;
        if (another === undefined) leaveAlone(contactId, error);
        most = 1;
      }
    }
    return { done: all, ended: 'nothing left' };
  }

  function leaveAlone(contactId: number, err: unknown): void {
    const before = alone.get(contactId)?.wait;
    const wait = before === undefined ? LEFT_ALONE.first : Math.min(LEFT_ALONE.most, before * 2);
    alone.set(contactId, { until: clock() + wait, wait });
    log.error({ err, contactId, wait }, 'a look at the hand-offs of a contact failed; it is tried again');
  }

  /** Contacts whom a look failed for, and that it is too early to try again for. */
  function leftAlone(): number[] {
    const now = clock();
    for (const [contactId, { until, wait }] of alone) if (until + wait <= now) alone.delete(contactId);
    return [...alone].flatMap(([contactId, { until }]) => (until > now ? [contactId] : []));
  }

  async function record(
    handoffId: number,
    happening: Happening,
    { by, at: when, overrules = false }: Said,
  ): Promise<KeptHandoff> {
    await db.transaction(async (tx) => {
      // Whoever is theirs again must not be handed to somebody else at the same moment.
      if (happening.kind === 'undone') await holdHandoffs(tx);
      const at = await round(tx);
      const one = await lockHandoff(tx, handoffId);
      if (one === null) throw new ScorelineError('not_found', `there is no hand-off ${handoffId}`);
      if (when > at.now || when < one.enteredAt)
        throw new ScorelineError('request_invalid', 'at: lies in the future, or before the hand-off');
      const before = await factsOf(tx, one);
      const fact: Fact = { ...happening, at: when, by };
      if (happening.kind === 'undone') await mayTakeBack(at, one, before[happening.place], { by, overrules });
      try {
        handoffOf([...before, fact]);
      } catch (error) {
        if (error instanceof ImpossibleFact) throw new ScorelineError('conflict', error.message);
        throw error;
      }
      await write(at, one, before, [fact]);
      if (fact.kind === 'assigned') await tellAssigned(at, one, fact.to);
    });
    const kept = await findHandoff(db, handoffId);
    if (kept === null) throw new ScorelineError('not_found', `hand-off ${handoffId} is gone`);
    return kept;
  }

  async function unmergeContacts(mergeId: number, by: string): Promise<void> {
    await db.transaction(async (tx) => {
      const ended = await unmerge(tx, mergeId, { companyDomainOf, now: clock(), by });
      if (ended !== null) await giveBack(await round(tx), ended, by);
    });
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
    unmerge: unmergeContacts,
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
  const { remind, escalate } = await takeAlarms(at.tx, at.now);
  const about = (kind: string, clock: KeptClock, recipient: string): Notice =>
    notice(clock, at.now, kind, recipient, { clock: clock.kind, dueAt: clock.dueAt, assignee: clock.assignee });
  await addNotices(at.tx, [
    ...remind.map((clock) => about('reminder', clock, clock.assignee ?? MARKETING)),
    ...escalate.map((clock) => about('escalation', clock, 'leadership')),
  ]);
  return missed + remind.length + escalate.length;
}

/** Checks that a touch, or one's own answer of a moment ago, is taken back. @throws ScorelineError `conflict`, `forbidden` */
async function mayTakeBack(
  { tx, now }: Round,
  { contactId, handoffId }: KeptHandoff,
  meant: Fact | undefined,
  { by, overrules }: { readonly by: string; readonly overrules: boolean },
): Promise<void> {
  if (meant?.kind === 'touched') return;
  if (meant === undefined || !isAnswer(meant.kind) || meant.by === BY_RULE)
    throw new ScorelineError('conflict', 'only a touch, or an answer to the hand-off, can be taken back');
  if (meant.by !== by && !overrules)
    throw new ScorelineError('forbidden', `${meant.by} answered: they or an administrator can take that back`);
  if (now - meant.at > CHANGE_OF_MIND)
    throw new ScorelineError('conflict', `an answer can be taken back for ${CHANGE_OF_MIND / 60_000} minutes`);
  if ((await listUnderWay(tx, [contactId])).some((other) => other.handoffId !== handoffId))
    throw new ScorelineError('conflict', 'the lead was handed over anew meanwhile');
}

/** A transaction that another got in the way of, or a database that does not answer: the same can succeed later. */
const isPassing = (error: unknown): boolean =>
  error instanceof ScorelineError
    ? error.code === 'database_unavailable'
    : error instanceof DatabaseError && (error.code ?? '').startsWith('40');
