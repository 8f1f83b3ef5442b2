/** What is wrong with a document, in the shape in which every route says it. */

import { ModelError } from '../core/errors.ts';
import { parseModel } from '../core/model.ts';
import type { Model } from '../core/words.ts';

export interface Checked {
  /** Null where there are problems. */
  readonly model: Model | null;
  readonly problems: { path: string; message: string; line: number | null; column: number | null }[];
}

export function check(text: string): Checked {
  try {
    return { model: parseModel(text), problems: [] };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const problems = error.problems.map((problem) => ({ ...problem, path: problem.path.join('.') }));
    return { model: null, problems };
  }
}
