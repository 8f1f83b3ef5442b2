/**
 * A document for people to keep: a title, and blocks in order. What it tells is decided by whoever writes it, how it looks
 * by `html.ts` and `pdf.ts`, which show the same.
 */

import type { Language } from '../core/phrases/languages.ts';

export type Block =
  | { readonly kind: 'heading'; readonly level: 2 | 3; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  /** Somebody's own words, with their line breaks. */
  | { readonly kind: 'quote'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  /** Names and what stands for them. */
  | { readonly kind: 'rows'; readonly rows: readonly (readonly [label: string, value: string])[] }
  | { readonly kind: 'table'; readonly heads: readonly string[]; readonly rows: readonly (readonly string[])[] };

export interface Paper {
  readonly language: Language;
  readonly title: string;
  /** Lines below the title: of when and by whom it is. */
  readonly under: readonly string[];
  readonly blocks: readonly Block[];
  /** At the foot of each page; the number of the page stands beside it. */
  readonly foot: string;
  /** When it was made, in milliseconds UTC: the same paper of the same instant is the same to the byte. */
  readonly at: number;
}
