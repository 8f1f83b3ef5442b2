/** The settings, a section at a time; whoever may not see a section is not offered it. */

import { Grid, NativeSelect, NavLink, Stack, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ComponentType, lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../me.ts';
import { Nowhere } from '../parts/nowhere.tsx';
import { settings } from '../router.tsx';

interface Section {
  readonly id: string;
  /** Null for everybody. */
  readonly right: string | null;
  readonly Shown: ComponentType;
}

const sections: readonly Section[] = [
  { id: 'profile', right: null, Shown: lazy(() => import('./settings-profile.tsx')) },
  { id: 'sources', right: 'source.read', Shown: lazy(() => import('./settings-sources.tsx')) },
  { id: 'import', right: 'contact.write', Shown: lazy(() => import('./settings-import.tsx')) },
  { id: 'people', right: 'user.manage', Shown: lazy(() => import('./settings-people.tsx')) },
  { id: 'keys', right: 'key.manage', Shown: lazy(() => import('./settings-keys.tsx')) },
  { id: 'webhooks', right: 'webhook.read', Shown: lazy(() => import('./settings-webhooks.tsx')) },
  { id: 'suppression', right: 'contact.read', Shown: lazy(() => import('./settings-suppression.tsx')) },
  { id: 'audit', right: 'audit.read', Shown: lazy(() => import('./settings-audit.tsx')) },
];

export function Settings() {
  const { t } = useTranslation('settings');
  const navigate = settings.useNavigate();
  const { section = 'profile' } = settings.useParams();
  const rights = useMe().data?.rights ?? [];
  const open = sections.filter(({ right }) => right === null || rights.includes(right));
  const here = open.find(({ id }) => id === section);
  if (here === undefined) return <Nowhere />;
  return (
    <Stack>
      <Title order={1}>{t('heading')}</Title>
      <NativeSelect
        hiddenFrom="md"
        label={t('section')}
        value={section}
        onChange={(event) => navigate({ params: { section: event.currentTarget.value }, search: {} })}
        data={open.map(({ id }) => ({ value: id, label: t(`section.${id}`) }))}
      />
      <Grid gap="xl">
        <Grid.Col span={{ base: 0, md: 3, lg: 2 }} visibleFrom="md">
          <nav aria-label={t('heading')}>
            {open.map(({ id }) => (
              <NavLink
                key={id}
                component={Link}
                to={`/settings/${id}`}
                label={t(`section.${id}`)}
                active={id === section}
                {...(id === section ? { 'aria-current': 'page' as const } : {})}
              />
            ))}
          </nav>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 9, lg: 10 }}>
          <Suspense>
            <here.Shown />
          </Suspense>
        </Grid.Col>
      </Grid>
    </Stack>
  );
}
