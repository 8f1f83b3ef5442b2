/** The first steps of a workspace in their order, and which of them were done. */

import type { Start } from './answers.ts';

export const steps = ['source', 'event', 'model', 'qualified', 'colleague'] as const;
export type Step = (typeof steps)[number];

export const doneOf = (start: Start): readonly Step[] => steps.filter((step) => start[step]);

/** Whether nothing is left to do. */
export const isDone = (start: Start): boolean => doneOf(start).length === steps.length;
