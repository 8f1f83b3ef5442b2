/**
 * What only several events of a contact show: opens and clicks that a program made, and pages viewed faster than anyone
 * reads. It decides which stored events are read together; what they mean is told from outside.
 */

import type { Facts } from '../core/ingest.ts';
import { bigints, texts } from './columns.ts';
import type { Db } from './db.ts';
import type { EventRow } from './flush.ts';

/** A stored event, as it is judged. */
interface Stored {
  readonly id: string;
  readonly name: string;
  readonly at: number;
  readonly properties: Facts;
  readonly machine: string | null;
}

/** Judges events of one contact by each other. */
export interface Suspicions {
  /** The events that can change what is believed of others within a minute. */
  readonly names: readonly string[];
  /** By event id, the reasons that are new. More events only ever give more of them. */
  readonly of: (events: readonly Stored[]) => ReadonlyMap<string, string>;
}

const MINUTE = 60_000;
/** More page views in one minute, by the clock, than people make. */
const MOST_PAGES = 60;
const TOO_FAST = `more than ${MOST_PAGES} page views in a minute`;
/** Where this process saw so many, it asks the database for those that others saw. */
const WORTH_ASKING = MOST_PAGES / 6;
/** Rows that are read for one flush; only an attack has more. */
const MOST_ROWS = 20_000;

/**
 * A memory of how many pages were viewed by a contact in a minute, as this process saw it: never too few for long, now
 * and then too many, which costs a question. Bounded: counters share 4 MB, and start anew after some million.
 */
export class Bursts {
  readonly #counts = new Uint8Array(1 << 22);
  #seen = 0;
  /** Minutes of contacts in which there were too many, so that nobody has to count those again. */
  readonly #fast = new Set<string>();

  /** Counts one more; says whether it is time to ask the database. */
  count(contactId: number, minute: number): boolean {
    if (this.#seen++ === this.#counts.length) {
      this.#counts.fill(0);
      this.#seen = 0;
    }
    const place =
      (Math.imul(contactId, 0x9e3779b1) ^ Math.imul(minute / MINUTE, 0x85ebca6b)) & (this.#counts.length - 1);
    const count = Math.min(255, (this.#counts[place] ?? 0) + 1);
    this.#counts[place] = count;
    return count >= WORTH_ASKING;
  }

  remember(contactId: number, minute: number): void {
    if (this.#fast.size === FAST_KEPT) this.#fast.clear();
    this.#fast.add(`${contactId} ${minute}`);
  }

  /** Why one more page view is not believed; null where nothing is known against it. */
  known(contactId: number, at: number): string | null {
    return this.#fast.size > 0 && this.#fast.has(`${contactId} ${minuteOf(at)}`) ? TOO_FAST : null;
  }
}

const FAST_KEPT = 10_000;
const minuteOf = (at: number): number => Math.floor(at / MINUTE) * MINUTE;

/** Judges the events just written together with those near them; says which contacts have others now, and since when. */
export async function judgeTogether(
  tx: Db,
  rows: readonly EventRow[],
  { suspicions, bursts }: { readonly suspicions: Suspicions; readonly bursts: Bursts },
): Promise<[number, number][]> {
  return [...(await judgePages(tx, rows, bursts)), ...(await judgeMail(tx, rows, suspicions))];
}

async function judgePages(tx: Db, rows: readonly EventRow[], bursts: Bursts): Promise<[number, number][]> {
  const asked = new Map<string, { contactId: number; minute: number }>();
  for (const { contactId, message } of rows) {
    if (message.name !== 'page_viewed') continue;
    const minute = minuteOf(message.at);
    if (bursts.known(contactId, minute) === null && bursts.count(contactId, minute))
      asked.set(`${contactId} ${minute}`, { contactId, minute });
  }
  if (asked.size === 0) return [];
  const flagged = await tx.rows<{ contact_id: number; at: number }>(
    `with fast as (
       select asked.contact_id, asked.minute from unnest($1::bigint[], $2::bigint[]) as asked (contact_id, minute)
       join event on event.contact_id = asked.contact_id
         and event.at >= asked.minute and event.at < asked.minute + ${MINUTE} and event.name = 'page_viewed'
       group by asked.contact_id, asked.minute having count(*) > ${MOST_PAGES})
     update event set machine = $3 from fast
     where event.contact_id = fast.contact_id and event.at >= fast.minute and event.at < fast.minute + ${MINUTE}
       and event.name = 'page_viewed' and event.machine is null and event.judged_by is null
     returning event.contact_id, event.at`,
    [
      bigints([...asked.values()].map(({ contactId }) => contactId)),
      bigints([...asked.values()].map(({ minute }) => minute)),
      TOO_FAST,
    ],
  );
  return flagged.map(({ contact_id, at }) => {
    bursts.remember(contact_id, minuteOf(at));
    return [contact_id, at];
  });
}

async function judgeMail(tx: Db, rows: readonly EventRow[], suspicions: Suspicions): Promise<[number, number][]> {
  const mail = rows.filter(({ message }) => suspicions.names.includes(message.name));
  if (mail.length === 0) return [];
  const windows = await withClicks(tx, windowsOf(mail));
  if (windows.length === 0) return [];
  const stored = await tx.rows<Stored & { contactId: number }>(
    `select event.contact_id as "contactId", event_id as id, name, at, properties, machine
     from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as near (contact_id, low, high)
     join event on event.contact_id = near.contact_id and event.at between near.low and near.high
     where event.name = any($4::text[]) limit ${MOST_ROWS}`,
    [...columnsOf(windows), texts(suspicions.names)],
  );
  const flags: { contactId: number; id: string; reason: string }[] = [];
  for (const [contactId, events] of Map.groupBy(stored, (event) => event.contactId)) {
    const reasons = suspicions.of(events);
    for (const { id } of events) {
      const reason = reasons.get(id);
      if (reason !== undefined) flags.push({ contactId, id, reason });
    }
  }
  if (flags.length === 0) return [];
  const flagged = await tx.rows<{ contact_id: number; at: number }>(
    // What somebody said of an event stays.
    `update event set machine = flag.reason, properties = properties || '{"machine": true}'
     from unnest($1::bigint[], $2::text[], $3::text[]) as flag (contact_id, event_id, reason)
     where event.contact_id = flag.contact_id and event.event_id = flag.event_id and event.judged_by is null
     returning event.contact_id, event.at`,
    [
      bigints(flags.map(({ contactId }) => contactId)),
      texts(flags.map(({ id }) => id)),
      texts(flags.map(({ reason }) => reason)),
    ],
  );
  return flagged.map(({ contact_id, at }) => [contact_id, at]);
}

/** Those windows that hold a click: without one there is nothing to judge, and most mail is opened at most. */
async function withClicks(tx: Db, windows: readonly Window[]): Promise<Window[]> {
  const held = await tx.rows<{ n: number }>(
    `select distinct n from unnest($1::bigint[], $2::bigint[], $3::bigint[]) with ordinality
       as near (contact_id, low, high, n)
     join event on event.contact_id = near.contact_id and event.at between near.low and near.high
     where event.name = 'email_clicked'`,
    columnsOf(windows),
  );
  return held.flatMap(({ n }) => windows[n - 1] ?? []);
}

interface Window {
  readonly contactId: number;
  readonly low: number;
  high: number;
}

const columnsOf = (windows: readonly Window[]): string[] => [
  bigints(windows.map(({ contactId }) => contactId)),
  bigints(windows.map(({ low }) => low)),
  bigints(windows.map(({ high }) => high)),
];

/** The minutes around events of each contact, without overlaps, so that no row is read twice. */
function windowsOf(rows: readonly EventRow[]): Window[] {
  const windows: Window[] = [];
  const sorted = [...rows].sort((a, b) => a.contactId - b.contactId || a.message.at - b.message.at);
  for (const { contactId, message } of sorted) {
    const last = windows.at(-1);
    const [low, high] = [message.at - MINUTE, message.at + MINUTE];
    if (last?.contactId === contactId && low <= last.high) last.high = high;
    else windows.push({ contactId, low, high });
  }
  return windows;
}
