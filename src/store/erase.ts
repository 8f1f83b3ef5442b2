/**
 * One person in all tables: everything written out, or everything gone. It decides that a table about contacts is one
 * with a column `contact_id`, so that none is forgotten, and which texts elsewhere can name a person; it refuses to know
 * what the tables mean.
 */

import { quoted } from '../core/dialect.ts';
import { ScorelineError } from '../core/errors.ts';
import { recordDeed } from './audit.ts';
import { bigints } from './columns.ts';
import type { Db } from './db.ts';
import { holdHandoffs, nudgeWaiting } from './handoff-work.ts';
import { lockMerges } from './merges.ts';
import type { By } from './people.ts';
import { holdWorkers } from './standings.ts';

/** Everything by which a contact may be found in a text. */
export interface Names {
  /** Its numbers: its own, and those of contacts that were merged into it. */
  readonly ids: readonly number[];
  /** A pattern for each address, and for each other id as it stands in JSON. */
  readonly patterns: readonly string[];
  readonly emails: readonly string[];
  /** All ids and addresses as they are. */
  readonly values: readonly string[];
}

/** @throws ScorelineError `not_found` */
export async function namesOf(db: Db, contactId: number): Promise<Names> {
  const ids = await db.rows<{ id: number }>(
    `with recursive one (id) as (
       select contact_id from contact where contact_id = $1
       union select m.gone_id from merge m join one on m.kept_id = one.id where m.undone_at is null)
     select id from one`,
    [contactId],
  );
  if (ids.length === 0) throw new ScorelineError('not_found', `there is no contact ${contactId}`);
  const known = await db.rows<{ kind: string; value: string }>(
    'select kind, value from identity where contact_id = $1',
    [contactId],
  );
  const emails = known.filter(({ kind }) => kind === 'email').map(({ value }) => value);
  const others = known.filter(({ kind }) => kind !== 'email').map(({ value }) => JSON.stringify(value));
  return {
    ids: ids.map(({ id }) => id),
    emails,
    values: known.map(({ value }) => value),
    patterns: [...emails.map((email) => `(^|[^a-z0-9._%+-])${escaped(email)}($|[^a-z0-9.-])`), ...others.map(escaped)],
  };
}

const escaped = (text: string): string =>
  text.replace(/[^\p{L}\p{N}@"]/gu, (c) => (c.charCodeAt(0) < 128 ? `\\${c}` : c));

async function tablesOfContacts(db: Db): Promise<string[]> {
  const rows = await db.rows<{ name: string }>(
    `select table_name as name from information_schema.columns
     where table_schema = current_schema() and column_name = 'contact_id' order by table_name`,
  );
  return rows.map(({ name }) => name);
}

/** Messages that could not be used and name the person; the patterns do not mind case. */
const REFUSALS = 'message ~* any($1::text[])';
const MERGES = 'kept_id = any($1::bigint[]) or gone_id = any($1::bigint[])';

/**
 * Takes a contact out of every table, and with it saved searches that name the person. What is sent about the same person afterwards makes a new contact.
 * @throws ScorelineError `not_found`, `conflict`
 */
export function eraseContact(db: Db, contactId: number, { by, now }: By): Promise<void> {
  return db.transaction(async (tx) => {
    // A worker, a merge, a message or a look at hand-offs that is under way would write some of it again.
    await holdWorkers(tx);
    await lockMerges(tx);
    await holdHandoffs(tx);
    const { ids, patterns, emails } = await namesOf(tx, contactId);
    const subjects = ids.map((id) => `contact:${id}`);
    await tx.rows(
      `insert into changed_company (company_id, model_id, since)
       select c.company_id, s.model_id, $2 from contact c join standing s on s.contact_id = c.contact_id
       where c.contact_id = $1 and c.company_id is not null`,
      [contactId, now],
    );
    for (const table of await tablesOfContacts(tx))
      await tx.rows(`delete from ${quoted(table)} where contact_id = any($1::bigint[])`, [bigints(ids)]);
    await nudgeWaiting(tx);
    await tx.rows(
      `with gone as (delete from merge where ${MERGES} returning merge_id)
       delete from webhook_delivery where subject in (select 'merge:' || merge_id from gone)`,
      [bigints(ids)],
    );
    if (patterns.length > 0) {
      await tx.rows(`delete from refusal where ${REFUSALS}`, [patterns]);
      await tx.rows('delete from segment where search::text ~* any($1::text[]) or name ~* any($1::text[])', [patterns]);
      await forgetInRules(tx, patterns);
    }
    await tx.rows('delete from attempt where subject = any($1::text[])', [emails.map((email) => `account:${email}`)]);
    await tx.rows(
      `delete from audit where subject = any($1::text[])
         or action in ('contact.merge', 'contact.unmerge') and details ->> 'gone' = any($2::text[])`,
      [subjects, ids.map(String)],
    );
    // That it was done is kept; of whom is not.
    await recordDeed(tx, { at: now, who: by, action: 'contact.erase', subject: 'contact' });
  });
}

/** A rule that is done needs its condition no more. @throws ScorelineError `conflict` where one is under way */
async function forgetInRules(tx: Db, patterns: readonly string[]): Promise<void> {
  const named = await tx.rows<{ id: number; state: string }>(
    `update event_rule set meant = case when state in ('waiting', 'running') then meant else meant - 'where' end
     where meant::text ~* any($1::text[]) returning rule_id as id, state`,
    [patterns],
  );
  const busy = named.find(({ state }) => state === 'waiting' || state === 'running');
  if (busy !== undefined)
    throw new ScorelineError(
      'conflict',
      `rule ${busy.id} about events names the person and is under way: erase after it`,
    );
}

const ROWS_AT_ONCE = 500;

/**
 * Writes everything about a contact as one JSON object: by table, all rows.
 * @param write takes the next piece of the text; it is waited for
 * @throws ScorelineError `not_found`, before anything is written
 */
export function exportContact(db: Db, contactId: number, write: (piece: string) => Promise<void>): Promise<void> {
  return db.transaction(async (tx) => {
    // One state of the database, however long it takes.
    await tx.rows('set transaction isolation level repeatable read, read only');
    const { ids, patterns } = await namesOf(tx, contactId);
    await write(`{\n"contactId": ${JSON.stringify(String(contactId))}`);
    for (const table of await tablesOfContacts(tx))
      await writeTable(tx, table, 'contact_id = any($1::bigint[])', bigints(ids), write);
    await writeTable(tx, 'merge', MERGES, bigints(ids), write);
    await writeTable(tx, 'refusal', REFUSALS, patterns, write);
    await write('\n}\n');
  });
}

async function writeTable(
  tx: Db,
  table: string,
  where: string,
  value: unknown,
  write: (piece: string) => Promise<void>,
): Promise<void> {
  await tx.rows(`declare rows_of cursor for select to_jsonb(t)::text as row from ${quoted(table)} t where ${where}`, [
    value,
  ]);
  await write(`,\n${JSON.stringify(table)}: [`);
  let separator = '\n';
  for (;;) {
    const rows = await tx.rows<{ row: string }>(`fetch ${ROWS_AT_ONCE} from rows_of`);
    if (rows.length > 0) await write(separator + rows.map(({ row }) => row).join(',\n'));
    separator = ',\n';
    if (rows.length < ROWS_AT_ONCE) break;
  }
  await tx.rows('close rows_of');
  await write(']');
}
