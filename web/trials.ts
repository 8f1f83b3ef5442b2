/**
 * A draft tried on everybody while it is edited. It decides how soon after an edit it is asked and that older answers
 * never replace newer ones; it refuses to know what is shown of them.
 */

import { keepPreviousData, useIsFetching, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { Base, Problem, Trial, Tried } from './answers.ts';
import { call, Refused } from './call.ts';
import type { OutcomeAsked } from './trial.model.ts';
import { shared } from './values.model.ts';

export interface TrialState {
  /** The last answer about a document that was a model; kept while a newer one is awaited. */
  readonly tried: Tried | null;
  /** What is wrong with the document that was asked about last; empty where nothing is known of it. */
  readonly problems: readonly Problem[];
  /** Whether `tried` is about the text as it is. */
  readonly isFresh: boolean;
  readonly error: unknown;
  /** The draft as it was asked about. */
  readonly text: string;
  /** What is known of the base while it is loaded. */
  readonly base: Base | null;
  readonly refresh: () => Promise<void>;
}

const NONE: readonly Problem[] = [];

/** @param beside the document that stands for "before"; undefined for the version that serves */
export function useTrial(text: string, outcome: OutcomeAsked | null, beside?: string): TrialState {
  const queries = useQueryClient();
  const latest = useRef<Tried | null>(null);
  // The first edit is asked about at once; while one is under way the next ones wait, and the latest of them is asked.
  // While everybody is loaded for the first numbers, what is wrong with a text is told all the same.
  const [asked, setAsked] = useState(text);
  const isBusy = useIsFetching({ queryKey: ['trial'] }) > 0;
  if (asked !== text && (!isBusy || latest.current === null)) setAsked(text);
  const body = {
    document: asked,
    ...(outcome === null ? {} : { outcome }),
    ...(beside === undefined ? {} : { beside }),
  };
  const trial = useQuery({
    queryKey: ['trial', body],
    queryFn: ({ signal }) => call<Trial>('POST', '/api/trials', { body, signal }),
    enabled: asked !== '',
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 60_000,
    // Another window of the same person took its place.
    retry: (count, error) => count < 3 && error instanceof Refused && error.status === 409,
    retryDelay: 300,
  });
  const data = trial.data;
  const tried = useMemo(() => {
    // What stands in it as before is the very same, and is not drawn again.
    if (data?.ok) latest.current = shared<Tried>(latest.current ?? data, data);
    return latest.current;
  }, [data]);
  const base = useQuery({
    queryKey: ['trial base'],
    queryFn: () => call<Base>('GET', '/api/trials/base'),
    enabled: trial.isFetching && tried === null,
    refetchInterval: 400,
  });
  const refresh = useCallback(async () => {
    await call<Base>('POST', '/api/trials/base', { body: {} });
    await queries.invalidateQueries({ queryKey: ['trial'] });
  }, [queries]);
  const problems = data === undefined || data.ok || trial.isPlaceholderData ? NONE : data.problems;
  const isFresh = asked === text && !trial.isFetching && data?.ok === true;
  const { error } = trial;
  const loaded = base.data ?? null;
  return useMemo(
    () => ({ tried, problems, isFresh, error, text: asked, base: loaded, refresh }),
    [tried, problems, isFresh, error, asked, loaded, refresh],
  );
}
