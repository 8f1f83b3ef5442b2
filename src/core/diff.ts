/**
 * What changed from one checked model to another, in sentences. It decides what is a difference: whatever can change a
 * result, a reason or a name. The order of keys, rules and scores, and other ways to write the same, are none. It
 * refuses to know files, and whom a change concerns.
 */

import { says, saysCount, saysDuration, saysNames } from './condition.ts';
import type { OperatorName } from './operators.ts';
import { saysRule } from './rules.ts';
import { byCodePoints } from './text.ts';
import {
  CONTRIBUTION_LIMIT,
  type Condition,
  type Count,
  type Decay,
  type Ladder,
  type Match,
  MILLION,
  type Model,
  type Operand,
  type Range,
  type Rule,
  type Score,
} from './words.ts';

/** One aspect of a thing. Two are the same if `exact` is; else “it now `verb` `says` instead of `says`, `tail`”. */
interface Fact {
  readonly exact: string;
  readonly verb: string;
  readonly says: string;
  readonly tail?: string;
}
type Facts = Readonly<Record<string, Fact>>;

/** A part of a model that has a name of its own. */
interface Thing {
  readonly id: string;
  readonly label: string;
  /** All of it, for a reader who has never seen it. */
  readonly whole: string;
  readonly facts: Facts;
}

/**
 * Every difference between two models, each as one sentence in plain English, in the order of the document. Empty only if
 * both give the same results, with the same reasons and names, for every contact, company and instant.
 */
export function diffModels(before: Model, after: Model): string[] {
  const compare = (things: (model: Model) => readonly Thing[]) => compareThings(things(before), things(after));
  const reordered = (label: string, things: (model: Model) => readonly Thing[]) =>
    compareOrder(label, things(before), things(after));
  return [
    ...compareFacts('the model', namesOf(before), namesOf(after)),
    ...compare(scoreThings),
    ...compare(groupThings),
    ...compare(ruleThings),
    ...compare(disqualifyThings),
    ...reordered('disqualifications', disqualifyThings),
    ...compare(stageThings),
    ...reordered('stages', stageThings),
  ];
}

function compareThings(before: readonly Thing[], after: readonly Thing[]): string[] {
  const old = new Map(before.map((thing) => [thing.id, thing]));
  const kept = new Set(after.map((thing) => thing.id));
  return [
    ...after.flatMap((thing) => {
      const was = old.get(thing.id);
      return was === undefined
        ? [sentence(`${thing.label} is new: ${thing.whole}`)]
        : compareFacts(thing.label, was.facts, thing.facts);
    }),
    ...before
      .filter(({ id }) => !kept.has(id))
      .map(({ label, whole }) => sentence(`${label} is gone; it was: ${whole}`)),
  ];
}

/** Facts that only one side has belong to another kind of thing, and a fact that both have says so. */
function compareFacts(label: string, before: Facts, after: Facts): string[] {
  return Object.entries(after).flatMap(([name, now]) => {
    const was = before[name];
    if (was === undefined || was.exact === now.exact) return [];
    // Two conditions can read the same and not be it, such as one on a score and one on a trait of that name.
    const show = ({ says: text, exact }: Fact) => (now.says === was.says ? `${text} (exactly: ${exact})` : text);
    return [sentence(`${label} now ${now.verb} ${show(now)} instead of ${show(was)}${now.tail ?? ''}`)];
  });
}

/** Things that come or go have their own sentences; this one is about those on both sides. */
function compareOrder(label: string, before: readonly Thing[], after: readonly Thing[]): string[] {
  const shared = (list: readonly Thing[], others: readonly Thing[]) =>
    list.map(({ id }) => id).filter((id) => others.some((other) => other.id === id));
  const [was, now] = [shared(before, after), shared(after, before)];
  return was.join(' ') === now.join(' ')
    ? []
    : [sentence(`the ${label} are now in the order ${quoted(now)} instead of ${quoted(was)}`)];
}

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
const quoted = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
const exactly = (value: unknown): string => JSON.stringify(value);
const inPoints = (millionths: number): string => String(millionths / MILLION);
const sorted = (list: readonly string[]): string[] => [...new Set(list)].sort(byCodePoints);

function namesOf({ name, title }: Model): Facts {
  // A model without a title has its name for one; renaming it is one change, not two.
  const own = title === name ? null : title;
  return {
    name: { exact: name, verb: 'is named', says: `\`${name}\`` },
    title: { exact: exactly(own), verb: 'has', says: own === null ? 'no title' : `the title “${own}”` },
  };
}

// Scores

const allScores = (model: Model) => [
  ...model.scores.map((score) => ({ score, label: `the score \`${score.name}\`` })),
  ...model.companyScores.map((score) => ({ score, label: `the company score \`${score.name}\`` })),
];

const scoreThings = (model: Model): Thing[] =>
  allScores(model).map(({ score, label }) => {
    const facts = scoreFacts(score);
    const parts = [
      `${makingOf(score).says}${score.kind === 'grid' ? '' : `, ${saysRange(score.range)}`}`,
      score.grades.length > 0 && facts.grades?.says,
      score.bands.length > 0 && facts.bands?.says,
    ];
    return { id: label, label, whole: parts.filter(Boolean).join(', '), facts };
  });

function scoreFacts(score: Score): Facts {
  return {
    made: { ...makingOf(score), verb: 'is' },
    range:
      score.kind === 'grid'
        ? { exact: 'none', verb: 'runs', says: 'without a range' }
        : { exact: exactly(score.range), verb: 'runs', says: saysRange(score.range) },
    grades: ladderFact('grades', score.grades),
    bands: ladderFact('bands', score.bands),
  };
}

const saysRange = ([low, high]: Range): string => `from ${inPoints(low)} to ${inPoints(high)}`;

const ladderFact = (what: string, ladder: Ladder): Fact => ({
  exact: exactly(ladder.map(({ name, from }) => [name, from])),
  verb: 'has',
  says:
    ladder.length === 0
      ? `no ${what}`
      : `the ${what} ${ladder.map(({ name, from }) => `${name} from ${inPoints(from)}`).join(', ')}`,
});

/** What a score is made of; its rules and groups are things of their own. */
function makingOf(score: Score): Pick<Fact, 'exact' | 'says'> {
  switch (score.kind) {
    case 'rules':
      return { exact: 'rules', says: 'the sum of its rules' };
    case 'sum':
      return {
        exact: exactly(['sum', sorted(score.of.map(({ score: part, weight }) => `${part} ${weight}`))]),
        says: score.of.map(({ score: part, weight }) => `${weight / 1000} × \`${part}\``).join(' + '),
      };
    case 'grid':
      return { exact: exactly(['grid', score.of]), says: `the grid of \`${score.of[0]}\` and \`${score.of[1]}\`` };
    case 'rollUp':
      return { exact: exactly(['rollUp', score.how, score.of, score.weights]), says: saysRollUp(score) };
  }
}

function saysRollUp({ how, of, weights }: Score & { kind: 'rollUp' }): string {
  switch (how) {
    case 'sum':
      return `the sum of \`${of}\` over its contacts`;
    case 'max':
      return `the highest \`${of}\` of its contacts`;
    case 'mean':
      return `the mean of \`${of}\` over its contacts`;
    case 'top':
      return `the sum of the ${weights.length} highest \`${of}\` of its contacts`;
    case 'diminishing':
      return `the sum of \`${of}\` over its contacts, highest first, each next one at ${(weights[1] ?? 0) / 10} %`;
  }
}

const groupThings = (model: Model): Thing[] =>
  allScores(model).flatMap(({ score, label }) =>
    score.kind !== 'rules'
      ? []
      : score.groups.map(({ name, range }) => ({
          id: `${label} ${name}`,
          label: `the group \`${name}\` of ${label}`,
          whole: `it runs ${saysRange(range)}`,
          facts: { range: { exact: exactly(range), verb: 'runs', says: saysRange(range) } },
        })),
  );

// Rules

const ruleThings = (model: Model): Thing[] =>
  allScores(model).flatMap(({ score, label }) =>
    score.kind !== 'rules'
      ? []
      : score.rules.map(({ rule, group }) => {
          const max = maxOf(rule) === CONTRIBUTION_LIMIT ? '' : `, at most ${inPoints(maxOf(rule))} in all`;
          const of = `${label}${group === null ? '' : `, group \`${group}\``}`;
          return {
            id: rule.id,
            label: `\`${rule.id}\``,
            whole: `${rule.points / 1000} points ${saysWhen(rule)}${max}, in ${of}`,
            facts: {
              score: { exact: label, verb: 'belongs to', says: label },
              group: {
                exact: exactly(group),
                verb: 'is in',
                says: group === null ? 'no group' : `the group \`${group}\``,
              },
              points: {
                exact: exactly(rule.points),
                verb: 'gives',
                says: String(rule.points / 1000),
                tail: ` points ${saysWhen(rule)}`,
              },
              max: maxFact(maxOf(rule)),
              ...shapeFacts(rule),
            },
          };
        }),
  );

const maxOf = (rule: Rule): number => ('max' in rule ? rule.max : CONTRIBUTION_LIMIT);

function saysWhen(rule: Rule): string {
  const asks = saysRule(rule);
  return asks.startsWith('for ') ? asks : `if ${asks}`;
}

/** What a rule asks for. Two rules of different kinds share the fact `kind` alone, which says it all. */
function shapeFacts(rule: Rule): Facts {
  const facts = Object.entries({ ...kindFacts(rule), if: ifFact(rule.if) });
  return {
    kind: { exact: rule.kind, verb: 'reads', says: `“${saysRule(rule)}”` },
    ...Object.fromEntries(facts.map(([name, fact]) => [`${rule.kind} ${name}`, fact])),
  };
}

function kindFacts(rule: Rule): Facts {
  switch (rule.kind) {
    case 'trait':
      return {};
    case 'happened':
      return { ...matchFacts(rule.match), count: countFact(rule.count) };
    case 'each':
      return {
        ...matchFacts(rule.match),
        amount: {
          exact: exactly(rule.amount && [rule.amount.property, rule.amount.unit]),
          verb: 'gives its points for',
          says: rule.amount ? `each ${rule.amount.unit} of \`${rule.amount.property}\`` : 'each event',
        },
        limit: {
          exact: exactly(rule.limit && [rule.limit.times, rule.limit.per]),
          verb: 'counts at most',
          says: rule.limit
            ? `${rule.limit.times} per ${rule.limit.per === 'ever' ? 'contact' : rule.limit.per}`
            : 'any number',
        },
        decay: { exact: exactly(rule.decay?.weights ?? null), verb: 'weighs events', says: saysWeights(rule.decay) },
      };
    case 'silent':
      return {
        names: namesFact('waits for', rule.names),
        where: whereFact(rule.where),
        for: { exact: exactly(rule.for), verb: 'waits', says: saysDuration(rule.for) },
        each: { exact: exactly(rule.each), verb: 'gives its points', says: rule.each ? 'each such time' : 'once' },
      };
    case 'untaken':
      return {
        on: namesFact('looks for', rule.on),
        unless: namesFact('is settled by', rule.unless),
        where: whereFact(rule.where),
        within: withinFact(rule.within),
        same: { exact: rule.same, verb: 'goes by', says: `the same \`${rule.same}\`` },
        after: { exact: exactly(rule.after), verb: 'waits', says: saysDuration(rule.after) },
      };
    case 'contacts':
      return {
        contacts: { exact: exactCondition(rule.contacts), verb: 'counts contacts with', says: says(rule.contacts) },
        count: countFact(rule.count),
      };
  }
}

const matchFacts = ({ names, where, gap, within, distinct }: Match): Facts => ({
  names: namesFact('looks for', names),
  where: whereFact(where),
  gap: {
    exact: exactly(gap),
    verb: 'counts events',
    says: gap === null ? 'however close together' : `at least ${saysDuration(gap)} apart`,
  },
  within: withinFact(within),
  distinct: {
    exact: exactly(distinct),
    verb: 'counts',
    says: distinct === null ? 'every event' : `different values of \`${distinct}\``,
  },
});

const namesFact = (verb: string, names: readonly string[] | null): Fact => ({
  exact: exactly(names && sorted(names)),
  verb,
  says: saysNames(names),
});

const whereFact = (where: Condition | null): Fact => ({
  exact: exactCondition(where),
  verb: 'takes events',
  says: where === null ? 'whatever they hold' : `where ${says(where)}`,
});

const withinFact = (within: number | null): Fact => ({
  exact: exactly(within),
  verb: 'looks at',
  says: within === null ? 'all time' : `the last ${saysDuration(within)}`,
});

const countFact = (count: Count): Fact => ({
  exact: exactly([count.least, String(count.most)]),
  verb: 'wants it',
  says: saysCount(count),
});

const ifFact = (condition: Condition | null): Fact => ({
  exact: exactCondition(condition),
  verb: 'holds',
  says: condition === null ? 'for everyone' : `if ${says(condition)}`,
});

const maxFact = (max: number): Fact => ({
  exact: exactly(max),
  verb: 'may give',
  says: max === CONTRIBUTION_LIMIT ? 'any number of points' : `at most ${inPoints(max)} points`,
});

function saysWeights(decay: Decay | null): string {
  if (decay === null) return 'alike at every age';
  const { written } = decay;
  if ('halfLife' in written) return `half as much every ${written.halfLife}`;
  if ('linear' in written) return `less each day until ${written.linear}`;
  return Object.entries(written.steps)
    .map(([age, share]) => `at ${share} from ${age} on`)
    .join(', ');
}

// Disqualification and stages

const disqualifyThings = (model: Model): Thing[] =>
  model.disqualify.map(({ id, if: condition, reason }, place) => ({
    id,
    label: `the disqualification \`${id}\``,
    whole: `“${reason}” if ${says(condition)}, ${saysPlace(model.disqualify, place)}`,
    facts: {
      if: ifFact(condition),
      reason: { exact: reason, verb: 'gives the reason', says: `“${reason}”` },
    },
  }));

const stageThings = (model: Model): Thing[] =>
  model.stages.map(({ id, enter, leave }, place) => ({
    id,
    label: `the stage \`${id}\``,
    whole: `begins if ${says(enter)}, ends ${saysLeave(leave)}, ${saysPlace(model.stages, place)}`,
    facts: {
      enter: { exact: exactCondition(enter), verb: 'begins if', says: says(enter) },
      leave: { exact: exactCondition(leave), verb: 'ends', says: saysLeave(leave) },
    },
  }));

const saysLeave = (leave: Condition | null): string => (leave === null ? 'only by hand' : `if ${says(leave)}`);

const saysPlace = (list: readonly { readonly id: string }[], place: number): string => {
  const previous = list[place - 1];
  return previous === undefined ? 'as the first' : `after \`${previous.id}\``;
};

// Conditions

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
      return exactly(['event', ...Object.values(matchFacts(match)).map((fact) => fact.exact), countFact(count).exact]);
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
