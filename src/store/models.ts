/**
 * Models: drafts, and versions that were published. It decides how a version comes to serve and what a switch does to
 * the moves of contacts; it refuses to know what a document says.
 */

import { ScorelineError } from '../core/errors.ts';
import { writeInstant } from '../core/time.ts';
import { recordDeed } from './audit.ts';
import { bigints } from './columns.ts';
import type { Db } from './db.ts';
import { holdWorkers } from './standings.ts';

/** A published version. Instants are milliseconds, UTC. */
export interface Version {
  readonly id: number;
  readonly name: string;
  /** From 1, by name. */
  readonly version: number;
  readonly state: 'rolling' | 'serving' | 'retired';
  readonly publishedAt: number;
  readonly publishedBy: string;
  /** Null for one that never served. */
  readonly servedFrom: number | null;
  readonly servedUntil: number | null;
  /** Since when the moves that it caused are no longer held; null while they are. */
  readonly releasedAt: number | null;
}

export interface By {
  readonly by: string;
  readonly now: number;
}

const VERSION = `model_id as id, name, version, state, published_at as "publishedAt", published_by as "publishedBy",
  served_from as "servedFrom", served_until as "servedUntil", released_at as "releasedAt"`;

/** All versions, in the order in which they were published. */
export const listVersions = (db: Db): Promise<Version[]> =>
  db.rows<Version>(`select ${VERSION} from model order by model_id`);

/** The text of a version's document. @throws ScorelineError `not_found` */
export async function documentOf(db: Db, id: number): Promise<string> {
  const [row] = await db.rows<{ document: string }>('select document from model where model_id = $1', [id]);
  if (row === undefined) throw unknown(id);
  return row.document;
}

const unknown = (id: number) => new ScorelineError('not_found', `no version of a model has the id ${id}`);

/**
 * Keeps a document as the next version of its name: the first serves at once, a later one is scored beside the serving
 * one, in place of another that was.
 */
export function publishVersion(db: Db, name: string, document: string, { by, now }: By): Promise<Version> {
  return db.transaction(async (tx) => {
    await holdWorkers(tx);
    await tx.rows("update model set state = 'retired' where name = $1 and state = 'rolling'", [name]);
    const [version] = await tx.rows<Version>(
      // Without a contact there is nothing that a first version could cause.
      `insert into model (name, version, document, state, published_at, published_by, served_from, released_at)
       select $1, count(*) + 1, $2, case when count(*) filter (where served_from is not null) = 0
           then 'serving' else 'rolling' end, $3, $4,
         case when count(*) filter (where served_from is not null) = 0 then $3::bigint end,
         case when not exists (select from contact) then $3::bigint end
       from model where name = $1 returning ${VERSION}`,
      [name, document, now, by],
    );
    if (version === undefined) throw new Error('a version was not kept');
    await tx.rows('delete from draft where name = $1 and document = $2', [name, document]);
    const details = { version: version.version, id: version.id };
    await recordDeed(tx, { at: now, who: by, action: 'model.publish', subject: name, details });
    return version;
  });
}

/** How many contacts are scored under a version, of how many. */
export async function progressOf(db: Db, id: number): Promise<{ readonly scored: number; readonly contacts: number }> {
  const [row] = await db.rows<{ scored: number; contacts: number }>(
    `select (select count(*) from standing where model_id = $1) as scored, (select count(*) from contact) as contacts`,
    [id],
  );
  return row ?? { scored: 0, contacts: 0 };
}

const isWhole = async (db: Db, id: number): Promise<boolean> => {
  const missing = await db.rows(
    `select from contact c where not exists
       (select from standing s where s.contact_id = c.contact_id and s.model_id = $1) limit 1`,
    [id],
  );
  return missing.length === 0;
};

/** Whether all companies are scored under a version, and whoever has to was looked at again since. */
const areCompaniesWhole = async (db: Db, id: number): Promise<boolean> => {
  const missing = await db.rows(
    `select from contact c where c.company_id is not null and not exists
       (select from company_standing s where s.company_id = c.company_id and s.model_id = $1) limit 1`,
    [id],
  );
  if (missing.length > 0) return false;
  const waiting = await db.rows(
    `select from changed w join contact c on c.contact_id = w.contact_id
     join company_history h on h.company_id = c.company_id and h.model_id = $1 and h.at = w.since limit 1`,
    [id],
  );
  return waiting.length === 0;
};

/**
 * Lets a rolling version serve from now on. Contacts that it puts in another stage move; these moves are held.
 * @param followsCompanies whether its stages ask for scores of companies, which come after those of contacts
 * @throws ScorelineError `not_found`; `conflict` where it is not rolling, or some contacts or companies are not scored yet
 */
export function switchVersion(
  db: Db,
  id: number,
  { by, now, followsCompanies }: By & { readonly followsCompanies: boolean },
): Promise<Version> {
  return db.transaction(async (tx) => {
    await holdWorkers(tx);
    const [fresh] = await tx.rows<Version>(`select ${VERSION} from model where model_id = $1 for update`, [id]);
    if (fresh === undefined) throw unknown(id);
    if (fresh.state !== 'rolling') {
      throw new ScorelineError('conflict', `version ${fresh.version} of ${fresh.name} is ${fresh.state}, not rolling`);
    }
    if (!(await isWhole(tx, id))) {
      const { scored, contacts } = await progressOf(tx, id);
      throw new ScorelineError(
        'conflict',
        `version ${fresh.version} of ${fresh.name} has scored ${scored} of ${contacts} contacts so far`,
      );
    }
    if (followsCompanies && !(await areCompaniesWhole(tx, id))) {
      throw new ScorelineError(
        'conflict',
        `version ${fresh.version} of ${fresh.name} has not scored all companies yet, for which its stages ask`,
      );
    }
    const [old] = await tx.rows<{ id: number }>(
      `update model set state = 'retired', served_until = $2 where name = $1 and state = 'serving' returning model_id as id`,
      [fresh.name, now],
    );
    // What the old version owes by the passing of time belongs to its past, which nobody would look at any more.
    await tx.rows(
      `insert into changed (lane, contact_id, since) select contact_id & 63, contact_id, min(next_change_at)
       from standing where model_id = any(array[$1, $2]::integer[]) and next_change_at <= $3 group by contact_id`,
      [id, old?.id ?? null, now],
    );
    await tx.rows(
      `insert into move (contact_id, model_id, at, from_stage, to_stage, recorded_at, held)
       select contact_id, $1, $3, b.stage, a.stage, $3, true
       from standing a left join (select contact_id, stage from standing where model_id = $2) b using (contact_id)
       where a.model_id = $1 and a.stage is distinct from b.stage
       on conflict (contact_id, model_id, at) do nothing`,
      [id, old?.id ?? null, now],
    );
    const [version] = await tx.rows<Version>(
      `update model set state = 'serving', served_from = $2 where model_id = $1 returning ${VERSION}`,
      [id, now],
    );
    await recordDeed(tx, { at: now, who: by, action: 'model.switch', subject: fresh.name, details: { id } });
    return version ?? fresh;
  });
}

/** A contact that stands elsewhere under another version. */
export interface Difference {
  readonly contactId: number;
  readonly from: string | null;
  readonly to: string | null;
}

/** The moves that a switch from one version to another would cause, by contact, those after the contact `after` only. */
export const listDifferences = (
  db: Db,
  from: number,
  to: number,
  { after, limit }: { readonly after: number | null; readonly limit: number },
): Promise<Difference[]> =>
  db.rows<Difference>(
    `select contact_id as "contactId", b.stage as "from", a.stage as "to"
     from standing a left join (select contact_id, stage from standing where model_id = $1) b using (contact_id)
     where a.model_id = $2 and a.stage is distinct from b.stage and ($3::bigint is null or contact_id > $3)
     order by contact_id limit $4`,
    [from, to, after, limit],
  );

/** Lets go of the moves that a version caused. @returns how many were held @throws ScorelineError `not_found` */
export function releaseMoves(db: Db, id: number, { by, now }: By): Promise<number> {
  return db.transaction(async (tx) => {
    await holdWorkers(tx);
    const [model] = await tx.rows<{ name: string }>(
      'update model set released_at = coalesce(released_at, $2) where model_id = $1 returning name',
      [id, now],
    );
    if (model === undefined) throw unknown(id);
    const [row] = await tx.rows<{ moves: number }>(
      `with released as (update move set held = false where model_id = $1 and held returning 1)
       select count(*) as moves from released`,
      [id],
    );
    const moves = row?.moves ?? 0;
    await recordDeed(tx, { at: now, who: by, action: 'model.release', subject: model.name, details: { id, moves } });
    return moves;
  });
}

/** Takes away what stands of versions that are retired, a few contacts at a time; their past stays. */
export async function clearRetired(tx: Db, contacts: number): Promise<number> {
  const [model] = await tx.rows<{ id: number; served: boolean }>(
    `select model_id as id, served_from is not null as served from model m where state = 'retired'
       and exists (select from standing s where s.model_id = m.model_id) order by model_id limit 1 for update skip locked`,
  );
  if (model === undefined) return 0;
  const rows = await tx.rows<{ id: number }>(
    'select contact_id as id from standing where model_id = $1 order by contact_id limit $2',
    [model.id, contacts],
  );
  // A version that never served has no past either.
  for (const table of ['standing', 'score', ...(model.served ? [] : ['history'])]) {
    await tx.rows(`delete from ${table} where model_id = $1 and contact_id = any($2::bigint[])`, [
      model.id,
      bigints(rows.map(({ id }) => id)),
    ]);
  }
  for (const table of ['company_standing', 'company_score']) {
    await tx.rows(`delete from ${table} where model_id = $1`, [model.id]);
  }
  return rows.length;
}

export interface Draft {
  readonly name: string;
  readonly document: string;
  readonly changedAt: number;
  readonly changedBy: string;
}

const DRAFT_LOCK = 7_360_013;
const DRAFT = 'name, document, changed_at as "changedAt", changed_by as "changedBy"';

/** By name. */
export const listDrafts = (db: Db): Promise<Draft[]> => db.rows<Draft>(`select ${DRAFT} from draft order by name`);

/**
 * Keeps a draft in place of the one of that name; it need not be a model yet.
 * @param seen when the draft that the writer saw was last changed, null for none; left out, whatever is there is replaced
 * @throws ScorelineError `conflict` where somebody changed it since
 */
export function saveDraft(
  db: Db,
  name: string,
  document: string,
  { by, now }: By,
  seen?: number | null,
): Promise<Draft> {
  return db.transaction(async (tx) => {
    // A draft that is not there yet has no row to lock.
    await tx.rows('select pg_advisory_xact_lock($1, hashtext($2))', [DRAFT_LOCK, name]);
    const [old] = await tx.rows<Draft>(`select ${DRAFT} from draft where name = $1`, [name]);
    if (seen !== undefined && (old?.changedAt ?? null) !== seen) {
      throw new ScorelineError(
        'conflict',
        old === undefined
          ? `the draft ${name} is gone: it was published or thrown away`
          : `the draft ${name} was changed by ${old.changedBy} at ${writeInstant(old.changedAt)}: look at it before you replace it`,
      );
    }
    // Two changes within a millisecond are still two.
    const at = Math.max(now, (old?.changedAt ?? 0) + 1);
    const [draft] = await tx.rows<Draft>(
      `insert into draft (name, document, changed_at, changed_by) values ($1, $2, $3, $4)
       on conflict (name) do update set document = excluded.document, changed_at = excluded.changed_at,
         changed_by = excluded.changed_by returning ${DRAFT}`,
      [name, document, at, by],
    );
    await recordDeed(tx, { at: now, who: by, action: 'model.draft', subject: name });
    return draft ?? { name, document, changedAt: at, changedBy: by };
  });
}

/** False where there is no draft of that name. */
export function discardDraft(db: Db, name: string, { by, now }: By): Promise<boolean> {
  return db.transaction(async (tx) => {
    const gone = await tx.rows('delete from draft where name = $1 returning name', [name]);
    if (gone.length > 0) await recordDeed(tx, { at: now, who: by, action: 'model.discard', subject: name });
    return gone.length > 0;
  });
}
