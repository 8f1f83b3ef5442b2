/**
 * Companies by any combination of what is known of them, in every order that they are listed in. A search is a condition of the model's own language in which the
 * company is who is asked about: its traits by name, its scores, grades and bands, and beside them `contacts`, their
 * number. This file decides how that becomes SQL; it refuses to know who asks and how a page is shown.
 */

import { parts } from '../core/condition.ts';
import { Binder } from '../core/dialect.ts';
import { readText } from '../core/document.ts';
import { ModelError, ScorelineError } from '../core/errors.ts';
import { checkModel } from '../core/model.ts';
import { operatorOf } from '../core/operators.ts';
import { fold } from '../core/text.ts';
import type { Condition, Model } from '../core/words.ts';
import type { Serving } from './contacts.ts';
import type { Db } from './db.ts';
import { readingTest } from './readings.ts';

/** As callers write it. */
export interface CompanySearchDocument {
  readonly where?: unknown;
  /** Words, each of which is a piece of a trait, the domain or the key. */
  readonly find?: string | undefined;
  readonly sort?: CompanySort | undefined;
}

type CompanySort =
  /** Highest first; companies without points come last. */
  | { readonly by: 'score'; readonly score: string }
  /** Newest first. */
  | { readonly by: 'createdAt' }
  /** Most first. */
  | { readonly by: 'contacts' }
  /** As the alphabet goes, without case and accents. */
  | { readonly by: 'name' }
  /** In the order in which they were first heard of here. */
  | { readonly by: 'id' };

/** A search whose names were found and whose operands were read. */
export interface CompanySearch {
  readonly modelId: number | null;
  /** The companies' scores, as if they were contacts'. */
  readonly model: Model;
  readonly where: Condition | null;
  /** Folded. */
  readonly words: readonly string[];
  readonly sort: CompanySort;
}

/** Where a company stands in the order of a search. */
export interface CompanyPlace {
  readonly companyId: number;
  /** What it is sorted by. */
  readonly value: number | string | null;
}

/** More tests than that nobody writes by hand, and every one costs. */
const MOST_TESTS = 100;
const MOST_WORDS = 8;
/** Milliseconds that a search may take. */
const PATIENCE = 10_000;
const CANCELED = '57014';
/** The number of contacts of a company, as a condition names it. */
const CONTACTS = 'contacts';

function refuse(message: string): never {
  throw new ScorelineError('request_invalid', `the search is not as it should be: ${message}`);
}

/**
 * Checks a search against the model whose company scores it names.
 * @param serving null where no model is published: then there are no scores to ask for
 * @throws ScorelineError `request_invalid`, which names every problem
 */
export function readCompanySearch(
  { where, find = '', sort = { by: 'id' } }: CompanySearchDocument,
  serving: Serving | null,
): CompanySearch {
  const { model, condition } = checked(where, serving);
  const all = [...parts(condition)];
  if (all.length > MOST_TESTS) refuse(`where: more than ${MOST_TESTS} tests`);
  for (const part of all) {
    if (part.kind === 'event') refuse('where.event: a company does nothing itself; search its contacts for that');
    if (part.kind !== 'test') continue;
    const { holder, field, operator, operand } = part;
    if (holder === 'company' || field === 'email.domain' || field === 'company_id')
      refuse(
        `where: the company's own traits are named plainly, without \`${holder === 'company' ? 'company.' : field}\``,
      );
    if (field === CONTACTS && operatorOf(operator).reads(operand) !== 'number')
      refuse('where.contacts: is the number of contacts, and is compared with numbers');
  }
  if (sort.by === 'score') {
    const known = model.scores.flatMap(({ name, kind }) => (kind === 'grid' || serving === null ? [] : name));
    if (!known.includes(sort.score))
      refuse(
        `sort.score: no company score with points is named \`${sort.score}\` (there are: ${known.join(', ') || 'none'})`,
      );
  }
  const words = fold(find)
    .split(' ')
    .filter((word) => word !== '')
    .slice(0, MOST_WORDS);
  return { modelId: serving?.modelId ?? null, model, where: condition, words, sort };
}

const NO_SCORES = { none: { range: [0, 1], rules: [] } };

/** A search is checked as a stage of a model is in which contacts have the scores of companies. */
function checked(where: unknown, serving: Serving | null): { model: Model; condition: Condition | null } {
  const company = serving === null ? undefined : Object(readText(serving.document).value).company;
  const scores = Object.entries<{ grid?: unknown; range?: unknown }>(company?.scores ?? NO_SCORES).map(
    ([name, score]) => [name, 'grid' in score ? score : { range: score.range, rules: [] }],
  );
  const stages = where === undefined ? [] : [{ id: 'searched', enter: where }];
  const { grades, bands } = company ?? {};
  try {
    const model = checkModel({
      model: 'searched',
      scores: Object.fromEntries(scores),
      ...(grades === undefined ? {} : { grades }),
      ...(bands === undefined ? {} : { bands }),
      stages,
    });
    return { model, condition: model.stages[0]?.enter ?? null };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const lines = error.problems.map(({ path, message }) => `${['where', ...path.slice(3)].join('.')}: ${message}`);
    return refuse(lines.join('; '));
  }
}

/**
 * Companies of a search from a place on, at most `limit` of them.
 * @throws ScorelineError `too_busy` where it took too long
 */
export async function findCompanies(
  db: Db,
  search: CompanySearch,
  part: { readonly after: CompanyPlace | null; readonly limit: number; readonly now: number },
): Promise<CompanyPlace[]> {
  const { text, values } = searchSql(search, part);
  try {
    return await db.transaction(async (tx) => {
      await tx.rows("select set_config('statement_timeout', $1, true)", [String(PATIENCE)]);
      return tx.rows<CompanyPlace>(text, values);
    });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === CANCELED)) throw error;
    throw new ScorelineError(
      'too_busy',
      'the search looks at more than can be read now: ask for something rarer as well',
    );
  }
}

function searchSql(
  { modelId, model, where, words, sort }: CompanySearch,
  { after, limit, now }: { after: CompanyPlace | null; limit: number; now: number },
) {
  const bind = new Binder('postgres');
  const instant = bind.instant(now);
  const counted =
    sort.by === 'contacts' || [...parts(where)].some((part) => part.kind === 'test' && part.field === CONTACTS);
  const joins = [
    // Counted first and joined then, which also runs where contacts are distributed.
    ...(counted
      ? [
          `left join (select company_id, count(*) as contacts from contact where company_id is not null group by company_id) n
  on n.company_id = k.company_id`,
        ]
      : []),
    ...(sort.by === 'score'
      ? [
          `left join company_score o on o.company_id = k.company_id and o.model_id = ${bind.integer(modelId ?? 0)}
  and o.name = ${bind.text(sort.score)}`,
        ]
      : []),
  ];
  const conditions = [
    `${instant} is not null`,
    ...(where === null ? [] : [write(where, { bind, instant, model, modelId }, 0)]),
    ...words.map((word) => writeWord(bind.text(`%${word.replace(/[\\%_]/g, '\\$&')}%`))),
  ];
  const value = VALUES[sort.by];
  const { order, beyond } = orderOf(sort, bind);
  if (after !== null) conditions.push(beyond(after));
  const text = `select k.company_id as "companyId", ${value} as value from company k ${joins.join('\n')}
where ${conditions.join('\n  and ')}
order by ${order} limit ${bind.integer(limit)}`;
  return { text, values: bind.values };
}

/** The order of a list, and what comes after a place in it. */
function orderOf({ by }: CompanySort, bind: Binder): { order: string; beyond: (after: CompanyPlace) => string } {
  const value = VALUES[by];
  switch (by) {
    case 'id':
      return { order: 'k.company_id', beyond: (after) => `k.company_id > ${bind.integer(after.companyId)}` };
    case 'name':
      return {
        order: `${value}, k.company_id`,
        beyond: (after) =>
          `(${value}, k.company_id) > (${bind.text(String(after.value))}, ${bind.integer(after.companyId)})`,
      };
    default: {
      // Below all others, so that one order holds for those without a value too.
      const rank = `coalesce(${value}, ${Number.MIN_SAFE_INTEGER})`;
      return {
        order: `${rank} desc, k.company_id`,
        beyond: (after) => {
          const reached = bind.integer(after.value === null ? Number.MIN_SAFE_INTEGER : Number(after.value));
          return `(${rank} < ${reached} or (${rank} = ${reached} and k.company_id > ${bind.integer(after.companyId)}))`;
        },
      };
    }
  }
}

/** A piece of any trait, of a domain or of the key. */
const writeWord = (piece: string): string =>
  `(coalesce(k.domain like ${piece}, false) or coalesce(lower(k.key) like ${piece}, false)
    or exists (select from domain_claim d where d.company_id = k.company_id and d.undone_at is null and d.domain like ${piece})
    or exists (select from jsonb_each_text(k.readings->'text') f where f.value like ${piece}))`;

const VALUES = {
  score: 'o.points',
  createdAt: 'k.created_at',
  contacts: 'coalesce(n.contacts, 0)',
  name: `coalesce(k.readings->'text'->>'name', k.domain, k.key, '') collate "C"`,
  id: 'null::bigint',
} as const satisfies Record<CompanySort['by'], string>;

/** The domain that mail is led by stands for the trait: a company that is known by it alone has no such trait. */
const READINGS_WITH_DOMAIN = `(case when k.domain is null then k.readings else jsonb_build_object(
  'text', jsonb_build_object('domain', k.domain),
  'words', jsonb_build_object('domain', regexp_replace(k.domain, '[^a-z0-9]+', ' ', 'g'))) end)`;

interface Writing extends Pick<CompanySearch, 'model' | 'modelId'> {
  readonly bind: Binder;
  readonly instant: string;
}

/** A condition over `company k`. Under a `not` nothing may be null: `not` of a false is true. */
function write(condition: Condition, writing: Writing, nots: number): string {
  switch (condition.kind) {
    case 'all':
    case 'any': {
      const inner = condition.of.map((part) => write(part, writing, nots));
      return `(${inner.join(condition.kind === 'all' ? ' and ' : ' or ')})`;
    }
    case 'not':
      return `not (${write(condition.of, writing, nots + 1)})`;
    case 'test': {
      const test = writeTest(condition, writing);
      return nots > 0 ? `coalesce(${test}, false)` : test;
    }
    case 'score':
    case 'place':
      return writeResult(condition, writing);
    case 'event':
      throw new Error('a search of companies asks for events');
  }
}

function writeTest(test: Condition & { kind: 'test' }, { bind, instant }: Writing): string {
  const { field, operator, operand } = test;
  if (field === CONTACTS)
    return operatorOf(operator).sql('(coalesce(n.contacts, 0)::double precision)', operand, bind, instant);
  if (field === 'domain') return readingTest(test, READINGS_WITH_DOMAIN, bind, instant);
  if (field !== 'created_at') return readingTest(test, 'k.readings', bind, instant);
  const created = `(case when k.created_at <= ${instant} then k.created_at end)`;
  return operatorOf(operator).sql(created, operand, bind, instant);
}

function writeResult(
  condition: Condition & { kind: 'score' | 'place' },
  { bind, instant, model, modelId }: Writing,
): string {
  const rows = (sql: string): string =>
    `exists (select 1 from company_score p where p.company_id = k.company_id
      and p.model_id = ${bind.integer(modelId ?? 0)} and p.name = ${bind.text(condition.score)} and ${sql})`;
  if (condition.kind === 'place') {
    const score = model.scores.find(({ name }) => name === condition.score);
    const ladder = (condition.of === 'grade' ? score?.grades : score?.bands) ?? [];
    const names = condition.places.flatMap((place) => ladder[place]?.name ?? []);
    return rows(`p.${condition.of} = any(${bind.texts(names)})`);
  }
  if (operatorOf(condition.operator).missing(condition.operand)) return `not ${rows('p.points is not null')}`;
  return rows(operatorOf(condition.operator).sql('p.points', condition.operand, bind, instant));
}
