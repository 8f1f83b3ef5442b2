/**
 * A paper as PDF, A4, with its own letters, tagged for readers who do not see it. It decides where lines and pages end; it
 * refuses to know what is told.
 */

import PDFDocument from 'pdfkit';
import { lettersIn, PLAIN, type Run, runsOf, type Weight } from './fonts.ts';
import type { Block, Paper } from './paper.ts';

/** Points: 72 are an inch. */
const MARGIN = 54;
const SIZE = 10;
const LEADING = 1.45;
const INK = '#1a1d21';
const PALE = '#4d5560';
const RULE = '#ccd2d8';
const GAP = 8;

interface Style {
  readonly size: number;
  readonly weight: Weight;
  readonly ink: string;
}
const BODY: Style = { size: SIZE, weight: 'normal', ink: INK };
const BOLD: Style = { ...BODY, weight: 'bold' };
const SMALL: Style = { size: 8, weight: 'normal', ink: PALE };

type Line = readonly Run[];
type Doc = InstanceType<typeof PDFDocument>;
type Tag = ReturnType<Doc['struct']>;

export async function pdfOf(paper: Paper): Promise<Buffer> {
  const doc = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    bufferPages: true,
    tagged: true,
    displayTitle: true,
    lang: paper.language,
    font: PLAIN,
    info: { Title: paper.title, Creator: 'Scoreline', Producer: 'Scoreline', CreationDate: new Date(paper.at) },
  });
  const parts: Buffer[] = [];
  doc.on('data', (part: Buffer) => parts.push(part));
  const ended = new Promise<void>((done) => doc.once('end', done));
  new Sheet(doc).write(paper);
  doc.end();
  await ended;
  return Buffer.concat(parts);
}

/** Where the next line goes, on which page. */
class Sheet {
  readonly #doc: Doc;
  readonly #root: Tag;
  readonly #width: number;
  readonly #bottom: number;
  readonly #fonts = new Set<string>();
  #y = MARGIN;

  constructor(doc: Doc) {
    this.#doc = doc;
    this.#root = doc.struct('Document');
    doc.addStructure(this.#root);
    this.#width = doc.page.width - 2 * MARGIN;
    this.#bottom = doc.page.height - MARGIN - 2 * SIZE;
  }

  write({ title, under, blocks, foot }: Paper): void {
    this.#paragraph('H1', title, { ...BOLD, size: 18 });
    for (const line of under) this.#paragraph('P', line, { ...BODY, ink: PALE }, 2);
    for (const block of blocks) this.#block(block);
    this.#root.end();
    this.#feet(foot);
  }

  #block(block: Block): void {
    switch (block.kind) {
      case 'heading': {
        this.#y += block.level === 2 ? 2 * GAP : GAP;
        // A heading stays with what it is above.
        this.#room(6 * SIZE);
        this.#paragraph(`H${block.level}`, block.text, { ...BOLD, size: block.level === 2 ? 13 : 11 }, 4);
        break;
      }
      case 'text':
        this.#paragraph('P', block.text, BODY);
        break;
      case 'quote':
        this.#quote(block.text);
        break;
      case 'list':
        this.#list(block.items);
        break;
      case 'rows': {
        const rows = block.rows.map(([label, value]) => [label, value]);
        this.#table(null, rows, [0.42 * this.#width, 0.58 * this.#width]);
        break;
      }
      case 'table':
        this.#table(block.heads, block.rows, this.#columnsOf(block.heads, block.rows));
        break;
    }
  }

  #paragraph(tag: string, text: string, style: Style, gap = GAP): void {
    const own = this.#under(this.#root, tag);
    for (const line of this.#linesOf(text, style, this.#width)) this.#line(own, line, style, MARGIN);
    own.end();
    this.#y += gap;
  }

  #quote(text: string): void {
    const own = this.#under(this.#root, 'BlockQuote');
    for (const line of this.#linesOf(text, BODY, this.#width - 14)) {
      const height = BODY.size * LEADING;
      this.#room(height);
      this.#artifact(() => this.#doc.rect(MARGIN, this.#y, 2, height).fill('#0b7285'));
      this.#line(own, line, BODY, MARGIN + 14);
    }
    own.end();
    this.#y += GAP;
  }

  #list(items: readonly string[]): void {
    const own = this.#under(this.#root, 'L');
    for (const item of items) {
      const entry = this.#under(own, 'LI');
      this.#linesOf(item, BODY, this.#width - 14).forEach((line, i) => {
        this.#room(BODY.size * LEADING);
        if (i === 0) this.#at(entry, runsOf('•', 'normal'), BODY, MARGIN + 2, this.#y);
        this.#line(entry, line, BODY, MARGIN + 14);
      });
      entry.end();
      this.#y += 2;
    }
    own.end();
    this.#y += GAP;
  }

  /** As wide as what stands in them, and no wider than the page: then what is wide gives way. */
  #columnsOf(heads: readonly string[], rows: readonly (readonly string[])[]): number[] {
    const natural = heads.map((head, place) => {
      const cells = rows.map((row) => this.#widthOf(runsOf(row[place] ?? '', 'normal'), SIZE));
      return Math.max(this.#widthOf(runsOf(head, 'bold'), SIZE), ...cells) + 12;
    });
    const spare = this.#width - natural.reduce((a, b) => a + b, 0);
    if (spare >= 0) return natural.map((width, place) => (place === 0 ? width + spare : width));
    const fair = this.#width / natural.length;
    const over = natural.reduce((sum, width) => sum + Math.max(0, width - fair), 0);
    const under = natural.reduce((sum, width) => sum + Math.max(0, fair - width), 0);
    return natural.map((width) => (width <= fair ? width : fair + (under * (width - fair)) / over));
  }

  /** @param heads null where each row begins with its head */
  #table(heads: readonly string[] | null, rows: readonly (readonly string[])[], columns: readonly number[]): void {
    const own = this.#under(this.#root, 'Table');
    const row = (cells: readonly string[], isHead: boolean): void => {
      const inHead = (place: number): boolean => isHead || (heads === null && place === 0);
      const styles = columns.map((_, place) => (inHead(place) ? BOLD : BODY));
      const lines = columns.map((width, place) => this.#linesOf(cells[place] ?? '', styles[place] ?? BODY, width - 8));
      const height = Math.max(...lines.map((list) => list.length)) * SIZE * LEADING + 6;
      if (this.#room(height) && heads !== null && !isHead) row(heads, true);
      const tag = this.#under(own, 'TR');
      let x = MARGIN;
      lines.forEach((list, place) => {
        const cell = this.#under(tag, inHead(place) ? 'TH' : 'TD');
        list.forEach((line, i) => {
          this.#at(cell, line, styles[place] ?? BODY, x, this.#y + 3 + i * SIZE * LEADING);
        });
        cell.end();
        x += columns[place] ?? 0;
      });
      tag.end();
      this.#y += height;
      this.#artifact(() =>
        this.#doc
          .moveTo(MARGIN, this.#y)
          .lineTo(MARGIN + this.#width, this.#y)
          .lineWidth(0.5)
          .stroke(RULE),
      );
    };
    if (heads !== null) row(heads, true);
    for (const cells of rows) row(cells, false);
    own.end();
    this.#y += GAP;
  }

  #feet(foot: string): void {
    const { count } = this.#doc.bufferedPageRange();
    for (let page = 0; page < count; page++) {
      this.#doc.switchToPage(page);
      // Below the margin, where a line would begin a new page.
      this.#doc.page.margins.bottom = 0;
      const y = this.#doc.page.height - MARGIN;
      const [line = []] = this.#linesOf(foot, SMALL, this.#width - 60);
      const number = runsOf(`${page + 1} / ${count}`, 'normal');
      this.#artifact(() => {
        this.#draw(line, SMALL, MARGIN, y);
        this.#draw(number, SMALL, MARGIN + this.#width - this.#widthOf(number, SMALL.size), y);
      });
    }
  }

  /** Makes sure that so much fits, on another page if need be. @returns whether it is another page */
  #room(height: number): boolean {
    if (this.#y + height <= this.#bottom || this.#y === MARGIN) return false;
    this.#doc.addPage();
    this.#y = MARGIN;
    return true;
  }

  #line(tag: Tag, line: Line, style: Style, x: number): void {
    const height = style.size * LEADING;
    this.#room(height);
    this.#at(tag, line, style, x, this.#y);
    this.#y += height;
  }

  #under(parent: Tag, tag: string): Tag {
    const own = this.#doc.struct(tag);
    parent.add(own);
    return own;
  }

  #at(tag: Tag, line: Line, style: Style, x: number, y: number): void {
    tag.add(() => this.#draw(line, style, x, y));
  }

  /** What is there for the eye alone. */
  #artifact(draw: () => void): void {
    this.#doc.markContent('Artifact');
    draw();
    this.#doc.endMarkedContent();
  }

  #draw(line: Line, { size, ink }: Style, left: number, y: number): void {
    let x = left;
    for (const { font, text } of line) {
      this.#font(font).fontSize(size).fillColor(ink);
      this.#doc.text(text, x, y + size * 1.1, { lineBreak: false, baseline: 'alphabetic' });
      x += this.#doc.widthOfString(text);
    }
  }

  #font(path: string): Doc {
    if (!this.#fonts.has(path)) this.#doc.registerFont(path, lettersIn(path));
    this.#fonts.add(path);
    return this.#doc.font(path);
  }

  #widthOf(line: Line, size: number): number {
    return line.reduce((sum, { font, text }) => sum + this.#font(font).fontSize(size).widthOfString(text), 0);
  }

  /** A text as lines that are no wider than asked for. */
  #linesOf(text: string, { size, weight }: Style, width: number): Line[] {
    return text.split(/\r\n|\r|\n/).flatMap((written) => {
      const lines: Line[] = [];
      let now = '';
      let used = 0;
      for (const piece of piecesOf(written)) {
        for (const part of this.#partsOf(piece, size, weight, width)) {
          const wide = this.#widthOf(runsOf(part, weight), size);
          if (used + wide > width && now !== '' && part.trim() !== '') {
            lines.push(runsOf(now.trimEnd(), weight));
            [now, used] = ['', 0];
          }
          // White space at the beginning of a line that is not the first is what broke it.
          if (now === '' && lines.length > 0 && part.trim() === '') continue;
          now += part;
          used += wide;
        }
      }
      return [...lines, runsOf(now.trimEnd(), weight)];
    });
  }

  /** A piece that is wider than the line falls into parts that are not. */
  #partsOf(piece: string, size: number, weight: Weight, width: number): string[] {
    if (this.#widthOf(runsOf(piece, weight), size) <= width) return [piece];
    const parts: string[] = [];
    let now = '';
    for (const letter of piece) {
      if (now !== '' && this.#widthOf(runsOf(now + letter, weight), size) > width) {
        parts.push(now);
        now = '';
      }
      now += letter;
    }
    return [...parts, now];
  }
}

const HAN = '\\u3040-\\u30ff\\u3400-\\u9fff\\uf900-\\ufaff';
const OPENING = '「『（《〈【';
const CLOSING = '，。、；：！？）」』》〉】…';
const PIECES = new RegExp(
  `[${OPENING}]*[${HAN}][${CLOSING}]*|\\s+|[${OPENING}]*[^\\s${HAN}${OPENING}]+|[${OPENING}]+`,
  'gu',
);

/** What a line may end after: a word, white space, a Chinese letter with the marks that belong to it. */
const piecesOf = (text: string): readonly string[] => text.match(PIECES) ?? [];
