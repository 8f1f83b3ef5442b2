/** The made-up leads as long work, for whoever asks for them, and after them the past that sales had with them. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from './app.ts';
import { playPast } from './demo-past.ts';
import { fillDemo } from './demo-workspace.ts';
import { awaitPlay, demoVersion, isDemoScored, writePlayed } from './store/made-up.ts';
import { ownSetting } from './store/people.ts';
import { DEMO_SINCE } from './store/start.ts';

const KIND = 'demo';
/** Milliseconds between two looks whether the made-up leads are scored, and how often one looks before it is tried later. */
const PAUSE = 500;
const LOOKS = 1_200;

/** Has the made-up leads brought in, and their past played; once, however often it is asked for. */
export async function askForDemo(app: App): Promise<void> {
  await ownSetting(app.db, DEMO_SINCE, String(app.clock()));
  await awaitPlay(app.db);
  await app.jobs.send(KIND, {}, KIND);
}

/** Brings them in, in this process, whenever they are asked for from now on. */
export const startDemoJobs = (app: App, contacts?: number): Promise<void> =>
  app.jobs.work(KIND, async (_data, signal, isLast) => {
    await fillDemo(app, contacts);
    try {
      await untilScored(app, signal);
      const progress = (share: number): Promise<void> => writePlayed(app.db, share);
      await playPast(app, { ...(contacts === undefined ? {} : { contacts }), progress, signal });
    } catch (error) {
      // Nobody waits for what is not tried any more.
      if (isLast && !signal.aborted) await writePlayed(app.db, 1);
      throw error;
    }
  });

/** Waits until the made-up leads are scored, or it is plain that they will not be by the model that came with them. */
async function untilScored({ db }: App, signal: AbortSignal): Promise<void> {
  for (let looks = 0; looks < LOOKS; looks++) {
    const version = await demoVersion(db);
    if (version === null || (await isDemoScored(db, version))) return;
    await sleep(PAUSE, undefined, { signal });
  }
  throw new Error('the made-up leads are not scored yet; their past is played later');
}
