/**
 * Contacts by any combination of what is known of them. A search is a condition of the model's own language, and means
 * exactly what it means there; this file decides how it becomes SQL, and which part of it is looked at afterwards,
 * event by event. It refuses to know who asks and how a page is shown.
 */

import { DatabaseError } from 'pg';
import { holds, parts } from '../core/condition.ts';
import { subjectOf } from '../core/contribution.ts';
import { Binder } from '../core/dialect.ts';
import { readText } from '../core/document.ts';
import { ModelError, ScorelineError } from '../core/errors.ts';
import { type Facts, factValue } from '../core/ingest.ts';
import { checkModel } from '../core/model.ts';
import { operatorOf } from '../core/operators.ts';
import type { Condition, Match, Model, Values } from '../core/words.ts';
import type { Serving } from './contacts.ts';
import type { Db } from './db.ts';
import { readingTest } from './readings.ts';

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

type Sort =
  /** Highest first. Contacts without data come last; those that were never scored are left out. */
  | { readonly by: 'score'; readonly score: string }
  /** Newest first. */
  | { readonly by: 'createdAt' }
  /** In the order in which they were first heard of here. */
  | { readonly by: 'id' };

/** A search whose names were found and whose operands were read. */
export interface Search {
  readonly modelId: number | null;
  readonly model: Model;
  /** What SQL decides; all must hold. */
  readonly decided: readonly Condition[];
  /** Conditions on events that must be looked at one by one; all must hold. */
  readonly looked: readonly Condition[];
  readonly stage: readonly string[] | null;
  readonly disqualified: boolean | null;
  readonly companyId: number | null;
  readonly sort: Sort;
}

/** Where a contact stands in the order of a search: its number, and the value that the search is sorted by. */
export interface Place {
  readonly contactId: number;
  readonly value: number | null;
}

export interface Found {
  readonly places: readonly Place[];
  /** Where to go on; null at the end. It is there even where no contact of this part was found. */
  readonly next: Place | null;
}

/** More tests than that nobody writes by hand, and every one costs. */
const MOST_TESTS = 100;
/** Contacts whose events are read at a time. */
const LOOKED_AT_ONCE = 200;
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

/** Whole numbers are bound as such: an index on whole numbers is of no use to a comparison with a double. */
class SearchBinder extends Binder {
  override number(value: number): string {
    return Number.isSafeInteger(value) ? this.integer(value) : super.number(value);
  }
}

/** A part of a search, in its order. */
export interface Part {
  readonly after: Place | null;
  readonly limit: number;
  readonly now: number;
}

/** Contacts of a search from a place on, at most `limit` of them. */
export async function findContacts(db: Db, search: Search, { after, limit, now }: Part): Promise<Found> {
  if (search.looked.length === 0) {
    const places = await candidates(db, search, { after, limit: limit + 1, now });
    const shown = places.slice(0, limit);
    return { places: shown, next: places.length > limit ? (shown.at(-1) ?? null) : null };
  }
  const found: Place[] = [];
  let last = after;
  for (let looked = 0; looked < LOOKED_AT; looked += LOOKED_AT_ONCE) {
    const part = await candidates(db, search, { after: last, limit: LOOKED_AT_ONCE, now });
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

async function candidates(db: Db, search: Search, part: Part): Promise<Place[]> {
  const found = await ask(db, search, part);
  // Those without points come after all others, and are a list of their own, so that an index leads to each place.
  const isOver = search.sort.by !== 'score' || part.after === null || part.after.value === null;
  if (isOver || found.length === part.limit) return found;
  const rest = { ...part, after: { contactId: 0, value: null }, limit: part.limit - found.length };
  return [...found, ...(await ask(db, search, rest))];
}

/**
 * In the order of the list, looking at each contact until the page is full, is the quickest way where many match, and
 * PostgreSQL cannot know how many will. So that way is tried for moments; then all that match are gathered first.
 */
async function ask(db: Db, search: Search, part: Part): Promise<Place[]> {
  for (const way of WAYS) {
    const { text, values } = searchSql(search, part, way.gathered);
    const found = await within(db, way.patience, text, values);
    if (found !== null) return found;
  }
  throw new ScorelineError(
    'too_busy',
    'the search looks at more than can be read now: ask for something rarer as well',
  );
}

/** Milliseconds that each way may take. */
const WAYS = [
  { gathered: false, patience: 250 },
  { gathered: true, patience: 10_000 },
] as const;
const CANCELED = '57014';

/** The rows of a statement; null where it took too long. */
async function within(db: Db, patience: number, text: string, values: readonly unknown[]): Promise<Place[] | null> {
  try {
    return await db.transaction(async (tx) => {
      await tx.rows("select set_config('statement_timeout', $1, true)", [String(patience)]);
      return tx.rows<Place>(text, values);
    });
  } catch (error) {
    if (error instanceof DatabaseError && error.code === CANCELED) return null;
    throw error;
  }
}

/** @param gathered whether all that match are found before they are put in order */
function searchSql(
  search: Search,
  { after, limit, now }: Part,
  gathered: boolean,
): { text: string; values: readonly unknown[] } {
  const bind = new SearchBinder('postgres');
  const instant = bind.instant(now);
  const writer = new Writer(search, bind, instant, gathered);
  const { equal, others } = joinedEquals(search.decided);
  const conditions = [
    // Not every search asks for the instant, and PostgreSQL refuses a value that a statement does not name.
    `${instant} is not null`,
    ...(equal === null ? [] : [`c.readings @> ${bind.text(JSON.stringify(equal))}::jsonb`]),
    ...others.map((part) => writer.write(part)),
    ...search.looked.map((part) => writer.write(part)),
    ...writer.standing(),
  ];
  const order = orderOf(search, after, bind);
  const own = order.own.map((condition) => `\n  and ${condition}`).join('');
  const matching = conditions.join('\n  and ');
  const page = `order by ${order.by} limit ${bind.integer(limit)}`;
  const columns = `select c.contact_id as "contactId", ${order.value} as value`;
  const text = gathered
    ? `with matching as materialized (select c.contact_id, c.created_at from contact c where ${matching})
${columns} from matching c ${order.join} where true${own}\n${page}`
    : `${columns} from contact c ${order.join} where ${matching}${own}\n${page}`;
  return { text, values: bind.values };
}

/** The order of a search, and what keeps a page after a place. */
function orderOf(search: Search, after: Place | null, bind: Binder) {
  const { sort } = search;
  const last = after === null ? null : { id: bind.integer(after.contactId), value: after.value };
  switch (sort.by) {
    case 'score': {
      const own = [`o.model_id = ${bind.integer(search.modelId ?? 0)}`, `o.name = ${bind.text(sort.score)}`];
      if (last !== null && last.value === null) own.push('o.points is null', `o.contact_id > ${last.id}`);
      if (last !== null && last.value !== null) {
        const points = bind.integer(last.value);
        own.push(`o.points <= ${points}`, `(o.points < ${points} or o.contact_id > ${last.id})`);
      }
      return {
        join: 'join score o on o.contact_id = c.contact_id',
        own,
        by: 'o.points desc nulls last, o.contact_id',
        value: 'o.points',
      };
    }
    case 'createdAt': {
      const own =
        last === null ? [] : [`(c.created_at, c.contact_id) < (${bind.integer(last.value ?? 0)}, ${last.id})`];
      return { join: '', own, by: 'c.created_at desc, c.contact_id desc', value: 'c.created_at' };
    }
    case 'id':
      return {
        join: '',
        own: last === null ? [] : [`c.contact_id > ${last.id}`],
        by: 'c.contact_id',
        value: 'null::bigint',
      };
  }
}

/**
 * Tests of traits for one value each, as one look into the index, which then reads only contacts with all of them, and
 * of which PostgreSQL knows how many there are.
 */
function joinedEquals(conditions: readonly Condition[]): { equal: object | null; others: Condition[] } {
  const equal = { text: new Map<string, string>(), number: new Map<string, number>() };
  const others = conditions.filter((part) => {
    if (part.kind !== 'test' || part.holder !== 'contact' || part.field === 'created_at') return true;
    const { field, operand } = part;
    const [text] = operand.texts;
    const [number] = operand.numbers;
    if (part.operator !== 'is' || equal.text.has(field) || equal.number.has(field)) return true;
    if (text !== undefined) equal.text.set(field, text);
    else if (number !== undefined) equal.number.set(field, number);
    return false;
  });
  const kinds = Object.entries(equal).filter(([, values]) => values.size > 0);
  const found = kinds.map(([kind, values]) => [kind, Object.fromEntries<string | number>(values)]);
  return { equal: found.length === 0 ? null : Object.fromEntries(found), others };
}

/** Writes conditions over `contact c`. Under a `not` nothing may be null: `not` of a false is true. */
class Writer {
  readonly #search: Search;
  readonly #bind: Binder;
  readonly #now: string;
  readonly #gathered: boolean;

  constructor(search: Search, bind: Binder, now: string, gathered: boolean) {
    this.#search = search;
    this.#bind = bind;
    this.#now = now;
    this.#gathered = gathered;
  }

  get #model(): string {
    return this.#bind.integer(this.#search.modelId ?? 0);
  }

  /** What stands beside the condition. */
  standing(): string[] {
    const { stage, disqualified, companyId } = this.#search;
    const stands = (sql: string): string =>
      `exists (select 1 from standing s where s.contact_id = c.contact_id and s.model_id = ${this.#model} and ${sql})`;
    return [
      ...(stage === null ? [] : [stands(`s.stage = any(${this.#bind.texts(stage)})`)]),
      ...(disqualified === null ? [] : [stands(`s.disqualified is ${disqualified ? 'not ' : ''}null`)]),
      ...(companyId === null ? [] : [`c.company_id = ${this.#bind.integer(companyId)}`]),
    ];
  }

  /** @param nots in how many `not` it stands: in an odd number, more here is less of the whole */
  write(condition: Condition, nots = 0): string {
    switch (condition.kind) {
      case 'all':
      case 'any':
        return `(${condition.of.map((part) => this.write(part, nots)).join(condition.kind === 'all' ? ' and ' : ' or ')})`;
      case 'not':
        return `not (${this.write(condition.of, nots + 1)})`;
      case 'test':
        return nots > 0 ? `coalesce(${this.#test(condition)}, false)` : this.#test(condition);
      case 'score':
      case 'place':
        return this.#result(condition);
      case 'event':
        return this.#event(condition, nots % 2 === 1);
    }
  }

  #test(test: Condition & { kind: 'test' }): string {
    if (test.holder === 'company') {
      // A contact without a company has no fact of one.
      if (operatorOf(test.operator).missing(test.operand))
        return `not coalesce(c.company_id in (select k.company_id from company k where not (${this.#ofCompany(test)})), false)`;
      return `c.company_id in (select k.company_id from company k where ${this.#ofCompany(test)})`;
    }
    if (test.field !== 'created_at') return readingTest(test, 'c.readings', this.#bind, this.#now);
    const created = `case when c.created_at <= ${this.#now} then c.created_at end`;
    return operatorOf(test.operator).sql(`(${created})`, test.operand, this.#bind, this.#now);
  }

  #ofCompany(test: Condition & { kind: 'test' }): string {
    return readingTest(test, 'k.readings', this.#bind, this.#now);
  }

  #result(condition: Condition & { kind: 'score' | 'place' }): string {
    const bind = this.#bind;
    const [table, own] = condition.ofCompany ? ['company_score', 'company_id'] : ['score', 'contact_id'];
    const rows = (sql: string): string =>
      `exists (select 1 from ${table} p where p.${own} = c.${own} and p.model_id = ${this.#model}
        and p.name = ${bind.text(condition.score)} and ${sql})`;
    if (condition.kind === 'place') {
      const { scores, companyScores } = this.#search.model;
      const score = (condition.ofCompany ? companyScores : scores).find(({ name }) => name === condition.score);
      const ladder = (condition.of === 'grade' ? score?.grades : score?.bands) ?? [];
      const names = condition.places.flatMap((place) => ladder[place]?.name ?? []);
      return rows(`p.${condition.of} = any(${bind.texts(names)})`);
    }
    if (operatorOf(condition.operator).missing(condition.operand)) return `not ${rows('p.points is not null')}`;
    return rows(operatorOf(condition.operator).sql('p.points', condition.operand, bind, this.#now));
  }

  /** Where the events must be looked at one by one, what is at least as much; under a `not`, at most as much. */
  #event({ match, count }: Condition & { kind: 'event' }, negated: boolean): string {
    const looked = match.where !== null || match.gap !== null;
    if (looked && negated) return 'false';
    const some = (): string => `exists (${this.#events(match, '1')})`;
    const number = (test: string): string => `(${this.#events(match, 'count(*)')}) ${test}`;
    const least = (): string => this.#bind.integer(count.least);
    if (looked || count.most === Infinity) {
      if (count.least === 0) return 'true';
      if (count.least === 1) return some();
      return this.#gathered ? `(${some()} and ${number(`>= ${least()}`)})` : number(`>= ${least()}`);
    }
    if (count.most === 0) return `not ${some()}`;
    return number(`between ${least()} and ${this.#bind.integer(count.most)}`);
  }

  #events(match: Match, what: string): string {
    return `select ${what} from event e where e.contact_id = c.contact_id and ${this.#meant(match)}`;
  }

  #meant({ names, within: span }: Match): string {
    const conditions = [`e.at <= ${this.#now}`, 'e.voided_at is null', 'e.machine is null'];
    if (names !== null) conditions.push(`e.name = any(${this.#bind.texts(names)})`);
    if (span !== null) conditions.push(`e.at > ${this.#now} - ${this.#bind.integer(span)}`);
    return conditions.join(' and ');
  }
}

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
