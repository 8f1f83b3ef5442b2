/** Draws lines of a terminal as a picture. It decides colours and sizes; which lines are shown is the caller's. */

const LINE = 17;
const LETTER = 7.82;
const COLUMNS = 116;
const MARGIN = 18;
const TOP = 44;

/** What stands out in a line, first match first. */
const COLOURS: readonly (readonly [pattern: RegExp, colour: string])[] = [
  [/^\$ .*/, '#9ece6a'],
  [/^[A-Z][^:]*[:?].*:$|^[A-Z][^:]*:$/, '#e0af68'],
  [/(?<= )\+\d+(\.\d+)?/g, '#9ece6a'],
  [/(?<= )-\d+(\.\d+)?/g, '#f7768e'],
  [/[█]+/g, '#ff9e64'],
  [/\d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC/g, '#7aa2f7'],
  [/\bhot\b/g, '#ff9e64'],
];

/** An SVG of a dark terminal. */
export function picture(lines: readonly string[]): string {
  const width = Math.round(COLUMNS * LETTER + 2 * MARGIN);
  const height = TOP + lines.length * LINE + MARGIN;
  const texts = lines.map((line, i) => {
    const cut = line.length > COLUMNS ? `${line.slice(0, COLUMNS - 1)}…` : line;
    return cut === '' ? [] : [`<text x="${MARGIN}" y="${TOP + (i + 1) * LINE - 5}">${coloured(cut)}</text>`];
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="The demo in a terminal">`,
    `<rect width="${width}" height="${height}" rx="8" fill="#1a1b26"/>`,
    ...['#f7768e', '#e0af68', '#9ece6a'].map((fill, i) => `<circle cx="${22 + 20 * i}" cy="20" r="6" fill="${fill}"/>`),
    '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace" font-size="13" fill="#c0caf5" xml:space="preserve">',
    ...texts.flat(),
    '</g>',
    '</svg>',
  ].join('\n')}\n`;
}

function coloured(line: string): string {
  const colours = new Array<string>(line.length).fill('');
  for (const [pattern, colour] of COLOURS) {
    for (const { 0: found, index } of line.matchAll(new RegExp(pattern, 'g'))) {
      if (colours.slice(index, index + found.length).every((known) => known === ''))
        colours.fill(colour, index, index + found.length);
    }
  }
  let drawn = '';
  for (let from = 0; from < line.length; ) {
    let to = from;
    while (to < line.length && colours[to] === colours[from]) to++;
    // A space at the end of a piece would be lost in programs that know no xml:space.
    const piece = escaped(line.slice(from, to)).replaceAll(' ', '\u00a0');
    drawn += colours[from] === '' ? piece : `<tspan fill="${colours[from]}">${piece}</tspan>`;
    from = to;
  }
  return drawn;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
