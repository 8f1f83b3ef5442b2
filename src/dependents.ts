/**
 * Who depends on what a model names: agreements in force, saved searches and territories. It decides what they would lose
 * under another version, and whom to tell when an agreement lost something; a version is published and serves all the same.
 */

import { type Agreement, parseAgreement } from './core/agreement.ts';
import { readText } from './core/document.ts';
import { ScorelineError } from './core/errors.ts';
import { checkConditions } from './core/model.ts';
import { type Lacked, lackedBy, type Named, namedBy, namesIn } from './core/named.ts';
import type { Model } from './core/words.ts';
import type { Scoring } from './scoring.ts';
import { type Serving, servingModel } from './store/contacts.ts';
import type { Db } from './store/db.ts';
import { agreementsInForce, agreementText } from './store/handoffs.ts';
import { documentOf } from './store/models.ts';
import { addLostNotice } from './store/notices.ts';
import { readSearch } from './store/search.ts';
import { listSegments, type Segment } from './store/segments.ts';
import { listSellers } from './store/sellers.ts';

interface Ground {
  readonly db: Db;
  readonly scoring: Scoring;
}

/** Something that names what a model lacks. */
export interface Dependent {
  readonly kind: 'agreement' | 'search' | 'territory';
  /** The number of the agreement's version or of the search, or the address of the sales person. */
  readonly id: string;
  readonly name: string;
  readonly lacks: readonly Lacked[];
}

/** Reads the agreement of a version against the version of the model that it was written for. @throws ScorelineError `not_found` */
export async function readAgreement({ db, scoring }: Ground, agreementId: number): Promise<Agreement> {
  const kept = await agreementText(db, agreementId);
  if (kept === null) throw new ScorelineError('not_found', `there is no agreement ${agreementId}`);
  const document = readText(await documentOf(db, kept.modelId)).value;
  const { stages } = await scoring.modelOf(kept.modelId);
  return parseAgreement(kept.document, () => ({ document, stages: stages.map(({ id }) => id) }));
}

const MOST_SEARCHES = 10_000;

/** What would lose something under a model, if that served in place of the version that does. */
export async function dependentsOn(ground: Ground, model: Model): Promise<Dependent[]> {
  const { db } = ground;
  const serving = await servingModel(db, model.name);
  if (serving === null) return [];
  const found: (Omit<Dependent, 'lacks'> & { readonly names: readonly Named[] })[] = [];
  for (const { agreementId } of await agreementsInForce(db)) {
    const agreement = await readAgreement(ground, agreementId);
    if (agreement.model !== model.name) continue;
    found.push({ kind: 'agreement', id: String(agreementId), name: agreement.name, names: namedBy(agreement) });
  }
  const first = await servingModel(db, null);
  for (const one of await listSegments(db, { after: '', limit: MOST_SEARCHES }))
    if ((one.search.model ?? first?.name) === model.name)
      found.push({ kind: 'search', id: String(one.segmentId), name: one.name, names: namesOfSearch(one, serving) });
  const document = readText(serving.document).value;
  for (const { email, territory } of await listSellers(db)) {
    if (territory === null) continue;
    const condition = checkConditions(document, { territory }).conditions.get('territory') ?? null;
    found.push({ kind: 'territory', id: email, name: email, names: namesIn(condition) });
  }
  return found.flatMap(({ names, ...one }): Dependent[] => {
    const lacks = lackedBy(model, names);
    return lacks.length === 0 ? [] : [{ ...one, lacks }];
  });
}

/** A search that cannot be run already loses nothing more. */
function namesOfSearch({ search: document }: Segment, serving: Serving): Named[] {
  try {
    const { decided, looked, stage, sort } = readSearch(document, serving);
    return [
      ...[...decided, ...looked].flatMap(namesIn),
      ...(stage ?? []).map((name): Named => ({ kind: 'stage', name })),
      ...(sort.by === 'score' ? [{ kind: 'score', name: sort.score, ofCompany: false } as const] : []),
    ];
  } catch (error) {
    if (error instanceof ScorelineError) return [];
    throw error;
  }
}

/** An agreement in force whose model lacks what it names: whoever should be handed over is not, or waits for ever. */
export interface Broken {
  readonly agreementId: number;
  readonly name: string;
  readonly model: string;
  readonly modelId: number;
  /** Of the model. */
  readonly version: number;
  readonly lacks: readonly Lacked[];
}

export async function brokenAgreements(ground: Ground): Promise<Broken[]> {
  const broken: Broken[] = [];
  for (const { agreementId } of await agreementsInForce(ground.db)) {
    const one = await brokenAgreement(ground, agreementId);
    if (one !== null) broken.push(one);
  }
  return broken;
}

/** Null where the model that serves has all that the agreement names. @throws ScorelineError `not_found` */
export async function brokenAgreement(ground: Ground, agreementId: number): Promise<Broken | null> {
  const agreement = await readAgreement(ground, agreementId);
  const serving = await servingModel(ground.db, agreement.model);
  if (serving === null) return null;
  const { modelId, version } = serving;
  const lacks = lackedBy(await ground.scoring.modelOf(modelId), namedBy(agreement));
  return lacks.length === 0
    ? null
    : { agreementId, name: agreement.name, model: agreement.model, modelId, version, lacks };
}

/** Tells marketing of agreements in force that lost something, once of each version of the model that they lost it by. */
export async function tellOfLosses(ground: Ground, now: number): Promise<void> {
  for (const one of await brokenAgreements(ground)) await addLostNotice(ground.db, one, now);
}
