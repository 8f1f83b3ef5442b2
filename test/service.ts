/**
 * A whole service for tests: an app on a database of its own, with a clock that stands still until it
 * is moved. It decides nothing about what is tested.
 */
import { pino } from 'pino';
import { afterAll } from 'vitest';
import { type App, createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { openDb } from '../src/store/db.ts';

export interface TestApp {
  readonly app: App;
  /** The present instant of the app, in milliseconds; tests move it. */
  now: number;
}

/** Noon of a Sunday in November 2026. */
export const NOON = Date.UTC(2026, 10, 22, 12);

/** For the top level of a test file; everything is closed when its tests are over. @param url a database with tables */
export async function testApp(url: string, environment: Record<string, string> = {}): Promise<TestApp> {
  const db = openDb(url);
  const service = { now: NOON };
  const log = pino({ level: 'silent' });
  const app = createApp({ db, config: readConfig(environment), log, clock: () => service.now });
  afterAll(async () => {
    await app.close();
    await db.close();
  });
  return Object.assign(service, { app });
}
