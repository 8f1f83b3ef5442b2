/**
 * The languages of the page. It decides which one is shown: the one that was chosen here before, else the browser's,
 * else English. The words themselves are in `words/`, a folder a language and a file for each part of the page; a page
 * brings those that it shows.
 */

import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

export const languages = {
  en: 'English',
  ro: 'Română',
  tr: 'Türkçe',
  ru: 'Русский',
  'zh-Hant': '繁體中文',
} as const;

export type Language = keyof typeof languages;

type Words = Readonly<Record<string, string>>;

const files = import.meta.glob<Words>('./words/*/*.json', { import: 'default' });

/** The parts of the page whose words were asked for. */
const asked = new Set<string>();

const CHOSEN = 'scoreline.language';

const isLanguage = (name: string): name is Language => Object.hasOwn(languages, name);

/** The best of the page's languages for what a browser asks for, the most wanted first. */
export function languageFor(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const [base = '', ...rest] = tag.split('-');
    if (isLanguage(base)) return base;
    // Whoever reads Chinese reads Traditional rather than English.
    if (base === 'zh' && !rest.includes('Hans') && !rest.includes('CN') && !rest.includes('SG')) return 'zh-Hant';
  }
  return 'en';
}

/** Whether a language was chosen on this device. */
export const isChosen = (): boolean => isLanguage(localStorage.getItem(CHOSEN) ?? '');

/** Settles the language; no words are there yet. */
export async function startWords(): Promise<void> {
  const chosen = localStorage.getItem(CHOSEN) ?? '';
  const language = isLanguage(chosen) ? chosen : languageFor(navigator.languages);
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    defaultNS: 'common',
    resources: {},
    interpolation: { escapeValue: false },
    keySeparator: false,
    nsSeparator: false,
    react: { useSuspense: false },
  });
  document.documentElement.lang = language;
}

/** Brings the words of parts of the page, in the language that is shown and from now on in each that is chosen. */
export async function words(...parts: readonly string[]): Promise<void> {
  for (const part of parts) asked.add(part);
  await bring(i18next.language, parts);
}

/** Changes the language, for good on this device. */
export async function choose(language: Language): Promise<void> {
  localStorage.setItem(CHOSEN, language);
  await bring(language, [...asked]);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

async function bring(language: string, parts: readonly string[]): Promise<void> {
  const missing = parts.filter((part) => !i18next.hasResourceBundle(language, part));
  await Promise.all(
    missing.map(async (part) => {
      const found = await files[`./words/${language}/${part}.json`]?.();
      i18next.addResourceBundle(language, part, found);
    }),
  );
}
