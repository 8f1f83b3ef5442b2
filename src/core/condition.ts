/**
 * What a condition answers. It decides the logic of all, any, not and the answer for what is missing; what a field
 * holds, how events are counted and what a score is worth, the caller says.
 */

import { cellOf, operatorOf } from './operators.ts';
import type { Condition, Count, Holder, Ladder, Match, Value } from './words.ts';

/** What a condition may ask about one contact, event or company. */
export interface Subject {
  readonly now: number;
  value(holder: Holder, field: string): Value | undefined;
  /** The clamped score in millionths, or null. */
  score(ofCompany: boolean, name: string): number | null;
  /** The place on a ladder of grades or bands, 0 the best; null for a null score. */
  place(of: 'grade' | 'band', ofCompany: boolean, score: string): number | null;
  /** How many events match. */
  count(match: Match): number;
}

export function holds(condition: Condition, subject: Subject): boolean {
  switch (condition.kind) {
    case 'all':
      return condition.of.every((part) => holds(part, subject));
    case 'any':
      return condition.of.some((part) => holds(part, subject));
    case 'not':
      return !holds(condition.of, subject);
    case 'test': {
      const cell = cellOf(subject.value(condition.holder, condition.field));
      return operatorOf(condition.operator).holds(cell, condition.operand, subject.now);
    }
    case 'score': {
      const score = subject.score(condition.ofCompany, condition.score);
      return operatorOf(condition.operator).holds(numberCell(score), condition.operand, subject.now);
    }
    case 'place': {
      const place = subject.place(condition.of, condition.ofCompany, condition.score);
      return place !== null && condition.places.includes(place);
    }
    case 'event':
      return counted(condition.count, subject.count(condition.match));
  }
}

const numberCell = (number: number | null) => ({
  text: undefined,
  words: undefined,
  number: number ?? undefined,
  date: undefined,
  list: undefined,
  present: number === null ? undefined : (true as const),
});

export const counted = (count: Count, n: number): boolean => n >= count.least && n <= count.most;

/** The place a score earns on a ladder, 0 the best; below the lowest step it is the lowest. */
export function placeOn(ladder: Ladder, score: number | null): number | null {
  if (score === null || ladder.length === 0) return null;
  const place = ladder.findIndex((step) => score >= step.from);
  return place === -1 ? ladder.length - 1 : place;
}

/** Every condition inside a condition, itself first. */
export function* parts(condition: Condition | null): Generator<Condition> {
  if (condition === null) return;
  yield condition;
  if (condition.kind === 'not') yield* parts(condition.of);
  if (condition.kind === 'all' || condition.kind === 'any') for (const part of condition.of) yield* parts(part);
  if (condition.kind === 'event') yield* parts(condition.match.where);
}
