/**
 * `scoreline score`: files in, scores out. It decides what the result columns are, what the ranked table shows, and
 * what the summary tells; reading, scoring and writing are done elsewhere.
 */

import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Columns, contactAt } from '../core/columns.ts';
import { ScorelineError } from '../core/errors.ts';
import { explain, type Reason } from '../core/explain.ts';
import { finishRun, resultsAt } from '../core/kernel.ts';
import { type KernelResults, newRun } from '../core/kernel-run.ts';
import { needsOf } from '../core/needs.ts';
import type { Results } from '../core/scores.ts';
import { MILLION, type Model, rulesOf, type Score } from '../core/words.ts';
import type { Files, Loaded } from '../files/files.ts';
import type { ResultColumn } from '../files/results.ts';
import { formatOf } from '../files/source.ts';
import { openThreads } from '../threads.ts';
import { type FileFlags, type Inputs, unknownEvents, withInputs } from './inputs.ts';
import { type Heading, many, points, signed, table, when } from './show.ts';
import type { Surroundings } from './surroundings.ts';

interface ScoreFlags extends FileFlags {
  readonly out?: string;
  readonly companiesOut?: string;
  readonly reasons?: boolean;
  readonly rejects?: string;
}

/** Leads in the printed table, and reasons of each. */
const SHOWN = 20;
const REASONS_SHOWN = 3;

export async function scoreFiles(flags: ScoreFlags, around: Surroundings): Promise<void> {
  await checkOutputs(flags);
  // Threads start while the files are read.
  const threads = openThreads();
  try {
    await withInputs(flags, around, async (inputs) => {
      const { model, asOf, files } = inputs;
      around.progress('reading', 0);
      const loaded = await files.load(needsOf(model), asOf);
      const wanted = { next: flags.out !== undefined, reasons: flags.reasons === true };
      const run = newRun(model, loaded.columns, asOf, wanted);
      await threads.score(run, (share) => around.progress('scoring', share));
      finishRun(run, loaded.columns);
      around.progress('writing', 1);
      if (flags.out !== undefined) await files.writeResults(flags.out, 'contacts', contactColumns(model, run.results));
      if (flags.companiesOut !== undefined) {
        await files.writeResults(
          flags.companiesOut,
          'companies',
          scoreColumnsOf(model.companyScores, run.results.companies),
        );
      }
      if (flags.rejects !== undefined) await files.writeRejects(flags.rejects);
      around.progress('', null);
      if (flags.out === undefined) around.out(await ranking(inputs, loaded.columns, run.results, around.width));
      for (const sentence of summary(inputs, loaded, run.results, flags)) around.note(sentence);
    });
  } finally {
    await threads.close();
  }
}

/** Refuses before any work what would be refused when it is done, and what would overwrite an input. */
async function checkOutputs(flags: ScoreFlags): Promise<void> {
  const { out, companiesOut, rejects } = flags;
  if (companiesOut !== undefined && flags.companies === undefined)
    throw new ScorelineError('usage', '--companies-out needs --companies.');
  for (const path of [out, companiesOut]) {
    if (path !== undefined && path !== '-' && formatOf(path) === undefined)
      throw new ScorelineError('file_format', `${path}: the ending says no format.`);
  }
  const taken = new Set([flags.model, flags.contacts, flags.companies, flags.events].flatMap((path) => placeOf(path)));
  for (const path of [out, companiesOut, rejects]) {
    if (path === undefined) continue;
    const place = path === '-' ? path : resolve(path);
    if (taken.has(place))
      throw new ScorelineError('usage', `${path} is named twice; an output needs a place of its own.`);
    taken.add(place);
    if (path !== '-' && !(await isFolder(dirname(place))))
      throw new ScorelineError('file_unwritable', `${path} cannot be written: there is no folder ${dirname(path)}.`);
  }
}

/** Standard input is no place to write to. */
const placeOf = (path: string | undefined): string[] => (path === undefined || path === '-' ? [] : [resolve(path)]);

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );

function contactColumns(model: Model, results: KernelResults): ResultColumn[] {
  const { disqualified, stage, next, reasons } = results;
  const rules = rulesOf(model.scores);
  return [
    ...scoreColumnsOf(model.scores, results),
    { name: 'stage', kind: 'choice', places: stage, texts: model.stages.map(({ id }) => id) },
    // Places count from 1, and 0 is nobody's.
    {
      name: 'disqualified',
      kind: 'choice',
      places: disqualified.map((place) => place - 1),
      texts: model.disqualify.map(({ reason }) => reason),
    },
    { name: 'next_change_at', kind: 'instant', instants: next ?? new Float64Array(stage.length).fill(Number.NaN) },
    ...(reasons === null
      ? []
      : [
          reasonsColumn(
            rules.map(({ id }) => id),
            reasons,
          ),
        ]),
  ];
}

/** Points of every rule by its id, as JSON; no id needs escaping. */
const reasonsColumn = (ids: readonly string[], reasons: readonly Float64Array[]): ResultColumn => ({
  name: 'reasons',
  kind: 'json',
  json: (row) => `{${ids.map((id, i) => `"${id}":${points(reasons[i]?.[row] ?? 0)}`).join(',')}}`,
});

function scoreColumnsOf(
  scores: readonly Score[],
  results: Pick<KernelResults, 'scores' | 'grades' | 'bands'>,
): ResultColumn[] {
  return scores.flatMap((score, i): ResultColumn[] => {
    const { name, grades, bands } = score;
    const [own, grade, band] = [results.scores[i], results.grades[i], results.bands[i]];
    if (own === undefined || grade === undefined || band === undefined) return [];
    if (score.kind === 'grid') {
      return [gridColumn(scores, score, results.grades)];
    }
    return [
      { name, kind: 'points', points: own },
      ...(grades.length === 0
        ? []
        : [{ name: `${name}_grade`, kind: 'choice', places: grade, texts: grades.map((step) => step.name) } as const]),
      ...(bands.length === 0
        ? []
        : [{ name: `${name}_band`, kind: 'choice', places: band, texts: bands.map((step) => step.name) } as const]),
    ];
  });
}

/** Every cell that a grid can have, and which of them each row is in. */
function gridColumn(
  scores: readonly Score[],
  grid: Score & { kind: 'grid' },
  grades: readonly Uint8Array[],
): ResultColumn {
  const [letters, numbers] = grid.of.map((part) => {
    const place = scores.findIndex((score) => score.name === part);
    return { steps: scores[place]?.grades ?? [], places: grades[place] ?? new Uint8Array() };
  });
  const wide = numbers?.steps.length ?? 0;
  const texts = (letters?.steps ?? []).flatMap(({ name }) => Array.from({ length: wide }, (_, i) => `${name}${i + 1}`));
  // No grade is a place beyond every cell.
  const places = Int32Array.from(letters?.places ?? [], (letter, row) => {
    const number = numbers?.places[row] ?? wide;
    return number < wide ? letter * wide + number : texts.length;
  });
  return { name: grid.name, kind: 'choice', places, texts };
}

/** The score that leads are ranked by: the first that sums others, or the first with a number. */
export function leadingScore(model: Model): number {
  const sum = model.scores.findIndex((score) => score.kind === 'sum');
  return sum >= 0 ? sum : model.scores.findIndex((score) => score.kind !== 'grid');
}

/** The rows with the highest leading score; those without data and the disqualified come last. */
export function bestRows(model: Model, results: KernelResults, most: number): number[] {
  const score = results.scores[leadingScore(model)] ?? new Float64Array(results.known.length);
  const rank = (row: number): number =>
    results.known[row] === 0 ? -Infinity : (results.disqualified[row] ?? 0) > 0 ? -1e15 : (score[row] ?? 0);
  // One pass with a short list: sorting a million rows to show twenty would be waste.
  const best: number[] = [];
  for (let row = 0; row < results.known.length; row++) {
    if (best.length === most && rank(row) <= rank(best.at(-1) ?? 0)) continue;
    let place = best.length;
    while (place > 0 && rank(best[place - 1] ?? 0) < rank(row)) place--;
    best.splice(place, 0, row);
    if (best.length > most) best.pop();
  }
  return best;
}

async function ranking(
  { model, asOf, files }: Inputs,
  columns: Columns,
  results: KernelResults,
  width: number,
): Promise<string> {
  const rows = bestRows(model, results, SHOWN);
  const ids = await files.ids('contacts', rows);
  return rankingTable(model, asOf, columns, results, rows, ids, width);
}

/** Leads in order, with their scores and the reasons that weigh most. */
export function rankingTable(
  model: Model,
  asOf: number,
  columns: Columns,
  results: KernelResults,
  rows: readonly number[],
  ids: readonly string[],
  width: number,
): string {
  const headings: Heading[] = [
    { title: 'id' },
    ...model.scores.map(({ name, kind }) => ({ title: name, right: kind !== 'grid' })),
    { title: 'stage' },
    { title: 'strongest reasons' },
  ];
  const lines = rows.map((row, i) => {
    const scores = resultsAt(model.scores, results, row);
    const { reasons } = explain(model, contactAt(columns, row, asOf), asOf);
    return [
      ids[i] ?? '',
      ...model.scores.map((score) => scoreCell(score, scores)),
      standing(model, results, row),
      strongest(reasons),
    ];
  });
  return table(headings, lines, width);
}

function scoreCell(score: Score, results: Results): string {
  const result = results.get(score.name);
  if (score.kind === 'grid') return result?.cell ?? '';
  const mark = score.bands[result?.band ?? -1]?.name ?? score.grades[result?.grade ?? -1]?.name;
  const rounded = result?.points == null ? '' : points(Math.round(result.points / (MILLION / 10)) * (MILLION / 10));
  return mark === undefined ? rounded : `${rounded} ${mark}`;
}

function standing(model: Model, results: KernelResults, row: number): string {
  if (results.known[row] === 0) return 'no data';
  const entry = model.disqualify[(results.disqualified[row] ?? 0) - 1];
  return entry === undefined ? (model.stages[results.stage[row] ?? -1]?.id ?? '') : `out: ${entry.reason}`;
}

const strongest = (reasons: readonly Reason[]): string =>
  reasons
    .filter((reason) => reason.points !== 0)
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points))
    .slice(0, REASONS_SHOWN)
    .map((reason) => `${signed(reason.points)} ${reason.rule}`)
    .join(', ');

/** What was read, scored and refused, in sentences. */
function* summary(
  { model, asOf, files }: Inputs,
  loaded: Loaded,
  results: KernelResults,
  flags: ScoreFlags,
): Generator<string> {
  const { columns, misreads, repeated, ignored } = loaded;
  for (const sentence of columns.events.at.length > 0 ? unknownEvents(model, columns.events.nameValues) : [])
    yield `Warning: ${sentence}`;
  for (const { holder, field, as, count, example } of misreads) {
    yield `Warning: ${many(count, `value of ${holder} \`${field}\` is`, `values of ${holder} \`${field}\` are`)} no ${as}, such as “${example}”: missing to rules that compare one`;
  }
  const known = results.known.reduce((sum, one) => sum + one, 0);
  const out = results.disqualified.reduce((sum, place) => sum + Number(place > 0), 0);
  const later = countLater(columns.events.at, asOf);
  const parts = [
    many(known, 'contact'),
    ...(columns.companies.count > 0 ? [many(columns.companies.count, 'company', 'companies')] : []),
    many(columns.events.at.length - later, 'event'),
  ];
  yield `Scored ${parts.join(', ')} as of ${when(asOf)}${out > 0 ? `; ${many(out, 'contact is', 'contacts are')} disqualified` : ''}.`;
  if (known < columns.contacts.count)
    yield `${many(columns.contacts.count - known, 'contact has', 'contacts have')} no data, and no score.`;
  if (later > 0)
    yield `${many(later, 'event is', 'events are')} later than that and ${later === 1 ? 'does' : 'do'} not count.`;
  if (repeated > 0)
    yield `${many(repeated, 'event has', 'events have')} the id of an earlier one and ${repeated === 1 ? 'does' : 'do'} not count again.`;
  if (ignored > 0)
    yield `${many(ignored, 'event is', 'events are')} voided or made by a machine and ${ignored === 1 ? 'does' : 'do'} not count.`;
  yield* refusalLines(files, flags);
  if (flags.out === undefined && columns.contacts.count > SHOWN)
    yield `Shown are the best ${SHOWN} of ${many(columns.contacts.count, 'contact')}; --out writes all of them.`;
  for (const file of [flags.out, flags.companiesOut]) if (file !== undefined && file !== '-') yield `Wrote ${file}.`;
}

/** A plain loop: `reduce` over shared memory takes eight times as long. */
function countLater(at: Float64Array, asOf: number): number {
  let later = 0;
  for (let i = 0; i < at.length; i++) if ((at[i] ?? 0) > asOf) later++;
  return later;
}

function* refusalLines(files: Files, flags: ScoreFlags): Generator<string> {
  if (files.repaired > 0)
    yield `${many(files.repaired, 'row was', 'rows were')} quoted whole, as if one field, and read all the same.`;
  const refusals = files.refusals();
  for (const { path, reason, rows } of refusals) yield `Refused ${many(rows, 'row')} of ${path}: ${reason}.`;
  if (refusals.length > 0) {
    yield flags.rejects === undefined
      ? 'Name a file with --rejects to have the refused rows in it.'
      : `Wrote the refused rows to ${flags.rejects}.`;
  }
}
