/**
 * Scoring of the service: contacts that changed or whose time has come are taken, walked and written; versions are
 * published, filled and switched; and what was true at any instant is said again. It decides what one transaction holds;
 * it refuses to know who asks, and when to look for work.
 */

import { asksForContacts, scoreCompanies } from './company-scoring.ts';
import type { Subject } from './core/condition.ts';
import { ScorelineError } from './core/errors.ts';
import { type Explanation, explain, judgedAt, readsCompanyScores } from './core/explain.ts';
import { walk } from './core/kernel-path.ts';
import { parseModel } from './core/model.ts';
import { needsOf } from './core/needs.ts';
import { type CompanyPast, companyAt, contactIn, eraAt, type Last } from './core/path.ts';
import type { Language } from './core/phrases/languages.ts';
import type { Company, Model } from './core/words.ts';
import { noteCompanies, readCompanyPast } from './store/company-scores.ts';
import type { Db } from './store/db.ts';
import { readHistories, readPlain } from './store/histories.ts';
import {
  type By,
  clearRetired,
  type Difference,
  documentOf,
  listDifferences,
  listVersions,
  progressOf,
  publishVersion,
  releaseMoves,
  switchVersion,
  type Version,
} from './store/models.ts';
import {
  beforeKey,
  claimContacts,
  claimHeavy,
  claimLane,
  claimLanes,
  contactsWithout,
  findRest,
  LANES,
  putBack,
  readBefore,
  shareVersions,
  writeWalks,
} from './store/standings.ts';
import { type Spoken, type Task, walkContacts } from './walks.ts';

/** What one transaction takes. */
const BATCH = { contacts: 1_000, events: 200_000 };
/** Lanes that one transaction takes where much waits, so that workers beside it find others. */
const LANES_AT_ONCE = 16;
/** Where the last one found fewer contacts, all lanes together are little work, and cost the least in one go. */
const MANY = 250;
const COMPANIES_AT_ONCE = 200;

/** What a contact scored at an instant under a version. */
interface Scored {
  readonly contact: number;
  readonly version: number;
  readonly last: Last;
}

/** The same with every reason. */
interface Told {
  readonly version: number;
  readonly explanation: Explanation;
}

export interface Scoring {
  /** Each does one transaction of work and says how many contacts or companies it was for; 0 for none. */
  readonly work: {
    /** Contacts that changed, or whose time has come. */
    live(): Promise<number>;
    /** What else there is to do, so that it need not be tried. */
    rest(): Promise<{ readonly [kind in 'heavy' | 'companies' | 'fill' | 'clear']: boolean }>;
    /** One contact with a great many events. */
    heavy(): Promise<number>;
    companies(): Promise<number>;
    /** Contacts that a new version has not seen yet. */
    fill(): Promise<number>;
    /** What stands of retired versions. */
    clear(): Promise<number>;
  };
  /**
   * Scores some contacts under one version anew, each from an instant on up to now, in one transaction. Whoever calls holds
   * the workers off, and sees to contacts that are merged meanwhile.
   */
  rescore(version: number, since: ReadonlyMap<number, number>): Promise<number>;
  /**
   * Publishes a document as the next version of the model that it names: the first serves at once, a later one is
   * scored beside the serving one until it is switched to. To go back to an earlier version, publish its document again.
   * @throws ModelError
   */
  publish(document: string, by: string): Promise<Version>;
  /** @throws ScorelineError `not_found`, `conflict` */
  switchTo(id: number, by: string): Promise<Version>;
  movesBetween(from: number, to: number, page: { after: number | null; limit: number }): Promise<Difference[]>;
  releaseMoves(id: number, by: string): Promise<number>;
  progress(id: number): Promise<{ readonly scored: number; readonly contacts: number }>;
  versions(): Promise<Version[]>;
  /** The checked model of a version. @throws ScorelineError `not_found` */
  modelOf(id: number): Promise<Model>;
  /**
   * What contacts scored at an instant, by the versions that served then or by a chosen one; before the first version,
   * by that. Contacts that do not exist are left out.
   * @throws ScorelineError `not_found` where the version does not exist
   */
  scoresAsOf(contacts: readonly number[], at: number, version?: number): Promise<Scored[]>;
  /** The same for one contact, in sentences. @throws ScorelineError `contact_unknown` too */
  explainContact(contact: number, at: number, version?: number, language?: Language): Promise<Told[]>;
  /** Contacts at an instant as conditions of an agreement see them under a version. Those that do not exist are left out. */
  subjectsOf(contacts: readonly number[], at: number, version: number): Promise<Map<number, Subject>>;
}

/** @param clock the present instant in milliseconds, UTC */
export function createScoring(db: Db, clock: () => number): Scoring {
  const models = new Map<number, Model>();
  /** By version and lane, the last contact that is filled; those that are done have Infinity. */
  const filled = new Map<string, number>();
  /** The lane with which to begin: each kind of work goes round by itself, or one would keep the other where it is. */
  let turn = 0;
  let fillTurn = 0;
  let isMuch = false;

  async function modelOf(id: number, on: Db = db): Promise<Model> {
    const known = models.get(id) ?? parseModel(await documentOf(on, id), `version ${id}`);
    models.set(id, known);
    return known;
  }

  /** Those that have a word on some instant. */
  async function spoken(on: Db): Promise<Spoken[]> {
    const versions = (await listVersions(on)).filter(
      ({ state, servedFrom }) => state === 'rolling' || servedFrom !== null,
    );
    const list: Spoken[] = [];
    for (const version of versions) list.push({ ...version, model: await modelOf(version.id, on) });
    return list;
  }

  /** One transaction of work, with the versions and the instant that it holds for. */
  const round = (work: (tx: Db, versions: Spoken[], now: number) => Promise<number>): Promise<number> =>
    db.transaction(async (tx) => {
      await shareVersions(tx);
      const versions = await spoken(tx);
      return versions.length === 0 ? 0 : work(tx, versions, clock());
    });

  async function score(tx: Db, versions: readonly Spoken[], tasks: readonly Task[], now: number): Promise<number> {
    if (tasks.length === 0) return 0;
    const walks = await walkContacts(tx, versions, tasks, now);
    const watched = versions.filter((version) => isPresent(version) && version.model.companyScores.length > 0);
    const changed = await writeWalks(
      tx,
      walks.written,
      watched.map(({ id }) => id),
      now,
    );
    await putBack(tx, walks.open, true);
    for (const { id, model } of watched) {
      // A company rule that asks for what contacts did or are can change where no score of theirs does.
      const contacts = new Set(asksForContacts(model) ? tasks.map((task) => task.id) : walks.rehomed);
      for (const row of changed) if (row.model_id === id) contacts.add(row.contact_id);
      await noteCompanies(tx, id, [...contacts].flatMap(walks.companiesOf), now);
    }
    return tasks.length;
  }

  /** Fills a few contacts of a lane; what is done with it is noted once it is committed. */
  async function fill(): Promise<number> {
    const reached = new Map<string, number>();
    const contacts = await round(async (tx, versions, now) => {
      const found = await unfilled(tx, versions.filter(isPresent));
      if (found === null) return 0;
      const { version, key, rows } = found;
      const since = version.publishedAt;
      await putBack(
        tx,
        rows.filter(({ heavy }) => heavy).map(({ id }) => ({ id, since })),
        true,
      );
      const tasks = rows.filter(({ heavy }) => !heavy).map(({ id }) => ({ id, since, only: version.id }));
      await score(tx, versions, tasks, now);
      reached.set(key, rows.at(-1)?.id ?? Infinity);
      return rows.length;
    });
    for (const [key, after] of reached) filled.set(key, after);
    return contacts;
  }

  /** Contacts of one lane, which is held from now on, that a version has not seen. */
  async function unfilled(tx: Db, versions: readonly Spoken[]) {
    const first = fillTurn;
    // In the order of publication: a version begins with the stages of the one before it.
    for (const version of versions) {
      for (let i = 0; i < LANES; i++) {
        const lane = (first + i) % LANES;
        const key = `${version.id} ${lane}`;
        if (filled.get(key) === Infinity || !(await claimLane(tx, lane))) continue;
        // Whoever had the lane until now may have come further.
        const after = filled.get(key) ?? 0;
        const rows = after === Infinity ? [] : await contactsWithout(tx, version.id, lane, after, BATCH);
        fillTurn = lane;
        if (rows.length > 0) return { version, key, rows };
        filled.set(key, Infinity);
      }
      if (!isFilled(version.id)) return null;
    }
    return null;
  }

  const isFilled = (id: number): boolean =>
    Array.from({ length: LANES }, (_, lane) => filled.get(`${id} ${lane}`)).every((after) => after === Infinity);

  const publish = async (document: string, by: By): Promise<Version> => {
    const model = parseModel(document);
    const version = await publishVersion(db, model.name, document, by);
    models.set(version.id, model);
    return version;
  };

  /** The versions that speak for an instant, with what is known of contacts from before it. */
  async function speakersAt(at: number, chosen: number | undefined): Promise<Speaker[]> {
    const ids = chosen === undefined ? speaking(await listVersions(db), at) : [chosen];
    return Promise.all(ids.map(async (id) => ({ id, model: await modelOf(id) })));
  }

  /** The stage of each contact under a version as of an instant. */
  async function stagesOf(speaker: Speaker, contacts: readonly number[], at: number) {
    const before = await readBefore(
      db,
      contacts.map((id) => ({ id, model: speaker.id, at: at + 1 })),
    );
    return (id: number) => before.get(beforeKey({ id, model: speaker.id, at: at + 1 }))?.stage ?? null;
  }

  const pastOf = (
    { id, model }: Speaker,
    companies: readonly number[],
    at: number,
  ): Promise<CompanyPast> | CompanyPast =>
    readsCompanyScores(model) ? readCompanyPast(db, { id, model }, companies, at) : NO_PAST;

  async function scoresAsOf(contacts: readonly number[], at: number, chosen?: number): Promise<Scored[]> {
    const speakers = await speakersAt(at, chosen);
    const wanted = contacts.map((id) => ({ id, since: at }));
    const [{ ids, eras, livesFor }, stages] = await Promise.all([
      readHistories(
        db,
        wanted,
        speakers.map(({ model }) => needsOf(model)),
      ),
      Promise.all(speakers.map((speaker) => stagesOf(speaker, contacts, at))),
    ]);
    const companies = eras.flatMap((list) => companyOf(eraAt(list, at)?.who.company));
    const lists = await Promise.all(
      speakers.map(async (speaker, s) => {
        const past = await pastOf(speaker, companies, at);
        const starts = ids.map((id) => ({ at, previous: stages[s]?.(id) ?? null, before: null }));
        const paths = walk(speaker.model, livesFor(needsOf(speaker.model)), past, starts, at, Infinity);
        return paths.flatMap((path, i): Scored[] => {
          const contact = ids[i];
          return path === null || contact === undefined ? [] : [{ contact, version: speaker.id, last: path.last }];
        });
      }),
    );
    return lists.flat();
  }

  async function explainContact(id: number, at: number, chosen?: number, language: Language = 'en'): Promise<Told[]> {
    const [life] = await readPlain(db, [id]);
    const contact = life === undefined ? null : contactIn(life, at);
    if (contact === null) throw new ScorelineError('contact_unknown', `no contact has the id ${id}`);
    const speakers = await speakersAt(at, chosen);
    return Promise.all(
      speakers.map(async (speaker): Promise<Told> => {
        const stageOf = await stagesOf(speaker, [id], at);
        const company = companyAt(await pastOf(speaker, companyOf(contact.company), at), contact.company?.id, at);
        const explanation = explain(speaker.model, contact, at, { previous: stageOf(id), company, language });
        return { version: speaker.id, explanation };
      }),
    );
  }

  async function subjectsOf(contacts: readonly number[], at: number, version: number): Promise<Map<number, Subject>> {
    const speaker = { id: version, model: await modelOf(version) };
    const known = (await readPlain(db, contacts)).flatMap((life) => contactIn(life, at) ?? []);
    const past = await pastOf(
      speaker,
      known.flatMap(({ company }) => companyOf(company)),
      at,
    );
    return new Map(
      known.map((contact) => {
        const company = companyAt(past, contact.company?.id, at);
        return [Number(contact.id), judgedAt(speaker.model, contact, at, company)];
      }),
    );
  }

  return {
    work: {
      live: () =>
        round(async (tx, versions, now) => {
          const present = versions.filter(isPresent).map(({ id }) => id);
          const lanes = await claimLanes(tx, present, now, turn, isMuch ? LANES_AT_ONCE : LANES);
          if (lanes.length === 0) return 0;
          turn = (lanes.at(-1) ?? 0) + 1;
          const claims = await claimContacts(tx, lanes, present, now, BATCH);
          isMuch = claims.length >= MANY;
          return score(tx, versions, claims, now);
        }),
      rest: async () => {
        const { heavy, companies, retired, models } = await findRest(db, clock());
        return { heavy, companies, fill: !models.every(isFilled), clear: retired };
      },
      heavy: () =>
        round(async (tx, versions, now) => {
          const claim = await claimHeavy(tx);
          return claim === null ? 0 : score(tx, versions, [claim], now);
        }),
      companies: () => round((tx, versions, now) => scoreCompanies(tx, versions, now, COMPANIES_AT_ONCE)),
      fill,
      clear: () => db.transaction((tx) => clearRetired(tx, BATCH.contacts)),
    },
    rescore: (version, contacts) =>
      db.transaction(async (tx) => {
        const tasks = [...contacts].map(([id, since]) => ({ id, since, only: version }));
        return score(tx, await spoken(tx), tasks, clock());
      }),
    publish: (document, by) => publish(document, { by, now: clock() }),
    switchTo: async (id, by) => {
      const followsCompanies = readsCompanyScores(await modelOf(id));
      return switchVersion(db, id, { by, now: clock(), followsCompanies });
    },
    movesBetween: (from, to, page) => listDifferences(db, from, to, page),
    releaseMoves: (id, by) => releaseMoves(db, id, { by, now: clock() }),
    progress: (id) => progressOf(db, id),
    versions: () => listVersions(db),
    modelOf: (id) => modelOf(id),
    scoresAsOf,
    explainContact,
    subjectsOf,
  };
}

const isPresent = ({ state }: Version): boolean => state !== 'retired';

interface Speaker {
  readonly id: number;
  readonly model: Model;
}

const NO_PAST: CompanyPast = new Map();

const companyOf = (company: Company | null | undefined): number[] => (company == null ? [] : [Number(company.id)]);

/** The versions that speak for an instant: of each name the one that served then, or else the first. */
function speaking(versions: readonly Version[], at: number): number[] {
  const served = versions.filter(({ servedFrom }) => servedFrom !== null);
  return [...new Set(served.map(({ name }) => name))].flatMap((name) => {
    const own = served.filter((version) => version.name === name);
    const found = own.findLast(({ servedFrom }) => servedFrom !== null && servedFrom <= at) ?? own[0];
    return found === undefined ? [] : [found.id];
  });
}
