/** The languages that sentences are written in, and the phrases of each. */

import { en } from './en.ts';
import type { Phrases } from './phrases.ts';
import { ro } from './ro.ts';
import { ru } from './ru.ts';
import { tr } from './tr.ts';
import { zhHant } from './zh-Hant.ts';

/** As BCP 47 names them. */
export const languages = ['en', 'ro', 'tr', 'ru', 'zh-Hant'] as const;
export type Language = (typeof languages)[number];

const all: { readonly [L in Language]: Phrases } = { en, ro, tr, ru, 'zh-Hant': zhHant };

export const phrasesOf = (language: Language): Phrases => all[language];
