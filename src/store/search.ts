/**
 * Contacts by any combination of what is known of them. A search is a condition of the model's own language, and means
 * exactly what it means there; this file decides which way of asking is taken when, and which part of a search is looked
 * at afterwards, event by event. It refuses to know who asks and how a page is shown.
 */

import { DatabaseError } from 'pg';
import { z } from 'zod';
import { holds, parts } from '../core/condition.ts';
import { subjectOf } from '../core/contribution.ts';
import { readText } from '../core/document.ts';
import { ModelError, ScorelineError } from '../core/errors.ts';
import { type Facts, factValue } from '../core/ingest.ts';
import { checkModel } from '../core/model.ts';
import { operatorOf } from '../core/operators.ts';
import type { Condition, Model, Values } from '../core/words.ts';
import type { Serving } from './contacts.ts';
import type { Db } from './db.ts';
import {
  type Companies,
  type CompanyTest,
  companiesSql,
  countSql,
  gatherSql,
  guessSql,
  orderSql,
  type Part,
  type Place,
  type Search,
  type Sort,
  type Statement,
  walkSql,
} from './search-sql.ts';

/** As callers write it. */
export interface SearchDocument {
  /** A condition over traits, company, scores, grades, bands and events. */
  readonly where?: unknown;
  /** Any of these stages. */
  readonly stage?: readonly string[] | undefined;
  readonly disqualified?: boolean | undefined;
  readonly companyId?: number | undefined;
  readonly sort?: Sort | undefined;
}

export interface Found {
  readonly places: readonly Place[];
  /** Where to go on; null at the end. It is there even where no contact of this part was found. */
  readonly next: Place | null;
}

/** More tests than that nobody writes by hand, and every one costs. */
const MOST_TESTS = 100;
/** Contacts whose events are read at a time. */
const LOOKED_AT_ONCE = 500;
/** Contacts whose events are looked at for one page, found or not. */
const LOOKED_AT = 5_000;

/**
 * Checks a search against the model whose scores it names.
 * @param serving null where no model is published: then there are no scores to ask for
 * @throws ScorelineError `request_invalid`, which names every problem
 */
export function readSearch(document: SearchDocument, serving: Serving | null): Search {
  const { model, condition } = checked(document.where, serving);
  const conjuncts = condition === null ? [] : condition.kind === 'all' ? condition.of : [condition];
  const all = conjuncts.flatMap((part) => [...parts(part)]);
  if (all.length > MOST_TESTS) refuse(`where: more than ${MOST_TESTS} tests`);
  for (const part of all) {
    if (part.kind === 'test' && part.holder === 'contact' && part.field === 'company_id')
      refuse('where.company_id: is not offered; `companyId` beside `where` takes the number of a company');
  }
  const looked = conjuncts.filter(hasDetails);
  looked.forEach(onlyEvents);
  const sort = document.sort ?? { by: 'id' };
  if (sort.by === 'score') {
    const score = model.scores.find(({ name }) => name === sort.score);
    if (score === undefined || score.kind === 'grid') {
      const known = model.scores.flatMap(({ name, kind }) => (kind === 'grid' ? [] : name));
      refuse(`sort.score: no score with points is named \`${sort.score}\` (there are: ${known.join(', ') || 'none'})`);
    }
  }
  return {
    modelId: serving?.modelId ?? null,
    model,
    decided: conjuncts.filter((part) => !hasDetails(part)),
    looked,
    stage: document.stage ?? null,
    disqualified: document.disqualified ?? null,
    companyId: document.companyId ?? null,
    sort,
  };
}

function refuse(message: string): never {
  throw new ScorelineError('request_invalid', `the search is not as it should be: ${message}`);
}

const EMPTY_MODEL = { model: 'none', scores: { none: { range: [0, 1], rules: [] } } };

/** A search is checked as a stage of the model is, so that it can ask for just the same and is told the same. */
function checked(where: unknown, serving: Serving | null): { model: Model; condition: Condition | null } {
  const document = serving === null ? EMPTY_MODEL : Object(readText(serving.document).value);
  const stages = where === undefined ? [] : [{ id: 'searched', enter: where }];
  try {
    const model = checkModel({ ...document, stages });
    return { model, condition: model.stages[0]?.enter ?? null };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const lines = error.problems.map(({ path, message }) => `${['where', ...path.slice(3)].join('.')}: ${message}`);
    return refuse(lines.join('; '));
  }
}

/** Whether a condition asks for what lies inside of events, or how far apart they are. */
function hasDetails(condition: Condition): boolean {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.some(hasDetails);
    case 'not':
      return hasDetails(condition.of);
    case 'event':
      return condition.match.where !== null || condition.match.gap !== null;
    default:
      return false;
  }
}

function onlyEvents(condition: Condition): void {
  switch (condition.kind) {
    case 'all':
    case 'any':
      condition.of.forEach(onlyEvents);
      return;
    case 'not':
      onlyEvents(condition.of);
      return;
    case 'event':
      return;
    default:
      refuse(
        'where: an event with `where` or `gap` cannot stand in one `any` or `not` with other tests; use two searches',
      );
  }
}

/** Contacts of a search from a place on, at most `limit` of them. */
export async function findContacts(db: Db, search: Search, part: Part): Promise<Found> {
  const companies = companyReader(db, search, part.now);
  if (search.looked.length > 0) return look(db, search, part, companies, LOOKED_AT);
  const { limit } = part;
  const places = await candidates(db, search, { ...part, limit: limit + 1 }, companies);
  const shown = places.slice(0, limit);
  return { places: shown, next: places.length > limit ? (shown.at(-1) ?? null) : null };
}

/** The same where events are looked at one by one: those of `most` contacts, found or not. */
async function look(
  db: Db,
  search: Search,
  { after, limit, now }: Part,
  companies: Reader,
  most: number,
): Promise<Found> {
  const found: Place[] = [];
  let last = after;
  for (let looked = 0; looked < most; looked += LOOKED_AT_ONCE) {
    const part = await candidates(db, search, { after: last, limit: LOOKED_AT_ONCE, now }, companies);
    const matching = await lookAtEvents(db, search, part, now);
    for (const place of part) {
      last = place;
      if (!matching.has(place.contactId)) continue;
      found.push(place);
      if (found.length === limit) return { places: found, next: last };
    }
    if (part.length < LOOKED_AT_ONCE) return { places: found, next: null };
  }
  return { places: found, next: last };
}

/** How many contacts a search finds: that many where `exact`, else at least as many. */
export interface Counted {
  readonly count: number;
  readonly exact: boolean;
}

/** Counted up to these numbers, the last without end, each for so many milliseconds at most. */
const COUNTED = [1_000, 10_000, null];
const COUNTING = 200;

/** Counts for about half a second at most, however many there are. */
export async function countContacts(db: Db, search: Search, now: number): Promise<Counted> {
  const companies = companyReader(db, search, now);
  if (search.looked.length > 0) {
    const all = { after: null, limit: Infinity, now };
    const { places, next } = await look(db, search, all, companies, LOOKED_AT_ONCE);
    return { count: places.length, exact: next === null };
  }
  let count = 0;
  for (const most of COUNTED) {
    const { led, ...statement } = countSql(search, now, await companies(MANY_COMPANIES), most);
    const rows = await within<{ found: number }>(db, statement, { patience: COUNTING, led });
    if (rows === null) return { count, exact: false };
    count = rows[0]?.found ?? 0;
    if (count !== most) return { count, exact: true };
  }
  return { count, exact: true };
}

async function candidates(db: Db, search: Search, part: Part, companies: Reader): Promise<Place[]> {
  const found = await ask(db, search, part, companies);
  // Those without points come after all others, and are a list of their own, so that an index leads to each place.
  const isOver = search.sort.by !== 'score' || part.after === null || part.after.value === null;
  if (isOver || found.length === part.limit) return found;
  const rest = { ...part, after: { contactId: 0, value: null }, limit: part.limit - found.length };
  return [...found, ...(await ask(db, search, rest, companies))];
}

/** Contacts that are looked at in the order of the list at first, besides four for each wanted, and where none is rare. */
const NEAR = 4_000;
const FAR = 20_000;
/** So few are gathered at once; and where an index leads to more, it is not worth following any more. */
const FEW = 5_000;
const MANY = 200_000;
/** Milliseconds for looking along the order of the list, whose first contacts did most, and for what has to be. */
const PATIENCE = { walk: 500, most: 10_000 };

/**
 * In the order of the list, looking at each contact until the page is full, is the quickest way where many match;
 * gathering by an index what matches, and then putting it in order, where few do, or where those at the head of the list
 * do not. PostgreSQL guesses how many match, and errs: so each way is given up where it turns out to be the wrong one.
 */
async function ask(db: Db, search: Search, part: Part, companies: Reader): Promise<Place[]> {
  const walk = async (depth: number) => {
    const how = { patience: PATIENCE.walk, led: false };
    const found = await within<Place>(db, walkSql(search, part, depth + 4 * part.limit), how);
    return found?.length === part.limit ? found : null;
  };
  const gather = async (most: number | null, index: boolean) => {
    const known = await companies(MANY_COMPANIES);
    const how = { patience: PATIENCE.most, led: index };
    const [all] = (await within<Gathered>(db, gatherSql(search, part.now, known, most), how)) ?? [];
    if (all === undefined || all.found === most) return null;
    if (all.ids === null) return [];
    return within<Place>(db, orderSql(search, part, all.ids), { patience: PATIENCE.most, led: false });
  };

  const { led, ...guess } = guessSql(search, part.now, await companies(FEW_COMPANIES));
  const plans = Plans.parse(await within(db, guess, { patience: PATIENCE.most, led }));
  const guessed = plans[0]?.['QUERY PLAN'][0]?.Plan['Plan Rows'] ?? 0;
  const found =
    (led && guessed < FEW ? await gather(4 * FEW, true) : null) ??
    (await walk(NEAR)) ??
    (led && guessed < MANY ? await gather(null, true) : null) ??
    (await walk(FAR)) ??
    (await gather(null, false));
  if (found !== null) return found;
  throw new ScorelineError(
    'too_busy',
    'the search looks at more than can be read now: ask for something rarer as well',
  );
}

const Plans = z.array(z.object({ 'QUERY PLAN': z.array(z.object({ Plan: z.object({ 'Plan Rows': z.number() }) })) }));

interface Gathered {
  readonly found: number;
  readonly ids: string | null;
}

const CANCELED = '57014';

/**
 * The rows of a statement; null where it took longer than `patience` milliseconds.
 * @param how.led whether an index leads to what is looked for, so that no other way is worth thinking of
 */
async function within<Row extends object>(
  db: Db,
  { text, values }: Statement,
  how: { patience: number; led: boolean },
): Promise<Row[] | null> {
  try {
    return await db.transaction(async (tx) => {
      // A plan for any values would not know how rare these are, and compiling one takes longer than most searches.
      // Where an index leads, workers would each count the same events anew.
      await tx.rows(
        `select set_config('statement_timeout', $1, true), set_config('enable_seqscan', $2, true),
           set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true),
           set_config('work_mem', '32MB', true),
           set_config('max_parallel_workers_per_gather', case when $2 = 'off' then '0' else '2' end, true)`,
        [String(how.patience), how.led ? 'off' : 'on'],
      );
      return tx.rows<Row>(text, values);
    });
  } catch (error) {
    if (error instanceof DatabaseError && error.code === CANCELED) return null;
    throw error;
  }
}

/** Companies that pass the tests of a search, read before their contacts where they are at most so many. */
type Reader = (most: number) => Promise<Companies>;

const FEW_COMPANIES = 1_000;
const MANY_COMPANIES = 30_000;
/** A search that asks for more of them is asked without. */
const MOST_GROUPS = 20;

/** Reads each number of companies once. */
function companyReader(db: Db, search: Search, now: number): Reader {
  const groups = companyTests({ kind: 'all', of: search.decided }).slice(0, MOST_GROUPS);
  const read = async (most: number): Promise<Companies> => {
    const known = new Map<Condition, readonly number[]>();
    for (const tests of groups) {
      const how = { patience: PATIENCE.most, led: false };
      const rows = await within<{ id: number }>(db, companiesSql(tests, now, most + 1), how);
      if (rows === null || rows.length > most) continue;
      const ids = rows.map(({ id }) => id);
      for (const test of tests) known.set(test, ids);
    }
    return known;
  };
  const readings = new Map<number, Promise<Companies>>();
  return (most) => {
    const known = readings.get(most) ?? read(most);
    readings.set(most, known);
    return known;
  };
}

/** Tests of companies that must hold, those together that stand in one `all`. */
function companyTests(condition: Condition): CompanyTest[][] {
  switch (condition.kind) {
    case 'all': {
      const tests = condition.of.filter(isOfCompany);
      const others = condition.of.filter((part) => !isOfCompany(part));
      return [...(tests.length > 0 ? [tests] : []), ...others.flatMap(companyTests)];
    }
    case 'any':
      return condition.of.flatMap(companyTests);
    case 'test':
      return isOfCompany(condition) ? [[condition]] : [];
    default:
      return [];
  }
}

const isOfCompany = (condition: Condition): condition is CompanyTest =>
  condition.kind === 'test' &&
  condition.holder === 'company' &&
  !operatorOf(condition.operator).missing(condition.operand);

/** Which of the contacts the conditions hold for that need the events themselves. */
async function lookAtEvents(db: Db, search: Search, places: readonly Place[], now: number): Promise<Set<number>> {
  const matches = search.looked.flatMap((part) =>
    [...parts(part)].flatMap((inner) => (inner.kind === 'event' ? inner.match : [])),
  );
  const names = matches.every((match) => match.names !== null) ? matches.flatMap((match) => match.names ?? []) : null;
  const rows = await db.rows<{ contact_id: number; event_id: string; name: string; at: number; properties: Facts }>(
    `select contact_id, event_id, name, at, properties from event
     where contact_id = any($1::bigint[]) and ($2::text[] is null or name = any($2)) and at <= $3
       and voided_at is null and machine is null order by contact_id, at, event_id`,
    [places.map((place) => place.contactId), names, now],
  );
  const ofContact = Map.groupBy(rows, (row) => row.contact_id);
  const held = places.filter(({ contactId }) => {
    const events = (ofContact.get(contactId) ?? []).map((row) => ({
      id: row.event_id,
      name: row.name,
      at: row.at,
      properties: valuesOf(row.properties),
      ignored: false,
    }));
    const subject = subjectOf({ ...NOBODY, events }, now);
    return search.looked.every((part) => holds(part, subject));
  });
  return new Set(held.map((place) => place.contactId));
}

/** Conditions that are looked at ask for events alone. */
const NOBODY = {
  id: '',
  email: null,
  createdAt: null,
  companyId: null,
  traits: new Map<string, string>(),
  hasTraits: false,
  company: null,
};

const valuesOf = (properties: Facts): Values =>
  new Map(
    Object.entries(properties).flatMap(([name, fact]) => {
      const value = factValue(fact);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
