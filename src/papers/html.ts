/** A paper as one HTML page that needs nothing else: to be sent, kept and printed. */

import type { Block, Paper } from './paper.ts';

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #1a1d21; background: #fff }
h1 { font-size: 1.5rem } h2 { font-size: 1.2rem; margin-top: 2rem } h3 { font-size: 1rem; margin-bottom: .25rem }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: start; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #ccd2d8; overflow-wrap: break-word }
.wide { overflow-x: auto }
.under, footer { color: #4d5560 }
blockquote { white-space: pre-wrap; margin: 0; border-inline-start: 3px solid #0b7285; padding-inline-start: 1rem }
@media print {
  @page { margin: 18mm }
  body { max-width: none; margin: 0; padding: 0; font-size: 10.5pt }
  h2, h3 { break-after: avoid } tr, li { break-inside: avoid } thead { display: table-header-group }
}`;

const safe = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export function htmlOf({ language, title, under, blocks, foot }: Paper): string {
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${safe(title)}</title><style>${STYLE}</style></head><body>
<h1>${safe(title)}</h1>
${under.map((line) => `<p class="under">${safe(line)}</p>`).join('\n')}
${blocks.map(blockOf).join('\n')}
<footer>${safe(foot)}</footer>
</body></html>
`;
}

function blockOf(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level}>${safe(block.text)}</h${block.level}>`;
    case 'text':
      return `<p>${safe(block.text)}</p>`;
    case 'quote':
      return `<blockquote>${safe(block.text)}</blockquote>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${safe(item)}</li>`).join('')}</ul>`;
    case 'rows':
      return `<div class="wide"><table><tbody>${block.rows.map(([label, value]) => `<tr><th scope="row">${safe(label)}</th><td>${safe(value)}</td></tr>`).join('')}</tbody></table></div>`;
    case 'table':
      return `<div class="wide"><table><thead><tr>${block.heads.map((head) => `<th scope="col">${safe(head)}</th>`).join('')}</tr></thead><tbody>${block.rows
        .map((cells) => `<tr>${cells.map((cell) => `<td>${safe(cell)}</td>`).join('')}</tr>`)
        .join('')}</tbody></table></div>`;
  }
}
