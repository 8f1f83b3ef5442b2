/**
 * The two levels of a statement: contacts over their events, and companies over their contacts. A level collects
 * what rules and conditions ask for (columns of the one aggregate, queries of their own, facts for later steps) and
 * then writes its steps. It refuses to know what a rule gives.
 */

import { parts } from './condition.ts';
import { type Binder, quoted } from './dialect.ts';
import { needsOf } from './needs.ts';
import { sqlRule } from './rules.ts';
import { conditionSql, resultSql, testSql } from './sql-conditions.ts';
import { counted, countOf, type Scope } from './sql-rules.ts';
import { bandColumn, gradeColumn, rollUpSql, type Step, scoreColumn, scoreSteps } from './sql-scores.ts';
import { tablesFor } from './sql-tables.ts';
import { columns, lines, type SqlColumn } from './sql-text.ts';
import { type Condition, type Model, rulesOf, type Score } from './words.ts';

/** Texts of SQL, each with a name given when it is first asked for. */
class Named {
  readonly #names = new Map<string, string>();
  readonly #letter: string;

  constructor(letter: string) {
    this.#letter = letter;
  }

  nameOf(sql: string): string {
    const name = this.#names.get(sql) ?? `${this.#letter}${this.#names.size + 1}`;
    this.#names.set(sql, name);
    return name;
  }

  get size(): number {
    return this.#names.size;
  }

  get columns(): SqlColumn[] {
    return [...this.#names].map(([sql, as]) => ({ sql, as }));
  }

  get steps(): Step[] {
    return [...this.#names].map(([sql, name]) => ({ name, sql }));
  }
}

export class Contacts implements Scope {
  readonly bind: Binder;
  readonly now: string;
  readonly beginning: string;
  readonly #model: Model;
  readonly #aggregates = new Named('e');
  readonly #queries = new Named('events_');
  readonly #facts = new Named('t');
  readonly #rules: readonly SqlColumn[];
  readonly #disqualified: string;

  constructor(model: Model, bind: Binder, now: string) {
    this.#model = model;
    this.bind = bind;
    this.now = now;
    this.beginning = `coalesce(${this.#created}, e.first_at)`;
    this.#rules = rulesOf(model.scores).map((rule, i) => ({
      sql: sqlRule(rule, this),
      as: `r${i + 1}`,
      note: rule.id,
    }));
    const reasons = model.disqualify.map((entry) => `when ${this.judged(entry.if)} then ${bind.text(entry.reason)}`);
    this.#disqualified = reasons.length === 0 ? 'null::text' : `case when not known then null ${reasons.join(' ')} end`;
  }

  /** The most columns that a row has on its way through the steps. */
  get width(): number {
    const { scores, stages } = this.#model;
    const read = tablesFor(this.#model).reduce((sum, table) => sum + table.columns.length, 0);
    const joined = read + this.#aggregates.size + this.#queries.size;
    const staged = this.#rules.length + this.#facts.size + 3 * scores.length + 2 * stages.length + 8;
    return Math.max(joined, staged);
  }

  /** A `created_at` that lies ahead is missing. */
  get #created(): string {
    return `case when c.created_at <= ${this.now} then c.created_at end`;
  }

  holds(condition: Condition): string {
    return conditionSql(condition, (part) => {
      if (part.kind === 'event') return counted(part.count, countOf(part.match, this), this);
      if (part.kind !== 'test') return null;
      if (part.holder === 'contact' && part.field === 'created_at')
        return testSql(part, () => `(${this.#created})`, this.bind, this.now);
      const row = part.holder === 'company' ? 'k' : 'c';
      return testSql(part, (_, column) => `${row}.${quoted(column)}`, this.bind, this.now);
    });
  }

  below(condition: Condition): string {
    return conditionSql(condition, (part) =>
      part.kind === 'test' ? testSql(part, (_, column) => quoted(column), this.bind, this.now) : null,
    );
  }

  aggregate(sql: string): string {
    return `e.${this.#aggregates.nameOf(sql)}`;
  }

  query(sql: string): string {
    return `${this.#queries.nameOf(sql)}.n`;
  }

  /**
   * A condition over a contact that has been scored, for a step after the scores. What it asks of fields and events
   * becomes a column of the step before them.
   */
  judged(condition: Condition, row = '', companyRow: string | null = null): string {
    const { scores, companyScores } = this.#model;
    return conditionSql(condition, (part) => {
      if (part.kind === 'score' || part.kind === 'place') {
        const [prefix, of] = part.ofCompany ? [companyRow, companyScores] : [row, scores];
        if (prefix === null) throw new Error('only stages may ask for scores of the company');
        return resultSql(part, `${prefix}${resultColumn(part, of)}`, this.bind, this.now);
      }
      const asksResults = [...parts(part)].some(({ kind }) => kind === 'score' || kind === 'place');
      return asksResults ? null : `${row}${this.#facts.nameOf(this.holds(part))}`;
    });
  }

  /** From the tables to scored contacts, disqualified or not. To be called when all conditions have been written. */
  steps(): Step[] {
    const { scores, stages } = this.#model;
    const events = {
      name: 'events',
      sql: lines(
        'select',
        columns([{ sql: 'contact', as: 'contact' }, { sql: 'min("at")', as: 'first_at' }, ...this.#aggregates.columns]),
        'from event',
        `where "at" <= ${this.now}`,
        'group by contact',
      ),
    };
    const given = {
      name: 'given',
      sql: lines(
        'select',
        columns([
          { sql: 'c.id', as: 'id' },
          { sql: 'c.company', as: 'company' },
          ...(stages.length > 0 ? [{ sql: 'c.stage', as: 'stage' }] : []),
          { sql: 'coalesce(c.has_traits, false) or e.contact is not null', as: 'known' },
          ...this.#rules,
          ...this.#facts.columns,
        ]),
        'from contact as c',
        ...(needsOf(this.#model).company.size > 0 ? ['left join company as k on k.id = c.company'] : []),
        'left join events as e on e.contact = c.id',
        ...this.#queries.steps.map(({ name }) => `left join ${name} on ${name}.contact = c.id`),
      ),
    };
    const once = {
      name: 'given_once',
      sql: lines('select given.*', 'from contact', 'left join given on given.id = contact.id'),
    };
    // PostgreSQL would merge the steps into one and compute a rule again for everything that is made of it, which
    // takes 1.4 times as long for 24 rules; what comes from the far side of an outer join it computes once.
    const fenced = this.bind.dialect === 'postgres' ? once : given;
    const scored = scoreSteps(
      scores,
      fenced,
      ['scores', 'sums', 'places'],
      this.bind,
      (id) => this.#rules.find((rule) => rule.note === id)?.as ?? '',
      () => 'null',
    );
    const judged = {
      name: 'judged',
      sql: lines(
        'select *,',
        columns([{ sql: this.#disqualified, as: 'disqualified' }]),
        `from ${(scored.at(-1) ?? fenced).name}`,
      ),
    };
    return [events, ...this.#queries.steps, given, ...(fenced === given ? [] : [fenced]), ...scored, judged];
  }

  /** From judged contacts to stages; none for a model without stages. `companies` when a stage asks for their scores. */
  stageSteps(companies: Companies | null): Step[] {
    const { stages } = this.#model;
    if (stages.length === 0) return [];
    const company = companies === null ? null : 'k.';
    const doors = stages.flatMap(({ id, enter, leave }, i) => [
      { sql: this.judged(enter, 'j.', company), as: `enter${i + 1}`, note: id },
      ...(leave === null ? [] : [{ sql: this.judged(leave, 'j.', company), as: `leave${i + 1}` }]),
    ]);
    const present = stages.map(({ id }, i) => `when ${this.bind.text(id)} then ${i + 1}`);
    const entered = stages.map((_, i) => `when enter${i + 1} then ${i + 1}`).reverse();
    // Where `leave` and `enter` of the present stage both hold, the last entered is that one or a later one.
    const leaves = stages.flatMap(({ leave }, i) => (leave === null ? [] : [`when ${i + 1} then leave${i + 1}`]));
    const leaving = leaves.length === 0 ? 'false' : `case present ${leaves.join(' ')} end`;
    return [
      {
        name: 'doors',
        sql: lines(
          'select j.*,',
          columns([...doors, { sql: `case j.stage ${present.join(' ')} else 0 end`, as: 'present' }]),
          'from judged as j',
          ...(companies === null ? [] : [`left join ${companies.last} as k on k.id = j.company`]),
        ),
      },
      {
        name: 'moves',
        sql: lines(
          'select *,',
          columns([
            { sql: `case ${entered.join(' ')} else 0 end`, as: 'entered' },
            { sql: leaving, as: 'leaving' },
          ]),
          'from doors',
        ),
      },
      {
        name: 'staged',
        sql: lines(
          'select *,',
          columns([
            {
              sql: `case when known and disqualified is null then case when entered > present or leaving then entered else present end end`,
              as: 'stands',
            },
          ]),
          'from moves',
        ),
      },
    ];
  }
}

const resultColumn = (part: Condition & { kind: 'score' | 'place' }, scores: readonly Score[]): string => {
  if (part.kind === 'score') return scoreColumn(scores, part.score);
  return part.of === 'grade' ? gradeColumn(scores, part.score) : bandColumn(scores, part.score);
};

/** Companies over the contacts that count for them: those that have a score and are not disqualified. */
export class Companies implements Scope {
  readonly bind: Binder;
  readonly now: string;
  readonly beginning = 'null';
  readonly #model: Model;
  readonly #contacts: Contacts;
  readonly #aggregates = new Named('m');
  readonly #queries = new Named('members_');
  readonly #rules: readonly SqlColumn[];
  readonly #rollUps: readonly SqlColumn[];

  constructor(model: Model, contacts: Contacts) {
    this.#model = model;
    this.#contacts = contacts;
    this.bind = contacts.bind;
    this.now = contacts.now;
    this.#rules = rulesOf(model.companyScores).map((rule, i) => ({
      sql: sqlRule(rule, this),
      as: `r${i + 1}`,
      note: rule.id,
    }));
    this.#rollUps = model.companyScores.flatMap((score, i) =>
      score.kind === 'rollUp'
        ? [
            {
              sql: rollUpSql(
                score,
                scoreColumn(model.scores, score.of),
                this.bind,
                (sql) => this.aggregate(sql),
                (sql) => this.query(sql),
              ),
              as: `u${i + 1}`,
              note: score.name,
            },
          ]
        : [],
    );
  }

  /** The most columns that a row has on its way through the steps. */
  get width(): number {
    const { companyScores } = this.#model;
    const joined = this.#aggregates.size + this.#queries.size + 2;
    return Math.max(joined, this.#rules.length + this.#rollUps.length + 3 * companyScores.length + 2);
  }

  holds(condition: Condition): string {
    return conditionSql(condition, (part) =>
      part.kind === 'test' ? testSql(part, (_, column) => `k.${quoted(column)}`, this.bind, this.now) : null,
    );
  }

  below(condition: Condition): string {
    return this.#contacts.judged(condition);
  }

  aggregate(sql: string): string {
    return `m.${this.#aggregates.nameOf(sql)}`;
  }

  query(sql: string): string {
    return `${this.#queries.nameOf(sql)}.n`;
  }

  /** The name of the step with the results of companies. */
  get last(): string {
    return this.#scored().at(-1)?.name ?? '';
  }

  steps(): Step[] {
    const members = {
      name: 'members',
      sql: lines('select *', 'from judged', 'where known and disqualified is null and company is not null'),
    };
    const sums = {
      name: 'member_sums',
      sql: lines(
        'select',
        columns([{ sql: 'company', as: 'company' }, ...this.#aggregates.columns]),
        'from members',
        'group by company',
      ),
    };
    return [members, sums, ...this.#queries.steps, ...this.#scored()];
  }

  #scored(): Step[] {
    const given = {
      name: 'company_given',
      sql: lines(
        'select',
        columns([
          { sql: 'k.id', as: 'id' },
          { sql: 'm.company is not null', as: 'known' },
          ...this.#rules,
          ...this.#rollUps,
        ]),
        'from company as k',
        'left join member_sums as m on m.company = k.id',
        ...this.#queries.steps.map(({ name }) => `left join ${name} on ${name}.company = k.id`),
      ),
    };
    const scored = scoreSteps(
      this.#model.companyScores,
      given,
      ['company_scores', 'company_sums', 'company_places'],
      this.bind,
      (id) => this.#rules.find((rule) => rule.note === id)?.as ?? '',
      (name) => this.#rollUps.find((rollUp) => rollUp.note === name)?.as ?? '',
    );
    return [given, ...scored];
  }
}
