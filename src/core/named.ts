/**
 * What conditions and agreements name of a model, and which of it another version of the model lacks. It decides when a name
 * points nowhere; it refuses to know who wrote it down and what follows from it. Traits belong to contacts, and no model
 * lacks one.
 */

import type { Agreement } from './agreement.ts';
import { parts } from './condition.ts';
import type { Condition, Model } from './words.ts';

/** A name that points into a model. */
export type Named =
  | { readonly kind: 'stage'; readonly name: string }
  /** Its points: a grid has none. */
  | { readonly kind: 'score'; readonly name: string; readonly ofCompany: boolean }
  | { readonly kind: 'grade' | 'band'; readonly name: string; readonly score: string; readonly ofCompany: boolean };

/** What a condition names, each once for each place. */
export function namesIn(condition: Condition | null): Named[] {
  return [...parts(condition)].flatMap((part): Named[] => {
    if (part.kind === 'score') return [{ kind: 'score', name: part.score, ofCompany: part.ofCompany }];
    if (part.kind !== 'place') return [];
    const { of, score, ofCompany, operand } = part;
    return [operand.written].flat().map((name) => ({ kind: of, name: String(name), score, ofCompany }));
  });
}

/** What an agreement names: the stages, and what its qualifiers ask. */
export const namedBy = ({ definition, responsibilities }: Agreement): Named[] => [
  ...[definition.stage, ...responsibilities.keys()].map((name): Named => ({ kind: 'stage', name })),
  ...Object.values(definition.qualifiers).flatMap(namesIn),
];

/** A name that points nowhere, as it is told. */
export interface Lacked {
  readonly kind: 'stage' | 'score' | 'companyScore' | 'grade' | 'band';
  readonly name: string;
  /** The score whose grade or band it is; else null. */
  readonly of: string | null;
}

/** Those of some names that a model does not have, each once. A grade of a score that is gone is told as the score. */
export function lackedBy(model: Model, names: readonly Named[]): Lacked[] {
  const lacked = names.flatMap((named): Lacked[] => {
    if (named.kind === 'stage')
      return model.stages.some(({ id }) => id === named.name) ? [] : [{ kind: 'stage', name: named.name, of: null }];
    const kind = named.ofCompany ? 'companyScore' : 'score';
    const scores = named.ofCompany ? model.companyScores : model.scores;
    const name = named.kind === 'score' ? named.name : named.score;
    const score = scores.find((one) => one.name === name);
    if (score === undefined || (named.kind === 'score' && score.kind === 'grid')) return [{ kind, name, of: null }];
    if (named.kind === 'score') return [];
    const ladder = named.kind === 'grade' ? score.grades : score.bands;
    return ladder.some((step) => step.name === named.name)
      ? []
      : [{ kind: named.kind, name: named.name, of: named.score }];
  });
  return [...new Map(lacked.map((one) => [`${one.kind} ${one.of} ${one.name}`, one])).values()];
}
