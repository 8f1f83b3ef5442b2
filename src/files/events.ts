/**
 * Events as columns, grouped by contact and in order of time. It decides which rows of the log are events, and
 * whose; it refuses to know what any of them is worth.
 *
 * The file is read twice: first for whose each row is, which gives every group of contacts its room; then for
 * everything else, each row straight into the room of its group. At last each group is put in order by itself: its
 * rows fit into a near cache, and sending every row to its contact at once takes three times as long.
 */

import { type Codes, type Columns, codesFor, sharedDoubles } from '../core/columns.ts';
import type { Fields } from '../core/needs.ts';
import { type Cell, instantSql, plainText, rawSql, textSql } from './cells.ts';
import { newCoder } from './coding.ts';
import { type Duck, doublesIn, PIECE, wholesIn } from './duck.ts';
import { type Lane, newGroups, settle } from './groups.ts';
import type { Keyed, Refused } from './keyed.ts';
import { bytesInto, doublesInto, type Misread, misreadsOf, newCodes, newReadings, wordsInto } from './reading.ts';
import { dropRepeated, hashSql, rankTied } from './repeats.ts';
import type { Source } from './source.ts';

export interface Log {
  readonly events: Columns['events'];
  readonly refused: readonly Refused[];
  readonly misreads: readonly Misread[];
  /** Rows with the id of an earlier event of the same contact. */
  readonly repeated: number;
  /** Rows that are voided, or made by machines. */
  readonly ignored: number;
}

/** The columns of a log that this program itself reads. */
export interface EventCells {
  readonly contact: Cell;
  readonly name: Cell;
  readonly at: Cell;
  readonly id: Cell | undefined;
  /** Where one of them is true the event does not exist for scoring. */
  readonly flags: readonly Cell[];
}

/** The columns that are no properties. */
export const ownCells = (cells: EventCells): (Cell | undefined)[] => [cells.contact, cells.name, cells.at, cells.id];

/** The log of contacts that did nothing. */
export const noEvents = (contacts: number): Log => ({
  events: {
    starts: new Uint32Array(new SharedArrayBuffer((contacts + 1) * 4)),
    at: sharedDoubles(0),
    names: codesFor(0, 0),
    nameValues: [],
    fields: new Map(),
  },
  refused: [],
  misreads: [],
  repeated: 0,
  ignored: 0,
});

const NOBODY = 0xffffffff;
const UNNAMED = 0xfffffffe;

export async function loadEvents(
  duck: Duck,
  source: Source,
  cells: EventCells,
  contacts: Keyed,
  needs: Fields,
): Promise<Log> {
  const lanes = lanesOf(source.rows);
  const owners = await ownersOf(duck, source, cells.contact, contacts, lanes);
  const groups = newGroups(owners, contacts.count, lanes);
  const room = groups.room + 1;
  const at = sharedDoubles(room);
  const names = newCoder(duck, (raw) => plainText(raw, cells.name.kind));
  const name = newCodes('', names.sql(rawSql(cells.name)), names.values, room);
  const own = ownCells(cells);
  const plain = new Map([...needs].filter(([field]) => !own.some((cell) => cell?.name === field)));
  const readings = newReadings(duck, source, plain, room);
  const gone = new Uint8Array(room);
  const ids = cells.id === undefined ? null : { hashes: new Uint32Array(room), rows: new Uint32Array(room) };
  const sinks = [doublesInto(at, instantSql(cells.at)), name, ...readings];
  if (cells.flags.length > 0) sinks.push(bytesInto(gone, flagSql(duck, cells.flags)));
  if (ids !== null && cells.id !== undefined) sinks.push(wordsInto(ids.hashes, hashSql(cells.id)));

  const refused = newRefusals();
  /** Places of rows that have a contact, and are refused all the same. */
  const empty: number[] = [];
  const read = async ([first, last]: Lane, lane: number): Promise<void> => {
    const places = new Uint32Array(PIECE);
    let row = first;
    const sql = `select ${sinks.map((sink) => sink.sql).join(', ')} from ${source.view} where row >= ${first} and row < ${last}`;
    await duck.stream(sql, (piece, rows) => {
      const times = doublesIn(piece, 0);
      const codes = wholesIn(piece, 1);
      for (let i = 0; i < rows; i++, row++) {
        const owner = owners[row] ?? NOBODY;
        if (owner >= UNNAMED) {
          (owner === NOBODY ? refused.stranger : refused.unowned).rows.push(row);
          places[i] = groups.room;
          continue;
        }
        const place = groups.place(owner, lane);
        places[i] = place;
        if (ids !== null) ids.rows[place] = row;
        if (codes[i] !== 0 && Number.isFinite(times[i])) continue;
        (codes[i] === 0 ? refused.unnamed : refused.timeless).rows.push(row);
        empty.push(place);
      }
      sinks.forEach((sink, column) => {
        sink.take(piece, column, places);
      });
    });
  };
  await Promise.all(lanes.map(read));
  for (const { rows } of Object.values(refused)) rows.sort((a, b) => a - b);

  for (const place of empty) gone[place] = 0;
  const ignored = gone.subarray(0, groups.room).reduce((sum, flag) => sum + flag, 0);
  for (const place of empty) {
    gone[place] = 1;
    // A refused row was not read: its id does not count as the first.
    if (ids !== null) ids.hashes[place] = 0;
  }
  let repeated = 0;
  let ranks: Uint32Array | null = null;
  if (ids !== null && cells.id !== undefined) {
    repeated = await dropRepeated(duck, source, cells.id, groups, ids, gone);
    ranks = await rankTied(duck, source, cells.id, groups, ids, at, gone);
  }
  const leaves = ignored + repeated + empty.length > 0 ? gone : null;
  const starts = settle(groups, at, ranks, leaves, [name.store, ...readings.map((reading) => reading.store)]);
  const total = starts[contacts.count] ?? 0;
  const fields = new Map(readings.map((reading) => [reading.field, reading.finish(total)]));
  return {
    events: {
      starts,
      at: at.subarray(0, total),
      names: fromZero(name.store.codes, total),
      nameValues: names.values,
      fields,
    },
    refused: Object.values(refused).filter(({ rows }) => rows.length > 0),
    misreads: await misreadsOf(duck, 'event', source, needs, fields),
    repeated,
    ignored,
  };
}

const newRefusals = () => {
  const refusal = (reason: string): Refused & { readonly rows: number[] } => ({ reason, rows: [] });
  return {
    unowned: refusal('an event without contact_id'),
    stranger: refusal('an event of a contact that is not in the contacts file'),
    unnamed: refusal('an event without name'),
    timeless: refusal('an event whose at is no instant'),
  };
};

/** Below this many rows a second lane costs more than it saves. */
const WORTH_A_LANE = 500_000;

/** The file in as many parts as the database has threads. */
const lanesOf = (rows: number): Lane[] => {
  const half = rows < WORTH_A_LANE ? rows : Math.ceil(rows / 2);
  return half === rows
    ? [[0, rows]]
    : [
        [0, half],
        [half, rows],
      ];
};

/** By row of the file: the row of its contact, or why it has none. */
async function ownersOf(
  duck: Duck,
  source: Source,
  contact: Cell,
  contacts: Keyed,
  lanes: readonly Lane[],
): Promise<Uint32Array> {
  const owners = new Uint32Array(source.rows).fill(NOBODY);
  let known = 0;
  const take = (sql: string): Promise<void> =>
    duck.stream(sql, (piece, rows) => {
      const [from, to] = [wholesIn(piece, 0), wholesIn(piece, 1)];
      for (let i = 0; i < rows; i++) owners[from[i] ?? 0] = to[i] ?? 0;
      known += rows;
    });
  // As they stand first: few files have white space around ids, and trimming costs as much as all the rest.
  const asItStands = contact.kind === 'text' ? contact.sql : textSql(contact);
  await Promise.all(
    lanes.map(([first, last]) =>
      take(
        `select e.row::uinteger, c.row from
          (select row, ${asItStands} as contact from ${source.view} where row >= ${first} and row < ${last}) e
          join ${contacts.table} c on c.id = e.contact`,
      ),
    ),
  );
  if (known < source.rows) {
    await take(
      `select e.row::uinteger, if(e.contact is null, ${UNNAMED}, coalesce(c.row, ${NOBODY}))::uinteger
        from (select row, ${textSql(contact)} as contact from ${source.view}
          where ${asItStands} is null or ${asItStands} <> trimmed(${asItStands})) e
        left join ${contacts.table} c on c.id = e.contact`,
    );
  }
  return owners;
}

/** SQL that is 1 where a flag is true, written in capitals or not. */
export function flagSql(duck: Duck, flags: readonly Cell[]): string {
  const set = flags.map((flag) => {
    const coder = newCoder(duck, (raw) => (plainText(raw, flag.kind)?.toLowerCase() === 'true' ? true : undefined));
    return `${coder.sql(rawSql(flag))} > 0`;
  });
  return `(${['false', ...set].join(' or ')})::uinteger`;
}

/** The codes of names, which count from 0. */
function fromZero(codes: Codes, rows: number): Codes {
  for (let i = 0; i < rows; i++) codes[i] = (codes[i] ?? 0) - 1;
  return codes.subarray(0, rows);
}
