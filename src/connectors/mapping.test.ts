import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { NOON } from '../../test/service.ts';
import { mapped, readMapping } from './mapping.ts';

const PASSWORD = 'a long password';
const proof = { scheme: 'header', header: 'X-Secret', value: PASSWORD };
const example = (name: string) => readFileSync(new URL(`../../docs/mappings/${name}.yaml`, import.meta.url), 'utf8');
const post = (body: unknown, headers: Record<string, string> = { 'x-secret': PASSWORD }) => ({
  headers,
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  now: NOON,
});
const hear = (mapping: unknown, body: unknown) => mapped.hear({ mapping, proof }, post(body));

describe('the examples', () => {
  test('social.yaml: likes, shares, comments, follows', () => {
    const activity = (verb: string) => ({
      verb,
      activity_id: 7,
      published: '2026-11-22T10:00:00.123456Z',
      actor: { member_id: 'm1', name: 'Ada' },
      object: { id: 'post-9' },
    });
    const activities = ['like', 'share', 'comment', 'follow', 'view'].map(activity);
    const { messages, refusals } = hear(example('social'), { network: 'linkedin', activities });
    expect(refusals).toEqual([]);
    const events = messages.filter(({ kind }) => kind === 'event');
    expect(events.map((event) => event.kind === 'event' && event.name)).toEqual([
      'social_liked',
      'social_shared',
      'social_commented',
      'social_followed',
    ]);
    expect(messages[0]).toEqual({
      kind: 'event',
      who: { userId: 'm1', email: null, anonymousId: null },
      id: 'like:7',
      name: 'social_liked',
      at: Date.UTC(2026, 10, 22, 10, 0, 0, 123),
      properties: { network: 'linkedin', post: 'post-9' },
      machine: null,
    });
    expect(messages[1]).toMatchObject({ kind: 'traits', traits: { name: 'Ada' } });
  });

  test('webinar.yaml: who registered and who came', () => {
    const body = (event: string) => ({
      event,
      event_ts: NOON - 1000,
      payload: {
        object: { id: 123, topic: 'Lead scoring', participant: { email: 'Ada@Example.com', user_name: 'Ada' } },
      },
    });
    expect(hear(example('webinar'), body('webinar.participant_joined')).messages).toMatchObject([
      {
        name: 'webinar_attended',
        id: 'webinar.participant_joined:123:Ada@Example.com',
        at: NOON - 1000,
        who: { email: 'ada@example.com' },
        properties: { webinar: 'Lead scoring' },
      },
      { kind: 'traits', traits: { name: 'Ada' } },
    ]);
    expect(hear(example('webinar'), body('webinar.ended'))).toEqual({ messages: [], refusals: [] });
  });

  test('calls.yaml: answered calls alone', () => {
    const call = (status: string) => ({
      data: {
        status,
        call_id: 'c1',
        ended_at: NOON / 1000 - 5,
        duration: 61,
        agent: { name: 'Bo' },
        contact: { crm_id: 5 },
      },
    });
    expect(hear(example('calls'), call('answered')).messages).toEqual([
      {
        kind: 'event',
        who: { userId: '5', email: null, anonymousId: null },
        id: 'c1',
        name: 'call_answered',
        at: NOON - 5000,
        properties: { seconds: 61, agent: 'Bo' },
        machine: null,
      },
    ]);
    expect(hear(example('calls'), call('missed'))).toEqual({ messages: [], refusals: [] });
  });
});

describe('items', () => {
  const mapping = { mapping: 'm', person: { userId: 'user' }, event: 'name', id: 'id', time: 'at' };
  const good = { user: 'u', name: 'asked', id: 1, at: '2026-11-22T10:00:00Z' };
  const reasons = (body: unknown) => hear(mapping, body).refusals.map(({ reason }) => reason);

  test('one bad item costs none of the others', () => {
    const body = [
      good,
      { ...good, user: '' },
      { ...good, id: null },
      { ...good, at: 'soon' },
      { ...good, name: {} },
      7,
      null,
    ];
    expect(hear(mapping, body).messages).toHaveLength(1);
    expect(reasons(body)).toEqual([
      'it names nobody',
      'it has no id of at most 200 characters',
      'its time cannot be read',
      'it has no name of an event',
      'it has no name of an event',
      'it has no name of an event',
    ]);
  });

  test('what is later than its arrival is its arrival; without a time in the mapping, that is its time', () => {
    expect(hear(mapping, { ...good, at: '2027-01-01' }).messages).toMatchObject([{ at: NOON }]);
    const { time: _, ...timeless } = mapping;
    expect(hear(timeless, good).messages).toMatchObject([{ at: NOON }]);
  });

  test('no list, no items; and paths find only what the item itself has', () => {
    expect(hear({ ...mapping, items: 'list' }, {})).toEqual({ messages: [], refusals: [] });
    expect(reasons({ ...good, name: undefined })).toEqual(['it has no name of an event']);
    const inherited = { ...mapping, event: 'constructor.name' };
    expect(hear(inherited, good).refusals).toMatchObject([{ reason: 'it has no name of an event' }]);
    const names = { ...mapping, event: { path: 'name', names: { like: 'liked' } } };
    expect(hear(names, { ...good, name: 'toString' })).toEqual({ messages: [], refusals: [] });
    expect(hear(names, { ...good, name: undefined }).refusals).toMatchObject([{ reason: 'nothing is at name' }]);
  });

  test('keys of the prototype in a body are plain data', () => {
    const facts = { ...mapping, properties: { proto: '__proto__.x' } };
    const body = `{"user":"u","name":"asked","id":1,"at":"2026-11-22","__proto__":{"x":"y"}}`;
    expect(hear(facts, body).messages).toMatchObject([{ properties: { proto: 'y' } }]);
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  });
});

describe('a mapping document that cannot be used', () => {
  const mapping = { mapping: 'm', person: { userId: 'user' }, event: 'name', id: 'id' };
  test.each<[string, unknown, string]>([
    ['an unknown key', { ...mapping, evnt: 'x' }, 'evnt'],
    ['nobody', { ...mapping, person: {} }, 'person: name at least one id'],
    ['a misspelt id', { ...mapping, person: { emial: 'x' } }, 'emial'],
    ['a path with a gap', { ...mapping, items: 'a..b' }, 'items: a path is names with dots between them'],
    ['a constant that is a list', { ...mapping, event: { constant: [] } }, 'event: write a path such as'],
    ['a unit that is none', { ...mapping, time: { path: 'x', unit: 'hours' } }, 'time'],
    ['YAML with a key twice', 'mapping: a\nmapping: b\n', 'not YAML'],
    ['YAML that is broken', 'mapping: [', 'not YAML'],
    ['nothing', '', 'the document: '],
  ])('%s is named', (_, document, sentence) => {
    expect(() => readMapping(document)).toThrow(sentence);
    expect(() => hear(document, {})).toThrow(sentence);
  });
});

describe('proof', () => {
  const mapping = { mapping: 'm', person: { userId: 'user' }, event: 'name', id: 'id' };
  const body = '{"user":"u","name":"asked","id":1}';
  const unproven = expect.objectContaining({ code: 'unauthenticated' });
  const seconds = NOON / 1000;
  const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
  const accepts = (settings: object, headers: Record<string, string>) =>
    expect(mapped.hear({ mapping, proof: settings }, post(body, headers)).messages).toHaveLength(1);
  const refuses = (settings: object, headers: Record<string, string>, sent = body) =>
    expect(() => mapped.hear({ mapping, proof: settings }, post(sent, headers))).toThrow(unproven);

  test('Standard Webhooks, under its own names and those of Svix, one signature of several', () => {
    const settings = { scheme: 'standard-webhooks', secret };
    const signed = (at: number, prefix = 'webhook') => ({
      [`${prefix}-id`]: 'msg_1',
      [`${prefix}-timestamp`]: String(at),
      [`${prefix}-signature`]: `v1,AAAA ${new Webhook(secret).sign('msg_1', new Date(at * 1000), body)}`,
    });
    accepts(settings, signed(seconds));
    accepts(settings, signed(seconds - 300, 'svix'));
    refuses(settings, signed(seconds - 301));
    refuses(settings, signed(seconds + 301));
    refuses(settings, signed(seconds), `${body} `);
    refuses(settings, { ...signed(seconds), 'webhook-id': 'msg_2' });
    refuses(settings, {});
  });

  test('HMAC-SHA256 in hex with a prefix, in base64, and with a signed time', () => {
    const hmac = (text: string, encoding: 'hex' | 'base64') =>
      createHmac('sha256', PASSWORD).update(text).digest(encoding);
    const hex = { scheme: 'hmac-sha256', secret: PASSWORD, header: 'X-Signature', encoding: 'hex', prefix: 'sha256=' };
    accepts(hex, { 'x-signature': `sha256=${hmac(body, 'hex')}` });
    refuses(hex, { 'x-signature': hmac(body, 'hex') });
    refuses(hex, { 'x-signature': '' });
    accepts({ ...hex, encoding: 'base64', prefix: '' }, { 'x-signature': hmac(body, 'base64') });
    const timed = { ...hex, prefix: 'v0=', signed: 'v0:{timestamp}:{body}', timestamp: 'X-Time' };
    const at = (when: number) => ({
      'x-time': String(when),
      'x-signature': `v0=${hmac(`v0:${when}:${body}`, 'hex')}`,
    });
    accepts(timed, at(seconds));
    refuses(timed, at(seconds - 301));
    refuses(timed, { ...at(seconds), 'x-time': String(seconds - 1) });
  });

  test('Basic, or a header', () => {
    const basic = { scheme: 'basic', user: 'me', password: PASSWORD };
    const authorization = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
    accepts(basic, authorization(`me:${PASSWORD}`));
    refuses(basic, authorization('me:wrong'));
    refuses(basic, { authorization: 'Bearer x' });
    accepts(proof, { 'x-secret': PASSWORD });
    refuses(proof, { 'x-secret': `${PASSWORD}x` });
    refuses(proof, {});
  });
});
