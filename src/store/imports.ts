/**
 * Files that are read in, and how far each has come. It decides that the same file under the same names is read once at
 * a time and goes on where it was; it refuses to know what a row is.
 */

import type { Db } from './db.ts';

export type ImportKind = 'companies' | 'contacts' | 'events';

/** What the columns of a file are called here; null leaves a column out. Columns that are not named keep their names. */
export type ColumnNames = Readonly<Record<string, string | null>>;

export interface Progress {
  /** Rows from this one on, counted from 0, are still to be read. */
  readonly position: number;
  readonly accepted: number;
  /** Of the accepted events, those that were known already. */
  readonly duplicates: number;
  readonly refused: number;
  readonly rejectsSize: number;
}

export interface Import extends Progress {
  readonly importId: number;
  /** SHA-256 of the file, in hexadecimal. */
  readonly hash: string;
  readonly kind: ImportKind;
  readonly mapping: ColumnNames;
  /** The file as the sender calls it. */
  readonly name: string;
  /** Where it lies; null once it was removed. */
  readonly path: string | null;
  readonly sourceId: number;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  /** Null until the file was opened. */
  readonly rowCount: number | null;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly finishedAt: number | null;
  readonly failure: string | null;
}

export interface NewImport {
  readonly hash: string;
  readonly kind: ImportKind;
  readonly mapping: ColumnNames;
  readonly name: string;
  readonly path: string;
  readonly by: string;
  /** Milliseconds, UTC. */
  readonly now: number;
}

const COLUMNS = `import_id as "importId", hash, kind, mapping, name, path, source_id as "sourceId", state,
  row_count as "rowCount", position, accepted, duplicates, refused, rejects_size as "rejectsSize",
  created_at as "createdAt", created_by as "createdBy", finished_at as "finishedAt", failure`;

/** The import that is to be made of a file: one that was begun and not finished goes on, with the file where it is now. */
export function beginImport(db: Db, { hash, kind, mapping, name, path, by, now }: NewImport): Promise<Import> {
  return db.transaction(async (tx) => {
    const [begun] = await tx.rows<Import>(
      `update import set path = $4, state = 'waiting'
       where hash = $1 and kind = $2 and mapping = $3::jsonb and state in ('waiting', 'running') returning ${COLUMNS}`,
      [hash, kind, JSON.stringify(mapping), path],
    );
    if (begun !== undefined) return begun;
    const [made] = await tx.rows<Import>(
      `with named as (select source_id from source where kind = 'file' and disabled_at is null order by source_id limit 1),
            made as (insert into source (kind, name, created_at) select 'file', 'Files', $7
                     where not exists (select from named) returning source_id)
       insert into import (hash, kind, mapping, name, path, created_by, created_at, state, source_id)
       select $1, $2, $3::jsonb, $4, $5, $6, $7, 'waiting', source_id from (table named union all table made) as of_files
       returning ${COLUMNS}`,
      [hash, kind, JSON.stringify(mapping), name, path, by, now],
    );
    if (made === undefined) throw new Error('an import was not kept');
    return made;
  });
}

export async function findImport(db: Db, importId: number): Promise<Import | null> {
  const [found] = await db.rows<Import>(`select ${COLUMNS} from import where import_id = $1`, [importId]);
  return found ?? null;
}

/** The newest first, those before the import `before` only. */
export const listImports = (db: Db, { before, limit }: { before: number | null; limit: number }): Promise<Import[]> =>
  db.rows<Import>(
    `select ${COLUMNS} from import where $1::integer is null or import_id < $1 order by import_id desc limit $2`,
    [before, limit],
  );

/** Those of which the file was not removed, the oldest first. */
export const importsWithFile = (db: Db): Promise<Import[]> =>
  db.rows<Import>(`select ${COLUMNS} from import where path is not null order by import_id`);

/** The rows before the position are committed. */
export async function keepProgress(db: Db, importId: number, rowCount: number, progress: Progress): Promise<void> {
  const { position, accepted, duplicates, refused, rejectsSize } = progress;
  await db.rows(
    `update import set state = 'running', row_count = $2, position = $3, accepted = $4, refused = $5,
       rejects_size = $6, duplicates = $7 where import_id = $1`,
    [importId, rowCount, position, accepted, refused, rejectsSize, duplicates],
  );
}

/** @param failure why it cannot go on; null where all rows were read */
export async function finishImport(db: Db, importId: number, failure: string | null, now: number): Promise<void> {
  await db.rows(`update import set state = $2, failure = $3, finished_at = $4 where import_id = $1`, [
    importId,
    failure === null ? 'done' : 'failed',
    failure,
    now,
  ]);
}

/** Its file is no longer there. */
export async function forgetFile(db: Db, importId: number): Promise<void> {
  await db.rows('update import set path = null where import_id = $1', [importId]);
}
