/**
 * A model as one SQL statement with bound values: one column per rule and one per score, equal to `explain` to the
 * last millionth. It decides how the statement is built, step by step in the order of work of `explain.ts`; what a
 * rule gives is in `sql-rules.ts`, what the tables hold in `sql-tables.ts`.
 */

import { Binder, type Dialect, quoted, type SqlValue } from './dialect.ts';
import { readsCompanyScores } from './explain.ts';
import { Companies, Contacts } from './sql-levels.ts';
import { bandColumn, gradeColumn, scoreColumn } from './sql-scores.ts';
import { checkNames, type PreparedTable, refuse, tablesFor } from './sql-tables.ts';
import { columns, indented, lines, plain, type SqlColumn } from './sql-text.ts';
import { type Ladder, type Model, rulesOf, type Score } from './words.ts';

export interface SqlOptions {
  readonly dialect: Dialect;
  /** Milliseconds, UTC. It is the first value, so that the statement can be run again for another instant. */
  readonly asOf: number;
  readonly of: 'contacts' | 'companies';
}

export interface SqlStatement {
  readonly text: string;
  /** The values of `$1`, `$2` and so on. */
  readonly values: readonly SqlValue[];
}

/** PostgreSQL has at most 1,664 columns in a query; some are for keys. */
const MOST_COLUMNS = 1600;

/**
 * Writes a model as one statement for PostgreSQL 15 or newer, or DuckDB, over the prepared tables of `tablesFor`.
 *
 * Contacts: `id`, `rule.<id>` for each rule, each score by its name with `<score>_grade` and `<score>_band` where it
 * has them, `disqualified` (the reason), `stage`. Companies: the same without the last two. Points are exact decimals
 * with six places; the score of a contact or company without data is null, its rules are 0; a grid is text.
 * @throws ScorelineError `model_unwritable` for names or numbers of columns that the database does not take
 */
export function writeSql(model: Model, { dialect, asOf, of }: SqlOptions): SqlStatement {
  const bind = new Binder(dialect);
  const now = bind.instant(asOf);
  const ofCompanies = of === 'companies';
  const contacts = new Contacts(model, bind, now);
  const companies = ofCompanies || readsCompanyScores(model) ? new Companies(model, contacts) : null;
  const staged = ofCompanies ? [] : contacts.stageSteps(companies);
  const tables = tablesFor(model).filter(
    (table) => companies !== null || table.name !== 'company' || table.columns.length > 1,
  );
  // Contacts come last: the others tell them which facts they need.
  const steps = [...contacts.steps(), ...(companies?.steps() ?? []), ...staged];
  const scores = ofCompanies ? model.companyScores : model.scores;
  const output = [...results(scores, bind), ...(ofCompanies ? [] : standing(model, bind))];
  checkNames(
    tables,
    output.map(({ name }) => name),
    dialect,
  );
  if (dialect === 'postgres') checkWidth(Math.max(output.length, contacts.width, companies?.width ?? 0), of);
  const text = lines(
    header(model, tables, of),
    `with ${steps.map(({ name, sql }) => `${name} as (\n${indented(sql)}\n)`).join(',\n')}`,
    'select',
    columns([{ sql: 'id', as: 'id' }, ...output.map(({ sql, name }) => ({ sql, as: quoted(name) }))]),
    `from ${steps.at(-1)?.name}`,
  );
  return { text, values: bind.values };
}

interface Output extends Pick<SqlColumn, 'sql'> {
  readonly name: string;
}

const points = (column: string): string => `${column} * 0.000001`;

function results(scores: readonly Score[], bind: Binder): Output[] {
  const rules = rulesOf(scores).map(({ id }, i) => ({
    sql: `case when known then ${points(`r${i + 1}`)} else 0.000000 end`,
    name: `rule.${id}`,
  }));
  const named = (ladder: Ladder, column: string) =>
    `case ${column} ${ladder.map(({ name }, i) => `when ${i} then ${bind.text(name)}`).join(' ')} end`;
  const ofScores = scores.flatMap((score): Output[] => {
    const { name, grades, bands } = score;
    if (score.kind === 'grid') {
      const [first, second] = score.of;
      const letters = scores.find((other) => other.name === first)?.grades ?? [];
      const cell = `${named(letters, gradeColumn(scores, first))} || (${gradeColumn(scores, second)} + 1)::text`;
      return [{ sql: cell, name }];
    }
    return [
      { sql: points(scoreColumn(scores, name)), name },
      ...(grades.length === 0 ? [] : [{ sql: named(grades, gradeColumn(scores, name)), name: `${name}_grade` }]),
      ...(bands.length === 0 ? [] : [{ sql: named(bands, bandColumn(scores, name)), name: `${name}_band` }]),
    ];
  });
  return [...rules, ...ofScores];
}

function standing({ stages }: Model, bind: Binder): Output[] {
  const names = stages.map(({ id }, i) => `when ${i + 1} then ${bind.text(id)}`).join(' ');
  return [
    { sql: 'disqualified', name: 'disqualified' },
    { sql: stages.length === 0 ? 'null::text' : `case stands ${names} end`, name: 'stage' },
  ];
}

function checkWidth(width: number, of: string): void {
  if (width > MOST_COLUMNS)
    refuse(`scoring ${of} takes ${width} columns; a query of PostgreSQL has room for ${MOST_COLUMNS}`);
}

function header(model: Model, tables: readonly PreparedTable[], of: string): string {
  return lines(
    `-- The ${of} of the Scoreline model ${plain(model.name)} as of the instant $1, in milliseconds, UTC.`,
    '-- It reads these tables; docs/sql.md says how to fill them:',
    ...tables.map(
      ({ name, columns: list }) =>
        `--   ${name}: ${list.map((column) => `${quoted(column.name)} ${column.type}`).join(', ')}`,
    ),
  );
}
