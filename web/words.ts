/**
 * The languages of the page. It decides which one is shown: the one that was chosen here before, else the browser's,
 * else English. The words themselves are in `words/`; English comes with the page, the others when they are needed.
 */

import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './words/en.json' with { type: 'json' };

export const languages = {
  en: 'English',
  ro: 'Română',
  tr: 'Türkçe',
  ru: 'Русский',
  'zh-Hant': '繁體中文',
} as const;

export type Language = keyof typeof languages;

const others: Record<Exclude<Language, 'en'>, () => Promise<{ default: Record<string, string> }>> = {
  ro: () => import('./words/ro.json', { with: { type: 'json' } }),
  tr: () => import('./words/tr.json', { with: { type: 'json' } }),
  ru: () => import('./words/ru.json', { with: { type: 'json' } }),
  'zh-Hant': () => import('./words/zh-Hant.json', { with: { type: 'json' } }),
};

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

export async function startWords(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
    keySeparator: false,
    nsSeparator: false,
  });
  const chosen = localStorage.getItem(CHOSEN) ?? '';
  await show(isLanguage(chosen) ? chosen : languageFor(navigator.languages));
}

/** Changes the language, for good on this device. */
export async function choose(language: Language): Promise<void> {
  localStorage.setItem(CHOSEN, language);
  await show(language);
}

async function show(language: Language): Promise<void> {
  if (language !== 'en' && !i18next.hasResourceBundle(language, 'translation')) {
    i18next.addResourceBundle(language, 'translation', (await others[language]()).default);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
