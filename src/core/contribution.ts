/**
 * What one rule gives to one contact at an instant, and which events gave it. This is the specification that the
 * generated code and the SQL must equal. It refuses to know how contributions are summed.
 */

import { counted, holds, type Subject } from './condition.ts';
import { fold, readNumber } from './text.ts';
import { dayOf, weekOf, writeInstant } from './time.ts';
import type { Contact, Event, Match, Period, Rule, Value, Values } from './words.ts';

export interface Given {
  /** Millionths of a point. */
  readonly points: number;
  /** The events that counted, in order of time. */
  readonly events: readonly Event[];
}

export const NOTHING: Given = { points: 0, events: [] };

/** Properties of events are bounded here so that a unit count stays a finite number in every engine. */
const AMOUNT_LIMIT = 1e21;

/** A contact as conditions see it at an instant. Scores are not there yet: rules cannot ask for them. */
export function subjectOf(contact: Contact, now: number): Subject {
  return {
    now,
    value: (holder, field) =>
      holder === 'company' ? contact.company?.traits.get(field) : contactValue(contact, field),
    score: () => null,
    place: () => null,
    count: (match) => select(match, contact.events, now).length,
  };
}

export function contactValue(contact: Contact, field: string): Value | undefined {
  switch (field) {
    case 'email':
      return contact.email ?? undefined;
    case 'email.domain':
      return domainOf(contact.email);
    case 'created_at':
      return contact.createdAt === null ? undefined : writeInstant(contact.createdAt);
    case 'company_id':
      return contact.companyId ?? undefined;
    default:
      return contact.traits.get(field);
  }
}

/** All after the last `@`, folded. */
export function domainOf(email: string | null): string | undefined {
  return email?.includes('@') ? fold(email.slice(email.lastIndexOf('@') + 1)) || undefined : undefined;
}

function matches(names: readonly string[] | null, where: Match['where'], event: Event, now: number): boolean {
  return (
    (names === null || names.includes(event.name)) &&
    (where === null || holds(where, eventSubject(event.properties, now)))
  );
}

const eventSubject = (properties: Values, now: number): Subject => ({
  now,
  value: (_, field) => properties.get(field),
  score: () => null,
  place: () => null,
  count: () => 0,
});

/** The events of a match at an instant: where → gap → within → distinct. */
function select(match: Match, events: readonly Event[], now: number): Event[] {
  let chosen = events.filter((event) => matches(match.names, match.where, event, now));
  const { gap, within, distinct } = match;
  if (gap !== null) {
    // Against the matching event before, counted or not: a long stay is one visit.
    chosen = chosen.filter((event, i) => event.at - (chosen[i - 1]?.at ?? Number.NEGATIVE_INFINITY) >= gap);
  }
  if (within !== null) chosen = chosen.filter((event) => event.at > now - within);
  if (distinct !== null) chosen = [...firstByValue(chosen, distinct).values()];
  return chosen;
}

function firstByValue(events: readonly Event[], property: string): Map<string, Event> {
  const first = new Map<string, Event>();
  for (const event of events) {
    const value = event.properties.get(property);
    if (typeof value !== 'string') continue;
    const key = fold(value);
    if (key !== '' && !first.has(key)) first.set(key, event);
  }
  return first;
}

export function explainTrait(rule: Rule<'trait'>, contact: Contact, now: number): Given {
  return holds(rule.if, subjectOf(contact, now)) ? { points: rule.points * 1000, events: [] } : NOTHING;
}

export function explainHappened(rule: Rule<'happened'>, contact: Contact, now: number): Given {
  if (!gate(rule, contact, now)) return NOTHING;
  const events = select(rule.match, contact.events, now);
  return counted(rule.count, events.length) ? { points: rule.points * 1000, events } : NOTHING;
}

export function explainEach(rule: Rule<'each'>, contact: Contact, now: number): Given {
  if (!gate(rule, contact, now)) return NOTHING;
  let events = select(rule.match, contact.events, now);
  const { limit, amount, decay } = rule;
  if (limit !== null) {
    const used = new Map<number, number>();
    events = events.filter((event) => {
      const period = periodOf(limit.per, event.at);
      const place = (used.get(period) ?? 0) + 1;
      used.set(period, place);
      return place <= limit.times;
    });
  }
  let points = 0;
  const counting: Event[] = [];
  for (const event of events) {
    const units = amount === null ? 1 : unitsOf(event.properties.get(amount.property), amount.unit);
    const weight = decay === null ? 1000 : weightAt(decay.weights, dayOf(now) - dayOf(event.at));
    if (units * weight === 0) continue;
    points += rule.points * units * weight;
    counting.push(event);
  }
  return { points: held(points, rule.max), events: counting };
}

const periodOf = (per: Period, at: number): number => (per === 'day' ? dayOf(at) : per === 'week' ? weekOf(at) : 0);

/** Whole units of an amount; no number, a negative one, or less than one unit is none. */
function unitsOf(value: Value | undefined, unit: number): number {
  const number = value === undefined || typeof value !== 'string' ? undefined : readNumber(value);
  return number === undefined || number < 0 ? 0 : Math.floor(Math.min(number, AMOUNT_LIMIT) / unit);
}

const weightAt = (weights: readonly number[], age: number): number => weights[Math.min(age, weights.length - 1)] ?? 0;

export function explainSilent(rule: Rule<'silent'>, contact: Contact, now: number): Given {
  if (!gate(rule, contact, now)) return NOTHING;
  const last = contact.events.findLast((event) => matches(rule.names, rule.where, event, now));
  const since = last?.at ?? contact.createdAt ?? contact.events[0]?.at;
  if (since === undefined) return NOTHING;
  const times = Math.floor((now - since) / rule.for);
  if (times < 1) return NOTHING;
  return { points: held(rule.points * 1000 * (rule.each ? times : 1), rule.max), events: last ? [last] : [] };
}

export function explainUntaken(rule: Rule<'untaken'>, contact: Contact, now: number): Given {
  if (!gate(rule, contact, now)) return NOTHING;
  const seen = firstByValue(
    select({ names: rule.on, where: rule.where, gap: null, within: rule.within, distinct: null }, contact.events, now),
    rule.same,
  );
  const taken = firstByValue(
    select({ names: rule.unless, where: null, gap: null, within: null, distinct: null }, contact.events, now),
    rule.same,
  );
  const events = [...seen]
    .filter(([value, event]) => event.at <= now - rule.after && !taken.has(value))
    .map(([, event]) => event);
  return { points: held(rule.points * 1000 * events.length, rule.max), events };
}

const gate = (rule: { if: Rule<'each'>['if'] }, contact: Contact, now: number): boolean =>
  rule.if === null || holds(rule.if, subjectOf(contact, now));

/** Clamps a contribution to its `max`, either way. */
const held = (points: number, max: number): number => Math.max(-max, Math.min(max, points)) + 0;
