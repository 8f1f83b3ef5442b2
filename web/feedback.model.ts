/** In which order feedback is shown. Plain functions; no page, no clock. */

import type { RuleFeedback } from './answers.ts';

/**
 * Rules of which it is surest that sales sends their leads back, first: by the low end of the interval, so that one
 * rejection of one hand-off does not lead the list. Rules that brought nothing answered come last, as they came.
 */
export const worstFirst = (rules: readonly RuleFeedback[]): RuleFeedback[] =>
  rules.toSorted((a, b) => (b.fired.rejection?.low ?? -1) - (a.fired.rejection?.low ?? -1));

/** What the rules gave, the strongest first, in one line. @param signed writes points */
export const givenBy = (parts: Readonly<Record<string, number>>, signed: (points: number) => string): string =>
  Object.entries(parts)
    .toSorted(([a, x], [b, y]) => Math.abs(y) - Math.abs(x) || (a < b ? -1 : 1))
    .map(([rule, points]) => `${rule} ${signed(points)}`)
    .join(', ');
