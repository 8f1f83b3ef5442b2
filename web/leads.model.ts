/**
 * What is asked of all leads, in rows that a form can show, and as the condition that the service takes. It decides which
 * conditions are rows; any other is carried along as it is. Plain functions; no page.
 */

export type Match = 'all' | 'any';

/** One line of a form. Values are texts, as they were typed. */
export type Row =
  | { readonly kind: 'trait'; readonly field: string; readonly operator: string; readonly value: string }
  | {
      readonly kind: 'score' | 'company.score';
      readonly field: string;
      readonly operator: string;
      readonly value: string;
    }
  | { readonly kind: 'grade' | 'band'; readonly field: string; readonly operator: string; readonly value: string }
  | {
      readonly kind: 'event';
      /** Names with commas between. */
      readonly field: string;
      readonly operator: string;
      readonly value: string;
      /** Such as `30d`; empty for ever. */
      readonly within: string;
    }
  /** A condition that no row can show. */
  | { readonly kind: 'other'; readonly condition: unknown };

export interface Group {
  readonly kind: 'group';
  readonly match: Match;
  readonly rows: readonly Row[];
}

export interface Conditions {
  readonly match: Match;
  readonly parts: readonly (Row | Group)[];
}

const NO_CONDITIONS: Conditions = { match: 'all', parts: [] };

/** How an operator's value is written in a field and in a condition. */
type Writing = 'text' | 'texts' | 'number' | 'numbers' | 'flag' | 'date' | 'duration';

/** Operators in the order in which they are offered. */
const WRITINGS: Readonly<Record<string, Writing>> = {
  is: 'text',
  isNot: 'text',
  in: 'texts',
  notIn: 'texts',
  contains: 'text',
  containsAny: 'texts',
  mentions: 'texts',
  startsWith: 'text',
  endsWith: 'text',
  atLeast: 'number',
  moreThan: 'number',
  atMost: 'number',
  lessThan: 'number',
  between: 'numbers',
  has: 'text',
  hasAny: 'texts',
  hasAll: 'texts',
  before: 'date',
  after: 'date',
  newerThan: 'duration',
  olderThan: 'duration',
  exists: 'flag',
};

const NUMERIC = ['atLeast', 'moreThan', 'atMost', 'lessThan', 'between'];

export const writingOf = (operator: string): Writing => WRITINGS[operator] ?? 'text';

/** The operators that a kind of row takes. */
export function operatorsOf(kind: Exclude<Row['kind'], 'other'>): readonly string[] {
  switch (kind) {
    case 'trait':
      return Object.keys(WRITINGS);
    case 'score':
    case 'company.score':
    case 'event':
      return NUMERIC;
    case 'grade':
    case 'band':
      return ['in', 'notIn'];
  }
}

export function newRow(kind: Exclude<Row['kind'], 'other'>, field: string): Row {
  switch (kind) {
    case 'trait':
      return { kind, field, operator: 'contains', value: '' };
    case 'score':
    case 'company.score':
      return { kind, field, operator: 'atLeast', value: '' };
    case 'grade':
    case 'band':
      return { kind, field, operator: 'in', value: '' };
    case 'event':
      return { kind, field, operator: 'atLeast', value: '1', within: '' };
  }
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const DURATION = /^[1-9]\d*[mhdw]$/;
const numberOf = (text: string): number | undefined =>
  /^[+-]?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;

/** What an operator is given; undefined where the text is not yet one. */
function operandOf(operator: string, text: string): unknown {
  const value = text.trim();
  switch (writingOf(operator)) {
    case 'text':
      return value || undefined;
    case 'date':
      return /^\d{4}-\d{2}-\d{2}/.test(value) ? value : undefined;
    case 'duration':
      return DURATION.test(value) ? value : undefined;
    case 'texts': {
      const list = listOf(value);
      return list.length > 0 ? list : undefined;
    }
    case 'number':
      return numberOf(value);
    case 'numbers': {
      const numbers = listOf(value).map(numberOf);
      return numbers.length === 2 && !numbers.includes(undefined) ? numbers : undefined;
    }
    case 'flag':
      return value !== 'false';
  }
}

/** A row as a condition; undefined where something is missing in it. */
export function conditionOf(row: Row): object | undefined {
  if (row.kind === 'other') return Object(row.condition);
  const operand = operandOf(row.operator, row.value);
  const field = row.field.trim();
  if (field === '' || operand === undefined) return undefined;
  const test = { [row.operator]: operand };
  switch (row.kind) {
    case 'trait':
      return { [field]: test };
    case 'score':
    case 'company.score':
    case 'grade':
    case 'band':
      return { [row.kind]: { [field]: test } };
    case 'event': {
      const names = listOf(field);
      const within = row.within.trim();
      if (within !== '' && !DURATION.test(within)) return undefined;
      return {
        event: { on: names.length === 1 ? names[0] : names, count: test, ...(within === '' ? {} : { within }) },
      };
    }
  }
}

/** All rows as one condition; those that lack something are left out. Undefined where none is left. */
export function whereOf({ match, parts }: Conditions): object | undefined {
  const written = parts.flatMap(
    (part) => (part.kind === 'group' ? whereOf({ match: part.match, parts: part.rows }) : conditionOf(part)) ?? [],
  );
  return joined(match, written);
}

const joined = (match: Match, conditions: readonly object[]): object | undefined =>
  conditions.length < 2 ? conditions[0] : { [match]: conditions };

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A condition taken apart at its `and`s, until each part has one entry with one test. */
function conjuncts(condition: unknown): unknown[] {
  if (!isPlain(condition)) return [condition];
  return Object.entries(condition).flatMap(([key, value]): unknown[] => {
    if (key === 'all' && Array.isArray(value)) return value.flatMap(conjuncts);
    if (key === 'any' || key === 'not' || key === 'event' || !isPlain(value)) return [{ [key]: value }];
    if (['score', 'company.score', 'grade', 'band'].includes(key))
      return Object.entries(value).flatMap(([name, tests]) =>
        isPlain(tests)
          ? Object.entries(tests).map(([op, operand]) => ({ [key]: { [name]: { [op]: operand } } }))
          : [{ [key]: { [name]: tests } }],
      );
    return Object.entries(value).map(([operator, operand]) => ({ [key]: { [operator]: operand } }));
  });
}

/** A condition as rows. Whatever rows cannot say exactly is one of kind `other`, so nothing is lost. */
export function conditionsOf(where: unknown): Conditions {
  if (where === undefined) return NO_CONDITIONS;
  const any = isPlain(where) && Object.keys(where).length === 1 ? where.any : undefined;
  if (Array.isArray(any)) return { match: 'any', parts: any.map((part) => partOf(part, 'all')) };
  return { match: 'all', parts: conjuncts(where).map((part) => partOf(part, 'any')) };
}

function partOf(condition: unknown, inner: Match): Row | Group {
  const row = rowOf(condition);
  if (row.kind !== 'other') return row;
  const list = isPlain(condition) && Object.keys(condition).length === 1 ? condition[inner] : undefined;
  return Array.isArray(list) ? { kind: 'group', match: inner, rows: list.map(rowOf) } : row;
}

function rowOf(condition: unknown): Row {
  const row = triedRow(condition);
  const exact = row !== undefined && JSON.stringify(conditionOf(row)) === JSON.stringify(condition);
  return exact ? row : { kind: 'other', condition };
}

function triedRow(condition: unknown): Row | undefined {
  const [kind, value] = onlyEntry(condition);
  if (kind === undefined || !isPlain(value)) return undefined;
  if (kind === 'event') {
    const { on, count, within = '' } = value;
    const [operator, operand] = onlyEntry(count);
    const field = Array.isArray(on) ? on.join(', ') : on;
    if (operator === undefined || typeof field !== 'string' || typeof within !== 'string') return undefined;
    return { kind, field, operator, value: typed(operand), within };
  }
  const [first, inside] = onlyEntry(value);
  if (first === undefined) return undefined;
  if (kind === 'score' || kind === 'company.score' || kind === 'grade' || kind === 'band') {
    const [operator, operand] = onlyEntry(inside);
    if (operator === undefined || !operatorsOf(kind).includes(operator)) return undefined;
    return { kind, field: first, operator, value: typed(operand) };
  }
  return Object.hasOwn(WRITINGS, first)
    ? { kind: 'trait', field: kind, operator: first, value: typed(inside) }
    : undefined;
}

const onlyEntry = (value: unknown): [string, unknown] | [undefined] => {
  const entries = isPlain(value) ? Object.entries(value) : [];
  const [entry] = entries;
  return entries.length === 1 && entry !== undefined ? entry : [undefined];
};

const typed = (operand: unknown): string => (Array.isArray(operand) ? operand.map(String).join(', ') : String(operand));

/** Where a word is looked for. */
const FOUND_IN = ['email', 'first_name', 'last_name', 'name', 'title', 'company.name'];
/** More words than that nobody looks for at once. */
const MOST_WORDS = 5;

const wordsOf = (find: string): string[] =>
  find
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, MOST_WORDS);

const ofWord = (word: string): object => ({ any: FOUND_IN.map((field) => ({ [field]: { contains: word } })) });

/** A condition that finds leads by pieces of their name, address, title or company; null for none. */
export function whereOfWords(find: string | undefined): object | null {
  const words = wordsOf(find ?? '');
  return words.length === 0 ? null : { all: words.map(ofWord) };
}

/** What the address of the page says is wanted. */
export interface Asked {
  readonly find?: string | undefined;
  readonly where?: object | undefined;
  readonly stage?: readonly string[] | undefined;
  /** The name of a score, or `newest`. */
  readonly sort?: string | undefined;
}

/** A search as the service takes it and as a segment keeps it. */
export interface SearchBody {
  readonly where?: object;
  readonly stage?: readonly string[];
  readonly sort?: { readonly by: 'createdAt' } | { readonly by: 'score'; readonly score: string };
}

export function searchOf({ find, where, stage, sort }: Asked): SearchBody {
  const words = wordsOf(find ?? '').map(ofWord);
  const all = joined('all', where === undefined ? words : [...words, where]);
  return {
    ...(all === undefined ? {} : { where: all }),
    ...(stage === undefined ? {} : { stage }),
    ...(sort === undefined ? {} : { sort: sort === 'newest' ? { by: 'createdAt' } : { by: 'score', score: sort } }),
  };
}

/** What was asked, from a search that was kept: words that were looked for are found in it again. */
export function askedOf(search: Readonly<Record<string, unknown>>): Asked {
  const { where, stage, sort } = search;
  const list =
    isPlain(where) && Object.keys(where).length === 1 && Array.isArray(where.all)
      ? where.all
      : where === undefined
        ? []
        : [where];
  const found = list.map(wordIn);
  const end = found.indexOf(undefined);
  const words = found.slice(0, end < 0 ? found.length : end);
  const rest = list.slice(words.length);
  const by = isPlain(sort) ? (sort.by === 'createdAt' ? 'newest' : sort.score) : undefined;
  return {
    find: words.length > 0 ? words.join(' ') : undefined,
    where: words.length === 0 ? (isPlain(where) ? where : undefined) : joined('all', rest.map(Object)),
    stage: Array.isArray(stage) ? stage.map(String) : undefined,
    sort: typeof by === 'string' ? by : undefined,
  };
}

/** The word that a condition looks for as `ofWord` writes it. */
function wordIn(condition: unknown): string | undefined {
  const [, list] = onlyEntry(condition);
  const [, test] = Array.isArray(list) ? onlyEntry(list[0]) : [];
  const [, word] = onlyEntry(test);
  if (typeof word !== 'string') return undefined;
  return JSON.stringify(ofWord(word)) === JSON.stringify(condition) ? word : undefined;
}

/** What can be a column, beside the name. */
export type Column =
  | { readonly kind: 'company' | 'title' | 'email' | 'stage' | 'stageSince' | 'createdAt' | 'nextChangeAt' }
  | { readonly kind: 'score'; readonly name: string }
  | { readonly kind: 'trait'; readonly name: string };

export const PLAIN_COLUMNS = ['company', 'title', 'email', 'stage', 'stageSince', 'createdAt', 'nextChangeAt'] as const;

/** `stage`, `score.fit` or `trait.country`, as the address and the device keep it; undefined for anything else. */
export function columnOf(text: string): Column | undefined {
  const plain = PLAIN_COLUMNS.find((kind) => kind === text);
  if (plain !== undefined) return { kind: plain };
  const [, kind, name] = /^(score|trait)\.(.+)$/.exec(text) ?? [];
  if (name === undefined) return undefined;
  return { kind: kind === 'score' ? 'score' : 'trait', name };
}

/** A column as `columnOf` reads it. */
export const keyOf = (column: Column): string => ('name' in column ? `${column.kind}.${column.name}` : column.kind);
