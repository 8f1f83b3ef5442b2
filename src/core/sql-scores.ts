/**
 * From contributions to scores as SQL: groups, ranges, sums, roll-ups, grades and bands, equal to `scores.ts`. It
 * names the columns of each step; it refuses to know what a rule asks.
 */

import { type Binder, floorDivided } from './dialect.ts';
import { columns, lines, nested, type SqlColumn, sumOf } from './sql-text.ts';
import type { Ladder, Range, Score } from './words.ts';

/** A step of a statement: a query with a name. */
export interface Step {
  readonly name: string;
  readonly sql: string;
}

/**
 * The steps from contributions to places on ladders: scores of rules and roll-ups, then sums of scores, then places.
 * @param from the step before, which is not among the answer; it has `known`, which says whether there is any data
 * @param names what to call the steps; one that adds nothing is left out
 */
export function scoreSteps(
  scores: readonly Score[],
  from: Step,
  names: readonly [scores: string, sums: string, places: string],
  bind: Binder,
  ruleColumn: (id: string) => string,
  rollUpColumn: (score: string) => string,
): Step[] {
  const added: readonly SqlColumn[][] = [[], [], []];
  for (const score of scores) {
    const column = scoreColumn(scores, score.name);
    const add = (step: number, as: string, sql: string) => added[step]?.push({ sql, as, note: score.name });
    switch (score.kind) {
      case 'rules':
        add(0, column, `case when known then ${total(score, bind, ruleColumn)} end`);
        break;
      case 'rollUp':
        add(0, column, `case when known then ${rollUpColumn(score.name)} end`);
        break;
      case 'sum': {
        const parts = score.of.map((part) => `${scoreColumn(scores, part.score)} * ${bind.integer(part.weight)}`);
        add(1, column, `case when known then ${clamped(thousandths(sumOf(parts)), score.range, bind)} end`);
        break;
      }
      case 'grid':
        break;
    }
    if (score.grades.length > 0) add(2, gradeColumn(scores, score.name), placeOn(score.grades, column, bind));
    if (score.bands.length > 0) add(2, bandColumn(scores, score.name), placeOn(score.bands, column, bind));
  }
  const steps: Step[] = [];
  added.forEach((list, i) => {
    const before = steps.at(-1)?.name ?? from.name;
    if (list.length > 0) steps.push({ name: names[i] ?? '', sql: lines('select *,', columns(list), `from ${before}`) });
  });
  return steps;
}

const place = (scores: readonly Score[], name: string): number => scores.findIndex((score) => score.name === name) + 1;
export const scoreColumn = (scores: readonly Score[], name: string): string => `s${place(scores, name)}`;
export const gradeColumn = (scores: readonly Score[], name: string): string => `g${place(scores, name)}`;
export const bandColumn = (scores: readonly Score[], name: string): string => `b${place(scores, name)}`;

const clamped = (sql: string, [low, high]: Range, bind: Binder): string =>
  `least(${bind.integer(high)}, greatest(${bind.integer(low)}, ${sql}))::bigint`;

/** `floor(x / 1000 + 1/2)` of a bigint: decimals multiply exactly, quotients would be rounded. */
const thousandths = (sql: string): string => `floor((${sql} + 500) * 0.001)`;

function total(score: Score & { kind: 'rules' }, bind: Binder, ruleColumn: (id: string) => string): string {
  const of = (group: string | null) =>
    sumOf(score.rules.filter((entry) => entry.group === group).map((entry) => ruleColumn(entry.rule.id)));
  const loose = score.rules.some((entry) => entry.group === null) ? [of(null)] : [];
  const groups = score.groups.map(({ name, range }) => clamped(of(name), range, bind));
  return clamped(sumOf([...loose, ...groups]), score.range, bind);
}

/** The place on a ladder, 0 the best; below the lowest step it is the lowest. */
function placeOn(ladder: Ladder, score: string, bind: Binder): string {
  const steps = ladder.map(({ from }, i) =>
    i === ladder.length - 1
      ? `when ${score} is not null then ${i}`
      : `when ${score} >= ${bind.integer(from)} then ${i}`,
  );
  return `case ${steps.join(' ')} end`;
}

/**
 * A roll-up over the contacts that count for a company, which `members` holds. `aggregate` adds a column to the one
 * aggregate over them; `query` adds a query of its own with the columns `company` and `n`.
 */
export function rollUpSql(
  score: Score & { kind: 'rollUp' },
  column: string,
  bind: Binder,
  aggregate: (sql: string) => string,
  query: (sql: string) => string,
): string {
  const { range, weights } = score;
  switch (score.how) {
    case 'sum':
      return clamped(aggregate(`sum(${column})`), range, bind);
    case 'max':
      return clamped(aggregate(`max(${column})`), range, bind);
    case 'mean': {
      const n = aggregate('count(*)');
      const sum = aggregate(`sum(${column})`);
      return clamped(floorDivided(bind.dialect, `(2 * ${sum} + ${n})`, `(2 * ${n})`), range, bind);
    }
    case 'top':
      return clamped(query(highest(column, 'points', weights.length, bind)), range, bind);
    case 'diminishing': {
      const weighted = highest(column, `points * (${bind.integers(weights)})[place::integer]`, weights.length, bind);
      // Held in the range before it is rounded too, so that what is rounded fits a bigint.
      const [low, high] = range;
      return clamped(thousandths(clamped(query(weighted), [low * 1000, high * 1000], bind)), range, bind);
    }
  }
}

const highest = (column: string, worth: string, n: number, bind: Binder): string =>
  lines(
    `select company, sum(${worth}) as n`,
    `from ${nested(
      lines(
        `select company, ${column} as points, row_number() over (partition by company order by ${column} desc) as place`,
        'from members',
      ),
    )} as ranked`,
    `where place <= ${bind.integer(n)}`,
    'group by company',
  );
