/** The model whose scores the page shows: the one that was published first and serves. */

import { useQuery } from '@tanstack/react-query';
import { parse } from 'yaml';
import type { List, Version, WholeVersion } from './answers.ts';
import { call } from './call.ts';

export interface Serving {
  readonly version: WholeVersion;
  readonly title: string;
  /** Names of the scores, in the order of the model. */
  readonly scores: readonly string[];
  /** The score that says most: the last one with points, which is where models put their total. */
  readonly main: string | undefined;
  readonly stages: readonly string[];
}

/** Null where nothing is published yet. */
export const useServing = () =>
  useQuery({
    queryKey: ['serving'],
    staleTime: 30_000,
    queryFn: async (): Promise<Serving | null> => {
      const { items } = await call<List<Version>>('GET', '/api/models', { query: { limit: 500 } });
      const serves = ({ state }: Version) => state === 'serving';
      // Versions come in the order of their publication; a later version of the first model may come after other models.
      const first = items.find(({ name }) => items.some((other) => other.name === name && serves(other)));
      const serving = items.find((version) => version.name === first?.name && serves(version));
      return serving === undefined ? null : servingOf(await call<WholeVersion>('GET', `/api/models/${serving.id}`));
    },
  });

function servingOf(version: WholeVersion): Serving {
  const document: unknown = parse(version.document);
  const model = Object(document);
  const scores = Object.entries(Object(model.scores));
  const pointed = scores.filter(([, score]) => !Object.hasOwn(Object(score), 'grid'));
  const total = pointed.find(([name]) => name === 'total') ?? pointed.findLast(([, score]) => 'sum' in Object(score));
  return {
    version,
    title: typeof model.title === 'string' ? model.title : version.name,
    scores: scores.map(([name]) => name),
    main: (total ?? pointed.at(-1))?.[0],
    stages: (Array.isArray(model.stages) ? model.stages : []).map((stage: unknown) => String(Object(stage).id)),
  };
}
