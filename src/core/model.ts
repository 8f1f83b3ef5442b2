/**
 * The doors to a model: from text, from a document, from TypeScript. It decides what a wrong document is answered
 * with: every problem at once, each with line, column, what was found and what is allowed.
 */

import { z } from 'zod';
import { checkDocument } from './check.ts';
import type { Found, Path } from './check-conditions.ts';
import { readText } from './document.ts';
import { ModelError } from './errors.ts';
import { inWords } from './issues.ts';
import { branchOf, type ModelDocument, modelSchema } from './schema.ts';
import { storable } from './text.ts';
import type { Condition, Model } from './words.ts';

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

/**
 * Checks conditions as those of a model's stages, with the names of that model: what an agreement and a search ask.
 * @param model the document that the names are of
 * @param conditions by any name
 * @returns the problems, each path beginning with the condition's name, where there are any
 */
export function checkConditions(
  model: unknown,
  conditions: Readonly<Record<string, unknown>>,
): { readonly conditions: ReadonlyMap<string, Condition>; readonly problems: readonly Found[] } {
  const names = Object.keys(conditions);
  const stages = names.map((_, i) => ({ id: `condition-${i}`, enter: conditions[names[i] ?? ''] }));
  const checked = checkUnknown({ ...Object(model), stages });
  if (!Array.isArray(checked)) {
    const found = (checked as Model).stages.map(({ enter }, i) => [names[i] ?? '', enter] as const);
    return { conditions: new Map(found), problems: [] };
  }
  const problems = (checked as Found[]).map(({ path, message }) => {
    const [, place, , ...inner] = path;
    return { path: path[0] === 'stages' ? [names[Number(place)] ?? '', ...inner] : path, message };
  });
  return { conditions: new Map(), problems };
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
  if (!shape.success) return inWords(shape.error.issues, document, branchOf);
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
