/**
 * The files of one run: contacts, companies and events. It decides which columns they must have, and hands out
 * columns for a model, the history of one contact, and what was refused. It refuses to know what a model is.
 */

import { listValue } from '@duckdb/node-api';
import type { Columns } from '../core/columns.ts';
import { ScorelineError } from '../core/errors.ts';
import type { Needs } from '../core/needs.ts';
import { nearest } from '../core/text.ts';
import type { Contact, Holder } from '../core/words.ts';
import { type Cell, teachCells } from './cells.ts';
import { companyRows, loadCompanies, loadContacts } from './contacts.ts';
import { type Duck, openDuck } from './duck.ts';
import { type EventCells, loadEvents, noEvents, ownCells } from './events.ts';
import { historyOf } from './history.ts';
import { type Keyed, keyRows } from './keyed.ts';
import type { Misread } from './reading.ts';
import { type Refusal, type Refusing, refusalsOf, writeRejects } from './rejects.ts';
import { type ResultColumn, writeResults } from './results.ts';
import { openSource, type Source } from './source.ts';

export interface Paths {
  /** `-` reads standard input; only one of the files can. */
  readonly contacts: string;
  readonly companies?: string | undefined;
  readonly events?: string | undefined;
  /** The column of the contacts file that holds the id. */
  readonly id?: string | undefined;
}

type Rows = 'contacts' | 'companies';

/** What was read, for the summary and warnings. */
export interface Loaded {
  readonly columns: Columns;
  /** Values that are there and could not be read as the rules read them. */
  readonly misreads: readonly Misread[];
  /** Rows of the events file with the id of an earlier event, and rows that are voided or made by machines. */
  readonly repeated: number;
  readonly ignored: number;
}

export interface Files {
  /** Names that a model can use of each file; those of a file that was not given are empty. */
  readonly fields: Readonly<Record<Holder, readonly string[]>>;
  /** Reads the fields that a model needs, as of an instant in milliseconds. */
  load(needs: Needs, asOf: number): Promise<Loaded>;
  /** Rows that were quoted whole, as if they were one field, and were read all the same. */
  readonly repaired: number;
  /**
   * Everything that the files know of one contact, or of everybody in its company, itself included. Nobody where
   * the id is unknown. Events are in the order of the file, later and ignored ones too.
   */
  history(id: string, withColleagues: boolean): Promise<Contact[]>;
  /** The ids of some rows, in the order asked for. */
  ids(of: Rows, rows: readonly number[]): Promise<string[]>;
  /** Rows refused so far, by file and reason; those of events are known once they are loaded. */
  refusals(): Refusal[];
  /** Writes refused rows as CSV: file, line, reason, row. */
  writeRejects(path: string): Promise<void>;
  /** Writes one line for each contact or company, in the order of the input, beginning with its id. */
  writeResults(path: string, of: Rows, columns: readonly ResultColumn[]): Promise<void>;
  /** Closes the database and removes what it left on the disk. */
  close(): Promise<void>;
}

/**
 * Runs one piece of work after another. While a query runs, the database may ask this program for the code of a text,
 * so nothing else may wait for the database then: it would wait for ever.
 */
function newQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  };
}

/** Opens the files and checks that they have the columns that they must have. */
export async function openFiles(paths: Paths): Promise<Files> {
  if ([paths.contacts, paths.companies, paths.events].filter((path) => path === '-').length > 1) {
    throw new ScorelineError('usage', 'only one of the files can be read from standard input.');
  }
  const duck = await openDuck();
  try {
    await teachCells(duck);
    return await filesOf(duck, paths);
  } catch (error) {
    duck.close();
    throw error;
  }
}

async function filesOf(duck: Duck, paths: Paths): Promise<Files> {
  const open = async (path: string | undefined): Promise<Source | null> =>
    path === undefined ? null : openSource(duck, path);
  const contactFile = await openSource(duck, paths.contacts);
  const companyFile = await open(paths.companies);
  const eventFile = await open(paths.events);
  const contactId = required(contactFile, paths.id ?? 'id', 'Name the column that holds the id with --id.');
  const companyId = companyFile === null ? null : required(companyFile, 'id');
  const log = eventFile === null ? null : { source: eventFile, cells: eventCells(eventFile) };

  const contacts = await keyRows(duck, contactFile, contactId, 'contact');
  const companies =
    companyFile === null || companyId === null ? null : await keyRows(duck, companyFile, companyId, 'company');
  const company = await companyRows(duck, contacts, companies);
  const known = { contacts, companies, company, log };
  let events = noEvents(contacts.count);
  const alone = newQueue();
  const refusing = (): Refusing[] => [
    contacts,
    ...(companies === null ? [] : [companies]),
    ...(log === null ? [] : [{ source: log.source, refused: events.refused }]),
  ];
  const keyedOf = (of: Rows): Keyed => {
    const keyed = of === 'contacts' ? contacts : companies;
    if (keyed === null) throw new ScorelineError('usage', 'there are no companies without a companies file.');
    return keyed;
  };
  return {
    fields: {
      contact: [...namesOf(contactFile, [contactId]), ...(contactFile.cells.has('email') ? ['email.domain'] : [])],
      company: companyFile === null ? [] : namesOf(companyFile, [companyId]),
      event: log === null ? [] : namesOf(log.source, ownCells(log.cells)),
    },
    repaired: [contactFile, companyFile, eventFile].reduce((sum, file) => sum + (file?.repaired ?? 0), 0),
    load: (needs, asOf) =>
      alone(async () => {
        // Side by side: the database reads each on a thread of its own.
        const [people, firms, done] = await Promise.all([
          loadContacts(duck, contacts, company, needs, asOf),
          companies === null ? null : loadCompanies(duck, companies, needs),
          log === null ? events : loadEvents(duck, log.source, log.cells, contacts, needs.event),
        ]);
        events = done;
        return {
          columns: {
            contacts: people.contacts,
            companies: firms?.companies ?? { count: 0, fields: new Map() },
            events: events.events,
          },
          misreads: [...people.misreads, ...(firms?.misreads ?? []), ...events.misreads],
          repeated: events.repeated,
          ignored: events.ignored,
        };
      }),
    history: (id, withColleagues) => alone(() => historyOf(duck, known, id, withColleagues)),
    ids: (of, rows) => alone(() => idsOf(duck, keyedOf(of), rows)),
    refusals: () => refusalsOf(refusing()),
    writeRejects: (path) => alone(() => writeRejects(path, duck.folder, refusing())),
    writeResults: (path, of, columns) => alone(() => writeResults(duck, path, keyedOf(of), columns)),
    close: () => alone(async () => duck.close()),
  };
}

function required(source: Source, name: string, hint = ''): Cell {
  const cell = source.cells.get(name);
  if (cell !== undefined) return cell;
  const near = nearest(name, source.cells.keys());
  const found =
    near === undefined ? `It has ${[...source.cells.keys()].slice(0, 12).join(', ')}.` : `Did you mean “${near}”?`;
  throw new ScorelineError('column_missing', `${source.path} has no column “${name}”. ${found} ${hint}`.trim());
}

function eventCells(source: Source): EventCells {
  return {
    contact: required(source, 'contact_id'),
    name: required(source, 'name'),
    at: required(source, 'at'),
    id: source.cells.get('id'),
    flags: ['voided', 'machine'].flatMap((name) => source.cells.get(name) ?? []),
  };
}

/** The columns that a model can name. */
const namesOf = (source: Source, without: readonly (Cell | null | undefined)[]): string[] =>
  [...source.cells.values()].filter((cell) => !without.includes(cell)).map((cell) => cell.name);

async function idsOf(duck: Duck, { table }: Keyed, rows: readonly number[]): Promise<string[]> {
  if (rows.length === 0) return [];
  const found = await duck.rows(
    `select k.id from (select unnest($1::integer[]) as row, generate_subscripts($1::integer[], 1) as nth) w
      join ${table} k on k.row = w.row order by w.nth`,
    [listValue([...rows])],
  );
  return found.map(([id]) => String(id));
}
