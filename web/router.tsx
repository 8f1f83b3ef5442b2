/** The addresses of the page. It decides which page is where; what a page shows is its own. The address is the state. */

import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { Failure } from './parts/failure.tsx';
import { Nowhere } from './parts/nowhere.tsx';
import { Shell } from './parts/shell.tsx';
import { queries } from './queries.ts';
import { type TodaySearch, todayQuery } from './today.query.ts';
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
  /** A condition as the service takes it. */
  readonly where?: object | undefined;
  readonly columns?: readonly string[] | undefined;
  /** The segment that was opened. */
  readonly segment?: string | undefined;
}

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/today' });
  },
});

export const today = createRoute({
  getParentRoute: () => root,
  path: '/today',
  validateSearch: (search): TodaySearch => ({
    stage: text(search.stage),
    owner: text(search.owner),
    territory: text(search.territory),
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ deps }) => {
    // Asked for beside the code of the page, not after it.
    void queries.prefetchInfiniteQuery(todayQuery(deps));
    return words('today');
  },
  component: lazyRouteComponent(() => import('./pages/today.tsx'), 'Today'),
});

export const leads = createRoute({
  getParentRoute: () => root,
  path: '/leads',
  validateSearch: (search): LeadsSearch => ({
    find: text(search.find),
    stage: texts(search.stage),
    sort: text(search.sort),
    where: typeof search.where === 'object' && search.where !== null ? search.where : undefined,
    columns: texts(search.columns),
    segment: search.segment === undefined ? undefined : String(search.segment),
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

export const router = createRouter({
  routeTree: root.addChildren([home, today, leads, lead, studio]),
  // What fails on a page leaves the way to the others.
  defaultErrorComponent: ({ error, reset }) => <Failure error={error} again={reset} />,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
