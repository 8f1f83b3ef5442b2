/**
 * `scoreline key`: keys by which programs call, from the machine that keeps the data. It decides what the flags mean and
 * what is printed; keys are made and kept in src/store/keys.ts.
 */

import { ScorelineError } from '../core/errors.ts';
import { readInstant } from '../core/time.ts';
import { withDatabase } from '../service.ts';
import { createKey, type ListedKey, listKeys, revokeKey } from '../store/keys.ts';
import { type ServiceFlags, settingsOf } from './settings.ts';
import { table, when } from './show.ts';
import type { Surroundings } from './surroundings.ts';

interface CreateFlags extends ServiceFlags {
  readonly read?: boolean;
  readonly write?: boolean;
  readonly name?: string;
  readonly expires?: string;
}

/** Who did it, in the audit log: whoever may run commands on this machine. */
const BY = 'command line';
const MOST = 1_000;

/** Prints the key alone on standard output, so that a script can take it; what it is goes beside it. */
export async function keyCreate(flags: CreateFlags, around: Surroundings): Promise<void> {
  const scope = flags.write ? 'write' : 'read';
  if (flags.read === flags.write) throw new ScorelineError('usage', 'name one of --read and --write.');
  const now = around.now();
  const expiresAt = flags.expires === undefined ? undefined : readInstant(flags.expires);
  if (flags.expires !== undefined && (expiresAt === undefined || expiresAt <= now)) {
    throw new ScorelineError('usage', `--expires ${flags.expires} is no instant to come, such as 2027-01-31.`);
  }
  const name = flags.name?.trim() || `${scope} key`;
  const { keyId, key } = await withDatabase(settingsOf(flags), around.now, (db) =>
    createKey(db, { name, scope, by: BY, now, ...(expiresAt === undefined ? {} : { expiresAt }) }),
  );
  around.out(key);
  const until = expiresAt === undefined ? 'until it is revoked' : `until ${when(expiresAt)}`;
  around.note(
    `Key ${keyId}, “${name}”, may ${scope === 'write' ? 'read and write' : 'read'} ${until}. It is shown this once.`,
  );
}

export async function keyList(flags: ServiceFlags, around: Surroundings): Promise<void> {
  const keys = await withDatabase(settingsOf(flags), around.now, (db) => listKeys(db, { before: null, limit: MOST }));
  if (keys.length === 0) return around.out('There are no keys. Make one with: scoreline key create --write');
  const rows = keys.map((key) => [
    String(key.keyId),
    key.scope,
    key.name,
    `…${key.hint}`,
    when(key.createdAt),
    key.lastUsedAt === null ? 'never' : when(key.lastUsedAt),
    stateOf(key, around.now()),
  ]);
  const titles = ['id', 'may', 'name', 'ends in', 'made', 'last used', ''];
  around.out(
    table(
      titles.map((title) => ({ title })),
      rows,
      around.width,
    ),
  );
}

function stateOf({ revokedAt, expiresAt }: ListedKey, now: number): string {
  if (revokedAt !== null) return `revoked ${when(revokedAt)}`;
  if (expiresAt === null) return 'good';
  return expiresAt <= now ? `expired ${when(expiresAt)}` : `good until ${when(expiresAt)}`;
}

export async function keyRevoke(id: string, flags: ServiceFlags, around: Surroundings): Promise<void> {
  const keyId = /^\d{1,9}$/.test(id) ? Number(id) : undefined;
  if (keyId === undefined)
    throw new ScorelineError('usage', `${id} is no id of a key: \`scoreline key list\` shows them.`);
  const known = await withDatabase(settingsOf(flags), around.now, (db) =>
    revokeKey(db, keyId, { by: BY, now: around.now() }),
  );
  if (!known) throw new ScorelineError('not_found', `there is no key ${keyId}.`);
  around.out(`Nobody gets in with key ${keyId} any more.`);
}
