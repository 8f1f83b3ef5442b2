/**
 * The one place that calls out. It decides how long a call may take, how much of an answer is read, and that nothing
 * inside one's own network can be reached by writing its address into a form: a name is resolved once, every address it
 * has must be a public one, and the connection goes to the very address that was looked at. It refuses to know whom it
 * calls and why, and it does not try again.
 */

import { lookup as resolve } from 'node:dns';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';
import { createTransport } from 'nodemailer';
import { ScorelineError } from '../core/errors.ts';

export interface OutRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What came back. A redirect is an answer like any other and is not followed. */
interface Answer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Its beginning; the rest is not read. */
  readonly body: string;
}

/** @throws Error where nobody answered in time, or the address may not be called; its message says which */
export type Send = (request: OutRequest) => Promise<Answer>;

export interface SendSettings {
  /** Whether addresses of one's own network, and HTTP without TLS, may be called. */
  readonly allowPrivate: boolean;
  /** Milliseconds from the first step to the last byte. */
  readonly timeout: number;
  /** Of names; the system's unless given. */
  readonly lookup?: LookupFunction;
}

/** Bytes of an answer's body that are read. */
const LONGEST_ANSWER = 10_000;

/** Addresses that are nobody's in public: RFC 6890 and what came after. */
const notPublic = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local; the data of a cloud machine are at 169.254.169.254.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  notPublic.addSubnet(net, bits, 'ipv4');
}
// Inside of 2000::/3, the only part of IPv6 that is public: protocols of their own, documentation, and 6to4, which can
// hold any address of IPv4.
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  notPublic.addSubnet(net, bits, 'ipv6');
}
const publicV6 = new BlockList();
publicV6.addSubnet('2000::', 3, 'ipv6');

/** Whether an address of IPv4 or IPv6 belongs to the public internet. An IPv4 address written as IPv6 does not. */
export function isPublic(address: string): boolean {
  if (!isIPv6(address)) return isIP(address) === 4 && !notPublic.check(address, 'ipv4');
  return publicV6.check(address, 'ipv6') && !notPublic.check(address, 'ipv6');
}

/**
 * An address that may be called, as far as its text tells.
 * @throws ScorelineError `request_invalid`
 */
export function checkUrl(url: string, { allowPrivate }: Pick<SendSettings, 'allowPrivate'>): URL {
  const refuse = (reason: string): never => {
    throw new ScorelineError('request_invalid', `${reason}: write https://, a public host and a path`);
  };
  const parsed = URL.parse(url) ?? refuse('it is no address');
  if (parsed.protocol !== 'https:' && !(allowPrivate && parsed.protocol === 'http:')) refuse('only https is called');
  if (parsed.username !== '' || parsed.password !== '') refuse('an address with a password in it is not called');
  const host = hostOf(parsed);
  if (!allowPrivate && isIP(host) !== 0 && !isPublic(host)) refuse(`${host} is not a public address`);
  return parsed;
}

/** The name, or the address without the brackets that IPv6 has in a URL. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

/** A way to call out under these settings. */
export function createSend(settings: SendSettings): Send {
  const find: LookupFunction = settings.lookup ?? resolve;
  const lookup: LookupFunction = (hostname, options, tell) => {
    find(hostname, { ...options, all: true }, (error, found) => {
      const addresses = typeof found === 'string' ? [{ address: found, family: isIP(found) }] : (found ?? []);
      const [first] = addresses;
      const inside = addresses.find(({ address }) => !isPublic(address));
      if (error !== null) tell(error, '', 0);
      else if (first === undefined) tell(new Error(`${hostname} has no address`), '', 0);
      else if (inside !== undefined && !settings.allowPrivate)
        tell(new Error(`${hostname} leads to ${inside.address}, which is not a public address`), '', 0);
      else if (options.all === true) tell(null, addresses);
      else tell(null, first.address, first.family);
    });
  };
  return async ({ method, url, headers, body }) => {
    const address = checkUrl(url, settings);
    const signal = AbortSignal.timeout(settings.timeout);
    const open = address.protocol === 'https:' ? secureRequest : plainRequest;
    try {
      return await new Promise<Answer>((answer, fail) => {
        // No agent: a connection kept from an earlier call would skip the check of its address.
        const call = open(address, { method, headers, signal, lookup, agent: false }, (response) => {
          const { statusCode: status = 0, headers } = response;
          beginningOf(response).then((body) => answer({ status, headers, body }), fail);
        });
        call.once('error', fail);
        call.end(body);
      });
    } catch (error) {
      if (signal.aborted) throw new Error(`no answer within ${settings.timeout / 1000} s`);
      throw error;
    }
  };
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response) {
    parts.push(part);
    size += part.length;
    if (size >= LONGEST_ANSWER) break;
  }
  return Buffer.concat(parts).subarray(0, LONGEST_ANSWER).toString();
}

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The same for programs that show HTML. */
  readonly html?: string;
  readonly attachments?: readonly { readonly filename: string; readonly content: Buffer }[];
}

/** @throws Error where the mail server did not take it; its message holds no address of a person and no password */
export type SendMail = (mail: Mail) => Promise<void>;

/** A way to send e-mail by a server that the owner of this service named: it may stand in their own network. */
export function createSendMail(url: string, from: string, timeout: number): SendMail {
  const times = { connectionTimeout: timeout, greetingTimeout: timeout, socketTimeout: timeout };
  const transport = createTransport({ url, ...times }, { from });
  return async ({ attachments = [], ...mail }) => {
    await transport.sendMail({ ...mail, attachments: [...attachments] }).catch((error: unknown) => {
      const code = error instanceof Error && 'code' in error ? error.code : 'unknown';
      throw new Error(`the mail server did not take it (${code})`);
    });
  };
}
