/**
 * When something changes by the passing of time alone. It decides where to look and how few times to ask; what a
 * rule is worth at an instant, the caller says, so explain and kernel share this search.
 */

import { parts } from './condition.ts';
import { operatorOf } from './operators.ts';
import { DAY, dayOf } from './time.ts';
import type { Condition, Holder, Match, Rule } from './words.ts';

/** How the answer of a rule or of a count of events moves as time passes and nothing else happens. */
export interface Movement {
  /** An event matters until, or from, its instant plus one of these. */
  readonly offsets: readonly number[];
  /** Whether the offsets are those at which events leave or come of age, and nothing else. */
  readonly leaves: boolean;
  /** Whole days over which weights fall; 0 without decay. */
  readonly days: number;
  /** Whether the answer goes one way only, so that it can be searched by halving. */
  readonly steady: boolean;
  /** Dates that a relative condition compares: their instant plus `ms` is when its answer changes. */
  readonly dates: readonly { readonly holder: Holder; readonly field: string; readonly ms: number }[];
}

const movements = new WeakMap<Rule, Movement>();

/** How a rule moves; worked out once. */
export function movementOf(rule: Rule): Movement {
  const movement = movements.get(rule) ?? workOut(rule);
  movements.set(rule, movement);
  return movement;
}

function workOut(rule: Rule): Movement {
  const dates = datesIn(rule.if);
  switch (rule.kind) {
    case 'trait':
    case 'contacts':
      return { offsets: [], leaves: true, days: 0, steady: true, dates };
    case 'happened':
      return {
        ...movementOfMatch(rule.match, rule.count.least > 0 && rule.count.most < Infinity),
        dates: [...dates, ...datesIn(rule.match.where)],
      };
    case 'each': {
      const { within, distinct } = rule.match;
      const { limit, decay, amount } = rule;
      // An event that leaves the window can hand its place to a younger, heavier or larger one.
      const replaced =
        within !== null &&
        ((distinct !== null && (decay !== null || limit !== null)) ||
          (limit !== null && (amount !== null || (decay !== null && limit.per !== 'day'))));
      const rises = decay?.weights.some((weight, age) => weight > (decay.weights[age - 1] ?? weight)) ?? false;
      return {
        offsets: within === null ? [] : [within],
        leaves: true,
        days: decay?.weights.length ?? 0,
        steady: !replaced && !rises,
        dates: [...dates, ...datesIn(rule.match.where)],
      };
    }
    case 'silent':
      return { offsets: [rule.for], leaves: false, days: 0, steady: true, dates: [...dates, ...datesIn(rule.where)] };
    case 'untaken':
      return {
        offsets: rule.within === null ? [rule.after] : [rule.after, rule.within],
        leaves: true,
        days: 0,
        steady: rule.within === null,
        dates: [...dates, ...datesIn(rule.where)],
      };
  }
}

/** The movement of a count of events; `bothEnds` when the count must lie between two numbers. */
export function movementOfMatch(match: Match, bothEnds: boolean): Movement {
  const offsets = match.within === null ? [] : [match.within];
  return { offsets, leaves: true, days: 0, steady: !bothEnds, dates: datesIn(match.where) };
}

export function datesIn(condition: Condition | null): Movement['dates'] {
  return [...parts(condition)].flatMap((part) => {
    if (part.kind !== 'test') return [];
    const ms = operatorOf(part.operator).flipsAfter?.(part.operand);
    return ms === undefined ? [] : [{ holder: part.holder, field: part.field, ms }];
  });
}

export const isStill = (movement: Movement): boolean =>
  movement.offsets.length === 0 && movement.days === 0 && movement.dates.length === 0;

export interface Course {
  /** What the rule is worth at an instant. */
  value(at: number): number;
  /** The instants of the contact's events, in order. */
  readonly times: ArrayLike<number>;
  /** Instants after `from` at which a relative date condition changes its answer, in order. */
  readonly flips: readonly number[];
}

/** The first instant after `from` and before `until` at which the value differs from that at `from`, or Infinity. */
export function firstChange(
  movement: Movement,
  course: Course,
  from: number,
  until: number,
  value = course.value(from),
): number {
  let start = from;
  for (const flip of course.flips) {
    if (flip >= until) break;
    const change = changeBetween(movement, course, value, start, flip);
    if (change < Infinity) return change;
    if (course.value(flip) !== value) return flip;
    start = flip;
  }
  return changeBetween(movement, course, value, start, until);
}

/** Between two flips of date conditions; the value at `start` is `value`. */
function changeBetween(movement: Movement, course: Course, value: number, start: number, until: number): number {
  const settled = Math.max(start, ...movement.offsets.map((ms) => start + ms), (dayOf(start) + movement.days) * DAY);
  if (!movement.steady) {
    const instants = candidates(movement, course.times, start, Math.min(settled + 1, until));
    return instants.find((at) => course.value(at) !== value) ?? Infinity;
  }
  const last = Math.min(settled, until - 1);
  if (last <= start || course.value(last) === value) return Infinity;
  const { instant, count } = ladderOf(movement, course.times, start, last);
  let low = -1;
  let high = count - 1;
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (course.value(instant(middle)) === value) low = middle;
    else high = middle;
  }
  return instant(high);
}

/** The instants from `start` to `last` among which a steady answer changes, in order, the fewer the better. */
function ladderOf(movement: Movement, times: ArrayLike<number>, start: number, last: number) {
  const [offset, ...more] = movement.offsets;
  if (offset === undefined) {
    return { instant: (i: number) => (dayOf(start) + 1 + i) * DAY, count: dayOf(last) - dayOf(start) };
  }
  // A silence can also begin with `created_at`, and a decay inside a window falls at midnights too.
  if (more.length > 0 || movement.days > 0 || !movement.leaves) {
    return { instant: (i: number) => start + 1 + i, count: last - start };
  }
  let first = 0;
  while (first < times.length && (times[first] ?? 0) + offset <= start) first++;
  let end = times.length;
  while (end > first && (times[end - 1] ?? 0) + offset > last) end--;
  return { instant: (i: number) => (times[first + i] ?? 0) + offset, count: end - first };
}

/** Every instant between two, both left out, at which an event's part can begin, end or lose weight. */
function candidates(movement: Movement, times: ArrayLike<number>, after: number, before: number): number[] {
  const found = new Set<number>();
  for (const offset of movement.offsets) {
    for (let i = 0; i < times.length; i++) {
      const at = (times[i] ?? 0) + offset;
      if (at > after && at < before) found.add(at);
    }
  }
  for (let day = dayOf(after) + 1; day <= dayOf(after) + movement.days && day * DAY < before; day++) {
    found.add(day * DAY);
  }
  return [...found].sort((a, b) => a - b);
}
