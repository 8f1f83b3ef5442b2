import { expect, test } from 'vitest';
import { NOON } from '../../test/service.ts';
import { postmark } from './postmark.ts';

const settings = { user: 'postmark', password: 'a long password' };
const authorization = `Basic ${Buffer.from('postmark:a long password').toString('base64')}`;
const request = (record: unknown) => ({
  headers: { authorization },
  body: Buffer.from(JSON.stringify(record)),
  now: NOON,
});
const hear = (record: unknown) => postmark.hear(settings, request(record));

const open = {
  RecordType: 'Open',
  MessageID: '883953f4-6105-42a2-a16a-77a8eac79483',
  Recipient: 'Ada@Example.com',
  ReceivedAt: '2026-11-22T06:59:00.2735393-05:00',
  Tag: 'welcome',
  UserAgent: 'Mozilla/5.0',
};
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const bounce = {
  RecordType: 'Bounce',
  MessageID: open.MessageID,
  Email: 'ada@example.com',
  ID: 42,
  Type: 'HardBounce',
  BouncedAt: '2026-11-22T11:00:00Z',
  Description: 'The server was unable to deliver your message',
};
const change = {
  RecordType: 'SubscriptionChange',
  MessageID: open.MessageID,
  Recipient: 'ada@example.com',
  ChangedAt: '2026-11-22T11:00:00Z',
  SuppressSending: true,
  SuppressionReason: 'ManualSuppression',
  Origin: 'Recipient',
};

test('an open has its time in UTC, and the same key when it comes again', () => {
  const [message] = hear(open).messages;
  expect(message).toEqual({
    kind: 'event',
    who: { userId: null, anonymousId: null, email: 'ada@example.com' },
    id: expect.stringMatching(/^Open:883953f4-6105-42a2-a16a-77a8eac79483:[\w-]{43}$/),
    name: 'email_opened',
    at: Date.UTC(2026, 10, 22, 11, 59, 0, 273),
    properties: { message: open.MessageID, tags: ['welcome'], machine: false },
    machine: null,
  });
  expect(hear(open).messages).toEqual([message]);
  const later = hear({ ...open, ReceivedAt: '2026-11-22T11:59:30Z' }).messages[0];
  expect(later).not.toMatchObject({ id: message?.kind === 'event' ? message.id : '' });
});

test.each([
  [{ ...open, RecordType: 'Delivery', ReceivedAt: undefined, DeliveredAt: '2026-11-22T11:00:00Z' }, 'email_delivered'],
  [{ ...open, RecordType: 'Click', OriginalLink: 'https://example.com', UserAgent: FIREFOX }, 'email_clicked'],
  [bounce, 'email_bounced'],
  [{ ...bounce, Type: 'BadEmailAddress' }, 'email_bounced'],
  [{ ...bounce, Type: 'SoftBounce' }, null],
  [{ ...bounce, Type: 'Transient' }, null],
  [{ ...bounce, RecordType: 'SpamComplaint', Type: 'SpamComplaint' }, 'email_complained'],
  [change, 'email_unsubscribed'],
  [{ ...change, SuppressionReason: 'HardBounce' }, null],
  [{ ...change, SuppressionReason: 'SpamComplaint' }, null],
  [{ ...change, Origin: 'Admin' }, null],
  [{ ...change, SuppressSending: false, SuppressionReason: null }, null],
  [{ ...open, RecordType: 'Inbound' }, null],
])('%j is %s', (record, name) => {
  const { messages, refusals } = hear(record);
  expect(messages).toMatchObject(name === null ? [] : [{ name, properties: { machine: false } }]);
  expect(refusals).toEqual([]);
});

test('a bounce is known by its number; clicks of two links are two', () => {
  expect(hear(bounce).messages).toMatchObject([{ id: `Bounce:42:${bounce.MessageID}` }]);
  const click = (link: string) => hear({ ...open, RecordType: 'Click', OriginalLink: link }).messages[0];
  const ids = ['https://example.com/a', 'https://example.com/b'].map((link) => {
    const message = click(link);
    return message?.kind === 'event' ? message.id : '';
  });
  expect(new Set(ids).size).toBe(2);
});

test('a record without person or time is refused; without the password nothing is read', () => {
  expect(hear({ ...open, Recipient: undefined }).refusals).toMatchObject([{ reason: 'it names no e-mail address' }]);
  expect(hear({ ...open, ReceivedAt: 'yesterday' }).refusals).toMatchObject([{ reason: 'its time cannot be read' }]);
  const unproven = expect.objectContaining({ code: 'unauthenticated' });
  const wrong = `Basic ${Buffer.from('postmark:wrong').toString('base64')}`;
  expect(() => postmark.hear(settings, { ...request(open), headers: {} })).toThrow(unproven);
  expect(() => postmark.hear(settings, { ...request(open), headers: { authorization: wrong } })).toThrow(unproven);
  const own = { header: 'X-Secret', value: 'a long secret' };
  expect(() => postmark.hear(own, request(open))).toThrow(unproven);
  expect(postmark.hear(own, { ...request(open), headers: { 'x-secret': 'a long secret' } }).messages).toHaveLength(1);
});
