/**
 * Scores and rules under another name, with everything that refers to them. It decides what refers to a score; it refuses to
 * know texts (`document.model.ts`), and who else keeps the old name: agreements and saved searches.
 */

import { results } from './condition.model.ts';
import type { Spelled } from './document.model.ts';
import type { RuleView, ScoreView } from './studio.model.ts';
import { at, isValues, type Path, type Values } from './values.model.ts';

/** Where a score is named, beside its own place. */
export const REFERENCES = ['sum', 'grid', 'ladder', 'stage', 'out', 'rollUp', 'rule'] as const;
type Reference = (typeof REFERENCES)[number];

export interface Renaming {
  /** All that is written otherwise, the score itself first. */
  readonly places: readonly Spelled[];
  /** How many of each kind refer to it. */
  readonly references: Readonly<Partial<Record<Reference, number>>>;
  /** The document as it is then. */
  readonly document: unknown;
}

type Found = Spelled & { readonly of: Reference };

const entriesOf = (value: unknown): [string, unknown][] => (isValues(value) ? Object.entries(value) : []);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** @param name none that another score of contacts, or of companies, has */
export function renameScore(document: unknown, { path, name: old, ofCompany }: ScoreView, name: string): Renaming {
  const found = referencesTo(document, old, ofCompany);
  const places: Spelled[] = [{ path, is: 'key' }, ...found];
  const references: Partial<Record<Reference, number>> = {};
  for (const { of } of found) references[of] = (references[of] ?? 0) + 1;
  return { places, references, document: spelled(document, places, name) };
}

/** Nothing in a document refers to a rule; what was said of it does, and is not in the document. */
export function renameRule(document: unknown, { path }: RuleView, name: string): Renaming {
  const places: Spelled[] = [{ path: [...path, 'id'], is: 'value' }];
  return { places, references: {}, document: spelled(document, places, name) };
}

function referencesTo(document: unknown, name: string, ofCompany: boolean): Found[] {
  const base: Path = ofCompany ? ['company'] : [];
  const own = (of: Reference, path: Path, is: 'key' | 'value'): Found => ({ of, path, is });
  const inScores = entriesOf(at(document, [...base, 'scores'])).flatMap(([score, value]): Found[] => {
    const path = [...base, 'scores', score];
    return [
      ...(Object.hasOwn(entriesIn(value, 'sum'), name) ? [own('sum', [...path, 'sum', name], 'key')] : []),
      ...listOf(at(value, ['grid'])).flatMap((part, i) =>
        part === name ? [own('grid', [...path, 'grid', i], 'value')] : [],
      ),
    ];
  });
  const ladders = ['grades', 'bands'].flatMap((what) =>
    Object.hasOwn(entriesIn(at(document, base), what), name) ? [own('ladder', [...base, what, name], 'key')] : [],
  );
  const kinds = results.filter((result) => result.startsWith('company.') === ofCompany);
  const inConditions = (of: Reference, path: Path): Found[] =>
    conditionPlaces(at(document, path), path, kinds, name).map((place) => own(of, place, 'key'));
  const listed = (list: string, keys: readonly string[], of: Reference) =>
    listOf(at(document, [list])).flatMap((_, i) => keys.flatMap((key) => inConditions(of, [list, i, key])));
  return [
    ...inScores,
    ...ladders,
    ...listed('stages', ['enter', 'leave'], 'stage'),
    ...listed('disqualify', ['if'], 'out'),
    ...(ofCompany ? [] : ofContactsIn(document, name, inConditions, own)),
  ];
}

/** What scores of companies are made of that is a score of contacts. */
function ofContactsIn(
  document: unknown,
  name: string,
  inConditions: (of: Reference, path: Path) => Found[],
  own: (of: Reference, path: Path, is: 'key' | 'value') => Found,
): Found[] {
  return entriesOf(at(document, ['company', 'scores'])).flatMap(([score, value]) => {
    const path = ['company', 'scores', score];
    return [
      ...(at(value, ['of']) === name ? [own('rollUp', [...path, 'of'], 'value')] : []),
      ...listOf(at(value, ['rules'])).flatMap((_, i) => inConditions('rule', [...path, 'rules', i, 'contacts'])),
    ];
  });
}

const entriesIn = (value: unknown, key: string): Values => {
  const inner = at(value, [key]);
  return isValues(inner) ? inner : {};
};

/** The paths of a score's name within a condition, however deep. What is asked of events names no scores. */
function conditionPlaces(condition: unknown, path: Path, kinds: readonly string[], name: string): Path[] {
  return entriesOf(condition).flatMap(([key, inner]): Path[] => {
    if (kinds.includes(key)) return isValues(inner) && Object.hasOwn(inner, name) ? [[...path, key, name]] : [];
    if (key === 'not') return conditionPlaces(inner, [...path, key], kinds, name);
    if (key !== 'all' && key !== 'any') return [];
    return listOf(inner).flatMap((one, i) => conditionPlaces(one, [...path, key, i], kinds, name));
  });
}

/** The document with the names at some places written otherwise, in the same order. */
function spelled(value: unknown, places: readonly Spelled[], name: string, path: Path = []): unknown {
  const isHere = (is: Spelled['is'], own: Path) =>
    places.some(
      (place) => place.is === is && place.path.length === own.length && own.every((step, i) => step === place.path[i]),
    );
  if (isHere('value', path)) return name;
  if (Array.isArray(value)) return value.map((item, i) => spelled(item, places, name, [...path, i]));
  if (!isValues(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const own = [...path, key];
      return [isHere('key', own) ? name : key, spelled(inner, places, name, own)];
    }),
  );
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,49}$/;
/** Columns of the result are named so. */
const TAKEN = ['id', 'stage', 'disqualified', 'next_change_at', 'reasons'];

/** What is wrong with a name. */
export type NameProblem = 'wrong' | 'reserved' | 'taken';

export function problemOfScoreName(name: string, others: readonly string[]): NameProblem | null {
  if (!NAME.test(name)) return 'wrong';
  if (TAKEN.includes(name) || /_(grade|band)$/.test(name)) return 'reserved';
  return others.includes(name) ? 'taken' : null;
}

export const problemOfRuleName = (name: string, others: readonly string[]): NameProblem | null =>
  !NAME.test(name) ? 'wrong' : others.includes(name) ? 'taken' : null;
