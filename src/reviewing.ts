/**
 * Reminds people of reviews: once before one is due, and once when it is overdue; and tells of agreements that a model no
 * longer fits. It decides how often it looks; when a review is due is decided in core. Any number of processes do this side
 * by side.
 */

import type { Logger } from 'pino';
import { dueAfter, reminderOf } from './core/review.ts';
import { writeInstant } from './core/time.ts';
import { tellOfLosses } from './dependents.ts';
import type { Handoffs } from './handoffs.ts';
import type { Scoring } from './scoring.ts';
import type { Db } from './store/db.ts';
import { addReviewNotices } from './store/notices.ts';
import { listReviewable, listReviews } from './store/review.ts';

export interface ReviewingSurroundings {
  readonly db: Db;
  readonly log: Logger;
  readonly scoring: Scoring;
  readonly handoffs: Pick<Handoffs, 'agreementOf'>;
  /** The present instant in milliseconds, UTC. */
  readonly clock: () => number;
}

export interface Reviewing {
  /** Tells of all that is due now, once. */
  remind(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

/** Milliseconds between two looks. */
const PAUSE = 10 * 60_000;

export function createReviewing({ db, log, scoring, handoffs, clock }: ReviewingSurroundings): Reviewing {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let looking: Promise<unknown> = Promise.resolve();

  async function remind(): Promise<void> {
    const now = clock();
    const open = new Set((await listReviews(db)).filter(({ closedAt }) => closedAt === null).map(({ name }) => name));
    for (const { agreementId, name, held } of await listReviewable(db)) {
      const { review } = await handoffs.agreementOf(agreementId);
      // Where one is open, people are at it.
      if (review === null || open.has(name)) continue;
      const dueAt = dueAfter(review, held);
      const kind = reminderOf(dueAt, now);
      if (kind !== null) await addReviewNotices(db, kind, { agreement: name, dueAt: writeInstant(dueAt) }, now);
    }
    // Whoever switched was to tell of it; a process can die in between.
    await tellOfLosses({ db, scoring }, now);
  }

  const again = (): void => {
    if (stopped) return;
    looking = remind().catch((err: unknown) => log.error({ err }, 'reviews could not be looked after; tried again'));
    void looking.finally(() => {
      if (!stopped) timer = setTimeout(again, PAUSE);
    });
  };
  return {
    remind,
    start: again,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}
