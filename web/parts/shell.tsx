/** The frame of every page: where one can go, who is signed in, what was chosen. Without a session it is the sign-in. */

import { Box, Burger, Button, Center, Container, Group, Loader, NavLink, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconAddressBook,
  IconAdjustments,
  IconBuilding,
  IconChartDots,
  IconChartLine,
  IconChecklist,
  IconClipboardCheck,
  IconFileText,
  IconHeartHandshake,
  IconMessageCheck,
  IconPlant2,
  IconReportAnalytics,
  IconSettings,
  IconUsersGroup,
} from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Me } from '../answers.ts';
import { call, Refused } from '../call.ts';
import { useLive } from '../live.ts';
import { useMe } from '../me.ts';
import { choose, isChosen } from '../words.ts';
import { Bell } from './bell.tsx';
import { Failure } from './failure.tsx';
import { GetStarted, MadeUp } from './made-up.tsx';
import { Preferences } from './preferences.tsx';

/** Whoever is signed in does not wait for it. */
const SignIn = lazy(() => import('../pages/sign-in.tsx').then((page) => ({ default: page.SignIn })));

/** Where one can go, with the right that it takes to see anything there. */
const places = [
  { to: '/today', label: 'nav.today', icon: IconChecklist, right: 'contact.read' },
  { to: '/leads', label: 'nav.leads', icon: IconAddressBook, right: 'contact.read' },
  { to: '/handoffs', label: 'nav.handoffs', icon: IconHeartHandshake, right: 'handoff.read' },
  { to: '/companies', label: 'nav.companies', icon: IconBuilding, right: 'company.read' },
  { to: '/nurture', label: 'nav.nurture', icon: IconPlant2, right: 'handoff.read' },
  { to: '/overview', label: 'nav.overview', icon: IconReportAnalytics, right: 'contact.read' },
  { to: '/forecast', label: 'nav.forecast', icon: IconChartLine, right: 'handoff.read' },
  { to: '/feedback', label: 'nav.feedback', icon: IconMessageCheck, right: 'handoff.read' },
  { to: '/review', label: 'nav.review', icon: IconClipboardCheck, right: 'handoff.read' },
  { to: '/agreement', label: 'nav.agreement', icon: IconFileText, right: 'handoff.read' },
  { to: '/studio', label: 'nav.studio', icon: IconAdjustments, right: 'model.read' },
  { to: '/team', label: 'nav.team', icon: IconUsersGroup, right: 'handoff.read' },
  { to: '/settings', label: 'nav.settings', icon: IconSettings, right: 'contact.read' },
] as const;

export function Shell() {
  const me = useMe();
  if (me.isPending)
    return (
      <Center mih="100dvh">
        <Loader />
      </Center>
    );
  if (me.error instanceof Refused && me.error.status === 401)
    return (
      <Suspense>
        <SignIn />
      </Suspense>
    );
  if (me.error)
    return (
      <Container py="xl">
        <Failure error={me.error} again={() => me.refetch()} />
      </Container>
    );
  return <Frame me={me.data} />;
}

function Frame({ me }: { me: Me }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [open, { toggle, close }] = useDisclosure(false);
  useLive();
  // On a device where nothing was chosen yet, what they chose elsewhere.
  const { language } = me;
  useEffect(() => {
    if (language !== null && !isChosen()) void choose(language);
  }, [language]);
  const signOut = async () => {
    await call('POST', '/api/auth/sign-out', { body: {} });
    queries.clear();
    window.location.assign('/');
  };
  return (
    <div className="frame" data-open={open || undefined}>
      <header>
        <a href="#content" className="skip">
          {t('nav.skip')}
        </a>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group wrap="nowrap" gap="xs">
            <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t('nav.open')} />
            <IconChartDots aria-hidden size={22} color="var(--mantine-primary-color-filled)" />
            <Text fw={700}>{t('app')}</Text>
          </Group>
          <Group gap="sm" wrap="nowrap">
            {me.rights.includes('handoff.read') && <Bell />}
            <Text size="sm" c="dimmed" visibleFrom="sm">
              {me.name}
            </Text>
            <Button variant="default" size="xs" onClick={signOut}>
              {t('signOut')}
            </Button>
          </Group>
        </Group>
      </header>
      <nav className="side" aria-label={t('app')}>
        <div>
          {places
            .filter(({ right }) => me.rights.includes(right))
            .map(({ to, label, icon: Icon }) => (
              <NavLink
                key={to}
                component={Link}
                to={to}
                label={t(label)}
                onClick={close}
                leftSection={<Icon aria-hidden size={18} />}
                active={path.startsWith(to)}
                {...(path.startsWith(to) ? { 'aria-current': 'page' as const } : {})}
              />
            ))}
          <GetStarted onClick={close} />
        </div>
        <Box p="xs">
          <Preferences kept />
        </Box>
      </nav>
      <main id="content" tabIndex={-1}>
        <Container size="xl" p={0}>
          <MadeUp />
          <Outlet />
        </Container>
      </main>
    </div>
  );
}
