/**
 * The settings of the commands that work on a service's data: flags come before the environment. It decides nothing else.
 */

import { type Config, readConfig, type SettingName } from '../config.ts';

export interface ServiceFlags {
  readonly data?: string;
}

/**
 * @param more settings that a command has flags for
 * @throws ScorelineError `setting_invalid`
 */
export function settingsOf(
  { data }: ServiceFlags,
  more: Partial<Readonly<Record<SettingName, string | undefined>>> = {},
): Config {
  const flags = Object.entries({ SCORELINE_DATA: data, ...more }).filter(([, value]) => value !== undefined);
  return readConfig({ ...process.env, ...Object.fromEntries(flags) });
}
