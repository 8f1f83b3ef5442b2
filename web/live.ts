/**
 * What changed at the service is asked for again, as soon as it says so. It decides which questions each topic is about;
 * without the service's word the page is as it was, and says so nowhere.
 */

import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Topic } from '../src/store/live.ts';

const asked: Readonly<Record<Topic, readonly QueryKey[]>> = {
  contacts: [['leads'], ['lead'], ['today'], ['overview'], ['start'], ['settings', 'arrivals']],
  handoffs: [['handoffs'], ['handoff'], ['notices']],
  companies: [['companies'], ['company']],
  models: [['models'], ['serving'], ['overview'], ['start']],
  imports: [['settings', 'imports'], ['jobs']],
  refusals: [['settings', 'refusals']],
  webhooks: [['settings', 'deliveries']],
  settings: [['settings'], ['start'], ['agreements']],
};

const isTopic = (name: unknown): name is Topic => typeof name === 'string' && Object.hasOwn(asked, name);

/** Milliseconds until the service is asked to tell again after it refused to. */
const LATER = 30_000;

/** Listens as long as somebody can see the page: a browser holds few connections to one host. */
export function useLive(): void {
  const queries = useQueryClient();
  useEffect(() => {
    let source: EventSource | undefined;
    let timer: number | undefined;
    let missed = false;
    const again = (keys: readonly QueryKey[]) => {
      // What is being asked for now need not be asked for twice.
      for (const queryKey of keys) void queries.invalidateQueries({ queryKey }, { cancelRefetch: false });
    };
    const close = () => {
      window.clearTimeout(timer);
      source?.close();
      source = undefined;
    };
    const open = () => {
      close();
      source = new EventSource('/api/live');
      source.onopen = () => {
        if (missed) again(Object.values(asked).flat());
        missed = false;
      };
      source.onmessage = ({ data }) => {
        const told: unknown = JSON.parse(String(data));
        if (Array.isArray(told)) again(told.filter(isTopic).flatMap((topic) => asked[topic]));
      };
      source.onerror = () => {
        missed = true;
        if (source?.readyState === EventSource.CLOSED) timer = window.setTimeout(open, LATER);
      };
    };
    const seen = () => {
      if (document.visibilityState === 'visible') return open();
      missed = true;
      close();
    };
    seen();
    document.addEventListener('visibilitychange', seen);
    return () => {
      document.removeEventListener('visibilitychange', seen);
      close();
    };
  }, [queries]);
}
