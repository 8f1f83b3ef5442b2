/**
 * What can be counted and measured of a running service, for Prometheus. It decides names and units; who counts is
 * elsewhere. No label holds what a person sent: routes are told by their pattern.
 */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Send } from './connectors/send.ts';
import { ScorelineError } from './core/errors.ts';
import type { Db } from './store/db.ts';
import { type Queue, queueOf } from './store/health.ts';
import type { Ingest, Request } from './store/ingest.ts';

export interface Metrics {
  readonly registry: Registry;
  /** Seconds from the request to the end of its answer. */
  readonly requests: Histogram<'method' | 'route' | 'status'>;
  readonly messages: Counter<'outcome'>;
  readonly events: Counter<'outcome'>;
  /** Seconds of one batch of contacts: read, scored and written. */
  readonly scoring: Histogram;
  readonly scored: Counter;
  readonly deliveries: Counter<'outcome'>;
}

/** A registry of its own for each app, so that two in one process do not count for each other. */
export function createMetrics(db: Db, clock: () => number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  // Where the database does not answer there is no number, and not a wrong one.
  const gauge = (name: string, help: string, read: (queue: Queue) => number): Gauge =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const queue = await queueOf(db, clock()).catch((error: unknown) => {
          if (error instanceof ScorelineError) return undefined;
          throw error;
        });
        if (queue === undefined) this.remove();
        else this.set(read(queue));
      },
    });
  gauge(
    'scoreline_changed_rows',
    'Changes of contacts that nobody has scored yet, counted up to 100,000.',
    ({ changed }) => changed,
  );
  gauge(
    'scoreline_lag_seconds',
    'For how long the contact has been due whose score was to change first by the passing of time.',
    ({ oldestDue }) => (oldestDue === null ? 0 : Math.max(0, clock() - oldestDue) / 1000),
  );
  return {
    registry,
    requests: new Histogram({
      name: 'scoreline_request_seconds',
      help: 'Requests by route and status.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.25, 0.5, 1, 5],
      registers,
    }),
    messages: new Counter({
      name: 'scoreline_messages_total',
      help: 'Messages that came in, by what became of them.',
      labelNames: ['outcome'],
      registers,
    }),
    events: new Counter({
      name: 'scoreline_events_total',
      help: 'Events that were accepted: new ones, and such as were known already and count once.',
      labelNames: ['outcome'],
      registers,
    }),
    scoring: new Histogram({
      name: 'scoreline_scoring_seconds',
      help: 'Batches of contacts, read, scored and written.',
      buckets: [0.005, 0.02, 0.1, 0.25, 0.5, 1, 5, 20],
      registers,
    }),
    scored: new Counter({ name: 'scoreline_scored_contacts_total', help: 'Contacts that were scored.', registers }),
    deliveries: new Counter({
      name: 'scoreline_deliveries_total',
      help: 'Webhooks that were sent, by what became of them.',
      labelNames: ['outcome'],
      registers,
    }),
  };
}

/** The same way in, with what comes in counted after it is committed. */
export function counted(ingest: Ingest, { messages, events }: Metrics): Ingest {
  const count = <T>(request: Request, kept: T): T => {
    messages.inc({ outcome: 'accepted' }, request.messages.length);
    messages.inc({ outcome: 'refused' }, request.refusals.length);
    return kept;
  };
  ingest.onCommit(({ fresh, known }) => {
    events.inc({ outcome: 'new' }, fresh);
    events.inc({ outcome: 'known' }, known);
  });
  return {
    ...ingest,
    accept: async (request) => count(request, await ingest.accept(request)),
    acceptAlone: async (request) => count(request, await ingest.acceptAlone(request)),
  };
}

/** The same way out, with the answers counted. */
export const countedSend =
  (send: Send, { deliveries }: Metrics): Send =>
  async (request) => {
    const answer = await send(request).catch((error: unknown) => {
      deliveries.inc({ outcome: 'unanswered' });
      throw error;
    });
    deliveries.inc({ outcome: answer.status >= 200 && answer.status < 300 ? 'taken' : 'refused' });
    return answer;
  };
