/**
 * What a model is made of, for whoever shows its results: names, ladders and ranges, without its rules. It decides which
 * score says most; it refuses to know documents and what anybody scored.
 */

import { z } from 'zod';
import type { Model, Score } from '../core/words.ts';
import { inPoints } from './contact-shape.ts';

const rung = z.object({ name: z.string(), from: z.number() });
const scoreShape = z.object({
  name: z.string(),
  kind: z.enum(['rules', 'sum', 'grid', 'rollUp']),
  low: z.number().nullable().describe('Of its range; null for a grid.'),
  high: z.number().nullable(),
  grades: z.array(rung).describe('The best first.'),
  bands: z.array(rung),
});

export const outlineShape = z.object({
  name: z.string(),
  title: z.string(),
  scores: z.array(scoreShape),
  companyScores: z.array(scoreShape),
  main: z
    .string()
    .nullable()
    .describe('The score that says most: the total, else the last sum, else the last one with points.'),
  stages: z.array(z.string()).describe('From the first to the last.'),
});

export const outlineOf = (model: Model): z.input<typeof outlineShape> => ({
  name: model.name,
  title: model.title,
  scores: model.scores.map(showScore),
  companyScores: model.companyScores.map(showScore),
  main: mainOf(model.scores),
  stages: model.stages.map(({ id }) => id),
});

function showScore(score: Score): z.input<typeof scoreShape> {
  const [low, high] = score.kind === 'grid' ? [null, null] : score.range.map(inPoints);
  const ladder = (rungs: Score['grades']) => rungs.map(({ name, from }) => ({ name, from: inPoints(from) }));
  return {
    name: score.name,
    kind: score.kind,
    low: low ?? null,
    high: high ?? null,
    grades: ladder(score.grades),
    bands: ladder(score.bands),
  };
}

/** Null where no score has points. */
export function mainOf(scores: readonly Score[]): string | null {
  const pointed = scores.filter(({ kind }) => kind !== 'grid');
  const total = pointed.find(({ name }) => name === 'total') ?? pointed.findLast(({ kind }) => kind === 'sum');
  return (total ?? pointed.at(-1))?.name ?? null;
}
