/**
 * What is to be expected, for the service: contacts are looked at as they were at the ends of past weeks, and what the
 * core makes of it is kept for an hour. It decides how many contacts are looked at and that nothing else waits for it; how
 * a forecast is made, and who asks, it refuses to know.
 */

import { setImmediate as others } from 'node:timers/promises';
import { type Agreement, QUALIFIERS } from './core/agreement.ts';
import { holds, parts, type Subject } from './core/condition.ts';
import { subjectOf } from './core/contribution.ts';
import { type Looks, MOST_CONDITIONS, NEVER } from './core/definition.ts';
import { ScorelineError } from './core/errors.ts';
import { readsCompanyScores } from './core/explain.ts';
import { resultsAt, scoreColumns } from './core/kernel.ts';
import { walk } from './core/kernel-path.ts';
import { columnsAt, type Lives } from './core/lives.ts';
import { needsOf } from './core/needs.ts';
import { type CompanyPast, companyAt, contactIn, eraAt } from './core/path.ts';
import type { Phrases } from './core/phrases/phrases.ts';
import { profile } from './core/profile.ts';
import type { Results } from './core/scores.ts';
import { says } from './core/sentences.ts';
import type { Condition, Contact, Model } from './core/words.ts';
import type { Scoring } from './scoring.ts';
import { readCompanyPast } from './store/company-scores.ts';
import type { Db } from './store/db.ts';
import { countContacts, someContacts } from './store/forecast.ts';
import { readHistories, readPlain } from './store/histories.ts';

const HOUR = 3_600_000;
export const WEEK = 604_800_000;
/** How far back contacts are looked at. */
const WEEKS_BACK = 52;
/** More contacts than these are looked at in part. */
const MOST_CONTACTS = 2_000;
/** Contacts that are read at a time; between two portions everybody else has their turn. */
const PORTION = 500;
/** Answers that are kept. */
const KEPT = 16;

/** What is looked for: a stage with the rest of a definition, or one score. */
type Wanted =
  | { readonly kind: 'definition'; readonly modelId: number; readonly definition: Agreement['definition'] }
  | { readonly kind: 'score'; readonly modelId: number; readonly score: string };

export interface Looked {
  readonly looks: Looks;
  /** The instant at which the last week ends, in milliseconds UTC. */
  readonly until: number;
  readonly contacts: number;
  /** How many of them were looked at. */
  readonly sample: number;
  /** Each condition as a clause, in a reader's language. */
  readonly says: readonly ((say: Phrases) => string)[];
  /** The score and the points that make the stage, where it asks for nothing else. */
  readonly threshold: { readonly score: string; readonly points: number } | null;
}

export interface Forecasting {
  /**
   * Contacts as they were at the end of each week of the last year under a version. The second asking within an hour is
   * answered at once.
   * @throws ScorelineError `request_invalid` where a definition has more conditions than can be told apart
   */
  look(wanted: Wanted): Promise<Looked>;
}

export interface ForecastSurroundings {
  readonly db: Db;
  readonly scoring: Scoring;
  readonly clock: () => number;
}

export function createForecasting({ db, scoring, clock }: ForecastSurroundings): Forecasting {
  const kept = new Map<string, Promise<Looked>>();
  let turn: Promise<unknown> = Promise.resolve();

  return {
    look: (wanted) => {
      const until = Math.floor(clock() / HOUR) * HOUR;
      const key = JSON.stringify([until, wanted]);
      const known = kept.get(key);
      if (known !== undefined) return known;
      // One after another: looking is work for the processor, and two at a time are no faster.
      const found = turn.then(() => lookAt(db, scoring, wanted, until));
      turn = found.catch(() => {});
      kept.set(key, found);
      found.catch(() => kept.delete(key));
      for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - KEPT))) kept.delete(oldest);
      return found;
    },
  };
}

interface Asked {
  readonly says: (say: Phrases) => string;
  /** @param stage that the contact was in */
  readonly holds: (subject: Subject, stage: string | null) => boolean;
}

async function lookAt(db: Db, scoring: Scoring, wanted: Wanted, until: number): Promise<Looked> {
  const model = await scoring.modelOf(wanted.modelId);
  const conditions = wanted.kind === 'definition' ? qualifiersOf(wanted.definition) : [];
  const asked = wanted.kind === 'definition' ? conditionsOf(model, wanted.definition, conditions) : [];
  if (asked.length > MOST_CONDITIONS)
    throw new ScorelineError(
      'request_invalid',
      `a definition of more than ${MOST_CONDITIONS} conditions is not told apart`,
    );
  const threshold = wanted.kind === 'definition' ? thresholdOf(model, wanted.definition.stage) : null;
  const score = wanted.kind === 'score' ? wanted.score : threshold?.score;
  const how = {
    modelId: wanted.modelId,
    model,
    asked,
    score,
    until,
    events: conditions.some((condition) => [...parts(condition)].some(({ kind }) => kind === 'event')),
    companies: readsCompanyScores(model) || conditions.some(asksOfCompany),
  };
  const contacts = await countContacts(db);
  const each = Math.max(1, Math.ceil(contacts / MOST_CONTACTS));
  const ids = await someContacts(db, each);
  const failing: Uint32Array[] = [];
  const points: Float64Array[] = [];
  for (let first = 0; first < ids.length; first += PORTION) {
    const rows = await lookAtSome(db, ids.slice(first, first + PORTION), how);
    failing.push(...rows.failing);
    points.push(...rows.points);
  }
  const looks = {
    conditions: asked.length,
    failing,
    points: score === undefined ? [] : points,
    weeks: WEEKS_BACK,
    each,
  };
  return { looks, until, contacts, sample: failing.length, says: asked.map((one) => one.says), threshold };
}

interface How {
  readonly modelId: number;
  readonly model: Model;
  readonly asked: readonly Asked[];
  readonly score: string | undefined;
  readonly until: number;
  /** Whether qualifiers ask for events, or for scores of companies. */
  readonly events: boolean;
  readonly companies: boolean;
}

async function lookAtSome(db: Db, wanted: readonly number[], how: How) {
  const { model, asked, score, until } = how;
  const since = until - WEEKS_BACK * WEEK;
  const needs = needsOf(model);
  const { ids, eras, livesFor } = await readHistories(
    db,
    wanted.map((id) => ({ id, since })),
    [needs],
  );
  const plain = how.events ? await readPlain(db, ids) : [];
  const byId = new Map(plain.map((life) => [Number(life.eras[0]?.who.id), life]));
  const lives = livesFor(needs);
  const companies = eras.flatMap((list) => list.flatMap(({ who }) => (who.company ? [Number(who.company.id)] : [])));
  const past: CompanyPast = how.companies
    ? await readCompanyPast(db, { id: how.modelId, model }, companies, since)
    : new Map();
  const points = ids.map(() => new Float64Array(WEEKS_BACK + 1).fill(Number.NaN));
  const failing = ids.map(() => new Uint32Array(WEEKS_BACK + 1).fill(NEVER));
  // In order, without those that do not exist: up to a week they are a beginning of this list.
  const events = ids.map((id) => {
    const life = byId.get(id);
    const whole = life === undefined ? null : contactIn(life, until);
    return whole === null ? [] : profile(whole, until).events;
  });
  let before: readonly Standing[] = [];
  for (let end = 0; end <= WEEKS_BACK; end++) {
    await others();
    const at = since + end * WEEK;
    const standings = standingsAt(model, lives, past, before, at);
    standings.forEach(({ scores, stage, disqualified }, i) => {
      const who = eraAt(eras[i] ?? [], at)?.who;
      if (who === undefined || (who.createdAt !== null && who.createdAt > at)) return;
      set(points[i], end, scores.get(score ?? '')?.points ?? Number.NaN);
      if (disqualified) return;
      const own = events[i] ?? [];
      const later = own.findIndex((event) => event.at > at);
      const contact = { ...who, events: later < 0 ? own : own.slice(0, later) };
      const subject = subjectAt({ contact, scores, company: companyAt(past, who.company?.id, at), at });
      const fails = asked.reduce((bits, one, bit) => (one.holds(subject, stage) ? bits : bits | (1 << bit)), 0);
      set(failing[i], end, fails);
    });
    before = standings;
  }
  return { failing, points };
}

interface Standing {
  readonly scores: Results;
  readonly stage: string | null;
  readonly disqualified: boolean;
}

/** What is true of all contacts at an instant, with the stages that they were in a week before. */
function standingsAt(
  model: Model,
  lives: Lives,
  past: CompanyPast,
  before: readonly Standing[],
  at: number,
): readonly Standing[] {
  const stageOf = (contact: number): string | null => before[contact]?.stage ?? null;
  if (readsCompanyScores(model)) {
    // Slower, and with the scores that companies had then.
    const starts = lives.eras.map((_, contact) => ({ at, previous: stageOf(contact), before: null }));
    return walk(model, lives, past, starts, at, Infinity).map((path) => ({
      scores: path?.last.scores ?? NO_SCORES,
      stage: path?.last.stage ?? null,
      disqualified: path?.last.disqualified != null,
    }));
  }
  const columns = columnsAt(
    lives,
    needsOf(model),
    lives.eras.map((_, contact) => ({ contact, at })),
  );
  const places = new Map(model.stages.map(({ id }, place) => [id, place]));
  const previous = Int16Array.from(lives.eras, (_, contact) => places.get(stageOf(contact) ?? '') ?? -1);
  const results = scoreColumns(model, columns, at, { next: false, reasons: false }, previous);
  return lives.eras.map((_, row) => ({
    scores: resultsAt(model.scores, results, row),
    stage: model.stages[results.stage[row] ?? -1]?.id ?? null,
    disqualified: results.disqualified[row] !== 0,
  }));
}

function set(row: Uint32Array | Float64Array | undefined, place: number, value: number): void {
  if (row !== undefined) row[place] = value;
}

/** A contact as qualifiers see it, with the scores that the kernel gave it. */
const subjectAt = ({ contact, scores, company, at }: Seen): Subject => ({
  ...subjectOf(contact, at),
  score: (ofCompany, name) => (ofCompany ? company : scores).get(name)?.points ?? null,
  place: (of, ofCompany, name) => (ofCompany ? company : scores).get(name)?.[of] ?? null,
});

interface Seen {
  /** With the events up to then. */
  readonly contact: Contact;
  readonly scores: Results;
  readonly company: Results;
  readonly at: number;
}

const NO_SCORES: Results = new Map();

/** What the qualifiers ask, each of its parts by itself. */
const qualifiersOf = ({ qualifiers }: Agreement['definition']): Condition[] =>
  QUALIFIERS.flatMap((name) => {
    const asked = qualifiers[name];
    return asked === null ? [] : asked.kind === 'all' ? [...asked.of] : [asked];
  });

const asksOfCompany = (condition: Condition): boolean =>
  [...parts(condition)].some((part) => (part.kind === 'score' || part.kind === 'place') && part.ofCompany);

const KNOWN = { texts: [], numbers: [], ms: 0, flag: true, written: true } as const;

/** The stage first: a lower threshold takes its place. */
function conditionsOf(
  model: Model,
  { stage, require }: Agreement['definition'],
  conditions: readonly Condition[],
): Asked[] {
  const place = model.stages.findIndex(({ id }) => id === stage);
  const reached = new Set(model.stages.slice(Math.max(0, place)).map(({ id }) => id));
  return [
    { says: (say) => say.thing({ kind: 'stage', name: stage }), holds: (_, is) => is !== null && reached.has(is) },
    ...require.map((field): Asked => {
      const ofCompany = field.startsWith('company.');
      const name = ofCompany ? field.slice('company.'.length) : field;
      const holder = ofCompany ? 'company' : 'contact';
      return {
        says: (say) => say.tests.exists(say.subject({ kind: 'field', name, ofCompany }), KNOWN),
        holds: (subject) => subject.value(holder, name) !== undefined,
      };
    }),
    ...conditions.map(
      (condition): Asked => ({
        says: (say) => says(condition, say),
        holds: (subject) => holds(condition, subject),
      }),
    ),
  ];
}

/** The least points of a stage that asks for nothing but those of one score. */
function thresholdOf(model: Model, stage: string): Looked['threshold'] {
  const enter = model.stages.find(({ id }) => id === stage)?.enter;
  const least = enter?.kind === 'score' && !enter.ofCompany && enter.operator === 'atLeast';
  const points = least ? enter.operand.numbers[0] : undefined;
  return least && points !== undefined ? { score: enter.score, points } : null;
}
