/** The editor of a draft: the model as rules or as text, and beside it what it would do to everybody. */

import '../parts/studio/studio.css';
import { Button, Center, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Draft } from '../answers.ts';
import { call, Refused } from '../call.ts';
import { pathOf } from '../draft.ts';
import { useMe } from '../me.ts';
import { Failure } from '../parts/failure.tsx';
import { Nothing } from '../parts/nothing.tsx';
import { Editor } from '../parts/studio/editor.tsx';
import { type DraftSearch, draft as route } from '../router.tsx';

export function DraftPage() {
  const { t } = useTranslation(['studio', 'common']);
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
  // Kept addresses lead here after a draft was published, too.
  if (draft.error instanceof Refused && draft.error.code === 'not_found')
    return (
      <Nothing title={name} hint={t('noDraft')}>
        <Button mt="xs" renderRoot={(props) => <Link {...props} to="/studio" />}>
          {t('nav.studio', { ns: 'common' })}
        </Button>
      </Nothing>
    );
  if (draft.error) return <Failure error={draft.error} again={() => draft.refetch()} />;
  if (draft.data === undefined || me.data === undefined)
    return (
      <Center mih={240}>
        <Loader />
      </Center>
    );
  return <Editor key={name} draft={draft.data} rights={me.data.rights} search={search} onSearch={onSearch} />;
}
