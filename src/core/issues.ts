/**
 * What a schema found wrong with a document, in our words: what is missing, what was found, what is allowed and what was
 * most likely meant. It refuses to know which document it is.
 */

import type { z } from 'zod';
import type { Found, Path } from './check-conditions.ts';
import { nearest } from './text.ts';

type Issue = z.core.$ZodIssue;

/** Which member of a union a value means to be, so that errors speak of that one only; null when unclear. */
type BranchOf = (value: unknown, members: number) => number | null;

/** The issues of a shape in our words. What else an object with an unknown key lacks is most likely that key. */
export function inWords(
  issues: readonly Issue[],
  document: unknown,
  branchOf: BranchOf = () => null,
  base: Path = [],
): Found[] {
  const misspelt = new Set(issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => path.join('.')));
  return issues
    .filter(({ code, path }) => code !== 'custom' || !misspelt.has(path.join('.')))
    .flatMap((issue) => describe(issue, document, branchOf, base));
}

/** One issue of the shape in our words; of a union, the issues of the member that the value means to be. */
function describe(issue: Issue, document: unknown, branchOf: BranchOf, base: Path): Found[] {
  const path = [...base, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  const found = valueAt(document, path);
  switch (issue.code) {
    case 'invalid_union': {
      const branch = branchOf(found, issue.errors.length);
      const inner = branch === null ? undefined : issue.errors[branch];
      if (inner !== undefined) return inWords(inner, document, branchOf, path);
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
