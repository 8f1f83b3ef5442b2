/**
 * `scoreline serve`: the service in this process until a signal ends it. It decides what is printed at the start and what
 * a signal means; starting and stopping is done in src/service.ts.
 */

import { resolve } from 'node:path';
import type { Config } from '../config.ts';
import { MADE_UP } from '../demo.ts';
import { askForDemo } from '../demo-job.ts';
import { fillDemo } from '../demo-workspace.ts';
import { createLog } from '../log.ts';
import { type Service, startService } from '../service.ts';
import { type ServiceFlags, settingsOf } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

interface ServeFlags extends ServiceFlags {
  readonly port?: string;
  readonly demo?: boolean;
}

export async function serve(flags: ServeFlags, around: Surroundings): Promise<void> {
  const config = settingsOf(flags, { SCORELINE_PORT: flags.port });
  const log = createLog(config.SCORELINE_LOG);
  const asked = firstSignal();
  const service = await startService(config, log, around.now);
  try {
    if (flags.demo) {
      const filled = await fillDemo(service.app);
      // What sales had with them is played while one looks around.
      await askForDemo(service.app);
      around.out(filled ? `${MADE_UP}\n` : 'The made-up leads are there already.\n');
    }
    around.out(welcome(config, service));
    log.info({ signal: await asked }, 'the service stops');
  } finally {
    await service.stop();
  }
  log.info('the service has stopped');
}

function welcome(config: Config, { address, administrator }: Service): string {
  const kept = config.DATABASE_URL === undefined ? resolve(config.SCORELINE_DATA) : 'the database of DATABASE_URL';
  return [
    `Scoreline runs at ${config.SCORELINE_URL ?? address} and keeps everything in ${kept}.`,
    '',
    'Next:',
    `  open ${config.SCORELINE_URL ?? address} and sign in${administrator === null ? '' : ` as ${administrator.email}`}`,
    ...(administrator === null || administrator.password === null
      ? []
      : [`  with the password ${administrator.password} (it is shown this once)`]),
    '  npx scoreline key create --write    makes a key to send events and read scores with',
    '  npx scoreline doctor                says whether all is well',
    '',
    'Ctrl-C stops it; nothing is lost.',
  ].join('\n');
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One press of Ctrl-C can arrive several times, from the terminal and from the programs in between. */
const SAME_PRESS = 500;

/** The first signal ends the service in order, a second one ends the process at once. */
function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((tell) => {
    let first = 0;
    for (const signal of SIGNALS) {
      process.removeAllListeners(signal);
      process.on(signal, () => {
        first ||= performance.now();
        tell(signal);
        if (performance.now() - first > SAME_PRESS) process.exit(1);
      });
    }
  });
}
