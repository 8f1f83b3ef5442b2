/**
 * One contact, or one company, in plain readable code: points, sentences, and the very events that counted. This
 * form is the specification; kernel and sql must equal it. It decides the order of work (contact scores →
 * disqualification → company scores → stage) and when something changes next.
 */

import { holds, parts, type Subject } from './condition.ts';
import { type Given, NOTHING, subjectOf } from './contribution.ts';
import { type Course, datesIn, firstChange, isStill, type Movement, movementOf, movementOfMatch } from './next.ts';
import { type Language, phrasesOf } from './phrases/languages.ts';
import { profile } from './profile.ts';
import { explainRule } from './rules.ts';
import { type Result, type Results, rollUp, scoresOf } from './scores.ts';
import { saysRule } from './sentences.ts';
import { readInstant } from './time.ts';
import {
  type Company,
  type Condition,
  type Contact,
  type Event,
  type Model,
  type Rule,
  rulesOf,
  type Stage,
} from './words.ts';

export interface Reason {
  readonly rule: string;
  readonly score: string;
  readonly group: string | null;
  /** Millionths of a point, after the rule's own `max`. */
  readonly points: number;
  readonly sentence: string;
  /** The events that counted, in order of time. */
  readonly events: readonly Event[];
}

export interface Explanation {
  readonly contact: string;
  readonly asOf: number;
  /** By name, in the order of the model. */
  readonly scores: Results;
  /** One for each rule, in the order of the model, those that gave nothing included. */
  readonly reasons: readonly Reason[];
  readonly disqualified: { readonly id: string; readonly reason: string } | null;
  readonly stage: string | null;
  /** The earliest instant at which any of this changes if nothing else happens, or null. */
  readonly nextChangeAt: number | null;
}

export interface Surroundings {
  /** The stage the contact is in; null or left out for a first scoring. */
  readonly previous?: string | null;
  /** All contacts of the contact's company, the contact itself included. */
  readonly colleagues?: readonly Contact[];
  /** The scores of the contact's company where they are known; else they are those of its colleagues. */
  readonly company?: Results;
  /** What the sentences are written in; English where it is left out. */
  readonly language?: Language;
}

/**
 * Explains one contact as of an instant.
 * @param known the contact with all of its history; what came after the instant is left out
 */
export function explain(model: Model, known: Contact, asOf: number, around: Surroundings = {}): Explanation {
  const contact = profile(known, asOf);
  const colleagues = (around.colleagues ?? [contact]).map((colleague) => profile(colleague, asOf));
  const company = around.company ?? null;
  const state = standing(model, contact, asOf, colleagues, around.previous ?? null, company);
  return {
    contact: contact.id,
    asOf,
    scores: state.scores,
    reasons: reasonsOf(
      model,
      (rule) => (hasData(contact) ? explainRule(rule, contact, asOf) : NOTHING),
      around.language,
    ),
    disqualified: state.disqualified,
    stage: state.stage,
    nextChangeAt: nextChange(model, contact, asOf, colleagues, state, company),
  };
}

/** Explains a company from its contacts as of an instant; reasons are those of its own rules. */
export function explainCompany(
  model: Model,
  company: Company,
  contacts: readonly Contact[],
  asOf: number,
  language?: Language,
): { readonly scores: Results; readonly reasons: readonly Reason[] } {
  const known = contacts.map((contact) => profile(contact, asOf));
  return explainFromMembers(model, company, membersOf(model, known, asOf), asOf, language);
}

/** The same from the contacts that count for the company, with scores that they are known to have. */
export function explainFromMembers(
  model: Model,
  company: Company,
  members: readonly Member[],
  asOf: number,
  language?: Language,
): { readonly scores: Results; readonly reasons: readonly Reason[] } {
  return {
    scores: companyScores(model, company, members, asOf),
    reasons: members.length === 0 ? [] : companyReasons(model, companyGiven(company, members, asOf), language),
  };
}

function reasonsOf(model: Model, given: (rule: Rule) => Given, language: Language = 'en'): Reason[] {
  const say = phrasesOf(language);
  return model.scores.flatMap((score) =>
    score.kind !== 'rules'
      ? []
      : score.rules.map(({ rule, group }) => {
          const { points, events } = given(rule);
          return { rule: rule.id, score: score.name, group, points, sentence: saysRule(rule, say), events };
        }),
  );
}

const companyReasons = (model: Model, given: (rule: Rule) => number, language?: Language): Reason[] =>
  reasonsOf({ ...model, scores: model.companyScores }, (rule) => ({ points: given(rule), events: [] }), language);

/** A contact without any trait and without any event has no score. */
export const hasData = (contact: Contact): boolean => contact.hasTraits || contact.events.length > 0;

interface Standing {
  readonly scores: Results;
  readonly disqualified: { readonly id: string; readonly reason: string } | null;
  readonly stage: string | null;
}

function standing(
  model: Model,
  contact: Contact,
  now: number,
  colleagues: readonly Contact[],
  previous: string | null,
  given: Results | null,
): Standing {
  const alone = standingAlone(model, contact, now);
  if (alone.disqualified !== null || !hasData(contact)) return { ...alone, stage: null };
  const company =
    given ??
    (contact.company !== null && readsCompanyScores(model)
      ? companyScores(model, contact.company, membersOf(model, colleagues, now), now)
      : new Map<string, Result>());
  return { ...alone, stage: stageOf(model, judged(contact, now, alone.scores, company), previous) };
}

/** Scores and disqualification, which need nobody else. */
function standingAlone(model: Model, contact: Contact, now: number): Omit<Standing, 'stage'> {
  const known = hasData(contact);
  const scores = scoresOf(model.scores, known ? (rule) => explainRule(rule, contact, now).points : null);
  const subject = judged(contact, now, scores, new Map());
  const entry = known ? model.disqualify.find((candidate) => holds(candidate.if, subject)) : undefined;
  return { scores, disqualified: entry === undefined ? null : { id: entry.id, reason: entry.reason } };
}

/**
 * A contact as the conditions of an agreement see it at an instant: with its scores, and those of its company.
 * @param known with all of its history; what came after the instant is left out
 */
export function judgedAt(model: Model, known: Contact, now: number, company: Results): Subject {
  const contact = profile(known, now);
  return judged(contact, now, standingAlone(model, contact, now).scores, company);
}

/** A contact as the conditions of stages and disqualification see it: with its scores. */
function judged(contact: Contact, now: number, scores: Results, company: Results): Subject {
  return {
    ...subjectOf(contact, now),
    score: (ofCompany, name) => (ofCompany ? company : scores).get(name)?.points ?? null,
    place: (of, ofCompany, name) => (ofCompany ? company : scores).get(name)?.[of] ?? null,
  };
}

/**
 * The last stage whose `enter` holds, if it is later than the present one; else the present one, unless its `leave`
 * holds and its `enter` does not: then the last whose `enter` holds, or none.
 */
function stageOf(model: Model, subject: Subject, previous: string | null): string | null {
  const entered = model.stages.findLastIndex((stage) => holds(stage.enter, subject));
  const present = model.stages.findIndex((stage) => stage.id === previous);
  const leaves = (stage: Stage | undefined) =>
    stage?.leave != null && holds(stage.leave, subject) && !holds(stage.enter, subject);
  const next = entered > present || leaves(model.stages[present]) ? entered : present;
  return model.stages[next]?.id ?? null;
}

const companyReaders = new WeakMap<Model, boolean>();

/** Whether a stage asks for company scores, so that a contact's stage depends on its colleagues. */
export function readsCompanyScores(model: Model): boolean {
  const known = companyReaders.get(model);
  if (known !== undefined) return known;
  const reads = model.stages
    .flatMap((stage) => [...parts(stage.enter), ...parts(stage.leave)])
    .some((part) => (part.kind === 'score' || part.kind === 'place') && part.ofCompany);
  companyReaders.set(model, reads);
  return reads;
}

/** A contact that counts for its company: one that has a score and is not disqualified. */
export interface Member {
  readonly contact: Contact;
  readonly scores: Results;
}

/** The contacts that count for a company: those that have a score and are not disqualified. */
function membersOf(model: Model, contacts: readonly Contact[], now: number): Member[] {
  return contacts.flatMap((contact) => {
    const { scores, disqualified } = standingAlone(model, contact, now);
    return hasData(contact) && disqualified === null ? [{ contact, scores }] : [];
  });
}

function companyScores(model: Model, company: Company, members: readonly Member[], now: number): Results {
  return scoresOf(model.companyScores, members.length === 0 ? null : companyGiven(company, members, now), (score) =>
    rollUp(
      score,
      members.map((member) => member.scores.get(score.of)?.points ?? 0),
    ),
  );
}

function companyGiven(company: Company, members: readonly Member[], now: number): (rule: Rule) => number {
  const subject: Subject = {
    now,
    value: (_, field) => company.traits.get(field),
    score: () => null,
    place: () => null,
    count: () => 0,
  };
  return (rule) => {
    if (rule.if !== null && !holds(rule.if, subject)) return 0;
    if (rule.kind !== 'contacts') return rule.points * 1000;
    const n = members.filter(({ contact, scores }) =>
      holds(rule.contacts, judged(contact, now, scores, new Map())),
    ).length;
    return n >= rule.count.least && n <= rule.count.most ? rule.points * 1000 : 0;
  };
}

function nextChange(
  model: Model,
  contact: Contact,
  asOf: number,
  colleagues: readonly Contact[],
  state: Standing,
  company: Results | null,
): number | null {
  if (!hasData(contact)) return null;
  let first = Infinity;
  for (const rule of rulesOf(model.scores)) first = Math.min(first, nextOfRule(rule, contact, asOf, first));
  first = nextOfStanding(model, contact, asOf, colleagues, state, first, company);
  return first === Infinity ? null : first;
}

function nextOfRule(rule: Rule, contact: Contact, from: number, until: number): number {
  const movement = movementOf(rule);
  if (isStill(movement)) return Infinity;
  return firstChange(
    movement,
    courseOf(contact, movement, from, (at) => explainRule(rule, contact, at).points),
    from,
    until,
  );
}

function courseOf(contact: Contact, movement: Movement, from: number, value: (at: number) => number): Course {
  const subject = subjectOf(contact, from);
  const flips = new Set<number>();
  for (const { holder, field, ms } of movement.dates) {
    const values =
      holder === 'event' ? contact.events.map((event) => event.properties.get(field)) : [subject.value(holder, field)];
    for (const written of values) {
      const instant = typeof written === 'string' ? readInstant(written) : undefined;
      if (instant !== undefined && instant + ms > from) flips.add(instant + ms);
    }
  }
  const times = contact.events.map((event) => event.at);
  return { value, times, flips: [...flips].sort((a, b) => a - b) };
}

/**
 * Until the contact's own scores change, its disqualification and stage can change only where one of their dates or
 * windows does, or where a colleague changes the scores of the company.
 * @param company the company's scores where they are given, and then stay as they are
 */
export function nextOfStanding(
  model: Model,
  contact: Contact,
  asOf: number,
  colleagues: readonly Contact[],
  state: Pick<Standing, 'stage'> & { readonly disqualified: { readonly id: string } | null },
  until: number,
  company: Results | null = null,
): number {
  const instants = new Set<number>();
  for (const entry of model.disqualify) addInstants(entry.if, contact, asOf, until, instants);
  for (const stage of model.stages) {
    addInstants(stage.enter, contact, asOf, until, instants);
    addInstants(stage.leave, contact, asOf, until, instants);
  }
  // A disqualified contact is in no stage, so that colleagues change nothing for it.
  const asks = company === null && readsCompanyScores(model) && contact.company !== null && state.disqualified === null;
  for (const rule of asks ? rulesOf(model.companyScores) : []) {
    addInstants(rule.if, contact, asOf, until, instants);
    if (rule.kind !== 'contacts') continue;
    for (const colleague of colleagues) addInstants(rule.contacts, colleague, asOf, until, instants);
  }
  const others = asks ? colleagues.filter((other) => other.id !== contact.id && hasData(other)) : [];
  const changes = changesOf(model, others, asOf, until);
  for (const at of changes) instants.add(at);
  const followed = changes.length < CHANGES_FOLLOWED ? until : Math.min(until, changes.at(-1) ?? until);
  for (const at of [...instants].filter((instant) => instant < followed).sort((a, b) => a - b)) {
    const then = standing(model, contact, at, colleagues, state.stage, company);
    if (then.stage !== state.stage || then.disqualified?.id !== state.disqualified?.id) return at;
  }
  return followed;
}

/** Adds the instants at which a part of a condition changes its answer. */
function addInstants(
  condition: Condition | null,
  contact: Contact,
  from: number,
  until: number,
  into: Set<number>,
): void {
  for (const part of parts(condition)) {
    if (part.kind === 'test') {
      const movement: Movement = { offsets: [], leaves: true, days: 0, steady: true, dates: datesIn(part) };
      for (const flip of courseOf(contact, movement, from, () => 0).flips) if (flip < until) into.add(flip);
    }
    if (part.kind === 'event') {
      const movement = movementOfMatch(part.match, part.count.least > 0 && part.count.most < Infinity);
      const answer = (at: number) => Number(holds(part, subjectOf(contact, at)));
      for (let at = from; at < until; ) {
        at = firstChange(movement, courseOf(contact, movement, at, answer), at, until);
        if (at < until) into.add(at);
      }
    }
  }
}

/**
 * Colleagues that keep changing, such as by silence without end, are followed for this many changes; then the last of
 * them stands for the next change, which is never too late.
 */
export const CHANGES_FOLLOWED = 400;

/** The instants at which any of some contacts changes its own scores or disqualification. */
function changesOf(model: Model, contacts: readonly Contact[], from: number, until: number): number[] {
  const changes: number[] = [];
  for (let at = from; changes.length < CHANGES_FOLLOWED; ) {
    let next = until;
    for (const contact of contacts) next = nextAlone(model, contact, at, next);
    if (next >= until) break;
    changes.push(next);
    at = next;
  }
  return changes;
}

function nextAlone(model: Model, contact: Contact, from: number, until: number): number {
  let first = until;
  for (const rule of rulesOf(model.scores)) first = Math.min(first, nextOfRule(rule, contact, from, first));
  const instants = new Set<number>([first]);
  for (const entry of model.disqualify) addInstants(entry.if, contact, from, first, instants);
  return Math.min(...instants);
}
