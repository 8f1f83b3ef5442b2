/**
 * `scoreline doctor`: is the service well, line by line. It decides how findings are told; what is looked at is decided in
 * src/health.ts.
 */

import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ScorelineError } from '../core/errors.ts';
import { examine } from '../health.ts';
import { createScoring } from '../scoring.ts';
import { withServer } from '../service.ts';
import { type ServiceFlags, settingsOf } from './settings.ts';
import { many } from './show.ts';
import type { Surroundings } from './surroundings.ts';

const PACKAGE = new URL('../../package.json', import.meta.url);

/** @throws ScorelineError `unwell` where one of the lines is not ok */
export async function doctor(flags: ServiceFlags, around: Surroundings): Promise<void> {
  let wrong = 0;
  const show = (what: string, ok: boolean, says: string): void => {
    if (!ok) wrong++;
    around.out(`${what.padEnd(12)} ${ok ? 'ok   ' : 'WRONG'} ${says}`);
  };
  const { version } = JSON.parse(await readFile(PACKAGE, 'utf8'));
  show('versions', true, `Scoreline ${version} on Node ${process.version}`);
  await withServer(settingsOf(flags), async (db) => {
    for await (const { what, ok, says } of examine(db, createScoring(db, around.now), around.now, sleep))
      show(what, ok, says);
  });
  if (wrong > 0) throw new ScorelineError('unwell', `${many(wrong, 'thing')} of these must be mended.`);
}
