/** What is shown of a forecast, worked out of what the service says of it. Plain functions; no page, no clock. */

import type { AgreementVersion, ForecastAnswer } from './answers.ts';

/** One week of the chart: counted, or expected between two bounds. */
export interface Bar {
  readonly name: string;
  readonly count?: number;
  readonly expected?: number;
  readonly low?: number;
  readonly high?: number;
}

/** Weeks one after another: the last ones that were counted, then those to come. @param most of those that were */
export function barsOf({ history, ahead }: ForecastAnswer, day: (instant: string) => string, most: number): Bar[] {
  return [
    ...history.slice(-most).map(({ from, count }) => ({ name: day(from), count })),
    ...(ahead ?? []).map(({ from, expected, low, high }) => ({ name: day(from), expected, low, high })),
  ];
}

/** How a forecast did when it was tried from past weeks. */
export type Verdict = 'untried' | 'narrow' | 'worse' | 'wide' | 'good';

/** Fewer cases than these say nothing. */
const LEAST_CASES = 5;

/** Whether its intervals can be believed, and whether it beats "as many as in the weeks before". */
export function verdictOf({ cases, coverage, error, sameError }: ForecastAnswer['backTest']): Verdict {
  if (cases < LEAST_CASES || coverage === null) return 'untried';
  if (coverage < 0.7) return 'narrow';
  if (error !== null && sameError !== null && error > sameError) return 'worse';
  return coverage > 0.9 ? 'wide' : 'good';
}

/** What a forecast can be of: an agreement's version, or a stage. */
export type Subject = { readonly kind: 'agreement' | 'stage'; readonly name: string };

/** As it stands in the address; null for what is neither. */
export function subjectOf(text: string | undefined): Subject | null {
  const [, kind, name] = /^(agreement|stage):(.+)$/.exec(text ?? '') ?? [];
  return name === undefined ? null : { kind: kind === 'stage' ? 'stage' : 'agreement', name };
}

export const written = ({ kind, name }: Subject): string => `${kind}:${name}`;

/** What is shown where nothing was asked for: the agreement in force, else the last stage. */
export function firstSubject(versions: readonly AgreementVersion[], stages: readonly string[]): Subject | null {
  const inForce = versions.find(({ inForceFrom, inForceUntil }) => inForceFrom !== null && inForceUntil === null);
  if (inForce !== undefined) return { kind: 'agreement', name: inForce.id };
  const last = stages.at(-1);
  return last === undefined ? null : { kind: 'stage', name: last };
}
