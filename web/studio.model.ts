/**
 * A model document as the studio shows and edits it. It decides what a document is made of, however unfinished it is,
 * and what a form changes in it: each edit takes the value of a document and gives the value that is wanted. It refuses
 * to know texts (`document.model.ts`) and whether a document is a model at all: the service says that.
 */

import { blankRule, kindOf, ordered, type RuleKind } from './rule.model.ts';
import { at, isValues, type Path, put, type Values } from './values.model.ts';

export interface RuleView {
  readonly path: Path;
  readonly id: string;
  readonly kind: RuleKind;
  readonly value: Values;
  readonly group: string | null;
  /** What it gives once or each time; null where that is not written yet. */
  readonly points: number | null;
  readonly each: boolean;
}

export type ScoreKind = 'rules' | 'sum' | 'grid' | 'rollUp';

export interface Rung {
  readonly name: string;
  readonly from: number;
}

export interface ScoreView {
  readonly path: Path;
  readonly name: string;
  readonly ofCompany: boolean;
  readonly kind: ScoreKind;
  readonly value: Values;
  readonly range: readonly [number, number] | null;
  readonly groups: readonly { readonly name: string; readonly range: readonly [number, number] | null }[];
  readonly rules: readonly RuleView[];
  readonly grades: readonly Rung[];
  readonly bands: readonly Rung[];
}

export interface NamedView {
  readonly path: Path;
  readonly id: string;
  readonly value: Values;
}

export interface ModelView {
  readonly name: string;
  readonly title: string;
  readonly scores: readonly ScoreView[];
  readonly companyScores: readonly ScoreView[];
  readonly disqualify: readonly NamedView[];
  readonly stages: readonly NamedView[];
}

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const entriesOf = (value: unknown): [string, unknown][] => (isValues(value) ? Object.entries(value) : []);

function rangeOf(value: unknown): readonly [number, number] | null {
  const [low, high] = listOf(value);
  return typeof low === 'number' && typeof high === 'number' ? [low, high] : null;
}

/** What can be seen of a document; what is none of a model's parts is not shown, and stays in the text. */
export function viewOf(document: unknown): ModelView {
  const named = (key: string): NamedView[] =>
    listOf(at(document, [key])).flatMap((value, i) =>
      isValues(value) ? [{ path: [key, i], id: textOf(value.id), value }] : [],
    );
  return {
    name: textOf(at(document, ['model'])),
    title: textOf(at(document, ['title'])),
    scores: scoresOf(document, []),
    companyScores: scoresOf(document, ['company']),
    disqualify: named('disqualify'),
    stages: named('stages'),
  };
}

function scoresOf(document: unknown, base: Path): ScoreView[] {
  const ladder = (what: string, name: string): Rung[] =>
    entriesOf(at(document, [...base, what, name])).flatMap(([rung, from]) =>
      typeof from === 'number' ? [{ name: rung, from }] : [],
    );
  return entriesOf(at(document, [...base, 'scores'])).map(([name, written]) => {
    const value = isValues(written) ? written : {};
    const path = [...base, 'scores', name];
    const ofCompany = base.length > 0;
    return {
      path,
      name,
      ofCompany,
      kind: scoreKindOf(value),
      value,
      range: rangeOf(value.range),
      groups: entriesOf(value.groups).map(([group, inner]) => ({
        name: group,
        range: rangeOf(isValues(inner) ? inner.range : null),
      })),
      rules: listOf(value.rules).flatMap((rule, i) =>
        isValues(rule) ? [ruleView(rule, [...path, 'rules', i], ofCompany)] : [],
      ),
      grades: ladder('grades', name),
      bands: ladder('bands', name),
    };
  });
}

function scoreKindOf(value: Values): ScoreKind {
  if ('rollUp' in value) return 'rollUp';
  if ('sum' in value) return 'sum';
  return 'grid' in value ? 'grid' : 'rules';
}

const ruleView = (value: Values, path: Path, ofCompany: boolean): RuleView => ({
  path,
  id: textOf(value.id),
  kind: kindOf(value, ofCompany),
  value,
  group: typeof value.group === 'string' ? value.group : null,
  points: numberOf(value.points) ?? numberOf(value.pointsEach),
  each: 'pointsEach' in value,
});

export const allRules = (view: ModelView): readonly RuleView[] =>
  [...view.scores, ...view.companyScores].flatMap(({ rules }) => rules);

/** The score that a rule is one of. @throws Error where there is none any more */
export function scoreOf(view: ModelView, rule: RuleView): ScoreView {
  const path = rule.path.slice(0, -2).join('/');
  const found = [...view.scores, ...view.companyScores].find((score) => score.path.join('/') === path);
  if (found === undefined) throw new Error(`the rule ${rule.id} is in no score`);
  return found;
}

/** The rules of a score by the group that holds them together; those of none first. */
export function byGroup(
  score: ScoreView,
): readonly { readonly group: string | null; readonly rules: readonly RuleView[] }[] {
  const names = [null, ...score.groups.map(({ name }) => name)];
  // A group that a rule names and nobody made is shown too: the service says what is wrong with it.
  const unknown = score.rules.map(({ group }) => group).filter((group) => group !== null && !names.includes(group));
  return [...names, ...new Set(unknown)]
    .map((group) => ({ group, rules: score.rules.filter((rule) => rule.group === group) }))
    .filter(({ group, rules }) => group !== null || rules.length > 0);
}

// Edits

/** A name that is not taken yet: `base`, or `base-2` and so on. */
export function freeName(taken: readonly string[], base: string): string {
  if (!taken.includes(base)) return base;
  const stem = base.replace(/-\d+$/, '').slice(0, 46);
  for (let i = 2; ; i++) if (!taken.includes(`${stem}-${i}`)) return `${stem}-${i}`;
}

export const setRule = (document: unknown, path: Path, rule: Values): unknown => put(document, path, ordered(rule));

const listAt = (path: Path): { readonly list: Path; readonly index: number } => ({
  list: path.slice(0, -1),
  index: Number(path.at(-1)),
});

/** @returns the document, and where the new one stands */
export function insertAfter(document: unknown, path: Path, value: unknown): { document: unknown; path: Path } {
  const { list, index } = listAt(path);
  const items = listOf(at(document, list));
  const place = Math.min(index + 1, items.length);
  return {
    document: put(document, list, [...items.slice(0, place), value, ...items.slice(place)]),
    path: [...list, place],
  };
}

/** Of a list's item; an empty list that may be left out goes with its last item. */
export function removeItem(document: unknown, path: Path): unknown {
  const { list, index } = listAt(path);
  const rest = listOf(at(document, list)).filter((_, i) => i !== index);
  return put(document, list, rest.length === 0 && list.length === 1 ? undefined : rest);
}

/** Up by a negative number, down by a positive one, no further than the end. */
export function moveItem(document: unknown, path: Path, by: number): { document: unknown; path: Path } {
  const { list, index } = listAt(path);
  const items = [...listOf(at(document, list))];
  const place = Math.max(0, Math.min(items.length - 1, index + by));
  items.splice(place, 0, ...items.splice(index, 1));
  return { document: put(document, list, items), path: [...list, place] };
}

/**
 * A rule one place up or down among those beside which it is shown: of its own group, past the others in the text.
 * @returns the same document where there is no further place
 */
export function moveRule(
  document: unknown,
  score: ScoreView,
  rule: RuleView,
  by: -1 | 1,
): { document: unknown; path: Path } {
  const beside = score.rules.filter(({ group }) => group === rule.group);
  const own = rule.path.join('/');
  const target = beside[beside.findIndex(({ path }) => path.join('/') === own) + by];
  if (target === undefined) return { document, path: rule.path };
  return moveItem(document, rule.path, Number(target.path.at(-1)) - Number(rule.path.at(-1)));
}

export function addRule(document: unknown, score: ScoreView, kind: RuleKind): { document: unknown; path: Path } {
  const taken = allRules(viewOf(document)).map(({ id }) => id);
  const rule = blankRule(kind, freeName(taken, 'new-rule'));
  return insertAfter(document, [...score.path, 'rules', score.rules.length], rule);
}

export function duplicateRule(document: unknown, rule: RuleView): { document: unknown; path: Path } {
  const taken = allRules(viewOf(document)).map(({ id }) => id);
  return insertAfter(document, rule.path, { ...rule.value, id: freeName(taken, rule.id) });
}

/** A rule into another score, at its end; the group is one of the old score. */
export function giveRule(document: unknown, rule: RuleView, to: ScoreView): { document: unknown; path: Path } {
  const { group: _, ...value } = rule.value;
  const without = removeItem(document, rule.path);
  return insertAfter(without, [...to.path, 'rules', to.rules.length], value);
}

const ladderOf = (rungs: readonly Rung[]): Values | undefined =>
  rungs.length === 0 ? undefined : Object.fromEntries(rungs.map(({ name, from }) => [name, from]));

/** The grades or bands of a score. Without any, the key goes. */
export function setLadder(
  document: unknown,
  score: ScoreView,
  what: 'grades' | 'bands',
  rungs: readonly Rung[],
): unknown {
  const base = score.ofCompany ? ['company', what] : [what];
  const changed = put(document, [...base, score.name], ladderOf(rungs));
  return entriesOf(at(changed, base)).length === 0 ? put(changed, base, undefined) : changed;
}

/** What a new score of a kind begins with. */
export function blankScore(kind: ScoreKind, others: readonly ScoreView[]): Values {
  const numbered = others.filter((score) => score.kind !== 'grid').map(({ name }) => name);
  const [first = 'fit', second = 'interest'] = numbered;
  switch (kind) {
    case 'rules':
      return { range: [0, 100], rules: [] };
    case 'sum':
      return {
        sum: Object.fromEntries(others.filter((score) => score.kind === 'rules').map(({ name }) => [name, 1])),
        range: [0, 100],
      };
    case 'grid':
      return { grid: [first, second] };
    case 'rollUp':
      return { rollUp: 'top', n: 3, of: first, range: [0, 100] };
  }
}

export const addScore = (document: unknown, ofCompany: boolean, name: string, value: Values): unknown =>
  put(document, [...(ofCompany ? ['company'] : []), 'scores', name], value);

/** A score with its grades and bands; the last one of companies takes the company part with it. */
export function removeScore(document: unknown, score: ScoreView): unknown {
  let changed = put(document, score.path, undefined);
  for (const what of ['grades', 'bands'] as const) changed = setLadder(changed, score, what, []);
  return score.ofCompany && entriesOf(at(changed, ['company', 'scores'])).length === 0
    ? put(changed, ['company'], undefined)
    : changed;
}
