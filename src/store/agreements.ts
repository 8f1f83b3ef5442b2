/**
 * Agreements in versions, and who signed which text. It decides that what is signed is one exact text, and that one
 * version of a name is in force; it refuses to know what an agreement says.
 */

import { createHash } from 'node:crypto';
import type { Team } from '../core/agreement.ts';
import { ScorelineError } from '../core/errors.ts';
import { recordDeed } from './audit.ts';
import type { Db } from './db.ts';
import { passOver } from './handoff-work.ts';
import type { By } from './people.ts';

const TEAMS: readonly Team[] = ['marketing', 'sales'];

/** The SHA-256 of a text, in hex. */
export const hashOf = (document: string): string => createHash('sha256').update(document).digest('hex');

export interface AgreementVersion {
  readonly agreementId: number;
  readonly name: string;
  readonly version: number;
  readonly document: string;
  readonly hash: string;
  readonly modelId: number;
  readonly proposedAt: number;
  readonly proposedBy: string;
  readonly inForceFrom: number | null;
  readonly inForceUntil: number | null;
  readonly signatures: readonly Signature[];
}

interface Signature {
  readonly team: Team;
  readonly by: string;
  readonly at: number;
  /** Of the text that was signed. */
  readonly hash: string;
}

const VERSION = `a.agreement_id as "agreementId", a.name, a.version, a.document, a.hash, a.model_id as "modelId",
  a.proposed_at as "proposedAt", a.proposed_by as "proposedBy", a.in_force_from as "inForceFrom",
  a.in_force_until as "inForceUntil",
  coalesce((select json_agg(json_build_object('team', s.team, 'by', s.signed_by, 'at', s.signed_at, 'hash', s.hash)
    order by s.signed_at, s.team) from agreement_signature s where s.agreement_id = a.agreement_id), '[]') as signatures`;

/** All versions of all agreements, the latest first. */
export const listAgreements = (db: Db): Promise<AgreementVersion[]> =>
  db.rows<AgreementVersion>(`select ${VERSION} from agreement a order by a.agreement_id desc`);

/** Null where there is none. */
export async function findAgreement(db: Db, agreementId: number): Promise<AgreementVersion | null> {
  const [found] = await db.rows<AgreementVersion>(`select ${VERSION} from agreement a where a.agreement_id = $1`, [
    agreementId,
  ]);
  return found ?? null;
}

/** Adds the next version of an agreement. @returns its number */
export async function addAgreement(
  db: Db,
  { name, document, modelId }: { name: string; document: string; modelId: number },
  { by, now }: By,
): Promise<number> {
  return db.transaction(async (tx) => {
    const [made] = await tx.rows<{ id: number; version: number }>(
      `insert into agreement (name, version, document, hash, model_id, proposed_at, proposed_by)
       select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6 from agreement where name = $1
       returning agreement_id as id, version`,
      [name, document, hashOf(document), modelId, now, by],
    );
    if (made === undefined) throw new Error('an insert gave no row');
    const details = { version: made.version };
    await recordDeed(tx, { at: now, who: by, action: 'agreement.propose', subject: `agreement:${name}`, details });
    return made.id;
  });
}

/**
 * Signs a version for a team. Whoever signed before is replaced as long as it is not in force.
 * @param hash of the text as it was shown to whoever signs
 * @throws ScorelineError `not_found`; `conflict` where the text is another, or where it was in force already
 */
export async function signAgreement(
  db: Db,
  agreementId: number,
  { team, hash }: { team: Team; hash: string },
  { by, now }: By,
): Promise<void> {
  await db.transaction(async (tx) => {
    const [one] = await tx.rows<{ name: string; version: number; hash: string; from: number | null }>(
      'select name, version, hash, in_force_from as "from" from agreement where agreement_id = $1 for update',
      [agreementId],
    );
    if (one === undefined) throw new ScorelineError('not_found', `there is no agreement ${agreementId}`);
    if (one.hash !== hash)
      throw new ScorelineError(
        'conflict',
        'what was signed is another text than this version: read it again, then sign',
      );
    if (one.from !== null) throw new ScorelineError('conflict', 'it is in force already, signed as it is');
    await tx.rows(
      `insert into agreement_signature (agreement_id, team, signed_by, signed_at, hash) values ($1, $2, $3, $4, $5)
       on conflict (agreement_id, team) do update set signed_by = excluded.signed_by, signed_at = excluded.signed_at`,
      [agreementId, team, by, now, hash],
    );
    const details = { version: one.version, team, hash };
    await recordDeed(tx, { at: now, who: by, action: 'agreement.sign', subject: `agreement:${one.name}`, details });
  });
}

/**
 * Puts a version in force from now on, and ends the one before. Contacts that entered the stage earlier are not handed
 * over.
 * @throws ScorelineError `not_found`; `conflict` where a signature is missing, or where it was in force already
 */
export async function putInForce(db: Db, agreementId: number, { by, now }: By): Promise<void> {
  await db.transaction(async (tx) => {
    const one = await findAgreement(tx, agreementId);
    if (one === null) throw new ScorelineError('not_found', `there is no agreement ${agreementId}`);
    if (one.inForceFrom !== null) throw new ScorelineError('conflict', 'it is in force, or was: propose the text anew');
    const missing = TEAMS.filter((team) => !one.signatures.some((signature) => signature.team === team));
    if (missing.length > 0)
      throw new ScorelineError('conflict', `nobody of ${missing.join(' and nobody of ')} has signed it`);
    const [other] = await tx.rows('select 1 from agreement where in_force_from is not null and in_force_until is null');
    if (other === undefined) await passOver(tx, now);
    await tx.rows(
      `update agreement set in_force_until = $2 where name = $1 and in_force_from is not null and in_force_until is null`,
      [one.name, now],
    );
    await tx.rows('update agreement set in_force_from = $2 where agreement_id = $1', [agreementId, now]);
    const details = { version: one.version };
    await recordDeed(tx, { at: now, who: by, action: 'agreement.publish', subject: `agreement:${one.name}`, details });
  });
}

export interface AgreementDraft {
  readonly name: string;
  readonly document: string;
  readonly changedAt: number;
  readonly changedBy: string;
}

const DRAFT = 'name, document, changed_at as "changedAt", changed_by as "changedBy"';

export const listAgreementDrafts = (db: Db): Promise<AgreementDraft[]> =>
  db.rows<AgreementDraft>(`select ${DRAFT} from agreement_draft order by name`);

/**
 * Keeps a draft, right or wrong.
 * @param seen when the draft was changed that this one was made from; null for a new one
 * @throws ScorelineError `conflict` where somebody changed it since
 */
export async function saveAgreementDraft(
  db: Db,
  { name, document, seen }: { name: string; document: string; seen: number | null },
  { by, now }: By,
): Promise<AgreementDraft> {
  const [saved] = await db.rows<AgreementDraft>(
    `insert into agreement_draft (name, document, changed_at, changed_by) values ($1, $2, $3, $4)
     on conflict (name) do update set document = excluded.document, changed_by = excluded.changed_by,
       changed_at = greatest(excluded.changed_at, agreement_draft.changed_at + 1)
     where agreement_draft.changed_at = $5 returning ${DRAFT}`,
    [name, document, now, by, seen],
  );
  if (saved === undefined) throw new ScorelineError('conflict', `somebody else changed the draft of ${name} meanwhile`);
  return saved;
}

/** False where there is none. */
export async function discardAgreementDraft(db: Db, name: string): Promise<boolean> {
  return (await db.rows('delete from agreement_draft where name = $1 returning name', [name])).length > 0;
}

export interface AgreementComment {
  readonly commentId: number;
  readonly name: string;
  /** The part that is meant, such as `sales.firstContact`; empty for all of it. */
  readonly about: string;
  readonly body: string;
  readonly writtenAt: number;
  readonly writtenBy: string;
  readonly resolvedAt: number | null;
  readonly resolvedBy: string | null;
}

const COMMENT = `comment_id as "commentId", name, about, body, written_at as "writtenAt", written_by as "writtenBy",
  resolved_at as "resolvedAt", resolved_by as "resolvedBy"`;

export const listAgreementComments = (db: Db, name: string): Promise<AgreementComment[]> =>
  db.rows<AgreementComment>(`select ${COMMENT} from agreement_comment where name = $1 order by comment_id`, [name]);

export async function addAgreementComment(
  db: Db,
  { name, about, body }: { name: string; about: string; body: string },
  { by, now }: By,
): Promise<AgreementComment> {
  const [made] = await db.rows<AgreementComment>(
    `insert into agreement_comment (name, about, body, written_at, written_by) values ($1, $2, $3, $4, $5)
     returning ${COMMENT}`,
    [name, about, body, now, by],
  );
  if (made === undefined) throw new Error('an insert gave no row');
  return made;
}

/** Says that a comment was dealt with; null where there is none that is open. */
export async function resolveAgreementComment(
  db: Db,
  commentId: number,
  { by, now }: By,
): Promise<AgreementComment | null> {
  const [resolved] = await db.rows<AgreementComment>(
    `update agreement_comment set resolved_at = $2, resolved_by = $3 where comment_id = $1 and resolved_at is null
     returning ${COMMENT}`,
    [commentId, now, by],
  );
  return resolved ?? null;
}
