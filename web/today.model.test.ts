import { expect, test } from 'vitest';
import { deedOf, dialled, nextPlace, reachOf } from './today.model.ts';

test('a lead is reached by its address and the first number that is one', () => {
  expect(reachOf({ email: 'ana@firm.example', traits: { phone: 'no', mobile: ' +40 (21) 555-01 23 ' } })).toEqual({
    mail: 'ana@firm.example',
    phone: '+40 (21) 555-01 23',
  });
  expect(reachOf({ email: null, traits: { phone: 12345 } })).toEqual({ mail: null, phone: null });
  expect(dialled('+40 (21) 555-01 23')).toBe('tel:+40215550123');
  expect(dialled('021 555+12')).toBe('tel:02155512');
});

test('a deed says the name of the event and what says most of it', () => {
  const event = { id: 'e', at: '2026-11-22T12:00:00Z' };
  expect(deedOf({ ...event, name: 'page_viewed', properties: { seconds: 3, path: '/pricing' } })).toBe(
    'page viewed: /pricing',
  );
  expect(deedOf({ ...event, name: 'asked', properties: { path: '' } })).toBe('asked');
});

test('keys stop at both ends', () => {
  expect(nextPlace(-1, -1, 3)).toBe(0);
  expect(nextPlace(2, 1, 3)).toBe(2);
  expect(nextPlace(0, -1, 3)).toBe(0);
  expect(nextPlace(1, 1, 3)).toBe(2);
});
