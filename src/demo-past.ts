/**
 * The made-up past of marketing and sales. It decides that it is lived through anew: leads are scored, hand-offs are looked
 * after and answers are recorded by the same parts as ever, by a clock of their own that goes from the day on which the
 * agreement came in force up to now and stops only where something happens. All of it is one transaction: when it is
 * broken off, nothing of it was. Workers wait for its end. Nobody else who looks after hand-offs, merges contacts or brings
 * messages in does: they see nothing of it before, and where a made-up contact was merged meanwhile, it is played again. What
 * made-up people do is decided in demo-sales.ts.
 */

import type { App } from './app.ts';
import { ScorelineError } from './core/errors.ts';
import type { Evidence } from './core/feedback.ts';
import { DAY, readInstant } from './core/time.ts';
import { deadline } from './core/working-time.ts';
import { type Dice, diceOf } from './demo.ts';
import {
  ABSENCES,
  type Act,
  actsOf,
  agreementOf,
  type GivenLead,
  goalsOf,
  HANDED_OVER,
  MARKETER,
  mendOf,
  SELLERS,
  SIGNERS,
} from './demo-sales.ts';
import { madeUpWorld } from './demo-workspace.ts';
import { createHandoffs, type Handoffs } from './handoffs.ts';
import { calendarsAt } from './hours.ts';
import { createScoring } from './scoring.ts';
import { addAgreement, hashOf, putInForce, signAgreement } from './store/agreements.ts';
import { servingModel } from './store/contacts.ts';
import type { Db } from './store/db.ts';
import { saveGoal } from './store/goals.ts';
import { nextAlarm, passOver } from './store/handoff-work.ts';
import { givenOrWaiting, type KeptHandoff } from './store/handoffs.ts';
import {
  areThere,
  demoMoves,
  demoVersion,
  hasRealSales,
  holdPlay,
  isMadeUp,
  seeNoticesUpTo,
  writePlayed,
} from './store/made-up.ts';
import { shareMerges } from './store/merges.ts';
import { addAbsence, listSellers, MARKETING, saveSeller } from './store/sellers.ts';
import { holdWorkers } from './store/standings.ts';

const SEED = 2;
/** Whole months before the one in which the leads came. */
const MONTHS = 3;
const HOUR = 3_600_000;
/** Milliseconds before the present from which on leads may still lie on a desk. */
const LATEST = 5 * DAY;
/** Nobody looks more often than this. */
const GRID = 30 * 60_000;
/** The first look at an instant or after it. */
const onGrid = (at: number): number => Math.ceil(at / GRID) * GRID;

export interface Playing {
  readonly contacts?: number;
  /** Told now and then how much of the past is over, from 0 to 1; where that fails, no more. */
  readonly progress?: (share: number) => Promise<void>;
  readonly signal?: AbortSignal;
}

/**
 * Lives the past of the made-up leads through, once all of them are scored.
 * @returns false where there is nothing to live through: the leads are gone, another version of their model serves, or somebody
 * real agreed, sells or set goals
 * @throws ScorelineError `conflict` where a made-up contact was merged or erased meanwhile: try again
 */
export async function playPast(app: App, { contacts, progress, signal }: Playing = {}): Promise<boolean> {
  // Nobody looked at the moves so far, and nobody needs to. Those of real leads are not held while the past is played.
  if ((await versionToPlay(app.db)) !== null) await passOver(app.db, Number.MAX_SAFE_INTEGER);
  return app.db.transaction(async (tx) => {
    await holdPlay(tx);
    await holdWorkers(tx);
    const version = await versionToPlay(tx);
    if (version === null) {
      await writePlayed(tx, 1);
      return false;
    }
    const { asOf, data } = await madeUpWorld({ db: tx, clock: app.clock }, contacts);
    const outcomes = new Map(
      data.outcomes.map(({ contact_id, outcome, at, amount }) => [
        contact_id,
        { kind: outcome as 'won' | 'lost' | 'open', at: readInstant(at) ?? null, amount: Number(amount) },
      ]),
    );
    const end = app.clock();
    const month = new Date(asOf);
    const start = Date.UTC(month.getUTCFullYear(), month.getUTCMonth() - MONTHS, 1, 9);
    const moves = await demoMoves(tx, version, { from: start, to: asOf, stages: HANDED_OVER });
    const qualified = new Set(moves.flatMap(({ to, contactId }) => (to === HANDED_OVER[0] ? contactId : []))).size;
    const months = (asOf - start) / (30 * DAY);
    const won = [...outcomes.values()].filter(({ kind, at }) => kind === 'won' && at !== null && at >= start).length;
    await agree(tx, version, { start, asOf, each: Math.max(1, Math.round((0.9 * qualified) / months)) });
    // Goals are counted by the model that pages show first.
    const shown = (await servingModel(tx, null))?.modelId === version;
    for (const goal of shown ? goalsOf(qualified / months, won / months) : []) {
      const from = Date.UTC(month.getUTCFullYear(), month.getUTCMonth() - MONTHS, 1);
      await saveGoal(tx, null, { ...goal, period: 'month', from }, { by: MARKETER, now: start });
    }
    const past = new Past(app, tx, { version, start, end });
    for (const { contactId, userId, at } of moves) past.expect(contactId, outcomes.get(userId) ?? null, at);
    let told = progress;
    await past.live(async () => {
      signal?.throwIfAborted();
      await told?.((past.now - start) / (end - start)).catch((err: unknown) => {
        app.log.warn({ err }, 'nobody hears how far the made-up past is played');
        told = undefined;
      });
    });
    await shareMerges(tx);
    if (!(await areThere(tx, past.contacts())))
      throw new ScorelineError('conflict', 'a made-up contact was merged or erased while its past was played');
    // Last: how far it is was told from outside of this transaction.
    await writePlayed(tx, 1);
    return true;
  });
}

/** The version of the model by which the past is played; null where none is to be. */
const versionToPlay = async (db: Db): Promise<number | null> => ((await hasRealSales(db)) ? null : demoVersion(db));

/** Signs and publishes the agreement, in the days before it was in force. */
async function agree(
  tx: Db,
  modelId: number,
  { start, asOf, each }: { start: number; asOf: number; each: number },
): Promise<void> {
  for (const [email, seller] of Object.entries(SELLERS))
    await saveSeller(tx, email, seller, { by: MARKETER, now: start - 5 * DAY });
  const today = Math.floor(asOf / DAY);
  for (const { email, first, last } of ABSENCES)
    await addAbsence(
      tx,
      email,
      { firstDay: today + first, lastDay: today + last },
      { by: MARKETER, now: start - 5 * DAY },
    );
  const document = agreementOf(each, asOf + 5 * DAY);
  const proposed = { name: 'made-up', document, modelId };
  const id = await addAgreement(tx, proposed, { by: MARKETER, now: start - 4 * DAY });
  for (const team of ['marketing', 'sales'] as const) {
    const now = start - (team === 'marketing' ? 4 : 2) * DAY;
    await signAgreement(tx, id, { team, hash: hashOf(document) }, { by: SIGNERS[team], now });
  }
  await putInForce(tx, id, { by: MARKETER, now: start });
}

class Past {
  now: number;
  readonly #tx: Db;
  readonly #end: number;
  readonly #start: number;
  readonly #version: number;
  readonly #scoring;
  readonly #handoffs: Handoffs;
  readonly #dice: Dice = diceOf(SEED);
  readonly #outcomes = new Map<number, GivenLead['outcome']>();
  /** Contacts that move, by the look that sees it. */
  readonly #moving = new Map<number, Set<number>>();
  /** Up to when each is scored. */
  readonly #scored = new Map<number, number>();
  /** What people will do, the latest first. */
  readonly #acts: (Act & { readonly handoffId: number; readonly by: string })[] = [];
  /** Whose each hand-off is. */
  readonly #holders = new Map<number, string>();

  constructor(app: App, tx: Db, { version, start, end }: { version: number; start: number; end: number }) {
    this.#tx = tx;
    this.#version = version;
    this.now = start;
    this.#start = start;
    this.#end = end;
    const clock = () => this.now;
    this.#scoring = createScoring(tx, clock);
    // Whoever merges contacts would wait for the lock, and all messages for them; before the end nobody sees what is looked at.
    const claim = async () => true;
    this.#handoffs = createHandoffs({ db: tx, log: app.log, scoring: this.#scoring, clock, claim });
  }

  /** A contact moved, and this is what will have become of it. */
  expect(contactId: number, outcome: GivenLead['outcome'], at: number): void {
    this.#outcomes.set(contactId, outcome);
    const look = onGrid(at + 1);
    this.#moving.set(look, (this.#moving.get(look) ?? new Set()).add(contactId));
  }

  /** Everybody who moved. */
  contacts(): number[] {
    return [...this.#outcomes.keys()];
  }

  /** @param tell called now and then on the way */
  async live(tell: () => Promise<void>): Promise<void> {
    const all = this.contacts();
    // Everybody stands where they stood then: what came later has not happened yet.
    await this.#score(all);
    const looks = [...this.#moving.keys()].sort((a, b) => a - b);
    let told = this.#start;
    let looked = this.#start - GRID;
    for (;;) {
      const alarm = (await nextAlarm(this.#tx)) ?? Infinity;
      const look = Math.max(this.now, looked + GRID, Math.min(looks[0] ?? Infinity, onGrid(alarm + 1)));
      const act = this.#acts.at(-1);
      if (Math.min(look, act?.at ?? Infinity) > this.#end) break;
      if (act !== undefined && act.at < look) {
        this.#acts.pop();
        this.now = Math.max(this.now, act.at);
        await this.#do(act);
        continue;
      }
      this.now = look;
      looked = look;
      if (looks[0] === look) looks.shift();
      await this.#look(this.#moving.get(look));
      if (this.now - told < (this.#end - this.#start) / 50) continue;
      told = this.now;
      await tell();
    }
    this.now = this.#end;
    await this.#score(all);
    // What companies move is seen for the first time now, and is no news.
    await passOver(this.#tx, this.#end + 1);
    await this.#handoffs.look();
    await seeNoticesUpTo(this.#tx, this.#end - 2 * DAY);
  }

  /** Has contacts scored up to now, each from where it was left. */
  async #score(contacts: readonly number[]): Promise<void> {
    const since = new Map(contacts.map((id) => [id, this.#scored.get(id) ?? this.now]));
    if (since.size > 0) await this.#scoring.rescore(this.#version, since);
    for (const id of contacts) this.#scored.set(id, this.now);
  }

  async #do({ handoffId, by, happening, at }: Act & { handoffId: number; by: string }): Promise<void> {
    if (by !== MARKETER && this.#holders.get(handoffId) !== by) return;
    try {
      await this.#handoffs.record(handoffId, happening, { by, at });
      if (happening.kind === 'assigned') await this.#plan();
    } catch (error) {
      // It came to something else meanwhile.
      if (!(error instanceof ScorelineError && error.code === 'conflict')) throw error;
    }
  }

  async #look(moving: ReadonlySet<number> | undefined): Promise<void> {
    if (moving !== undefined) await this.#score([...moving]);
    await this.#handoffs.look();
    await this.#plan();
  }

  /** Has people make plans for what they were given just now. */
  async #plan(): Promise<void> {
    const all = await givenOrWaiting(this.#tx, this.now);
    const given = all.filter(
      ({ state, handoffId, assignee }) => state === 'open' && this.#holders.get(handoffId) !== (assignee ?? ''),
    );
    const waiting = all.filter(({ state, handoffId }) => state === 'waiting' && !this.#holders.has(handoffId));
    if (given.length + waiting.length === 0) return;
    const sellers = await listSellers(this.#tx);
    const calendars = calendarsAt(sellers, this.now);
    const after = (who: string) => (hours: number) =>
      deadline(who === MARKETING ? calendars.marketing : calendars.of(who), this.now, {
        kind: 'time',
        ms: hours * HOUR,
      }) ?? this.#end + 1;
    for (const one of given) {
      const assignee = one.assignee ?? '';
      this.#holders.set(one.handoffId, assignee);
      const acts = actsOf(
        {
          ...knownOf(one),
          assignee,
          at: this.now,
          outcome: this.#outcomes.get(one.contactId) ?? null,
          isLate: this.now > this.#end - LATEST,
        },
        after(assignee),
        this.#dice,
      );
      for (const act of acts) this.#add({ ...act, handoffId: one.handoffId, by: assignee });
    }
    const today = Math.floor(this.now / DAY);
    const free = sellers
      .filter(({ email, territory }) => isMadeUp(email) && territory === null)
      .filter(({ absences }) => !absences.some(({ firstDay, lastDay }) => firstDay <= today && today <= lastDay))
      .map(({ email }) => email);
    for (const { handoffId, lacks } of waiting) {
      const act = mendOf(lacks, free, after(MARKETING), this.#dice);
      this.#holders.set(handoffId, MARKETER);
      if (act !== null) this.#add({ ...act, handoffId, by: MARKETER });
    }
  }

  #add(act: Act & { handoffId: number; by: string }): void {
    const place = this.#acts.findLastIndex(({ at }) => at > act.at) + 1;
    this.#acts.splice(place, 0, act);
  }
}

/** What is told of a lead with its hand-off. */
function knownOf({ evidence }: KeptHandoff): Pick<GivenLead, 'fit' | 'rules'> {
  const { parts, scores } = evidence as Evidence;
  const rules = Object.keys(parts).filter((rule) => (parts[rule] ?? 0) > 0);
  return { fit: scores?.fit?.grade ?? null, rules };
}
