import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Line, linesOf } from './lines.model.ts';

const side = (lines: readonly Line[], not: Line['kind']) =>
  lines
    .filter(({ kind }) => kind !== not)
    .map(({ text }) => text)
    .join('\n');

test('what stayed and went is the text before, what stayed and came is the one after', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = linesOf(before, after);
      expect(side(lines, 'new')).toBe(before);
      expect(side(lines, 'gone')).toBe(after);
      if (before === after) expect(lines.every(({ kind }) => kind === 'same')).toBe(true);
    }),
  );
});

test('a changed line goes and comes between those that stay', () => {
  expect(linesOf('a\nb\nc', 'a\nB\nc').map(({ kind, text }) => `${kind} ${text}`)).toEqual([
    'same a',
    'gone b',
    'new B',
    'same c',
  ]);
});
