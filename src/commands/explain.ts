/** `scoreline explain`: one contact with all that the files know of it. */

import { ScorelineError } from '../core/errors.ts';
import { explain, readsCompanyScores } from '../core/explain.ts';
import { profile } from '../core/profile.ts';
import { showExplanation } from './explanation.ts';
import { type FileFlags, withInputs } from './inputs.ts';
import type { Surroundings } from './surroundings.ts';

export async function explainOne(flags: FileFlags & { readonly contact: string }, around: Surroundings): Promise<void> {
  await withInputs(flags, around, async ({ model, asOf, files }) => {
    const colleagues = await files.history(flags.contact, readsCompanyScores(model));
    const contact = colleagues.find(({ id }) => id === flags.contact.trim());
    if (contact === undefined) {
      throw new ScorelineError('contact_unknown', `no contact in ${flags.contacts} has the id ${flags.contact}.`);
    }
    around.out(showExplanation(model, profile(contact, asOf), explain(model, contact, asOf, { colleagues })));
  });
}
