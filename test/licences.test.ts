// Reads the lock file: every package that comes with the project may be used, changed and sold by whoever uses it.
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const allowed = [
  'MIT',
  'MIT-0',
  'Apache-2.0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'CC0-1.0',
  'BlueOak-1.0.0',
  'MPL-2.0',
  'Unlicense',
  // Of fonts: they may be used, changed and sold with programs, only not by themselves.
  'OFL-1.1',
];

type Entry = { version?: string; license?: string; resolved?: string };

const packages: Record<string, Entry> = JSON.parse(
  readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'),
).packages;
const entries = Object.entries(packages).filter(([path]) => path !== '');

/** `(MIT OR GPL-3.0)` may be used as MIT; `MIT AND GPL-3.0` may not. */
const isAllowed = (licence: string) =>
  licence
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((name) => allowed.includes(name.trim())));

/** Some packages name no licence and bring its text. */
const holdsMit = (path: string) =>
  globSync(`${path}/LICENSE*`, { cwd: new URL('..', import.meta.url) }).some((file) =>
    readFileSync(new URL(`../${file}`, import.meta.url), 'utf8').includes(
      'Permission is hereby granted, free of charge, to any person obtaining',
    ),
  );

test('every package of the lock file has a permissive licence', () => {
  expect(entries.length).toBeGreaterThan(50);
  const refused = entries.filter(([path, { license }]) =>
    license === undefined || license === 'SEE LICENSE IN LICENSE' ? !holdsMit(path) : !isAllowed(license),
  );
  expect(refused.map(([path, entry]) => `${path}: ${entry.license}`)).toEqual([]);
});

test('copyleft for networks and programs is refused', () => {
  expect(['AGPL-3.0', 'GPL-2.0-only', 'MIT AND GPL-3.0', 'none stated'].filter(isAllowed)).toEqual([]);
});

test('the lock file names no registry host, so it installs from whichever one npm is set to', () => {
  expect(entries.filter(([, entry]) => entry.resolved !== undefined).map(([path]) => path)).toEqual([]);
});
