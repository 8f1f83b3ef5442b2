// The published JSON Schema: in step with the program, true of every ready model, and no friend of typos.
import { globSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { modelJsonSchema } from '../src/core/model.ts';

const read = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8');
const schema = JSON.parse(read('scoreline-model.schema.json'));
const isModel = new Ajv2020({ allowUnionTypes: true }).compile(schema);
/** Where a document breaks the schema; the parts of a union are named too. */
const breaches = (document: unknown): string[] =>
  isModel(document) ? [] : (isModel.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);

test('the published file is the schema of the program (CONTRIBUTING says how to write it anew)', () => {
  expect(schema).toEqual(modelJsonSchema());
});

test.each(globSync('*.yaml', { cwd: import.meta.dirname }).sort())('%s is valid', (file) => {
  expect(breaches(parse(read(file), { version: '1.2' }))).toEqual([]);
});

test.each<[string, string, string]>([
  ['a key of the model', 'stages:', 'stagse:'],
  ['a key of a score', 'range: [0, 50]', 'ragne: [0, 50]'],
  ['a key of a rule', 'points: 30', 'ponits: 30'],
  ['a key of an event rule', 'within: 30d', 'wihtin: 30d'],
  ['an operator', 'mentions: [ceo', 'mentoins: [ceo'],
  ['an operator in a stage', 'atLeast: 50', 'atleast: 50'],
  ['a count', 'count: { atLeast: 3 }', 'count: { atLest: 3 }'],
  ['a period', 'per: day', 'per: month'],
  ['a value of the wrong type', 'points: 30', 'points: thirty'],
  ['a name with a space', 'id: decides', 'id: it decides'],
  ['a range of three', 'range: [0, 100]', 'range: [0, 50, 100]'],
])('%s with a typo is refused', (_, right, wrong) => {
  const text = read('starter.yaml');
  expect(text).toContain(right);
  expect(breaches(parse(text))).toEqual([]);
  expect(breaches(parse(text.replace(right, wrong)))).not.toEqual([]);
});
