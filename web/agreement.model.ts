/**
 * The text of a draft and the parts of it that a form shows: the text is what counts, a form reads from it and writes
 * into it, and what people wrote between stays. Plain functions; no page.
 */

import { type Document, isMap, isNode, isSeq, parseDocument } from 'yaml';
import type { AgreementVersion, Serving } from './answers.ts';

/** What a form offers, in its order; `path` as it stands in the document. */
export const FIELDS = [
  { path: 'title', kind: 'text', part: 'definition' },
  { path: 'definition.stage', kind: 'stage', part: 'definition' },
  { path: 'definition.require', kind: 'list', part: 'definition' },
  { path: 'situation.pains', kind: 'text', part: 'situation' },
  { path: 'situation.budget', kind: 'text', part: 'situation' },
  { path: 'situation.authority', kind: 'text', part: 'situation' },
  { path: 'situation.need', kind: 'text', part: 'situation' },
  { path: 'situation.timing', kind: 'text', part: 'situation' },
  { path: 'marketing.deliver', kind: 'span', part: 'marketing' },
  { path: 'marketing.number.count', kind: 'number', part: 'marketing' },
  { path: 'marketing.number.per', kind: 'period', part: 'marketing' },
  { path: 'sales.firstContact.within', kind: 'span', part: 'sales' },
  { path: 'sales.firstContact.never', kind: 'span', part: 'sales' },
  { path: 'sales.answer', kind: 'span', part: 'sales' },
  { path: 'sales.touches.call', kind: 'number', part: 'sales' },
  { path: 'sales.touches.email', kind: 'number', part: 'sales' },
  { path: 'sales.touches.within', kind: 'span', part: 'sales' },
  { path: 'sales.remind', kind: 'span', part: 'sales' },
  { path: 'sales.escalate', kind: 'span', part: 'sales' },
  { path: 'sales.reassign', kind: 'span', part: 'sales' },
  { path: 'review.next', kind: 'day', part: 'review' },
  { path: 'review.everyMonths', kind: 'number', part: 'review' },
] as const;
export type Field = (typeof FIELDS)[number];

/** What a form shows for each field; null where the text is no YAML. */
export function valuesOf(text: string): ReadonlyMap<string, string> | null {
  const document = parseDocument(text);
  if (document.errors.length > 0) return null;
  return new Map(
    FIELDS.map(({ path }) => {
      const value: unknown = document.getIn(path.split('.'));
      const list: unknown = isSeq(value) ? value.toJSON() : value;
      return [path, Array.isArray(list) ? list.join(', ') : list == null ? '' : String(list)];
    }),
  );
}

/** The text with one field changed; an empty value takes it out, with what it leaves empty around it. */
export function withValue(text: string, { path, kind }: Pick<Field, 'path' | 'kind'>, value: string): string {
  const document = parseDocument(text);
  if (document.errors.length > 0) return text;
  const keys = path.split('.');
  const words = value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (words.length === 0) takeOut(document, keys);
  else if (kind === 'list') document.setIn(keys, document.createNode(words, { flow: true }));
  else document.setIn(keys, kind === 'number' && /^\d+$/.test(value) ? Number(value) : value);
  return document.toString({ lineWidth: 0 });
}

/** Takes a part out, with what it leaves empty around it. */
function takeOut(document: Document, keys: readonly string[]): void {
  document.deleteIn(keys);
  for (let depth = keys.length - 1; depth > 0; depth--) {
    const around = document.getIn(keys.slice(0, depth));
    if (isMap(around) && around.items.length === 0) document.deleteIn(keys.slice(0, depth));
  }
}

/** What stands at a place, as plain data; undefined where nothing does. */
export function partOf(text: string, keys: readonly string[]): unknown {
  const found: unknown = parseDocument(text).getIn(keys);
  return isNode(found) ? found.toJSON() : found;
}

/** The text with another part at a place; undefined takes it out. */
export function withPart(text: string, keys: readonly string[], value: unknown): string {
  const document = parseDocument(text);
  if (document.errors.length > 0) return text;
  if (value === undefined) takeOut(document, keys);
  else document.setIn(keys, document.createNode(value, { flow: true }));
  return document.toString({ lineWidth: 0 });
}

/** A fact about people that the model gives points for: one piece of whom the company sells to. */
export interface Persona {
  /** The rule. */
  readonly id: string;
  readonly points: number;
  readonly condition: object;
}

/** Most of them that are proposed. */
const PROPOSED = 12;

/** What the model likes most in who somebody is, whatever they did; the most points first. */
export function personasOf(document: string): Persona[] {
  const { scores } = Object(parseDocument(document).toJSON());
  return Object.values(Object(scores))
    .flatMap((score): unknown[] => {
      const { rules } = Object(score);
      return Array.isArray(rules) ? rules : [];
    })
    .flatMap((rule): Persona[] => {
      const { id, points, if: condition, on, silent, unless } = Object(rule);
      const isFact = [on, silent, unless].every((part) => part === undefined) && typeof condition === 'object';
      return isFact && condition !== null && typeof id === 'string' && points > 0 ? [{ id, points, condition }] : [];
    })
    .sort((a, b) => b.points - a.points)
    .slice(0, PROPOSED);
}

/** A draft that asks for these: of facts about the same fields any, for nobody is a founder and a head of at once. */
export function withPersonas(text: string, personas: readonly Persona[]): string {
  if (personas.length === 0) return text;
  const alike = Map.groupBy(personas, ({ condition }) => Object.keys(condition).sort().join());
  const asked = [...alike.values()].map((group) => {
    const conditions = group.map(({ condition }) => condition);
    return conditions.length === 1 ? conditions[0] : { any: conditions };
  });
  return withPart(text, ['definition', 'qualifiers', 'demographic'], asked.length === 1 ? asked[0] : { all: asked });
}

/** A sensible beginning: the first stage of the model, and the promises that most teams make to each other. */
export function starterOf({ name, outline }: Pick<Serving, 'name' | 'outline'>, review: string): string {
  const [first = 'mql', ...later] = outline.stages;
  const responsibilities = [`  ${first}: sales`, ...later.map((stage) => `  ${stage}: sales`)];
  return `agreement: leads
title: What marketing and sales promise each other
model: ${name}

# Whoever comes to this stage is handed over to sales, as soon as what is required is known.
definition:
  stage: ${first}
  require: [ email ]

# The fields of a lead that hold what sales wants to know before the first call.
situation:
  pains: pains
  budget: budget
  authority: authority
  need: need
  timing: timing

marketing:
  # Working time from the stage until the hand-off.
  deliver: 1d
  number: { count: 30, per: quarter }

sales:
  firstContact: { within: 30m, never: 1d }
  answer: 2d
  touches: { call: 3, email: 3, within: 2w }
  remind: 10m
  escalate: 4h
  reassign: 1d

responsibilities:
${responsibilities.join('\n')}

review:
  next: ${review}
  everyMonths: 3
`;
}

/** How a version stands: signed by nobody yet, by one side, by both, in force, or in force until another came. */
export function standingOf({ inForceFrom, inForceUntil, signatures }: AgreementVersion) {
  if (inForceFrom !== null) return inForceUntil === null ? 'inForce' : 'past';
  return signatures.length === 0 ? 'proposed' : signatures.length === 1 ? 'halfSigned' : 'signed';
}

/** The version that is shown where none was asked for: the one in force, else the latest. */
export const shownOf = (versions: readonly AgreementVersion[], id: string | undefined): AgreementVersion | undefined =>
  versions.find((one) => one.id === id) ?? versions.find((one) => standingOf(one) === 'inForce') ?? versions[0];
