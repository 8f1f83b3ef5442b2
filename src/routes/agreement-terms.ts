/**
 * What an agreement says, for whoever shows it to people: its parts in order, conditions as sentences, working time in
 * minutes or days. It refuses to know who signed it and where it is kept.
 */

import { z } from 'zod';
import { type Agreement, QUALIFIERS, SITUATION, TOUCHES } from '../core/agreement.ts';
import type { Phrases } from '../core/phrases/phrases.ts';
import { says } from '../core/sentences.ts';
import { DAY } from '../core/time.ts';
import type { WorkingSpan } from '../core/working-time.ts';

const span = z
  .object({ unit: z.enum(['minute', 'day']), count: z.number() })
  .nullable()
  .describe('Working minutes, or working days.');
const team = z.enum(['marketing', 'sales']);

export const termsShape = z.object({
  title: z.string(),
  model: z.string(),
  stage: z.string(),
  require: z.array(z.string()),
  qualifiers: z
    .record(z.enum(QUALIFIERS), z.string().nullable())
    .describe('As sentences; null where none is asked for.'),
  situation: z.record(z.enum(SITUATION), z.string().nullable()).describe('The field that holds each part.'),
  marketing: z.object({
    deliver: span,
    number: z.object({ count: z.number(), per: z.enum(['month', 'quarter']) }).nullable(),
  }),
  sales: z.object({
    within: span.describe('The first contact.'),
    never: span.describe('The first contact at the latest.'),
    answer: span,
    remind: span,
    escalate: span,
    reassign: span,
    touches: z
      .object({ least: z.array(z.object({ touch: z.enum(TOUCHES), count: z.number() })), days: z.number() })
      .nullable(),
  }),
  responsibilities: z.array(z.object({ stage: z.string(), team })),
  review: z.object({ next: z.string().describe('YYYY-MM-DD'), everyMonths: z.number() }).nullable(),
});

export function termsOf(
  { definition, marketing, sales, ...agreement }: Agreement,
  say: Phrases,
): z.input<typeof termsShape> {
  const { firstContact, touches } = sales;
  const sentences = QUALIFIERS.map((name) => {
    const asked = definition.qualifiers[name];
    return [name, asked === null ? null : says(asked, say)] as const;
  });
  return {
    title: agreement.title,
    model: agreement.model,
    stage: definition.stage,
    require: [...definition.require],
    qualifiers: Object.fromEntries(sentences) as Record<(typeof QUALIFIERS)[number], string | null>,
    situation: agreement.situation,
    marketing: { deliver: showSpan(marketing.deliver), number: marketing.number },
    sales: {
      within: showSpan(firstContact?.within ?? null),
      never: showSpan(firstContact?.never ?? null),
      answer: showSpan(sales.answer),
      remind: showSpan(sales.remind),
      escalate: showSpan(sales.escalate),
      reassign: showSpan(sales.reassign),
      touches:
        touches === null
          ? null
          : { least: [...touches.least].map(([touch, count]) => ({ touch, count })), days: touches.within / DAY },
    },
    responsibilities: [...agreement.responsibilities].map(([stage, responsible]) => ({ stage, team: responsible })),
    review:
      agreement.review === null
        ? null
        : {
            next: new Date(agreement.review.next).toISOString().slice(0, 10),
            everyMonths: agreement.review.everyMonths,
          },
  };
}

const showSpan = (asked: WorkingSpan | null): z.input<typeof span> => {
  if (asked === null) return null;
  return asked.kind === 'days' ? { unit: 'day', count: asked.days } : { unit: 'minute', count: asked.ms / 60_000 };
};
