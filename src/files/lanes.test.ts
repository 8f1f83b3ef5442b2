/** A log long enough to be read in two parts side by side comes out as if it had been read in one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { openFiles } from './files.ts';

const EVENTS = 600_000;
const CONTACTS = 20_000;

test.each([
  ['of the file', 'c', '', 'serial'],
  ['of their ids, each of which counts once', 'c', ", 'e' || (i * 31 % 400000) as id", 'id'],
  ['of the file where contacts have long ids', 'a long prefix of ', '', 'serial'],
])('events of both parts are together by contact, in order of time, then %s', async (_, prefix, id, last) => {
  const folder = mkdtempSync(join(tmpdir(), 'lanes-'));
  const path = (name: string) => join(folder, name);
  const instance = await DuckDBInstance.create(':memory:');
  const db = await instance.connect();
  // Few instants, so that many events of a contact share one; some rows are refused in each part.
  await db.run(
    `copy (select '${prefix}' || i as id from range(${CONTACTS}) t(i)) to '${path('contacts.parquet')}' (format parquet)`,
  );
  await db.run(
    `copy (select if(i % 1000 = 7, 'nobody', '${prefix}' || (i * 7919 % ${CONTACTS})) as contact_id,
        if(i % 1000 = 9, null, 'n' || (i % 5)) as name, 1700000000000 + (i * 31 % 50) * 60000 as "at", i as serial,
        if(i < ${EVENTS / 2}, 'few ' || (i % 3), if(i % 11 = 0, 'few ' || (i % 2), 'one of many ' || (i % 70000))) as word${id}
      from range(${EVENTS}) t(i) order by i) to '${path('events.parquet')}' (format parquet, row_group_size 50000)`,
  );
  const files = await openFiles({ contacts: path('contacts.parquet'), events: path('events.parquet') });
  try {
    const needs = {
      contact: new Map(),
      company: new Map(),
      event: new Map<string, ReadonlySet<'number' | 'text'>>([
        ['serial', new Set(['number'])],
        ['word', new Set(['text'])],
      ]),
    };
    const { columns, repeated } = await files.load(needs, 1_800_000_000_000);
    const serial = columns.events.fields.get('serial');
    expect(serial?.kind).toBe('number');
    const wanted = await db.runAndReadAll(
      `select serial::double, word, name from read_parquet('${path('events.parquet')}')
        where contact_id <> 'nobody' and name is not null
        ${id === '' ? '' : 'qualify row_number() over (partition by contact_id, id order by serial) = 1'}
        order by substr(contact_id, ${prefix.length + 1})::integer, "at", ${last}`,
    );
    const rows = wanted.getRows();
    const expected = Float64Array.from(rows, ([value]) => Number(value));
    expect(serial?.kind === 'number' && serial.numbers).toEqual(expected);
    // The parts have words in common and words of their own, so many that their codes are of different width.
    const word = columns.events.fields.get('word');
    const words = word?.kind === 'coded' ? [...word.codes].map((code) => word.values[code - 1]) : [];
    expect(words).toEqual(rows.map(([, text]) => text));
    const { names, nameValues } = columns.events;
    expect([...names].map((code) => nameValues[code])).toEqual(rows.map(([, , name]) => name));
    expect(nameValues.toSorted()).toEqual(['n0', 'n1', 'n2', 'n3', 'n4']);
    expect(columns.events.starts.at(-1)).toBe(expected.length);
    expect(repeated).toBe(EVENTS - (2 * EVENTS) / 1000 - expected.length);
    expect(files.refusals().map(({ rows }) => rows)).toEqual([EVENTS / 1000, EVENTS / 1000]);
  } finally {
    await files.close();
    db.closeSync();
    instance.closeSync();
    rmSync(folder, { recursive: true });
  }
});
