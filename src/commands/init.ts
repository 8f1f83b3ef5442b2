/** `scoreline init`: a model to begin with. It never overwrites: somebody's model is worth more than ours. */

import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ScorelineError } from '../core/errors.ts';
import { modelJsonSchema } from '../core/model.ts';
import { causeOf } from './causes.ts';
import type { Surroundings } from './surroundings.ts';

const STARTER = new URL('../../models/starter.yaml', import.meta.url);
/** As the first line of the starter names it. */
const SCHEMA = 'scoreline-model.schema.json';

/** @param file where to write the model; `-` prints it and writes nothing */
export async function init(file: string, around: Surroundings): Promise<void> {
  const text = await readFile(STARTER, 'utf8');
  if (file === '-') return around.out(text.trimEnd());
  const schema = join(dirname(file), SCHEMA);
  if (!(await writeNew(file, text))) throw unwritable(file, 'it is there already');
  const wrote = (await writeNew(schema, `${JSON.stringify(modelJsonSchema(), null, 2)}\n`))
    ? 'Wrote'
    : 'Left as it is:';
  around.out(`Wrote ${file}. Check it with: scoreline check ${file}`);
  around.out(`${wrote} ${schema}, by which editors complete the model.`);
}

/** Whether the file was not there before, and is now. */
async function writeNew(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw unwritable(file, causeOf(error));
  }
}

const unwritable = (file: string, cause: string): ScorelineError =>
  new ScorelineError('file_unwritable', `${file} cannot be written: ${cause}.`);
