/**
 * The paths of many contacts, by the kernel: equal to `pathOf` of `path.ts` for each of them. It decides how many looks
 * at events are taken at a time; what is seen in each is the kernel's.
 */

import { contactAt } from './columns.ts';
import { nextOfStanding } from './explain.ts';
import { resultsAt, scorerOf } from './kernel.ts';
import { NO_PLACE, programOf } from './kernel-program.ts';
import { builderOf, newRun } from './kernel-run.ts';
import { columnsAt, eventsUpTo, type Lives, type Moment } from './lives.ts';
import { needsOf } from './needs.ts';
import {
  type CompanyPast,
  companyAt,
  differs,
  eraAt,
  instantsAfter,
  type Last,
  type Outcome,
  type Path,
  type Start,
  type State,
  toldOf,
} from './path.ts';
import type { Results } from './scores.ts';
import { type Model, rulesOf } from './words.ts';

/** Events that the rows of one run may hold together. */
const PORTION = 1_000_000;

export interface Walked extends Path {
  /** The instant from which on the walk is still to be gone, with `last` as what was before it; null when it is done. */
  readonly open: number | null;
}

/** How far a contact has come. */
interface Progress {
  previous: string | null;
  before: Outcome | null;
  readonly states: State[];
  last: Last | null;
  /** The first instant that this walk does not look at. */
  readonly end: number;
  /** The next one at which something changes from outside. */
  readonly next: number;
}

/**
 * Walks contacts through time.
 * @param starts by contact; null for one that is not walked
 * @param until the last instant that is looked at
 * @param looks how often an event may be looked at for one contact: where there are too many instants, the walk of that
 *   contact stays open
 */
export function walk(
  model: Model,
  lives: Lives,
  past: CompanyPast,
  starts: readonly (Start | null)[],
  until: number,
  looks: number,
): (Walked | null)[] {
  const moments: Moment[] = [];
  const progress = starts.map((start, contact): Progress | null => {
    if (start === null) return null;
    const end = until + 1;
    const all = instantsAfter(start.at, lives.eras[contact] ?? [], timesOf(lives, contact), past);
    const later = all.findIndex((instant) => instant >= end);
    const within = later < 0 ? all : all.subarray(0, later);
    const most = Math.max(0, Math.floor(looks / Math.max(1, timesOf(lives, contact).length)) - 1);
    const next = all[Math.min(most, within.length)] ?? Infinity;
    moments.push({ contact, at: start.at });
    for (const at of within.subarray(0, most)) moments.push({ contact, at });
    return { previous: start.previous, before: start.before, states: [], last: null, end: Math.min(end, next), next };
  });
  for (let first = 0; first < moments.length; ) {
    let held = 0;
    let end = first;
    for (; end < moments.length; end++) {
      const { contact, at } = moments[end] ?? { contact: 0, at: 0 };
      held += eventsUpTo(lives.events, contact, at);
      if (held > PORTION && end > first) break;
    }
    walkPortion(model, lives, past, moments.slice(first, end), moments[end] ?? null, progress);
    first = end;
  }
  return progress.map((of): Walked | null => {
    if (of === null) return null;
    const { states, last, end, next } = of;
    if (last === null) throw new Error('a contact that was not looked at');
    return { states, last, open: next === end && end <= until ? next : null };
  });
}

const timesOf = ({ events }: Lives, contact: number): Float64Array =>
  events.at.subarray(events.starts[contact], events.starts[contact + 1]);

/** @param following the moment after the last of these */
function walkPortion(
  model: Model,
  lives: Lives,
  past: CompanyPast,
  moments: readonly Moment[],
  following: Moment | null,
  progress: readonly (Progress | null)[],
): void {
  const columns = columnsAt(lives, needsOf(model), moments);
  const asOf = moments.reduce((latest, { at }) => Math.max(latest, at), -Infinity);
  const run = newRun(model, columns, asOf, { next: true, reasons: true });
  const { results } = run;
  const score = scorerOf(run);
  const program = programOf(model, true);
  const move = builderOf(run)<(first: number, last: number, now: number) => void>(program.stages);
  const rules = rulesOf(model.scores);
  const place = new Map(model.stages.map((stage, i) => [stage.id, i]));

  moments.forEach(({ contact, at: from }, row) => {
    const of = progress[contact];
    if (of == null) return;
    const after = moments[row + 1] ?? following;
    const end = after !== null && after.contact === contact ? after.at : of.end;
    const company = eraAt(lives.eras[contact] ?? [], from)?.who.company?.id;
    const given = companyAt(past, company, from);
    for (let now = from; ; ) {
      score(row, row + 1, now);
      results.stage[row] = place.get(of.previous ?? '') ?? -1;
      giveCompany(given, columns.contacts.company[row] ?? -1);
      move(row, row + 1, now);
      const state = stateOf(row, now);
      if (differs(of.before, state)) of.states.push(state);
      of.before = state;
      of.previous = state.stage;
      const next = nextOf(row, now, state.stage, given);
      if (next < end) {
        now = next;
        continue;
      }
      if (end === of.end) {
        const soonest = Math.min(next, of.next);
        of.last = { ...state, parts: partsOf(row), nextChangeAt: soonest === Infinity ? null : soonest };
      }
      return;
    }
  });

  function stateOf(row: number, at: number): State {
    const scores = resultsAt(model.scores, results, row);
    const disqualified = model.disqualify[(results.disqualified[row] ?? 0) - 1]?.reason ?? null;
    const stage = model.stages[results.stage[row] ?? -1]?.id ?? null;
    return { at, scores, told: toldOf(scores), stage, disqualified };
  }

  function partsOf(row: number): Record<string, number> {
    const parts: Record<string, number> = {};
    rules.forEach((rule, i) => {
      const points = results.reasons?.[i]?.[row] ?? 0;
      if (points !== 0) parts[rule.id] = points;
    });
    return parts;
  }

  /** Lays the scores of a company where the stages look for them. */
  function giveCompany(scores: Results, row: number): void {
    if (row < 0) return;
    model.companyScores.forEach(({ name }, i) => {
      const result = scores.get(name);
      set(results.companies.scores[i], row, result?.points ?? Number.NaN);
      set(results.companies.grades[i], row, result?.grade ?? NO_PLACE);
      set(results.companies.bands[i], row, result?.band ?? NO_PLACE);
    });
  }

  function nextOf(row: number, now: number, stage: string | null, company: Results): number {
    if (results.known[row] !== 1) return Infinity;
    const found = results.next?.[row] ?? Number.NaN;
    const until = Number.isNaN(found) ? Infinity : found;
    if (!program.standingMoves) return until;
    const contact = contactAt(columns, row, now);
    const disqualified = model.disqualify[(results.disqualified[row] ?? 0) - 1] ?? null;
    return nextOfStanding(model, contact, now, [contact], { stage, disqualified }, until, company);
  }
}

function set(array: Float64Array | Uint8Array | undefined, row: number, value: number): void {
  if (array !== undefined) array[row] = value;
}
