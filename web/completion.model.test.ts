// What is offered while a model is typed, at a `|` in a text.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Fields } from './answers.ts';
import { offersAt } from './completion.model.ts';
import { typesOf, valuesOf } from './fields.model.ts';

const schema: unknown = JSON.parse(
  readFileSync(new URL('../models/scoreline-model.schema.json', import.meta.url), 'utf8'),
);
const field = (name: string, ...values: string[]) => ({
  name,
  count: 1,
  values: values.map((value) => ({ value, count: 1 })),
});
const fields: Fields = {
  contact: [field('title', 'CEO', 'Intern'), field('age', '30', '41')],
  company: [field('employees', '10')],
  events: [
    { name: 'page_viewed', count: 9, properties: [field('path', '/pricing', '/')] },
    { name: 'form_submitted', count: 2, properties: [field('form', 'demo')] },
  ],
};

const START = 'model: m\nscores:\n  fit:\n    range: [0, 9]\n    groups: { mail: { range: [0, 5] } }\n    rules:\n';

test.each<[string, string[], string[]]>([
  ['model: m\n|', ['scores', 'stages', 'bands'], ['model', 'rules']],
  ['model: m\nscores:\n  fit:\n    r|', ['rules', 'range', 'sum', 'grid'], ['scores']],
  [`${START}      - { id: a, | }`, ['on', 'if', 'points', 'pointsEach', 'silent'], ['id', 'rules']],
  [`${START}      - { id: a, on: | }`, ['page_viewed', 'form_submitted', 'any'], ['path']],
  [`${START}      - { id: a, on: [page_viewed, |] }`, ['form_submitted'], ['path']],
  [`${START}      - { id: a, on: page_viewed, where: { | } }`, ['path', 'not', 'any'], ['form', 'title']],
  [`${START}      - { id: a, on: page_viewed, where: { path: { | } } }`, ['startsWith', 'is'], ['path', 'all']],
  [`${START}      - { id: a, on: page_viewed, where: { path: { is: | } } }`, ['/pricing'], ['demo']],
  [`${START}      - { id: a, on: page_viewed, distinct: | }`, ['path'], ['form']],
  [`${START}      - id: a\n        if:\n          ti|`, ['title', 'company.employees', 'email.domain'], ['form']],
  [`${START}      - { id: a, if: { title: { in: [|] } }, points: 1 }`, ['CEO', 'Intern'], ['30']],
  [`${START}      - { id: a, if: { title: { exists: | } }, points: 1 }`, ['true', 'false'], []],
  [`${START}      - { id: a, on: page_viewed, pointsEach: 1, group: | }`, ['mail'], ['fit']],
  [
    `${START}      - { id: a, on: page_viewed, pointsEach: 1, limit: { times: 1, per: | } }`,
    ['day', 'week', 'ever'],
    [],
  ],
  [`${START}      []\nstages:\n  - { id: mql, enter: { score: { | } } }`, ['fit'], ['title']],
  [`${START}      []\nstages:\n  - { id: mql, enter: { | } }`, ['score', 'grade', 'event', 'title'], []],
  [`${START}      []\nbands:\n  |`, ['fit'], []],
  // However deep: conditions within conditions, events within stages, companies and their contacts.
  [`${START}      - { id: a, if: { any: [ { not: { | } } ] }, points: 1 }`, ['title', 'all', 'not'], ['score', 'path']],
  [`${START}      - { id: a, if: { any: [ { title: { | } } ] }, points: 1 }`, ['is', 'mentions'], ['title', 'any']],
  [
    `${START}      - id: a\n        on: form_submitted\n        where:\n          any:\n            - { | }`,
    ['form', 'not'],
    ['path', 'title', 'score'],
  ],
  [
    `${START}      - id: a\n        on: form_submitted\n        where:\n          not:\n            form:\n              is: |`,
    ['demo'],
    ['/pricing', 'CEO'],
  ],
  [`${START}      - { id: a, silent: | }`, ['any', 'page_viewed'], ['title']],
  [`${START}      - { id: a, on: page_viewed, unless: form_submitted, same: | }`, ['path'], ['form', 'title']],
  [`${START}      - { id: a, on: page_viewed, pointsEach: 1, amount: { property: | } }`, ['path'], ['form']],
  [
    `${START}      - { id: a, on: page_viewed, pointsEach: 1, decay: { | } }`,
    ['halfLife', 'linear', 'steps'],
    ['points'],
  ],
  [`${START}      - { id: a, on: page_viewed, count: { | } }`, ['atLeast', 'moreThan'], ['points', 'mentions', 'is']],
  [`${START}      []\nstages:\n  - { id: m, enter: { all: [ { grade: { | } } ] } }`, ['fit'], ['title']],
  [
    `${START}      []\nstages:\n  - { id: m, enter: { score: { fit: { | } } } }`,
    ['atLeast', 'between'],
    ['fit', 'all'],
  ],
  [
    `${START}      []\ngrades: { fit: { A: 5, B: 0 } }\nstages:\n  - { id: m, enter: { grade: { fit: { is: | } } } }`,
    ['A', 'B'],
    [],
  ],
  [
    `${START}      []\nbands: { fit: { hot: 5, cold: 0 } }\ndisqualify:\n  - { id: o, if: { band: { fit: { in: [|] } } } }`,
    ['hot', 'cold'],
    [],
  ],
  [
    `${START}      []\nstages:\n  - { id: m, enter: { event: { | } } }`,
    ['on', 'where', 'within', 'count'],
    ['points', 'id'],
  ],
  [`${START}      []\nstages:\n  - { id: m, enter: { event: { on: | } } }`, ['form_submitted'], ['title']],
  [
    `${START}      []\nstages:\n  - { id: m, enter: { event: { on: form_submitted, where: { | } } } }`,
    ['form'],
    ['title', 'path'],
  ],
  [`${START}      []\ndisqualify:\n  - { id: o, if: { | } }`, ['title', 'score', 'event', 'email.domain'], []],
  [`${START}      []\ncompany:\n  scores:\n    all: { | }`, ['rollUp', 'rules', 'sum', 'range'], ['points']],
  [`${START}      []\ncompany:\n  scores:\n    all: { rollUp: | }`, ['top', 'mean', 'diminishing'], []],
  [`${START}      []\ncompany:\n  scores:\n    all: { rollUp: max, of: | }`, ['fit'], ['all']],
  [
    `${START}      []\ncompany:\n  scores:\n    many:\n      rules:\n        - { id: c, if: { | } }`,
    ['employees'],
    ['title', 'company.employees', 'score'],
  ],
  [
    `${START}      []\ncompany:\n  scores:\n    many:\n      rules:\n        - { id: c, contacts: { any: [ { | } ] } }`,
    ['title', 'score', 'band'],
    ['employees'],
  ],
  [
    `${START}      []\ncompany:\n  scores:\n    many:\n      rules:\n        - { id: c, contacts: { score: { | } } }`,
    ['fit'],
    ['many'],
  ],
  [
    `${START}      []\nstages:\n  - { id: m, enter: { company.score: { | } } }\ncompany: { scores: { all: { rollUp: max, of: fit } } }`,
    ['all'],
    ['fit'],
  ],
  [`${START}      []\ncompany:\n  scores: { all: { rollUp: max, of: fit } }\n  bands: { | }`, ['all'], ['fit']],
])('%s', (text, some, none) => {
  const offset = text.indexOf('|');
  const { from, offers } = offersAt(text.replace('|', ''), offset, schema, fields);
  const labels = offers.map(({ label }) => label);
  expect(labels).toEqual(expect.arrayContaining(some));
  for (const name of none) expect(labels).not.toContain(name);
  expect(from).toBeLessThanOrEqual(offset);
});

test('a text that is no model yet offers something or nothing, and never fails', () => {
  for (const text of ['|', '{|', '[|', ': |', 'a: "|', '- |\n- {', 'model: *x|']) {
    const offset = text.indexOf('|');
    expect(Array.isArray(offersAt(text.replace('|', ''), offset, schema).offers)).toBe(true);
  }
});

test('a field is of the type that all its values have', () => {
  expect(typesOf(field('a', '1', '2.5'))).toEqual(['number']);
  expect(typesOf(field('a', '2026-01-01', '2026-01-01T10:00:00Z'))).toEqual(['date']);
  expect(typesOf(field('a', 'true'))).toEqual(['flag']);
  expect(typesOf(field('a', '1', 'x'))).toContain('text');
  expect(typesOf(field('a'))).toEqual([]);
  expect(valuesOf(field('a', '["x", "y"]', 'x', '[z'))).toEqual(['x', 'y', '[z']);
});
