// Decides how general rule engines do the ten rules of attributes.yaml, each in the quickest way found, and that they all
// give the same points. Refuses to know about events, files of results, or how often a measurement is repeated.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { ZenEngine } from '@gorules/zen-engine';
import jsonLogic, { type RulesLogic } from 'json-logic-js';
import { Engine, type RuleProperties } from 'json-rules-engine';
import { columnsOf } from '../src/core/columns.ts';
import { scorerOf } from '../src/core/kernel.ts';
import { newRun, type Run } from '../src/core/kernel-run.ts';
import { parseModel } from '../src/core/model.ts';
import { needsOf } from '../src/core/needs.ts';
import type { Contact } from '../src/core/words.ts';
import { AS_OF } from './generate.ts';

/** What is known of one contact. Text is folded, numbers are read, a missing answer is null. `title` stands between spaces. */
export interface Facts {
  title: string | null;
  department: string | null;
  country: string | null;
  industry: string | null;
  employees: number | null;
  phone: string | null;
  budget: number | null;
  source: string | null;
}

/**
 * One engine with its rules compiled and its contacts in the form it likes best. `score` gives the points of each contact
 * in thousandths, in order.
 */
export interface Entrant {
  name: string;
  score(): Promise<Int32Array>;
}

/** Reads the first contacts of a made-up file. Folding and the reading of numbers happen here, before anything is timed. */
export async function readFacts(folder: string, count: number): Promise<Facts[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const db = await instance.connect();
  const result = await db.runAndReadAll(
    'SELECT title, department, country, industry, employees, phone, budget, "source" FROM read_parquet($file) LIMIT $count',
    { file: join(folder, 'contacts.parquet'), count },
  );
  const facts = result
    .getRows()
    .map(([title, department, country, industry, employees, phone, budget, source]): Facts => {
      const words = fold(title)
        ?.replace(/[^\p{L}\p{Nd}]+/gu, ' ')
        .trim();
      const amount = fold(budget);
      return {
        title: words ? ` ${words} ` : null,
        department: fold(department),
        country: fold(country),
        industry: fold(industry),
        employees: typeof employees === 'number' ? employees : null,
        phone: fold(phone),
        budget: amount !== null && /^\d+(\.\d*)?$/.test(amount) ? Number(amount) : null,
        source: fold(source),
      };
    });
  db.closeSync();
  instance.closeSync();
  return facts;
}

function fold(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  return value.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim().replace(/\s+/g, ' ') || null;
}

const DECIDES = ['ceo', 'cto', 'founder', 'director', 'head of'];
const BUYS_NOTHING = ['student', 'intern', 'assistant'];
const INDUSTRIES = ['software', 'finance', 'insurance', 'health care', 'telecom'];
const REGION = ['de', 'at', 'ch', 'fr', 'nl', 'gb', 'us', 'ro'];
const WORD_OF_MOUTH = ['referral', 'partner', 'event'];
const TECHNICAL = ['engineering', 'it', 'security', 'data'];

/**
 * The kernel on one thread, twice: compiled once as the others are, and from the model on each time (looking at every
 * distinct text, writing the code, compiling it, scoring). Its columns are filled before, as the others' objects are.
 */
export function kernels(facts: readonly Facts[]): [warm: Entrant, cold: Entrant] {
  const model = parseModel(readFileSync(new URL('attributes.yaml', import.meta.url), 'utf8'), 'attributes.yaml');
  const contacts = facts.map((one, row): Contact => {
    const known = Object.entries(one).flatMap(([field, value]) =>
      value === null ? [] : [[field, String(value)] as const],
    );
    const none = { email: null, createdAt: null, companyId: null, company: null, events: [] };
    return { id: String(row), traits: new Map(known), hasTraits: known.length > 0, ...none };
  });
  const columns = columnsOf(contacts, needsOf(model));
  // Code is compiled once for each model; a copy is a model of its own.
  const begin = () => newRun(structuredClone(model), columns, Date.parse(AS_OF), { next: false, reasons: false });
  const points = (run: Run, score: (first: number, last: number) => void): Int32Array => {
    score(0, facts.length);
    const given = run.results.scores[0] ?? new Float64Array(0);
    const thousandths = new Int32Array(facts.length);
    // A contact of whom nothing is known has no score here (NaN, which becomes 0), and no points there.
    for (let row = 0; row < thousandths.length; row++) thousandths[row] = (given[row] ?? 0) / 1000;
    return thousandths;
  };
  const once = begin();
  const compiled = scorerOf(once);
  return [
    { name: 'kernel', score: async () => points(once, compiled) },
    {
      name: 'kernel, compiled anew',
      async score() {
        const run = begin();
        return points(run, scorerOf(run));
      },
    },
  ];
}

/** One engine with ten rules; each run gives it one contact. It has no way to take many at once. */
export function jsonRulesEngine(facts: readonly Facts[]): Entrant {
  const rule = (points: number, ...all: { fact: keyof Facts; operator: string; value: unknown }[]): RuleProperties => ({
    conditions: { all },
    event: { type: 'points', params: { points } },
  });
  const engine = new Engine([
    rule(25_000, { fact: 'title', operator: 'mentions', value: DECIDES.map((word) => ` ${word} `) }),
    rule(-15_000, { fact: 'title', operator: 'mentions', value: BUYS_NOTHING.map((word) => ` ${word} `) }),
    rule(
      20_000,
      { fact: 'employees', operator: 'greaterThanInclusive', value: 10 },
      { fact: 'employees', operator: 'lessThanInclusive', value: 500 },
    ),
    rule(-5_000, { fact: 'employees', operator: 'greaterThan', value: 1000 }),
    rule(15_500, { fact: 'industry', operator: 'in', value: INDUSTRIES }),
    rule(
      -20_000,
      { fact: 'country', operator: 'notEqual', value: null },
      { fact: 'country', operator: 'notIn', value: REGION },
    ),
    rule(5_000, { fact: 'phone', operator: 'notEqual', value: null }),
    rule(12_250, { fact: 'budget', operator: 'greaterThanInclusive', value: 10_000 }),
    rule(8_000, { fact: 'source', operator: 'in', value: WORD_OF_MOUTH }),
    rule(
      6_000,
      { fact: 'department', operator: 'in', value: TECHNICAL },
      { fact: 'employees', operator: 'greaterThanInclusive', value: 50 },
    ),
  ]);
  engine.addOperator(
    'mentions',
    (title: string | null, words: string[]) => title !== null && words.some((word) => title.includes(word)),
  );
  return {
    name: 'json-rules-engine',
    async score() {
      const points = new Int32Array(facts.length);
      for (const [at, one] of facts.entries()) {
        const { events } = await engine.run({ ...one });
        points[at] = events.reduce((sum, event) => sum + Number(event.params?.points), 0);
      }
      return points;
    },
  };
}

/** One expression that adds up the ten; `mentions` is an operation of its own, quicker than an `or` of substrings. */
export function jsonLogicEngine(facts: readonly Facts[]): Entrant {
  jsonLogic.add_operation(
    'mentions',
    (title: string | null, words: string[]) => title !== null && words.some((word) => title.includes(word)),
  );
  const present = (field: keyof Facts): object => ({ '!==': [{ var: field }, null] });
  const mentions = (words: string[]): object => ({ mentions: [{ var: 'title' }, words.map((word) => ` ${word} `)] });
  const oneOf = (field: keyof Facts, values: string[]): object => ({ in: [{ var: field }, values] });
  const rules: [object, number][] = [
    [mentions(DECIDES), 25_000],
    [mentions(BUYS_NOTHING), -15_000],
    [{ and: [present('employees'), { '<=': [10, { var: 'employees' }, 500] }] }, 20_000],
    [{ and: [present('employees'), { '>': [{ var: 'employees' }, 1000] }] }, -5_000],
    [oneOf('industry', INDUSTRIES), 15_500],
    [{ and: [present('country'), { '!': [oneOf('country', REGION)] }] }, -20_000],
    [present('phone'), 5_000],
    [{ and: [present('budget'), { '>=': [{ var: 'budget' }, 10_000] }] }, 12_250],
    [oneOf('source', WORD_OF_MOUTH), 8_000],
    [{ and: [oneOf('department', TECHNICAL), present('employees'), { '>=': [{ var: 'employees' }, 50] }] }, 6_000],
  ];
  // The package's types know no operation that was added to it.
  const sum = { '+': rules.map(([when, points]) => ({ if: [when, points, 0] })) } as RulesLogic;
  return {
    name: 'json-logic-js',
    async score() {
      return Int32Array.from(facts, (one) => jsonLogic.apply(sum, one));
    },
  };
}

/**
 * One decision whose expression maps over a thousand contacts at a time. Contacts a second measured for the other uses of
 * it: one `evaluate` per contact with an expression node 6,000 and with a decision table 12,000; two hundred of them under
 * way at once 30,000; `evaluateExpressionSync` 26,000; a looping decision table over 1,000 contacts 65,000; a looping
 * expression node 75,000; this 100,000 (100 at a time 88,000; 10,000 at a time 70,000).
 */
export function zenEngine(facts: readonly Facts[]): Entrant {
  const quoted = (values: string[]): string => `[${values.map((value) => `'${value}'`).join(', ')}]`;
  const mentions = (words: string[]): string =>
    `#.title != null and (${words.map((word) => `contains(#.title, ' ${word} ')`).join(' or ')})`;
  const rules: [string, number][] = [
    [mentions(DECIDES), 25_000],
    [mentions(BUYS_NOTHING), -15_000],
    ['#.employees != null and #.employees in [10..500]', 20_000],
    ['#.employees != null and #.employees > 1000', -5_000],
    [`#.industry in ${quoted(INDUSTRIES)}`, 15_500],
    [`#.country != null and #.country not in ${quoted(REGION)}`, -20_000],
    ['#.phone != null', 5_000],
    ['#.budget != null and #.budget >= 10000', 12_250],
    [`#.source in ${quoted(WORD_OF_MOUTH)}`, 8_000],
    [`#.department in ${quoted(TECHNICAL)} and #.employees != null and #.employees >= 50`, 6_000],
  ];
  const value = `map(contacts, ${rules.map(([when, points]) => `((${when}) ? ${points} : 0)`).join(' + ')})`;
  const position = { x: 0, y: 0 };
  const decision = new ZenEngine().createDecision({
    contentType: 'application/vnd.gorules.decision',
    nodes: [
      { id: 'in', name: 'in', type: 'inputNode', position },
      {
        id: 'sum',
        name: 'sum',
        type: 'expressionNode',
        position,
        content: { expressions: [{ id: 'points', key: 'points', value }] },
      },
      { id: 'out', name: 'out', type: 'outputNode', position },
    ],
    edges: [
      { id: 'a', sourceId: 'in', targetId: 'sum', type: 'edge' },
      { id: 'b', sourceId: 'sum', targetId: 'out', type: 'edge' },
    ],
  });
  const atOnce = 1000;
  const parts = Array.from({ length: Math.ceil(facts.length / atOnce) }, (_, part) => ({
    contacts: facts.slice(part * atOnce, (part + 1) * atOnce),
  }));
  return {
    name: '@gorules/zen-engine',
    async score() {
      const points = new Int32Array(facts.length);
      for (const [part, context] of parts.entries()) {
        const { result } = await decision.evaluate(context);
        points.set(result.points, part * atOnce);
      }
      return points;
    },
  };
}
