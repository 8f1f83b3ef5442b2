/**
 * Who gets a lead. It decides the order of the rules (colleagues' person, owner, territory, turn) and what keeps somebody
 * from getting one; it refuses to know how many leads anybody has and who is away: it is told.
 */

import { holds, type Subject } from './condition.ts';
import type { Condition } from './words.ts';

export interface Candidate {
  readonly email: string;
  /** Null takes what is nobody's territory. */
  readonly territory: Condition | null;
  readonly weight: number;
  /** Most hand-offs under way at a time; null for no limit. */
  readonly capacity: number | null;
  /** Under way now. */
  readonly has: number;
  /** What the turns so far left, 0 at first. */
  readonly credit: number;
  /** Away, or not given leads at all. */
  readonly away: boolean;
}

export interface Ties {
  /** Who has another hand-off of the same company under way. */
  readonly colleagues: string | null;
  /** Whom the company or the contact names as its owner. */
  readonly owner: string | null;
  /** Those who had it before and did nothing. */
  readonly not: readonly string[];
}

export interface Choice {
  readonly to: string;
  readonly because: 'colleagues' | 'owner' | 'territory' | 'turn';
  /** The credits that are others than before, by address. */
  readonly credits: ReadonlyMap<string, number>;
}

/**
 * Chooses among candidates; null where nobody is free.
 *
 * Contacts of one company go to one person, and an owner keeps what is theirs: neither is held back by capacity, nor
 * takes a turn. In a territory, and among all others, people take turns by weight.
 */
export function chooseSeller(candidates: readonly Candidate[], ties: Ties, subject: Subject): Choice | null {
  const there = candidates.filter(({ away, email }) => !away && !ties.not.includes(email));
  const named = (email: string | null) => there.find((one) => one.email === email);
  const colleague = named(ties.colleagues);
  if (colleague !== undefined) return { to: colleague.email, because: 'colleagues', credits: new Map() };
  const owner = named(ties.owner);
  if (owner !== undefined) return { to: owner.email, because: 'owner', credits: new Map() };

  const free = there.filter(({ capacity, has }) => capacity === null || has < capacity);
  const local = free.filter(({ territory }) => territory !== null && holds(territory, subject));
  const others = free.filter(({ territory }) => territory === null);
  return local.length > 0 ? turn(local, 'territory') : turn(others, 'turn');
}

/**
 * Smooth weighted turns: everybody who is there gains their weight, and whoever then has most gets the lead and pays
 * what all gained. Who was away gained nothing and is not buried under leads on coming back.
 */
function turn(pool: readonly Candidate[], because: Choice['because']): Choice | null {
  const gained = pool.map((one) => ({ ...one, credit: one.credit + one.weight }));
  const [first] = gained.toSorted((a, b) => b.credit - a.credit || b.weight - a.weight || (a.email < b.email ? -1 : 1));
  if (first === undefined) return null;
  const all = pool.reduce((sum, { weight }) => sum + weight, 0);
  const credits = new Map(gained.map(({ email, credit }) => [email, email === first.email ? credit - all : credit]));
  return { to: first.email, because, credits };
}
