/** What the service answers, in types that come from its routes. */

import type { z } from 'zod';
import type { termsShape } from '../src/routes/agreement-terms.ts';
import type {
  versionShape as agreementVersion,
  checkedShape,
  commentShape,
  draftShape,
  wholeVersion as wholeAgreement,
} from '../src/routes/agreements.ts';
import type { entryShape } from '../src/routes/audit.ts';
import type { companyShape, contactShape } from '../src/routes/contact-shape.ts';
import type { historyRow, timelineRow, traitRow } from '../src/routes/contacts.ts';
import type { disagreementsShape, rateShape, ratesShape, rulesShape } from '../src/routes/feedback.ts';
import type { definitionShape, forecastShape, revenueShape, thresholdShape } from '../src/routes/forecast.ts';
import type { handoffShape, noticeShape, wholeHandoff } from '../src/routes/handoffs.ts';
import type { guessShape, importShape, tried } from '../src/routes/imports.ts';
import type { keyShape } from '../src/routes/keys.ts';
import type { dependentShape, lackedShape, versionShape, wholeVersion } from '../src/routes/models.ts';
import type { nurtureShape } from '../src/routes/nurture.ts';
import type { outlineShape } from '../src/routes/outline.ts';
import type { mergeShape } from '../src/routes/persons.ts';
import type { reviewsShape, wholeReview } from '../src/routes/review.ts';
import type { explainedShape, toldShape } from '../src/routes/scores.ts';
import type { segmentShape } from '../src/routes/segments.ts';
import type { holidayShape, sellerShape } from '../src/routes/sellers.ts';
import type { arrivalShape, refusalShape, sourceShape } from '../src/routes/sources.ts';
import type { startShape } from '../src/routes/start.ts';
import type { suppressionShape } from '../src/routes/suppression.ts';
import type { todayShape } from '../src/routes/today.ts';
import type { baseShape, behindShape, diffShape, trialShape, triedShape } from '../src/routes/trial-shapes.ts';
import type { personShape } from '../src/routes/users.ts';
import type { deliveryShape, endpointShape } from '../src/routes/webhooks.ts';

import type { Language } from './words.ts';

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
export type Dependent = z.output<typeof dependentShape>;
export type Lacked = z.output<typeof lackedShape>;

export type Trial = z.output<typeof trialShape>;
export type Tried = z.output<typeof triedShape>;
export type Base = z.output<typeof baseShape>;
export type Behind = z.output<typeof behindShape>;
export type Diff = z.output<typeof diffShape>;
export interface Problem {
  readonly path: string;
  readonly message: string;
  readonly line: number | null;
  readonly column: number | null;
}
export interface Draft {
  readonly name: string;
  readonly document: string;
  readonly changedAt: string;
  readonly changedBy: string;
}
export interface Template {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly document: string;
}
export interface Comment {
  readonly id: string;
  readonly rule: string;
  readonly text: string;
  readonly by: string;
  readonly at: string;
  readonly resolvedAt: string | null;
}
/** A field, and what it holds most often. */
export interface Field {
  readonly name: string;
  readonly count: number;
  readonly values: readonly { readonly value: string; readonly count: number }[];
}
export interface Fields {
  readonly contact: readonly Field[];
  readonly company: readonly Field[];
  readonly events: readonly { readonly name: string; readonly count: number; readonly properties: readonly Field[] }[];
}

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
/** What an import would do. */
export type TriedFile = z.output<typeof tried>;

export type Handoff = z.output<typeof handoffShape>;
export type WholeHandoff = z.output<typeof wholeHandoff>;
export type Notice = z.output<typeof noticeShape>;
export type Seller = z.output<typeof sellerShape>;
export type Holiday = z.output<typeof holidayShape>;

export type AgreementVersion = z.output<typeof agreementVersion>;
export type WholeAgreement = z.output<typeof wholeAgreement>;
export type AgreementDraft = z.output<typeof draftShape>;
export type AgreementComment = z.output<typeof commentShape>;
export type AgreementChecked = z.output<typeof checkedShape>;
export type Terms = z.output<typeof termsShape>;

export type ForecastAnswer = z.output<typeof forecastShape>;
export type DefinitionAnswer = z.output<typeof definitionShape>;
export type ThresholdAnswer = z.output<typeof thresholdShape>;
export type RevenueAnswer = z.output<typeof revenueShape>;

export type RateFeedback = z.output<typeof rateShape>;
export type RulesFeedback = z.output<typeof rulesShape>;
export type RuleFeedback = RulesFeedback['rules'][number];
export type Rates = z.output<typeof ratesShape>;
export type Disagreements = z.output<typeof disagreementsShape>;
export type Disagreement = Disagreements['lowWon']['items'][number];
export type Reviews = z.output<typeof reviewsShape>;
export type WholeReview = z.output<typeof wholeReview>;
export type DriftFound = WholeReview['report']['events'];
export type Nurture = z.output<typeof nurtureShape>;

/** Who is signed in. */
export interface Me {
  readonly name: string;
  readonly role: string;
  readonly rights: readonly string[];
  /** What they chose to be written to in. */
  readonly language: Language | null;
}
