/** What the service answers, in types that come from its routes. */

import type { z } from 'zod';
import type { companyShape, contactShape } from '../src/routes/contact-shape.ts';
import type { historyRow, timelineRow, traitRow } from '../src/routes/contacts.ts';
import type { versionShape, wholeVersion } from '../src/routes/models.ts';
import type { outlineShape } from '../src/routes/outline.ts';
import type { mergeShape } from '../src/routes/persons.ts';
import type { explainedShape, toldShape } from '../src/routes/scores.ts';
import type { segmentShape } from '../src/routes/segments.ts';
import type { todayShape } from '../src/routes/today.ts';

export interface List<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

export type Company = z.output<typeof companyShape>;
export type HistoryRow = z.output<typeof historyRow>;
export type Lead = z.output<typeof contactShape>;
export type Explained = z.output<typeof explainedShape>;
export type Merge = z.output<typeof mergeShape>;
export type Reason = Explained['reasons'][number];
export type Segment = z.output<typeof segmentShape>;
export type Told = z.output<typeof toldShape>;
export type TodayLead = z.output<typeof todayShape>;
export type TimelineRow = z.output<typeof timelineRow>;
export type TraitRow = z.output<typeof traitRow>;
export type Version = z.output<typeof versionShape>;
export type Serving = Version & { readonly outline: z.output<typeof outlineShape> };
export type WholeVersion = z.output<typeof wholeVersion>;

/** Who is signed in. */
export interface Me {
  readonly name: string;
  readonly role: string;
  readonly rights: readonly string[];
}
