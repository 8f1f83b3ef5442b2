/**
 * Tells people of hand-offs and reviews by e-mail. It decides what an e-mail says and how often it is tried; whom to tell what was
 * decided when the notice was written. Any number of processes do this side by side.
 */

import type { Logger } from 'pino';
import type { Mail, SendMail } from './connectors/send.ts';
import { DAY, writeInstant } from './core/time.ts';
import { htmlOf } from './papers/html.ts';
import { pdfOf } from './papers/pdf.ts';
import { reviewPaper } from './papers/review.ts';
import { closedReview } from './routes/review.ts';
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
  'review-due': 'A review is due soon',
  'review-overdue': 'A review is overdue',
  'review-closed': 'A review was closed',
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
        const mail = await mailOf(db, one, home);
        for (const to of one.addresses) await sendMail({ to, ...mail });
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

async function mailOf(db: Db, one: Mailing, home: string): Promise<Omit<Mail, 'to'>> {
  const what = SUBJECTS[one.kind] ?? 'News of a lead';
  const { agreement, reviewId } = one.details;
  if (typeof agreement === 'string') {
    const subject = `${what}: ${oneLine(agreement)}`;
    if (typeof reviewId !== 'string')
      return { subject, text: `${what}: ${agreement}.\n${dueOf(one)}\n${new URL('/review', home)}\n` };
    const paper = reviewPaper(await closedReview(db, Number(reviewId)), 'en');
    const link = new URL(`/review?id=${reviewId}`, home);
    const filename = `review-${agreement}-${new Date(paper.at).toISOString().slice(0, 10)}.pdf`;
    return {
      subject,
      text: `${what}: ${agreement}. Its report is attached.\n\n${link}\n`,
      html: htmlOf(paper),
      attachments: [{ filename, content: await pdfOf(paper) }],
    };
  }
  const { lead, handoffId, details } = one;
  const lacks =
    Array.isArray(details.lacks) && details.lacks.length > 0 ? `Missing: ${details.lacks.join(', ')}\n` : '';
  return {
    subject: lead === null ? what : `${what}: ${oneLine(lead)}`,
    text: `${what}.\n${dueOf(one)}${lacks}\n${new URL(`/handoffs/${handoffId}`, home)}\n`,
  };
}

function dueOf({ details: { dueAt } }: Mailing): string {
  if (typeof dueAt === 'string') return `Due: ${dueAt.slice(0, 10)}\n`;
  return typeof dueAt === 'number' ? `Due: ${writeInstant(dueAt)}\n` : '';
}
