/**
 * Keys by which programs call. It decides that a key is seen once, when it is made, and that only its SHA-256 is kept;
 * it refuses to know what a scope allows.
 */

import { createHash, randomBytes } from 'node:crypto';
import { recordDeed } from './audit.ts';
import type { Db } from './db.ts';

/** ingest: sends messages and reads nothing. read: reads everything. write: reads and changes. */
export type Scope = 'ingest' | 'read' | 'write';

export interface FoundKey {
  readonly keyId: number;
  readonly scope: Scope;
  /** The source that messages sent with it come from; null for none of its own. */
  readonly sourceId: number | null;
}

export interface ListedKey extends FoundKey {
  readonly name: string;
  /** The last characters of the key. */
  readonly hint: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  /** Right to the minute. */
  readonly lastUsedAt: number | null;
}

export interface NewKey {
  readonly name: string;
  readonly scope: Scope;
  readonly sourceId?: number;
  /** From this instant on it is no key any more. */
  readonly expiresAt?: number;
  readonly by: string;
  readonly now: number;
}

const PREFIX = 'slk_';
/** Milliseconds between two notes of when a key was last used. */
const USE_NOTED = 60_000;

/** Random keys of 32 bytes are not guessed, so a plain hash is enough and is found by an index. */
const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

/** Makes a key. This is the only time that anyone sees it. */
export function createKey(
  db: Db,
  { name, scope, sourceId, expiresAt, by, now }: NewKey,
): Promise<{ keyId: number; key: string }> {
  const key = PREFIX + randomBytes(32).toString('base64url');
  return db.transaction(async (tx) => {
    const [made] = await tx.rows<{ key_id: number }>(
      `insert into access_key (hash, hint, name, scope, source_id, created_at, created_by, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8) returning key_id`,
      [hashOf(key), key.slice(-4), name, scope, sourceId ?? null, now, by, expiresAt ?? null],
    );
    const keyId = made?.key_id ?? 0;
    await recordDeed(tx, { at: now, who: by, action: 'key.create', subject: `key:${keyId}`, details: { name, scope } });
    return { keyId, key };
  });
}

/** Whose key it is; null for one that was never made, was revoked, or has expired by `now`. */
export async function findKey(db: Db, key: string, now: number): Promise<FoundKey | null> {
  if (!key.startsWith(PREFIX)) return null;
  const [found] = await db.rows<{
    key_id: number;
    scope: Scope;
    source_id: number | null;
    last_used_at: number | null;
  }>(
    `select key_id, scope, source_id, last_used_at from access_key
     where hash = $1 and revoked_at is null and (expires_at is null or expires_at > $2)`,
    [hashOf(key), now],
  );
  if (found === undefined) return null;
  if (found.last_used_at === null || found.last_used_at <= now - USE_NOTED) {
    // Many requests may come here at once; the condition lets one of them write.
    await db.rows(
      'update access_key set last_used_at = $2 where key_id = $1 and (last_used_at is null or last_used_at <= $3)',
      [found.key_id, now, now - USE_NOTED],
    );
  }
  return { keyId: found.key_id, scope: found.scope, sourceId: found.source_id };
}

/** All keys, revoked and expired ones too, the newest first, those before the key `before` only. */
export function listKeys(db: Db, { before, limit }: { before: number | null; limit: number }): Promise<ListedKey[]> {
  return db.rows<ListedKey>(
    `select key_id as "keyId", scope, source_id as "sourceId", name, hint, created_at as "createdAt",
       created_by as "createdBy", expires_at as "expiresAt", revoked_at as "revokedAt", last_used_at as "lastUsedAt"
     from access_key where $1::integer is null or key_id < $1 order by key_id desc limit $2`,
    [before, limit],
  );
}

/** From now on nobody gets in with it. False where there is no such key; revoking one twice changes nothing. */
export function revokeKey(db: Db, keyId: number, { by, now }: { by: string; now: number }): Promise<boolean> {
  return db.transaction(async (tx) => {
    const revoked = await tx.rows(
      'update access_key set revoked_at = $2 where key_id = $1 and revoked_at is null returning key_id',
      [keyId, now],
    );
    if (revoked.length > 0) await recordDeed(tx, { at: now, who: by, action: 'key.revoke', subject: `key:${keyId}` });
    return revoked.length > 0 || (await tx.rows('select 1 from access_key where key_id = $1', [keyId])).length > 0;
  });
}
