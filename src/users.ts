/**
 * People who sign in: better-auth over our own tables. It decides that nobody signs up by themselves, how long guessing
 * a password is let go on, and which of the library's addresses are there at all; it refuses to know what a role may do.
 */

import { randomBytes } from 'node:crypto';
import { betterAuth } from 'better-auth';
import { hashPassword } from 'better-auth/crypto';
import { genericOAuth } from 'better-auth/plugins';
import type { App } from './app.ts';
import type { Config } from './config.ts';
import { ScorelineError } from './core/errors.ts';
import type { Pooled } from './store/db.ts';
import { addPerson, countAttempt, forgetAttempts, hasAdministrator, ownSetting } from './store/people.ts';

/** What OpenID Connect sign-ins are called: `/api/auth/callback/oidc` is where the provider leads back to. */
const OIDC = 'oidc';
const SECONDS_OF_A_DAY = 86_400;

/** The address at which people reach the service, without a slash at its end. */
export function publicUrl(config: Config): string {
  return (config.SCORELINE_URL ?? `http://${config.SCORELINE_HOST}:${config.SCORELINE_PORT}`).replace(/\/$/, '');
}

/** The library with our tables, names and limits. `secret` signs cookies. */
function createAuth(db: Pooled, config: Config, secret: string) {
  const times = { createdAt: 'created_at', updatedAt: 'updated_at' };
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = config;
  const oidc =
    issuer === undefined || clientId === undefined
      ? []
      : [
          genericOAuth({
            config: [
              {
                providerId: OIDC,
                discoveryUrl: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
                requireIdTokenVerification: true,
                clientId,
                clientSecret,
                scopes: ['openid', 'email', 'profile'],
                disableSignUp: true,
              },
            ],
          }),
        ];
  return betterAuth({
    appName: 'Scoreline',
    baseURL: publicUrl(config),
    basePath: '/api/auth',
    secret,
    database: db.pool,
    telemetry: { enabled: false },
    logger: { disabled: true },
    // Who may call is checked by the guard and the lockout, which other processes share.
    rateLimit: { enabled: false },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 12, maxPasswordLength: 200 },
    user: {
      modelName: 'person',
      fields: { emailVerified: 'email_verified', ...times },
      additionalFields: { role: { type: 'string', required: true, input: false, defaultValue: 'viewer' } },
    },
    session: {
      modelName: 'session',
      expiresIn: 7 * SECONDS_OF_A_DAY,
      updateAge: SECONDS_OF_A_DAY,
      fields: {
        userId: 'person_id',
        expiresAt: 'expires_at',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
        ...times,
      },
    },
    account: {
      modelName: 'sign_in',
      fields: {
        userId: 'person_id',
        accountId: 'account_id',
        providerId: 'provider_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
        ...times,
      },
      // The provider was named by whoever runs the service, so its word on an address is taken.
      accountLinking: { enabled: true, trustedProviders: [OIDC] },
    },
    verification: { modelName: 'verification', fields: { expiresAt: 'expires_at', ...times } },
    advanced: { useSecureCookies: publicUrl(config).startsWith('https:'), cookiePrefix: 'scoreline' },
    plugins: oidc,
  });
}

type Auth = ReturnType<typeof createAuth>;

export interface Users {
  readonly auth: Auth;
  /** Known to every process of this database and to nobody else; for signatures of our own. */
  readonly secret: string;
}

export async function openUsers(app: App): Promise<Users> {
  const secret = await ownSetting(app.db, 'secret', randomBytes(32).toString('base64url'));
  return { auth: createAuth(app.db, app.config, secret), secret };
}

/**
 * Why the library failed: it hides its cause, so the database is asked.
 * @throws ScorelineError `database_unavailable`, or else the error itself
 */
export async function failed(app: App, error: unknown): Promise<never> {
  await app.db.rows('select 1');
  throw error;
}

/** A password that nobody guesses, for somebody to be told once. */
export const madePassword = (): string => randomBytes(15).toString('base64url');

/**
 * Makes the first administrator where there is none.
 * @returns who that is, and the password if it was made up here: this is the only time it is seen. Null where there is
 * an administrator already.
 */
export async function ensureAdministrator(app: App): Promise<{ email: string; password: string | null } | null> {
  if (await hasAdministrator(app.db)) return null;
  const { SCORELINE_ADMIN_EMAIL: email, SCORELINE_ADMIN_PASSWORD: given } = app.config;
  const password = given ?? madePassword();
  const passwordHash = await hashPassword(password);
  try {
    await addPerson(
      app.db,
      { email, name: 'Administrator', role: 'administrator', passwordHash },
      { by: 'first start', now: app.clock() },
    );
  } catch (error) {
    // Another process that starts at the same moment was quicker.
    if (error instanceof ScorelineError && error.code === 'conflict' && (await hasAdministrator(app.db))) return null;
    throw error;
  }
  return { email, password: given === undefined ? password : null };
}

const QUARTER_HOUR = 900_000;
const BY_ACCOUNT = { most: 10, window: QUARTER_HOUR };
/** An office of many people may share one address. */
const BY_ADDRESS = { most: 30, window: QUARTER_HOUR };

const ofAccount = (email: string): string => `account:${email.trim().toLowerCase()}`;

/**
 * To be called before a password is tried.
 * @returns milliseconds to wait where too many were tried, for the account or from the address; else 0
 */
export async function beforePassword(app: App, email: string, address: string): Promise<number> {
  const now = app.clock();
  const byAddress = await countAttempt(app.db, `address:${address}`, BY_ADDRESS, now);
  return byAddress > 0 ? byAddress : countAttempt(app.db, ofAccount(email), BY_ACCOUNT, now);
}

/** To be called after the right one. */
export const afterPassword = (app: App, email: string): Promise<void> =>
  forgetAttempts(app.db, ofAccount(email), app.clock() - QUARTER_HOUR);
