/**
 * Drafts tried on the whole base: it is loaded when somebody first asks, and scored anew for each draft. It decides what
 * is kept between two questions and when the base is too old; it refuses to know threads, and who asks.
 */

import { givenTo, rowsBehind, standingAt } from './core/behind.ts';
import { type Cohort, cohortOf, firstsOf, qualityOf, type Success } from './core/foresight.ts';
import { finishRun } from './core/kernel.ts';
import { newRun } from './core/kernel-run.ts';
import { parseModel } from './core/model.ts';
import { type Needs, needsOf } from './core/needs.ts';
import { compare, type Side } from './core/trial.ts';
import { type Model, rulesOf } from './core/words.ts';
import { type Base, openBase } from './store/base.ts';
import { type Serving, servingModel } from './store/contacts.ts';
import type { Db } from './store/db.ts';
import { firstAnswers, firstMoves } from './store/firsts.ts';
import type { Threads } from './threads.ts';
import type { Asked, AskedBehind, BaseState, BehindAnswer, Outcome, OutcomeAnswer, Question, Tried } from './trials.ts';

/** Milliseconds after which the base is loaded anew by the next question. */
const OLD = 30 * 60_000;
/** Milliseconds for which the snapshot is held, so that more fields can be brought from it. */
const HELD = 10 * 60_000;
/** Drafts whose results are kept, for those who ask who is behind a number. */
const KEPT = 3;
const DAY = 86_400_000;

interface Parts {
  readonly db: Db;
  readonly threads: Threads;
  /** That the base may take. */
  readonly bytes: number;
  readonly onState: (state: BaseState) => void;
}

/** What is known of a version over the base. */
interface Known {
  readonly serving: Serving;
  readonly model: Model;
  readonly side: Side;
}

/** A base with all that was scored over it. */
interface Loaded {
  readonly base: Base;
  /** By version. */
  readonly known: Map<number, Known>;
  /** By what was asked, the latest last. */
  readonly drafts: Map<string, Side>;
  /** By an earlier instant: the version that is measured against, and the latest draft. */
  readonly past: Map<number, readonly Side[]>;
  /** By outcome and instant. */
  readonly cohorts: Map<string, Cohort>;
}

/** A document, and what it says. */
interface Written {
  readonly document: string;
  readonly model: Model;
}

export interface TrialBase {
  /** One question at a time. @throws ScorelineError `too_large`, `database_unavailable` */
  answer(question: Question): Promise<Tried | BehindAnswer | null>;
}

export function createTrialBase({ db, threads, bytes, onState }: Parts): TrialBase {
  /** By version. */
  const models = new Map<number, Model>();
  let loaded: Loaded | null = null;
  let letGo: NodeJS.Timeout | undefined;

  function tell(state: 'loading' | 'ready', share: number): void {
    const base = loaded?.base;
    onState({
      state,
      asOf: base?.asOf ?? null,
      contacts: base?.ids.length ?? 0,
      events: base?.events ?? 0,
      bytes: base?.bytes() ?? 0,
      share,
    });
  }

  function drop(): void {
    clearTimeout(letGo);
    loaded?.base.close();
    loaded = null;
  }

  async function open(needs: readonly Needs[], now: number): Promise<Loaded> {
    drop();
    tell('loading', 0);
    const onProgress = (share: number): void => tell('loading', share);
    const base = await openBase(db, now, needs, { bytes, onProgress });
    letGo = setTimeout(() => base.close(), HELD);
    letGo.unref();
    loaded = { base, known: new Map(), drafts: new Map(), past: new Map(), cohorts: new Map() };
    return loaded;
  }

  /** The base with all that some models ask for; a new one where the one that is there cannot have it. */
  async function baseFor(
    models: readonly Model[],
    servings: readonly (Serving | null)[],
    now: number,
    outcome: Outcome | null = null,
  ): Promise<Loaded> {
    const needs = models.map(needsOf);
    const knows = ({ base, known }: Loaded): boolean =>
      servings.every((serving) => {
        if (serving === null) return true;
        const version = base.versions.find(({ id }) => id === serving.modelId);
        return version?.state === 'serving' && (base.isOpen() || known.has(serving.modelId));
      });
    const whole = ({ base }: Loaded): boolean =>
      base.isOpen() || (base.has(needs) && (outcome === null || base.hasPast(pastOf(base, outcome))));
    const fits = (it: Loaded): boolean => now - it.base.asOf < OLD && knows(it) && whole(it);
    const it = loaded !== null && fits(loaded) ? loaded : await open(needs, now);
    if (!it.base.has(needs)) {
      tell('loading', 0);
      await it.base.load(needs);
    }
    tell('ready', 1);
    return it;
  }

  /**
   * Rules that others scored by before give the same to the same contacts, and are not looked at again.
   * @param others over the same base as of the same instant
   */
  async function score(model: Model, base: Base, at: number, others: readonly Side[], previous?: Int16Array) {
    const needs = needsOf(model);
    const columns = at === base.asOf ? base.columns(needs) : await base.columnsAt(needs, at);
    const known = new Map(others.flatMap((side) => [...columnsByRule(side)]));
    const given = rulesOf(model.scores).flatMap((rule) => {
      const column = known.get(JSON.stringify(rule));
      return column === undefined ? [] : [[rule.id, column] as const];
    });
    const run = newRun(model, columns, at, { next: false, reasons: true }, previous, new Map(given));
    await threads.score(run);
    finishRun(run, columns);
    return { model, results: run.results };
  }

  function modelOf({ modelId, document }: Serving): Model {
    const model = models.get(modelId) ?? parseModel(document, `version ${modelId}`);
    models.set(modelId, model);
    return model;
  }

  /** What the serving version says of the base: everybody goes on from the stage in which they stand. */
  async function knownOf(it: Loaded, serving: Serving): Promise<Known> {
    const known = it.known.get(serving.modelId);
    if (known !== undefined) return known;
    const model = modelOf(serving);
    const previous = placesIn(model, await it.base.stages(serving.modelId));
    const made = { serving, model, side: await score(model, it.base, it.base.asOf, sidesOf(it), previous) };
    it.known.set(serving.modelId, made);
    return made;
  }

  async function tryOut({ model, document, against, beside, outcome, now }: Asked | AskedBehind) {
    const own = await servingModel(db, model.name);
    const other = against === null || against === model.name ? own : await servingModel(db, against);
    const servings = [own, other].flatMap((serving) => serving ?? []);
    const models = servings.map(modelOf);
    const it = await baseFor([model, ...models, ...(beside ? [beside.model] : [])], servings, now, outcome);
    const former = own === null ? null : await knownOf(it, own);
    const before = beside
      ? { version: { id: null, name: beside.model.name, version: null }, side: await sideOf(it, beside, former) }
      : other && { version: versionOf(other), side: (await knownOf(it, other)).side };
    return { it, before, after: await sideOf(it, { model, document }, former) };
  }

  /** What a document says of the base: everybody goes on from where the version that serves has them. */
  async function sideOf(it: Loaded, { model, document }: Written, former: Known | null): Promise<Side> {
    const stages = former === null ? undefined : carriedOver(model, former.side);
    const side = it.drafts.get(document) ?? (await score(model, it.base, it.base.asOf, sidesOf(it), stages));
    it.drafts.delete(document);
    it.drafts.set(document, side);
    for (const key of it.drafts.keys()) if (it.drafts.size > KEPT) it.drafts.delete(key);
    return side;
  }

  /** By row: when a contact first had what counts as success. */
  async function firstsFor({ base }: Loaded, { model }: Asked, success: Success): Promise<Float64Array> {
    if (success.kind === 'event') return firstsOf(base.columns(needsOf(model)), success.name);
    const found =
      success.kind === 'stage'
        ? await firstMoves(db, model.name, stagesFrom(model, success.name), base.asOf)
        : await firstAnswers(db, success.name, base.asOf);
    const firsts = new Float64Array(base.ids.length).fill(Infinity);
    for (const { contactId, at } of found) {
      const row = firstAfter(base.ids, contactId - 1);
      if (base.ids[row] === contactId) firsts[row] = at;
    }
    return firsts;
  }

  async function outcomeOf(it: Loaded, before: Side | null, question: Asked): Promise<OutcomeAnswer | null> {
    const { base, past, cohorts } = it;
    const { model, outcome } = question;
    if (outcome === null) return null;
    const at = pastOf(base, outcome);
    const [was] = past.get(at) ?? [];
    // Those that are measured against first: what their rules gave serves the drafts.
    const old = before && (was?.model === before.model ? was : await score(before.model, base, at, []));
    const others = past.get(at) ?? [];
    const after = await score(model, base, at, [...others, ...(old === null ? [] : [old])]);
    past.clear();
    past.set(at, old === null ? [after] : [old, after]);
    const { success } = outcome;
    const stages = success.kind === 'stage' ? [model.name, ...stagesFrom(model, success.name)] : [];
    const key = JSON.stringify([success, stages, at]);
    const columns = base.columns(needsOf(model));
    const cohort = cohorts.get(key) ?? cohortOf(columns, await firstsFor(it, question, success), at, base.asOf);
    cohorts.clear();
    cohorts.set(key, cohort);
    return {
      success,
      at,
      contacts: cohort.contacts,
      successes: cohort.successes,
      later: cohort.later,
      already: cohort.already,
      before: old && qualityOf(old, cohort, outcome.selection),
      after: qualityOf(after, cohort, outcome.selection),
    };
  }

  async function answer(question: Question): Promise<Tried | BehindAnswer | null> {
    switch (question.kind) {
      case 'load': {
        const serving = await servingModel(db, null);
        drop();
        await baseFor(serving === null ? [] : [modelOf(serving)], [serving], question.now);
        return null;
      }
      case 'trial': {
        const { it, before, after } = await tryOut(question);
        return {
          kind: 'tried',
          asOf: it.base.asOf,
          contacts: it.base.ids.length,
          before: before?.version ?? null,
          comparison: compare(before?.side ?? null, after),
          outcome: await outcomeOf(it, before?.side ?? null, question),
        };
      }
      case 'behind': {
        const { it, before, after } = await tryOut(question);
        const { ids } = it.base;
        const first = question.after === null ? 0 : firstAfter(ids, question.after);
        const { rows, count } = rowsBehind(before?.side ?? null, after, question.of, first, question.limit);
        const { of } = question;
        return {
          kind: 'behind',
          asOf: it.base.asOf,
          count,
          rows: rows.map((row) => ({
            contact: ids[row] ?? 0,
            before: before && standingAt(before.side, row),
            after: standingAt(after, row),
            points:
              of.kind === 'rule'
                ? { before: before && givenTo(before.side, of.rule, row), after: givenTo(after, of.rule, row) }
                : null,
          })),
        };
      }
    }
  }

  return {
    answer: (question) =>
      answer(question).catch((error: unknown) => {
        // The snapshot may be lost with its connection, or half of a field be there: whoever asks next gets another base.
        drop();
        throw error;
      }),
  };
}

const sidesOf = ({ known, drafts }: Loaded): Side[] => [
  ...[...known.values()].map(({ side }) => side),
  ...drafts.values(),
];

/** What each rule gave, by the whole of the rule. */
const columnsByRule = ({ model, results }: Side): [string, Float64Array][] =>
  rulesOf(model.scores).map((rule, i) => [JSON.stringify(rule), results.reasons?.[i] ?? new Float64Array(0)]);

const pastOf = ({ asOf }: Base, { days }: Outcome): number => asOf - days * DAY;

const versionOf = ({ modelId, name, version }: Serving) => ({ id: modelId, name, version });

/** Stages as places in a model, -1 for none and for those that it does not have. */
function placesIn({ stages }: Model, names: readonly (string | null)[]): Int16Array {
  const places = new Map(stages.map(({ id }, place) => [id, place]));
  return Int16Array.from(names, (name) => (name === null ? -1 : (places.get(name) ?? -1)));
}

/** The stages of a former version as places in another model. */
function carriedOver(to: Model, { model, results }: Side): Int16Array {
  const places = placesIn(
    to,
    model.stages.map(({ id }) => id),
  );
  return results.stage.map((place) => places[place] ?? -1);
}

/** The first row with a greater id. */
function firstAfter(ids: Float64Array, id: number): number {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ids[middle] ?? Infinity) > id) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A stage and those after it. */
const stagesFrom = ({ stages }: Model, name: string): string[] => {
  const ids = stages.map(({ id }) => id);
  const place = ids.indexOf(name);
  return place < 0 ? [name] : ids.slice(place);
};
