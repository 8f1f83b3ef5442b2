/**
 * The words of the page against each other and against the source that shows them. It decides whether a language is
 * whole; it refuses to know whether a translation reads well.
 */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { languageFor, languages } from './words.ts';

const web = import.meta.dirname;
const wordsOf = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(join(web, 'words', `${language}.json`), 'utf8'));

const english = wordsOf('en');
const PLURAL = /_(zero|one|two|few|many|other)$/;
const withoutPlural = (key: string) => key.replace(PLURAL, '');
const asked = new Set(Object.keys(english).map(withoutPlural));

/** What stands between the braces, in the order of the alphabet. */
const variablesOf = (text: string) => [...text.matchAll(/\{\{(.*?)\}\}/g)].map(([, name = '']) => name.trim()).sort();

const source = globSync('**/*.{ts,tsx}', { cwd: web, exclude: ['built/**', 'node_modules/**', '**/*.test.ts'] })
  .map((file) => readFileSync(join(web, file), 'utf8'))
  .join('\n');

/** The first argument of each call of `t`, as it is written; what is compared in it is no key. */
const calls = [...source.matchAll(/\bt\(\s*((?:`[^`]*`|[^,)`])*)/g)].map(([, argument = '']) =>
  argument.replaceAll(/[!=]==\s*(['"]).*?\1/g, ''),
);
const quotedIn = (text: string) => [...text.matchAll(/(['"])([\w.]+)\1/g)].map(([, , key = '']) => key);
const calledKeys = new Set(calls.flatMap(quotedIn));
const calledPrefixes = new Set(
  calls.flatMap((call) => [...call.matchAll(/`([^`$]+)\$\{/g)].map(([, start = '']) => start)),
);
// A key also comes by way of a constant (`label: 'nav.leads'`); one without a dot could be any word, so it must be called.
const mentionedKeys = new Set(quotedIn(source).filter((key) => key.includes('.')));

test('there is a file of words for each language of the page, and no other', () => {
  const files = globSync('*.json', { cwd: join(web, 'words') });
  expect(files.sort()).toEqual(
    Object.keys(languages)
      .map((language) => `${language}.json`)
      .sort(),
  );
});

describe.each(Object.keys(languages))('the words in %s', (language) => {
  const words = wordsOf(language);

  test('have each key once for every plural form of the language, and no key besides', () => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const wanted = [...asked].flatMap((key) =>
      `${key}_other` in english ? forms.map((form) => `${key}_${form}`) : [key],
    );
    expect(Object.keys(words).sort()).toEqual(wanted.sort());
  });

  test('fill in what English fills in', () => {
    for (const [key, text] of Object.entries(words)) {
      const model = english[key] ?? english[`${withoutPlural(key)}_other`] ?? '';
      expect(variablesOf(text), key).toEqual(variablesOf(model));
    }
  });

  test('are never empty', () => {
    expect(Object.entries(words).filter(([, text]) => typeof text !== 'string' || text.trim() === '')).toEqual([]);
  });
});

test('every key is used somewhere in the page', () => {
  const used = (key: string) =>
    calledKeys.has(key) || mentionedKeys.has(key) || [...calledPrefixes].some((prefix) => key.startsWith(prefix));
  expect([...asked].filter((key) => !used(key))).toEqual([]);
});

test('every key the page asks for is there', () => {
  expect(calledKeys.size).toBeGreaterThan(0);
  expect([...calledKeys].filter((key) => !asked.has(key))).toEqual([]);
  expect([...calledPrefixes].filter((start) => ![...asked].some((key) => key.startsWith(start)))).toEqual([]);
});

describe('the language of the page', () => {
  test.each([
    [['ro-RO', 'en'], 'ro'],
    [['tr'], 'tr'],
    [['ru-UA', 'uk'], 'ru'],
    [['fr-FR', 'tr-TR', 'en'], 'tr'],
    [['en-GB', 'ro'], 'en'],
    [['zh-TW', 'en'], 'zh-Hant'],
    [['zh-Hant-HK'], 'zh-Hant'],
    [['zh'], 'zh-Hant'],
    [['zh-CN', 'ru'], 'ru'],
    [['zh-Hans'], 'en'],
    [['zh-SG'], 'en'],
    [['constructor', ''], 'en'],
    [[], 'en'],
  ])('for %j is %s', (wanted, language) => {
    expect(languageFor(wanted)).toBe(language);
  });

  test('is one of its languages whatever is asked, and the first it knows', () => {
    const tag = fc.constantFrom('ro', 'tr-TR', 'ru', 'zh-TW', 'zh-CN', 'en-US', 'de', 'pt-BR', '');
    fc.assert(
      fc.property(fc.array(tag), fc.array(fc.constantFrom('de', 'pt-BR', 'zh-CN', '')), (wanted, unknown) => {
        expect(Object.keys(languages)).toContain(languageFor(wanted));
        expect(languageFor([...unknown, ...wanted])).toBe(languageFor(wanted));
      }),
    );
  });
});
