/**
 * Where the rooms meet: what is remembered, who is outside, and what is true, put together once for a process. It
 * decides who gets which part; it refuses to know addresses, flags and pages.
 */

import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { suspicions } from './connectors/machines.ts';
import { companyDomainOf } from './connectors/mail-domains.ts';
import { createForecasting, type Forecasting } from './forecasting.ts';
import { createHandoffs, type Handoffs } from './handoffs.ts';
import { counted, createMetrics, type Metrics } from './metrics.ts';
import { createScoring, type Scoring } from './scoring.ts';
import type { Pooled } from './store/db.ts';
import { type Ingest, openIngest } from './store/ingest.ts';
import { type JobQueue, openJobs } from './store/jobs.ts';
import { createTrials, type Trials } from './trials.ts';

export interface App {
  readonly db: Pooled;
  readonly config: Config;
  readonly log: Logger;
  /** The present instant in milliseconds, UTC. */
  readonly clock: () => number;
  readonly metrics: Metrics;
  readonly ingest: Ingest;
  readonly jobs: JobQueue;
  readonly scoring: Scoring;
  readonly trials: Trials;
  readonly handoffs: Handoffs;
  readonly forecasting: Forecasting;
  close(): Promise<void>;
}

export interface Surroundings {
  readonly db: Pooled;
  readonly config: Config;
  readonly log: Logger;
  readonly clock: () => number;
}

/** Puts the parts together over a database that is migrated. Closing the app does not close the database. */
export function createApp({ db, config, log, clock }: Surroundings): App {
  const metrics = createMetrics(db, clock);
  const ingest = counted(openIngest(db, { clock, companyDomainOf, suspicions }), metrics);
  const jobs = openJobs(db, (err) => log.warn({ err }, 'the queue of jobs had trouble'));
  const trials = createTrials({ url: db.url, bytes: config.SCORELINE_TRIAL_MEMORY * 1e6 }, clock);
  const scoring = createScoring(db, clock);
  const handoffs = createHandoffs({ db, log, scoring, clock });
  const forecasting = createForecasting({ db, scoring, clock });
  const close = async (): Promise<void> => {
    await handoffs.stop();
    await trials.close();
    await jobs.stop();
    await ingest.close();
  };
  return { db, config, log, clock, metrics, ingest, jobs, scoring, trials, handoffs, forecasting, close };
}
