import { expect, test } from 'vitest';
import { companyDomainOf, mailDomain } from './mail-domains.ts';

test.each([
  ['ann@acme.io', 'company', 'acme.io'],
  ['Ann@Mail.ACME.co.uk', 'company', 'acme.co.uk'],
  ['ann@bücher.de', 'company', 'xn--bcher-kva.de'],
  ['ann@shop.github.io', 'company', 'shop.github.io'],
  ['a@b@acme.io.', 'company', 'acme.io'],
  ['ann@github.io', 'reserved', null],
  ['ann@co.uk', 'reserved', null],
  ['ann@example.com', 'reserved', null],
  ['ann@mail.example.org', 'reserved', null],
  ['ann@host.test', 'reserved', null],
  ['ann@10minutemail.com', 'disposable', '10minutemail.com'],
  ['ann@mailinator.com', 'disposable', 'mailinator.com'],
  ['x1@privaterelay.appleid.com', 'relay', 'appleid.com'],
  ['x1@mozmail.com', 'relay', 'mozmail.com'],
  ['ann@gmail.com', 'free', 'gmail.com'],
  ['ann@fastmail.com', 'free', 'fastmail.com'],
  ['ann', 'invalid', null],
  ['@acme.io', 'invalid', null],
  ['ann@', 'invalid', null],
  ['ann@localhost', 'invalid', null],
  ['ann@10.0.0.1', 'reserved', null],
  ['ann@a b.io', 'invalid', null],
])('%s is %s', (address, kind, domain) => {
  expect(mailDomain(address)).toEqual({ kind, domain });
  expect(companyDomainOf(address)).toBe(kind === 'company' ? domain : null);
});
