/**
 * Contacts and companies as columns. It decides which company a contact belongs to and what counts as a trait; it
 * refuses to know what a model asks beyond the fields it names.
 */

import { disposableEmailBlocklist } from 'disposable-email-domains-js';
import freeMail from 'email-providers/all.json' with { type: 'json' };
import { type Columns, sharedDoubles, type Table } from '../core/columns.ts';
import { domainOf } from '../core/contribution.ts';
import type { Fields, Needs } from '../core/needs.ts';
import { instantSql, presentSql, textSql } from './cells.ts';
import { newCoder } from './coding.ts';
import { type Duck, wholesIn } from './duck.ts';
import { type Keyed, readRows } from './keyed.ts';
import {
  doublesInto,
  type Misread,
  misreadsOf,
  newCodes,
  newReadings,
  numberMisreads,
  type Reading,
  type Sink,
  wholesInto,
} from './reading.ts';

/** Columns of a contacts file that are no traits, besides its id. */
const NO_TRAITS = ['company_id', 'created_at', 'email'];
/** Columns looked at in one query: to plan one takes time with the square of them, and room for each step of each. */
const BATCH = 64;

/** @param asOf a contact created later was not created yet */
export async function loadContacts(
  duck: Duck,
  keyed: Keyed,
  company: Int32Array,
  needs: Needs,
  asOf: number,
): Promise<{ readonly contacts: Columns['contacts']; readonly misreads: readonly Misread[] }> {
  const { source, count, id } = keyed;
  const created = source.cells.get('created_at');
  const createdAt = sharedDoubles(source.rows);
  const hasTraits = new Uint8Array(new SharedArrayBuffer(count));
  const traits = [...source.cells.values()].filter((cell) => cell !== id && !NO_TRAITS.includes(cell.name));
  const plain = new Map([...needs.contact].filter(([field]) => field !== 'created_at' && field !== id.name));
  const readings = [...newReadings(duck, source, plain, source.rows), ...mailDomain(duck, keyed, needs.contact)];
  const known = new Uint8Array(source.rows);
  const facts: Sink[] = [
    doublesInto(createdAt, created === undefined ? "'nan'::double" : instantSql(created)),
    ...readings,
  ];
  for (let first = 0; first === 0 || first < traits.length; first += BATCH) {
    // A sum is quicker than `or`, which would look at each column for fewer and fewer rows.
    const some = ['0', ...traits.slice(first, first + BATCH).map((cell) => `${presentSql(cell)}::uinteger`)];
    await readRows(duck, keyed, [wholesInto(known, `(${some.join(' + ')} > 0)::uinteger`), ...facts.splice(0)]);
    for (let i = 0; i < count; i++) if (known[i] === 1) hasTraits[i] = 1;
  }
  const fields = tableOf(readings, count);
  const when = createdAt.subarray(0, count);
  const misreads = await misreadsOf(duck, 'contact', source, needs.contact, fields);
  if (created !== undefined) {
    misreads.push(...(await numberMisreads(duck, 'contact', source, created, when, 'date', instantSql(created))));
  }
  for (let i = 0; i < count; i++) if ((when[i] ?? 0) > asOf) when[i] = Number.NaN;
  return {
    contacts: { count, hasTraits, createdAt: when, company, fields },
    misreads,
  };
}

export async function loadCompanies(
  duck: Duck,
  keyed: Keyed,
  needs: Needs,
): Promise<{ readonly companies: Columns['companies']; readonly misreads: readonly Misread[] }> {
  const { source, count, id } = keyed;
  const plain = new Map([...needs.company].filter(([field]) => field !== id.name));
  const readings = newReadings(duck, source, plain, source.rows);
  await readRows(duck, keyed, readings);
  const fields = tableOf(readings, count);
  return { companies: { count, fields }, misreads: await misreadsOf(duck, 'company', source, needs.company, fields) };
}

const tableOf = (readings: readonly Reading[], rows: number): Table =>
  new Map(readings.map((reading) => [reading.field, reading.finish(rows)]));

/** The mail domain as a field of the contact, where a model asks for it. */
function mailDomain(duck: Duck, { source }: Keyed, fields: Fields): Reading[] {
  const email = source.cells.get('email');
  if (email === undefined || !fields.has('email.domain')) return [];
  const coder = newCoder(duck, (raw) => domainOf(raw));
  return [newCodes('email.domain', coder.sql(textSql(email)), coder.values, source.rows)];
}

/**
 * By contact: the row of its company, -1 for none. A company id alone decides where there is one; else the mail
 * domain does, unless anybody can have an address there.
 */
export async function companyRows(duck: Duck, contacts: Keyed, companies: Keyed | null): Promise<Int32Array> {
  const rows = new Int32Array(new SharedArrayBuffer(contacts.count * 4)).fill(-1);
  if (companies === null) return rows;
  const { source, placeOf, count } = contacts;
  const id = source.cells.get('company_id');
  const email = source.cells.get('email');
  const domains = await domainTable(duck, companies);
  const mail = email === undefined ? 'null::varchar' : `folded(regexp_extract(${textSql(email)}, '@([^@]*)$', 1))`;
  await duck.stream(
    `select s.row::uinteger, coalesce(c.row, d.row)::uinteger
      from (select row, company, case when company is null then ${mail} end as domain
        from (select *, ${id === undefined ? 'null::varchar' : textSql(id)} as company from ${source.view})) s
      left join ${companies.table} c on c.id = s.company left join ${domains} d on d.domain = s.domain
      where coalesce(c.row, d.row) is not null`,
    (piece, n) => {
      const [from, to] = [wholesIn(piece, 0), wholesIn(piece, 1)];
      for (let i = 0; i < n; i++) {
        const row = from[i] ?? 0;
        const at = placeOf === null ? row : (placeOf[row] ?? count);
        if (at < count) rows[at] = to[i] ?? 0;
      }
    },
  );
  await duck.db.run(`drop table ${domains}`);
  return rows;
}

/** Makes a table of the first company with each domain, without those where anybody can have an address. */
async function domainTable(duck: Duck, { source, table }: Keyed): Promise<string> {
  const cell = source.cells.get('domain');
  const anybodys = [...new Set([...freeMail, ...disposableEmailBlocklist()])];
  const [free, domains] = [duck.name('free'), duck.name('domains')];
  await duck.table(free, [{ name: 'domain', kind: 'text', text: (i) => anybodys[i] ?? '' }], anybodys.length);
  await duck.db.run(
    `create table ${domains} as select s.domain, min(k.row) as row
      from (select row, folded(${cell === undefined ? 'null' : textSql(cell)}) as domain from ${source.view}) s
      join ${table} k on k.file_row = s.row
      where s.domain <> '' and s.domain not in (select domain from ${free}) group by s.domain`,
  );
  await duck.db.run(`drop table ${free}`);
  return domains;
}
