/**
 * The doors to a model: from text, from a document, from TypeScript. It decides what a wrong document is answered
 * with: every problem at once, each with line, column, what was found and what is allowed.
 */

import { z } from 'zod';
import { checkDocument } from './check.ts';
import type { Found, Path } from './check-conditions.ts';
import { readText } from './document.ts';
import { ModelError } from './errors.ts';
import { branchOf, type ModelDocument, modelSchema } from './schema.ts';
import { nearest, storable } from './text.ts';
import type { Model } from './words.ts';

/**
 * Reads a model from YAML or JSON text.
 * @param file what to call the text in errors
 * @throws ModelError with every problem, each with its line and column
 */
export function parseModel(text: string, file = 'model'): Model {
  const document = readText(text);
  if (document.problems.length > 0) throw new ModelError(file, document.problems);
  const model = checkUnknown(document.value);
  if (!Array.isArray(model)) return model as Model;
  throw new ModelError(
    file,
    (model as Found[]).map((found) => document.locate(found)),
  );
}

/**
 * Checks a model document that is already an object, such as one from a database or a program.
 * @throws ModelError with every problem, each with its path
 */
export function checkModel(document: unknown, file = 'model'): Model {
  const model = checkUnknown(document);
  if (!Array.isArray(model)) return model as Model;
  throw new ModelError(
    file,
    (model as Found[]).map((found) => ({ ...found, line: null, column: null })),
  );
}

/** A model written in TypeScript: the same document, with its shape typed. */
export const defineModel = (document: ModelDocument): Model => checkModel(document);

/** The published JSON Schema of the model document, by which editors complete it. */
export function modelJsonSchema(): unknown {
  return {
    $id: 'scoreline-model.schema.json',
    title: 'Scoreline model',
    ...z.toJSONSchema(modelSchema, { io: 'input', unrepresentable: 'any' }),
  };
}

function checkUnknown(document: unknown): Model | readonly Found[] {
  if (depthOf(document) > DEEPEST) return [{ path: [], message: `nested deeper than ${DEEPEST} levels` }];
  const odd = oddNames(document, []);
  if (odd.length > 0) return odd;
  const shape = modelSchema.safeParse(document);
  if (!shape.success) return inWords(shape.error.issues, document, []);
  // The document itself, not what zod copied of it: an own `__proto__` key must stay visible to the checks.
  return checkDocument(document as ModelDocument);
}

const DEEPEST = 60;

function depthOf(value: unknown): number {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= DEEPEST; depth++) {
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
    if (level.length === 0) return depth;
  }
  return DEEPEST + 1;
}

/** Names that no object and no database can hold as such, wherever they stand. */
function oddNames(value: unknown, path: Path): Found[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if (key === '__proto__' || storable(key) !== key)
      return [{ path: at, message: `no name can be ${JSON.stringify(key)}` }];
    return oddNames(inner, at);
  });
}

type Issue = z.core.$ZodIssue;

/** The issues of a shape in our words. What else an object with an unknown key lacks is most likely that key. */
function inWords(issues: readonly Issue[], document: unknown, base: Path): Found[] {
  const misspelt = new Set(issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => path.join('.')));
  return issues
    .filter(({ code, path }) => code !== 'custom' || !misspelt.has(path.join('.')))
    .flatMap((issue) => describe(issue, document, base));
}

/** One issue of the shape in our words; of a union, the issues of the member that the value means to be. */
function describe(issue: Issue, document: unknown, base: Path): Found[] {
  const path = [...base, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  const found = valueAt(document, path);
  switch (issue.code) {
    case 'invalid_union': {
      const branch = branchOf(found, issue.errors.length);
      const inner = branch === null ? undefined : issue.errors[branch];
      if (inner !== undefined) return inWords(inner, document, path);
      return [{ path, message: `${issue.message}; found ${show(found)}` }];
    }
    case 'unrecognized_keys':
      return [{ path: [...path, issue.keys[0] ?? ''], message: issue.message }];
    case 'invalid_type':
      if (found === undefined)
        return [{ path, message: `is missing; it takes ${TYPES[issue.expected] ?? issue.expected}` }];
      return [
        {
          path,
          message: ownMessage(issue) ?? `takes ${TYPES[issue.expected] ?? issue.expected}; found ${show(found)}`,
        },
      ];
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      const near = nearest(String(found), allowed);
      return [
        {
          path,
          message: `found ${show(found)}${near === undefined ? '' : `, did you mean \`${near}\`?`} (allowed: ${allowed.join(', ')})`,
        },
      ];
    }
    case 'invalid_key':
      return issue.issues.flatMap((inner) => [{ path, message: `${inner.message}; found ${show(path.at(-1))}` }]);
    default:
      return [{ path, message: `${issue.message}; found ${show(found)}` }];
  }
}

const TYPES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  tuple: 'a list of two',
};

/** A message that a schema gave for itself, rather than zod's own. */
const ownMessage = (issue: Issue): string | undefined =>
  /^(Invalid|Expected|Too)/.test(issue.message) ? undefined : `${issue.message}`;

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, step)
        ? (inner as Record<string, unknown>)[step]
        : undefined,
    value,
  );
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? `“${value}”` : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
