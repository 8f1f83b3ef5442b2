/** The addresses of the page. It decides which page is where; what a page shows is its own. The address is the state. */

import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { Failure } from './parts/failure.tsx';
import { Nowhere } from './parts/nowhere.tsx';
import { Shell } from './parts/shell.tsx';
import { words } from './words.ts';

const root = createRootRoute({
  component: Shell,
  notFoundComponent: Nowhere,
  errorComponent: ({ error, reset }) => <Failure error={error} again={reset} />,
});

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const texts = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) && value.length > 0 ? value.map(String) : undefined;

/** Which leads are listed, and how. */
export interface LeadsSearch {
  readonly find?: string | undefined;
  readonly stage?: readonly string[] | undefined;
  readonly sort?: string | undefined;
}

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/leads' });
  },
});

export const leads = createRoute({
  getParentRoute: () => root,
  path: '/leads',
  validateSearch: (search): LeadsSearch => ({
    find: text(search.find),
    stage: texts(search.stage),
    sort: text(search.sort),
  }),
  loader: () => words('leads'),
  component: lazyRouteComponent(() => import('./pages/leads.tsx'), 'Leads'),
});

export const lead = createRoute({
  getParentRoute: () => root,
  path: '/leads/$id',
  validateSearch: (search): { readonly asOf?: string | undefined } => ({ asOf: text(search.asOf) }),
  loader: () => words('lead'),
  component: lazyRouteComponent(() => import('./pages/lead.tsx'), 'LeadPage'),
});

const studio = createRoute({
  getParentRoute: () => root,
  path: '/studio',
  loader: () => words('studio'),
  component: lazyRouteComponent(() => import('./pages/studio.tsx'), 'Studio'),
});

/** What a section of the settings is narrowed to. */
export interface SettingsSearch {
  readonly source?: string | undefined;
  readonly webhook?: string | undefined;
  readonly find?: string | undefined;
  readonly who?: string | undefined;
  readonly action?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings/{-$section}',
  validateSearch: (search): SettingsSearch =>
    Object.fromEntries(
      ['source', 'webhook', 'find', 'who', 'action', 'from', 'to'].map((name) => [
        name,
        text(String(search[name] ?? '')),
      ]),
    ),
  loader: () => words('settings'),
  component: lazyRouteComponent(() => import('./pages/settings.tsx'), 'Settings'),
});

const start = createRoute({
  getParentRoute: () => root,
  path: '/start',
  loader: () => words('start', 'settings'),
  component: lazyRouteComponent(() => import('./pages/start.tsx'), 'StartPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([home, leads, lead, settings, start, studio]),
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
