/**
 * A hand-off from marketing to sales, as the list of what happened to it. It decides what may happen next, where that
 * leaves the hand-off, and which clocks run on it until when; it refuses to know who is chosen, what is sent and how any
 * of it is kept.
 */

import { type Agreement, TOUCHES, type TouchKind } from './agreement.ts';
import { type Calendar, deadline, type WorkingSpan } from './working-time.ts';

/** Why sales sends a lead back. */
export const REJECTIONS = [
  'not-a-fit',
  'wrong-person',
  'no-budget',
  'bad-timing',
  'duplicate',
  'bad-data',
  'no-answer',
] as const;
type Rejection = (typeof REJECTIONS)[number];

/**
 * - waiting: with marketing, because something that the agreement asks for is missing
 * - open: with a sales person who has not answered
 * - accepted, opportunity: sales works on it
 * - recycled: back in nurture, with a day to come back
 * - rejected, disqualified, won, lost, withdrawn: over
 */
export const STATES = [
  'waiting',
  'open',
  'accepted',
  'opportunity',
  'recycled',
  'rejected',
  'disqualified',
  'won',
  'lost',
  'withdrawn',
] as const;
export type State = (typeof STATES)[number];

/** One thing that happened. `by` is a person's address, or `scoreline` for what happened by rule. */
export type Fact = { readonly at: number; readonly by: string } & Happening;

export type Happening =
  /** The contact entered the stage; `lacks` names what is missing, and is empty where it goes to sales at once. */
  | { readonly kind: 'entered'; readonly stage: string; readonly lacks: readonly string[] }
  /** It still waits, for something else than before. */
  | { readonly kind: 'lacked'; readonly lacks: readonly string[] }
  /** Given to a sales person, for the first time or anew. */
  | { readonly kind: 'assigned'; readonly to: string; readonly because: string }
  | { readonly kind: 'touched'; readonly touch: TouchKind; readonly note: string | null }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'rejected'; readonly reason: Rejection; readonly note: string | null }
  | { readonly kind: 'recycled'; readonly until: number; readonly note: string | null }
  | { readonly kind: 'disqualified'; readonly reason: string }
  | { readonly kind: 'opportunity'; readonly note: string | null }
  | { readonly kind: 'won'; readonly amount: number | null; readonly currency: string | null }
  | { readonly kind: 'lost'; readonly reason: string }
  /** What it rested on turned out not to have happened. */
  | { readonly kind: 'withdrawn'; readonly reason: string }
  /** Its contact turned out to be one that has another hand-off under way, which goes on in its place. */
  | { readonly kind: 'merged'; readonly into: number }
  /** What was said at a place of the list, from 0 on, is taken back: a touch, an answer, or that contacts are one. */
  | { readonly kind: 'undone'; readonly place: number };

export type HappeningKind = Happening['kind'];

/** What may happen in each state. Whoever recycles or rejects may still be followed by a new hand-off, never by this one. */
const MAY: { readonly [S in State]: readonly HappeningKind[] } = {
  waiting: ['lacked', 'assigned', 'disqualified', 'withdrawn', 'merged'],
  open: ['assigned', 'touched', 'accepted', 'rejected', 'recycled', 'disqualified', 'withdrawn', 'merged'],
  accepted: ['assigned', 'touched', 'rejected', 'recycled', 'disqualified', 'opportunity', 'won', 'lost', 'merged'],
  opportunity: ['assigned', 'touched', 'recycled', 'disqualified', 'won', 'lost', 'merged'],
  recycled: [],
  rejected: ['recycled'],
  disqualified: [],
  won: [],
  lost: [],
  withdrawn: [],
};

/** States in which a contact has a hand-off under way; it gets no second one. */
export const UNDER_WAY: readonly State[] = ['waiting', 'open', 'accepted', 'opportunity'];

export interface Handoff {
  readonly state: State;
  /** When the contact entered the stage. */
  readonly enteredAt: number;
  /** Since when it is in this state. */
  readonly since: number;
  readonly lacks: readonly string[];
  readonly assignee: string | null;
  /** When the present assignee got it. */
  readonly assignedAt: number | null;
  /** How many people have had it, one after the other. */
  readonly assignments: number;
  /** Whether anybody of sales did anything with it: then it cannot be withdrawn. */
  readonly actedOn: boolean;
}

/** A fact that cannot follow on the ones before. */
export class ImpossibleFact extends Error {}

/**
 * Facts that count: without those that were taken back, and without those that took them back. What a touch brought a clock
 * to stays, though the touch is taken back; a clock that an answer ended runs on when the answer is.
 * @throws ImpossibleFact where nothing that can be taken back stands at the place that is named
 */
export function countedFacts(facts: readonly Fact[]): readonly Fact[] {
  const gone = new Set<number>();
  for (const [place, fact] of facts.entries()) {
    if (fact.kind !== 'undone') continue;
    const meant = fact.place < place && !gone.has(fact.place) ? facts[fact.place]?.kind : undefined;
    const { state } = handoffOf(facts.slice(0, place));
    const passedOn = facts.slice(fact.place, place).some(({ kind }) => kind === 'assigned');
    if (meant === undefined || !mayUndo(meant, state) || (isAnswer(meant) && passedOn))
      throw new ImpossibleFact(
        `nothing that can be taken back of a hand-off that is ${state} is at place ${fact.place}`,
      );
    gone.add(fact.place).add(place);
  }
  return gone.size === 0 ? facts : facts.filter((_, place) => !gone.has(place));
}

/** Touches, until it is over; an answer, and that contacts are one, as long as they are the latest that was decided. */
function mayUndo(kind: HappeningKind, state: State): boolean {
  if (kind === 'touched') return MAY[state].includes('touched');
  return kind === 'merged' ? state === 'withdrawn' : isAnswer(kind) && kind === state;
}

/**
 * Where facts, in the order in which they were recorded, leave a hand-off. The first is `entered`.
 * @throws ImpossibleFact naming the state and what may happen in it
 */
export function handoffOf(recorded: readonly Fact[]): Handoff {
  const [first, ...rest] = countedFacts(recorded);
  if (first?.kind !== 'entered') throw new ImpossibleFact('a hand-off begins with the stage that was entered');
  return rest.reduce<Handoff>(after, {
    state: 'waiting',
    enteredAt: first.at,
    since: first.at,
    lacks: first.lacks,
    assignee: null,
    assignedAt: null,
    assignments: 0,
    actedOn: false,
  });
}

/** What may happen next. */
export const mayFollow = ({ state, actedOn }: Pick<Handoff, 'state' | 'actedOn'>): readonly HappeningKind[] =>
  MAY[state].filter((kind) => kind !== 'withdrawn' || !actedOn);

/** The hand-off after one more fact that counts. @throws ImpossibleFact */
function after(handoff: Handoff, fact: Fact): Handoff {
  const { state } = handoff;
  const may = mayFollow(handoff);
  if (!may.includes(fact.kind)) {
    throw new ImpossibleFact(
      `a hand-off that is ${state} cannot be ${fact.kind} (it can be: ${may.join(', ') || 'nothing more'})`,
    );
  }
  switch (fact.kind) {
    case 'entered':
    case 'undone':
      return handoff;
    case 'lacked':
      return { ...handoff, lacks: fact.lacks };
    case 'assigned': {
      const assigned = { assignee: fact.to, assignedAt: fact.at, assignments: handoff.assignments + 1, lacks: [] };
      return state === 'waiting'
        ? { ...handoff, ...assigned, state: 'open', since: fact.at }
        : { ...handoff, ...assigned };
    }
    case 'touched':
      return { ...handoff, actedOn: true };
    case 'accepted':
    case 'rejected':
    case 'recycled':
    case 'disqualified':
    case 'opportunity':
    case 'won':
    case 'lost':
      return { ...handoff, state: fact.kind, since: fact.at, actedOn: true };
    case 'withdrawn':
    case 'merged':
      return { ...handoff, state: 'withdrawn', since: fact.at };
  }
}

/**
 * - deliver: marketing brings what is missing, from the stage on
 * - first-contact, first-contact-never: the first touch, by the promise and by the last moment that it allows
 * - answer: accepted, rejected, recycled or disqualified
 * - touches: so many of each kind, or an end before
 */
export const CLOCKS = ['deliver', 'first-contact', 'first-contact-never', 'answer', 'touches'] as const;
type ClockKind = (typeof CLOCKS)[number];

/** A promise that runs. One is started for each assignment, and of `deliver` one for the hand-off. */
export interface Clock {
  readonly kind: ClockKind;
  /** The assignment it belongs to, from 1 on; 0 for `deliver`. */
  readonly assignment: number;
  readonly owner: 'marketing' | 'sales';
  readonly startedAt: number;
  readonly dueAt: number;
  /** When what was promised was done, or stopped being owed; null while it is. */
  readonly endedAt: number | null;
  /** Kept: done by then. Excused: the hand-off was taken away or ended before it was due. */
  readonly end: 'kept' | 'excused' | null;
}

/** Whose hours count for which promise. */
export interface Calendars {
  readonly marketing: Calendar;
  /** Of a sales person. */
  of(assignee: string): Calendar;
}

/**
 * All clocks of a hand-off, in the order in which they started. A clock that was not kept by `dueAt` was missed, whatever
 * happened afterwards. The hours of whoever owes are taken as they are when this is asked: what was recorded of a clock
 * when it started stays as it was recorded.
 */
export function clocksOf(agreement: Agreement, recorded: readonly Fact[], calendars: Calendars): Clock[] {
  const facts = countedFacts(recorded);
  const [first] = facts;
  if (first?.kind !== 'entered') return [];
  const clocks: Clock[] = [];
  const { marketing, sales } = agreement;
  const given = facts.flatMap((fact, place) => (fact.kind === 'assigned' ? [{ ...fact, place }] : []));

  const start = (
    clock: Pick<Clock, 'kind' | 'assignment' | 'owner' | 'startedAt'>,
    dueAt: number | null,
    { kept, excused }: { kept: Fact | undefined; excused: Fact | undefined },
  ): void => {
    if (dueAt === null) return;
    const ended = [kept, excused].filter((fact) => fact !== undefined).toSorted((a, b) => a.at - b.at)[0];
    const end = ended === undefined ? null : ended === kept ? 'kept' : 'excused';
    clocks.push({ ...clock, dueAt, endedAt: ended?.at ?? null, end });
  };

  const over = (fact: Fact): boolean => ENDS.includes(fact.kind);
  start(
    { kind: 'deliver', assignment: 0, owner: 'marketing', startedAt: first.at },
    until(marketing.deliver, calendars.marketing, first.at),
    { kept: given[0], excused: facts.find(over) },
  );

  for (const [i, assigned] of given.entries()) {
    const own = facts.slice(assigned.place + 1, given[i + 1]?.place ?? facts.length);
    const next = given[i + 1];
    const calendar = calendars.of(assigned.to);
    const head = { assignment: i + 1, owner: 'sales', startedAt: assigned.at } as const;
    const ended = own.find(over) ?? next;
    const answered = facts.slice(0, assigned.place).some(({ kind }) => kind === 'accepted');
    const touched = own.find(({ kind }) => kind === 'touched');
    const { firstContact, answer, touches } = sales;
    const contact = { kept: touched, excused: ended };
    if (firstContact !== null) {
      start({ ...head, kind: 'first-contact' }, until(firstContact.within, calendar, assigned.at), contact);
      start({ ...head, kind: 'first-contact-never' }, until(firstContact.never, calendar, assigned.at), contact);
    }
    if (!answered)
      start({ ...head, kind: 'answer' }, until(answer, calendar, assigned.at), {
        kept: own.find(({ kind }) => ANSWERS.includes(kind)),
        excused: ended,
      });
    if (touches !== null)
      start({ ...head, kind: 'touches' }, assigned.at + touches.within, {
        kept: enough(own, touches.least),
        excused: ended,
      });
  }
  return clocks.toSorted((a, b) => a.startedAt - b.startedAt || CLOCKS.indexOf(a.kind) - CLOCKS.indexOf(b.kind));
}

const ANSWERS: readonly HappeningKind[] = ['accepted', 'rejected', 'recycled', 'disqualified'];
/** What sales answers to a lead that it was given. */
export const isAnswer = (kind: HappeningKind): boolean => ANSWERS.includes(kind);
/** Milliseconds for which an answer that was a mistake can be taken back. */
export const CHANGE_OF_MIND = 10 * 60_000;
/** After these nobody owes anything more. */
const ENDS: readonly HappeningKind[] = [
  'rejected',
  'recycled',
  'disqualified',
  'opportunity',
  'won',
  'lost',
  'withdrawn',
  'merged',
];

const until = (span: WorkingSpan | null, calendar: Calendar, from: number): number | null =>
  span === null ? null : deadline(calendar, from, span);

/** The touch with which there were enough of every kind. */
function enough(facts: readonly Fact[], least: ReadonlyMap<TouchKind, number>): Fact | undefined {
  const left = new Map(TOUCHES.map((kind) => [kind, least.get(kind) ?? 0]));
  return facts.find((fact) => {
    if (fact.kind !== 'touched') return false;
    left.set(fact.touch, (left.get(fact.touch) ?? 0) - 1);
    return [...left.values()].every((missing) => missing <= 0);
  });
}

/** How a clock stands at an instant. */
export function outcomeOf({ dueAt, endedAt, end }: Clock, now: number): 'running' | 'kept' | 'missed' | 'excused' {
  if (endedAt !== null && endedAt <= Math.min(now, dueAt)) return end ?? 'excused';
  return now > dueAt ? 'missed' : 'running';
}
