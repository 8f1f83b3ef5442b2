/**
 * What is heard from outside, cleaned: one message is one thing about one contact. It decides what a message holds, how
 * its texts are made storable, and how a value of it is read by rules; it refuses to know who sent it and in what form.
 */

import { storable } from './text.ts';
import type { Value } from './words.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type Facts = Readonly<Record<string, Json>>;

/** By what the contact of a message is known; at least one is there. Ids are exact; the address is folded. */
export interface Who {
  readonly userId: string | null;
  readonly anonymousId: string | null;
  readonly email: string | null;
}

export type Message =
  /** Something the contact did. */
  | {
      readonly kind: 'event';
      readonly who: Who;
      /** Unique among the events of the contact; the same when sent again. */
      readonly id: string;
      readonly name: string;
      readonly at: number;
      readonly properties: Facts;
      /** Why it is believed to be the work of a machine; such an event does not score. */
      readonly machine: string | null;
    }
  /** Facts about the contact from an instant on; null takes one away. */
  | { readonly kind: 'traits'; readonly who: Who; readonly at: number; readonly traits: Facts }
  /** The company that the contact belongs to from an instant on, and facts about it. */
  | { readonly kind: 'company'; readonly who: Who; readonly at: number; readonly key: string; readonly traits: Facts }
  /** Says that what was known by another id is this user. */
  | { readonly kind: 'alias'; readonly who: Who; readonly previousId: string; readonly at: number };

/** Why a message, or part of one, cannot be used, and what came, as JSON text. */
export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

/** Ids and names longer than this are no ids and names. */
export const LONGEST_NAME = 200;
const DEEPEST = 8;
const LONGEST_TEXT = 8_192;

/** An id or a name as it is kept: trimmed and storable; null where nothing is left or it is too long. */
export function cleanName(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const name = storable(String(value)).trim();
  return name === '' || name.length > LONGEST_NAME ? null : name;
}

/** An e-mail address as people are known by it: trimmed, lower case; null for what is none. */
export function cleanEmail(value: unknown): string | null {
  const address = typeof value === 'string' ? cleanName(value)?.toLowerCase() : undefined;
  return address !== undefined && /^[^\s@]+@[^\s@]+$/.test(address) ? address : null;
}

/**
 * Properties or traits as they are kept: no text longer than a few thousand characters, nothing nested deeper than 8
 * levels (what is deeper is left out), only what JSON and every database can hold.
 */
export function cleanFacts(value: unknown): Facts {
  const cleaned = cleanJson(value, 0);
  return typeof cleaned === 'object' && cleaned !== null && !Array.isArray(cleaned) ? (cleaned as Facts) : {};
}

function cleanJson(value: unknown, depth: number): Json | undefined {
  switch (typeof value) {
    case 'string':
      return storable(value.length > LONGEST_TEXT ? value.slice(0, LONGEST_TEXT) : value);
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return null;
      return depth === DEEPEST ? undefined : cleanInner(value, depth + 1);
    default:
      return undefined;
  }
}

/** Loops, and nothing made on the way: this runs for every value of every message. */
function cleanInner(value: object, depth: number): Json {
  if (Array.isArray(value)) {
    const list: Json[] = [];
    for (const item of value) {
      const cleaned = cleanJson(item, depth);
      if (cleaned !== undefined && cleaned !== null) list.push(cleaned);
    }
    return list;
  }
  const facts: Record<string, Json> = {};
  for (const [key, inner] of Object.entries(value)) {
    const name = cleanName(key);
    const cleaned = cleanJson(inner, depth);
    if (name === null || cleaned === undefined) continue;
    // Plain assignment would change what the object is.
    if (name === '__proto__')
      Object.defineProperty(facts, name, { value: cleaned, enumerable: true, writable: true, configurable: true });
    else facts[name] = cleaned;
  }
  return facts;
}

/** A fact as rules read it: text, or a list of texts; undefined where it is missing to them. */
export function factValue(fact: Json | undefined): Value | undefined {
  if (fact === undefined || fact === null) return undefined;
  if (typeof fact === 'string') return fact.trim() || undefined;
  if (Array.isArray(fact)) {
    const list = fact.flatMap((item) => (typeof item === 'string' ? item.trim() || [] : JSON.stringify(item)));
    return list.length === 0 ? undefined : list;
  }
  return typeof fact === 'object' ? undefined : JSON.stringify(fact);
}
