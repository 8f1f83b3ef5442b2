/** The addresses of the page. It decides which page is where; what a page shows is its own. The address is the state. */

import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { DUE_TODAY, dueQuery } from './due.query.ts';
import { meQuery } from './me.ts';
import { Today } from './pages/today.tsx';
import { Failure } from './parts/failure.tsx';
import { Nowhere } from './parts/nowhere.tsx';
import { Shell } from './parts/shell.tsx';
import { queries } from './queries.ts';
import { type TodaySearch, todayQuery } from './today.query.ts';
import { type OutcomeSearch, successKinds } from './trial.model.ts';
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
  /** A condition as the service takes it. */
  readonly where?: object | undefined;
  readonly columns?: readonly string[] | undefined;
  /** The segment that was opened. */
  readonly segment?: string | undefined;
}

/** How a draft is looked at, and by which outcome it is judged. */
const views = ['both', 'text', 'changes'] as const;
export interface DraftSearch extends OutcomeSearch {
  readonly view?: (typeof views)[number] | undefined;
  /** The version that the draft is compared with. */
  readonly with?: string | undefined;
}

/** Two documents of the studio beside each other: `version:7` or `draft:name`. */
export interface StudioSearch {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly numbers?: true | undefined;
}

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/today' });
  },
});

const today = createRoute({
  getParentRoute: () => root,
  path: '/today',
  validateSearch: (search): TodaySearch => ({
    stage: text(search.stage),
    owner: text(search.owner),
    territory: text(search.territory),
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ deps }) => {
    // Asked for at once, not when the page is drawn.
    void queries.prefetchInfiniteQuery(todayQuery(deps));
    void queries.ensureQueryData(meQuery).then(
      ({ rights }) => {
        if (rights.includes('handoff.answer')) void queries.prefetchInfiniteQuery(dueQuery('me', DUE_TODAY));
      },
      // Who is not signed in is asked to, by the frame.
      () => undefined,
    );
    return words('today', 'handoffs');
  },
  // Where most begin: it comes with the frame.
  component: Today,
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
  loader: () => words('lead', 'handoffs'),
  component: lazyRouteComponent(() => import('./pages/lead.tsx'), 'LeadPage'),
});

/** Which companies are listed, and in which order. */
export interface CompaniesSearch {
  readonly find?: string | undefined;
  readonly sort?: string | undefined;
}

export const companies = createRoute({
  getParentRoute: () => root,
  path: '/companies',
  validateSearch: (search): CompaniesSearch => ({ find: text(search.find), sort: text(search.sort) }),
  loader: () => words('companies'),
  component: lazyRouteComponent(() => import('./pages/companies.tsx'), 'Companies'),
});

export const company = createRoute({
  getParentRoute: () => root,
  path: '/companies/$id',
  loader: () => words('companies', 'handoffs'),
  component: lazyRouteComponent(() => import('./pages/company.tsx'), 'Company'),
});

/** Of which days the figures are, and what they count. */
export interface OverviewSearch {
  readonly period?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly stage?: string | undefined;
  readonly score?: string | undefined;
  readonly by?: string | undefined;
  readonly trait?: string | undefined;
}

const day = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;

export const overview = createRoute({
  getParentRoute: () => root,
  path: '/overview',
  validateSearch: (search): OverviewSearch => ({
    period: text(search.period),
    from: day(search.from),
    to: day(search.to),
    stage: text(search.stage),
    score: text(search.score),
    by: text(search.by),
    trait: text(search.trait),
  }),
  loader: () => words('overview'),
  component: lazyRouteComponent(() => import('./pages/overview.tsx'), 'Overview'),
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
  // The rows of conditions speak with the words of the leads.
  loader: () => words('agreement', 'leads'),
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

export const studio = createRoute({
  getParentRoute: () => root,
  path: '/studio',
  validateSearch: (search): StudioSearch => ({
    from: text(search.from),
    to: text(search.to),
    numbers: search.numbers === true ? true : undefined,
  }),
  loader: () => words('studio'),
  component: lazyRouteComponent(() => import('./pages/studio.tsx'), 'Studio'),
});

export const draft = createRoute({
  getParentRoute: () => root,
  path: '/studio/$name',
  validateSearch: (search): DraftSearch => ({
    view: views.find((view) => view === search.view),
    with: number(search.with),
    outcome: text(search.outcome),
    by: successKinds.find((kind) => kind === search.by),
    days: typeof search.days === 'number' && search.days > 0 ? Math.round(search.days) : undefined,
    stage: text(search.stage),
    score: text(search.score),
    points: typeof search.points === 'number' && Number.isFinite(search.points) ? search.points : undefined,
  }),
  loader: () => words('studio'),
  component: lazyRouteComponent(() => import('./pages/draft.tsx'), 'DraftPage'),
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
  routeTree: root.addChildren([
    home,
    start,
    today,
    leads,
    lead,
    handoffs,
    handoff,
    companies,
    company,
    nurture,
    overview,
    forecast,
    feedback,
    review,
    agreement,
    studio,
    draft,
    team,
    settings,
  ]),
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
