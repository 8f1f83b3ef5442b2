/**
 * Events as columns, grouped by contact and in order of time. It decides which rows of the log are events, and whose
 * they are; it refuses to know what any of them is worth.
 */

import { type Codes, type Columns, codesFor, sharedDoubles } from '../core/columns.ts';
import type { Fields } from '../core/needs.ts';
import { type Arrangement, arrange, move, newWorkroom, type Workroom } from './arrange.ts';
import { type Cell, instantSql, plainText, rawSql, textSql } from './cells.ts';
import { newCoder } from './coding.ts';
import { type Crew, openCrew } from './crew.ts';
import { type Duck, textWordsIn, wholesIn } from './duck.ts';
import type { Keyed, Refused } from './keyed.ts';
import { doublesInto, type Misread, misreadsOf, newCodes, newReadings, type Sink, wholesInto } from './reading.ts';
import { findRepeated, hashSql, rankTied } from './repeats.ts';
import type { Source } from './source.ts';
import { addId, type IdTable, NOBODY, newIdTable, type ShortIds, sharedWholes, TABLE_LIMIT } from './steps.ts';

/** What a row has for a contact where it names none. */
const UNNAMED = NOBODY - 1;

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

export async function loadEvents(
  duck: Duck,
  source: Source,
  cells: EventCells,
  contacts: Keyed,
  needs: Fields,
): Promise<Log> {
  const crew = openCrew(source.rows);
  try {
    return await loadWith(crew, duck, source, cells, contacts, needs);
  } finally {
    await crew.close();
  }
}

async function loadWith(
  crew: Crew,
  duck: Duck,
  source: Source,
  cells: EventCells,
  contacts: Keyed,
  needs: Fields,
): Promise<Log> {
  const { rows } = source;
  const at = sharedDoubles(rows);
  const names = newCoder(duck, (raw) => plainText(raw, cells.name.kind));
  const name = newCodes('', names.sql(rawSql(cells.name)), names.values, rows);
  const own = ownCells(cells);
  const plain = new Map([...needs].filter(([field]) => !own.some((cell) => cell?.name === field)));
  const readings = newReadings(duck, source, plain, rows);
  const kept: Sink[] = [doublesInto(at, instantSql(cells.at)), name, ...readings];
  const sinks = [...kept];
  const flags = cells.flags.length === 0 ? null : new Uint8Array(rows);
  if (flags !== null) sinks.push(wholesInto(flags, flagSql(duck, cells.flags)));
  const hashes = cells.id === undefined ? null : new Uint32Array(rows);
  if (hashes !== null && cells.id !== undefined) sinks.push(wholesInto(hashes, hashSql(cells.id)));

  const workroom = newWorkroom(rows);
  const owners = await readLog(crew, duck, source, cells.contact, contacts, sinks, workroom);
  const refused = refuse(owners, name.values(), at);
  let ignored = 0;
  let repeated = 0;
  let ranks: Uint32Array | null = null;
  const drop = (row: number): void => {
    owners[row] = NOBODY;
  };
  if (hashes !== null && cells.id !== undefined) {
    const copy = sharedWholes(rows);
    copy.set(owners);
    const found = await arrange(crew, workroom, copy, contacts.count, at, null);
    const ordered = { rows: rowsInOrder(found), starts: found.starts };
    ranks = await rankTied(duck, source, cells.id, ordered, at);
    await findRepeated(duck, source, cells.id, ordered, hashes, (row) => {
      drop(row);
      repeated++;
    });
  }
  flags?.forEach((flag, row) => {
    if (flag !== 1 || (owners[row] ?? NOBODY) >= contacts.count) return;
    drop(row);
    ignored++;
  });

  const found = await arrange(crew, workroom, owners, contacts.count, at, ranks);
  for (const sink of kept) await move(crew, workroom, sink.values(), found);
  const fields = new Map(readings.map((reading) => [reading.field, reading.finish(found.room)]));
  return {
    events: {
      starts: found.starts,
      at: at.subarray(0, found.room),
      names: fromZero(name.values(), found.room),
      nameValues: names.values,
      fields,
    },
    refused,
    misreads: await misreadsOf(duck, 'event', source, needs, fields),
    repeated,
    ignored,
  };
}

/** Says which rows are no event of anybody, and makes them nobody's. */
function refuse(owners: Uint32Array, names: Codes, at: Float64Array): Refused[] {
  const refusal = (reason: string): Refused & { readonly rows: number[] } => ({ reason, rows: [] });
  const unowned = refusal('an event without contact_id');
  const stranger = refusal('an event of a contact that is not in the contacts file');
  const unnamed = refusal('an event without name');
  const timeless = refusal('an event whose at is no instant');
  for (let row = 0; row < owners.length; row++) {
    const owner = owners[row] ?? NOBODY;
    const instant = at[row] ?? Infinity;
    // NaN and infinity alone are not below it.
    if (owner < UNNAMED && names[row] !== 0 && instant < Infinity) continue;
    const why = owner === UNNAMED ? unowned : owner === NOBODY ? stranger : names[row] === 0 ? unnamed : timeless;
    why.rows.push(row);
    owners[row] = NOBODY;
  }
  return [unowned, stranger, unnamed, timeless].filter((one) => one.rows.length > 0);
}

/** The rows of the file in their final order. */
function rowsInOrder({ places, room, order }: Arrangement): Uint32Array {
  const rowAt = new Uint32Array(room + 1);
  places.forEach((place, row) => {
    rowAt[place] = row;
  });
  return order.map((place) => rowAt[place] ?? 0);
}

/**
 * Reads the whole log, and finds whose each row is.
 * @returns by row: the row of its contact, NOBODY, or UNNAMED where it names none
 */
async function readLog(
  crew: Crew,
  duck: Duck,
  source: Source,
  contact: Cell,
  contacts: Keyed,
  sinks: readonly Sink[],
  workroom: Workroom,
): Promise<Uint32Array> {
  const owners = sharedWholes(source.rows);
  // Ids as they stand: few files have white space around them, and to trim all costs as much as to find them.
  const asItStands = contact.kind === 'text' ? contact.sql : textSql(contact);
  const [[longest] = []] = await duck.rows(`select coalesce(max(strlen(id)), 0)::double from ${contacts.table}`);
  if (Number(longest) <= SHORT_ID && contacts.count <= TABLE_LIMIT) {
    const ids = { words: workroom.words, lengths: new Uint8Array(new SharedArrayBuffer(source.rows)) };
    const short = shortIdsInto(ids, `coalesce(${asItStands}, '')`);
    const [table] = await Promise.all([idTableOf(duck, contacts), readLanes(duck, source, [...sinks, short])]);
    await crew.take({ kind: 'find', ids, table, owners });
  } else {
    await Promise.all([joinOwners(duck, source, asItStands, contacts, owners), readLanes(duck, source, sinks)]);
  }
  if (owners.includes(NOBODY)) await findTrimmed(duck, source, contact, asItStands, contacts, owners);
  return owners;
}

/** Reads columns, each row to its place. */
async function readLanes(duck: Duck, source: Source, sinks: readonly Pick<Sink, 'sql' | 'take'>[]): Promise<void> {
  const columns = sinks.map(({ sql }) => sql).join(', ');
  const lane = async (first: number, end: number): Promise<void> => {
    let row = first;
    await duck.stream(`select ${columns} from ${source.view} where row >= ${first} and row < ${end}`, (piece, rows) => {
      sinks.forEach((sink, column) => {
        sink.take(piece, column, row);
      });
      row += rows;
    });
  };
  const edge = (part: number): number => Math.round((source.rows * part) / LANES);
  await Promise.all(Array.from({ length: LANES }, (_, part) => lane(edge(part), edge(part + 1))));
}

/** Parts of the file that are read side by side: what comes out of one query comes out of one thread. */
const LANES = 2;

/** Ids of at most so many bytes are compared as they lie in memory. */
const SHORT_ID = 12;

function shortIdsInto({ words, lengths }: ShortIds, sql: string): Pick<Sink, 'sql' | 'take'> {
  return {
    sql,
    take: (piece, column, first) => {
      const texts = textWordsIn(piece, column);
      for (let i = 0, to = 3 * first; i < texts.length; i += 4, to += 3) {
        const length = texts[i] ?? 0;
        // A longer id is nobody's: its length alone says so.
        lengths[first + i / 4] = Math.min(length, SHORT_ID + 1);
        words[to] = texts[i + 1] ?? 0;
        words[to + 1] = texts[i + 2] ?? 0;
        words[to + 2] = texts[i + 3] ?? 0;
      }
    },
  };
}

async function idTableOf(duck: Duck, contacts: Keyed): Promise<IdTable> {
  const table = newIdTable(contacts.count);
  await duck.stream(`select id, row from ${contacts.table}`, (piece, rows) => {
    const [texts, places] = [textWordsIn(piece, 0), wholesIn(piece, 1)];
    for (let i = 0; i < rows; i++) {
      const at = 4 * i;
      addId(table, texts[at + 1] ?? 0, texts[at + 2] ?? 0, texts[at + 3] ?? 0, texts[at] ?? 0, places[i] ?? 0);
    }
  });
  return table;
}

async function joinOwners(
  duck: Duck,
  source: Source,
  asItStands: string,
  contacts: Keyed,
  owners: Uint32Array,
): Promise<void> {
  owners.fill(NOBODY);
  await duck.stream(
    `select e.row::uinteger, c.row from (select row, ${asItStands} as contact from ${source.view}) e
      join ${contacts.table} c on c.id = e.contact`,
    (piece, rows) => takeOwners(owners, wholesIn(piece, 0), wholesIn(piece, 1), rows),
  );
}

/** Finds those that white space hid, and those that name nobody. */
async function findTrimmed(
  duck: Duck,
  source: Source,
  contact: Cell,
  asItStands: string,
  contacts: Keyed,
  owners: Uint32Array,
): Promise<void> {
  await duck.stream(
    `select e.row::uinteger, if(e.contact is null, ${UNNAMED}, coalesce(c.row, ${NOBODY}))::uinteger
      from (select row, ${textSql(contact)} as contact from ${source.view}
        where ${asItStands} is null or ${asItStands} <> trimmed(${asItStands})) e
      left join ${contacts.table} c on c.id = e.contact`,
    (piece, rows) => takeOwners(owners, wholesIn(piece, 0), wholesIn(piece, 1), rows),
  );
}

function takeOwners(owners: Uint32Array, rows: Uint32Array, contacts: Uint32Array, count: number): void {
  for (let i = 0; i < count; i++) owners[rows[i] ?? 0] = contacts[i] ?? NOBODY;
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
