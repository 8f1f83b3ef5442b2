/** What a trial of a draft is asked and answers, as the API writes it. It refuses to know how a trial is done. */

import { z } from 'zod';
import { ANSWERS } from '../core/foresight.ts';
import { contactShape } from './contact-shape.ts';
import { id, language, page, shortText } from './shapes.ts';

const LONGEST_DOCUMENT = 500_000;
export const document = z.string().min(1).max(LONGEST_DOCUMENT).describe('YAML or JSON.');

export const problemShape = z.object({
  path: z.string(),
  message: z.string(),
  line: z.number().nullable(),
  column: z.number().nullable(),
});
/** A document that is no model: what is wrong with it, as `/api/models/check` says it. */
const refusedShape = z.object({ ok: z.literal(false), problems: z.array(problemShape) });

/** Where a contact stands: in a stage, in none, or disqualified (and then in none). */
const placeShape = z.object({ stage: z.string().nullable(), disqualified: z.boolean() });

const against = shortText
  .optional()
  .describe('The model whose serving version is "before"; the one that the document names, unless given.');

const beside = document
  .optional()
  .describe('A document that stands for "before" in place of the serving version, such as an earlier version.');

const outcome = z
  .object({
    event: shortText.optional().describe('An event that counts as success, such as `deal_won`.'),
    reached: shortText.optional().describe('In place of an event: a stage that counts as success, or a later one.'),
    answer: z.enum(ANSWERS).optional().describe('In place of an event: an answer of sales that counts as success.'),
    days: z.number().int().min(1).max(3_650).describe('Contacts are scored as they were so many days ago.'),
    stage: shortText
      .optional()
      .describe('Selected are those in this stage or a later one; the last one, unless given.'),
    atLeast: z
      .object({ score: shortText, points: z.number() })
      .optional()
      .describe('Selected are those with at least so many points, in place of a stage.'),
  })
  .refine(({ event, reached, answer }) => [event, reached, answer].filter((one) => one !== undefined).length === 1, {
    message: 'name one of `event`, `reached` and `answer`',
  });

export const trialBody = z.object({ document, against, beside, outcome: outcome.optional() });
export type TrialBody = z.output<typeof trialBody>;

const beforeAfter = z.object({ before: z.number().nullable(), after: z.number().nullable() });

const binShape = beforeAfter.extend({
  from: z.number().nullable().describe('In points, included; null for the cell of a grid.'),
  to: z.number().nullable().describe('In points, not included, but for the last bin.'),
  cell: z.string().nullable(),
});

const scoreShape = z.object({
  name: z.string(),
  kind: z.enum(['points', 'grid']),
  bins: z.array(binShape).describe('Contacts in each; null on the side that does not have the score.'),
  mean: beforeAfter.describe('In points, over contacts that have the score.'),
  changed: z.number().describe('Contacts whose points or cell differ.'),
  rungs: z
    .array(
      z.object({
        of: z.enum(['grade', 'band']),
        name: z.string(),
        above: z.object({ before: z.number().nullable(), after: z.number() }).describe('Contacts in it or above.'),
        up: z.number(),
        down: z.number(),
      }),
    )
    .describe('Grades and bands of the draft as thresholds, the best first: who comes over each of them each way.'),
});

const countedShape = z.object({
  contacts: z.number().describe('To whom it gives points, or takes some.'),
  total: z.number().describe('In points, before groups and ranges.'),
  mean: z.number().nullable().describe('In points, over these contacts.'),
});

const ruleShape = countedShape.extend({
  id: z.string(),
  score: z.string(),
  state: z.enum(['new', 'gone', 'same', 'changed']).describe('Changed: it gives somebody other points than before.'),
  differs: z.number().describe('Contacts to whom it gives other points than before.'),
  before: countedShape.nullable().describe('The rule of the same id in the version before.'),
});

const qualityShape = z.object({
  selected: z.number(),
  hits: z.number().describe('Of these, with success.'),
  precision: z.number().nullable(),
  recall: z.number().nullable(),
  lift: z.number().nullable().describe('Precision over the share of successes among all.'),
  auc: z.number().nullable().describe('Of the score that says most.'),
  score: z.string().nullable().describe('That score.'),
  stage: z
    .string()
    .nullable()
    .describe('Selected are those in it or a later one; null for a threshold, or without stages.'),
});

const outcomeShape = z.object({
  success: z.object({ kind: z.enum(['event', 'stage', 'answer']), name: z.string() }),
  at: z.string().describe('Everybody is scored as of this instant.'),
  contacts: z.number().describe('Who was there then and had not had the outcome.'),
  successes: z.number().describe('Of these, with the outcome after it.'),
  later: z.number().describe('Left out: who was not there yet.'),
  already: z.number().describe('Left out: who had had the outcome by then.'),
  before: qualityShape.nullable(),
  after: qualityShape,
});

export const triedShape = z.object({
  ok: z.literal(true),
  model: z.string(),
  asOf: z.string().describe('The instant for which the base holds.'),
  contacts: z.number(),
  before: z
    .object({ id: z.string().nullable(), name: z.string(), version: z.number().nullable() })
    .nullable()
    .describe('What the draft is measured against, `beside` without id and version; null where no version serves.'),
  scores: z.array(scoreShape),
  stages: z
    .array(placeShape.extend({ before: z.number().nullable(), after: z.number() }))
    .describe('From none to the last; disqualified at the end.'),
  moves: z
    .array(z.object({ from: placeShape, to: placeShape, contacts: z.number() }))
    .describe('Contacts that would stand elsewhere.'),
  handoffs: z
    .array(z.object({ stage: z.string(), contacts: z.number() }))
    .describe('Contacts that would enter a later stage than they are in now, by stage.'),
  rules: z.array(ruleShape).describe('Those of the draft, then those that are gone.'),
  outcome: outcomeShape.nullable(),
});

export const trialShape = z.discriminatedUnion('ok', [triedShape, refusedShape]);

const sides = z.enum(['before', 'after']);
const behind = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('move'), from: placeShape, to: placeShape }),
  z.object({ kind: z.literal('stage'), place: placeShape, side: sides }),
  z.object({ kind: z.literal('moved'), way: z.enum(['any', 'up', 'down']) }),
  z.object({ kind: z.literal('handoff'), stage: shortText.nullable() }),
  z.object({ kind: z.literal('score'), score: shortText }),
  z.object({
    kind: z.literal('rung'),
    score: shortText,
    of: z.enum(['grade', 'band']),
    name: shortText,
    way: z.enum(['up', 'down']),
  }),
  z.object({ kind: z.literal('rule'), rule: shortText, differs: z.boolean().default(false) }),
  z.object({
    kind: z.literal('bin'),
    score: shortText,
    side: sides,
    from: z.number().nullable(),
    to: z.number().nullable(),
    cell: z.string().max(50).nullable().default(null),
  }),
]);

export const behindBody = page.extend({ document, against, beside, of: behind });
export type BehindBody = z.output<typeof behindBody>;

const sideShape = placeShape.extend({
  scores: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
});
const behindItem = z.object({
  contact: contactShape,
  before: sideShape.nullable(),
  after: sideShape,
  points: beforeAfter.nullable().describe('What the rule gives, where one was asked for.'),
});
export const behindShape = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    asOf: z.string(),
    count: z.number().describe('Contacts behind the number in all.'),
    items: z.array(behindItem),
    next: z.string().nullable(),
  }),
  refusedShape,
]);

export const baseShape = z.object({
  state: z
    .enum(['none', 'loading', 'ready'])
    .describe('It is loaded with the first trial, and kept while there are some.'),
  asOf: z.string().nullable(),
  contacts: z.number(),
  events: z.number(),
  bytes: z.number().describe('Of its columns in memory.'),
  share: z.number().describe('How much of it is loaded, 0 to 1.'),
});

export const diffBody = z.object({
  document,
  from: id.optional().describe('The version that serves, unless given.'),
  beside: document.optional().describe('In place of `from`: the document that is compared with.'),
  language,
});
export const diffShape = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), from: z.string().nullable(), sentences: z.array(z.string()) }),
  refusedShape,
]);
