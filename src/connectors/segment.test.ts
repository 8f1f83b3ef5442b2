// What the fields of the wire mean. Real clients, limits and keys are tried in routes/ingest.test.ts.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ScorelineError } from '../core/errors.ts';
import { heard, type Route, readBody, routes } from './segment.ts';

const NOON = Date.UTC(2026, 10, 22, 12);
const read = (route: Route, body: unknown) =>
  heard(route, readBody(Buffer.from(JSON.stringify(body))), { receivedAt: NOON, userAgent: null });
const one = (route: Route, body: object) => read(route, { messageId: 'm', userId: 'u', ...body }).messages[0];

test.each([
  ['Form Submitted', 'form_submitted'],
  ['formSubmitted', 'form_submitted'],
  ['  form-submitted!  ', 'form_submitted'],
  ['HTTPRequest', 'http_request'],
  ['Înscriere la Curs 2', 'înscriere_la_curs_2'],
  ['page2Viewed', 'page2_viewed'],
])('%j is called %s', (event, name) => {
  expect(one('track', { event })).toMatchObject({ kind: 'event', name });
});

test('when it happened', () => {
  const at = (fields: object) => one('track', { event: 'x', ...fields })?.at;
  const iso = (ms: number) => new Date(NOON + ms).toISOString();
  expect(at({})).toBe(NOON);
  expect(at({ timestamp: iso(-500) })).toBe(NOON - 500);
  expect(at({ timestamp: iso(500) })).toBe(NOON);
  expect(at({ timestamp: iso(9_000), sentAt: iso(9_500) })).toBe(NOON - 500);
  expect(at({ originalTimestamp: iso(-700), timestamp: iso(-500), sentAt: iso(0) })).toBe(NOON - 700);
  expect(at({ timestamp: '2026-11-22T11:59:59.123456Z' })).toBe(NOON - 877);
  expect(at({ timestamp: NOON - 5 })).toBe(NOON - 5);
  expect(at({ timestamp: '2026-02-30T00:00:00.000Z' })).toBe(NOON);
  expect(at({ timestamp: 'yesterday', sentAt: {} })).toBe(NOON);
  expect(at({ timestamp: '2019-02-28T23:59:59.999Z' })).toBe(Date.UTC(2019, 1, 28, 23, 59, 59, 999));
});

test('own properties come before what the context says', () => {
  const context = {
    campaign: { name: 'spring', source: 'news', id: 7 },
    page: { path: '/a', title: 'A', search: '?msclkid=M' },
  };
  expect(one('page', { name: 'A', properties: { path: '/own', utm_source: 'own' }, context })).toMatchObject({
    properties: {
      path: '/own',
      title: 'A',
      search: '?msclkid=M',
      name: 'A',
      utm_campaign: 'spring',
      utm_source: 'own',
      utm_id: 7,
      msclkid: 'M',
    },
  });
});

test('traits of RudderStack and Segment are the same', () => {
  const traits = { email: ' Ann@Acme.io ', title: 'CTO' };
  const expected = { kind: 'traits', who: { userId: 'u', anonymousId: null, email: 'ann@acme.io' } };
  expect(one('identify', { traits })).toMatchObject(expected);
  expect(one('i', { context: { traits } })).toMatchObject(expected);
});

test('whatever JSON comes, each message is used or refused', () => {
  const field = fc.constantFrom(
    ...[
      'type',
      'messageId',
      'userId',
      'anonymousId',
      'event',
      'properties',
      'traits',
      'context',
      'timestamp',
      'sentAt',
    ],
    ...['groupId', 'previousId', '__proto__', 'constructor'],
  );
  const type = fc.constantFrom('identify', 'track', 'page', 'screen', 'group', 'alias');
  const value = fc.oneof(fc.jsonValue({ maxDepth: 4 }), type, fc.string({ unit: 'binary' }), fc.constant('\0\ud800'));
  const message = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.dictionary(field, value));
  fc.assert(
    fc.property(fc.constantFrom(...(Object.keys(routes) as Route[])), fc.array(message), (route, batch) => {
      const isBatch = routes[route] === null;
      const body = isBatch ? { batch } : batch[0];
      try {
        const { messages, refusals } = read(route, body ?? null);
        expect(messages.length + refusals.length).toBe(isBatch ? batch.length : 1);
        for (const { at } of messages) expect(Number.isSafeInteger(at) && at <= NOON).toBe(true);
        expect(JSON.stringify(messages).isWellFormed()).toBe(true);
        expect(JSON.stringify(messages)).not.toContain('\\u0000');
      } catch (error) {
        expect(error).toBeInstanceOf(ScorelineError);
      }
    }),
    { seed: 3, numRuns: 500 },
  );
});
