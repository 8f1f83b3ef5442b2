/**
 * The events of the base, portion by portion, each as a few packed values. It decides how they are packed; it refuses to
 * know their fields.
 */

import { type Columns, codesFor, sharedDoubles } from '../core/columns.ts';
import { newFilling } from '../core/filling.ts';

/** When contacts did what. */
export interface Timeline {
  /** @returns the bytes that it takes */
  add(batch: Batch, portion: number, row: Packed | undefined): number;
  finish(): Omit<Columns['events'], 'fields'>;
}

export type Packed = {
  readonly contacts?: Buffer | null;
  readonly at?: Buffer | null;
  readonly names?: string | null;
} & {
  readonly [field in `f${number}`]?: string | null;
};

export const TIMELINE = `string_agg(int4send((contact_id - $1)::integer), ''::bytea) as contacts,
  string_agg(int8send(at), ''::bytea) as at, string_agg(to_json(name)::text, E'\\n') as names`;

export function newTimeline(ids: Float64Array): Timeline {
  const starts = new Uint32Array(new SharedArrayBuffer((ids.length + 1) * 4));
  const times: Buffer[] = [];
  const names = newFilling((text) => JSON.parse(text) as string);
  let total = 0;
  return {
    add: ({ first, row: from }, portion, row) => {
      if (row?.contacts == null || row.at == null) return 0;
      names.add(portion, row.names?.split('\n') ?? []);
      times[portion] = row.at;
      const n = row.at.length / 8;
      for (let i = 0, r = from; i < n; i++) {
        const id = first + row.contacts.readInt32BE(i * 4);
        while ((ids[r] ?? Infinity) < id) r++;
        starts[r + 1] = (starts[r + 1] ?? 0) + 1;
      }
      total += n;
      return n * 9;
    },
    finish: () => {
      for (let i = 1; i < starts.length; i++) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0);
      const at = sharedDoubles(total);
      let e = 0;
      for (const portion of times) {
        for (let i = 0; i < (portion?.length ?? 0); i += 8) at[e++] = wholeNumberAt(portion, i);
      }
      const { codes: coded, values } = names.finish();
      // Names have codes from 0, where a column has them from 1.
      const codes = codesFor(values.length, coded.length);
      for (let i = 0; i < codes.length; i++) codes[i] = (coded[i] ?? 1) - 1;
      return { starts, at, names: codes, nameValues: values.map(String) };
    },
  };
}

/** The events of contacts from `$1` to `$2` that exist for scoring. */
export const EVENTS = `select contact_id, at, name, properties from event
  where contact_id between $1 and $2 and voided_at is null and machine is null order by contact_id, at, event_id`;

/** An eight-byte number of the database; none reaches 2^53. */
export const wholeNumberAt = (bytes: Buffer, place: number): number =>
  bytes.readInt32BE(place) * 2 ** 32 + bytes.readUInt32BE(place + 4);

export interface Batch {
  /** Ids, both included. */
  readonly first: number;
  readonly last: number;
  /** Of the first. */
  readonly row: number;
}

export function batchesOf(ids: Float64Array, size: number): Batch[] {
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, i) => ({
    first: ids[i * size] ?? 0,
    last: ids[Math.min(ids.length, (i + 1) * size) - 1] ?? 0,
    row: i * size,
  }));
}
