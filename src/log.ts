/**
 * The log of a service: one JSON object a line on standard error. It decides that no line holds what a person sent or a
 * secret: of the database's errors only the code and the place are written, since their texts quote values.
 */

import { DatabaseError } from 'pg';
import { destination, type Logger, pino, stdSerializers, stdTimeFunctions } from 'pino';
import type { Config } from './config.ts';

export function createLog(level: Config['SCORELINE_LOG']): Logger {
  return pino(
    {
      level,
      base: null,
      formatters: { level: (label) => ({ level: label }) },
      timestamp: stdTimeFunctions.isoTime,
      serializers: { err: withoutValues },
    },
    destination({ dest: 2, sync: true }),
  );
}

/** Classes of states whose texts quote what somebody sent: wrong data, and rows that are there already. */
const QUOTING = ['22', '23'];

function withoutValues(error: Error): object {
  if (!(error instanceof DatabaseError)) {
    const { type, message, stack } = stdSerializers.err(error);
    return { type, message, stack, ...('code' in error ? { code: error.code } : {}) };
  }
  const { code = '', table, column, constraint, routine } = error;
  const message = QUOTING.includes(code.slice(0, 2)) ? 'the database refused a value' : error.message;
  return { type: 'DatabaseError', code, message, table, column, constraint, routine };
}
