/**
 * The path of a contact: what was true of it from which instant on, under one model. It decides at which instants a
 * contact is looked at and what is worth a line of history; what it finds there is `explain`'s. This is the plain form,
 * the specification of `kernel-path.ts`; it refuses to know versions, and how companies came to their scores.
 */

import { placeOn } from './condition.ts';
import { explain } from './explain.ts';
import { profile } from './profile.ts';
import type { Results } from './scores.ts';
import type { Contact, Event, Model, Score } from './words.ts';

/** Who a contact is, from an instant until the next era. */
export interface Era {
  readonly from: number;
  readonly who: Omit<Contact, 'events'>;
}

/** A contact through time. */
export interface Life {
  /** At least one, in order; the first also holds before its own beginning. */
  readonly eras: readonly Era[];
  /** All of them, in any order. */
  readonly events: readonly Event[];
}

/** What companies scored under a model, by id: in order, each from an instant until the next. */
export type CompanyPast = ReadonlyMap<string, readonly { readonly from: number; readonly scores: Results }[]>;

/** What history remembers of a state. */
export interface Outcome {
  /** By name of the score: millionths of a point, or the cell of a grid; null for none. */
  readonly told: Readonly<Record<string, number | string | null>>;
  readonly stage: string | null;
  /** The reason of a disqualification. */
  readonly disqualified: string | null;
}

export interface State extends Outcome {
  readonly at: number;
  readonly scores: Results;
}

/** Where a walk begins. */
export interface Start {
  readonly at: number;
  /** The stage that the contact is in. */
  readonly previous: string | null;
  /** What was true just before; null where nothing was. */
  readonly before: Outcome | null;
}

export interface Last extends State {
  /** What each rule gave that gave anything, by its id. */
  readonly parts: Readonly<Record<string, number>>;
  /** The earliest instant after the walk at which the contact has to be looked at again, or null. */
  readonly nextChangeAt: number | null;
}

export interface Path {
  /** A state for each instant at which something differs from the one before. */
  readonly states: readonly State[];
  /** What is true at the end. */
  readonly last: Last;
}

/** The contact as it was known to be at an instant, with all of its events. */
export const contactIn = ({ eras, events }: Life, at: number): Contact | null => {
  const era = eraAt(eras, at);
  return era === undefined ? null : { ...era.who, events };
};

export const eraAt = (eras: readonly Era[], at: number): Era | undefined =>
  eras.findLast((era) => era.from <= at) ?? eras[0];

/** What a company had scored by an instant; without any score for none. */
export function companyAt(past: CompanyPast, company: string | undefined, at: number): Results {
  const eras = company === undefined ? undefined : past.get(company);
  return eras?.findLast((era) => era.from <= at)?.scores ?? NO_SCORES;
}

const NO_SCORES: Results = new Map();

/**
 * The instants after one at which something of the contact changes from outside: an event, a trait, its company's
 * scores, its own creation. In order, each once.
 */
export function instantsAfter(
  from: number,
  eras: readonly Era[],
  times: Iterable<number>,
  past: CompanyPast,
): Float64Array {
  const instants: number[] = [];
  for (const time of times) if (time > from) instants.push(time);
  for (const { from: begins, who } of eras) {
    if (begins > from) instants.push(begins);
    if (who.createdAt !== null && who.createdAt > from) instants.push(who.createdAt);
  }
  for (const company of past.size === 0 ? [] : new Set(eras.map((era) => era.who.company?.id))) {
    for (const era of past.get(company ?? '') ?? []) if (era.from > from) instants.push(era.from);
  }
  return Float64Array.from(new Set(instants)).sort();
}

/** The scores as history tells them. */
export const toldOf = (scores: Results): Outcome['told'] =>
  Object.fromEntries([...scores].map(([name, { points, cell }]) => [name, cell ?? points]));

/** The scores that history tells of, without the sums of groups. */
export const fromTold = (scores: readonly Score[], told: Outcome['told']): Results =>
  new Map(
    scores.map(({ name, grades, bands }) => {
      const value = told[name] ?? null;
      const points = typeof value === 'number' ? value : null;
      return [
        name,
        {
          points,
          cell: typeof value === 'string' ? value : null,
          grade: points === null ? null : placeOn(grades, points),
          band: points === null ? null : placeOn(bands, points),
          groups: [],
        },
      ];
    }),
  );

/** Whether something is worth a line of history; null is a contact of which nothing was known. */
export function differs(before: Outcome | null, now: Outcome): boolean {
  const names = Object.keys(now.told);
  return (
    (before?.stage ?? null) !== now.stage ||
    (before?.disqualified ?? null) !== now.disqualified ||
    names.some((name) => (before?.told[name] ?? null) !== now.told[name])
  );
}

/**
 * Walks a contact through time: looks at it where the walk begins, at each instant at which something changes, and at
 * each at which time alone changes something, up to and with `until`.
 */
export function pathOf(model: Model, life: Life, past: CompanyPast, start: Start, until: number): Path {
  const whole = contactIn(life, start.at);
  const times = whole === null ? [] : profile(whole, Infinity).events.map((event) => event.at);
  const changes = instantsAfter(start.at, life.eras, times, past);
  const states: State[] = [];
  let { previous, before, at } = start;
  for (;;) {
    const contact = contactIn(life, at);
    if (contact === null) throw new Error('a contact without an era');
    const company = companyAt(past, contact.company?.id, at);
    const { scores, stage, disqualified, reasons, nextChangeAt } = explain(model, contact, at, { previous, company });
    const state = { at, scores, told: toldOf(scores), stage, disqualified: disqualified?.reason ?? null };
    if (differs(before, state)) states.push(state);
    before = state;
    previous = stage;
    const now = at;
    at = Math.min(nextChangeAt ?? Infinity, changes.find((instant) => instant > now) ?? Infinity);
    if (at <= until) continue;
    const given = reasons.filter(({ points }) => points !== 0).map(({ rule, points }) => [rule, points]);
    return { states, last: { ...state, parts: Object.fromEntries(given), nextChangeAt: at === Infinity ? null : at } };
  }
}
