/**
 * The whole base as columns: every contact, company and event that exists for scoring, out of one snapshot of the
 * database. It decides what is read and how it is packed on the way; what exists is as `histories.ts` says. It refuses to
 * know models: callers name the fields.
 */

import { type Columns, onlyNumbers, sharedDoubles, type Table, traitOf } from '../core/columns.ts';
import { domainOf } from '../core/contribution.ts';
import { ScorelineError } from '../core/errors.ts';
import { asNumbers, type Coded, type Filling, factOf, newFilling, withValues } from '../core/filling.ts';
import { type Facts, factValue } from '../core/ingest.ts';
import type { Fields, Needs } from '../core/needs.ts';
import type { Value } from '../core/words.ts';
import {
  type Batch,
  batchesOf,
  EVENTS,
  newTimeline,
  type Packed,
  TIMELINE,
  type Timeline,
  wholeNumberAt,
} from './base-events.ts';
import type { Db } from './db.ts';
import { NO_TRAITS, readCompaniesAt, readWhos } from './histories.ts';
import { listVersions, type Version } from './models.ts';

/** What one statement packs together. */
const CONTACTS_AT_ONCE = 20_000;
const CONTACTS_OF_EVENTS = 2_000;
const WHOS_AT_ONCE = 1_000;
/** Connections that read events side by side. */
const READERS = 2;

export interface Base {
  /** The instant for which it holds, in milliseconds, UTC. */
  readonly asOf: number;
  /** By row, ascending. */
  readonly ids: Float64Array;
  readonly events: number;
  /** As they were published by then. */
  readonly versions: readonly Version[];
  /** Of all columns, about. */
  readonly bytes: () => number;
  /** Whether fields can still be added. */
  readonly isOpen: () => boolean;
  /** Whether it has all the fields. */
  has(needs: readonly Needs[]): boolean;
  /** Brings the fields that are not there yet, out of the same snapshot. */
  load(needs: readonly Needs[]): Promise<void>;
  /** With the fields that a model asks for, all of them loaded before. */
  columns(needs: Needs): Columns;
  /** Whether an earlier instant was looked at before. */
  hasPast(at: number): boolean;
  /** The same as of an earlier instant; who came later has no `createdAt`, and should be left out. */
  columnsAt(needs: Needs, at: number): Promise<Columns>;
  /** By row: the stage in which a contact stands under a version, null for none. */
  stages(version: number): Promise<(string | null)[]>;
  /** Lets the snapshot go; what is loaded stays. */
  close(): void;
}

export interface Limits {
  /** Bytes that the columns may take. */
  readonly bytes: number;
  readonly onProgress: (share: number) => void;
}

/** A transaction that stays open. */
interface Reader {
  readonly tx: Db;
  close(): void;
}

/**
 * Takes a snapshot and reads who there is and when they did what, with the fields that some models ask for.
 * @throws ScorelineError `too_large`, `database_unavailable`
 */
export async function openBase(db: Db, asOf: number, needs: readonly Needs[], limits: Limits): Promise<Base> {
  const first = await openReader(db, null);
  const readers = [first];
  const close = (): void => {
    for (const reader of readers.splice(0)) reader.close();
  };
  try {
    const [exported] = await first.tx.rows<{ name: string }>('select pg_export_snapshot() as name');
    while (readers.length < READERS) readers.push(await openReader(db, exported?.name ?? ''));
    return await readBase(first.tx, readers, close, asOf, needs, limits);
  } catch (error) {
    close();
    throw error;
  }
}

function openReader(db: Db, snapshot: string | null): Promise<Reader> {
  return new Promise((resolve, reject) => {
    db.transaction(async (tx) => {
      await tx.script('set transaction isolation level repeatable read, read only');
      if (snapshot !== null) {
        if (!/^[0-9A-Fa-f-]+$/.test(snapshot)) throw new Error('a snapshot without a name');
        // This statement takes no bound values.
        await tx.script(`set transaction snapshot '${snapshot}'`);
      }
      await new Promise<void>((done) => resolve({ tx, close: done }));
    }).catch(reject);
  });
}

/** Fields of one kind of row, all of them coded. */
type CodedTable = Map<string, Coded>;

/** What is known of contacts as of an instant, beside their fields. */
interface People {
  readonly hasTraits: Uint8Array;
  readonly createdAt: Float64Array;
  readonly company: Int32Array;
  readonly fields: CodedTable;
  readonly companies: CodedTable;
}

async function readBase(
  tx: Db,
  readers: readonly Reader[],
  close: () => void,
  asOf: number,
  needs: readonly Needs[],
  limits: Limits,
): Promise<Base> {
  let open = true;
  const versions = await listVersions(tx);
  const companyIds = await readCompanyIds(tx);
  const companyRow = new Map(companyIds.map((id, row) => [id, row]));
  const { ids, hasTraits, createdAt, company } = await readContacts(tx, companyRow);
  const rowOf = (id: number): number => rowIn(ids, id);
  const batches = batchesOf(ids, CONTACTS_OF_EVENTS);

  let held = ids.length * 21;
  const hold = (bytes: number): void => {
    held += bytes;
    if (held > limits.bytes)
      throw new ScorelineError(
        'too_large',
        `the base takes more than ${Math.round(limits.bytes / 1e6)} MB of memory; SCORELINE_TRIAL_MEMORY allows more`,
      );
  };
  hold(0);

  const tables = { contact: new Map() as CodedTable, company: new Map() as CodedTable, event: new Map() as CodedTable };
  const present: People = { hasTraits, createdAt, company, fields: tables.contact, companies: tables.company };
  const past = new Map<number, People>();
  const filling = newTimeline(ids);
  await readEvents([...new Set(needs.flatMap((one) => [...one.event.keys()]))], filling);
  const timeline = filling.finish();
  await load(needs);
  await patch(present, asOf);

  /** Runs a statement for each portion of contacts, on all connections. */
  async function eachBatch(work: (on: Db, batch: Batch, portion: number) => Promise<void>): Promise<void> {
    let taken = 0;
    let done = 0;
    const take = async (on: Db): Promise<void> => {
      for (;;) {
        const portion = taken++;
        const batch = batches[portion];
        if (batch === undefined) return;
        await work(on, batch, portion).catch((error: unknown) => {
          // Nobody needs what the others would still read.
          taken = batches.length;
          throw error;
        });
        limits.onProgress(++done / batches.length);
      }
    };
    await Promise.all(readers.map((reader) => take(reader.tx)));
  }

  /** Reads fields of events and, where it is given, fills the timeline too: in one go, as each reads all of them. */
  async function readEvents(fields: readonly string[], into: Timeline | null): Promise<void> {
    const fillings = fields.map(() => newFilling());
    const packed = fields.map((_, i) => `string_agg(coalesce((properties -> $${i + 3})::text, ''), E'\\n') as f${i}`);
    const statement = `select ${[...(into === null ? [] : [TIMELINE]), ...packed].join(', ')} from (${EVENTS}) e`;
    await eachBatch(async (on, batch, portion) => {
      const [row] = await on.rows<Packed>(statement, [batch.first, batch.last, ...fields]);
      const before = bytesOf(fillings);
      for (const [i, filling] of fillings.entries()) {
        const texts = row?.[`f${i}`];
        if (typeof texts === 'string') filling.add(portion, texts.split('\n'));
      }
      hold(bytesOf(fillings) - before + (into?.add(batch, portion, row) ?? 0));
    });
    for (const [i, field] of fields.entries()) tables.event.set(field, fillings[i]?.finish() ?? EMPTY);
  }

  async function loadFacts(of: 'contact' | 'company', fields: readonly string[]): Promise<void> {
    const fillings = fields.map((field) => newFilling(readerOf(of, field)));
    let [after, portion] = [0, 0];
    for (;;) {
      const rows = await tx.rows<Record<string, string | number | null>>(
        `select max(id) as last, ${fields.map((_, i) => `string_agg(coalesce((traits -> $${i + 3})::text, ''), E'\\n') as f${i}`).join(', ')}
         from (select ${of}_id as id, traits from ${of} where ${of}_id > $1 order by ${of}_id limit $2) t`,
        [
          after,
          CONTACTS_AT_ONCE,
          ...fields.map((field) => (of === 'contact' && field === 'email.domain' ? 'email' : field)),
        ],
      );
      const last = rows[0]?.last;
      if (typeof last !== 'number') break;
      const before = bytesOf(fillings);
      for (const [i, filling] of fillings.entries()) {
        const texts = String(rows[0]?.[`f${i}`] ?? '').split('\n');
        filling.add(portion, of === 'contact' && fields[i] === 'email.domain' ? texts.map(domainPart) : texts);
      }
      hold(bytesOf(fillings) - before);
      after = last;
      portion++;
    }
    for (const [i, field] of fields.entries()) tables[of].set(field, fillings[i]?.finish() ?? EMPTY);
  }

  /** Brings what is known to what was known at an instant, for those of whom something changed after it. */
  async function patch(people: People, at: number): Promise<void> {
    const changed = await tx.rows<{ id: number }>(
      `select distinct t.contact_id as id from trait t join contact c using (contact_id)
       where t.at > $1 and (c.created_at <= $1 or $2)`,
      [at, at === asOf],
    );
    const fields = [...people.fields.keys()];
    const changes = fields.map(() => new Map<number, Value | undefined>());
    for (let i = 0; i < changed.length; i += WHOS_AT_ONCE) {
      const whos = await readWhos(
        tx,
        changed.slice(i, i + WHOS_AT_ONCE).map((one) => one.id),
        at,
      );
      for (const [id, who] of whos) {
        const row = rowOf(id);
        people.hasTraits[row] = Number(who.hasTraits);
        people.company[row] = who.company === null ? -1 : (companyRow.get(Number(who.company.id)) ?? -1);
        for (const [f, field] of fields.entries()) changes[f]?.set(row, traitOf(who, field));
      }
    }
    for (const [f, field] of fields.entries()) replace(people.fields, field, changes[f] ?? new Map());
    const firms = await readCompaniesAt(tx, at);
    for (const field of people.companies.keys()) {
      const values = [...firms].map(([id, firm]) => [companyRow.get(id) ?? -1, firm.traits.get(field)] as const);
      replace(people.companies, field, new Map(values));
    }
    for (let row = 0; row < ids.length; row++)
      if ((people.createdAt[row] ?? 0) > at) people.createdAt[row] = Number.NaN;
  }

  function missingOf(all: readonly Needs[]) {
    const lacking = (table: CodedTable, fieldsOf: (of: Needs) => Fields): string[] =>
      [...new Set(all.flatMap((of) => [...fieldsOf(of).keys()]))].filter((field) => !table.has(field));
    return {
      contact: lacking(tables.contact, (of) => factsIn(of.contact)),
      company: lacking(tables.company, (of) => of.company),
      event: lacking(tables.event, (of) => of.event),
    };
  }

  /** @returns whether anything about contacts or companies came */
  async function load(all: readonly Needs[]): Promise<boolean> {
    const missing = missingOf(all);
    if (missing.contact.length > 0) await loadFacts('contact', missing.contact);
    if (missing.company.length > 0) await loadFacts('company', missing.company);
    if (missing.event.length > 0) await readEvents(missing.event, null);
    return missing.contact.length + missing.company.length > 0;
  }

  function mustBeOpen(): void {
    if (!open) throw new Error('the snapshot of the base is gone');
  }

  const view = (people: People, of: Needs): Columns => ({
    contacts: {
      count: ids.length,
      hasTraits: people.hasTraits,
      createdAt: people.createdAt,
      company: people.company,
      fields: tableFrom(people.fields, factsIn(of.contact)),
    },
    companies: { count: companyIds.length, fields: tableFrom(people.companies, of.company) },
    events: { ...timeline, fields: tableFrom(tables.event, of.event) },
  });

  return {
    asOf,
    ids,
    events: timeline.at.length,
    versions,
    bytes: () => held,
    isOpen: () => open,
    has: (all) => Object.values(missingOf(all)).every((fields) => fields.length === 0),
    load: async (all) => {
      mustBeOpen();
      if (!(await load(all))) return;
      past.clear();
      await patch(present, asOf);
    },
    columns: (of) => view(present, of),
    hasPast: (at) => past.has(at),
    columnsAt: async (of, at) => {
      let people = past.get(at);
      if (people === undefined) {
        mustBeOpen();
        people = copyOf(present);
        await patch(people, at);
        past.clear();
        past.set(at, people);
      }
      return view(people, of);
    },
    stages: async (version) => {
      mustBeOpen();
      const stages = new Array<string | null>(ids.length).fill(null);
      const rows = await tx.rows<{ stage: string; ids: Buffer }>(
        `select stage, string_agg(int8send(contact_id), ''::bytea) as ids from standing
         where model_id = $1 and stage is not null group by stage`,
        [version],
      );
      for (const { stage, ids: list } of rows) {
        for (let i = 0; i < list.length; i += 8) {
          const row = rowOf(wholeNumberAt(list, i));
          if (row >= 0) stages[row] = stage;
        }
      }
      return stages;
    },
    close: () => {
      open = false;
      close();
    },
  };
}

const EMPTY: Coded = { kind: 'coded', codes: new Uint8Array(0), values: [] };

const bytesOf = (fillings: readonly Filling[]): number => fillings.reduce((sum, { bytes }) => sum + bytes, 0);

/** The row of an id, -1 for one that is not there. */
function rowIn(ids: Float64Array, id: number): number {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] ?? 0) < id) low = middle + 1;
    else high = middle;
  }
  return ids[low] === id ? low : -1;
}

async function readCompanyIds(tx: Db): Promise<number[]> {
  const [row] = await tx.rows<{ ids: Buffer | null }>(
    `select string_agg(int8send(id), ''::bytea) as ids from (select company_id as id from company order by 1) t`,
  );
  const ids: number[] = [];
  for (let i = 0; i < (row?.ids?.length ?? 0); i += 8) ids.push(wholeNumberAt(row?.ids ?? Buffer.alloc(0), i));
  return ids;
}

async function readContacts(tx: Db, companyRow: ReadonlyMap<number, number>) {
  const [counted] = await tx.rows<{ contacts: number }>('select count(*) as contacts from contact');
  const count = counted?.contacts ?? 0;
  const ids = sharedDoubles(count);
  const hasTraits = new Uint8Array(new SharedArrayBuffer(count));
  const createdAt = sharedDoubles(count);
  const company = new Int32Array(new SharedArrayBuffer(count * 4));
  for (let row = 0; row < count; ) {
    const [packed] = await tx.rows<{ ids: Buffer; created: Buffer; companies: Buffer; traits: string }>(
      `select string_agg(int8send(contact_id), ''::bytea) as ids, string_agg(int8send(created_at), ''::bytea) as created,
         string_agg(int8send(coalesce(company_id, -1)), ''::bytea) as companies,
         string_agg(case when jsonb_path_exists(traits, ${PLAINLY}) then '1' else traits::text end, E'\\n') as traits
       from (select contact_id, created_at, company_id, traits - $3::text[] as traits from contact
             where contact_id > $1 order by contact_id limit $2) c`,
      [ids[row - 1] ?? 0, CONTACTS_AT_ONCE, NO_TRAITS],
    );
    if (packed === undefined) break;
    const traits = packed.traits.split('\n');
    for (let i = 0; i < traits.length; i++, row++) {
      ids[row] = wholeNumberAt(packed.ids, i * 8);
      createdAt[row] = wholeNumberAt(packed.created, i * 8);
      company[row] = companyRow.get(wholeNumberAt(packed.companies, i * 8)) ?? -1;
      hasTraits[row] = Number(traits[i] === '1' || (traits[i] !== '{}' && hasValue(traits[i] ?? '{}')));
    }
  }
  return { ids, hasTraits, createdAt, company };
}

/** A number, true or false, or a text with a letter or digit; what is none of these has to be looked at. */
const PLAINLY = `'$.* ? (@.type() == "number" || @.type() == "boolean" || (@.type() == "string" && @ like_regex "[A-Za-z0-9]"))'`;

const hasValue = (traits: string): boolean =>
  Object.values(JSON.parse(traits) as Facts).some((fact) => factValue(fact) !== undefined);

const factsIn = (fields: Fields): Fields => new Map([...fields].filter(([field]) => field !== 'created_at'));

/** How the JSON of a trait is read, where it says who a contact is: as text alone. */
function readerOf(of: 'contact' | 'company', field: string): (text: string) => Value | undefined {
  if (of === 'company') return factOf;
  // Of an address, what comes after the last `@`.
  if (field === 'email.domain') return (text) => domainOf(JSON.parse(`"${text}`) as string);
  if (field !== 'email' && field !== 'company_id') return factOf;
  return (text) => {
    const value = factOf(text);
    return typeof value === 'string' ? value : undefined;
  };
}

/** The end of an address in JSON from its last `@`, so that it is looked at once for each domain. */
const domainPart = (text: string): string =>
  text.startsWith('"') && text.includes('@') ? text.slice(text.lastIndexOf('@')) : '';

function tableFrom(table: CodedTable, fields: Fields): Table {
  return new Map(
    [...fields].map(([field, reads]) => {
      const column = table.get(field);
      if (column === undefined) throw new Error(`the field ${field} is not loaded`);
      return [field, onlyNumbers(reads) ? asNumbers(column) : column];
    }),
  );
}

function replace(table: CodedTable, field: string, changes: ReadonlyMap<number, Value | undefined>): void {
  const column = table.get(field);
  if (column !== undefined) table.set(field, withValues(column, changes));
}

const copyOf = ({ hasTraits, createdAt, company, fields, companies }: People): People => ({
  hasTraits: new Uint8Array(shared(hasTraits)),
  createdAt: new Float64Array(shared(createdAt)),
  company: new Int32Array(shared(company)),
  fields: new Map(fields),
  companies: new Map(companies),
});

function shared(array: Uint8Array | Float64Array | Int32Array): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(array.byteLength);
  new Uint8Array(buffer).set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return buffer;
}
