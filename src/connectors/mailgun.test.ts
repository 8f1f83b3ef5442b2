import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { NOON } from '../../test/service.ts';
import { mailgun } from './mailgun.ts';

const signingKey = 'key-of-the-account';
const SECOND = NOON / 1000 - 60;

function signed(event: unknown, key = signingKey) {
  const timestamp = String(SECOND);
  const token = 'a'.repeat(50);
  const signature = createHmac('sha256', key)
    .update(timestamp + token)
    .digest('hex');
  const body = Buffer.from(JSON.stringify({ signature: { timestamp, token, signature }, 'event-data': event }));
  return { headers: {}, body, now: NOON };
}
const hear = (event: unknown) => mailgun.hear({ signingKey }, signed(event));

const opened = {
  event: 'opened',
  id: 'Ase7i2zsRYeDXztHGENqRA',
  timestamp: SECOND + 0.2514,
  recipient: 'Ada@Example.com',
  tags: ['newsletter'],
  message: { headers: { 'message-id': '20130503182626.18666.16540@example.com' } },
  'client-info': { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0)', bot: '' },
};

test('an event has the key with its day, the time to the millisecond, the person', () => {
  expect(hear(opened)).toEqual({
    messages: [
      {
        kind: 'event',
        who: { userId: null, anonymousId: null, email: 'ada@example.com' },
        id: 'Ase7i2zsRYeDXztHGENqRA:2026-11-22',
        name: 'email_opened',
        at: SECOND * 1000 + 251,
        properties: { message: '20130503182626.18666.16540@example.com', tags: ['newsletter'], machine: false },
        machine: null,
      },
    ],
    refusals: [],
  });
});

test.each([
  ['delivered', {}, 'email_delivered'],
  ['clicked', { url: 'https://example.com' }, 'email_clicked'],
  ['unsubscribed', {}, 'email_unsubscribed'],
  ['failed', { severity: 'permanent' }, 'email_bounced'],
  ['complained', {}, 'email_complained'],
  ['failed', { severity: 'temporary' }, null],
  ['accepted', {}, null],
  ['rejected', {}, null],
])('%s %j is %s', (event, more, name) => {
  expect(hear({ ...opened, event, ...more }).messages).toMatchObject(
    name === null ? [] : [{ name, properties: { machine: false } }],
  );
});

test.each([
  ['apple', 'Mailgun: bot apple', true],
  ['generic', 'Mailgun: bot generic', true],
  ['gmail', null, false],
])('an open by the bot %s', (bot, machine, flag) => {
  const [message] = hear({ ...opened, 'client-info': { bot } }).messages;
  expect(message).toMatchObject({ machine, properties: { bot, machine: flag } });
});

test('a bad event is refused, a bad signature is unproven, and a body of another form is told', () => {
  expect(hear({ ...opened, recipient: null }).refusals).toMatchObject([{ reason: 'it names no e-mail address' }]);
  expect(hear({ ...opened, id: '' }).refusals).toMatchObject([{ reason: expect.stringContaining('id') }]);
  expect(hear(null).refusals).toHaveLength(1);
  const unproven = expect.objectContaining({ code: 'unauthenticated' });
  expect(() => mailgun.hear({ signingKey }, signed(opened, 'another key'))).toThrow(unproven);
  const body = Buffer.from(JSON.stringify({ 'event-data': opened }));
  expect(() => mailgun.hear({ signingKey }, { headers: {}, body, now: NOON })).toThrow('{signature, event-data}');
});
