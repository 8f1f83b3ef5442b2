/**
 * Files read into the store: which column means what, and how far a file has come. It decides what makes a row a message
 * and that a file may be read again at any time without harm; it refuses to know who asked for it.
 *
 * A row that has no id of its own gets one from the bytes of the file and its number, so the same row read twice is one
 * event. The position is kept after the rows before it are committed and the refused ones of them are written down: after
 * a crash a few pieces are read again.
 */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Column } from './column-guess.ts';
import { companyDomainOf } from './connectors/mail-domains.ts';
import { ScorelineError } from './core/errors.ts';
import { cleanEmail, cleanFacts, cleanName, type Facts, type Json, type Message, type Who } from './core/ingest.ts';
import { nearest } from './core/text.ts';
import { readInstant } from './core/time.ts';
import type { Value } from './core/words.ts';
import { type FileRow, type FileRows, openRows, REJECTS_HEAD, type Rejected } from './files/rows.ts';
import { statedDomains } from './store/company-domains.ts';
import type { Db } from './store/db.ts';
import {
  type ColumnNames,
  finishImport,
  type Import,
  type ImportKind,
  keepProgress,
  type Progress,
} from './store/imports.ts';
import type { Tally } from './store/ingest.ts';
import { keepCompanies, type StatedCompany } from './store/stated-companies.ts';

export interface Importing {
  readonly db: Db;
  readonly clock: () => number;
  /** Where files of refused rows are kept. */
  readonly folder: string;
  /** Done when they are committed; says what became of the events. */
  readonly accept: (messages: readonly Message[], sourceId: number) => Promise<Tally>;
  /** Told how much of the file is done, 0 to 1. */
  readonly progress?: (share: number) => void;
  /** Ends the work after the piece that is being read; another run goes on there. */
  readonly signal?: AbortSignal;
}

/** Rows that are committed together; two of the pieces that the file is read in. */
const PIECE = 4_096;
/** Of so many pieces the refused rows are written together, and the position with them. */
const PIECES_TOLD = 50;
/** How long to wait where too much waits already, in milliseconds. */
const PAUSE = 200;

const KNOWN: Readonly<Record<ImportKind, readonly string[]>> = {
  companies: ['id', 'domain', 'at'],
  contacts: ['id', 'email', 'anonymous_id', 'created_at', 'company_id', 'at'],
  events: ['contact_id', 'email', 'anonymous_id', 'name', 'at', 'id', 'voided', 'machine'],
};
/** Of each of these one must be there. */
const NEEDED: Readonly<Record<ImportKind, readonly (readonly string[])[]>> = {
  companies: [['id']],
  contacts: [['id', 'email', 'anonymous_id']],
  events: [['contact_id', 'email', 'anonymous_id'], ['name'], ['at']],
};

/** SHA-256 of a file, in hexadecimal. @throws ScorelineError `file_unreadable` */
export async function hashOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash).catch((error: unknown) => {
    const cause = error instanceof Error ? error.message : String(error);
    throw new ScorelineError('file_unreadable', `${path} cannot be read: ${cause}.`);
  });
  return hash.digest('hex');
}

export const REJECTS_ENDING = '.rejects.csv';
export const rejectsPath = (folder: string, importId: number): string => join(folder, `${importId}${REJECTS_ENDING}`);

/** A row as it would be kept: who or which company it is about, what it says of them, and when. */
interface WouldBe {
  readonly who: string;
  /** Of an event. */
  readonly name: string | null;
  readonly at: number;
  readonly facts: Facts;
}

export interface Tried {
  readonly rows: number;
  readonly usable: number;
  /** The first of the rows that can be used. */
  readonly first: readonly WouldBe[];
  /** Why rows cannot be used, and how many of each, the most first. */
  readonly reasons: readonly { readonly reason: string; readonly rows: number }[];
  /** Lines of a file of rejects about the first of them. */
  readonly rejects: readonly string[];
}

function wouldBe(one: Message | StatedCompany): WouldBe {
  if (!('kind' in one)) return { who: one.key, name: null, at: one.at, facts: one.traits };
  const { userId, email, anonymousId } = one.who;
  const who = userId ?? email ?? anonymousId ?? '';
  switch (one.kind) {
    case 'event':
      return { who, name: one.name, at: one.at, facts: one.properties };
    case 'traits':
    case 'company':
      return { who, name: null, at: one.at, facts: one.traits };
    case 'alias':
      return { who, name: null, at: one.at, facts: {} };
  }
}

/**
 * Looks at a file without keeping anything: how many rows could be used.
 * @throws ScorelineError `file_unreadable`, `file_format`, `column_missing`
 */
export async function tryFile(
  path: string,
  name: string,
  { kind, mapping, now }: { kind: ImportKind; mapping: ColumnNames; now: number },
): Promise<Tried> {
  const file = await openRows(path, name);
  try {
    const reader = await readerOf(file, { kind, mapping, hash: '', createdAt: now });
    let usable = 0;
    const rejects: string[] = [...file.faults];
    const reasons = new Map<string, number>();
    if (file.faults.length > 0) reasons.set('a row that cannot be read', file.faults.length);
    const first: WouldBe[] = [];
    for await (const rows of file.read(0)) {
      const { messages, companies, rejected } = reader(rows);
      usable += messages.length + companies.length;
      for (const { reason } of rejected) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      first.push(...[...messages, ...companies].slice(0, TRIED_ROWS - first.length).map(wouldBe));
      if (rejects.length < TRIED_REJECTS) rejects.push(...file.lines(rejected));
    }
    return {
      rows: file.count + file.faults.length,
      usable,
      first,
      reasons: [...reasons].map(([reason, count]) => ({ reason, rows: count })).sort((a, b) => b.rows - a.rows),
      rejects: rejects.slice(0, TRIED_REJECTS),
    };
  } finally {
    file.close();
  }
}
const SAMPLED = 200;

/** The columns of a file with some of the cells of each. @throws ScorelineError `file_unreadable`, `file_format` */
export async function sampleFile(path: string, name: string): Promise<Column[]> {
  const file = await openRows(path, name);
  try {
    const cells = new Map<string, string[]>(file.names.map((column) => [column, []]));
    for await (const rows of file.read(0)) {
      for (const row of rows.slice(0, SAMPLED))
        for (const [column, value] of row.cells) cells.get(column)?.push([value].flat().join(', '));
      break;
    }
    return [...cells].map(([column, found]) => ({ name: column, cells: found }));
  } finally {
    file.close();
  }
}

const TRIED_REJECTS = 100;
const TRIED_ROWS = 10;

/**
 * Reads a file in, from where it was left. Its state, position and counts are kept as it goes on.
 * @returns whether it came to its end
 * @throws ScorelineError `file_unreadable`, `file_format`, `column_missing`, `database_unavailable`
 */
export async function runImport(one: Import, importing: Importing): Promise<boolean> {
  const { db, clock } = importing;
  if (one.path === null) throw new ScorelineError('file_unreadable', `${one.name} is not there any more.`);
  const file = await openRows(one.path, one.name);
  try {
    const rejects = await openRejects(importing.folder, one);
    try {
      const whole = await readPieces(one, file, rejects, importing);
      if (whole) await finishImport(db, one.importId, null, clock());
      return whole;
    } finally {
      await rejects.close();
    }
  } finally {
    file.close();
  }
}

async function readPieces(
  one: Import,
  file: FileRows,
  rejects: FileHandle,
  { db, accept, progress, signal }: Importing,
): Promise<boolean> {
  const reader = await readerOf(file, one);
  let done: Progress = one;
  if (one.rejectsSize === 0) {
    const head = REJECTS_HEAD + file.faults.join('');
    await rejects.write(head);
    done = { ...done, refused: file.faults.length, rejectsSize: Buffer.byteLength(head) };
  }
  /** Rows that were refused and do not stand in the file of rejects yet. */
  let refused: Rejected[] = [];
  let pieces = 0;
  const keep = async (): Promise<void> => {
    const lines = file.lines(refused).join('');
    await rejects.write(lines);
    refused = [];
    done = { ...done, rejectsSize: done.rejectsSize + Buffer.byteLength(lines) };
    await keepProgress(db, one.importId, file.count, done);
  };
  const commit = async (rows: readonly FileRow[]): Promise<void> => {
    const { messages, companies, rejected } = reader(rows);
    const { known } = await patiently(() => accept(messages, one.sourceId));
    if (companies.length > 0) await keepCompanies(db, companies, one.sourceId);
    refused.push(...rejected);
    done = {
      position: (rows.at(-1)?.row ?? 0) + 1,
      accepted: done.accepted + messages.length + companies.length,
      duplicates: done.duplicates + known,
      refused: done.refused + rejected.length,
      rejectsSize: done.rejectsSize,
    };
    // To find the text of a row, the file is read from its beginning: not for every piece.
    if (refused.length === 0 || ++pieces % PIECES_TOLD === 0) await keep();
    progress?.(done.position / file.count);
  };
  await keepProgress(db, one.importId, file.count, done);
  /** The piece before is committed while the next one is read. */
  let committed = Promise.resolve();
  let waiting: FileRow[] = [];
  const next = async (): Promise<void> => {
    await committed;
    committed = commit(waiting);
    // Whoever waits for it hears of a failure; nobody may be waiting yet.
    committed.catch(() => {});
    waiting = [];
  };
  for await (const rows of file.read(one.position)) {
    if (signal?.aborted) break;
    waiting.push(...rows);
    if (waiting.length >= PIECE) await next();
  }
  if (waiting.length > 0 && !signal?.aborted) await next();
  await committed;
  await keep();
  return done.position >= file.count;
}

/** Bulk gives way to what comes in one by one. */
async function patiently<T>(accept: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await accept();
    } catch (error) {
      if (!(error instanceof ScorelineError && error.code === 'too_busy')) throw error;
      await sleep(PAUSE);
    }
  }
}

/** The file of refused rows, without lines about rows that will be read again. */
async function openRejects(folder: string, { importId, rejectsSize }: Import): Promise<FileHandle> {
  const path = rejectsPath(folder, importId);
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await (await open(path, 'a', 0o600)).close();
    const file = await open(path, 'r+');
    await file.truncate(rejectsSize);
    await file.close();
    return await open(path, 'a');
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new ScorelineError('file_unwritable', `${path} cannot be written: ${cause}.`);
  }
}

interface Understood {
  readonly messages: Message[];
  readonly companies: StatedCompany[];
  readonly rejected: Rejected[];
}

type Reader = (rows: readonly FileRow[]) => Understood;

/** Makes what turns rows into messages. @throws ScorelineError `column_missing` */
async function readerOf(
  file: FileRows,
  { kind, mapping, hash, createdAt }: Pick<Import, 'kind' | 'mapping' | 'hash' | 'createdAt'>,
): Promise<Reader> {
  /** Our name of each column, for those that are not left out. */
  const named = new Map<string, string>();
  for (const column of file.names) {
    const name = column in mapping ? mapping[column] : column;
    if (name != null) named.set(column, name);
  }
  const names = [...named.values()];
  for (const column of Object.keys(mapping)) {
    if (!file.names.includes(column)) {
      const near = nearest(column, file.names);
      const hint = near === undefined ? '' : `; did you mean \`${near}\`?`;
      throw new ScorelineError(
        'column_missing',
        `the file has no column \`${column}\`, which the mapping names${hint}`,
      );
    }
  }
  for (const choice of NEEDED[kind]) {
    if (choice.some((name) => names.includes(name))) continue;
    const wanted = choice.map((name) => `\`${name}\``).join(' or ');
    throw new ScorelineError(
      'column_missing',
      `the file of ${kind} has no column ${wanted}: map one of its columns to it.`,
    );
  }
  const idColumn = [...named].find(([, name]) => name === 'id')?.[0];
  // Of events the store knows.
  const repeats = idColumn === undefined || kind === 'events' ? new Set<number>() : await file.repeats(idColumn);
  const read = { companies: companyRow, contacts: contactRow, events: eventRow }[kind];
  return (rows) => {
    const understood: Understood = { messages: [], companies: [], rejected: [] };
    for (const { row, cells } of rows) {
      const own = new Map<string, Value>();
      const facts: Record<string, Value> = Object.create(null);
      for (const [column, value] of cells) {
        const name = named.get(column);
        if (name === undefined) continue;
        if (KNOWN[kind].includes(name)) own.set(name, value);
        else facts[name] = value;
      }
      const result = repeats.has(row) ? 'a second row of the same id' : read({ row, own, facts, hash, now: createdAt });
      if (typeof result === 'string') understood.rejected.push({ row, reason: result });
      else if ('kind' in result) understood.messages.push(result);
      else understood.companies.push(result);
    }
    return understood;
  };
}

interface RowIn {
  readonly row: number;
  /** Columns that mean something here. */
  readonly own: ReadonlyMap<string, Value>;
  readonly facts: Readonly<Record<string, Value>>;
  readonly hash: string;
  /** When the import was asked for: from when on facts hold that say nothing else. */
  readonly now: number;
}

/** A text; undefined for a list too. */
const textIn = (value: Value | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
const isSet = (value: Value | undefined): boolean => textIn(value)?.toLowerCase() === 'true';

function whoOf(own: RowIn['own'], id: string): Who | string {
  const email = textIn(own.get('email'));
  const who = {
    userId: cleanName(textIn(own.get(id))),
    anonymousId: cleanName(textIn(own.get('anonymous_id'))),
    email: email === undefined ? null : cleanEmail(email),
  };
  if (who.userId !== null || who.anonymousId !== null || who.email !== null) return who;
  return email === undefined ? `a row without ${id}` : 'a row whose email is no address';
}

/** When the facts of a row hold from: what its column `at` says, else the instant of the import. */
function since({ own, now }: RowIn): number | string {
  const at = textIn(own.get('at'));
  if (at === undefined) return now;
  return readInstant(at) ?? 'a row whose at is no instant';
}

function contactRow(row: RowIn): Message | string {
  const { own, facts } = row;
  const who = whoOf(own, 'id');
  const at = since(row);
  if (typeof who === 'string') return who;
  if (typeof at === 'string') return at;
  const stated: Record<string, Json> = {};
  for (const name of ['email', 'created_at', 'company_id']) {
    const value = textIn(own.get(name));
    if (value !== undefined) stated[name] = value;
  }
  return { kind: 'traits', who, at, traits: cleanFacts({ ...facts, ...stated }) };
}

function eventRow({ row, own, facts, hash, now }: RowIn): Message | string {
  const who = whoOf(own, 'contact_id');
  if (typeof who === 'string') return who;
  const name = cleanName(textIn(own.get('name')));
  if (name === null) return 'an event without name';
  const at = readInstant(textIn(own.get('at')) ?? '');
  if (at === undefined) return 'an event whose at is no instant';
  if (at > now) return 'an event that is still to come';
  if (isSet(own.get('voided'))) return 'an event that is voided';
  const id = cleanName(textIn(own.get('id'))) ?? `file-${hash.slice(0, 24)}-${row}`;
  const machine = isSet(own.get('machine')) ? 'the file says so' : null;
  return { kind: 'event', who, id, name, at, properties: cleanFacts(facts), machine };
}

function companyRow(row: RowIn): StatedCompany | string {
  const { own, facts } = row;
  const key = cleanName(textIn(own.get('id')));
  const at = since(row);
  if (key === null) return 'a company without id';
  if (typeof at === 'string') return at;
  const domain = textIn(own.get('domain'));
  const traits = cleanFacts({ ...facts, ...(domain === undefined ? {} : { domain }) });
  const { website: _page, ...named } = traits;
  return { key, domains: statedDomains(named, companyDomainOf), traits, at };
}
