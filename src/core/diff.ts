/**
 * What changed from one checked model to another, in sentences. It decides what is a difference: whatever can change a
 * result, a reason or a name. The order of keys, rules and scores, and other ways to write the same, are none. It
 * refuses to know files, whom a change concerns, and words (`phrases/`).
 */

import type { OperatorName } from './operators.ts';
import { type Language, phrasesOf } from './phrases/languages.ts';
import type { Aspect, Aspects, Phrases, ScoreName, Thing } from './phrases/phrases.ts';
import { maxOf, says, saysDisqualification, saysMaybe, saysRule, saysScore, saysStage, saysWhen } from './sentences.ts';
import { byCodePoints } from './text.ts';
import type { Condition, Count, Match, Model, Operand, Rule, Score } from './words.ts';

/** One aspect of a thing: two are the same if `exact` is. */
interface Fact {
  readonly exact: string;
  readonly label: string;
  readonly says: string;
  /** What points are given for; null for what is no points. */
  readonly when: string | null;
}
type Facts = Readonly<Record<string, Fact>>;

/** A part of a model that has a name of its own. */
interface Part {
  readonly id: string;
  readonly label: string;
  /** All of it, for a reader who has never seen it. */
  readonly whole: string;
  readonly facts: Facts;
}

/**
 * Every difference between two models, each as one sentence, in the order of the document. Empty only if both give the
 * same results, with the same reasons and names, for every contact, company and instant.
 */
export function diffModels(before: Model, after: Model, language: Language = 'en'): string[] {
  const say = phrasesOf(language);
  const compare = (partsOf: (model: Model, say: Phrases) => readonly Part[]) =>
    compareParts(partsOf(before, say), partsOf(after, say), say);
  const reordered = (of: 'disqualifications' | 'stages', idsOf: (model: Model) => readonly string[]) =>
    compareOrder(of, idsOf(before), idsOf(after), say);
  return [
    ...compareFacts(say.thing({ kind: 'model' }), namesOf(before, say), namesOf(after, say), say),
    ...compare(scoreParts),
    ...compare(groupParts),
    ...compare(ruleParts),
    ...compare(disqualificationParts),
    ...reordered('disqualifications', ({ disqualify }) => disqualify.map(({ id }) => id)),
    ...compare(stageParts),
    ...reordered('stages', ({ stages }) => stages.map(({ id }) => id)),
  ];
}

function compareParts(before: readonly Part[], after: readonly Part[], say: Phrases): string[] {
  const old = new Map(before.map((part) => [part.id, part]));
  const kept = new Set(after.map((part) => part.id));
  return [
    ...after.flatMap((part) => {
      const was = old.get(part.id);
      return was === undefined
        ? [say.isNew(part.label, part.whole)]
        : compareFacts(part.label, was.facts, part.facts, say);
    }),
    ...before.filter(({ id }) => !kept.has(id)).map(({ label, whole }) => say.isGone(label, whole)),
  ];
}

/** Facts that only one side has belong to another kind of thing, and a fact that both have says so. */
function compareFacts(label: string, before: Facts, after: Facts, say: Phrases): string[] {
  return Object.entries(after).flatMap(([name, now]) => {
    const was = before[name];
    if (was === undefined || was.exact === now.exact) return [];
    // Two conditions can read the same and not be it, such as one on a score and one on a trait of that name.
    const show = (fact: Fact) => (now.says === was.says ? say.exactly(fact.says, fact.exact) : fact.says);
    return [say.changed(label, now.label, show(now), show(was), now.when)];
  });
}

/** Things that come or go have their own sentences; this one is about those on both sides. */
function compareOrder(
  of: 'disqualifications' | 'stages',
  before: readonly string[],
  after: readonly string[],
  say: Phrases,
): string[] {
  const was = before.filter((id) => after.includes(id));
  const now = after.filter((id) => before.includes(id));
  return was.join(' ') === now.join(' ') ? [] : [say.reordered(of, now, was)];
}

const exactly = (value: unknown): string => JSON.stringify(value);
const sorted = (list: readonly string[]): string[] => [...new Set(list)].sort(byCodePoints);

const factOf = <A extends Aspect>(say: Phrases, aspect: A, value: Aspects[A], exact = exactly(value)): Fact => ({
  exact,
  label: say.aspects[aspect].label,
  says: say.aspects[aspect].says(value),
  when: null,
});

function namesOf({ name, title }: Model, say: Phrases): Facts {
  // A model without a title has its name for one; renaming it is one change, not two.
  return { name: factOf(say, 'name', name, name), title: factOf(say, 'title', title === name ? null : title) };
}

// Scores

const allScores = (model: Model): { readonly score: Score; readonly named: ScoreName }[] => [
  ...model.scores.map((score) => ({ score, named: nameOf(score, false) })),
  ...model.companyScores.map((score) => ({ score, named: nameOf(score, true) })),
];
const nameOf = ({ name }: Score, ofCompany: boolean): ScoreName => ({ kind: 'score', name, ofCompany });

const scoreParts = (model: Model, say: Phrases): Part[] =>
  allScores(model).map(({ score, named }) =>
    partOf(say, named, saysScore(score, say), {
      made: factOf(say, 'made', score, exactMaking(score)),
      range: factOf(say, 'range', score.kind === 'grid' ? null : score.range),
      grades: factOf(say, 'grades', score.grades),
      bands: factOf(say, 'bands', score.bands),
    }),
  );

const partOf = (say: Phrases, thing: Thing, whole: string, facts: Facts): Part => ({
  id: exactly(thing),
  label: say.thing(thing),
  whole,
  facts,
});

/** What a score is made of; its rules and groups are things of their own. */
function exactMaking(score: Score): string {
  switch (score.kind) {
    case 'rules':
      return 'rules';
    case 'sum':
      return exactly(['sum', sorted(score.of.map(({ score: part, weight }) => `${part} ${weight}`))]);
    case 'grid':
      return exactly(['grid', score.of]);
    case 'rollUp':
      return exactly(['rollUp', score.how, score.of, score.weights]);
  }
}

const groupParts = (model: Model, say: Phrases): Part[] =>
  allScores(model).flatMap(({ score, named }) =>
    score.kind !== 'rules'
      ? []
      : score.groups.map(({ name, range }) => {
          const fact = factOf(say, 'range', range);
          return partOf(say, { kind: 'group', name, score: named }, say.whole.group(fact.says), { range: fact });
        }),
  );

// Rules

const ruleParts = (model: Model, say: Phrases): Part[] =>
  allScores(model).flatMap(({ score, named }) =>
    score.kind !== 'rules'
      ? []
      : score.rules.map(({ rule, group }) => {
          const [when, max] = [saysWhen(rule, say), maxOf(rule)];
          const whole = say.whole.rule({ points: rule.points, when, max, score: named, group });
          return partOf(say, { kind: 'rule', name: rule.id }, whole, {
            score: factOf(say, 'score', named),
            group: factOf(say, 'group', group),
            points: { ...factOf(say, 'points', rule.points), when },
            max: factOf(say, 'max', max),
            ...shapeFacts(rule, say),
          });
        }),
  );

/** What a rule asks for. Two rules of different kinds share the fact `kind` alone, which says it all. */
function shapeFacts(rule: Rule, say: Phrases): Facts {
  const facts = Object.entries({ ...kindFacts(rule, say), if: clauseFact(say, 'if', rule.if) });
  return {
    kind: factOf(say, 'kind', saysRule(rule, say), rule.kind),
    ...Object.fromEntries(facts.map(([name, fact]) => [`${rule.kind} ${name}`, fact])),
  };
}

function kindFacts(rule: Rule, say: Phrases): Facts {
  switch (rule.kind) {
    case 'trait':
      return {};
    case 'happened':
      return { ...matchFacts(rule.match, say), count: countFact(rule.count, say) };
    case 'each':
      return {
        ...matchFacts(rule.match, say),
        amount: factOf(say, 'amount', rule.amount, exactly(rule.amount && [rule.amount.property, rule.amount.unit])),
        limit: factOf(say, 'limit', rule.limit, exactly(rule.limit && [rule.limit.times, rule.limit.per])),
        decay: factOf(say, 'decay', rule.decay, exactly(rule.decay?.weights ?? null)),
      };
    case 'silent':
      return {
        names: factOf(say, 'silence', rule.names, exactNames(rule.names)),
        where: clauseFact(say, 'where', rule.where),
        for: factOf(say, 'wait', rule.for),
        each: factOf(say, 'each', rule.each),
      };
    case 'untaken':
      return {
        on: factOf(say, 'events', rule.on, exactNames(rule.on)),
        unless: factOf(say, 'unless', rule.unless, exactNames(rule.unless)),
        where: clauseFact(say, 'where', rule.where),
        within: factOf(say, 'within', rule.within),
        same: factOf(say, 'same', rule.same, rule.same),
        after: factOf(say, 'wait', rule.after),
      };
    case 'contacts':
      return {
        contacts: factOf(say, 'contacts', says(rule.contacts, say), exactCondition(rule.contacts)),
        count: countFact(rule.count, say),
      };
  }
}

const matchFacts = (match: Match, say: Phrases): Facts => ({
  names: factOf(say, 'events', match.names, exactNames(match.names)),
  where: clauseFact(say, 'where', match.where),
  gap: factOf(say, 'gap', match.gap),
  within: factOf(say, 'within', match.within),
  distinct: factOf(say, 'distinct', match.distinct),
});

const countFact = (count: Count, say: Phrases): Fact => factOf(say, 'count', count, exactCount(count));

const clauseFact = (say: Phrases, aspect: 'if' | 'where', condition: Condition | null): Fact =>
  factOf(say, aspect, saysMaybe(condition, say), exactCondition(condition));

// Disqualification and stages

const disqualificationParts = (model: Model, say: Phrases): Part[] =>
  model.disqualify.map(({ id, if: condition, reason }, place) =>
    partOf(say, { kind: 'disqualification', name: id }, saysDisqualification(model, place, say), {
      if: clauseFact(say, 'if', condition),
      reason: factOf(say, 'reason', reason, reason),
    }),
  );

const stageParts = (model: Model, say: Phrases): Part[] =>
  model.stages.map(({ id, enter, leave }, place) =>
    partOf(say, { kind: 'stage', name: id }, saysStage(model, place, say), {
      enter: factOf(say, 'enter', says(enter, say), exactCondition(enter)),
      leave: factOf(say, 'leave', saysMaybe(leave, say), exactCondition(leave)),
    }),
  );

// Exact

const exactNames = (names: readonly string[] | null): string => exactly(names && sorted(names));
const exactCount = ({ least, most }: Count): string => exactly([least, String(most)]);
const exactMatch = ({ names, where, gap, within, distinct }: Match): string[] => [
  exactNames(names),
  exactCondition(where),
  ...[gap, within, distinct].map(exactly),
];

/** A condition as text that is the same for the same meaning: parts, names and operands in one order, each once. */
function exactCondition(condition: Condition | null): string {
  if (condition === null) return 'none';
  switch (condition.kind) {
    case 'all':
    case 'any': {
      const parts = sorted(partsOf(condition.kind, condition));
      return parts.length === 1 ? parts.join() : `${condition.kind}[${parts.join(',')}]`;
    }
    case 'not':
      return `not[${exactCondition(condition.of)}]`;
    case 'test': {
      const { holder, field, operator, operand } = condition;
      return exactly([holder, field, operator, ...exactOperand(operator, operand)]);
    }
    case 'score': {
      const { ofCompany, score, operator, operand } = condition;
      return exactly([ofCompany ? 'company score' : 'score', score, operator, ...exactOperand(operator, operand)]);
    }
    case 'place': {
      const { of, ofCompany, score, operator, operand } = condition;
      const names = Array.isArray(operand.written) ? operand.written : [operand.written];
      return exactly([ofCompany ? `company ${of}` : of, score, operator, sorted(names.map(String))]);
    }
    case 'event': {
      const { match, count } = condition;
      return exactly(['event', ...exactMatch(match), exactCount(count)]);
    }
  }
}

/** The parts of a condition, those of a nested one of the same kind among them. */
function partsOf(kind: 'all' | 'any', condition: Condition): string[] {
  return condition.kind === kind ? condition.of.flatMap((part) => partsOf(kind, part)) : [exactCondition(condition)];
}

/** The ends of `between` stand in order; every other list is a choice. */
function exactOperand(operator: OperatorName, { texts, numbers, ms, flag }: Operand): unknown[] {
  const ordered = operator === 'between' ? numbers : [...new Set(numbers)].sort((a, b) => a - b);
  return [sorted(texts), ordered, ms, flag];
}
