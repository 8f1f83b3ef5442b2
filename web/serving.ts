/** The model whose scores the page shows: the one that was published first and serves. */

import { queryOptions, useQuery } from '@tanstack/react-query';
import type { Serving } from './answers.ts';
import { call } from './call.ts';

/** Null where nothing is published yet. */
export const servingQuery = queryOptions({
  queryKey: ['serving'],
  staleTime: 30_000,
  queryFn: async () => (await call<{ serving: Serving | null }>('GET', '/api/models/serving')).serving,
});

export const useServing = () => useQuery(servingQuery);
