// Papers: what is read out of a PDF is what was written, in every script that the page speaks, and lines and pages end.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pdfText } from '../../test/pdf-text.ts';
import { languages } from '../core/phrases/languages.ts';
import { htmlOf } from './html.ts';
import type { Block, Paper } from './paper.ts';
import { pdfOf } from './pdf.ts';
import en from './words/en.json' with { type: 'json' };
import { wordsIn } from './words.ts';

const paper = (blocks: readonly Block[], more: Partial<Paper> = {}): Paper => ({
  language: 'en',
  title: 'A paper',
  under: [],
  blocks,
  foot: 'Foot',
  at: Date.UTC(2026, 10, 22),
  ...more,
});
const plain = (text: string): string => text.replace(/\s+/g, '');

describe('what is written is read back', () => {
  test.each([
    ['English', 'Points for “large” companies – 31 % × 2…'],
    ['Romanian', 'Ședința a fost scurtă, acțiunile țin de înțelegere: ăâîșț ĂÂÎȘȚ'],
    ['Turkish', 'Satış müdürü ığüşöç İĞÜŞÖÇ ₺'],
    ['Russian', 'Соглашение: что обещают маркетинг и продажи, ёЁ № 1'],
    ['Traditional Chinese', '行銷與業務的約定，負責「合格的潛在客戶」：第 3 版（每季）；龜鬱龘。'],
    ['Greek and Vietnamese', 'Συμφωνία, thỏa thuận'],
    ['letters in two parts', 'Cafe\u0301 S\u0326i'],
  ])('%s', async (_, text) => {
    const pages = pdfText(
      await pdfOf(
        paper([
          { kind: 'heading', level: 2, text },
          { kind: 'text', text },
          { kind: 'quote', text },
          { kind: 'list', items: [text] },
          { kind: 'rows', rows: [[text, text]] },
          { kind: 'table', heads: ['', text], rows: [['a', text]] },
        ]),
      ),
    );
    expect(pages).toHaveLength(1);
    expect(plain(pages.join('')).split(plain(text.normalize('NFC')))).toHaveLength(9);
  });

  test('the same paper is the same to the byte, and says its title and its language', async () => {
    const one = paper([{ kind: 'text', text: 'Înțelegere' }], { language: 'ro', title: 'Acord' });
    const pdf = await pdfOf(one);
    expect(pdf.equals(await pdfOf(one))).toBe(true);
    expect(pdf.toString('latin1')).toContain('/Lang (ro)');
    expect(pdf.toString('latin1')).toContain('/StructTreeRoot');
    expect(htmlOf(one)).toContain('<html lang="ro">');
  });
});

test('a long table goes on, with its head, and each page has its number; what is wider than a line is broken', async () => {
  const rows = Array.from({ length: 60 }, (_, i) => [`row ${i}.`, 'y'.repeat(150)]);
  const pages = pdfText(await pdfOf(paper([{ kind: 'table', heads: ['Name', 'Value'], rows }])));
  expect(pages.length).toBeGreaterThan(1);
  pages.forEach((page, i) => {
    expect(page).toContain('NameValue');
    expect(page).toContain(`Foot${i + 1} / ${pages.length}`);
  });
  for (const { 0: name = '' } of rows) expect(pages.filter((page) => page.includes(name))).toHaveLength(1);
  expect(pages.join('').match(/y/g)).toHaveLength(60 * 150);
});

test('what people wrote stays text in HTML', () => {
  const html = htmlOf(paper([{ kind: 'quote', text: '<script>x</script> "a" & b' }], { title: '<b>' }));
  expect(html).toContain('&lt;script&gt;x&lt;/script&gt; &quot;a&quot; &amp; b');
  expect(html).not.toMatch(/<script|<link|src=|@import/);
});

test('every word of papers and e-mails is used', () => {
  const sources = ['*.ts', '../mailing.ts'].flatMap((pattern) =>
    globSync(pattern, { cwd: import.meta.dirname, exclude: ['*.test.ts'] }),
  );
  const text = sources.map((file) => readFileSync(join(import.meta.dirname, file), 'utf8')).join('\n');
  const quoted = new Set([...text.matchAll(/['"]([\w.-]+)['"]/g)].map(([, key = '']) => key));
  const begun = [...text.matchAll(/`([\w.-]+\.)\$\{/g)].map(([, start = '']) => start);
  const unused = Object.keys(en)
    .map((key) => key.replace(/_(zero|one|two|few|many|other)$/, ''))
    .filter((key) => !quoted.has(key) && !begun.some((start) => key.startsWith(start)));
  expect(unused).toEqual([]);
});

test.each(languages)('papers have all words in %s', (language) => {
  const { say } = wordsIn(language);
  const keys = [...new Set(Object.keys(en).map((key) => key.replace(/_\w+$/, '')))];
  for (const key of keys)
    for (const count of [1, 2, 5, 20, 21]) expect(say(key, { count }), key).not.toMatch(/\{\{|^$/);
});
