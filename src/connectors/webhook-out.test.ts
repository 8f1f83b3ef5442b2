import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { NOON } from '../../test/service.ts';
import { meaningOf, nextAttempt, SECRET_BYTES, secretOf, webhookBody, webhookRequest } from './webhook-out.ts';

test('a message is what the receivers of Standard Webhooks verify', () => {
  const secret = secretOf(new Uint8Array(SECRET_BYTES).fill(7));
  const body = webhookBody('contact.merged', NOON, { kept: '1', gone: '2' });
  // The verifier of the package asks the clock of the machine.
  const now = Date.now();
  const request = webhookRequest({ id: 'msg_1', url: 'https://example.com/hook', secret, body }, now);
  expect(new Webhook(secret).verify(request.body, { ...request.headers })).toEqual({
    type: 'contact.merged',
    timestamp: '2026-11-22T12:00:00.000Z',
    data: { kept: '1', gone: '2' },
  });
  expect(() => new Webhook(secret).verify(`${request.body} `, { ...request.headers })).toThrow('No matching signature');
});

test('only 2xx is success, and 410 is for ever', () => {
  expect([200, 204, 299].map(meaningOf)).toEqual(['delivered', 'delivered', 'delivered']);
  expect([199, 301, 302, 304, 307, 400, 404, 429, 500, 503].map(meaningOf)).toEqual(Array(10).fill('failed'));
  expect(meaningOf(410)).toBe('gone');
});

test('pauses grow from seconds to a day, with jitter, and end', () => {
  const seconds = (attempts: number, random: number) => {
    const at = nextAttempt(attempts, NOON, random);
    return at === null ? null : (at - NOON) / 1000;
  };
  const pauses = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
  expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((attempts) => seconds(attempts, 0))).toEqual([...pauses, null]);
  expect(seconds(2, 0.5)).toBe(330);
});
