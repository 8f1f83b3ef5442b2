/** Two texts line by line: which lines stayed, went and came. Plain functions; no page. */

export interface Line {
  readonly kind: 'same' | 'gone' | 'new';
  readonly text: string;
}

/** The longest common lines stay; of a change, what went stands before what came. */
export function linesOf(before: string, after: string): Line[] {
  const a = before.split('\n');
  const b = after.split('\n');
  // longest[i][j]: how many lines of a from i on and of b from j on can stay.
  const longest = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  const at = (i: number, j: number): number => longest[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--) {
      const row = longest[i];
      if (row !== undefined) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  const lines: Line[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const gone = a[i];
    const came = b[j];
    if (gone !== undefined && gone === came) {
      lines.push({ kind: 'same', text: gone });
      i++;
      j++;
    } else if (gone !== undefined && (came === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ kind: 'gone', text: gone });
      i++;
    } else {
      lines.push({ kind: 'new', text: came ?? '' });
      j++;
    }
  }
  return lines;
}
