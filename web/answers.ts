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
import type { contactShape } from '../src/routes/contact-shape.ts';
import type { timelineRow } from '../src/routes/contacts.ts';
import type { disagreementsShape, rateShape, ratesShape, rulesShape } from '../src/routes/feedback.ts';
import type { definitionShape, forecastShape, revenueShape, thresholdShape } from '../src/routes/forecast.ts';
import type { handoffShape, noticeShape, wholeHandoff } from '../src/routes/handoffs.ts';
import type { versionShape, wholeVersion } from '../src/routes/models.ts';
import type { nurtureShape } from '../src/routes/nurture.ts';
import type { outlineShape } from '../src/routes/outline.ts';
import type { reviewsShape, wholeReview } from '../src/routes/review.ts';
import type { explainedShape } from '../src/routes/scores.ts';
import type { holidayShape, sellerShape } from '../src/routes/sellers.ts';

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
}
