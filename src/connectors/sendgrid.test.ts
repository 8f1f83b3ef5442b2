import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { NOON } from '../../test/service.ts';
import { sendgrid } from './sendgrid.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const settings = { verificationKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') };
const SECOND = NOON / 1000 - 60;

/** As SendGrid signs it: the time and the bytes, in DER. */
function signed(body: Buffer, timestamp = String(SECOND), key = privateKey) {
  const signature = sign('sha256', Buffer.concat([Buffer.from(timestamp), body]), key).toString('base64');
  const headers = {
    'x-twilio-email-event-webhook-signature': signature,
    'x-twilio-email-event-webhook-timestamp': timestamp,
  };
  return { headers, body, now: NOON };
}
const hear = (...events: unknown[]) => sendgrid.hear(settings, signed(Buffer.from(JSON.stringify(events))));

const click = {
  email: ' Ada@Example.COM ',
  timestamp: SECOND,
  'smtp-id': '<14c5d75ce93.dfd.64b469@ismtpd-555>',
  event: 'click',
  category: ['newsletter', 'autumn'],
  sg_event_id: 'kCAi1KttyQdEKHhdC-nuEA==',
  sg_message_id: '14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0',
  useragent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  ip: '255.255.255.255',
  url: 'https://example.com/pricing',
};

test('an event has the key, time, person and properties of the report', () => {
  expect(hear(click)).toEqual({
    messages: [
      {
        kind: 'event',
        who: { userId: null, anonymousId: null, email: 'ada@example.com' },
        id: 'kCAi1KttyQdEKHhdC-nuEA==',
        name: 'email_clicked',
        at: SECOND * 1000,
        properties: {
          message: '14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0',
          url: 'https://example.com/pricing',
          tags: ['newsletter', 'autumn'],
          machine: false,
        },
        machine: null,
      },
    ],
    refusals: [],
  });
});

test.each([
  ['delivered', {}, 'email_delivered'],
  ['open', {}, 'email_opened'],
  ['click', {}, 'email_clicked'],
  ['unsubscribe', {}, 'email_unsubscribed'],
  ['group_unsubscribe', {}, 'email_unsubscribed'],
  ['bounce', { type: 'bounce' }, 'email_bounced'],
  ['spamreport', {}, 'email_complained'],
  ['bounce', { type: 'blocked' }, null],
  ['deferred', {}, null],
  ['dropped', {}, null],
  ['processed', {}, null],
])('%s %j is %s', (event, more, name) => {
  const { messages, refusals } = hear({ ...click, event, ...more });
  expect(messages).toMatchObject(name === null ? [] : [{ name, properties: { machine: false } }]);
  expect(refusals).toEqual([]);
});

test('machines: the flag of the provider, the link that people do not see, the user agent of a click', () => {
  const { messages } = hear(
    { ...click, event: 'open', sg_machine_open: true },
    { ...click, event: 'open', sg_machine_open: false, useragent: 'Mozilla/5.0' },
    { ...click, url: 'https://scores.example.com/t/trap?x=1' },
    { ...click, useragent: 'curl/8.0' },
  );
  expect(messages).toMatchObject([
    { machine: 'SendGrid: machine open', properties: { machine: true } },
    { machine: null, properties: { machine: false } },
    { machine: 'honeypot', properties: { machine: true, honeypot: true } },
    { machine: 'user agent of a bot', properties: { machine: true } },
  ]);
});

test('one bad event costs none of the others, and a time after its arrival is its arrival', () => {
  const { messages, refusals } = hear(
    { ...click, timestamp: SECOND + 3_600 },
    { ...click, email: 'nobody' },
    { ...click, sg_event_id: undefined },
    { ...click, timestamp: 'soon' },
    'text',
    { ...click, sg_event_id: 'x'.repeat(201) },
  );
  expect(messages).toMatchObject([{ at: NOON }]);
  expect(refusals.map(({ reason }) => reason)).toEqual([
    'it names no e-mail address',
    'it has no id of at most 200 characters',
    expect.stringContaining('timestamp'),
    expect.stringContaining('it:'),
    'it has no id of at most 200 characters',
  ]);
});

describe('proof', () => {
  const body = Buffer.from(JSON.stringify([click]));
  const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
  const unproven = expect.objectContaining({ code: 'unauthenticated' });
  test.each([
    ['another key', signed(body, String(SECOND), other)],
    ['other bytes', { ...signed(body), body: Buffer.from(JSON.stringify([{ ...click, email: 'eve@example.com' }])) }],
    ['one byte more', { ...signed(body), body: Buffer.concat([body, Buffer.from('\n')]) }],
    [
      'another time',
      { ...signed(body), headers: { ...signed(body).headers, 'x-twilio-email-event-webhook-timestamp': '1' } },
    ],
    ['no signature', { headers: {}, body, now: NOON }],
    [
      'a signature that is none',
      { ...signed(body), headers: { ...signed(body).headers, 'x-twilio-email-event-webhook-signature': '%%%' } },
    ],
  ])('%s is refused', (_, request) => {
    expect(() => sendgrid.hear(settings, request)).toThrow(unproven);
  });

  test('signed bytes that are no list, and settings that are no key, are told', () => {
    expect(() => sendgrid.hear(settings, signed(Buffer.from('{')))).toThrow('not JSON');
    expect(() => sendgrid.hear(settings, signed(Buffer.from('{}')))).toThrow('a list of events');
    expect(() => sendgrid.hear({ verificationKey: 'AAAA' }, signed(body))).toThrow('not a verification key');
  });
});
