/**
 * The year counted again, from what was sent and from what happened to each hand-off, by plain code that shares nothing
 * with the program: every finding is a sentence that says what differs.
 */

import { type Contacts, contactsThrough } from './contacts.ts';
import type { Entry, SellerBody, Year } from './log.ts';
import { afterDays, afterMinutes, minutesBefore, type PlainHours } from './plain.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A hand-off as the API tells it. */
export interface ToldHandoff {
  readonly id: string;
  readonly contactId: string;
  readonly state: string;
  readonly assignee: string | null;
  readonly assignments: number;
  readonly clocks: readonly ToldClock[];
  readonly facts: readonly ToldFact[];
}
interface ToldClock {
  readonly kind: string;
  readonly assignment: number;
  readonly assignee: string | null;
  readonly startedAt: string;
  readonly dueAt: string;
  readonly outcome: string;
  readonly endedAt: string | null;
}
interface ToldFact {
  readonly kind: string;
  readonly at: string;
  readonly by: string;
  readonly details: Readonly<Record<string, unknown>>;
}
export interface ToldNotice {
  readonly handoffId: string;
  readonly kind: string;
  readonly recipient: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A fact with its place in the whole of what was sent. */
interface Placed {
  readonly kind: string;
  readonly at: number;
  readonly by: string;
  readonly place: number;
  readonly details: Readonly<Record<string, unknown>>;
  readonly seq: number;
}

export interface Counted {
  readonly findings: readonly string[];
  readonly outcomes: Readonly<Record<string, number>>;
  readonly alarms: number;
  readonly clocks: number;
  readonly handoffs: readonly Recounted[];
  readonly contacts: Contacts;
}

/** A hand-off as it was counted. */
export interface Recounted {
  readonly told: ToldHandoff;
  readonly facts: readonly Placed[];
  readonly enteredAt: number;
  /** Its state from which place of the log on. */
  readonly states: readonly { readonly seq: number; readonly at: number; readonly state: string }[];
  readonly contactId: string;
}

const HELD = ['open', 'accepted', 'opportunity'];
const UNDER_WAY = ['waiting', ...HELD];
const STATE_OF: Readonly<Record<string, string>> = {
  accepted: 'accepted',
  rejected: 'rejected',
  recycled: 'recycled',
  disqualified: 'disqualified',
  opportunity: 'opportunity',
  won: 'won',
  lost: 'lost',
  withdrawn: 'withdrawn',
  merged: 'withdrawn',
};
const OVER = ['rejected', 'recycled', 'disqualified', 'opportunity', 'won', 'lost', 'withdrawn', 'merged'];

export function recount(year: Year, told: readonly ToldHandoff[], notices: readonly ToldNotice[]): Counted {
  const findings: string[] = [];
  const find = (sentence: string): void => {
    findings.push(sentence);
  };
  const { log } = year;
  const looks = log.flatMap((entry, seq) => (entry.kind === 'look' ? [{ seq, now: entry.now }] : []));
  const lookAt = new Map(looks.map(({ now, seq }) => [now, seq]));
  const said = Map.groupBy(
    log.flatMap((entry, seq) => (entry.kind === 'said' ? [{ ...entry, seq }] : [])),
    ({ handoffId }) => handoffId,
  );
  const hoursOf = hoursThrough(log);
  const handoffs: Recounted[] = [];
  const outcomes: Record<string, number> = {};
  let alarms = 0;
  let clocks = 0;

  const noticesOf = Map.groupBy(notices, ({ handoffId }) => handoffId);
  for (const one of told) {
    // Each fact of a person is one that was sent, in the same order; each other happened at a look, or with a merge.
    const own = [...(said.get(one.id) ?? [])];
    let last = -1;
    const facts = one.facts.map((fact, place): Placed => {
      const at = Date.parse(fact.at);
      let seq: number;
      const isMerge =
        fact.kind === 'merged' ||
        (fact.kind === 'undone' && one.facts[Number(fact.details.place)]?.kind === 'merged') ||
        (fact.kind === 'assigned' && fact.details.because === 'given back');
      if (isMerge) {
        seq = log.findIndex(
          (entry, i) => i >= last && (entry.kind === 'merge' || entry.kind === 'unmerge') && nowBefore(log, i) === at,
        );
        if (seq < 0) find(`hand-off ${one.id}: nothing was merged at ${fact.at}`);
      } else if (fact.by !== 'scoreline') {
        const next = own.shift();
        if (next === undefined || next.fact.kind !== fact.kind || next.at !== at)
          find(
            `hand-off ${one.id}: ${fact.kind} at ${fact.at} is not what was sent (${next?.fact.kind} at ${next?.at})`,
          );
        seq = next?.seq ?? last;
      } else if (fact.kind === 'entered') {
        seq = lookAt.get(at) ?? -1;
        if (seq < 0) find(`hand-off ${one.id} was entered between two looks`);
      } else {
        seq = lookAt.get(at) ?? -1;
        if (seq < 0) find(`hand-off ${one.id}: ${fact.kind} happened between two looks`);
      }
      if (seq < last) find(`hand-off ${one.id}: ${fact.kind} is out of order`);
      last = Math.max(last, seq);
      return { ...fact, at, place, seq };
    });
    if (own.length > 0) find(`hand-off ${one.id}: ${own.length} things that were taken are not there`);

    // Its state, fact by fact, what was taken back left out.
    const counted: Placed[] = [];
    const states: { seq: number; at: number; state: string }[] = [];
    let state = 'waiting';
    let assignee: string | null = null;
    let assignments = 0;
    let acted = false;
    for (const fact of facts) {
      if (fact.kind === 'undone') {
        const meant = counted.findIndex(({ place }) => place === Number(fact.details.place));
        if (meant < 0) find(`hand-off ${one.id}: what was taken back was not there`);
        const [gone] = counted.splice(meant, 1);
        if (gone?.kind === 'merged')
          state = counted.reduce(
            (before, { kind }) => STATE_OF[kind] ?? (kind === 'assigned' && before === 'waiting' ? 'open' : before),
            'waiting',
          );
      } else {
        counted.push(fact);
        if (fact.kind === 'assigned') {
          if (![...UNDER_WAY].includes(state)) find(`hand-off ${one.id} was given to somebody when it was ${state}`);
          if (assignee === fact.details.to && fact.by === 'scoreline' && fact.details.because !== 'given back')
            find(`hand-off ${one.id} was given to whom it had`);
          assignee = String(fact.details.to);
          assignments++;
          if (state === 'waiting') state = 'open';
        } else {
          if (
            fact.kind !== 'entered' &&
            !UNDER_WAY.includes(state) &&
            !(state === 'rejected' && fact.kind === 'recycled')
          )
            find(`hand-off ${one.id} was ${fact.kind} when it was ${state}`);
          state = STATE_OF[fact.kind] ?? state;
        }
      }
      acted = counted.some(
        ({ kind, by }) => kind === 'touched' || (by !== 'scoreline' && STATE_OF[kind] !== undefined),
      );
      if (fact.kind === 'withdrawn' && acted) find(`hand-off ${one.id} was withdrawn though somebody acted`);
      if (states.at(-1)?.state !== state) states.push({ seq: fact.seq, at: fact.at, state });
    }
    if (state !== one.state) find(`hand-off ${one.id} is ${one.state}, and was counted ${state}`);
    if (assignee !== one.assignee) find(`hand-off ${one.id} is with ${one.assignee}, and was given to ${assignee}`);
    if (assignments !== one.assignments)
      find(`hand-off ${one.id} tells of ${one.assignments} assignments of ${assignments}`);
    handoffs.push({ told: one, facts, states, enteredAt: facts[0]?.at ?? 0, contactId: one.contactId });

    const expected = clocksOf(facts, { hoursOf, looks, find: (sentence) => find(`hand-off ${one.id}: ${sentence}`) });
    const key = ({ kind, assignment }: { kind: string; assignment: number }) => `${kind} ${assignment}`;
    const toldClocks = new Map(one.clocks.map((clock) => [key(clock), clock]));
    if (toldClocks.size !== one.clocks.length) find(`hand-off ${one.id}: a clock is there twice`);
    if (toldClocks.size !== expected.length)
      find(`hand-off ${one.id}: ${toldClocks.size} clocks, counted ${expected.length}`);
    const alarmsTold = (noticesOf.get(one.id) ?? []).filter(({ kind }) => kind === 'reminder' || kind === 'escalation');
    const alarmKey = (kind: string, clock: string, who: string | null, due: number) => `${kind} ${clock} ${who} ${due}`;
    const toldAlarms = alarmsTold
      .map(({ kind, details }) =>
        alarmKey(
          kind,
          String(details.clock),
          details.assignee === null ? null : String(details.assignee),
          Number(details.dueAt),
        ),
      )
      .sort();
    const expectedAlarms: string[] = [];
    for (const clock of expected) {
      clocks++;
      const there = toldClocks.get(key(clock));
      // Where two look at once, time can be told of before or after a lead is given, in one and the same look.
      const either = clock.outcome === 'missed' && isTwice(log[clock.endSeq]) && there?.endedAt === null;
      const endedAt = either ? null : clock.endedAt;
      const shown =
        there &&
        `${there.assignee} ${Date.parse(there.startedAt)} ${Date.parse(there.dueAt)} ${there.outcome} ${there.endedAt && Date.parse(there.endedAt)}`;
      const wanted = `${clock.assignee} ${clock.startedAt} ${clock.dueAt} ${clock.outcome} ${endedAt}`;
      if (shown !== wanted) find(`hand-off ${one.id}: clock ${key(clock)} is ${shown}, counted ${wanted}`);
      outcomes[clock.outcome] = (outcomes[clock.outcome] ?? 0) + 1;
      if (clock.reminded) expectedAlarms.push(alarmKey('reminder', clock.kind, clock.assignee, clock.dueAt));
      if (clock.outcome === 'missed')
        expectedAlarms.push(alarmKey('escalation', clock.kind, clock.assignee, clock.dueAt));
    }
    alarms += expectedAlarms.length;
    if (toldAlarms.join('\n') !== expectedAlarms.sort().join('\n'))
      find(`hand-off ${one.id}: told ${toldAlarms.join('; ')}, counted ${expectedAlarms.join('; ')}`);
  }
  const contacts = contactsThrough(year, handoffs, find);
  for (const [handoffId] of said) {
    const there = told.some(({ id }) => id === handoffId);
    if (!there && !contacts.erasedHandoffs.has(handoffId)) find(`hand-off ${handoffId} is gone`);
  }
  return { findings, outcomes, alarms, clocks, handoffs, contacts };
}

const isTwice = (entry: Entry | undefined): boolean => entry?.kind === 'look' && entry.twice;

/** The instant at which an entry of the log was sent: that of the look after it. */
const afterwards = new WeakMap<readonly Entry[], number[]>();
function nowBefore(log: readonly Entry[], place: number): number {
  let nows = afterwards.get(log);
  if (nows === undefined) {
    nows = new Array<number>(log.length);
    let now = 0;
    for (let i = log.length - 1; i >= 0; i--) {
      const entry = log[i];
      if (entry?.kind === 'look') now = entry.now;
      nows[i] = now;
    }
    afterwards.set(log, nows);
  }
  return nows[place] ?? 0;
}

/** Whose hours are which, as of a place of the log. */
function hoursThrough(log: readonly Entry[]): (email: string, seq: number) => PlainHours {
  const holidays = new Map<string, readonly string[]>();
  const bodies = new Map<string, { seq: number; body: SellerBody }[]>();
  const absences = new Map<string, { seq: number; days: string[] }[]>();
  for (const [seq, entry] of log.entries()) {
    if (entry.kind === 'holidays') holidays.set(entry.calendar, entry.days);
    if (entry.kind === 'seller')
      bodies.set(entry.email, [...(bodies.get(entry.email) ?? []), { seq, body: entry.body }]);
    if (entry.kind === 'absence') {
      const days: string[] = [];
      for (let at = Date.parse(entry.first); at <= Date.parse(entry.last); at += DAY)
        days.push(new Date(at).toISOString().slice(0, 10));
      absences.set(entry.email, [...(absences.get(entry.email) ?? []), { seq, days }]);
    }
  }
  const known = new Map<string, PlainHours>();
  return (email, seq) => {
    const list = bodies.get(email) ?? [];
    const place = list.findLastIndex((one) => one.seq <= seq);
    const away = (absences.get(email) ?? []).filter((one) => one.seq <= seq);
    const key = `${email} ${place} ${away.length}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const body = list[place]?.body;
    if (body === undefined) throw new Error(`nobody knows the hours of ${email}`);
    const free = new Set([...(holidays.get(body.holidays ?? '') ?? []), ...away.flatMap(({ days }) => days)]);
    const hours = { zone: body.zone, week: body.week, free };
    known.set(key, hours);
    return hours;
  };
}

interface Expected {
  readonly kind: string;
  readonly assignment: number;
  readonly assignee: string | null;
  readonly startedAt: number;
  readonly dueAt: number;
  outcome: string;
  endedAt: number | null;
  reminded: boolean;
}

interface Open extends Expected {
  readonly remindAt: number | null;
  /** Since when it runs, in the order of the log. */
  readonly seq: number;
  endSeq: number;
}

interface Through {
  readonly hoursOf: (email: string, seq: number) => PlainHours;
  readonly looks: readonly { readonly seq: number; readonly now: number }[];
  readonly find: (sentence: string) => void;
}

/** All promises of a hand-off and how they ended, each counted as it went. */
function clocksOf(facts: readonly Placed[], { hoursOf, looks, find }: Through): Open[] {
  const clocks: Open[] = [];
  const running = (): Open[] => clocks.filter(({ outcome }) => outcome === 'running');
  let touches: Placed[] = [];
  let assignment = 0;
  let accepted = false;

  const start = (
    kind: string,
    owner: string,
    assignee: string | null,
    at: number,
    dueAt: number,
    seq: number,
  ): void => {
    const hours = hoursOf(owner, seq);
    const remindAt = minutesBefore(hours, at, dueAt, 10);
    clocks.push({
      kind,
      assignment: kind === 'deliver' ? 0 : assignment,
      assignee,
      startedAt: at,
      dueAt,
      outcome: 'running',
      endedAt: null,
      reminded: false,
      remindAt,
      seq,
      endSeq: Infinity,
    });
  };
  /** The look that finds that time has run out, if there is one before a place of the log. */
  const pass = (until: number): void => {
    for (const clock of running()) {
      const late = firstLook(looks, clock.seq, clock.dueAt + 1);
      if (late !== undefined && late.seq < until) {
        clock.outcome = 'missed';
        clock.endSeq = late.seq;
      }
    }
  };
  const end = (which: readonly Open[], outcome: string, { at, seq, by, kind, details }: Placed): void => {
    for (const clock of which) {
      clock.outcome = at <= clock.dueAt ? outcome : 'missed';
      clock.endedAt = at;
      clock.endSeq = seq + (isLater({ by, kind, details }) ? 0.5 : 0);
    }
  };
  for (const fact of facts) {
    // A look writes down what ran out after it gave leads to people, and before it takes them away again.
    const later = isLater(fact);
    pass(later ? fact.seq + 0.5 : fact.seq);
    const sales = running().filter(({ kind }) => kind !== 'deliver');
    const of = (...kinds: string[]): Open[] => sales.filter(({ kind }) => kinds.includes(kind));
    if (fact.kind === 'entered') {
      const hours = hoursOf('marketing', fact.seq);
      start('deliver', 'marketing', null, fact.at, afterDays(hours, fact.at, 1), fact.seq);
    } else if (fact.kind === 'assigned') {
      const to = String(fact.details.to);
      end(
        running().filter(({ kind }) => kind === 'deliver'),
        'kept',
        fact,
      );
      end(sales, 'excused', fact);
      assignment++;
      touches = [];
      const hours = hoursOf(to, fact.seq);
      start('first-contact', to, to, fact.at, afterMinutes(hours, fact.at, 30), fact.seq);
      start('first-contact-never', to, to, fact.at, afterDays(hours, fact.at, 1), fact.seq);
      if (!accepted) start('answer', to, to, fact.at, afterDays(hours, fact.at, 2), fact.seq);
      start('touches', to, to, fact.at, fact.at + 14 * DAY, fact.seq);
    } else if (fact.kind === 'touched') {
      end(of('first-contact', 'first-contact-never'), 'kept', fact);
      touches.push(fact);
      const made = (touch: string) => touches.filter(({ details }) => details.touch === touch).length;
      if (made('call') >= 2 && made('email') >= 1) end(of('touches'), 'kept', fact);
    } else if (fact.kind === 'undone') {
      const gone = facts[Number(fact.details.place)];
      touches = touches.filter(({ place }) => place !== gone?.place);
    } else {
      if (['accepted', 'rejected', 'recycled', 'disqualified'].includes(fact.kind)) end(of('answer'), 'kept', fact);
      if (fact.kind === 'accepted') accepted = true;
      if (OVER.includes(fact.kind)) end(running(), 'excused', fact);
    }
  }
  pass(Infinity);
  for (const clock of clocks) {
    if (clock.outcome === 'running') find(`clock ${clock.kind} ${clock.assignment} runs to the end`);
    if (clock.remindAt === null) continue;
    const told = firstLook(looks, clock.seq, clock.remindAt);
    clock.reminded = told !== undefined && told.now <= clock.dueAt && told.seq < clock.endSeq;
  }
  return clocks;
}

/** Leads are taken from people at the end of a look. */
const isLater = ({ by, kind, details }: Pick<Placed, 'by' | 'kind' | 'details'>): boolean =>
  by === 'scoreline' && kind === 'assigned' && (details.because === 'nobody acted' || details.because === 'gone');

/** The first look at or after a place of the log from an instant on. */
function firstLook(looks: Through['looks'], seq: number, now: number) {
  let [low, high] = [0, looks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const look = looks[middle];
    if (look !== undefined && look.seq >= seq && look.now >= now) high = middle;
    else low = middle + 1;
  }
  return looks[low];
}
