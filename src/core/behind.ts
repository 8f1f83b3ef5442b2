/**
 * Who is behind a number that `trial.ts` counted. It decides which contacts those are, by the same rules as they were counted,
 * and what both sides say of one of them; it refuses to know how many are shown.
 */

import { NO_PLACE } from './kernel-program.ts';
import { cellOf } from './scores.ts';
import {
  cellsOf,
  goesUp,
  isSame,
  type Ladder,
  type Place,
  placeAt,
  placesOf,
  pointsOf,
  rulesBy,
  rungsOf,
  type Side,
  standingIn,
} from './trial.ts';
import type { Score } from './words.ts';

/** Which contacts a number was counted from. Points in millionths. */
export type Behind =
  | { readonly kind: 'move'; readonly from: Place; readonly to: Place }
  | { readonly kind: 'stage'; readonly place: Place; readonly side: 'before' | 'after' }
  /** Everybody who would stand elsewhere, or those of them who go one way; down is also out. */
  | { readonly kind: 'moved'; readonly way: 'any' | 'up' | 'down' }
  /** A stage of null is any. */
  | { readonly kind: 'handoff'; readonly stage: string | null }
  /** Whose score is another one. */
  | { readonly kind: 'score'; readonly score: string }
  /** Who comes over the threshold of a grade or band. */
  | {
      readonly kind: 'rung';
      readonly score: string;
      readonly of: Ladder;
      readonly name: string;
      readonly way: 'up' | 'down';
    }
  | { readonly kind: 'rule'; readonly rule: string; readonly differs: boolean }
  | {
      readonly kind: 'bin';
      readonly score: string;
      readonly side: 'before' | 'after';
      readonly from: number | null;
      readonly to: number | null;
      readonly cell: string | null;
    };

/** The rows of contacts behind a number, from a row on, as many as asked for at most; and how many there are in all. */
export function rowsBehind(
  before: Side | null,
  after: Side,
  of: Behind,
  first: number,
  most: number,
): { readonly rows: number[]; readonly count: number } {
  const test = testOf(before, after, of);
  const rows: number[] = [];
  let count = 0;
  for (let c = 0; c < after.results.known.length; c++) {
    if (!test(c)) continue;
    count++;
    if (c >= first && rows.length < most) rows.push(c);
  }
  return { rows, count };
}

const NOBODY = (): boolean => false;
const NOWHERE: Place = { stage: null, disqualified: false };

function testOf(before: Side | null, after: Side, of: Behind): (c: number) => boolean {
  const from = before === null ? [NOWHERE] : placesOf(before.model);
  const to = placesOf(after.model);
  const was = (c: number): Place => from[before === null ? 0 : placeAt(before, c)] ?? NOWHERE;
  const is = (c: number): Place => to[placeAt(after, c)] ?? NOWHERE;
  switch (of.kind) {
    case 'move':
      return (c) => isSame(was(c), of.from) && isSame(is(c), of.to);
    case 'stage':
      return (c) => isSame(of.side === 'before' ? was(c) : is(c), of.place);
    case 'moved': {
      // By both places at once: there are few of them, and many contacts.
      const holds = from.flatMap((one) =>
        to.map(
          (other) =>
            !isSame(one, other) && (of.way === 'any' || goesUp(before, after, one, other) === (of.way === 'up')),
        ),
      );
      return (c) => holds[(before === null ? 0 : placeAt(before, c)) * to.length + placeAt(after, c)] ?? false;
    }
    case 'handoff': {
      if (of.stage === null) {
        const standing = from.map((one) => standingIn(after.model, one));
        return (c) =>
          (after.results.disqualified[c] ?? 0) === 0 &&
          (after.results.stage[c] ?? -1) > (standing[before === null ? 0 : placeAt(before, c)] ?? -1);
      }
      const place = to.findIndex(({ stage, disqualified }) => stage === of.stage && !disqualified);
      const standing = new Map(from.map((one) => [one, standingIn(after.model, one)]));
      return place < 1 ? NOBODY : (c) => placeAt(after, c) === place && (standing.get(was(c)) ?? -1) < place - 1;
    }
    case 'rule': {
      const old = before === null ? undefined : rulesBy(before).get(of.rule)?.column;
      const fresh = rulesBy(after).get(of.rule)?.column;
      return of.differs ? (c) => (old?.[c] ?? 0) !== (fresh?.[c] ?? 0) : (c) => ((fresh ?? old)?.[c] ?? 0) !== 0;
    }
    case 'score': {
      if (before === null) return NOBODY;
      const [old, fresh] = [cellsOf(before, of.score), cellsOf(after, of.score)];
      if (old !== null && fresh !== null)
        return (c) => old.names[(old.codes[c] ?? 0) - 1] !== fresh.names[(fresh.codes[c] ?? 0) - 1];
      const [was, is] = [pointsOf(before, of.score), pointsOf(after, of.score)];
      if (was === null || is === null) return NOBODY;
      return (c) => !Object.is(was.values[c], is.values[c]) && was.values[c] !== is.values[c];
    }
    case 'rung': {
      const [old, fresh] = [before && rungsOf(before, of.score, of.of), rungsOf(after, of.score, of.of)];
      const [was, is] = [old?.names.indexOf(of.name) ?? -1, fresh?.names.indexOf(of.name) ?? -1];
      if (was < 0 || is < 0) return NOBODY;
      return (c) => {
        const [below, above] = [(old?.places[c] ?? 0) > was, (fresh?.places[c] ?? 0) <= is];
        return of.way === 'up' ? below && above : !below && !above;
      };
    }
    case 'bin': {
      const side = of.side === 'before' ? before : after;
      if (side === null) return NOBODY;
      const cells = cellsOf(side, of.score);
      if (cells !== null) return (c) => of.cell !== null && cells.names[(cells.codes[c] ?? 0) - 1] === of.cell;
      const points = pointsOf(side, of.score);
      if (points === null) return NOBODY;
      const [low, high] = [of.from ?? -Infinity, of.to ?? Infinity];
      const last = high >= points.range[1];
      return (c) => {
        const value = points.values[c] ?? Number.NaN;
        return value >= low && (value < high || (last && value === high));
      };
    }
  }
}

/** What a side says of one contact. */
export interface Standing extends Place {
  /** By name of the score: millionths of a point, or the cell of a grid; null for none. */
  readonly scores: Readonly<Record<string, number | string | null>>;
}

export function standingAt(side: Side, c: number): Standing {
  const { model, results } = side;
  const grade = (name: string): number | null => {
    const place = results.grades[model.scores.findIndex((score) => score.name === name)]?.[c] ?? NO_PLACE;
    return place === NO_PLACE ? null : place;
  };
  const told = (score: Score, i: number): number | string | null => {
    if (score.kind === 'grid') return cellOf(model.scores, score.of, grade);
    const points = results.scores[i]?.[c] ?? Number.NaN;
    return Number.isNaN(points) ? null : points;
  };
  return {
    ...(placesOf(model)[placeAt(side, c)] ?? NOWHERE),
    scores: Object.fromEntries(model.scores.map((score, i) => [score.name, told(score, i)])),
  };
}

/** What a rule gave a contact, in millionths; null where the side does not have it. */
export const givenTo = (side: Side, rule: string, c: number): number | null =>
  rulesBy(side).get(rule)?.column[c] ?? null;
