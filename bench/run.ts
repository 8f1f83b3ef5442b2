// `npm run bench`: decides what is measured against what, checks that all sides give the same result, prints the figures
// and writes them into README.md. Refuses to judge: the figures that must be reached stand beside those that were.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Entrant, jsonLogicEngine, jsonRulesEngine, kernels, readFacts, zenEngine } from './attributes.ts';
import { AS_OF, generate } from './generate.ts';
import { openKernel, sameAsTable } from './kernel.ts';
import { type Cost, inTurns, machine, timed, wholeProcess } from './measure.ts';
import { loadColumns } from './rival.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

interface Line {
  what: string;
  by: string;
  figure: string;
  ratio: string;
}

const seconds = (cost: Cost | undefined): number => cost?.seconds ?? Number.NaN;
const times = (ratio: number): string => `${ratio < 100 ? ratio.toFixed(2) : Math.round(ratio).toLocaleString('en')}×`;
const figureOf = (cost: Cost): string =>
  `${cost.seconds.toFixed(2)} s${cost.peak === null ? '' : `, ${(cost.peak / 1024).toFixed(2)} GB`}`;

/** The lines of one comparison; ratios say how many times as quick as the last one. */
function linesOf(what: string, costs: ReadonlyMap<string, Cost>): Line[] {
  const last = seconds([...costs.values()].at(-1));
  return [...costs].map(([by, cost]) => ({ what, by, figure: figureOf(cost), ratio: times(last / cost.seconds) }));
}

/** The folder of made-up leads of a size, made when it is not there yet. */
async function leads(contacts: number, events: number): Promise<string> {
  const folder = here(`data/${contacts}-${events}`);
  if (!existsSync(join(folder, 'events.parquet'))) await generate({ contacts, events, folder, ids: false });
  return folder;
}

async function columns(folder: string, rounds: number): Promise<Line[]> {
  const duckdb = await loadColumns(folder);
  const kernel = await openKernel(folder);
  await duckdb.score();
  for (const results of [kernel.anew(), kernel.compiled(), await kernel.threads()])
    await sameAsTable(results, duckdb.db);
  const costs = await inTurns(rounds, [
    { name: 'kernel, 2 threads', run: () => timed(kernel.threads) },
    { name: 'kernel, 1 thread', run: () => timed(kernel.anew) },
    { name: 'kernel, 1 thread, compiled before', run: () => timed(kernel.compiled) },
    { name: 'DuckDB SQL, 2 threads', run: () => timed(duckdb.score) },
  ]);
  await kernel.close();
  duckdb.db.closeSync();
  return linesOf('24 rules, columns already filled', costs);
}

async function attributes(folder: string, rounds: number): Promise<Line[]> {
  const facts = await readFacts(folder, 200_000);
  const few = facts.slice(0, 20_000);
  const [warm, cold] = kernels(facts);
  const entrants: [Entrant, number][] = [
    [warm, facts.length],
    [cold, facts.length],
    [jsonLogicEngine(facts), facts.length],
    [zenEngine(facts), facts.length],
    [jsonRulesEngine(few), few.length],
  ];
  const expected = await warm.score();
  for (const [{ name, score }] of entrants) {
    const wrong = (await score()).findIndex((points, row) => points !== expected[row]);
    if (wrong !== -1) throw new Error(`${name} gives contact ${wrong} other points than the kernel`);
  }
  const costs = await inTurns(
    rounds,
    entrants.map(([{ name, score }]) => ({ name, run: () => timed(score) })),
  );
  const speed = entrants.map(([{ name }, count]) => ({ name, speed: count / seconds(costs.get(name)) }));
  const slowest = speed.at(-1)?.speed ?? Number.NaN;
  return speed.map(({ name, speed }) => ({
    what: '10 attribute rules, one thread',
    by: name,
    figure: `${Math.round(speed).toLocaleString('en')} contacts/s`,
    ratio: times(speed / slowest),
  }));
}

/** Both whole commands on one folder, and proof that they wrote the same. */
async function commands(folder: string, rounds: number): Promise<Map<string, Cost>> {
  const file = (name: string): string => join(folder, `${name}.parquet`);
  mkdirSync(join(folder, 'out'), { recursive: true });
  const [ours, theirs] = [join(folder, 'out', 'scoreline.parquet'), join(folder, 'out', 'duckdb.parquet')];
  const score = [here('../bin/scoreline.js'), 'score', '--model', here('model.yaml'), '--as-of', AS_OF, '--out', ours];
  const files = ['contacts', 'companies', 'events'].flatMap((name) => [`--${name}`, file(name)]);
  const costs = await inTurns(rounds, [
    { name: 'scoreline score', run: () => wholeProcess([...score, ...files]) },
    { name: 'DuckDB SQL', run: () => wholeProcess([here('rival.ts'), '--folder', folder, '--out', theirs]) },
  ]);
  await sameRows(ours, theirs);
  return costs;
}

async function sameRows(ours: string, theirs: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const db = await instance.connect();
  const row = `(round(fit::DOUBLE * 1e6)::BIGINT, round(interest::DOUBLE * 1e6)::BIGINT, round(total::DOUBLE * 1e6)::BIGINT,
    fit_grade, interest_grade, total_band, stage)`;
  const result = await db.runAndReadAll(
    `WITH ours AS (SELECT id, ${row} AS scores FROM read_parquet($ours)), theirs AS (SELECT id, ${row} AS scores FROM read_parquet($theirs))
     SELECT count(*), count(*) FILTER (ours.id IS NULL OR theirs.id IS NULL OR ours.scores IS DISTINCT FROM theirs.scores)
     FROM ours FULL JOIN theirs USING (id)`,
    { ours, theirs },
  );
  const [rows, different] = result.getRows()[0] ?? [];
  if (different !== 0n) throw new Error(`${different} of ${rows} rows differ between ${ours} and ${theirs}`);
  db.closeSync();
  instance.closeSync();
}

/** Ten times the events, with ten times the contacts and with the same: how many times the time. */
function growth(full: Map<string, Cost>, small: Map<string, Cost>, what: string): Line[] {
  return [...full].map(([by, cost]) => ({
    what,
    by,
    figure: `${seconds(small.get(by)).toFixed(2)} s → ${cost.seconds.toFixed(2)} s`,
    ratio: `${(cost.seconds / seconds(small.get(by))).toFixed(1)}× the time`,
  }));
}

function tableOf(lines: readonly Line[]): string {
  const rows = lines.map(({ what, by, figure, ratio }) => `| ${what} | ${by} | ${figure} | ${ratio} |`);
  return ['| what | by | figure | ratio |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function commit(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: here('.'), encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ' with changes';
  return `${git('rev-parse', '--short', 'HEAD')}${changed}`;
}

function writeFigures(text: string): void {
  const readme = here('README.md');
  const [before, rest] = readFileSync(readme, 'utf8').split('<!-- figures -->');
  const after = rest?.split('<!-- end of figures -->')[1];
  if (after === undefined)
    throw new Error(`${readme}: the marks <!-- figures --> and <!-- end of figures --> are gone`);
  writeFileSync(readme, `${before}<!-- figures -->\n${text}\n<!-- end of figures -->${after}`);
}

const { values } = parseArgs({
  options: { scale: { type: 'string', default: '1' }, rounds: { type: 'string', default: '5' } },
});
const [scale, rounds] = [Number(values.scale), Number(values.rounds)];
if (!(scale >= 0.001 && scale <= 1) || !Number.isInteger(rounds) || rounds < 1) {
  console.error('bench: --scale takes a number from 0.001 to 1, --rounds a whole number from 1');
  process.exit(2);
}

const sized = (contacts: number, events: number): Promise<string> =>
  leads(Math.round(contacts * scale), Math.round(events * scale));
const full = await sized(1_000_000, 20_000_000);
const lines = [...(await columns(full, rounds)), ...(await attributes(full, rounds))];
console.log(tableOf(lines));
const whole = await commands(full, rounds);
const tenth = await commands(await sized(100_000, 2_000_000), rounds);
const fewEvents = await commands(await sized(1_000_000, 2_000_000), rounds);
lines.push(
  ...linesOf('whole command, Parquet to Parquet', whole),
  ...growth(whole, tenth, 'ten times the contacts and events'),
  ...growth(whole, fewEvents, 'the same contacts, ten times the events'),
);
const table = tableOf(lines);
console.log(table);
const day = new Date().toISOString().slice(0, 10);
if (scale === 1) writeFigures(`${machine()}; commit ${commit()}; ${day}; medians of ${rounds} rounds.\n\n${table}`);
