/**
 * What people are written to in: each in their own language, and who never chose one in that of the workspace. It decides
 * how that is kept; it refuses to know what is written.
 */

import type { Language } from '../core/phrases/languages.ts';
import { recordDeed } from './audit.ts';
import type { Db } from './db.ts';
import type { By } from './people.ts';

const KEY = 'language';
/** In SQL, of who never chose one. */
export const WORKSPACE_LANGUAGE = `coalesce((select value #>> '{}' from setting where key = '${KEY}'), 'en')`;

/** The language of the workspace: English until an administrator chooses another. */
export async function workspaceLanguage(db: Db): Promise<Language> {
  const [kept] = await db.rows<{ language: Language }>(`select ${WORKSPACE_LANGUAGE} as language`);
  return kept?.language ?? 'en';
}

export function setWorkspaceLanguage(db: Db, language: Language, { by, now }: By): Promise<void> {
  return db.transaction(async (tx) => {
    const before = await workspaceLanguage(tx);
    await tx.rows(
      'insert into setting (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value',
      [KEY, JSON.stringify(language)],
    );
    const details = { before, language };
    await recordDeed(tx, { at: now, who: by, action: 'language.change', subject: KEY, details });
  });
}

/** What a person chose; null for who never did. */
export async function languageOf(db: Db, personId: string): Promise<Language | null> {
  const [found] = await db.rows<{ language: Language | null }>('select language from person where id = $1', [personId]);
  return found?.language ?? null;
}

export async function chooseLanguage(db: Db, personId: string, language: Language): Promise<void> {
  await db.rows('update person set language = $2 where id = $1', [personId, language]);
}
