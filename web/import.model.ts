/** What a file's columns are to be called, as people change the guesses. */

import type { Guesses } from './answers.ts';

export type Kind = Guesses['kind'];
export type Mapping = Readonly<Record<string, string | null>>;

export const kinds: readonly Kind[] = ['contacts', 'events', 'companies'];

/** Names that mean something here; any other is a fact under that name. */
export const known: Readonly<Record<Kind, readonly string[]>> = {
  contacts: [
    'id',
    'email',
    'anonymous_id',
    'created_at',
    'company_id',
    'at',
    'first_name',
    'last_name',
    'title',
    'country',
  ],
  events: ['contact_id', 'email', 'anonymous_id', 'name', 'at', 'id', 'voided', 'machine'],
  companies: ['id', 'domain', 'at', 'name', 'industry', 'employees', 'revenue', 'country'],
};

/** What the service is told: every column with its name here. */
export const mappingOf = (columns: Guesses['columns']): Mapping =>
  Object.fromEntries(columns.map(({ column, as }) => [column, as]));

/** Names that two columns have at once. */
export function twice(mapping: Mapping): readonly string[] {
  const names = Object.values(mapping).filter((name) => name !== null);
  return [...new Set(names.filter((name, place) => names.indexOf(name) !== place))];
}

/** The beginning of a text file, up to the end of a line, so that what it is can be guessed before all of it is sent. */
export async function beginning(file: Blob, most = 262_144): Promise<Blob> {
  if (file.size <= most) return file;
  const bytes = new Uint8Array(await file.slice(0, most).arrayBuffer());
  const end = bytes.lastIndexOf(10);
  return end < 0 ? file : file.slice(0, end + 1);
}
