/**
 * How text is compared. It decides what "the same" means for every form of a model; it knows no fields and no
 * operators. Folding happens once, at the door, to data and model alike.
 */

/**
 * Folds a text for comparison: NFKD, combining marks removed, lower case, `ı` read as `i` and `ς` as `σ`, white
 * space trimmed and collapsed. What no database can hold (lone surrogates, NUL) becomes U+FFFD.
 */
export function fold(text: string): string {
  if (/^[a-z0-9]*$/.test(text)) return text;
  const known = folded.get(text);
  if (known !== undefined) return known;
  const result = foldAnew(text);
  if (folded.size === FOLDED_KEPT) folded.clear();
  folded.set(text, result);
  return result;
}

/** Few texts make up most of the data: explaining a contact folds each of them again and again. */
const folded = new Map<string, string>();
const FOLDED_KEPT = 10_000;

function foldAnew(text: string): string {
  return storable(text)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .replaceAll('ı', 'i')
    .replace(/\s+/g, ' ')
    .trim();
}

/** A folded text as words: every run of characters that are neither letters nor digits becomes one space. */
export function words(folded: string): string {
  return folded.replace(/[^\p{L}\p{Nd}]+/gu, ' ').trim();
}

/** The text with U+FFFD for lone surrogates and NUL, which no database can hold. */
export function storable(text: string): string {
  // Nearly every text is, and then nothing has to be made.
  if (text.isWellFormed() && !text.includes('\0')) return text;
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** Reads a decimal number; anything else, and what is not finite, is undefined. */
export function readNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(trimmed)) return undefined;
  const number = Number(trimmed);
  return Number.isFinite(number) ? number : undefined;
}

/** Orders texts by code points: the order of UTF-8 bytes, and of every database with the C collation. */
export function byCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const xHigh = x >= 0xd800 && x <= 0xdfff;
    const yHigh = y >= 0xd800 && y <= 0xdfff;
    return xHigh === yHigh ? x - y : xHigh ? 1 : -1;
  }
  return a.length - b.length;
}

/** The nearest of some names to a mistyped one, or undefined when none is near. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
