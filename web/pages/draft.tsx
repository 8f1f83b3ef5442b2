/** The editor of a draft: the model as rules or as text, and beside it what it would do to everybody. */

import '../parts/studio/studio.css';
import { Center, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { Draft } from '../answers.ts';
import { call } from '../call.ts';
import { pathOf } from '../draft.ts';
import { useMe } from '../me.ts';
import { Failure } from '../parts/failure.tsx';
import { Editor } from '../parts/studio/editor.tsx';
import { type DraftSearch, draft as route } from '../router.tsx';

export function DraftPage() {
  const { name } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const onSearch = useCallback(
    (next: Partial<DraftSearch>) =>
      void navigate({ search: (before) => ({ ...before, ...next }), replace: true, resetScroll: false }),
    [navigate],
  );
  const me = useMe();
  const draft = useQuery({
    queryKey: ['draft', name],
    queryFn: () => call<Draft>('GET', pathOf(name)),
    // What is edited here is newer than what is kept; another's change is told when it is kept.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  if (draft.error) return <Failure error={draft.error} again={() => draft.refetch()} />;
  if (draft.data === undefined || me.data === undefined)
    return (
      <Center mih={240}>
        <Loader />
      </Center>
    );
  return <Editor key={name} draft={draft.data} rights={me.data.rights} search={search} onSearch={onSearch} />;
}
