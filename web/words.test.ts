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
const wordsOf = (language: string, part: string): Record<string, string> =>
  JSON.parse(readFileSync(join(web, 'words', language, `${part}.json`), 'utf8'));
const partsOf = (language: string): string[] =>
  globSync('*.json', { cwd: join(web, 'words', language) })
    .map((file) => file.slice(0, -'.json'.length))
    .sort();

const parts = partsOf('en');
const PLURAL = /_(zero|one|two|few|many|other)$/;
const withoutPlural = (key: string) => key.replace(PLURAL, '');

/** What stands between the braces, in the order of the alphabet. */
const variablesOf = (text: string) => [...text.matchAll(/\{\{(.*?)\}\}/g)].map(([, name = '']) => name.trim()).sort();

const quotedIn = (text: string) => [...text.matchAll(/(['"])([\w.]+)\1/g)].map(([, , key = '']) => key);

/** What a file of the page asks for: whose words, by their whole key or by its beginning. */
function askedBy(file: string) {
  const source = readFileSync(join(web, file), 'utf8');
  const from = [...source.matchAll(/useTranslation\((.*?)\)/g)].flatMap(([, argument = '']) =>
    argument === '' ? ['common'] : quotedIn(argument),
  );
  // The first argument of each call of `t`, as it is written; what is compared in it is no key.
  const calls = [...source.matchAll(/\bt\(\s*((?:`[^`]*`|[^,)`])*)/g)].map(([, argument = '']) =>
    argument.replaceAll(/[!=]==\s*(['"]).*?\1/g, ''),
  );
  return {
    file,
    parts: [...new Set(from)],
    keys: calls.flatMap(quotedIn),
    prefixes: calls.flatMap((call) => [...call.matchAll(/`([^`$]+)\$\{/g)].map(([, start = '']) => start)),
    // A key also comes by way of a constant (`label: 'nav.leads'`); one without a dot could be any word, so it must be called.
    mentioned: quotedIn(source).filter((key) => key.includes('.')),
  };
}

const files = globSync('**/*.{ts,tsx}', { cwd: web, exclude: ['built/**', 'node_modules/**', '**/*.test.ts'] }).map(
  askedBy,
);

test('there is a folder of words for each language of the page, and no other', () => {
  const found = globSync('*', { cwd: join(web, 'words') });
  expect(found.sort()).toEqual(Object.keys(languages).sort());
});

describe.each(Object.keys(languages))('the words in %s', (language) => {
  test('are there for each part of the page', () => {
    expect(partsOf(language)).toEqual(parts);
  });

  test.each(parts)(
    'about %s have each key once for every plural form, fill in what English does, are not empty',
    (part) => {
      const english = wordsOf('en', part);
      const words = wordsOf(language, part);
      const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      const wanted = [...new Set(Object.keys(english).map(withoutPlural))].flatMap((key) =>
        `${key}_other` in english ? forms.map((form) => `${key}_${form}`) : [key],
      );
      expect(Object.keys(words).sort()).toEqual(wanted.sort());
      for (const [key, text] of Object.entries(words)) {
        const model = english[key] ?? english[`${withoutPlural(key)}_other`] ?? '';
        expect(variablesOf(text), key).toEqual(variablesOf(model));
        expect(text.trim(), key).not.toBe('');
      }
    },
  );
});

test.each(parts)('every key about %s is used somewhere in the page', (part) => {
  const users = files.filter((file) => file.parts.includes(part));
  const mentioned = new Set(files.flatMap((file) => file.mentioned));
  const used = (key: string) =>
    mentioned.has(key) ||
    users.some(({ keys, prefixes }) => keys.includes(key) || prefixes.some((prefix) => key.startsWith(prefix)));
  expect(
    Object.keys(wordsOf('en', part))
      .map(withoutPlural)
      .filter((key) => !used(key)),
  ).toEqual([]);
});

test('every key that a file asks for is among the words that it uses', () => {
  const asking = files.filter(({ keys, prefixes }) => keys.length + prefixes.length > 0);
  expect(asking.length).toBeGreaterThan(0);
  for (const { file, parts: from, keys, prefixes } of asking) {
    const there = from.flatMap((part) => (parts.includes(part) ? Object.keys(wordsOf('en', part)) : []));
    const known = new Set(there.map(withoutPlural));
    expect(
      keys.filter((key) => !known.has(key)),
      file,
    ).toEqual([]);
    expect(
      prefixes.filter((start) => ![...known].some((key) => key.startsWith(start))),
      file,
    ).toEqual([]);
  }
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
