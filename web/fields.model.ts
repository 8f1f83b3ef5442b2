/**
 * The names that a model can use, as the data has them. It decides which names and values are offered where, and of what
 * type a field is by what it holds; it refuses to know how they are asked for.
 */

import type { Field, Fields } from './answers.ts';
import type { FieldType } from './condition.model.ts';

/** Whose fields a condition sees: a contact's, a company's, or the properties of some events. */
export type Scope =
  | { readonly of: 'contact' }
  | { readonly of: 'company' }
  | { readonly of: 'event'; readonly names: readonly string[] };

export const noFields: Fields = { contact: [], company: [], events: [] };

/** Fields that every contact has, whatever was sent. */
const OWN: readonly Field[] = ['email', 'email.domain', 'created_at', 'company_id'].map((name) => ({
  name,
  count: 0,
  values: [],
}));

export function fieldsIn(fields: Fields, scope: Scope): readonly Field[] {
  switch (scope.of) {
    case 'contact':
      return [
        ...fields.contact,
        ...OWN.filter(({ name }) => fields.contact.every((field) => field.name !== name)),
        ...fields.company.map((field) => ({ ...field, name: `company.${field.name}` })),
      ];
    case 'company':
      return fields.company;
    case 'event': {
      const any = scope.names.length === 0 || scope.names.includes('any');
      const events = fields.events.filter(({ name }) => any || scope.names.includes(name));
      const found = new Map<string, Field>();
      for (const field of events.flatMap(({ properties }) => properties)) {
        const other = found.get(field.name);
        found.set(field.name, other === undefined ? field : joined(other, field));
      }
      return [...found.values()];
    }
  }
}

function joined(a: Field, b: Field): Field {
  const known = new Set(a.values.map(({ value }) => value));
  return {
    name: a.name,
    count: a.count + b.count,
    values: [...a.values, ...b.values.filter(({ value }) => !known.has(value))],
  };
}

const NUMBER = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*$/;
const DAY = /^\s*\d{4}-\d{2}-\d{2}([T ].*)?$/;

/** By what it holds: each type that all of its known values have; none where nothing is known. */
export function typesOf(field: Field | undefined): readonly FieldType[] {
  if (field?.name === 'created_at') return ['date'];
  if (field?.name === 'email' || field?.name === 'email.domain') return ['text'];
  const values = field?.values.map(({ value }) => value) ?? [];
  if (values.length === 0) return [];
  if (values.every((value) => NUMBER.test(value))) return ['number'];
  if (values.every((value) => DAY.test(value))) return ['date'];
  if (values.every((value) => value === 'true' || value === 'false')) return ['flag'];
  return values.some((value) => value.startsWith('[')) ? ['list', 'text'] : ['text', 'list'];
}

export const eventNames = (fields: Fields): readonly string[] => fields.events.map(({ name }) => name);

/** What a field holds, one item of a list each, without repeats. */
export function valuesOf(field: Field | undefined): readonly string[] {
  const items = field?.values.flatMap(({ value }) => (value.startsWith('[') ? itemsOf(value) : [value])) ?? [];
  return [...new Set(items)];
}

function itemsOf(text: string): readonly string[] {
  try {
    const read: unknown = JSON.parse(text);
    return Array.isArray(read) ? read.map(String) : [text];
  } catch {
    return [text];
  }
}
