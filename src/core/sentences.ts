/**
 * A checked model in sentences. It decides which parts of a model a sentence tells of and how clauses nest; words and
 * their order are those of a language (`phrases/`). It refuses to know contacts, and what a rule gave.
 */

import { type Language, phrasesOf } from './phrases/languages.ts';
import type { Phrases, SaidMatch } from './phrases/phrases.ts';
import {
  CONTRIBUTION_LIMIT,
  type Condition,
  type Match,
  type Model,
  type Rule,
  type RuleKind,
  type Score,
} from './words.ts';

/** One part of a model and its sentence. */
export interface Sentence {
  readonly kind: 'score' | 'group' | 'rule' | 'disqualification' | 'stage';
  readonly id: string;
  /** Where the part stands in the document. */
  readonly path: readonly (string | number)[];
  readonly sentence: string;
}

/** A sentence for each score, group, rule, disqualification and stage of a model, in the order of the document. */
export function sentencesOf(model: Model, language: Language = 'en'): Sentence[] {
  const say = phrasesOf(language);
  return [
    ...model.scores.flatMap((score) => ofScore(score, ['scores', score.name], say)),
    ...model.disqualify.map(({ id }, i): Sentence => {
      return { kind: 'disqualification', id, path: ['disqualify', i], sentence: saysDisqualification(model, i, say) };
    }),
    ...model.stages.map(({ id }, i): Sentence => {
      return { kind: 'stage', id, path: ['stages', i], sentence: saysStage(model, i, say) };
    }),
    ...model.companyScores.flatMap((score) => ofScore(score, ['company', 'scores', score.name], say)),
  ];
}

function ofScore(score: Score, path: readonly string[], say: Phrases): Sentence[] {
  const whole: Sentence = { kind: 'score', id: score.name, path, sentence: saysScore(score, say) };
  if (score.kind !== 'rules') return [whole];
  return [
    whole,
    ...score.groups.map(({ name, range }): Sentence => {
      const sentence = say.whole.group(say.aspects.range.says(range));
      return { kind: 'group', id: name, path: [...path, 'groups', name], sentence };
    }),
    ...score.rules.map(({ rule }, i): Sentence => {
      return { kind: 'rule', id: rule.id, path: [...path, 'rules', i], sentence: saysRule(rule, say) };
    }),
  ];
}

/** A condition as a clause. */
export function says(condition: Condition, say: Phrases): string {
  switch (condition.kind) {
    case 'all':
      return say.all(condition.of.map((part) => saysInside(part, say)));
    case 'any':
      return say.any(condition.of.map((part) => saysInside(part, say)));
    case 'not':
      return say.not(says(condition.of, say));
    case 'test': {
      const { holder, field, operator, operand } = condition;
      return say.tests[operator](say.subject({ kind: 'field', name: field, ofCompany: holder === 'company' }), operand);
    }
    case 'score':
    case 'place': {
      const kind = condition.kind === 'score' ? 'score' : condition.of;
      const { score: name, ofCompany, operator, operand } = condition;
      return say.tests[operator](say.subject({ kind, name, ofCompany }), operand);
    }
    case 'event':
      return say.happened(saidMatch(condition.match, say), condition.count);
  }
}

const saysInside = (condition: Condition, say: Phrases): string =>
  condition.kind === 'any' || condition.kind === 'all' ? say.grouped(says(condition, say)) : says(condition, say);

export const saysMaybe = (condition: Condition | null, say: Phrases): string | null =>
  condition === null ? null : says(condition, say);

const saidMatch = (match: Match, say: Phrases): SaidMatch => ({ ...match, where: saysMaybe(match.where, say) });

/** What a rule asks, without its points. */
export function saysRule(rule: Rule, say: Phrases): string {
  const clause = rule.if?.kind === 'any' ? say.grouped(says(rule.if, say)) : saysMaybe(rule.if, say);
  switch (rule.kind) {
    case 'trait':
      return say.rules.trait({ ...rule, if: says(rule.if, say) });
    case 'happened':
      return say.rules.happened({ ...rule, match: saidMatch(rule.match, say), if: clause });
    case 'each':
      return say.rules.each({ ...rule, match: saidMatch(rule.match, say), if: clause });
    case 'silent':
      return say.rules.silent({ ...rule, where: saysMaybe(rule.where, say), if: clause });
    case 'untaken':
      return say.rules.untaken({ ...rule, where: saysMaybe(rule.where, say), if: clause });
    case 'contacts':
      return say.rules.contacts({ ...rule, contacts: says(rule.contacts, say), if: clause });
  }
}

/** Whether a rule asks for what holds or not, rather than for what there may be many of. */
const ASKS_ONCE: { readonly [K in RuleKind]: boolean } = {
  trait: true,
  happened: true,
  each: false,
  silent: false,
  untaken: false,
  contacts: true,
};

/** What a rule asks, as it stands behind its points. */
export const saysWhen = (rule: Rule, say: Phrases): string => say.when(saysRule(rule, say), ASKS_ONCE[rule.kind]);

/** Millionths of a point, or null for any number. */
export const maxOf = (rule: Rule): number | null =>
  'max' in rule && rule.max !== CONTRIBUTION_LIMIT ? rule.max : null;

export function saysScore(score: Score, say: Phrases): string {
  const { made, range, grades, bands } = say.aspects;
  return say.whole.score([
    made.says(score),
    ...(score.kind === 'grid' ? [] : [range.says(score.range)]),
    ...(score.grades.length === 0 ? [] : [grades.says(score.grades)]),
    ...(score.bands.length === 0 ? [] : [bands.says(score.bands)]),
  ]);
}

export function saysDisqualification({ disqualify }: Model, place: number, say: Phrases): string {
  const { if: condition, reason } = at(disqualify, place);
  return say.whole.disqualification({ reason, if: says(condition, say), after: disqualify[place - 1]?.id ?? null });
}

export function saysStage({ stages }: Model, place: number, say: Phrases): string {
  const { enter, leave } = at(stages, place);
  return say.whole.stage({
    enter: says(enter, say),
    leave: saysMaybe(leave, say),
    after: stages[place - 1]?.id ?? null,
  });
}

function at<T>(list: readonly T[], place: number): T {
  const found = list[place];
  if (found === undefined) throw new Error(`nothing stands at ${place}`);
  return found;
}
