/**
 * Two contacts that turn out to be one. It decides what moves from the contact that goes to the one that is kept, and
 * that everything can be taken back; it refuses to know why they are one.
 */

import { ScorelineError } from '../core/errors.ts';
import type { Facts, Json } from '../core/ingest.ts';
import { recordDeed } from './audit.ts';
import { changed, companiesChanged } from './changed.ts';
import { bigints, jsonColumn, jsons, texts } from './columns.ts';
import type { Db } from './db.ts';
import type { Kind } from './identities.ts';
import { type Carried, carryHandoffs, returnHandoffs } from './merged-handoffs.ts';
import type { By } from './models.ts';
import { type CompanyDomainOf, refreshAll, statedCreation } from './snapshots.ts';
import { keepTraits } from './traits.ts';

/** Whoever writes identities shares it; whoever merges has it alone. */
export const MERGE_LOCK = 7_360_002;

export interface Pair {
  readonly gone: number;
  readonly kept: number;
}

export interface How {
  readonly companyDomainOf: CompanyDomainOf;
  readonly now: number;
}

interface TraitRow {
  readonly contact_id: number;
  readonly name: string;
  readonly at: number;
  readonly value: Json;
  readonly source_id: number | null;
}

interface IdRow {
  readonly contact_id: number;
  readonly kind: Kind;
  readonly value: string;
}

/** What `merge.moved` holds: all that it takes to have both contacts as they were. */
interface Moved {
  readonly createdAt: number;
  readonly ids: readonly IdRow[];
  readonly traits: readonly TraitRow[];
  /** Traits of the kept contact at the same instants. */
  readonly covered: readonly TraitRow[];
  /** Ids of events that the kept contact has now. */
  readonly events: readonly string[];
  /** Events that both had: those of the contact that went, whole. */
  readonly dropped: readonly Facts[];
  /** Left out where there were no hand-offs. */
  readonly carried?: Carried;
}

/**
 * Merges two contacts that a person says are one.
 * @returns the number of the merge
 * @throws ScorelineError `contact_unknown`; `conflict` for a contact and itself
 */
export function mergeContacts(db: Db, pair: Pair, how: How & { cause: string }): Promise<number> {
  if (pair.gone === pair.kept)
    throw new ScorelineError('conflict', `contact ${pair.kept} cannot be merged with itself`);
  return db.transaction(async (tx) => {
    await lockMerges(tx);
    const there = await tx.rows<{ contact_id: number }>(
      'select contact_id from contact where contact_id = any($1::bigint[])',
      [bigints([pair.gone, pair.kept])],
    );
    for (const id of [pair.gone, pair.kept]) {
      if (there.some(({ contact_id }) => contact_id === id)) continue;
      throw new ScorelineError('contact_unknown', `there is no contact ${id}`);
    }
    const [mergeId = 0] = await mergeAll(tx, [pair], how);
    await noteDeed(tx, 'contact.merge', pair, { mergeId, now: how.now, by: how.cause });
    return mergeId;
  });
}

const noteDeed = (tx: Db, action: string, { kept, gone }: Pair, { mergeId, now, by }: { mergeId: number } & By) =>
  recordDeed(tx, {
    at: now,
    who: by,
    action,
    subject: `contact:${kept}`,
    details: { merge: String(mergeId), gone: String(gone) },
  });

/** From here to the end of the transaction nobody else looks identities up to write them. */
export async function lockMerges(tx: Db): Promise<void> {
  await tx.rows('select pg_advisory_xact_lock($1)', [MERGE_LOCK]);
}

/** From here to the end of the transaction nobody merges contacts. */
export async function shareMerges(tx: Db): Promise<void> {
  await tx.rows('select pg_advisory_xact_lock_shared($1)', [MERGE_LOCK]);
}

/** Merges pairs one after another; the merges are locked already. Returns their numbers. */
export async function mergeAll(tx: Db, pairs: readonly Pair[], how: How & { cause: string }): Promise<number[]> {
  const numbers: number[] = [];
  let round: Pair[] = [];
  const taken = new Set<number>();
  for (const pair of pairs) {
    // A contact is in one pair of a round, so that what is recorded of it is what it was before that pair.
    if (taken.has(pair.gone) || taken.has(pair.kept)) {
      numbers.push(...(await mergeRound(tx, round, how)));
      round = [];
      taken.clear();
    }
    round.push(pair);
    taken.add(pair.gone).add(pair.kept);
  }
  if (round.length > 0) numbers.push(...(await mergeRound(tx, round, how)));
  return numbers;
}

const EVENT =
  'event_id, name, at, received_at, source_id, properties, machine, judged_by, voided_at, voided_by, void_reason';

async function mergeRound(tx: Db, round: readonly Pair[], how: How & { cause: string }): Promise<number[]> {
  const gone = bigints(round.map((pair) => pair.gone));
  const kept = bigints(round.map((pair) => pair.kept));
  const pairs = 'unnest($1::bigint[], $2::bigint[]) as pair (gone, kept)';
  const both = bigints(round.flatMap((pair) => [pair.gone, pair.kept]));
  const contacts = await tx.rows<{ contact_id: number; created_at: number }>(
    'select contact_id, created_at from contact where contact_id = any($1::bigint[])',
    [gone],
  );
  const ids = await tx.rows<IdRow>(
    'select contact_id, kind, value from identity where contact_id = any($1::bigint[])',
    [gone],
  );
  const traits = await tx.rows<TraitRow>(
    'select contact_id, name, at, value, source_id from trait where contact_id = any($1::bigint[])',
    [both],
  );
  await tx.rows(`update identity set contact_id = pair.kept from ${pairs} where contact_id = pair.gone`, [gone, kept]);

  const keptOf = new Map(round.map((pair) => [pair.gone, pair.kept]));
  const moving = traits.filter(({ contact_id }) => keptOf.has(contact_id));
  const moved = moving.map((row) => ({ ...row, id: keptOf.get(row.contact_id) ?? 0, sourceId: row.source_id }));
  await keepTraits(tx, 'contact', moved);
  const events = await moveEvents(tx, round);
  const carried = await carryHandoffs(tx, round, how.now);
  const createdAt = new Map(contacts.map((row) => [row.contact_id, row.created_at]));
  const records = round.map((pair): Moved => {
    const own = moving.filter(({ contact_id }) => contact_id === pair.gone);
    const instants = new Set(own.map(({ name, at }) => `${at} ${name}`));
    const handoffs = carried.get(pair.gone);
    return {
      createdAt: createdAt.get(pair.gone) ?? how.now,
      ids: ids.filter(({ contact_id }) => contact_id === pair.gone),
      traits: own,
      covered: traits.filter((row) => row.contact_id === pair.kept && instants.has(`${row.at} ${row.name}`)),
      events: events.moved.get(pair.kept) ?? [],
      dropped: events.dropped.get(pair.gone) ?? [],
      ...(handoffs === undefined ? {} : { carried: handoffs }),
    };
  });
  const numbers = await tx.rows<{ merge_id: number }>(
    `insert into merge (kept_id, gone_id, at, cause, moved)
     select kept, gone, $3, $4, moved::jsonb
     from unnest($1::bigint[], $2::bigint[], ${jsonColumn('$5')}) as fresh (gone, kept, moved) returning merge_id`,
    [gone, kept, how.now, how.cause, jsons(records.map((record) => JSON.stringify(record)))],
  );
  await companiesChanged(
    tx,
    round.map((pair) => pair.gone),
    how.now,
  );
  for (const table of ['contact', 'trait', 'event', 'standing', 'score', 'history', 'move']) {
    await tx.rows(`delete from ${table} where contact_id = any($1::bigint[])`, [gone]);
  }
  const since = records.map((record) => record.createdAt);
  await tx.rows(
    `update contact set created_at = least(created_at, other.at)
     from unnest($1::bigint[], $2::bigint[]) as other (kept, at) where contact_id = other.kept`,
    [kept, bigints(since)],
  );
  await refreshAll(tx, [...keptOf.values()], { at: Math.min(...since), companyDomainOf: how.companyDomainOf });
  await changed(
    tx,
    new Map(round.flatMap((pair, i) => [pair.gone, pair.kept].map((id) => [id, since[i] ?? 0] as const))),
  );
  return numbers.map(({ merge_id }) => merge_id);
}

/** Copies the events under the kept contacts; those of the others are deleted later. */
async function moveEvents(tx: Db, round: readonly Pair[]) {
  const columns = [bigints(round.map((pair) => pair.gone)), bigints(round.map((pair) => pair.kept))];
  const copied = await tx.rows<{ contact_id: number; event_id: string }>(
    `insert into event (contact_id, ${EVENT})
     select pair.kept, ${EVENT} from event join unnest($1::bigint[], $2::bigint[]) as pair (gone, kept)
       on contact_id = pair.gone
     on conflict do nothing returning contact_id, event_id`,
    columns,
  );
  const moved = new Map<number, string[]>(round.map(({ kept }) => [kept, []]));
  for (const row of copied) moved.get(row.contact_id)?.push(row.event_id);
  const dropped = new Map<number, Facts[]>();
  const counts = await tx.rows<{ contact_id: number; events: number }>(
    'select contact_id, count(*) as events from event where contact_id = any($1::bigint[]) group by contact_id',
    [columns[0]],
  );
  for (const { contact_id, events } of counts) {
    const ids = moved.get(round.find(({ gone }) => gone === contact_id)?.kept ?? 0) ?? [];
    if (ids.length === events) continue;
    const rows = await tx.rows<{ row: Facts }>(
      `select to_jsonb(event) as row from event where contact_id = $1 and not event_id = any($2::text[])`,
      [contact_id, texts(ids)],
    );
    dropped.set(
      contact_id,
      rows.map(({ row }) => row),
    );
  }
  return { moved, dropped };
}

/**
 * Takes a merge back: both contacts are as they were before it. What arrived since stays with the one that was kept.
 * @returns the hand-off that the merge ended and that can go on now, or null
 * @throws ScorelineError `not_found`; `conflict` where it was undone before, or the kept contact was itself merged since
 */
export function unmerge(
  db: Db,
  mergeId: number,
  { companyDomainOf, now, by }: How & { by: string },
): Promise<number | null> {
  return db.transaction(async (tx) => {
    await lockMerges(tx);
    const [merge] = await tx.rows<{ kept_id: number; gone_id: number; moved: Moved; undone_at: number | null }>(
      'select kept_id, gone_id, moved, undone_at from merge where merge_id = $1',
      [mergeId],
    );
    if (merge === undefined) throw new ScorelineError('not_found', `there is no merge ${mergeId}`);
    if (merge.undone_at !== null) throw new ScorelineError('conflict', `merge ${mergeId} was undone before`);
    const { kept_id: kept, gone_id: gone, moved } = merge;
    const [there] = await tx.rows('select 1 from contact where contact_id = $1', [kept]);
    if (there === undefined) {
      throw new ScorelineError('conflict', `contact ${kept} was itself merged or erased since: undo that merge first`);
    }
    await tx.rows('insert into contact (contact_id, created_at) values ($1, $2)', [gone, moved.createdAt]);
    await tx.rows(
      `update identity set contact_id = $1 from unnest($3::text[], $4::text[]) as own (kind, value)
       where contact_id = $2 and identity.kind = own.kind and identity.value = own.value`,
      [gone, kept, texts(moved.ids.map(({ kind }) => kind)), texts(moved.ids.map(({ value }) => value))],
    );
    await returnTraits(tx, { kept, gone }, moved);
    await returnEvents(tx, { kept, gone }, moved);
    const ended = moved.carried === undefined ? null : await returnHandoffs(tx, { kept, gone }, moved.carried);
    // What arrived since may have named either of them earlier than ever before.
    for (const id of [kept, gone])
      await tx.rows('update contact set created_at = $2 where contact_id = $1', [id, await earliestOf(tx, id)]);
    await refreshAll(tx, [kept, gone], { at: moved.createdAt, companyDomainOf });
    // What was moved is back, and nobody asks for it again: only the persons themselves hold what is known of them.
    await tx.rows(`update merge set undone_at = $2, moved = '{}' where merge_id = $1`, [mergeId, now]);
    await changed(
      tx,
      new Map([
        [kept, moved.createdAt],
        [gone, moved.createdAt],
      ]),
    );
    await noteDeed(tx, 'contact.unmerge', { kept, gone }, { mergeId, now, by });
    return ended;
  });
}

async function returnTraits(tx: Db, { kept, gone }: Pair, moved: Moved): Promise<void> {
  if (moved.traits.length === 0) return;
  // A value that came since, at the same instant, stays.
  await tx.rows(
    `delete from trait using unnest($2::text[], $3::bigint[], ${jsonColumn('$4')}) as own (name, at, value)
     where contact_id = $1 and trait.name = own.name and trait.at = own.at
       and trait.value is not distinct from nullif(own.value, 'null')::jsonb`,
    [
      kept,
      texts(moved.traits.map(({ name }) => name)),
      bigints(moved.traits.map(({ at }) => at)),
      jsons(moved.traits.map(({ value }) => JSON.stringify(value))),
    ],
  );
  const back = moved.traits.map((row) => ({ ...row, id: gone, sourceId: row.source_id }));
  await keepTraits(tx, 'contact', back);
  const covered = moved.covered.map((row) => ({ ...row, id: kept, sourceId: row.source_id }));
  if (covered.length > 0) await keepTraits(tx, 'contact', covered);
}

async function returnEvents(tx: Db, { kept, gone }: Pair, moved: Moved): Promise<void> {
  await tx.rows(
    `insert into event (contact_id, ${EVENT}) select $1, ${EVENT} from event
     where contact_id = $2 and event_id = any($3::text[])`,
    [gone, kept, texts(moved.events)],
  );
  await tx.rows('delete from event where contact_id = $1 and event_id = any($2::text[])', [kept, texts(moved.events)]);
  if (moved.dropped.length === 0) return;
  await tx.rows(
    `insert into event (contact_id, ${EVENT}) select $1, ${EVENT} from jsonb_populate_recordset(null::event, $2::jsonb)`,
    [gone, JSON.stringify(moved.dropped)],
  );
}

/** The earliest instant of anything that is known of a contact, or when it says that it came to be. */
async function earliestOf(tx: Db, contactId: number): Promise<number> {
  const [known] = await tx.rows<{ at: number | null; created_at: number }>(
    `select created_at, least((select min(first_seen_at) from identity where contact_id = $1),
       (select min(at) from trait where contact_id = $1), (select min(at) from event where contact_id = $1)) as at
     from contact where contact_id = $1`,
    [contactId],
  );
  const stated = await tx.rows<{ name: string; value: Json }>(
    `select name, value from trait where contact_id = $1 and name in ('created_at', 'createdAt')`,
    [contactId],
  );
  const instants = stated.flatMap(({ name, value }) => statedCreation({ [name]: value }) ?? []);
  return Math.min(known?.at ?? known?.created_at ?? 0, ...instants);
}
