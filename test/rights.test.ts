/** Every route of the service, who may call it, and that all others are refused: nothing is registered unseen. */

import { describe, expect, test } from 'vitest';
import { rights } from '../src/access.ts';
import { createServer } from '../src/server.ts';
import { roles } from '../src/store/people.ts';
import { postgresUrl } from './postgres.ts';
import { testApp } from './service.ts';
import { asPerson, byKey, type Call } from './signed-in.ts';

/** Files that anybody may read: the description's, and those of the web page where it was built. */
const isFile = (path: string): boolean =>
  !/^\/(api|v1|hooks|t|t\.js|healthz|readyz|metrics|openapi\.json)(\/|$)/.test(path);

/** By right, each route that needs it, but for files. */
const ROUTES: Readonly<Record<string, readonly string[]>> = {
  open: [
    'GET /api/auth/callback/oidc',
    'GET /api/auth/get-session',
    'POST /api/auth/change-password',
    'POST /api/auth/sign-in/email',
    'POST /api/auth/sign-in/social',
    'POST /api/auth/sign-out',
    'GET /healthz',
    'GET /metrics',
    'GET /openapi.json',
    'GET /readyz',
    'GET /t.js',
    'GET /t/trap',
    'POST /hooks/:kind/:sourceId',
    ...['a', 'alias', 'b', 'batch', 'g', 'group', 'i', 'identify', 'p', 'page', 's', 'screen', 't', 'track'].flatMap(
      (path) => [`OPTIONS /v1/${path}`, `POST /v1/${path}`],
    ),
  ],
  'contact.read': [
    'GET /api/companies/:id/contacts',
    'GET /api/contacts',
    'GET /api/contacts/:id',
    'GET /api/contacts/:id/events',
    'GET /api/contacts/:id/history',
    'GET /api/contacts/:id/merges',
    'GET /api/contacts/:id/scores',
    'GET /api/contacts/:id/suppression',
    'GET /api/contacts/:id/timeline',
    'GET /api/contacts/:id/traits',
    'GET /api/goals',
    'GET /api/language',
    'GET /api/live',
    'GET /api/me',
    'GET /api/outcome',
    'GET /api/overview/contacts',
    'GET /api/overview/funnel',
    'GET /api/overview/origins',
    'GET /api/overview/steps',
    'GET /api/overview/weeks',
    'GET /api/segments/:id/contacts',
    'GET /api/segments/:id/contacts.csv',
    'GET /api/start',
    'GET /api/suppression',
    'GET /api/today',
    'GET /api/today/choices',
    'POST /api/contacts/search',
    'POST /api/contacts/search.csv',
    'POST /api/contacts/search/count',
    'POST /api/scores',
    'POST /api/trials/contacts',
    'PUT /api/me/language',
  ],
  'contact.write': [
    'DELETE /api/merges/:id',
    'DELETE /api/suppression/:value',
    'PATCH /api/contacts/:id',
    'POST /api/contacts',
    'POST /api/contacts/:id/merge',
    'POST /api/imports',
    'POST /api/imports/columns',
    'POST /api/suppression',
  ],
  'contact.erase': ['DELETE /api/contacts/:id', 'GET /api/contacts/:id/export'],
  'company.read': [
    'GET /api/companies',
    'GET /api/companies/:id',
    'GET /api/companies/:id/account',
    'GET /api/companies/:id/people',
    'GET /api/companies/:id/roles',
    'POST /api/companies/search',
    'POST /api/companies/search.csv',
  ],
  'company.write': ['DELETE /api/companies/:id/domain', 'PATCH /api/companies/:id', 'POST /api/companies'],
  'event.void': [
    'GET /api/events/rules',
    'GET /api/events/rules/:id',
    'POST /api/events/flag',
    'POST /api/events/rules',
    'POST /api/events/rules/:id/undo',
    'POST /api/events/unflag',
    'POST /api/events/unvoid',
    'POST /api/events/void',
  ],
  'agreement.write': [
    'DELETE /api/agreement-drafts/:name',
    'POST /api/agreements',
    'POST /api/agreements/:id/publish',
    'POST /api/reviews',
    'POST /api/reviews/:id/close',
    'POST /api/reviews/:id/send',
    'PUT /api/reviews/:id/minutes',
    'PUT /api/agreement-drafts/:name',
  ],
  'agreement.sign': ['POST /api/agreements/:id/sign'],
  'agreement.comment': ['POST /api/agreement-comments', 'POST /api/agreement-comments/:id/resolve'],
  'handoff.read': [
    'GET /api/agreement-comments',
    'GET /api/agreement-drafts',
    'GET /api/agreements',
    'GET /api/agreements/:id',
    'GET /api/agreements/:id/agreement.pdf',
    'GET /api/agreements/:id/document',
    'POST /api/agreements/check',
    'GET /api/feedback/disagreements',
    'GET /api/feedback/rates',
    'GET /api/feedback/rules',
    'GET /api/forecast',
    'GET /api/forecast/revenue',
    'GET /api/forecast/threshold',
    'POST /api/forecast/definition',
    'GET /api/handoffs',
    'GET /api/handoffs/:id',
    'GET /api/holidays',
    'GET /api/notices',
    'GET /api/nurture',
    'GET /api/reviews',
    'GET /api/reviews/:id',
    'GET /api/reviews/:id/report.html',
    'GET /api/reviews/:id/report.pdf',
    'GET /api/sellers',
    'POST /api/notices/seen',
  ],
  'handoff.answer': ['POST /api/handoffs/:id/facts'],
  'handoff.manage': [
    'DELETE /api/absences/:id',
    'POST /api/handoffs/:id/assign',
    'POST /api/sellers/:email/absences',
    'PUT /api/holidays/:calendar',
    'PUT /api/sellers/:email',
  ],
  'model.read': [
    'GET /api/drafts',
    'GET /api/drafts/:name',
    'GET /api/fields',
    'GET /api/models',
    'GET /api/models/:id',
    'GET /api/models/:id/diff',
    'GET /api/models/:id/moves',
    'GET /api/models/comments',
    'GET /api/models/serving',
    'GET /api/templates',
    'GET /api/trials/base',
    'POST /api/models/check',
    'POST /api/models/dependents',
    'POST /api/models/diff',
    'POST /api/models/sentences',
    'POST /api/trials',
    'POST /api/trials/base',
  ],
  'model.comment': ['POST /api/models/comments', 'POST /api/models/comments/:id/resolve'],
  'goal.write': ['DELETE /api/goals/:id', 'POST /api/goals', 'PUT /api/goals/:id'],
  'model.write': [
    'DELETE /api/drafts/:name',
    'POST /api/models/comments/rename',
    'PUT /api/drafts/:name',
    'PUT /api/outcome',
  ],
  'model.publish': [
    'POST /api/models',
    'POST /api/models/:id/publish-again',
    'POST /api/models/:id/release',
    'POST /api/models/:id/switch',
  ],
  'segment.read': ['GET /api/segments', 'GET /api/segments/:id'],
  'segment.write': ['DELETE /api/segments/:id', 'POST /api/segments', 'PUT /api/segments/:id'],
  'source.read': ['GET /api/arrivals', 'GET /api/refusals', 'GET /api/sources'],
  'source.manage': [
    'DELETE /api/sources/:id',
    'DELETE /api/start/demo',
    'POST /api/sources',
    'POST /api/start/demo',
    'POST /api/start/dismiss',
  ],
  'job.read': ['GET /api/imports', 'GET /api/imports/:id', 'GET /api/imports/:id/rejects', 'GET /api/jobs'],
  'webhook.read': ['GET /api/webhooks', 'GET /api/webhooks/:id/deliveries'],
  'webhook.manage': [
    'DELETE /api/webhooks/:id',
    'POST /api/webhooks',
    'POST /api/webhooks/:id/deliveries/:delivery/replay',
    'POST /api/webhooks/:id/disable',
    'POST /api/webhooks/:id/enable',
    'POST /api/webhooks/:id/replay',
    'POST /api/webhooks/:id/test',
  ],
  'key.manage': ['DELETE /api/keys/:id', 'GET /api/keys', 'POST /api/keys'],
  'user.manage': [
    'DELETE /api/users/:id',
    'GET /api/users',
    'PATCH /api/users/:id',
    'POST /api/users',
    'POST /api/users/:id/password',
    'PUT /api/language',
  ],
  'audit.read': ['GET /api/audit'],
};

const READ = ['contact.read', 'company.read', 'handoff.read', 'model.read', 'segment.read'];
const AGREE = ['agreement.write', 'agreement.comment', 'agreement.sign', 'model.comment'];
const DECIDE = ['model.write', 'model.publish', 'goal.write', 'handoff.manage'];
const RUN = ['source.read', 'job.read', 'webhook.read'];
/** Who has which rights, written a second time. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  administrator: [...Object.keys(ROUTES).filter((right) => !['open', 'agreement.sign'].includes(right)), 'ingest'],
  marketing: [...READ, ...RUN, ...AGREE, 'contact.write', 'company.write', 'event.void', 'segment.write', ...DECIDE],
  sales: [...READ, ...AGREE, 'handoff.answer', 'contact.write', 'company.write', 'segment.write'],
  leadership: [...READ, 'model.comment', 'agreement.comment', 'goal.write', 'audit.read'],
  viewer: READ,
  ingest: ['ingest'],
  read: [...READ, ...RUN],
  write: [
    ...[...READ, ...RUN, 'ingest', 'contact.write', 'company.write', 'contact.erase', 'event.void', 'segment.write'],
    ...[...DECIDE, 'agreement.write', 'agreement.comment', 'handoff.answer', 'source.manage', 'webhook.manage'],
  ],
};

test('a role or scope has these rights and no others', () => {
  const sorted = (table: Readonly<Record<string, readonly string[]>>) =>
    Object.fromEntries(Object.entries(table).map(([name, list]) => [name, [...list].sort()]));
  expect(sorted(rights)).toEqual(sorted(MAY));
});

const url = await postgresUrl();

describe.skipIf(url === undefined)('every route', async () => {
  if (url === undefined) return;
  const service = await testApp(url);
  const server = await createServer(service.app);
  await server.ready();
  const callers: [string, Call][] = [];
  for (const role of roles) callers.push([role, await asPerson(server, service, role)]);
  for (const scope of ['ingest', 'read', 'write'] as const) callers.push([scope, await byKey(server, service, scope)]);

  test('is in the table above', () => {
    const found = server
      .guardedRoutes()
      .filter(({ method, url: path, right }) => method !== 'HEAD' && !(right === 'open' && isFile(path)))
      .map(({ method, url: path, right }) => `${right}: ${method} ${path}`);
    const expected = Object.entries(ROUTES).flatMap(([right, list]) => list.map((route) => `${right}: ${route}`));
    expect(found.sort()).toEqual(expected.sort());
  });

  test('is described', async () => {
    const { paths } = (await server.inject({ url: '/openapi.json' })).json();
    const described = Object.keys(paths);
    const api = server
      .guardedRoutes()
      .filter(({ url: path }) => path.startsWith('/api/') && !path.includes('callback'));
    for (const { url: path } of api) expect(described).toContain(path.replace(/:(\w+)/g, '{$1}'));
  });

  const guarded = Object.entries(ROUTES).filter(([right]) => right !== 'open');
  test.each(guarded)('that needs %s takes those who have it and nobody else', async (right, list) => {
    for (const route of list) {
      const [method = '', path = ''] = route.split(' ');
      // Nothing has this number, so that nothing is changed on the way.
      // One answer never ends, so the head of it is waited for.
      const request = {
        method: method as 'GET',
        url: path.replace(/:\w+/g, '999999999'),
        payloadAsStream: true,
      } as const;
      const nobody = await server.inject(request);
      expect([route, 'nobody', nobody.statusCode]).toEqual([route, 'nobody', 401]);
      for (const [who, call] of callers) {
        const { statusCode } = await call(request);
        const may = MAY[who]?.includes(right) ?? false;
        expect([route, who, statusCode === 403 ? 'refused' : statusCode === 401 ? 'unknown' : 'taken']).toEqual([
          route,
          who,
          may ? 'taken' : 'refused',
        ]);
        expect([route, who, statusCode < 500]).toEqual([route, who, true]);
      }
    }
  });
});
