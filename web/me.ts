/** Who is signed in, as every part of the page asks for it. */

import { useQuery } from '@tanstack/react-query';
import type { Me } from './answers.ts';
import { call } from './call.ts';

export const useMe = () =>
  useQuery({ queryKey: ['me'], queryFn: () => call<Me>('GET', '/api/me'), staleTime: 60_000, retry: false });
