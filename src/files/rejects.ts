/**
 * Rows that were refused, for the summary and for the file of rejects. It decides how they are told; why a row is
 * refused is decided where it is read.
 */

import { closeSync, openSync, writeSync } from 'node:fs';
import { written } from './csv.ts';
import type { Refused } from './keyed.ts';
import type { Source } from './source.ts';
import { writeWhole } from './whole.ts';

/** Rows of one file that were refused for one reason. */
export interface Refusal {
  readonly path: string;
  readonly reason: string;
  readonly rows: number;
}

/** A file, and its rows that could be read and were refused all the same. */
export interface Refusing {
  readonly source: Source;
  readonly refused: readonly Refused[];
}

export function refusalsOf(files: readonly Refusing[]): Refusal[] {
  return files.flatMap(({ source, refused }) => {
    const faults = Map.groupBy(source.faults, ({ reason }) => reason);
    return [
      ...[...faults].map(([reason, list]) => ({ path: source.path, reason, rows: list.length })),
      ...refused.map(({ reason, rows }) => ({ path: source.path, reason, rows: rows.length })),
    ];
  });
}

/** Writes one line for each refused row: file, line, reason, and the row as it stands in the file. */
export async function writeRejects(path: string, folder: string, files: readonly Refusing[]): Promise<void> {
  await writeWhole(path, folder, async (half) => {
    const to = openSync(half, 'w');
    writeSync(to, 'file,line,reason,row\n');
    for (const file of files) writeFile(to, file);
    closeSync(to);
  });
}

function writeFile(to: number, { source, refused }: Refusing): void {
  const reasons = new Map(refused.flatMap(({ reason, rows }) => rows.map((row) => [row, reason] as const)));
  const rows = Uint32Array.from(reasons.keys()).sort();
  const places = source
    .locate(rows)
    .map(({ line, text }, i) => ({ line, text, reason: reasons.get(rows[i] ?? 0) ?? '' }));
  const faults = source.faults.map((fault) => ({ line: fault.line, text: source.textOf(fault), reason: fault.reason }));
  for (const { line, reason, text } of [...places, ...faults].sort((a, b) => a.line - b.line)) {
    writeSync(to, `${written([source.path, String(line), reason, text], ',')}\n`);
  }
}
