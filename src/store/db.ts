/**
 * The database as four methods. It decides how values come and go (instants and points are numbers, not texts) and what
 * a lost connection is called; it refuses to know any table.
 */

import { type Connection, DatabaseError, Pool, type PoolClient, type Submittable, types } from 'pg';
import { ScorelineError } from '../core/errors.ts';
import { type Patience, patience } from './patience.ts';
import { type Silence, watchSilence } from './silence.ts';

type Row = Record<string, unknown>;

export interface Db {
  /** Runs one statement with bound values. @throws ScorelineError `database_unavailable` where nobody answers in time */
  rows<R extends object = Row>(text: string, values?: readonly unknown[]): Promise<R[]>;
  /**
   * Copies rows into a table: for many, much cheaper than an insert.
   * @param columns the table with its columns
   * @param lines as `columns.ts` writes them
   */
  copy(columns: string, lines: string): Promise<void>;
  /** Runs statements that hold together or not at all. Inside of another transaction it is part of that one. */
  transaction<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /** Runs several statements without values, as a migration has them. It waits out a server that stands still. */
  script(text: string): Promise<void>;
}

export interface Pooled extends Db {
  /** Where it leads, for other threads that open their own. */
  readonly url: string;
  /** The pool, for what brings its own queries: the job queue and the users' library. */
  readonly pool: Pool;
  close(): Promise<void>;
}

const INT8 = 20;

/** Whole numbers of eight bytes are instants, points and ids; none reaches 2^53. */
const parsers = {
  getTypeParser: (id: number, format?: 'text' | 'binary') =>
    id === INT8 && format !== 'binary' ? Number : types.getTypeParser(id, format),
};

/**
 * Opens a pool of connections. Nothing is asked of the server yet.
 * @param url a `postgres://` address
 * @param most how many connections at a time
 */
export function openDb(url: string, most = 12): Pooled {
  const pool = new Pool({
    connectionString: url,
    max: most,
    types: parsers,
    connectionTimeoutMillis: 5_000,
    application_name: 'scoreline',
  });
  // A connection that breaks while nobody uses it is taken out of the pool; who needs one next gets another.
  pool.on('error', () => {});
  const silence = watchSilence(pool, url);
  const connect = async (): Promise<PoolClient> => {
    if (silence.silent())
      throw new ScorelineError('database_unavailable', 'the database does not answer: it stands still');
    return pool.connect().catch(unavailable);
  };
  return {
    url,
    pool,
    rows: async (text, values) => {
      const client = await connect();
      return using(client, () => on(client, silence).rows(text, values));
    },
    copy: async (columns, lines) => {
      const client = await connect();
      return using(client, () => on(client, silence).copy(columns, lines));
    },
    script: async (text) => {
      const client = await connect();
      await using(client, () => on(client, silence).script(text));
    },
    transaction: async (work) => {
      const client = await connect();
      const db = on(client, silence);
      return using(client, async () => {
        await db.word(begin(patience()));
        try {
          const result = await work(db);
          await db.word('commit');
          return result;
        } catch (error) {
          // On a broken connection the server has rolled back already.
          await db.word('rollback').catch(() => {});
          throw error;
        }
      });
    },
    close: () => {
      silence.stop();
      return pool.end();
    },
  };
}

/** Gives a connection back, or away when it no longer works. */
async function using<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  let broken: Error | undefined;
  const note = (error: Error): void => {
    broken = error;
  };
  client.on('error', note);
  try {
    return await work();
  } catch (error) {
    if (error instanceof ScorelineError && error.code === 'database_unavailable') broken = error;
    throw error;
  } finally {
    client.off('error', note);
    client.release(broken);
  }
}

/** Statements that are asked again and again, by what the server calls them once it has read them. */
const names = new Map<string, { uses: number; name: string }>();
/** A statement that was asked so often will be asked again. */
const OFTEN = 20;
/** Statements that are put together anew for each search must not fill the server. */
const MOST_NAMES = 500;

function nameOf(text: string): { name?: string } {
  const known = names.get(text);
  if (known === undefined) {
    if (names.size < MOST_NAMES) names.set(text, { uses: 1, name: `s${names.size}` });
    return {};
  }
  known.uses++;
  return known.uses > OFTEN ? { name: known.name } : {};
}

/** In one go, for each trip to the server costs as much as a small statement. */
const begin = (bounds: Patience | undefined): string =>
  bounds === undefined ? 'begin' : `begin; set local lock_timeout = ${bounds.lock}`;

/** Rows on their way, as the driver takes what is no ordinary query. */
class CopyIn implements Submittable {
  readonly #text: string;
  readonly #lines: string;
  readonly handleReadyForQuery: () => void;
  readonly handleError: (error: Error) => void;

  constructor(text: string, lines: string, done: () => void, failed: (error: Error) => void) {
    this.#text = text;
    this.#lines = lines;
    this.handleReadyForQuery = done;
    this.handleError = failed;
  }

  submit(connection: Connection): void {
    connection.query(this.#text);
  }

  /** The driver's own way to say it copies the rows twice. */
  handleCopyInResponse({ stream }: Connection): void {
    const length = Buffer.byteLength(this.#lines);
    const message = Buffer.allocUnsafe(length + 10);
    message.write('d', 0, 'latin1');
    message.writeInt32BE(length + 4, 1);
    message.write(this.#lines, 5);
    message.write('c', length + 5, 'latin1');
    message.writeInt32BE(4, length + 6);
    stream.write(message);
  }

  handleCommandComplete(): void {}
}

/** A connection in somebody's hands. */
interface Held extends Db {
  /** Says a word about a transaction. */
  word(text: string): Promise<void>;
}

function on(client: PoolClient, silence: Silence): Held {
  const bounded = async <T>(ask: () => Promise<T>): Promise<T> => {
    silence.bound(client, patience()?.answer ?? null);
    try {
      return await ask().catch(unavailable);
    } finally {
      silence.bound(client, null);
    }
  };
  const db: Held = {
    rows: async (text, values = []) =>
      (await bounded(() => client.query({ ...nameOf(text), text, values: [...values] }))).rows,
    copy: (columns, lines) =>
      bounded(
        () =>
          new Promise<void>((done, failed) => {
            client.query(new CopyIn(`copy ${columns} from stdin`, lines, done, failed));
          }),
      ),
    word: async (text) => {
      await bounded(() => client.query(text));
    },
    script: async (text) => {
      silence.bound(client, null);
      await silence.spare(client, () => client.query(text)).catch(unavailable);
    },
    transaction: (work) => work(db),
  };
  return db;
}

/** Classes of states in which the same statement may succeed later: lost connections, lack of room, shutdown. */
const PASSING = ['08', '53', '57', '58'];
/** A statement that took longer than its caller allowed: the server is well. */
const CANCELED = '57014';

function unavailable(error: unknown): never {
  const answered = error instanceof DatabaseError;
  if (answered && (error.code === CANCELED || !PASSING.includes((error.code ?? '').slice(0, 2)))) throw error;
  throw new ScorelineError(
    'database_unavailable',
    `the database does not answer: ${error instanceof Error ? error.message : error}`,
  );
}
