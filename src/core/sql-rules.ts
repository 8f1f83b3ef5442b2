/**
 * What each kind of rule gives, as SQL: whole millionths of a point, equal to `contribution.ts` to the last one. It
 * decides which part of a rule is a column of the one aggregate and which needs a query of its own; it refuses to
 * know where these stand in the statement.
 */

import { among, type Binder, inCodePoints, quoted } from './dialect.ts';
import { columnFor } from './sql-tables.ts';
import { all, lines, nested } from './sql-text.ts';
import type { Condition, Count, Match, Period, Rule } from './words.ts';

/**
 * The row that a rule looks at, with the rows below it: a contact with its events, or a company with its contacts.
 * A condition is true, false, or null for false; under a `not` it is never null.
 */
export interface Scope {
  readonly bind: Binder;
  /** The instant of the run, a bigint. */
  readonly now: string;
  /** The instant from which a silence counts without a matching event; null where unknown. */
  readonly beginning: string;
  /** A condition over the row itself. */
  holds(condition: Condition): string;
  /** A condition over a row below. */
  below(condition: Condition): string;
  /** Adds a column to the one aggregate over the rows below; null for a row without any. */
  aggregate(sql: string): string;
  /** Adds a query of its own with `n` and the key of the row, `contact` or `company`; null for a row without any. */
  query(sql: string): string;
}

/** Properties are bounded as in `contribution.ts`. */
const AMOUNT_LIMIT = 1e21;

export function sqlTrait(rule: Rule<'trait'>, scope: Scope): string {
  return once(rule, [scope.holds(rule.if)], scope);
}

export function sqlHappened(rule: Rule<'happened'>, scope: Scope): string {
  return once(rule, [counted(rule.count, countOf(rule.match, scope), scope), ...gate(rule, scope)], scope);
}

export function sqlContacts(rule: Rule<'contacts'>, scope: Scope): string {
  const n = `coalesce(${scope.aggregate(`count(*) filter (where ${scope.below(rule.contacts)})`)}, 0)`;
  return once(rule, [counted(rule.count, n, scope), ...gate(rule, scope)], scope);
}

export function sqlEach(rule: Rule<'each'>, scope: Scope): string {
  const { match, amount, limit, decay } = rule;
  const worth = [
    ...(amount === null ? [] : [unitsOf(amountColumn(amount.property), amount.unit, scope)]),
    ...(decay === null ? [] : [weightOf(decay.weights, scope)]),
  ].join(' * ');
  // Weights are thousandths, and so are points.
  const points = decay === null ? rule.points * 1000 : rule.points;
  const n =
    worth === '' && limit === null ? countOf(match, scope) : `coalesce(${worthOf(rule, worth || null, scope)}, 0)`;
  return gated(rule, held(`${n} * ${scope.bind.number(points)}`, points, rule.max, scope), scope);
}

const amountColumn = (property: string): string => quoted(columnFor('event', property, 'number'));
const valueColumn = (property: string): string => quoted(columnFor('event', property, 'text'));

/** The sum over the chosen events of what each is worth; one each when that is null. */
function worthOf({ match, amount, limit, decay }: Rule<'each'>, worth: string | null, scope: Scope): string {
  const { bind } = scope;
  if (limit === null && match.gap === null && match.distinct === null && worth !== null) {
    const conditions = matching(match, scope);
    return scope.aggregate(
      `sum(${conditions.length === 0 ? worth : `case when ${all(conditions)} then ${worth} end`})`,
    );
  }
  const rows = chosen(match, amount === null ? [] : [amountColumn(amount.property)], scope);
  const sum = (n: string, from: string, where: readonly string[] = []) =>
    scope.query(
      lines(`select contact, sum(${n}) as n`, `from ${nested(from)} as chosen`, ...where, 'group by contact'),
    );
  if (limit === null) return sum(worth ?? '1', rows);
  const part = ['contact', ...periodOf(limit.per)].join(', ');
  const times = bind.integer(limit.times);
  // Where all events of a period are worth the same, it does not matter which of them are the earliest.
  if (amount === null && (decay === null || limit.per === 'day')) {
    const periods = lines(
      'select contact, count(*) as times, min("at") as "at"',
      `from ${nested(rows)} as matching`,
      `group by ${part}`,
    );
    return sum([`least(times, ${times})`, ...(worth === null ? [] : [worth])].join(' * '), periods);
  }
  const order = amount === null ? '"at"' : inTime(scope);
  const numbered = lines(
    `select *, row_number() over (partition by ${part} order by ${order}) as place`,
    `from ${nested(rows)} as matching`,
  );
  return sum(worth ?? '1', numbered, [`where place <= ${times}`]);
}

export function sqlSilent(rule: Rule<'silent'>, scope: Scope): string {
  const { bind, now } = scope;
  const last = scope.aggregate(`max("at")${filter(matching({ ...rule, within: null }, scope))}`);
  const quiet = `(${now} - coalesce(${last}, ${scope.beginning}))`;
  const conditions = [`${quiet} >= ${bind.integer(rule.for)}`, ...gate(rule, scope)];
  if (!rule.each) return once(rule, conditions, scope);
  const points = rule.points * 1000;
  const times = `floor(${quiet} / ${bind.number(rule.for)})`;
  const value = held(`${times} * ${bind.number(points)}`, points, rule.max, scope);
  return `case when ${all(conditions)} then ${value} else 0 end`;
}

export function sqlUntaken(rule: Rule<'untaken'>, scope: Scope): string {
  const { bind, now } = scope;
  const value = valueColumn(rule.same);
  const seen = matching({ names: rule.on, where: rule.where, within: rule.within }, scope);
  const taken = matching({ names: rule.unless, where: null, within: null }, scope);
  const things = lines(
    `select contact, ${value},`,
    `  min("at")${filter(seen)} as seen,`,
    `  count(*)${filter(taken)} as taken`,
    'from event',
    `where ${all([`"at" <= ${now}`, `${value} is not null`])}`,
    `group by contact, ${value}`,
  );
  const n = scope.query(
    lines(
      'select contact, count(*) as n',
      `from ${nested(things)} as things`,
      `where taken = 0 and seen <= ${now} - ${bind.integer(rule.after)}`,
      'group by contact',
    ),
  );
  const points = rule.points * 1000;
  return gated(rule, held(`coalesce(${n}, 0) * ${bind.number(points)}`, points, rule.max, scope), scope);
}

/** How many events match: for a rule, or for a condition on events. Never null. */
export function countOf(match: Match, scope: Scope): string {
  const { gap, distinct } = match;
  if (gap === null && distinct === null)
    return `coalesce(${scope.aggregate(`count(*)${filter(matching(match, scope))}`)}, 0)`;
  return `coalesce(${scope.query(
    lines('select contact, count(*) as n', `from ${nested(chosen(match, [], scope))} as chosen`, 'group by contact'),
  )}, 0)`;
}

/** Whether a count of events or contacts is right. */
export function counted({ least, most }: Count, n: string, { bind }: Scope): string {
  if (most === Infinity) return `${n} >= ${bind.integer(least)}`;
  return least === 0
    ? `${n} <= ${bind.integer(most)}`
    : `${n} between ${bind.integer(least)} and ${bind.integer(most)}`;
}

/** What an event must be to match; `gap` and `distinct` need its neighbours. */
function matching({ names, where, within }: Pick<Match, 'names' | 'where' | 'within'>, scope: Scope): string[] {
  return [
    ...(names === null ? [] : [named(names, scope)]),
    ...(where === null ? [] : [scope.below(where)]),
    ...(within === null ? [] : [`"at" > ${scope.now} - ${scope.bind.integer(within)}`]),
  ];
}

function named(names: readonly string[], { bind }: Scope): string {
  const [only] = names;
  if (names.length === 1 && only !== undefined) return `name = ${bind.text(only)}`;
  return among(bind.dialect, 'name', bind.texts(names));
}

const filter = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : ` filter (where ${all(conditions)})`;

/**
 * The events of a match as a query of contact and instant: where → gap → within → distinct.
 * @param columns of which event they are matters, so that equal instants are told apart by the id
 */
function chosen(match: Match, columns: readonly string[], scope: Scope): string {
  const { gap, within, distinct } = match;
  const value = distinct === null ? [] : [valueColumn(distinct)];
  const carried = [...columns, ...value];
  // An event more than `gap` before the window cannot make one inside it fall away.
  const reach = within === null ? null : within + (gap ?? 0);
  const base = [
    `select ${['contact', '"at"', ...(carried.length === 0 ? [] : ['id', ...carried])].join(', ')}`,
    'from event',
    `where ${all([`"at" <= ${scope.now}`, ...matching({ ...match, within: reach }, scope)])}`,
  ];
  let rows = lines(...base);
  if (gap !== null) {
    const order = carried.length === 0 ? '"at"' : inTime(scope);
    const pause = `"at" - lag("at") over (partition by contact order by ${order}) as pause`;
    rows = lines(
      'select *',
      `from ${nested(lines(`${base[0]}, ${pause}`, ...base.slice(1)))} as visits`,
      `where ${all([
        `(pause is null or pause >= ${scope.bind.integer(gap)})`,
        ...matching({ names: null, where: null, within }, scope),
      ])}`,
    );
  }
  if (distinct === null) return rows;
  return lines(
    `select contact, min("at") as "at"`,
    `from ${nested(rows)} as matching`,
    `where ${value.join('')} is not null`,
    `group by ${['contact', ...value].join(', ')}`,
  );
}

const inTime = ({ bind }: Scope): string => `"at", ${inCodePoints(bind.dialect, 'id')}`;

/** The number of a UTC day, in doubles as `time.ts` has it. */
const dayOf = (instant: string): string => `floor(${instant}::double precision / 86400000)`;

const periodOf = (per: Period): string[] =>
  per === 'ever' ? [] : per === 'day' ? [dayOf('"at"')] : [`floor((${dayOf('"at"')} + 3) / 7)`];

/** Whole units of an amount. Below one unit nothing is divided: PostgreSQL refuses quotients too small for a double. */
function unitsOf(column: string, unit: number, { bind }: Scope): string {
  const size = bind.number(unit);
  return `case when ${column} >= ${size} then floor(least(${column}, ${bind.number(AMOUNT_LIMIT)}) / ${size}) else 0 end`;
}

/** The weight of an event in thousandths, by its age in whole days; ages beyond the end take the last one. */
function weightOf(weights: readonly number[], { bind, now }: Scope): string {
  const age = `least(${dayOf(now)} - ${dayOf('"at"')}, ${bind.integer(weights.length - 1)})::integer`;
  return `(${bind.numbers(weights)})[${age} + 1]`;
}

/** Clamps a contribution, which has the sign of its points, to `max`. */
function held(value: string, points: number, max: number, { bind }: Scope): string {
  return points > 0
    ? `least(${value}, ${bind.number(max)})::bigint`
    : `greatest(${value}, ${bind.number(-max)})::bigint`;
}

const gate = (rule: Rule, scope: Scope): string[] => (rule.if === null ? [] : [scope.holds(rule.if)]);

const once = (rule: Rule, conditions: readonly string[], { bind }: Scope): string =>
  `case when ${all(conditions)} then ${bind.integer(rule.points * 1000)} else 0 end`;

const gated = (rule: Rule, value: string, scope: Scope): string =>
  rule.if === null ? value : `case when ${scope.holds(rule.if)} then ${value} else 0 end`;
