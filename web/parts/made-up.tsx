/** What the frame says of a workspace that is not set up yet: where to begin, and that what is seen is made up. */

import { Alert, Button, Group, NavLink, Text } from '@mantine/core';
import { IconFlask, IconRocket } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { useMe } from '../me.ts';
import { useStart } from '../start.ts';
import { Failure } from './failure.tsx';

/** Only made-up data can be removed, and few have any. */
const Ask = lazy(() => import('./ask.tsx').then((part) => ({ default: part.Ask })));

const useManages = (): boolean => useMe().data?.rights.includes('source.manage') === true;

export function GetStarted({ onClick }: { onClick: () => void }) {
  const { t } = useTranslation();
  const { data } = useStart();
  const manages = useManages();
  const here = useRouterState({ select: (state) => state.location.pathname === '/start' });
  if (!manages || data === undefined || data.done || data.dismissed) return null;
  return (
    <NavLink
      component={Link}
      to="/start"
      label={t('nav.start')}
      onClick={onClick}
      leftSection={<IconRocket aria-hidden size={18} />}
      active={here}
      {...(here ? { 'aria-current': 'page' as const } : {})}
    />
  );
}

export function MadeUp() {
  const { t } = useTranslation();
  const format = useFormat();
  const { data } = useStart();
  const manages = useManages();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => call('DELETE', '/api/start/demo'),
    onSuccess: () => queries.invalidateQueries(),
  });
  if (data === undefined || data.demo === 'none') return null;
  return (
    <Alert color="grape" variant="light" p="xs" mb="md" icon={<IconFlask aria-hidden size={18} />}>
      <Group justify="space-between" gap="xs" mih={26}>
        <Text size="sm">
          <span role="status">{t(data.demo === 'coming' ? 'madeUp.coming' : 'madeUp.there')}</span>
          {/* Outside of the status: a share that moves every second is not to be read out each time. */}
          {data.demo === 'there' && data.playing !== null && (
            <span> {t('madeUp.playing', { percent: format.share(Math.floor(100 * data.playing) / 100) })}</span>
          )}
        </Text>
        {manages && data.demo === 'there' && (
          <Suspense>
            <Ask
              question={t('madeUp.ask')}
              go={t('madeUp.remove')}
              action={() => remove.mutate()}
              opener={(open) => (
                <Button
                  size="compact-sm"
                  variant="default"
                  onClick={open}
                  loading={remove.isPending}
                  disabled={data.playing !== null && data.playing > 0}
                >
                  {t('madeUp.remove')}
                </Button>
              )}
            />
          </Suspense>
        )}
      </Group>
      {remove.error && <Failure error={remove.error} />}
    </Alert>
  );
}
