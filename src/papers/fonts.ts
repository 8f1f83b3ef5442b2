/**
 * The letters of papers. Fonts come in files that each hold some scripts, so a text is taken apart into runs of one file
 * each: Noto Sans for Latin, Cyrillic and Greek letters, Chocolate Classical Sans for Chinese ones and all else.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { inflateSync } from 'node:zlib';

const require = createRequire(import.meta.url);

export type Weight = 'normal' | 'bold';

/** Letters of one font. */
export interface Run {
  /** The path of a file. */
  readonly font: string;
  readonly text: string;
}

/** In this order: the first that has a letter writes it. */
const SCRIPTS = ['latin', 'latin-ext', 'cyrillic', 'cyrillic-ext', 'greek', 'greek-ext', 'vietnamese'] as const;

/** Code points from the first to the second. */
type Range = readonly [number, number];
interface File {
  /** The path for each weight. */
  readonly of: Readonly<Record<Weight, string>>;
  readonly ranges: readonly Range[];
}

const rangesOf = (written: string): Range[] =>
  written.split(',').map((part): Range => {
    const [from = '', to = from] = part.trim().slice('U+'.length).split('-');
    return [Number.parseInt(from, 16), Number.parseInt(to, 16)];
  });

/** Which letters each file has, as its package says. */
function readFiles(): File[] {
  const written = (path: string): Record<string, string> => JSON.parse(readFileSync(path, 'utf8'));
  const noto = written(require.resolve('@fontsource/noto-sans/unicode.json'));
  const han = written(require.resolve('@fontsource/chocolate-classical-sans/unicode.json'));
  const letters = require.resolve('@fontsource/noto-sans/files/noto-sans-latin-400-normal.woff');
  const hanFiles = require.resolve(
    '@fontsource/chocolate-classical-sans/files/chocolate-classical-sans-0-400-normal.woff',
  );
  return [
    ...SCRIPTS.map((script): File => {
      const of = (weight: number): string => letters.replace('latin-400', `${script}-${weight}`);
      return { of: { normal: of(400), bold: of(600) }, ranges: rangesOf(noto[script] ?? '') };
    }),
    // Chinese letters come in a hundred small files, `[0]` and on, in one weight.
    ...Object.entries(han).flatMap(([key, ranges]): File[] => {
      const part = /^\[(\d+)\]$/.exec(key)?.[1];
      if (part === undefined) return [];
      const path = hanFiles.replace('sans-0-400', `sans-${part}-400`);
      return [{ of: { normal: path, bold: path }, ranges: rangesOf(ranges) }];
    }),
  ];
}

let files: readonly File[] | undefined;
/** Files of the letters that were asked for so far. */
const known = new Map<string, File>();

/** The file that writes a letter; one that has none of it draws a box. */
function fontOf(letter: string, weight: Weight): string {
  let file = known.get(letter);
  if (file === undefined) {
    files ??= readFiles();
    const point = letter.codePointAt(0) ?? 0;
    file = files.find(({ ranges }) => ranges.some(([from, to]) => from <= point && point <= to)) ?? files[0];
    if (file === undefined) throw new Error('there are no letters for papers');
    known.set(letter, file);
  }
  return file.of[weight];
}

/** A text as runs of one font each; a mark stays with the letter that it is on. */
export function runsOf(text: string, weight: Weight): Run[] {
  const runs: Run[] = [];
  for (const letter of text.normalize('NFC')) {
    const last = runs.at(-1);
    const font = last !== undefined && /\p{M}/u.test(letter) ? last.font : fontOf(letter, weight);
    if (last?.font === font) runs[runs.length - 1] = { font, text: last.text + letter };
    else runs.push({ font, text: letter });
  }
  return runs;
}

/** The font that a document begins with. */
export const PLAIN = fontOf('a', 'normal');

const read = new Map<string, Buffer>();

/**
 * A font as OpenType, out of the file that holds it as WOFF (W3C, 2012): its tables are unpacked here, because the library
 * that puts them into a document takes many times as long for it.
 */
export function lettersIn(path: string): Buffer {
  const before = read.get(path);
  if (before !== undefined) return before;
  const woff = readFileSync(path);
  const count = woff.readUInt16BE(12);
  const head = Buffer.alloc(12 + 16 * count);
  woff.copy(head, 0, 4, 8);
  head.writeUInt16BE(count, 4);
  const tables: Buffer[] = [];
  let at = head.length;
  for (let i = 0; i < count; i++) {
    const entry = 44 + 20 * i;
    const [offset, packed, length] = [4, 8, 12].map((place) => woff.readUInt32BE(entry + place));
    if (offset === undefined || packed === undefined || length === undefined) throw new Error(`${path} is no font`);
    const stored = woff.subarray(offset, offset + packed);
    const table = Buffer.alloc(Math.ceil(length / 4) * 4);
    (packed < length ? inflateSync(stored) : stored).copy(table);
    // The name of the table and its checksum; then where it lies and how long it is.
    woff.copy(head, 12 + 16 * i, entry, entry + 4);
    woff.copy(head, 16 + 16 * i, entry + 16, entry + 20);
    head.writeUInt32BE(at, 20 + 16 * i);
    head.writeUInt32BE(length, 24 + 16 * i);
    tables.push(table);
    at += table.length;
  }
  const font = Buffer.concat([head, ...tables]);
  read.set(path, font);
  return font;
}
