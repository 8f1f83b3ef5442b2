/**
 * The shape of a model document, as zod schemas; the published JSON Schema is made from them. It decides what may
 * be written; whether names point somewhere and sums stay exact is for `check.ts`.
 */

import { z } from 'zod';
import { type OperatorName, operators } from './operators.ts';
import { nearest, storable } from './text.ts';
import { readDuration } from './time.ts';

/** An object that knows its keys, and says the nearest one for a typo. */
export function strict<Shape extends z.ZodRawShape>(shape: Shape, what: string) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? unknownKeys(issue.keys as string[], Object.keys(shape), what) : undefined,
  });
}

export function unknownKeys(found: readonly string[], known: readonly string[], what: string): string {
  const guesses = found.map((key) => {
    const near = nearest(key, known);
    return `\`${key}\` is not known in ${what}${near === undefined ? '' : `, did you mean \`${near}\`?`}`;
  });
  return `${guesses.join('; ')} (allowed: ${known.join(', ')})`;
}

export const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,49}$/;
const name = z
  .string()
  .regex(NAME, 'a name has 1 to 50 letters, digits, `_`, `.` or `-`, and starts with a letter or digit');
const thousandths = z
  .number()
  .refine(
    (x) => Math.round(x * 1000) / 1000 === x && Math.abs(x) <= 1_000_000,
    'at most three decimals, and at most 1,000,000 either way',
  );
const points = thousandths.refine((x) => x !== 0, 'points are not zero');
const positive = thousandths.refine((x) => x > 0, 'must be above zero');
const duration = z
  .string()
  .refine(
    (text) => readDuration(text) !== undefined,
    'a duration is a whole number and m, h, d or w, such as 30d (at most 100 years)',
  );
const days = duration.refine(
  (text) => (readDuration(text) ?? 0) % 86_400_000 === 0,
  'decay counts whole days, such as 30d',
);
const percent = z.string().regex(/^(100(\.0)?|\d{1,2}(\.\d)?)%$/, 'a share is 0% to 100%, with at most one decimal');
export const storableText = z
  .string()
  .refine((text) => storable(text) === text, 'holds what no database can: NUL or half a character');
const eventName = storableText.min(1, 'an event has a name');
const eventNames = z.union([eventName, z.array(eventName).min(1)], {
  error: 'takes an event name, a list of names, or any',
});
const range = z
  .tuple([thousandths, thousandths], { error: 'takes [lowest, highest]' })
  .refine(([low, high]) => low < high, 'the lowest comes first');

const testSchema = strict(
  Object.fromEntries(Object.entries(operators).map(([key, row]) => [key, row.takes.optional()])) as Record<
    OperatorName,
    z.ZodOptional<z.ZodType>
  >,
  'a test',
).refine((test) => Object.keys(test).length > 0, 'an empty test: name an operator, such as { is: … }');

export type TestDocument = { readonly [Name in OperatorName]?: unknown };

export interface ConditionDocument {
  readonly all?: readonly ConditionDocument[] | undefined;
  readonly any?: readonly ConditionDocument[] | undefined;
  readonly not?: ConditionDocument | undefined;
  readonly event?: EventDocument | undefined;
  readonly [field: string]:
    | TestDocument
    | ConditionDocument
    | readonly ConditionDocument[]
    | EventDocument
    | Readonly<Record<string, TestDocument>>
    | undefined;
}

const filled = (condition: object): boolean => Object.keys(condition).length > 0;
const EMPTY = 'an empty condition: name a field and a test';

/** A condition on fields alone: what `if` and `where` take. */
const condition: z.ZodType<ConditionDocument, ConditionDocument> = z.lazy(() =>
  z
    .object({
      all: z.array(condition).min(1).optional(),
      any: z.array(condition).min(1).optional(),
      not: condition.optional(),
    })
    .catchall(testSchema)
    .refine(filled, EMPTY),
);

const perScore = z.record(z.string(), testSchema).refine(filled, 'name a score');

/** A condition that also sees scores and counts of events: what stages, disqualification and `contacts` take. */
const judgement: z.ZodType<ConditionDocument, ConditionDocument> = z.lazy(() =>
  z
    .object({
      all: z.array(judgement).min(1).optional(),
      any: z.array(judgement).min(1).optional(),
      not: judgement.optional(),
      event: eventCount.optional(),
      score: perScore.optional(),
      grade: perScore.optional(),
      band: perScore.optional(),
      'company.score': perScore.optional(),
      'company.grade': perScore.optional(),
      'company.band': perScore.optional(),
    })
    .catchall(testSchema)
    .refine(filled, EMPTY),
);

const whole = z.int().min(0).max(1_000_000_000);
const count = strict(
  {
    atLeast: whole.optional(),
    moreThan: whole.optional(),
    atMost: whole.optional(),
    lessThan: whole.optional(),
    between: z
      .tuple([whole, whole])
      .refine(([low, high]) => low <= high, 'the lower number comes first')
      .optional(),
  },
  'a count',
).refine(
  (test) => Object.keys(test).length === 1,
  'a count takes exactly one of atLeast, moreThan, atMost, lessThan, between',
);

const matching = {
  on: eventNames,
  where: condition.optional(),
  gap: duration.optional(),
  within: duration.optional(),
};
const eventCount = strict({ ...matching, count: count.optional() }, 'an event condition');
type EventDocument = z.input<typeof eventCount>;

const decay = z.union(
  [
    z.strictObject({
      halfLife: days.refine(
        (text) => (readDuration(text) ?? 0) <= 3660 * 86_400_000,
        'a half-life is at most ten years',
      ),
    }),
    z.strictObject({ linear: days }),
    z.strictObject({ steps: z.record(z.string(), percent).refine(filled, 'name a step, such as 30d: 50%') }),
  ],
  { error: 'takes one of { halfLife: 30d }, { linear: 90d }, { steps: { 30d: 50%, 90d: 0% } }, in whole days' },
);

const ruleHead = { id: name, group: z.string().optional() };
const onlyIf = { if: condition.optional() };

/** The kinds of rule as they are written; the order is that of `ruleBranch`. */
const contactRules = [
  strict({ ...ruleHead, if: condition, points }, 'a rule on traits'),
  strict(
    { ...ruleHead, ...matching, ...onlyIf, distinct: storableText.optional(), count: count.optional(), points },
    'a rule that gives its points once',
  ),
  strict(
    {
      ...ruleHead,
      ...matching,
      ...onlyIf,
      distinct: storableText.optional(),
      amount: strict(
        { property: storableText, unit: z.number().min(0.001).max(1e9).optional() },
        'an amount',
      ).optional(),
      limit: strict(
        { times: z.int().min(1).max(1_000_000), per: z.enum(['day', 'week', 'ever']) },
        'a limit',
      ).optional(),
      decay: decay.optional(),
      max: positive.optional(),
      pointsEach: points,
    },
    'a rule that gives points for each event',
  ).refine(
    (rule) => rule.amount === undefined || rule.distinct === undefined,
    '`distinct` and `amount` do not go together',
  ),
  strict(
    { ...ruleHead, ...onlyIf, silent: eventNames, for: duration, where: condition.optional(), points },
    'a rule on silence',
  ),
  strict(
    {
      ...ruleHead,
      ...onlyIf,
      silent: eventNames,
      for: duration,
      where: condition.optional(),
      pointsEach: points,
      max: positive.optional(),
    },
    'a rule on silence that repeats',
  ),
  strict(
    {
      ...ruleHead,
      ...onlyIf,
      on: eventNames,
      unless: eventNames,
      same: storableText,
      after: duration,
      where: condition.optional(),
      within: duration.optional(),
      pointsEach: points,
      max: positive.optional(),
    },
    'a rule on what was seen and not taken',
  ),
] as const;
const companyRules = [
  strict({ ...ruleHead, if: condition, points }, 'a company rule on traits'),
  strict(
    { ...ruleHead, ...onlyIf, contacts: judgement, count: count.optional(), points },
    'a company rule on its contacts',
  ),
] as const;

const RULE = 'takes a rule: an object with an id, what it looks at, and points or pointsEach';
const groups = z.record(name, strict({ range }, 'a group')).optional();
const rulesScore = strict(
  { range, groups, rules: z.array(z.union(contactRules, { error: RULE })).max(20_000) },
  'a score with rules',
);
const sumScore = strict(
  {
    sum: z
      .record(
        z.string(),
        thousandths.refine((x) => x !== 0 && Math.abs(x) <= 1000, 'a weight is not zero and at most 1,000'),
      )
      .refine(filled, 'name a score'),
    range,
  },
  'a sum of scores',
);
const gridScore = strict({ grid: z.tuple([z.string(), z.string()]) }, 'a grid');
const companyRulesScore = strict(
  { range, groups, rules: z.array(z.union(companyRules, { error: RULE })).max(20_000) },
  'a company score with rules',
);
const rollUpScore = strict(
  {
    rollUp: z.enum(['sum', 'max', 'mean', 'top', 'diminishing']),
    of: z.string(),
    n: z.int().min(1).max(10_000).optional(),
    keep: percent.optional(),
    range,
  },
  'a roll-up',
);

const SCORE = 'takes a score: an object with `rules`, `sum` or `grid`';
const scoresOf = <Schema extends z.ZodType>(schema: Schema) =>
  z.record(name, schema).refine(filled, 'a model has at least one score');
const ladder = z.record(z.string().min(1).max(50), thousandths).refine(filled, 'name a step');
const ladders = z.record(z.string(), ladder).optional();

export const modelSchema = strict(
  {
    model: z.string().regex(NAME, 'a model has a name of letters, digits, `_`, `.` or `-`'),
    title: storableText.max(500).optional(),
    scores: scoresOf(z.union([rulesScore, sumScore, gridScore], { error: SCORE })),
    grades: ladders,
    bands: ladders,
    disqualify: z
      .array(
        strict(
          { id: name, if: judgement, reason: storableText.regex(/\S/, 'a reason has words') },
          'a disqualification',
        ),
      )
      .optional(),
    stages: z.array(strict({ id: name, enter: judgement, leave: judgement.optional() }, 'a stage')).optional(),
    company: strict(
      {
        scores: scoresOf(z.union([companyRulesScore, sumScore, gridScore, rollUpScore], { error: SCORE })),
        grades: ladders,
        bands: ladders,
      },
      'the company part',
    ).optional(),
  },
  'a model',
);

export type ModelDocument = z.input<typeof modelSchema>;
export type ScoreDocument = ModelDocument['scores'][string] | NonNullable<ModelDocument['company']>['scores'][string];
export type RuleDocument = z.input<(typeof contactRules)[number] | (typeof companyRules)[number]>;
export type CountDocument = z.input<typeof count>;
export type DecayDocument = z.input<typeof decay>;
export type { EventDocument };

/** Which member of a union a value means to be, so that errors speak of that one only; null when unclear. */
export function branchOf(value: unknown, members: number): number | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const has = (key: string) => Object.hasOwn(value, key);
  // Without `points`, a misspelt `pointsEach` is likelier than a rule that gives nothing.
  const repeats = has('pointsEach') || (!has('points') && Object.keys(value).some((key) => /^points?e/i.test(key)));
  switch (members) {
    case contactRules.length:
      if (has('unless') || has('same') || has('after')) return 5;
      if (has('silent')) return repeats ? 4 : 3;
      if (has('on')) return repeats ? 2 : 1;
      return 0;
    case companyRules.length:
      return has('contacts') ? 1 : 0;
    case 3:
      return has('halfLife')
        ? 0
        : has('linear')
          ? 1
          : has('steps')
            ? 2
            : has('sum')
              ? 1
              : has('grid')
                ? 2
                : has('rules')
                  ? 0
                  : null;
    case 4:
      return has('rollUp') ? 3 : has('sum') ? 1 : has('grid') ? 2 : has('rules') ? 0 : null;
    default:
      return null;
  }
}
