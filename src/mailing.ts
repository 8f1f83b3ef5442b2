/**
 * Tells people of hand-offs and reviews by e-mail. It decides what an e-mail says, in the reader's language, and how often it is tried; whom to tell what was
 * decided when the notice was written. Any number of processes do this side by side.
 */

import type { Logger } from 'pino';
import type { Mail, SendMail } from './connectors/send.ts';
import { QUALIFIERS } from './core/agreement.ts';
import { CLOCKS } from './core/handoff.ts';
import { DAY } from './core/time.ts';
import { htmlOf } from './papers/html.ts';
import { pdfOf } from './papers/pdf.ts';
import { reviewPaper } from './papers/review.ts';
import { wordsIn } from './papers/words.ts';
import { closedReview } from './routes/review.ts';
import type { Db } from './store/db.ts';
import { finishMailing, type Mailing, type Reader, takeMailings } from './store/notices.ts';

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

/** What it is about, by kind; of other kinds it is simply news. */
const KINDS = [
  'assigned',
  'taken',
  'waiting',
  'withdrawn',
  'reminder',
  'escalation',
  'agreement-lost',
  'review-due',
  'review-overdue',
  'review-closed',
];

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
      if (one.readers.length === 0 || now - one.at > DAY) {
        await finishMailing(db, one.noticeId, null);
        continue;
      }
      try {
        const mails = new Map<string, Omit<Mail, 'to'>>();
        for (const reader of one.readers) {
          const alike = `${reader.language} ${reader.zone}`;
          const mail = mails.get(alike) ?? (await mailOf(db, one, reader, home));
          mails.set(alike, mail);
          await sendMail({ to: reader.email, ...mail });
        }
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

async function mailOf(db: Db, one: Mailing, reader: Reader, home: string): Promise<Omit<Mail, 'to'>> {
  const { lead, handoffId, details } = one;
  const { say } = wordsIn(reader.language);
  const what = say(KINDS.includes(one.kind) ? `mail.kind.${one.kind}` : 'mail.news');
  const { agreement, reviewId } = details;
  if (typeof agreement !== 'string') {
    const subject = lead === null ? what : `${what}: ${oneLine(lead)}`;
    const link = new URL(`/handoffs/${handoffId}`, home);
    return { subject, text: textOf(subject, [dueOf(one, reader), ...lackingOf(one, reader)], link) };
  }
  const subject = `${what}: ${oneLine(agreement)}`;
  if (one.kind === 'agreement-lost') {
    const link = new URL(`/agreement?version=${details.agreementId}`, home);
    return { subject, text: textOf(subject, [...lostOf(one, reader), say('mail.lost')], link) };
  }
  if (typeof reviewId !== 'string')
    return { subject, text: textOf(subject, [dueOf(one, reader)], new URL('/review', home)) };
  const paper = reviewPaper(await closedReview(db, Number(reviewId)), reader.language);
  const filename = `review-${agreement}-${new Date(paper.at).toISOString().slice(0, 10)}.pdf`;
  return {
    subject,
    text: textOf(subject, [say('mail.attached')], new URL(`/review?id=${reviewId}`, home)),
    html: htmlOf(paper),
    attachments: [{ filename, content: await pdfOf(paper) }],
  };
}

const textOf = (head: string, lines: readonly (string | null)[], link: URL): string =>
  `${[head, ...lines.filter((line) => line !== null)].join('\n')}\n\n${link}\n`;

/** When it is due, as the clocks of the reader show it. */
function dueOf({ details: { dueAt } }: Mailing, { language, zone }: Reader): string | null {
  const { say, day, moment } = wordsIn(language);
  if (typeof dueAt === 'string') return say('mail.due', { at: day(dueAt) });
  return typeof dueAt === 'number' ? say('mail.due', { at: moment(dueAt, zone) }) : null;
}

/** Which promise it is about, and what a lead waits for. */
function lackingOf({ details: { clock, lacks } }: Mailing, { language }: Reader): string[] {
  const { say } = wordsIn(language);
  const kind = CLOCKS.find((known) => known === clock);
  const missing = Array.isArray(lacks) ? lacks.map(String) : [];
  const named = missing.map((name) =>
    name === 'seller'
      ? say('mail.seller')
      : QUALIFIERS.some((qualifier) => qualifier === name)
        ? say(`qualifier.${name}`)
        : name,
  );
  return [
    ...(kind === undefined ? [] : [say('mail.promise', { what: say(`mail.clock.${kind}`) })]),
    ...(named.length === 0 ? [] : [say('mail.missing', { what: named.join(', ') })]),
  ];
}

/** What an agreement names and the model lacks. */
function lostOf({ details: { lacks } }: Mailing, { language }: Reader): string[] {
  const { say } = wordsIn(language);
  return (Array.isArray(lacks) ? lacks : []).map((one) => {
    const { kind, name, of } = Object(one);
    return say('mail.missing', { what: say(`mail.lacked.${kind}`, { name, of }) });
  });
}
