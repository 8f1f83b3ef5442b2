/**
 * Tells pages that something changed, by server-sent events. It decides how often is looked and how many may listen; what
 * changed is seen in src/store/live.ts, and what a page does about it is the page's.
 *
 * Looking costs one small query a second while anybody of this process listens, and nothing else: what comes in is not
 * slowed by telling, and other processes need not tell this one.
 */

import { PassThrough } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { ScorelineError } from '../core/errors.ts';
import { type Marks, readMarks, type Topic, topics } from '../store/live.ts';
import { type Desk, typed } from './shapes.ts';

/** Milliseconds between two looks. */
const LOOK = 1_000;
/** Looks between two signs of life; at each it is seen whether the session still is. */
const BEAT = 15;
/** Listeners of one process. */
const MOST = 1_000;
/** Bytes that may wait for somebody who does not read. */
const UNREAD = 65_536;

interface Listener {
  readonly stream: PassThrough;
  /** Whether who listens may still do so. */
  readonly stays: () => Promise<boolean>;
}

export function liveRoutes(plain: FastifyInstance, { app, users }: Desk): void {
  const listeners = new Set<Listener>();
  let timer: NodeJS.Timeout | undefined;
  let before: Marks | undefined;
  /** Topics that changed at the last look: the change may have been committed, or scored, only after it. */
  let warm = new Set<Topic>();
  let looks = 0;

  const say = (text: string): void => {
    for (const { stream } of listeners) {
      if (stream.writableLength > UNREAD) stream.destroy();
      else stream.write(text);
    }
  };

  async function look(): Promise<void> {
    const marks = await readMarks(app.db);
    const past = before;
    const changed = past === undefined ? [] : topics.filter((topic) => marks[topic] !== past[topic]);
    before = marks;
    const told = [...new Set([...changed, ...warm])];
    warm = new Set(changed);
    if (told.length > 0) say(`data: ${JSON.stringify(told)}\n\n`);
    if (++looks % BEAT !== 0) return;
    say(': still here\n\n');
    for (const listener of listeners) if (!(await listener.stays())) listener.stream.end();
  }

  function wait(): void {
    timer = setTimeout(() => {
      look()
        // A database that does not answer changes nothing that could be told.
        .catch((err: unknown) => app.log.debug({ err }, 'nobody could look for changes'))
        .finally(() => {
          timer = undefined;
          if (listeners.size > 0) wait();
          else before = undefined;
        });
    }, LOOK).unref();
  }

  // What listens never ends by itself, and closing waits for what runs.
  plain.addHook('preClose', async () => {
    clearTimeout(timer);
    for (const { stream } of listeners) stream.end();
    listeners.clear();
  });

  typed(plain).get(
    '/api/live',
    {
      config: { right: 'contact.read' },
      schema: {
        tags: ['live'],
        summary: `Server-sent events: lists of what changed, of ${topics.join(', ')}`,
        produces: ['text/event-stream'],
      },
    },
    async (request, reply) => {
      if (listeners.size >= MOST) throw new ScorelineError('too_busy', `${MOST} listen already`);
      const stream = new PassThrough();
      const { cookie } = request.headers;
      const stays = async (): Promise<boolean> =>
        request.caller?.kind !== 'person' ||
        (await users.auth.api.getSession({ headers: new Headers({ cookie: cookie ?? '' }) })) !== null;
      const listener = { stream, stays };
      listeners.add(listener);
      stream.once('close', () => listeners.delete(listener));
      request.raw.once('close', () => stream.destroy());
      stream.write('retry: 5000\n\n');
      if (timer === undefined) wait();
      return reply
        .type('text/event-stream; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .send(stream);
    },
  );
}
