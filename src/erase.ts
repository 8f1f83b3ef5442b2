/**
 * One person taken out of all that is kept: first the files beside the database, then the database, so that a try that
 * fails can be made again. It decides what is done with files; which rows go is decided in src/store/erase.ts.
 */

import type { App } from './app.ts';
import { ScorelineError } from './core/errors.ts';
import { blackOut } from './files/black-out.ts';
import { REJECTS_ENDING } from './import.ts';
import { importFiles, removeAbandoned, sentImports } from './jobs.ts';
import { eraseContact, namesOf } from './store/erase.ts';
import type { By } from './store/people.ts';

/**
 * @throws ScorelineError `not_found`; `conflict` while a file that was sent here is still to be read, for it could bring
 * the person back
 */
export async function erasePerson(app: App, contactId: number, by: By): Promise<void> {
  const { values } = await namesOf(app.db, contactId);
  const [waiting] = await sentImports(app);
  if (waiting !== undefined) {
    const which = `import ${waiting.importId} (${waiting.name})`;
    throw new ScorelineError(
      'conflict',
      `${which} is still being read and could bring the person back: erase after it`,
    );
  }
  await removeAbandoned(app);
  if (values.length > 0) {
    const named = new RegExp(
      values.map((value) => `${NOT_WITHIN[0]}${RegExp.escape(value)}${NOT_WITHIN[1]}`).join('|'),
      'iu',
    );
    for (const path of await importFiles(app)) if (path.endsWith(REJECTS_ENDING)) await blackOut(path, named);
  }
  await eraseContact(app.db, contactId, by);
}

/** An id is found where it is not part of a longer one. */
const NOT_WITHIN = ['(?<![\\p{L}\\p{N}._%+-])', '(?![\\p{L}\\p{N}-])'] as const;
