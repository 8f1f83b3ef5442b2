/**
 * Made-up marketing and sales: who they are, what they agreed on, and what they do with a lead. It decides that by dice,
 * by how well the lead fits and by what it did, so that the answers have something to teach; it refuses to know when any
 * of it is played and how it is kept.
 */

import type { Happening } from './core/handoff.ts';
import { DAY, writeInstant } from './core/time.ts';
import type { Dice } from './demo.ts';
import type { SellerDocument } from './store/sellers.ts';

export const MARKETER = 'mara.ionescu@made-up.example';
const HEAD_OF_SALES = 'ioana.stan@made-up.example';
/** Who signs for whom. */
export const SIGNERS = { marketing: MARKETER, sales: HEAD_OF_SALES } as const;

const OFFICE = [[9 * 60, 17 * 60]] as const;
const LUNCH = [
  [8 * 60, 12 * 60],
  [13 * 60, 17 * 60],
] as const;
const weekOf = (day: readonly (readonly [number, number])[]) => [day, day, day, day, day, [], []];
const seller = (zone: string, more: Partial<SellerDocument>): SellerDocument => ({
  zone,
  week: weekOf(OFFICE),
  holidays: null,
  capacity: null,
  weight: 1,
  territory: null,
  active: true,
  ...more,
});

/** The hours of marketing, and sales people, by address. */
export const SELLERS: Readonly<Record<string, SellerDocument>> = {
  marketing: seller('Europe/Bucharest', {}),
  [HEAD_OF_SALES]: seller('Europe/Bucharest', { capacity: 30, weight: 2 }),
  'james.ward@made-up.example': seller('Europe/London', { capacity: 25, weight: 2 }),
  'lena.vogt@made-up.example': seller('Europe/Berlin', { capacity: 20, week: weekOf(LUNCH) }),
  'deniz.kaya@made-up.example': seller('Europe/Istanbul', { capacity: 20, territory: { country: { is: 'TR' } } }),
  'claire.martin@made-up.example': seller('Europe/Paris', { capacity: 15, week: weekOf(LUNCH) }),
};
/** Who takes longer than was promised, more often than the others. */
const SLOW: readonly string[] = ['lena.vogt@made-up.example', 'deniz.kaya@made-up.example'];

/** Days from the present on, both included, on which somebody is away. */
export const ABSENCES = [
  { email: 'claire.martin@made-up.example', first: -3, last: 8 },
  { email: 'james.ward@made-up.example', first: -52, last: -43 },
] as const;

/** The stages of the model for made-up leads from which on a lead is handed over. */
export const HANDED_OVER: readonly string[] = ['mql', 'sql'];

/** @param each how many leads marketing promises a month; @param review the day of the next review, in milliseconds UTC */
export const agreementOf = (each: number, review: number): string => `agreement: made-up
title: What is a qualified lead (made up)
model: demo

definition:
  stage: mql
  require: [title, country]
  qualifiers:
    # Where nobody knows how large a company is, sales asks.
    demographic: { not: { company.employees: { lessThan: 10 } } }

marketing:
  deliver: 1d
  number: { count: ${each}, per: month }

sales:
  firstContact: { within: 4h, never: 2d }
  touches: { call: 2, email: 1, within: 2w }
  answer: 3d
  remind: 1h
  escalate: 4h
  reassign: 2d

responsibilities: { lead: marketing, mql: sales, sql: sales }

review: { next: ${writeInstant(review).slice(0, 10)}, everyMonths: 3 }
`;

/** What is promised of each month. @param qualified leads, and deals, that a month brought on average */
export const goalsOf = (qualified: number, won: number) =>
  [
    { team: 'marketing', stage: 'mql', amount: Math.max(1, Math.round(qualified)), most: null },
    { team: 'sales', stage: null, amount: Math.max(1, Math.round(0.7 * won)), most: Math.max(2, Math.ceil(1.2 * won)) },
  ] as const;

/** What the made-up world knows of a lead that was given to somebody. */
export interface GivenLead {
  readonly assignee: string;
  readonly at: number;
  /** Whether it came so lately that it may still lie on the desk. */
  readonly isLate: boolean;
  /** Fit by letter, and the rules that gave points, as they were then. */
  readonly fit: string | null;
  readonly rules: readonly string[];
  /** What became of it, where sales saw it through; `at` is null while that is open. */
  readonly outcome: {
    readonly kind: 'won' | 'lost' | 'open';
    readonly at: number | null;
    readonly amount: number;
  } | null;
}

/** Something that somebody does at an instant. */
export interface Act {
  readonly at: number;
  readonly happening: Happening;
}

/** An instant after so many working hours of whoever acts. */
type After = (hours: number) => number;

/** Whose leads sales sends back nearly always, for most who write by the form want a job or support. */
const ASKS = 'wrote-to-us';
const SENT_BACK: Readonly<Record<string, number>> = { A: 0.15, B: 0.25, C: 0.45, D: 0.6 };
const CALLS = ['No answer, message left', 'Asked for a call next week', 'Talked for ten minutes', null] as const;
const LATER = [
  'Budget comes next quarter',
  'Wants to finish another project first',
  'Asked to be called again',
] as const;

/** What whoever was given a lead does with it, in order of time. */
export function actsOf(lead: GivenLead, after: After, dice: Dice): Act[] {
  const slow = SLOW.includes(lead.assignee);
  // Some are forgotten.
  if (dice.chance(lead.isLate ? 0.4 : slow ? 0.05 : 0.02)) return [];
  const first = after(dice.chance(slow ? 0.3 : 0.06) ? 5 + 12 * dice.next() : 0.2 + 3.4 * dice.next());
  const answered = Math.max(
    first + 60_000,
    after(dice.chance(slow ? 0.2 : 0.06) ? 26 + 14 * dice.next() : 3 + 17 * dice.next()),
  );
  const acts: Act[] = [touch(first, 'call', dice.pick(CALLS))];
  const more = dice.chance(slow ? 0.5 : 0.9) ? 2 : 1;
  for (let n = 0; n < more; n++)
    acts.push(
      touch(after(4 + (n + dice.next()) * 20), n % 2 === 0 ? 'email' : 'call', n === 1 ? dice.pick(CALLS) : null),
    );
  const ends = endOf(lead, answered, dice);
  const over = ends.find(({ happening: { kind } }) => kind !== 'accepted' && kind !== 'opportunity')?.at ?? Infinity;
  return [...acts.filter(({ at }) => at < over), ...ends]
    .map((act) => ({ ...act, at: Math.ceil(act.at) }))
    .sort((a, b) => a.at - b.at);
}

const touch = (at: number, kind: 'call' | 'email', note: string | null): Act => ({
  at,
  happening: { kind: 'touched', touch: kind, note },
});

/** The answer, and what follows on it. */
function endOf({ at, fit, rules, outcome }: GivenLead, answered: number, dice: Dice): Act[] {
  const days = (low: number, high: number): number => (low + (high - low) * dice.next()) * DAY;
  const back = (when: number): Act => ({
    at: when,
    happening: { kind: 'recycled', until: Math.ceil(when + days(20, 70)), note: dice.pick(LATER) },
  });
  const rejected = (
    when: number,
    reason: Extract<Happening, { kind: 'rejected' }>['reason'],
    note: string | null,
  ): Act => ({
    at: when,
    happening: { kind: 'rejected', reason, note },
  });
  const accepted: Act = { at: answered, happening: { kind: 'accepted' } };
  const opportunity = (when: number): Act => ({ at: when, happening: { kind: 'opportunity', note: null } });
  const lost = (when: number): Act => ({
    at: when,
    happening: { kind: 'lost', reason: dice.pick(['price', 'chose another', 'no decision']) },
  });

  if (outcome !== null && outcome.kind === 'won' && outcome.at !== null) {
    if (outcome.at <= at) return [rejected(answered, 'duplicate', 'Is a customer already')];
    const when = Math.max(outcome.at, answered + 2 * 3_600_000);
    const won: Act = { at: when, happening: { kind: 'won', amount: outcome.amount, currency: 'EUR' } };
    return [accepted, opportunity((answered + when) / 2), won];
  }
  if (rules.includes(ASKS) && dice.chance(0.9))
    return [rejected(answered, dice.pick(['not-a-fit', 'not-a-fit', 'wrong-person']), 'Wanted a job, not software')];
  if (outcome !== null && outcome.at !== null && outcome.at > answered)
    return [accepted, ...(dice.chance(0.6) ? [opportunity((answered + outcome.at) / 2)] : []), lost(outcome.at)];
  if (outcome !== null && outcome.kind === 'open') return [accepted, opportunity(answered + days(4, 15))];

  if (dice.chance(SENT_BACK[fit ?? 'D'] ?? 0.6)) {
    const reason = dice.pick(
      fit === 'A' || fit === 'B'
        ? (['no-answer', 'bad-timing', 'no-budget', 'bad-data'] as const)
        : (['not-a-fit', 'wrong-person', 'no-answer', 'no-budget'] as const),
    );
    const sent = rejected(answered, reason, null);
    return reason === 'bad-timing' ? [sent, back(answered + 3_600_000)] : [sent];
  }
  if (dice.chance(0.15)) return [back(answered)];
  if (dice.chance(0.03))
    return [{ at: answered, happening: { kind: 'disqualified', reason: 'Works for a competitor' } }];
  const next = answered + days(5, 25);
  const ends = next + days(8, 30);
  if (dice.chance(0.35)) return [accepted, opportunity(next), lost(ends)];
  if (dice.chance(0.3)) return [accepted, back(next)];
  if (dice.chance(0.2)) return [accepted, rejected(next, 'no-budget', null)];
  return [accepted, lost(next)];
}

/** What marketing does with a lead that lacks something, and when; null where it is left to wait. */
export function mendOf(lacks: readonly string[], free: readonly string[], after: After, dice: Dice): Act | null {
  if (lacks.includes('seller')) return null;
  const at = Math.ceil(after(dice.chance(0.75) ? 1 + 6 * dice.next() : 10 + 20 * dice.next()));
  if (lacks.includes('demographic'))
    return { at, happening: { kind: 'disqualified', reason: 'The company is too small' } };
  const [one, ...others] = free;
  if (one === undefined) return null;
  return { at, happening: { kind: 'assigned', to: dice.pick([one, ...others]), because: 'by hand' } };
}
