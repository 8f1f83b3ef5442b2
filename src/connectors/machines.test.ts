import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Facts } from '../core/ingest.ts';
import { judged, suspicions } from './machines.ts';

const event = (name: string, properties: Facts = {}, email: string | null = 'ann@acme.io') =>
  ({
    kind: 'event',
    who: { userId: null, anonymousId: null, email },
    id: 'e',
    name,
    at: 0,
    properties,
    machine: null,
  }) as const;
const nobody = { userAgent: null };
const BOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

test.each([
  ['a bot reads a page', event('page_viewed'), { userAgent: BOT }, 'user agent of a bot'],
  ['a bot clicks', event('email_clicked'), { userAgent: BOT }, 'user agent of a bot'],
  ['what opens looks like bots and is none', event('email_opened'), { userAgent: 'Mozilla/5.0' }, null],
  ['a person reads', event('page_viewed'), { userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0' }, null],
  ['nothing is known', event('page_viewed'), nobody, null],
  ['the provider says so', event('email_opened'), { userAgent: null, flagged: 'apple' }, 'apple'],
  ['HEAD', event('email_clicked'), { userAgent: null, method: 'head' }, 'fetched with HEAD'],
  ['the hidden field', event('form_submitted', { honeypot: true }), nobody, 'honeypot'],
  ['the hidden field left alone', event('form_submitted', { honeypot: '' }), nobody, null],
  ['thrown away', event('form_submitted', {}, 'x@mailinator.com'), nobody, 'disposable mail address'],
])('%s', (_, heard, signs, reason) => {
  const { machine, properties } = judged(heard, signs);
  expect(machine).toBe(reason);
  const always = heard.name === 'email_opened' || heard.name === 'email_clicked';
  expect(properties.machine).toBe(always ? reason !== null : undefined);
});

interface Mail {
  readonly id: string;
  readonly name: string;
  readonly at: number;
  readonly properties: Facts;
  readonly machine: string | null;
}
const mail = (id: string, name: string, seconds: number, properties: Facts = {}): Mail => ({
  id,
  name,
  at: seconds * 1_000,
  properties: { message: 'm', ...properties },
  machine: null,
});
const reasons = (...events: Mail[]) => Object.fromEntries(suspicions.of(events));

test('a trap voids opens and clicks of its message half a minute around it', () => {
  expect(
    reasons(
      mail('before', 'email_opened', -31),
      mail('open', 'email_opened', -30),
      mail('trap', 'email_clicked', 0, { honeypot: true }),
      mail('click', 'email_clicked', 30, { url: '/a' }),
      mail('after', 'email_clicked', 31, { url: '/b' }),
      mail('other', 'email_clicked', 1, { message: 'n' }),
    ),
  ).toEqual({ open: 'honeypot', trap: 'honeypot', click: 'honeypot' });
});

test('three links in ten seconds, not three clicks of one, nor of three messages', () => {
  const three = '3 links of a message within 10 s';
  const at = (id: string, s: number, url: string, message = 'm') => mail(id, 'email_clicked', s, { url, message });
  expect(reasons(at('1', 0, '/a'), at('2', 5, '/b'), at('3', 10, '/c'), at('4', 16, '/a'))).toEqual({
    1: three,
    2: three,
    3: three,
  });
  expect(reasons(at('1', 0, '/a'), at('2', 5, '/b'), at('3', 10.001, '/c'))).toEqual({});
  expect(reasons(at('1', 0, '/a'), at('2', 1, '/a'), at('3', 2, '/b'))).toEqual({});
  expect(reasons(at('1', 0, '/a', 'x'), at('2', 1, '/b', 'y'), at('3', 2, '/c', 'z'))).toEqual({});
});

test('a click within five seconds of delivery; an open so soon is no proof', () => {
  expect(
    reasons(
      mail('d', 'email_delivered', 0),
      mail('open', 'email_opened', 1),
      mail('quick', 'email_clicked', 5),
      mail('slow', 'email_clicked', 5.001),
    ),
  ).toEqual({ quick: 'clicked within 5 s of delivery' });
});

test('one at a time in any order ends as all at once', () => {
  const any = fc.record({
    name: fc.constantFrom('email_delivered', 'email_opened', 'email_clicked'),
    seconds: fc.integer({ min: 0, max: 40 }),
    url: fc.constantFrom('/a', '/b', '/c', '/d'),
    message: fc.constantFrom('m', 'n'),
    honeypot: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  });
  const flagged = (events: readonly Mail[]) => {
    const found = suspicions.of(events);
    return events.map((one) => ({ ...one, machine: found.get(one.id) ?? one.machine }));
  };
  fc.assert(
    fc.property(
      fc
        .array(any, { maxLength: 12 })
        .map((list) => list.map(({ name, seconds, ...rest }, i) => mail(`${i}`, name, seconds, rest)))
        .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      ([list, shuffled]) => {
        let stored: Mail[] = [];
        for (const one of shuffled) stored = flagged([...stored, one]);
        expect(stored.sort((a, b) => Number(a.id) - Number(b.id))).toEqual(flagged(list));
        expect(suspicions.of(stored).size).toBe(0);
      },
    ),
    { seed: 5, numRuns: 300 },
  );
});
