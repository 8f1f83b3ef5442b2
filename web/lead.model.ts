/** What is shown of a lead, worked out of what the service says of it. Plain functions; no page, no clock. */

import type { Lead, Reason } from './answers.ts';

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** What people call it: its name, else its address, else what it is known by. */
export function nameOf(lead: Pick<Lead, 'id' | 'email' | 'userIds' | 'traits'>): string {
  const { traits } = lead;
  const parts = [traits.first_name ?? traits.firstName, traits.last_name ?? traits.lastName].map(textOf);
  const full = parts.filter((part) => part !== '').join(' ');
  return full || textOf(traits.name) || lead.email || lead.userIds[0] || `#${lead.id}`;
}

/** One bar of a waterfall: what a reason adds to the sum so far. */
interface Bar {
  readonly reason: Reason;
  readonly from: number;
  readonly to: number;
}

export interface Waterfall {
  readonly bars: readonly Bar[];
  /** What the reasons come to, before groups and the range of the score hold it. */
  readonly sum: number;
  readonly score: number | null;
  /** The least and the most that any bar reaches; 0 is always among them. */
  readonly low: number;
  readonly high: number;
}

/** The reasons of a score that gave anything, strongest first, each on top of the ones before. */
export function waterfallOf(reasons: readonly Reason[], score: string, points: number | null): Waterfall {
  const given = reasons
    .filter((reason) => reason.score === score && reason.points !== 0)
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points));
  // Points have up to six decimals; summed as whole millionths they add up exactly.
  let millionths = 0;
  const bars = given.map((reason) => {
    const from = millionths / 1_000_000;
    millionths += Math.round(reason.points * 1_000_000);
    return { reason, from, to: millionths / 1_000_000 };
  });
  const ends = [0, points ?? 0, ...bars.map(({ to }) => to)];
  return { bars, sum: millionths / 1_000_000, score: points, low: Math.min(...ends), high: Math.max(...ends) };
}

/** A condition that finds leads by a piece of their name, address or title; null for none. */
export function whereOf(find: string | undefined): unknown {
  const words = (find ?? '')
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return null;
  const fields = ['email', 'first_name', 'last_name', 'name', 'title', 'company.name'];
  return { all: words.slice(0, 5).map((word) => ({ any: fields.map((field) => ({ [field]: { contains: word } })) })) };
}
