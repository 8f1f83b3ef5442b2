/** The made-up leads as long work, for whoever asks for them, and after them the past that sales had with them. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from './app.ts';
import { playPast } from './demo-past.ts';
import { fillDemo } from './demo-workspace.ts';
import { demoVersion, isDemoScored, readPlayed, writePlayed } from './store/made-up.ts';
import { ownSetting } from './store/people.ts';
import { DEMO_SINCE } from './store/start.ts';

const KIND = 'demo';
/** Milliseconds between two looks whether the made-up leads are scored. */
const PAUSE = 500;

/** Has the made-up leads brought in, and their past played; once, however often it is asked for. */
export async function askForDemo(app: App): Promise<void> {
  await ownSetting(app.db, DEMO_SINCE, String(app.clock()));
  if ((await readPlayed(app.db)) === null) await writePlayed(app.db, 0);
  await app.jobs.send(KIND, {}, KIND);
}

/** Brings them in, in this process, whenever they are asked for from now on. */
export const startDemoJobs = (app: App, contacts?: number): Promise<void> =>
  app.jobs.work(KIND, async (_data, signal) => {
    await fillDemo(app, contacts);
    for (;;) {
      const version = await demoVersion(app.db);
      if (version === null) return;
      if (await isDemoScored(app.db, version)) break;
      await sleep(PAUSE, undefined, { signal });
    }
    const progress = (share: number): Promise<void> => writePlayed(app.db, share);
    await playPast(app, { ...(contacts === undefined ? {} : { contacts }), progress, signal });
  });
