/** What the service answers, in types that come from its routes. */

import type { z } from 'zod';
import type { entryShape } from '../src/routes/audit.ts';
import type { contactShape } from '../src/routes/contact-shape.ts';
import type { timelineRow } from '../src/routes/contacts.ts';
import type { guessShape, importShape, tried } from '../src/routes/imports.ts';
import type { keyShape } from '../src/routes/keys.ts';
import type { versionShape, wholeVersion } from '../src/routes/models.ts';
import type { outlineShape } from '../src/routes/outline.ts';
import type { explainedShape } from '../src/routes/scores.ts';
import type { arrivalShape, refusalShape, sourceShape } from '../src/routes/sources.ts';
import type { startShape } from '../src/routes/start.ts';
import type { suppressionShape } from '../src/routes/suppression.ts';
import type { personShape } from '../src/routes/users.ts';
import type { deliveryShape, endpointShape } from '../src/routes/webhooks.ts';

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

export type Arrival = z.output<typeof arrivalShape>;
export type AuditEntry = z.output<typeof entryShape>;
export type Delivery = z.output<typeof deliveryShape>;
export type Endpoint = z.output<typeof endpointShape>;
export type Guesses = z.output<typeof guessShape>;
export type FileImport = z.output<typeof importShape>;
export type AccessKey = z.output<typeof keyShape>;
export type Person = z.output<typeof personShape>;
export type Refusal = z.output<typeof refusalShape>;
export type Source = z.output<typeof sourceShape>;
export type Start = z.output<typeof startShape>;
export type Suppression = z.output<typeof suppressionShape>;
export type Tried = z.output<typeof tried>;

/** Who is signed in. */
export interface Me {
  readonly name: string;
  readonly role: string;
  readonly rights: readonly string[];
}
