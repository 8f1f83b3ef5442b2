/** The made-up leads as long work, for whoever asks for them on the page. */

import type { App } from './app.ts';
import { fillDemo } from './demo-workspace.ts';
import { ownSetting } from './store/people.ts';
import { DEMO_SINCE } from './store/start.ts';

const KIND = 'demo';

/** Has the made-up leads brought in; once, however often it is asked for. */
export async function askForDemo(app: App): Promise<void> {
  await ownSetting(app.db, DEMO_SINCE, String(app.clock()));
  await app.jobs.send(KIND, {}, KIND);
}

/** Brings them in, in this process, whenever they are asked for from now on. */
export const startDemoJobs = (app: App, contacts?: number): Promise<void> =>
  app.jobs.work(KIND, async () => {
    await fillDemo(app, contacts);
  });
