/**
 * What the file commands have in common: the model, the instant, and warnings about names that the files do not
 * have. It decides what is worth a warning; reading rows is `files`.
 */

import { readFile } from 'node:fs/promises';
import { ScorelineError } from '../core/errors.ts';
import { parseModel } from '../core/model.ts';
import { needsOf } from '../core/needs.ts';
import { nearest } from '../core/text.ts';
import { readInstant } from '../core/time.ts';
import { type Holder, type Model, rulesOf } from '../core/words.ts';
import { type Files, openFiles } from '../files/files.ts';
import { causeOf } from './causes.ts';
import type { Surroundings } from './surroundings.ts';

/** Reads and checks a model file. */
export async function readModel(path: string): Promise<Model> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ScorelineError('file_unreadable', `the model ${path} cannot be read: ${causeOf(error)}.`);
  });
  return parseModel(text, path);
}

/**
 * Reads `--as-of`, or takes the present instant: the command line is where a clock comes in.
 * @throws ScorelineError `as_of_invalid`
 */
export function readAsOf(written: string | undefined, now: () => number): number {
  if (written === undefined) return now();
  const instant = readInstant(written);
  if (instant === undefined) throw new ScorelineError('as_of_invalid', `--as-of ${written} is no instant.`);
  return instant;
}

/** Fields of a contact that need no column of their own. */
const ALWAYS = new Set(['email', 'email.domain', 'created_at', 'company_id']);
const FILES = { contact: '--contacts', company: '--companies', event: '--events' } as const;

/**
 * One sentence for each field that the model names and no column has.
 * @param given the files that are there
 */
function unknownFields(model: Model, fields: Files['fields'], given: ReadonlySet<Holder>): string[] {
  const needs = needsOf(model);
  return (['contact', 'company', 'event'] as const).flatMap((holder) => {
    const known = new Set(fields[holder]);
    const unknown = [...needs[holder].keys()].filter(
      (field) => !known.has(field) && !(holder === 'contact' && ALWAYS.has(field)),
    );
    if (unknown.length === 0) return [];
    if (!given.has(holder))
      return [`there is no ${FILES[holder]}, and the model asks for ${unknown.join(', ')}: missing everywhere`];
    return unknown.map((field) => {
      const near = nearest(field, known);
      return `no column of ${FILES[holder]} is named \`${field}\`, which the model asks for${near === undefined ? '' : `; did you mean \`${near}\`?`}`;
    });
  });
}

/** One sentence for each event name of the model that no event has although one is nearly named so. */
export function unknownEvents(model: Model, names: readonly string[]): string[] {
  const asked = new Set(
    rulesOf(model.scores).flatMap((rule) => {
      if (rule.kind === 'silent') return rule.names ?? [];
      if (rule.kind === 'untaken') return [...(rule.on ?? []), ...(rule.unless ?? [])];
      return rule.kind === 'happened' || rule.kind === 'each' ? (rule.match.names ?? []) : [];
    }),
  );
  return [...asked].flatMap((name) => {
    const near = names.includes(name) ? undefined : nearest(name, names);
    return near === undefined
      ? []
      : [`no event is named \`${name}\`, which the model asks for; did you mean \`${near}\`?`];
  });
}

export interface FileFlags {
  readonly model: string;
  readonly contacts: string;
  readonly companies?: string;
  readonly events?: string;
  readonly asOf?: string;
  readonly id?: string;
  readonly strict?: boolean;
}

export interface Inputs {
  readonly model: Model;
  readonly asOf: number;
  readonly files: Files;
}

/**
 * Reads the model and opens the files, and hands them over until the work is done.
 * @throws ScorelineError `field_unknown` with --strict, for a field that no column has
 */
export async function withInputs(
  flags: FileFlags,
  around: Surroundings,
  work: (inputs: Inputs) => Promise<void>,
): Promise<void> {
  const asOf = readAsOf(flags.asOf, around.now);
  const model = await readModel(flags.model);
  const files = await openFiles({
    contacts: flags.contacts,
    companies: flags.companies,
    events: flags.events,
    id: flags.id,
  });
  try {
    const given = new Set<Holder>([
      'contact',
      ...(flags.companies ? ['company' as const] : []),
      ...(flags.events ? ['event' as const] : []),
    ]);
    const unknown = unknownFields(model, files.fields, given);
    if (flags.strict && unknown.length > 0) throw new ScorelineError('field_unknown', unknown.join('\n'));
    for (const sentence of unknown) around.note(`Warning: ${sentence}`);
    await work({ model, asOf, files });
  } finally {
    files.close();
  }
}
