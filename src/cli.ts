/**
 * The command line: reads flags, calls, prints. It decides which words mean which call and with which status a
 * process ends; the work is in `commands/`.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { Command, CommanderError, Option } from 'commander';
import { agree } from './commands/agree.ts';
import { demo } from './commands/demo.ts';
import { explainOne } from './commands/explain.ts';
import { readAsOf, readModel } from './commands/inputs.ts';
import { scoreFiles } from './commands/score.ts';
import { many } from './commands/show.ts';
import type { Surroundings } from './commands/surroundings.ts';
import { diffModels } from './core/diff.ts';
import { errors, ScorelineError } from './core/errors.ts';
import { writeSql } from './core/sql.ts';
import { rulesOf } from './core/words.ts';

const STARTER = new URL('../models/starter.yaml', import.meta.url);

/** The program with all of its commands and flags, as the documentation check sees it. */
export function program(around: Surroundings = terminal()): Command {
  const command = new Command('scoreline')
    .description('Scores B2B leads, and shows its reasons.')
    .exitOverride()
    .configureOutput({ writeOut: (text) => around.out(text.trimEnd()), writeErr: () => {} })
    .showSuggestionAfterError();

  const modelFlag = new Option('--model <file>', 'the model document, YAML or JSON').makeOptionMandatory();
  const asOfFlag = new Option('--as-of <instant>', 'the instant for which scores hold; the present one unless given');
  const withFiles = (name: string, description: string): Command =>
    command
      .command(name)
      .description(description)
      .addOption(modelFlag)
      .requiredOption(
        '--contacts <file>',
        'contacts: id, and optionally email, created_at, company_id; the rest are traits',
      )
      .option('--companies <file>', 'companies: id, and optionally domain; the rest are traits')
      .option('--events <file>', 'events: contact_id, name, at, and optionally id; the rest are properties')
      .addOption(asOfFlag)
      .option('--id <column>', 'the column of the contacts file that holds the id, when it is not `id`')
      .option('--strict', 'an unknown field name is an error instead of a warning');

  withFiles('score', 'Scores files. Without --out it prints a ranked table with the top reasons.')
    .option(
      '--out <file>',
      'where to write the scores of contacts: .csv, .parquet, .ndjson, or - for CSV on standard output',
    )
    .option('--companies-out <file>', 'where to write the scores of companies')
    .option('--reasons', 'adds a column with what every rule gave, as JSON')
    .option('--rejects <file>', 'where to write the rows that were refused, with line and reason, as CSV')
    .action((flags) => scoreFiles(flags, around));

  withFiles('explain', 'Shows one contact: every rule, what it gave, and the events that counted.')
    .requiredOption('--contact <id>', 'the id of the contact')
    .action((flags) => explainOne(flags, around));

  command
    .command('check')
    .description('Checks a model document.')
    .argument('<file>', 'the model document')
    .action(async (file: string) => {
      const model = await readModel(file);
      const parts = [
        many(rulesOf(model.scores).length + rulesOf(model.companyScores).length, 'rule'),
        many(model.scores.length + model.companyScores.length, 'score'),
        many(model.stages.length, 'stage'),
      ];
      around.out(`${file}: ${model.title}: ${parts.join(', ')}; nothing is wrong.`);
    });

  command
    .command('diff')
    .description('Says in sentences what changed from one model to another.')
    .argument('<before>', 'the older model document')
    .argument('<after>', 'the newer model document')
    .action(async (before: string, after: string) => {
      const sentences = diffModels(await readModel(before), await readModel(after));
      around.out(sentences.length === 0 ? 'Nothing that could change a result.' : sentences.join('\n'));
    });

  command
    .command('sql')
    .description('Prints a model as one SQL statement with its values.')
    .addOption(modelFlag)
    .addOption(new Option('--dialect <name>', 'the database').choices(['postgres', 'duckdb']).makeOptionMandatory())
    .addOption(new Option('--of <table>', 'whose scores').choices(['contacts', 'companies']).default('contacts'))
    .addOption(asOfFlag)
    .action(
      async (flags: { model: string; dialect: 'postgres' | 'duckdb'; of: 'contacts' | 'companies'; asOf?: string }) => {
        const asOf = readAsOf(flags.asOf, around.now);
        const { text, values } = writeSql(await readModel(flags.model), { dialect: flags.dialect, of: flags.of, asOf });
        // JSON keeps a value on its line, so that no value can end the comment.
        around.out([text, ...values.map((value, i) => `-- $${i + 1} = ${JSON.stringify(value)}`)].join('\n'));
      },
    );

  withFiles('agree', 'Scores files in all three forms, explain, kernel and SQL, and compares every row.').action(
    (flags) => agree(flags, around),
  );

  command
    .command('init')
    .description('Writes a commented starter model.')
    .argument('[file]', 'where to', 'model.yaml')
    .action(async (file: string) => {
      const text = await readFile(STARTER, 'utf8');
      if (file === '-') return around.out(text.trimEnd());
      // `wx` never overwrites: somebody's model is worth more than ours.
      await writeFile(file, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
        const why = error.code === 'EEXIST' ? 'it is there already' : (error.code ?? error.message);
        throw new ScorelineError('file_unwritable', `cannot write ${file}: ${why}`);
      });
      around.out(`Wrote ${file}. Check it with: scoreline check ${file}`);
    });

  command
    .command('demo')
    .description('Makes up leads, always the same ones, scores them and shows the best with their reasons.')
    .option('--folder <folder>', 'where to leave the made-up files', 'scoreline-demo')
    .action((flags) => demo(flags, around));

  return command;
}

/**
 * Runs one command.
 * @param argv the words after the program's name
 */
export async function main(argv: readonly string[]): Promise<void> {
  const around = terminal();
  try {
    await program(around).parseAsync([...argv], { from: 'user' });
  } catch (error) {
    around.progress('', null);
    process.exitCode = answer(error, around);
  }
}

/** Prints what went wrong in one clear line and returns the exit status. */
function answer(error: unknown, around: Surroundings): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    around.note(
      error.code === 'commander.help' ? program(around).helpInformation() : `${error.message}. ${errors.usage.next}`,
    );
    return errors.usage.exit;
  }
  if (error instanceof ScorelineError) {
    around.note(`${error.message}\n${error.next}`);
    return errors[error.code].exit;
  }
  throw error;
}

function terminal(): Surroundings {
  const watched = process.stderr.isTTY === true;
  let shown = false;
  let began = 0;
  return {
    now: () => Date.now(),
    out: (text) => process.stdout.write(`${text}\n`),
    note: (text) => process.stderr.write(`${text}\n`),
    progress: (label, share) => {
      if (!watched) return;
      if (share === null) {
        if (shown) process.stderr.write('\r\x1b[K');
        shown = false;
        began = 0;
        return;
      }
      const now = performance.now();
      began ||= now;
      // Work of under a second is over before anybody could read it.
      if (now - began < 1000) return;
      shown = true;
      const full = Math.round(share * 30);
      process.stderr.write(`\r${label} ${'█'.repeat(full)}${'░'.repeat(30 - full)} ${Math.round(share * 100)} %\x1b[K`);
    },
    width: process.stdout.columns ?? 140,
  };
}
