/**
 * Brings what happened to those who asked to be told. It decides what each message says, how many are under way at once,
 * and what an answer leads to; it refuses to know how they are signed and where they are kept. Any number of processes do
 * this side by side. A message whose process dies is sent again, so a receiver can get it twice, under one `webhook-id`.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Send } from './connectors/send.ts';
import { type MessageType, meaningOf, nextAttempt, webhookBody, webhookRequest } from './connectors/webhook-out.ts';
import type { Facts } from './core/ingest.ts';
import { DAY, writeInstant } from './core/time.ts';
import type { Db } from './store/db.ts';
import {
  addMessages,
  finish,
  forgetDeliveries,
  type Happening,
  type NewMessage,
  type Outcome,
  setDisabled,
  type Taken,
  takeDue,
  tell,
} from './store/webhooks.ts';

export interface DeliverySurroundings {
  readonly db: Db;
  readonly log: Logger;
  /** The present instant in milliseconds, UTC. */
  readonly clock: () => number;
  readonly send: Send;
  /** From 0 up to 1. */
  readonly random: () => number;
}

export interface Deliveries {
  /** Writes the messages of what happened and sends all that are due, once. */
  deliverDue(): Promise<void>;
  /** Does so again and again, until `stop`. */
  start(): void;
  /** Takes nothing more, and waits for what is under way. */
  stop(): Promise<void>;
}

/** Milliseconds that a receiver has to answer. */
export const ANSWER_TIME = 15_000;
/** Milliseconds after which a message that a process took, and did not finish, is due again: longer than any call. */
const HELD = 4 * ANSWER_TIME;
/** Under way at once: in this process, and to one endpoint. */
const MOST = 8;
const MOST_TO_ONE = 2;
/** Things that happened, told in one transaction. */
const BATCH = 500;
/** Milliseconds between two looks. */
const PAUSE = 1_000;
/** Milliseconds for which messages that are done with are kept. */
const KEPT = 30 * DAY;

export function createDeliveries({ db, log, clock, send, random }: DeliverySurroundings): Deliveries {
  const underWay = new Set<Promise<void>>();
  const over = new AbortController();
  let looking: Promise<void> = Promise.resolve();

  async function tellAll(): Promise<void> {
    const write = (tx: Db, happened: readonly Happening[]) => addMessages(tx, happened.map(messageOf), clock());
    while (!over.signal.aborted && (await tell(db, { most: BATCH, now: clock() }, write)));
  }

  /** Sends one after the other; while there are more, others do the same beside it. */
  async function sendDue(): Promise<void> {
    while (!over.signal.aborted) {
      const now = clock();
      const taken = await takeDue(db, { now, until: now + HELD, most: MOST_TO_ONE });
      if (taken === null) return;
      sendBeside();
      await deliver(taken);
    }
  }

  function sendBeside(): void {
    if (underWay.size >= MOST) return;
    const sending = sendDue()
      .catch((err: unknown) => log.warn({ err }, 'webhooks wait: sending was broken off'))
      .finally(() => underWay.delete(sending));
    underWay.add(sending);
  }

  async function deliver(taken: Taken): Promise<void> {
    const { webhookId: id, url, secret, body, endpointId, attempts } = taken;
    const later = () => nextAttempt(attempts, clock(), random());
    let outcome: Outcome;
    try {
      const { status } = await send(webhookRequest({ id, url, secret, body }, clock()));
      const meaning = meaningOf(status);
      const delivered = meaning === 'delivered';
      const problem = delivered ? null : `answered with ${status}`;
      outcome = { at: clock(), delivered, dueAt: meaning === 'failed' ? later() : null, status, problem };
      if (meaning === 'gone')
        await setDisabled(db, endpointId, 'it answered 410 Gone', { by: 'webhooks', now: clock() });
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      outcome = { at: clock(), delivered: false, dueAt: later(), status: null, problem };
    }
    await finish(db, taken, outcome);
  }

  async function look(): Promise<void> {
    let forgotten = 0;
    while (!over.signal.aborted) {
      try {
        await tellAll();
        sendBeside();
        if (clock() - forgotten > DAY) {
          forgotten = clock();
          await forgetDeliveries(db, forgotten - KEPT);
        }
      } catch (err) {
        log.warn({ err }, 'webhooks wait: what happened could not be read');
      }
      await sleep(PAUSE, undefined, { signal: over.signal }).catch(() => {});
    }
  }

  return {
    deliverDue: async () => {
      await tellAll();
      sendBeside();
      while (underWay.size > 0) await Promise.all(underWay);
    },
    start: () => {
      looking = look();
    },
    stop: async () => {
      over.abort();
      await looking;
      await Promise.all(underWay);
    },
  };
}

/** What happened, as endpoints are told. Who the contact is, is not in it: whoever may know asks the API. */
function messageOf(happening: Happening): NewMessage {
  switch (happening.kind) {
    case 'move': {
      const scores = Object.fromEntries(
        Object.entries(happening.scores).map(([name, score]) => [name, inPoints(score)]),
      );
      return aboutMove(happening, 'contact.stage_changed', happening.at, { scores });
    }
    case 'undone move': {
      const { undoneAt, toldAt } = happening;
      const undone = aboutMove(happening, 'contact.stage_change_undone', undoneAt, {
        undoneAt: writeInstant(undoneAt),
      });
      // Whoever was told of the move is told this.
      return { ...undone, audience: { type: 'contact.stage_changed', since: toldAt } };
    }
    case 'merge': {
      const { mergeId, keptId, goneId, at } = happening;
      const data = { merge: String(mergeId), kept: String(keptId), gone: String(goneId), at: writeInstant(at) };
      return message('contact.merged', `merge:${mergeId}`, keptId, at, data);
    }
    case 'model': {
      const { modelId, model, version, at } = happening;
      return message('model.published', `model:${modelId}`, null, at, { model, version, at: writeInstant(at) });
    }
    case 'notice': {
      const { noticeId, handoffId, contactId, about, assignee, clock, dueAt, at } = happening;
      const due = dueAt === null ? null : writeInstant(dueAt);
      const [handoff, contact] = [String(handoffId), String(contactId)];
      const data = { handoff, contact, assignee, clock, dueAt: due, at: writeInstant(at) };
      return message(`handoff.${about}`, `notice:${noticeId}`, contactId, at, data);
    }
  }
}

/** One of the messages about one move, each of which comes after the one before. */
function aboutMove(
  { contactId, modelId, model, version, from, to, at, telling }: Extract<Happening, { telling: number }>,
  type: MessageType,
  when: number,
  more: Facts,
): NewMessage {
  const subject = (n: number): string => `move:${contactId}:${modelId}:${at}:${n}`;
  const data = { contact: String(contactId), model, version, from, to, at: writeInstant(at), ...more };
  return { ...message(type, subject(telling), contactId, when, data), follows: subject(telling - 1) };
}

/** Points from millionths of a point; the cell of a grid as it is. */
const inPoints = (score: number | string | null) => (typeof score === 'number' ? score / 1_000_000 : score);

function message(type: MessageType, subject: string, contactId: number | null, at: number, data: Facts): NewMessage {
  return { type, subject, follows: null, contactId, body: webhookBody(type, at, data), audience: { type } };
}
