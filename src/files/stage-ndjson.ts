/**
 * NDJSON made ready for the database: one object a line, each key a column. It decides what a line must be; every
 * value stays the piece of JSON that it is.
 */

import { join } from 'node:path';
import { ScorelineError } from '../core/errors.ts';
import { LONGEST, readRange, readThrough } from './bytes.ts';
import { type Duck, quoteText, readable } from './duck.ts';
import type { Fault, Place, Staged } from './source.ts';

export async function stageNdjson(duck: Duck, file: string, path: string): Promise<Staged> {
  const lines = await readable(path, () => linesOf(duck, file));
  const named = await duck.rows(
    `select key from (select unnest(json_keys(json)) as key, line from ${lines} where json is not null)
      group by key order by min(line), key`,
  );
  const names = named.map(([key]) => String(key));
  const parquet = join(duck.folder, `${duck.name('ndjson')}.parquet`);
  const pointers = names.map((name) => quoteText(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`));
  const columns = names.map((_, place) => `parts[${place + 1}]::varchar as c${place}`);
  if (names.length === 0) throw new ScorelineError('file_format', `${path}: no line of it is a JSON object.`);
  await readable(path, () =>
    duck.rows(
      `copy (select ${columns.join(', ')} from
          (select json_extract(json, [${pointers.join(', ')}]) as parts from ${lines} where json is not null order by line))
        to ${quoteText(parquet)} (format parquet)`,
    ),
  );
  const bad = await duck.rows(`select line::double from ${lines} where json is null order by line`);
  const isBad = new Set(bad.map(([line]) => Number(line)));
  await duck.db.run(`drop table ${lines}`);
  return {
    parquet,
    names,
    json: true,
    faults: faultsOf(file, isBad),
    repaired: 0,
    locate: (wanted) => locate(file, isBad, wanted),
  };
}
