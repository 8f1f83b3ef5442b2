/**
 * Agreements in versions, and who signed which text. It decides that what is signed is one exact text, and that one
 * version of a name is in force; it refuses to know what an agreement says.
 */

import { createHash } from 'node:crypto';
import { ScorelineError } from '../core/errors.ts';
import { recordDeed } from './audit.ts';
import type { Db } from './db.ts';
import { passOver } from './handoffs.ts';
import type { By } from './people.ts';

/** The SHA-256 of a text, in hex. */
export const hashOf = (document: string): string => createHash('sha256').update(document).digest('hex');

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
 * Puts a version in force from now on, and ends the one before. Contacts that entered the stage earlier are not handed
 * over.
 * @throws ScorelineError `not_found`
 */
export async function putInForce(db: Db, agreementId: number, { by, now }: By): Promise<void> {
  await db.transaction(async (tx) => {
    const [one] = await tx.rows<{ name: string; version: number }>(
      'select name, version from agreement where agreement_id = $1 for update',
      [agreementId],
    );
    if (one === undefined) throw new ScorelineError('not_found', `there is no agreement ${agreementId}`);
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
