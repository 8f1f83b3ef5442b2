/** How hand-offs are asked for by what is due first, by the list of them and, before it is drawn, by the address of Today. */

import { infiniteQueryOptions } from '@tanstack/react-query';
import type { Handoff, List } from './answers.ts';
import { call } from './call.ts';
import { UNDER_WAY } from './handoff.model.ts';

/** Hand-offs that stand above the leads of a day. */
export const DUE_TODAY = 5;

const PAGE = 50;

/**
 * @param whose an address, `me` or `all`
 * @param most how many; a page at a time, unless given
 */
export const dueQuery = (whose: string, most?: number, states: readonly string[] = UNDER_WAY) =>
  infiniteQueryOptions({
    queryKey: ['handoffs', whose, states, most ?? null],
    queryFn: ({ pageParam }) => {
      const asked = new URLSearchParams({ order: 'due', limit: String(most ?? PAGE) });
      for (const state of states) asked.append('state', state);
      if (whose !== 'all') asked.set('assignee', whose);
      if (pageParam !== undefined) asked.set('cursor', pageParam);
      return call<List<Handoff>>('GET', `/api/handoffs?${asked}`);
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    refetchInterval: 30_000,
  });
