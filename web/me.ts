/** Who is signed in, as every part of the page asks for it. */

import { queryOptions, useQuery } from '@tanstack/react-query';
import type { Me } from './answers.ts';
import { call } from './call.ts';

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => call<Me>('GET', '/api/me'),
  staleTime: 60_000,
  retry: false,
});

export const useMe = () => useQuery(meQuery);

/** Whether who is signed in has a right; false until that is known. */
export const useMay = (right: string): boolean => useMe().data?.rights.includes(right) === true;
