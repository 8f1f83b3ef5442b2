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
/** The number of something; the router reads digits as a number. */
const number = (value: unknown): string | undefined => (/^\d+$/.test(String(value)) ? String(value) : undefined);
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

/** Which hand-offs are listed: whose (an address, `me` or `all`), and in which state. */
interface HandoffsSearch {
  readonly whose?: string | undefined;
  readonly state?: string | undefined;
}

export const handoffs = createRoute({
  getParentRoute: () => root,
  path: '/handoffs',
  validateSearch: (search): HandoffsSearch => ({ whose: text(search.whose), state: text(search.state) }),
  loader: () => words('handoffs'),
  component: lazyRouteComponent(() => import('./pages/handoffs.tsx'), 'Handoffs'),
});

export const handoff = createRoute({
  getParentRoute: () => root,
  path: '/handoffs/$id',
  loader: () => words('handoffs'),
  component: lazyRouteComponent(() => import('./pages/handoff.tsx'), 'HandoffPage'),
});

/** Which version or draft is shown, and with which version it is compared. */
interface AgreementSearch {
  readonly version?: string | undefined;
  readonly draft?: string | undefined;
  readonly compare?: string | undefined;
}

export const agreement = createRoute({
  getParentRoute: () => root,
  path: '/agreement',
  validateSearch: (search): AgreementSearch => ({
    version: number(search.version),
    draft: text(search.draft),
    compare: number(search.compare),
  }),
  loader: () => words('agreement'),
  component: lazyRouteComponent(() => import('./pages/agreement.tsx'), 'AgreementPage'),
});

const team = createRoute({
  getParentRoute: () => root,
  path: '/team',
  loader: () => words('team'),
  component: lazyRouteComponent(() => import('./pages/team.tsx'), 'Team'),
});

/** What a forecast is of (`agreement:ID` or `stage:NAME`), and which threshold is looked for. */
interface ForecastSearch {
  readonly of?: string | undefined;
  readonly score?: string | undefined;
  readonly perDay?: number | undefined;
}

export const forecast = createRoute({
  getParentRoute: () => root,
  path: '/forecast',
  validateSearch: (search): ForecastSearch => ({
    of: text(search.of),
    score: text(search.score),
    perDay: Number(search.perDay) > 0 ? Number(search.perDay) : undefined,
  }),
  loader: () => words('forecast'),
  component: lazyRouteComponent(() => import('./pages/forecast.tsx'), 'Forecast'),
});

/** Which period is asked about, as days, and by what rates are told. */
export interface FeedbackSearch {
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly by?: string | undefined;
}

export const feedback = createRoute({
  getParentRoute: () => root,
  path: '/feedback',
  validateSearch: (search): FeedbackSearch => ({
    from: text(search.from),
    until: text(search.until),
    by: search.by === 'source' ? 'source' : undefined,
  }),
  loader: () => words('feedback', 'handoffs'),
  component: lazyRouteComponent(() => import('./pages/feedback.tsx'), 'Feedback'),
});

const nurture = createRoute({
  getParentRoute: () => root,
  path: '/nurture',
  loader: () => words('nurture', 'handoffs'),
  component: lazyRouteComponent(() => import('./pages/nurture.tsx'), 'NurturePage'),
});

export const review = createRoute({
  getParentRoute: () => root,
  path: '/review',
  validateSearch: (search): { readonly id?: string | undefined } => ({ id: text(search.id) ?? number(search.id) }),
  loader: () => words('review', 'feedback', 'handoffs'),
  component: lazyRouteComponent(() => import('./pages/review.tsx'), 'ReviewPage'),
});

const studio = createRoute({
  getParentRoute: () => root,
  path: '/studio',
  loader: () => words('studio'),
  component: lazyRouteComponent(() => import('./pages/studio.tsx'), 'Studio'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    leads,
    lead,
    handoffs,
    handoff,
    agreement,
    forecast,
    nurture,
    feedback,
    review,
    studio,
    team,
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
