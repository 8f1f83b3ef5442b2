/**
 * Contacts that changed, walked under every version that has a word on them. It decides from where each version walks a
 * contact and which moves that makes; what a walk finds is the core's, and what is remembered the store's.
 */

import { setImmediate } from 'node:timers/promises';
import { readsCompanyScores } from './core/explain.ts';
import { type Walked, walk } from './core/kernel-path.ts';
import type { Lives } from './core/lives.ts';
import { needsOf } from './core/needs.ts';
import type { CompanyPast, Path, Start } from './core/path.ts';
import type { Model } from './core/words.ts';
import { readCompanyPast } from './store/company-scores.ts';
import type { Db } from './store/db.ts';
import { readHistories } from './store/histories.ts';
import type { Version } from './store/models.ts';
import {
  type Asked,
  type Before,
  beforeKey,
  type Claim,
  cellsOf,
  readBefore,
  type Written,
} from './store/standings.ts';

/** A version that serves, served, or is scored beside one that does. */
export interface Spoken extends Version {
  readonly model: Model;
}

/** A contact to be walked; by all versions, or by one that has not seen it yet. */
export interface Task extends Claim {
  readonly only?: number;
}

export interface Walks {
  readonly written: readonly Written[];
  /** What is left of contacts with more instants than one walk looks at. */
  readonly open: readonly Claim[];
  /** Companies that a contact belongs or belonged to. */
  readonly companiesOf: (contact: number) => readonly number[];
  /** Contacts whose company, or what is known of it, changes on the way. */
  readonly rehomed: readonly number[];
}

/** Looks at events for one contact in one go: few enough that others who wait in this process do not notice. */
const LOOKS = 4_000_000;
/** How many of these one transaction takes for a contact that has many. */
const GOES = 50;

/** One version's part in the work. */
interface Part {
  readonly version: Spoken;
  /** The version of that name that served when this one was published. */
  readonly former: Spoken | undefined;
  /** The last instant that it looks at. */
  readonly until: number;
  /** By contact. */
  readonly found: Map<number, Found>;
}

interface Found {
  readonly start: Start;
  readonly path: Walked;
}

type Known = ReadonlyMap<string, Before>;

/** Walks contacts up to now. @param now the instant in milliseconds, UTC */
export async function walkContacts(
  tx: Db,
  versions: readonly Spoken[],
  tasks: readonly Task[],
  now: number,
): Promise<Walks> {
  const parts = versions.map((version): Part => {
    const former = versions.findLast(({ id, name, servedFrom }) => {
      return name === version.name && id < version.id && servedFrom !== null;
    });
    const until = version.servedUntil === null ? Math.max(now, version.publishedAt) : version.servedUntil;
    return { version, former, until, found: new Map() };
  });
  const concerned = parts.map((part) => tasks.filter((task) => concerns(part, task)));
  const asked = parts.flatMap((part, p) => (concerned[p] ?? []).flatMap((task) => askedFor(part, task)));
  const before = await readBefore(tx, asked);
  const begins = parts.map(
    (part, p) => new Map((concerned[p] ?? []).map((task) => [task.id, beginOf(part, task, before)])),
  );
  const since = new Map<number, number>();
  for (const begin of begins) for (const [id, at] of begin) since.set(id, Math.min(since.get(id) ?? Infinity, at));
  const histories = await readHistories(
    tx,
    // A moment earlier, so that the company before a change is seen too.
    [...since].map(([id, at]) => ({ id, since: at - 1 })),
    parts.map(({ version }) => needsOf(version.model)),
  );
  const companies = histories.eras.map((eras) => [
    ...new Set(eras.flatMap(({ who }) => (who.company === null ? [] : Number(who.company.id)))),
  ]);
  for (const [p, part] of parts.entries()) {
    const { model, id } = part.version;
    const starts = histories.ids.map((contact) => {
      const at = begins[p]?.get(contact);
      return at === undefined ? null : startOf(part, contact, at, before, parts);
    });
    const earliest = starts.reduce((first, start) => Math.min(first, start?.at ?? Infinity), Infinity);
    if (earliest === Infinity) continue;
    const past = readsCompanyScores(model)
      ? await readCompanyPast(tx, { id, model }, companies.flat(), earliest)
      : new Map();
    const paths = await walkOn(model, histories.livesFor(needsOf(model)), past, starts, part.until);
    for (const [row, path] of paths.entries()) {
      const [contact, start] = [histories.ids[row], starts[row]];
      if (path !== null && start != null && contact !== undefined) part.found.set(contact, { start, path });
    }
  }
  const open = new Map<number, number>();
  for (const { found } of parts) {
    for (const [id, { path }] of found) {
      if (path.open !== null) open.set(id, Math.min(open.get(id) ?? Infinity, path.open));
    }
  }
  const rowOf = new Map(histories.ids.map((id, row) => [id, row]));
  return {
    written: parts.flatMap((part) => [...part.found].map(([id, found]) => writtenOf(part, id, found, before, parts))),
    open: [...open].map(([id, at]) => ({ id, since: at })),
    companiesOf: (id) => companies[rowOf.get(id) ?? -1] ?? [],
    rehomed: histories.ids.filter((_, row) => new Set(histories.eras[row]?.map(({ who }) => who.company)).size > 1),
  };
}

/** Whether a version has a word on a contact: one that is retired, on what came before it was. */
function concerns({ version, until }: Part, { since, only }: Task): boolean {
  if (only !== undefined) return only === version.id;
  return version.servedUntil === null || (since <= until && version.publishedAt <= until);
}

/** What has to be known from before. */
function askedFor({ version, former, until }: Part, { id, since }: Task): Asked[] {
  const asked: Asked[] = [];
  if (since > version.publishedAt) asked.push({ id, model: version.id, at: Math.min(since, until) });
  if (former !== undefined) {
    asked.push({ id, model: former.id, at: version.publishedAt + 1 });
    if (version.servedFrom !== null) asked.push({ id, model: former.id, at: version.servedFrom + 1 });
  }
  return asked;
}

/** A version begins where the contact changed; at its own beginning where it never saw anything of the contact. */
function beginOf({ version, until }: Part, { id, since }: Task, before: Known): number {
  const at = Math.min(since, until);
  return before.has(beforeKey({ id, model: version.id, at })) ? at : version.publishedAt;
}

function startOf(part: Part, id: number, at: number, before: Known, parts: readonly Part[]): Start {
  const own = before.get(beforeKey({ id, model: part.version.id, at })) ?? null;
  if (own !== null) return { at, previous: own.stage, before: own };
  return { at, previous: stageUnderFormer(part, id, at + 1, before, parts).stage, before: null };
}

interface Stayed {
  readonly stage: string | null;
  readonly since: number | null;
}

/** The stage of a contact before an instant under the version before. */
function stageUnderFormer({ former }: Part, id: number, at: number, before: Known, parts: readonly Part[]): Stayed {
  const of = parts.find(({ version }) => version === former);
  const found = of?.found.get(id);
  if (of !== undefined && found !== undefined && found.start.at < at) return stageIn(of, id, found, at, before, parts);
  const row = former && before.get(beforeKey({ id, model: former.id, at }));
  return { stage: row?.stage ?? null, since: row?.stageSince ?? null };
}

/** The stage that a path comes to before an instant, and since when. */
function stageIn(
  part: Part,
  id: number,
  { start, path }: Found,
  at: number,
  before: Known,
  parts: readonly Part[],
): Stayed {
  const own = start.before && before.get(beforeKey({ id, model: part.version.id, at: start.at }));
  const former = stageUnderFormer(part, id, part.version.publishedAt + 1, before, parts);
  const carried = own == null || (own.stageAlways && former.stage === own.stage);
  const from = carried ? former.since : own.stageSince;
  let stayed: Stayed = { stage: start.previous, since: from };
  for (const state of path.states) {
    if (state.at < at && state.stage !== stayed.stage) stayed = { stage: state.stage, since: state.at };
  }
  return stayed;
}

/** Walks, and goes on where a single contact has more to look at than one go takes. */
async function walkOn(
  model: Model,
  lives: Lives,
  past: CompanyPast,
  starts: readonly (Start | null)[],
  until: number,
): Promise<(Walked | null)[]> {
  let paths = walk(model, lives, past, starts, until, LOOKS);
  for (let go = 1; go < GOES; go++) {
    const [path, ...others] = paths;
    if (path?.open == null || others.length > 0) break;
    await setImmediate();
    const [more] = walk(model, lives, past, [onFrom(path, path.open)], until, LOOKS);
    if (more == null) break;
    paths = [{ ...more, states: [...path.states, ...more.states] }];
  }
  return paths;
}

const onFrom = ({ last }: Path, at: number): Start => ({ at, previous: last.stage, before: last });

function writtenOf(part: Part, id: number, found: Found, before: Known, parts: readonly Part[]): Written {
  const { version, former } = part;
  const { servedFrom, servedUntil, releasedAt } = version;
  const { start, path } = found;
  const { last } = path;
  const moves: { at: number; from: string | null; to: string | null }[] = [];
  if (servedFrom !== null) {
    let stage = start.previous;
    if (start.at <= servedFrom) {
      const from = former === undefined ? null : stageUnderFormer(part, id, servedFrom + 1, before, parts).stage;
      stage = stageIn(part, id, found, servedFrom + 1, before, parts).stage;
      if (from !== stage) moves.push({ at: servedFrom, from, to: stage });
    }
    for (const state of path.states) {
      if (state.at <= servedFrom || state.stage === stage) continue;
      moves.push({ at: state.at, from: stage, to: state.stage });
      stage = state.stage;
    }
  }
  return {
    contact_id: id,
    model_id: version.id,
    since: start.at,
    end: path.open,
    history: path.states.map((state) => ({ at: state.at, outcome: state })),
    moves,
    held: (at) => at === servedFrom && releasedAt === null,
    standing:
      servedUntil !== null
        ? null
        : {
            asOf: path.open === null ? part.until : last.at,
            stage: last.stage,
            stageSince: stageIn(part, id, found, Infinity, before, parts).since,
            disqualified: last.disqualified,
            // What is still open is on the list of those that changed.
            nextChangeAt: path.open === null ? last.nextChangeAt : null,
            parts: last.parts,
            scores: cellsOf(version.model.scores, last.scores),
          },
  };
}
