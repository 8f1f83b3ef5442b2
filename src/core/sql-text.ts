/** How the text of a statement is laid out, for people to read. It knows no tables and no rules. */

export const lines = (...parts: readonly string[]): string => parts.join('\n');

/** A query in brackets on lines of its own. */
export const nested = (query: string): string => `(\n${indented(query)}\n)`;

export const indented = (text: string): string => `  ${text.replaceAll('\n', '\n  ')}`;

/** Conditions that must all hold; none holds. */
export const all = (conditions: readonly string[]): string => conditions.join(' and ') || 'true';

export interface SqlColumn {
  readonly sql: string;
  readonly as: string;
  /** Shown beside the column. */
  readonly note?: string;
}

/** Columns of a select, one a line; the name alone where it is the expression too. */
export const columns = (list: readonly SqlColumn[]): string =>
  list
    .map(({ sql, as, note }, i) => {
      const named = sql === as || sql.endsWith(`.${as}`) ? sql : `${sql} as ${as}`;
      return `  ${named}${i < list.length - 1 ? ',' : ''}${note === undefined ? '' : ` -- ${plain(note)}`}`;
    })
    .join('\n');

/** A name as it may stand in a comment: on one line. */
export const plain = (name: string): string => (/^[\w.-]*$/.test(name) ? name : JSON.stringify(name));

/**
 * A sum of many terms. DuckDB refuses expressions nested deeper than 1,000, and each `+` is one level, so long sums
 * are cut into pieces.
 */
export function sumOf(terms: readonly string[]): string {
  if (terms.length === 0) return '0';
  if (terms.length <= PIECE) return terms.join(' + ');
  const pieces = Array.from({ length: Math.ceil(terms.length / PIECE) }, (_, i) =>
    nested(terms.slice(i * PIECE, (i + 1) * PIECE).join(' + ')),
  );
  return sumOf(pieces);
}

const PIECE = 100;
