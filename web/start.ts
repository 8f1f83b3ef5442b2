/** How far the workspace is set up, as the frame of the page and the first steps ask for it. */

import { useQuery } from '@tanstack/react-query';
import type { Start } from './answers.ts';
import { call } from './call.ts';
import { isDone } from './start.model.ts';

export const useStart = () =>
  useQuery({
    queryKey: ['start'],
    queryFn: () => call<Start>('GET', '/api/start'),
    staleTime: 30_000,
    // Once all is done, nothing of it comes undone but the made-up data, of which the service tells.
    refetchInterval: ({ state }) => (state.data?.demo === 'coming' || state.data?.playing != null ? 1_000 : false),
    select: (start) => ({ ...start, done: isDone(start) }),
  });
