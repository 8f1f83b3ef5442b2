/**
 * Text as codes, made while it is read. It decides how a column's distinct values come into this program once each;
 * it refuses to know which column that is.
 *
 * The database calls a function of this program for each distinct value of a piece of the file (Parquet keeps a
 * dictionary, and DuckDB runs a function on that alone), so no text is looked at twice and nothing is read before.
 */

import { DuckDBScalarFunction, UINTEGER, VARCHAR } from '@duckdb/node-api';
import type { Duck } from './duck.ts';

export interface Coder<T> {
  /** SQL that turns raw text into its code, 0 where `read` gives undefined. */
  readonly sql: (raw: string) => string;
  /** By code, from 1. Grows while queries run. */
  readonly values: readonly T[];
}

/** @param read what a raw text means; undefined where it is missing */
export function newCoder<T>(duck: Duck, read: (raw: string) => T | undefined): Coder<T> {
  const name = duck.name('code');
  const known = new Map<string, number>();
  const values: T[] = [];
  const codeOf = (raw: string): number => {
    const value = read(raw);
    const code = value === undefined ? 0 : values.push(value);
    known.set(raw, code);
    return code;
  };
  duck.db.registerScalarFunction(
    DuckDBScalarFunction.create({
      name,
      parameterTypes: [VARCHAR],
      returnType: UINTEGER,
      specialHandling: true,
      mainFunction: (_info, input, output) => {
        const texts = input.getColumnVector(0);
        for (let row = 0; row < input.rowCount; row++) {
          const raw = texts.getItem(row);
          output.setItem(row, typeof raw === 'string' ? (known.get(raw) ?? codeOf(raw)) : 0);
        }
        output.flush();
      },
    }),
  );
  return { sql: (raw) => `${name}(${raw})`, values };
}
