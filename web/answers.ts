/** What the service answers, in types that come from its routes. */

import type { z } from 'zod';
import type { contactShape } from '../src/routes/contact-shape.ts';
import type { timelineRow } from '../src/routes/contacts.ts';
import type { versionShape, wholeVersion } from '../src/routes/models.ts';
import type { outlineShape } from '../src/routes/outline.ts';
import type { explainedShape } from '../src/routes/scores.ts';

export interface List<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

export type Lead = z.output<typeof contactShape>;
export type Explained = z.output<typeof explainedShape>;
export type Reason = Explained['reasons'][number];
export type TimelineRow = z.output<typeof timelineRow>;
export type Version = z.output<typeof versionShape>;
export type Serving = Version & { readonly outline: z.output<typeof outlineShape> };
export type WholeVersion = z.output<typeof wholeVersion>;

/** Who is signed in. */
export interface Me {
  readonly name: string;
  readonly role: string;
  readonly rights: readonly string[];
}
