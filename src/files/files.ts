/**
 * The files of one run: contacts, companies and events. It decides which columns they must have, and hands out
 * columns for a model, the history of one contact, and what was refused. It refuses to know what a model is.
 */

import type { Columns } from '../core/columns.ts';
import { ScorelineError } from '../core/errors.ts';
import type { Needs } from '../core/needs.ts';
import { nearest } from '../core/text.ts';
import type { Contact, Holder } from '../core/words.ts';
import { type Cell, teachCells } from './cells.ts';
import { companyRows, loadCompanies, loadContacts } from './contacts.ts';
import { type Duck, openDuck } from './duck.ts';
import { type EventCells, loadEvents, type Log, noEvents } from './events.ts';
import { historyOf } from './history.ts';
import { type Keyed, keyRows } from './keyed.ts';
import type { Misread } from './reading.ts';
import { type Refusals, refusalsOf, writeRejects } from './rejects.ts';
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
  /** Everything that the files know of one contact; undefined when it is not in them. */
  contact(id: string): Promise<Contact | undefined>;
  /** Likewise for all contacts of its company, itself included; only itself when it has none. */
  colleagues(id: string): Promise<Contact[]>;
  /** The ids by row, for a few rows. */
  ids(of: 'contacts' | 'companies', rows: readonly number[]): Promise<string[]>;
  /** Rows refused so far, by file and reason; those of events are known once they are loaded. */
  refusals(): Refusals[];
  /** Writes refused rows as CSV: file, line, reason, row. */
  writeRejects(path: string): Promise<void>;
  /** Writes one line for each contact or company, in the order of the input, beginning with its id. */
  writeResults(path: string, of: 'contacts' | 'companies', columns: readonly ResultColumn[]): Promise<void>;
  /** Closes the database and removes what it left on the disk. */
  close(): void;
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
  const [contactFile, companyFile, log] = [await openSource(duck, paths.contacts), await open(paths.companies), await open(paths.events)];
  const contactId = required(contactFile, paths.id ?? 'id', 'contacts', paths.id === undefined);
  const companyId = companyFile === null ? null : required(companyFile, 'id', 'companies', false);
  const cells = log === null ? null : eventCells(log);
  const contacts = await keyRows(duck, contactFile, contactId, 'contact');
  const companies = companyFile === null || companyId === null ? null : await keyRows(duck, companyFile, companyId, 'company');
  const company = await companyRows(duck, contacts, companies);
  let events: Log = noEvents(contacts.count);
  const keyed = { contacts, companies };
  const refused = () =>
    refusalsOf([
      { source: contactFile, refused: contacts.refused },
      ...(companies === null ? [] : [{ source: companies.source, refused: companies.refused }]),
      ...(log === null ? [] : [{ source: log, refused: events.refused }]),
    ]);
  const everything = { contacts, companies, company, log, cells };
  return {
    fields: {
      contact: [...names(contactFile, [contactId]), ...(contactFile.cells.has('email') ? ['email.domain'] : [])],
      company: companyFile === null || companyId === null ? [] : names(companyFile, [companyId]),
      event: log === null || cells === null ? [] : names(log, [cells.contact, cells.name, cells.at, cells.id]),
    },
    load: async (needs, asOf) => {
      const people = await loadContacts(duck, contacts, company, needs, asOf);
      const firms = companies === null ? null : await loadCompanies(duck, companies, needs);
      events = log === null || cells === null ? noEvents(contacts.count) : await loadEvents(duck, log, cells, contacts, needs.event);
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
    },
    contact: async (id) => (await historyOf(duck, everything, id, false))[0],
    colleagues: (id) => historyOf(duck, everything, id, true),
    ids: (of, rows) => idsOf(duck, keyed[of], rows),
    refusals: () => refused(),
    writeRejects: (path) => writeRejects(path, refused()),
    writeResults: (path, of, columns) => writeResults(duck, path, keyed[of], columns),
    close: () => duck.close(),
  };
}
