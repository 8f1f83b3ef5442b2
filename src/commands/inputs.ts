/**
 * What the file commands have in common: the model, the instant, and warnings about names that the files do not
 * have. It decides what is worth a warning; reading rows is `files`.
 */

import { readFile } from 'node:fs/promises';
import { ScorelineError } from '../core/errors.ts';
import { parseModel } from '../core/model.ts';
import { type Fields, needsOf } from '../core/needs.ts';
import { nearest } from '../core/text.ts';
import { readInstant } from '../core/time.ts';
import { type Model, rulesOf } from '../core/words.ts';

/** Reads and checks a model file. */
export async function readModel(path: string): Promise<Model> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ScorelineError('file_unreadable', `cannot read the model ${path}: ${error.code ?? error.message}`);
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
  if (instant === undefined) throw new ScorelineError('as_of_invalid', `--as-of ${written} is no instant`);
  return instant;
}

/** The columns of each file, as far as there is one. */
export interface FileColumns {
  readonly contacts: readonly string[];
  readonly companies: readonly string[] | null;
  readonly events: readonly string[] | null;
}

/** Fields of a contact that are there without a column of that name. */
const ALWAYS = new Set(['email', 'email.domain', 'created_at', 'company_id']);

/** One sentence for each field that the model names and no column has. */
export function unknownFields(model: Model, files: FileColumns): string[] {
  const needs = needsOf(model);
  const missing = (
    fields: Fields,
    columns: readonly string[] | null,
    what: string,
    prefix: string,
    flag: string,
  ): string[] => {
    const unknown = [...fields.keys()].filter(
      (field) => !columns?.includes(field) && !(prefix === '' && flag === '--contacts' && ALWAYS.has(field)),
    );
    if (unknown.length === 0) return [];
    if (columns === null)
      return [
        `the model asks for ${what} (${unknown.map((field) => prefix + field).join(', ')}), but there is no ${flag}: they are missing everywhere`,
      ];
    return unknown.map((field) => {
      const near = nearest(field, columns);
      return `no column of ${flag} is named \`${field}\`, which the model asks for${near === undefined ? '' : `; did you mean \`${near}\`?`}`;
    });
  };
  return [
    ...missing(needs.contact, files.contacts, 'traits', '', '--contacts'),
    ...missing(needs.company, files.companies, 'company traits', 'company.', '--companies'),
    ...missing(needs.event, files.events, 'properties of events', '', '--events'),
  ];
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
