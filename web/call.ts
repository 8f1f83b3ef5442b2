/**
 * Calls to the service. It decides how a refusal reaches a page (as an error with its code, its sentence and what to do)
 * and that a lost session leads to the sign-in; it refuses to know any address.
 */

/** What the service answered instead of what was asked for. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly next: string;

  constructor(status: number, code: string, message: string, next: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.next = next;
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * @param path from `/api` on; undefined values of `query` are left out
 * @throws Refused with code `offline` where nobody answered
 */
export async function call<T>(
  method: Method,
  path: string,
  {
    query = {},
    body,
    signal = null,
  }: { query?: Record<string, string | number | undefined>; body?: unknown; signal?: AbortSignal | null } = {},
): Promise<T> {
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
  return ask<T>(search.size === 0 ? path : `${path}?${search}`, {
    method,
    signal,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
}

/** Sends a file as it is. @throws Refused as `call` does */
export function sendFile<T>(path: string, file: Blob, query: Readonly<Record<string, string | undefined>>): Promise<T> {
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const headers = { 'content-type': 'application/octet-stream' };
  return ask<T>(`${path}?${search}`, { method: 'POST', body: file, headers });
}

async function ask<T>(address: string, request: RequestInit): Promise<T> {
  const answer = await fetch(address, request).catch((error) => {
    if (request.signal?.aborted) throw error;
    throw new Refused(0, 'offline', '', '');
  });
  const text = await answer.text();
  const read = text === '' ? null : JSON.parse(text);
  if (answer.ok) return read;
  throw new Refused(answer.status, read?.code ?? 'internal', read?.message ?? answer.statusText, read?.next ?? '');
}

/**
 * A file that the service writes for what is posted.
 * @throws Refused as `call` does
 */
export async function callForFile(
  path: string,
  { query = {}, body }: { query?: Record<string, string>; body: unknown },
): Promise<Blob> {
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', body: JSON.stringify(body), headers };
  const answer = await fetch(`${path}?${new URLSearchParams(query)}`, request).catch(() => {
    throw new Refused(0, 'offline', '', '');
  });
  if (answer.ok) return answer.blob();
  const read = await answer.json();
  throw new Refused(answer.status, read.code, read.message, read.next);
}
