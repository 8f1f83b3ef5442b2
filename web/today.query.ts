/** How the leads of today are asked for, by the page and, before its code is there, by its address. */

import { infiniteQueryOptions } from '@tanstack/react-query';
import i18next from 'i18next';
import type { List, TodayLead } from './answers.ts';
import { call } from './call.ts';

/** Whose leads; all unless named. */
export interface TodaySearch {
  readonly stage?: string | undefined;
  readonly owner?: string | undefined;
  readonly territory?: string | undefined;
}

const PAGE = 20;

export const todayQuery = (search: TodaySearch) => {
  const { language } = i18next;
  return infiniteQueryOptions({
    queryKey: ['today', search, language],
    queryFn: ({ pageParam }) =>
      call<List<TodayLead>>('GET', '/api/today', {
        query: {
          limit: PAGE,
          cursor: pageParam,
          stage: search.stage,
          owner: search.owner,
          territory: search.territory,
          language,
        },
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
};
