/**
 * Contacts and companies as columns. It decides which company a contact belongs to and what counts as a trait; it
 * refuses to know what a model asks beyond the fields it names.
 */

import { isDisposableEmailDomain } from 'disposable-email-domains-js';
import freeMail from 'email-providers/all.json' with { type: 'json' };
import { type Columns, sharedDoubles, type Table } from '../core/columns.ts';
import { domainOf } from '../core/contribution.ts';
import type { Fields, Needs } from '../core/needs.ts';
import { fold } from '../core/text.ts';
import { instantSql, presentSql, textSql } from './cells.ts';
import { newCoder } from './coding.ts';
import { type Duck, wholesIn } from './duck.ts';
import { type Keyed, readRows } from './keyed.ts';
import {
  bytesInto,
  doublesInto,
  type Misread,
  misreadsOf,
  newCodes,
  newReadings,
  numberMisreads,
  type Reading,
} from './reading.ts';

/** Columns of a contacts file that are no traits, besides its id. */
const NO_TRAITS = ['company_id', 'created_at', 'email'];
const FREE: ReadonlySet<string> = new Set(freeMail);

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
  const createdAt = sharedDoubles(count + 1);
  const hasTraits = new Uint8Array(new SharedArrayBuffer(count + 1));
  const traits = [...source.cells.values()].filter((cell) => cell !== id && !NO_TRAITS.includes(cell.name));
  const plain = new Map([...needs.contact].filter(([field]) => field !== 'created_at' && field !== id.name));
  const readings = [...newReadings(duck, source, plain, count + 1), ...mailDomain(duck, keyed, needs.contact)];
  await readRows(duck, keyed, [
    bytesInto(hasTraits, `(${['false', ...traits.map(presentSql)].join(' or ')})::uinteger`),
    doublesInto(createdAt, created === undefined ? "'nan'::double" : instantSql(created)),
    ...readings,
  ]);
  const fields = tableOf(readings, count);
  const when = createdAt.subarray(0, count);
  const misreads = await misreadsOf(duck, 'contact', source, needs.contact, fields);
  if (created !== undefined) {
    misreads.push(...(await numberMisreads(duck, 'contact', source, created, when, 'date', instantSql(created))));
  }
  for (let i = 0; i < count; i++) if ((when[i] ?? 0) > asOf) when[i] = Number.NaN;
  return {
    contacts: { count, hasTraits: hasTraits.subarray(0, count), createdAt: when, company, fields },
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
  const readings = newReadings(duck, source, plain, count + 1);
  await readRows(duck, keyed, readings);
  const fields = tableOf(readings, count);
  return { companies: { count, fields }, misreads: await misreadsOf(duck, 'company', source, needs.company, fields) };
}

const tableOf = (readings: readonly Reading[], rows: number): Table =>
  new Map(readings.map((reading) => [reading.field, reading.finish(rows)]));

/** The mail domain as a field of the contact, where a model asks for it. */
function mailDomain(duck: Duck, { source, count }: Keyed, fields: Fields): Reading[] {
  const email = source.cells.get('email');
  if (email === undefined || !fields.has('email.domain')) return [];
  const coder = newCoder(duck, (raw) => domainOf(raw));
  return [newCodes('email.domain', coder.sql(textSql(email)), coder.values, count + 1)];
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
  const place = (row: number): number => (placeOf === null ? row : (placeOf[row] ?? count));
  if (id !== undefined) {
    await duck.stream(
      `select k.row::uinteger, c.row from (select row, ${textSql(id)} as company from ${source.view}) k
        join ${companies.table} c on c.id = k.company`,
      (piece, n) => {
        const [from, to] = [wholesIn(piece, 0), wholesIn(piece, 1)];
        for (let i = 0; i < n; i++) {
          const at = place(from[i] ?? 0);
          if (at < count) rows[at] = to[i] ?? 0;
        }
      },
    );
  }
  const domains = email === undefined ? new Map<string, number>() : await domainsOf(duck, companies);
  if (email === undefined || domains.size === 0) return rows;
  const coder = newCoder(duck, (raw) => {
    const domain = domainOf(raw.trim());
    return domain === undefined || FREE.has(domain) || isDisposableEmailDomain(domain)
      ? undefined
      : domains.get(domain);
  });
  const unnamed = id === undefined ? 'true' : `${textSql(id)} is null`;
  await duck.stream(
    `select row::uinteger, ${coder.sql(`regexp_extract(${textSql(email)}, '@[^@]*$')`)} from ${source.view} where ${unnamed}`,
    (piece, n) => {
      const [from, codes] = [wholesIn(piece, 0), wholesIn(piece, 1)];
      for (let i = 0; i < n; i++) {
        const at = place(from[i] ?? 0);
        const company = coder.values[(codes[i] ?? 0) - 1];
        if (at < count && company !== undefined) rows[at] = company;
      }
    },
  );
  return rows;
}

/** The first company with each domain. */
async function domainsOf(duck: Duck, { source, placeOf, count }: Keyed): Promise<Map<string, number>> {
  const domains = new Map<string, number>();
  const cell = source.cells.get('domain');
  if (cell === undefined) return domains;
  const coder = newCoder(duck, (raw) => fold(raw) || undefined);
  let row = 0;
  await duck.stream(`select ${coder.sql(textSql(cell))} from ${source.view}`, (piece, n) => {
    const codes = wholesIn(piece, 0);
    for (let i = 0; i < n; i++, row++) {
      const domain = coder.values[(codes[i] ?? 0) - 1];
      const at = placeOf === null ? row : (placeOf[row] ?? count);
      if (domain !== undefined && at < count && !domains.has(domain)) domains.set(domain, at);
    }
  });
  return domains;
}
