/**
 * What can be written at a place of a model's text: keys and words by the published JSON Schema, names by the data. It
 * decides what is offered; it refuses to know editors.
 */

import { isMap, isPair, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import type { Fields } from './answers.ts';
import { everyOperator, type Result, results } from './condition.model.ts';
import { eventNames, fieldsIn, noFields, type Scope, valuesOf } from './fields.model.ts';
import { namesIn } from './rule.model.ts';
import { viewOf } from './studio.model.ts';
import { at, isValues, type Path, type Values } from './values.model.ts';

interface Offer {
  readonly label: string;
  readonly kind: 'key' | 'value';
}

export interface Offers {
  /** Where the word begins that an offer replaces. */
  readonly from: number;
  readonly offers: readonly Offer[];
}

const MARK = 'zzmarkzz';
const WORD = /[\w./-]*$/;

/** @param schema the published one, parsed */
export function offersAt(text: string, offset: number, schema: unknown, fields: Fields = noFields): Offers {
  const word = WORD.exec(text.slice(0, offset))?.[0] ?? '';
  const from = offset - word.length;
  const marked = `${text.slice(0, from)}${MARK}${text.slice(offset)}`;
  const document = parseDocument(marked, { version: '1.2', schema: 'core', uniqueKeys: false });
  const found = findMark(document.contents, []);
  if (found === null) return { from, offers: [] };
  // A word alone where an object must be is the beginning of its first key.
  const place = found.isKey
    ? found
    : { ...found, isKey: schemasAt(schema, found.path).some(({ type }) => type === 'object') };
  const value: unknown = quietly(() => document.toJS({ maxAliasCount: 100 }));
  const labels = place.isKey ? keysAt(place.path, value, schema, fields) : valuesAt(place.path, value, schema, fields);
  const kind = place.isKey ? 'key' : 'value';
  return { from, offers: [...new Set(labels)].filter((label) => label !== MARK).map((label) => ({ label, kind })) };
}

function quietly(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}

interface Spot {
  /** Of the object whose key is being written, or of the value. */
  readonly path: Path;
  readonly isKey: boolean;
}

function findMark(node: Node | null | undefined, path: Path): Spot | null {
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : '';
      if (name.includes(MARK)) return { path, isKey: true };
      const found = findMark(value as Node | null, [...path, name]);
      if (found !== null) return found;
    }
    return null;
  }
  if (isSeq(node)) {
    for (const [i, item] of node.items.entries()) {
      const found = isPair(item) ? null : findMark(item as Node | null, [...path, i]);
      if (found !== null) return found;
    }
    return null;
  }
  if (!isScalar(node) || !String(node.value).includes(MARK)) return null;
  return { path, isKey: false };
}

/** The schemas that may hold at a path. */
function schemasAt(root: unknown, path: Path): Values[] {
  const open = (schema: unknown): Values[] => {
    if (!isValues(schema)) return [];
    if (typeof schema.$ref === 'string') return open(at(root, schema.$ref.replace('#/', '').split('/')));
    const unions = ['anyOf', 'oneOf', 'allOf'].flatMap((key) => (Array.isArray(schema[key]) ? schema[key] : []));
    return [schema, ...unions.flatMap(open)];
  };
  return path.reduce<Values[]>((schemas, step) => {
    const inner = schemas.flatMap((schema): unknown[] => {
      if (typeof step === 'number') {
        const items = Array.isArray(schema.prefixItems) ? schema.prefixItems[step] : schema.items;
        return [items];
      }
      const named = at(schema, ['properties', step]);
      return [named ?? schema.additionalProperties];
    });
    return inner.flatMap(open);
  }, open(root));
}

const OPERATORS = new Set(everyOperator);

function keysAt(path: Path, value: unknown, schema: unknown, fields: Fields): readonly string[] {
  const schemas = schemasAt(schema, path);
  const known = schemas.flatMap((one) => (isValues(one.properties) ? Object.keys(one.properties) : []));
  const own = at(value, path);
  const written = isValues(own) ? Object.keys(own) : [];
  const last = path.at(-1);
  const names =
    results.some((name) => name === last) || last === 'sum' || last === 'grades' || last === 'bands'
      ? scoresIn(path, value)
      : [];
  const isTest = known.some((key) => OPERATORS.has(key));
  const isCondition = known.includes('not') && !isTest;
  const offered = isCondition
    ? [...fieldsIn(fields, scopeOf(path, value)).map(({ name }) => name), ...known]
    : [...names, ...known];
  return offered.filter((key) => !written.includes(key));
}

/** Whose fields a condition at a path sees. */
function scopeOf(path: Path, value: unknown): Scope {
  const where = path.lastIndexOf('where');
  if (where >= 0) {
    const rule = at(value, path.slice(0, where));
    return { of: 'event', names: isValues(rule) ? [...namesIn(rule.on), ...namesIn(rule.silent)] : [] };
  }
  return path[0] === 'company' && !path.includes('contacts') ? { of: 'company' } : { of: 'contact' };
}

function scoresIn(path: Path, value: unknown): readonly string[] {
  const view = viewOf(value);
  const ofCompany = path[0] === 'company' && path.at(-1) !== 'of' && !path.includes('contacts');
  const last = String(path.at(-1));
  return (ofCompany || last.startsWith('company.') ? view.companyScores : view.scores).map(({ name }) => name);
}

function valuesAt(path: Path, value: unknown, schema: unknown, fields: Fields): readonly string[] {
  const named = path.filter((step) => typeof step === 'string');
  const last = named.at(-1) ?? '';
  const rule = at(value, path.slice(0, path.lastIndexOf(last)));
  switch (last) {
    case 'on':
    case 'silent':
    case 'unless':
      return [...eventNames(fields), 'any'];
    case 'same':
    case 'distinct':
    case 'property': {
      const owner = last === 'property' ? at(value, path.slice(0, path.lastIndexOf('amount'))) : rule;
      const names = isValues(owner) ? namesIn(owner.on) : [];
      return fieldsIn(fields, { of: 'event', names }).map(({ name }) => name);
    }
    case 'group':
      return groupsOf(path, value);
    case 'of':
    case 'grid':
      return scoresIn(path, value);
  }
  if (OPERATORS.has(last)) {
    const field = named.at(-2) ?? '';
    const result = results.find((name) => name === named.at(-3));
    if (result !== undefined) return rungsOf(result, field, value);
    const found = fieldsIn(fields, scopeOf(path, value)).find(({ name }) => name === field);
    return [...valuesOf(found).map(quoted), ...(last === 'exists' ? ['true', 'false'] : [])];
  }
  return schemasAt(schema, path).flatMap((one) => [
    ...(Array.isArray(one.enum) ? one.enum.map(String) : []),
    ...(one.type === 'boolean' ? ['true', 'false'] : []),
  ]);
}

/** The grades or bands that a score can have. */
function rungsOf(result: Result, name: string, value: unknown): readonly string[] {
  const view = viewOf(value);
  const score = (result.startsWith('company.') ? view.companyScores : view.scores).find((one) => one.name === name);
  if (score === undefined || result.endsWith('score')) return [];
  return score[result.endsWith('grade') ? 'grades' : 'bands'].map((rung) => quoted(rung.name));
}

function groupsOf(path: Path, value: unknown): readonly string[] {
  const groups = at(value, [...path.slice(0, path.indexOf('rules')), 'groups']);
  return isValues(groups) ? Object.keys(groups) : [];
}

/** A value that would be read as something else stands in quotes. */
const quoted = (text: string): string =>
  /^[\p{L}/][\p{L}\p{Nd} ._/-]*$/u.test(text) && !/^(true|false|null)$/i.test(text) ? text : JSON.stringify(text);
