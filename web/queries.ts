/** What was asked of the service and is remembered for a while. It decides for how long, and what is asked again. */

import { QueryClient } from '@tanstack/react-query';
import { Refused } from './call.ts';

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A refusal stays one; only what nobody answered is asked again.
      retry: (count, error) => count < 2 && error instanceof Refused && (error.status === 0 || error.status === 503),
    },
  },
});
