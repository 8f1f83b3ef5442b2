/**
 * What differs between the databases that can hold the data. It decides how a value is bound and how the few
 * functions are spelled that PostgreSQL and DuckDB name differently; it knows no rules and no tables.
 */

import { storable } from './text.ts';

export type Dialect = 'postgres' | 'duckdb';
export type SqlValue = string | number | readonly string[] | readonly number[];

/** Collects the values of one statement. Every value of a model is bound; none becomes text of the statement. */
export class Binder {
  readonly values: SqlValue[] = [];
  readonly #places = new Map<string, string>();
  readonly dialect: Dialect;

  constructor(dialect: Dialect) {
    this.dialect = dialect;
  }

  /** The instant of the run: a place of its own, so that the statement can be run again for another. */
  instant(ms: number): string {
    this.values.push(ms);
    return `$${this.values.length}::bigint`;
  }

  text(value: string): string {
    return this.#bind(storable(value), 'text');
  }

  texts(values: readonly string[]): string {
    return this.#bind(values.map(storable), 'text[]');
  }

  /** A double. */
  number(value: number): string {
    return this.#bind(value, 'double precision');
  }

  numbers(values: readonly number[]): string {
    return this.#bind(values, 'double precision[]');
  }

  /** A whole number of at most 2^53. */
  integer(value: number): string {
    return this.#bind(value, 'bigint');
  }

  integers(values: readonly number[]): string {
    return this.#bind(values, 'bigint[]');
  }

  #bind(value: SqlValue, type: string): string {
    const key = `${type} ${JSON.stringify(value)}`;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.values.push(value);
    const place = `$${this.values.length}::${type}`;
    this.#places.set(key, place);
    return place;
  }
}

/** A name as an SQL identifier. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Whether a column is one of some values; null where it is null. DuckDB makes a join of `= any`, so it is spelled otherwise. */
export const among = (dialect: Dialect, column: string, list: string): string =>
  dialect === 'postgres' ? `${column} = any(${list})` : `list_contains(${list}, ${column})`;

/** The order of ids: ascending code points. */
export const inCodePoints = (dialect: Dialect, column: string): string =>
  dialect === 'postgres' ? `${column} collate "C"` : column;

/** The quotient of a whole number and a positive one, rounded down, exact however large they are. */
export const floorDivided = (dialect: Dialect, x: string, n: string): string =>
  dialect === 'postgres'
    ? `div(${x} - mod(mod(${x}, ${n}) + ${n}, ${n}), ${n})`
    : `((${x} - ((${x} % ${n}) + ${n}) % ${n}) // ${n})`;
