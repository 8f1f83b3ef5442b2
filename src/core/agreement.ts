/**
 * The agreement between marketing and sales: what a qualified lead is, and what each side promises about it. It decides
 * what the document may say and whether a contact meets it; it refuses to know who signed it, when it was in force and
 * what was kept of it.
 */

import { z } from 'zod';
import type { Found } from './check-conditions.ts';
import { holds, type Subject } from './condition.ts';
import { readText } from './document.ts';
import { ModelError } from './errors.ts';
import { inWords } from './issues.ts';
import { checkConditions } from './model.ts';
import { NAME, storableText, strict } from './schema.ts';
import { nearest } from './text.ts';
import { readDuration, readInstant } from './time.ts';
import type { Condition } from './words.ts';
import { readWorkingSpan, type WorkingSpan } from './working-time.ts';

/** The three kinds of qualifiers, in the order in which they are told. */
export const QUALIFIERS = ['demographic', 'situational', 'behavioural'] as const;
type Qualifier = (typeof QUALIFIERS)[number];

/** What sales wants to know of a lead's situation before the first call. */
export const SITUATION = ['pains', 'budget', 'authority', 'need', 'timing'] as const;
type SituationPart = (typeof SITUATION)[number];

/** How a sales person reached out. */
export const TOUCHES = ['call', 'email', 'meeting', 'message'] as const;
export type TouchKind = (typeof TOUCHES)[number];

export type Team = 'marketing' | 'sales';

export interface Agreement {
  readonly name: string;
  readonly title: string;
  /** The model whose stages and scores it speaks of, by name. */
  readonly model: string;
  readonly definition: {
    /** Entering this stage, or one after it, makes a hand-off. */
    readonly stage: string;
    /** Fields that must be known, such as `phone` or `company.name`. */
    readonly require: readonly string[];
    readonly qualifiers: Readonly<Record<Qualifier, Condition | null>>;
  };
  /** The field of a contact that holds each part of the situation; null where none does. */
  readonly situation: Readonly<Record<SituationPart, string | null>>;
  readonly marketing: {
    /** From entering the stage until the hand-off, in working time of marketing. */
    readonly deliver: WorkingSpan | null;
    readonly number: { readonly count: number; readonly per: 'month' | 'quarter' } | null;
  };
  readonly sales: {
    readonly firstContact: { readonly within: WorkingSpan; readonly never: WorkingSpan } | null;
    /** So many of each within plain time from the assignment on, in milliseconds; an answer ends the duty. */
    readonly touches: { readonly least: ReadonlyMap<TouchKind, number>; readonly within: number } | null;
    /** Until it is accepted, rejected or disqualified. */
    readonly answer: WorkingSpan | null;
    /** Working time before a deadline at which the assignee is reminded. */
    readonly remind: WorkingSpan | null;
    /** Working time after a missed deadline at which others hear of it. */
    readonly escalate: WorkingSpan | null;
    /** Working time after a missed first contact at which somebody else gets the lead. */
    readonly reassign: WorkingSpan | null;
  };
  /** Who looks after a contact in a stage. */
  readonly responsibilities: ReadonlyMap<string, Team>;
  /** The day of the next review in milliseconds UTC, and the months between reviews. */
  readonly review: { readonly next: number; readonly everyMonths: number } | null;
}

const workingSpan = z.string().transform((text, context) => {
  const span = readWorkingSpan(text);
  if (span !== undefined) return span;
  context.addIssue('working time is a whole number and m, h, d or w, such as 30m or 1d');
  return z.NEVER;
});
const duration = z.string().transform((text, context) => {
  const ms = readDuration(text);
  if (ms !== undefined) return ms;
  context.addIssue('a duration is a whole number and m, h, d or w, such as 2w');
  return z.NEVER;
});
const day = z.string().transform((text, context) => {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? readInstant(text) : undefined;
  if (at !== undefined) return at;
  context.addIssue('a day is YYYY-MM-DD');
  return z.NEVER;
});
const field = storableText.regex(/\S/, 'a field has a name').max(200);
const least = z.int().min(1).max(1000);
/** Checked against the model afterwards. */
const condition = z.record(z.string(), z.unknown());
const optionalOf = <Names extends readonly string[], Schema extends z.ZodType>(
  names: Names,
  schema: Schema,
  what: string,
) =>
  strict(
    Object.fromEntries(names.map((name) => [name, schema.optional()])) as Record<Names[number], z.ZodOptional<Schema>>,
    what,
  );

const agreementSchema = strict(
  {
    agreement: z.string().regex(NAME, 'an agreement has a name of letters, digits, `_`, `.` or `-`'),
    title: storableText.max(500).optional(),
    model: z.string(),
    definition: strict(
      {
        stage: z.string(),
        require: z.array(field).max(100).optional(),
        qualifiers: optionalOf(QUALIFIERS, condition, 'the qualifiers').optional(),
      },
      'the definition',
    ),
    situation: optionalOf(SITUATION, field, 'the situation').optional(),
    marketing: strict(
      {
        deliver: workingSpan.optional(),
        number: strict(
          { count: z.int().min(1).max(10_000_000), per: z.enum(['month', 'quarter']) },
          'a number',
        ).optional(),
      },
      'what marketing promises',
    ).optional(),
    sales: strict(
      {
        firstContact: strict({ within: workingSpan, never: workingSpan }, 'the first contact').optional(),
        touches: strict({ ...optionalOf(TOUCHES, least, 'touches').shape, within: duration }, 'the touches')
          .refine((touches) => TOUCHES.some((kind) => touches[kind] !== undefined), `name one of ${TOUCHES.join(', ')}`)
          .optional(),
        answer: workingSpan.optional(),
        remind: workingSpan.optional(),
        escalate: workingSpan.optional(),
        reassign: workingSpan.optional(),
      },
      'what sales promises',
    ).optional(),
    responsibilities: z.record(z.string(), z.enum(['marketing', 'sales'])).optional(),
    review: strict({ next: day, everyMonths: z.int().min(1).max(24) }, 'the review').optional(),
  },
  'an agreement',
);

/** The model that an agreement speaks of, as its document says it. */
export interface Spoken {
  readonly document: unknown;
  readonly stages: readonly string[];
}

/**
 * Reads an agreement from YAML or JSON text and checks it against the model that it names.
 * @param modelNamed the model of that name, or null where none is published
 * @param file what to call the text in errors
 * @throws ModelError with every problem, each with its line and column
 */
export function parseAgreement(
  text: string,
  modelNamed: (name: string) => Spoken | null,
  file = 'agreement',
): Agreement {
  const { value, problems, locate } = readText(text);
  if (problems.length > 0) throw new ModelError(file, problems);
  const refuse = (found: readonly Found[]): never => {
    throw new ModelError(file, found.map(locate));
  };
  const shape = agreementSchema.safeParse(value);
  if (!shape.success) return refuse(inWords(shape.error.issues, value));
  const { definition, sales = {}, ...written } = shape.data;
  const model = modelNamed(written.model);
  if (model === null) return refuse([{ path: ['model'], message: `no published model is named \`${written.model}\`` }]);

  const found: Found[] = [];
  const known = (stage: string, path: Found['path']): void => {
    if (model.stages.includes(stage)) return;
    const near = nearest(stage, model.stages);
    const guess = near === undefined ? '' : `, did you mean \`${near}\`?`;
    found.push({
      path,
      message: `the model has no stage \`${stage}\`${guess} (there are: ${model.stages.join(', ') || 'none'})`,
    });
  };
  known(definition.stage, ['definition', 'stage']);
  for (const stage of Object.keys(written.responsibilities ?? {})) known(stage, ['responsibilities', stage]);
  const wanted = Object.entries(definition.qualifiers ?? {}).filter(([, asked]) => asked !== undefined);
  const { conditions, problems: wrong } = checkConditions(model.document, Object.fromEntries(wanted));
  found.push(...wrong.map(({ path, message }) => ({ path: ['definition', 'qualifiers', ...path], message })));
  if (found.length > 0) return refuse(found);

  return {
    name: written.agreement,
    title: written.title ?? written.agreement,
    model: written.model,
    definition: {
      stage: definition.stage,
      require: [...new Set(definition.require)],
      qualifiers: each(QUALIFIERS, (name) => conditions.get(name) ?? null),
    },
    situation: each(SITUATION, (part) => written.situation?.[part] ?? null),
    marketing: { deliver: written.marketing?.deliver ?? null, number: written.marketing?.number ?? null },
    sales: {
      firstContact: sales.firstContact ?? null,
      touches: sales.touches === undefined ? null : touchesOf(sales.touches),
      answer: sales.answer ?? null,
      remind: sales.remind ?? null,
      escalate: sales.escalate ?? null,
      reassign: sales.reassign ?? null,
    },
    responsibilities: new Map(Object.entries(written.responsibilities ?? {})),
    review: written.review ?? null,
  };
}

type Touches = { readonly [Kind in TouchKind]?: number | undefined } & { readonly within: number };

const touchesOf = ({ within, ...kinds }: Touches) => ({
  within,
  least: new Map(TOUCHES.flatMap((kind) => (kinds[kind] === undefined ? [] : [[kind, kinds[kind]] as const]))),
});

const each = <Name extends string, Value>(names: readonly Name[], of: (name: Name) => Value) =>
  Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, Value>;

/** What keeps a contact from being handed over; nothing where both are empty. */
export interface Lacking {
  /** Required fields that are not known. */
  readonly fields: readonly string[];
  readonly qualifiers: readonly Qualifier[];
}

/** What a contact lacks of the definition, its stage left aside. */
export function lackingOf({ definition }: Agreement, subject: Subject): Lacking {
  return {
    fields: definition.require.filter((name) => {
      const ofCompany = name.startsWith('company.');
      return (
        subject.value(ofCompany ? 'company' : 'contact', ofCompany ? name.slice('company.'.length) : name) === undefined
      );
    }),
    qualifiers: QUALIFIERS.filter((name) => {
      const asked = definition.qualifiers[name];
      return asked !== null && !holds(asked, subject);
    }),
  };
}
