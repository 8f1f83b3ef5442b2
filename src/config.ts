/**
 * The settings of the service as one table: name, default, what it takes, one sentence. It decides what a wrong value is
 * answered with; flags of the command line come before the environment.
 */

import { z } from 'zod';
import { ScorelineError } from './core/errors.ts';

interface Setting {
  readonly takes: z.ZodType<string | number | undefined>;
  /** Shown in the docs and in a refusal. */
  readonly says: string;
}

const text = z.string().min(1).optional();

/** By the name of the environment variable. */
export const settings = {
  DATABASE_URL: {
    takes: text,
    says: 'The PostgreSQL server to use, 15 or newer. Without it the service starts one of its own in the data folder.',
  },
  SCORELINE_DATA: { takes: z.string().min(1).default('./data'), says: 'The folder of everything that is kept.' },
  SCORELINE_HOST: {
    takes: z.string().min(1).default('127.0.0.1'),
    says: 'The address to listen on; 0.0.0.0 for all, behind a proxy that speaks HTTPS.',
  },
  SCORELINE_PORT: { takes: z.coerce.number().int().min(0).max(65535).default(3000), says: 'The port to listen on.' },
  SCORELINE_URL: {
    takes: z.url({ protocol: /^https?$/ }).optional(),
    says: 'Where people reach the service, such as https://scores.example.org; the listening address unless given.',
  },
  SCORELINE_ADMIN_EMAIL: {
    takes: z.email().default('admin@scoreline.local'),
    says: 'The e-mail address of the administrator that the first start makes.',
  },
  SCORELINE_ADMIN_PASSWORD: {
    takes: z.string().min(12).optional(),
    says: 'The password of that administrator; without it one is made up and printed once.',
  },
  SCORELINE_WORKERS: {
    takes: z.coerce.number().int().min(0).max(64).default(2),
    says: 'How many workers score side by side in this process; 0 for none, where other processes do it.',
  },
  SCORELINE_TRIAL_MEMORY: {
    takes: z.coerce.number().int().min(50).max(1_000_000).default(4_000),
    says: 'How many megabytes the base may take in memory on which drafts are tried; a larger one is refused.',
  },
  SCORELINE_ALLOW_PRIVATE_WEBHOOKS: {
    takes: z.enum(['yes', 'no']).default('no'),
    says: 'Whether webhooks may go to addresses of your own network, and over HTTP without TLS: yes or no.',
  },
  SCORELINE_SMTP_URL: {
    takes: z.url({ protocol: /^smtps?$/ }).optional(),
    says: 'The mail server, such as smtp://user:password@mail.example.org:587; without it nobody is told by e-mail.',
  },
  SCORELINE_MAIL_FROM: {
    takes: z.string().min(3).max(300).default('Scoreline <scoreline@localhost>'),
    says: 'From whom e-mails come.',
  },
  SCORELINE_LOG: {
    takes: z.enum(['error', 'warn', 'info', 'debug', 'silent']).default('info'),
    says: 'From which level on the log is written.',
  },
  OIDC_ISSUER: {
    takes: z.url({ protocol: /^https?$/ }).optional(),
    says: 'The issuer of an OpenID Connect provider by which people may sign in.',
  },
  OIDC_CLIENT_ID: { takes: text, says: 'What that provider calls this service.' },
  OIDC_CLIENT_SECRET: { takes: text, says: 'The secret that it gave to this service.' },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;
export type Config = { readonly [N in SettingName]: z.infer<(typeof settings)[N]['takes']> };

/**
 * Reads all settings; an empty value counts as left out.
 * @throws ScorelineError `setting_invalid`, which names the setting and never its value
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const read = Object.entries(settings).map(([name, { takes, says }]) => {
    const result = takes.safeParse(environment[name] || undefined);
    if (result.success) return [name, result.data];
    throw new ScorelineError(
      'setting_invalid',
      `${name} is not as it should be (${result.error.issues[0]?.message}): ${says}`,
    );
  });
  return Object.fromEntries(read);
}
