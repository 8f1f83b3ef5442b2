/**
 * The command line: reads flags, calls, prints. It decides which words mean which call and with which status a
 * process ends; the work is in `commands/`.
 */

import { Command, CommanderError, Option } from 'commander';
import { agree } from './commands/agree.ts';
import { demo } from './commands/demo.ts';
import { explainOne } from './commands/explain.ts';
import { init } from './commands/init.ts';
import { readAsOf, readModel } from './commands/inputs.ts';
import { scoreFiles } from './commands/score.ts';
import { many } from './commands/show.ts';
import type { Surroundings } from './commands/surroundings.ts';
import { terminal } from './commands/terminal.ts';
import { diffModels } from './core/diff.ts';
import { errors, ScorelineError } from './core/errors.ts';
import { writeSql } from './core/sql.ts';
import { rulesOf } from './core/words.ts';

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
    .description('Writes a commented starter model, and beside it the schema by which editors complete it.')
    .argument('[file]', 'where to; - prints the model alone', 'model.yaml')
    .action((file: string) => init(file, around));

  command
    .command('demo')
    .description('Makes up leads, always the same ones, scores them and shows the best with their reasons.')
    .option('--folder <folder>', 'where to leave the made-up files', 'scoreline-demo')
    .action((flags) => demo(flags, around));

  // What follows brings a server and a database along; other commands start sooner without them.
  const dataFlag = new Option('--data <folder>', 'the folder that keeps everything; ./data unless given');
  const onData = (parent: Command, name: string, description: string): Command =>
    parent.command(name).description(description).addOption(dataFlag);

  onData(command, 'serve', 'Runs the service: collects, keeps and scores, and answers on a web address.')
    .option('--port <number>', 'the port to listen on; 3000 unless given')
    .option('--demo', 'fills the service with made-up leads, once')
    .action(async (flags) => (await import('./commands/serve.ts')).serve(flags, around));

  onData(command, 'import', 'Reads files of companies, contacts and events into the service, from where it was left.')
    .option('--companies <file>', 'companies: id, and optionally domain; the rest are traits')
    .option('--contacts <file>', 'contacts: id or email, and optionally created_at, company_id; the rest are traits')
    .option('--events <file>', 'events: contact_id or email, name, at, and optionally id; the rest are properties')
    .option('--mapping <file>', 'what the columns of each file are called here, as YAML or JSON')
    .option('--rejects <file>', 'where to write the rows that were refused, with line and reason, as CSV')
    .option('--dry-run', 'says what could be used, and keeps nothing')
    .action(async (flags) => (await import('./commands/import.ts')).importFiles(flags, around));

  onData(
    command,
    'doctor',
    'Says of each part of the service whether it is well, and what to do where it is not.',
  ).action(async (flags) => (await import('./commands/doctor.ts')).doctor(flags, around));

  const key = command.command('key').description('Keys by which programs call the service.');
  onData(key, 'create', 'Makes a key and prints it, this once.')
    .option('--read', 'it may read')
    .option('--write', 'it may read and write')
    .option('--name <name>', 'what it is for')
    .option('--expires <instant>', 'when it ends, such as 2027-01-31; never unless given')
    .action(async (flags) => (await import('./commands/key.ts')).keyCreate(flags, around));
  onData(key, 'list', 'Lists all keys, without the keys themselves.').action(async (flags) =>
    (await import('./commands/key.ts')).keyList(flags, around),
  );
  onData(key, 'revoke', 'Takes a key away for good.')
    .argument('<id>', 'its id, as `key list` shows it')
    .action(async (id, flags) => (await import('./commands/key.ts')).keyRevoke(id, flags, around));

  return command;
}

/**
 * Runs one command.
 * @param argv the words after the program's name
 * @returns the exit status: 0, 1 where an input or an answer is not as it should be, 2 where the call is wrong
 */
export async function run(argv: readonly string[], around: Surroundings): Promise<number> {
  try {
    await program(around).parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    around.progress('', null);
    return answer(error, around);
  }
}

/** Runs one command in the terminal of this process, and settles its exit status. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Who closes the pipe, as `head` does, has seen enough.
    if (error.code === 'EPIPE') process.exit(0);
    process.stderr.write(`standard output cannot be written: ${error.message}\n${errors.file_unwritable.next}\n`);
    process.exit(errors.file_unwritable.exit);
  });
  // Ended like this, and not by the signal itself, files that were not to stay are removed.
  for (const [signal, status] of SIGNALS) process.once(signal, () => process.exit(status));
  process.exitCode = await run(argv, terminal());
}

/** What shells call a process that was ended by a signal. */
const SIGNALS = [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const;

/** Prints what went wrong in one clear line, and what to do next, and returns the exit status. */
function answer(error: unknown, around: Surroundings): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    around.note(
      error.code === 'commander.help' ? program(around).helpInformation().trimEnd() : usageLine(error.message),
    );
    return errors.usage.exit;
  }
  if (error instanceof ScorelineError) {
    around.note(`${error.message}\n${error.next}`);
    return errors[error.code].exit;
  }
  if (error instanceof Error && 'syscall' in error) {
    // Of a folder for files that are not to stay, a disk that is full, and the like.
    around.note(`${error.message}\n${errors.file_unwritable.next}`);
    return errors.file_unwritable.exit;
  }
  throw error;
}

/** `error: unknown option '--modl'\n(Did you mean --model?)` as the other refusals are told. */
function usageLine(message: string): string {
  const line = message
    .replace(/^error: /, '')
    .replaceAll('\n', ' ')
    .replace(/\.+$/, '');
  return `${line}\n${errors.usage.next}`;
}
