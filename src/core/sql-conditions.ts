/**
 * Conditions as SQL. It decides the logic; which columns hold the fields, scores and counts, the caller says.
 */

import { among, type Binder } from './dialect.ts';
import { operatorOf } from './operators.ts';
import { columnFor } from './sql-tables.ts';
import type { Condition, Holder } from './words.ts';

export type Test = Condition & { kind: 'test' };

/**
 * A condition as SQL that is true, or false or null for false. Under a `not` nothing may be null: `not` of a false is
 * true.
 * @param atom writes a condition that stands for itself, or says null for one that is logic over others
 */
export function conditionSql(
  condition: Condition,
  atom: (condition: Condition) => string | null,
  negated = false,
): string {
  const sql = atom(condition);
  if (sql !== null) return negated ? `coalesce(${sql}, false)` : sql;
  switch (condition.kind) {
    case 'all':
    case 'any': {
      const parts = condition.of.map((part) => conditionSql(part, atom, negated));
      if (parts.length === 0) return String(condition.kind === 'all');
      return `(${parts.join(condition.kind === 'all' ? ' and ' : ' or ')})`;
    }
    case 'not':
      return `not (${conditionSql(condition.of, atom, true)})`;
    default:
      throw new Error(`a condition of the kind ${condition.kind} cannot stand here`);
  }
}

/** A test on a field; null where the field is missing, unless the test is for that. */
export function testSql(
  test: Test,
  column: (holder: Holder, column: string) => string,
  bind: Binder,
  now: string,
): string {
  const { holder, field, operator, operand } = test;
  const row = operatorOf(operator);
  return row.sql(column(holder, columnFor(holder, field, row.reads(operand))), operand, bind, now);
}

/** A test on a score, grade or band in a column; null for one without data. */
export function resultSql(
  condition: Condition & { kind: 'score' | 'place' },
  column: string,
  bind: Binder,
  now: string,
): string {
  if (condition.kind === 'place') return among(bind.dialect, column, bind.integers(condition.places));
  return operatorOf(condition.operator).sql(column, condition.operand, bind, now);
}
