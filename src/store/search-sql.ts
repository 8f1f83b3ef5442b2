/**
 * A search as statements. It decides what of a search an index leads to, and the forms in which PostgreSQL is asked:
 * in the order of the list, or with all that match gathered first. It refuses to know which form is taken when.
 */

import { Binder } from '../core/dialect.ts';
import { operatorOf } from '../core/operators.ts';
import type { Condition, Match, Model } from '../core/words.ts';
import { indexedTest, readingTest } from './readings.ts';

export type Sort =
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

/** A part of a search, in its order. */
export interface Part {
  readonly after: Place | null;
  readonly limit: number;
  readonly now: number;
}

/** Tests of companies, by the numbers of the companies that pass, where these are few. */
export type Companies = ReadonlyMap<Condition, readonly number[]>;

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** A text with the values that it names, and no others: PostgreSQL refuses those. */
function statement(text: string, bind: Binder): Statement {
  const places = [...new Set(text.match(/\$\d+/g))];
  return {
    text: text.replace(/\$\d+/g, (place) => `$${places.indexOf(place) + 1}`),
    values: places.map((place) => bind.values[Number(place.slice(1)) - 1]),
  };
}

/** A test of a company. */
export type CompanyTest = Condition & { kind: 'test' };

/** Whole numbers are bound as such: an index on whole numbers is of no use to a comparison with a double. */
class SearchBinder extends Binder {
  override number(value: number): string {
    return Number.isSafeInteger(value) ? this.integer(value) : super.number(value);
  }
}

/** Looks at the contacts in the order of the list until the page is full. @param depth at how many at most */
export function walkSql(search: Search, part: Part, depth: number): Statement {
  const bind = new SearchBinder('postgres');
  const { conditions } = written(search, part.now, bind, null);
  const order = orderOf(search, part.after, bind);
  const first = `(select * from ${order.table} where ${order.own.join(' and ') || 'true'}
  order by ${order.by} limit ${bind.integer(depth)}) ${order.as}`;
  const contact = order.as === 'c' ? '' : 'join contact c on c.contact_id = o.contact_id';
  const text = `select c.contact_id as "contactId", ${order.value} as value from ${first} ${contact}
where ${conditions.join('\n  and ')}
order by ${order.by} limit ${bind.integer(part.limit)}`;
  return statement(text, bind);
}

/**
 * Gathers those that match, in no order: one row with `found`, how many, and `ids`, as the text of an array.
 * @param most how many are gathered at most; null for all
 */
export function gatherSql(search: Search, now: number, companies: Companies, most: number | null): Statement {
  const bind = new SearchBinder('postgres');
  const { conditions } = written(search, now, bind, companies);
  const text = `select count(*) as found, array_agg(contact_id)::text as ids
from (select c.contact_id from contact c where ${conditions.join('\n  and ')}
  ${most === null ? '' : `limit ${bind.integer(most)}`}) as matching`;
  return statement(text, bind);
}

/** Puts those that were gathered into the order of the list. PostgreSQL sees how many there are. */
export function orderSql(search: Search, part: Part, ids: string): Statement {
  const bind = new SearchBinder('postgres');
  const order = orderOf(search, part.after, bind);
  const own = [...order.own, `${order.as}.contact_id = any(${bind.text(ids)}::bigint[])`].join(' and ');
  const text = `select ${order.as}.contact_id as "contactId", ${order.value} as value from ${order.table}
where ${own} order by ${order.by} limit ${bind.integer(part.limit)}`;
  return statement(text, bind);
}

/** Asks how many match by PostgreSQL's own reckoning. `led`: whether an index leads to them. */
export function guessSql(search: Search, now: number, companies: Companies): Statement & { readonly led: boolean } {
  const bind = new SearchBinder('postgres');
  const { conditions, led } = written(search, now, bind, companies);
  const text = `explain (format json) select c.contact_id from contact c where ${conditions.join('\n  and ')}`;
  return { ...statement(text, bind), led };
}

/** How many match, up to `most`; null for however many. */
export function countSql(search: Search, now: number, companies: Companies, most: number | null) {
  const bind = new SearchBinder('postgres');
  const { conditions, led } = written(search, now, bind, companies);
  const { as, table, own } = orderOf(search, null, bind);
  const join = as === 'c' ? '' : `join ${table} on o.contact_id = c.contact_id and ${own.join(' and ')}`;
  const text = `select count(*) as found from (select 1 from contact c ${join} where ${conditions.join('\n  and ')}
  ${most === null ? '' : `limit ${bind.integer(most)}`}) as matching`;
  return { ...statement(text, bind), led };
}

/** The numbers of companies that pass all of some tests, up to `most`. */
export function companiesSql(tests: readonly CompanyTest[], now: number, most: number): Statement {
  const bind = new SearchBinder('postgres');
  const instant = bind.instant(now);
  const text = `select company_id as id from company k where ${tests.map((test) => ofCompany(test, bind, instant, now)).join(' and ')} limit ${bind.integer(most)}`;
  return statement(text, bind);
}

/** A test over `company k`, led by an index where there is one. */
function ofCompany(test: CompanyTest, bind: Binder, instant: string, now: number): string {
  const lead = indexedTest(test, 'k.readings', bind, now);
  const exact = readingTest(test, 'k.readings', bind, instant);
  return lead === null ? exact : `(${lead} and ${exact})`;
}

/** Conditions over `contact c`. @param companies null where contacts are looked at one after the other */
function written(search: Search, now: number, bind: Binder, companies: Companies | null) {
  const writer = new Writer(search, bind, now, companies);
  const { equal, others } = joinedEquals(search.decided);
  const leads = companies === null ? [] : [...others, ...search.looked].map((part) => writer.lead(part));
  const { stage, companyId } = search;
  return {
    conditions: [
      'true',
      ...(equal === null ? [] : [`c.readings @> ${bind.text(JSON.stringify(equal))}::jsonb`]),
      ...leads.filter((lead) => lead !== null && lead !== ITSELF),
      ...others.map((part) => writer.write(part)),
      ...search.looked.map((part) => writer.write(part)),
      ...writer.standing(),
    ],
    /** Whether an index leads to what matches. */
    led: equal !== null || stage !== null || companyId !== null || leads.some((lead) => lead !== null),
  };
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
        as: 'o',
        table: 'score o',
        own,
        by: 'o.points desc nulls last, o.contact_id',
        value: 'o.points',
      };
    }
    case 'createdAt': {
      const own =
        last === null ? [] : [`(c.created_at, c.contact_id) < (${bind.integer(last.value ?? 0)}, ${last.id})`];
      return {
        as: 'c',
        table: 'contact c',
        own,
        by: 'c.created_at desc, c.contact_id desc',
        value: 'c.created_at',
      };
    }
    case 'id':
      return {
        as: 'c',
        table: 'contact c',
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

/** A condition that is written so that an index leads to it by itself. */
const ITSELF = 'true';

/** Writes conditions over `contact c`. Under a `not` nothing may be null: `not` of a false is true. */
class Writer {
  readonly #search: Search;
  readonly #bind: Binder;
  readonly #instant: number;
  readonly #now: string;
  readonly #companies: Companies | null;

  constructor(search: Search, bind: Binder, now: number, companies: Companies | null) {
    this.#search = search;
    this.#bind = bind;
    this.#instant = now;
    this.#now = bind.instant(now);
    this.#companies = companies;
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

  /** What holds wherever the condition does, and an index leads to; null where nothing does. */
  lead(condition: Condition): string | null {
    switch (condition.kind) {
      case 'all': {
        const leads = condition.of.map((part) => this.lead(part)).filter((lead) => lead !== null);
        const written = leads.filter((lead) => lead !== ITSELF);
        if (written.length > 0) return `(${[...new Set(written)].join(' and ')})`;
        return leads.length > 0 ? ITSELF : null;
      }
      case 'any': {
        const leads = condition.of.map((part) => this.lead(part));
        return leads.some((lead) => lead === null || lead === ITSELF) ? null : `(${[...new Set(leads)].join(' or ')})`;
      }
      case 'not':
        return null;
      case 'test':
        return this.#leadOfTest(condition);
      case 'score':
        return operatorOf(condition.operator).missing(condition.operand) ? null : ITSELF;
      case 'place':
        return null;
      case 'event':
        return condition.count.least > 0 ? ITSELF : null;
    }
  }

  #leadOfTest(test: Condition & { kind: 'test' }): string | null {
    if (test.holder === 'company') return this.#known(test);
    if (test.field !== 'created_at') return indexedTest(test, 'c.readings', this.#bind, this.#instant);
    const operator = operatorOf(test.operator);
    return operator.reads(test.operand) === 'date'
      ? operator.sql('c.created_at', test.operand, this.#bind, this.#now)
      : null;
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
      const known = this.#known(test);
      if (known !== null) return known;
      const exact = readingTest(test, 'k.readings', this.#bind, this.#now);
      // A contact without a company has no fact of one.
      if (operatorOf(test.operator).missing(test.operand))
        return `not coalesce(c.company_id in (select k.company_id from company k where not (${exact})), false)`;
      return this.#companies === null
        ? `exists (select 1 from company k where k.company_id = c.company_id and ${exact})`
        : `c.company_id in (select k.company_id from company k where ${ofCompany(test, this.#bind, this.#now, this.#instant)})`;
    }
    if (test.field !== 'created_at') return readingTest(test, 'c.readings', this.#bind, this.#now);
    const created = `case when c.created_at <= ${this.#now} then c.created_at end`;
    return operatorOf(test.operator).sql(`(${created})`, test.operand, this.#bind, this.#now);
  }

  /** A test of the company where it is known which pass. */
  #known(test: Condition & { kind: 'test' }): string | null {
    const ids = this.#companies?.get(test);
    if (ids === undefined) return null;
    return ids.length === 0 ? 'false' : `c.company_id = any(${this.#bind.integers(ids)})`;
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
    const meant = this.#meant(match);
    const some = `exists (select 1 from event e where e.contact_id = c.contact_id and ${meant})`;
    const most = looked ? Infinity : count.most;
    if (count.least === 0 && most === Infinity) return 'true';
    if (count.least === 0 && most === 0) return `not ${some}`;
    if (count.least === 1 && most === Infinity) return some;
    const number = (than: string, value: number): string => `${than} ${this.#bind.integer(value)}`;
    if (this.#companies === null) {
      // Enough are enough.
      const enough = this.#bind.integer(most === Infinity ? count.least : most + 1);
      const counted = `(select count(*) from (select 1 from event e where e.contact_id = c.contact_id and ${meant} limit ${enough}) as counted)`;
      return `${counted} ${most === Infinity ? number('>=', count.least) : `${number('between', count.least)} and ${this.#bind.integer(most)}`}`;
    }
    const having = (test: string): string =>
      `c.contact_id in (select e.contact_id from event e where ${meant} group by e.contact_id having count(*) ${test})`;
    if (count.least === 0) return `not ${having(number('>', most))}`;
    return having(
      most === Infinity
        ? number('>=', count.least)
        : `${number('between', count.least)} and ${this.#bind.integer(most)}`,
    );
  }

  #meant({ names, within: span }: Match): string {
    const conditions = [`e.at <= ${this.#now}`, 'e.voided_at is null', 'e.machine is null'];
    if (names !== null) conditions.push(`e.name = any(${this.#bind.texts(names)})`);
    if (span !== null) conditions.push(`e.at > ${this.#now} - ${this.#bind.integer(span)}`);
    return conditions.join(' and ');
  }
}
