/**
 * The text of a model document: YAML 1.2 (core schema) or JSON, which is YAML too. It decides where in the text a
 * problem is; it refuses to know what a model means.
 */

import { isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Found, Path } from './check-conditions.ts';
import type { Problem } from './errors.ts';

/** More open brackets or indents than any document needs would overflow the parser; they are refused before it runs. */
const DEEPEST = 500;

export interface Text {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  locate(found: Found): Problem;
}

export function readText(text: string): Text {
  const lines = new LineCounter();
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const broken = (message: string, offset: number): Text => ({
    value: undefined,
    problems: [{ path: [], message, ...at(offset) }],
    locate: (found) => ({ ...found, line: 1, column: 1 }),
  });
  const depth = deepest(text);
  if (depth !== null) {
    const before = text.slice(0, depth).split('\n');
    const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    const problem = { path: [], message: `nested deeper than ${DEEPEST} levels`, ...place };
    return { value: undefined, problems: [problem], locate: (found) => ({ ...found, ...place }) };
  }
  const document = parseDocument(text.replace(/^\uFEFF/, ''), {
    lineCounter: lines,
    version: '1.2',
    schema: 'core',
    uniqueKeys: true,
    prettyErrors: false,
  });
  const problems = [...document.errors, ...document.warnings].map((error) => ({
    path: [],
    message: error.message,
    ...at(error.pos[0]),
  }));
  let value: unknown;
  if (problems.length === 0) {
    try {
      value = document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      return broken(error instanceof Error ? error.message : String(error), 0);
    }
  }
  return {
    value,
    problems,
    locate: (found) => {
      const range = nodeAt(document.contents, found.path)?.range;
      return { ...found, ...at(range?.[0] ?? 0) };
    },
  };
}

/** The node a path leads to: its key where there is one, else the nearest node above. */
function nodeAt(root: Node | null, path: Path): Node | null {
  let node = root;
  let place = root;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
      );
      if (pair === undefined) return place;
      place = isScalar(pair.key) ? pair.key : place;
      node = (pair.value ?? null) as Node | null;
    } else if (isSeq(node)) {
      const item = node.items[Number(step)];
      if (item === undefined) return place;
      node = item as Node;
      place = node;
    } else return place;
  }
  return place;
}

/** Where brackets or indentation pass the deepest level allowed, or null; the parser itself would overflow. */
function deepest(text: string): number | null {
  let open = 0;
  let indents: number[] = [0];
  for (let i = 0, lineStart = true; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (lineStart) {
      let indent = 0;
      // `- - -` opens a level for each dash, as spaces do.
      while (text[i + indent] === ' ' || (text[i + indent] === '-' && text[i + indent + 1] === ' ')) indent++;
      indents = indents.filter((level) => level < indent);
      indents.push(indent);
      lineStart = false;
      if (indents.length > DEEPEST || indent > 8 * DEEPEST) return i;
    }
    if (c === 0x5b || c === 0x7b) open++;
    else if (c === 0x5d || c === 0x7d) open = Math.max(0, open - 1);
    else if (c === 0x0a) lineStart = true;
    if (open > DEEPEST) return i;
  }
  return null;
}
