/**
 * How far a workspace is set up, and made-up data in it. It decides what counts as real and that made-up data is taken
 * out without touching anything else; it refuses to know how people are made up.
 *
 * A contact is made up when one of its ids begins with `made-up-` and the demo brought it. Any table with a column
 * `contact_id`, `company_id` or `model_id` is about those, so that none is forgotten.
 */

import { quoted } from '../core/dialect.ts';
import { ScorelineError } from '../core/errors.ts';
import { recordDeed } from './audit.ts';
import { bigints } from './columns.ts';
import type { Db } from './db.ts';
import { holdHandoffs } from './handoff-work.ts';
import { claimPlay, DEMO, OF_DEMO, readPlayed, removeMadeUpSales } from './made-up.ts';
import { lockMerges } from './merges.ts';
import type { By } from './people.ts';
import { holdWorkers } from './standings.ts';

/** When the made-up people came; it is there from when they are asked for until they are taken out. */
export const DEMO_SINCE = 'demo.asOf';
const DISMISSED = 'start.dismissed';

export interface Started {
  /** Nobody is known. */
  readonly empty: boolean;
  /** none: no made-up data. coming: it is being made. there: all of it is. */
  readonly demo: 'none' | 'coming' | 'there';
  /** The share of the made-up past of sales that is played, while it is; else null. */
  readonly playing: number | null;
  readonly dismissed: boolean;
  readonly source: boolean;
  readonly event: boolean;
  readonly model: boolean;
  readonly qualified: boolean;
  readonly colleague: boolean;
}

/** What was done of what a new workspace needs; made-up data does not count. */
export async function readStarted(db: Db): Promise<Started> {
  const [row] = await db.rows<Omit<Started, 'demo' | 'playing'> & { asked: boolean; filled: boolean }>(
    `with demo as (select source_id from source where kind = '${DEMO}')
     select not exists (select from contact) as empty,
       exists (select from setting where key = '${DEMO_SINCE}') as asked,
       exists (select from model where name = '${DEMO}' and published_by = '${DEMO}') as filled,
       exists (select from setting where key = '${DISMISSED}') as dismissed,
       exists (select from source where kind <> '${DEMO}' and disabled_at is null) as source,
       exists (select from event where source_id is null or source_id not in (select source_id from demo)) as event,
       exists (select from model where published_by <> '${DEMO}') as model,
       exists (select from move m where m.to_stage is not null and m.undone_at is null
         and not exists (select from trait t join demo on demo.source_id = t.source_id where t.contact_id = m.contact_id))
         as qualified,
       (select count(*) from person) > 1 as colleague`,
  );
  if (row === undefined) throw new Error('a query without a table gave no row');
  const { asked, filled, ...rest } = row;
  const played = asked ? await readPlayed(db) : null;
  return {
    ...rest,
    demo: filled ? 'there' : asked ? 'coming' : 'none',
    playing: played === 1 ? null : played,
  };
}

/** Says that nobody wants to be reminded of what is left to do. */
export async function dismissStart(db: Db): Promise<void> {
  await db.rows(`insert into setting (key, value) values ('${DISMISSED}', 'true') on conflict do nothing`);
}

const tablesWith = async (db: Db, column: string): Promise<string[]> => {
  const rows = await db.rows<{ name: string }>(
    `select table_name as name from information_schema.columns
     where table_schema = current_schema() and column_name = $1 order by table_name`,
    [column],
  );
  return rows.map(({ name }) => name);
};

async function removeAll(tx: Db, column: string, ids: readonly number[]): Promise<void> {
  for (const table of await tablesWith(tx, column))
    await tx.rows(`delete from ${quoted(table)} where ${quoted(column)} = any($1::bigint[])`, [bigints(ids)]);
}

/**
 * Takes made-up contacts, their companies, the model that came with them and what it says of anybody, and the made-up people of
 * marketing and sales with all that they did, out of every table.
 * A company to which somebody real belongs stays, and so does the model where people published versions of it.
 * @returns how many contacts are gone
 * @throws ScorelineError `conflict` while the past of sales is being played
 */
export function removeDemo(db: Db, { by, now }: By): Promise<number> {
  return db.transaction(async (tx) => {
    if (!(await claimPlay(tx)))
      throw new ScorelineError('conflict', 'the past of the made-up leads is being played: take them out after that');
    // A worker, a merge or a message that is under way would write some of it again.
    await holdWorkers(tx);
    await lockMerges(tx);
    await holdHandoffs(tx);
    const numbers = async (text: string, values: readonly unknown[] = []): Promise<number[]> =>
      (await tx.rows<{ id: number }>(text, values)).map(({ id }) => id);
    const sources = await numbers(`select source_id as id from source where kind = '${DEMO}'`);
    const contacts = await numbers(`select distinct i.contact_id as id from identity i where ${OF_DEMO}`);
    const models = await numbers(
      `select model_id as id from model where name = '${DEMO}'
         and not exists (select from model where name = '${DEMO}' and published_by <> '${DEMO}')`,
    );
    await removeMadeUpSales(tx, models);
    await removeAll(tx, 'contact_id', contacts);
    await removeAll(tx, 'model_id', models);
    await tx.rows('delete from merge where kept_id = any($1::bigint[]) or gone_id = any($1::bigint[])', [
      bigints(contacts),
    ]);
    const companies = await numbers(
      `select distinct c.company_id as id from company c join company_trait t on t.company_id = c.company_id
       where c.key like 'made-up-%' and t.source_id = any($1::integer[])
         and not exists (select from contact where contact.company_id = c.company_id)`,
      [sources],
    );
    await removeAll(tx, 'company_id', companies);
    await tx.rows('delete from refusal where source_id = any($1::integer[])', [sources]);
    await tx.rows('delete from access_key where source_id = any($1::integer[])', [sources]);
    await tx.rows('delete from source where source_id = any($1::integer[])', [sources]);
    await tx.rows('delete from setting where key = $1', [DEMO_SINCE]);
    // What a won deal is was said with the made-up ones, and no event of that name is left.
    await tx.rows(
      `delete from setting where key = 'outcome' and value = '["deal_won"]'
         and not exists (select from event where name = 'deal_won')`,
    );
    const details = { contacts: contacts.length, companies: companies.length };
    await recordDeed(tx, { at: now, who: by, action: 'demo.remove', subject: 'demo', details });
    return contacts.length;
  });
}
