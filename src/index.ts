/** The library: what a program may import, and nothing else. */

export { columnsOf } from './core/columns.ts';
export { diffModels } from './core/diff.ts';
export { ModelError, ScorelineError } from './core/errors.ts';
export { type Explanation, explain, explainCompany, type Reason } from './core/explain.ts';
export { resultsAt, scoreColumns } from './core/kernel.ts';
export type { KernelResults, Wanted } from './core/kernel-run.ts';
export { checkModel, defineModel, modelJsonSchema, parseModel } from './core/model.ts';
export { needsOf } from './core/needs.ts';
export { type Language, languages } from './core/phrases/languages.ts';
export { profile } from './core/profile.ts';
export type { ModelDocument } from './core/schema.ts';
export { type Sentence, sentencesOf } from './core/sentences.ts';
export { type SqlOptions, type SqlStatement, writeSql } from './core/sql.ts';
export { preparedRows, tablesFor } from './core/sql-tables.ts';
export type { Company, Contact, Event, Model, Value } from './core/words.ts';
