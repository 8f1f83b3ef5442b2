/**
 * Hand-offs of two contacts that turn out to be one, and of one that turns out to be two after all. It decides which of
 * two that are under way goes on: the one that got further, else the older, so that nobody of sales loses a lead that they
 * work on to one that nobody looked at.
 */

import { type Fact, handoffOf, type State, UNDER_WAY } from '../core/handoff.ts';
import { bigints } from './columns.ts';
import type { Db } from './db.ts';
import { holdHandoffs, nudgeWaiting } from './handoff-work.ts';
import { addNotices, endClocks, factsOf, type KeptHandoff, listClocks, listUnderWay, writeFacts } from './handoffs.ts';
import { MARKETING } from './sellers.ts';

const TABLES = ['handoff', 'handoff_fact', 'handoff_clock', 'handoff_notice'] as const;

interface Pair {
  readonly gone: number;
  readonly kept: number;
}

/** What became of the hand-offs of one merge: all that it takes to give them back. */
export interface Carried {
  /** Those that the contact that went had. */
  readonly handoffs: readonly number[];
  /** The one that does not go on, because the other contact had one under way too. */
  readonly ended: number | null;
}

/**
 * Brings hand-offs of contacts that go to those that are kept. A contact is in one pair only.
 * @returns by the contact that goes
 */
export async function carryHandoffs(tx: Db, pairs: readonly Pair[], now: number): Promise<Map<number, Carried>> {
  await holdHandoffs(tx);
  const gone = bigints(pairs.map((pair) => pair.gone));
  const own = await tx.rows<{ contactId: number; handoffId: number }>(
    `select contact_id as "contactId", handoff_id as "handoffId" from handoff where contact_id = any($1::bigint[])
     order by handoff_id`,
    [gone],
  );
  const carried = new Map<number, Carried>();
  if (own.length === 0) return carried;
  const underWay = await listUnderWay(
    tx,
    pairs.flatMap((pair) => [pair.gone, pair.kept]),
  );
  for (const pair of pairs) {
    const handoffs = own.filter(({ contactId }) => contactId === pair.gone).map(({ handoffId }) => handoffId);
    const both = underWay.filter(({ contactId }) => contactId === pair.gone || contactId === pair.kept);
    const [first, second] = both.toSorted(
      (a, b) => reached(b.state) - reached(a.state) || a.enteredAt - b.enteredAt || a.handoffId - b.handoffId,
    );
    if (first !== undefined && second !== undefined) await end(tx, second, first.handoffId, now);
    carried.set(pair.gone, { handoffs, ended: second?.handoffId ?? null });
  }
  for (const table of TABLES)
    await tx.rows(
      `update ${table} set contact_id = pair.kept from unnest($1::bigint[], $2::bigint[]) as pair (gone, kept)
       where contact_id = pair.gone`,
      [gone, bigints(pairs.map((pair) => pair.kept))],
    );
  // The moves that they rested on are gone with the contact.
  await doubt(
    tx,
    own.map(({ handoffId }) => handoffId),
  );
  return carried;
}

/** How far it got, of those under way. */
const reached = (state: State): number => UNDER_WAY.indexOf(state);

async function end(tx: Db, one: KeptHandoff, into: number, now: number): Promise<void> {
  const before = await factsOf(tx, one);
  const fact: Fact = { kind: 'merged', at: now, by: 'scoreline', into };
  const state = handoffOf([...before, fact]);
  await writeFacts(tx, one, { facts: [fact], place: before.length, state, now });
  const running = (await listClocks(tx, [one.handoffId])).filter(({ outcome }) => outcome === null);
  await endClocks(
    tx,
    running.map((clock) => ({ ...clock, endedAt: now, end: 'excused' })),
  );
  const { contactId, handoffId, assignee } = one;
  await addNotices(tx, [
    { contactId, handoffId, at: now, kind: 'withdrawn', recipient: assignee ?? MARKETING, details: { into } },
  ]);
  if (assignee !== null) await nudgeWaiting(tx);
}

const doubt = (tx: Db, handoffs: readonly number[]) =>
  tx.rows(
    `update handoff set doubted = true where handoff_id = any($1::bigint[]) and state in ('waiting', 'open')
       and not acted_on`,
    [bigints(handoffs)],
  );

/**
 * Gives hand-offs back that a merge carried along; what was handed over since stays where it is.
 * @returns the one that the merge ended, where it can go on now
 */
export async function returnHandoffs(tx: Db, { kept, gone }: Pair, carried: Carried): Promise<number | null> {
  await holdHandoffs(tx);
  for (const table of TABLES)
    await tx.rows(`update ${table} set contact_id = $1 where contact_id = $2 and handoff_id = any($3::bigint[])`, [
      gone,
      kept,
      bigints(carried.handoffs),
    ]);
  await doubt(tx, carried.handoffs);
  if (carried.ended === null) return null;
  const [free] = await tx.rows(
    `select 1 from handoff h where handoff_id = $1 and not exists (select from handoff o
       where o.contact_id = h.contact_id and o.state = any($2::text[]))`,
    [carried.ended, [...UNDER_WAY]],
  );
  return free === undefined ? null : carried.ended;
}
