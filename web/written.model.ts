/**
 * Values as this project writes them into a model's text: on one line where that is short enough, else line by line. It
 * refuses to know the text around them.
 */

import { Document, isSeq } from 'yaml';
import { isValues } from './values.model.ts';

/** A value within one line, as this project writes it: `{ a: 1, b: [x, y] }`. */
export function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (isValues(value)) {
    const pairs = Object.entries(value).map(([key, inner]) => `${inline(key)}: ${inline(inner)}`);
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
  }
  const document = new Document([value], { version: '1.2', schema: 'core' });
  if (isSeq(document.contents)) document.contents.flow = true;
  return document.toString({ lineWidth: 0, flowCollectionPadding: false }).trim().slice(1, -1);
}

const LONGEST_LINE = 140;

/** Lists of things with names, and empty lists that will hold some, are written line by line. */
export const isWide = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length === 0 || value.some((item) => isValues(item) && Object.hasOwn(item, 'id'))
    : isValues(value) && Object.values(value).some(isWide);

/** What stands behind `key:`, for a key that stands `column` letters in. */
export function valueText(value: unknown, column: number): string {
  if (Array.isArray(value) && value.length > 0 && isWide(value))
    return `\n${' '.repeat(column + 2)}${listLines(value, column + 2)}`;
  if (isValues(value) && isWide(value))
    return Object.entries(value)
      .map(([key, inner]) => `\n${' '.repeat(column + 2)}${inline(key)}:${valueText(inner, column + 2)}`)
      .join('');
  return ` ${inline(value)}`;
}

/** The items of a list whose first dash stands `column` letters in. */
export const listLines = (items: readonly unknown[], column: number): string =>
  items.map((item) => `- ${itemLines(item, column + 2)}`).join(`\n${' '.repeat(column)}`);

/** An item of a list: on one line where it is short enough, else a line for each of its keys. */
function itemLines(value: unknown, column: number): string {
  const line = inline(value);
  if (!isValues(value) || line.length + column <= LONGEST_LINE) return line;
  return Object.entries(value)
    .map(([key, inner]) => `${inline(key)}:${valueText(inner, column)}`)
    .join(`\n${' '.repeat(column)}`);
}
