/**
 * Everything that can be refused, in one table: code, exit status of the command line, status of the HTTP API, and
 * what to do next. It decides the words of a refusal; it refuses to know where it is shown.
 */

interface Row {
  /** 1: the input or the answer is not as it should be; 2: the command was called wrongly. */
  readonly exit: 1 | 2;
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 429 | 500 | 503;
  readonly next: string;
}

export const errors = {
  model_invalid: { exit: 1, status: 400, next: 'Mend the lines named above; `scoreline check` shows them again.' },
  model_unwritable: {
    exit: 1,
    status: 400,
    next: 'Change the model, or use the other dialect, or `scoreline score`, which has no such limit.',
  },
  file_unreadable: { exit: 1, status: 400, next: 'Check the path and that you may read it.' },
  file_unwritable: { exit: 1, status: 500, next: 'Check the folder, its rights and the space left on the disk.' },
  file_format: { exit: 1, status: 400, next: 'Use .csv, .parquet or .ndjson, or `-` for standard input or output.' },
  column_missing: { exit: 1, status: 400, next: 'Add the column to the file, or name the right one.' },
  as_of_invalid: {
    exit: 2,
    status: 400,
    next: 'Write an instant as 2026-01-31, 2026-01-31T09:30:00Z or epoch milliseconds.',
  },
  contact_unknown: { exit: 1, status: 404, next: 'Look the id up in the contacts file; ids are compared exactly.' },
  field_unknown: { exit: 1, status: 400, next: 'Mend the name in the model, or leave --strict out to go on.' },
  forms_disagree: {
    exit: 1,
    status: 500,
    next: 'This is a defect of Scoreline: please report it with the model and the rows named above.',
  },
  database_unavailable: {
    exit: 1,
    status: 503,
    next: 'Try again in a moment; where it lasts, check that PostgreSQL runs and that DATABASE_URL leads to it.',
  },
  database_newer: { exit: 1, status: 500, next: 'Install the version of Scoreline that last used this database.' },
  data_in_use: { exit: 1, status: 500, next: 'Stop the other one first, or name another folder with --data.' },
  port_in_use: { exit: 1, status: 500, next: 'Stop the other program, or name another port with --port.' },
  unwell: { exit: 1, status: 503, next: 'Do what the lines above say, then look again.' },
  setting_invalid: { exit: 2, status: 500, next: 'docs/settings.md lists every setting and what it takes.' },
  request_invalid: { exit: 1, status: 400, next: '/openapi.json says what this address takes.' },
  too_large: { exit: 1, status: 413, next: 'Send less at a time.' },
  unauthenticated: { exit: 1, status: 401, next: 'Send a key as `Authorization: Bearer KEY`, or sign in.' },
  forbidden: { exit: 1, status: 403, next: 'Ask an administrator for a key or a role that may do this.' },
  not_found: { exit: 1, status: 404, next: 'Check the address; /openapi.json lists what is there.' },
  conflict: { exit: 1, status: 409, next: 'Look at its present state, then decide again.' },
  too_busy: { exit: 1, status: 429, next: 'Wait as long as `Retry-After` says, then send it again.' },
  internal: { exit: 1, status: 500, next: 'This is a defect of Scoreline: please report it with the line of the log.' },
  usage: { exit: 2, status: 400, next: '`scoreline help` lists the commands and their flags.' },
} as const satisfies Record<string, Row>;

export type ErrorCode = keyof typeof errors;

/** A refusal that the user can mend: one clear line, a code from the table, and what to do next. */
export class ScorelineError extends Error {
  readonly code: ErrorCode;
  readonly next: string;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.name = 'ScorelineError';
    this.code = code;
    this.next = errors[code].next;
  }
}

/** One thing that is wrong with a model document, and where. */
export interface Problem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** Lines and columns count from 1; null for a document that is no text. */
  readonly line: number | null;
  readonly column: number | null;
}

/** A model document that cannot be used; every problem found is listed. */
export class ModelError extends ScorelineError {
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    super(
      'model_invalid',
      problems
        .map(({ line, column, path, message }) => {
          const place = line === null ? '' : `:${line}:${column}`;
          return `${file}${place}: ${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`;
        })
        .join('\n'),
    );
    this.name = 'ModelError';
    this.problems = problems;
  }
}
