/**
 * Tells people of hand-offs by e-mail. It decides what an e-mail says and how often it is tried; whom to tell what was
 * decided when the notice was written. Any number of processes do this side by side.
 */

import type { Logger } from 'pino';
import type { SendMail } from './connectors/send.ts';
import { DAY, writeInstant } from './core/time.ts';
import type { Db } from './store/db.ts';
import { finishMailing, type Mailing, takeMailings } from './store/notices.ts';

export interface MailingSurroundings {
  readonly db: Db;
  readonly log: Logger;
  /** The present instant in milliseconds, UTC. */
  readonly clock: () => number;
  readonly sendMail: SendMail;
  /** Where people reach the service. */
  readonly home: string;
}

export interface Mailer {
  /** Sends all that is due, once. @returns how many notices were sent */
  mailDue(): Promise<number>;
  start(): void;
  stop(): Promise<void>;
}

const AT_ONCE = 20;
/** Milliseconds after which a process that took a notice is taken to be dead. */
const HELD = 5 * 60_000;
/** Milliseconds until the next try, by how many there were; then it is given up. */
const AGAIN = [60_000, 5 * 60_000, 3_600_000, 6 * 3_600_000];
/** Milliseconds between two looks. */
const PAUSE = 2_000;

const SUBJECTS: Readonly<Record<string, string>> = {
  assigned: 'A lead for you',
  taken: 'A lead went to somebody else',
  waiting: 'A lead waits for what the agreement asks',
  withdrawn: 'A lead was taken back',
  reminder: 'A promise is due soon',
  escalation: 'A promise was missed',
};

export function createMailer({ db, log, clock, sendMail, home }: MailingSurroundings): Mailer {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let looking: Promise<unknown> = Promise.resolve();

  async function mailDue(): Promise<number> {
    const now = clock();
    const mailings = await takeMailings(db, { now, until: now + HELD, most: AT_ONCE });
    let sent = 0;
    for (const one of mailings) {
      if (stopped) break;
      // What is a day old by the time it can be sent is on the page, and nobody's news.
      if (one.addresses.length === 0 || now - one.at > DAY) {
        await finishMailing(db, one.noticeId, null);
        continue;
      }
      try {
        for (const to of one.addresses) await sendMail({ to, ...textOf(one, home) });
        await finishMailing(db, one.noticeId, null);
        sent++;
      } catch (err) {
        const wait = AGAIN[one.attempts - 1];
        log.warn({ err, noticeId: one.noticeId, again: wait !== undefined }, 'an e-mail was not taken');
        await finishMailing(db, one.noticeId, wait === undefined ? null : clock() + wait);
      }
    }
    return sent;
  }

  const again = (): void => {
    if (stopped) return;
    looking = mailDue().catch((err: unknown) => log.error({ err }, 'e-mails could not be looked after; tried again'));
    void looking.finally(() => {
      if (!stopped) timer = setTimeout(again, PAUSE);
    });
  };
  return {
    mailDue,
    start: again,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}

/** Line breaks in what a lead is called would begin a header of their own. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 120);

function textOf({ kind, lead, handoffId, details }: Mailing, home: string): { subject: string; text: string } {
  const dueAt = typeof details.dueAt === 'number' ? `Due: ${writeInstant(details.dueAt)}\n` : '';
  const lacks =
    Array.isArray(details.lacks) && details.lacks.length > 0 ? `Missing: ${details.lacks.join(', ')}\n` : '';
  const what = SUBJECTS[kind] ?? 'News of a lead';
  return {
    subject: lead === null ? what : `${what}: ${oneLine(lead)}`,
    text: `${what}.\n${dueAt}${lacks}\n${new URL(`/handoffs/${handoffId}`, home)}\n`,
  };
}
