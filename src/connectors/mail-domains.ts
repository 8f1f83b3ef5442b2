/**
 * Whose a mail domain is: a company's, or one where anybody can have an address. It decides the order of the checks;
 * it refuses to know contacts.
 */

import { domainToASCII } from 'node:url';
import { disposableEmailBlocklistSet } from 'disposable-email-domains-js';
import freeMail from 'email-providers/all.json' with { type: 'json' };
import { getDomain, getPublicSuffix } from 'tldts';

type MailKind =
  /** No address, or not one that mail can reach. */
  | 'invalid'
  /** Set aside for examples and tests, or without a registered domain. */
  | 'reserved'
  /** Thrown away after use. */
  | 'disposable'
  /** Hides the address behind it. */
  | 'relay'
  /** Anybody can have one. */
  | 'free'
  | 'company';

export interface MailDomain {
  readonly kind: MailKind;
  /** The domain that somebody registered, in ASCII; null for one that is invalid or reserved. */
  readonly domain: string | null;
}

/** RFC 2606, RFC 6761 and RFC 8375; the last three are what machines call themselves at home. */
const RESERVED_ENDS = ['test', 'example', 'invalid', 'localhost', 'onion', 'arpa', 'local', 'internal', 'lan'];
const RESERVED = new Set(['example.com', 'example.net', 'example.org']);
const RELAYS = new Set([
  'privaterelay.appleid.com',
  'icloud-relay.com',
  'mozmail.com',
  'duck.com',
  'simplelogin.com',
  'simplelogin.co',
  'anonaddy.com',
  'anonaddy.me',
  'addy.io',
  'passmail.net',
  'passinbox.com',
]);
/** Known providers that the package does not list. */
const MORE_FREE = ['fastmail.com', 'fastmail.fm', 'tutanota.com', 'tutanota.de', 'tuta.io', 'tuta.com', 'hey.com'];
const FREE = new Set([...freeMail, ...MORE_FREE]);
const DISPOSABLE = disposableEmailBlocklistSet();

const SUFFIXES = { allowPrivateDomains: true };
const LABELS = /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const NONE: MailDomain = { kind: 'invalid', domain: null };

/**
 * Judges the domain of an e-mail address.
 * @param address in any case; everything after the last `@` counts
 */
export function mailDomain(address: string): MailDomain {
  const at = address.lastIndexOf('@');
  if (at < 1) return NONE;
  const host = domainToASCII(
    address
      .slice(at + 1)
      .trim()
      .toLowerCase(),
  ).replace(/\.$/, '');
  const known = judged.get(host);
  if (known !== undefined) return known;
  const result = judge(host);
  if (judged.size === JUDGED_KEPT) judged.clear();
  judged.set(host, result);
  return result;
}

/** Few domains make up most of the addresses. */
const judged = new Map<string, MailDomain>();
const JUDGED_KEPT = 10_000;

function judge(host: string): MailDomain {
  if (!LABELS.test(host)) return NONE;
  if (RESERVED_ENDS.some((end) => host.endsWith(`.${end}`))) return { kind: 'reserved', domain: null };
  const registered = getDomain(host, SUFFIXES);
  // A public suffix such as `co.uk` or `github.io` is nobody's; an unknown top-level domain reaches nobody.
  if (registered === null || getPublicSuffix(host, SUFFIXES) === host) return { kind: 'reserved', domain: null };
  if (RESERVED.has(registered)) return { kind: 'reserved', domain: null };
  const among = (list: ReadonlySet<string>): boolean => list.has(host) || list.has(registered);
  const kind = among(DISPOSABLE) ? 'disposable' : among(RELAYS) ? 'relay' : among(FREE) ? 'free' : 'company';
  return { kind, domain: registered };
}

/** The domain by which an address leads to a company; null where it leads to none. */
export function companyDomainOf(address: string): string | null {
  const { kind, domain } = mailDomain(address);
  return kind === 'company' ? domain : null;
}
